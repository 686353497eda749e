# mypy: allow-untyped-defs, allow-untyped-calls
"""Functions that move elements about and change none: linear in their first parameter."""

from __future__ import annotations

import numpy as np

from srcad import runtime
from srcad.rules import layouts, shapes
from srcad.rules.asks import is_float_type, is_scalar
from srcad.rules.operators import COLUMN, ROW, STACK, TABLE
from srcad.rules.registry import call, linear


@linear(np.reshape, kind=layouts.reshaped, at=[(TABLE, (3, 2)), (TABLE, -1), (TABLE, (1, -1)), (ROW, [3, 1]), (2.0, 1)])
def reshape(a, shape, *, d_out):
    if is_scalar(a):
        return np.sum(d_out)
    return np.reshape(d_out, np.shape(a))


@linear(np.ravel, runtime.flatten, kind=shapes.raveled, at=[(TABLE,), (COLUMN,), (ROW,)])
def ravel(a, *, d_out):
    return np.reshape(d_out, np.shape(a))


@linear(np.transpose, np.permute_dims, kind=layouts.transposed, at=[(TABLE,), (STACK,), (STACK, (1, 2, 0)), (ROW,)])
def transpose(a, axes=None, *, d_out):
    if axes is None:
        return np.transpose(d_out)
    return np.transpose(d_out, np.argsort(axes))


@linear(np.matrix_transpose, at=[(TABLE,), (STACK,)])
def matrix_transpose(x, *, d_out):
    return np.matrix_transpose(d_out)


@linear(np.swapaxes, at=[(TABLE, 0, 1), (STACK, 0, -1)])
def swapaxes(a, axis1, axis2, *, d_out):
    return np.swapaxes(d_out, axis1, axis2)


@linear(np.moveaxis, at=[(TABLE, 0, 1), (STACK, 0, -1)])
def moveaxis(a, source, destination, *, d_out):
    return np.moveaxis(d_out, destination, source)


@linear(np.squeeze, kind=layouts.squeezed, at=[(COLUMN,), (COLUMN, 1), (STACK[:1, :, :1], (0, 2))])
def squeeze(a, axis=None, *, d_out):
    return np.reshape(d_out, np.shape(a))


@linear(np.expand_dims, kind=layouts.expanded, at=[(ROW, 0), (ROW, -1), (TABLE, (0, 2)), (2.0, 0)])
def expand_dims(a, axis, *, d_out):
    if is_scalar(a):
        return np.sum(d_out)
    return np.reshape(d_out, np.shape(a))


@linear(np.broadcast_to, kind=layouts.broadcast_up, at=[(ROW, (2, 3)), (COLUMN, (2, 3)), (2.0, (2, 3)), (2.0, 4)])
def broadcast_to(array, shape, *, d_out):
    return runtime.unbroadcast(d_out, array)


@linear(np.atleast_1d, np.atleast_2d, np.atleast_3d, at=[(2.0,), (ROW,), (TABLE,)])
def atleast(a, *, d_out):
    if is_scalar(a):
        return np.sum(d_out)
    return np.reshape(d_out, np.shape(a))


@linear(
    np.concatenate,
    kind=layouts.concatenated,
    at=[
        ((ROW, ROW * 2),),
        ((TABLE, ROW[None]), 0),
        ([TABLE, COLUMN, TABLE], 1),
        ((TABLE, COLUMN), -1),
        call((TABLE, COLUMN), axis=None),
    ],
)
def concatenate(arrays, axis=0, *, d_out):
    return runtime.unconcatenate(d_out, arrays, axis)


@linear(np.vstack, kind=layouts.joined, at=[((TABLE, TABLE + 1),), ((ROW, ROW * 2),), ([ROW, TABLE],)])
def vstack(tup, *, d_out):
    return runtime.unconcatenate(d_out, tup, 0)


@linear(np.hstack, kind=layouts.joined, at=[((TABLE, TABLE + 1),), ((ROW, ROW * 2),)])
def hstack(tup, *, out, d_out):
    if np.ndim(out) == 1:
        return runtime.unconcatenate(d_out, tup, 0)
    return runtime.unconcatenate(d_out, tup, 1)


@linear(np.column_stack, kind=layouts.joined, at=[((TABLE, TABLE + 1),), ((ROW, ROW * 2),)])
def column_stack(tup, *, d_out):
    return runtime.unconcatenate(d_out, tup, 1)


@linear(
    np.stack,
    kind=layouts.stacked,
    at=[((ROW, ROW * 2),), ([TABLE, TABLE * 2], 1), ((TABLE, TABLE * 2), -1), ((1.0, 2.0),)],
)
def stack(arrays, axis=0, *, d_out):
    if axis == 0:
        return d_out
    return np.moveaxis(d_out, axis, 0)


@linear(
    np.array,
    np.asarray,
    np.asanyarray,
    kind=layouts.made_array,
    at=[(2.0,), (ROW,), ([1.0, 2.0],), ([[1.0, 2.0], [3.0, 4.0]],), ((ROW, ROW * 2),), ((1.5, 2),)],
)
def array(object, dtype=None, *, d_out):
    if dtype is not None and not is_float_type(dtype):
        return None
    if is_scalar(object):
        return np.sum(d_out)
    return d_out


@linear(np.ascontiguousarray, at=[(ROW,), (TABLE,), ([1.0, 2.0],)])
def contiguous(a, *, d_out):
    if is_scalar(a):
        return np.sum(d_out)
    return d_out


@linear(np.copy, kind=shapes.same, at=[(ROW,), ([1.0, 2.0],), (2.0,)])
def copy(a, *, d_out):
    if is_scalar(a):
        return np.sum(d_out)
    return d_out


@linear(runtime.astype, np.astype, kind=layouts.cast, at=[(ROW, float), (TABLE, "float64"), (TABLE, np.float64)])
def astype(x, dtype, copy=True, *, d_out):
    if not is_float_type(dtype):
        return None
    return d_out


@linear(runtime.tolist, kind=layouts.listed, at=[(ROW,), (TABLE,)])
def tolist(x, *, d_out):
    return np.asarray(d_out)


@linear(np.flip, at=[(ROW,), (TABLE, 1), (TABLE,)])
def flip(m, axis=None, *, d_out):
    return np.flip(d_out, axis)


@linear(np.roll, at=[(ROW, 1), (TABLE, 2), (TABLE, 1, 1)])
def roll(a, shift, axis=None, *, d_out):
    return np.roll(d_out, -shift, axis)


@linear(np.cumsum, kind=layouts.running, at=[(ROW,), (TABLE, 1), (TABLE,), (TABLE, 0)])
def cumsum(a, axis=None, *, d_out):
    if axis is None:
        return np.reshape(np.flip(np.cumsum(np.flip(d_out))), np.shape(a))
    return np.flip(np.cumsum(np.flip(d_out, axis), axis), axis)
