# mypy: allow-untyped-defs, allow-untyped-calls
"""Running sums and products, and the reductions that leave out NaN or weigh their elements."""

from __future__ import annotations

import numpy as np

from srcad import runtime, runtime_arrays
from srcad.rules import layouts, shapes
from srcad.rules.asks import has_ndim, is_complex, is_float_type, refuse
from srcad.rules.operators import POSITIVE, ROW, STACK, TABLE
from srcad.rules.reductions import ALONG, ZEROS
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
    return runtime_arrays.cumprod_tangent(a_dot, a, axis)


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
    return runtime_arrays.cumprod_tangent(x_dot, x, axis)


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
    filled = np.where(np.isnan(a), 1.0, a)
    return runtime_arrays.cumprod_tangent(np.where(np.isnan(a), 0.0, a_dot), filled, axis)


@pullback(np.nansum, kind=shapes.reduced, at=HOLES)
def nansum(a, axis=None, keepdims=False, *, d_out):
    if axis is not None and not keepdims:
        return np.where(np.isnan(a), 0.0, np.expand_dims(d_out, axis))
    return np.where(np.isnan(a), 0.0, d_out)


@pullback(np.nanmean, kind=shapes.reduced, at=HOLES)
def nanmean(a, axis=None, keepdims=False, *, d_out):
    share = d_out
    if axis is not None and not keepdims:
        share = np.expand_dims(d_out, axis)
    return np.where(np.isnan(a), 0.0, share / np.sum(np.isfinite(a), axis, keepdims=True))


@pullback(np.nanvar, kind=shapes.reduced, at=[*HOLES, call(HOLED, 1, ddof=1)])
def nanvar(a, axis=None, ddof=0, keepdims=False, *, d_out):
    share = d_out
    if axis is not None and not keepdims:
        share = np.expand_dims(d_out, axis)
    centred = a - np.nanmean(a, axis, keepdims=True)
    count = np.sum(np.isfinite(a), axis, keepdims=True) - ddof
    return np.where(np.isnan(a), 0.0, 2 * share / count * centred)


@pullback(np.nanstd, kind=shapes.reduced, at=[HOLES[0], *HOLES[2:], call(HOLED, 1, ddof=1)])
def nanstd(a, axis=None, ddof=0, keepdims=False, *, out, d_out):
    share = d_out / out
    if axis is not None and not keepdims:
        share = np.expand_dims(d_out / out, axis)
    centred = a - np.nanmean(a, axis, keepdims=True)
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


@pullback(np.median, kind=shapes.reduced, at=[*ALONG[:4], *ALONG[5:7], (np.array([3.0, 1.0, 2.0, 0.4]),)])
def median(a, axis=None, keepdims=False, *, d_out):
    return runtime_arrays.quantile_adjoint(d_out, a, 0.5, axis)


QUARTERS = np.array([0.27, 0.65])
QUANTILES = [(ROW, 0.3), (TABLE, 0.4, 1), (STACK, 0.7, (0, 2)), (TABLE, QUARTERS, 0), (TABLE, QUARTERS)]


@pullback(np.quantile, at=[*QUANTILES, call(ROW, 0.3, keepdims=True), call(TABLE, QUARTERS, 1, keepdims=True)])
def quantile(a, q, axis=None, method="linear", keepdims=False, *, d_out):
    if method != "linear":
        return refuse("np.quantile with this method has no rule", 'use method="linear"')
    d_a = runtime_arrays.quantile_adjoint(d_out, a, q, axis)
    return d_a, runtime_arrays.quantile_slope(d_out, a, q, axis)


@pushforward(np.quantile)
def quantile_dot(a, q, axis=None, method="linear", keepdims=False, *, out, a_dot, q_dot):
    if method != "linear":
        return refuse("np.quantile with this method has no rule", 'use method="linear"')
    if keepdims:
        return np.reshape(runtime_arrays.quantile_tangent(a_dot, q_dot, a, q, axis), np.shape(out))
    return runtime_arrays.quantile_tangent(a_dot, q_dot, a, q, axis)


@pullback(np.percentile, at=[(ROW, 30.0), (TABLE, 40.0, 1), (TABLE, 100 * QUARTERS, 0), call(ROW, 30.0, keepdims=True)])
def percentile(a, q, axis=None, method="linear", keepdims=False, *, d_out):
    if method != "linear":
        return refuse("np.percentile with this method has no rule", 'use method="linear"')
    d_a = runtime_arrays.quantile_adjoint(d_out, a, q / 100, axis)
    return d_a, runtime_arrays.quantile_slope(d_out, a, q / 100, axis) / 100


