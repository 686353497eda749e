"""The forms in which NumPy's functions may be called: each expression in both modes, and to second order.

What is compared with are differences of the expression, and of the gradient of a smooth number made of it.
"""

from __future__ import annotations

import linecache
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import srcad
from tests.rules.test_rules import at_random, jacobian, leaves, rebuilt

VALUES: dict[str, Any] = {
    "s": 0.7,
    "R": np.array([0.4, -1.1, 2.3]),
    "V": np.array([0.3, -0.8, 1.7, 0.6, 2.1]),
    "T": np.array([[0.7, -1.23, 2.47], [1.5, 0.3, -0.8]]),
    "S": np.array([[2.0, 0.3, -0.4], [0.1, 1.5, 0.6], [0.7, -0.2, 1.1]]),
    "B": np.array([[[2.0, 0.3], [0.1, 1.5], [0.7, -0.2]], [[1.0, -0.6], [0.4, 0.5], [-0.3, 1.2]]]),
}
CONSTANTS = {
    "np": np,
    "MASK": np.array([[True, False, True], [True, True, False]]),
    "HOLED": np.array([[0.0, np.nan, 0.0], [np.inf, 0.0, -np.inf]]),
    "KNOTS": np.array([0.0, 1.0, 2.5, 3.0, 5.0]),
}

LISTS = """
np.exp([s, R[0]])
np.add([s, 1.0, 2.0], R)
np.maximum(R, [s, 0.0, 0.0])
np.dot([s, 1.0, 2.0], R)
np.dot([[s, 1.0, 2.0]], R)
np.sort([s, R[1], R[2]])
np.sum([R, V[:3]], axis=0)
np.std([R, R**2], axis=0)
np.linalg.norm([s, R[0]])
np.linalg.solve([[2.0, s], [0.3, 1.0]], [R[0], 1.0])
np.linalg.det([[2.0, s], [R[0], 1.0]])
np.interp([0.5 * s, s], [0.0, 0.6, 1.0], R)
np.polyfit([0.0, 1.0, 2.0], [s, R[0], R[1]], 1)
np.clip(R, [-1.0, -s, 0.0], 2.0)
np.take([s, R[0], R[1]], [0, 2])
np.compress([True, False, True], R)
np.delete(T, [0, 2], axis=1)
np.delete(T, slice(0, 2), axis=1)
np.append(T, [[s, 1.0, 2.0]], axis=0)
np.insert(R, [2, 0], [s, V[1]])
np.insert(R, 1, V[:2])
np.insert(R, slice(0, 2), V[:2])
np.r_[R, 0.0, [s, 1.0]]
np.percentile(V, [10, 30])
np.quantile(T, [0.2, 0.5 * s], axis=1)
"""

DIFFERENCES = """
np.diff(R, prepend=s)
np.diff(T, prepend=0.0, axis=0)
np.diff(R, append=V[:2], n=2)
np.ediff1d(T, to_begin=s, to_end=V[:2])
np.gradient(V, s)
np.gradient(V, KNOTS * s)
np.gradient(V, KNOTS * s, edge_order=2)
np.gradient(T, s, 2.0)[1]
np.gradient(T, axis=(0, 1))[1] * np.gradient(T)[0]
np.gradient(T, KNOTS[:3], axis=1)
np.unwrap(4 * V, period=5.0)
np.cumulative_sum(T, axis=0, include_initial=True)
np.cumulative_prod(R, include_initial=True)
"""

REPLACEMENTS = """
np.interp(s - 1.0, [0.0, 1.0, 2.0], R, left=s)
np.interp(R, [0.0, 1.0, 2.0], V[:3], left=V[3], right=s)
np.interp(R, [0.2, 1.0, 2.0], V[:3], period=2.5)
np.nan_to_num(T + HOLED, nan=s, posinf=V[1])
np.nan_to_num(T + HOLED, nan=0.0, posinf=s, neginf=-s)
"""

REDUCTIONS = """
np.nansum(T + np.where(MASK, 0.0, np.nan), axis=0, initial=s)
np.nansum(T, where=MASK)
np.nanprod(T, where=MASK, initial=s)
np.nanmean(T, where=MASK)
np.nanvar(T, where=MASK)
np.nanstd(T, axis=0, where=np.array([[True], [True]]))
np.nanmax(T, initial=3 * s)
np.nanmin(T, axis=0, where=MASK, initial=0.8 * s)
np.var(T, mean=np.mean(T) * s)
np.std(T, axis=0, mean=np.mean(T, axis=0, keepdims=True), ddof=1)
np.cov(R, V[:3])
np.cov(T, y=T**2)
np.cov(T, fweights=[1, 2, 1])
np.cov(T, aweights=V[2:] + 0.1)
np.cov(R, aweights=np.exp(V[:3]))
np.cov(T, fweights=[1, 2, 1], aweights=np.exp(R), rowvar=True, bias=True)
np.corrcoef(R, V[:3])
np.quantile(V, 0.43, method="hazen")
np.quantile(R, s, method="median_unbiased")
np.percentile(V, 30, method="nearest")
"""

