"""What is differentiated of a function that has a user's rule: a function that does nothing but call it."""

from __future__ import annotations

import inspect
from types import FunctionType
from typing import Any

from srcad.core.texts import written

_CALLING: dict[int, tuple[Any, FunctionType]] = {}  # by what was stated


def calling(fun: Any, stated: Any) -> FunctionType:
    """A function that does nothing but call one that has a user's rule: that is what is differentiated."""
    known = _CALLING.get(id(stated))
    if known is not None:
        return known[1]
    name = stated.name
    try:
        parameters = list(inspect.signature(fun).parameters.values())
    except (ValueError, TypeError):
        defaults = dict(stated.defaults)
        keyword = inspect.Parameter.POSITIONAL_OR_KEYWORD
        parameters = [inspect.Parameter(p, keyword, default=defaults.get(p, inspect._empty)) for p in stated.params]
    shown: list[str] = []
    given: list[str] = []
    stars: dict[Any, str] = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    space: dict[str, Any] = {}
    for p in parameters:
        if p.kind is p.KEYWORD_ONLY and not any(s.startswith("*") for s in shown):
            shown.append("*")
        if p.default is not p.empty:
            space[f"{p.name}_default"] = p.default
        star = stars.get(p.kind, "")
        shown.append(star + p.name + ("" if p.default is p.empty else f"={p.name}_default"))
        given.append(f"{p.name}={p.name}" if p.kind is p.KEYWORD_ONLY else star + p.name)
    text = f"def {name}({', '.join(shown)}):\n    return {name}({', '.join(given)})\n"
    made: FunctionType = written(text, name, space)
    made.__globals__[name] = fun  # what the text calls: the name of the function itself is not needed
    made.__module__ = str(getattr(fun, "__module__", None) or "builtins")
    _CALLING[id(stated)] = stated, made
    return made
