# mypy: allow-untyped-defs, allow-untyped-calls
"""Functions that make arrays: only the values they are filled with carry a derivative."""

from __future__ import annotations

import numpy as np

from srcad import runtime
from srcad.rules import layouts
from srcad.rules.asks import is_scalar, refuse
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


@pullback(
    np.logspace,
    at=[(0.1, 0.6, 6), call(0.1, 0.6, 4, endpoint=False), call(0.5, 1.2, num=3, base=2.5)],
)
def logspace(start, stop, num=50, endpoint=True, base=10, *, out, d_out):
    if not (is_scalar(start) and is_scalar(stop) and is_scalar(base)):
        return refuse("np.logspace between arrays has no rule", "write base ** np.linspace(start, stop)")
    share = d_out * out * np.log(base)
    d_base = np.sum(d_out * out * np.linspace(start, stop, num, endpoint)) / base
    rising = np.linspace(0.0, 1.0, num, endpoint)
    return np.dot(1 - rising, share), np.dot(rising, share), None, None, d_base


@pushforward(np.logspace)
def logspace_dot(start, stop, num=50, endpoint=True, base=10, *, out, start_dot, stop_dot, base_dot):
    if not (is_scalar(start) and is_scalar(stop) and is_scalar(base)):
        return refuse("np.logspace between arrays has no rule", "write base ** np.linspace(start, stop)")
    rising = np.linspace(0.0, 1.0, num, endpoint)
    slope = 0.0 if start_dot is None else start_dot * (1 - rising)
    slope = slope if stop_dot is None else slope + stop_dot * rising
    moved = np.log(base) * slope
    return out * (moved if base_dot is None else moved + base_dot / base * np.linspace(start, stop, num, endpoint))


@pullback(np.geomspace, at=[(0.5, 2.0, 6), call(0.5, 2.0, 4, endpoint=False), (2.0, 0.3, 3), (-1.5, -0.2, 4)])
def geomspace(start, stop, num=50, endpoint=True, *, out, d_out):
    if not (is_scalar(start) and is_scalar(stop)):
        return refuse("np.geomspace between arrays has no rule", "write np.exp(np.linspace(np.log(a), np.log(b)))")
    rising = np.linspace(0.0, 1.0, num, endpoint)
    return np.dot(1 - rising, d_out * out) / start, np.dot(rising, d_out * out) / stop


@pushforward(np.geomspace)
def geomspace_dot(start, stop, num=50, endpoint=True, *, out, start_dot, stop_dot):
    if not (is_scalar(start) and is_scalar(stop)):
        return refuse("np.geomspace between arrays has no rule", "write np.exp(np.linspace(np.log(a), np.log(b)))")
    rising = np.linspace(0.0, 1.0, num, endpoint)
    slope = 0.0 if start_dot is None else start_dot / start * (1 - rising)
    return out * (slope if stop_dot is None else slope + stop_dot / stop * rising)
