"""Which parameters a Python function visibly writes into: a rule states what a function gives, not what it changes."""

from __future__ import annotations

import inspect
import textwrap
import types
from typing import Any

import gast

_WRITING = frozenset(
    "append extend insert clear remove reverse sort fill put itemset partition resize update setdefault popitem "
    "appendleft add discard pop __setitem__".split()
)


def written_parameters(function: Any) -> list[tuple[str, int]]:
    """The parameters that statements of the function write into, each with the line; none where it has no source."""
    if not isinstance(function, types.FunctionType):
        return []
    try:
        lines, first = inspect.getsourcelines(function)
        tree = gast.parse(textwrap.dedent("".join(lines))).body[0]
    except (OSError, TypeError, SyntaxError):
        return []
    if not isinstance(tree, gast.FunctionDef):
        return []
    code = function.__code__
    params = set(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])
    bound = {
        node.id for node in gast.walk(tree) if isinstance(node, gast.Name) and isinstance(node.ctx, gast.Store)
    }  # a name that is bound anew is no longer the parameter
    found = []
    for node in gast.walk(tree):
        for name in _written(node):
            if name in params and name not in bound:
                found.append((name, first + node.lineno - 1))
    return found


def _written(node: Any) -> list[str]:
    match node:
        case gast.Assign(targets=targets):
            return [name for target in targets for name in _stored(target)]
        case gast.AugAssign(target=target) | gast.AnnAssign(target=target):
            return _stored(target)
        case gast.Delete(targets=targets):
            return [name for target in targets for name in _stored(target)]
        case gast.Call(func=gast.Attribute(value=gast.Name(id=name), attr=attr)) if attr in _WRITING:
            return [name]
        case gast.Call(keywords=keywords):
            return [k.value.id for k in keywords if k.arg == "out" and isinstance(k.value, gast.Name)]
        case _:
            return []


def _stored(target: Any) -> list[str]:
    """The name whose memory a store into `x[i]`, `x.a` or `x[i].a` reaches."""
    if isinstance(target, (gast.Tuple, gast.List)):
        return [name for part in target.elts for name in _stored(part)]
    if not isinstance(target, (gast.Subscript, gast.Attribute)):
        return []
    while isinstance(target, (gast.Subscript, gast.Attribute)):
        target = target.value
    return [target.id] if isinstance(target, gast.Name) else []
