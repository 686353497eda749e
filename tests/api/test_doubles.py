"""A callee that comes out the same for two calls is generated once; where it comes out otherwise there are two."""

import numpy as np

import srcad
from tests.check import check


class Task:
    def __init__(self, data, depth):
        self.data = data
        self.depth = depth


def halves(x):
    todo, total = [Task(x, 0)], 0.0
    while todo:
        task = todo.pop()
        if task.depth == 2:
            total += np.sum(task.data**2)
        else:
            task.data[0] *= task.data[-1]
            todo.append(Task(task.data[::2], task.depth + 1))
            todo.append(Task(task.data[1::2], task.depth + 1))
    return total


def add_multiple(into, of, k):
    for i in range(len(into)):
        into[i] += k * of[i]


def two_ways(x):
    add_multiple(x[1:], x[:-1], 0.5)
    add_multiple(x, x, x[0])
    add_multiple(x[::-1], x, 0.25)
    return np.sum(x**2)


def none_until_found(x):
    best = None
    for i in range(3):
        row = x * x[i]
        if best is None or np.sum(row) > np.sum(best):
            best = row
    best[0] *= 2.0
    return np.sum(best)


x5 = np.array([0.7, -1.2, 0.4, 2.1, -0.3])


def test_the_calls_of_one_constructor_have_one_pair():
    source = srcad.grad(halves).source_for(x5)
    assert source.count("def __init___") == 2
    check(halves, x5)


def test_calls_that_need_different_things_keep_their_pairs():
    source = srcad.grad(two_ways).source_for(x5)
    assert source.count("def add_multiple_fwd") == source.count("def add_multiple_rev") == 2
    check(two_ways, x5)


def test_a_pullback_has_one_pair_too():
    value, pullback = srcad.vjp(halves, x5)
    assert np.isclose(value, halves(x5.copy()))
    assert np.allclose(pullback(1.0)[0], srcad.grad(halves)(x5))


def test_the_shadow_of_none_is_none():
    assert "d_best = None" in srcad.grad(none_until_found).source_for(x5)
    check(none_until_found, x5)
