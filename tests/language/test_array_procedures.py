"""NumPy procedures that write into an argument: np.add.at, np.copyto, fill, put, sort, and out= and where=."""

import numpy as np

from tests.cases import Programs

programs = Programs()
x4 = np.array([0.5, 1.2, 2.0, -1.0])
x5 = np.array([0.5, 1.0, 2.0, -1.0, 0.3])
m34 = np.array([[0.5, 1.0, 2.0, -1.0], [0.3, 0.7, -0.4, 1.1], [1.3, -0.6, 0.9, 0.2]])
m33 = m34[:, :3].copy()
w5 = np.array([1.0, -2.0, 0.5, 3.0, 1.5])
repeated = np.array([0, 2, 2, 0, 1])


# ---------------------------------------------------------------- ufunc.at


@programs.at((x5, w5))
def add_at_with_repeats(x, w):
    y = x * x
    np.add.at(y, repeated, w * x)
    np.add.at(y, [1, 1, 3], y[:3])
    np.add.at(y, 4, x[0])
    np.add.at(y, slice(1, 3), x[0] * x[1])
    np.add.at(y, repeated, 1.0)
    return np.sum(y * y)


@programs.at((x5, w5))
def subtract_at_with_repeats(x, w):
    y = x * x
    np.subtract.at(y, repeated, w * x)
    np.subtract.at(y, [1, 1], y[0])
    return np.sum(y * y)


@programs.at((x5, w5))
def multiply_at_with_repeats(x, w):
    y = x * x
    np.multiply.at(y, repeated, w)
    np.multiply.at(y, [1, 1, 3], y[:3])
    np.multiply.at(y, [4, 4], x[0])
    np.multiply.at(y, np.array([0, 0]), 2.0)
    return np.sum(y * x)


@programs.at((x5, w5))
def divide_at_with_repeats(x, w):
    y = x * x
    np.divide.at(y, repeated, w)
    return np.sum(y * x)


@programs.at((m34, x5))
def add_at_on_matrices(A, v):
    B = A * A
    np.add.at(B, (np.array([0, 0, 2]), np.array([1, 1, 3])), v[:3])
    np.add.at(B, np.array([1, 1]), A[:2] * A[0])
    np.add.at(B, (slice(None), np.array([3, 3])), A[:, :2])
    return np.sum(B * A)


@programs.at(x5)
def a_histogram_with_weights(x):
    h = np.zeros(3)
    k = (np.arange(5) * 2) % 3
    for _ in range(2):
        np.add.at(h, k, x * h[0] + x)
        k[0] = 1
    return np.sum(h * h)


# ---------------------------------------------------------------- procedures


@programs.at((x5, w5))
def copyto(x, w):
    y = x * x
    np.copyto(y[1:3], w[:2] * y[1:3])
    np.copyto(y, x[0], where=x > 0.9)
    np.copyto(y, w * x, where=np.array([True, False, False, True, False]))
    z = np.empty(5)
    np.copyto(z, y)
    np.copyto(src=z * y, dst=z)
    np.copyto(y, 1.0, where=y > 2.0)
    return np.sum(z * y)


@programs.at((m34, x4))
def copyto_broadcasts(A, v):
    B = A * A
    np.copyto(B, v)
    np.copyto(B, v * v[0], where=A > 0.55)
    np.copyto(B, A, where=A[0] > 0.8)
    return np.sum(B * A)


@programs.at((x5, 2.0))
def fill(x, s):
    y = x * x
    y[1:3].fill(s * y[0])
    z = np.empty_like(y)
    z.fill(y[1])
    z[:2] *= y[:2]
    y.fill(0.5)
    return np.sum(z * z) + np.sum(y * x)


@programs.at((m33, np.array([1.0, 2.0, 3.0])))
def fill_diagonal(A, v):
    B = A * A
    np.fill_diagonal(B, v * v[0])
    C = A * A[0, 1]
    np.fill_diagonal(C, A[0, 0] * A[1, 1])
    np.fill_diagonal(A, 0.0)
    return np.sum(B * C) + np.sum(A * A)


@programs.at((np.ones((4, 3)) * np.arange(3.0), np.array([1.0, 2.0, 3.0])), argnums=1)
def fill_diagonal_of_tall_and_wide_matrices(A, v):
    B = A * 1.0
    np.fill_diagonal(B, v * v[0])
    C = B.T * 2.0
    np.fill_diagonal(C, v)
    return np.sum(B * B) + np.sum(C * C)


@programs.at((x5, w5))
def put(x, w):
    y = x * x
    np.put(y, [0, 3], w[:2] * y[1])
    y.put([1, 1], x[2:4])
    np.put(y, 2, x[0])
    return np.sum(y * x)


@programs.at(m34)
def put_counts_through_a_matrix(A):
    B = A * A
    np.put(B, [0, 5, 11], A[0, :3] * B[1, 1])
    B.put([-1], B[0, 0] * B[0, 1])
    return np.sum(B * A)


