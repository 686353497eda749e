# mypy: allow-untyped-defs, allow-untyped-calls
"""Products that contract axes named in the call: `tensordot`, `einsum`, `cross`, and the products of vectors."""

from __future__ import annotations

import numpy as np

from srcad import runtime, runtime_products
from srcad.core.kinds import NUMBER, UNKNOWN, Array, Kind
from srcad.rules import shapes
from srcad.rules.asks import is_complex, refuse
from srcad.rules.known import OPEN
from srcad.rules.operators import COLUMN, POSITIVE, ROW, STACK, TABLE
from srcad.rules.registry import Call, call, pullback

BOX = STACK.transpose(0, 2, 1)
TRIPLES = np.array([[0.5, -1.0, 2.0], [1.5, 0.3, -0.7]])


def _both(call: Call) -> tuple[Array, Array] | None:
    x, y = (shapes.as_array(k) for k in call.args[:2])
    return (x, y) if isinstance(x, Array) and isinstance(y, Array) else None


def _crossed(call: Call) -> Kind:
    """Vectors of three, broadcast together."""
    pair = _both(call)
    if pair is None or pair[0].dims is None or pair[1].dims is None:
        return UNKNOWN
    dtype = str(np.promote_types(pair[0].dtype, pair[1].dtype))
    return Array(dtype, "?" * max(len(pair[0].dims), len(pair[1].dims)))


def _contracted(call: Call) -> Kind:
    """The dimensions of both that `axes` does not name."""
    pair = _both(call)
    axes = shapes.known(call, "axes", 2, default=2)
    if pair is None:
        return UNKNOWN
    if axes is OPEN or pair[0].dims is None or pair[1].dims is None:
        return NUMBER if np.promote_types(pair[0].dtype, pair[1].dtype).kind == "f" else UNKNOWN
    gone = axes if isinstance(axes, int) else np.size(axes[0])
    dtype = str(np.promote_types(pair[0].dtype, pair[1].dtype))
    left = len(pair[0].dims) + len(pair[1].dims) - 2 * gone
    return Array(dtype, "?" * left)


@pullback(
    np.tensordot,
    kind=_contracted,
    at=[
        (TABLE, TABLE.T, 1),
        (TABLE, TABLE * 2, 2),
        (ROW, POSITIVE, 0),
        (STACK, BOX, ((0, 2), (0, 1))),
        (STACK, TABLE, ((2,), (1,))),
        call(STACK, TABLE, axes=((-1, 1), (1, 0))),
        (STACK, ROW, (2, 0)),
    ],
    multilinear_in=("a", "b"),
)
def tensordot(a, b, axes=2, *, d_out):
    return runtime_products.tensordot_left(d_out, a, b, axes), runtime_products.tensordot_right(d_out, a, b, axes)


@pullback(
    np.linalg.tensordot,
    kind=_contracted,
    at=[(TABLE, TABLE * 2), call(STACK, TABLE, axes=((2,), (1,)))],
    multilinear_in=("x1", "x2"),
)
def last_tensordot(x1, x2, axes=2, *, d_out):
    return runtime_products.tensordot_left(d_out, x1, x2, axes), runtime_products.tensordot_right(d_out, x1, x2, axes)


@pullback(
    np.einsum,
    at=[
        ("ij,j->i", TABLE, ROW),
        ("ij,kj", TABLE, TABLE),
        ("ij->", TABLE),
        ("ij->ji", TABLE),
        ("ii->i", TABLE[:, :2]),
        ("ii", TABLE[:, :2]),
        ("i,i->", ROW, POSITIVE),
        ("i,j,k->ijk", ROW, POSITIVE, ROW),
        ("bij,bjk->bik", STACK, BOX),
        ("...ij,kj->...ik", STACK, TABLE),
        ("b...,b...->...", STACK, STACK),
        ("ij,j", TABLE, ROW),
        ("ii,j->i", TABLE[:, :2], ROW),
        ("i...->...", STACK),
        (" ij , jk -> ik ", TABLE, TABLE.T),
        ("ij,ij->ij", TABLE, ROW[None]),
        call("ij,kj,k->i", TABLE, TABLE, TABLE[:, 0], optimize=True),
        call("ij,kj,k", TABLE, TABLE, TABLE[:, 0], optimize="greedy"),
    ],
    multilinear_in=("operands",),
)
def einsum(subscripts, *operands, optimize=False, d_out):
    if not isinstance(subscripts, str):
        return refuse("np.einsum with lists of axes has no rule", 'give the subscripts as a string: "ij,jk->ik"')
    parts = runtime_products.einsum_adjoint(d_out, subscripts, operands)
    return None, None, parts


