"""What generated code calls under Numba: the helpers of `runtime.py` and the NumPy functions that Numba lacks.

The helpers are overloads of those of `runtime.py`, so that generated text calls them by the same names. Each does what
the Python helper does, for the types that Numba tells apart (numbers, and arrays of a known number of dimensions).
Importing this file imports Numba.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba
import numpy as np
from numba.core import types
from numba.cpython.unsafe.tuple import tuple_setitem
from numba.extending import overload

from srcad import runtime
from srcad.errors import USE_PYTHON

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F) -> F:
    """`numba.njit` with checked indices, inlined by LLVM where that pays."""
    made: F = numba.njit(boundscheck=True)(function)
    return made


def instead_of(helper: Any) -> Callable[[F], F]:
    """The decorated function returns what Numba compiles for a call of `helper` with arguments of given types."""

    def decorate(function: F) -> F:
        overload(helper, strict=False, jit_options={"boundscheck": True})(function)
        return function

    return decorate


def _is_array(kind: Any) -> bool:
    return isinstance(kind, types.Array)


@compiled
def grown(tape: Any) -> Any:
    """A tape with room for twice as much."""
    made = np.empty(2 * len(tape) + 16, tape.dtype)
    made[: len(tape)] = tape
    return made


# ---------------------------------------------------------------- helpers


@instead_of(runtime.unbroadcast)
def _unbroadcast(d: Any, x: Any) -> Any:
    if not _is_array(x) or x.ndim == 0:
        return (lambda d, x: np.sum(d)) if _is_array(d) else (lambda d, x: d)
    if not _is_array(d):
        return lambda d, x: np.full(x.shape, d)
    ndim, extra = x.ndim, max(0, d.ndim - x.ndim)
    if d.ndim < ndim:  # a store drops leading dimensions of one
        leading = ndim - d.ndim
        first = (0,) * leading

        def put_back(d: Any, x: Any) -> Any:
            for axis in range(leading):
                if x.shape[axis] != 1:
                    raise ValueError("a store whose value has other dimensions than its place")
            made = np.zeros(x.shape, d.dtype)
            made[first] = runtime.unbroadcast(d, x[first])
            return made

        return put_back

    def summed(d: Any, x: Any) -> Any:
        for axis in range(ndim):
            if x.shape[axis] not in (1, d.shape[axis + extra]):
                raise ValueError("arrays of shapes that do not broadcast")
        made = np.zeros(x.shape, d.dtype)
        for index in np.ndindex(d.shape):
            place = index[extra:]
            for axis in range(ndim):
                if x.shape[axis] == 1:
                    place = tuple_setitem(place, axis, 0)
            made[place] += d[index]
        return made

    if d.ndim != ndim or d.layout != "C":
        return summed
    sum_of = numba.njit(boundscheck=True)(summed)
    return lambda d, x: d if d.shape == x.shape else sum_of(d, x)


@numba.vectorize  # type: ignore[untyped-decorator]
def share(x: Any, y: Any) -> Any:
    """`runtime.above` of two numbers."""
    return 0.5 if x == y else 1.0 if x > y else 0.0


@instead_of(runtime.above)
def _above(x: Any, y: Any) -> Any:
    return lambda x, y: share(x, y)


@instead_of(runtime.slot_of)
def _slot_of(x: Any) -> Any:
    return (lambda x: np.zeros_like(x)) if _is_array(x) else (lambda x: 0.0)


@instead_of(runtime.shadow_of)
def _shadow_of(x: Any) -> Any:
    if _is_array(x):
        return lambda x: np.zeros_like(x)
    return (lambda x: 0.0) if isinstance(x, types.Number) else None


@instead_of(runtime.astype)
def _astype(x: Any, dtype: Any, copy: Any = True) -> Any:
    return lambda x, dtype, copy=True: x.astype(dtype)


@instead_of(runtime.scatter)
def _scatter(x: Any, index: Any, d: Any) -> Any:
    def scattered(x: Any, index: Any, d: Any) -> Any:
        made = np.zeros_like(x)
        add_at(made, index, d)
        return made

    return scattered


@compiled
def add_at(x: Any, index: Any, d: Any) -> None:
    """`np.add.at(x, index, d)` on a vector, by a vector of positions."""
    values = np.broadcast_to(np.asarray(d), index.shape)
    for k in range(len(index)):
        x[index[k]] += values[k]


@instead_of(runtime.digamma)
def _digamma(x: Any) -> Any:
    def digamma(x: Any) -> Any:
        shown = 0.0
        if x <= 0.0:
            shown = -np.pi / np.tan(np.pi * x)
            x = 1.0 - x
        while x < 12.0:
            shown -= 1.0 / x
            x += 1.0
        s = 1.0 / (x * x)
        series = s * (1 / 12 - s * (1 / 120 - s * (1 / 252 - s * (1 / 240 - s * (1 / 132 - s * 691 / 32760)))))
        return shown + np.log(x) - 0.5 / x - series

    return digamma


@instead_of(runtime.require_one)
def _require_one(x: Any) -> Any:
    if not _is_array(x):
        return lambda x: None

    def require(x: Any) -> None:
        if x.size != 1:
            raise runtime.NotOneNumber("the function returned an array, not one number")

    return require


@compiled
def refuse_overlap(names: str, spans: Any) -> None:
    """`runtime.refuse_overlap`, by the first and last addresses of the arrays."""
    for i in range(len(spans)):
        for j in range(i):
            if spans[i][0] < spans[j][1] and spans[j][0] < spans[i][1]:
                raise runtime.Overlap("arguments share memory while one of them is written to")


@compiled
def span(x: Any) -> Any:
    """The first address of an array, and the one after its last."""
    first = last = x.ctypes.data
    for axis in range(x.ndim):
        if x.shape[axis] == 0:
            return first, first
        reach = (x.shape[axis] - 1) * x.strides[axis]
        if reach < 0:
            first += reach
        else:
            last += reach
    return first, last + x.itemsize


# ---------------------------------------------------------------- NumPy functions that Numba lacks


@compiled
def mean_along(x: Any, axis: Any) -> Any:
    """`np.mean(x, axis)`"""
    return np.sum(x, axis=axis) / x.shape[axis]


@compiled
def mean_keeping(x: Any, axis: Any) -> Any:
    """`np.mean(x, axis, keepdims=True)`"""
    return np.expand_dims(np.sum(x, axis=axis) / x.shape[axis], axis)


@compiled
def sum_keeping(x: Any, axis: Any) -> Any:
    """`np.sum(x, axis, keepdims=True)`"""
    return np.expand_dims(np.sum(x, axis=axis), axis)


def copy_of(x: Any) -> Any:
    """`np.array(x)` of an array or a number."""
    return np.array(x)


@instead_of(copy_of)
def _copy_of(x: Any) -> Any:
    return (lambda x: x.copy()) if _is_array(x) else (lambda x: np.asarray(x))


@compiled
def vector_of(items: Any) -> Any:
    """`np.array([a, b, c])` of floats, without a list."""
    made = np.empty(len(items))
    for k in range(len(items)):
        made[k] = items[k]
    return made


@instead_of(np.ravel)
def _ravel(x: Any) -> Any:
    """A view where NumPy makes a view. Numba looks at the type: of an array whose layout it does not know it copies."""
    if not _is_array(x) or x.layout == "C":
        return None

    def copied(x: Any) -> Any:
        step = x.itemsize
        dense = True
        for axis in range(x.ndim - 1, -1, -1):
            dense = dense and (x.shape[axis] <= 1 or x.strides[axis] == step)
            step *= x.shape[axis]
        if dense and x.size > 0:
            raise runtime.Refusal("ravel of an array whose layout Numba does not know", USE_PYTHON)
        return x.flatten()

    return copied


def fits(value: Any, place: Any) -> Any:
    """`value`, after a look at whether `place` is as large: NumPy refuses `x += y` where y is larger than x."""
    return value


@instead_of(fits)
def _fits(value: Any, place: Any) -> Any:
    if not _is_array(value) or not _is_array(place):
        return lambda value, place: value
    ndim, extra = value.ndim, place.ndim - value.ndim
    if extra < 0:
        return None

    def looked_at(value: Any, place: Any) -> Any:
        for axis in range(ndim):
            if value.shape[axis] not in (1, place.shape[axis + extra]):
                raise ValueError("an array is added to one that it does not fit into")
        return value

    return looked_at


def match(size: Any, other: Any) -> None:
    """Raise where two sizes are not equal that one loop goes through: NumPy does not broadcast them either."""


@instead_of(match)
def _match(size: Any, other: Any) -> Any:
    def looked_at(size: Any, other: Any) -> None:
        if size != other:
            raise ValueError("arrays of shapes that do not broadcast")

    return looked_at


def inside(size: Any, first: Any, last: Any) -> None:
    """Raise where the indices from the first to the last are not all in range of a dimension of this size."""


@instead_of(inside)
def _inside(size: Any, first: Any, last: Any) -> Any:
    def looked_at(size: Any, first: Any, last: Any) -> None:
        if first <= last and (first < -size or last >= size):
            raise IndexError("index is out of bounds")

    return looked_at


def mask(index: Any, x: Any, axis: Any) -> Any:
    """`index`, after a look at whether a mask is as long as `x` is along `axis`."""
    return index


@instead_of(mask)
def _mask(index: Any, x: Any, axis: Any) -> Any:
    if not _is_array(index) or index.dtype != types.boolean:
        return lambda index, x, axis: index
    if index.ndim != 1:
        return None

    def looked_at(index: Any, x: Any, axis: Any) -> Any:
        if len(index) != x.shape[axis]:
            raise IndexError("a mask of another length than the array")
        return index

    return looked_at


def apart(x: Any) -> Any:
    """A copy of an array; a number as it is."""
    return np.array(x)


@instead_of(apart)
def _apart(x: Any) -> Any:
    return (lambda x: x.copy()) if _is_array(x) else (lambda x: x)
