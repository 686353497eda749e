"""Comprehensions and generator expressions: nested, with conditions, in calls, of lists, dicts and tuples."""

import math

import numpy as np

from tests.cases import Programs

programs = Programs()


@programs.at([1.0, 2.0, 3.0], ([],), argnums=0)
def a_list_comprehension(xs):
    ys = [x * x for x in xs]
    return sum(ys) + 1.0


@programs.at([1.0, -2.0, 3.0], [-1.0])
def with_a_condition_on_the_data(xs):
    return sum([x * x for x in xs if x > 0]) + xs[0]


@programs.at([1.0, -2.0, 3.0])
def with_a_ternary(xs):
    return sum([x * x if x > 0 else -3 * x for x in xs])


@programs.at((1.5, 4), (1.5, 0))
def a_generator_in_sum(x, n):
    return sum(x**k for k in range(n)) * x


@programs.at((1.5, 3))
def sum_with_a_start(x, n):
    return sum((x * k for k in range(n)), x * x)


@programs.at([[1.0, 2.0], [3.0], []])
def nested_clauses(rows):
    return sum(x * x for row in rows for x in row)


@programs.at(([1.0, 2.0, 3.0], [4.0, 5.0]))
def a_product_of_two_lists_with_conditions(xs, ys):
    return sum([x * y for x in xs if x > 1.5 for y in ys if x * y < 13])


@programs.at((1.2, 3))
def a_comprehension_of_comprehensions(x, n):
    table = [[x ** (i + j) for j in range(n)] for i in range(n)]
    return sum([table[i][i] for i in range(n)]) + table[0][2] * table[2][1]


@programs.at([1.0, 2.0, 3.0])
def max_and_min_of_a_generator(xs):
    return max(x * x for x in xs) * min(x + 1 for x in xs)


@programs.at({"a": 1.0, "b": 2.0})
def a_dict_comprehension(p):
    q = {key: value * value for key, value in p.items()}
    return q["a"] * q["b"]


@programs.at((2.0, ["one", "two", "three"]))
def a_dict_comprehension_with_a_condition(x, names):
    q = {name: x ** len(name) for name in names if name != "two"}
    return sum(q.values()) * x


@programs.at([1.0, 2.0, 3.0])
def a_tuple_from_a_generator(xs):
    t = tuple(x * x for x in xs)
    return t[0] * t[1] + t[2]


@programs.at([1.0, 2.0, 3.0])
def a_list_from_a_generator(xs):
    t = list(x * x for x in xs)
    return t[0] * t[1] + t[-1]


@programs.at(([1.0, 2.0, 3.0], 2.0))
def a_comprehension_captures_a_local(xs, y):
    scale = y * y
    ys = [scale * x for x in xs]
    scale = 100.0
    return sum(ys) + scale


@programs.at([1.0, 2.0, 3.0])
def the_variable_of_a_comprehension_stays_inside(xs):
    x = xs[0]
    ys = [x * x for x in xs]
    return x * sum(ys)


@programs.at((1.5, 2.5))
def zip_and_enumerate_inside(x, y):
    pairs = [(x, y), (y, x * y)]
    return sum(i * a * b for i, (a, b) in enumerate(pairs, 1)) + sum(a - b for a, b in zip([x, y], [y, y * y]))


@programs.at(np.array([1.0, 2.0, 3.0]))
def an_array_from_a_comprehension(v):
    w = np.array([x * x for x in v])
    return np.sum(w * v)


@programs.at((2.0, 4))
def an_array_of_powers(x, n):
    w = np.array([x**k for k in range(n)])
    return w @ w


@programs.at(np.array([[1.0, 2.0], [3.0, 4.0]]))
def a_sum_over_rows(A):
    return sum(row @ row for row in A)


@programs.at([1.0, 2.0, 3.0])
def a_generator_that_is_consumed_by_a_loop(xs):
    s = 0.0
    for y in (x * x for x in xs):
        s = s * 0.5 + y
    return s


@programs.at([1.0, -2.0, 3.0])
def a_filter_without_a_transformation(xs):
    positive = [x for x in xs if x > 0]
    return positive[0] * positive[1]


@programs.at([1.0, 2.0, 3.0], [1.0, 2.0, 300.0])
def all_and_any_are_tests(xs):
    if all(x < 10 for x in xs) and any(x > 1 for x in xs):
        return sum(math.sin(x) for x in xs)
    return xs[0] * xs[-1]


@programs.at((1.5, 3))
def a_condition_on_the_index(x, n):
    return sum([x * i * j for i in range(n) for j in range(n) if i != j])


@programs.at([1.0, 2.0, 3.0, 4.0])
def a_comprehension_over_indices(xs):
    return sum([xs[i] * xs[i + 1] for i in range(len(xs) - 1)])


@programs.at(([1.0, 2.0], [3.0, 4.0]))
def a_matrix_of_lists_is_transposed(a, b):
    rows = [a, b]
    columns = [[row[j] for row in rows] for j in range(2)]
    return columns[0][0] * columns[0][1] + columns[1][0] ** 2 * columns[1][1]


@programs.at((1.5, 3))
def an_integer_comprehension_is_not_differentiated(x, n):
    squares = [i * i for i in range(n)]
    return sum(s * x for s in squares) + len(squares) * x * x


@programs.at(1.5)
def a_set_comprehension_of_integers(x):
    kinds = {k % 2 for k in range(5)}
    return x ** len(kinds)


test_gradient = programs.test()
