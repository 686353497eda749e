"""How wide an expression prints, near enough to decide what fits on a line."""

from __future__ import annotations

import operator
from typing import Any

from srcad.core import prims
from srcad.core.nodes import Expr, Lit, Op, Ref, Var
from srcad.core.operators import hashable

_INFIX: dict[Any, int] = {
    operator.add: 3,
    operator.sub: 3,
    operator.mul: 3,
    operator.truediv: 3,
    operator.floordiv: 4,
    operator.mod: 3,
    operator.pow: 4,
    operator.matmul: 3,
    operator.lt: 3,
    operator.gt: 3,
    operator.le: 4,
    operator.ge: 4,
    operator.eq: 4,
    operator.ne: 4,
    operator.and_: 3,
    operator.or_: 3,
    operator.xor: 3,
    operator.is_: 4,
    operator.is_not: 8,
    operator.contains: 4,
    prims.both: 5,
    prims.either: 4,
}
_LOOSE = (operator.add, operator.sub, prims.both, prims.either, prims.choose)


def width(expr: Expr) -> int:
    """The estimated width of an expression in characters."""
    match expr:
        case Var(name=name):
            return 3 if name[0] == "%" and name[1:2] == "t" else len(name)
        case Lit(value=value):
            return len(repr(value))
        case Ref(name=name):
            return len(name)
        case Op(fn=prims.make_string, args=parts):
            return 3 + sum(width(p) + (-2 if isinstance(p, Lit) else 2 if isinstance(p, Var) else 0) for p in parts)
        case Op(fn=prims.format_value, args=(value, conversion, spec)):
            return width(value) + 2 + sum(width(how) - 1 for how in (conversion, spec) if how != Lit(""))
        case Op(fn=fn, args=args, kwargs=kwargs, form=form, name=name):
            inside = sum(map(width, args)) + sum(len(k) + 3 + width(v) for k, v in kwargs)
            infix = _INFIX.get(fn) if hashable(fn) else None
            if infix is not None and not form and len(args) == 2:
                loose = sum(2 for a in args if isinstance(a, Op) and a.fn in _LOOSE and fn not in _LOOSE)
                return inside + infix + loose
            if fn is operator.neg or fn is prims.each:
                return inside + 1
            if fn is operator.getitem or fn is prims.get_attr:
                return inside + 2
            if fn in (prims.make_tuple, prims.make_list, prims.make_set, prims.make_slice):
                return inside + 2 * len(args) + 2
            if fn is prims.choose:
                return inside + 10
            called = name or form.partition(":")[2] or getattr(fn, "__name__", "function")
            return inside + len(called) + 2 * len(args) + 2
        case _:
            return 20
