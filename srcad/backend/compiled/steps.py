"""What a loop that several statements share is made of: its steps, and how each meets memory.

A step is a statement as one element sees it: `at_index(x, 1)` in its value stands for `x[i + 1]`.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from srcad.backend.compiled.lengths import COPIES, ELEMENTWISE, Dims
from srcad.core import prims
from srcad.core.nodes import (
    Assign,
    Comment,
    Do,
    Expr,
    FunctionHandle,
    Lit,
    Op,
    Stmt,
    Store,
    Var,
    expressions_of,
    names_in,
    operands,
)
from srcad.core.operators import IN_PLACE, hashable

IN_PLACE_ELEMENTWISE = {f: g for f, g in IN_PLACE.items() if g in ELEMENTWISE}


class Loop(FunctionHandle):
    """The handle of a loop's function, which needs no checks of its indices."""


@dataclass(frozen=True)
class Place:
    """The elements of an array that a loop goes through: those of index `offset + i`."""

    base: str
    offset: tuple[int, ...]


@dataclass(frozen=True)
class Access:
    """How a statement meets memory; contributions to adjoints (`adds`) may come in any order."""

    place: Place
    writes: bool
    adds: bool = False
    repeated: bool = False  # an element is met in several trips of the loop, since it is broadcast


Leaves = list[tuple[Expr, Dims]]


@dataclass
class Step:
    """A statement of a loop: what it computes for one element, and where that goes."""

    stmt: Stmt
    dims: Dims
    value: Expr  # with places as `at_index(base, offsets)`
    accesses: list[Access]
    leaves: Leaves  # the arrays, or parts of arrays, that it goes through
    target: str | None = None  # a new array
    store: Place | None = None
    adds: bool = False
    total: bool = False  # the target is the sum over all elements


@dataclass
class Group:
    """The statements that share a loop, and those that go before it."""

    steps: list[Step] = field(default_factory=list)
    before: list[Stmt] = field(default_factory=list)
    after: list[Assign] = field(default_factory=list)  # views that were named on the way
    views: dict[str, Place] = field(default_factory=dict)
    definitions: dict[str, Expr] = field(default_factory=dict)  # of the views
    comments: list[tuple[int, Comment]] = field(default_factory=list)  # each with the number of steps before it
    original: list[Stmt] = field(default_factory=list)

    @property
    def targets(self) -> set[str]:
        return {s.target for s in self.steps if s.target is not None} | set(self.views)


def at_index(base: Any, *offset: Any) -> Any:
    """The element of an array at the indices of the loop plus an offset. Only inside this pass."""
    raise NotImplementedError


def reads_of(stmt: Stmt) -> list[str]:
    """The variables that a statement itself reads, with repetitions."""
    found = [name for expr in expressions_of(stmt) for name in names_in(expr)]
    if isinstance(stmt, Assign) and stmt.accumulate:
        found.append(stmt.target)
    return found


def tape_of(stmt: Stmt) -> str | None:
    """The tape that a statement does nothing but push to or pop from: the arrays on it stay as they are."""
    match stmt:
        case Do(value=Op(fn=prims.push, args=(Var(name=name), Var()))):
            return name
        case Assign(value=Op(fn=prims.pop, args=(Var(name=name),)), accumulate=False):
            return name
        case _:
            return None


def parts_of(stmt: Stmt) -> Iterator[Expr]:
    """The expressions of a statement and their parts, a store's place first."""
    if isinstance(stmt, Store):
        yield Op(operator.getitem, (stmt.base, stmt.key))
    todo = list(expressions_of(stmt))
    while todo:
        expr = todo.pop(0)
        if isinstance(expr, Var) or isinstance(expr, Op) and expr.fn is operator.getitem:
            yield expr
        todo.extend(operands(expr))


def size_of(whole: Expr, axis: int, ndim: int) -> Expr:
    if ndim == 1:
        return Op(len, (whole,))
    return Op(operator.getitem, (Op(prims.get_attr, (whole, Lit("shape"))), Lit(axis)))


def shape_of_loop(whole: Expr, ndim: int) -> Expr:
    return Op(len, (whole,)) if ndim == 1 else Op(prims.get_attr, (whole, Lit("shape")))


def has_place(expr: Expr) -> bool:
    return isinstance(expr, Op) and (expr.fn is at_index or any(map(has_place, expr.args)))


def is_elementwise(expr: Expr) -> bool:
    return isinstance(expr, Op) and hashable(expr.fn) and expr.fn in ELEMENTWISE and not expr.kwargs


def is_copy(expr: Expr) -> bool:
    return isinstance(expr, Op) and hashable(expr.fn) and expr.fn in COPIES and len(expr.args) == 1 and not expr.kwargs


def is_sum(expr: Expr) -> bool:
    return isinstance(expr, Op) and expr.fn is np.sum and len(expr.args) == 1 and not expr.kwargs


def is_nonzero(expr: Expr) -> bool:
    return isinstance(expr, Lit) and expr.value != 0


def is_plain_power(expr: Expr) -> bool:
    """A small whole power, which Numba multiplies out."""
    return isinstance(expr, Lit) and isinstance(expr.value, int) and 0 <= expr.value <= 4
