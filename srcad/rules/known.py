"""What is known of a value before the program runs, from its expression or its kind."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from srcad.core import prims
from srcad.core.kinds import (
    BOTTOM,
    FLOAT,
    INT,
    NUMBER,
    UNKNOWN,
    Array,
    Const,
    Dict,
    Kind,
    List,
    Maybe,
    Object,
    Opaque,
    Record,
    Tuple,
    TupleOf,
    is_number,
    widen,
)
from srcad.core.libraries import is_sparse
from srcad.core.nodes import Expr, Lit, Op, Ref


class _Open:
    """The value of an expression that is not known before the program runs."""


OPEN = _Open()


def literal(expr: Expr) -> Any:
    """The value of an expression made of literals and references only, else `OPEN`."""
    match expr:
        case Lit(value=value) | Ref(value=value):
            return value
        case Op(fn=fn, args=args) if fn in (prims.make_tuple, prims.make_list, prims.make_slice, operator.neg):
            values = [literal(arg) for arg in args]
            return OPEN if any(v is OPEN for v in values) else fn(*values)
        case _:
            return OPEN


def constant(kind: Kind) -> Any:
    """The value of a kind that is constant, else `OPEN`."""
    match kind:
        case Const(value=value):
            return value
        case Tuple(items=items, cls=None):
            values = [constant(item) for item in items]
            return OPEN if any(v is OPEN for v in values) else tuple(values)
        case _:
            return OPEN


def ndim_of(kind: Kind) -> Any:
    """The number of dimensions of a value, as `np.ndim` counts them, or `OPEN`."""
    match kind:
        case Array(dims=str(dims)):
            return len(dims)
        case List(item=item) | TupleOf(item=item):
            inner = ndim_of(item)
            return OPEN if inner is OPEN else inner + 1
        case Tuple(items=items) if items:
            depths = {ndim_of(item) for item in items}
            deepest = depths.pop()
            return OPEN if depths or deepest is OPEN else deepest + 1
        case _:
            return 0 if is_number(kind) else OPEN


def is_sparse_kind(kind: Kind) -> bool:
    """Whether values of this kind are sparse matrices."""
    return isinstance(kind, Opaque) and is_sparse(kind.cls)


def is_instance(kind: Kind, classes: tuple[Any, ...]) -> Any:
    """Whether a value of this kind is an instance of one of the classes: True, False or `OPEN`."""
    match kind:
        case Const(value=value):
            return isinstance(value, classes)
        case Array():
            cls: Any = np.ndarray
        case List():
            cls = list
        case Tuple(cls=own):
            cls = own or tuple
        case TupleOf():
            cls = tuple
        case Record():
            cls = dict
        case Dict(cls=own) | Object(cls=own) | Opaque(cls=own):
            cls = own
        case Maybe() | Kind() if kind in (UNKNOWN, BOTTOM) or isinstance(kind, Maybe):
            return OPEN
        case _ if kind is NUMBER:
            return False if not any(issubclass(t, (float, np.generic, np.ndarray)) for t in classes) else OPEN
        case _:
            wide = widen(kind)
            cls = float if wide is FLOAT else int if wide is INT else None
            if cls is None:
                return OPEN
            if any(issubclass(t, np.generic) for t in classes) and not issubclass(cls, classes):
                return OPEN  # a scalar of Python's or of NumPy's: the kind does not say which
    return issubclass(cls, classes)
