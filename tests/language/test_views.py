"""Writes through views and aliases: every name of the same memory sees them, in the value and in the gradient."""

import numpy as np

from tests.cases import Programs

programs = Programs()
x4 = np.array([0.5, 1.2, 2.0, -1.0])
x6 = np.array([0.5, 1.2, 2.0, -1.0, 0.3, 0.8])
m34 = np.array([[0.5, 1.0, 2.0, -1.0], [0.3, 0.7, -0.4, 1.1], [1.3, -0.6, 0.9, 0.2]])
m33 = m34[:, :3].copy()
weights = np.arange(12.0).reshape(3, 4) + 1.0


# ---------------------------------------------------------------- views by index


@programs.at(m34)
def a_row(A):
    row = A[1]
    row += 2 * A[0]
    row[0] = row[1] * A[2, 2]
    row *= row
    return np.sum(A * A * weights)


@programs.at(m34)
def a_column(A):
    column = A[:, 2]
    column[:] = column * A[:, 0]
    column[1] += column[0] * column[2]
    column /= 2.0
    return np.sum(A * A * weights)


@programs.at(m34)
def a_block(A):
    block = A[1:, 1:3]
    block *= A[:2, :2]
    block[0] = block[1] * block[0]
    block[:, 0] **= 2
    return np.sum(A * A * weights)


@programs.at(m34)
def rows_in_a_loop(A):
    for row in A:
        row[1:] += row[:-1]
        row *= row[0]
    return np.sum(A * A * weights)


@programs.at(m34)
def rows_by_enumerate_and_zip(A):
    B = A * A
    for i, row in enumerate(B):
        row[i] = row[0] * row[1]
    for a, b in zip(A, B, strict=True):
        b -= a * a[0]
        a[0] = b[1]
    return np.sum(A * B * weights)


@programs.at(x6)
def views_of_views(x):
    y = x * x
    a = y[1:]
    b = a[::2]
    c = b[::-1]
    c[0] = c[1] * x[0]
    b[1:] *= a[:2]
    a[3] = y[0] + c[2]
    c += c[1]
    return np.sum(y * x)


@programs.at(x6)
def a_view_with_newaxis(x):
    y = x * x
    column = y[:, None]
    column *= 2.0
    column[1] = column[0] * x[3]
    column[2:4, 0] = y[4:] * y[:2]
    y[None][0, 5] = y[0]
    return np.sum(y * x)


@programs.at(m34)
def a_view_by_ellipsis(A):
    whole = A[...]
    whole[0] = whole[1] * whole[2]
    last = A[..., -1]
    last *= last
    return np.sum(A * A * weights)


# ---------------------------------------------------------------- views by functions


@programs.at(m33)
def the_transpose(A):
    t = A.T
    t[0] = A[0] * t[1]
    t += 1.0
    A.T[2] *= A[1]
    u = np.transpose(A)
    u[1, 2] = A[0, 0] * u[0, 1]
    v = np.swapaxes(A, 0, 1)
    v[:, 0] = v[:, 1] ** 2
    A.transpose()[2, 0] = A[1, 1]
    return np.sum(A * A * weights[:, :3])


@programs.at(x6)
def reshape_and_ravel(x):
    y = x * x
    grid = y.reshape(2, 3)
    grid[0] = grid[1] * x[:3]
    grid[:, 0] *= grid[:, 1]
    flat = grid.ravel()
    flat[5] = flat[0] * y[1]
    np.reshape(y, (3, 2))[1] += flat[:2]
    grid.reshape(-1)[2] = 3 * y[2]
    return np.sum(y * x)


@programs.at(m34)
def ravel_of_the_transpose_is_a_copy(A):
    B = A * A
    flat = B.T.ravel()
    flat[0] = flat[1] * flat[2]
    flat *= 2.0
    return np.sum(B * A) + np.sum(flat * flat)


@programs.at(m34)
def a_reshape_that_must_copy(A):
    B = A[:, 1:]
    C = B.reshape(9)
    C[1] = C[0] * A[0, 0]
    A[0, 1] = C[2]
    return np.sum(A * A * weights) + np.sum(C * C)


@programs.at((m34, 1), (m34, 2), argnums=0)
def a_reshape_that_copies_at_some_points_only(A, step):
    B = A[::1, :: step * step]
    C = B.reshape(-1)
    C[1] = C[0] * C[2]
    C *= 1.5
    return np.sum(A * A * weights) + C[1] * C[2]


@programs.at(m33)
def the_diagonal_by_a_strided_view(A):
    flat = A.reshape(-1)
    diagonal = flat[:: A.shape[0] + 1]
    diagonal += 2.0
    diagonal *= A[0]
    return np.sum(A * A * weights[:, :3])


@programs.at(m33)
def the_diagonal_is_read_while_the_matrix_changes(A):
    d = np.diagonal(A)
    A[0, 0] = A[1, 1] * d[2]
    A[2, 2] = d[0] * d[1]
    return np.sum(A * A * weights[:, :3]) + np.sum(d * d)


@programs.at(x4)
def asarray_atleast_and_squeeze(x):
    y = np.asarray(x)
    y[0] = y[1] * y[2]
    z = np.atleast_1d(y)
    z[1] *= z[0]
    row = np.atleast_2d(z)
    row[0, 2] = x[3] * row[0, 0]
    s = np.squeeze(row)
    s[3] = s[0] * s[0]
    e = np.expand_dims(x, 1)
    e[0, 0] = e[1, 0] * 2.0
    return np.sum(x * x * weights[0])


