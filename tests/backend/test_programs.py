"""Whole programs print as the design shows them."""

from __future__ import annotations

import inspect
import operator as o

import numpy as np
import pytest

from srcad.backend.emit import Unit, emit
from srcad.backend.load import load
from srcad.core import prims
from srcad.core.nodes import (
    Assign,
    Closure,
    Comment,
    Do,
    For,
    FunctionHandle,
    If,
    Lit,
    Param,
    Program,
    Ref,
    Return,
    Var,
)
from srcad.errors import BackendError
from tests.backend import programs
from tests.backend.build import body_of, function, op, printed, run

x, y, n, i = Var("x"), Var("y"), Var("n"), Var("i")


def test_polynomial_is_one_line() -> None:
    assert printed(programs.polynomial()).source == "def f_grad(x, y):\n    return 2 * x * y\n"
    assert run(programs.polynomial(), 3.0, 4.0) == 24.0


def test_power_is_printed_as_the_design_shows_it() -> None:
    assert (
        printed(programs.power()).source
        == inspect.cleandoc(
            '''
        def power_grad(x, n):
            """The gradient of power with respect to x."""
            y = 1.0
            y_tape = []
            for i in range(n):
                y_tape.append(y)
                y = y * x
            d_x = 0.0
            d_y = 1.0
            for i in range(n - 1, -1, -1):
                # y = y * x
                y = y_tape.pop()
                d_x += d_y * y
                d_y = d_y * x
            return d_x
        '''
        )
        + "\n"
    )
    assert run(programs.power(), 3.0, 4) == 108.0


def test_sweep_is_printed_as_the_design_shows_it() -> None:
    assert (
        printed(programs.sweep()).source
        == inspect.cleandoc(
            """
        def sweep_grad(A, T):
            n = A.shape[0]
            d_A = np.ones_like(A)
            for t in range(T - 1, -1, -1):
                for i in range(n - 2, 0, -1):
                    d = d_A[i] / 2
                    d_A[i] = 0.0
                    d_A[i - 1] += d
                    d_A[i + 1] += d
            return d_A
        """
        )
        + "\n"
    )
    assert np.array_equal(run(programs.sweep(), np.zeros(4), 1), [1.75, 0.0, 0.75, 1.5])


def test_every_statement_has_its_text() -> None:
    assert printed(programs.statements()).source == programs.STATEMENTS_TEXT


@pytest.mark.parametrize(
    ("start", "stop", "step", "text"),
    [
        (Lit(0), n, Lit(1), "range(n - 1, -1, -1)"),
        (Lit(1), n, Lit(1), "range(n - 1, 0, -1)"),
        (Lit(1), op(o.sub, n, 1), Lit(1), "range(n - 2, 0, -1)"),
        (Lit(0), op(o.add, n, 1), Lit(1), "range(n, -1, -1)"),
        (x, op(o.add, n, 3), Lit(1), "range(n + 2, x - 1, -1)"),
        (Lit(2), Lit(7), Lit(1), "range(6, 1, -1)"),
        (op(o.sub, n, 1), Lit(-1), Lit(-1), "range(n)"),
        (op(o.sub, n, 1), Lit(0), Lit(-1), "range(1, n)"),
        (n, x, Lit(-1), "range(x + 1, n + 1)"),
        (Lit(0), n, Lit(2), "reversed(range(0, n, 2))"),
        (Lit(0), n, x, "reversed(range(0, n, x))"),
    ],
)
def test_a_reversed_range_is_canonical_and_visits_the_same_values(start, stop, step, text) -> None:
    forward, backward = For("i", start, stop, step, ()), For("i", start, stop, step, (), reverse=True)
    assert f"for i in {text}:" in body_of(backward, Return(Lit(None)), params="x n")

    def visited(loop: For) -> list[int]:
        push = For("i", loop.start, loop.stop, loop.step, (Do(op(prims.push, Var("seen"), i)),), reverse=loop.reverse)
        return run(function("f", "x n", Assign("seen", op(prims.make_list)), push, Return(Var("seen"))), 2, 6)

    assert visited(backward) == visited(forward)[::-1]


