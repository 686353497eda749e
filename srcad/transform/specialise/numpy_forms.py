"""Calls of NumPy functions in forms that their rules do not know, written as calls of functions that have rules.

np.diff(x, prepend=0.0)        ->  np.diff(np.concatenate((edge, x)))
np.nansum(x, where=mask)       ->  np.sum(np.where(np.isnan(x), 0.0, x), where=mask)
np.gradient(f)                 ->  (np.gradient(f, axis=0), np.gradient(f, axis=1))

None is the answer to a form that the rule knows, and to one that is refused.
"""

from __future__ import annotations

import inspect
import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from srcad.core import prims
from srcad.core.kinds import NONE_KIND, STRING, Array, Tuple, is_number, widen
from srcad.core.nodes import NONE, Expr, Lit, Op, Ref
from srcad.rules.known import OPEN, constant, literal, ndim_of
from srcad.rules.naming import function_name
from srcad.rules.shapes import as_array
from srcad.transform.specialise.binding import Args
from srcad.transform.specialise.session import Resolved

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser

Named = dict[str, Expr]


def called(sp: Specialiser, function: Any, *args: Expr, **named: Expr) -> Expr:
    """A call of a NumPy function, held by a variable."""
    return sp.op(Op(prims.call, (Ref(function_name(function), function), *args), tuple(named.items())))


def _result(sp: Specialiser, function: Any, *args: Expr, **named: Expr) -> Resolved:
    return sp.call(function_name(function), function, args, tuple(named.items()))


def _given(function: Any, args: Args, kwargs: Named) -> Named:
    """The arguments by name."""
    return dict(zip(inspect.signature(function).parameters, args, strict=False)) | kwargs


def _array(sp: Specialiser, arg: Expr) -> Expr:
    """The argument, as an array where it is a list."""
    kind = sp.kind(arg)
    return arg if isinstance(kind, Array) or is_number(kind) else called(sp, np.asarray, arg)


def _tuple(sp: Specialiser, *parts: Expr) -> Expr:
    return sp.op(Op(prims.make_tuple, parts))


def _known(sp: Specialiser, arg: Expr) -> Any:
    """The value of a setting, else `OPEN`."""
    value = literal(arg)
    return value if value is not OPEN else constant(sp.kind(arg))


def _absent(sp: Specialiser, arg: Expr | None) -> bool:
    return arg is None or sp.kind(arg) == NONE_KIND


def _ndim(sp: Specialiser, arg: Expr) -> Any:
    return ndim_of(as_array(sp.kind(arg)))


# ---------------------------------------------------------------- differences


def diff(sp: Specialiser, args: Args, kwargs: Named) -> Resolved | None:
    given = _given(np.diff, args, kwargs)
    if not {"prepend", "append"} & given.keys():
        return None
    a, axis = _array(sp, given.pop("a")), given.get("axis", Lit(-1))
    before, after = given.pop("prepend", None), given.pop("append", None)
    ends = [None if end is None else _edge(sp, _array(sp, end), a, axis) for end in (before, after)]
    parts = [part for part in (ends[0], a, ends[1]) if part is not None]
    return _result(sp, np.diff, called(sp, np.concatenate, _tuple(sp, *parts), axis=axis), **given)


def _edge(sp: Specialiser, value: Expr, a: Expr, axis: Expr) -> Expr:
    """What `np.diff` puts before or after `a`: a number is repeated."""
    if not is_number(sp.kind(value)):
        return value
    if _ndim(sp, a) == 1:
        return called(sp, np.array, sp.op(Op(prims.make_list, (value,))))
    edge = called(sp, np.shape, called(sp, np.sum, a, axis, keepdims=Lit(True)))
    return called(sp, np.full, edge, value)


def ediff1d(sp: Specialiser, args: Args, kwargs: Named) -> Resolved | None:
    given = _given(np.ediff1d, args, kwargs)
    ends = [given.get(name) for name in ("to_begin", "to_end")]
    if all(_absent(sp, end) for end in ends):
        return None
    inner = called(sp, np.diff, called(sp, np.ravel, _array(sp, given["ary"])))
    first, last = (
        None if end is None or _absent(sp, end) else called(sp, np.ravel, called(sp, np.atleast_1d, end))
        for end in ends
    )
    parts = [part for part in (first, inner, last) if part is not None]
    return _result(sp, np.concatenate, _tuple(sp, *parts))


