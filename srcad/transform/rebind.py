"""Turn `x += v` on an array that nobody else can see into `x = x + v`.

    acc = np.zeros(3)              acc = np.zeros(3)
    for x in xs:             ->    for x in xs:
        acc += x                       acc = acc + x

In-place addition writes into memory; where the array was made here, has one name, is never viewed, stored or handed to
a function that could keep it, and keeps its shape and dtype, rebinding the name is the same thing. Other in-place
writes into arrays are left as they are, for the reverse transform to treat or refuse.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from srcad.core import prims
from srcad.core.attributes import reads_layout
from srcad.core.kinds import NUMBER, Array, Kind, is_number
from srcad.core.nodes import (
    Assign,
    Block,
    Expr,
    For,
    If,
    Lit,
    Op,
    Program,
    Return,
    Stmt,
    Try,
    Var,
    While,
    With,
    names_in,
    operands,
    walk,
)
from srcad.core.nodes import expressions_of as reads
from srcad.rules.kinding import index_kind, kind_of_call, kind_of_index
from srcad.rules.registry import Call, rule_for

PLAIN: dict[Callable[..., Any], Callable[..., Any]] = {
    operator.iadd: operator.add,
    operator.isub: operator.sub,
    operator.imul: operator.mul,
    operator.itruediv: operator.truediv,
    operator.ipow: operator.pow,
}


def rebind(program: Program, kinds: Mapping[str, Kind]) -> Program:
    """The program with in-place arithmetic on unshared arrays as plain assignments."""
    candidates = {
        stmt.target
        for stmt in walk(program.body)
        if isinstance(stmt, Assign)
        and isinstance(stmt.value, Op)
        and stmt.value.fn in PLAIN
        and stmt.value.args[0] == Var(stmt.target)
    }
    candidates -= {p.name for p in program.params}
    unshared = {name for name in candidates if _is_unshared(program.body, name, kinds)}
    if not unshared:
        return program
    return replace(program, body=_changed(program.body, unshared))


def _changed(block: Block, names: set[str]) -> Block:
    made: list[Stmt] = []
    for stmt in block:
        match stmt:
            case Assign(target=target, value=Op(fn=fn, args=args)) if target in names and fn in PLAIN:
                made.append(replace(stmt, value=Op(PLAIN[fn], args)))
            case If(body=body, orelse=orelse):
                made.append(replace(stmt, body=_changed(body, names), orelse=_changed(orelse, names)))
            case For(body=body) | While(body=body) | With(body=body):
                made.append(replace(stmt, body=_changed(body, names)))
            case Try(body=body, final=final):
                made.append(replace(stmt, body=_changed(body, names), final=_changed(final, names)))
            case _:
                made.append(stmt)
    return tuple(made)


def _is_unshared(body: Block, name: str, kinds: Mapping[str, Kind]) -> bool:
    """Every array that `name` holds was made by its own assignment, and no expression keeps or shows it."""
    for stmt in walk(body):
        if isinstance(stmt, Assign) and stmt.target == name:
            value = stmt.value
            if isinstance(value, Op) and value.fn in PLAIN and value.args[0] == Var(name):
                if name in set(names_in(value.args[1])) or not _keeps_form(value, kinds):
                    return False
            elif not _is_fresh(value, kinds):
                return False
        for expr in reads(stmt):
            if isinstance(stmt, Return):
                continue
            if not _lets_go(expr, name, kinds, isinstance(stmt, Assign)):
                return False
    return True


def _keeps_form(value: Op, kinds: Mapping[str, Kind]) -> bool:
    """Whether `x + v` has the shape and dtype of x, for certain."""
    held = kinds.get(value.args[0].name) if isinstance(value.args[0], Var) else None
    other = value.args[1]
    kind = kinds.get(other.name) if isinstance(other, Var) else None
    if held is NUMBER or is_number(held or NUMBER):
        return True
    if not isinstance(held, Array) or held.dims is None:
        return False
    if isinstance(other, Lit):
        return held.dtype.startswith("float")
    if kind is None:
        return False
    whole = kind_of_call(Call(PLAIN[value.fn], (held, kind), (), value.args))
    return (
        isinstance(whole, Array)
        and whole.dtype == held.dtype
        and whole.dims is not None
        and len(whole.dims) == len(held.dims)
        and (not isinstance(kind, Array) or kind.dims is not None)
    )


def _is_fresh(value: Expr, kinds: Mapping[str, Kind]) -> bool:
    """Whether an expression makes new memory, or is a number."""
    if isinstance(value, Lit) or (isinstance(value, Var) and is_number(kinds.get(value.name, NUMBER))):
        return True
    if not isinstance(value, Op):
        return False
    rule = rule_for(value.fn)
    if rule is None:
        return False
    if rule.style in ("elementwise", "zero"):
        return True
    return value.fn in _FRESH


def _lets_go(expr: Expr, name: str, kinds: Mapping[str, Kind], assigned: bool) -> bool:
    """Whether the value of an expression that reads `name` does not hold its memory."""
    if isinstance(expr, Var):
        return expr.name != name
    if name not in set(names_in(expr)):
        return True
    assert isinstance(expr, Op) or operands(expr)
    if not isinstance(expr, Op):
        return False
    if expr.fn in PLAIN and expr.args[0] == Var(name):
        return True
    if expr.fn is operator.getitem and expr.args[0] == Var(name):
        held = kinds.get(name)
        if not isinstance(held, Array):
            return False
        index = expr.args[1]
        return is_number(kind_of_index(held, index_kind(index, kinds), index))
    if expr.fn is prims.get_attr:
        return reads_layout(expr)
    rule = rule_for(expr.fn)
    return rule is not None and (rule.style in ("elementwise", "zero") or expr.fn in _FRESH)


# functions that return memory of their own
_FRESH: set[Any] = {
    np.sum, np.mean, np.prod, np.max, np.min, np.dot, np.outer, np.array, np.concatenate, np.stack, np.copy,
    operator.matmul, np.matmul, np.inner, np.vdot, np.full, np.where,
}  # fmt: skip
