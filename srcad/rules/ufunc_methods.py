# mypy: allow-untyped-defs, allow-untyped-calls
"""The ufuncs' own methods: `np.add.reduce(x)` goes along the first axis.

`outer` and reductions with `where=` or `initial=` are written as calls of other functions before rules are asked for.
"""

from __future__ import annotations

import numpy as np

from srcad import runtime, runtime_arrays
from srcad.rules import shapes
from srcad.rules.operators import ROW, STACK, TABLE
from srcad.rules.reductions import ZEROS
from srcad.rules.registry import call, linear, pullback, pushforward, zero

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
    return runtime_arrays.cumprod_along(array_dot, array, axis)


@linear(np.subtract.reduce, at=[(ROW,), (TABLE,), (TABLE, 1), call(STACK, axis=2)])
def subtract_reduce(array, axis=0, *, d_out):
    others = np.moveaxis(-np.broadcast_to(np.expand_dims(d_out, axis), np.shape(array)), axis, 0)
    return np.moveaxis(np.concatenate((-others[:1], others[1:])), 0, axis)


@pullback(np.divide.reduce, at=[(ROW,), (TABLE,), (TABLE, 1), call(STACK, axis=2)])
def divide_reduce(array, axis=0, *, out, d_out):
    others = np.moveaxis(-np.expand_dims(d_out * out, axis) / array, axis, 0)
    return np.moveaxis(np.concatenate((-others[:1], others[1:])), 0, axis)


@pushforward(np.divide.reduce)
def divide_reduce_dot(array, axis=0, *, out, array_dot):
    parts = np.moveaxis(array_dot / array, axis, 0)
    return out * (parts[0] - np.sum(parts[1:], 0))


@linear(np.subtract.accumulate, at=[(ROW,), (TABLE,), (TABLE, 1)])
def subtract_accumulate(array, axis=0, *, d_out):
    others = np.moveaxis(-np.flip(np.cumsum(np.flip(d_out, axis), axis), axis), axis, 0)
    return np.moveaxis(np.concatenate((-others[:1], others[1:])), 0, axis)


@pullback(np.maximum.accumulate, np.minimum.accumulate, kind=shapes.same, at=[(ROW,), (TABLE,), (TABLE, 1)])
def extreme_accumulate(array, axis=0, *, out, d_out):
    at = runtime_arrays.latest_reached(array, out, axis)
    return runtime_arrays.add_at(d_out, np.take_along_axis(runtime_arrays.places(array), at, axis), array)


@pushforward(np.maximum.accumulate, np.minimum.accumulate)
def extreme_accumulate_dot(array, axis=0, *, out, array_dot):
    return np.take_along_axis(array_dot, runtime_arrays.latest_reached(array, out, axis), axis)


zero(runtime_arrays.latest_reached, at=[(ROW, np.maximum.accumulate(ROW)), (TABLE, np.maximum.accumulate(TABLE, 1), 1)])

STARTS = np.array([0, 2, 1])


@linear(np.add.reduceat, at=[(ROW, STARTS), (TABLE, STARTS, 1), (TABLE, STARTS[:1])])
def add_reduceat(array, indices, axis=0, *, d_out):
    return runtime_arrays.reduceat_adjoint(d_out, array, indices, axis)


@linear(
    runtime_arrays.reduceat_adjoint,
    kind=lambda call: call.args[1],
    at=[(ROW, ROW * 2, STARTS), (TABLE, TABLE, STARTS, 1)],
)
def reduceat_adjoint(d, array, indices, axis=0, *, d_out):
    return np.add.reduceat(d_out, indices, axis)
