"""Comprehensions and generator expressions: order, scoping, short circuits, and where a generator is refused."""

from __future__ import annotations

import functools
import math

import numpy as np
import pytest

from srcad.errors import UnsupportedSyntax
from srcad.frontend.lower import lower
from tests.frontend.agree import agree


def note(log, x):
    log.append(x)
    return x


def test_list_set_and_dict_comprehensions_nested_and_with_conditions():
    def f(xs, n):
        a = [x * i for i, x in enumerate(xs) if x > 1 if i < 3]
        b = {x % 3 for x in xs}
        c = {k: v for k, v in zip("abc", xs)}
        d = [[i * j for j in range(i)] for i in range(n)]
        e = [(i, j) for i in range(n) for j in range(i, n) if i != j]
        g = [x for row in d for x in row]
        h = {k: [v + y for y in xs] for k, v in c.items()}
        return a, sorted(b), c, d, e, g, h, [y for y in range(n)][-1:] + [len([z]) for z in xs]

    agree(f, ([1, 2, 3, 4], 3), ([], 0), ((5.5,), 1))


def test_comprehension_variables_do_not_leak_and_do_not_collide():
    def f(x, i):
        ys = [x + i for i in range(3)]
        zs = [x for x in ys]
        ws = [[x for x in range(x)] for x in range(3)]
        vs = [x for x in [y for y in [x]]]
        y = 100
        us = [y for y in ys if y > x]
        return x, i, y, ys, zs, ws, vs, us

    agree(f, (1.0, 7))


def test_the_target_may_be_read_in_its_own_comprehension():
    def f(xs):
        xs = [x for x in xs if x in xs]
        xs = [x * len(xs) for x in xs]
        t = 0
        t = sum(x * t for x in xs)
        t = t + sum(x for x in xs)
        return xs, t

    agree(f, ([1, 2],))


def test_the_first_iterable_is_evaluated_first_and_once():
    def f(log):
        ys = [note(log, (i, j)) for i in note(log, [1, 2]) for j in note(log, [3, 4])]
        return ys

    agree(f, ([],))


def test_sum_any_all_next():
    def f(xs, log):
        a = sum(x * x for x in xs)
        b = sum((x for x in xs if x > 1), 10.0)
        c = any(note(log, x) > 2 for x in xs)
        d = all(note(log, x) < 3 for x in xs)
        e = next((x for x in xs if note(log, x) > 1), None)
        g = any(x == y for x in xs for y in xs if note(log, (x, y)) and x is not y)
        h = sum((x for x in xs), start=0.5)
        i = sum(i * j for i in range(3) for j in range(i))
        return a, b, c, d, e, g, h, i, not any(x > 3 for x in xs), sum(x for x in xs) / 2

    agree(f, ([1, 2, 3], []), ([], []), ([5.0, 1.0], []))


def test_next_without_default_raises_stop_iteration():
    def f(xs):
        return next(x for x in xs if x > 1)

    agree(f, ([1, 2, 3],), ([],))


def test_generators_that_a_builtin_consumes():
    def f(xs):
        return (
            max(x * 2 for x in xs),
            min((abs(x) for x in xs), default=0),
            sorted((-x for x in xs), key=lambda v: v * v),
            list(x for x in xs),
            tuple(x for x in xs),
            dict((x, x * x) for x in xs),
            set(x % 2 for x in xs),
            ", ".join(str(x) for x in xs),
            functools.reduce(lambda a, b: a * b, (x for x in xs)),
            math.fsum(x / 2 for x in xs),
            list(zip((x for x in xs), (x * 2 for x in xs))),
            list(enumerate(x for x in xs)),
            list(map(str, (x for x in xs))),
            np.array([x for x in xs]).sum(),
        )

    agree(f, ([1, 2, 3],), ([4.0],))


def test_a_generator_that_escapes_is_refused():
    def assigned(xs):
        g = (x for x in xs)
        return sum(g)

    def returned(xs):
        return (x for x in xs)

    def passed(xs):
        return note(xs, (x for x in xs))

    for function in (assigned, returned, passed):
        with pytest.raises(UnsupportedSyntax, match="list comprehension") as refused:
            lower(function)
        assert refused.value.place.text.strip()


def test_an_array_of_a_generator_is_refused():
    def f(xs):
        return np.array(x for x in xs)

    with pytest.raises(UnsupportedSyntax, match="generator itself"):
        lower(f)


def test_comprehensions_in_conditions_and_loops():
    def f(xs):
        while [x for x in xs if x > 0] and len(xs) < 10:
            xs = xs + [-x for x in xs]
        if any(x < -2 for x in xs) and all(isinstance(x, int) for x in xs):
            return "deep", [x if x > 0 else [y for y in range(-x)] for x in xs]
        return [x for x in xs] if xs else [0 for _ in range(2)]

    agree(f, ([1, 2],), ([1, -3],), ([],))
