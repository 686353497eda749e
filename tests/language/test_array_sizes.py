"""Shapes that broadcast at some points only: an adjoint is summed down wherever the shapes are not surely the same."""

import numpy as np

from tests.cases import Programs

programs = Programs()
x3 = np.array([0.5, 1.2, -0.7])
x4 = np.array([0.5, 1.2, 2.0, -1.0])
x6 = np.array([0.5, 1.2, 2.0, -1.0, 0.3, 0.8])


@programs.at((x6, x4), (x3, x4), (x3, x3[:1]))
def a_slice_of_one_against_a_whole_array(x, w):
    y = x[:-2] * w
    z = x[2:] + x[:-2]
    return np.sum(y) + np.sum(z * w)


@programs.at((x6, 1), (x6, 5), argnums=0)
def a_slice_from_an_int_that_is_given(x, k):
    y = x[k:] * x[: 6 - k]
    y += x[k:]
    return np.sum(y * x[-1:])


@programs.at(x6)
def an_array_that_shrinks_in_a_loop(x):
    total = 0.0
    y = x * 1.0
    last = y
    for _ in range(5):
        y = y[1:] * 1.5
        total += np.sum(y * last[: len(y)]) + np.sum(y[:1] * last)
        last = y
    return total


@programs.at(x6)
def a_view_of_the_trip_before(x):
    y = x * 1.0
    part = y[5:]
    for k in range(2):
        y[k:] += part[:1] * y[k:]
        y[k + 1 :] *= part[-1] * np.ones(5 - k)
        part = y[4 - k :]
    return np.sum(y * y)


@programs.at((x4, x3[:1]), (x4, x4), (x3[:1], x3[:1]))
def buffers_of_different_sizes_are_swapped(u, v):
    total = 0.0
    for _ in range(3):
        w = u * v
        total += np.sum(w * w)
        u, v = v * 1.5, u
    return total


@programs.at(x6)
def an_int_is_bound_again_between_two_slices(x):
    k = 5
    a = x[k:] * 2.0
    k = 1
    b = x[k:] * a
    y = np.zeros(k)
    k = 3
    z = np.ones(k)
    return np.sum(b * b) + np.sum((y + x[:1]) * z)


@programs.at(x6)
def two_loops_count_with_one_name(x):
    y = x * 1.0
    for k in range(3):
        a = y[k:] * y[k:]
        y[k:] = a * 0.5
    for k in range(5, 2, -1):
        b = y[k:] * a[:1]
        y[k:] += b
    return np.sum(y * y) + np.sum(y[4:] * a[-2:])


@programs.at((x6, 4), (x6, 1), argnums=0)
def zeros_of_a_length(x, n):
    y = np.zeros(n)
    y[:] = x[:n] * x[0]
    z = np.zeros(len(x))
    z[:n] += y
    z[n:] = z[:1] * x[n:]
    w = np.zeros(x.shape[0])
    w += z * x
    return np.sum(w * z)


@programs.at((x6.reshape(2, 3), x6.reshape(3, 2)), (x6.reshape(2, 3)[:, :1], x6.reshape(3, 2)))
def transposed_shapes(A, B):
    C = A.T * B
    D = C.T[:, :-1] * A[:, 1:] if A.shape[1] > 1 else C.T * A
    C *= B
    return np.sum(C) + np.sum(D * D)


@programs.at(x6, x3)
def a_stencil_of_three_points(u):
    v = np.zeros_like(u)
    for _ in range(3):
        v[1:-1] = u[1:-1] + 0.1 * (u[2:] - 2 * u[1:-1] + u[:-2]) * u[1:-1]
        u[1:-1] = v[1:-1]
        u[:1] = u[1:-1][:1] * u[-1:]
    return np.sum(u * u)


@programs.at((x6, 2), (x6, 0), argnums=0)
def a_size_that_differs_by_branch(x, k):
    y = x[1:] if k > 1 else x[:1]
    z = y * x[0]
    return np.sum(z * x[5:]) + np.sum(y * x[:1])


test_gradient = programs.test()
