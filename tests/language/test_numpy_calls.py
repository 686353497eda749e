"""Calls of NumPy in all the forms in which they may be written: keywords, `out`, axes from the end, orders, dtypes."""

from __future__ import annotations

import numpy as np

import srcad
from tests.cases import Programs
from tests.check import refused

programs = Programs()

V = np.array([0.3, 1.4, 2.2])
W = np.array([0.5, -1.1, 0.7])
T = np.arange(6.0).reshape(2, 3) * 0.3 + 0.2
S3 = np.arange(24.0).reshape(2, 3, 4) * 0.1 + 0.15
Q = np.array([[1.2, 0.3, 0.1], [0.2, 1.5, 0.4], [0.1, 0.6, 1.9]])


@programs.at(1e5)
def a_clip_of_a_large_float(t):
    return t * np.clip(t, 0, 1e9)


@programs.at(0.3)
def a_clip_of_a_float(t):
    return np.clip(t, -0.8, 0.8) * t


@programs.at(S3)
def transpose_method_with_negative_axes(x):
    return np.sum(x.transpose(-1, 0, 1) ** 2 * np.arange(24.0).reshape(4, 2, 3))


@programs.at(S3)
def transpose_with_negative_axes(x):
    return np.sum(np.transpose(x, (-1, 0, 1)) ** 2 * np.arange(24.0).reshape(4, 2, 3))


@programs.at(S3)
def transpose_with_a_list_of_axes(x):
    return np.sum(np.transpose(x, [-2, -1, 0]) ** 2 * np.arange(24.0).reshape(3, 4, 2))


@programs.at(S3)
def moveaxis_of_two_axes(x):
    return np.sum(np.moveaxis(x, (0, -1), (-1, 0)) ** 2 * np.arange(24.0).reshape(4, 3, 2))


@programs.at(S3)
def moveaxis_to_the_end(x):
    return np.sum(np.moveaxis(x, [0, 1], [-1, -2]) ** 2 * np.arange(24.0).reshape(4, 3, 2))


@programs.at(S3)
def swapaxes_counted_from_the_end(x):
    return np.sum(x.swapaxes(-3, -1) ** 2 * np.arange(24.0).reshape(4, 3, 2))


@programs.at(T)
def expand_dims_at_both_ends(x):
    return np.sum(np.expand_dims(x, (-1, 0)) ** 2 * np.arange(6.0).reshape(1, 2, 3, 1))


@programs.at(T)
def squeeze_of_two_axes(x):
    return np.sum(np.squeeze(x[:, None, :, None], (-1, -3)) ** 2 * np.arange(6.0).reshape(2, 3))


@programs.at(T)
def concatenate_along_a_negative_axis(x):
    return np.sum(np.concatenate([x, x * x], axis=-2) ** 2 * np.arange(12.0).reshape(4, 3))


@programs.at(T)
def stack_along_a_negative_axis(x):
    return np.sum(np.stack([x, x * x], axis=-2) ** 2 * np.arange(12.0).reshape(2, 2, 3))


@programs.at((V, 1.3))
def outer_with_a_float(x, s):
    return np.sum(np.outer(x, s) ** 2)


@programs.at((1.3, V))
def outer_of_a_float(s, x):
    return np.sum(np.outer(s, x) ** 2)


@programs.at((1.3, 2.3))
def outer_of_two_floats(s, x):
    return np.sum(np.outer(s, x) ** 2)


@programs.at(V)
def expand_dims_by_keyword(x):
    return np.sum(np.expand_dims(a=x, axis=0) ** 2)


@programs.at(V)
def squeeze_by_keyword(x):
    return np.sum(np.squeeze(a=x[None]) ** 2)


@programs.at(T)
def transpose_by_keyword(x):
    return np.sum(np.transpose(a=x, axes=(1, 0)) ** 2)


@programs.at(T)
def sum_by_keyword(x):
    return np.sum(a=x) ** 2