@programs.at((x5, w5))
def putmask(x, w):
    y = x * x
    np.putmask(y, x > 0.4, w * x)
    np.putmask(y, x < 0.0, 0.5)
    return np.sum(y * x)


@programs.at(x5)
def sort_in_place(x):
    y = x * np.cos(x)
    y.sort()
    y[1:] *= y[:-1]
    z = y[::-1]
    z.sort()
    return np.sum(z * np.arange(5.0) * y)


@programs.at(m34)
def sort_a_row_and_a_column(A):
    B = A * np.cos(A)
    B[0].sort()
    B[:, 1].sort()
    return np.sum(B * A)


# ---------------------------------------------------------------- out=


@programs.at((x5, w5))
def out_of_binary_ufuncs(x, w):
    y = np.empty(5)
    np.multiply(x, w, out=y)
    np.add(y, x, out=y)
    np.subtract(y, 0.5, y)
    np.divide(y, w, out=(y,))
    z = y * y
    np.multiply(z, y, out=z)
    np.maximum(z, 0.1, out=z)
    np.power(z, 2, out=z)
    np.arctan2(z, w, out=y)
    return np.sum(z * y)


@programs.at(x5)
def out_of_unary_ufuncs(x):
    y = np.zeros_like(x)
    np.sin(x, out=y)
    np.exp(y, y)
    np.negative(y, out=y)
    np.square(y, out=y)
    np.sqrt(y, out=y)
    np.absolute(y, out=y)
    return np.sum(y * x)


@programs.at((m34, x5))
def out_is_a_view(A, v):
    B = A * A
    np.multiply(A[0], A[1], out=B[2])
    np.exp(v[:3], out=B[:, 1])
    np.add(B[:2], 1.0, out=B[1:])
    row = B[0]
    np.multiply(row, row, out=row)
    np.tanh(B[:, 0], out=B[:, 3])
    return np.sum(B * A)


@programs.at((x5, 2.0))
def out_is_what_the_call_returns(x, s):
    y = np.zeros(5)
    z = np.multiply(x, s, out=y)
    z[0] = y[1] * y[2]
    w = np.sin(z, out=np.empty(5))
    return np.sum(w * y * z)


@programs.at((x5, w5))
def out_with_where(x, w):
    y = x * x
    np.multiply(x, w, out=y, where=x > 0.4)
    np.log(x, out=y, where=x > 0)
    np.sqrt(w, where=w > 0, out=y)
    mask = w > 0
    np.divide(x, w, out=y, where=mask)
    mask[1] = True
    np.add(y, x[0], out=y, where=mask)
    return np.sum(y * x)


@programs.at((m34, x4))
def out_with_where_that_broadcasts(A, v):
    B = A * A
    np.multiply(A, v, out=B, where=v > 0)
    np.add(B, 1.0, out=B, where=A[:, :1] > 0.45)
    np.exp(v, out=B, where=A > 0.8)
    return np.sum(B * A)


@programs.at((m33, np.array([1.0, -0.5, 2.0])))
def out_of_products(A, v):
    C = np.empty((3, 3))
    u = np.zeros(3)
    np.dot(A, v, out=u)
    np.dot(A, A, out=C)
    np.matmul(C, A, out=A)
    np.matmul(A, u, out=v)
    np.outer(u, v, out=C)
    A.dot(v, out=u)
    return np.sum(C * A) + np.sum(u * v)


@programs.at(m34)
def out_of_reductions(A):
    s = np.zeros(4)
    np.sum(A * A, axis=0, out=s)
    r = np.empty(3)
    A.sum(axis=1, out=r)
    t = np.empty(3)
    np.mean(A * s, axis=1, out=t)
    m = np.empty(4)
    np.max(A, axis=0, out=m)
    p = np.empty(4)
    np.prod(A, axis=0, out=p)
    return np.sum(s * m * p) + np.sum(r * t)


@programs.at((x5, m34))
def out_of_cumulative_sums_and_clips(x, A):
    np.cumsum(x * x, out=x)
    np.clip(x, 0.3, 5.5, out=x)
    x.clip(0.4, 4.0, out=x)
    x.cumsum(out=x)
    np.cumsum(A, axis=1, out=A)
    return np.sum(x * x) + np.sum(A * A)


@programs.at(x5)
def out_of_stack_and_concatenate(x):
    y = x[[0, 2, 2]]
    z = np.empty((2, 3))
    np.stack([y, x[:3]], out=z)
    c = np.empty(8)
    np.concatenate([x, y], out=c)
    return np.sum(z * y) + np.sum(c * c * np.arange(8.0))


@programs.at((x5, 3), (x5, 0), argnums=0)
def out_in_a_loop_into_one_buffer(x, n):
    buffer = np.empty_like(x)
    for _ in range(n):
        np.multiply(x, x[::-1], out=buffer)
        np.sin(buffer, out=x)
        x += buffer
    return np.sum(x * x)


test_gradient = programs.test()
