"""Helpers of generated code for quantiles: a quantile mixes two of the elements that it orders.

As in `runtime.py`, each needs NumPy alone, so that a saved derivative can carry a copy of its source.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def _in_order(x: Any, axis: Any) -> Any:
    """The numbers of the elements of `x`, ordered along the first dimension, which stands for the axes given."""
    axes = tuple(range(np.ndim(x))) if axis is None else tuple(int(i) % np.ndim(x) for i in np.atleast_1d(axis))
    order = axes + tuple(i for i in range(np.ndim(x)) if i not in axes)
    kept = tuple(np.shape(x)[i] for i in order[len(axes) :])
    numbers = np.reshape(np.transpose(np.reshape(np.arange(np.size(x)), np.shape(x)), order), (-1, *kept))
    return np.take_along_axis(numbers, np.argsort(np.reshape(x, -1)[numbers], axis=0), axis=0)


def _mixed(numbers: Any, q: Any, n: int) -> list[tuple[Any, Any]]:
    """The elements that each quantile mixes and how much it has of them, or that amount derived `n` times by `q`."""
    count = len(numbers)
    at = np.multiply(q, count - 1)
    low = np.clip(np.floor(at).astype(int), 0, max(0, count - 2))
    high = np.minimum(low + 1, count - 1)
    share = np.reshape(at - low, np.shape(q) + (1,) * (np.ndim(numbers) - 1))
    if n == 0:
        return [(numbers[low], 1 - share), (numbers[high], share)]
    slope = (count - 1) * np.ones_like(share) if n == 1 else np.zeros_like(share)
    return [(numbers[low], -slope), (numbers[high], slope)]


def quantile_of(v: Any, x: Any, like: Any, q: Any, axis: Any = None, n: int = 0) -> Any:
    """`np.quantile(v, q, axis)` with the order that `x` has, in the shape of `like`; or its derivative `n` by `q`."""
    flat = np.reshape(v, -1)
    made = sum(flat[at] * part for at, part in _mixed(_in_order(x, axis), q, n))
    return np.reshape(made, np.shape(like)) if isinstance(like, np.ndarray) else float(made)


def quantile_adjoint(d: Any, x: Any, q: Any, axis: Any = None, n: int = 0) -> Any:
    """The cotangent of `v` in `quantile_of(v, x, d, q, axis, n)`."""
    made = np.zeros(np.size(x))
    for at, part in _mixed(_in_order(x, axis), q, n):
        np.add.at(made, at, np.reshape(d, np.shape(at)) * part)
    return np.reshape(made, np.shape(x))


def quantile_sum(d: Any, q: Any) -> Any:
    """`d` summed for each quantile of `q`, which are its first dimensions."""
    made = np.sum(d, axis=tuple(range(np.ndim(q), np.ndim(d))))
    return made if isinstance(q, np.ndarray) else float(made)


def quantile_spread(d: Any, q: Any, like: Any) -> Any:
    """The transpose of `quantile_sum(like, q)`."""
    spread = np.reshape(d, np.shape(q) + (1,) * (np.ndim(like) - np.ndim(q)))
    return np.broadcast_to(spread, np.shape(like)) if isinstance(like, np.ndarray) else float(spread)
