"""The operators of Python: which function of `operator` each node class of gast stands for, and each in-place operator.

Every pass that asks what `+` or `+=` is reads it here.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import gast

from srcad.core.nodes import Assign, Op, Stmt, Var

BINARY: dict[type, Callable[..., Any]] = {
    gast.Add: operator.add,
    gast.Sub: operator.sub,
    gast.Mult: operator.mul,
    gast.Div: operator.truediv,
    gast.FloorDiv: operator.floordiv,
    gast.Mod: operator.mod,
    gast.Pow: operator.pow,
    gast.MatMult: operator.matmul,
    gast.BitAnd: operator.and_,
    gast.BitOr: operator.or_,
    gast.BitXor: operator.xor,
    gast.LShift: operator.lshift,
    gast.RShift: operator.rshift,
}
UNARY: dict[type, Callable[..., Any]] = {
    gast.USub: operator.neg,
    gast.UAdd: operator.pos,
    gast.Not: operator.not_,
    gast.Invert: operator.invert,
}
COMPARE: dict[type, Callable[..., Any]] = {
    gast.Eq: operator.eq,
    gast.NotEq: operator.ne,
    gast.Lt: operator.lt,
    gast.LtE: operator.le,
    gast.Gt: operator.gt,
    gast.GtE: operator.ge,
    gast.Is: operator.is_,
    gast.IsNot: operator.is_not,
}

# `x += v` may write into the memory of x; the plain operator makes a new value
IN_PLACE: dict[Callable[..., Any], Callable[..., Any]] = {
    operator.iadd: operator.add,
    operator.isub: operator.sub,
    operator.imul: operator.mul,
    operator.itruediv: operator.truediv,
    operator.ifloordiv: operator.floordiv,
    operator.imod: operator.mod,
    operator.ipow: operator.pow,
    operator.imatmul: operator.matmul,
    operator.iand: operator.and_,
    operator.ior: operator.or_,
    operator.ixor: operator.xor,
    operator.ilshift: operator.lshift,
    operator.irshift: operator.rshift,
}


def hashable(fn: Callable[..., Any]) -> bool:
    """The callable can be looked up; one that cannot is nobody we know."""
    return type(fn).__hash__ is not None


def is_update(stmt: Stmt) -> bool:
    """`x += v`: an array stays the one it is, and the name is not bound anew."""
    match stmt:
        case Assign(target=target, value=Op(fn=fn, args=(Var(name=name), *_))):
            return name == target and hashable(fn) and fn in IN_PLACE
        case _:
            return False
