"""The missing items of a `defaultdict`, made where they are read: numbers, containers, arrays, objects, more dicts."""

from collections import defaultdict

import numpy as np
import pytest

import srcad
from tests.cases import Programs
from tests.check import refused

programs = Programs()
x3 = np.array([0.7, 1.3, 0.4])
y3 = np.array([-0.2, 0.6, 2.0])


class Sums:
    def __init__(self):
        self.held = defaultdict(lambda: [0.0, 0.0])

    def put(self, key, value):
        self.held[key][0] += value
        self.held[key][1] += value * value


def counted():
    return {"count": 0, "product": 1.0}


def lists_by_key():
    return defaultdict(list)


def add(sums, key, value):
    sums[key] += value


@programs.at(x3, y3)
def arrays(x):
    sums = defaultdict(lambda: np.zeros(3))
    for i in range(3):
        sums[i % 2] += x * x[i]
    return sums[0][0] * sums[1][2]


@programs.at(x3, y3)
def arrays_through_a_helper(x):
    sums = defaultdict(lambda: np.zeros(2))
    for i in range(3):
        add(sums, "ab"[i % 2], x[i] * x[:2])
    sums["c"][0] += x[0]
    return len(sums) * x[0] * sum(v.sum() for v in sums.values()) + sums["a"][0] * sums["b"][1]


@programs.at(x3, y3)
def arrays_made_in_some_trips(x):
    scales = defaultdict(lambda: np.ones(3))
    total = 0.0
    for i in range(3):
        if x[i] > 0.5:
            scales[i] *= x
        if i != 1:
            total += (scales[i] * x[i]).sum()
    return total + len(scales)


@programs.at(x3)
def dicts_of_dicts_of_lists(x):
    found = defaultdict(lambda: defaultdict(list))
    for i in range(3):
        found[i % 2]["a"].append(x[i] ** 2)
    return sum(found[0]["a"]) * found[1]["a"][0]


@programs.at(x3)
def dicts_of_dicts_of_arrays(x):
    found = defaultdict(lambda: defaultdict(lambda: np.zeros(2)))
    for i in range(3):
        found[i % 2][i] += x[i] ** 2
    return sum(v.sum() for inner in found.values() for v in inner.values()) * found[0][2][1]


@programs.at(x3)
def a_dict_that_a_helper_makes(x):
    found = lists_by_key()
    for i in range(3):
        found[i % 2].append(x[i] ** 2)
    return sum(found[0]) * found[1][0]


@programs.at(x3)
def dicts_that_a_function_of_the_module_makes(x):
    found = defaultdict(counted)
    for i in range(3):
        found[i % 2]["count"] += 1
        found[i % 2]["product"] *= x[i]
    return found[0]["product"] / found[0]["count"] + found[1]["product"]


@programs.at(x3)
def lists_in_an_object(x):
    sums = Sums()
    for i in range(3):
        sums.put(i % 2, x[i])
    return sums.held[0][1] - sums.held[0][0] ** 2 + sums.held[1][0] * sums.held[5][0] + len(sums.held) * x[1]


@programs.at(x3)
def objects(x):
    found = defaultdict(lambda: Sums())
    found[0].put(0, x[0])
    found[0].put(0, x[1])
    found[1].put(0, x[2])
    return found[0].held[0][1] * found[1].held[0][0]


@programs.at(x3)
def asking_makes_nothing(x):
    found = defaultdict(lambda: np.zeros(2))
    found[0][:] = x[:2]
    if 3 in found or found.get(4) is not None or not isinstance(found, defaultdict):
        return x[0]
    last = found.pop(0)
    return (last * x[1]).sum() + len(found)


@programs.at(x3)
def sets_of_ints(x):
    found = defaultdict(set)
    for i in range(3):
        found[i % 2].add(i)
    total = 0.0
    for key in sorted(found):
        for i in sorted(found[key]):
            total += x[i] ** (key + 2)
        found[key].discard(2)
    if 2 not in found[0]:
        total *= x[2]
    return total + len(found[7])


@programs.at(x3)
def a_read_makes_a_key(x):
    found = defaultdict(float)
    for i in range(3):
        found[i]
    return x[0] ** 2 * len(found) + sum(x[key] ** 2 for key in found)


@programs.at(x3)
def a_read_makes_an_item(x):
    found = defaultdict(int)
    for i in range(2):
        found[i]
    total = 0.0
    for key, count in found.items():
        total += x[key] ** 2 * (count + 1)
    return total


test_gradient = programs.test()


def captures_a_length(x):
    n = len(x)
    sums = defaultdict(lambda: np.zeros(n))
    sums[0] += x
    return (sums[0] ** 2).sum()


def test_a_function_that_captures_is_refused():
    refusal = refused(captures_a_length, x3, error=srcad.UnsupportedSyntax, line_contains="defaultdict(")
    assert "reads no variables from around it" in str(refusal) and ".setdefault(key, default)" in refusal.remedy


@pytest.mark.parametrize("function", [arrays, dicts_of_dicts_of_arrays])
def test_the_item_is_made_where_it_is_read(function):
    source = srcad.grad(function).source_for(x3)
    assert "= defaultdict()" in source and "not in" in source or "if not found:" in source
