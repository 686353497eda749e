"""Expressions: operators, displays, subscripts, conditions. Each becomes single steps on atoms, left to right."""

from __future__ import annotations

import math
import operator
from typing import Any

import gast

from srcad.core import prims
from srcad.core.nodes import Expr, If, Lit, Op, Ref, Star, Var
from srcad.core.operators import BINARY, COMPARE, UNARY
from srcad.frontend.frame import Frame, expression
from srcad.frontend.names import is_builtin, outside_value
from srcad.frontend.scopes import read_by


@expression(gast.Constant)
def constant(frame: Frame, node: Any, into: str | None) -> Expr:
    return Lit(node.value)


@expression(gast.BinOp)
def binary(frame: Frame, node: Any, into: str | None) -> Expr:
    left, right = frame.atoms([node.left, node.right])
    if isinstance(node.op, (gast.Add, gast.Sub)) and isinstance(left, Lit) and isinstance(right, Lit):
        if type(left.value) in (int, float) and type(right.value) is complex and not right.value.real:
            return Lit(BINARY[type(node.op)](left.value, right.value))  # `1 + 2j` is one number
    return Op(BINARY[type(node.op)], (left, right))


@expression(gast.UnaryOp)
def unary(frame: Frame, node: Any, into: str | None) -> Expr:
    operand = frame.atom(node.operand)
    if isinstance(node.op, gast.USub) and isinstance(operand, Lit) and type(operand.value) in (int, float, complex):
        return Lit(-operand.value)
    if isinstance(node.op, gast.USub) and isinstance(operand, Ref) and type(operand.value) is float:
        if operand.value == math.inf:
            return Lit(-math.inf)  # a setting, as in `np.linalg.norm(x, -np.inf)`
    return Op(UNARY[type(node.op)], (operand,))


@expression(gast.NamedExpr)
def walrus(frame: Frame, node: Any, into: str | None) -> Expr:
    name = node.target.id
    variable = frame.names[0][name]
    if variable.boxed:
        value = frame.atom(node.value)
        frame.write(name, value)
        return value
    frame.assign(variable.core, frame.expr(node.value, safe_target(frame, variable.core, [node.value])))
    return Var(variable.core)


# ---------------------------------------------------------------- conditions


def safe_target(frame: Frame, target: str | None, nodes: list[Any]) -> str | None:
    """The target, if it may be assigned while these expressions are being worked out."""
    if target is None or target.startswith("%"):
        return target
    if frame.in_try or target in read_by(nodes):
        return None
    return target


@expression(gast.IfExp)
def ternary(frame: Frame, node: Any, into: str | None) -> Expr:
    test = frame.atom(node.test)
    target = into if into is not None and not frame.in_try else frame.fresh()
    then = frame.block(lambda: frame.assign(target, frame.expr(node.body, target)))
    otherwise = frame.block(lambda: frame.assign(target, frame.expr(node.orelse, target)))
    frame.emit(If(test, then, otherwise, frame.place))
    return Var(target)


@expression(gast.BoolOp)
def boolean(frame: Frame, node: Any, into: str | None) -> Expr:
    target = safe_target(frame, into, node.values) or frame.fresh()
    _joined(frame, target, node.values, isinstance(node.op, gast.And))
    return Var(target)


def _joined(frame: Frame, target: str, parts: list[Any], conjunction: bool) -> None:
    """`target = a and b and ...`: each part is worked out where those before it do not decide."""
    frame.assign(target, frame.expr(parts[0]))
    if len(parts) > 1:
        more = frame.block(lambda: _joined(frame, target, parts[1:], conjunction))
        then, otherwise = (more, ()) if conjunction else ((), more)
        frame.emit(If(Var(target), then, otherwise, frame.place))


@expression(gast.Compare)
def compare(frame: Frame, node: Any, into: str | None) -> Expr:
    if len(node.ops) == 1:
        left, right = frame.atoms([node.left, node.comparators[0]])
        return _comparison(frame, node.ops[0], left, right)
    target = safe_target(frame, into, [node.left, *node.comparators]) or frame.fresh()
    left = frame.steady(frame.atom(node.left), node.comparators)
    _chain(frame, target, left, node.ops, node.comparators)
    return Var(target)


def _chain(frame: Frame, target: str, left: Expr, ops: list[Any], comparators: list[Any]) -> None:
    right = frame.steady(frame.atom(comparators[0]), comparators[1:])
    frame.assign(target, _comparison(frame, ops[0], left, right))
    if len(ops) > 1:
        more = frame.block(lambda: _chain(frame, target, right, ops[1:], comparators[1:]))
        frame.emit(If(Var(target), more, (), frame.place))


