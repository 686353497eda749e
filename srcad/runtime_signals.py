"""Helpers of generated code for differences, integrals, interpolation, convolution and `np.sinc`.

As in `runtime.py`, each needs NumPy alone, so that a saved derivative can carry a copy of its source.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np


def diff_adjoint(d: Any, n: int = 1, axis: int = -1, length: int | None = None) -> Any:
    """The transpose of `np.diff(x, n, axis)` applied to `d`; `length` is that of `x` along the axis."""
    if length is not None and length < n:  # nothing is left after fewer differences: the transpose of nothing is zero
        shape = list(np.shape(d))
        shape[axis] = length
        return np.zeros(shape)
    for _ in range(n):
        edge = np.zeros_like(np.take(d, [0], axis)) if np.shape(d)[axis] else np.zeros(_one_long(d, axis))
        d = -np.diff(d, 1, axis, prepend=edge, append=edge)
    return d


def _one_long(d: Any, axis: int) -> list[int]:
    shape = list(np.shape(d))
    shape[axis] = 1
    return shape


def gradient_adjoint(d: Any, axis: int = -1, edge_order: int = 1) -> Any:
    """The transpose of `np.gradient(x, axis=axis, edge_order=edge_order)` applied to `d`."""
    moved = np.moveaxis(d, axis, 0)
    made = np.zeros_like(moved)
    made[2:] += 0.5 * moved[1:-1]
    made[:-2] -= 0.5 * moved[1:-1]
    edge = (-1.0, 1.0) if edge_order == 1 else (-1.5, 2.0, -0.5)
    for i, weight in enumerate(edge):
        made[i] += weight * moved[0]
        made[-1 - i] -= weight * moved[-1]
    return np.moveaxis(made, 0, axis)


def _nodes_along(y: Any, x: Any, axis: int) -> Any:
    """The nodes `x` of `np.trapezoid` in a shape that broadcasts with `y`."""
    if np.ndim(x) == 1:
        return np.reshape(x, [-1 if i == axis % np.ndim(y) else 1 for i in range(np.ndim(y))])
    return x


def trapezoid_weights(y: Any, x: Any = None, dx: Any = 1, axis: int = -1) -> Any:
    """What `np.trapezoid(y, x, dx, axis)` multiplies the elements of `y` by."""
    if x is None:
        steps = np.full([n - 1 if i == axis % np.ndim(y) else 1 for i, n in enumerate(np.shape(y))], dx)
    else:
        steps = np.diff(_nodes_along(y, x, axis), axis=axis)
    none = np.zeros(_one_long(steps, axis))
    halves = (np.concatenate((none, steps), axis) + np.concatenate((steps, none), axis)) / 2
    return np.broadcast_to(halves, np.shape(y))


def trapezoid_nodes(d: Any, y: Any, x: Any, axis: int = -1) -> Any:
    """The cotangent of `x` in `np.trapezoid(y, x, axis=axis)`; `d` has a dimension of one along `axis`."""
    moved = np.moveaxis(np.asarray(y), axis, 0)
    made = diff_adjoint(d * np.moveaxis((moved[:-1] + moved[1:]) / 2, 0, axis), 1, axis)
    if np.ndim(x) == 1:
        made = np.sum(made, axis=tuple(i for i in range(np.ndim(y)) if i != axis % np.ndim(y)))
    return np.reshape(made, np.shape(x))


def _interval(x: Any, xp: Any) -> Any:
    """The number of the interval of `xp` that each of `x` is in."""
    return np.clip(np.searchsorted(xp, x, side="right") - 1, 0, np.size(xp) - 2)


def interp_slope(x: Any, xp: Any, fp: Any) -> Any:
    """The derivative of `np.interp(x, xp, fp)` in `x`: zero outside of the nodes."""
    xp, fp = np.asarray(xp), np.asarray(fp)
    i = _interval(x, xp)
    return np.where((x < xp[0]) | (x > xp[-1]), 0.0, (fp[i + 1] - fp[i]) / (xp[i + 1] - xp[i]))[()]


def interp_nodes(d: Any, x: Any, xp: Any) -> Any:
    """`d` shared out to the two nodes of `xp` that each of `x` is between."""
    xp = np.asarray(xp)
    i = _interval(x, xp)
    share = np.clip((x - xp[i]) / (xp[i + 1] - xp[i]), 0.0, 1.0)
    made = np.zeros(xp.shape, np.asarray(d * share).dtype)
    np.add.at(made, i, d * (1 - share))
    np.add.at(made, i + 1, d * share)
    return made


def _whole(d: Any, a: Any, v: Any, mode: str) -> Any:
    """`d` at its place in the full convolution of `a` and `v`."""
    long, short = max(len(a), len(v)), min(len(a), len(v))
    start = {"full": 0, "same": (short - 1) // 2, "valid": short - 1}[mode]
    return np.pad(d, (start, long + short - 1 - start - len(d)))


def convolve_left(d: Any, a: Any, v: Any, mode: str = "full") -> Any:
    """The cotangent of `a` in `np.convolve(a, v, mode)`; that of `v` is `convolve_left(d, v, a, mode)`."""
    return np.convolve(_whole(d, a, v, mode), v[::-1])[len(v) - 1 : len(v) - 1 + len(a)]


def correlate_left(d: Any, a: Any, v: Any, mode: str = "valid") -> Any:
    """The cotangent of `a` in `np.correlate(a, v, mode)`."""
    return convolve_left(d, a, v[::-1], mode)


def correlate_right(d: Any, a: Any, v: Any, mode: str = "valid") -> Any:
    """The cotangent of `v` in `np.correlate(a, v, mode)`."""
    return convolve_left(d, v[::-1], a, mode)[::-1]


def sinc_slope(x: Any, n: int = 1) -> Any:
    """The derivative of order `n` of `np.sinc(x)`: by its series near zero, where the quotient loses its digits."""
    z = np.pi * np.asarray(x, dtype=float)
    is_near = np.abs(z) < n + 1
    near = np.where(is_near, z, 0.0)
    series = 0.0
    for k in range(n % 2, 3 * n + 40, 2):
        series = series + (-1) ** ((n + k) // 2) / (n + k + 1) / math.factorial(k) * near**k
    far = np.where(is_near, 1.0, z)
    made = np.sin(far) / far
    for k in range(1, n + 1):
        made = (np.sin(far + k * np.pi / 2) - k * made) / far
    return (np.pi**n * np.where(is_near, series, made))[()]


def polyder_adjoint(d: Any, m: int = 1) -> Any:
    """The transpose of `np.polyder(p, m)` applied to `d`, where `p` has more than `m` coefficients."""
    for _ in range(m):
        d = np.concatenate((d * np.arange(len(d), 0, -1), [0.0]))
    return d


def polyint_adjoint(d: Any, m: int = 1) -> Any:
    """The transpose of `np.polyint(p, m)` applied to `d`."""
    for _ in range(m):
        d = d[:-1] / np.arange(len(d) - 1, 0, -1)
    return d


def i0_slope(x: Any, n: int = 1) -> Any:
    """Derivative `n` of the Bessel function `np.i0(x)`, the mean of `cos(t)**n * exp(x * cos(t))` over a circle."""
    around = np.cos((np.arange(64) + 0.5) * (np.pi / 128))  # a quarter of the circle: the rest has these cosines too
    raised = np.multiply.outer(x, around)
    return np.mean(around**n * (np.exp(raised) + (-1) ** n * np.exp(-raised)), -1) / 2