@programs.at(m34)
def flips_and_rotations(A):
    f = np.flip(A)
    f[0] = f[1] * f[2]
    np.flip(A, 0)[0, 1] = A[1, 1] * A[0, 0]
    g = np.flip(A, axis=1)
    g[1] *= A[0]
    h = np.moveaxis(A, 0, 1)
    h[0] = h[1] * h[2]
    return np.sum(A * A * weights)


@programs.at(m34)
def flat_items(A):
    A.flat[3] = A.flat[0] * A.flat[5]
    A.flat[2:5] = A.flat[5:8] * A[0, 0]
    A.flat[::5] = 2.0
    A.flat[[1, 7]] += A.flat[[7, 1]]
    A.T.flat[1] = A[0, 3] * A.flat[1]
    return np.sum(A * A * weights)


@programs.at(m34)
def a_loop_over_flat(A):
    total = 0.0
    for k, v in enumerate(A.T.flat):
        total += v * v * v * k
    return total


@programs.at(m34)
def all_of_flat(A):
    B = A * A
    B.flat = A.flat[::-1] * B.flat[0]
    B.flat[:] = B.flat[:] * 2.0
    return np.sum(A * B)


@programs.at(x4)
def functions_that_make_a_new_array(x):
    D = np.diag(x)
    D[0, 1] = x[2] * x[3]
    y = x * 1.0
    z = np.nan_to_num(y)
    y[0] = z[1] * D[0, 1]
    w = y.flatten()
    w[1] = y[0] * z[0]
    return np.sum(D * D) + np.sum(y * z) + np.sum(w * y)


# ---------------------------------------------------------------- aliases


@programs.at(x4)
def two_names(x):
    b = x
    b[0] = x[1] * x[2]
    x[1] *= b[0]
    b += x
    x = x * b[1]
    b[3] = x[3]
    return np.sum(x * b)


@programs.at((x4, 1.0), (x4, -1.0), argnums=0)
def an_alias_in_one_branch_only(x, s):
    y = x * x
    if s > 0:
        b = y
    else:
        b = y.copy()
    b[0] = x[1] * b[2]
    b *= 2.0
    y[1] = y[0] * b[1]
    return np.sum(y * x) + np.sum(b * b)


@programs.at((x4, 1.0), (x4, -1.0), argnums=0)
def a_view_of_one_of_two_arrays(x, s):
    a = x * x
    b = x * 3.0
    v = a[1:] if s > 0 else b[:-1]
    v *= a[:3]
    v[0] = b[0] * v[1]
    return np.sum(a * b)


@programs.at((x4, 3), (x4, 0), argnums=0)
def an_alias_made_in_a_loop(x, n):
    y = x * x
    v = y[:2]
    for k in range(n):
        v[:] = v * x[k]
        v = y[k : k + 2]
        v[0] = v[1] * v[0]
    return np.sum(y * v[0])


@programs.at((x4, 3), (x4, 2), (x4, 0), argnums=0)
def buffers_are_swapped(u, n):
    v = np.zeros_like(u)
    for _ in range(n):
        v[1:] = u[:-1] * u[1:]
        v[0] = u[-1]
        u, v = v, u
    return np.sum(u * u) + np.sum(v)


@programs.at((x4, 3), (x4, 0), argnums=0)
def three_buffers_are_rotated(u, n):
    a = u * 1.0
    b = u * u
    c = np.zeros_like(u)
    for _ in range(n):
        c[1:-1] = 2 * b[1:-1] - a[1:-1] + 0.1 * (b[2:] - 2 * b[1:-1] + b[:-2]) * b[1:-1]
        c[0] = c[1]
        a, b, c = b, c, a
    return np.sum(b * b) + np.sum(a)


@programs.at((x4, 3), argnums=0)
def a_buffer_holds_every_step(u, n):
    history = np.zeros((n + 1, 4))
    history[0] = u
    for k in range(n):
        now, then = history[k], history[k + 1]
        then[:] = now * now[::-1]
        then[0] += now[1]
    return np.sum(history * history)


@programs.at((x4, 1.0), (x4, -1.0), argnums=0)
def a_conditional_copy_on_write(x, s):
    y = x
    if s > 0:
        y = x.copy()
        y[0] = 3 * x[0] * x[1]
    z = y[:2]
    z *= 2.0
    return np.sum(x * x) + np.sum(y * y * y)


@programs.at(x4)
def an_array_and_its_view_are_passed_to_a_helper(x):
    y = x * x
    shift_into(y[1:], y[:-1])
    shift_into(y, y)
    shift_into(y[::-1], x)
    return np.sum(y * x)


@programs.at(m33)
def the_diagonal_of_a_matrix(A):
    d = np.diag(A)
    above = np.diag(A, k=1)
    A[1] *= A[0]
    A[2, 2] = d[1] * d[0] * above[1]
    e = np.diag(A).copy()
    e *= d
    A[0] = e
    return np.sum(A**2) + np.sum(d**3)


@programs.at(np.stack([m33, m33.T + 0.3]))
def the_diagonals_of_a_stack(A):
    d = np.diagonal(A, 0, 1, 2)
    above = np.diagonal(A, offset=1, axis1=1, axis2=2)
    A[1] *= A[0]
    A[0, 2, 1] = d[1, 1] * d[0, 0] * above[1, 0]
    return np.sum(A**2) + np.sum(d**3)


@programs.at(x4)
def a_name_becomes_a_view_of_itself_and_is_filled(x):
    y = x * 2
    z = y
    s = 0.0
    for _ in range(2):
        s += np.sum(y * y * y)
        y = y[1:]
        y[:] = np.sin(y)
        z[0] = z[0] * z[1]
    return s + np.sum(z * z)


def shift_into(a, b):
    a[:] = a * b
    a[0] += b[0]


test_gradient = programs.test()
