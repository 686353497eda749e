"""Ints among the differentiated arguments become floats, and arrays of ints become arrays of floats.

Contract: an array of floats that was made of ints is a copy. Where the ints share memory with another argument and one
of the two is written into, the copy would not see the write: that is refused, as it is for arrays of floats.
"""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from srcad import runtime
from srcad.errors import Place
from srcad.stopped import refused


def promoted(value: Any) -> Any:
    """A differentiated argument as a float or float array, where it is an int or an array of ints."""
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, np.ndarray) and value.dtype.kind in "iu":
        return value.astype(np.float64)
    return value


def refuse_shared(
    function: types.FunctionType, names: Sequence[str], given: Sequence[Any], passed: Sequence[Any],
    writes: Mapping[str, Place],
) -> None:  # fmt: skip
    """Raise where an array that was promoted shares memory with another argument, and one of the two is written into.

    `given` are the arguments as the caller has them, `passed` as they are now; `writes` says which are written into.
    """
    if not writes or all(one is other for one, other in zip(given, passed, strict=True)):
        return
    arrays = [
        (name, array, array is not now)
        for name, value, other in zip(names, given, passed, strict=True)
        for array, now in zip(runtime.arrays_in(value), runtime.arrays_in(other), strict=True)
    ]
    for k, (one, a, is_new) in enumerate(arrays):
        for other, b, is_too in arrays[k + 1 :]:
            if (one in writes or other in writes) and (is_new or is_too) and np.shares_memory(a, b):
                raise refused(function, runtime.Overlap(one, other), writes)
