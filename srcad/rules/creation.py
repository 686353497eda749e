# mypy: allow-untyped-defs, allow-untyped-calls
"""Functions that make arrays: only the values they are filled with carry a derivative."""

from __future__ import annotations

import numpy as np

from srcad import runtime
from srcad.rules import layouts
from srcad.rules.asks import is_scalar
from srcad.rules.operators import ROW, TABLE
from srcad.rules.registry import call, pullback, pushforward, zero

zero(np.zeros, np.ones, kind=layouts.filled, at=[(3,), ((2, 3),), call((2, 1), dtype=np.float32)])
zero(np.empty, kind=layouts.filled, at=[((0,),)])
zero(np.zeros_like, np.ones_like, kind=layouts.like, at=[(ROW,), (TABLE,), call(ROW, dtype="float32"), (2.0,)])
zero(np.empty_like, kind=layouts.like, at=[(ROW[:0],)])
zero(np.eye, kind=layouts.squared, at=[(3,), (2, 3)])
zero(np.identity, kind=layouts.squared, at=[(3,)])
zero(np.tri, at=[(3,)])
zero(np.indices, at=[((2, 3),)])


@pullback(
    np.full,
    kind=layouts.filled_with,
    at=[(3, 1.5), ((2, 3), 1.5), ((2, 3), ROW)],
    linear_in=("fill_value",),
)
def full(shape, fill_value, *, d_out):
    if is_scalar(fill_value):
        return None, np.sum(d_out)
    return None, runtime.unbroadcast(d_out, fill_value)


@pullback(np.full_like, kind=layouts.like, at=[(TABLE, 1.5), (TABLE, ROW)], linear_in=("fill_value",))
def full_like(a, fill_value, *, d_out):
    if is_scalar(fill_value):
        return None, np.sum(d_out)
    return None, runtime.unbroadcast(d_out, fill_value)


@pullback(np.arange, kind=layouts.counted, at=[(5,), (0.25, 3.1), (0.25, 3.1, 0.5), (3.1, 0.2, -0.7)])
def arange(start, stop=None, step=1, *, d_out):
    if stop is None:
        return None, None, None
    return np.sum(d_out), None, np.dot(np.arange(np.size(d_out)), d_out)


@pushforward(np.arange)
def arange_dot(start, stop=None, step=1, *, out, start_dot, step_dot):
    if stop is None:
        return np.zeros_like(out)
    if step_dot is None:
        return np.zeros_like(out) if start_dot is None else np.full_like(out, start_dot)
    if start_dot is None:
        return step_dot * np.arange(np.size(out))
    return start_dot + step_dot * np.arange(np.size(out))


@pullback(
    np.linspace,
    kind=layouts.spaced,
    at=[(0.5, 2.0), (0.5, 2.0, 7), call(0.5, 2.0, 4, endpoint=False), (ROW, TABLE, 3)],
    linear_in=("start", "stop"),
)
def linspace(start, stop, num=50, endpoint=True, *, d_out):
    fading = np.linspace(1.0, 0.0, num, endpoint)
    rising = np.linspace(0.0, 1.0, num, endpoint)
    if is_scalar(start) and is_scalar(stop):
        return np.dot(fading, d_out), np.dot(rising, d_out)
    d_start = np.tensordot(fading, d_out, 1)
    d_stop = np.tensordot(rising, d_out, 1)
    return runtime.unbroadcast(d_start, start), runtime.unbroadcast(d_stop, stop)
