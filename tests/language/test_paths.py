"""Variables that exist on some paths only, change their kind on the way, or are switched by strings and classes."""

import math
import numbers

import numpy as np

from tests.cases import Programs

programs = Programs()


@programs.at((1.1, 4), (1.1, 0))
def a_local_of_a_loop_body(x, n):
    s = x
    for _ in range(n):
        t = s * x
        u = t * t
        s = s + u * 0.1
    return s


@programs.at((1.1, 4))
def a_local_that_is_overwritten_twice_in_a_trip(x, n):
    s = x
    for _ in range(n):
        t = s * x
        t = t * t
        s = s * 0.5 + t
        t = s * s
        s = s + t * 0.1
    return s


@programs.at((1.1, 6), (1.1, 1))
def a_local_bound_in_some_trips_only(x, n):
    s = x
    for i in range(n):
        if i % 3 == 1:
            t = s * x
            s = s + t * t
        elif i % 3 == 2:
            t = math.sin(s)
            s = s * t
        s = s * 0.9
    return s


@programs.at((1.1, 6))
def a_local_of_an_earlier_trip_is_read_in_a_later_one(x, n):
    s = x
    for i in range(n):
        if i % 2 == 0:
            t = s * x
        else:
            s = s * 0.5 + t * t
    return s


@programs.at((1.1, 3))
def an_inner_local_of_nested_loops(x, n):
    s = x
    for i in range(n):
        for j in range(i):
            t = s * x
            if j > 0:
                u = t * s
                s = s * 0.5 + u * 0.1
            s = s + t * 0.1
    return s


@programs.at((2.0, 1), (2.0, 5), (-2.0, 1), (-2.0, 5))
def correlated_branches_with_two_flags(x, n):
    if n > 2:
        a = x * x
    if x > 0:
        b = x * 3
        if n > 2:
            b = b * a
    y = x
    if n > 2:
        y = y * a
    if x > 0:
        y = y + b * b
    return y


@programs.at((2.0, 3), (2.0, 0))
def a_variable_is_bound_by_a_loop_that_may_not_run(x, n):
    for i in range(n):
        y = x * (i + 1)
    if n > 0:
        return y * y
    return x


@programs.at((2.0, 3), (2.0, 0))
def none_stands_for_nothing_yet(x, n):
    best = None
    for i in range(n):
        value = math.sin(x * i) + x
        if best is None or value > best:
            best = value
    return x if best is None else best * best


@programs.at((2.0, 3), (2.0, 0))
def an_integer_becomes_a_float(x, n):
    c = 0
    for _ in range(n):
        c += x
    return c * c + x


@programs.at(2.0, -2.0)
def an_integer_on_one_side_and_a_float_on_the_other(x):
    c = 1
    if x > 0:
        c = x * x
    return c * x


@programs.at((2.0, 3), (2.0, 0))
def an_integer_product_becomes_a_float(x, n):
    p = 1
    for i in range(n):
        p *= x + i
    return 1.0 * p + x


@programs.at((np.array([1.0, 2.0]), 3), (np.array([1.0, 2.0]), 1))
def an_integer_becomes_an_array(v, n):
    c = 0
    for i in range(n):
        c += v * i + v
    return np.sum(c * c)


@programs.at((2.0, 4), (2.0, 1))
def the_largest_so_far_and_its_place(x, n):
    best = -1e9
    where = 0
    for i in range(n):
        value = x * math.sin(i * x)
        if value > best:
            best = value
            where = i
    return best * x + where * x * x


@programs.at((2.0, "left"), (2.0, "right"), (2.0, "both"))
def a_string_switch(x, side):
    total = 0.0
    if side in ("left", "both"):
        total += x**2
    if side in ("right", "both"):
        total += math.sin(x)
    if side.startswith("b") and side != "best":
        total *= x
    return total


@programs.at((2.0, "tanh"), (2.0, "relu"), (2.0, "linear"))
def a_string_switch_in_a_loop(x, activation):
    y = x
    for i in range(3):
        y = y * 0.5 + i
        if activation == "tanh":
            y = math.tanh(y)
        elif activation == "relu":
            y = max(y, 0.0)
    return y * x


@programs.at(2.0, [1.0, 2.0], ((1.0, 2.0),), {"v": 3.0}, np.array([1.0, 2.0]))
def an_isinstance_switch(p):
    if isinstance(p, float):
        return p * p
    if isinstance(p, (list, tuple)):
        return p[0] * p[1]
    if isinstance(p, dict):
        return p["v"] ** 2
    assert isinstance(p, np.ndarray)
    return np.sum(p**2)


@programs.at((2.0, 3), (2.0, 3.0))
def isinstance_of_an_int_or_a_float(x, n):
    if isinstance(n, int):
        return x**n
    if isinstance(n, numbers.Number):
        return x * n
    return x


@programs.at((2.0, lambda t: t * t), (2.0, 3.0))
def callable_tells_a_function(x, f):
    if callable(f):
        return f(x) * x
    return f * x


@programs.at((2.0, 7))
def a_flag_set_in_a_loop_is_used_after_it(x, n):
    done = False
    y = x
    for i in range(n):
        if not done:
            y = y * 1.5
            if y > 6:
                done = True
                limit = y * i
    if done:
        return y * limit
    return y


@programs.at((1.5, 3))
def the_same_name_is_a_loop_index_and_a_value(x, n):
    y = x
    for k in range(n):
        y = y + k * x
    k = y * x
    for j in range(n):
        k = k * 0.5 + j
    return k * y


@programs.at((1.5, 3), (1.5, 0))
def a_tuple_is_carried_and_rebuilt(x, n):
    state = (x, x * x)
    for _ in range(n):
        state = (state[1] * 0.5, state[0] * state[1])
    return state[0] + state[1] * x


@programs.at((1.5, 3))
def a_list_is_rebuilt_in_each_trip(x, n):
    state = [x, 1.0]
    for _ in range(n):
        state = [state[1] * x, state[0] + state[1]]
    return state[0] * state[1]


@programs.at((1.5, 3))
def a_dict_is_rebuilt_in_each_trip(x, n):
    state = {"u": x, "v": 1.0}
    for _ in range(n):
        state = {"u": state["v"] * x, "v": state["u"] + state["v"]}
    return state["u"] * state["v"]


@programs.at((1.5, 2))
def a_loop_invariant_is_changed_after_the_loop(x, n):
    k = x * x
    y = x
    for _ in range(n):
        y = y * k
    k = y + x
    for _ in range(n):
        y = y + k * k
    return y


@programs.at((1.5, 2))
def the_argument_itself_is_overwritten(x, n):
    for _ in range(n):
        x = math.exp(x * 0.3) * x
    x = x * x
    return x


@programs.at((2.0, True, False), (2.0, False, True), (2.0, True, True), (2.0, False, False))
def four_ways_through(x, a, b):
    if a:
        y = x * x
        if b:
            z = y * x
        else:
            z = y + x
    else:
        z = x
        if b:
            y = math.sin(x)
        else:
            y = x
            z = y * y
    return y * z


@programs.at((0.5, 4))
def a_chain_through_three_variables_in_a_loop(x, n):
    a, b, c = x, x * x, 1.0
    for i in range(n):
        a = b * c
        b = a + c * x
        c = a * b - i
        if c > 2:
            c = c * 0.1
    return a * b * c


test_gradient = programs.test()
