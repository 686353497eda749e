"""The kind of an actual value.

Reads types and structure only, never numbers (except constants such as None, strings and functions). Objects are
followed through their attributes; a cycle ends in `Opaque`.
"""

from __future__ import annotations

import collections
import enum
import functools
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from srcad.core.kinds import (
    BOOL,
    BOTTOM,
    COMPLEX,
    FLOAT,
    INT,
    NONE_KIND,
    RANGE,
    SLICE,
    UNKNOWN,
    Array,
    Const,
    Dict,
    Function,
    Kind,
    List,
    Maybe,
    Object,
    Opaque,
    Record,
    Set,
    Tuple,
    TupleOf,
    children,
    is_number,
    join_all,
    widen,
)
from srcad.core.libraries import is_library_object, is_sparse, the_one
from srcad.core.overriding import builtin_overridden
from srcad.core.sums import holds_sum

_CODE = (
    types.FunctionType,
    types.BuiltinFunctionType,
    type,
    types.ModuleType,
    np.ufunc,
    types.MethodWrapperType,
    types.MethodDescriptorType,
    type(np.sum),
)


def array_kind(value: np.ndarray[Any, Any]) -> Array:
    """The kind of an array; in which order its bytes are is not part of it."""
    dtype = value.dtype if value.dtype.isnative else value.dtype.newbyteorder("=")
    return Array(str(dtype), "".join("1" if size == 1 else "n" for size in value.shape))


_SIMPLE: dict[type, Callable[[Any], Kind]] = {
    float: lambda v: FLOAT,
    int: lambda v: INT,
    bool: lambda v: BOOL,
    complex: lambda v: COMPLEX,
    str: Const,
    bytes: Const,
    type(None): lambda v: NONE_KIND,
    np.ndarray: array_kind,
    range: lambda v: RANGE,
    slice: lambda v: SLICE,
    type(Ellipsis): Const,
}


def kind_of(value: Any, _above: tuple[int, ...] = ()) -> Kind:
    """The kind of `value`."""
    simple = _SIMPLE.get(type(value))
    if simple is not None:
        return simple(value)
    if not isinstance(value, enum.Enum) and builtin_overridden(type(value)) is not None:
        return Opaque(type(value))
    if isinstance(value, (bool, np.bool_)):
        return BOOL
    if isinstance(value, (int, np.integer)):
        return INT
    if isinstance(value, (float, np.floating)):
        return FLOAT
    if isinstance(value, (complex, np.complexfloating)):
        return COMPLEX
    if isinstance(value, enum.Enum):
        return Const(value)
    if isinstance(value, np.ndarray):
        return array_kind(value) if type(value) is np.ndarray else Opaque(type(value))
    if id(value) in _above:
        return Opaque(type(value))
    above = (*_above, id(value))
    if isinstance(value, list):
        return (
            List(FLOAT) if set(map(type, value)) == {float} else _outside_list(tuple(kind_of(v, above) for v in value))
        )
    if type(value) is collections.deque:
        kinds = tuple(kind_of(v, above) for v in value)
        return List(join_all(kinds), collections.deque, value.maxlen is not None)
    if isinstance(value, tuple):
        items = tuple(kind_of(v, above) for v in value)
        names = getattr(type(value), "_fields", ())
        return Tuple(items, type(value) if names else None, tuple(names))
    if isinstance(value, dict):
        if all(isinstance(key, (str, int, bytes, bool, type(None))) for key in value) and type(value) is dict:
            return Record(tuple((key, kind_of(v, above)) for key, v in value.items()))
        return Dict(
            join_all(tuple(kind_of(k, above) for k in value)),
            _joined(tuple(kind_of(v, above) for v in value.values())),
            type(value),
            hasattr(type(value), "__missing__"),
        )
    if isinstance(value, (set, frozenset)):
        return Set(join_all(tuple(kind_of(v, above) for v in value)))
    if is_library_object(value) or isinstance(value, types.MethodType) and is_library_object(value.__self__):
        return Const(the_one(value))
    if isinstance(value, types.MethodType):
        return Function(value.__func__, (("__self__", kind_of(value.__self__, above)),))
    if isinstance(value, functools.partial):
        fields = [(f"args{i}", kind_of(v, above)) for i, v in enumerate(value.args)]
        fields += [(str(k), kind_of(v, above)) for k, v in value.keywords.items()]
        return Function(value.func, (("__partial__", BOTTOM), *fields))
    if isinstance(value, _CODE) or isinstance(getattr(value, "py_func", None), types.FunctionType):
        return Const(value)
    if callable(value) and type(value).__module__.split(".")[0] == "numba":  # what `numba.vectorize` makes
        return Const(value)
    if is_sparse(type(value)) and value.dtype.kind in "biuf":
        return Opaque(type(value))  # constant data, and linear in what it is multiplied with
    attributes = getattr(value, "__dict__", None)
    if attributes is None and hasattr(type(value), "__slots__"):
        slots = [name for cls in type(value).__mro__ for name in getattr(cls, "__slots__", ())]
        attributes = {name: getattr(value, name) for name in slots if hasattr(value, name)}
    if not isinstance(attributes, dict) or type(value).__module__.split(".")[0] in ("numpy", "random", "io", "_io"):
        return Opaque(type(value))
    return Object(type(value), tuple((name, kind_of(v, above)) for name, v in attributes.items()))


MOST_ITEMS = 64  # a longer list of different things is not taken apart


def list_kind(items: tuple[Kind, ...]) -> Kind:
    """The kind of a list; one of different things (`[3.0, (4, "a")]`) is seen as a tuple is, item by item."""
    item = join_all(tuple(widen(k) if is_number(k) else k for k in items))
    if _holds_unknown(item) and len(items) <= MOST_ITEMS and not any(map(_holds_unknown, items)):
        return Tuple(items, list)
    return List(item)


def _outside_list(items: tuple[Kind, ...]) -> Kind:
    item = _joined(items)
    if item is UNKNOWN and holds_sum(join_all(items)):
        return Tuple(items, list) if len(items) <= MOST_ITEMS else List(UNKNOWN)
    return list_kind(items)


def _joined(kinds: tuple[Kind, ...]) -> Kind:
    """What values from outside join to. They are themselves: none says which of several kinds it is of."""
    joined = join_all(kinds)
    return UNKNOWN if holds_sum(joined) and not any(map(holds_sum, kinds)) else joined


def _holds_unknown(kind: Kind) -> bool:
    match kind:
        case List(item=item) | Maybe(kind=item) | TupleOf(item=item):
            return _holds_unknown(item)
        case Dict(value=value):
            return _holds_unknown(value)
        case _:
            return kind is UNKNOWN or any(_holds_unknown(k) for _, k in children(kind) or ())
