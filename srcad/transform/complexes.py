"""Where real and complex values meet: the cotangent and the tangent of a real value are real.

    y = x * 1j            d_x = (d_y * 1j).real        # x real: the real part of what reaches it
    y = z.real            d_z = d_y + 0j               # z a complex array: an array that complex ones can be added to

The cotangent `c` of a complex `z` says `df = Re(c * dz)`, so that rules need no conjugation (docs/conventions.md); what
of it reaches a real `x` is its real part, since `dx` is real. Contract: an expression is left alone where no variable
or number in it may be complex; in a program without complex values nothing ever is.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from srcad.analysis.purity import COMPARISONS
from srcad.core import prims
from srcad.core.attributes import reads_layout
from srcad.core.kind_of import kind_of
from srcad.core.kinds import UNKNOWN, Const, Kind, List, Tuple, holds_complex, is_array, is_complex, is_number
from srcad.core.nodes import Expr, Lit, Op, Ref, Var
from srcad.rules.kinding import kind_of_call, kind_of_getitem
from srcad.rules.registry import Call

Kinds = Callable[[str], Kind]

_REAL: frozenset[Any] = COMPARISONS | {
    np.real, np.imag, np.angle, abs, operator.abs, np.absolute, len, float, int, np.shape, np.size, np.ndim,
}  # fmt: skip


def may_be_complex(expr: Expr, kinds: Kinds) -> bool:
    """Whether a value may be complex: it is not where all that it is made of is known to be real."""
    match expr:
        case Var(name=name):
            kind = kinds(name)
            return kind is UNKNOWN or holds_complex(kind)
        case Lit(value=value):
            return isinstance(value, complex)
        case Ref(value=value):
            return holds_complex(kind_of(value))
        case Op(fn=fn, args=args, kwargs=kwargs):
            if fn in _REAL or reads_layout(expr):
                return False
            return any(may_be_complex(part, kinds) for part in (*args, *(v for _, v in kwargs)))
        case _:
            return True


def real_part(expr: Expr, kinds: Kinds) -> Expr:
    """A cotangent or tangent of a real value: the real part of what may be complex."""
    if not may_be_complex(expr, kinds):
        return expr
    if isinstance(expr, Op) and expr.fn is operator.neg:
        return Op(operator.neg, (real_part(expr.args[0], kinds),))
    kind = kind_of_tree(expr, kinds)
    return Op(np.real, (expr,), form="attr:real" if is_number(kind) or is_array(kind) else "")


def complex_array(expr: Expr, kinds: Kinds) -> Expr:
    """A cotangent or tangent of a complex array: one that complex arrays can be added to in place."""
    kind = kind_of_tree(expr, kinds)
    if is_complex(kind) or is_number(kind) or isinstance(expr, Lit):
        return expr
    return Op(operator.add, (expr, Lit(0j)))


def kind_of_tree(expr: Expr, kinds: Kinds) -> Kind:
    """The kind of an expression of variables of known kinds."""
    match expr:
        case Var(name=name):
            return kinds(name)
        case Lit(value=value) | Ref(value=value):
            return Const(value) if isinstance(value, (bool, int)) else kind_of(value)
        case Op(fn=fn, args=args) if fn in (prims.make_tuple, prims.make_list):
            return Tuple(tuple(kind_of_tree(a, kinds) for a in args))
        case Op(fn=operator.getitem, args=(base, index)):
            held = kind_of_tree(base, kinds)
            if isinstance(held, List):
                return held.item
            return kind_of_getitem(Call(operator.getitem, (held, kind_of_tree(index, kinds)), (), (base, index)))
        case Op(fn=fn, args=args, kwargs=kwargs):
            named = tuple((key, kind_of_tree(value, kinds)) for key, value in kwargs)
            return kind_of_call(Call(fn, tuple(kind_of_tree(a, kinds) for a in args), named, args, kwargs))
        case _:
            return UNKNOWN


def meets_complex(target: Kind, operands: tuple[Kind, ...]) -> bool:
    """Whether a call is of complex values, or makes one."""
    return holds_complex(target) or any(map(holds_complex, operands))
