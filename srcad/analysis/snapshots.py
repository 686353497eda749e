"""Views that are read only before anybody writes to what they view: they are as good as copies.

    part = z.imag; return np.sum(part)         # as good as a copy
    part = z.imag; z[0] = 2j; return part[0]   # it is not: what is read of `part` has changed

Contract: from where a snapshot is bound to where it, or a view of it, is last read, no statement writes into its
region; it is bound once, and read in the block that binds it, so that no trip of a loop reads that of another.
"""

from __future__ import annotations

from collections.abc import Mapping

from srcad.analysis.purity import is_check
from srcad.analysis.regions import Regions, shared_operands
from srcad.core import prims
from srcad.core.kinds import Array, Kind, is_number
from srcad.core.nodes import (
    Assign,
    Block,
    Do,
    Expr,
    For,
    If,
    Op,
    Stmt,
    Store,
    Unpack,
    Var,
    While,
    blocks_of,
    expressions_of,
    names_in,
    targets_of,
    walk,
)
from srcad.core.operators import IN_PLACE


def is_snapshot(body: Block, name: str, kinds: Mapping[str, Kind], regions: Regions) -> bool:
    """Whether the view that a variable is bound to is as good as a copy."""
    block = next((b for b in _blocks(body) if any(isinstance(s, Assign) and s.target == name for s in b)), None)
    if block is None:
        return False
    start = next(i for i, s in enumerate(block) if isinstance(s, Assign) and s.target == name)
    views, last, read = {name}, start, 0
    for i, stmt in enumerate(block[start + 1 :], start + 1):
        for inner in walk((stmt,)):
            if isinstance(inner, Assign) and _is_view(inner, views, kinds):
                views.add(inner.target)
            found = sum(bool(views & set(names_in(expr))) for expr in expressions_of(inner))
            if found and not _only_reads(inner, views, kinds):
                return False
            read += found
            last = i if found else last
    bound = [target for stmt in walk(body) for target in targets_of(stmt) if target in views and not _is_write(stmt)]
    everywhere = sum(bool(views & set(names_in(expr))) for stmt in walk(body) for expr in expressions_of(stmt))
    if len(bound) != len(views) or everywhere != read:
        return False
    between = block[start + 1 : last] if not blocks_of(block[last]) else block[start + 1 : last + 1]
    return not any(_may_write(stmt, regions.of(name), regions) for stmt in walk(between))


def _blocks(body: Block) -> list[Block]:
    found = [body]
    for block in found:
        for stmt in block:
            found += blocks_of(stmt)
    return found


def _is_write(stmt: Stmt) -> bool:
    return (
        isinstance(stmt, Store) or isinstance(stmt, Assign) and isinstance(stmt.value, Op) and stmt.value.fn in IN_PLACE
    )


def _is_view(stmt: Assign, views: set[str], kinds: Mapping[str, Kind]) -> bool:
    """Whether a statement gives the memory of a view another name."""
    kind = kinds.get(stmt.target)
    if kind is not None and is_number(kind) or _is_write(stmt):
        return False
    return bool(views & set(shared_operands(stmt.value, kinds)))


def _only_reads(stmt: Stmt, views: set[str], kinds: Mapping[str, Kind]) -> bool:
    """Whether a statement that mentions a view neither writes to it nor keeps it elsewhere."""
    match stmt:
        case Store(base=Var(name=base)):
            return base not in views and isinstance(kinds.get(base), Array)  # which copies what is put in
        case Do(value=value):
            return is_check(value)
        case Assign(value=Op(fn=fn, args=args)) if fn in IN_PLACE:
            return not views & set(names_in(args[0]))
        case Assign(target=target, value=value):
            if isinstance(value, Op) and value.fn in _CALLS:
                return False
            return isinstance(kinds.get(target), Array) or not _is_view(stmt, views, kinds)
        case Unpack(targets=targets):
            return all(is_number(kind) for name in targets if (kind := kinds.get(name)) is not None)
        case If() | For() | While():
            return True
        case _:
            return False


def _may_write(stmt: Stmt, region: str | None, regions: Regions) -> bool:
    match stmt:
        case Store(base=base):
            return _among(base, region, regions)
        case Assign(value=Op(fn=fn, args=args)) if fn in IN_PLACE:
            return _among(args[0], region, regions)
        case Assign(value=Op(fn=fn) as value):
            return fn in _CALLS and _among(value, region, regions)
        case Do(value=value):
            return not is_check(value) and _among(value, region, regions)
        case Unpack(value=Op(fn=fn) as value):
            return fn in _CALLS and _among(value, region, regions)
        case _:
            return False


def _among(expr: Expr, region: str | None, regions: Regions) -> bool:
    return any(regions.of(name) == region for name in names_in(expr))


_CALLS = frozenset({prims.call, prims.call_method, prims.pop, prims.push})
