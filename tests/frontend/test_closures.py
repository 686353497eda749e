"""Nested functions and lambdas: captures, defaults, recursion, and the variable seen late."""

from __future__ import annotations

import functools

import pytest

from srcad.core.nodes import Closure, Store, expressions_of, targets_of, walk
from srcad.errors import UnsupportedSyntax
from srcad.frontend.lower import lower
from tests.frontend.agree import agree


def apply(function, x):
    return function(x)


def keep(function):
    return [function]


def newton(function, x, steps=3):
    for _ in range(steps):
        x = x - 0.1 * function(x)
    return x


def boxed(program):
    """Whether the program keeps a variable in a cell."""
    return any("_cell" in name for stmt in walk(program.body) for name in targets_of(stmt))


def test_closures_over_parameters_and_locals():
    def f(x, n):
        k = 2 * x

        def g(y, z=n, *more, w=k, **rest):
            return x * y + k * z + sum(more) + w + len(rest)

        square = lambda v: v * v
        return g(1.0), g(1.0, 2), g(1, 2, 3, 4, w=5, q=6), square(g(2)), (lambda: x)(), apply(lambda v: v + k, 3)

    program = agree(f, (2.0, 3))
    assert not boxed(program)


def test_recursion_and_mutual_recursion():
    def f(x, n):
        def rec(k):
            if k == 0:
                return 1.0
            return x * rec(k - 1)

        def even(k):
            return True if k == 0 else odd(k - 1)

        def odd(k):
            return False if k == 0 else even(k - 1)

        fact = lambda m: 1 if m == 0 else m * fact(m - 1)
        return rec(n), even(n), odd(n), fact(n)

    program = agree(f, (2.0, 3), (1.5, 0))
    assert not boxed(program)


def test_nested_functions_that_call_each_other_and_capture_different_things():
    def f(x, n):
        a, b = 2.0 * x, 3.0

        def first(y):
            return a * y + second(y - 1) if y > 0 else third()

        def second(y):
            return b * y + first(y - 1)

        def third():
            return x

        def user(b):
            return first(b) + second(b)

        return user(n) + first(1)

    agree(f, (2.0, 3), (1.5, 4))


def test_a_lifted_function_as_a_value_also_inside_itself():
    def f(xs):
        def depth(t):
            if not isinstance(t, list):
                return len(xs)
            return 1 + max(map(depth, t), default=0)

        def twice(g, v):
            return g(g(v)) if v else apply(step, v)

        def step(v):
            return v - 1

        def again(v):
            return twice(step, v) + step(v)

        functions = [depth, step]
        return depth(xs), again(5), again(0), functions[1](7), apply(depth, [[1], 2])

    agree(f, ([1, [2, [3]]],), ([],))


def test_a_function_defined_before_what_it_reads():
    def f(x):
        def g(y):
            return y * k

        def h(y):
            return g(y) + k

        k = 3.0 * x
        return g(1.0) + h(2.0)

    agree(f, (2.0,))


def test_a_variable_that_changes_after_the_closure_was_made_is_seen_late():
    def f(x):
        g = lambda y: x * y
        a = g(1.0)
        x = x + 1
        b = g(1.0)
        x += 5
        return a, b, g(1.0), x

    assert boxed(agree(f, (2.0,)))


def test_closures_over_loop_variables_see_the_last_value():
    def f(n):
        fs = []
        gs = []
        for i in range(n):
            fs.append(lambda: i)
            gs.append(lambda i=i: i)
            j = i * 2
            fs.append(lambda: j)
        return [g() for g in fs], [g() for g in gs]

    agree(f, (3,), (0,))


def test_closures_made_in_comprehensions():
    def f(n):
        fs = [lambda: i for i in range(n)]
        gs = [lambda v, i=i: v * i for i in range(n)]
        hs = {k: (lambda v: v * k) for k in range(n)}
        return [g() for g in fs], [g(2) for g in gs], [hs[k](1) for k in hs], [(lambda v: v * i)(3) for i in range(n)]

    agree(f, (3,), (0,))


def test_no_box_where_the_closure_is_called_before_the_next_assignment():
    def f(x, n):
        for i in range(n):

            def residual(z):
                return z * z - x + i

            x = residual(x)
            x = newton(lambda z: z - x * 0.5, x)
            x = sorted([x, 1.0], key=lambda v: v * x)[0]
            g = lambda v: v + i
            x = g(x)
        return x

    assert not boxed(agree(f, (1.0, 4)))


