# mypy: allow-untyped-defs, allow-untyped-calls
"""Integrals of samples in `scipy.integrate`: each is linear in the samples."""

from __future__ import annotations

import numpy as np
from scipy import integrate

from srcad import runtime_filters, runtime_signals
from srcad.rules.asks import has_ndim, refuse
from srcad.rules.operators import STACK, TABLE
from srcad.rules.registry import call, pullback, pushforward, zero
from srcad.rules.signals import KNOTS, LONG, trapezoid

pullback(
    integrate.trapezoid,
    at=[(LONG,), (TABLE,), call(TABLE, dx=0.5), call(TABLE, axis=0), (TABLE, KNOTS), call(LONG, x=LONG.cumsum())],
)(trapezoid)


@pullback(
    integrate.simpson,
    at=[
        (LONG,),
        (LONG[:4],),
        (LONG[:2],),
        call(TABLE, dx=2),
        call(STACK, axis=0),
        call(TABLE, x=np.array([0.0, 1.0, 3.0]).astype(int)),
        call(LONG[:4], x=np.array([0, 1, 3, 4])),
    ],
    refused=("x", "dx"),
)
def simpson(y, x=None, dx=1, axis=-1, *, d_out):
    if x is not None and not (has_ndim(x) and np.ndim(x) == 1):
        return refuse("scipy.integrate.simpson with x of several dimensions has no rule", "integrate row by row")
    return np.expand_dims(d_out, axis) * runtime_filters.simpson_weights(y, x, dx, axis) + np.zeros_like(y)


@pushforward(integrate.simpson)
def simpson_dot(y, x=None, dx=1, axis=-1, *, y_dot):
    if x is not None and not (has_ndim(x) and np.ndim(x) == 1):
        return refuse("scipy.integrate.simpson with x of several dimensions has no rule", "integrate row by row")
    return np.sum(runtime_filters.simpson_weights(y, x, dx, axis) * y_dot, axis)


zero(runtime_filters.simpson_weights, at=[(LONG,)])


@pullback(
    integrate.cumulative_trapezoid,
    at=[
        (LONG,),
        (LONG, LONG.cumsum()),
        call(TABLE, dx=2),
        call(TABLE, axis=0, initial=0),
        call(TABLE, KNOTS, initial=0),
        call(STACK, axis=1, initial=0),
    ],
    refused=("dx",),
)
def cumulative_trapezoid(y, x=None, dx=1, axis=-1, initial=None, *, d_out):
    if x is not None and not (has_ndim(x) and np.ndim(x) == 1):
        return refuse("scipy.integrate.cumulative_trapezoid with x of several dimensions has no rule", "go row by row")
    last = np.moveaxis(d_out, axis, -1)
    parts = last if initial is None else last[..., 1:]
    later = np.flip(np.cumsum(np.flip(parts, -1), -1), -1)  # an interval counts from its end on
    share = later * (dx if x is None else np.diff(x)) / 2
    edge = np.zeros_like(share[..., :1])
    d_y = np.moveaxis(np.concatenate((share, edge), -1) + np.concatenate((edge, share), -1), -1, axis)
    if x is None:
        return d_y
    rows = np.moveaxis(y, axis, -1)
    d_steps = np.reshape(later * (rows[..., 1:] + rows[..., :-1]) / 2, (-1, len(x) - 1))
    return d_y, runtime_signals.diff_adjoint(np.sum(d_steps, 0), 1, -1)


@pushforward(integrate.cumulative_trapezoid)
def cumulative_trapezoid_dot(y, x=None, dx=1, axis=-1, initial=None, *, y_dot, x_dot):
    if x is not None and not (has_ndim(x) and np.ndim(x) == 1):
        return refuse("scipy.integrate.cumulative_trapezoid with x of several dimensions has no rule", "go row by row")
    begin = None if initial is None else 0
    if y_dot is None:
        return integrate.cumulative_trapezoid(y, x_dot, dx, axis, begin)
    moved = integrate.cumulative_trapezoid(y_dot, x, dx, axis, begin)
    return moved if x_dot is None else moved + integrate.cumulative_trapezoid(y, x_dot, dx, axis, begin)
