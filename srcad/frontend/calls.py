"""Calls: of functions from outside, of nested functions, of methods, of `super()`."""

from __future__ import annotations

from typing import Any

import gast

from srcad.core import prims
from srcad.core.nodes import Expr, Lit, Op, Ref
from srcad.frontend.comprehensions import consume, listed
from srcad.frontend.expressions import private, super_of
from srcad.frontend.frame import Frame, LocalFunction, expression
from srcad.frontend.lifting import captures_of
from srcad.frontend.names import is_builtin, outside_value

Keywords = tuple[tuple[str, Expr], ...]

_HIDDEN_NAMES = ("exec", "eval", "locals", "globals", "__import__", "compile")
_HIDDEN_NAMES_BARE = ("vars", "dir")


@expression(gast.Call)
def call(frame: Frame, node: Any, into: str | None) -> Expr:
    func = node.func
    if is_builtin(frame, func, *_HIDDEN_NAMES) or (is_builtin(frame, func, *_HIDDEN_NAMES_BARE) and not node.args):
        raise frame.refuse(node, "a call of exec, eval, locals, globals, vars or dir")
    if is_builtin(frame, func, "super"):
        raise frame.refuse(node, "super as a value")
    consumed = consume(frame, node, into)
    if consumed is not None:
        return consumed
    if is_builtin(frame, func, "getattr") and len(node.args) == 2 and not node.keywords:
        attr = node.args[1]
        if isinstance(attr, gast.Constant) and isinstance(attr.value, str):
            return Op(prims.get_attr, (frame.atom(node.args[0]), Lit(attr.value)))
    if isinstance(func, gast.Name):
        meaning = frame.lookup(func.id)
        if isinstance(meaning, LocalFunction):
            args, kwargs = arguments(frame, node)
            return Op(prims.call, (Ref(meaning.name, meaning), *captures_of(frame, meaning), *args), kwargs)
    known = outside_value(frame, func)
    if known is None and isinstance(func, gast.Attribute):
        return _method(frame, node, func)
    callee = known if known is not None else frame.steady(frame.atom(func), node.args)
    args, kwargs = arguments(frame, node)
    return Op(prims.call, (callee, *args), kwargs)


def _method(frame: Frame, node: Any, func: Any) -> Expr:
    attr = Lit(private(frame, func.attr))
    if isinstance(func.value, gast.Call) and is_builtin(frame, func.value.func, "super"):
        cls, instance = super_of(frame, func.value)
        args, kwargs = arguments(frame, node)
        return Op(prims.call_super, (cls, instance, attr, *args), kwargs)
    base = frame.steady(frame.atom(func.value), node.args)
    args, kwargs = arguments(frame, node)
    return Op(prims.call_method, (base, attr, *args), kwargs)


def arguments(frame: Frame, node: Any) -> tuple[tuple[Expr, ...], Keywords]:
    """The arguments of a call, from left to right."""
    nodes = [listed(frame, node, argument) for argument in node.args]
    values = [listed(frame, node, keyword.value) for keyword in node.keywords]
    made = frame.atoms([*nodes, *values])
    names = [keyword.arg or "**" for keyword in node.keywords]
    return tuple(made[: len(nodes)]), tuple(zip(names, made[len(nodes) :], strict=True))


@expression(gast.GeneratorExp)
def escaping(frame: Frame, node: Any, into: str | None) -> Expr:
    raise frame.refuse(node, "a generator expression that escapes")
