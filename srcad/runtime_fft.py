"""Helpers of generated code for Fourier transforms.

As in `runtime.py`, each needs NumPy alone, so that a saved derivative can carry a copy of its source.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def fitted(d: Any, x: Any) -> Any:
    """`d` cut off, or filled up with zeros, at its ends to the shape of `x`: the transpose of doing so to `x`."""
    if np.shape(d) == np.shape(x):
        return d
    made = np.zeros(np.shape(x), np.asarray(d).dtype)
    common = tuple(slice(min(sizes)) for sizes in zip(np.shape(x), np.shape(d), strict=True))
    made[common] = d[common]
    return made


def filled_up(d: Any, n: int, axis: int = -1) -> Any:
    """`d` with zeros at its end along `axis`, to the length `n`: the transpose of keeping the first part."""
    shape = list(np.shape(d))
    shape[axis] = n
    return fitted(d, np.empty(shape, bool))


def halved(d: Any, x: Any, axis: int = -1) -> Any:
    """The cotangent of the half spectrum `x` from that of the whole one, whose second half mirrors the first.

    A frequency that stands for two counts twice: all but the first, and the last of an even number.
    """
    n = np.shape(d)[axis]
    counts = np.full(n // 2 + 1, 2.0)
    counts[0] = 1.0
    if n % 2 == 0:
        counts[-1] = 1.0
    half = np.moveaxis(d, axis, -1)[..., : n // 2 + 1]
    return fitted(np.moveaxis(half * counts, -1, axis), x)