def gradient(sp: Specialiser, args: Args, kwargs: Named) -> Resolved | None:
    """Along each axis by itself: divided by the step, or at the positions that are given."""
    if not args or not kwargs.keys() <= {"axis", "edge_order"}:
        return None
    f, *steps = args
    f = _array(sp, f)
    ndim, axes = _ndim(sp, f), _known(sp, kwargs.get("axis", NONE))
    plain = not steps or len(steps) == 1 and _ndim(sp, steps[0]) == 0
    if ndim is OPEN or axes is OPEN or plain and (ndim == 1 or isinstance(axes, int)):
        return None
    along = tuple(range(ndim)) if axes is None else axes if isinstance(axes, tuple) else (axes,)
    spaced = steps * len(along) if len(steps) == 1 and _ndim(sp, steps[0]) == 0 else steps or [Lit(1.0)] * len(along)
    if len(spaced) != len(along) or any(_ndim(sp, step) not in (0, 1) for step in spaced):
        return None
    edges = kwargs.get("edge_order", Lit(1))
    made = []
    for axis, step in zip(along, spaced, strict=True):
        if _ndim(sp, step) == 0:
            given = () if step == Lit(1.0) else (step,)
            made.append(called(sp, np.gradient, f, *given, axis=Lit(axis), edge_order=edges))
            continue
        rows = called(sp, np.moveaxis, f, Lit(axis), Lit(-1))
        slopes = sp.hold(*sp.prelude("slope_at", rows, _array(sp, step), edges))
        made.append(called(sp, np.moveaxis, slopes, Lit(-1), Lit(axis)))
    if len(made) == 1:
        return made[0], sp.kind(made[0])
    return sp.resolve(Op(prims.make_tuple, tuple(made)))


# ---------------------------------------------------------------- values put in place of others


def interp(sp: Specialiser, args: Args, kwargs: Named) -> Resolved | None:
    given = _given(np.interp, args, kwargs)
    if not {"left", "right", "period"} & given.keys():
        return None
    x, xp, fp = (_array(sp, given[name]) for name in ("x", "xp", "fp"))
    if not _absent(sp, given.get("period")):
        return sp.prelude("interp_around", x, xp, fp, given["period"])
    made = called(sp, np.interp, x, xp, fp)
    for name, end, beyond in (("left", 0, operator.lt), ("right", -1, operator.gt)):
        if not _absent(sp, given.get(name)):
            outside = sp.op(Op(beyond, (x, sp.op(Op(operator.getitem, (xp, Lit(end)))))))
            made = called(sp, np.where, outside, given[name], made)
    return made, sp.kind(made)


def nan_to_num(sp: Specialiser, args: Args, kwargs: Named) -> Resolved | None:
    given = _given(np.nan_to_num, args, kwargs)
    if not {"nan", "posinf", "neginf"} & given.keys() or _known(sp, given.get("copy", Lit(True))) is not True:
        return None
    x = _array(sp, given["x"])
    made = called(sp, np.nan_to_num, x)
    for name, test in (("posinf", np.isposinf), ("neginf", np.isneginf), ("nan", np.isnan)):
        if not _absent(sp, given.get(name)):
            made = called(sp, np.where, called(sp, test, x), given[name], made)
    return made, sp.kind(made)


# ---------------------------------------------------------------- reductions


def _without_nan(function: Any, plain: Any, fill: Expr, masks: bool) -> Any:
    """A reduction that leaves NaN out, of some elements (`where`) or from a value on (`initial`)."""

    def written(sp: Specialiser, args: Args, kwargs: Named) -> Resolved | None:
        given = _given(function, args, kwargs)
        if not {"where", "initial"} & given.keys() or not given.keys() <= _REDUCES:
            return None
        a = _array(sp, given.pop("a"))
        holes = called(sp, np.isnan, a)
        if masks:  # what is left out does not count
            given["where"] = called(sp, np.logical_and, given["where"], called(sp, np.logical_not, holes))
        return _result(sp, plain, called(sp, np.where, holes, fill, a), **given)

    return written


_REDUCES = {"a", "axis", "keepdims", "where", "initial", "ddof"}


