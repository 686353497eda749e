# mypy: allow-untyped-defs, allow-untyped-calls
"""Functions that choose elements by values, and those that put blocks together: linear in what they choose from."""

from __future__ import annotations

import numpy as np

from srcad import runtime, runtime_arrays
from srcad.core.kinds import FLOAT, NONE_KIND, UNKNOWN, Array, Kind, List, Tuple, broadcast_dims, is_number
from srcad.rules import shapes
from srcad.rules.asks import is_scalar, refuse
from srcad.rules.operators import COLUMN, POSITIVE, ROW, TABLE
from srcad.rules.registry import Call, call, linear, pullback, pushforward

ORDER = np.array([1, 0, 1])
TWICE = np.array([0.7, 2.0, 0.7, -1.3])


def _floats_like(kind: Kind) -> Kind:
    """The kind of the cotangents of a structure of numbers and arrays."""
    if isinstance(kind, Tuple):
        items = tuple(map(_floats_like, kind.items))
        return UNKNOWN if UNKNOWN in items else Tuple(items, kind.cls)
    if isinstance(kind, List):
        item = _floats_like(kind.item)
        return item if item is UNKNOWN else List(item)
    if is_number(kind):
        return FLOAT
    return Array("float64", kind.dims) if isinstance(kind, Array) else UNKNOWN


def _numbers(kind: Kind) -> list[Kind]:
    """The numbers and arrays of nested lists."""
    if isinstance(kind, Tuple):
        return [inner for item in kind.items for inner in _numbers(item)]
    return _numbers(kind.item) if isinstance(kind, List) else [kind]


def _depth(kind: Kind) -> int:
    if isinstance(kind, Tuple) and kind.items:
        return 1 + _depth(kind.items[0])
    return 1 + _depth(kind.item) if isinstance(kind, List) else 0


def _blocks(call: Call) -> Kind:
    """`np.block(arrays)`: as many dimensions as the deepest nesting or the largest array has."""
    arrays = [shapes.as_array(kind) for kind in _numbers(call.args[0])]
    if not all(isinstance(kind, Array) and kind.dims is not None for kind in arrays):
        return UNKNOWN
    known = [kind for kind in arrays if isinstance(kind, Array)]
    dtype = str(np.result_type(*(kind.dtype for kind in known)))
    return Array(dtype, "?" * max(_depth(call.args[0]), *(kind.ndim or 0 for kind in known)))


def _chosen(call: Call) -> Kind:
    """`np.choose(a, choices)`: `a` broadcast with all of them."""
    choices = call.args[1] if len(call.args) > 1 else UNKNOWN
    if isinstance(choices, Array):
        items: tuple[Kind, ...] = (Array(choices.dtype, choices.dims[1:] if choices.dims else None),)
    elif isinstance(choices, Tuple):
        items = choices.items
    else:
        items = (choices.item,) if isinstance(choices, List) else (UNKNOWN,)
    arrays = [shapes.as_array(kind) for kind in (call.args[0], *items)]
    dims: str | None = ""
    for kind in arrays:
        if not isinstance(kind, Array):
            return UNKNOWN
        dims = broadcast_dims(dims, kind.dims)
    dtype = str(np.result_type(*(kind.dtype for kind in arrays[1:] if isinstance(kind, Array))))
    return shapes.array_or_scalar(dtype, dims)


def _counted(call: Call) -> Kind:
    given = shapes.operand(call, "weights", 1)
    return Array("int64" if given is None or given[0] == NONE_KIND else "float64", "?")


def _like_choices(call: Call) -> Kind:
    kind = _floats_like(call.args[2])
    return Tuple(kind.items) if isinstance(kind, Tuple) else UNKNOWN


@pullback(
    np.choose,
    kind=_chosen,
    at=[(ORDER, (ROW, POSITIVE)), (ORDER, (ROW, 2.5)), call(ORDER * 3, (ROW, TABLE), mode="wrap")],
    linear_in=("choices",),
)
def choose(a, choices, mode="raise", *, d_out):
    parts = runtime_arrays.choose_adjoint(d_out, a, choices, mode)
    return None, parts


@linear(
    runtime_arrays.choose_adjoint,
    kind=_like_choices,
    at=[(ROW, ORDER, (ROW, POSITIVE)), (TABLE, ORDER, (ROW, 2.5)), (TABLE, ORDER * 3, (ROW, TABLE), "wrap")],
)
def choose_adjoint(d, a, choices, mode="raise", *, d_out):
    return np.broadcast_to(np.choose(a, d_out, mode=mode), np.shape(d))


