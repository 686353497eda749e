"""Small functions are written out where they are called, and compute what they compute."""

import math

import numpy as np
import pytest

import srcad
from tests.numba.test_fused import agree

ROW = np.array([0.3, -0.7, 1.1, 0.4])
OTHER = np.array([1.2, 0.6, -0.4, 0.9])


def squash(x, k=1.0):
    y = 1.0 / (1.0 + np.exp(-k * x))
    return y * y


def turned(a, b):
    t = a * b
    a = a + t
    return a, t * b


def bump(x, i):
    x[i] = x[i] * x[i] + 0.5
    for j in range(i):
        x[j] += 0.1 * x[i]


def root(a):
    if a < 0.1:
        return 0.5
    y = 1.0
    while abs(y * y - a) > 1e-12:
        y = 0.5 * (y + a / y)
    return y


def power(x, n):
    if n == 0:
        return 1.0
    return x * power(x, n - 1)


def cross(a, b):
    return np.array([a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]])


def itself(x):
    return x


def twice_the_same(x, y):
    t = squash(x)
    y = squash(y, 2.0) * squash(t * y)
    return np.sum(squash(x, 0.5) * y)


def pairs(x, y):
    a, b = turned(x, y)
    b, a = turned(b, a)
    t = turned(a[0], b[1])
    return np.sum(a * b) + t[0] * t[1]


def procedures(x, y):
    z = x * y
    for i in range(len(z)):
        bump(z, i)
    bump(x, 2)
    return np.sum(z * x)


def branches_and_loops(x, y):
    total = 0.0
    for i in range(len(x)):
        total += root(x[i] * x[i]) * root(1.0 + y[i] * y[i])
    return total


def recursion(x, y):
    return power(x[0], 3) * power(y[1], 2) + squash(power(x[1], 1))


def products(x, y):
    z = cross(x, y)
    return np.sum(cross(z, x) * cross(y, cross(x, z)))


def shared(x, y):
    z = x * y
    w = itself(z)
    w[1] = x[0] * z[2]
    v = itself(z[1:])
    v += itself(z)[0]
    return np.sum(z * w) + math.sin(itself(v)[0])


@pytest.mark.parametrize(
    "f", [twice_the_same, pairs, procedures, branches_and_loops, products, shared], ids=lambda f: f.__name__
)
def test_what_is_written_out_agrees_with_calls(f):
    agree(f, ROW, OTHER)


def test_small_functions_are_written_out_and_recursive_ones_called():
    for f, called in ((products, 0), (branches_and_loops, 0), (recursion, 2)):
        source = srcad.grad(f, (0, 1)).source_for(ROW, OTHER, backend="numba")
        assert source.count("def ") == 1 + called, source
    assert "def squash_fwd(" in srcad.grad(twice_the_same).source_for(ROW, OTHER)
