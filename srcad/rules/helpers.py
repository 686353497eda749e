# mypy: allow-untyped-defs, allow-untyped-calls
"""The helpers of derivatives of NumPy functions (`own.py` has those of `srcad.runtime`), for second derivatives.

A helper that gives the cotangents of several arrays gives a tuple of them, whose kind is that of the arrays.
"""

from __future__ import annotations

import numpy as np

from srcad import runtime, runtime_arrays, runtime_linalg, runtime_products, runtime_signals
from srcad.core.kinds import UNKNOWN, Array, Kind, List, Tuple, holds_complex, is_number
from srcad.rules import shapes
from srcad.rules.contractions import BOX
from srcad.rules.factorizations import SQUARE, SQUARES
from srcad.rules.operators import COLUMN, POSITIVE, ROW, STACK, TABLE
from srcad.rules.reductions import ZEROS
from srcad.rules.registry import Call, KindRule, linear, pullback, pushforward
from srcad.rules.signals import KNOTS


def _dtype(call: Call) -> str:
    """Of real values the helpers make real ones, of complex values complex ones."""
    return "complex128" if any(map(holds_complex, call.args)) else "float64"


def _floats_like(call: Call, kind: Kind) -> Kind:
    kind = shapes.as_array(kind)
    if isinstance(kind, Array):
        return Array(_dtype(call), kind.dims)
    return shapes.scalar_of(_dtype(call)) if is_number(kind) else UNKNOWN


def _like(position: int) -> KindRule:
    """Floats in the form of one operand, an array or a tuple of arrays; what is given as a list comes back as one."""

    def kind(call: Call) -> Kind:
        like = call.args[position]
        if isinstance(like, Tuple):
            items = tuple(_floats_like(call, k) for k in like.items)
            return UNKNOWN if UNKNOWN in items else Tuple(items)
        return UNKNOWN if isinstance(like, List) else _floats_like(call, like)

    return kind


def _parts(call: Call) -> Kind:
    """A tuple of arrays, in the forms of the second operand's items, where a number is an array without axes."""
    like = call.args[1]
    if not isinstance(like, Tuple):
        return UNKNOWN
    items = tuple(Array(_dtype(call), "") if is_number(k) else _floats_like(call, k) for k in like.items)
    return UNKNOWN if UNKNOWN in items else Tuple(items)


# ---------------------------------------------------------------- joined arrays


@linear(
    runtime.unconcatenate,
    kind=_parts,
    at=[(LONG := np.arange(6.0), (ROW, ROW)), (LONG, (TABLE[0], TABLE[:1]), None), (STACK, (STACK[:, :1],) * 2, 1)],
)
def unconcatenate(d, arrays, axis=0, *, d_out):
    return runtime.rejoin(d_out, d, axis)


@linear(runtime.rejoin, kind=_like(1), at=[((ROW, ROW * 2), np.arange(6.0)), ((TABLE, COLUMN), np.ones((2, 4)), 1)])
def rejoin(parts, d, axis=0, *, d_out):
    return runtime.unconcatenate(d_out, parts, axis)


# ---------------------------------------------------------------- products of arrays


def _of_inner(call: Call) -> Kind:
    """An operand of `np.inner`: its dimensions follow from the cotangent of the result and from the other operand."""
    d, other = call.args
    if isinstance(d, Array) and d.ndim is not None and isinstance(other, Array) and other.ndim is not None:
        return Array(_dtype(call), "?" * (d.ndim - other.ndim + 2))
    return Array(_dtype(call), None)


@pullback(
    runtime.inner_left,
    kind=_of_inner,
    at=[(np.inner(STACK, TABLE), TABLE), (np.inner(TABLE, ROW), ROW)],
    multilinear_in=("d", "y"),
)
def inner_left(d, y, *, d_out):
    return np.inner(d_out, y), runtime.inner_right(d, d_out)


@pullback(
    runtime.inner_right,
    kind=_of_inner,
    at=[(np.inner(STACK, TABLE), STACK), (np.inner(TABLE, TABLE + 1), TABLE)],
    multilinear_in=("d", "x"),
)
def inner_right(d, x, *, d_out):
    return np.inner(x, d_out), runtime.inner_left(d, d_out)


@pullback(
    runtime_products.tensordot_left,
    kind=_like(1),
    at=[(TABLE @ TABLE.T, TABLE, TABLE.T, 1), (np.ones((2, 2)), STACK, BOX, ((0, 2), (0, 1)))],
    multilinear_in=("d", "b"),
)
def tensordot_left(d, a, b, axes=2, *, d_out):
    return np.tensordot(d_out, b, axes), None, runtime_products.tensordot_right(d, d_out, b, axes)


@pullback(
    runtime_products.tensordot_right,
    kind=_like(2),
    at=[(TABLE @ TABLE.T, TABLE, TABLE.T, 1), (np.ones((2, 2)), STACK, BOX, ((0, 2), (0, 1)))],
    multilinear_in=("d", "a"),
)
def tensordot_right(d, a, b, axes=2, *, d_out):
    return np.tensordot(a, d_out, axes), runtime_products.tensordot_left(d, a, d_out, axes), None


@pullback(
    runtime_products.einsum_adjoint,
    kind=_like(2),
    at=[
        (COLUMN[:, 0], "ij,j->i", (TABLE, ROW)),
        (TABLE, "ij->ij", (TABLE,)),
        (TABLE, "ij,ij->ij", (TABLE, ROW[None])),
        (np.ones((3, 3, 3)), "i,j,k->ijk", (ROW, POSITIVE, ROW)),
    ],
)
def einsum_adjoint(d, subscripts, operands, *, d_out):
    return (
        runtime_products.einsum_along(d_out, subscripts, operands),
        None,
        runtime_products.einsum_curved(d, d_out, subscripts, operands),
    )


