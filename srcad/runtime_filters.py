"""Helpers of the derivatives of filters, convolutions and integrals along an axis.

As in `runtime.py`, each needs NumPy alone, so that a saved derivative can carry a copy of its source.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def _corner(whole: Any, part: Any, mode: str, shapes: Any) -> list[int]:
    """Where the part of a full convolution that a mode keeps begins, along each dimension."""
    if mode == "full":
        return [0] * len(whole)
    if mode == "same":
        return [(n - m) // 2 for n, m in zip(whole, part, strict=True)]
    return [min(sizes) - 1 for sizes in zip(*shapes, strict=True)]


def uncropped(d: Any, x: Any, y: Any, mode: str) -> Any:
    """`d` at its place in the full convolution of `x` and `y`, of which `mode` keeps a part."""
    whole = [n + m - 1 for n, m in zip(np.shape(x), np.shape(y), strict=True)]
    begin = _corner(whole, np.shape(d), mode, (np.shape(x), np.shape(y)))
    return np.pad(d, [(b, n - b - m) for b, n, m in zip(begin, whole, np.shape(d), strict=True)])


def cropped(whole: Any, d: Any, x: Any, y: Any, mode: str) -> Any:
    """The part of a full convolution of `x` and `y` that `mode` keeps, as large as `d`."""
    begin = _corner(np.shape(whole), np.shape(d), mode, (np.shape(x), np.shape(y)))
    return whole[tuple(slice(b, b + m) for b, m in zip(begin, np.shape(d), strict=True))]


def lagged(v: Any, x: Any, taps: Any, axis: int = -1) -> Any:
    """The sum of `v` times `x` delayed by k steps along the axis, for each k that there is one of `taps` for."""
    v, x = np.moveaxis(v, axis, 0), np.moveaxis(x, axis, 0)
    return np.array([np.sum(v[k:] * x[: len(x) - k]) if k < len(x) else 0.0 for k in range(len(taps))])


def simpson_weights(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """What `scipy.integrate.simpson(y, x=x, dx=dx, axis=axis)` multiplies `y` by, in a shape that broadcasts with it.

    An even number of points ends with Cartwright's correction for the last interval.
    """
    count = np.shape(y)[axis]
    h = np.full(count - 1, float(dx)) if x is None else np.diff(x)
    made = np.zeros(count)
    if count == 2:
        made[:] = h[0] / 2
    else:
        for i in range(0, count - 2, 2):
            a, b = h[i], h[i + 1]
            made[i] += (a + b) / 6 * (2 - b / a)
            made[i + 1] += (a + b) ** 3 / (6 * a * b)
            made[i + 2] += (a + b) / 6 * (2 - a / b)
        if count % 2 == 0:
            a, b = h[-2], h[-1]
            made[-1] += (2 * b**2 + 3 * a * b) / (6 * (a + b))
            made[-2] += (b**2 + 3 * a * b) / (6 * a)
            made[-3] -= b**3 / (6 * a * (a + b))
    return np.reshape(made, [-1 if i == axis % np.ndim(y) else 1 for i in range(np.ndim(y))])
