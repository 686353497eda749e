"""The referee refereed: it accepts right derivatives and rejects every kind of wrong one."""

from __future__ import annotations

import math
import types
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pytest

from tests import check as referee
from tests.check import agrees, check, check_at, check_vjp, identical, numbers, numerical_gradient, slope, with_numbers


@dataclass
class Spring:
    k: float
    name: str = "spring"


class Pair(NamedTuple):
    a: float
    b: float


class Box:
    def __init__(self, w: float) -> None:
        self.w = w
        self.size = 3


def give(monkeypatch: pytest.MonkeyPatch, value: Any, gradient: Any, alone: Any = None, spoil: Any = None) -> None:
    """Let srcad answer with this value and gradient."""

    def answer(result: Any) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            if spoil is not None:
                spoil(*args)
            return result

        return lambda f, argnums=0: call

    monkeypatch.setattr(referee.srcad, "value_and_grad", answer((value, gradient)), raising=False)
    monkeypatch.setattr(referee.srcad, "grad", answer(gradient if alone is None else alone), raising=False)


def square(x):
    return x * x


def product(x, y):
    return x * y


def norm(v):
    return float((v * v).sum())


def stretched(s):
    return s.k**2


def test_slope_is_exact_to_ten_digits():
    for f, want in [(math.sin, 1.0), (math.exp, 1.0), (lambda t: (2 + t) ** 3, 12.0), (lambda t: 1e6 * t, 1e6)]:
        value, error = slope(f)
        assert abs(value - want) <= 1e-10 * max(1, want)
        assert error <= 1e-8 * max(1, want)


def test_slope_doubts_a_jump():
    assert not slope(lambda t: 1.0 if t > 0 else 0.0)[1] < 1e-3


def test_numerical_gradient_reads_structures():
    def f(p, q):
        return p["a"] * p["b"][1] + q.k * 3 + p["b"][0][1]

    found, _ = numerical_gradient(f, ({"a": 2.0, "b": [np.array([1.0, 5.0]), 4.0]}, Spring(1.0)), (0, 1))
    assert np.allclose(found, [4.0, 0.0, 1.0, 2.0, 3.0], atol=1e-9)


def test_numbers_go_out_and_come_back():
    box = Box(2.0)
    value = {"a": [1.0, (2.0, Pair(3.0, 4.0))], "b": np.array([[5.0, 6.0]]), "n": 7, "s": Spring(8.0), "o": box}
    assert list(numbers(value)) == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 2.0]
    made = with_numbers(value, iter(range(10, 18)))
    assert list(numbers(made)) == list(range(10, 18))
    assert list(numbers(value))[0] == 1.0 and box.w == 2.0
    assert type(made["a"][1][1]) is Pair and made["s"].name == "spring" and made["n"] == 7


def test_a_right_gradient_is_accepted(monkeypatch):
    give(monkeypatch, 9.0, 6.0)
    check(square, 3.0)
    check_at(square, [3.0, (3.0,)])
    check(square, 3, argnums=0)


@pytest.mark.parametrize("gradient", [6.0001, 0.0, -6.0, math.nan, None, np.array(6.0), (6.0,), 6])
def test_a_wrong_gradient_is_rejected(monkeypatch, gradient):
    give(monkeypatch, 9.0, gradient)
    with pytest.raises(AssertionError):
        check(square, 3.0)


def test_a_wrong_value_is_rejected(monkeypatch):
    give(monkeypatch, 9.0000001, 6.0)
    with pytest.raises(AssertionError, match="the value"):
        check(square, 3.0)


def test_grad_alone_is_checked_too(monkeypatch):
    give(monkeypatch, 9.0, 6.0, alone=5.0)
    with pytest.raises(AssertionError, match="grad: d/d arg 0"):
        check(square, 3.0)


def test_a_tuple_of_gradients_is_a_tuple(monkeypatch):
    give(monkeypatch, 6.0, (3.0, 2.0))
    check(product, 2.0, 3.0)
    give(monkeypatch, 6.0, [3.0, 2.0])
    with pytest.raises(AssertionError):
        check(product, 2.0, 3.0)
    give(monkeypatch, 6.0, (2.0, 3.0))
    with pytest.raises(AssertionError):
        check(product, 2.0, 3.0)


@pytest.mark.parametrize(
    "gradient",
    [[2.0, 4.0], np.array([2.0, 4.1]), np.array([[2.0, 4.0]]), np.array([2, 4]), np.array([2.0, 4.0], np.float32)],
)
def test_an_array_has_a_gradient_of_its_shape_and_dtype(monkeypatch, gradient):
    v = np.array([1.0, 2.0])
    give(monkeypatch, 5.0, np.array([2.0, 4.0]))
    check(norm, v)
    give(monkeypatch, 5.0, gradient)
    with pytest.raises(AssertionError):
        check(norm, v)


def test_a_dataclass_has_a_gradient_of_its_class(monkeypatch):
    right = Spring(6.0, None)  # type: ignore[arg-type]
    give(monkeypatch, 9.0, right)
    check(stretched, Spring(3.0))
    for wrong in (Spring(6.0), {"k": 6.0, "name": None}, types.SimpleNamespace(k=6.0, name=None), Spring(5.0, None)):
        give(monkeypatch, 9.0, wrong)
        with pytest.raises(AssertionError):
            check(stretched, Spring(3.0))


def test_an_object_has_a_namespace_for_a_gradient():
    agrees(types.SimpleNamespace(w=1.0, size=None), Box(2.0), iter([1.0]), "box", 1e-6, 1e-8)
    with pytest.raises(AssertionError):
        agrees(types.SimpleNamespace(w=1.0, size=0.0), Box(2.0), iter([1.0]), "box", 1e-6, 1e-8)
    with pytest.raises(AssertionError):
        agrees(types.SimpleNamespace(w=1.0), Box(2.0), iter([1.0]), "box", 1e-6, 1e-8)


def test_changed_arguments_are_noticed(monkeypatch):
    def spoil(v):
        v[0] = 7.0

    give(monkeypatch, 5.0, np.array([2.0, 4.0]), spoil=spoil)
    with pytest.raises(AssertionError, match="arguments were changed"):
        check(norm, np.array([1.0, 2.0]))


def test_a_point_on_a_kink_is_rejected(monkeypatch):
    give(monkeypatch, 0.0, 1.0)
    with pytest.raises(AssertionError, match="choose another point"):
        check(lambda x: x if x > 0 else 3 * x + 1, 0.0)


def test_identical_sees_a_single_bit():
    assert identical([1.0, {"a": np.array([0.0])}], [1.0, {"a": np.array([0.0])}])
    assert not identical([1.0, {"a": np.array([0.0])}], [1.0, {"a": np.array([-0.0])}])
    assert not identical((1.0,), [1.0])
    assert not identical(Box(1.0), Box(np.nextafter(1.0, 2.0)))
    assert identical(math.nan, math.nan)


def test_a_wrong_cotangent_is_rejected(monkeypatch):
    def pair(x, y):
        return x * y, x + y

    def vjp(f, *primals):
        return f(*primals), lambda d: (d[0] * primals[1] + d[1], d[0] * primals[0] + wrong * d[1])

    monkeypatch.setattr(referee.srcad, "vjp", vjp, raising=False)
    wrong = 1.0
    check_vjp(pair, 2.0, 3.0)
    wrong = 1.001
    with pytest.raises(AssertionError, match="cotangent of arg 1"):
        check_vjp(pair, 2.0, 3.0)
