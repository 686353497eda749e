"""Long lines are broken inside brackets, as black does, and the text passes ruff."""

from __future__ import annotations

import inspect
import operator as o
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srcad.core import prims
from srcad.core.nodes import Assign, Comment, Do, If, Lit, Program, Raise, Return, Store, Var
from tests.backend import programs
from tests.backend.build import body_of, function, op, printed, run, variables

a, b, c, d = variables("long_name_of_the_first long_name_of_the_second long_name_of_the_third d")
PARAMS = "long_name_of_the_first long_name_of_the_second long_name_of_the_third d"


def lines(text: str) -> str:
    return inspect.cleandoc(text) + "\n"


def test_operators_start_a_line_between_added_parentheses() -> None:
    value = op(o.sub, op(o.add, op(o.mul, a, b), op(o.mul, b, c)), op(o.truediv, op(o.sub, a, c), b))
    assert body_of(Return(value), params=PARAMS) == lines(
        """
        return (
            long_name_of_the_first * long_name_of_the_second
            + long_name_of_the_second * long_name_of_the_third
            - (long_name_of_the_first - long_name_of_the_third) / long_name_of_the_second
        )
        """
    )


def test_a_call_is_broken_at_its_brackets() -> None:
    value = op(np.where, op(o.lt, a, b), op(o.add, a, b), op(np.maximum, b, op(o.add, c, 1)), out=d)
    assert body_of(Assign("z", value), Return(d), params=PARAMS) == lines(
        """
        z = np.where(
            long_name_of_the_first < long_name_of_the_second,
            long_name_of_the_first + long_name_of_the_second,
            np.maximum(long_name_of_the_second, long_name_of_the_third + 1),
            out=d,
        )
        return d
        """
    )


def test_arguments_that_fit_on_one_line_stay_on_it() -> None:
    value = op(prims.call, d, a, b, op(o.add, c, 1))
    assert body_of(Assign("result", value), Return(d), params=PARAMS) == lines(
        """
        result = d(
            long_name_of_the_first, long_name_of_the_second, long_name_of_the_third + 1
        )
        return d
        """
    )


def test_a_condition_is_broken_at_its_loosest_operators() -> None:
    test = op(prims.either, op(prims.both, op(o.lt, a, b), op(o.gt, a, c)), op(o.not_, op(o.eq, b, c)))
    assert body_of(If(test, (Assign("d", Lit(1)),)), Return(d), params=PARAMS) == lines(
        """
        if (
            long_name_of_the_first < long_name_of_the_second
            and long_name_of_the_first > long_name_of_the_third
            or not long_name_of_the_second == long_name_of_the_third
        ):
            d = 1
        return d
        """
    )


def test_parameters_stand_one_to_a_line_when_they_do_not_fit() -> None:
    names = " ".join(f"parameter_number_{i}" for i in range(7))
    head = printed(function("f", names, Return(Var("parameter_number_0")))).source.split("return")[0]
    assert head == "def f(\n" + "".join(f"    {name},\n" for name in names.split()) + "):\n    "


def test_a_long_store_is_broken_on_the_right() -> None:
    key = op(prims.make_tuple, op(o.sub, a, 1), op(prims.make_slice, None, op(o.add, b, 1), None))
    store = Store(d, key, op(o.mul, op(o.add, a, b), c), accumulate=True)
    assert body_of(store, Return(d), params=PARAMS) == lines(
        """
        d[long_name_of_the_first - 1, : long_name_of_the_second + 1] += (
            long_name_of_the_first + long_name_of_the_second
        ) * long_name_of_the_third
        return d
        """
    )


def test_a_long_string_is_written_in_parts() -> None:
    message = "the rate must be positive, and not larger than the number of trips that the loop makes in all"
    text = body_of(Raise(op(ValueError, message)), Return(d), params="d")
    assert text == lines(
        """
        raise ValueError(
            "the rate must be positive, and not larger than the number of trips that the "
            "loop makes in all"
        )
        return d
        """
    )


def test_long_comments_and_docstrings_stay_within_the_width() -> None:
    doc = "The gradient of f " + "with respect to x and y " * 6 + '\n\nEnds in "quotes" and \\ a """triple"""'
    program = function("f", "d", Comment("word " * 40), Return(d), doc=doc)
    text = printed(program).source
    assert max(map(len, text.splitlines())) <= 88
    space: dict[str, Any] = {}
    exec(text, space)
    assert space["f"].__doc__.split() == doc.split()


