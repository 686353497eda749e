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
