# mypy: allow-untyped-defs, allow-untyped-calls
"""Running sums and products, and the reductions that leave out NaN or weigh their elements."""

from __future__ import annotations

import numpy as np

from srcad import runtime, runtime_arrays
from srcad.rules import layouts, shapes
from srcad.rules.asks import has_ndim, is_complex, is_float_type, refuse
from srcad.rules.operators import POSITIVE, ROW, STACK, TABLE
from srcad.rules.reductions import ZEROS
from srcad.rules.registry import call, linear, pullback, pushforward

HOLED = np.array([[0.5, np.nan, 2.0], [1.5, 0.3, -0.7]])
HOLES = [
    (HOLED,),
    (HOLED, 0),
    call(HOLED, axis=-1),
    call(HOLED, axis=(0, 1)),
    call(HOLED, 1, keepdims=True),
    call(HOLED, keepdims=True),
    (TABLE, 1),
]


@pullback(np.cumprod, kind=layouts.running, at=[(ROW,), (TABLE, 1), (TABLE,), (ZEROS, 0), (ZEROS, 1), (ZEROS,)])
def cumprod(a, axis=None, dtype=None, *, out, d_out):
    if is_complex(a) and not is_complex(out):
        return refuse("np.cumprod of complex values with a real dtype has no rule", "take their real parts: x.real")
    if dtype is not None and not is_float_type(dtype):
        return None
    return runtime_arrays.cumprod_adjoint(d_out, a, axis)


@pushforward(np.cumprod)
def cumprod_dot(a, axis=None, dtype=None, *, out, a_dot):
    if is_complex(a) and not is_complex(out):
        return refuse("np.cumprod of complex values with a real dtype has no rule", "take their real parts: x.real")
    return runtime_arrays.cumprod_along(a_dot, a, axis)


@linear(np.cumulative_sum, at=[(ROW,), call(TABLE, axis=1), call(TABLE, axis=-2)])
def cumulative_sum(x, axis=None, *, d_out):
    if axis is None:
        return np.flip(np.cumsum(np.flip(d_out)))
    return np.flip(np.cumsum(np.flip(d_out, axis), axis), axis)


@pullback(np.cumulative_prod, at=[(ROW,), call(ZEROS, axis=1), call(TABLE, axis=-2)])
def cumulative_prod(x, axis=None, *, d_out):
    return runtime_arrays.cumprod_adjoint(d_out, x, axis)


@pushforward(np.cumulative_prod)
def cumulative_prod_dot(x, axis=None, *, x_dot):
    return runtime_arrays.cumprod_along(x_dot, x, axis)


@pullback(np.nancumsum, kind=layouts.running, at=[(HOLED,), (HOLED, 0), (HOLED, -1), (ROW,)])
def nancumsum(a, axis=None, *, d_out):
    if axis is None:
        return np.where(np.isnan(a), 0.0, np.reshape(np.flip(np.cumsum(np.flip(d_out))), np.shape(a)))
    return np.where(np.isnan(a), 0.0, np.flip(np.cumsum(np.flip(d_out, axis), axis), axis))


@pushforward(np.nancumsum)
def nancumsum_dot(a, axis=None, *, a_dot):
    return np.cumsum(np.where(np.isnan(a), 0.0, a_dot), axis)


@pullback(np.nancumprod, kind=layouts.running, at=[(HOLED,), (HOLED, 0), (HOLED, -1), (ROW,)])
def nancumprod(a, axis=None, *, d_out):
    filled = np.where(np.isnan(a), 1.0, a)
    return np.where(np.isnan(a), 0.0, runtime_arrays.cumprod_adjoint(d_out, filled, axis))


@pushforward(np.nancumprod)
def nancumprod_dot(a, axis=None, *, a_dot):
    is_hole = np.isnan(a)
    return runtime_arrays.cumprod_along(np.where(is_hole, 0.0, a_dot), np.where(is_hole, 1.0, a), axis)


@pullback(np.nansum, kind=shapes.reduced, at=HOLES)
def nansum(a, axis=None, keepdims=False, *, d_out):
    if axis is not None and not keepdims:
        return np.where(np.isnan(a), 0.0, np.expand_dims(d_out, axis))
    return np.where(np.isnan(a), 0.0, d_out)


@pushforward(np.nansum)
def nansum_dot(a, axis=None, keepdims=False, *, a_dot):
    return np.sum(np.where(np.isnan(a), 0.0, a_dot), axis, keepdims=keepdims)


@pullback(np.nanmean, kind=shapes.reduced, at=HOLES)
def nanmean(a, axis=None, keepdims=False, *, d_out):
    share = d_out
    if axis is not None and not keepdims:
        share = np.expand_dims(d_out, axis)
    return np.where(np.isnan(a), 0.0, share / np.sum(np.isfinite(a), axis, keepdims=True))


@pullback(np.nanvar, kind=shapes.reduced, at=[*HOLES, call(HOLED, 1, ddof=1)], refused=("ddof",))
def nanvar(a, axis=None, ddof=0, keepdims=False, *, d_out):
    share = d_out
    if axis is not None and not keepdims:
        share = np.expand_dims(d_out, axis)
    centred = np.where(np.isnan(a), 0.0, a - np.nanmean(a, axis, keepdims=True))
    count = np.sum(np.isfinite(a), axis, keepdims=True) - ddof
    return np.where(np.isnan(a), 0.0, 2 * share / count * centred)