@programs.at((V, W))
def dot_by_keyword(x, y):
    return np.dot(a=x, b=y)


@programs.at((V, W))
def outer_by_keyword(x, y):
    return np.sum(np.outer(a=x, b=y) ** 2)


@programs.at(V)
def mean_and_max_by_keyword(x):
    return np.mean(a=x, axis=0) ** 2 + np.max(a=x)


@programs.at(T)
def the_array_named_after_the_axis(x):
    return np.sum(np.sum(axis=0, a=x) ** 2)


@programs.at(T)
def cumsum_and_roll_by_keyword(x):
    return np.sum(np.cumsum(a=x, axis=1) ** 2) + np.sum(np.roll(a=x, shift=1) * x)


@programs.at(V)
def the_method_clip_with_min(x):
    return np.sum(x.clip(min=0.7) ** 2)


@programs.at(V)
def the_method_clip_with_max(x):
    return np.sum(x.clip(max=0.7) ** 2)


@programs.at(V)
def clip_with_min_and_max(x):
    return np.sum(np.clip(x, min=0.5, max=1.7) ** 2)


@programs.at(V)
def clip_without_a_lower_bound(x):
    return np.sum(np.clip(x, a_min=None, a_max=2.0) ** 2)


@programs.at(V)
def clip_with_bounds_named_in_reverse(x):
    return np.sum(np.clip(x, a_max=2.0, a_min=1.0) ** 2)


@programs.at(T)
def ravel_by_columns(x):
    return np.sum(x.ravel(order="F") ** 2 * np.arange(6.0))


@programs.at(T)
def flatten_by_columns(x):
    return np.sum(x.flatten(order="F") ** 2 * np.arange(6.0))


@programs.at(T)
def flatten_by_columns_by_position(x):
    return np.sum(x.flatten("F") ** 2 * np.arange(6.0))


@programs.at(T)
def reshape_by_columns(x):
    return np.sum(np.reshape(x, (3, 2), order="F") ** 2 * np.arange(6.0).reshape(3, 2))


@programs.at(T)
def the_method_reshape_by_columns(x):
    return np.sum(x.reshape(3, 2, order="F") ** 2 * np.arange(6.0).reshape(3, 2))


@programs.at(T)
def reshape_by_rows(x):
    return np.sum(x.reshape((3, 2), order="C") ** 2 * np.arange(6.0).reshape(3, 2))


@programs.at(T)
def ravel_by_rows(x):
    return np.sum(np.ravel(x, "C") ** 2 * np.arange(6.0))


@programs.at(V)
def array_with_copy(x):
    return np.sum(np.array(x, copy=True) ** 2)


@programs.at(V)
def array_with_ndmin(x):
    return np.sum(np.array(x, ndmin=2) ** 2)


@programs.at(V)
def a_copy_that_is_written_to(x):
    y = np.array(x, dtype=float, copy=True)
    y[0] = y[1] * y[2]
    return np.sum(y**2)


@programs.at(T)
def sum_with_a_dtype(x):
    return np.sum(x, dtype=float) ** 2


@programs.at(T)
def mean_with_a_dtype(x):
    return np.sum(x.mean(axis=0, dtype=np.float64) ** 2)


@programs.at(T)
def the_methods_sum_and_mean_with_a_dtype(x):
    return x.mean(dtype=float) ** 2 + x.sum(0, float)[1]


@programs.at(V)
def cumsum_and_prod_with_a_dtype(x):
    return np.cumsum(x, dtype=float)[1] * np.prod(x, dtype=float)


@programs.at(Q)
def triangles(x):
    return np.sum(np.tril(x) ** 2) + np.sum(np.triu(x, 1) ** 3)


@programs.at(Q)
def triangles_of_ones(x):
    return np.sum(np.tril(np.ones((3, 3))) * x**2) + np.sum(np.triu(np.ones((3, 3))) * x**3)


@programs.at(Q)
def tril_indices(x):
    return np.sum(x[np.tril_indices(3)] ** 2)


