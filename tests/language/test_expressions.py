"""Ternaries, `and`, `or`, `not`, chained comparisons, walrus, operators and their precedence, ints beside floats."""

import math
import operator

import numpy as np
import pytest

import srcad
from tests.cases import Programs

programs = Programs()


@programs.at((3.0, 4.0))
def a_polynomial_of_two_variables(x, y):
    return x**2 * y + y + 2


@programs.at((2.0, 5.0))
def a_log_a_product_and_a_sine(x1, x2):
    return math.log(x1) + x1 * x2 - math.sin(x2)


@programs.at(0.7)
def a_repeated_subexpression(x):
    return math.sqrt(x**2 + math.exp(x**2)) + math.cos(x**2 + math.exp(x**2))


@programs.at((0.1, 0.2, 0.3, 1.0, 2.0))
def the_logistic_unit(w0, w1, w2, x1, x2):
    return 1 / (1 + math.exp(-(w0 + w1 * x1 + w2 * x2)))


@programs.at((3.0, 2.0))
def every_arithmetic_operator(x, y):
    return -x + y - x * y / (x**y) + +x


@programs.at((7.5, 2.0), (-7.5, 2.0))
def remainder_and_floor_division(x, y):
    return (x % y) * x + (x // y) * y


@programs.at((2.0, 3.0), (0.5, -1.5))
def a_power_with_both_sides_active(x, y):
    return x**y


@programs.at(2.0)
def powers_with_constant_bases_and_exponents(x):
    return 2**x + x**2 + x**0.5 + x**-1 + x**1 + x**0


@programs.at(-2.0)
def an_integer_power_of_a_negative_number(x):
    return x**3 + x**2 + x**-1


@programs.at(0.0)
def a_square_at_zero(x):
    return x**2 + 3 * x


@programs.at(2.0, -2.0)
def a_ternary_picks_a_side(x):
    return x * x if x > 0 else 3 * x


@programs.at(-2.0, 0.5, 3.0)
def ternaries_nest(x):
    return -x if x < 0 else (x * x if x < 1 else math.log(x))


@programs.at((2.0, -1.0), (-2.0, -1.0))
def a_ternary_inside_an_expression(x, y):
    return y * (x if x > 0 else 2 * x) + (y if y > 0 else y * y)


@programs.at((0.0, 3.0), (2.0, 3.0))
def a_ternary_avoids_a_division_by_zero(d, x):
    return x * x if d == 0 else x * x / d


programs.entries[-1].options["argnums"] = 1


@programs.at((2.0, 3.0), (-2.0, 3.0), (2.0, -3.0), (-2.0, -3.0))
def and_joins_tests(x, y):
    if x > 0 and y > 0:
        return x * y
    return x - y * y


@programs.at((2.0, 3.0), (-2.0, 3.0), (2.0, -3.0), (-2.0, -3.0))
def or_joins_tests(x, y):
    if x > 0 or y > 0:
        return x * y
    return x - y * y


@programs.at((2.0, 3.0), (-2.0, 3.0))
def not_turns_a_test(x, y):
    if not x > 0:
        return x * y
    return x - y * y


@programs.at((2.0, 3.0), (-2.0, 3.0), (2.0, -3.0))
def a_mixture_of_and_or_not(x, y):
    if (x > 0 and not y < 0) or x * y > 5:
        return x * x * y
    return y * y + x


@programs.at((0.0, 3.0), (2.0, 3.0))
def or_gives_a_value(x, default):
    y = x or default
    return y * y + default


programs.entries[-1].options["argnums"] = 1


@programs.at((1.5, 3.0))
def and_gives_a_value(x, y):
    z = x and y
    return z * z + x


@programs.at((0.0, 3.0), (2.0, 3.0))
def the_right_side_of_and_is_not_run_in_vain(d, x):
    if d != 0 and x / d > 1:
        return x * x / d
    return x * 3


programs.entries[-1].options["argnums"] = 1


@programs.at(0.5, 1.5, 2.5)
def chained_comparisons(x):
    if 1 < x < 2:
        return x * x
    if 2 < x <= 3:
        return x**3
    return 2 * x


@programs.at((1.0, 2.0, 3.0), (1.0, 3.0, 2.0), (3.0, 2.0, 1.0))
def a_chain_of_three(a, b, c):
    if a < b < c > 0:
        return a * b * c
    return a + b * c


@programs.at(0.5, 2.0)
def a_walrus_in_a_test(x):
    if (y := x * x) > 1:
        return y * x
    return y + x


@programs.at(0.5)
def a_walrus_in_an_expression(x):
    return (y := math.sin(x)) * y + (z := y * x) * z


@programs.at([0.5, 2.0, 3.0])
def a_walrus_in_a_comprehension(xs):
    return sum(y * x for x in xs if (y := x * x) > 1)


@programs.at(3.0)
def a_walrus_in_a_call(x):
    return math.sin(t := x * 0.5) + t * t


@programs.at((2.0, 3), (2.0, 4))
def integers_beside_floats(x, n):
    k = n // 2
    m = n % 2
    return x**k + m * x + (n - k) / 2


@programs.at((2.0, 5))
def bits_of_integers(x, n):
    return x * (n & 3) + x**2 * (n >> 1) + (n ^ 1) * x**3 + (n | 8) + (1 << n) * x + ~n


@programs.at((2.0, np.array([5, 2, 3])))
def bits_of_an_array_of_integers(x, n):
    return np.sum(x * (np.int64(n) & 1) + x**2 * (n >> 1))


@programs.at((2.0, True), (2.0, False))
def a_bool_is_a_number(x, flag):
    return x * flag + x * x * (not flag) + (x > 1) * x


@programs.at((1.5, 2.5))
def the_functions_of_the_operator_module(x, y):
    return operator.add(operator.mul(x, y), operator.truediv(x, operator.neg(y))) + operator.pow(x, 2)


@programs.at(0.6)
def the_functions_of_math(x):
    a = math.sin(x) + math.cos(x) + math.tan(x) + math.asin(x) + math.acos(x) + math.atan(x)
    b = math.sinh(x) + math.cosh(x) + math.tanh(x) + math.exp(x) + math.expm1(x) + math.log1p(x)
    c = math.log(x) + math.log2(x) + math.log10(x) + math.sqrt(x) + math.pow(x, 1.5) + math.atan2(x, 2.0)
    return a * b * c + math.pi * x + math.hypot(x, 2 * x) + math.fabs(x)


@programs.at((0.6, 1.6), (-0.6, 1.6), (1.6, -0.6))
def abs_min_and_max(x, y):
    return abs(x) * y + max(x, y) ** 2 + min(x, y, 0.1) * x + max([x, 2 * y]) + pow(x, 2)


@programs.at((2.3, 1.1))
def rounding_has_no_slope(x, y):
    return x * math.floor(x) + y * math.ceil(x) + int(x) * y + round(x) * x


@programs.at((2.3, 1.1))
def float_keeps_the_derivative(x, y):
    return float(x) * float(y * x)


@programs.at(1.5)
def a_string_is_formatted_on_the_side(x):
    label = f"x = {x:.2f}" + " units"
    return x * x * len("four") + len(label)


@programs.at(1.5)
def a_conditional_inside_an_index(x):
    ys = [x, x * x, x**3]
    return ys[2 if x > 1 else 0] * ys[-1]


@programs.at((2.0, "sq"), (2.0, "cube"), (2.0, "other"))
def membership_and_identity(x, name):
    if name in ("sq", "cube"):
        y = x**2 if name == "sq" else x**3
    else:
        y = x
    if name not in {"sq": 1} and name is not None:
        y = y * 2
    return y


@programs.at(2.0)
def the_result_is_an_argument(x):
    return x


@programs.at((2.0, 3.0))
def an_argument_that_does_not_matter_has_gradient_zero(x, y):
    return x * x


@programs.at(2.0)
def the_result_does_not_depend_on_the_argument(x):
    return 5.0


@programs.at((2.0, 3.0))
def a_pass_a_docstring_and_an_expression_statement(x, y):
    """A docstring."""
    pass
    x * y  # noqa: B018
    ...
    return x * y


@programs.at((2.0, 3.0))
def annotations_do_not_matter(x: float, y: "float") -> float:
    z: float = x * y
    w: int
    w: float = z + x
    return w * z


test_gradient = programs.test()


def test_the_bits_of_an_int_that_is_differentiated_are_refused_with_a_remedy():
    def odd(x, n):
        return x * n if n & 1 else x

    def odd_as_advised(x, n):
        return x * n if int(n) & 1 else x

    with pytest.raises(srcad.KindError, match="`and` on float and 1") as caught:
        srcad.grad(odd, argnums=1)(2.0, 5)
    assert caught.value.place.text.strip() == "return x * n if n & 1 else x"
    assert srcad.grad(odd_as_advised, argnums=(0, 1))(2.0, 5) == (5.0, 2.0)
    assert srcad.vjp(odd, 2.0, 5)[1](1.0) == (5.0, None)
