# mypy: allow-untyped-defs, allow-untyped-calls
"""Functions that move elements about and change none: linear in their first parameter."""

from __future__ import annotations

import numpy as np

from srcad import runtime, runtime_arrays
from srcad.rules import layouts, shapes
from srcad.rules.asks import has_ndim, is_float_type, is_scalar, refuse
from srcad.rules.operators import COLUMN, ROW, STACK, TABLE
from srcad.rules.registry import call, linear


@linear(
    np.reshape,
    kind=layouts.reshaped,
    at=[
        (TABLE, (3, 2)),
        (TABLE, -1),
        (TABLE, (1, -1)),
        (ROW, [3, 1]),
        (2.0, 1),
        call(TABLE, (3, 2), order="F"),
        call(STACK, (4, -1), order="F"),
    ],
)
def reshape(a, shape, order="C", *, d_out):
    if is_scalar(a):
        return np.sum(d_out)
    if order == "C":
        return np.reshape(d_out, np.shape(a))
    if order == "F":
        return np.reshape(d_out, np.shape(a), order="F")
    return refuse("np.reshape with an order other than 'C' and 'F' has no rule", "give order='C' or order='F'")


@linear(
    np.ravel, kind=shapes.raveled, at=[(TABLE,), (COLUMN,), (ROW,), (TABLE, "C"), (TABLE, "F"), call(STACK, order="F")]
)
def ravel(a, order="C", *, d_out):
    if order == "C":
        return np.reshape(d_out, np.shape(a))
    if order == "F":
        return np.reshape(d_out, np.shape(a), order="F")
    return refuse("np.ravel with an order other than 'C' and 'F' has no rule", "give order='C' or order='F'")


@linear(runtime.flatten, kind=shapes.raveled, at=[(TABLE,), (COLUMN,), (ROW,), (TABLE, "F"), call(STACK, order="F")])
def flatten(x, order="C", *, d_out):
    if order == "C":
        return np.reshape(d_out, np.shape(x))
    if order == "F":
        return np.reshape(d_out, np.shape(x), order="F")
    return refuse(".flatten() with an order other than 'C' and 'F' has no rule", "give order='C' or order='F'")


@linear(
    np.transpose,
    np.permute_dims,
    kind=layouts.transposed,
    at=[(TABLE,), (STACK,), (STACK, (1, 2, 0)), (STACK, (-1, 0, 1)), (STACK, [-2, 2, -3]), (ROW,)],
)
def transpose(a, axes=None, *, d_out):
    if axes is None:
        return np.transpose(d_out)
    return np.transpose(d_out, runtime.inverse_axes(axes))


@linear(np.matrix_transpose, at=[(TABLE,), (STACK,)])
def matrix_transpose(x, *, d_out):
    return np.matrix_transpose(d_out)


@linear(np.swapaxes, at=[(TABLE, 0, 1), (STACK, 0, -1), (STACK, -3, -1)])
def swapaxes(a, axis1, axis2, *, d_out):
    return np.swapaxes(d_out, axis1, axis2)


@linear(np.moveaxis, at=[(TABLE, 0, 1), (STACK, 0, -1), (STACK, (0, -1), (-1, 0))])
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
    at=[
        (2.0,),
        (ROW,),
        ([1.0, 2.0],),
        ([[1.0, 2.0], [3.0, 4.0]],),
        ((ROW, ROW * 2),),
        ((1.5, 2),),
        call(ROW, copy=True),
    ],
)
def array(object, dtype=None, copy=True, ndmin=0, *, d_out):
    if dtype is not None and not is_float_type(dtype):
        return None
    if copy is not True:
        return refuse("an array made with copy=False or an order has no rule", "leave copy and order out")
    if is_scalar(object):
        return np.sum(d_out)
    if ndmin != 0:
        return np.reshape(d_out, np.shape(object))
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


@linear(np.flip, kind=shapes.same, at=[(ROW,), (TABLE, 1), (TABLE,)])
def flip(m, axis=None, *, d_out):
    return np.flip(d_out, axis)


@linear(np.roll, kind=shapes.same, at=[(ROW, 1), (TABLE, 2), (TABLE, 1, 1), (TABLE, (1, 2), (0, 1))])
def roll(a, shift, axis=None, *, d_out):
    if isinstance(shift, tuple):
        return runtime_arrays.add_at(d_out, np.roll(runtime_arrays.places(a), shift, axis), a)
    return np.roll(d_out, -shift, axis)


@linear(np.cumsum, kind=layouts.running, at=[(ROW,), (TABLE, 1), (TABLE,), (TABLE, 0), call(TABLE, 0, dtype=float)])
def cumsum(a, axis=None, dtype=None, *, d_out):
    if dtype is not None and not is_float_type(dtype):
        return None
    if axis is None:
        return np.reshape(np.flip(np.cumsum(np.flip(d_out))), np.shape(a))
    return np.flip(np.cumsum(np.flip(d_out, axis), axis), axis)


@linear(np.tril, kind=shapes.same, at=[(TABLE,), (STACK, 1), call(TABLE, k=-1)])
def tril(m, k=0, *, d_out):
    return np.tril(d_out, k)


@linear(np.triu, kind=shapes.same, at=[(TABLE,), (STACK, 1), call(TABLE, k=-1)])
def triu(m, k=0, *, d_out):
    return np.triu(d_out, k)


@linear(np.diag, kind=layouts.diagonal_of, at=[(ROW,), (TABLE,), (TABLE, 1), call(TABLE, k=-1), (ROW, 1), (ROW, -2)])
def diag(v, k=0, *, d_out):
    if has_ndim(v) and np.ndim(v) == 1:
        return np.diag(d_out, k)
    return runtime.from_diagonal(d_out, v, k)


@linear(
    np.diagonal,
    kind=layouts.diagonal_of,
    at=[(TABLE,), (TABLE, 1), call(TABLE, offset=-1), (STACK,), (STACK, 1, 0, 2), call(STACK, axis1=1, axis2=-1)],
)
def diagonal(a, offset=0, axis1=0, axis2=1, *, d_out):
    if has_ndim(a) and np.ndim(a) == 2 and axis1 == 0 and axis2 == 1:
        return runtime.from_diagonal(d_out, a, offset)
    return runtime_arrays.add_at(d_out, np.diagonal(runtime_arrays.places(a), offset, axis1, axis2), a)


@linear(np.trace, at=[(TABLE,), (TABLE, 1), call(TABLE, offset=-1), (STACK,), (STACK, 1, 1, 2)])
def trace(a, offset=0, axis1=0, axis2=1, *, d_out):
    if has_ndim(a) and np.ndim(a) == 2 and axis1 == 0 and axis2 == 1:
        return runtime.from_diagonal(d_out, a, offset)
    at = np.diagonal(runtime_arrays.places(a), offset, axis1, axis2)
    return runtime_arrays.add_at(np.broadcast_to(d_out[..., None], np.shape(at)), at, a)


@linear(np.linalg.diagonal, at=[(TABLE,), (STACK,), call(STACK, offset=1)])
def last_diagonal(x, offset=0, *, d_out):
    return runtime_arrays.add_at(d_out, np.diagonal(runtime_arrays.places(x), offset, -2, -1), x)


@linear(np.linalg.trace, at=[(STACK,), call(STACK, offset=1)])
def last_trace(x, offset=0, *, d_out):
    at = np.diagonal(runtime_arrays.places(x), offset, -2, -1)
    return runtime_arrays.add_at(np.broadcast_to(d_out[..., None], np.shape(at)), at, x)
