# mypy: allow-untyped-defs, allow-untyped-calls
"""Vectors in space, and steps along an axis: lengths, cross products, differences."""

from __future__ import annotations

import numpy as np

from srcad import runtime
from srcad.rules import shapes
from srcad.rules.asks import has_ndim, is_scalar, refuse
from srcad.rules.operators import COLUMN, POSITIVE, ROW, STACK, TABLE
from srcad.rules.registry import call, linear, pullback


@linear(np.diff, kind=shapes.stepped, at=[(ROW,), (TABLE,), (STACK, 2), (STACK, 1, 1), call(TABLE, axis=0), (ROW[:1],)])
def diff(a, n=1, axis=-1, *, d_out):
    return runtime.undiff(d_out, a, n, axis)


@pullback(np.cross, kind=shapes.crossed, at=[(ROW, POSITIVE), (TABLE, ROW), (ROW, TABLE), (TABLE, TABLE + 1)])
def cross(a, b, *, d_out):
    return runtime.unbroadcast(np.cross(b, d_out), a), runtime.unbroadcast(np.cross(d_out, a), b)


@pullback(
    np.linalg.norm,
    kind=shapes.reduced,
    at=[
        (-2.0,),
        (ROW,),
        ([0.5, 1.5, -2.0],),
        (TABLE,),
        (STACK,),
        (COLUMN,),
        (TABLE, None, 0),
        call(TABLE, axis=-1, keepdims=True),
        (STACK, None, (0, 2)),
    ],
)
def norm(x, ord=None, axis=None, keepdims=False, *, out, d_out):
    if ord is not None:
        return refuse("np.linalg.norm with an order has no rule", "leave ord out, or write the norm in Python")
    if is_scalar(x):
        return d_out * np.sign(x)
    values = x if has_ndim(x) and isinstance(x, np.ndarray) else np.asarray(x)
    if axis is not None and not keepdims:
        return np.expand_dims(d_out / out, axis) * values
    return d_out / out * values
