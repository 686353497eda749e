"""Nested functions, bound methods and partials that are handed on: to functions that srcad does not read, or that
carry no derivative and so stay as the user wrote them."""

import functools
import itertools
import operator
import pickle

import numpy as np
import pytest

import srcad
from tests.cases import Programs
from tests.check import refused

optimize = pytest.importorskip("scipy.optimize")
programs = Programs()


@programs.at((2.0, 3), (0.5, 5), argnums=0)
def the_root_of_a_lambda(x, n):
    return x * optimize.brentq(lambda t: t**2 - n, 0.0, 5.0) + x**2


@programs.at((2.0, 3.0), (0.5, 5.0), argnums=0)
def the_root_of_a_nested_function_with_a_default(x, a):
    def f(t, scale=2 * a):
        return scale * t**2 - a * a

    return x * optimize.brentq(f, 0.0, 9.0)


@programs.at((2.0, 3), (0.5, 5), argnums=0)
def the_root_of_a_function_that_captures_nothing(x, n):
    return x * n * optimize.brentq(lambda t: t**3 - 2.0, 0.0, 5.0)


@programs.at((2.0, 3), (0.5, 5), argnums=0)
def the_root_of_a_partial(x, n):
    def f(m, t, *args):
        return t**2 - m

    def g(m, k, t):
        return t**2 - m - k

    return x * optimize.brentq(functools.partial(g, n, 1), 0.0, 5.0)


class Model:
    def __init__(self, k):
        self.k = k

    def residual(self, t):
        return t**2 - self.k


@programs.at((2.0, Model(3.0)), argnums=0)
def the_root_of_a_bound_method(x, model):
    return x * optimize.brentq(model.residual, 0.0, 5.0)


@programs.at((2.0, 3), argnums=0)
def vectorized_over_indices(x, n):
    weights = np.vectorize(lambda k: float(k * n))(np.array([1, 2]))
    return x**2 * np.sum(weights)


@programs.at((2.0, 7), (0.3, 4), argnums=0)
def the_largest_of_constants_by_a_key(x, n):
    return x ** max([1, 2, 3], key=lambda k: (k * n) % 5)


@programs.at((2.0, 7), (0.3, 1), argnums=0)
def sorted_constants_by_a_comparison(x, n):
    return x ** sorted([1, 2, 3], key=functools.cmp_to_key(lambda a, b: (b - a) * n))[0]


@programs.at((2.0, 2), argnums=0)
def groups_of_constants(x, n):
    return sum(x ** len(list(group)) for _, group in itertools.groupby([1, 1, 2], key=lambda k: k * n))


def applied(f, n):
    return f(n) + f(n + 1)


def maker(n):
    return lambda t: t * n


@programs.at((2.0, 3), (0.5, 2), argnums=0)
def a_helper_without_a_derivative_is_given_a_lambda(x, n):
    return x ** applied(lambda k: k - n, n)


@programs.at((2.0, 3), (0.5, 2), argnums=0)
def a_helper_without_a_derivative_returns_a_function(x, n):
    g = maker(n)
    return x ** g(2) + applied(maker(2), n) * x


@programs.at((2.0, 3), (0.5, -2), argnums=0)
def a_helper_without_a_derivative_is_given_one_of_two_functions(x, n):
    f = (lambda k: k + n) if n > 0 else (lambda k: k * n)
    return x * applied(f, n)


test_gradient = programs.test()


def test_a_nested_function_that_holds_a_list_is_not_handed_on():
    def f(x):
        seen = [1.0]

        def residual(t):
            seen.append(1.0)
            return t**2 - 2.0

        root = optimize.brentq(residual, 0.0, 5.0)
        return x * root * len(seen)

    refused(f, 2.0, error=srcad.UnsupportedSyntax, line_contains="brentq", message_contains="brentq")


def test_functions_in_a_list_are_not_handed_on():
    def f(x, n):
        return x * len(pickle.dumps([lambda v: v * n, lambda v: -v]))

    refused(f, 2.0, 3, error=srcad.UnsupportedSyntax, message_contains="dumps")


def test_a_derivative_does_not_pass_through_a_function_that_is_handed_on():
    def f(x):
        return optimize.brentq(lambda t: t**2 - x, 0.0, 5.0)

    refused(f, 2.0, error=srcad.MissingRule, line_contains="brentq", message_contains="brentq")


def test_a_cache_around_a_nested_function_is_refused_where_it_stands():
    def f(x, n):
        @functools.lru_cache(maxsize=None)
        def w(k):
            return 1 if k < 2 else w(k - 1) + n

        return x * w(4)

    refused(f, 2.0, 3, error=srcad.UnsupportedSyntax, line_contains="def w", message_contains="cache")


def test_the_root_of_an_attrgetter_is_a_getter():
    def f(x, n):
        return x * next(iter(sorted([Model(3.0), Model(n)], key=operator.attrgetter("k")))).k

    assert srcad.grad(f)(2.0, 1.0) == 1.0
