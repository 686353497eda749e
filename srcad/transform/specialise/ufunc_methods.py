"""Methods of ufuncs that are calls of other functions.

np.hypot.outer(x, y)              ->  np.hypot(x[..., None], y)
np.add.reduce(x, where=mask)      ->  np.sum(x, axis=0, where=mask)
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from srcad.core import prims
from srcad.core.nodes import NONE, Expr, Lit, Op
from srcad.rules.known import OPEN, ndim_of
from srcad.transform.specialise.binding import Args
from srcad.transform.specialise.session import Resolved

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser

_REDUCTIONS: dict[Any, Any] = {np.add: np.sum, np.multiply: np.prod, np.maximum: np.max, np.minimum: np.min}
_ORDER = ("array", "axis", "dtype", "out", "keepdims", "initial", "where")


def ufunc_method(value: Any) -> Any:
    """How a call of this method is written as another; None where it is not."""
    ufunc = getattr(value, "__self__", None)
    if not isinstance(ufunc, np.ufunc):
        return None
    if value.__name__ == "outer":
        return _outer(ufunc)
    return _reduce(ufunc) if value.__name__ == "reduce" and ufunc in _REDUCTIONS else None


def _outer(ufunc: np.ufunc) -> Any:
    def outer(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved | None:
        if len(args) != 2 or kwargs or ufunc.nin != 2:
            return None
        x, y = args
        width = ndim_of(sp.kind(y))
        if width is OPEN or ndim_of(sp.kind(x)) is OPEN:
            return None
        if width and ndim_of(sp.kind(x)):
            key = sp.op(Op(prims.make_tuple, (Lit(Ellipsis), *(NONE,) * width)))
            x = sp.op(Op(operator.getitem, (x, key)), "column")
        return sp.call(f"np.{ufunc.__name__}", ufunc, (x, y))

    return outer


def _reduce(ufunc: np.ufunc) -> Any:
    def reduce(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved | None:
        given = dict(zip(_ORDER, args, strict=False)) | kwargs
        if not {"initial", "where"} & given.keys() or not given.keys() <= set(_ORDER) or "array" not in given:
            return None
        array = given.pop("array")
        function = _REDUCTIONS[ufunc]
        return sp.call(f"np.{function.__name__}", function, (array,), tuple({"axis": Lit(0), **given}.items()))

    return reduce
