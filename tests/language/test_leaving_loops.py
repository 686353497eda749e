"""`break`, `continue`, loop `else`, and `return` from anywhere, inside nested loops too."""

import math

import numpy as np

from tests.cases import Programs

programs = Programs()


@programs.at((1.5, 10), (1.5, 2), (9.0, 3), (1.5, 0))
def break_leaves_the_loop(x, n):
    y = x
    for i in range(n):
        if y > 8:
            break
        y = y * x + i
    return y


@programs.at((1.5, 10), (9.0, 3))
def work_before_the_break_counts(x, n):
    y = x
    for i in range(n):
        y = y * x + i
        if y > 8:
            y = y * 2
            break
        y = y + x
    return y


@programs.at((1.1, 6), (1.1, 0))
def continue_skips_the_rest(x, n):
    y = x
    for i in range(n):
        if i % 2 == 0:
            continue
        y = y * x + i
    return y


@programs.at((1.1, 6), (-1.1, 6))
def continue_after_some_work(x, n):
    y = x
    for i in range(n):
        y = y * 0.9 + x
        if y > 2:
            y = y - 1.5
            continue
        y = y * x
    return y


@programs.at((1.2, 3), (1.2, 20), (1.2, 0))
def for_else_runs_without_a_break(x, n):
    y = x
    for i in range(n):
        y = y * x
        if y > 4:
            break
    else:
        y = y * y
    return y


@programs.at((1.2, 8))
def break_and_continue_in_one_loop(x, n):
    y = x
    for i in range(n):
        if i == 2:
            continue
        if y > 3:
            break
        y = y * x + 0.1 * i
    return y


@programs.at((1.2, 4), (3.0, 4))
def break_leaves_the_inner_loop_only(x, n):
    s = 0.0
    for i in range(n):
        y = x
        for j in range(n):
            y = y * x
            if y > 2.5 + i:
                break
        s = s + y * i
    return s


@programs.at((1.2, 4), (3.0, 4), (30.0, 4))
def a_flag_leaves_both_loops(x, n):
    y = x
    found = False
    for i in range(n):
        for j in range(n):
            if y > 25:
                found = True
                break
            y = y * x + j
        if found:
            break
        y = y + i
    return y


@programs.at((1.2, 4), (3.0, 4))
def else_and_break_leave_both_loops(x, n):
    y = x
    for i in range(n):
        for j in range(n):
            y = y * x
            if y > 20:
                break
        else:
            y = y + i
            continue
        break
    return y * x


@programs.at((1.5, 10), (1.5, 2), (9.0, 3))
def return_from_a_loop(x, n):
    y = x
    for i in range(n):
        if y > 8:
            return y * i + x
        y = y * x
    return y


@programs.at((1.2, 5), (2.0, 5), (40.0, 5), (1.2, 0))
def return_from_nested_loops(x, n):
    y = x
    for i in range(n):
        for j in range(i + 1):
            y = y * x + j
            if y > 30:
                return y * y
        y = y + i
    return y


@programs.at((0.5, 4), (3.0, 4))
def several_returns_of_different_things(x, n):
    y = x
    for i in range(n):
        y = y * x
        if y > 50:
            return math.log(y)
        if y < 0.1:
            return y * 100
    return y + x


@programs.at(([1.0, -2.0, 3.0],), ([1.0, 2.0],), ([-1.0],))
def the_first_negative_is_returned(xs):
    for x in xs:
        if x < 0:
            return x * x
    return 10.0 * xs[0]


@programs.at((1.3, 3), (4.0, 3))
def return_from_a_while_in_a_for(x, n):
    y = x
    for i in range(n):
        k = 0
        while k < 3:
            y = y + x * k
            if y > 12:
                return y * i + x
            k += 1
    return y


@programs.at((1.3, 8), (9.0, 8))
def break_restores_the_value_before_the_last_trip(x, n):
    a = x
    for i in range(n):
        b = a * a
        if b > 30:
            break
        a = b * 0.9 + x
    return a * b


@programs.at((np.array([3.0, 1.0, -2.0, 4.0]),), (np.array([3.0, 1.0]),))
def break_in_a_loop_over_an_array(v):
    s = 1.0
    for x in v:
        if x < 0:
            break
        s = s * x
    return s + v[0]


@programs.at(([1.0, 2.0, 3.0], 4.0), ([1.0, 2.0, 3.0], 0.5), ([1.0, 2.0, 3.0], 100.0))
def break_in_enumerate_keeps_the_index(xs, limit):
    s = 0.0
    for i, x in enumerate(xs):
        s += x * x
        if s > limit:
            break
    return s * (i + 1) * limit


@programs.at((1.1, 5), (-0.5, 5))
def continue_in_a_while(x, n):
    y = x
    i = 0
    while i < n:
        i += 1
        if y < 0:
            y = y + 1
            continue
        y = y * x + 0.3 * i
    return y


@programs.at((1.2, 3))
def continue_in_both_loops(x, n):
    y = x
    for i in range(n):
        if i == 1:
            continue
        for j in range(n):
            if j == i:
                continue
            y = y * x + i - j
    return y


@programs.at(3.0, 0.7)
def fixed_point_with_a_limit_on_the_trips(a):
    x = 1.0
    for _ in range(100):
        new = 0.5 * (x + a / x)
        if abs(new - x) < 1e-14:
            x = new
            break
        x = new
    else:
        x = -1.0
    return x


@programs.at((2.0, 5), (2.0, 0))
def a_break_on_the_first_trip(x, n):
    y = x * x
    for i in range(n):
        break
    return y


@programs.at((1.5, 3))
def a_loop_that_always_returns(x, n):
    for i in range(n):
        return x * x + i
    return x


@programs.at((1.5, 0), (1.5, 2))
def code_after_a_return_in_else(x, n):
    for i in range(n):
        x = x * x
    else:
        return x * 3
    return x


test_gradient = programs.test()
