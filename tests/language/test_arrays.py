"""Vectorised NumPy on arrays that nobody writes to: broadcasting, reductions, products, shapes, creation."""

import numpy as np

from tests.cases import Programs

programs = Programs()

v = np.array([0.5, 1.0, 2.0])
w = np.array([1.5, -0.5, 0.25])
A = np.array([[0.5, 1.0, 2.0], [-1.0, 0.3, 0.7]])
B = np.array([[1.0, 2.0], [3.0, -4.0], [0.5, 0.2]])
C = np.linspace(0.1, 2.4, 24).reshape(2, 3, 4)


@programs.at((v, w))
def elementwise_operators(x, y):
    return (x * y + x / (y + 3) - x**2 + 2**y - -y).sum()


@programs.at((v, 3.0))
def an_array_with_a_float(x, s):
    return np.sum(x * s + s / x - s**x + (x - s) ** 2)


@programs.at((A, v), (A, np.array(2.0)), (A, np.array([[1.0], [2.0]])), (A, np.ones((1, 1))))
def broadcasting(M, x):
    return np.sum(M * x + np.sin(x) * M**2)


@programs.at((v, np.array([[1.0], [2.0]])))
def a_row_with_a_column(row, column):
    return np.sum((row - column) ** 2 * row)


@programs.at((C, A[:, :, None], v[:, None]))
def broadcasting_in_three_dimensions(x, y, z):
    return np.sum(x * y * z)


@programs.at(v)
def elementwise_functions(x):
    a = np.sin(x) + np.cos(x) * np.tan(x) + np.exp(x) * np.log(x) + np.sqrt(x)
    b = np.tanh(x) + np.arctan(x) + np.sinh(x) * np.cosh(x) + np.log1p(x) * np.expm1(x) + np.square(x)
    c = np.arcsin(x / 4) + np.arccos(x / 4) + np.log2(x) * np.log10(x) + np.abs(x) + 1 / x + np.reciprocal(x)
    return np.sum(a * b * c)


@programs.at((v, w))
def elementwise_functions_of_two(x, y):
    return np.sum(np.maximum(x, y) * np.minimum(x * 2, y) + np.arctan2(y, x) + np.hypot(x, y) + np.power(x, y))


@programs.at((v, w))
def the_named_arithmetic(x, y):
    return np.sum(np.add(x, y) * np.subtract(x, y) / np.multiply(x, 2) + np.divide(y, x) + np.negative(x))


@programs.at(0.7)
def numpy_functions_of_a_float(x):
    return np.sin(x) * np.exp(x) + np.maximum(x, 0.5) + np.square(x)


@programs.at(np.array(0.7))
def an_array_without_dimensions(x):
    return x * x + np.sin(x)


@programs.at(np.array([0.7]))
def the_result_is_an_array_of_size_one(x):
    return x * x


@programs.at(A)
def sums_along_axes(M):
    return np.sum(M.sum(axis=0) ** 2) + np.sum(M.sum(axis=1) ** 3) + np.sum(M, axis=-1)[0]


@programs.at(A)
def sums_that_keep_their_dimensions(M):
    return np.sum(M / np.exp(M).sum(axis=1, keepdims=True))


@programs.at(C)
def sums_over_several_axes(x):
    return np.sum(np.sum(x, axis=(0, 2)) ** 2)


@programs.at(A)
def means(M):
    return M.mean() * np.mean(M, axis=0)[1] + np.sum((M - M.mean(axis=1, keepdims=True)) ** 2)


@programs.at(A)
def products_of_elements(M):
    return M.prod() + np.prod(M, axis=0) @ np.array([1.0, 2.0, 3.0])


@programs.at(A)
def largest_and_smallest(M):
    return M.max() * np.min(M) + np.sum(np.max(M, axis=0) ** 2) + np.sum(M.min(axis=1) ** 2)


@programs.at((v, w))
def dot_products(x, y):
    return np.dot(x, y) * x.dot(x) + x @ y


@programs.at((A, B))
def matrix_times_matrix(M, N):
    return np.sum((M @ N) ** 2) + np.sum(np.dot(N, M)) + np.matmul(M, N)[0, 1]


@programs.at((A, v, np.array([2.0, 3.0])))
def matrix_times_vector_on_both_sides(M, x, y):
    return y @ M @ x + np.sum((M @ x) ** 2) + np.sum((y @ M) ** 2)


@programs.at((C, np.arange(8.0).reshape(4, 2)))
def stacks_of_matrices(x, y):
    return np.sum((x @ y) ** 2)


@programs.at((v, np.array([2.0, 3.0])))
def outer_products(x, y):
    return np.sum(np.outer(x, y) ** 2 * B)


@programs.at(A)
def transposes(M):
    return np.sum(M.T @ M) + np.sum(np.transpose(M)[0] ** 2) + M.transpose()[2, 1]


@programs.at(C)
def axes_are_permuted(x):
    return np.sum(x.transpose(2, 0, 1)[3] ** 2) + np.transpose(x, (1, 0, 2))[2, 1, 3] ** 2


