"""np.split, np.diff, np.cross and np.linalg.norm, in place and not; and increments of elements that may be the same."""

import numpy as np
import pytest

import srcad
from tests.cases import Programs

programs = Programs()
SIX = np.array([0.5, -1.0, 2.0, 0.3, 1.2, -0.7])
TABLE = SIX.reshape(2, 3)


@programs.at(SIX)
def parts_of_a_vector(x):
    a, b, c = np.split(x, 3)
    return np.sum(a * b) + np.sum(np.sin(c))


@programs.at(TABLE)
def parts_along_the_second_axis(x):
    parts = np.split(x, 3, axis=1)
    return np.sum(parts[0] * parts[2]) + np.sum(parts[1] ** 2)


@programs.at(SIX)
def a_write_into_a_part_is_a_write_into_the_whole(x):
    y = x * x
    first, second = np.split(y, 2)
    first *= second
    second[0] = first[1]
    return np.sum(y * y)


@programs.at(TABLE, SIX.reshape(3, 2))
def differences_of_rows_and_columns(x):
    return np.sum(np.diff(x, axis=0) ** 2) + np.sum(np.diff(x) ** 3)


@programs.at(np.array([1.0]), SIX)
def second_differences_may_be_empty(x):
    return np.sum(np.diff(x, 2) ** 2) + np.sum(x)


@programs.at((np.array([1.0, 2.0, 0.5]), TABLE))
def cross_products_with_every_row(w, x):
    return np.sum(np.cross(w, x) ** 2) + np.sum(np.cross(x, w)[:, 0])


@programs.at(TABLE)
def lengths(x):
    return np.linalg.norm(x) + np.sum(np.linalg.norm(x, axis=1)) ** 2


@programs.at((SIX, 2, 2, 0.5), (SIX, 2, 3, 0.5))
def two_elements_that_may_be_one(x, i, j, w):
    x[i] += w * x[j]
    x[j] -= x[i] * x[j]
    x[i] /= w
    x[j] += x[i]
    return np.sum(x**2)


@programs.at((SIX, 0), (SIX, 1), (SIX, 3))
def two_parts_that_may_overlap(x, k):
    x[k : k + 3] += np.sin(x[:3])
    x[:3] += x[k : k + 3] * 2.0
    return np.sum(x**2)


@programs.at((SIX, np.array([0, 2, 2])))
def an_element_is_indexed_twice(x, where):
    x[where] += x[1:4] * 2.0
    x[where] *= 3.0
    return np.sum(x**2)


test_gradient = programs.test()


def test_a_split_into_unequal_parts_is_numpys_error():
    def halves(x):
        a, b = np.split(x, 2)
        return np.sum(a * b)

    with pytest.raises(ValueError, match="equal division"):
        srcad.grad(halves)(np.ones(5))