@pullback(
    np.select,
    at=[
        ((ROW > 0, ROW < -1), (ROW, POSITIVE)),
        ((TABLE > 0, TABLE > 1), (TABLE, ROW), 2.5),
        ((ROW > 2, COLUMN > 1), (TABLE, 0.5), TABLE + 1),
    ],
    linear_in=("choicelist", "default"),
)
def select(condlist, choicelist, default=0, *, d_out):
    rest = d_out * runtime_arrays.unselected(condlist)
    d_default = np.sum(rest) if is_scalar(default) else runtime.unbroadcast(rest, default)
    return None, runtime_arrays.select_adjoint(d_out, condlist, choicelist), d_default


@linear(
    runtime_arrays.select_adjoint,
    kind=_like_choices,
    at=[(ROW, (ROW > 0, ROW < -1), (ROW, POSITIVE)), (TABLE, (ROW > 2, COLUMN > 1), (TABLE, 0.5))],
)
def select_adjoint(d, condlist, choicelist, *, d_out):
    return np.broadcast_to(np.select(condlist, d_out), np.shape(d))


@linear(
    np.block,
    kind=_blocks,
    at=[([ROW, POSITIVE, ROW],), ([[TABLE, COLUMN], [COLUMN, TABLE]],), ([[ROW], [POSITIVE]],), (ROW,)],
)
def block(arrays, *, d_out):
    if isinstance(arrays, np.ndarray):
        return np.reshape(d_out, np.shape(arrays))
    return runtime_arrays.block_adjoint(d_out, arrays)


@linear(
    runtime_arrays.block_adjoint,
    kind=lambda call: _floats_like(call.args[1]),
    at=[(np.append(ROW, ROW), [ROW, POSITIVE]), (np.ones((2, 4)), [[TABLE, COLUMN]])],
)
def block_adjoint(d, arrays, *, d_out):
    return np.block(d_out)


# ---------------------------------------------------------------- by equality


@pullback(np.unique, at=[(TABLE,), (TWICE[:2],), call(TWICE[1:], return_index=True), call(ROW, return_counts=True)])
def unique(ar, return_index=False, return_inverse=False, return_counts=False, axis=None, *, d_out):
    if axis is not None:
        return refuse("np.unique along an axis has no rule", "use the indices of np.unique(..., return_index=True)")
    first = np.unique(ar, return_index=True)[1]
    if return_index or return_inverse or return_counts:
        return runtime_arrays.add_at(d_out[0], first, ar)
    return runtime_arrays.add_at(d_out, first, ar)


@pushforward(np.unique)
def unique_dot(ar, return_index=False, return_inverse=False, return_counts=False, axis=None, *, ar_dot):
    if axis is not None:
        return refuse("np.unique along an axis has no rule", "use the indices of np.unique(..., return_index=True)")
    moved = np.ravel(ar_dot)[np.unique(ar, return_index=True)[1]]
    if return_index or return_inverse or return_counts:
        return moved, None
    return moved


@pullback(np.union1d, at=[(ROW, POSITIVE), (TABLE, TABLE * 0.9 + 3)])
def union1d(ar1, ar2, *, d_out):
    both = np.concatenate((ar1, ar2), None)
    parts = runtime.unconcatenate(
        runtime_arrays.add_at(d_out, np.unique(both, return_index=True)[1], both), (ar1, ar2), None
    )
    return parts[0], parts[1]


@pushforward(np.union1d)
def union1d_dot(ar1, ar2, *, ar1_dot, ar2_dot):
    moved = np.concatenate(
        (np.zeros_like(ar1) if ar1_dot is None else ar1_dot, np.zeros_like(ar2) if ar2_dot is None else ar2_dot), None
    )
    return moved[np.unique(np.concatenate((ar1, ar2), None), return_index=True)[1]]


@pullback(
    np.bincount,
    kind=_counted,
    at=[(ORDER, ROW), call(ORDER, weights=ROW, minlength=5), (np.array([0, 1, 1]),)],
    linear_in=("weights",),
)
def bincount(x, weights=None, minlength=0, *, d_out):
    if weights is None:
        return None
    return None, d_out[x]


@pullback(np.trim_zeros, at=[(ROW,), (ROW, "b"), (ROW, "f")])
def trim_zeros(filt, trim="fb", *, d_out):
    if trim != "fb" and trim != "f" and trim != "b":
        return refuse("np.trim_zeros with this setting has no rule", 'write "fb", "f" or "b"')
    start = 0 if trim == "b" else np.argmax(filt != 0)
    return np.pad(d_out, (start, np.size(filt) - np.size(d_out) - start))  # type: ignore[arg-type]


@pushforward(np.trim_zeros)
def trim_zeros_dot(filt, trim="fb", *, out, filt_dot):
    start = 0 if trim == "b" else np.argmax(filt != 0)
    return filt_dot[start : start + np.size(out)]


@linear(np.require, kind=shapes.same, at=[(ROW,), (TABLE,)])
def require(a, *, d_out):
    return d_out
