# mypy: allow-untyped-defs, allow-untyped-calls
"""Functions that pick, repeat, order or pad the elements of arrays.

Most are stated once for all their arguments: the function itself, applied to the numbers of the elements
(`runtime_arrays.places`), says which element went where, and the cotangents are added up there.
"""

from __future__ import annotations

import numpy as np

from srcad import runtime, runtime_arrays
from srcad.rules import layouts, shapes
from srcad.rules.asks import is_scalar
from srcad.rules.operators import COLUMN, ROW, STACK, TABLE
from srcad.rules.registry import call, linear, pullback, pushforward

PICKS = np.array([2, 0, -1])
ORDER = np.array([[2, 0, 1], [1, 1, 0]])
NEAR = np.array([0, 1, 1])


@linear(
    np.take,
    at=[
        (ROW, 1),
        (ROW, PICKS),
        (TABLE, PICKS, 1),
        (TABLE, ORDER),
        (STACK, PICKS, -1),
        (TABLE, 1, 0),
        call(ROW, np.array([4, -5]), mode="wrap"),
        call(ROW, np.array([4, 0]), mode="clip"),
    ],
)
def take(a, indices, axis=None, mode="raise", *, d_out):
    return runtime_arrays.add_at(d_out, np.take(runtime_arrays.places(a), indices, axis, mode=mode), a)


@linear(np.take_along_axis, at=[(TABLE, ORDER, 1), (TABLE, ORDER[:1] % 2, 0), (ROW, PICKS, 0), (TABLE, PICKS, None)])
def take_along_axis(arr, indices, axis=-1, *, d_out):
    return runtime_arrays.add_at(d_out, np.take_along_axis(runtime_arrays.places(arr), indices, axis), arr)


@pullback(
    np.compress,
    at=[([True, False, True], ROW), ([True, False, True], TABLE, 1), ([0, 1, 1, 0, 1], TABLE)],
    linear_in=("a",),
)
def compress(condition, a, axis=None, *, d_out):
    return None, runtime_arrays.add_at(d_out, np.compress(condition, runtime_arrays.places(a), axis), a)


@pullback(np.extract, at=[(ROW > 0, ROW), (TABLE > 0, TABLE)], linear_in=("arr",))
def extract(condition, arr, *, d_out):
    return None, runtime_arrays.add_at(d_out, np.extract(condition, runtime_arrays.places(arr)), arr)


@pullback(
    np.sort, kind=layouts.ordered, at=[(ROW,), (TABLE,), (TABLE, 0), (TABLE, None), call(STACK, axis=1, kind="stable")]
)
def sort(a, axis=-1, kind=None, stable=None, *, d_out):
    if axis is None:
        return runtime_arrays.add_at(d_out, np.argsort(a, None), a)
    order = np.argsort(a, axis)
    return runtime_arrays.add_at(d_out, np.take_along_axis(runtime_arrays.places(a), order, axis), a)


@pushforward(np.sort)
def sort_dot(a, axis=-1, kind=None, stable=None, *, a_dot):
    if axis is None:
        return np.ravel(a_dot)[np.argsort(a, None)]
    return np.take_along_axis(a_dot, np.argsort(a, axis), axis)


@pullback(np.partition, kind=layouts.ordered, at=[(ROW, 1), (TABLE, 1), (TABLE, 0, 0), call(STACK, kth=1, axis=1)])
def partition(a, kth, axis=-1, *, d_out):
    if axis is None:
        return runtime_arrays.add_at(d_out, np.argpartition(a, kth, None), a)
    order = np.argpartition(a, kth, axis)
    return runtime_arrays.add_at(d_out, np.take_along_axis(runtime_arrays.places(a), order, axis), a)


@pushforward(np.partition)
def partition_dot(a, kth, axis=-1, *, a_dot):
    if axis is None:
        return np.ravel(a_dot)[np.argpartition(a, kth, None)]
    return np.take_along_axis(a_dot, np.argpartition(a, kth, axis), axis)


@linear(np.repeat, at=[(ROW, 2), (TABLE, 3, 1), (TABLE, 2), (ROW, NEAR), (TABLE, np.array([2, 1]), 0), (2.0, 3)])
def repeat(a, repeats, axis=None, *, d_out):
    if is_scalar(a):
        return np.sum(d_out)
    return runtime_arrays.add_at(d_out, np.repeat(runtime_arrays.places(a), repeats, axis), a)