@pullback(np.vecdot, np.linalg.vecdot, at=[(ROW, POSITIVE), (TABLE, ROW), (STACK, TABLE)], multilinear_in=("x1", "x2"))
def vecdot(x1, x2, *, d_out):
    spread = np.expand_dims(d_out, -1)
    if is_complex(x1) or is_complex(x2):
        d_x1 = np.conjugate(spread * x2)
        return runtime_products.summed(d_x1, x1), runtime_products.summed(spread * np.conjugate(x1), x2)
    return runtime_products.summed(spread * x2, x1), runtime_products.summed(spread * x1, x2)


@pullback(np.matvec, at=[(TABLE, ROW), (STACK, ROW), (STACK, STACK[:, 0])], multilinear_in=("x1", "x2"))
def matvec(x1, x2, *, d_out):
    d_x1 = d_out[..., :, None] * x2[..., None, :]
    d_x2 = np.matvec(np.matrix_transpose(x1), d_out)
    return runtime_products.summed(d_x1, x1), runtime_products.summed(d_x2, x2)


@pullback(np.vecmat, at=[(COLUMN[:, 0], TABLE), (STACK[..., 0], STACK)], multilinear_in=("x1", "x2"))
def vecmat(x1, x2, *, d_out):
    if is_complex(x1) or is_complex(x2):
        d_x1 = np.conjugate(np.matvec(x2, d_out))
        d_x2 = np.conjugate(x1)[..., :, None] * d_out[..., None, :]
        return runtime_products.summed(d_x1, x1), runtime_products.summed(d_x2, x2)
    d_x1 = np.matvec(x2, d_out)
    d_x2 = x1[..., :, None] * d_out[..., None, :]
    return runtime_products.summed(d_x1, x1), runtime_products.summed(d_x2, x2)


@pullback(np.linalg.outer, at=[(ROW, POSITIVE)], multilinear_in=("x1", "x2"))
def outer(x1, x2, *, d_out):
    return d_out @ x2, x1 @ d_out


@pullback(np.linalg.matmul, at=[(TABLE, TABLE.T), (STACK, TABLE.T)], multilinear_in=("x1", "x2"))
def matmul(x1, x2, *, d_out):
    return runtime.matmul_left(d_out, x1, x2), runtime.matmul_right(d_out, x1, x2)


@pullback(
    np.cross,
    kind=_crossed,
    at=[(ROW, POSITIVE), (TABLE, ROW), (TRIPLES, TRIPLES * 2 + 1), (TABLE.T, TABLE.T + 1, 0, 0, 0)],
    multilinear_in=("a", "b"),
)
def cross(a, b, axisa=-1, axisb=-1, axisc=-1, *, d_out):
    if axisa == -1 and axisb == -1 and axisc == -1:
        return runtime.unbroadcast(np.cross(b, d_out), a), runtime.unbroadcast(np.cross(d_out, a), b)
    d_a = np.cross(b, d_out, axisb, axisc, axisa)
    d_b = np.cross(d_out, a, axisc, axisa, axisb)
    return runtime.unbroadcast(d_a, a), runtime.unbroadcast(d_b, b)


@pullback(np.linalg.cross, kind=_crossed, at=[(ROW, POSITIVE), (TABLE, ROW)], multilinear_in=("x1", "x2"))
def last_cross(x1, x2, *, d_out):
    return runtime.unbroadcast(np.cross(x2, d_out), x1), runtime.unbroadcast(np.cross(d_out, x1), x2)
