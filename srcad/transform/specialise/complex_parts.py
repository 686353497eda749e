"""Writes into `z.real` and `z.imag` of an array.

    z.real = v                ->    part = z.real; part[...] = v
    z.imag = v                ->    z[...] = complex_of(z.real, v)
    z.imag[key] = v           ->    z[key] = complex_of(z[key].real, v)
    z.imag[key] += v          ->    z[key] = complex_of(z[key].real, z[key].imag + v)

The adjoint of the real part is the real part of the adjoint, in the same memory; that of the imaginary part is minus
the imaginary part of the adjoint, which no memory holds. So the one is a view, and a write into the other is a write of
whole complex numbers. It must stand where the part is taken: a view of it that has a name is refused later.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

import numpy as np

from srcad import runtime_arrays
from srcad.core import prims
from srcad.core.kinds import Array, Kind, List, Tuple, TupleOf, holds_complex, is_complex, is_number, show
from srcad.core.nodes import Assign, Expr, Lit, Op, Var, expressions_of, names_in, walk
from srcad.core.operators import IN_PLACE
from srcad.errors import KindError

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser


def store_part(sp: Specialiser, base: Expr, name: str, value: Expr) -> None:
    """`base.real = value` or `base.imag = value`"""
    if isinstance(sp.kind(value), (Tuple, List, TupleOf)):
        value = sp.hold(*sp.call("np.array", np.array, (value,)))
    made = _bound(sp, value)
    if name == "imag":
        _check(sp, sp.kind(base), value, "imaginary")
        _store_imaginary(sp, base, Lit(Ellipsis), value)
    elif made is None or made.fn not in IN_PLACE or _array_of(sp, made.args[0], np.real) != base:
        _check(sp, sp.kind(base), value, "real")
        sp.write(sp.op(Op(prims.get_attr, (base, Lit("real")))), Lit(Ellipsis), value)


def stored_imaginary(sp: Specialiser, base: Expr, key: Expr, value: Expr) -> bool:
    """Emit `base[key] = value` where `base` is the imaginary part of a complex array, taken for this; else False."""
    z = _array_of(sp, base, np.imag)
    if z is None:
        return False
    _check(sp, sp.kind(z), value, "imaginary")
    _store_imaginary(sp, z, key, value)
    return True


def _store_imaginary(sp: Specialiser, z: Expr, key: Expr, value: Expr) -> None:
    whole = key == Lit(Ellipsis)
    item = z if whole else sp.op(Op(operator.getitem, (z, key)))
    made = _bound(sp, value)
    if made is not None and made.fn in IN_PLACE and _is_part(sp, made.args[0], z):
        _drop(sp, value)  # of a new value, not in place
        _drop(sp, made.args[0])
        part: Expr = sp.op(Op(prims.get_attr, (item, Lit("imag"))))
        if made.fn not in (operator.iadd, operator.isub):  # its derivative needs what the part was
            part = sp.hold(*sp.call("np.array", np.array, (part,)))
        value = sp.op(Op(IN_PLACE[made.fn], (part, made.args[1])))
    for stmt in reversed(sp.out):
        if isinstance(stmt, Assign) and _array_of(sp, Var(stmt.target), np.imag) == z:
            _drop(sp, Var(stmt.target))
    real = sp.op(Op(prims.get_attr, (item, Lit("real"))))
    sp.write(z, key, sp.hold(*sp.call("complex_of", runtime_arrays.complex_of, (real, value))))


def _bound(sp: Specialiser, atom: Expr) -> Op | None:
    """What a temporary of this block was last bound to."""
    if isinstance(atom, Var) and atom.name.startswith("%"):
        for stmt in reversed(sp.out):
            if isinstance(stmt, Assign) and stmt.target == atom.name:
                return stmt.value if isinstance(stmt.value, Op) else None
    return None


def _array_of(sp: Specialiser, atom: Expr, part: object) -> Expr | None:
    """The complex array whose real or imaginary part a temporary is."""
    made = _bound(sp, atom)
    if made is None or made.fn is not part:
        return None
    held = sp.kind(made.args[0])
    return made.args[0] if isinstance(held, Array) and is_complex(held) else None


def _is_part(sp: Specialiser, atom: Expr, z: Expr) -> bool:
    """Whether a temporary is the imaginary part of z, or items of it."""
    made = _bound(sp, atom)
    if made is not None and made.fn is operator.getitem:
        atom = made.args[0]
    return _array_of(sp, atom, np.imag) == z


def _drop(sp: Specialiser, temporary: Expr) -> None:
    """Take back a step whose value nothing reads."""
    assert isinstance(temporary, Var)
    name = temporary.name
    if not any(name in names_in(expr) for stmt in walk(tuple(sp.out)) for expr in expressions_of(stmt)):
        sp.out[:] = [stmt for stmt in sp.out if not (isinstance(stmt, Assign) and stmt.target == name)]


def _check(sp: Specialiser, held: Kind, value: Expr, part: str) -> None:
    if part == "imaginary" and not is_complex(held):
        raise sp.refuse(f"a write to the imaginary part of {show(held)}, which has none", "make the array complex")
    if holds_complex(sp.kind(value)):
        raise sp.refuse(
            f"a write of complex values into the {part} part of an array",
            f"take the part that is meant: v.{part[:4]}",
            KindError,
        )
    if not isinstance(sp.kind(value), Array) and not is_number(sp.kind(value)):
        raise sp.refuse(f"a write of {show(sp.kind(value))} into a part of an array", "write an array or a number")
