"""Comprehensions and generator expressions, as loops that fill a container or stop at an answer.

    [g(x) for x in xs if x > 0]             %comp = []
                                            for x in xs:
                                                if x > 0: %comp.append(g(x))

A generator expression is accepted where a builtin consumes it at once; `sum`, `any`, `all` and `next` become the loop
that they are, for the others a list takes its place.
"""

from __future__ import annotations

import operator
import types
from collections.abc import Callable
from typing import Any

import gast
import numpy as np

from srcad.core import prims
from srcad.core.nodes import FALSE, TRUE, Expr, If, Lit, Op, Raise, Store, Var
from srcad.frontend import prelude
from srcad.frontend.expressions import safe_target
from srcad.frontend.frame import Frame, expression
from srcad.frontend.generators import generate
from srcad.frontend.names import is_builtin, outside_value

_CONSUMING_BUILTINS = (
    "list tuple set frozenset dict max min sorted sum any all zip enumerate map filter iter next bytes bytearray"
).split()
_CONSUMING_MODULES = ("math", "functools", "itertools", "statistics", "collections", "operator", "heapq")
_CONSUMING_METHODS = ("join", "extend", "update", "union", "intersection", "difference", "writelines", "fromkeys")
_ARRAY_MAKERS = (np.array, np.asarray, np.asanyarray, np.ascontiguousarray, np.stack, np.concatenate, np.sum)


@expression(gast.ListComp)
def list_comprehension(frame: Frame, node: Any, into: str | None) -> Expr:
    return _filled(frame, node, into, prims.make_list, "append")


@expression(gast.SetComp)
def set_comprehension(frame: Frame, node: Any, into: str | None) -> Expr:
    return _filled(frame, node, into, prims.make_set, "add")


@expression(gast.DictComp)
def dict_comprehension(frame: Frame, node: Any, into: str | None) -> Expr:
    target = safe_target(frame, into, [node]) or frame.fresh("comp")

    def start() -> None:
        frame.assign(target, Op(prims.make_dict))

    def fill() -> None:
        key, value = frame.atoms([node.key, node.value])
        frame.emit(Store(Var(target), key, value, frame.place))

    generate(frame, node, start, fill)
    return Var(target)


def _filled(frame: Frame, node: Any, into: str | None, make: Callable[..., Any], add: str) -> Expr:
    target = safe_target(frame, into, [node]) or frame.fresh("comp")

    def start() -> None:
        frame.assign(target, Op(make))

    def fill() -> None:
        frame.do(Op(prims.call_method, (Var(target), Lit(add), frame.atom(node.elt))))

    generate(frame, node, start, fill)
    return Var(target)


# ---------------------------------------------------------------- generator expressions


def consume(frame: Frame, node: Any, into: str | None) -> Expr | None:
    """A call of `sum`, `any`, `all` or `next` on a generator expression, as its loop; None for any other call.

    `next(iter(items))` is the first of the items.
    """
    if is_builtin(frame, node.func, "next") and (items := _iterated(frame, node)) is not None:
        function = prelude.first_item if len(node.args) == 1 else prelude.first_or
        first, *others = frame.atoms([items, *node.args[1:]])
        if isinstance(items, gast.Call):  # a view of a dict, say
            first = frame.call("list", list, first)
        return frame.call(function.__name__, function, first, *others)
    if not (node.args and isinstance(node.args[0], gast.GeneratorExp)) or len(node.args) > 2:
        return None
    generator, *others = node.args
    if is_builtin(frame, node.func, "sum"):
        keywords = {keyword.arg: keyword.value for keyword in node.keywords}
        if not set(keywords) <= {"start"}:
            return None
        return _sum(frame, generator, others[0] if others else keywords.get("start"), into)
    if node.keywords:
        return None
    if is_builtin(frame, node.func, "any", "all") and not others:
        return _any(frame, generator, node.func.id == "all")
    if is_builtin(frame, node.func, "next"):
        return _next(frame, generator, others[0] if others else None)
    return None


def _iterated(frame: Frame, node: Any) -> Any:
    """What is iterated in `next(iter(items))` or `next(iter(items), default)`; None for other calls."""
    match node:
        case gast.Call(args=[gast.Call(func=func, args=[items], keywords=[]), *others], keywords=[]):
            return items if len(others) <= 1 and is_builtin(frame, func, "iter") else None
        case _:
            return None


def _sum(frame: Frame, generator: Any, start: Any, into: str | None) -> Expr:
    target = safe_target(frame, into, [generator, *([start] if start is not None else [])]) or frame.fresh("total")

    def begin() -> None:
        frame.assign(target, Lit(0) if start is None else frame.expr(start))

    def add() -> None:
        frame.assign(target, Op(operator.add, (Var(target), frame.atom(generator.elt))))

    generate(frame, generator, begin, add)
    return Var(target)


def _any(frame: Frame, generator: Any, negated: bool) -> Expr:
    found = frame.fresh("failed" if negated else "found")

    def check() -> None:
        value = frame.atom(generator.elt)
        hit = frame.block(lambda: frame.assign(found, TRUE))
        frame.emit(If(value, (), hit, frame.place) if negated else If(value, hit, (), frame.place))

    generate(frame, generator, lambda: frame.assign(found, FALSE), check, found)
    return Op(operator.not_, (Var(found),)) if negated else Var(found)


def _next(frame: Frame, generator: Any, default: Any) -> Expr:
    found, target = frame.fresh("found"), frame.fresh("next")

    def begin() -> None:
        frame.assign(found, FALSE)
        if default is not None:
            frame.assign(target, frame.expr(default))

    def take() -> None:
        frame.assign(target, frame.expr(generator.elt))
        frame.assign(found, TRUE)

    generate(frame, generator, begin, take, found)
    if default is None:

        def stop() -> None:
            frame.emit(Raise(frame.call("StopIteration", StopIteration), None, frame.place))

        frame.emit(If(Var(found), (), frame.block(stop), frame.place))
    return Var(target)


def listed(frame: Frame, call: Any, argument: Any) -> Any:
    """An argument of a call; a generator expression that the callee consumes at once as a list comprehension."""
    if not isinstance(argument, gast.GeneratorExp):
        return argument
    func = call.func
    consumes = is_builtin(frame, func, *_CONSUMING_BUILTINS)
    known = outside_value(frame, func)
    if known is not None and not consumes:
        if any(known.value is maker for maker in _ARRAY_MAKERS):
            raise frame.refuse(argument, "an array made of a generator")
        module = getattr(known.value, "__module__", None) or ""
        consumes = module.partition(".")[0] in _CONSUMING_MODULES or known.value is np.fromiter
        consumes = consumes or (isinstance(known.value, types.BuiltinFunctionType) and module in ("_functools", "math"))
    elif known is None and isinstance(func, gast.Attribute):
        consumes = func.attr in _CONSUMING_METHODS
    if not consumes:
        raise frame.refuse(argument, "a generator expression that escapes")
    made = gast.ListComp(argument.elt, argument.generators)
    return gast.copy_location(made, argument)
