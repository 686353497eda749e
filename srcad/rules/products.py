# mypy: allow-untyped-defs, allow-untyped-calls
"""Products of vectors and matrices (`@` is in `operators.py`)."""

from __future__ import annotations

import numpy as np

from srcad import runtime
from srcad.rules import shapes
from srcad.rules.asks import has_ndim, is_complex, is_scalar
from srcad.rules.operators import COLUMN, POSITIVE, ROW, STACK, TABLE
from srcad.rules.registry import pullback

BOX = STACK.transpose(0, 2, 1)


@pullback(
    np.dot,
    kind=shapes.dot_product,
    at=[
        (2.0, 3.0),
        (2.0, ROW),
        (TABLE, 0.5),
        (ROW, POSITIVE),
        (TABLE, ROW),
        (COLUMN[:, 0], TABLE),
        (TABLE, TABLE.T),
        (STACK, ROW),
        (COLUMN[:, 0], STACK),
        (STACK, TABLE.T),
        (TABLE, BOX),
        (STACK, BOX),
    ],
    multilinear_in=("a", "b"),
)
def dot(a, b, *, d_out):
    if is_scalar(a) and is_scalar(b):
        return d_out * b, d_out * a
    if not (has_ndim(a) and has_ndim(b)):
        return runtime.dot_left(d_out, a, b), runtime.dot_right(d_out, a, b)
    if np.ndim(a) == 0:
        return np.sum(d_out * b), d_out * a
    if np.ndim(b) == 0:
        return d_out * b, np.sum(d_out * a)
    if np.ndim(a) == 1 and np.ndim(b) == 1:
        return d_out * b, d_out * a
    if np.ndim(a) == 2 and np.ndim(b) == 1:
        return np.outer(d_out, b), a.T @ d_out
    if np.ndim(a) == 1 and np.ndim(b) == 2:
        return b @ d_out, np.outer(a, d_out)
    if np.ndim(a) == 2 and np.ndim(b) == 2:
        return d_out @ b.T, a.T @ d_out
    return runtime.dot_left(d_out, a, b), runtime.dot_right(d_out, a, b)


@pullback(
    np.inner,
    kind=shapes.inner_product,
    at=[(2.0, 3.0), (2.0, ROW), (ROW, POSITIVE), (TABLE, ROW), (ROW, TABLE), (TABLE, TABLE + 1), (STACK, TABLE)],
    multilinear_in=("a", "b"),
)
def inner(a, b, *, d_out):
    if is_scalar(a) and is_scalar(b):
        return d_out * b, d_out * a
    if np.ndim(a) == 0:
        return np.sum(d_out * b), d_out * a
    if np.ndim(b) == 0:
        return d_out * b, np.sum(d_out * a)
    if np.ndim(a) == 1 and np.ndim(b) == 1:
        return d_out * b, d_out * a
    if np.ndim(a) == 2 and np.ndim(b) == 1:
        return np.outer(d_out, b), d_out @ a
    if np.ndim(a) == 1 and np.ndim(b) == 2:
        return d_out @ b, np.outer(d_out, a)
    if np.ndim(a) == 2 and np.ndim(b) == 2:
        return d_out @ b, d_out.T @ a
    return runtime.inner_left(d_out, b), runtime.inner_right(d_out, a)


@pullback(
    np.outer,
    kind=shapes.outer_product,
    at=[(ROW, POSITIVE), (2.0, ROW), (ROW, 2.0), (1.5, 2.5), (TABLE, ROW)],
    multilinear_in=("a", "b"),
)
def outer(a, b, *, d_out):
    if has_ndim(a) and has_ndim(b) and np.ndim(a) == 1 and np.ndim(b) == 1:
        return d_out @ b, a @ d_out
    d_a = np.reshape(d_out @ np.ravel(b), np.shape(a))
    d_b = np.reshape(np.ravel(a) @ d_out, np.shape(b))
    return runtime.unbroadcast(d_a, a), runtime.unbroadcast(d_b, b)


@pullback(
    np.vdot,
    kind=shapes.full_product,
    at=[(2.0, 3.0), (ROW, POSITIVE), (TABLE, TABLE + 1)],
    multilinear_in=("a", "b"),
)
def vdot(a, b, *, d_out):
    if is_complex(a) or is_complex(b):
        return np.conjugate(d_out * b), d_out * np.conjugate(a)
    return d_out * b, d_out * a


@pullback(
    np.kron,
    at=[(ROW, POSITIVE), (TABLE, ROW), (ROW, TABLE), (TABLE, COLUMN), (STACK, TABLE)],
    multilinear_in=("a", "b"),
)
def kron(a, b, *, d_out):
    return runtime.kron_left(d_out, a, b), runtime.kron_right(d_out, a, b)