@pushforward(runtime_products.einsum_adjoint)
def einsum_adjoint_dot(d, subscripts, operands, *, d_dot, operands_dot):
    if d_dot is None:
        return runtime_products.einsum_curved(d, operands_dot, subscripts, operands)
    by_d = runtime_products.einsum_adjoint(d_dot, subscripts, operands)
    if operands_dot is None:
        return by_d
    return runtime.sum_of_each(by_d, runtime_products.einsum_curved(d, operands_dot, subscripts, operands))


@pullback(
    runtime_linalg.matrix_power_adjoint,
    kind=shapes.same,
    at=[(SQUARE.T, SQUARE, 3), (SQUARE, SQUARE, 0), (SQUARES, SQUARES, 2)],
)
def matrix_power_adjoint(d, a, n, *, d_out):
    by_d = runtime_linalg.matrix_power_adjoint(d_out, np.matrix_transpose(a), n)
    return by_d, runtime_linalg.matrix_power_curved(d, d_out, a, n), None


@pullback(
    runtime_linalg.multi_dot_adjoint,
    kind=_like(1),
    at=[(TABLE @ SQUARE @ TABLE.T, (TABLE, SQUARE, TABLE.T)), (1.3, (ROW, SQUARE, ROW))],
)
def multi_dot_adjoint(d, arrays, *, d_out):
    return runtime_linalg.multi_dot_along(d_out, arrays), runtime_linalg.multi_dot_curved(d, d_out, arrays)


@pushforward(runtime_linalg.multi_dot_adjoint)
def multi_dot_adjoint_dot(d, arrays, *, d_dot, arrays_dot):
    if d_dot is None:
        return runtime_linalg.multi_dot_curved(d, arrays_dot, arrays)
    by_d = runtime_linalg.multi_dot_adjoint(d_dot, arrays)
    if arrays_dot is None:
        return by_d
    return runtime.sum_of_each(by_d, runtime_linalg.multi_dot_curved(d, arrays_dot, arrays))


# ---------------------------------------------------------------- products of elements


@pullback(runtime.product_of_others, kind=shapes.same, at=[(ROW,), (TABLE, 1), (STACK, (0, 2)), (ZEROS, 1), (ZEROS,)])
def product_of_others(x, axis=None, *, d_out):
    return runtime_arrays.product_curved(d_out, x, axis)


@pushforward(runtime.product_of_others)
def product_of_others_dot(x, axis=None, *, x_dot):
    return runtime_arrays.product_curved(x_dot, x, axis)


@pullback(
    runtime_arrays.cumprod_adjoint,
    kind=_like(1),
    at=[(ROW, ROW * 2), (TABLE, TABLE * 2, 1), (TABLE, ZEROS, 0), (np.ravel(TABLE), TABLE)],
)
def cumprod_adjoint(d, x, axis=None, *, d_out):
    by_d = np.reshape(runtime_arrays.cumprod_along(d_out, x, axis), np.shape(d))
    return by_d, runtime_arrays.cumprod_curved(d, d_out, x, axis)


@pushforward(runtime_arrays.cumprod_adjoint)
def cumprod_adjoint_dot(d, x, axis=None, *, d_dot, x_dot):
    if d_dot is None:
        return runtime_arrays.cumprod_curved(d, x_dot, x, axis)
    if x_dot is None:
        return runtime_arrays.cumprod_adjoint(d_dot, x, axis)
    return runtime_arrays.cumprod_adjoint(d_dot, x, axis) + runtime_arrays.cumprod_curved(d, x_dot, x, axis)


@pullback(
    runtime_arrays.cumprod_along, at=[(ROW, ROW * 2), (TABLE, TABLE * 2, 1), (TABLE, ZEROS, 0), (TABLE, TABLE + 1)]
)
def cumprod_along(v, x, axis=None, *, d_out):
    by_v = runtime_arrays.cumprod_adjoint(d_out, x, axis)
    return by_v, runtime_arrays.cumprod_curved(d_out, v, x, axis)


# ---------------------------------------------------------------- signals


@pullback(
    runtime_signals.trapezoid_weights,
    kind=_like(0),
    at=[(ROW, None, 0.5), (TABLE, KNOTS), (TABLE, TABLE * TABLE, 1, 0)],
    linear_in=("x", "dx"),
)
def trapezoid_weights(y, x=None, dx=1, axis=-1, *, d_out):
    if x is None:
        return None, None, np.sum(d_out * runtime_signals.trapezoid_weights(y, None, 1, axis))
    return None, runtime_signals.trapezoid_nodes(1.0, d_out, x, axis)


@pullback(
    runtime_signals.trapezoid_nodes,
    kind=_like(2),
    at=[(0.7, ROW, KNOTS), (COLUMN[:2], TABLE, KNOTS), (ROW[None], TABLE, TABLE * TABLE, 0)],
    multilinear_in=("d", "y"),
)
def trapezoid_nodes(d, y, x, axis=-1, *, d_out):
    by_d = np.expand_dims(np.trapezoid(y, d_out, axis=axis), axis)
    return runtime.unbroadcast(by_d, d), d * runtime_signals.trapezoid_weights(y, d_out, 1, axis)


@linear(runtime_signals.gradient_adjoint, kind=shapes.same, at=[(LONG,), (LONG, 0, 2), (TABLE, 1)])
def gradient_adjoint(d, axis=-1, edge_order=1, *, d_out):
    return np.gradient(d_out, axis=axis, edge_order=edge_order)


@linear(runtime_signals.polyder_adjoint, kind=shapes.same, at=[(ROW,), (ROW, 2)])
def polyder_adjoint(d, m=1, *, d_out):
    return np.polyder(d_out, m)
