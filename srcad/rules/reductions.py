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
MASK = np.array([[True, False, True], [True, True, False]])
MASKED = [call(TABLE, where=MASK), call(TABLE, axis=1, where=MASK), call(TABLE, 1, where=MASK[0], keepdims=True)]
STARTED = [call(TABLE, initial=1.5), call(TABLE, 1, initial=0.7, where=MASK), call(ROW, initial=2)]
TYPED = [call(TABLE, dtype=float), (TABLE, 1, np.float64), call(TABLE, axis=0, dtype="float64", keepdims=True)]


@pullback(np.sum, kind=shapes.reduced, at=[*ALONG, *TYPED, *MASKED, *STARTED], linear_in=("a", "initial"))
def sum(a, axis=None, dtype=None, keepdims=False, initial=None, where=None, *, d_out):
    if dtype is not None and not is_float_type(dtype):
        return None
    if where is not None or initial is not None:
        share = d_out if axis is None or keepdims else np.expand_dims(d_out, axis)
        made = share * np.ones_like(a) if where is None else np.where(where, share * np.ones_like(a), 0.0)
        return made, None, None, None, None if initial is None else np.sum(d_out)
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


@linear(np.mean, kind=shapes.reduced, at=[*ALONG, *TYPED, *MASKED])
def mean(a, axis=None, dtype=None, keepdims=False, where=None, *, d_out):
    if dtype is not None and not is_float_type(dtype):
        return None
    if where is not None:
        share = d_out if axis is None or keepdims else np.expand_dims(d_out, axis)
        inside = np.broadcast_to(where, np.shape(a))
        return np.where(inside, share / np.sum(inside, axis, keepdims=True), 0.0)
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
    np.prod,
    kind=shapes.reduced,
    at=[*ALONG, *TYPED, *MASKED, *STARTED, (ZEROS,), (ZEROS, 1), (ZEROS, 0), call(STACK * 0, axis=(0, 1))],
)
def prod(a, axis=None, dtype=None, keepdims=False, initial=None, where=None, *, out, d_out):
    if is_complex(a) and not is_complex(out):
        return refuse("np.prod of complex values with a real dtype has no rule", "take their real parts: x.real")
    if dtype is not None and not is_float_type(dtype):
        return None
    if where is not None or initial is not None:
        share = d_out if axis is None or keepdims else np.expand_dims(d_out, axis)
        values = a if where is None else np.where(where, a, 1.0)
        made = share * runtime.product_of_others(values, axis)
        if initial is not None:
            made = initial * made
        d_a = made if where is None else np.where(where, made, 0.0)
        return d_a, None, None, None, None if initial is None else np.sum(share * np.prod(values, axis, keepdims=True))
    if is_scalar(a):
        return d_out
    if axis is not None and not keepdims:
        return np.expand_dims(d_out, axis) * runtime.product_of_others(a, axis)
    return d_out * runtime.product_of_others(a, axis)


@pushforward(np.prod)
def prod_dot(a, axis=None, dtype=None, keepdims=False, initial=None, where=None, *, out, a_dot, initial_dot):
    if is_complex(a) and not is_complex(out):
        return refuse("np.prod of complex values with a real dtype has no rule", "take their real parts: x.real")
    if where is not None or initial is not None:
        values = a if where is None else np.where(where, a, 1.0)
        if a_dot is None:
            return initial_dot * np.prod(values, axis, keepdims=keepdims)
        moved = a_dot * runtime.product_of_others(values, axis)
        made = np.sum(moved if where is None else np.where(where, moved, 0.0), axis, keepdims=keepdims)
        if initial is not None:
            made = initial * made
        return made if initial_dot is None else made + initial_dot * np.prod(values, axis, keepdims=keepdims)
    if is_scalar(a):
        return a_dot
    if keepdims:
        return np.sum(a_dot * runtime.product_of_others(a, axis), axis, keepdims=True)
    return np.sum(a_dot * runtime.product_of_others(a, axis), axis)


BOUNDED = [
    call(TABLE, 1, initial=0.4, where=MASK),
    call(TABLE, initial=0.4),
    call(TABLE, 0, initial=0.4, keepdims=True),
]


@pullback(np.max, np.min, np.amax, np.amin, kind=shapes.reduced, at=[*ALONG, *BOUNDED])
def extreme(a, axis=None, keepdims=False, initial=None, where=None, *, out, d_out):
    if initial is not None:
        share = d_out if axis is None or keepdims else np.expand_dims(d_out, axis)
        bound = out if axis is None or keepdims else np.expand_dims(out, axis)
        reached = a == bound if where is None else (a == bound) & where
        started = initial == bound
        share = share / (np.sum(reached, axis, keepdims=True) + started)
        return share * reached, None, None, np.sum(share * started)
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
def extreme_dot(a, axis=None, keepdims=False, initial=None, where=None, *, out, a_dot, initial_dot):
    if initial is not None:
        bound = out if axis is None or keepdims else np.expand_dims(out, axis)
        reached = a == bound if where is None else (a == bound) & where
        count = np.sum(reached, axis, keepdims=keepdims) + (initial == out)
        moved = 0.0 if a_dot is None else np.sum(a_dot * reached, axis, keepdims=keepdims)
        if initial_dot is not None:
            moved = moved + initial_dot * (initial == out)
        return moved / count
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


