# mypy: allow-untyped-defs, allow-untyped-calls
"""Python's built-in functions (`abs` and `pow` are in `operators.py`). `complex` is in `complexes.py`.

`max` and `min` split a tie evenly, as `np.maximum` does.
"""

from __future__ import annotations

import numpy as np

from srcad import runtime
from srcad.core.kinds import BOOL, FLOAT, INT, RANGE, SLICE, STRING
from srcad.core.prims import each
from srcad.rules import layouts, shapes
from srcad.rules.asks import has_ndim, is_scalar, when
from srcad.rules.operators import ROW, TABLE
from srcad.rules.registry import call, linear, pullback, pushforward, zero
from srcad.rules.shapes import always


@pullback(max, kind=layouts.extreme_of, at=[(2.0, 3.0), (1.0, 3.0, 2.0), ([1.0, 3.0, 2.0],), (ROW,), ((2.0, 1.0),)])
def largest(*items, out, d_out):
    if len(items) == 1:
        return [runtime.split_extreme(d_out, items[0], out)]
    if len(items) == 2:
        x = items[0]
        y = items[1]
        return [
            d_out * when(x > y, 1.0, when(x == y, 0.5, 0.0)),
            d_out * when(y > x, 1.0, when(x == y, 0.5, 0.0)),
        ]
    return runtime.split_extreme(d_out, items, out)


@pullback(min, kind=layouts.extreme_of, at=[(2.0, 3.0), (1.0, 3.0, 2.0), ([1.0, 3.0, 2.0],), (ROW,), ((2.0, 1.0),)])
def smallest(*items, out, d_out):
    if len(items) == 1:
        return [runtime.split_extreme(d_out, items[0], out)]
    if len(items) == 2:
        x = items[0]
        y = items[1]
        return [
            d_out * when(x < y, 1.0, when(x == y, 0.5, 0.0)),
            d_out * when(y < x, 1.0, when(x == y, 0.5, 0.0)),
        ]
    return runtime.split_extreme(d_out, items, out)


@pullback(
    sum,
    kind=layouts.total,
    linear_in=("iterable", "start"),
    at=[([1.0, 3.0, 2.0],), ((1.0, 2.0), 3.0), (ROW,), (TABLE,), ([ROW, ROW * 2],), ([ROW, 2.0, TABLE],)],
)
def total(iterable, start=0, *, d_out):
    if isinstance(iterable, np.ndarray):
        if np.ndim(iterable) == 1 and is_scalar(start):
            return np.full_like(iterable, d_out), d_out
        return runtime.unbroadcast_each(d_out, iterable), runtime.unbroadcast(d_out, start)
    if has_ndim(iterable) and np.ndim(iterable) == 1 and is_scalar(start):
        if isinstance(iterable, tuple):
            return each(d_out), d_out
        return np.full(len(iterable), d_out), d_out
    return runtime.unbroadcast_each(d_out, iterable), runtime.unbroadcast(d_out, start)


@linear(float, kind=always(FLOAT), at=[(2.0,), (np.array(2.0),)])
def to_float(x, *, d_out):
    if is_scalar(x):
        return d_out
    return np.full(np.shape(x), d_out)


@linear(np.float64, kind=shapes.broadcast, at=[(2.0,), (ROW,)])
def to_double(x, *, d_out):
    return d_out


@linear(runtime.item, kind=layouts.taken_out, at=[(ROW[:1],), (np.array(2.0),)])
def item(x, *, d_out):
    return np.full_like(x, d_out)


@pullback(sorted, kind=layouts.sorted_items, at=[([3.0, 1.0, 2.0],), call([3.0, 1.0, 2.0], reverse=True), (ROW,)])
def in_order(iterable, reverse=False, *, d_out):
    return runtime.unsort(d_out, iterable, reverse)


@pushforward(sorted)
def in_order_dot(iterable, reverse=False, *, iterable_dot):
    return runtime.sorted_along(iterable_dot, iterable, reverse)


@pullback(divmod, np.divmod, kind=layouts.quotient_and_rest, at=[(5.3, 2.1), (-5.3, 2.1), (ROW, 0.4)])
def quotient(x, y, *, out, d_out):
    return runtime.unbroadcast(d_out[1], x), runtime.unbroadcast(-out[0] * d_out[1], y)


@pushforward(divmod, np.divmod)
def quotient_dot(x, y, *, out, x_dot, y_dot):
    if y_dot is None:
        rest = x_dot
    elif x_dot is None:
        rest = -(y_dot * out[0])
    else:
        rest = x_dot - y_dot * out[0]
    if is_scalar(x) and is_scalar(y):
        return 0.0, rest
    return np.zeros_like(out[0]), np.full_like(out[1], rest)


zero(int, kind=always(INT), at=[(2.7,), (-2.7,)])
zero(len, kind=always(INT), at=[([1.0, 2.0],), (ROW,)])
zero(bool, callable, kind=always(BOOL), at=[(2.7,)])
zero(any, all, kind=always(BOOL), at=[([1.0, 0.0],), (ROW,)])
zero(isinstance, kind=always(BOOL), at=[(2.0, float)])
zero(issubclass, kind=always(BOOL), at=[(bool, int)])
zero(hasattr, kind=always(BOOL), at=[(2.0, "real")])
zero(round, kind=layouts.rounded, at=[(2.7,), (2.71, 1), (3,)])
zero(type, at=[(2.0,)], kind=layouts.type_of)
zero(id, kind=always(INT), at=[("a",)])
zero(hash, kind=always(INT), at=[(7,)])
zero(ord, kind=always(INT), at=[("a",)])
zero(chr, kind=always(STRING), at=[(97,)])
zero(str, repr, ascii, kind=always(STRING), at=[(7,)])
zero(format, kind=always(STRING), at=[(7, "03d")])
zero(range, kind=always(RANGE), at=[(4,), (1, 9, 2)])
zero(slice, kind=always(SLICE), at=[(4,), (1, 9, 2)])
