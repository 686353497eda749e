"""`for` over lists, tuples, arrays and their rows, `enumerate`, `zip`, `reversed`, `sorted`, and dict views."""

import math

import numpy as np

from tests.cases import Programs

programs = Programs()


@programs.at([1.0, 2.0, 3.0], [4.0], ([],), argnums=0)
def over_a_list(xs):
    s = 1.0
    for x in xs:
        s = s * 0.5 + x * x
    return s


@programs.at(((1.0, 2.0, 3.0),), ((4.0,),))
def over_a_tuple(xs):
    p = 1.0
    for x in xs:
        p = p * x
    return p


@programs.at(2.0)
def over_a_literal_tuple_of_constants(x):
    s = 0.0
    for k in (1, 2.5, 4):
        s += x**k
    return s


@programs.at(2.0)
def over_a_literal_list_of_active_values(x):
    s = 0.0
    for y in [x, x * x, math.sin(x)]:
        s += y * y
    return s


@programs.at(np.array([1.0, 2.0, 3.0]), np.array([4.0]), np.zeros(0), argnums=0)
def over_the_elements_of_an_array(v):
    s = 1.0
    for x in v:
        s = s * x + x
    return s


@programs.at(np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), np.ones((1, 2)))
def over_the_rows_of_a_matrix(A):
    s = 0.0
    for row in A:
        s = s + row[0] * row[1] + np.sum(row * row)
    return s