@programs.at(A)
def reshapes(M):
    return M.reshape(3, 2)[2, 0] ** 2 + np.sum(M.reshape(-1)[1:4] ** 2) + np.reshape(M, (6,))[5] * M.ravel()[2]


@programs.at(A)
def flatten_and_ravel(M):
    return M.flatten() @ np.ravel(M) + M.ravel()[0]


@programs.at(v)
def squeeze_and_expand_dims(x):
    column = np.expand_dims(x, 1)
    return np.sum(column * x) + np.squeeze(column) @ x + column.squeeze()[0]


@programs.at((v, w))
def concatenation(x, y):
    z = np.concatenate([x, y * x, x])
    return np.sum(z[1:] * z[:-1])


@programs.at((A, A * 2))
def concatenation_along_axes(M, N):
    return np.sum(np.concatenate((M, N), axis=1)[:, 2:5] ** 2) + np.sum(np.concatenate([M, N])[1:3] ** 3)


@programs.at((v, w))
def stacking(x, y):
    return np.sum(np.stack([x, y]) ** 2) + np.sum(np.stack([x, y], axis=1) @ np.array([1.0, 2.0]) * x)


@programs.at((2.0, 3.0))
def an_array_of_active_values(x, y):
    z = np.array([x, x * y, y, 1.0])
    return np.sum(z * z) * z[1]


@programs.at((2.0, 3.0))
def a_matrix_of_active_values(x, y):
    R = np.array([[np.cos(x), -np.sin(x)], [np.sin(x), np.cos(x)]])
    p = R @ np.array([y, 1.0])
    return p[0] * p[1]


@programs.at((v, w))
def where_picks_elements(x, y):
    return np.sum(np.where(x > 0.7, x * y, y**2)) + np.sum(np.where(y > 0, x, 0.0))


@programs.at(v)
def clip_bounds_elements(x):
    return np.sum(np.clip(x, 0.7, 1.5) * x) + np.sum(x.clip(0.7, 5.0) ** 2)


@programs.at(v)
def filled_arrays_are_constants(x):
    n = len(x)
    return np.sum(np.zeros(n) + x) * np.sum(np.ones_like(x) * x) + np.sum(np.full(3, 2.0) * x + np.zeros_like(x))


@programs.at(2.0)
def an_array_is_filled_with_an_active_value(x):
    return np.sum(np.full(3, x) ** 2) + np.sum(np.full_like(w, x) * w) + np.sum(np.ones(2) * x)


@programs.at((2.0, 4))
def grids(x, n):
    t = np.linspace(0, 1, n)
    k = np.arange(n)
    return np.sum(np.exp(-x * t)) + np.sum(x**k) + np.sum(k * x)


@programs.at((1.0, 3.0))
def a_grid_with_active_ends(a, b):
    t = np.linspace(a, b, 5)
    return np.sum(t * t)


@programs.at(v)
def copies_and_casts(x):
    y = x.copy()
    z = np.copy(x).astype(float)
    return np.sum(y * z) + np.asarray(x) @ np.array(x)


@programs.at(v)
def absolute_values_and_signs(x):
    return np.sum(abs(x - 0.7) * np.sign(x - 0.7)) + np.sum(np.floor(x * 1.3) * x)


@programs.at((v, w))
def a_softmax_with_a_shift(x, y):
    e = np.exp(x - x.max())
    p = e / e.sum()
    return -np.sum(y * np.log(p))


@programs.at((A, v, w[:2]))
def a_mean_squared_error(M, x, y):
    return np.mean((M @ x - y) ** 2)


@programs.at(A)
def shape_size_ndim_and_len(M):
    return np.sum(M**2) / M.size * M.shape[0] + M[0, 0] * M.ndim * len(M)


@programs.at(v, A)
def a_switch_on_the_number_of_dimensions(x):
    if x.ndim == 2:
        return np.sum(x.sum(axis=0) ** 2)
    return np.sum(x**3)


@programs.at((v, 3), (v, 0))
def an_array_accumulates_by_plus(x, n):
    total = np.zeros(3)
    for i in range(n):
        total = total + x**i
    return total @ x


@programs.at((v, 3), (v, 0))
def a_number_accumulates_arrays(x, n):
    total = 0
    for i in range(n):
        total = total + x * i
    return np.sum(total * x + x)


@programs.at((v, w))
def sum_builtin_of_arrays(x, y):
    return np.sum(sum([x * y, y, x * x]))


@programs.at((v, w))
def scalars_out_of_arrays(x, y):
    return float(x[0]) * y[1] + float(np.sum(x)) * y.sum().item() + x.item(1)


@programs.at((v, w))
def results_of_comparisons_are_masks(x, y):
    mask = (x > 0.7) & (y < 1) | ~(x > 0.1)
    return np.sum(mask * x * y) + np.any(mask) * x[0]


@programs.at(np.array([0.5, 1.0, 2.0], dtype=np.float32), rtol=1e-3, atol=1e-3)
def single_precision_keeps_its_dtype(x):
    return np.sum(x * x)


test_gradient = programs.test()
