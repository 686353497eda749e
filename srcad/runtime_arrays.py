"""Helpers of generated code for functions that rearrange arrays, scan along them or pick from them.

As in `runtime.py`, each needs NumPy alone, so that a saved derivative can carry a copy of its source.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def places(x: Any) -> Any:
    """The number of each element of `x`, in the shape of `x`: what a rearrangement does to it says what moved where."""
    return np.reshape(np.arange(np.size(x)), np.shape(x))


def add_at(d: Any, at: Any, x: Any) -> Any:
    """A zero of the shape of `x` with `d` added at the elements of these numbers: the adjoint of picking them."""
    made = np.zeros(np.size(x), np.asarray(d).dtype)
    np.add.at(made, at, d)
    return np.reshape(made, np.shape(x))


def shape_along(x: Any, axis: int) -> tuple[int, ...]:
    """The shape in which a vector broadcasts along one axis of `x`."""
    return tuple(size if i == axis % np.ndim(x) else 1 for i, size in enumerate(np.shape(x)))


def cumprod_adjoint(d: Any, x: Any, axis: Any = None) -> Any:
    """The cotangent of `x` in `np.cumprod(x, axis)`, which is right where elements are zero."""
    rows = np.reshape(x, -1) if axis is None else np.moveaxis(np.asarray(x), axis, 0)
    d = d if axis is None else np.moveaxis(d, axis, 0)
    made = np.ones_like(d)
    made[1:] = np.cumprod(rows[:-1], axis=0)
    after = np.zeros_like(d[:1].sum(axis=0))
    for i in reversed(range(len(rows))):  # after: the cotangent of the product of the elements up to i
        after = d[i] + (rows[i + 1] * after if i + 1 < len(rows) else 0.0)
        made[i] = made[i] * after
    return np.reshape(made, np.shape(x)) if axis is None else np.moveaxis(made, 0, axis)


def cumprod_tangent(x_dot: Any, x: Any, axis: Any = None) -> Any:
    """The tangent of `np.cumprod(x, axis)`, which is right where elements are zero."""
    rows = np.reshape(x, -1) if axis is None else np.moveaxis(np.asarray(x), axis, 0)
    rows_dot = np.reshape(x_dot, -1) if axis is None else np.moveaxis(np.asarray(x_dot), axis, 0)
    before = np.ones_like(rows)
    before[1:] = np.cumprod(rows[:-1], axis=0)
    made = before * rows_dot
    for i in range(1, len(rows)):
        made[i] += rows[i] * made[i - 1]
    return made if axis is None else np.moveaxis(made, 0, axis)


def _quantile_rows(x: Any, axis: Any) -> tuple[Any, Any]:
    """`x` and the numbers of its elements, with the axes of a quantile brought to the front as one."""
    axes = tuple(range(np.ndim(x))) if axis is None else tuple(int(i) % np.ndim(x) for i in np.atleast_1d(axis))
    order = axes + tuple(i for i in range(np.ndim(x)) if i not in axes)
    kept = tuple(np.shape(x)[i] for i in order[len(axes) :])
    numbers = np.transpose(np.reshape(np.arange(np.size(x)), np.shape(x)), order)
    return np.reshape(np.transpose(np.asarray(x), order), (-1, *kept)), np.reshape(numbers, (-1, *kept))


def quantile_adjoint(d: Any, x: Any, q: Any, axis: Any = None, method: Any = "linear") -> Any:
    """The cotangent of `x` in `np.quantile(x, q, axis, method=method)`: each quantile mixes two ordered elements."""
    rows, numbers = _quantile_rows(x, axis)
    d = np.reshape(d, (*np.shape(q), *rows.shape[1:]))
    in_order = np.take_along_axis(numbers, np.argsort(rows, axis=0), axis=0)
    at = np.quantile(np.arange(len(rows), dtype=float), q, method=method)
    low = np.floor(at).astype(int)
    high = np.minimum(low + 1, len(rows) - 1)
    share = np.reshape(at - low, np.shape(q) + (1,) * (rows.ndim - 1))
    made = np.zeros(np.size(x), np.asarray(d).dtype)
    np.add.at(made, in_order[low], d * (1 - share))
    np.add.at(made, in_order[high], d * share)
    return np.reshape(made, np.shape(x))


def quantile_slope(d: Any, x: Any, q: Any, axis: Any = None) -> Any:
    """The cotangent of `q` in `np.quantile(x, q, axis)`."""
    rows, _ = _quantile_rows(x, axis)
    d = np.reshape(d, (*np.shape(q), *rows.shape[1:]))
    ordered = np.sort(rows, axis=0)
    low = np.minimum(np.floor(np.multiply(q, len(rows) - 1)).astype(int), max(0, len(rows) - 2))
    steps = (ordered[np.minimum(low + 1, len(rows) - 1)] - ordered[low]) * (len(rows) - 1)
    made = np.sum(d * steps, axis=tuple(range(np.ndim(q), np.ndim(d))))
    return made if isinstance(q, np.ndarray) else float(made)


def quantile_tangent(x_dot: Any, q_dot: Any, x: Any, q: Any, axis: Any = None) -> Any:
    """The tangent of `np.quantile(x, q, axis)`; None stands for the tangent of what does not move."""
    rows, _ = _quantile_rows(x, axis)
    order = np.argsort(rows, axis=0)
    at = np.multiply(q, len(rows) - 1.0)
    low = np.minimum(np.floor(at).astype(int), max(0, len(rows) - 2))
    high = np.minimum(low + 1, len(rows) - 1)
    aligned = np.shape(q) + (1,) * (rows.ndim - 1)
    made: Any = 0.0
    if x_dot is not None:
        moved = np.take_along_axis(_quantile_rows(x_dot, axis)[0], order, axis=0)
        share = np.reshape(at - low, aligned)
        made = made + moved[low] * (1 - share) + moved[high] * share
    if q_dot is not None:
        ordered = np.take_along_axis(rows, order, axis=0)
        made = made + (ordered[high] - ordered[low]) * (len(rows) - 1) * np.reshape(q_dot, aligned)
    return made


def inserted(d: Any, at: Any, values: Any, axis: Any = None) -> Any:
    """The cotangent of `values` in `np.insert`: the part of `d` where `at` is negative, summed to their shape."""
    if axis is None:
        part = d[at < 0]
    else:
        first = np.moveaxis(at, axis, 0)
        part = np.moveaxis(np.moveaxis(d, axis, 0)[np.reshape(first, (len(first), -1))[:, 0] < 0], 0, axis)
    shape = (1,) * (np.ndim(part) - np.ndim(values)) + np.shape(values)
    stretched = tuple(i for i, size in enumerate(shape) if size == 1)
    return np.reshape(np.sum(part, axis=stretched, keepdims=True), np.shape(values))


def unit_like(x: Any, i: int) -> Any:
    """An array like `x` of zeros, with a one for its number `i`."""
    made = np.zeros_like(x, order="C")
    made.reshape(-1)[i] = 1
    return made
