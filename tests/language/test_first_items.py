"""The first item of something that is iterated, the largest of nothing, and objects of `random` made on the way."""

import functools
import math
import random

import numpy as np
import pytest

import srcad
from tests.check import check, refused


def first_of_a_list(x):
    return next(iter([x, 2 * x])) * x


def first_of_a_dict(x, d):
    return next(iter(d.values())) * x**2


def at_the_first_key(x, d):
    return d["b"] * x * d[next(iter(d))]


def first_or_else(x, limit):
    large = [v for v in (x, 2 * x, 3 * x) if v > limit]
    return next(iter(large), x * x) * x


def loops_over_an_iterator(x):
    total = 0.0
    for v in iter([x, x * x]):
        total += v * v
    return total + sum(v for v in iter((x, 2 * x)))


def test_the_first_item():
    check(first_of_a_list, 2.0)
    check(first_of_a_dict, 2.0, {"a": 3.0, "b": 1.0}, argnums=(0, 1))
    check(at_the_first_key, 2.0, {"a": 3.0, "b": 1.0}, argnums=(0, 1))
    for limit in (0.0, 5.0, 100.0):
        check(first_or_else, 2.0, limit, argnums=0)
    check(loops_over_an_iterator, 2.0)


def test_the_first_of_nothing_stops_as_in_the_program():
    def f(x, n):
        return next(iter([x] * n)) * x

    check(f, 2.0, 1, argnums=0)
    with pytest.raises(StopIteration):
        srcad.value_and_grad(f)(2.0, 0)


def test_an_iterator_that_is_kept_is_refused_with_what_works():
    def f(x):
        it = iter([x, 2 * x, 3 * x])
        return next(it) * next(it)

    def by_index(x):
        xs = [x, 2 * x, 3 * x]
        return xs[0] * xs[1]

    refusal = refused(f, 2.0, error=srcad.MissingRule, line_contains="iter(")
    assert "xs[0], xs[1]" in refusal.remedy
    check(by_index, 2.0)


@pytest.mark.parametrize("f", [lambda x: max([], default=x) * x, lambda x: x * min((), default=2 * x)])
def test_the_largest_of_nothing_is_the_default(f):
    def g(x):
        return f(x)

    check(g, 3.0)


def test_a_random_generator_made_on_the_way():
    def noisy(x):
        made = random.Random(7)
        return x * x * made.random() + made.uniform(1.0, 2.0)

    check(noisy, 2.0)


class Numbers(list):
    def __init__(self, items):
        super().__init__(items)


class Counted:
    made = 0

    def __new__(cls, *args):
        cls.made += 1
        return super().__new__(cls)

    def __init__(self, x):
        self.x = x


def test_classes_whose_instances_are_made_in_another_way_are_refused():
    def of_a_list(x):
        return Numbers([x, x])[0] * x

    def counted(x):
        return Counted(x).x * x

    for f, line in ((of_a_list, "Numbers(["), (counted, "Counted(x)")):
        refusal = refused(f, 2.0, error=srcad.UnsupportedSyntax, line_contains=line)
        assert "outside" in refusal.remedy


@functools.singledispatch
def size_of(x):
    return x * x


@size_of.register
def _(x: float):
    return x**3


def test_a_function_chosen_by_class_is_refused_and_the_chosen_one_works():
    def f(x):
        return size_of(x) + x

    for g in (size_of, f):
        with pytest.raises(srcad.UnsupportedSyntax, match="singledispatch") as caught:
            srcad.grad(g)(2.0)
        assert caught.value.place is not None and "size_of.dispatch(float)" in caught.value.remedy
    assert srcad.grad(size_of.dispatch(float))(2.0) == 12.0


@pytest.mark.parametrize(("f", "shown"), [(math.sin, "math.sin"), (np.tanh, "np.tanh"), (abs, "abs")])
def test_a_function_of_c_says_how_to_wrap_it(f, shown):
    with pytest.raises(srcad.SourceNotFound) as caught:
        srcad.grad(f)
    assert caught.value.remedy.endswith(f"lambda x: {shown}(x)")


def test_a_function_of_c_in_a_lambda():
    check(lambda x: math.sin(x), 0.5)  # noqa: PLW0108
    check(lambda x: np.tanh(x), 0.5)  # noqa: PLW0108
