"""Which statements may change how many items a list, deque, dict or set holds.

Two containers may be one where their variables are in one region and their kinds allow it, so that `row.append(x)` says
nothing of the list `rows`. What a callee does is known by its parameters, with the kinds of what is resized in them.
"""

from __future__ import annotations

import collections
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from srcad.analysis.regions import Regions, may_write
from srcad.core import prims
from srcad.core.kinds import NUMBER, UNKNOWN, Array, Dict, Kind, List, Object, Record, Set, is_number, present
from srcad.core.nodes import (
    Assign,
    Block,
    Expr,
    FunctionHandle,
    Lit,
    Op,
    Ref,
    Stmt,
    Store,
    Var,
    expressions_of,
    operations_in,
    targets_of,
    walk,
)
from srcad.rules.changes import METHODS

_ADDING = {"append", "appendleft", "insert", "extend", "extendleft", "add", "update", "setdefault"}
_REORDERING = {"reverse", "rotate"}  # a deque tells these from a loop through it, a list does not
_REMOVING = METHODS - _ADDING - _REORDERING | {"remove", "discard", "clear", "popitem"}

Resized = frozenset[tuple[int, Kind, bool]]  # of a function: a parameter, the kind of what is resized there, removing


@dataclass(frozen=True)
class Change:
    """A statement that may change the length of a container of this kind in the memory of a variable."""

    name: str
    kind: Kind
    removes: bool
    stmt: Stmt

    def may_change(self, name: str, kind: Kind, regions: Regions) -> bool:
        """Whether the container may be the one that a variable of this kind holds."""
        region = regions.of(name)
        apart = region is not None and regions.of(self.name) != region
        return not apart and may_be_one(self.kind, kind)


def changes(
    body: Block,
    kinds: Mapping[str, Kind],
    summarise: Callable[[FunctionHandle], Resized],
    existing: frozenset[str] = frozenset(),
) -> Iterator[Change]:
    """The changes of length in a block. Variables in `existing` hold keys that the dict gone through has."""
    for stmt in walk(body):
        if isinstance(stmt, Store) and isinstance(stmt.base, Var):
            held = present(kinds.get(stmt.base.name, UNKNOWN))
            known = isinstance(stmt.key, Var) and stmt.key.name in existing
            if isinstance(held, Dict) and not stmt.attr and not known:
                yield Change(stmt.base.name, held, False, stmt)
            if isinstance(held, List) and isinstance(stmt.key, Op):
                yield Change(stmt.base.name, held, True, stmt)
        for expr in expressions_of(stmt):
            for op in operations_in(expr):
                for name, kind, removes in _of_operation(op, kinds, summarise, existing):
                    yield Change(name, kind, removes, stmt)


def _of_operation(
    op: Op, kinds: Mapping[str, Kind], summarise: Callable[[FunctionHandle], Resized], existing: frozenset[str]
) -> Iterator[tuple[str, Kind, bool]]:
    base = op.args[0] if op.args else Lit(None)
    if op.fn is prims.call and isinstance(base, Ref) and isinstance(base.value, FunctionHandle):
        for i, kind, removes in summarise(base.value):
            argument = op.args[1 + i]
            if isinstance(argument, Var):
                yield argument.name, kind, removes
        return
    for name in may_write(op, kinds):
        yield name, UNKNOWN, True
    if not isinstance(base, Var):
        return
    held = present(kinds.get(base.name, UNKNOWN))
    key = op.args[1] if len(op.args) > 1 else Lit(None)
    if op.fn is operator.delitem:
        yield base.name, held, True
    elif op.fn is operator.getitem and isinstance(held, Dict) and held.cls is collections.defaultdict:
        if not (isinstance(key, Var) and key.name in existing):
            yield base.name, held, False
    elif op.fn is prims.call_method and isinstance(key, Lit) and not isinstance(held, Array):
        deque = isinstance(held, List) and held.cls is not list
        if key.value in _ADDING or deque and key.value in _REORDERING:
            yield base.name, held, False
        elif key.value in _REMOVING:
            yield base.name, held, True


def may_be_one(a: Kind, b: Kind) -> bool:
    """Whether values of two kinds may be one container."""
    a, b = present(a), present(b)
    match a, b:
        case List(item=x, cls=one), List(item=y, cls=other):
            return one is other and may_be_one(x, y)
        case (Dict() | Record(), Dict() | Record()) | (Set(), Set()):
            return True
        case Object(cls=one), Object(cls=other):
            return one is other
        case _:
            return _family(a) is None or _family(b) is None or _family(a) == _family(b)


def _family(kind: Kind) -> object:
    """What tells values of this kind from those of others; None where nothing does."""
    if kind is UNKNOWN or kind is NUMBER:
        return None
    if is_number(kind):
        return "number"
    return type(kind) if isinstance(kind, (List, Dict, Record, Set, Object, Array)) else None


def resized_by(params: list[str], found: Iterable[Change], regions: Regions) -> Resized:
    """What a function does to its parameters."""
    return frozenset(
        (i, change.kind, change.removes)
        for change in found
        for i, name in enumerate(params)
        if regions.of(name) is not None and regions.of(name) == regions.of(change.name)
        or isinstance(change.kind, Set) and change.name == name
    )  # fmt: skip


def keys_of(body: Block, dicts: str) -> frozenset[str]:
    """The variables that hold nothing but keys which a loop reads from `list(dicts)`."""
    assigned: dict[str, list[Expr]] = {}
    for stmt in walk(body):
        for target in targets_of(stmt):
            assigned.setdefault(target, []).append(stmt.value if isinstance(stmt, Assign) else Lit(None))
    found: set[str] = set()
    lists: set[str] = set()
    aliases = {dicts}
    before = -1
    while before != len(found) + len(lists) + len(aliases):
        before = len(found) + len(lists) + len(aliases)
        for name, values in assigned.items():
            if len(values) != 1:
                continue
            match values[0]:
                case Var(name=other) if other in found:
                    found.add(name)
                case Var(name=other) if other in lists:
                    lists.add(name)
                case Var(name=other) if other in aliases:
                    aliases.add(name)
                case Op(fn=fn, args=(Var(name=other),)) if fn is list and other in aliases:
                    lists.add(name)
                case Op(fn=operator.getitem, args=(Var(name=other), _)) if other in lists:
                    found.add(name)
                case _:
                    pass
    return frozenset(found)