PRODUCTS = """
np.einsum("ij,jk,kl->il", T, S, S, optimize=True)
np.einsum("ij,j", T, R, optimize="greedy")
np.einsum(T, [0, 1], R, [1], [0])
np.einsum(B, [Ellipsis, 0, 1], T[:, :2], [2, 1])
np.linalg.norm(B, "nuc", axis=(1, 2))
np.linalg.norm(B, 2, axis=(0, 1))
np.linalg.norm(B, -2, axis=(2, 0))
np.linalg.norm(B, 1, axis=(2, 0), keepdims=True)
np.linalg.norm(B, np.inf, axis=(0, 1))
np.linalg.matrix_norm(B, ord=2)
np.linalg.qr(S, mode="r")
np.polydiv(V, R)[0]
np.polydiv(V, R)[1]
np.polyint(R, 1, k=s)
np.polyint(R, 2, k=[s, 1.0])
"""

MADE = """
np.linspace(R, V[:3], 4, axis=-1)
np.linspace(s, 2.0, 4, retstep=True)[1]
np.atleast_2d(R, s)[0] * np.atleast_2d(R, s)[1]
np.fromiter((v**2 for v in R), float)
np.fromfunction(lambda i, j: i * s + j * s**2, (2, 3))
np.vectorize(lambda a: a**2 if a > 0 else 0.0)(T)
np.vectorize(lambda a, b: a * b)(R, T)
np.vectorize(lambda a, b, c: a * b + c)(R, T, s)
"""

GROUPS = (LISTS, DIFFERENCES, REPLACEMENTS, REDUCTIONS, PRODUCTS, MADE)
EXPRESSIONS = [line for group in GROUPS for line in group.split("\n") if line]


def function_of(expression: str, result: str = "{}") -> tuple[Callable[..., Any], list[Any]]:
    """A function of the values that an expression reads, and these."""
    names = [name for name in VALUES if re.search(rf"\b{name}\b", expression)]
    text = f"def f({', '.join(names)}):\n    out = {expression}\n    return {result.format('out')}\n"
    filename = f"<form {len(linecache.cache)}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    space: dict[str, Any] = dict(CONSTANTS, __name__="made")
    exec(compile(text, filename, "exec"), space)
    return space["f"], [VALUES[name] for name in names]


def differences(f: Callable[..., Any], args: list[Any]) -> np.ndarray:
    return jacobian(lambda at: leaves(f(*rebuilt(args, [float(v) for v in at]))), leaves(args).astype(float))


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_both_modes_agree_with_differences(expression: str) -> None:
    f, args = function_of(expression)
    numerical = differences(f, args)
    along = at_random(args)
    value, tangent = srcad.jvp(f, args, along)
    assert np.array_equal(leaves(value), leaves(f(*args)), equal_nan=True)
    np.testing.assert_allclose(leaves(tangent), leaves(along) @ numerical, rtol=1e-6, atol=1e-7)
    value, pullback = srcad.vjp(f, *args)
    cotangent = at_random(value)
    np.testing.assert_allclose(leaves(pullback(cotangent)), numerical @ leaves(cotangent), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_second_order_agrees_with_differences(expression: str) -> None:
    f, args = function_of(expression, "np.sum(np.sin({0}) * np.reshape(np.arange(np.size({0})) + 1.0, np.shape({0})))")
    gradient = srcad.grad(f, tuple(range(len(args))))
    along = at_random(args)
    expected = differences(gradient, args) @ leaves(along)
    for made in (srcad.jvp(gradient, args, along)[1], srcad.vjp(gradient, *args)[1](along)):
        np.testing.assert_allclose(leaves(made), expected, rtol=1e-6, atol=1e-6)


def test_functions_given_to_vectorize_return_numbers_of_one_type() -> None:
    f, args = function_of("np.vectorize(lambda a: a**2 if a > 0 else 0)(R)", "np.sum({})")
    for differentiate in (
        lambda: srcad.grad(f)(*args),
        lambda: srcad.jvp(f, args, args),
        lambda: srcad.vjp(f, *args),
    ):
        with pytest.raises(srcad.SrcadError, match="of several types") as caught:
            differentiate()
        assert caught.value.place is not None
        assert caught.value.place.line == 2


@np.vectorize
def softened(x, width):
    return x if x > width else x**2 / width


def calls_a_decorated_function(x, width):
    return np.sum(softened(x, width) ** 2)


def test_a_function_of_the_module_is_vectorized() -> None:
    args = [VALUES["T"], 0.5]
    found = srcad.grad(calls_a_decorated_function, (0, 1))(*args)
    np.testing.assert_allclose(
        leaves(found), leaves(differences(calls_a_decorated_function, args)[:, 0]), rtol=1e-7, atol=1e-8
    )
