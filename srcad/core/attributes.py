"""Attributes that say how an array is laid out, and attributes of the user's own that only share their names.

`x.size` of an array reads no number of it; `box.size` of a user's object does. Both are `prims.get_attr`; the second
carries the form "own", so that a pass need not know the kind of its base.
"""

from __future__ import annotations

from types import SimpleNamespace

from srcad.core import prims
from srcad.core.nodes import Expr, Lit, Op, Ref

LAYOUT = frozenset(("shape", "size", "ndim", "dtype", "nbytes", "itemsize"))


def own_attribute(base: Expr, name: str) -> Op:
    """`base.name` of an object, or of a namedtuple."""
    return Op(prims.get_attr, (base, Lit(name)), form="own" if name in LAYOUT else "")


def reads_layout(expr: Expr) -> bool:
    """Whether the expression is an attribute of an array that reads nothing in it."""
    return (
        isinstance(expr, Op)
        and expr.fn is prims.get_attr
        and expr.form != "own"
        and isinstance(expr.args[1], Lit)
        and expr.args[1].value in LAYOUT
    )


def makes_bare(op: Op) -> bool:
    """Whether an operation makes an object without attributes."""
    return op.fn is object.__new__ or op == Op(prims.call, (Ref("SimpleNamespace", SimpleNamespace),))
