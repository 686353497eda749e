"""Refuse what writes into memory that cannot be written into, or whose sharing is not known.

Each refusal names both names, the one that is written and the one whose memory it is, with both lines.
"""

from __future__ import annotations

import operator
from collections import deque
from collections.abc import Iterator

import numpy as np

from srcad import runtime
from srcad.analysis.regions import WRITES_FIRST, Regions, Summarise, shared_operands
from srcad.core import prims
from srcad.core.nodes import (
    Assign,
    Block,
    Do,
    Expr,
    FunctionHandle,
    Op,
    Ref,
    Stmt,
    Store,
    Var,
    operands,
    read_in,
    walk,
)
from srcad.core.operators import IN_PLACE
from srcad.errors import AliasError, Place


def check_sharing(body: Block, regions: Regions, summarise: Summarise) -> None:
    """Refuse writes into what outlives the call, and `.flat` that is held while its array is written to."""
    _check_globals(body, regions, summarise)
    _check_flat(body, regions)


def writes(body: Block, summarise: Summarise, containers: bool = False) -> Iterator[tuple[Expr, Stmt]]:
    """What the statements of a body write into, with the statement; of calls the arrays, or the containers too."""
    for stmt in walk(body):
        match stmt:
            case Store(base=base):
                yield base, stmt
            case Assign(value=Op(fn=fn, args=(base, *_))) if fn in IN_PLACE:
                yield base, stmt
            case Do(value=Op(fn=fn, args=(base, *_))) if fn in WRITES_FIRST:
                yield base, stmt
            case Assign(value=Op(fn=prims.call) as call) | Do(value=Op(fn=prims.call) as call):
                callee = call.args[0]
                if isinstance(callee, Ref) and isinstance(callee.value, FunctionHandle):
                    summary = summarise(callee.value)
                    for i, argument in enumerate(call.args[1:]):
                        if summary is None or i in (summary.writes if containers else summary.array_writes):
                            yield argument, stmt
            case _:
                pass


def where_written(body: Block, params: list[str], regions: Regions, summarise: Summarise) -> dict[str, Place]:
    """For each parameter whose memory a body writes into, the first place where it does."""
    found: dict[str, Place] = {}
    for base, stmt in writes(body, summarise):
        place = getattr(stmt, "place", None)
        region = regions.of(base.name) if isinstance(base, Var) else None
        for param in params:
            if region is not None and place is not None and regions.of(param) == region:
                found.setdefault(param, place)
    return found


def _check_globals(body: Block, regions: Regions, summarise: Summarise) -> None:
    held: dict[str, tuple[Ref, Place | None]] = {}  # a region, and what is outside of the function and in it
    for stmt in walk(body):
        if isinstance(stmt, Assign) and (region := regions.of(stmt.target)) is not None:
            for ref in _viewed(stmt.value):
                held.setdefault(region, (ref, stmt.place))
    for base, stmt in writes(body, summarise, containers=True):
        place = getattr(stmt, "place", None)
        if isinstance(base, Ref) and _may_change(base.value):
            raise AliasError(
                f"a write into the global {base.name}", place, "pass it as an argument, or return the new value"
            )
        region = regions.of(base.name) if isinstance(base, Var) else None
        if region in held and isinstance(base, Var):
            ref, where = held[region]
            line = f" at line {where.line}" if where is not None else ""
            copy = "np.array" if isinstance(ref.value, np.ndarray) else "copy.deepcopy"
            raise AliasError(
                f"{_called(base.name)} may share the memory of the global {ref.name}{line}, and is written to",
                place,
                f"pass it as an argument, or take a copy first: {copy}({ref.name})",
            )


def _may_change(value: object) -> bool:
    """Whether what a name outside of the function stands for is an array, a container or an object with attributes."""
    return isinstance(value, (np.ndarray, list, dict, set, deque)) or runtime.attributes_of(value) is not None


def _viewed(value: Expr) -> list[Ref]:
    """The arrays, containers and objects outside of the function that a value may be, view or be part of."""
    if isinstance(value, Ref):
        return [value] if _may_change(value.value) else []
    if isinstance(value, Op) and value.args and isinstance(value.args[0], Ref) and _may_change(value.args[0].value):
        if value.fn in (prims.get_attr, operator.getitem):
            return [value.args[0]]
        stand_in = Op(value.fn, (Var("%outside"), *value.args[1:]), value.kwargs)
        if isinstance(value.args[0].value, np.ndarray) and "%outside" in shared_operands(stand_in, {}):
            return [value.args[0]]
    return [ref for part in operands(value) if isinstance(part, Op) for ref in _viewed(part)]


def _check_flat(body: Block, regions: Regions) -> None:
    read = read_in(body)
    for stmt in walk(body):
        match stmt:
            case Assign(target=target, value=Op(form="flat", args=(Var(name=name), *_))):
                if target in read and regions.is_array_written(name):
                    shown = _called(name)
                    raise AliasError(
                        f"{shown}.flat is held while {shown} is written to",
                        stmt.place,
                        "index it where it is needed: x.flat[i]",
                    )
            case _:
                pass


def _called(name: str) -> str:
    return "a view" if name.startswith("%") else name
