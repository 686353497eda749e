"""Helpers of the derivatives of distributions.

As in `runtime.py`, each needs NumPy alone, so that a saved derivative can carry a copy of its source.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def inside(x: Any, low: Any, high: Any) -> Any:
    """`x` where it is between the bounds, and NaN elsewhere, as a distribution's density is outside its domain."""
    return np.where((low <= x) & (x <= high), x, np.nan)[()]


def whole(k: Any) -> Any:
    """`k` where it is a number of things that can be counted, and NaN elsewhere."""
    return np.where((k >= 0) & (np.floor(k) == k), k, np.nan)[()]
