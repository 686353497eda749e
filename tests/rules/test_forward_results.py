"""Tangents of NumPy's functions in programs: results in several parts, operands that stay, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import srcad
from srcad.rules import registry
from tests.check import check_jvp

ROW = np.array([0.3, 1.4, 2.2])
SQUARE = np.array([[2.0, 0.3, -0.4], [0.5, 1.5, 0.2], [0.1, -0.6, 1.1]])
SYMMETRIC = SQUARE @ SQUARE.T
STACK = np.array([SYMMETRIC, SYMMETRIC + np.eye(3)])
TALL = np.array([[0.5, -1.0], [1.5, 0.3], [-0.2, 0.9]])
WHOLE = np.arange(9).reshape(3, 3)


def a_part_is_written_into(x):
    fraction, whole = np.modf(x)
    fraction[0] = 5.0
    return np.sum(fraction * x) + np.sum(whole * x)


def the_operand_is_written_into(x):
    fraction, _ = np.modf(x)
    x[0] = 7.0 * x[1]
    return np.sum(fraction) + np.sum(x * x)


def eigenvalues_are_written_into(a):
    values, vectors = np.linalg.eigh(a)
    values[0] = 1.0
    return values, vectors * vectors


def a_mantissa_and_an_exponent(x):
    mantissa, exponent = np.frexp(x)
    return mantissa * exponent


def parts_by_name(a):
    return np.linalg.qr(a).R, np.linalg.svd(a, full_matrices=False).S


def a_singular_value_in_a_loop(a):
    total = 0.0
    for i in range(3):
        u, s, vt = np.linalg.svd(a * (i + 1), full_matrices=False)
        total = total + np.sum(u * u * s) + np.sum(np.abs(vt)) * s[0]
    return total


def a_sign_times_a_logarithm(a):
    sign, logarithm = np.linalg.slogdet(a)
    return sign * logarithm


def the_other_triangle(a):
    return np.linalg.eigh(a, "u").eigenvalues, np.linalg.eigvalsh(a, "U")


@pytest.mark.parametrize(
    ("program", "point"),
    [
        (a_part_is_written_into, ROW),
        (the_operand_is_written_into, ROW),
        (eigenvalues_are_written_into, SYMMETRIC),
        (a_mantissa_and_an_exponent, ROW),
        (a_mantissa_and_an_exponent, 1.7),
        (parts_by_name, TALL),
        (a_singular_value_in_a_loop, TALL),
        (a_singular_value_in_a_loop, TALL.T),
        (a_sign_times_a_logarithm, -SQUARE),
        (a_sign_times_a_logarithm, STACK),
        (the_other_triangle, SYMMETRIC + np.tril(SQUARE)),
    ],
)
def test_each_part_of_a_result_has_a_tangent_of_its_own(program, point):
    check_jvp(program, point)


@pytest.mark.parametrize(
    ("program", "point"),
    [
        (lambda a: np.linalg.solve(a, ROW), SQUARE),
        (lambda a: np.linalg.solve(a, TALL), SQUARE),
        (lambda a: np.linalg.solve(a, ROW), STACK),
        (lambda b: np.linalg.solve(SQUARE, b), ROW),
        (lambda b: np.linalg.solve(STACK, b), ROW),
        (lambda b: np.linalg.solve(STACK, b), TALL),
        (lambda b: np.linalg.tensorsolve(STACK[:1].reshape(3, 3), b), ROW),
        (lambda a: np.linalg.tensorsolve(a, ROW), SQUARE),
        (lambda a: np.linalg.multi_dot([ROW, a, TALL]), SQUARE),
        (lambda a: np.linalg.multi_dot([a, WHOLE, a]), SQUARE),
        (lambda a: np.average(a, 0, ROW), SQUARE),
        (lambda w: np.average(SQUARE, 1, w), ROW),
        (lambda w: np.average(SQUARE, 1, w, keepdims=True), SQUARE * SQUARE),
        (lambda q: np.quantile(TALL, q, 0), 0.3),
        (lambda q: np.percentile(TALL, q, 0), np.array([20.0, 70.0])),
        (lambda a: np.percentile(a, 30.0, 1), SQUARE),
    ],
)
def test_operands_that_stay_add_nothing(program, point):
    check_jvp(program, point)


@pytest.mark.parametrize(
    ("program", "point"),
    [
        (lambda a: np.linalg.svd(a)[1], SQUARE),
        (lambda a: np.linalg.qr(a, mode="complete")[1], TALL),
        (lambda a: np.nanquantile(a, 0.3, 0, method="nearest"), TALL),
        (lambda a: np.nanpercentile(a, 30.0, 0, method="nearest"), TALL),
    ],
)
def test_settings_without_a_rule_are_refused_in_forward_mode_too(program, point):
    with pytest.raises(srcad.MissingRule) as caught:
        srcad.jvp(program, (point,), (point,))
    assert caught.value.place is not None and caught.value.remedy


def test_a_rule_of_several_results_that_states_cotangents_only_is_refused(monkeypatch):
    stated = registry.rule_for(np.modf)
    monkeypatch.setitem(registry._RULES, np.modf, replace(stated, pushforward=None))
    with pytest.raises(srcad.MissingRule, match="no pushforward") as caught:
        srcad.jvp(lambda x: np.modf(x)[0], (ROW,), (ROW,))
    assert "reverse mode" in caught.value.remedy and caught.value.place is not None


@pytest.mark.parametrize("decompose", [np.linalg.eigvalsh, lambda a, triangle: np.linalg.eigh(a, triangle)[0]])
def test_a_gradient_lies_in_the_triangle_that_is_read(decompose):
    gradient = srcad.grad(lambda a: decompose(a, "u")[0])(SYMMETRIC)
    assert np.any(np.triu(gradient, 1)) and not np.any(np.tril(gradient, -1))
