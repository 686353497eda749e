"""Nested functions, lambdas, closures, functions of functions, partial, reduce, map, filter, sorts of parameters."""

import functools
import math
from functools import partial, reduce

import numpy as np

from tests.cases import Programs

programs = Programs()


def square(x):
    return x * x


def scaled(x, factor=3.0):
    return x * factor


def polar(x, y):
    return math.hypot(x, y), math.atan2(y, x)


def repeated_sine(x, n):
    y = x
    for i in range(n):
        y = math.sin(y) * x + i
    return y


def first_above(x, limit, n):
    y = x
    for _ in range(n):
        y = y * x
        if y > limit:
            return y * 2
    return y - x


def apply_twice(f, x):
    return f(f(x))


def compose(*functions):
    def composed(x):
        for f in functions:
            x = f(x)
        return x

    return composed


def make_scaler(factor):
    def scale(x):
        return factor * x

    return scale


def keyword_only(x, *, power=2, shift=0.0):
    return x**power + shift


def variadic(first, *rest):
    total = first
    for r in rest:
        total = total * 0.5 + r * r
    return total


def with_options(x, **options):
    y = x * options.get("scale", 1.0)
    if "shift" in options:
        y = y + options["shift"] ** 2
    return y


def everything(a, b=2.0, *rest, c, d=4.0, **options):
    total = a * b + c * d
    for r in rest:
        total += r * r
    for key, value in options.items():
        total *= value
    return total


def positional_only(x, y, /, z=1.0):
    return x * y**2 * z


def integrate(f, a, b, n):
    h = (b - a) / n
    total = 0.5 * (f(a) + f(b))
    for i in range(1, n):
        total += f(a + i * h)
    return total * h


def newton(f, df, x, trips):
    for _ in range(trips):
        x = x - f(x) / df(x)
    return x


def modify(x):
    x = x * 2
    x += 1
    return x


def nothing_returned(x):
    y = x * 2  # noqa: F841


@programs.at(2.0)
def a_helper_is_called(x):
    return square(x) + square(x + 1)


@programs.at((2.0, 3.0))
def calls_nest(x, y):
    return square(square(x) * scaled(y)) - scaled(square(y), x)


@programs.at((2.0, 3.0))
def a_helper_returns_a_pair(x, y):
    r, angle = polar(x, y)
    return r * r * angle + polar(y, x)[1]


@programs.at((0.8, 3), (0.8, 0))
def a_helper_has_a_loop_of_its_own(x, n):
    return repeated_sine(x, n) * repeated_sine(x * 0.5, n + 1)


@programs.at((0.8, 3), (0.8, 0))
def a_helper_with_a_loop_is_called_in_a_loop(x, n):
    y = x
    for i in range(n):
        y = y * repeated_sine(y, i)
    return y


@programs.at((1.5, 5.0), (3.0, 5.0), (0.5, 5.0))
def a_helper_returns_early_inside_its_loop(x, limit):
    s = 0.0
    for i in range(4):
        s += first_above(x, limit * i, 3)
    return s


@programs.at(2.0)
def a_helper_overwrites_its_parameter(x):
    y = modify(x)
    return y * x


@programs.at(2.0)
def a_helper_is_called_for_nothing(x):
    nothing_returned(x)
    return x * x


@programs.at((2.0, 3.0))
def the_same_argument_twice(x, y):
    def f(a, b):
        return a * b + a

    return f(x, x) * f(y, x)


@programs.at((2.0, 3.0))
def a_lambda(x, y):
    f = lambda t: t * t + y
    return f(x) * f(y)


@programs.at((2.0, 3.0))
def a_lambda_called_on_the_spot(x, y):
    return (lambda a, b=2.0: a * b + y)(x) * x


@programs.at((2.0, 3.0))
def a_closure_reads_a_variable_of_its_maker(x, y):
    k = x * y

    def f(t):
        return t * k

    return f(x) + f(y) * k


