"""Containers that fill and empty in a loop, and steer it: what is asked of them is as it was when it was asked."""

import functools
import math
import operator
from collections import deque

import numpy as np
import pytest

from tests.cases import Programs
from tests.check import check

programs = Programs()
x4 = np.array([0.3, -0.7, 1.1, 0.4])


def moved(source, target, count):
    for _ in range(count):
        if not source:
            return False
        target.append(0.9 * source.pop())
    return True


@programs.at([0.3, -0.7, 1.1], [0.5])
def moves_until_there_is_none(xs):
    ys = []
    while moved(xs, ys, 2):
        ys[0] += ys[-1] ** 2
    return sum((i + 1.5) * y * y for i, y in enumerate(ys))


@programs.at((x4,))
def asks_whether_an_array_of_no_dimension_is_zero(x):
    flag = np.zeros(())
    total = 0.0
    for v in x:
        if not flag:
            total += v * v
            flag += 1.0
        else:
            total += 3 * v
            flag *= 0
    return total


ASKED = {
    "is empty": lambda p: 0 if not p else 1,
    "is less": lambda p: int(p > type(p)([0])),
    "is equal": lambda p: int(p == type(p)([1])),
    "max": lambda p: max(p, default=0),
    "max of all": lambda p: max([*p, 0]),
    "min": lambda p: min(p, default=-1),
    "min or none": lambda p: min(p, default=None) or 0,
    "sum": lambda p: sum(p),
    "product": lambda p: math.prod(p, start=2) - 2,
    "fold": lambda p: functools.reduce(operator.add, p, 0),
    "first": lambda p: next(iter(p), 0),
    "count": lambda p: p.count(1),
}


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
@pytest.mark.parametrize("container", [list, deque])
def test_what_is_asked_of_ints_in_a_container(container, ask):
    def steered(x):
        p = container()
        total = 0.0
        for i, v in enumerate(x):
            if ask(p) > 0:
                total += v * v
                p.clear()
            else:
                total += 3 * v
                p.append(i + 1)
        return total * x[0]

    check(steered, x4)


SETS = {
    "is empty": lambda p: 0 if not p else 1,
    "max": lambda p: max(p, default=0),
    "is larger": lambda p: int(p > {1}),
}


@pytest.mark.parametrize("ask", SETS.values(), ids=SETS)
def test_what_is_asked_of_a_set(ask):
    def steered(x):
        seen = set()
        total = 0.0
        for i, v in enumerate(x):
            if ask(seen) > 0:
                total += v * v
                seen.clear()
            else:
                total += 3 * v
                seen.add(i + 1)
                seen.add(i + 2)
        return total * x[0]

    check(steered, x4)


@programs.at((x4,))
def asks_a_dict_for_its_least_key(x):
    d = {}
    total = 0.0
    for i, v in enumerate(x):
        total += v * min(d, default=5) * min(d.values(), default=1.0)
        d[i + 1] = v
    return total


@programs.at((x4,))
def joins_lists_by_a_sum(x):
    joined = sum([[v, v * v] for v in x], [])
    joined[0] = 2.0 * x[1]
    longer = sum([[v] for v in x], start=[x[0]])
    longer[1] *= x[2]
    return sum((i + 1.5) * v * v for i, v in enumerate(joined + longer))


@programs.at((x4,))
def joins_the_items_of_a_record_and_a_list(x):
    d = {"a": x[0], "b": x[1:]}
    joined = list(d.values())[:1] + [v * v for v in x]
    joined[0] = x[3]
    joined.append(x[2])
    return sum((i + 1.5) * v * v for i, v in enumerate(joined))


test_gradient = programs.test()
