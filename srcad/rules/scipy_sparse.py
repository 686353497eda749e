# mypy: allow-untyped-defs, allow-untyped-calls
"""Solutions of sparse equations in `scipy.sparse.linalg`: linear in the right side; the matrix is constant."""

from __future__ import annotations

from scipy.sparse import csc_array, linalg

from srcad.core.kinds import Array, Kind
from srcad.rules import shapes
from srcad.rules.factorizations import SQUARE
from srcad.rules.operators import ROW, TABLE
from srcad.rules.registry import Call, pullback

MATRIX = csc_array(SQUARE)


def _like_right_side(call: Call) -> Kind:
    b = shapes.as_array(call.args[1])
    return Array("float64", b.dims) if isinstance(b, Array) else b


@pullback(linalg.spsolve, kind=_like_right_side, at=[(MATRIX, ROW), (MATRIX, TABLE.T)], linear_in=("b",))
def spsolve(A, b, *, d_out):  # noqa: N803 - SciPy's name
    return None, linalg.spsolve(A.T, d_out)
