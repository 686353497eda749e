# mypy: allow-untyped-defs, allow-untyped-calls
"""Polynomials as arrays of coefficients, the highest power first.

`np.polyval` and `np.polyder` are in `signals.py`. A product leaves out the leading zeros of its factors: what is left
out of the result has no cotangent.
"""

from __future__ import annotations

import numpy as np

from srcad import runtime_signals
from srcad.core.kinds import UNKNOWN, Array, Kind
from srcad.rules import shapes
from srcad.rules.asks import has_ndim, is_scalar, refuse
from srcad.rules.operators import POSITIVE, ROW
from srcad.rules.registry import Call, call, linear, pullback, pushforward
from srcad.rules.signals import KNOTS, LONG


@pullback(np.polyadd, at=[(ROW, LONG), (LONG, ROW), (ROW, POSITIVE), (ROW, 2.5)], linear_in=("a1", "a2"))
def polyadd(a1, a2, *, d_out):
    d_a1 = np.sum(d_out[-1:]) if is_scalar(a1) else d_out[np.size(d_out) - np.size(a1) :]
    d_a2 = np.sum(d_out[-1:]) if is_scalar(a2) else d_out[np.size(d_out) - np.size(a2) :]
    return d_a1, d_a2


@pullback(np.polysub, at=[(ROW, LONG), (LONG, ROW), (ROW, POSITIVE), (ROW, 2.5)], linear_in=("a1", "a2"))
def polysub(a1, a2, *, d_out):
    d_a1 = np.sum(d_out[-1:]) if is_scalar(a1) else d_out[np.size(d_out) - np.size(a1) :]
    d_a2 = -np.sum(d_out[-1:]) if is_scalar(a2) else -d_out[np.size(d_out) - np.size(a2) :]
    return d_a1, d_a2


@pullback(np.polymul, at=[(ROW, LONG), (LONG, ROW), (ROW, POSITIVE)])
def polymul(a1, a2, *, d_out):
    whole = np.pad(d_out, (np.size(a1) + np.size(a2) - 1 - np.size(d_out), 0))
    return (
        runtime_signals.convolve_left(whole, a1, a2, "full"),
        runtime_signals.convolve_left(whole, a2, a1, "full"),
    )


@pushforward(np.polymul)
def polymul_dot(a1, a2, *, out, a1_dot, a2_dot):
    start = np.size(a1) + np.size(a2) - 1 - np.size(out)
    if a2_dot is None:
        return np.convolve(a1_dot, a2)[start:]
    if a1_dot is None:
        return np.convolve(a1, a2_dot)[start:]
    return (np.convolve(a1_dot, a2) + np.convolve(a1, a2_dot))[start:]


@linear(np.polyint, at=[(ROW,), (ROW, 2), call(LONG, m=3), (ROW, 0)])
def polyint(p, m=1, *, d_out):
    return runtime_signals.polyint_adjoint(d_out, m)


@linear(runtime_signals.polyint_adjoint, at=[(LONG,), (LONG, 2)])
def polyint_adjoint(d, m=1, *, d_out):
    return np.polyint(d_out, m)


def _fitted(call: Call) -> Kind:
    """A coefficient for each power, and for each column of values."""
    values = shapes.as_array(call.args[1]) if len(call.args) > 2 else UNKNOWN
    full, cov = shapes.known(call, "full", default=False), shapes.known(call, "cov", default=False)
    if full is not False or cov is not False or not isinstance(values, Array):
        return UNKNOWN
    return Array("float64", None if values.dims is None else "?" * len(values.dims))


@pullback(
    np.polyfit,
    kind=_fitted,
    at=[
        (KNOTS, ROW, 1),
        (LONG, LONG**2 + 1, 2),
        call(LONG, np.array([0.7, 1.2, -0.3, 0.2, 0.9]), 1, w=np.array([1.0, 0.5, 2.0, 0.7, 1.3])),
        (LONG, np.column_stack((LONG**2, np.cos(LONG))), 1),
    ],
)
def polyfit(x, y, deg, w=None, *, out, d_out):
    if not has_ndim(y):
        return refuse("np.polyfit of values of unknown dimensions has no rule", "make their kind known")
    powers = np.arange(deg, -1, -1)
    plain = x[:, None] ** powers
    matrix = plain if w is None else w[:, None] * plain
    inverse = np.linalg.pinv(matrix)
    if np.ndim(y) == 1:
        values = y if w is None else w * y
        d_values = inverse.T @ d_out
        d_matrix = np.outer(values - matrix @ out, inverse @ d_values) - np.outer(d_values, out)
        d_y = d_values if w is None else w * d_values
        d_w = None if w is None else d_values * y + np.sum(d_matrix * plain, 1)
    else:
        values = y if w is None else w[:, None] * y
        d_values = inverse.T @ d_out
        d_matrix = (values - matrix @ out) @ (inverse @ d_values).T - d_values @ out.T
        d_y = d_values if w is None else w[:, None] * d_values
        d_w = None if w is None else np.sum(d_values * y, 1) + np.sum(d_matrix * plain, 1)
    slopes = powers * x[:, None] ** np.maximum(powers - 1, 0)
    d_x = np.sum(d_matrix * slopes, 1) if w is None else w * np.sum(d_matrix * slopes, 1)
    return d_x, d_y, None, d_w


@pushforward(np.polyfit)
def polyfit_dot(x, y, deg, w=None, *, out, x_dot, y_dot, w_dot):
    if not has_ndim(y):
        return refuse("np.polyfit of values of unknown dimensions has no rule", "make their kind known")
    powers = np.arange(deg, -1, -1)
    plain = x[:, None] ** powers
    matrix = plain if w is None else w[:, None] * plain
    inverse = np.linalg.pinv(matrix)
    weights = 1.0 if w is None else w if np.ndim(y) == 1 else w[:, None]
    moved = 0.0 if y_dot is None else weights * y_dot
    rest = y - plain @ out
    if w_dot is not None:
        moved = moved + (w_dot if np.ndim(y) == 1 else w_dot[:, None]) * rest
    made = np.zeros_like(out) if y_dot is None and w_dot is None else inverse @ moved
    if w_dot is not None:
        made = made + inverse @ (inverse.T @ ((w_dot[:, None] * plain).T @ (weights * rest)))
    if x_dot is None:
        return made
    slopes = powers * x[:, None] ** np.maximum(powers - 1, 0) * x_dot[:, None]
    turned = slopes if w is None else w[:, None] * slopes
    return made - inverse @ (turned @ out) + inverse @ (inverse.T @ (turned.T @ (weights * rest)))
