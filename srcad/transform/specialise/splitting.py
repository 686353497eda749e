"""`np.split`, `np.meshgrid` and others that give several arrays: written out, so that each is a view like any other.

np.split(x, 2, axis=1)    ->  [x[:, 0:width], x[:, width:2 * width]]
np.meshgrid(x, y)         ->  np.copy(np.broadcast_to(x[None, :], (y.size, x.size))), ...
"""

from __future__ import annotations

import inspect
import itertools
import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from srcad import runtime
from srcad.core import prims
from srcad.core.kinds import INT, Array, Const, Kind, List, Tuple, widen
from srcad.core.nodes import NONE, Expr, Lit, Op, Ref
from srcad.transform.specialise.binding import Args
from srcad.transform.specialise.session import Resolved

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser

_MOST = 16  # more parts than this are not written out


def make_split(function: Any) -> Any:
    """How calls of one of NumPy's functions that split are written out: None where too little is known of them."""
    names = list(inspect.signature(function).parameters)

    def split(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved | None:
        given = dict(zip(names, args, strict=False)) | kwargs
        if not given.keys() <= set(names) or len(given) < 2 or len(args) > len(names):
            return None
        kind = sp.kind(given["ary"])
        if not isinstance(kind, Array) or not kind.ndim:
            return None
        fixed = {np.hsplit: min(1, kind.ndim - 1), np.vsplit: 0, np.dsplit: 2}.get(function)
        axis = (
            fixed if fixed is not None else _known_int(sp.kind(given["axis"]), given["axis"]) if len(given) > 2 else 0
        )
        if axis is None or not -kind.ndim <= axis < kind.ndim:
            return None
        axis %= kind.ndim
        sections = given["indices_or_sections"]
        if sp.kind(sections) == List(INT):
            if axis == 0:
                return sp.prelude("split_at", given["ary"], sections)
            front = _called(sp, np.moveaxis, given["ary"], Lit(axis), Lit(0))
            return sp.prelude("split_along", front, sections, Lit(axis))
        edges = _edges(sp, given["ary"], sections, axis, function is np.array_split)
        return None if edges is None else _parts(sp, given["ary"], axis, edges)

    return split


def _edges(sp: Specialiser, array: Expr, sections: Expr, axis: int, uneven: bool) -> list[Expr] | None:
    """Where the parts begin and end, of which there are as many as is known when code is generated."""
    kind = sp.kind(sections)
    count = _known_int(kind, sections)
    if count is None and isinstance(kind, Tuple) and all(widen(item) is INT for item in kind.items):
        stops = [
            Lit(item.value) if isinstance(item, Const) else sp.op(Op(operator.getitem, (sections, Lit(i))))
            for i, item in enumerate(kind.items)
        ]
        return [Lit(0), *stops, NONE] if len(stops) < _MOST else None
    if count is None or not 0 < count <= _MOST:
        return None
    shape = sp.op(Op(prims.get_attr, (array, Lit("shape"))))
    size = sp.op(Op(operator.getitem, (shape, Lit(axis))))
    if uneven:
        starts = [sp.op(Op(runtime.part_start, (size, Lit(count), Lit(i))), "start") for i in range(1, count)]
        return [Lit(0), *starts, NONE]
    width = sp.op(Op(runtime.part_width, (size, Lit(count))), "width")
    return [Lit(0), width, *(sp.op(Op(operator.mul, (Lit(i), width))) for i in range(2, count + 1))]


def _parts(sp: Specialiser, array: Expr, axis: int, edges: list[Expr]) -> Resolved:
    before = tuple(sp.op(Op(prims.make_slice, (NONE, NONE, NONE))) for _ in range(axis))
    parts = []
    for start, stop in itertools.pairwise(edges):
        part = sp.op(Op(prims.make_slice, (start, stop, NONE)))
        key = sp.op(Op(prims.make_tuple, (*before, part))) if before else part
        parts.append(sp.op(Op(operator.getitem, (array, key)), "part"))
    return sp.resolve(Op(prims.make_list, tuple(parts)))


def _called(sp: Specialiser, function: Any, *args: Expr) -> Expr:
    return sp.op(Op(prims.call, (Ref(f"np.{function.__name__}", function), *args)), "part")


def _known_int(kind: Kind, expr: Expr) -> int | None:
    if isinstance(expr, Lit) and type(expr.value) is int:
        return expr.value
    if isinstance(kind, Const) and type(kind.value) is int and widen(kind) is INT:
        return kind.value
    return None


def unstack(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved | None:
    """`np.unstack(x)` is a tuple of the items of `x`, as many as it has."""
    if len(args) != 1 or not kwargs.keys() <= {"axis"} or not isinstance(sp.kind(args[0]), Array):
        return None
    axis = kwargs.get("axis", Lit(0))
    front = args[0] if axis == Lit(0) else _called(sp, np.moveaxis, args[0], axis, Lit(0))
    return sp.prelude("unstacked", front)


def broadcast_arrays(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved | None:
    if kwargs or not args or not all(isinstance(sp.kind(a), Array) for a in args):
        return None
    shapes = tuple(sp.op(Op(prims.get_attr, (a, Lit("shape")))) for a in args)
    shape = _called(sp, np.broadcast_shapes, *shapes)
    parts = tuple(_called(sp, np.broadcast_to, a, shape) for a in args)
    return sp.resolve(Op(prims.make_tuple, parts))


def meshgrid(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved | None:
    """Each of the vectors along an axis of its own; the first two change places unless `indexing` is "ij"."""
    settings = {"indexing": "xy", "sparse": False, "copy": True}
    kinds = [sp.kind(a) for a in args]
    for name, expr in kwargs.items():
        if name not in settings or not isinstance(expr, Lit):
            return None
        settings[name] = expr.value
    if not args or not all(isinstance(k, Array) and k.ndim == 1 for k in kinds):
        return None
    order = list(range(len(args)))
    if settings["indexing"] == "xy" and len(args) > 1:
        order[:2] = [1, 0]
    sizes = [sp.op(Op(len, (a,)), "size") for a in args]
    shape = sp.op(Op(prims.make_tuple, tuple(sizes[order.index(i)] for i in range(len(args)))), "shape")
    whole = sp.op(Op(prims.make_slice, (NONE, NONE, NONE)))
    parts = []
    for i, array in enumerate(args):
        key = tuple(whole if place == order[i] else NONE for place in range(len(args)))
        part = (
            array if len(args) == 1 else sp.op(Op(operator.getitem, (array, sp.op(Op(prims.make_tuple, key)))), "part")
        )
        if not settings["sparse"]:
            part = _called(sp, np.broadcast_to, part, shape)
        parts.append(_called(sp, np.copy, part) if settings["copy"] else part)
    return sp.resolve(Op(prims.make_tuple, tuple(parts)))
