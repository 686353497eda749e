"""Loaded functions show their source in tracebacks, to the debugger and to inspect."""

from __future__ import annotations

import inspect
import linecache
import operator as o
import traceback

import pytest

from srcad.backend.load import load
from srcad.core.nodes import Assign, Ref, Return, Var
from tests.backend import programs
from tests.backend.build import function, op, printed

x = Var("x")


def failing() -> object:
    return printed(function("f_grad", "x", Assign("y", op(o.sub, x, 1)), Return(op(o.truediv, x, Var("y")))))


def test_a_traceback_shows_the_generated_line() -> None:
    f = load(failing())["f_grad"]
    with pytest.raises(ZeroDivisionError) as caught:
        f(1)
    shown = "".join(traceback.format_exception(caught.value))
    assert 'File "<srcad f_grad ' in shown and "return x / y" in shown


def test_inspect_finds_the_source() -> None:
    emitted = printed(programs.power())
    assert inspect.getsource(load(emitted)["power_grad"]) == emitted.source


def test_two_loads_do_not_share_a_file() -> None:
    first, second = (load(failing())["f_grad"] for _ in range(2))
    assert first.__code__.co_filename != second.__code__.co_filename
    linecache.checkcache()
    assert inspect.getsource(first) == inspect.getsource(second)


def test_a_given_file_name_is_used() -> None:
    f = load(failing(), "<my file>")["f_grad"]
    assert f.__code__.co_filename == "<my file>" and linecache.getline("<my file>", 2) == "    y = x - 1\n"


def test_the_functions_see_the_users_own_objects() -> None:
    seen: list[object] = []
    f = load(printed(function("f", "x", Return(Ref("seen", seen)))))["f"]
    assert f(1) is seen
