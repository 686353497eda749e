"""What is added to one element in several steps is added once, and nothing else is moved."""

import math

import numpy as np
import pytest

import srcad
from tests.check import check

ROW = np.array([0.3, -0.7, 1.1, 0.4])
OTHER = np.array([1.2, 0.6, -0.4, 0.9])


def additions(f, *args):
    return srcad.grad(f, argnums=(0, 1)).source_for(*args).count("d_x[")


def at_a_place_of_its_own(x, y, n):
    total = 0.0
    for i in range(n):
        z = x[i]
        for j in range(n):
            z = z * math.sin(y[j] + x[i]) + 0.2 * x[i]
        total += z * x[i]
    return total


def at_places_that_may_be_one(x, y, n):
    total = 0.0
    for i in range(n):
        for j in range(n):
            total += x[i] * x[j] * y[i]
            total += x[j] * y[j] * x[i]
    return total


def stored_between(x, y, n):
    for i in range(n):
        x[i] = x[i] * y[0] + x[0]
        x[0] = x[i] * x[i] * y[i]
        y[i] += x[0] * x[i] + x[n - 1]
    return np.sum(x * y)


def an_index_that_changes(x, y, n):
    k = 0
    total = 0.0
    for i in range(n):
        total += x[k] * y[i]
        k = (k + 2) % 3
        total += x[k] * x[k] * y[k]
    return total


def seen_through_a_view(x, y, n):
    z = x * y
    part = z[1:]
    total = 0.0
    for i in range(n - 1):
        total += part[i] * z[i + 1]
        part *= 0.9
        total += z[i + 1] * part[i] * z[0]
    return total + np.sum(z)


@pytest.mark.parametrize("n", [0, 1, 3, 4])
@pytest.mark.parametrize(
    "f",
    [at_a_place_of_its_own, at_places_that_may_be_one, stored_between, an_index_that_changes, seen_through_a_view],
)
def test_gradients_are_those_of_the_single_additions(f, n):
    if n or f in (seen_through_a_view, stored_between):
        check(f, ROW, OTHER, n)


def test_a_loop_adds_to_a_number():
    assert additions(at_a_place_of_its_own, ROW, OTHER, 3) == 1


def empty_where_the_element_is_missing(x, y, n):
    total = np.sum(y)
    for i in range(len(y)):
        for j in range(n):
            total += x[i] * y[j]
    return total


def test_an_element_that_no_trip_looks_at_need_not_be_there():
    for backend in ("python", "numba"):
        found = srcad.grad(empty_where_the_element_is_missing, (0, 1), backend=backend)(np.zeros(0), OTHER, 0)
        np.testing.assert_array_equal(found[0], np.zeros(0))
        np.testing.assert_array_equal(found[1], np.ones(4))
