"""Sparse matrices of SciPy: constant data, and products that are linear in the other factor.

`A @ x`, `A.dot(x)` and products with `A.T` are the product of the operator `@`; what else is done to a sparse matrix
runs as it is, and nothing active may pass through it.
"""

from __future__ import annotations

import operator
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from srcad.core import prims
from srcad.core.kinds import INT, UNKNOWN, Array, Const, Kind, Opaque, Tuple, holds_smooth
from srcad.core.nodes import Expr, Op, Ref
from srcad.errors import MissingRule
from srcad.transform.specialise.binding import Args, Kwargs
from srcad.transform.specialise.session import Resolved

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser

_ALIKE = ("copy", "tocsr", "tocsc", "tocoo", "tolil", "todok", "tobsr", "todia", "conj", "conjugate")


def make_sparse(name: str, value: Any, args: Args, kwargs: Kwargs) -> Resolved:
    """`sparse.eye_array(n)`, `sparse.csr_array(a)`"""
    cls = value if isinstance(value, type) else sys.modules["scipy.sparse"].csr_array
    return Op(prims.call, (Ref(name, value), *args), kwargs), Opaque(cls)


def sparse_attribute(sp: Specialiser, op: Op, held: Kind, name: str) -> Resolved:
    """`A.T`, `A.shape`"""
    match name:
        case "T":
            return Op(np.transpose, op.args[:1], form="attr:T"), held
        case "shape":
            return op, Tuple((INT, INT))
        case "ndim":
            return op, Const(2)
        case "nnz" | "size":
            return op, INT
        case _:
            return op, UNKNOWN


def sparse_method(sp: Specialiser, made: Op, base: Expr, held: Kind, name: str, args: Args, kwargs: Kwargs) -> Resolved:
    """`A.dot(x)`, `A.transpose()`, `A.toarray()`"""
    if name in ("dot", "__matmul__") and len(args) == 1 and not kwargs:
        return sp.resolve(Op(operator.matmul, (base, *args)))
    if name == "transpose" and not args and not kwargs:
        return Op(np.transpose, (base,), form="attr:T"), held
    if any(holds_smooth(sp.kind(a)) for a in (*args, *(v for _, v in kwargs))):
        raise sp.refuse(f"the method .{name} of a sparse matrix has no rule", "write A @ x for a product", MissingRule)
    if name == "toarray" and not args and not kwargs:
        return made, Array("float64", "??")
    return made, held if name in _ALIKE else UNKNOWN
