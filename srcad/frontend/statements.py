"""The plain statements: expressions for their effect, `assert`, `raise`, `del`, `with`, and those that do nothing."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import gast

from srcad.core import prims
from srcad.core.nodes import FALSE, TRUE, If, Lit, Op, Raise, Ref, Store, Var, With
from srcad.frontend.exits import JUMPS, active_flags, may_be_undone, may_swallow, run_block, ways_of_block
from srcad.frontend.expressions import private
from srcad.frontend.frame import Frame, statement
from srcad.frontend.names import is_builtin
from srcad.frontend.targets import assign


@statement(gast.Pass, gast.Global, gast.Nonlocal)
def nothing(frame: Frame, node: Any) -> None:
    """No step: a `global` or `nonlocal` name is only read (`closures.py` refuses writes)."""


@statement(gast.Expr)
def expression_statement(frame: Frame, node: Any) -> None:
    value = node.value
    if isinstance(value, gast.Constant):
        return
    if isinstance(value, gast.Call) and is_builtin(frame, value.func, "setattr") and len(value.args) == 3:
        name = value.args[1]
        if isinstance(name, gast.Constant) and isinstance(name.value, str):
            base, held = frame.atoms([value.args[0], value.args[2]])
            frame.emit(Store(base, Lit(name.value), held, frame.place, attr=True))
            return
    made = frame.expr(value)
    if isinstance(made, Op):
        frame.do(made)


@statement(gast.Assert)
def assertion(frame: Frame, node: Any) -> None:
    test = frame.atom(node.test)

    def fail() -> None:
        message = () if node.msg is None else (frame.atom(node.msg),)
        frame.emit(Raise(frame.call("AssertionError", AssertionError, *message), None, frame.place))

    failed = frame.step(operator.not_, test)
    frame.emit(If(failed, frame.block(fail), (), frame.place))


@statement(gast.Raise)
def raise_statement(frame: Frame, node: Any) -> None:
    if node.exc is None:
        frame.emit(Raise(frame.reraised.get(id(node)), None, frame.place))
        return
    exception = frame.atom(node.exc)
    cause = None if node.cause is None else frame.atom(node.cause)
    frame.emit(Raise(exception, cause, frame.place))


@statement(gast.Delete)
def delete(frame: Frame, node: Any) -> None:
    for target in node.targets:
        _delete(frame, target)


def _delete(frame: Frame, target: Any) -> None:
    match target:
        case gast.Name(id=name):
            if _read_again(frame, name, target):
                raise frame.refuse(target, "del of a name that is read again", name)
        case gast.Subscript():
            base, key = frame.atoms([target.value, target.slice])
            frame.do(Op(operator.delitem, (base, key)))
        case gast.Attribute():
            base = frame.atom(target.value)
            frame.do(Op(prims.call, (Ref("delattr", delattr), base, Lit(private(frame, target.attr)))))
        case gast.Tuple(elts=elts) | gast.List(elts=elts):
            for each in elts:
                _delete(frame, each)
        case _:
            raise frame.refuse(target)


def _read_again(frame: Frame, name: str, target: Any) -> bool:
    """Whether a deleted name may be read before it is assigned again."""
    deleted = next(event for event in frame.scope.of(name, "delete") if event.node is target)
    binds = frame.scope.of(name, "bind")
    for read in frame.scope.of(name, "read", "call"):
        if read.use == "capture":
            return True
        if read.at > deleted.at:
            if not any(deleted.at < bind.at < read.at for bind in binds):
                return True
        elif any(
            loop in deleted.loops and not any(loop in bind.loops and bind.at < read.at for bind in binds)
            for loop in read.loops
        ):
            return True
    return False


@statement(gast.With)
def with_statement(frame: Frame, node: Any) -> None:
    swallows = any(may_swallow(frame, item.context_expr) for item in node.items)
    jumps = ways_of_block(frame, node.body) & JUMPS
    if not (jumps and swallows and (len(node.items) > 1 or may_be_undone(node.body))):
        _with(frame, node.items, node.body)
        return
    # A jump that an exception on its way out cut short, and that the context swallowed, did not happen.
    finished = frame.fresh("finished")
    frame.assign(finished, FALSE)
    _with(frame, node.items, node.body, lambda: frame.assign(finished, TRUE))

    def forget() -> None:
        for flag in active_flags(frame):
            frame.assign(flag, FALSE)

    undo = frame.block(forget)
    frame.emit(If(Var(finished), (), undo, frame.place))


def _with(frame: Frame, items: list[Any], body: list[Any], end: Callable[[], None] | None = None) -> None:
    if not items:
        run_block(frame, body)
        if end is not None:
            end()
        return
    item = items[0]
    context = frame.atom(item.context_expr)
    target = item.optional_vars
    plain = frame.plain(target.id) if isinstance(target, gast.Name) else None
    name = plain if plain is not None or target is None else frame.fresh("context")
    place = frame.place

    def inside() -> None:
        if target is not None and name is not None and plain is None:
            assign(frame, target, Var(name))
        _with(frame, items[1:], body, end)

    frame.in_try += 1
    block = frame.block(inside)
    frame.in_try -= 1
    frame.emit(With(context, block, name, place))
