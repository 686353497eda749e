"""What the simplifier takes for granted about effects, memory and later reads."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

from srcad import runtime
from srcad.analysis.liveness import live_at_start
from srcad.analysis.purity import is_pure, makes_fresh, shares
from srcad.core import prims
from srcad.core.nodes import FunctionHandle, Op, Ref, Var
from tests.simplify.reader import read


class Point(NamedTuple):
    x: float


def of(fn: Callable[..., Any], **kwargs: Any) -> Op:
    return Op(fn, (Var("x"),), tuple((k, Var("y")) for k in kwargs))


@pytest.mark.parametrize(
    "fn",
    [operator.mul, operator.getitem, math.sin, np.sin, np.sum, np.linalg.norm, len, float, prims.make_list, str.upper],
)
def test_mathematics_and_reading_are_pure(fn: Callable[..., Any]) -> None:
    assert is_pure(of(fn))


@pytest.mark.parametrize(
    "fn",
    [print, prims.push, prims.pop, list.append, np.copyto, np.add.at, np.random.rand, np.fill_diagonal, input]
    + [runtime.require_one, runtime.add_into, operator.iadd, operator.setitem, np.random.default_rng().normal, next],
)
def test_what_writes_prints_draws_or_checks_is_not(fn: Callable[..., Any]) -> None:
    assert not is_pure(of(fn))


def test_out_makes_a_function_write() -> None:
    assert not is_pure(of(np.sin, out=1))


def test_a_call_is_pure_only_of_a_class_that_holds_its_operands() -> None:
    assert is_pure(Op(prims.call, (Ref("Point", Point), Var("x"))))
    assert not is_pure(Op(prims.call, (Ref("f", FunctionHandle("f")), Var("x"))))
    assert not is_pure(Op(prims.call, (Ref("f", lambda x: x), Var("x"))))


def test_views_share_and_arithmetic_does_not() -> None:
    for fn in (operator.getitem, np.transpose, np.reshape, np.asarray, np.ravel, prims.make_tuple):
        assert shares(of(fn)), fn
    for fn in (operator.mul, np.exp, np.sum, np.copy, len, runtime.shadow_of):
        assert not shares(of(fn)), fn


def test_allocations_are_fresh() -> None:
    for fn in (np.zeros, np.ones_like, prims.make_list, runtime.shadow_of):
        assert makes_fresh(of(fn)), fn
    assert not makes_fresh(of(np.sin))


def live(text: str) -> set[str]:
    return set(live_at_start(read(text)))


def test_a_variable_that_feeds_only_itself_is_not_live() -> None:
    assert live("""
        def f(x, y, n):
            for i in range(n):
                y = y + 1
                x = x * 2
            return x
    """) == {"x", "n"}


def test_a_loop_that_may_not_run_kills_nothing() -> None:
    assert live("""
        def f(x, y, n):
            for i in range(n):
                x = 1
            return x
    """) == {"x", "n"}


def test_both_branches_kill_together() -> None:
    assert live("""
        def f(x, y, n):
            if n > 1:
                x = 1
            else:
                x = y
            return x
    """) == {"y", "n"}


def test_a_handler_sees_what_was_bound_before_the_body_failed() -> None:
    assert live("""
        def f(x, y, n):
            try:
                x = y
            except ValueError:
                y = 2
            return x
    """) == {"x", "y"}
