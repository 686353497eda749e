"""The kinds that are assumed of arguments before any call: by what is bound, annotations, defaults, else floats."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Mapping
from typing import Any

import numpy as np

from srcad.core.kind_of import kind_of
from srcad.core.kinds import BOOL, COMPLEX, FLOAT, INT, STRING, Array, Kind, List, Tuple, holds_smooth
from srcad.promotion import promoted

_KINDS: dict[Any, Kind] = {
    float: FLOAT,
    complex: COMPLEX,
    int: INT,
    bool: BOOL,
    str: STRING,
    np.ndarray: Array("float64", "n"),
    list[float]: List(FLOAT),
}
_SPELLED = {
    "float": float, "complex": complex, "int": int, "bool": bool, "str": str, "list[float]": list[float],
    "np.ndarray": np.ndarray, "numpy.ndarray": np.ndarray, "ndarray": np.ndarray,
}  # fmt: skip


def assumed_kinds(
    function: Any, params: list[inspect.Parameter], wrt: tuple[int, ...], bound: Mapping[str, Any]
) -> tuple[Kind, ...]:
    """A kind for each parameter of a function that is differentiated with respect to those at `wrt`.

    `bound` are the arguments that are given already: the object of a method, those of a `functools.partial`.
    """
    return tuple(
        kind_of(promoted(bound[param.name]) if i in wrt else bound[param.name])
        if param.name in bound
        else _assumed(param, i in wrt, function)
        for i, param in enumerate(params)
    )


def _assumed(param: inspect.Parameter, differentiated: bool, function: Any) -> Kind:
    if param.kind is param.VAR_POSITIONAL:
        return Tuple(())
    if param.kind is param.VAR_KEYWORD:
        return kind_of({})
    if isinstance(param.default, str):
        return kind_of(param.default)
    annotation = param.annotation
    kind = _KINDS.get(_SPELLED.get(annotation, annotation) if isinstance(annotation, str) else annotation)
    if kind is None and param.default is not param.empty and param.default is not None:
        kind = kind_of(promoted(param.default) if differentiated else param.default)
    if kind is None:
        kind = INT if _is_count(param.name, function) else FLOAT
    return kind if holds_smooth(kind) or not differentiated else FLOAT


def _is_count(name: str, function: Any) -> bool:
    """Whether a parameter is used as a bound of `range`: an int, then, and not a float."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return False
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range":
            if any(isinstance(inner, ast.Name) and inner.id == name for a in node.args for inner in ast.walk(a)):
                return True
    return False