@linear(np.tile, at=[(ROW, 2), (ROW, (2, 3)), (TABLE, (1, 2)), (TABLE, (2, 1, 1)), (2.0, 3)])
def tile(A, reps, *, d_out):  # noqa: N803 - NumPy's name
    if is_scalar(A):
        return np.sum(d_out)
    return runtime_arrays.add_at(d_out, np.tile(runtime_arrays.places(A), reps), A)


@linear(np.resize, at=[(ROW, 5), (TABLE, (2, 2)), (TABLE, (4, 3))])
def resize(a, new_shape, *, d_out):
    return runtime_arrays.add_at(d_out, np.resize(runtime_arrays.places(a), new_shape), a)


@linear(np.fliplr, kind=shapes.same, at=[(TABLE,), (STACK,)])
def fliplr(m, *, d_out):
    return np.fliplr(d_out)


@linear(np.flipud, kind=shapes.same, at=[(ROW,), (TABLE,), (STACK,)])
def flipud(m, *, d_out):
    return np.flipud(d_out)


@linear(np.rot90, at=[(TABLE,), (TABLE, 2), (TABLE, -1), call(STACK, axes=(1, 2)), (STACK, 3, (0, 2))])
def rot90(m, k=1, axes=(0, 1), *, d_out):
    return np.rot90(d_out, -k, axes)


@linear(np.rollaxis, at=[(STACK, 1), (STACK, 2, 1), (STACK, 0, 3)])
def rollaxis(a, axis, start=0, *, d_out):
    return runtime_arrays.add_at(d_out, np.rollaxis(runtime_arrays.places(a), axis, start), a)


@linear(np.delete, at=[(ROW, 1), (TABLE, 0, 0), (TABLE, [0, 2], 1), (TABLE, 3)])
def delete(arr, obj, axis=None, *, d_out):
    return runtime_arrays.add_at(d_out, np.delete(runtime_arrays.places(arr), obj, axis), arr)


@pullback(
    np.append,
    at=[(ROW, 2.5), (ROW, ROW * 2), (TABLE, ROW), (TABLE, TABLE + 1, 0), (TABLE, COLUMN, 1)],
    linear_in=("arr", "values"),
)
def append(arr, values, axis=None, *, d_out):
    parts = runtime.unconcatenate(d_out, (arr, values), axis)
    if is_scalar(values):
        return parts[0], np.sum(parts[1])
    return parts[0], parts[1]


@pullback(
    np.insert,
    at=[
        (ROW, 1, 2.5),
        (TABLE, 1, ROW, 0),
        (TABLE, 0, 1.5, 1),
        (TABLE, [0, 2], COLUMN, 1),
        (ROW, [2, 0], TABLE[0, :2]),
        (ROW, 1, ROW * 2),
    ],
    linear_in=("arr", "values"),
)
def insert(arr, obj, values, axis=None, *, d_out):
    at = np.insert(runtime_arrays.places(arr), obj, -1 - runtime_arrays.places(values), axis)
    is_new = at < 0
    d_arr = np.reshape(d_out[~is_new], np.shape(arr))
    if is_scalar(values):
        return d_arr, None, np.sum(d_out[is_new])
    return d_arr, None, runtime_arrays.add_at(d_out[is_new], -1 - at[is_new], values)


@linear(np.dstack, at=[((TABLE, TABLE + 1),), ((ROW, ROW * 2),), ([STACK, STACK],)])
def dstack(tup, *, d_out):
    return runtime.unconcatenate(d_out, tup, 2)


@linear(np.diagflat, at=[(ROW,), (TABLE,), (ROW, 1), call(ROW, k=-2)])
def diagflat(v, k=0, *, d_out):
    return np.reshape(np.diagonal(d_out, k), np.shape(v))


@linear(np.asfortranarray, np.asarray_chkfinite, at=[(ROW,), (TABLE,)])
def same_elements(a, *, d_out):
    return d_out


@linear(np.linalg.matrix_transpose, at=[(TABLE,), (STACK,)])
def matrix_transpose(x, *, d_out):
    return np.matrix_transpose(d_out)
