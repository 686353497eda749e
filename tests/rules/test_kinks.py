"""What derivatives are where there is none: JAX's conventions."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np
import pytest

import srcad.rules  # noqa: F401
from srcad import runtime
from srcad.rules.registry import rule_for


def partials(fn: Any, *args: Any) -> Any:
    """The partial derivatives by the rule's body, called as it stands."""
    rule = rule_for(fn)
    assert rule is not None and rule.body is not None and rule.style == "elementwise"
    reads = rule.body.__kwdefaults__ or {}
    wanted = rule.body.__code__.co_varnames[rule.body.__code__.co_argcount :][: rule.body.__code__.co_kwonlyargcount]
    given = {"out": fn(*args)} if "out" in wanted else {}
    with np.errstate(all="ignore"):
        return rule.body(*args, **(reads | given))


@pytest.mark.parametrize("fn", [np.maximum, np.minimum, np.fmax, np.fmin])
@pytest.mark.parametrize("at", [(2.0, 2.0), (np.array([2.0, np.inf]), np.array([2.0, np.inf])), (np.zeros(2), 0.0)])
def test_extremes_of_two_split_a_tie_in_half(fn: Any, at: Any) -> None:
    for partial in partials(fn, *at):
        assert np.all(partial == 0.5)


def test_the_extreme_of_several_splits_a_tie_evenly() -> None:
    rule = rule_for(np.max)
    assert rule is not None and rule.body is not None
    x = np.array([1.0, 3.0, 3.0, 2.0, 3.0])
    np.testing.assert_allclose(rule.body(x, out=3.0, d_out=6.0), [0, 2, 2, 0, 2])
    np.testing.assert_allclose(runtime.split_extreme(6.0, [3.0, 1.0, 3.0], 3.0), [3, 0, 3])


@pytest.mark.parametrize("fn", [max, min])
def test_builtin_extremes_split_a_tie_too(fn: Any) -> None:
    rule = rule_for(fn)
    assert rule is not None and rule.body is not None
    assert rule.body(2.0, 2.0, out=2.0, d_out=6.0) == [3.0, 3.0]
    np.testing.assert_allclose(rule.body(2.0, 2.0, 2.0, out=2.0, d_out=6.0), [2.0, 2.0, 2.0])
    np.testing.assert_allclose(rule.body([2.0, 2.0], out=2.0, d_out=6.0), [[3.0, 3.0]])


@pytest.mark.parametrize("fn", [abs, np.absolute, np.fabs, math.fabs, operator.abs])
def test_the_absolute_value_is_flat_at_zero(fn: Any) -> None:
    assert partials(fn, 0.0) == 0.0
    assert partials(fn, 0.5) == 1.0
    assert partials(fn, -0.5) == -1.0


def test_the_square_root_is_infinitely_steep_at_zero() -> None:
    assert partials(np.sqrt, np.float64(0.0)) == np.inf


def test_the_hypotenuse_is_flat_at_the_origin() -> None:
    assert partials(np.hypot, 0.0, 0.0) == (0.0, 0.0)


@pytest.mark.parametrize("base", [0.0, np.zeros(2)])
def test_a_power_at_zero_is_guarded(base: Any) -> None:
    for exponent, slope in ((0, 0.0), (1, 1.0), (2, 0.0), (3.5, 0.0)):
        d_base, d_exponent = partials(operator.pow, base, exponent)
        assert np.all(d_base == slope)
        assert np.all(d_exponent == 0.0)


def test_a_power_of_a_negative_base_has_a_slope_in_the_base() -> None:
    assert partials(operator.pow, -2.0, 3.0)[0] == 12.0
    assert partials(np.power, np.array([-2.0]), np.array([2.0]))[0] == -4.0


def test_where_passes_nothing_to_the_side_not_taken() -> None:
    rule = rule_for(np.where)
    assert rule is not None and rule.body is not None
    taken = np.array([True, False])
    x = np.array([1.0, 2.0])
    _, d_x, d_y = rule.body(taken, x, x, out=x, d_out=np.array([np.inf, np.nan]))
    assert d_x[1] == 0.0 and d_y[0] == 0.0


def test_clipping_splits_at_its_bounds() -> None:
    d_x, d_low, d_high = partials(np.clip, np.array([-1.0, 0.0, 0.5, 1.0, 2.0]), 0.0, 1.0)
    np.testing.assert_allclose(d_x, [0, 0.5, 1, 0.5, 0])
    np.testing.assert_allclose(d_low, [1, 0.5, 0, 0, 0])
    np.testing.assert_allclose(d_high, [0, 0, 0, 0.5, 1])


def test_shares_keep_single_precision() -> None:
    x = np.array([1.0, 2.0], dtype=np.float32)
    assert runtime.above(x, 1.0).dtype == np.float32
    assert runtime.above(x, x).dtype == np.float32


def test_products_are_right_where_some_factors_are_zero() -> None:
    x = np.array([[0.0, 2.0, 3.0], [0.0, 0.0, 5.0]])
    np.testing.assert_allclose(runtime.product_of_others(x, 1), [[6, 0, 0], [0, 0, 0]])
    np.testing.assert_allclose(runtime.product_of_others([0.0, 2.0, 3.0]), [6, 0, 0])