def test_a_box_where_the_callee_keeps_the_closure():
    def f(x, n):
        kept = []
        for i in range(n):
            kept.append(keep(lambda: x))
            x = x + 1
        g = functools.partial(lambda a, b: a * b * x, 2.0)
        y = g(3.0)
        x = 0
        return [k[0]() for k in kept], y, g(1.0)

    assert boxed(agree(f, (1.0, 3)))


def test_a_closure_made_in_one_trip_and_called_in_the_next():
    def f(n):
        g = None
        out = []
        for i in range(n):
            if g is not None:
                out.append(g())
            g = lambda: i
        return out

    agree(f, (4,))


def test_a_closure_used_in_a_loop_that_changes_what_it_sees():
    def f(x, n):
        def g(y):
            return y + x

        out = []
        for _ in range(n):
            x = x * 2
            out.append(g(1))
        while x > 1:
            x = x / 3
            out.append(apply(g, 1))
        return out

    agree(f, (1.5, 3))


def test_boxed_variables_of_every_kind_of_binding():
    def f(a, b, *c, d=4, **e):
        fs = [lambda: (a, b, c, d, e, k, m, p, q)]
        k = 1
        for m in range(3):
            k += m
        a, (p, *q) = 5, (6, 7, 8)
        b += 1
        c = c + (1,)
        with open(__file__) as d:
            d = d.name[-2:]
        e["z"] = 1
        e = dict(e)
        if (k := k + 1) > 0:
            fs.append(lambda: k)
        return [g() for g in fs]

    agree(f, (1, 2), (1, 2, 3))


def test_closures_that_are_returned():
    def f(x):
        y = x * 2

        def g(z):
            return x + y * z

        def make(k):
            def inner(v):
                return v * k + x

            return inner

        return g(1), make(3)(2), (lambda a: lambda b: a + b + x)(1)(2), [make(i) for i in range(3)][1](10)

    agree(f, (2.0,))


def test_two_definitions_of_one_name():
    def f(flag, x):
        if flag:

            def g(v):
                return v * x
        else:

            def g(v):
                return v if v < 1 else g(v - 1)

        return g(5)

    agree(f, (True, 2.0), (False, 2.0))


def test_decorated_nested_functions():
    def f(x):
        def twice(g):
            return lambda v: g(g(v))

        @twice
        @functools.wraps(apply)
        def h(v):
            return v * x

        return h(3)

    agree(f, (2.0,))


def test_names_of_an_enclosing_function_that_was_called_already():
    def outer(k):
        def inner(x):
            return x * k if x < 2 else inner(x / 2)

        return inner

    program = agree(outer(3.0), (1.0,), (9.0,))
    assert [guard.key for guard in program.guards] == ["cell_contents", "cell_contents"]


def test_a_capture_whose_name_is_a_local_of_the_caller():
    def f(v):
        def g(n):
            return v + (0 if n == 0 else g(n - 1))

        def h(n):
            v = 100
            return g(n) + v

        return h(2) + g(1)

    agree(f, (1.0,))


def test_global_and_nonlocal_names_may_be_read():
    def f(x):
        global apply
        k = 2

        def g():
            nonlocal k
            return k * x

        return apply(lambda v: v + g(), 1)

    agree(f, (2.0,))


def test_nonlocal_and_global_writes_are_refused():
    def f(x):
        k = 0

        def g():
            nonlocal k
            k += 1
            return k

        return g() + x

    def h(x):
        global COUNT
        COUNT = x
        return x

    with pytest.raises(UnsupportedSyntax, match="nonlocal"):
        lower(f)
    with pytest.raises(UnsupportedSyntax, match="global"):
        lower(h)


def test_captures_are_leading_parameters():
    def f(x, y):
        g = lambda z: x + z * y
        return g(1.0)

    program = agree(f, (1.0, 2.0))
    closure = next(e for s in walk(program.body) for e in expressions_of(s) if isinstance(e, Closure))
    assert [p.name for p in closure.program.params] == ["x", "y", "z"]
    assert closure.program.captures == 2
    assert not any(isinstance(s, Store) for s in walk(program.body))
