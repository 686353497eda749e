"""Names that are bound on some paths only start as a zero of their kind, not as None.

    x_old = None                x_old = 0.0
    if test:                    if test:
        x_old = x                   x_old = x

Numba gives a variable one type. Where the kind says nothing a variable keeps its None, which Numba takes as one of two
types where it can.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from srcad.core import prims
from srcad.core.kinds import BOOL, FLOAT, INT, Array, Kind, Tuple, widen
from srcad.core.nodes import (
    NONE,
    Assign,
    Block,
    Expr,
    For,
    Handler,
    If,
    Lit,
    Op,
    Program,
    Ref,
    Stmt,
    Try,
    While,
    With,
)

_ZEROS: dict[Kind, Lit] = {FLOAT: Lit(0.0), INT: Lit(0), BOOL: Lit(False)}


def typed_beginnings(program: Program, kinds: Mapping[str, Kind]) -> Program:
    """The program with a zero for each None that stands for no value yet."""

    def change(stmt: Stmt) -> Stmt:
        if isinstance(stmt, Assign) and stmt.value == NONE and not stmt.accumulate:
            zero = zero_of(kinds.get(stmt.target))
            return stmt if zero is None else replace(stmt, value=zero)
        return stmt

    return replace(program, body=map_statements(program.body, change))


def zero_of(kind: Kind | None) -> Expr | None:
    """A value of a kind, None where there is none to write down."""
    match kind:
        case None:
            return None
        case Array(dtype=dtype, dims=str(dims)):
            named: Any = getattr(np, dtype + ("_" if dtype == "bool" else ""), None)
            if named is None:
                return None
            shape = Op(prims.make_tuple, tuple(Lit(0) for _ in dims))
            return Op(np.empty, (shape,), (("dtype", Ref(f"np.{named.__name__}", named)),))
        case Tuple(items=items, cls=None):
            parts = [zero_of(item) for item in items]
            return None if None in parts else Op(prims.make_tuple, tuple(p for p in parts if p is not None))
        case _:
            return _ZEROS.get(widen(kind))


def map_statements(block: Block, change: Callable[[Stmt], Stmt]) -> Block:
    """Every statement changed, inner ones first."""
    made: list[Stmt] = []
    for stmt in block:
        match stmt:
            case If(body=body, orelse=orelse):
                stmt = replace(stmt, body=map_statements(body, change), orelse=map_statements(orelse, change))
            case For(body=body) | With(body=body):
                stmt = replace(stmt, body=map_statements(body, change))
            case While(test=test, body=body):
                stmt = replace(stmt, test=map_statements(test, change), body=map_statements(body, change))
            case Try(body=body, handlers=handlers, final=final):
                caught = tuple(Handler(h.types, h.name, map_statements(h.body, change)) for h in handlers)
                stmt = replace(
                    stmt, body=map_statements(body, change), handlers=caught, final=map_statements(final, change)
                )
        made.append(change(stmt))
    return tuple(made)
