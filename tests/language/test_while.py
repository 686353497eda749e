"""`while`: trip counts that depend on the data, zero trips, counters, nesting."""

import math

import numpy as np

from tests.cases import Programs

programs = Programs()


@programs.at(20.0, 3.0, 0.5)
def halving_until_small(x):
    while x > 1:
        x = x / 2
    return x * x


@programs.at((1.5, 4), (1.5, 0))
def a_counter_counts_up(x, n):
    i = 0
    y = x
    while i < n:
        y = y * x + i
        i += 1
    return y


@programs.at((1.5, 4), (1.5, 0))
def a_counter_counts_down(x, n):
    y = 1.0
    while n > 0:
        y = y * x + n
        n -= 1
    return y + x


@programs.at((1.5, 4), (1.5, 0))
def the_truth_of_an_integer_is_the_test(x, n):
    y = x
    while n:
        y = y * x
        n = n - 1
    return y


@programs.at((1.01, 13), (1.01, 8), (1.01, 0))
def a_power_by_squaring(x, n):
    result = 1.0
    base = x
    while n > 0:
        if n % 2 == 1:
            result = result * base
        base = base * base
        n //= 2
    return result * x


@programs.at(2.0, 9.0, 0.3)
def newton_for_a_square_root(a):
    x = a
    while abs(x * x - a) > 1e-14 * a:
        x = 0.5 * (x + a / x)
    return x


@programs.at((1.0, 3.0), (0.2, 3.0))
def the_test_calls_functions(x, y):
    while math.sin(x) + y > 0.5:
        y = y - x * 0.3
        x = x * 1.1
    return x * y


@programs.at((0.7, 2.0), (5.0, 2.0))
def the_test_has_two_conditions(x, y):
    i = 0
    while x < 4 and i < 10:
        x = x + y * x
        i += 1
    return x * y


@programs.at((1.5, 3), (1.5, 0))
def whiles_nest(x, n):
    y = x
    i = 0
    while i < n:
        j = 0
        while j < i:
            y = y * 0.9 + x
            j += 1
        y = y * x
        i += 1
    return y


@programs.at((1.5, 3))
def a_for_in_a_while(x, n):
    y = x
    while n > 0:
        for i in range(n):
            y = y * 0.7 + i * x
        n -= 1
    return y


@programs.at((1.5, 3))
def a_while_in_a_for(x, n):
    y = x
    for i in range(n):
        while y < i + 3:
            y = y * 1.3 + x * 0.2
    return y


@programs.at(1.3, 40.0)
def while_true_with_a_break(x):
    y = x
    while True:
        y = y * 2
        if y > 10:
            break
    return y * x


@programs.at(1.3, 40.0)
def while_true_with_a_return(x):
    y = x
    while True:
        if y > 10:
            return y * x
        y = y * 2 + x


@programs.at(1.3)
def while_else_runs_when_the_test_fails(x):
    n = 0
    while n < 3:
        x = x * x
        n += 1
    else:
        x = x * 2
    return x


@programs.at((1.3, 2), (1.3, 9))
def while_else_is_skipped_by_a_break(x, stop):
    n = 0
    while n < 4:
        if n == stop:
            break
        x = x * x
        n += 1
    else:
        x = x * 2
    return x


@programs.at(0.8)
def the_terms_of_a_series_until_they_are_small(x):
    term = 1.0
    total = 1.0
    n = 1
    while abs(term) > 1e-15:
        term = term * x / n
        total += term
        n += 1
    return total


@programs.at(3.0, 2.0)
def bisection_follows_the_bracket(a):
    low, high = 0.0 * a, a
    x = 0.5 * (low + high)
    n = 0
    while n < 6:
        if x * x > 2:
            high = x
        else:
            low = x
        x = 0.5 * (low + high)
        n += 1
    return x * x


@programs.at((0.5, 3))
def a_list_is_emptied(x, n):
    todo = list(range(n))
    y = x
    while todo:
        k = todo.pop()
        y = y * x + k
    return y


@programs.at(np.array([3.0, 4.0]), np.array([0.1, 0.2]))
def an_array_is_scaled_until_it_is_short(v):
    while np.sum(v * v) > 1:
        v = v * 0.7
    return np.sum(v**3)


@programs.at(2.5)
def the_test_assigns_by_walrus(x):
    n = 0
    while (y := x * 0.5**n) > 0.2:
        n += 1
    return y * y


@programs.at((1.2, 0.1), (1.2, 1.9), (1.2, 5.0))
def a_time_loop_with_a_float_clock(x, t):
    dt = 0.25
    while t < 2.0 - 1e-9:
        x = x + dt * (-x * x)
        t += dt
    return x


@programs.at(1.3, 0.05)
def the_test_computes_what_the_body_computes(x):
    y, s = x, 0.0
    while np.sin(y) > 0.1:
        s += np.sin(y)
        y = y * 0.5
    return s


@programs.at(np.array([0.2, 1.2]), np.array([0.2, 0.1]))
def the_test_reads_the_element_that_the_body_reads(r):
    while r[1] > 0.5:
        r[0] += r[1] * r[1]
        r[1] = r[1] * 0.5
    return np.sum(r)


@programs.at(np.array([0.2, 1.2]), np.array([0.2, 0.1]))
def the_test_sums_what_the_body_sums(r):
    s = 0.0
    while np.sum(r * r) > 0.5:
        s += np.sum(r * r)
        r[1] = r[1] * 0.5
    return s


test_gradient = programs.test()
