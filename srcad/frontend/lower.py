"""A Python function becomes a core program.

    >>> from srcad.frontend.lower import lower_source
    >>> program = lower_source("def f(x):\\n    return x * x + 1\\n", "f", {}, "<example>")
    >>> [type(step).__name__ for step in program.body]
    ['Assign', 'Assign', 'Return']

The contract: the program computes what the function computes, with the same effects in the same order, in the small
language of `srcad.core.nodes`; what cannot be said there is an `UnsupportedSyntax` at its place. The other files of
this package each lower one part of the language, and register it with `frame.py`.
"""

from __future__ import annotations

import linecache
import types
from typing import Any

import gast

from srcad.core.nodes import Expr, Lit, Param, Program, Ref
from srcad.frontend import calls, comprehensions, expressions, handlers, loops, patterns, statements, targets
from srcad.frontend.closures import lower_body
from srcad.frontend.exits import return_items
from srcad.frontend.frame import Frame
from srcad.frontend.lifting import plain_params
from srcad.frontend.outside import Outside
from srcad.frontend.scopes import scope_of
from srcad.frontend.source import find

REGISTERED = (calls, comprehensions, expressions, handlers, loops, patterns, statements, targets)


def lower(function: types.FunctionType) -> Program:
    """The core program of a Python function.

    Raises `SourceNotFound` where its source cannot be read, `UnsupportedSyntax` where it cannot be said.
    """
    source = find(function)
    node = source.node
    outside = Outside(function)
    frame = Frame(source, outside, scope_of(node))
    gathers = function.__name__ == "__iter__" and return_items(frame, node.body)
    body = lower_body(frame, node)
    name = function.__name__ if function.__name__.isidentifier() else "anonymous"
    return Program(
        name,
        _params(function, node),
        body,
        "" if isinstance(node, gast.Lambda) else gast.get_docstring(node) or "",
        source.place(node),
        guards=tuple(outside.guards.values()),
        source=function,
        gathers=gathers,
    )


def lower_source(source: str, name: str, globals: dict[str, Any], filename: str) -> Program:
    """The core program of the function `name` that a text defines, run in `globals`."""
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    exec(compile(source, filename, "exec"), globals)
    return lower(globals[name])


def _params(function: types.FunctionType, node: Any) -> tuple[Param, ...]:
    params = plain_params(node.args)
    positional = [param.name for param in params if param.kind in ("pos", "any")]
    given = function.__defaults__ or ()
    defaults: dict[str, Expr] = {}
    for number, (name, value) in enumerate(zip(positional[len(positional) - len(given) :], given, strict=True)):
        defaults[name] = _default(value, f"{function.__name__}.__defaults__[{number}]")
    for name, value in (function.__kwdefaults__ or {}).items():
        defaults[name] = _default(value, f"{function.__name__}.__kwdefaults__[{name!r}]")
    annotations = function.__annotations__
    return tuple(
        Param(p.name, p.kind, defaults.get(p.name), _annotation(function, annotations.get(p.name))) for p in params
    )


def _default(value: Any, name: str) -> Expr:
    constant = value is None or value is ... or type(value) in (bool, int, float, complex, str, bytes)
    return Lit(value) if constant else Ref(name, value)


def _annotation(function: types.FunctionType, annotation: Any) -> Any:
    """The annotation as an object, where it is a string that names one."""
    if isinstance(annotation, str):
        value: Any = None
        for position, part in enumerate(annotation.split(".")):
            value = getattr(value, part, None) if position else _named(function, part)
        return annotation if value is None else value
    return annotation


def _named(function: types.FunctionType, name: str) -> Any:
    found = Outside(function)
    return found.globals.get(name, found.builtins.get(name))
