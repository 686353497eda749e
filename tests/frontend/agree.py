"""`agree(function, *inputs)`: the lowered program does what the function does.

Same value and type, same exception, same changes of the arguments, same printed lines, on every input.
"""

from __future__ import annotations

import builtins
import contextlib
import copy
import io
import math
from collections.abc import Callable, Iterable
from typing import Any
from unittest import mock

import numpy as np

from srcad.core.nodes import Program
from srcad.frontend.lower import lower
from tests.frontend.interpret import function_of


def agree(function: Callable, *inputs: tuple) -> Program:
    program = lower(function)
    lowered = function_of(program)
    for args in inputs:
        with mock.patch.object(builtins, "sum", _sum_in_turn):
            expected = _outcome(function, args)
        got = _outcome(lowered, args)
        assert same(expected, got), f"{function.__name__}{args!r}: expected {expected!r}, got {got!r}"
    return program


def _sum_in_turn(xs: Iterable, /, start: Any = 0) -> Any:
    """The builtin sum as docs/conventions.md says: from Python 3.12 on, Python's own compensates its rounding."""
    for x in xs:
        start = start + x
    return start


def _outcome(function: Callable, args: tuple) -> dict[str, Any]:
    args = copy.deepcopy(args)
    printed = io.StringIO()
    value, error = None, None
    with contextlib.redirect_stdout(printed):
        try:
            value = function(*args)
        except Exception as raised:
            error = (type(raised), str(raised), type(raised.__cause__))
    return {"value": value, "error": error, "args": args, "printed": printed.getvalue()}


def same(a: Any, b: Any) -> bool:
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, float):
        return a == b or (math.isnan(a) and math.isnan(b))
    if hasattr(a, "__dict__") and not isinstance(a, type):
        return same(vars(a), vars(b))
    if hasattr(a, "__slots__"):
        return all(same(getattr(a, name), getattr(b, name)) for name in a.__slots__)
    return bool(a == b)
