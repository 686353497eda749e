"""`for` over a range: any step, bounds computed from data, no trip at all, values overwritten and needed later."""

import math

import numpy as np

from tests.cases import Programs

programs = Programs()


@programs.at((1.5, 4), (1.5, 1), (1.5, 0))
def a_power_by_repeated_multiplication(x, n):
    y = 1.0
    for _ in range(n):
        y = y * x
    return y


@programs.at((0.5, 5), (0.5, 0))
def an_accumulator_starts_as_an_integer(x, n):
    c = 0
    for i in range(n):
        c += x * i
    return 1.0 * c + x


@programs.at((1.1, 5), (1.1, 1))
def the_index_is_used_in_the_body(x, n):
    y = x
    for i in range(1, n):
        y = y * x / i + i
    return y


@programs.at((1.1, 5), (1.1, 6), (1.1, 0))
def a_step_of_two(x, n):
    y = x
    for i in range(0, n, 2):
        y = y * x + i
    return y


@programs.at((1.1, 5), (1.1, 0))
def a_negative_step_counts_down(x, n):
    y = x
    for i in range(n, 0, -1):
        y = math.sin(y) + i * x
    return y


@programs.at((1.1, 7), (1.1, 8), (1.1, 1))
def a_step_of_minus_three(x, n):
    y = 1.0
    for i in range(n, -n, -3):
        y = y * x + i
    return y


@programs.at((1.1, 0, 6, 2), (1.1, 6, 0, -2), (1.1, 6, 0, 2), (1.1, 1, 6, 4))
def the_sign_of_the_step_is_data(x, start, stop, step):
    y = 1.0
    for i in range(start, stop, step):
        y = y * x + i * x
    return y + x


@programs.at(2.3, 3.7, 0.4)
def the_bound_is_computed_from_a_float(x):
    y = 1.0
    for i in range(int(x) + 1):
        y = y * x - i
    return y


@programs.at(np.array([1.0, 2.0, 3.0]), np.array([4.0]))
def the_bound_is_the_length_of_an_array(v):
    s = 0.0
    for i in range(len(v)):
        s = s + v[i] ** 2 * (i + 1)
    return s


@programs.at(np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
def the_bounds_are_a_shape(A):
    n, m = A.shape
    s = 1.0
    for i in range(n):
        for j in range(m):
            s = s * 0.5 + A[i, j] * A[i, j]
    return s


@programs.at((1.2, 3), (1.2, 0))
def the_index_is_read_after_the_loop(x, n):
    i = 10
    y = x
    for i in range(n):
        y = y * x
    return y * i


@programs.at((1.2, 4))
def the_index_is_changed_in_the_body(x, n):
    y = x
    for i in range(n):
        i = i * 2
        y = y * x + i
    return y


@programs.at((1.2, 4))
def the_bound_is_changed_in_the_body(x, n):
    y = x
    for i in range(n):
        n = n + 1
        y = y * x + i
    return y * n


@programs.at((0.9, 3), (0.9, 0))
def a_value_is_overwritten_and_needed_later(x, n):
    a = x
    b = 1.0
    for _ in range(n):
        c = a * b
        a = b * x
        b = math.sin(c)
    return a * b


@programs.at((0.3, 0.6, 6), (0.3, 0.6, 1), (0.3, 0.6, 0))
def a_fibonacci_pair_rolls_over(a, b, n):
    for _ in range(n):
        a, b = b, a * b + a
    return b


@programs.at((1.3, 3, 2), (1.3, 0, 2), (1.3, 2, 0))
def loops_nest_with_an_inner_local(x, n, m):
    total = 0.0
    for i in range(n):
        inner = x
        for j in range(m):
            inner = inner * x + i * j
        total = total + inner * inner
    return total + x


@programs.at((1.3, 4), (1.3, 1), (1.3, 0))
def the_inner_bound_is_the_outer_index(x, n):
    y = x
    for i in range(n):
        for j in range(i):
            y = y * 0.9 + x * j
    return y * y


@programs.at((1.1, 2), (1.1, 0))
def three_deep(x, n):
    y = x
    for i in range(n):
        for j in range(i, n):
            for k in range(j, -1, -1):
                y = math.cos(y) * x + i - j + k
    return y


@programs.at((1.1, 5), (-1.1, 5))
def a_branch_in_a_loop_depends_on_the_data(x, n):
    y = x
    for i in range(n):
        if y > 0:
            y = y * x - 2
        else:
            y = y + x * i + 1.5
    return y


@programs.at((1.1, 5), (1.1, 0))
def a_branch_on_the_parity_of_the_index(x, n):
    s = 0.0
    for i in range(n):
        if i % 2 == 0:
            s += x**i
        else:
            s -= math.sin(i * x)
    return s + x


@programs.at((1.1, 4), (1.1, 0))
def a_local_is_bound_in_a_branch_of_a_loop(x, n):
    s = x
    for i in range(n):
        if i > 1:
            bonus = s * i
            s = s + bonus * bonus
        s = s * 0.5
    return s


@programs.at((1.1, 4), (1.1, 1))
def a_local_of_the_last_trip_is_used_after_the_loop(x, n):
    for i in range(n):
        last = x * (i + 2)
    return last * last


@programs.at((1.1, 5))
def a_local_bound_in_the_first_trip_is_used_in_the_others(x, n):
    s = 0.0
    for i in range(n):
        if i == 0:
            first = x * x
        else:
            s = s + first * i
            first = first * x
    return s


@programs.at((1.1, 3))
def a_value_is_carried_from_trip_to_trip(x, n):
    previous = 0.0
    s = 0.0
    for i in range(n):
        current = x * i + previous * previous
        s += current * previous
        previous = current
    return s + previous


@programs.at((0.7, 3), (0.7, 0))
def two_loops_in_a_row_share_their_index(x, n):
    y = x
    for i in range(n):
        y = y * x + i
    for i in range(n, 0, -1):
        y = y * y / (i + 1)
    return y


@programs.at((0.4, 0.3))
def a_horner_scheme(x, c):
    y = 0.0
    for k in range(5, -1, -1):
        y = y * x + c / (k + 1)
    return y


@programs.at(0.5)
def a_loop_over_an_empty_range_leaves_no_trace(x):
    y = x
    for i in range(5, 5):
        y = y * 100 + i
    return y * x


@programs.at((1.5, 3), (1.5, 0))
def the_loop_runs_on_a_saved_range(x, n):
    trips = range(n)
    y = x
    for i in trips:
        y = y * x + i
    return y * len(trips) + x


@programs.at((0.2, 10))
def a_logistic_map_needs_every_iterate(x, n):
    r = 3.2
    for _ in range(n):
        x = r * x * (1 - x)
    return x


@programs.at((np.array([1.0, 2.0]), 3), (np.array([1.0, 2.0]), 0))
def an_array_is_updated_by_value(v, n):
    for i in range(n):
        v = v * np.sin(v) + i
    return np.sum(v)


@programs.at((np.array([[0.1, 0.2], [0.3, 0.4]]), np.array([1.0, 2.0]), 3))
def a_matrix_is_applied_again_and_again(A, v, n):
    for _ in range(n):
        v = np.tanh(A @ v)
    return v @ v


test_gradient = programs.test()
