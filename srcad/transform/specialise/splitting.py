"""`np.split(x, 4)`: the views that it gives, written out, so that each is a view of `x` like any other."""

from __future__ import annotations

import itertools
import operator
from typing import TYPE_CHECKING

from srcad import runtime
from srcad.core import prims
from srcad.core.kinds import INT, Array, Const, Kind, widen
from srcad.core.nodes import NONE, Expr, Lit, Op
from srcad.transform.specialise.binding import Args
from srcad.transform.specialise.session import Resolved

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser

_MOST = 16  # more parts than this are not written out


def split(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved | None:
    """Equal parts, as many as is known when code is generated; None for any other call."""
    if len(args) > 3 or not kwargs.keys() <= {"ary", "indices_or_sections", "axis"}:
        return None
    given = dict(zip(("ary", "indices_or_sections", "axis"), args, strict=False)) | kwargs
    if not given.keys() >= {"ary", "indices_or_sections"}:
        return None
    array, kind = given["ary"], sp.kind(given["ary"])
    count = _known_int(sp.kind(given["indices_or_sections"]), given["indices_or_sections"])
    axis = _known_int(sp.kind(given["axis"]), given["axis"]) if "axis" in given else 0
    if not isinstance(kind, Array) or not kind.ndim or count is None or axis is None or not 0 < count <= _MOST:
        return None
    before = tuple(sp.op(Op(prims.make_slice, (NONE, NONE, NONE))) for _ in range(axis % kind.ndim))
    shape = sp.op(Op(prims.get_attr, (array, Lit("shape"))))
    size = sp.op(Op(operator.getitem, (shape, Lit(axis))))
    width = sp.op(Op(runtime.part_width, (size, Lit(count))), "width")
    edges: list[Expr] = [Lit(0), width, *(sp.op(Op(operator.mul, (Lit(i), width))) for i in range(2, count + 1))]
    parts = []
    for start, stop in itertools.pairwise(edges):
        part = sp.op(Op(prims.make_slice, (start, stop, NONE)))
        key = sp.op(Op(prims.make_tuple, (*before, part))) if before else part
        parts.append(sp.op(Op(operator.getitem, (array, key)), "part"))
    return sp.resolve(Op(prims.make_list, tuple(parts)))


def _known_int(kind: Kind, expr: Expr) -> int | None:
    if isinstance(expr, Lit) and type(expr.value) is int:
        return expr.value
    if isinstance(kind, Const) and type(kind.value) is int and widen(kind) is INT:
        return kind.value
    return None
