"""Calls that Numba lacks become calls that it compiles.

np.array(x)                 np.copy(x)
x.mean(axis=0)              mean_along(x, 0)
np.add.at(x, index, d)      add_at(x, index, d)
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from srcad import runtime
from srcad.backend import numba_runtime as own
from srcad.backend.compiled.unbound import map_statements
from srcad.core import prims
from srcad.core.kinds import FLOAT, SLICE, STRING, Array, Dict, Kind, List, Tuple, TupleOf, is_number
from srcad.core.nodes import Expr, For, Lit, Op, Program, Ref, Stmt, Store, map_operands
from srcad.core.rewriting import change_expressions
from srcad.transform.simplify.facts import Facts, plain

Change = Callable[[Op, Facts], Expr | None]


def with_replaced_calls(program: Program, kinds: Mapping[str, Kind]) -> Program:
    """The program with its calls replaced, and loops that count backwards written out."""
    facts = Facts(kinds)

    def change(expr: Expr) -> Expr:
        if not isinstance(expr, Op):
            return expr
        expr = map_operands(expr, change)
        assert isinstance(expr, Op)
        found = _CHANGES.get(expr.fn) if type(expr.fn).__hash__ is not None else None
        made = None if found is None else found(expr, facts)
        return expr if made is None else made

    def masked(stmt: Stmt) -> Stmt:
        if isinstance(stmt, Store) and not stmt.attr and not isinstance(facts.kind_of(stmt.base), (List, Dict)):
            return replace(stmt, key=_masked(stmt.base, stmt.key, facts))
        return stmt

    body = change_expressions(map_statements(program.body, _upwards), change)
    return replace(program, body=map_statements(body, masked))


def _given(expr: Op, names: tuple[str, ...]) -> dict[str, Expr]:
    """The arguments by name; none where there are others."""
    given = dict(zip(names, expr.args, strict=False))
    given.update(expr.kwargs)
    return given if len(expr.args) <= len(names) and set(given) <= set(names) else {}


def _array(expr: Op, facts: Facts) -> Expr | None:
    match expr.args:
        case (Op(fn=prims.make_list | prims.make_tuple, args=parts),):
            plain_floats = parts and not expr.kwargs and all(plain(facts.kind_of(p)) == FLOAT for p in parts)
            return Op(own.vector_of, (Op(prims.make_tuple, parts),)) if plain_floats else None
        case (_,) if not expr.kwargs:
            return Op(own.copy_of, expr.args)
    return None


def _mean(expr: Op, facts: Facts) -> Expr | None:
    given = _given(expr, ("a", "axis", "dtype", "out", "keepdims"))
    match given:
        case {"a": x, "axis": Lit(value=int()) as axis, "keepdims": Lit(value=True)} if len(given) == 3:
            return Op(own.mean_keeping, (x, axis))
        case {"a": x, "axis": Lit(value=int()) as axis} if len(given) == 2:
            return Op(own.mean_along, (x, axis))
    return None


def _sum(expr: Op, facts: Facts) -> Expr | None:
    given = _given(expr, ("a", "axis", "dtype", "out", "keepdims"))
    match given:
        case {"a": x, "axis": Lit(value=int()) as axis, "keepdims": Lit(value=True)} if len(given) == 3:
            return Op(own.sum_keeping, (x, axis))
    return None


def _add_at(expr: Op, facts: Facts) -> Expr | None:
    return Op(own.add_at, expr.args) if len(expr.args) == 3 else None


def _abs(expr: Op, facts: Facts) -> Expr | None:
    return None if is_number(facts.kind_of(expr.args[0])) else Op(np.abs, expr.args)


def _refuse_overlap(expr: Op, facts: Facts) -> Expr | None:
    names, *arrays = expr.args
    return Op(own.refuse_overlap, (names, Op(prims.make_tuple, tuple(Op(own.span, (a,)) for a in arrays))))


def _item(expr: Op, facts: Facts) -> Expr | None:
    base, key = expr.args
    if isinstance(facts.kind_of(base), (List, Dict, Tuple, TupleOf)):
        return None
    return Op(operator.getitem, (base, _masked(base, key, facts)))


def _masked(base: Expr, key: Expr, facts: Facts) -> Expr:
    """An index with a look at the length of every mask in it."""
    parts = key.args if isinstance(key, Op) and key.fn is prims.make_tuple else (key,)
    made = tuple(Op(own.mask, (p, base, Lit(i))) if _may_be_mask(p, facts) else p for i, p in enumerate(parts))
    if made == parts:
        return key
    return made[0] if parts == (key,) else Op(prims.make_tuple, made)


def _may_be_mask(part: Expr, facts: Facts) -> bool:
    kind = facts.kind_of(part)
    if isinstance(part, (Lit, Ref)) or is_number(plain(kind)) or kind in (SLICE, STRING):
        return isinstance(part, Ref) and isinstance(part.value, np.ndarray)
    return not (isinstance(kind, Array) and kind.dtype != "bool")


_CHANGES: dict[Any, Change] = {
    operator.getitem: _item,
    np.array: _array,
    np.mean: _mean,
    np.sum: _sum,
    np.add.at: _add_at,
    abs: _abs,
    operator.abs: _abs,
    runtime.refuse_overlap: _refuse_overlap,
}


def _upwards(stmt: Stmt) -> Stmt:
    """A loop that counts a range of another step than one backwards, as a range of its own."""
    if not (isinstance(stmt, For) and stmt.reverse) or stmt.step in (Lit(1), Lit(-1)):
        return stmt
    trips = Op(len, (Op(range, (stmt.start, stmt.stop, stmt.step)),))
    reach = Op(operator.mul, (Op(operator.sub, (trips, Lit(1))), stmt.step))
    last, before = Op(operator.add, (stmt.start, reach)), Op(operator.sub, (stmt.start, stmt.step))
    return replace(stmt, start=last, stop=before, step=Op(operator.neg, (stmt.step,)), reverse=False)
