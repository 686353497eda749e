"""Indices that are surely in range are not looked at again, and one that is out of range is an `IndexError` still."""

import numpy as np
import pytest

import srcad
from tests.numba.test_fused import agree

ROW = np.array([0.3, -0.7, 1.1, 0.4])
OTHER = np.array([1.2, 0.6, -0.4, 0.9])
TABLE = np.arange(1.0, 13.0).reshape(3, 4) / 10.0


def is_checked(f, *args):
    """Whether the compiled function looks at each index."""
    smooth = tuple(i for i, a in enumerate(args) if isinstance(a, (float, np.ndarray)))
    return srcad.grad(f, smooth, backend="numba").specialize(*args).targetoptions["boundscheck"]


def raises(f, *args):
    smooth = tuple(i for i, a in enumerate(args) if isinstance(a, (float, np.ndarray)))
    for backend in ("python", "numba"):
        with pytest.raises(IndexError):
            srcad.grad(f, smooth, backend=backend)(*args)


def smoothed(x, y, sweeps):
    n = x.shape[0]
    for _ in range(sweeps):
        for i in range(1, n - 1):
            x[i] = 0.5 * x[i] * (x[i - 1] + x[i + 1]) - y[i]
    return np.sum(x * x)


def triangle(A, x):
    n, m = A.shape
    total = 0.0
    for i in range(n):
        for j in range(i + 1, m):
            total += A[i, j] * x[j] * A[i, j - 1] * x[-1 - i]
    return total


def by_steps(x, y, k):
    total = 0.0
    for i in range(len(y) - 1, -1, -1):
        total += x[i + k] * y[i] * x[2] * x[i + k]
    return total


def behind_a_test(x, y):
    total = 0.0
    for i in range(len(x)):
        if i < len(y):
            total += x[i] * x[i] * y[i]
    return total


def behind_a_raise(x, y):
    total = 0.0
    for i in range(len(x)):
        if i == len(y):
            raise KeyError("no more")
        total += x[i] * x[i] * y[i]
    return total


def left_before(x, y):
    total = 0.0
    for i in range(len(x)):
        if i >= len(y):
            break
        total += x[i] * x[i] * y[i]
    return total


def picked(x, y):
    k = 0
    total = 0.0
    for _ in range(3):
        total += x[k] * x[k] * y[k]
        k = (k + 2) % 4
    return total


def as_long_as_it_is_small(x, y):
    i = 0
    z = 1.0
    while z < 2.0:
        z = z + x[i] * x[i] * y[0]
        i = i + 1
    return z


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (smoothed, (ROW, OTHER, 2)), (smoothed, (ROW[:2], OTHER[:0], 2)), (smoothed, (ROW, OTHER, 0)),
        (triangle, (TABLE, OTHER)), (triangle, (TABLE[:1, :1], OTHER[:0])), (by_steps, (ROW, OTHER[:3], 1)),
        (by_steps, (ROW, OTHER, -2)), (by_steps, (ROW[:1], OTHER[:0], 7)), (behind_a_test, (ROW, OTHER[:2])),
        (left_before, (ROW, OTHER[:2])), (picked, (ROW, OTHER)), (as_long_as_it_is_small, (ROW, OTHER)),
    ],
)  # fmt: skip
def test_derivatives_are_those_of_python(f, args):
    agree(f, *args)


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (smoothed, (ROW, OTHER[:2], 1)), (triangle, (TABLE, OTHER[:3])), (triangle, (TABLE[:, :3], OTHER[:2])),
        (by_steps, (ROW, OTHER, 1)), (by_steps, (ROW, OTHER, -5)), (by_steps, (ROW[:2], OTHER[:1], 0)),
        (picked, (ROW[:2], OTHER)), (as_long_as_it_is_small, (0.1 * ROW, OTHER)),
    ],
)  # fmt: skip
def test_an_index_out_of_range_is_an_error(f, args):
    raises(f, *args)


def test_what_is_raised_before_an_index_is_used_is_raised():
    for backend in ("python", "numba"):
        with pytest.raises(KeyError):
            srcad.grad(behind_a_raise, (0, 1), backend=backend)(ROW, OTHER[:2])


def test_loops_over_what_they_read_look_at_no_index():
    assert not is_checked(smoothed, ROW, OTHER, 2)
    assert not is_checked(triangle, TABLE, OTHER)
    assert not is_checked(by_steps, ROW, OTHER[:3], 1)
    source = srcad.grad(smoothed, (0, 1)).source_for(ROW, OTHER, 2, backend="numba")
    assert [line.strip() for line in source.splitlines() if "inside" in line] == [
        "inside(len(y), 1, n - 2)",
        "inside(len(d_y), 1, n - 2)",
    ]


def test_what_depends_on_data_is_looked_at():
    for f in (behind_a_test, left_before, picked, as_long_as_it_is_small):
        assert is_checked(f, ROW, OTHER), f.__name__


def bound_on_one_path(x, n):
    if n > 0:
        table = np.zeros(4)
        table[0] = x[0]
    total = x[1]
    for i in range(3):
        total += table[i] * x[i]
    return total


def test_an_array_that_was_never_made_has_no_elements():
    agree(bound_on_one_path, ROW, 1)
    with pytest.raises(UnboundLocalError):
        srcad.grad(bound_on_one_path)(ROW, 0)
    with pytest.raises(IndexError):
        srcad.grad(bound_on_one_path, backend="numba")(ROW, 0)
