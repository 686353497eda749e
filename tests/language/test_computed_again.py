"""What the way back computes in any case is computed there alone, not remembered as well."""

import math
import re

import numpy as np
import pytest

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


def pulls(x, v, steps):
    for _ in range(steps):
        for i in range(len(x)):
            for j in range(i):
                gap = x[i] - x[j]
                v[i] -= gap * gap * gap
                v[j] += gap * gap * gap
        x += 0.1 * v
    return np.sum(x * x)


def pulls_through_a_view(x, v, steps):
    inner = x[1:]
    for t in range(steps):
        for i in range(len(inner)):
            v[i] -= inner[i] * x[i] * x[i + 1]
        if t % 2:
            x[0] = x[1] * v[2]
            continue
        inner *= v[:-1]
    return np.sum(x * v)


def pulls_until_small(x, v):
    while x[0] * x[0] > 0.05:
        for i in range(len(x)):
            for j in range(i):
                v[i] += x[j] * x[i] * x[i]
            if v[i] > 40.0:
                break
        x[:] = 0.7 * x + 0.01 * v
        x[-1] = x[0] * x[1]
    return np.sum(x * v)


@pytest.mark.parametrize("steps", [0, 1, 3])
@pytest.mark.parametrize("program", [pulls, pulls_through_a_view])
def test_elements_are_read_again_from_an_array_that_is_put_back(program, steps):
    check(program, ROW, 2.0 * ROW, steps, argnums=(0, 1))


def test_an_array_is_put_back_where_less_is_written_than_read():
    check(pulls_until_small, ROW, 2.0 * ROW, argnums=(0, 1))
    source = srcad.grad(pulls, argnums=(0, 1)).source_for(ROW, ROW, 3)
    assert re.findall(r"(\w+)\.append\((.*)\)", source) == [("x_tape", "np.array(x)")], source


def smoothed(x, steps):
    for _ in range(steps):
        for i in range(1, len(x)):
            x[i] = x[i] * x[i] + x[i - 1]
    return np.sum(x)


def test_what_was_read_is_saved_where_as_much_is_written():
    check(smoothed, ROW, 3)
    source = srcad.grad(smoothed).source_for(ROW, 3)
    assert re.findall(r"(\w+)\.append\((.*)\)", source) == [("t1_tape", "t1")], source
