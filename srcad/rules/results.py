"""The kind of what a function with a user's rule returns, and the form that generated code checks it for.

In this order: what `like=` shows; for a rule of partial derivatives, which is for a function of each element, what the
operands broadcast to; what the function's own source gives, where it has one that can be read; a number or an array.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from srcad.core.kind_of import kind_of
from srcad.core.kinds import (
    FLOAT,
    NUMBER,
    UNKNOWN,
    Array,
    Kind,
    List,
    Tuple,
    TupleOf,
    broadcast_dims,
    holds_smooth,
    is_array,
    is_complex,
    is_integral,
    is_number,
    show,
)
from srcad.rules.kinding import without_sizes
from srcad.rules.shapes import as_array


def result_kind(stated: Any, kinds: Mapping[str, Kind], by_source: Kind | None) -> Kind:
    """The kind of the result of a `Stated` function at operands of these kinds."""
    if stated.like is not None:
        return _like(stated.like, kinds)
    if stated.is_elementwise:
        return _broadcast([kind for kind in kinds.values() if holds_smooth(kind) or is_array(kind)])
    return NUMBER if by_source is None else by_source


def _like(like: Any, kinds: Mapping[str, Kind]) -> Kind:
    if isinstance(like, tuple):
        return Tuple(tuple(_like(part, kinds) for part in like))
    return as_smooth(kinds[like]) if isinstance(like, str) else without_sizes(kind_of(like))


def as_smooth(kind: Kind) -> Kind:
    """The kind of a result, whose numbers are taken to be floats, also where these are ints."""
    match kind:
        case Tuple(items=items, cls=None):
            return Tuple(tuple(map(as_smooth, items)))
        case Array(dtype=dtype, dims=dims) if np.dtype(dtype).kind in "iu":
            return Array("float64", dims)
        case _:
            return FLOAT if is_integral(kind) else kind


def _broadcast(kinds: list[Kind]) -> Kind:
    given = [as_array(k) if isinstance(k, (List, Tuple, TupleOf)) else k for k in kinds]
    if any(k is UNKNOWN or k is NUMBER or isinstance(k, Array) and k.dims is None for k in given):
        return NUMBER
    arrays = [k for k in given if isinstance(k, Array)]
    dims: str | None = ""
    for k in arrays:
        dims = broadcast_dims(dims, k.dims)
    floats = [np.dtype(k.dtype) for k in arrays if np.dtype(k.dtype).kind == "f"]
    return FLOAT if dims == "" else Array(str(np.result_type(*floats)) if floats else "float64", dims)


def forms_of(kind: Kind) -> tuple[str, ...]:
    """The forms that `runtime_rules.expect` looks for; none for a kind that a rule cannot be for."""
    if isinstance(kind, Tuple) and kind.cls is None and len(kind.items) > 1:
        forms = tuple(map(_form, kind.items))
    else:
        forms = (_form(kind),)
    return forms if all(forms) else ()


def _form(kind: Kind) -> str:
    if isinstance(kind, Array):
        return show(without_sizes(kind))
    if is_number(kind) and not is_complex(kind):
        return "float"
    return "float or float array" if kind is NUMBER else ""
