# mypy: allow-untyped-defs, allow-untyped-calls
"""The helpers of `srcad.runtime`, so that generated code can be differentiated again."""

from __future__ import annotations

import types

import numpy as np

from srcad import runtime, runtime_arrays, runtime_rules, runtime_signals, runtime_stats
from srcad.core.kinds import BOOL, INT, Array, Kind, List, is_number, widen
from srcad.core.kinds import FLOAT as FLOATING
from srcad.rules import layouts, shapes
from srcad.rules.operators import COLUMN, POSITIVE, ROW, STACK, TABLE
from srcad.rules.registry import Call, elementwise, linear, pullback, zero


def _like_second(call: Call) -> Kind:
    d, x = call.args[0], call.args[1]
    if isinstance(x, Array):
        return Array(d.dtype if isinstance(d, Array) else "float64", x.dims)
    return FLOATING if is_number(x) else widen(x)


def _like_first(call: Call) -> Kind:
    return widen(call.args[0])


@linear(runtime_arrays.array_alike, kind=layouts.made_array, at=[([1.0, 2.0],), ((1.5, -2.0),)])
def array_alike(items, *, d_out):
    return d_out


@pullback(runtime.laid_out, kind=_like_first, at=[(TABLE, TABLE * 2), (TABLE, ROW)], linear_in=("values",))
def laid_out(x, values, *, d_out):
    return None, runtime.unbroadcast(d_out, values)


@linear(runtime.unbroadcast, kind=_like_second, at=[(TABLE, ROW), (TABLE, COLUMN), (TABLE, 1), (ROW, ROW), (2.0, 1)])
def unbroadcast(d, x, *, d_out):
    return np.broadcast_to(d_out, np.shape(d))


@linear(runtime_rules.shaped_as, kind=_like_second, at=[(2.0, 1.5, "x"), (ROW, ROW + 1.0, "x"), (TABLE, TABLE, "x")])
def shaped_as(d, x, name, *, d_out):
    return d_out


# like stop_gradient: none passes although the value moves, so that the only case is an int
zero(runtime_rules.still, kind=lambda call: widen(call.args[0]), at=[(7,)])


@linear(runtime_rules.partial_of, kind=_like_first, at=[(2.0, 1.5, "x"), (ROW, ROW + 1.0, "x")])
def partial_of(d, y, name, *, d_out):
    return d_out


@linear(runtime.split_extreme, at=[(2.0, [1, 3, 3], 3), (2.0, (4, 3), 4)])
def split_extreme(d, items, extreme, *, d_out):
    return np.dot(runtime.split_extreme(1.0, items, extreme), d_out)


# Each of these is one of the three derivatives of the trilinear form <d, x y>; the other two are those of each.


@pullback(
    runtime.matmul_left,
    at=[(COLUMN[:, 0], TABLE, ROW), (STACK @ TABLE.T, STACK, TABLE.T)],
    multilinear_in=("d", "y"),
)
def matmul_left(d, x, y, *, d_out):
    return d_out @ y, None, runtime.matmul_right(d, d_out, y)


@pullback(
    runtime.matmul_right,
    at=[(COLUMN[:, 0], TABLE, ROW), (STACK @ TABLE.T, STACK, TABLE.T)],
    multilinear_in=("d", "x"),
)
def matmul_right(d, x, y, *, d_out):
    return x @ d_out, runtime.matmul_left(d, x, d_out), None


@pullback(
    runtime.dot_left,
    at=[(COLUMN[:, 0], TABLE, ROW), (np.dot(STACK, TABLE.T), STACK, TABLE.T)],
    multilinear_in=("d", "y"),
)
def dot_left(d, x, y, *, d_out):
    return np.dot(d_out, y), None, runtime.dot_right(d, d_out, y)


@pullback(
    runtime.dot_right,
    at=[(COLUMN[:, 0], TABLE, ROW), (np.dot(STACK, TABLE.T), STACK, TABLE.T)],
    multilinear_in=("d", "x"),
)
def dot_right(d, x, y, *, d_out):
    return np.dot(x, d_out), runtime.dot_left(d, x, d_out), None


zero(runtime.has_own, kind=shapes.always(BOOL), at=[(types.SimpleNamespace(area=2.0), "area")])
zero(runtime.part_width, kind=shapes.always(INT), at=[(6, 3)])
zero(runtime.part_start, kind=shapes.always(INT), at=[(7, 3, 2)])
zero(runtime.above, kind=shapes.broadcast, at=[(0.7, 1.2), (ROW, COLUMN), (ROW, POSITIVE)])
zero(runtime.index_groups, kind=lambda call: List(List(INT)), at=[("combinations", 4, 2), ("permutations", 3, 3)])
zero(runtime.order_of, kind=lambda call: List(INT), at=[([3.0, 1.0, 2.0],), ([3.0, 1.0, 2.0], True)])


zero(runtime.stop_gradient, kind=lambda call: widen(call.args[0]), at=[(7,)])
zero(runtime_arrays.places, at=[(ROW,), (TABLE,)])


@linear(runtime_arrays.add_at, at=[(ROW, np.array([0, 2, 2]), TABLE), (TABLE, np.array([[0, 1, 1], [2, 0, 0]]), ROW)])
def add_at(d, at, x, *, d_out):
    return np.take(d_out, at)


@linear(runtime_signals.diff_adjoint, at=[(ROW,), (TABLE, 2, 0)])
def diff_adjoint(d, n=1, axis=-1, length=None, *, d_out):
    return np.diff(d_out, n, axis)


@elementwise(runtime_stats.inside, at=[(0.7, 0.0, 1.0), (POSITIVE, 0, 3)])
def inside(x, low, high):
    return 1, None, None


@elementwise(runtime_stats.whole, at=[(2,), (np.array([0, 3, 1]),)])
def whole(k):
    return 1