@programs.at(np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
def over_the_entries_of_the_rows(A):
    s = 1.0
    for row in A:
        for x in row:
            s = s * 0.3 + x * x
    return s


@programs.at(np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
def over_the_columns_by_transposing(A):
    s = 0.0
    for column in A.T:
        s = s + column.prod()
    return s


@programs.at([1.0, 2.0, 3.0], ([],), argnums=0)
def enumerate_counts(xs):
    s = 1.0
    for i, x in enumerate(xs):
        s += x**2 * i
    return s


@programs.at(np.array([1.0, 2.0, 3.0]))
def enumerate_starts_at_one(v):
    s = 0.0
    for k, x in enumerate(v, start=1):
        s += x**k
    return s


@programs.at(([1.0, 2.0, 3.0], [4.0, 5.0, 6.0]), ([1.0, 2.0], [4.0, 5.0, 6.0]))
def zip_pairs_and_stops_at_the_shorter(xs, ys):
    s = 0.0
    for x, y in zip(xs, ys):
        s = s * 0.5 + x * y
    return s


@programs.at((np.array([1.0, 2.0]), [3.0, 4.0], (5.0, 6.0)))
def zip_of_three_sorts(v, xs, ys):
    s = 0.0
    for a, b, c in zip(v, xs, ys):
        s += a * b / c
    return s


@programs.at(([1.0, 2.0, 3.0], [4.0, 5.0, 6.0]))
def enumerate_of_zip(xs, ys):
    s = 0.0
    for i, (x, y) in enumerate(zip(xs, ys)):
        s += x * y**i
    return s


@programs.at([1.0, 2.0, 3.0])
def reversed_runs_backwards(xs):
    s = 0.0
    for x in reversed(xs):
        s = s * 0.5 + x * x
    return s


@programs.at((1.2, 4), (1.2, 0))
def reversed_of_a_range(x, n):
    y = x
    for i in reversed(range(n)):
        y = y * x + i
    return y


@programs.at(np.array([1.0, 2.0, 3.0]))
def reversed_by_a_slice(v):
    s = 0.0
    for x in v[::-1]:
        s = s * 0.5 + x * x
    return s


@programs.at([3.0, 1.0, 2.0], [1.0, 5.0, 4.0])
def sorted_orders_by_value(xs):
    s = 0.0
    for i, x in enumerate(sorted(xs)):
        s += (i + 1) * x * x
    return s


@programs.at([3.0, 1.0, 2.0])
def sorted_backwards(xs):
    s = 0.0
    for x in sorted(xs, reverse=True):
        s = s * 0.5 + x
    return s


@programs.at([3.0, -1.0, 2.0])
def sorted_by_a_key(xs):
    s = 0.0
    for x in sorted(xs, key=lambda t: t * t):
        s = s * 0.5 + x * x
    return s


@programs.at({"a": 1.0, "b": 2.0}, {"b": 2.0})
def over_the_keys_of_a_dict(p):
    s = 0.0
    for key in p:
        s = s * 0.5 + p[key] ** 2
    return s


@programs.at({"a": 1.0, "b": 2.0, "c": 3.0})
def over_the_values_of_a_dict(p):
    s = 0.0
    for value in p.values():
        s = s * 0.5 + value**2
    return s


@programs.at({"a": 1.0, "b": 2.0, "c": 3.0})
def over_the_items_of_a_dict(p):
    s = 0.0
    for key, value in p.items():
        if key == "b":
            s += 10 * value
        else:
            s += value * value
    return s


@programs.at({"a": 1.0, "b": 2.0, "c": 3.0})
def over_the_keys_view_of_a_dict(p):
    s = 1.0
    for key in p.keys():
        s = s * p[key]
    return s


@programs.at({"c": 1.0, "a": 2.0, "b": 3.0})
def over_sorted_keys(p):
    s = 0.0
    for key in sorted(p):
        s = s * 0.5 + p[key] * p[key]
    return s


@programs.at({1: 1.0, 2: 2.0, 5: 0.5})
def integer_keys_are_numbers_too(p):
    s = 0.0
    for k, c in p.items():
        s += c**k
    return s


@programs.at([[1.0, 2.0], [3.0, 4.0]], [[1.0], [], [2.0, 3.0]])
def over_lists_of_lists(rows):
    s = 1.0
    for row in rows:
        t = 1.0
        for x in row:
            t = t * x
        s = s + t * t
    return s


@programs.at([(1.0, 2.0), (3.0, 4.0)])
def over_pairs_that_are_unpacked(pairs):
    s = 0.0
    for x, y in pairs:
        s += x * y
    return s


@programs.at([(1.0, (2.0, 3.0)), (3.0, (4.0, 5.0))])
def over_nested_pairs_that_are_unpacked(pairs):
    s = 0.0
    for x, (y, z) in pairs:
        s += x * y * z
    return s


@programs.at((2.0, "abca"), (2.0, ""))
def over_the_letters_of_a_string(x, word):
    y = x
    for letter in word:
        if letter == "a":
            y = y * x
        else:
            y = y + x
    return y


@programs.at((2.0, ["sin", "exp", "square"]), (2.0, []))
def over_a_list_of_names(x, steps):
    for step in steps:
        if step == "sin":
            x = math.sin(x)
        elif step == "exp":
            x = math.exp(x)
        else:
            x = x * x
    return x


@programs.at((2.0, [1, 2, 3]), (2.0, []))
def over_a_list_of_integers(x, powers):
    s = x
    for p in powers:
        s += x**p
    return s


@programs.at([1.0, 2.0, 3.0, 4.0], [1.0, 2.0])
def over_a_slice_of_a_list(xs):
    s = xs[0]
    for x in xs[1:]:
        s = s * x
    return s


@programs.at([1.0, 2.0, 4.0], [1.0], argnums=0)
def over_consecutive_pairs(xs):
    s = 0.0
    for a, b in zip(xs, xs[1:]):
        s += (b - a) ** 2
    return s


@programs.at(([1.0, 2.0], 3.0))
def the_loop_variable_is_changed(xs, y):
    s = 0.0
    for x in xs:
        x = x * y
        s += x * x
    return s


@programs.at([1.0, 2.0, 3.0])
def the_loop_variable_is_read_after_the_loop(xs):
    for x in xs:
        pass
    return x * x


@programs.at(([np.array([1.0, 2.0]), np.array([3.0, 4.0, 5.0])], 2.0))
def over_a_list_of_arrays(arrays, y):
    s = 0.0
    for a in arrays:
        s += np.sum(a * a) * y
    return s


@programs.at(((1.0, np.array([3.0, 4.0])),))
def over_a_tuple_of_mixed_kinds(parts):
    s = 0.0
    for part in parts:
        s = s + np.sum(part * part)
    return s


@programs.at(np.arange(6.0).reshape(2, 3) + 1)
def enumerate_of_the_rows(A):
    s = 0.0
    for i, row in enumerate(A):
        s += (i + 1) * row.sum() ** 2
    return s


@programs.at((np.arange(6.0).reshape(2, 3) + 1, np.array([0.5, 2.0])))
def zip_of_rows_and_elements(A, w):
    s = 0.0
    for row, weight in zip(A, w):
        s += weight * (row**2).sum()
    return s


@programs.at((0.5, {2, 3}), (0.5, set()))
def over_a_set_of_integers(x, powers):
    s = x
    for p in powers:
        s += x**p
    return s


@programs.at((2.0, 3.0))
def over_a_list_built_here(x, y):
    points = [(x, y), (y, x * y)]
    s = 0.0
    for a, b in points:
        s = s * x + a * b
    return s


@programs.at((0.1, 0.3, 1.0), (-0.2, 0.1, 2.0))
def over_scaled_random_steps(drift, volatility, start):
    s = start
    path = [s]
    for step in np.random.default_rng(7).normal(size=4) * 0.1:
        s = s * (1 + drift * 0.1 + volatility * step)
        path.append(s)
    return path[-1] * path[1] + sum(path)


test_gradient = programs.test()
