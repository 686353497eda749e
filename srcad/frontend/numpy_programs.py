"""NumPy functions, at arguments that their rules do not know, written with those that rules know: more of the prelude.

Each computes what NumPy's function of that name does at these arguments; the comments say where NumPy states it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcad.runtime_arrays import array_alike


def vectorised(function: Any, *arrays: Any) -> Any:
    """A call of `np.vectorize(function)`: its data type is that of the first element."""
    if len(arrays) == 1:
        shape = np.shape(arrays[0])
        made = [function(x) for x in np.ravel(arrays[0])]
    elif len(arrays) == 2:
        shape = np.broadcast_shapes(np.shape(arrays[0]), np.shape(arrays[1]))
        xs, ys = [np.ravel(np.full(shape, x)) for x in arrays]
        made = [function(xs[i], ys[i]) for i in range(len(xs))]
    else:
        shape = np.broadcast_shapes(np.shape(arrays[0]), np.shape(arrays[1]), np.shape(arrays[2]))
        xs, ys, zs = [np.ravel(np.full(shape, x)) for x in arrays]
        made = [function(xs[i], ys[i], zs[i]) for i in range(len(xs))]
    return np.reshape(array_alike(made), shape)


def polynomial_of(zeros: Any) -> Any:
    made = np.ones(1)
    for zero in zeros:
        made = np.convolve(made, np.array([1.0, -zero]))
    return made


def polynomial_quotient(u: Any, v: Any) -> Any:
    count = len(v)
    quotient = np.zeros(max(len(u) - count + 1, 1))
    rest = u * 1.0
    scale = 1.0 / v[0]
    for k in range(len(u) - count + 1):
        share = scale * rest[k]
        quotient[k] = share
        rest[k : k + count] -= share * v
    start = 0
    while start < len(rest) - 1 and np.allclose(rest[start], 0, rtol=1e-14):
        start += 1
    return quotient, rest[start:]


def polynomial_integral(p: Any, m: Any, constants: Any) -> Any:
    for i in range(m):
        p = np.concatenate((p / np.arange(len(p), 0, -1), constants[i : i + 1]))
    return p


def slope_at(rows: Any, x: Any, edge_order: Any) -> Any:
    """`np.gradient(rows, x, axis=-1)` at positions that need not be evenly spaced."""
    step = np.diff(x)
    p, q = step[:-1], step[1:]
    behind, here, ahead = -q / (p * (p + q)), (q - p) / (p * q), p / (q * (p + q))
    inner = behind * rows[..., :-2] + here * rows[..., 1:-1] + ahead * rows[..., 2:]
    if edge_order == 1:
        first = (rows[..., 1:2] - rows[..., :1]) / step[0]
        last = (rows[..., -1:] - rows[..., -2:-1]) / step[-1]
    else:
        a, b = step[0], step[1]
        ends = -(2.0 * a + b) / (a * (a + b)), (a + b) / (a * b), -a / (b * (a + b))
        first = ends[0] * rows[..., :1] + ends[1] * rows[..., 1:2] + ends[2] * rows[..., 2:3]
        a, b = step[-2], step[-1]
        ends = b / (a * (a + b)), -(b + a) / (a * b), (2.0 * b + a) / (b * (a + b))
        last = ends[0] * rows[..., -3:-2] + ends[1] * rows[..., -2:-1] + ends[2] * rows[..., -1:]
    return np.concatenate((first, inner, last), -1)


def interp_around(x: Any, xp: Any, fp: Any, period: Any) -> Any:
    length = np.abs(period)
    xp = xp % length
    order = np.argsort(xp)
    xp, fp = xp[order], fp[order]
    knots = np.concatenate((xp[-1:] - length, xp, xp[:1] + length))
    return np.interp(x % length, knots, np.concatenate((fp[-1:], fp, fp[:1])))


def var_about(a: Any, mean: Any, axis: Any, less: Any, keepdims: Any) -> Any:
    total = np.sum((a - mean) ** 2, axis, keepdims=keepdims)
    return total / (np.size(a) / np.size(total) - less)


def rows_of(m: Any, rowvar: Any) -> Any:
    """The variables of `np.cov` as rows."""
    if m.ndim == 1:
        return m[None]
    if rowvar or m.shape[0] == 1:
        return m
    return m.T


def cov_of(rows: Any, weights: Any, counts: Any, less: Any) -> Any:
    """`np.cov`: `weights` are those of frequencies and of observations multiplied, `counts` the latter."""
    total = np.sum(weights)
    mean = np.sum(rows * weights, 1) / total
    if less == 0:
        factor = total
    else:
        factor = total - less * np.sum(weights * counts) / total
    centred = rows - mean[:, None]
    return (centred * weights) @ centred.T / factor


def with_initial(x: Any, made: Any, axis: Any, first: Any) -> Any:
    """A running sum or product that begins with what there is before the first element."""
    return np.concatenate((np.full(np.shape(np.sum(x, axis, keepdims=True)), first), made), axis)
