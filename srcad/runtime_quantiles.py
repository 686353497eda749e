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


def _position(q: Any, count: Any, kept: Any, method: Any) -> tuple[Any, Any]:
    """Where in the order each quantile is, and the derivative of that by `q`.

    NumPy itself says where: the quantile of the numbers 0, 1, 2, ... is its own position.
    """
    if method == "linear":
        last = np.broadcast_to(np.asarray(count) - 1, kept)
        return np.multiply.outer(q, last), last * np.ones(np.shape(q) + kept)
    at = np.quantile(np.arange(float(count)), q, method=method)
    # what is added to the number of elements; a quantile by another method stays at an element for a while
    offsets = {"interpolated_inverted_cdf": 0.0, "hazen": 0.0, "weibull": 1.0}
    offsets |= {"median_unbiased": 1 / 3, "normal_unbiased": 1 / 4}
    slope = np.where((at > 0) & (at < count - 1), count + offsets.get(method, -count), 0.0)
    return np.multiply.outer(at, np.ones(kept)), np.multiply.outer(slope, np.ones(kept))


def _mixed(numbers: Any, q: Any, n: int, count: Any, method: str) -> list[tuple[Any, Any]]:
    """The elements that each quantile mixes and how much it has of them, or that amount derived `n` times by `q`.

    `count` is how many elements of each column count: the first ones in their order.
    """
    kept = np.shape(numbers)[1:]
    at, slope = _position(q, count, kept, method)
    low = np.clip(np.floor(at).astype(int), 0, np.maximum(0, np.asarray(count) - 2))
    share = at - low
    low, high = (np.reshape(part, (-1, *kept)) for part in (low, np.minimum(low + 1, np.maximum(0, count - 1))))
    low, high = (np.reshape(np.take_along_axis(numbers, part, 0), share.shape) for part in (low, high))
    if n == 0:
        return [(low, 1 - share), (high, share)]
    if n > 1:
        slope = np.zeros_like(share)
    return [(low, -slope), (high, slope)]


def _parts(x: Any, q: Any, axis: Any, n: int, holes: bool, method: str) -> list[tuple[Any, Any]]:
    numbers = _in_order(x, axis)
    count = np.sum(~np.isnan(np.reshape(x, -1)[numbers]), axis=0) if holes else len(numbers)
    return _mixed(numbers, q, n, count, method)


def quantile_of(
    v: Any, x: Any, like: Any, q: Any, axis: Any = None, n: int = 0, holes: bool = False, method: str = "linear"
) -> Any:
    """`np.quantile(v, q, axis)` by a method, with the order that `x` has, in the shape of `like`; or its derivative
    `n` by `q`.

    With `holes`, what is not a number in `x` is left out.
    """
    flat = np.reshape(v, -1)
    made = sum(flat[at] * part for at, part in _parts(x, q, axis, n, holes, method))
    return np.reshape(made, np.shape(like)) if isinstance(like, np.ndarray) else float(made)


def quantile_adjoint(
    d: Any, x: Any, q: Any, axis: Any = None, n: int = 0, holes: bool = False, method: str = "linear"
) -> Any:
    """The cotangent of `v` in `quantile_of(v, x, d, q, axis, n, holes, method)`."""
    made = np.zeros(np.size(x))
    for at, part in _parts(x, q, axis, n, holes, method):
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