def _comparison(frame: Frame, op: Any, left: Expr, right: Expr) -> Op:
    if isinstance(op, gast.In):
        return Op(operator.contains, (right, left))
    if isinstance(op, gast.NotIn):
        return Op(operator.not_, (frame.step(operator.contains, right, left),))
    return Op(COMPARE[type(op)], (left, right))


# ---------------------------------------------------------------- displays


@expression(gast.Tuple)
def tuple_display(frame: Frame, node: Any, into: str | None) -> Expr:
    return Op(prims.make_tuple, tuple(frame.atoms(node.elts)))


@expression(gast.List)
def list_display(frame: Frame, node: Any, into: str | None) -> Expr:
    return Op(prims.make_list, tuple(frame.atoms(node.elts)))


@expression(gast.Set)
def set_display(frame: Frame, node: Any, into: str | None) -> Expr:
    items = tuple(frame.atoms(node.elts))
    if any(isinstance(item, Star) for item in items):
        return Op(prims.call, (Ref("set", set), frame.step(prims.make_list, *items)))
    return Op(prims.make_set, items)


@expression(gast.Dict)
def dict_display(frame: Frame, node: Any, into: str | None) -> Expr:
    nodes = [part for pair in zip(node.keys, node.values, strict=True) for part in pair]
    spread = Ref("prims.SPREAD", prims.SPREAD)
    made: list[Expr] = []
    for position, part in enumerate(nodes):
        made.append(spread if part is None else frame.steady(frame.atom(part), nodes[position + 1 :]))
    return Op(prims.make_dict, tuple(made))


@expression(gast.JoinedStr)
def f_string(frame: Frame, node: Any, into: str | None) -> Expr:
    return Op(prims.make_string, tuple(frame.atoms(node.values)))


@expression(gast.FormattedValue)
def formatted(frame: Frame, node: Any, into: str | None) -> Expr:
    value = frame.atom(node.value)
    conversion = "" if node.conversion in (-1, None) else chr(node.conversion)
    spec: Expr = Lit("")
    if node.format_spec is not None:
        parts = node.format_spec.values
        constant = all(isinstance(part, gast.Constant) for part in parts)
        spec = Lit("".join(part.value for part in parts)) if constant else frame.atom(node.format_spec)
    return Op(prims.format_value, (value, Lit(conversion), spec))


# ---------------------------------------------------------------- parts of values


@expression(gast.Attribute)
def attribute(frame: Frame, node: Any, into: str | None) -> Expr:
    known = outside_value(frame, node)
    if known is not None:
        return known
    if isinstance(node.value, gast.Call) and is_builtin(frame, node.value.func, "super"):
        return Op(prims.call_super, (*super_of(frame, node.value), Lit(private(frame, node.attr))), form="attr")
    return Op(prims.get_attr, (frame.atom(node.value), Lit(private(frame, node.attr))))


def super_of(frame: Frame, node: Any) -> tuple[Expr, Expr]:
    """The class and the instance of `super()`."""
    if len(node.args) == 2:
        cls, instance = frame.atoms(node.args)
        return cls, instance
    cell = frame.outside.cells.get("__class__")
    if cell is None or not frame.scope.params or node.args:
        raise frame.refuse(node, "super outside of a method")
    cls = cell.cell_contents
    return Ref(cls.__name__, cls), frame.value_of(frame.target_of(frame.scope.params[0]))


def private(frame: Frame, attr: str) -> str:
    """The attribute's name as the class mangles it: `self.__x` is `_Cls__x` in a method of `Cls`."""
    if not attr.startswith("__") or attr.endswith("__"):
        return attr
    parts = frame.outside.function.__qualname__.split(".")
    owners = [part for part in parts[:-1] if part != "<locals>"]
    mangled = f"_{owners[-1].lstrip('_')}{attr}" if owners else attr
    return mangled if mangled in _attribute_names(frame.outside.function.__code__) else attr


def _attribute_names(code: Any) -> set[str]:
    names = set(code.co_names)
    for constant in code.co_consts:
        if hasattr(constant, "co_names"):
            names |= _attribute_names(constant)
    return names


@expression(gast.Subscript)
def subscript(frame: Frame, node: Any, into: str | None) -> Expr:
    return Op(operator.getitem, tuple(frame.atoms([node.value, node.slice])))


@expression(gast.Slice)
def slice_display(frame: Frame, node: Any, into: str | None) -> Expr:
    parts = [node.lower, node.upper, node.step]
    made: list[Expr] = []
    for position, part in enumerate(parts):
        made.append(Lit(None) if part is None else frame.steady(frame.atom(part), parts[position + 1 :]))
    return Op(prims.make_slice, tuple(made))
