"""Arithmetic on ints under Numba that raises where the result takes more than 64 bits.

The operands may be ints or other numbers: of floats and arrays each function is the plain operator. Importing this file
imports Numba.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numba.core import types as numba_types
from numba.extending import intrinsic, overload

from srcad import runtime

types: Any = numba_types  # its names are not known to type checkers
_INTS: Any = (types.Integer, types.Boolean)
_MESSAGE = "an int takes more than 64 bits, which Numba's ints do not have"


def _with_overflow(instruction: str) -> Any:
    """The result of an operation of LLVM on two ints, and whether it is too large."""

    @intrinsic  # type: ignore[untyped-decorator]
    def checked(typingctx: Any, a: Any, b: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            pair = getattr(builder, instruction)(*args)
            made = [builder.extract_value(pair, 0), builder.extract_value(pair, 1)]
            return context.make_tuple(builder, signature.return_type, made)

        return types.Tuple((types.int64, types.boolean))(types.int64, types.int64), generate

    return checked


_add, _sub, _mul = map(_with_overflow, ("sadd_with_overflow", "ssub_with_overflow", "smul_with_overflow"))


def _checked(intrinsic_: Any) -> Callable[[Any, Any], Any]:
    def compute(a: Any, b: Any) -> Any:
        made, beyond = intrinsic_(np.int64(a), np.int64(b))
        if beyond:
            raise runtime.Beyond(_MESSAGE)
        return made

    return compute


def _both_ints(a: Any, b: Any) -> bool:
    return isinstance(a, _INTS) and isinstance(b, _INTS)


def times(a: Any, b: Any) -> Any:
    """`a * b`"""
    return a * b


@overload(times, strict=False)  # type: ignore[untyped-decorator]
def _times(a: Any, b: Any) -> Any:
    return _checked(_mul) if _both_ints(a, b) else lambda a, b: a * b


def plus(a: Any, b: Any) -> Any:
    """`a + b`"""
    return a + b


@overload(plus, strict=False)  # type: ignore[untyped-decorator]
def _plus(a: Any, b: Any) -> Any:
    return _checked(_add) if _both_ints(a, b) else lambda a, b: a + b


def minus(a: Any, b: Any) -> Any:
    """`a - b`"""
    return a - b


@overload(minus, strict=False)  # type: ignore[untyped-decorator]
def _minus(a: Any, b: Any) -> Any:
    return _checked(_sub) if _both_ints(a, b) else lambda a, b: a - b


def raised(a: Any, b: Any) -> Any:
    """`a**b`"""
    return a**b


@overload(raised, strict=False)  # type: ignore[untyped-decorator]
def _raised(a: Any, b: Any) -> Any:
    if not _both_ints(a, b):
        return lambda a, b: a**b

    def compute(a: Any, b: Any) -> Any:
        if b < 0:
            raise runtime.Beyond("an int to a negative power is a float, which Numba's ints are not")
        made = 1
        base, left = np.int64(a), np.int64(b)
        while left > 0:
            if left % 2 == 1:
                made = times(made, base)
            left //= 2
            if left > 0:
                base = times(base, base)
        return made

    return compute


def shifted(a: Any, b: Any) -> Any:
    """`a << b`"""
    return a << b


@overload(shifted, strict=False)  # type: ignore[untyped-decorator]
def _shifted(a: Any, b: Any) -> Any:
    def compute(a: Any, b: Any) -> Any:
        made = np.int64(a) << np.int64(min(max(b, 0), 62))
        if b < 0:
            raise ValueError("negative shift count")
        if (b > 62 and a != 0) or made >> np.int64(min(b, 62)) != a:
            raise runtime.Beyond(_MESSAGE)
        return made

    return compute if _both_ints(a, b) else lambda a, b: a << b


def whole(x: Any) -> Any:
    """`int(x)`"""
    return int(x)


@numba.njit  # type: ignore[untyped-decorator]
def _int_of(x: Any) -> Any:
    if not abs(x) < 9.2e18:
        raise runtime.Beyond(_MESSAGE)
    return int(x)


@overload(whole, strict=False)  # type: ignore[untyped-decorator]
def _whole(x: Any) -> Any:
    return (lambda x: _int_of(x)) if isinstance(x, types.Float) else lambda x: int(x)


def floored(x: Any) -> Any:
    """`math.floor(x)`"""
    return math.floor(x)


@overload(floored, strict=False)  # type: ignore[untyped-decorator]
def _floored(x: Any) -> Any:
    return (lambda x: _int_of(np.floor(x))) if isinstance(x, types.Float) else lambda x: math.floor(x)


def ceiled(x: Any) -> Any:
    """`math.ceil(x)`"""
    return math.ceil(x)


@overload(ceiled, strict=False)  # type: ignore[untyped-decorator]
def _ceiled(x: Any) -> Any:
    return (lambda x: _int_of(np.ceil(x))) if isinstance(x, types.Float) else lambda x: math.ceil(x)
