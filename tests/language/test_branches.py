"""`if`, `elif`, `else`: every branch is taken at some point, nested and one after the other."""

import math

import numpy as np

from tests.cases import Programs

programs = Programs()


@programs.at(2.0, -1.5)
def an_if_without_else_keeps_what_was_there(x):
    y = x * 3
    if x > 0:
        y = y * x
    return y


@programs.at(2.0, -1.5)
def both_sides_assign_the_result(x):
    if x > 0:
        y = x**2
    else:
        y = x**3
    return y


@programs.at(-3.0, 0.5, 1.5, 4.0)
def an_elif_chain_picks_one(x):
    if x < 0:
        y = -x
    elif x < 1:
        y = x * x
    elif x < 2:
        y = 2 * x - 1
    else:
        y = math.log(x)
    return y


@programs.at((1.0, 2.0), (1.0, -2.0), (-1.0, 2.0), (-1.0, -2.0))
def branches_nest(x, y):
    if x > 0:
        if y > 0:
            z = x * y
        else:
            z = x / y
    else:
        z = x - y
        if y > 0:
            z = z * z
    return z


@programs.at((1.0, 2.0), (1.0, -2.0), (-1.0, 2.0), (-1.0, -2.0))
def two_branches_in_a_row_share_a_variable(x, y):
    z = x
    if x > 0:
        z = z * y
    if y > 0:
        z = z * z + x
    return z * z


@programs.at(3.0, -3.0)
def each_branch_returns(x):
    if x > 0:
        return x * x
    else:
        return -2 * x


@programs.at(3.0, 0.5, -3.0)
def an_early_return_guards_the_rest(x):
    if x < 0:
        return 0.1 * x
    y = x + 1
    if y < 2:
        return y * y
    return y**3


@programs.at(3.0, -3.0)
def a_branch_may_give_a_constant(x):
    if x > 0:
        return 2.0 * x
    return 0.0


@programs.at((2.0, True), (2.0, False))
def a_flag_argument_switches(x, square):
    if square:
        return x * x
    return x + 1


@programs.at((2.0, 0), (2.0, 1), (2.0, 2), (2.0, 7))
def an_integer_argument_switches(x, order):
    if order == 0:
        return 1.0 * x
    elif order == 1:
        return x**2
    elif order == 2:
        return x**3 / 2
    return math.sin(x)


@programs.at(3.0, -3.0)
def the_test_is_kept_although_its_operands_change(x):
    y = x
    if y > 0:
        y = -y * x
    else:
        y = y * x * x
    return y


@programs.at(3.0, -3.0)
def the_test_is_a_variable_that_is_overwritten(x):
    big = x > 0
    if big:
        y = x * x
    else:
        y = x
    big = y > 100
    if big:
        y = y * 2
    return y * y


@programs.at((3.0, 1.0), (1.0, 3.0))
def a_branch_swaps(a, b):
    if a < b:
        a, b = b, a
    return a**2 - b


@programs.at(2.0, -2.0)
def a_variable_bound_in_one_branch_is_used_in_it_only(x):
    total = x
    if x > 0:
        extra = x * x
        total = total + extra * extra
    return total


@programs.at(2.0, -2.0)
def correlated_branches_define_and_use(x):
    if x > 0:
        scale = x * 2
    y = x * x
    if x > 0:
        y = y * scale
    return y


@programs.at((2.0, "a"), (2.0, "b"))
def branches_bind_the_same_name_to_different_things(x, mode):
    if mode == "a":
        v = x
    else:
        v = (x, x * x)
    if mode == "a":
        return v * v
    return v[0] * v[1]


@programs.at(1.0, -1.0)
def an_empty_branch_passes(x):
    if x > 0:
        pass
    else:
        x = x * x
    return 3 * x


@programs.at(1.0)
def a_constant_test_is_settled(x):
    if True:
        y = x * x
    else:
        y = x
    if 0:
        y = y * 100
    return y


@programs.at(0.5, 2.0, 5.0)
def branches_on_a_computed_value(x):
    y = math.exp(x)
    if y > math.exp(1) and y < 20:
        y = y / x
    elif y >= 20:
        y = math.sqrt(y)
    return y


@programs.at(np.array([1.0, 2.0]), np.array([-1.0, -2.0]))
def a_branch_on_the_sum_of_an_array(v):
    if v.sum() > 0:
        w = v * v
    else:
        w = np.exp(v)
    return w.sum()


@programs.at((np.array([1.0, 2.0]), 3.0), (np.array([1.0, 2.0]), -3.0))
def a_variable_is_a_float_or_an_array(v, s):
    if s > 0:
        y = v * s
    else:
        y = s * s
    return np.sum(y * y)


@programs.at((np.array([1.0, 2.0]), 3.0), (np.array([1.0, 2.0]), -3.0))
def a_float_start_value_becomes_an_array(v, s):
    y = 0.0
    if s > 0:
        y = v * s
    return np.sum(y + v)


@programs.at((1.0, None), (1.0, 2.5))
def an_argument_may_be_none(x, scale=None):
    if scale is None:
        scale = 3.0
    return x * x * scale


@programs.at((1.0, None), (1.0, 2.5))
def is_not_none_guards_a_use(x, shift):
    y = x**3
    if shift is not None:
        y = y * shift
    return y


@programs.at((5.0, 1.0), (2.0, 3.0))
def the_branch_and_loop_function(a, b):
    c = 0
    if a > b:
        for i in range(10):
            c += a * i
    else:
        c = a * b
    return c


test_gradient = programs.test()
