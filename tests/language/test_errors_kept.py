"""Which errors of the program a derivative raises: docs/conventions.md says so."""

import math

import pytest

import srcad


def constant_quotient(x, n):
    return x * 1 + 1 / n


def constant_item(x, items, i):
    return x * 2 + items[i]


def constant_root(x, n):
    return x + math.sqrt(n)


def quotient(x, n):
    return x / n


def item(x, items, i):
    return x * items[i]


def root(x, n):
    return x * math.sqrt(n)


def by_itself(x, y):
    return 1 / (x - y)


def asserts(x, n):
    assert n != 0, "n is zero"
    return x * 2


def raises(x, n):
    if 3 * n == 0:
        raise ValueError(n)
    return x * 2


def raises_in_a_loop(x, n):
    for i in range(3):
        if i == 2 - n:
            raise KeyError(i)
    return x * 2


VALUE_ONLY = [
    (constant_quotient, (2.0, 0), 1.0, ZeroDivisionError),
    (constant_item, (2.0, [1.0, 2.0], 5), 2.0, IndexError),
    (constant_root, (2.0, -1.0), 1.0, ValueError),
]
ALWAYS = [
    (quotient, (2.0, 0), ZeroDivisionError),
    (quotient, (2.0, 0.0), ZeroDivisionError),
    (item, (2.0, [1.0, 2.0], 5), IndexError),
    (root, (2.0, -1.0), ValueError),
    (by_itself, (2.0, 2.0), ZeroDivisionError),
    (asserts, (2.0, 0), AssertionError),
    (raises, (2.0, 0), ValueError),
    (raises_in_a_loop, (2.0, 0), KeyError),
]


@pytest.mark.parametrize("f, args, gradient, error", VALUE_ONLY)
def test_an_error_of_what_only_the_value_needs_is_raised_with_the_value(f, args, gradient, error):
    for with_value in (f, srcad.value_and_grad(f), lambda *args: srcad.vjp(f, *args)):
        with pytest.raises(error):
            with_value(*args)
    assert srcad.grad(f)(*args) == gradient


@pytest.mark.parametrize("f, args, error", ALWAYS)
def test_an_error_of_what_the_gradient_needs_and_one_raised_on_purpose_is_always_raised(f, args, error):
    for derivative in (f, srcad.grad(f), srcad.value_and_grad(f), lambda *args: srcad.vjp(f, *args)):
        with pytest.raises(error):
            derivative(*args)