@pullback(np.nanstd, kind=shapes.reduced, at=[HOLES[0], *HOLES[2:], call(HOLED, 1, ddof=1)], refused=("ddof",))
def nanstd(a, axis=None, ddof=0, keepdims=False, *, out, d_out):
    share = d_out / out
    if axis is not None and not keepdims:
        share = np.expand_dims(d_out / out, axis)
    centred = np.where(np.isnan(a), 0.0, a - np.nanmean(a, axis, keepdims=True))
    count = np.sum(np.isfinite(a), axis, keepdims=True) - ddof
    return np.where(np.isnan(a), 0.0, share / count * centred)


@pullback(np.nanprod, kind=shapes.reduced, at=[*HOLES, (ZEROS, 1)])
def nanprod(a, axis=None, keepdims=False, *, d_out):
    share = d_out
    if axis is not None and not keepdims:
        share = np.expand_dims(d_out, axis)
    others = runtime.product_of_others(np.where(np.isnan(a), 1.0, a), axis)
    return np.where(np.isnan(a), 0.0, share * others)


@pullback(np.nanmax, np.nanmin, kind=shapes.reduced, at=HOLES)
def nanextreme(a, axis=None, keepdims=False, *, out, d_out):
    if axis is not None and not keepdims:
        reached = a == np.expand_dims(out, axis)
        return np.expand_dims(d_out, axis) * reached / np.sum(reached, axis, keepdims=True)
    reached = a == out
    return d_out * reached / np.sum(reached, axis, keepdims=True)


@pullback(np.ptp, kind=shapes.reduced, at=[(ROW,), (TABLE, 0), (TABLE, -1), call(STACK, axis=1, keepdims=True)])
def ptp(a, axis=None, keepdims=False, *, d_out):
    share = d_out
    if axis is not None and not keepdims:
        share = np.expand_dims(d_out, axis)
    high = a == np.max(a, axis, keepdims=True)
    low = a == np.min(a, axis, keepdims=True)
    return share * (high / np.sum(high, axis, keepdims=True) - low / np.sum(low, axis, keepdims=True))


@pullback(
    np.average,
    kind=shapes.reduced,
    at=[
        (ROW,),
        (TABLE, 0),
        call(TABLE, weights=TABLE * TABLE),
        call(ROW, weights=POSITIVE),
        (TABLE, 1, POSITIVE),
        call(STACK, axis=(0, 2), weights=STACK * STACK),
        call(TABLE, -1, POSITIVE, keepdims=True),
    ],
)
def average(a, axis=None, weights=None, keepdims=False, *, out, d_out):
    if is_complex(weights):
        return refuse("np.average with complex weights has no rule", "divide np.sum by np.sum")
    share = d_out
    middle = out
    if axis is not None and not keepdims:
        share = np.expand_dims(d_out, axis)
        middle = np.expand_dims(out, axis)
    if weights is None:
        return np.broadcast_to(share * (np.size(d_out) / np.size(a)), np.shape(a)), None, None
    if not (has_ndim(a) and has_ndim(weights)):
        return refuse("np.average of arrays whose dimensions are not known has no rule", "divide np.sum by np.sum")
    if np.ndim(a) == np.ndim(weights):
        share = share / np.sum(weights, axis, keepdims=True)
        return share * weights, None, share * (a - middle)
    along = runtime_arrays.shape_along(a, axis)
    share = share / np.sum(weights)
    d_weights = runtime.unbroadcast(share * (a - middle), np.reshape(weights, along))
    return share * np.reshape(weights, along), None, np.reshape(d_weights, np.shape(weights))


@pushforward(np.average)
def average_dot(a, axis=None, weights=None, keepdims=False, *, out, a_dot, weights_dot):
    if is_complex(weights):
        return refuse("np.average with complex weights has no rule", "divide np.sum by np.sum")
    if weights is None and keepdims:
        return np.mean(a_dot, axis, keepdims=True)
    if weights is None:
        return np.mean(a_dot, axis)
    if not (has_ndim(a) and has_ndim(weights)):
        return refuse("np.average of arrays whose dimensions are not known has no rule", "divide np.sum by np.sum")
    if np.ndim(a) == np.ndim(weights):
        share = weights / np.sum(weights, axis, keepdims=True)
        share_dot = None if weights_dot is None else weights_dot / np.sum(weights, axis, keepdims=True)
    else:
        along = runtime_arrays.shape_along(a, axis)
        share = np.reshape(weights / np.sum(weights), along)
        share_dot = None if weights_dot is None else np.reshape(weights_dot / np.sum(weights), along)
    middle = np.expand_dims(out, axis) if axis is not None and not keepdims else out
    if weights_dot is None:
        moved = share * a_dot
    elif a_dot is None:
        moved = share_dot * (a - middle)
    else:
        moved = share * a_dot + share_dot * (a - middle)
    if keepdims:
        return np.sum(moved, axis, keepdims=True)
    return np.sum(moved, axis)