_LONG = st.sampled_from([a, b, c, d, Lit(12345.678), Lit("a string of some length"), Lit("(")])


def _grown(parts: Any) -> Any:
    return st.one_of(
        st.builds(lambda p, q: op(o.add, op(prims.make_list, p), op(prims.make_list, q)), parts, parts),
        st.builds(lambda p, q, r: op(prims.make_tuple, p, q, r), parts, parts, parts),
        st.builds(lambda p: op(prims.make_tuple, p), parts),
        st.builds(lambda p, q: op(prims.make_dict, "key", p, "other key", q), parts, parts),
        st.builds(lambda p, q: op(prims.choose, op(o.eq, p, q), p, q), parts, parts),
        st.builds(lambda p, q: op(prims.both, op(o.not_, p), op(o.ne, p, q)), parts, parts),
        st.builds(lambda p: op(o.getitem, op(prims.make_list, p, p), op(prims.make_slice, None, 1, None)), parts),
        st.builds(lambda p: op(dict, key=p, and_another=p), parts),
    )


def _evaluated(value: Any, env: dict[str, Any]) -> Any:
    if isinstance(value, Var):
        return env[value.name]
    if isinstance(value, Lit):
        return value.value
    kwargs = {key: _evaluated(v, env) for key, v in value.kwargs}
    return value.fn(*[_evaluated(arg, env) for arg in value.args], **kwargs)


@settings(max_examples=150, deadline=None)
@given(st.recursive(_LONG, _grown, max_leaves=30), st.booleans())
def test_broken_lines_compute_what_the_tree_computes(tree: Any, assigned: bool) -> None:
    env = {a.name: 1, b.name: 2.5, c.name: "three", d.name: None}
    body = (Assign("result", tree), Return(Var("result"))) if assigned else (Return(tree),)
    program = function("f", PARAMS, *body)
    assert run(program, *env.values()) == _evaluated(tree, env)
    assert max(map(len, printed(program).source.splitlines())) <= 88


def ruff(command: str, text: str) -> str:
    """What ruff prints for a text: complaints for "check", the formatted text for "format"."""
    options = ["--extend-select", "E501,W,I"] if command == "check" else []
    arguments = [sys.executable, "-m", "ruff", command, "--isolated", "--quiet", *options, "-"]
    return subprocess.run(arguments, input=text, capture_output=True, text=True, check=False).stdout


def many_breaks() -> Program:
    total = op(o.add, op(o.mul, a, b), op(np.dot, op(o.sub, a, b), op(o.sub, b, c)))
    either = op(prims.both, op(o.lt, a, total), op(o.lt, b, total))
    key = op(prims.make_tuple, op(prims.make_slice, op(o.sub, a, 1), op(o.add, b, 1), None), op(o.add, c, 1))
    return function(
        "f",
        PARAMS,
        Assign("y", total),
        Assign("z", op(np.where, op(o.lt, a, b), total, op(o.neg, total))),
        Assign("w", op(o.getitem, d, op(prims.make_tuple, op(o.add, a, b), op(o.mul, b, c), op(o.sub, c, a)))),
        Assign("v", op(o.mul, a, op(prims.call_method, op(np.dot, total, a), "sum", op(o.add, total, a)))),
        Assign("u", op(prims.choose, op(o.lt, a, b), op(np.sin, op(o.mul, a, b)), op(np.cos, op(o.mul, b, c)))),
        Store(d, op(o.sub, Var("y"), 1), total, accumulate=True),
        Store(d, key, op(o.add, op(o.getitem, d, key), 1)),
        If(either, (Do(op(print, total, a, sep="")),)),
        Assign("t", op(prims.make_dict, "a key", total, "another", op(prims.make_list, a, b, c))),
        Return(op(prims.make_tuple, Var("y"), Var("z"), Var("w"), Var("v"), Var("u"), Var("t"), total)),
    )


PROGRAMS = [programs.polynomial(), programs.power(), programs.sweep(), many_breaks()]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_generated_text_is_clean_under_ruff(program: Program) -> None:
    source = printed(program).source
    assert ruff("check", f"import numpy as np\n\n\n{source}" if "np." in source else source) == ""


@pytest.mark.parametrize("program", [*PROGRAMS, programs.statements()], ids=lambda program: program.name)
def test_a_formatter_leaves_generated_text_alone(program: Program) -> None:
    source = printed(program).source
    assert ruff("format", source) == source
