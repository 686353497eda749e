"""Functions of NumPy that call a function, and `np.r_` and `np.c_`: written as programs of the prelude, or as calls.

np.piecewise(x, conditions, functions)    ->  a function that fills each part
np.c_[x, y]                               ->  np.concatenate((x[:, None], y[:, None]), axis=-1)
"""

from __future__ import annotations

import functools
import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from srcad.core import prims
from srcad.core.kinds import FLOAT, INT, Array, Kind, List, Tuple, TupleOf, is_number, widen
from srcad.core.nodes import NONE, Expr, Lit, Op, Ref
from srcad.rules.shapes import as_array
from srcad.transform.specialise.binding import Args, Kwargs
from srcad.transform.specialise.listed import is_listed
from srcad.transform.specialise.numpy_forms import FORMS, called
from srcad.transform.specialise.session import Resolved

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser


def _floats(kind: Kind) -> bool:
    return isinstance(kind, Array) and kind.dtype == "float64" and bool(kind.dims)


def apply_along_axis(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved | None:
    if len(args) != 3 or kwargs or not _floats(sp.kind(args[2])):
        return None
    return sp.prelude("along_axis", *args)


def apply_over_axes(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved | None:
    if len(args) != 3 or kwargs or not _floats(sp.kind(args[1])):
        return None
    axes = sp.kind(args[2])
    if not isinstance(axes, (List, Tuple, TupleOf)):
        return None
    return sp.prelude("over_axes", *args)


def piecewise(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved | None:
    if len(args) != 3 or kwargs or not _floats(sp.kind(args[0])):
        return None
    conditions = sp.kind(args[1])
    parts = conditions.items if isinstance(conditions, Tuple) else (getattr(conditions, "item", None),)
    if not isinstance(conditions, (List, Tuple, TupleOf)) or not all(
        isinstance(part, Array) and part.dtype == "bool" for part in parts
    ):
        return None
    return sp.prelude("piecewise_of", *args)


def vectorize(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved | None:
    """`np.vectorize(f)` is a function whose first argument is held; None where there are settings."""
    if len(args) != 1 or kwargs:
        return None
    program = sp.session.prelude("vectorised")
    return sp.call("partial", functools.partial, (Ref("vectorised", program), *args))


def vectorized(sp: Specialiser, value: Any, args: Args, kwargs: Kwargs) -> Resolved | None:
    """A call of an `np.vectorize` of the user's module."""
    if not isinstance(value, np.vectorize) or value.otypes or value.signature or value.excluded or kwargs:
        return None
    name = getattr(value.pyfunc, "__name__", "function")
    return sp.prelude("vectorised", Ref(name, value.pyfunc), *args) if 1 <= len(args) <= 3 else None


# ---------------------------------------------------------------- concatenation written as a subscript


def subscript(sp: Specialiser, base: Expr, key: Expr) -> Resolved | None:
    """`np.r_[...]` and `np.c_[...]` of vectors and numbers; None for any other subscript."""
    value = base.value if isinstance(base, Ref) else None
    if value is not np.r_ and value is not np.c_:
        return None
    parts = key.args if isinstance(key, Op) and key.fn is prims.make_tuple else (key,)
    made = [_column(sp, part) if value is np.c_ else _vector(sp, part) for part in parts]
    if any(part is None for part in made):
        return None
    whole = sp.op(Op(prims.make_tuple, tuple(part for part in made if part is not None)))
    return sp.call("np.concatenate", np.concatenate, (whole,), (("axis", Lit(-1)),) if value is np.c_ else ())


def _vector(sp: Specialiser, part: Expr) -> Expr | None:
    if isinstance(part, Op):
        return None
    kind = sp.kind(part)
    if is_number(kind) and widen(kind) in (INT, FLOAT):
        return called(sp, np.array, sp.op(Op(prims.make_list, (part,))))
    if is_listed(kind):
        part = called(sp, np.array, part)
    return part if isinstance(kind := sp.kind(part), Array) and kind.ndim == 1 else None


def _column(sp: Specialiser, part: Expr) -> Expr | None:
    if isinstance(part, Op) or not isinstance(kind := as_array(sp.kind(part)), Array) or kind.ndim not in (1, 2):
        return None
    if kind.ndim == 2:
        return part
    whole = sp.op(Op(prims.make_slice, (NONE, NONE, NONE)))
    return sp.op(Op(operator.getitem, (part, sp.op(Op(prims.make_tuple, (whole, NONE))))), "column")


NUMPY_CALLS: dict[Any, Any] = {
    np.apply_along_axis: apply_along_axis,
    np.apply_over_axes: apply_over_axes,
    np.piecewise: piecewise,
    np.vectorize: vectorize,
    **FORMS,
}
