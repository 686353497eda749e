"""Tapes under Numba: arrays as long as they must be, and what they hold is what was put on them."""

import math
import re

import numpy as np
import pytest

import srcad
from tests.language import test_computed_again as again
from tests.language import test_summing as summing
from tests.numba.test_fused import agree


@pytest.mark.parametrize(
    "f",
    [
        summing.fitted, summing.with_a_penalty, summing.solved_in_each_trip, summing.left_early_in_each_trip,
        summing.written_by_the_trip, summing.rebound_after, summing.not_linear_in_the_sum,
    ],
)  # fmt: skip
def test_sums_agree_with_python(f):
    agree(f, summing.ROW, summing.OTHER)


@pytest.mark.parametrize("f", [again.pulls, again.pulls_through_a_view])
def test_arrays_that_are_put_back_agree_with_python(f):
    agree(f, again.ROW, 2.0 * again.ROW, 3)


def powers(x, y, n):
    total = 0.0
    for i in range(len(x)):
        z = x[i]
        for j in range(n):
            z = z * z * y[j] + 0.1
            for _ in range(2):
                z = z * math.sin(z)
        for j in range(i):
            z = z * z * y[j]
        if z > 0.1:
            z = z * z
        total += z * z
    return total


def test_a_tape_that_each_trip_empties_is_as_long_as_one_trip_needs():
    x, y = np.array([0.3, 0.5, 0.9]), np.array([0.8, 0.7, 0.9, 1.1])
    agree(powers, x, y, 4)
    source = srcad.grad(powers, (0, 1)).source_for(x, y, 4, backend="numba")
    sizes = re.findall(r"_tape\w* = np.empty\((.*)\)", source)
    assert sorted(sizes) == sorted(["len(range(n))", "len(range(n)) * 2", "len(range(n)) * 2", "16", "16"]), source
