"""Writes into arrays: elements, slices, views, aliases, buffers, helpers that write into what they are given."""

import numpy as np
import pytest

import srcad
from tests.cases import Programs

programs = Programs()
x5 = np.array([0.5, 1.0, 2.0, -1.0, 0.3])


@programs.at((x5, 3), (x5, 0), argnums=0)
def an_in_place_sweep(A, T):
    n = A.shape[0]
    for _ in range(T):
        for i in range(1, n - 1):
            A[i] = (A[i - 1] + A[i + 1]) / 2
    return A.sum()


@programs.at(x5)
def elements_are_squared(x):
    for i in range(len(x)):
        x[i] = x[i] * x[i]
    return np.sum(x)


@programs.at(np.arange(6.0).reshape(2, 3) + 0.5)
def rows_are_views(A):
    for i in range(A.shape[0]):
        row = A[i]
        row += 2 * row
        row[0] = row[1] * row[2]
    return np.sum(A**2)


@programs.at((x5, 3), (x5, 0), argnums=0)
def buffers_are_swapped_in_a_time_loop(u, n):
    un = np.zeros_like(u)
    for _ in range(n):
        un[1:-1] = u[1:-1] + 0.1 * (u[2:] - 2 * u[1:-1] + u[:-2]) * u[1:-1]
        un[0] = un[1]
        un[-1] = 0.0
        u, un = un, u
    return np.sum(u * u)


@programs.at(x5)
def writes_through_aliases_and_reversed_views(x):
    b = x
    b[1:] *= x[:-1]
    c = x[::-1]
    c[0] = c[1] * 3
    return np.sum(x * np.arange(5.0))


def move(u, w):
    u[1:-1] += w[2:] * u[:-2]


@programs.at(x5)
def a_helper_writes_into_its_parameter(x):
    y = np.array(x)
    move(y, x)
    move(y, y * x)
    return np.sum(y * y)


@programs.at(x5)
def masks_and_repeated_indices(x):
    y = x * 1.0
    y[y < 0.6] = 0.0
    y[[0, 0, 2]] = x[[1, 2, 3]] * y[1]
    y[[0, 0, 2]] += x[:3]
    return np.sum(y * y)


def filled(x):
    u = np.zeros(3)
    u[0] = x
    u[1] = x * u[0]
    u[2] = u[1] * u[0]
    return u


@programs.at(x5[:2])
def a_helper_returns_what_it_filled(x):
    u = filled(x[0])
    v = filled(x[1] * u[2])
    return np.sum(u * v)


@programs.at(x5[:4])
def writes_through_reshape_ravel_and_transpose(x):
    y = np.array(x)
    r = y.reshape(2, 2)
    r[0, 1] = r[1, 0] * 3
    r.ravel()[3] = r[0, 0] ** 2
    t = r.T
    t[1] = t[0] * t[1]
    return np.sum(y * y * y)


@programs.at((x5, x5 * 2))
def a_ufunc_writes_into_out(x, y):
    s = np.zeros(5)
    np.exp(x, out=s)
    np.multiply(s, y, s)
    return np.sum(s * y)


@programs.at((2.0, x5))
def a_float_becomes_an_array_by_in_place_addition(s, x):
    t = s
    t += x
    return np.sum(t * t)


@programs.at(np.array([0.7, 1.3, 1.1]))
def floors_and_multiplies_in_place(x):
    A = np.outer(x, x)
    B = A
    A @= np.diag(x)
    v = 3 * x
    tail = v[1:]
    tail //= 0.5
    v += x
    return np.sum(B * B) + np.sum(v**2)


test_gradient = programs.test()


def shifted_product(a, b):
    a[1:] += b[:-1]
    return np.sum(a * b)


def test_arguments_that_overlap_while_one_is_written_are_refused():
    x = np.arange(4.0)
    for call in (lambda: srcad.grad(shifted_product)(x, x[::-1]), lambda: srcad.vjp(shifted_product, x, x)):
        with pytest.raises(srcad.AliasError, match="share memory") as caught:
            call()
        assert caught.value.remedy


def test_arguments_that_only_lie_in_one_buffer_are_accepted():
    both = np.arange(8.0)
    assert np.array_equal(srcad.grad(shifted_product)(both[:4], both[4:]), both[4:])


def test_the_in_place_sweep_keeps_no_tape():
    source = srcad.grad(an_in_place_sweep).source_for(x5, 3)
    assert "tape" not in source and "append" not in source
