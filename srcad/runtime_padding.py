"""Helpers of generated code for `np.pad`: what a padded array takes from its own edges, axis after axis.

Along each axis the padding on a side is `ramp * (what it takes) + (1 - ramp) * (the value at the end)`, where what it
takes is a weighted sum of the elements. As in `runtime.py`, each needs NumPy alone, so that a saved derivative can
carry a copy of its source.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def _pairs(given: Any, count: int) -> list[tuple[int, int]]:
    return [(int(a), int(b)) for a, b in np.broadcast_to(given, (count, 2))]


def _weights(rows: Any, length: int, last: bool, mode: str) -> Any:
    """How much the padding on a side takes of each of the rows, of which it looks at `length`."""
    made = np.zeros_like(rows)
    seen = slice(len(rows) - length, None) if last else slice(0, length)
    part = rows[seen]
    if mode == "linear_ramp":
        made[-1 if last else 0] = 1.0
    elif mode == "mean":
        made[seen] = 1 / length
    elif mode in ("maximum", "minimum"):
        reached = part == (np.max(part, 0) if mode == "maximum" else np.min(part, 0))
        made[seen] = reached / np.sum(reached, 0)
    elif mode == "median":
        order = np.argsort(part, 0)
        shares = np.zeros_like(part)
        for middle in ((length - 1) // 2, length // 2):
            at = order[middle : middle + 1]
            np.put_along_axis(shares, at, np.take_along_axis(shares, at, 0) + 0.5, 0)
        made[seen] = shares
    return made


def _ramps(mode: str, before: int, after: int) -> tuple[Any, Any]:
    if mode == "constant":
        return np.zeros(before), np.zeros(after)
    if mode == "linear_ramp":
        return np.arange(before) / max(1, before), np.arange(after)[::-1] / max(1, after)
    return np.ones(before), np.ones(after)


def _stages(x: Any, pad_width: Any, mode: str, stat_length: Any) -> list[Any]:
    """For each axis: the weights and the ramp on both sides. They depend on elements that earlier axes have padded."""
    lengths = [(n, n) for n in np.shape(x)] if stat_length is None else _pairs(stat_length, np.ndim(x))
    made = []
    for axis, (before, after) in enumerate(_pairs(pad_width, np.ndim(x))):
        rows = np.moveaxis(x, axis, 0)
        first, last = (min(length, len(rows)) for length in lengths[axis])
        sides = (_weights(rows, first, False, mode), _weights(rows, last, True, mode))
        made.append((before, after, sides, _ramps(mode, before, after)))
        x = _padded(x, axis, made[-1], (0.0, 0.0))
    return made


def _padded(x: Any, axis: int, stage: Any, ends: Any) -> Any:
    _, _, sides, ramps = stage
    rows = np.moveaxis(x, axis, 0)
    parts = [
        np.multiply.outer(ramp, np.sum(weight * rows, 0)) + np.multiply.outer((1 - ramp) * end, np.ones(rows.shape[1:]))
        for weight, ramp, end in zip(sides, ramps, ends, strict=True)
    ]
    return np.moveaxis(np.concatenate((parts[0], rows, parts[1])), 0, axis)


def _unpadded(d: Any, x: Any, pad_width: Any, mode: str, stat_length: Any) -> tuple[Any, Any]:
    """The cotangents of `x` and of the values at the ends."""
    ends = np.zeros((np.ndim(x), 2))
    for axis, stage in reversed(list(enumerate(_stages(x, pad_width, mode, stat_length)))):
        before, after, sides, ramps = stage
        rows = np.moveaxis(d, axis, 0)
        outside = (rows[:before], rows[len(rows) - after :])
        kept = rows[before : len(rows) - after]
        for side, (weight, ramp, part) in enumerate(zip(sides, ramps, outside, strict=True)):
            kept = kept + weight * np.tensordot(ramp, part, 1)
            ends[axis, side] = np.sum(np.tensordot(1 - ramp, part, 1))
        d = np.moveaxis(kept, 0, axis)
    return d, ends


def pad_adjoint(d: Any, x: Any, pad_width: Any, mode: str, stat_length: Any = None) -> Any:
    """The cotangent of `x` in `np.pad(x, pad_width, mode)`."""
    return _unpadded(d, x, pad_width, mode, stat_length)[0]


def pad_along(v: Any, x: Any, pad_width: Any, mode: str, stat_length: Any = None) -> Any:
    """The tangent of `np.pad(x, pad_width, mode)` where that of `x` is `v`: what is taken is what `x` says."""
    for axis, stage in enumerate(_stages(x, pad_width, mode, stat_length)):
        v = _padded(v, axis, stage, (0.0, 0.0))
    return v


def pad_ends(d: Any, x: Any, pad_width: Any, mode: str) -> Any:
    """The cotangent of the value at each end of each axis, in `np.pad` of mode "constant" or "linear_ramp"."""
    return _unpadded(d, x, pad_width, mode, None)[1]


def pad_from_ends(ends: Any, x: Any, pad_width: Any, mode: str) -> Any:
    """A zero of the shape of `x`, padded from these values at the ends."""
    made = np.zeros_like(x)
    values = np.broadcast_to(ends, (np.ndim(x), 2))
    for axis, stage in enumerate(_stages(made, pad_width, mode, None)):
        made = _padded(made, axis, stage, values[axis])
    return made