CORRECTED = call(TABLE, axis=1, correction=1, keepdims=True)


@pullback(
    np.var,
    kind=shapes.reduced,
    at=[*ALONG, *MASKED[:1], *MASKED[2:], call(TABLE, 1, ddof=1), CORRECTED],
    refused=("ddof", "correction"),
)
def var(a, axis=None, ddof=0, keepdims=False, where=None, correction=None, *, d_out):
    if is_scalar(a):
        return 0.0
    less = ddof if correction is None else correction
    values = a if isinstance(a, np.ndarray) else np.asarray(a)
    if where is not None:
        whole = np.sum(np.broadcast_to(where, np.shape(a)), axis, keepdims=True)
        centred = np.where(where, values - np.mean(values, axis, keepdims=True, where=where), 0.0)
        if is_complex(a):
            centred = np.conjugate(centred)
        share = d_out if axis is None or keepdims else np.expand_dims(d_out, axis)
        return 2 * share / (whole - less) * centred
    centred = values - np.mean(values, axis, keepdims=True)
    if is_complex(a):
        centred = np.conjugate(centred)
    count = np.size(a) / np.size(d_out) - less
    if axis is not None and not keepdims:
        return np.expand_dims(2 * d_out / count, axis) * centred
    return 2 * d_out / count * centred


@pushforward(np.var)
def var_dot(a, axis=None, ddof=0, keepdims=False, where=None, correction=None, *, out, a_dot):
    if is_scalar(a):
        return 0.0
    less = ddof if correction is None else correction
    values = a if isinstance(a, np.ndarray) else np.asarray(a)
    if where is not None:
        count = np.sum(np.broadcast_to(where, np.shape(a)), axis, keepdims=keepdims) - less
        centred = np.where(where, values - np.mean(values, axis, keepdims=True, where=where), 0.0)
        if is_complex(a):
            centred = np.conjugate(centred)
        return 2 * np.sum(a_dot * centred, axis, keepdims=keepdims) / count
    centred = values - np.mean(values, axis, keepdims=True)
    if is_complex(a):
        centred = np.conjugate(centred)
    count = np.size(a) / np.size(out) - less
    if keepdims:
        return 2 * np.sum(a_dot * centred, axis, keepdims=True) / count
    return 2 * np.sum(a_dot * centred, axis) / count


@pullback(
    np.std,
    kind=shapes.reduced,
    at=[*ALONG, *MASKED[:1], *MASKED[2:], call(TABLE, 1, ddof=1), CORRECTED],
    refused=("ddof", "correction"),
)
def std(a, axis=None, ddof=0, keepdims=False, where=None, correction=None, *, out, d_out):
    if is_scalar(a):
        return 0.0
    less = ddof if correction is None else correction
    values = a if isinstance(a, np.ndarray) else np.asarray(a)
    if where is not None:
        whole = np.sum(np.broadcast_to(where, np.shape(a)), axis, keepdims=True)
        centred = np.where(where, values - np.mean(values, axis, keepdims=True, where=where), 0.0)
        if is_complex(a):
            centred = np.conjugate(centred)
        share = d_out / out if axis is None or keepdims else np.expand_dims(d_out / out, axis)
        return share / (whole - less) * centred
    centred = values - np.mean(values, axis, keepdims=True)
    if is_complex(a):
        centred = np.conjugate(centred)
    count = np.size(a) / np.size(d_out) - less
    if axis is not None and not keepdims:
        return np.expand_dims(d_out / (count * out), axis) * centred
    return d_out / (count * out) * centred


@pushforward(np.std)
def std_dot(a, axis=None, ddof=0, keepdims=False, where=None, correction=None, *, out, a_dot):
    if is_scalar(a):
        return 0.0
    less = ddof if correction is None else correction
    values = a if isinstance(a, np.ndarray) else np.asarray(a)
    if where is not None:
        count = np.sum(np.broadcast_to(where, np.shape(a)), axis, keepdims=keepdims) - less
        centred = np.where(where, values - np.mean(values, axis, keepdims=True, where=where), 0.0)
        if is_complex(a):
            centred = np.conjugate(centred)
        return np.sum(a_dot * centred, axis, keepdims=keepdims) / (count * out)
    centred = values - np.mean(values, axis, keepdims=True)
    if is_complex(a):
        centred = np.conjugate(centred)
    count = np.size(a) / np.size(out) - less
    if keepdims:
        return np.sum(a_dot * centred, axis, keepdims=True) / (count * out)
    return np.sum(a_dot * centred, axis) / (count * out)
