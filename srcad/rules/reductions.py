# mypy: allow-untyped-defs, allow-untyped-calls
"""Sums, means, products and extremes along axes."""

from __future__ import annotations

import numpy as np

from srcad import runtime
from srcad.rules import shapes
from srcad.rules.asks import has_ndim, is_complex, is_float_type, is_scalar, refuse
from srcad.rules.operators import ROW, STACK, TABLE
from srcad.rules.registry import call, linear, pullback, pushforward

ZEROS = np.array([[0.0, 2.0, 3.0], [1.0, 0.0, 0.0]])
ALONG = [
    (ROW,),
    (TABLE,),
    (TABLE, 0),
    (TABLE, -1),
    call(STACK, axis=(0, 2)),
    call(STACK, axis=1, keepdims=True),
    call(TABLE, keepdims=True),
    ([0.5, 1.5, -2.0],),
    ([[0.5, 1.5], [-2.0, 1.0]], 1),
]
TYPED = [call(TABLE, dtype=float), (TABLE, 1, np.float64), call(TABLE, axis=0, dtype="float64", keepdims=True)]


@linear(np.sum, kind=shapes.reduced, at=[*ALONG, *TYPED])
def sum(a, axis=None, dtype=None, keepdims=False, *, d_out):
    if dtype is not None and not is_float_type(dtype):
        return None
    if is_scalar(a):
        return d_out
    if axis is not None and not keepdims:
        return np.broadcast_to(np.expand_dims(d_out, axis), np.shape(a))
    if keepdims:
        return np.broadcast_to(d_out, np.shape(a))
    if not has_ndim(a):
        return d_out * np.ones_like(a)
    if isinstance(a, np.ndarray):
        return np.full_like(a, d_out)
    return np.full(np.shape(a), d_out)


@linear(np.mean, kind=shapes.reduced, at=[*ALONG, *TYPED])
def mean(a, axis=None, dtype=None, keepdims=False, *, d_out):
    if dtype is not None and not is_float_type(dtype):
        return None
    if is_scalar(a):
        return d_out
    if axis is not None and not keepdims:
        return np.broadcast_to(np.expand_dims(d_out * (np.size(d_out) / np.size(a)), axis), np.shape(a))
    if keepdims:
        return np.broadcast_to(d_out * (np.size(d_out) / np.size(a)), np.shape(a))
    if not has_ndim(a):
        return d_out / np.size(a) * np.ones_like(a)
    if isinstance(a, np.ndarray):
        return np.full_like(a, d_out / np.size(a))
    return np.full(np.shape(a), d_out / np.size(a))


@pullback(
    np.prod, kind=shapes.reduced, at=[*ALONG, *TYPED, (ZEROS,), (ZEROS, 1), (ZEROS, 0), call(STACK * 0, axis=(0, 1))]
)
def prod(a, axis=None, dtype=None, keepdims=False, *, out, d_out):
    if is_complex(a) and not is_complex(out):
        return refuse("np.prod of complex values with a real dtype has no rule", "take their real parts: x.real")
    if dtype is not None and not is_float_type(dtype):
        return None
    if is_scalar(a):
        return d_out
    if axis is not None and not keepdims:
        return np.expand_dims(d_out, axis) * runtime.product_of_others(a, axis)
    return d_out * runtime.product_of_others(a, axis)


@pushforward(np.prod)
def prod_dot(a, axis=None, dtype=None, keepdims=False, *, out, a_dot):
    if is_complex(a) and not is_complex(out):
        return refuse("np.prod of complex values with a real dtype has no rule", "take their real parts: x.real")
    if is_scalar(a):
        return a_dot
    if keepdims:
        return np.sum(a_dot * runtime.product_of_others(a, axis), axis, keepdims=True)
    return np.sum(a_dot * runtime.product_of_others(a, axis), axis)


@pullback(np.max, np.min, np.amax, np.amin, kind=shapes.reduced, at=ALONG)
def extreme(a, axis=None, keepdims=False, *, out, d_out):
    if is_scalar(a):
        return d_out
    values = a if has_ndim(a) and isinstance(a, np.ndarray) else np.asarray(a)
    if axis is None:
        reached = values == out
        return d_out * reached / np.count_nonzero(reached)
    if keepdims:
        reached = values == out
        return d_out * reached / np.sum(reached, axis, values.dtype, keepdims=True)
    reached = values == np.expand_dims(out, axis)
    return np.expand_dims(d_out, axis) * reached / np.sum(reached, axis, values.dtype, keepdims=True)


@pushforward(np.max, np.min)
def extreme_dot(a, axis=None, keepdims=False, *, out, a_dot):
    if is_scalar(a):
        return a_dot
    values = a if has_ndim(a) and isinstance(a, np.ndarray) else np.asarray(a)
    if axis is None and not keepdims:
        reached = values == out
        return np.sum(a_dot * reached) / np.count_nonzero(reached)
    if keepdims:
        reached = values == out
        return np.sum(a_dot * reached, axis, keepdims=True) / np.sum(reached, axis, values.dtype, keepdims=True)
    reached = values == np.expand_dims(out, axis)
    return np.sum(a_dot * reached, axis) / np.sum(reached, axis, values.dtype)


@pullback(np.var, kind=shapes.reduced, at=[*ALONG, call(TABLE, 1, ddof=1)])
def var(a, axis=None, ddof=0, keepdims=False, *, d_out):
    if is_scalar(a):
        return 0.0
    values = a if isinstance(a, np.ndarray) else np.asarray(a)
    centred = values - np.mean(values, axis, keepdims=True)
    if is_complex(a):
        centred = np.conjugate(centred)
    count = np.size(a) / np.size(d_out) - ddof
    if axis is not None and not keepdims:
        return np.expand_dims(2 * d_out / count, axis) * centred
    return 2 * d_out / count * centred


@pushforward(np.var)
def var_dot(a, axis=None, ddof=0, keepdims=False, *, out, a_dot):
    if is_scalar(a):
        return 0.0
    values = a if isinstance(a, np.ndarray) else np.asarray(a)
    centred = values - np.mean(values, axis, keepdims=True)
    if is_complex(a):
        centred = np.conjugate(centred)
    count = np.size(a) / np.size(out) - ddof
    if keepdims:
        return 2 * np.sum(a_dot * centred, axis, keepdims=True) / count
    return 2 * np.sum(a_dot * centred, axis) / count


@pullback(np.std, kind=shapes.reduced, at=[*ALONG, call(TABLE, 1, ddof=1)])
def std(a, axis=None, ddof=0, keepdims=False, *, out, d_out):
    if is_scalar(a):
        return 0.0
    values = a if isinstance(a, np.ndarray) else np.asarray(a)
    centred = values - np.mean(values, axis, keepdims=True)
    if is_complex(a):
        centred = np.conjugate(centred)
    count = np.size(a) / np.size(d_out) - ddof
    if axis is not None and not keepdims:
        return np.expand_dims(d_out / (count * out), axis) * centred
    return d_out / (count * out) * centred


@pushforward(np.std)
def std_dot(a, axis=None, ddof=0, keepdims=False, *, out, a_dot):
    if is_scalar(a):
        return 0.0
    values = a if isinstance(a, np.ndarray) else np.asarray(a)
    centred = values - np.mean(values, axis, keepdims=True)
    if is_complex(a):
        centred = np.conjugate(centred)
    count = np.size(a) / np.size(out) - ddof
    if keepdims:
        return np.sum(a_dot * centred, axis, keepdims=True) / (count * out)
    return np.sum(a_dot * centred, axis) / (count * out)
