"""`x.flat[key]`: items of an array counted in C order, read and written in place whatever the layout in memory.

    x.flat[k]            ->    x[np.unravel_index(k, x.shape)]           # x[k] where x has one dimension
    x.flat[k] = v        ->    x[np.unravel_index(k, x.shape)] = v

Elsewhere `x.flat` is `np.ravel(x)`, which may be a copy: `analysis/sharing.py` refuses it where x is written to.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

import numpy as np

from srcad.core import prims
from srcad.core.kinds import Array, Const
from srcad.core.nodes import Assign, Expr, Lit, Op, Var
from srcad.rules.kinding import kind_of_call
from srcad.rules.registry import Call
from srcad.transform.specialise import items
from srcad.transform.specialise.functions import call_primitive
from srcad.transform.specialise.session import Resolved

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser

FLAT = "flat"  # printed as the call that it is


def flat_attribute(base: Expr, kind: Array) -> Resolved:
    """`base.flat`"""
    return Op(np.ravel, (base,), form=FLAT), kind_of_call(Call(np.ravel, (kind,), (), (base,)))


def flat_of(sp: Specialiser, base: Expr) -> Expr | None:
    """The array whose `.flat` a temporary is; None for anything else."""
    if isinstance(base, Var) and base.name.startswith("%"):
        for stmt in reversed(sp.out):
            if isinstance(stmt, Assign) and stmt.target == base.name:
                value = stmt.value
                return value.args[0] if isinstance(value, Op) and value.form == FLAT else None
    return None


def flat_index(sp: Specialiser, x: Expr, key: Expr) -> Expr:
    """The index of `x` that stands for `x.flat[key]`."""
    held = sp.kind(x)
    if isinstance(held, Array) and held.dims is not None and len(held.dims) == 1:
        return key
    at = items.index_kind(sp, items.inlined_index(sp, key))
    shape = sp.op(Op(prims.get_attr, (x, Lit("shape"))))
    if not (isinstance(at, Const) and isinstance(at.value, int) and at.value >= 0):
        size = sp.op(Op(prims.get_attr, (x, Lit("size"))))
        every = sp.hold(*call_primitive(sp, "np.arange", np.arange, (size,), ()))
        key = sp.op(Op(operator.getitem, (every, key)))
    return sp.hold(*call_primitive(sp, "np.unravel_index", np.unravel_index, (key, shape), ()), "at")


def get_item(sp: Specialiser, op: Op) -> Resolved:
    """`base[key]`"""
    x = flat_of(sp, op.args[0])
    if x is not None:
        op = Op(operator.getitem, (x, flat_index(sp, x, op.args[1])))
    return items.get_item(sp, op)
