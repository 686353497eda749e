"""Reading a name: a variable, a nested function, or something from outside of the function."""

from __future__ import annotations

from typing import Any

import gast

from srcad.core.nodes import Expr, Lit, Raise, Ref
from srcad.frontend.frame import Atom, Frame, LocalFunction, Variable, expression
from srcad.frontend.lifting import as_value


@expression(gast.Name)
def name(frame: Frame, node: Any, into: str | None) -> Expr:
    return read(frame, node)


def read(frame: Frame, node: Any) -> Atom:
    """The value of a name; where it means nothing, the program raises what Python raises."""
    meaning = frame.lookup(node.id)
    match meaning:
        case Variable():
            return frame.value_of(meaning)
        case LocalFunction():
            return frame.hold(as_value(frame, meaning))
        case Ref():
            return meaning
        case None:
            error = frame.call("NameError", NameError, Lit(f"name {node.id!r} is not defined"))
            frame.emit(Raise(error, None, frame.source.place(node)))
            return Lit(None)


def outside_value(frame: Frame, node: Any) -> Ref | None:
    """What a name or a dotted name of a module means, where it is known before the program runs."""
    if isinstance(node, gast.Name):
        meaning = frame.lookup(node.id)
        return meaning if isinstance(meaning, Ref) else None
    if isinstance(node, gast.Attribute):
        base = outside_value(frame, node.value)
        return None if base is None else frame.outside.attribute(base, node.attr)
    return None


def is_builtin(frame: Frame, node: Any, *names: str) -> bool:
    """Whether a node is the name of one of these builtins, and means it."""
    if not (isinstance(node, gast.Name) and node.id in names):
        return False
    meaning = frame.lookup(node.id)
    return isinstance(meaning, Ref) and meaning.value is frame.outside.builtins.get(node.id)


ITERATORS = ("zip", "map", "filter", "enumerate", "reversed")  # builtins that make their items one by one


def refuse_kept_iterator(frame: Frame, target: Any, value: Any) -> None:
    """What is gone through later sees what its lists hold then, and is used up after."""
    if isinstance(target, (gast.Tuple, gast.List)) or not isinstance(value, gast.Call):
        return
    if is_builtin(frame, value.func, *ITERATORS):
        raise frame.refuse(value, "an iterator that is kept")
