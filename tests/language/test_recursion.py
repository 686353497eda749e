"""Recursion and mutual recursion, of module functions and of nested ones, returning numbers and tuples."""

import math

import numpy as np

from tests.cases import Programs

programs = Programs()


def even_part(x, n):
    if n == 0:
        return x
    return math.sin(odd_part(x, n - 1)) + x


def odd_part(x, n):
    if n == 0:
        return x * x
    return even_part(x, n - 1) * x


@programs.at((1.5, 5), (1.5, 1), (1.5, 0))
def power(x, n):
    if n == 0:
        return 1.0
    return x * power(x, n - 1)


@programs.at((1.1, 13), (1.1, 0))
def power_by_squaring(x, n):
    if n == 0:
        return 1.0 * x
    half = power_by_squaring(x, n // 2)
    if n % 2:
        return half * half * x
    return half * half


@programs.at((0.5, 6), (0.5, 1))
def fibonacci_of_a_float(x, n):
    if n < 2:
        return x + n
    return fibonacci_of_a_float(x, n - 1) * 0.5 + fibonacci_of_a_float(x, n - 2) * x


@programs.at((0.8, 4), (0.8, 3), (0.8, 0))
def mutual_recursion(x, n):
    return even_part(x, n) * odd_part(x, n)


@programs.at((20.0, 3.0), (0.3, 3.0))
def recursion_until_the_data_says_stop(x, y):
    if x < 1:
        return x * y
    return recursion_until_the_data_says_stop(x / 2, y * 1.1 + x)


@programs.at((0.9, 4), (0.9, 0))
def recursion_returns_a_pair(x, n):
    def sine_cosine(t, k):
        if k == 0:
            return t, 1 - t * t / 2
        s, c = sine_cosine(t / 2, k - 1)
        return 2 * s * c, c * c - s * s

    s, c = sine_cosine(x, n)
    return s * 2 + c * x


@programs.at([1.0, 2.0, 3.0, 4.0], [5.0])
def sum_of_a_list_by_halves(xs):
    if len(xs) == 1:
        return xs[0] ** 2
    middle = len(xs) // 2
    return sum_of_a_list_by_halves(xs[:middle]) + 2 * sum_of_a_list_by_halves(xs[middle:])


@programs.at(np.array([1.0, 2.0, 3.0, 4.0]), np.array([5.0]))
def product_of_an_array_by_halves(v):
    if v.size == 1:
        return v[0]
    middle = v.size // 2
    return product_of_an_array_by_halves(v[:middle]) * product_of_an_array_by_halves(v[middle:])


@programs.at((1.5, 3), (1.5, 0))
def recursion_with_a_loop_in_each_call(x, n):
    if n == 0:
        return x
    y = x
    for i in range(n):
        y = y * 0.5 + recursion_with_a_loop_in_each_call(x * 0.9, n - 1 - i)
    return y * x


@programs.at((1.2, 3))
def the_recursive_function_is_nested_and_closes_over_data(x, n):
    def f(t, k):
        if k == 0:
            return t
        return f(t * x + k, k - 1) + t

    return f(x, n)


@programs.at((3.0, 0.5))
def adaptive_simpson(b, k):
    def f(t):
        return math.exp(-k * t * t)

    def simpson(lo, hi):
        return (hi - lo) / 6 * (f(lo) + 4 * f((lo + hi) / 2) + f(hi))

    def adapt(lo, hi, whole, depth):
        mid = (lo + hi) / 2
        left, right = simpson(lo, mid), simpson(mid, hi)
        if depth == 0 or abs(left + right - whole) < 1e-3:
            return left + right
        return adapt(lo, mid, left, depth - 1) + adapt(mid, hi, right, depth - 1)

    return adapt(0.0, b, simpson(0.0, b), 4)


@programs.at(([1.0, [2.0, 3.0]],))
def a_tree_of_known_form(tree):
    return tree[0] * tree[1][0] + tree[1][1] ** 2


@programs.at(((1.0, (2.0, (3.0, None))),), ((1.0, None),))
def a_linked_list_of_pairs(node):
    value, rest = node
    if rest is None:
        return value * value
    return value * a_linked_list_of_pairs(rest)


@programs.at((1.3, 3, "twice"), (1.3, 3, "once"))
def recursion_with_a_switch(x, n, how):
    if n == 0:
        return x
    if how == "twice":
        return recursion_with_a_switch(x, n - 1, how) * recursion_with_a_switch(x, n - 1, "once")
    return recursion_with_a_switch(x * x, n - 1, how)


@programs.at((0.2, 3))
def ackermann_like_growth(x, n):
    def grow(t, k):
        if k <= 0:
            return t
        return grow(grow(t * t + x, k - 1), k - 2)

    return grow(x, n)


test_gradient = programs.test()