def _about(function: Any) -> Any:
    """The variance or the deviation about a mean that is given."""

    def written(sp: Specialiser, args: Args, kwargs: Named) -> Resolved | None:
        given = _given(function, args, kwargs)
        if _absent(sp, given.get("mean")) or not given.keys() <= {*_REDUCES, "mean", "correction"} - {"where"}:
            return None
        less = given.get("correction", given.get("ddof", Lit(0)))
        made = sp.prelude(
            "var_about",
            _array(sp, given["a"]),
            given["mean"],
            given.get("axis", NONE),
            less,
            given.get("keepdims", Lit(False)),
        )
        return made if function is np.var else _result(sp, np.sqrt, sp.hold(*made))

    return written


def cov(sp: Specialiser, args: Args, kwargs: Named) -> Resolved | None:
    """With weights or with a second set of variables."""
    given = _given(np.cov, args, kwargs)
    second, often, weights = (given.get(name) for name in ("y", "fweights", "aweights"))
    if all(_absent(sp, arg) for arg in (second, often, weights)) or "dtype" in given:
        return None
    rowvar, less = given.get("rowvar", Lit(True)), given.get("ddof", NONE)
    if _absent(sp, less):
        less = Lit(0 if _known(sp, given.get("bias", Lit(False))) is True else 1)
    if _known(sp, rowvar) is OPEN or not isinstance(_known(sp, less), int):
        return None
    rows = _rows(sp, given["m"], second, rowvar)
    count = called(sp, np.ones, sp.op(Op(operator.getitem, (called(sp, np.shape, rows), Lit(1)))))
    held = [count if arg is None or _absent(sp, arg) else _array(sp, arg) for arg in (often, weights)]
    made = sp.prelude("cov_of", rows, sp.op(Op(operator.mul, tuple(held))), held[1], less)
    if _ndim(sp, given["m"]) == 1 and _absent(sp, second):
        return sp.resolve(Op(operator.getitem, (sp.hold(*made), _tuple(sp, Lit(0), Lit(0)))))
    return made


def corrcoef(sp: Specialiser, args: Args, kwargs: Named) -> Resolved | None:
    """Of two sets of variables."""
    given = _given(np.corrcoef, args, kwargs)
    if _absent(sp, given.get("y")) or not given.keys() <= {"x", "y", "rowvar"}:
        return None
    return _result(sp, np.corrcoef, _rows(sp, given["x"], given["y"], given.get("rowvar", Lit(True))))


def _rows(sp: Specialiser, first: Expr, second: Expr | None, rowvar: Expr) -> Expr:
    given = [m for m in (first, second) if m is not None and not _absent(sp, m)]
    parts = [sp.hold(*sp.prelude("rows_of", _array(sp, m), rowvar)) for m in given]
    return parts[0] if len(parts) == 1 else called(sp, np.concatenate, _tuple(sp, *parts))


def _from_the_start(function: Any, first: float) -> Any:
    """A running sum or product that begins with what there is before the first element."""

    def written(sp: Specialiser, args: Args, kwargs: Named) -> Resolved | None:
        given = _given(function, args, kwargs)
        if _known(sp, given.pop("include_initial", Lit(False))) is not True:
            return None
        x = _array(sp, given.pop("x"))
        axis = given.get("axis", Lit(0))
        return sp.prelude("with_initial", x, called(sp, function, x, **given), axis, Lit(first))

    return written


# ---------------------------------------------------------------- polynomials


def poly(sp: Specialiser, args: Args, kwargs: Named) -> Resolved | None:
    """The coefficients of the polynomial with these zeros; of a matrix it would need eigenvalues, which are complex."""
    if len(args) != 1 or kwargs or not isinstance(kind := as_array(sp.kind(args[0])), Array):
        return None
    return sp.prelude("polynomial_of", _array(sp, args[0])) if kind.dtype == "float64" and kind.ndim == 1 else None


def polydiv(sp: Specialiser, args: Args, kwargs: Named) -> Resolved | None:
    given = _given(np.polydiv, args, kwargs)
    both = [called(sp, np.atleast_1d, _array(sp, given[name])) for name in ("u", "v") if name in given]
    if len(both) != 2 or any(_ndim(sp, part) != 1 for part in both):
        return None
    return sp.prelude("polynomial_quotient", *both)


