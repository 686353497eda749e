"""Helpers of generated code for functions that rearrange arrays, scan along them or pick from them.

As in `runtime.py`, each needs NumPy alone, so that a saved derivative can carry a copy of its source.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcad.runtime import Refusal


def places(x: Any) -> Any:
    """The number of each element of `x`, in the shape of `x`: what a rearrangement does to it says what moved where."""
    return np.reshape(np.arange(np.size(x)), np.shape(x))


def complex_of(real: Any, imag: Any) -> Any:
    """The complex numbers of these parts."""
    real, imag = np.broadcast_arrays(real, imag)
    made = np.empty(real.shape, np.result_type(real.dtype, imag.dtype, np.complex64))
    made.real, made.imag = real, imag
    return made[()]


def add_at(d: Any, at: Any, x: Any) -> Any:
    """A zero of the shape of `x` with `d` added at the elements of these numbers: the adjoint of picking them."""
    made = np.zeros(np.size(x), np.asarray(d).dtype)
    if made.size:
        np.add.at(made, at, d)
    return np.reshape(made, np.shape(x))


def shape_along(x: Any, axis: int) -> tuple[int, ...]:
    """The shape in which a vector broadcasts along one axis of `x`."""
    return tuple(size if i == axis % np.ndim(x) else 1 for i, size in enumerate(np.shape(x)))


def _along(x: Any, axis: Any) -> Any:
    """`x` with the axis in front; flat for None."""
    return np.reshape(x, -1) if axis is None else np.moveaxis(np.asarray(x), axis, 0)


def _back(made: Any, x: Any, axis: Any) -> Any:
    return np.reshape(made, np.shape(x)) if axis is None else np.moveaxis(made, 0, axis)


def _products_after(d: Any, rows: Any) -> Any:
    """The cotangent of the product of the rows up to each: `after[i] = d[i] + rows[i + 1] * after[i + 1]`."""
    after = np.array(d)
    for i in reversed(range(len(rows) - 1)):
        after[i] += rows[i + 1] * after[i + 1]
    return after


def cumprod_adjoint(d: Any, x: Any, axis: Any = None) -> Any:
    """The cotangent of `x` in `np.cumprod(x, axis)`, which is right where elements are zero."""
    rows = _along(x, axis)
    before = np.ones_like(rows)
    before[1:] = np.cumprod(rows[:-1], axis=0)
    return _back(before * _products_after(_along(d, axis), rows), x, axis)


def cumprod_along(v: Any, x: Any, axis: Any = None) -> Any:
    """The tangent of `np.cumprod(x, axis)` where that of `x` is `v`."""
    rows, moves = _along(x, axis), np.array(_along(v, axis))
    products = np.cumprod(rows, axis=0)
    for i in range(1, len(rows)):
        moves[i] = moves[i] * products[i - 1] + moves[i - 1] * rows[i]
    return moves if axis is None else np.moveaxis(moves, 0, axis)


def cumprod_curved(d: Any, v: Any, x: Any, axis: Any = None) -> Any:
    """The tangent of `cumprod_adjoint(d, x, axis)` where that of `x` is `v`: also the cotangent, as it is symmetric."""
    rows, moves = _along(x, axis), _along(v, axis)
    before, before_dot = np.ones_like(rows), np.zeros_like(rows)
    after = _products_after(_along(d, axis), rows)
    after_dot = np.zeros_like(after)
    for i in range(1, len(rows)):
        before[i] = before[i - 1] * rows[i - 1]
        before_dot[i] = before_dot[i - 1] * rows[i - 1] + before[i - 1] * moves[i - 1]
    for i in reversed(range(len(rows) - 1)):
        after_dot[i] = moves[i + 1] * after[i + 1] + rows[i + 1] * after_dot[i + 1]
    return _back(before_dot * after + before * after_dot, x, axis)


def product_curved(d: Any, x: Any, axis: Any = None) -> Any:
    """The tangent of `product_of_others(x, axis)` where that of `x` is `d`: also the cotangent, as it is symmetric."""
    axes = tuple(range(np.ndim(x))) if axis is None else tuple(int(i) % np.ndim(x) for i in np.atleast_1d(axis))
    front = tuple(range(len(axes)))
    moved = np.moveaxis(np.asarray(x), axes, front)
    rows = np.reshape(moved, (-1, *moved.shape[len(axes) :]))
    moves = np.reshape(np.moveaxis(np.asarray(d), axes, front), rows.shape)
    made = np.zeros_like(rows)
    for i in range(len(rows)):
        for k in range(len(rows)):
            if k != i:
                made[i] += moves[k] * np.prod(np.delete(rows, (i, k), 0), axis=0)
    return np.moveaxis(np.reshape(made, moved.shape), front, axes)


def _back_to(d: Any, x: Any) -> Any:
    """`d`, summed down to the shape of `x`, a number for a number."""
    if not isinstance(x, np.ndarray):
        return np.sum(d).item()
    made = np.sum(d, axis=tuple(range(np.ndim(d) - x.ndim)))
    return np.sum(made, axis=tuple(i for i, n in enumerate(x.shape) if n == 1), keepdims=True)


def choose_adjoint(d: Any, a: Any, choices: Any, mode: Any = "raise") -> tuple[Any, ...]:
    """The cotangent of each of `choices` in `np.choose(a, choices, mode=mode)`."""
    chosen = np.choose(a, list(range(len(choices))), mode=mode)
    return tuple([_back_to(np.where(chosen == i, d, 0.0), x) for i, x in enumerate(choices)])


def select_adjoint(d: Any, conditions: Any, choices: Any) -> tuple[Any, ...]:
    """The cotangent of each of `choices` in `np.select(conditions, choices)`."""
    made = []
    for condition, x in zip(conditions, choices, strict=True):
        made.append(_back_to(np.where(condition, d, 0.0), x))
        d = np.where(condition, 0.0, d)
    return tuple(made)


def unselected(conditions: Any) -> Any:
    """Where none of the conditions holds."""
    made = np.asarray(False)
    for condition in conditions:
        made = made | condition
    return ~made


def block_adjoint(d: Any, arrays: Any) -> Any:
    """The cotangent of each array of the nested lists `arrays` in `np.block(arrays)`."""
    count = 0

    def numbered(block: Any) -> Any:
        nonlocal count
        if isinstance(block, list):
            return [numbered(inner) for inner in block]
        count += np.size(block)
        return np.reshape(np.arange(count - np.size(block), count), np.shape(block))

    numbers = numbered(arrays)
    flat = np.empty(count, np.asarray(d).dtype)
    flat[np.ravel(np.block(numbers))] = np.ravel(d)

    def taken(block: Any, like: Any) -> Any:
        if isinstance(block, list):
            return [taken(inner, part) for inner, part in zip(block, like, strict=True)]
        return flat[block] if isinstance(like, np.ndarray) else flat[block].item()

    return taken(numbers, arrays)


def latest_reached(x: Any, extremes: Any, axis: int = 0) -> Any:
    """For each of the running extremes of `x` along the axis, the place of the latest element that reaches it."""
    places = np.arange(np.shape(x)[axis]).reshape(shape_along(x, axis))
    return np.maximum.accumulate(np.where(x == extremes, places, 0), axis)


def reduceat_adjoint(d: Any, x: Any, indices: Any, axis: int = 0) -> Any:
    """The cotangent of `x` in `np.add.reduceat(x, indices, axis)`."""
    made = np.zeros_like(x)
    into, rows = np.moveaxis(made, axis, 0), np.moveaxis(np.asarray(d), axis, 0)
    stops = [*indices[1:], len(into)]
    for row, start, stop in zip(rows, indices, stops, strict=True):
        into[start : max(stop, start + 1)] += row
    return made


def array_alike(items: Any) -> Any:
    """The array of some numbers that are all of one type, as `np.vectorize` makes it from the type of the first."""
    if len({np.asarray(item).dtype for item in items}) > 1:
        raise Refusal(
            "a function given to np.vectorize returns numbers of several types, of which the first decides",
            "let it return floats on every path: 0.0 for 0",
        )
    return np.array(items)


def unit_like(x: Any, i: int) -> Any:
    """An array like `x` of zeros, with a one for its number `i`."""
    made = np.zeros_like(x, order="C")
    made.reshape(-1)[i] = 1
    return made
