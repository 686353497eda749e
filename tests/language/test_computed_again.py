"""What the way back computes in any case is computed there alone, not remembered as well."""

import math

import numpy as np

import srcad
from tests.check import check

ROW = np.array([0.3, -0.7, 1.1, 0.4])


def turned(x, times):
    for _ in range(times):
        x = x + math.sin(x) * math.cos(x)
    return x


def test_a_sine_and_a_cosine_of_one_number_are_computed_once_each_on_the_way_back():
    for times in (0, 1, 3):
        check(turned, 0.3, times)
    source = srcad.grad(turned).source_for(0.3, 3)
    assert source.count("tape = []") == 1
    back = "".join(line for line in source.splitlines() if not line.lstrip().startswith("#"))
    back = back[back.index("range(times - 1, -1, -1)") :]
    assert back.count("math.sin(") == back.count("math.cos(") == 1, source


def turned_in_place(x, times):
    total = 0.0
    for _ in range(times):
        total += np.sum(np.sin(x) * np.cos(x))
        x *= 1.5
        x[0] += 1.0
    return total + np.sum(x)


def test_what_was_computed_of_an_array_that_is_written_to_is_remembered_or_the_array_put_back():
    for times in (0, 1, 3):
        check(turned_in_place, ROW, times)


def one_of_two(x, times):
    for _ in range(times):
        s = math.sin(x)
        if s > 0.5:
            x = x + math.cos(x)
        else:
            x = x * 1.2
        x = x + s * s
    return x


def test_what_only_a_branch_computes_is_remembered():
    for start in (0.1, 1.0):
        check(one_of_two, start, 4)


def changed_between(x, y, times):
    for _ in range(times):
        s = math.sin(x) * y
        x = x + 0.5 * y
        y = s * math.cos(x) + math.sin(x)
    return x * y


def test_a_name_that_is_bound_again_between_is_another_value():
    for times in (0, 1, 3):
        check(changed_between, 0.4, 1.3, times, argnums=(0, 1))