@pushforward(np.percentile)
def percentile_dot(a, q, axis=None, method="linear", keepdims=False, *, out, a_dot, q_dot):
    if method != "linear":
        return refuse("np.percentile with this method has no rule", 'use method="linear"')
    share_dot = None if q_dot is None else q_dot / 100
    if keepdims:
        return np.reshape(runtime_arrays.quantile_tangent(a_dot, share_dot, a, q / 100, axis), np.shape(out))
    return runtime_arrays.quantile_tangent(a_dot, share_dot, a, q / 100, axis)


# the ufuncs' own methods: `np.add.reduce(x)` goes along the first axis

ALONG_FIRST = [(ROW,), (TABLE,), (TABLE, 1), call(STACK, axis=(0, 2)), call(STACK, axis=1, keepdims=True)]


@linear(np.add.reduce, at=ALONG_FIRST)
def add_reduce(array, axis=0, keepdims=False, *, d_out):
    if axis is not None and not keepdims:
        return np.broadcast_to(np.expand_dims(d_out, axis), np.shape(array))
    return np.broadcast_to(d_out, np.shape(array))


@pullback(np.multiply.reduce, at=[*ALONG_FIRST, (ZEROS,)])
def multiply_reduce(array, axis=0, keepdims=False, *, d_out):
    if axis is not None and not keepdims:
        return np.expand_dims(d_out, axis) * runtime.product_of_others(array, axis)
    return d_out * runtime.product_of_others(array, axis)


@pushforward(np.multiply.reduce)
def multiply_reduce_dot(array, axis=0, keepdims=False, *, array_dot):
    if keepdims:
        return np.sum(array_dot * runtime.product_of_others(array, axis), axis, keepdims=True)
    return np.sum(array_dot * runtime.product_of_others(array, axis), axis)


@pullback(np.maximum.reduce, np.minimum.reduce, at=ALONG_FIRST)
def extreme_reduce(array, axis=0, keepdims=False, *, out, d_out):
    if axis is not None and not keepdims:
        reached = array == np.expand_dims(out, axis)
        return np.expand_dims(d_out, axis) * reached / np.sum(reached, axis, keepdims=True)
    reached = array == out
    return d_out * reached / np.sum(reached, axis, keepdims=True)


@pushforward(np.maximum.reduce, np.minimum.reduce)
def extreme_reduce_dot(array, axis=0, keepdims=False, *, out, array_dot):
    if keepdims:
        reached = array == out
        return np.sum(array_dot * reached, axis, keepdims=True) / np.sum(reached, axis, keepdims=True)
    reached = array == (out if axis is None else np.expand_dims(out, axis))
    return np.sum(array_dot * reached, axis) / np.sum(reached, axis)


@pullback(np.logaddexp.reduce, at=ALONG_FIRST[:3])
def logaddexp_reduce(array, axis=0, keepdims=False, *, out, d_out):
    if axis is not None and not keepdims:
        return np.expand_dims(d_out, axis) * np.exp(array - np.expand_dims(out, axis))
    return d_out * np.exp(array - out)


@pushforward(np.logaddexp.reduce)
def logaddexp_reduce_dot(array, axis=0, keepdims=False, *, out, array_dot):
    if keepdims:
        return np.sum(array_dot * np.exp(array - out), axis, keepdims=True)
    shares = np.exp(array - (out if axis is None else np.expand_dims(out, axis)))
    return np.sum(array_dot * shares, axis)


@linear(np.add.accumulate, at=[(ROW,), (TABLE,), (TABLE, 1)])
def add_accumulate(array, axis=0, *, d_out):
    return np.flip(np.cumsum(np.flip(d_out, axis), axis), axis)


@pullback(np.multiply.accumulate, at=[(ROW,), (ZEROS,), (TABLE, 1)])
def multiply_accumulate(array, axis=0, *, d_out):
    return runtime_arrays.cumprod_adjoint(d_out, array, axis)


@pushforward(np.multiply.accumulate)
def multiply_accumulate_dot(array, axis=0, *, array_dot):
    return runtime_arrays.cumprod_tangent(array_dot, array, axis)