def polyint(sp: Specialiser, args: Args, kwargs: Named) -> Resolved | None:
    given = _given(np.polyint, args, kwargs)
    constants = given.get("k")
    if constants is None or _absent(sp, constants):
        return None
    order = given.get("m", Lit(1))
    at = called(sp, np.atleast_1d, _array(sp, constants))
    if is_number(sp.kind(constants)):
        at = called(sp, np.full, order, constants)
    return sp.prelude("polynomial_integral", _array(sp, given["p"]), order, at)


# ---------------------------------------------------------------- norms


def norm(sp: Specialiser, args: Args, kwargs: Named) -> Resolved | None:
    """Of matrices along axes that are not the last two: these are brought last."""
    given = _given(np.linalg.norm, args, kwargs)
    axes, order = _known(sp, given.get("axis", NONE)), _known(sp, given.get("ord", NONE))
    if not isinstance(axes, tuple) or len(axes) != 2 or axes == (-2, -1) or order in (None, "fro", OPEN):
        return None
    last = _tuple(sp, Lit(-2), Lit(-1))
    turned = called(sp, np.moveaxis, _array(sp, given["x"]), given["axis"], last)
    made = _result(sp, np.linalg.norm, turned, ord=given["ord"], axis=last)
    if _known(sp, given.get("keepdims", Lit(False))) is not True:
        return made
    return _result(sp, np.expand_dims, sp.hold(*made), given["axis"])


def matrix_norm(sp: Specialiser, args: Args, kwargs: Named) -> Resolved | None:
    """`np.linalg.norm` along the last two axes, as NumPy has it, for the norms that are not the default."""
    if len(args) != 1 or kwargs.get("ord", Lit("fro")) == Lit("fro"):
        return None
    return _result(sp, np.linalg.norm, *args, **kwargs, axis=_tuple(sp, Lit(-2), Lit(-1)))


def cond(sp: Specialiser, args: Args, kwargs: Named) -> Resolved | None:
    """The product of the norms of a matrix and of its inverse, for norms that do not come from singular values."""
    p = args[1] if len(args) == 2 else kwargs.get("p", NONE)
    if not 1 <= len(args) <= 2 or p in (NONE, Lit(2), Lit(-2)) or not isinstance(p, (Lit, Ref)):
        return None
    last = _tuple(sp, Lit(-2), Lit(-1))
    inverse = called(sp, np.linalg.inv, args[0])
    own, other = (called(sp, np.linalg.norm, matrix, p, axis=last) for matrix in (args[0], inverse))
    return sp.resolve(Op(operator.mul, (own, other)))


def qr(sp: Specialiser, args: Args, kwargs: Named) -> Resolved | None:
    """`mode="r"` is the second of the two factors."""
    given = _given(np.linalg.qr, args, kwargs)
    if _known(sp, given.get("mode", NONE)) != "r":
        return None
    return sp.resolve(Op(operator.getitem, (called(sp, np.linalg.qr, given["a"]), Lit(1))))


