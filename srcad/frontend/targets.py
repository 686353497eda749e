"""What stands on the left of `=`: names, elements, attributes, and patterns of them."""

from __future__ import annotations

import operator
from typing import Any

import gast

from srcad.core import prims
from srcad.core.nodes import Expr, Lit, Op, Store, Var
from srcad.frontend.closures import define
from srcad.frontend.expressions import private, safe_target
from srcad.frontend.frame import Frame, LocalFunction, Variable, statement
from srcad.frontend.names import outside_value, refuse_kept_iterator
from srcad.frontend.scopes import bound_by, read_by

IN_PLACE: dict[type, Any] = {
    gast.Add: operator.iadd,
    gast.Sub: operator.isub,
    gast.Mult: operator.imul,
    gast.Div: operator.itruediv,
    gast.FloorDiv: operator.ifloordiv,
    gast.Mod: operator.imod,
    gast.Pow: operator.ipow,
    gast.MatMult: operator.imatmul,
    gast.BitAnd: operator.iand,
    gast.BitOr: operator.ior,
    gast.BitXor: operator.ixor,
    gast.LShift: operator.ilshift,
    gast.RShift: operator.irshift,
}


@statement(gast.Assign)
def assign_statement(frame: Frame, node: Any) -> None:
    targets, value = node.targets, node.value
    first = targets[0]
    if len(targets) == 1:
        if isinstance(first, gast.Name) and first.id in frame.functions:
            define(frame, frame.functions[first.id])
            return
        if isinstance(first, (gast.Tuple, gast.List)) and isinstance(value, (gast.Tuple, gast.List)):
            if _pairwise(frame, first.elts, value.elts):
                return
        _assign_expression(frame, first, value)
        return
    plain = frame.plain(first.id) if isinstance(first, gast.Name) else None
    if plain is not None and not isinstance(value, gast.Constant):
        _assign_expression(frame, first, value)
        held: Expr = Var(plain)
    else:
        held = frame.atom(value)
        assign(frame, first, held)
    for target in targets[1:]:
        assign(frame, target, held)


@statement(gast.AnnAssign)
def annotated(frame: Frame, node: Any) -> None:
    if node.value is not None:
        _assign_expression(frame, node.target, node.value)


def _assign_expression(frame: Frame, target: Any, value: Any) -> None:
    refuse_kept_iterator(frame, target, value)
    if isinstance(target, gast.Name):
        plain = frame.plain(target.id)
        frame.write(target.id, frame.expr(value, None if frame.in_try else plain))
    elif isinstance(target, (gast.Tuple, gast.List)):
        unpack(frame, target, frame.expr(value))
    else:
        assign(frame, target, frame.atom(value))


def assign(frame: Frame, target: Any, value: Expr) -> None:
    """Assign a value that is there already to a target."""
    match target:
        case gast.Name(id=name):
            frame.write(name, value)
        case gast.Subscript():
            base, key = frame.atoms([target.value, target.slice])
            frame.emit(Store(base, key, frame.hold(value), frame.place))
        case gast.Attribute():
            frame.emit(Store(_owner(frame, target), _key(frame, target), frame.hold(value), frame.place, attr=True))
        case gast.Tuple() | gast.List():
            unpack(frame, target, value)
        case gast.Starred():
            assign(frame, target.value, value)
        case _:
            raise frame.refuse(target)


def _owner(frame: Frame, target: Any) -> Expr:
    known = outside_value(frame, target.value)
    if known is not None and frame.outside.attribute(known, "__name__") is not None:
        raise frame.refuse(target, "a write to an attribute of a module")
    return frame.atom(target.value)


def _key(frame: Frame, target: Any) -> Lit:
    return Lit(private(frame, target.attr))


# ---------------------------------------------------------------- unpacking


def unpack(frame: Frame, pattern: Any, value: Expr) -> None:
    """`a, (b, *c) = value`."""
    items = pattern.elts
    stars = [i for i, item in enumerate(items) if isinstance(item, gast.Starred)]
    star = stars[0] if stars else -1
    held = frame.hold(value)
    parts = frame.step(prims.unpack, held, Lit(len(items)), Lit(star))
    for i, item in enumerate(items):
        part: Expr = Op(operator.getitem, (parts, Lit(i)))
        assign(frame, item, part)


def _pairwise(frame: Frame, targets: list[Any], values: list[Any]) -> bool:
    """`a, b = b, a` item by item, with a temporary only where a target is read by a later value."""
    if len(targets) != len(values) or any(isinstance(n, gast.Starred) for n in (*targets, *values)):
        return False
    names = [target.id for target in targets if isinstance(target, gast.Name)]
    simple = len(set(names)) == len(targets) and all(frame.plain(name) is not None for name in names)
    walrus = bool(frame.scope.walrus and bound_by(values))
    if not simple or frame.in_try or walrus:
        held = _held(frame, values)
        for target, value in zip(targets, held, strict=True):
            assign(frame, target, value)
        return True
    late: list[tuple[str, Expr]] = []
    for i, (name, value) in enumerate(zip(names, values, strict=True)):
        if frame.plain(name) in _cores(frame, values[i + 1 :]):
            temporary = frame.fresh()
            frame.assign(temporary, frame.expr(value, temporary))
            late.append((name, Var(temporary)))
        else:
            plain = frame.plain(name)
            frame.write(name, frame.expr(value, safe_target(frame, plain, [])))
    for name, value in late:
        frame.write(name, value)
    return True


def _held(frame: Frame, values: list[Any]) -> list[Expr]:
    """The values, each kept from the assignments that follow."""
    made: list[Expr] = []
    for value in frame.atoms(values):
        if isinstance(value, Var) and not value.name.startswith("%"):
            name = frame.fresh()
            frame.assign(name, value)
            value = Var(name)
        made.append(value)
    return made


def _cores(frame: Frame, nodes: list[Any]) -> set[str]:
    """The core names of the variables that expressions read, through lifted functions too."""
    found: set[str] = set()
    for name in read_by(nodes):
        meaning = frame.lookup(name)
        if isinstance(meaning, Variable):
            found.add(frame.core_of(meaning))
        elif isinstance(meaning, LocalFunction):
            found |= {frame.core_of(v) for v in meaning.variables}
    return found


# ---------------------------------------------------------------- augmented assignment


@statement(gast.AugAssign)
def augmented(frame: Frame, node: Any) -> None:
    function = IN_PLACE[type(node.op)]
    target = node.target
    match target:
        case gast.Name(id=name):
            before = frame.steady(frame.value_of(frame.target_of(name)), [node.value])
            frame.write(name, Op(function, (before, frame.atom(node.value))))
        case gast.Subscript():
            base, key = frame.atoms([target.value, target.slice])
            old = frame.step(operator.getitem, base, key)
            frame.emit(Store(base, key, frame.step(function, old, frame.atom(node.value)), frame.place))
        case gast.Attribute():
            owner, attr = _owner(frame, target), _key(frame, target)
            old = frame.step(prims.get_attr, owner, attr)
            frame.emit(Store(owner, attr, frame.step(function, old, frame.atom(node.value)), frame.place, attr=True))
        case _:
            raise frame.refuse(target)
