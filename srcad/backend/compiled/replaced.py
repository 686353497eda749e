"""Calls that Numba lacks become calls that it compiles.

    np.array(x)                 np.copy(x)
    x.mean(axis=0)              mean_along(x, 0)
    np.add.at(x, index, d)      add_at(x, index, d)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from srcad.backend import numba_runtime as own
from srcad.core.kinds import UNKNOWN, Array, Kind
from srcad.core.nodes import Expr, Op, Program, Var, map_operands
from srcad.transform.reverse.gradient import change_expressions

Change = Callable[[Op, Mapping[str, Kind]], Expr | None]


def with_replaced_calls(program: Program, kinds: Mapping[str, Kind]) -> Program:
    """The program with its calls replaced."""

    def change(expr: Expr) -> Expr:
        if not isinstance(expr, Op):
            return expr
        expr = map_operands(expr, change)
        assert isinstance(expr, Op)
        found = _CHANGES.get(expr.fn) if type(expr.fn).__hash__ is not None else None
        made = None if found is None else found(expr, kinds)
        return expr if made is None else made

    return replace(program, body=change_expressions(program.body, change))


def _given(expr: Op, names: tuple[str, ...]) -> dict[str, Expr] | None:
    """The arguments by name; None where there are others."""
    given = dict(zip(names, expr.args, strict=False))
    given.update(expr.kwargs)
    return given if len(expr.args) <= len(names) and set(given) <= set(names) else None


def _array(expr: Op, kinds: Mapping[str, Kind]) -> Expr | None:
    match expr.args:
        case (Var(name=name),) if not expr.kwargs and isinstance(kinds.get(name, UNKNOWN), Array):
            return Op(np.copy, expr.args)
    return None


def _mean(expr: Op, kinds: Mapping[str, Kind]) -> Expr | None:
    given = _given(expr, ("a", "axis"))
    return None if given is None or "axis" not in given else Op(own.mean_along, (given["a"], given["axis"]))


def _add_at(expr: Op, kinds: Mapping[str, Kind]) -> Expr | None:
    return Op(own.add_at, expr.args) if len(expr.args) == 3 else None


_CHANGES: dict[Any, Change] = {np.array: _array, np.mean: _mean, np.add.at: _add_at}
