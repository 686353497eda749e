"""What the methods and attributes of arrays are as functions, which is where their rules are.

`x.sum(axis=0)` is `np.sum(x, axis=0)`: the receiver is the first argument. `normalise_method` brings the few whose
arguments are written otherwise into the form of the function. Methods that write in place (`sort`, `fill`, `put`,
`resize`) are not here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from srcad import runtime
from srcad.core import prims
from srcad.core.kinds import INT, Array, Const, Kind, Tuple, TupleOf
from srcad.core.nodes import Expr, Lit, Op

ARRAY_METHODS: dict[str, Callable[..., Any]] = {
    **{
        name: getattr(np, name)
        for name in (
            "all any argmax argmin argpartition argsort choose clip compress copy cumprod cumsum diagonal dot max mean "
            "min nonzero prod ravel repeat reshape round searchsorted squeeze std sum swapaxes take trace transpose var"
        ).split()
    },
    "conj": np.conjugate,
    "conjugate": np.conjugate,
    "astype": runtime.astype,
    "flatten": runtime.flatten,
    "item": runtime.item,
    "tolist": runtime.tolist,
    "__matmul__": np.matmul,
    "__len__": len,
    "__abs__": np.absolute,
    "__float__": float,
}

ARRAY_ATTRIBUTES: dict[str, Callable[..., Any]] = {
    "T": np.transpose,
    "mT": np.matrix_transpose,
    "real": np.real,
    "imag": np.imag,
    "shape": np.shape,
    "ndim": np.ndim,
    "size": np.size,
}

_SEVERAL = {"reshape": "shape", "transpose": "axes"}  # methods that take a tuple or its items


def normalise_method(name: str, args: tuple[Expr, ...]) -> tuple[Callable[..., Any], tuple[Expr, ...]]:
    """The function and operands that `args[0].name(*args[1:])` stands for.

    `x.reshape(2, 3)` and `x.transpose(1, 0)` gather their arguments in a tuple, which is one nested `Op`.
    """
    fn = ARRAY_METHODS[name]
    base, rest = args[0], args[1:]
    if name == "compress" and rest:
        return fn, (rest[0], base, *rest[1:])
    if name in _SEVERAL and len(rest) > 1:
        return fn, (base, Op(prims.make_tuple, rest))
    if name == "transpose" and len(rest) == 1 and isinstance(rest[0], Lit) and isinstance(rest[0].value, int):
        return fn, (base, Op(prims.make_tuple, rest))
    if name in ("copy", "flatten", "ravel") and len(rest) == 1 and rest[0] in (Lit("C"), Lit("K"), Lit("A")):
        return fn, (base,)
    return fn, args


def kind_of_attribute(base: Array, name: str) -> Kind | None:
    """The kind of `base.name` where it is not that of the function in `ARRAY_ATTRIBUTES`; None where it is."""
    match name:
        case "shape":
            if base.dims is None:
                return TupleOf(INT)
            return Tuple(tuple(Const(1) if letter == "1" else INT for letter in base.dims))
        case "ndim":
            return INT if base.dims is None else Const(len(base.dims))
        case "size":
            return INT
        case "dtype":
            return Const(np.dtype(base.dtype))
        case _:
            return None