def einsum(sp: Specialiser, args: Args, kwargs: Named) -> Resolved | None:
    """With lists of axes after each operand, and perhaps one for the result: with letters."""
    if len(args) < 2 or widen(sp.kind(args[0])) is STRING:
        return None
    named = [_letters(_known(sp, arg)) for arg in (*args[1::2], *args[-1:] * (len(args) % 2))]
    if None in named:
        return None
    operands = args[: len(args) // 2 * 2 : 2]
    inputs = ",".join(str(part) for part in named[: len(operands)])
    subscripts = f"{inputs}->{named[-1]}" if len(args) % 2 else inputs
    return _result(sp, np.einsum, Lit(subscripts), *operands, **kwargs)


def _letters(axes: Any) -> str | None:
    """The axes of one array as `np.einsum` has them in a string."""
    if not isinstance(axes, (list, tuple)) or not all(axis is Ellipsis or isinstance(axis, int) for axis in axes):
        return None
    return "".join("..." if axis is Ellipsis else chr(ord("a") + axis) for axis in axes)


# ---------------------------------------------------------------- arrays made and taken apart


def linspace(sp: Specialiser, args: Args, kwargs: Named) -> Resolved | None:
    """With the step beside it, or with another axis than the first."""
    given = _given(np.linspace, args, kwargs)
    axis, step = _known(sp, given.pop("axis", Lit(0))), _known(sp, given.pop("retstep", Lit(False)))
    if axis is OPEN or step is OPEN or axis == 0 and not step:
        return None
    made = called(sp, np.linspace, **given)
    if axis != 0:
        made = called(sp, np.moveaxis, made, Lit(0), Lit(axis))
    if not step:
        return made, sp.kind(made)
    count, ends = _known(sp, given.get("num", Lit(50))), _known(sp, given.get("endpoint", Lit(True)))
    if not isinstance(count, int) or not isinstance(ends, bool):
        return None
    span = sp.op(Op(operator.sub, (given["stop"], given["start"])))
    return sp.resolve(Op(prims.make_tuple, (made, sp.op(Op(operator.truediv, (span, Lit(count - ends)))))))


def _one_by_one(function: Any) -> Any:
    """A function that takes several arrays and gives a tuple."""

    def written(sp: Specialiser, args: Args, kwargs: Named) -> Resolved | None:
        if len(args) < 2 or kwargs:
            return None
        return sp.resolve(Op(prims.make_tuple, tuple(called(sp, function, arg) for arg in args)))

    return written


def fromiter(sp: Specialiser, args: Args, kwargs: Named) -> Resolved | None:
    given = _given(np.array, args[:1], {}) | dict(zip(("dtype", "count"), args[1:], strict=False)) | kwargs
    if not given.keys() <= {"object", "dtype"}:
        return None
    items = sp.op(Op(prims.call, (Ref("list", list), given["object"])))
    return _result(sp, np.array, items, dtype=given["dtype"])


def fromfunction(sp: Specialiser, args: Args, kwargs: Named) -> Resolved | None:
    """The function at the arrays of indices."""
    if len(args) != 2 or not kwargs.keys() <= {"dtype"}:
        return None
    shape, value = sp.kind(args[1]), _known(sp, args[1])
    count = len(shape.items if isinstance(shape, Tuple) else value if isinstance(value, tuple) else ())
    if count == 0:
        return None
    dtype = kwargs.get("dtype", Ref("float", float))
    indices = called(sp, np.indices, args[1], dtype=dtype)
    parts = tuple(sp.op(Op(operator.getitem, (indices, Lit(i)))) for i in range(count))
    return sp.apply(args[0], sp.kind(args[0]), parts)


FORMS: dict[Any, Any] = {
    np.diff: diff,
    np.ediff1d: ediff1d,
    np.gradient: gradient,
    np.interp: interp,
    np.nan_to_num: nan_to_num,
    np.nansum: _without_nan(np.nansum, np.sum, Lit(0.0), False),
    np.nanprod: _without_nan(np.nanprod, np.prod, Lit(1.0), False),
    np.nanmax: _without_nan(np.nanmax, np.max, Lit(-np.inf), False),
    np.nanmin: _without_nan(np.nanmin, np.min, Lit(np.inf), False),
    np.nanmean: _without_nan(np.nanmean, np.mean, Lit(0.0), True),
    np.nanvar: _without_nan(np.nanvar, np.var, Lit(0.0), True),
    np.nanstd: _without_nan(np.nanstd, np.std, Lit(0.0), True),
    np.var: _about(np.var),
    np.std: _about(np.std),
    np.cov: cov,
    np.corrcoef: corrcoef,
    np.cumulative_sum: _from_the_start(np.cumulative_sum, 0.0),
    np.cumulative_prod: _from_the_start(np.cumulative_prod, 1.0),
    np.poly: poly,
    np.polydiv: polydiv,
    np.polyint: polyint,
    np.linalg.norm: norm,
    np.linalg.matrix_norm: matrix_norm,
    np.linalg.cond: cond,
    np.linalg.qr: qr,
    np.einsum: einsum,
    np.linspace: linspace,
    np.atleast_1d: _one_by_one(np.atleast_1d),
    np.atleast_2d: _one_by_one(np.atleast_2d),
    np.atleast_3d: _one_by_one(np.atleast_3d),
    np.fromiter: fromiter,
    np.fromfunction: fromfunction,
}
