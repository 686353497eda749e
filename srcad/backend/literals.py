"""Constants as literals: plain numbers, strings, containers of them, and NumPy arrays of up to a few hundred numbers.

Contract: the text evaluates to an equal value of the same type (for arrays: the same dtype and shape).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import gast
import numpy as np

from srcad.errors import BackendError

MOST_NUMBERS = 500
_EXACT = ("float64", "int64", "bool", "complex128")  # what np.array makes of Python's own numbers


def is_literal(value: object) -> bool:
    """Whether a value is of a type that can be written down (it may still be too large)."""
    if value is None or value is Ellipsis or type(value) in (bool, int, float, complex, str, bytes):
        return True
    if type(value) in (tuple, list, set, frozenset):
        return all(map(is_literal, value))  # type: ignore[call-overload]
    if type(value) is dict:
        return all(is_literal(k) and is_literal(v) for k, v in value.items())
    return isinstance(value, (np.generic, np.dtype)) or type(value) is np.ndarray


def literal(value: Any, numpy: Callable[[], Any], name: str) -> Any:
    """The gast expression of a value; `numpy` gives a node that names NumPy, `name` is for the error."""

    def part(item: Any) -> Any:
        return literal(item, numpy, name)

    def of_numpy(function: str, *args: Any, **keywords: Any) -> Any:
        target = gast.Attribute(value=numpy(), attr=function, ctx=gast.Load())
        named = [gast.keyword(arg=key, value=item) for key, item in keywords.items()]
        return gast.Call(func=target, args=list(args), keywords=named)

    match value:
        case float() if type(value) is float:
            return _real(value, numpy)
        case int() if type(value) is int and value < 0:
            return gast.UnaryOp(op=gast.USub(), operand=_constant(-value))
        case complex() if type(value) is complex:
            function = gast.Name(id="complex", ctx=gast.Load(), annotation=None, type_comment=None)
            return gast.Call(func=function, args=[part(value.real), part(value.imag)], keywords=[])
        case tuple():
            return gast.Tuple(elts=[part(item) for item in _short(value, name)], ctx=gast.Load())
        case list():
            return gast.List(elts=[part(item) for item in _short(value, name)], ctx=gast.Load())
        case set() if value:
            return gast.Set(elts=[part(item) for item in sorted(_short(value, name), key=repr)])
        case set() | frozenset():
            function = gast.Name(id=type(value).__name__, ctx=gast.Load(), annotation=None, type_comment=None)
            return gast.Call(func=function, args=[part(sorted(_short(value, name), key=repr))], keywords=[])
        case dict():
            _short(value, name)
            return gast.Dict(keys=[part(key) for key in value], values=[part(item) for item in value.values()])
        case np.dtype():
            return of_numpy("dtype", _constant(_dtype_name(value, name)))
        case np.generic():
            _dtype_name(value.dtype, name)
            return of_numpy(type(value).__name__, part(value.item()))
        case np.ndarray():
            dtype = _dtype_name(value.dtype, name)
            if value.size > MOST_NUMBERS:
                raise BackendError(
                    f"cannot save: {name} is an array of {value.size} numbers",
                    None,
                    f"pass {name} to the function as an argument",
                )
            if value.size == 0:
                return of_numpy("zeros", part(value.shape), dtype=_constant(dtype))
            if dtype in _EXACT:
                return of_numpy("array", part(value.tolist()))
            return of_numpy("array", part(value.tolist()), dtype=_constant(dtype))
        case _:
            return _constant(value)


def _real(value: float, numpy: Callable[[], Any]) -> Any:
    if not math.isfinite(value):
        named = gast.Attribute(value=numpy(), attr="nan" if math.isnan(value) else "inf", ctx=gast.Load())
        return gast.UnaryOp(op=gast.USub(), operand=named) if value < 0 else named
    if math.copysign(1.0, value) < 0:
        return gast.UnaryOp(op=gast.USub(), operand=_constant(-value))
    return _constant(value)


def _constant(value: Any) -> Any:
    return gast.Constant(value=value, kind=None)


def _short(value: Any, name: str) -> Any:
    if len(value) > MOST_NUMBERS:
        raise BackendError(
            f"cannot save: {name} has {len(value)} items", None, f"pass {name} to the function as an argument"
        )
    return value


def _dtype_name(dtype: Any, name: str) -> str:
    if dtype.kind not in "biufc" or dtype.itemsize > 16 or dtype.name in ("float128", "longdouble", "clongdouble"):
        raise BackendError(f"cannot save: {name} has the dtype {dtype}, whose values have no exact text")
    return str(dtype.name)
