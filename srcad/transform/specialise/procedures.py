"""NumPy procedures, which are called for what they write into an array, as the stores that they are.

    np.copyto(x, v)                  x[...] = v
    x.sort()                    ->   x[...] = x[np.argsort(x)]
    np.fill_diagonal(A, v)           i = np.arange(min(A.shape)); A[i, i] = v
    np.exp(x, out=y, where=m)        y[m] = np.exp(x[m])
    np.subtract.at(x, i, v)          np.add.at(x, i, -v)

After this the rest of srcad knows two ways to write into an array: a store, and `np.add.at`, which adds at an index
that may name an element more than once. Other ufuncs at such an index are a loop, in NumPy's order.
"""

from __future__ import annotations

import operator
import types
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from srcad.core import prims
from srcad.core.kinds import (
    BOTTOM,
    INT,
    NONE_KIND,
    NUMBER,
    SLICE,
    UNKNOWN,
    Array,
    Const,
    Kind,
    Tuple,
    is_number,
    show,
    widen,
)
from srcad.core.nodes import Do, Expr, Lit, Op, Ref, Var
from srcad.errors import KindError, MissingRule
from srcad.transform.specialise.binding import Args, Kwargs
from srcad.transform.specialise.flat import flat_index
from srcad.transform.specialise.functions import call_primitive
from srcad.transform.specialise.items import index_kind, inlined_index
from srcad.transform.specialise.session import Resolved

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser

Procedure = Callable[["Specialiser", str, Var, dict[str, Expr]], None]
_WHOLE = Lit(Ellipsis)
_IN_PLACE = {
    np.add: operator.iadd, np.subtract: operator.isub, np.multiply: operator.imul, np.divide: operator.itruediv,
    np.power: operator.ipow,
}  # fmt: skip


def procedure(sp: Specialiser, value: Any, args: Args, kwargs: Kwargs) -> Resolved | None:
    """A call of a procedure of NumPy's; None where `value` is none."""
    if isinstance(value, types.MethodDescriptorType) and value.__objclass__ is np.ndarray and args:
        return sp.method(args[0], value.__name__, args[1:], kwargs)
    ufunc = getattr(value, "__self__", None)
    if isinstance(ufunc, np.ufunc) and value.__name__ == "at":
        return _run(sp, f"np.{ufunc.__name__}.at", _at(ufunc), ("x", "indices", "v="), args, kwargs)
    try:
        known = _FUNCTIONS.get(value)
    except TypeError:
        return None
    if known is None:
        return None
    params, does = known
    return _run(sp, f"np.{value.__name__}", does, params, args, kwargs)


def procedure_method(sp: Specialiser, name: str, base: Expr, args: Args, kwargs: Kwargs) -> Resolved | None:
    """`base.fill(v)` and the other methods of arrays that write in place; None for other methods."""
    known = _METHODS.get(name)
    if known is None:
        return None
    params, does = known
    return _run(sp, f".{name}()", does, params, (base, *args), kwargs)


def _run(sp: Specialiser, name: str, does: Procedure, params: tuple[str, ...], args: Args, kwargs: Kwargs) -> Resolved:
    names = [p.removesuffix("=") for p in params]
    needed = {p for p in params if not p.endswith("=")}
    given = dict(zip(names, args, strict=False)) | dict(kwargs)
    if any(sp.kind(a) is BOTTOM for a in given.values()):
        return Lit(None), BOTTOM
    if len(args) > len(params) or not needed <= set(given) <= set(names):
        raise sp.refuse(f"{name} with these arguments", "write into the array with an assignment", MissingRule)
    target = given.pop(names[0])
    if not isinstance(target, Var) or not isinstance(sp.kind(target), Array):
        raise sp.refuse(
            f"{name} writes into {show(sp.kind(target))}",
            "give it an array that the function made or was given, under a name",
            MissingRule,
        )
    does(sp, name, target, given)
    return Lit(None), NONE_KIND


# ---------------------------------------------------------------- whole arrays


def _copyto(sp: Specialiser, name: str, x: Var, given: dict[str, Expr]) -> None:
    where = given.get("where")
    if where is None or sp.kind(where) == Const(True):
        sp.write(x, _WHOLE, given["src"])
        return
    _masked(sp, x, where, given["src"])


def _fill(sp: Specialiser, name: str, x: Var, given: dict[str, Expr]) -> None:
    sp.write(x, _WHOLE, given["value"])


def _sort(sp: Specialiser, name: str, x: Var, given: dict[str, Expr]) -> None:
    axis, held = given.get("axis"), sp.kind(x)
    if axis is None and isinstance(held, Array) and held.dims is not None and len(held.dims) == 1:
        order = sp.hold(*call_primitive(sp, "np.argsort", np.argsort, (x,), ()), "order")
        sp.write(x, _WHOLE, sp.op(Op(operator.getitem, (x, order))))
        return
    named: Kwargs = () if axis is None else (("axis", axis),)
    made = sp.hold(*call_primitive(sp, "np.sort", np.sort, (x,), named))
    sp.write(x, _WHOLE, made)