@pytest.mark.parametrize(
    ("bounds", "text"),
    [((0, n, 1), "range(n)"), ((1, n, 1), "range(1, n)"), ((0, n, 2), "range(0, n, 2)"), ((0, 5, 1), "range(5)")],
)
def test_a_range_is_written_without_what_it_does_not_need(bounds, text) -> None:
    start, stop, step = (b if isinstance(b, Var) else Lit(b) for b in bounds)
    assert body_of(For("i", start, stop, step, ()), Return(Lit(None)), params="n").startswith(f"for i in {text}:")


def test_functions_that_are_called_come_first_and_the_entry_last() -> None:
    inner, outer = FunctionHandle("inner"), FunctionHandle("outer")
    programs_ = {
        outer: function("outer", "x", Return(op(prims.call, Ref("inner", inner), op(o.add, x, 1)))),
        inner: function("inner", "x", Return(op(o.mul, x, 2))),
    }
    emitted = emit([Unit(handle, program) for handle, program in programs_.items()], outer, "made for a test\n\nof it")
    assert emitted.source == (
        "# made for a test\n#\n# of it\ndef inner(x):\n    return x * 2\n\n\ndef outer(x):\n    return inner(x + 1)\n"
    )
    assert emitted.entry == "outer" and emitted.names == {outer: "outer", inner: "inner"}
    assert load(emitted)["outer"](3) == 8


def test_recursion_calls_the_printed_name() -> None:
    handle = FunctionHandle("<lambda>_grad")
    body = If(op(o.le, n, 1), (Assign("r", Lit(1)),), (Assign("r", op(prims.call, Ref("f", handle), op(o.sub, n, 1))),))
    program = function("f", "n", body, Return(op(o.mul, Var("r"), n)))
    emitted = emit([Unit(handle, program)], handle)
    assert emitted.entry == "lambda_grad"
    assert load(emitted)["lambda_grad"](1) == 1


def test_a_call_of_a_function_that_was_not_generated_is_refused() -> None:
    with pytest.raises(BackendError, match="ghost"):
        printed(function("f", "x", Return(op(prims.call, Ref("g", FunctionHandle("ghost")), x))))


def test_a_closure_is_a_function_given_what_it_captures() -> None:
    inner = Program("inner", (Param("a"), Param("z", default=Lit(2))), (Return(op(o.mul, Var("a"), Var("z"))),))
    outer = function("outer", "x", Return(Closure(inner, (("a", x),))))
    emitted = printed(outer)
    assert "return functools.partial(inner, x)" in emitted.source
    assert load(emitted)["outer"](5)(3) == 15 and load(emitted)["outer"](5)() == 10


def test_a_computed_default_of_a_closure_belongs_to_the_moment_it_is_made() -> None:
    inner = Program(
        "inner", (Param("a"), Param("z"), Param("w")), (Return(op(o.sub, op(o.mul, Var("a"), Var("z")), Var("w"))),)
    )
    made = Closure(inner, (("a", x),), (("w", op(o.add, x, 1)),))
    emitted = printed(function("outer", "x", Assign("g", made), Assign("x", Lit(100)), Return(Var("g"))))
    assert (
        emitted.source
        == inspect.cleandoc(
            """
        def make_inner(a, w):
            def inner(z, w=w):
                return a * z - w

            return inner


        def outer(x):
            g = make_inner(x, x + 1)
            x = 100
            return g
        """
        )
        + "\n"
    )
    g = load(emitted)["outer"](5)
    assert g(3) == 15 - 6 and g(3, 1) == 14


def test_a_comment_cannot_become_code() -> None:
    text = body_of(Comment("x\nimport os\r\nos.abort()"), Return(x))
    assert text == "# x import os os.abort()\nreturn x\n"