@programs.at(2.0)
def a_closure_sees_later_changes(x):
    k = x

    def f(t):
        return t * k

    a = f(x)
    k = x * x
    return a + f(x)


@programs.at(2.0)
def closures_over_a_loop_variable_see_its_last_value(x):
    fs = []
    for i in range(3):
        fs.append(lambda t: t * x + i)
    return sum([f(x) for f in fs])


@programs.at(2.0)
def closures_keep_a_loop_variable_by_default(x):
    fs = []
    for i in range(3):
        fs.append(lambda t, i=i: t**i + x)
    return fs[0](x) + fs[1](x) * fs[2](x)


@programs.at(2.0)
def closures_over_an_active_loop_value(x):
    y = x
    total = 0.0
    for i in range(3):
        y = y * x

        def f(t, y=y):
            return t * y

        total += f(x + i)
    return total


@programs.at((2.0, 3.0))
def a_function_makes_functions(x, y):
    double = make_scaler(x)
    triple = make_scaler(y)
    return double(triple(x)) + triple(y)


@programs.at((2.0, 3.0))
def a_closure_in_a_closure(x, y):
    def outer(a):
        def inner(b):
            return a * b + y

        return inner(x) * inner(a)

    return outer(x) + outer(y)


@programs.at(0.7)
def a_function_is_an_argument(x):
    return apply_twice(math.sin, x) + apply_twice(square, x) + apply_twice(lambda t: t + x, x)


@programs.at((1.5, square), (1.5, math.exp), (1.5, np.tanh))
def the_function_is_a_parameter_of_the_program(x, f):
    return f(x) * x


@programs.at(0.7)
def functions_are_composed(x):
    return compose(square, math.sin, lambda t: t * x)(x)


@programs.at((0.1, 2.0))
def a_function_is_integrated(a, b):
    return integrate(lambda t: math.exp(-t * t) * b, a, b, 6)


@programs.at(2.0)
def newton_takes_two_functions(a):
    return newton(lambda x: x * x - a, lambda x: 2 * x, 1.5, 4)


@programs.at(0.7)
def functions_are_stored_in_a_list(x):
    y = x
    for f in [math.sin, square, lambda t: t + 1]:
        y = f(y) * x
    return y


@programs.at((0.7, "sin"), (0.7, "square"))
def functions_are_stored_in_a_dict(x, name):
    table = {"sin": math.sin, "square": square, "cube": lambda t: t**3}
    return table[name](x) * table["cube"](x)


@programs.at(0.7, -0.7)
def a_function_is_chosen_by_a_branch(x):
    f = square if x > 0 else math.exp
    return f(x) * x


@programs.at((2.0, 3.0))
def partial_binds_the_first(x, y):
    f = partial(scaled, x)
    return f(y) + f()


@programs.at((2.0, 3.0))
def partial_binds_a_keyword(x, y):
    f = functools.partial(scaled, factor=y)
    return f(x) * f(x + 1)


@programs.at([1.0, 2.0, 3.0])
def reduce_folds_a_list(xs):
    return reduce(lambda a, b: a * b + 1, xs)


@programs.at(([1.0, 2.0, 3.0], 0.5))
def reduce_has_a_start(xs, start):
    return functools.reduce(lambda a, b: a * b + b, xs, start)


@programs.at([1.0, 2.0, 3.0])
def map_with_a_function(xs):
    return sum(map(square, xs))


@programs.at(([1.0, 2.0, 3.0], [4.0, 5.0, 6.0]))
def map_over_two_lists(xs, ys):
    return sum(list(map(lambda a, b: a * b, xs, ys)))


@programs.at([1.0, -2.0, 3.0])
def filter_keeps_some(xs):
    kept = list(filter(lambda t: t > 0, xs))
    return kept[0] * kept[1]


@programs.at([1.0, -2.0, 3.0])
def a_loop_over_map_and_filter(xs):
    s = 0.0
    for y in map(square, filter(lambda t: t > 0, xs)):
        s = s * 0.5 + y
    return s