@programs.at(Q)
def triu_indices_taken_apart(x):
    i, j = np.triu_indices(3, 1)
    return np.sum(x[i, j] ** 2)


@programs.at(Q)
def an_open_mesh(x):
    return np.sum(x[np.ix_([0, 2], [1, 2])] ** 2)


@programs.at(Q)
def the_diagonal_of_a_matrix(x):
    return np.sum(np.diag(x) ** 2)


@programs.at(V)
def diagonal_matrices(x):
    return np.sum(np.diag(x) @ np.diag(x, 0) * 3)


@programs.at(V)
def a_matrix_with_a_diagonal_above(x):
    return np.sum(np.diag(x, 1) ** 2)


@programs.at(T)
def diagonals_of_a_table(x):
    return np.sum(np.diag(x, 1) ** 2) + np.sum(np.diagonal(x) ** 2)


@programs.at(Q)
def trace(x):
    return np.trace(x) ** 2 + np.trace(x @ x)


@programs.at(T)
def trace_of_other_diagonals(x):
    return np.trace(x, 1) ** 2 + np.trace(x, offset=-1) ** 3


@programs.at((T, V))
def kron_of_a_matrix_and_a_vector(x, y):
    return np.sum(np.kron(x, y) ** 2 * np.arange(18.0).reshape(2, 9))


@programs.at((T, Q))
def kron_of_matrices(x, y):
    return np.sum(np.kron(x, y) ** 2 * np.arange(54.0).reshape(6, 9))


@programs.at(V)
def argsort_and_argmax(x):
    return x[np.argsort(x)][0] * x[np.argmax(x)]


@programs.at(V)
def an_empty_list_as_index(x):
    return np.sum(x[[]]) + np.sum(x**2)


@programs.at(V)
def a_write_at_an_empty_list(x):
    y = x * x
    y[[]] = 0.0
    return np.sum(y)


@programs.at(V)
def meshgrid_of_indices(x):
    a, b = np.meshgrid(np.arange(3), np.arange(2))
    return np.sum(x[a] * b)


@programs.at(V)
def eye_with_an_offset(x):
    return np.sum(np.eye(3, k=1) @ x**2)


@programs.at(V)
def unique_indices(x):
    return np.sum(x[np.unique(np.array([0, 1, 1]))] ** 2)


@programs.at(V)
def a_window_and_a_vandermonde_matrix(x):
    return np.sum(np.hanning(3) * x**2) + np.sum(np.vander(np.arange(3.0)) @ x**2)


@programs.at(V)
def where_of_an_element_and_a_float(x):
    return np.where(x[0] > 1, x[0], 2.0) * x[1]


@programs.at(1.3)
def full_of_a_float(s):
    return np.sum(np.full(3, s) ** 2) + np.sum(np.full((2,), s))


@programs.at(1.3)
def broadcast_to_of_a_float(s):
    return np.sum(np.broadcast_to(s, (2, 3)) ** 2) + np.sum(np.array(s) ** 2)


@programs.at((1.3, 2.2))
def extremes_of_floats(s, t):
    return np.maximum(s, t) * np.fmax(s, t) * np.heaviside(s, t)


@programs.at((V, 1.3))
def extremes_of_an_array_and_a_float(x, s):
    return np.sum(np.maximum(x, s) ** 2) + np.sum(np.fmin(x, s)) + np.sum(np.where(x > 1, x, s) ** 2)


@programs.at((1.3, V))
def where_of_a_float_and_an_element(t, x):
    return np.where(t > 1, t, x[0])


@programs.at((V.astype(np.float32), W), rtol=1e-3, atol=1e-3)
def single_and_double_precision(x, y):
    return np.sum(x * y)


@programs.at((V.astype(np.float32), W), rtol=1e-3, atol=1e-3)
def single_precision_times_squares(x, y):
    return np.sum(x * y * y)


