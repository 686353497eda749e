"""Augmented assignment, unpacking of every form, swaps, chains, and values that are overwritten."""

import math

import numpy as np

from tests.cases import Programs

programs = Programs()


@programs.at((2.0, 3.0))
def every_augmented_operator(x, y):
    a = x
    a += y
    a -= 2 * x
    a *= a
    a /= y
    a **= 2
    return a


@programs.at((7.5, 2.0))
def augmented_remainder_and_floor(x, y):
    a = x * x
    a %= y
    b = x
    b //= y
    return a * b * x


@programs.at(2.0)
def a_variable_augmented_by_itself(x):
    x += x
    x *= x
    x -= x / 3
    return x


@programs.at(([1.0, 2.0], 3.0))
def an_element_of_a_local_list_is_augmented(xs, y):
    s = [0.0, 1.0]
    s[0] += xs[0] * y
    s[1] *= xs[1]
    s[0] -= s[1]
    return s[0] * s[1]


@programs.at((2.0, 3.0))
def a_pair_is_unpacked(x, y):
    a, b = x * y, x + y
    return a * b


@programs.at((2.0, 3.0))
def a_swap(x, y):
    x, y = y, x
    return x**2 + y


@programs.at((2.0, 3.0, 4.0))
def a_rotation_of_three(x, y, z):
    x, y, z = y, z, x
    x, y, z = y * x, z * y, x * z
    return x + y**2 + z**3


@programs.at((1.0, 2.0, 3.0))
def nested_unpacking(x, y, z):
    (a, b), c = (x * y, y), z
    [d, (e, f)] = [a, (b, c)]
    return d * e - f * a


@programs.at([1.0, 2.0, 3.0, 4.0], [1.0, 2.0])
def a_star_takes_the_rest(xs):
    first, *rest = xs
    return first * sum(rest)


@programs.at([1.0, 2.0, 3.0, 4.0], [1.0, 2.0])
def a_star_in_the_middle(xs):
    first, *middle, last = xs
    return first * last + sum(middle) ** 2


@programs.at([1.0, 2.0, 3.0])
def a_star_at_the_front(xs):
    *front, last = xs
    return last**2 * front[0] - front[1]


@programs.at(np.array([1.0, 2.0, 3.0]))
def an_array_is_unpacked(v):
    x, y, z = v
    return x * y - z * x


@programs.at(np.array([[1.0, 2.0], [3.0, 4.0]]))
def a_matrix_is_unpacked(A):
    (a, b), (c, d) = A
    return a * d - b * c


@programs.at(np.array([[1.0, 2.0], [3.0, 4.0]]))
def the_rows_are_unpacked(A):
    first, second = A
    return (first * second).sum()


@programs.at((2.0, 3.0))
def a_chain_of_targets(x, y):
    a = b = x * y
    b = b * a
    c = d = e = b
    return a * c + d - e * x


@programs.at((2.0, 3.0))
def an_element_is_a_target_of_unpacking(x, y):
    s = [0.0, 0.0]
    s[0], s[1] = x * y, y
    s[0], s[1] = s[1], s[0]
    return s[0] ** 2 * s[1]


@programs.at((2.0, 3.0))
def a_call_returns_a_pair_that_is_unpacked(x, y):
    def polar(a, b):
        return math.hypot(a, b), math.atan2(b, a)

    r, angle = polar(x, y)
    return r * angle


@programs.at(2.0)
def a_name_is_used_again_for_something_else(x):
    y = [x, x * x]
    y = y[0] * y[1]
    y = (y, x)
    y = y[0] + y[1]
    return y * y


@programs.at(2.0)
def a_long_chain_of_overwrites(x):
    y = x
    y = math.sin(y)
    y = y * y
    y = math.exp(y)
    y = y + x * y
    y = math.log(y)
    return y


@programs.at(2.0)
def a_copy_of_a_name_keeps_the_old_value(x):
    y = x
    x = x * x
    z = y
    y = x * y
    return x * y * z


@programs.at((1.0, 2.0))
def a_tuple_is_built_and_indexed(x, y):
    t = (x, y, x * y)
    u = t + (x,)
    return u[0] * u[-1] + u[2] ** 2 + t[1]


@programs.at((1.5, 2.0))
def an_underscore_takes_what_is_not_wanted(x, y):
    a, _, b = x, x * 100, y
    _, c = a * b, b
    return a * c


@programs.at(((1.0, 2.0), (3.0, 4.0)))
def tuples_are_merged_by_stars(p, q):
    a, b, c, d = *p, *q
    return a * b + c * d


@programs.at(1.5)
def a_dead_assignment_has_no_effect(x):
    y = math.exp(x)
    z = y * 2
    y = x * x
    z = y
    return z


@programs.at((1.5, 2.0))
def del_of_an_inactive_name(x, y):
    n = 3
    z = x * y * n
    del n
    return z * z


test_gradient = programs.test()