def _refused(remedy: str) -> Procedure:
    def does(sp: Specialiser, name: str, x: Var, given: dict[str, Expr]) -> None:
        raise sp.refuse(f"{name} on an array", remedy)

    return does


# ---------------------------------------------------------------- parts


def _fill_diagonal(sp: Specialiser, name: str, x: Var, given: dict[str, Expr]) -> None:
    held = sp.kind(x)
    wrap = given.get("wrap")
    if not isinstance(held, Array) or held.dims is None or (wrap is not None and sp.kind(wrap) != Const(False)):
        raise sp.refuse(f"{name} with wrap=, or on an array of unknown dimensions", "store at x[i, i] = ...")
    shape = sp.op(Op(prims.get_attr, (x, Lit("shape"))))
    along = sp.hold(*call_primitive(sp, "np.arange", np.arange, (sp.hold(*sp.call("min", min, (shape,))),), ()), "i")
    sp.write(x, sp.op(Op(prims.make_tuple, (along,) * len(held.dims))), given["val"])


def _put(sp: Specialiser, name: str, x: Var, given: dict[str, Expr]) -> None:
    if "mode" in given and sp.kind(given["mode"]) != Const("raise"):
        raise sp.refuse(f"{name} with mode=", "bring the indices into range first", MissingRule)
    sp.write(x, flat_index(sp, x, given["ind"]), given["v"])


def _putmask(sp: Specialiser, name: str, x: Var, given: dict[str, Expr]) -> None:
    values = given["values"]
    if not (is_number(sp.kind(values)) or _same_shape(sp.kind(values), sp.kind(x))):
        raise sp.refuse(f"{name} with values of another shape", "store x[mask] = values[mask]", MissingRule)
    _masked(sp, x, given["mask"], values)


# ---------------------------------------------------------------- where=


def _masked(sp: Specialiser, x: Var, where: Expr, *values: Expr, through: tuple[str, Any] | None = None) -> None:
    """`x[where] = f(values[where])`, with everything broadcast to the shape of x; `through` names f and is it."""
    held = sp.kind(where)
    if isinstance(held, Array) and held.dtype != "bool":
        raise sp.refuse(f"a mask of {held.dtype}", "give an array of bool: mask != 0", KindError)
    mask = where if _same_shape(held, sp.kind(x)) else _broadcast(sp, x, where)
    taken = tuple(v if is_number(sp.kind(v)) else _taken(sp, x, v, mask) for v in values)
    made = taken[0] if through is None else sp.hold(*call_primitive(sp, *through, taken, ()))
    sp.write(x, mask, made)


def _taken(sp: Specialiser, x: Var, value: Expr, mask: Expr) -> Expr:
    value = as_array(sp, value)
    if not _same_shape(sp.kind(value), sp.kind(x)):
        value = _broadcast(sp, x, value)
    return sp.op(Op(operator.getitem, (value, mask)))


def as_array(sp: Specialiser, value: Expr) -> Expr:
    """A number or array as it is, a list or tuple as an array."""
    kind = sp.kind(value)
    if is_number(kind) or isinstance(kind, Array) or kind in (NUMBER, UNKNOWN):
        return value
    return sp.hold(*call_primitive(sp, "np.array", np.array, (value,), ()))


def _broadcast(sp: Specialiser, x: Expr, value: Expr) -> Expr:
    shape = sp.op(Op(prims.get_attr, (x, Lit("shape"))))
    return sp.hold(*call_primitive(sp, "np.broadcast_to", np.broadcast_to, (value, shape), ()))


def _same_shape(a: Kind, b: Kind) -> bool:
    """Whether two arrays that broadcast together surely have one shape."""
    return isinstance(a, Array) and isinstance(b, Array) and a.dims == b.dims and "?" not in (a.dims or "?")


def call_masked(sp: Specialiser, name: str, value: Any, args: Args, kwargs: Kwargs, out: Var) -> None:
    """`np.exp(x, out=y, where=m)`: elsewhere y stays as it is, and nothing is computed."""
    if not isinstance(value, np.ufunc) or len(kwargs) != 1:
        raise sp.refuse(f"{name} with out= and where=", "write y[mask] = ... instead", MissingRule)
    _masked(sp, out, kwargs[0][1], *args, through=(name, value))


# ---------------------------------------------------------------- ufunc.at


def _at(ufunc: np.ufunc) -> Procedure:
    def does(sp: Specialiser, name: str, x: Var, given: dict[str, Expr]) -> None:
        index, value = given["indices"], given.get("v")
        if _never_repeats(index_kind(sp, inlined_index(sp, index))) and ufunc in _IN_PLACE and value is not None:
            item = sp.op(Op(operator.getitem, (x, index)))
            sp.write(x, index, sp.op(Op(_IN_PLACE[ufunc], (item, value))))
        elif ufunc in (np.add, np.subtract) and value is not None:
            if ufunc is np.subtract:
                value = sp.op(Op(operator.neg, (as_array(sp, value),)))
            made = Op(np.add.at, (x, inlined_index(sp, index), as_array(sp, value)), name="np.add.at")
            sp.emit(Do(made, sp.place))
        else:
            _one_by_one(sp, name, ufunc, x, index, value)

    return does