@programs.at((V, W))
def out_by_position(x, y):
    s = np.zeros(3)
    np.add(x, y, s)
    return np.sum(s**2)


@programs.at(V)
def out_of_clip_by_position(x):
    s = np.zeros(3)
    np.clip(x, 0.7, 1.5, s)
    return np.sum(s**2)


@programs.at((V, W))
def out_of_outer_by_position(x, y):
    s = np.zeros((3, 3))
    np.outer(x, y, s)
    return np.sum(s**2)


@programs.at(T)
def out_of_sum_by_position(x):
    s = np.zeros(3)
    np.sum(x, 0, None, s)
    return np.sum(s**2)


@programs.at(T)
def a_write_into_columns(x):
    x = x * 1.0
    y = x.reshape((3, 2), order="F")
    y[0, 1] = y[1, 1] * y[2, 0]
    return np.sum(x**2 * np.arange(6.0).reshape(2, 3))


@programs.at(T)
def a_write_into_a_ravel_by_columns(x):
    x = x * 1.0
    y = x.ravel("F")
    y[1] = y[2] * y[3]
    return np.sum(x**2 * np.arange(6.0).reshape(2, 3)) + np.sum(y**3 * np.arange(6.0))


@programs.at(T)
def a_write_into_a_reshape_with_ndmin(x):
    x = np.array(x * 1.0, ndmin=3)
    y = np.reshape(x, (3, 2), order="F")
    y[1] = y[2] * y[0]
    return np.sum(x**2 * np.arange(6.0).reshape(2, 3)) + np.sum(y**3)


@programs.at(T)
def an_array_of_arrays_with_ndmin(x):
    y = np.array([x, x * x], ndmin=4)
    return np.sum(y**2 * np.arange(12.0).reshape(1, 2, 2, 3))


@programs.at(V)
def out_of_cumsum_by_position(x):
    s = np.zeros(3)
    np.cumsum(x, 0, None, s)
    return np.sum(s**2)


@programs.at((V, W))
def out_of_concatenate_by_position(x, y):
    s = np.zeros(6)
    np.concatenate((x, y), 0, s)
    return np.sum(s**2 * np.arange(6.0))


@programs.at(V)
def out_that_is_none(x):
    return np.sum(x, axis=0, out=None)


@programs.at(V)
def creation_by_keyword(x):
    return (
        np.sum(np.linspace(start=x[0], stop=x[1], num=4) ** 2)
        + np.sum(np.full(shape=3, fill_value=x[2]))
        + np.sum(np.zeros(shape=(3,)) * x)
        + np.sum(np.zeros_like(a=x) + x**2)
    )


@programs.at((6.5, 2.0), (2.2, 1.5))
def a_number_cast_to_an_integer_loses_its_fraction(x, y):
    return x * np.sqrt(x * y).astype(int) + np.sqrt(y).astype("int64") * y


@programs.at((1.5, V))
def a_number_cast_to_an_integer_is_an_index(x, v):
    return v[np.floor(x).astype(int)] * x


@programs.at(6.5)
def a_number_cast_to_a_float_stays_and_to_a_bool_does_not(x):
    return x * np.sqrt(x).astype(np.float64) + x * np.rint(x).astype(dtype=bool)


test_gradient = programs.test()


def test_a_number_cast_to_a_type_that_rounds_is_refused() -> None:
    def f(x):
        return x * np.sqrt(x).astype(np.float32)

    refused(f, 2.0, error=srcad.KindError, message_contains="astype", line_contains="float32")


def test_an_order_that_depends_on_memory_is_refused() -> None:
    def f(x):
        return np.sum(x.ravel(order="A") ** 2)

    refused(f, T, error=srcad.MissingRule, message_contains="order", line_contains="ravel")


def test_a_tuple_of_arrays_as_out_is_refused() -> None:
    def f(x, pair):
        np.add(x, x, pair)
        return np.sum(x)

    refused(f, V, [V], error=srcad.MissingRule, message_contains="out", line_contains="np.add")