@programs.at(2.0)
def defaults_and_keywords(x):
    return scaled(x) + scaled(x, 2.0) + scaled(factor=x, x=x * x)


@programs.at(2.0)
def a_default_is_evaluated_at_the_definition(x):
    k = x

    def f(t, k=k * 2):
        return t * k

    k = 100.0
    return f(x) + k


@programs.at((2.0, 3.0))
def keyword_only_parameters(x, y):
    return keyword_only(x, shift=y * y) * keyword_only(y, power=3)


@programs.at((2.0, 3.0, 4.0))
def star_args_take_the_rest(x, y, z):
    return variadic(x) + variadic(x, y) * variadic(z, x, y)


@programs.at([1.0, 2.0, 3.0])
def a_list_is_spread_into_arguments(xs):
    return variadic(*xs) * variadic(2.0, *xs)


@programs.at((2.0, 3.0))
def double_star_takes_keywords(x, y):
    return with_options(x) + with_options(x, scale=y) * with_options(y, shift=x, scale=x)


@programs.at((2.0, 3.0))
def a_dict_is_spread_into_keywords(x, y):
    options = {"scale": x * y}
    return with_options(x, **options) * with_options(y, shift=x, **options)


@programs.at((2.0, 3.0))
def every_sort_of_parameter_at_once(x, y):
    return everything(x, c=y) + everything(x, y, x * y, 1.0, c=x, d=y, k=x, m=2.0)


@programs.at((2.0, 3.0))
def positional_only_parameters(x, y):
    return positional_only(x, y) + positional_only(x, y, z=x)


@programs.at((2.0, 3.0, 4.0, 5.0))
def the_program_itself_has_star_args(x, *rest):
    y = x
    for r in rest:
        y = y * r + x
    return y


@programs.at((2.0, 3.0), kwargs={"power": 3})
def the_program_itself_has_keyword_only_parameters(x, y, *, power, shift=1.0):
    return x**power * y + shift * x


@programs.at((2.0, 3.0), kwargs={"scale": 2.0, "name": "quiet"})
def the_program_itself_has_double_star(x, y, **options):
    return x * y * options["scale"] + (x if options["name"] == "loud" else y)


@programs.at(2.0)
def the_program_uses_its_defaults(x, y=3.0, z=None):
    return x * y + (x if z is None else 100.0)


@programs.at((2.0, 3.0))
def a_nested_function_with_a_loop_and_a_branch(x, y):
    def f(t, n):
        s = t
        for i in range(n):
            if s > y:
                s = s * 0.5
            else:
                s = s * t + i
        return s

    return f(x, 3) * f(y, 2)


@programs.at((2.0, 3))
def a_nested_function_is_called_in_a_loop(x, n):
    scale = x * x

    def step(y, i):
        return math.sin(y) * scale + i

    y = x
    for i in range(n):
        y = step(y, i)
    return y


@programs.at((2.0, 3.0))
def a_nested_function_hides_an_outer_name(x, y):
    def f(x):
        y = x * x
        return y

    return f(y) * x + y


@programs.at((2.0, 3.0))
def a_module_function_has_the_name_of_a_local(x, y):
    scaled = x * y
    return square(scaled) + scaled


@programs.at((1.5, 2.0))
def max_with_a_key(x, y):
    return max([x, -y], key=lambda t: t * t) * x + min(x, y, key=abs)


@programs.at([3.0, 1.0, 2.0])
def sorted_then_folded(xs):
    low, middle, high = sorted(xs)
    return low * middle - high**2


def looked_up(key, known={}):  # noqa: B006
    return known[key] if key in known else 2.0 * key


@programs.at(np.array([0.5, 0.7]))
def a_default_dict_that_is_only_read(x):
    return sum(looked_up(i + 1) * v * v for i, v in enumerate(x))


test_gradient = programs.test()
