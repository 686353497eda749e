"""Copies of arguments and values, so that what happens to the originals afterwards does not matter."""

from __future__ import annotations

import collections
import copy
from typing import Any

import numpy as np

from srcad import runtime


def copied_arrays(value: Any) -> Any:
    """The value with its arrays copied, and the lists, tuples and dicts that hold them."""
    if isinstance(value, np.ndarray):
        return runtime.laid_out(value, value)
    if isinstance(value, tuple):
        items = [copied_arrays(v) for v in value]
        return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
    if type(value) is list:
        return list(map(copied_arrays, value))
    if isinstance(value, collections.deque):
        return collections.deque(map(copied_arrays, value), value.maxlen)
    if isinstance(value, dict):
        made = value.copy()
        for key, item in value.items():
            made[key] = copied_arrays(item)
        return made
    return value


def copied_together(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """A deep copy of arguments that are one memory, or share memory, just where the originals do."""
    arrays = {id(a): a for value in values for a in runtime.arrays_in(value)}
    roots = {name: _root(a) for name, a in arrays.items()}
    counts = collections.Counter(map(id, roots.values()))
    known: dict[int, Any] = {}
    memories: dict[int, Any] = {}
    for name, array in arrays.items():
        root = roots[name]
        packed = root if root.flags.c_contiguous else root.T
        if counts[id(root)] == 1 or not packed.flags.c_contiguous or root.dtype.hasobject:
            known[name] = runtime.laid_out(array, array)
            continue
        if id(root) not in memories:
            memories[id(root)] = packed.reshape(-1).view(np.uint8).copy()
        offset = array.__array_interface__["data"][0] - root.__array_interface__["data"][0]
        known[name] = np.ndarray(array.shape, array.dtype, memories[id(root)], offset, array.strides)
    return copy.deepcopy(values, known)


def _root(array: Any) -> Any:
    """The array whose memory a view is part of."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array