def _one_by_one(sp: Specialiser, name: str, ufunc: np.ufunc, x: Var, index: Expr, value: Expr | None) -> None:
    """An element that is named twice is changed twice."""
    several = sp.kind(index)
    if isinstance(several, Tuple) and len(several.items) == 2 and value is not None:
        _pairs(sp, name, ufunc, x, index, value)
        return
    if isinstance(several, Tuple) and len(several.items) == 1:
        index = sp.op(Op(operator.getitem, (index, Lit(0))))
    index = as_array(sp, index)
    at = sp.kind(index)
    if not (isinstance(at, Array) and at.dims is not None and len(at.dims) == 1 and at.dtype != "bool"):
        raise sp.refuse(f"{name} at this index", "index with one list or array of ints, or write a loop", MissingRule)
    operands: tuple[Expr, ...] = ()
    if value is not None:
        if not is_number(sp.kind(value)):  # x may be among the values: NumPy reads them before it writes
            value = sp.hold(*call_primitive(sp, "np.array", np.array, (value,), ()))
        operands = (_broadcast(sp, sp.op(Op(operator.getitem, (x, index))), value),)
    function = Ref(f"np.{ufunc.__name__}", ufunc)
    sp.effect(*sp.prelude("ufunc_at_one" if value is None else "ufunc_at_two", function, x, index, *operands))


def _pairs(sp: Specialiser, name: str, ufunc: np.ufunc, x: Var, index: Expr, value: Expr) -> None:
    """`np.multiply.at(x, (rows, columns), value)`"""
    parts = [as_array(sp, sp.op(Op(operator.getitem, (index, Lit(i))))) for i in range(2)]
    if not all(widen(k) is INT or isinstance(k, Array) and "int" in k.dtype for k in map(sp.kind, parts)):
        raise sp.refuse(f"{name} at this index", "index with two lists or arrays of ints, or write a loop", MissingRule)
    if any(isinstance(k, Array) and (k.dims is None or len(k.dims) != 1) for k in map(sp.kind, parts)):
        raise sp.refuse(
            f"{name} at this index", "index with lists of ints of one dimension, or write a loop", MissingRule
        )
    both = sp.hold(*call_primitive(sp, "np.broadcast_arrays", np.broadcast_arrays, tuple(parts), ()))
    rows, columns = (sp.op(Op(operator.getitem, (both, Lit(i)))) for i in range(2))
    if not is_number(sp.kind(value)):
        value = sp.hold(*call_primitive(sp, "np.array", np.array, (value,), ()))
    named = sp.op(Op(operator.getitem, (x, sp.op(Op(prims.make_tuple, (rows, columns))))))
    values = _broadcast(sp, named, value)
    sp.effect(*sp.prelude("ufunc_at_pairs", Ref(f"np.{ufunc.__name__}", ufunc), x, rows, columns, values))


def _never_repeats(at: Kind) -> bool:
    if isinstance(at, Tuple):
        return all(_never_repeats(k) for k in at.items)
    return widen(at) in (INT, SLICE) or isinstance(at, Const) or isinstance(at, Array) and at.dtype == "bool"


_ASSIGN = "write into the array with an assignment"
# what each is called with: the parameters that may be left out end in "="
_FUNCTIONS: dict[Any, tuple[tuple[str, ...], Procedure]] = {
    np.copyto: (("dst", "src", "casting=", "where="), _copyto),
    np.fill_diagonal: (("a", "val", "wrap="), _fill_diagonal),
    np.put: (("a", "ind", "v", "mode="), _put),
    np.putmask: (("a", "mask", "values"), _putmask),
    np.place: (("arr", "mask", "vals"), _refused("store x[mask] = values")),
    np.put_along_axis: (("arr", "indices", "values", "axis="), _refused("store x[rows, columns] = values")),
}
_METHODS: dict[str, tuple[tuple[str, ...], Procedure]] = {
    "fill": (("a", "value"), _fill),
    "put": (("a", "ind", "v", "mode="), _put),
    "sort": (("a", "axis=", "kind=", "stable="), _sort),
    "partition": (("a", "kth", "axis=", "kind=", "order="), _refused("write x[...] = np.sort(x)")),
    "resize": (("a", "shape", "more=", "refcheck="), _refused("make a new array, with np.zeros or np.concatenate")),
    "itemset": (("a", "index", "value="), _refused("write x[i] = v")),
    "setfield": (("a", "val", "dtype", "offset="), _refused(_ASSIGN)),
    "setflags": (("a", "write=", "align=", "uic="), _refused("set the flags outside of the function")),
    "byteswap": (("a", "inplace="), _refused("compute a new array")),
}
