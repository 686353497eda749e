# mypy: allow-untyped-defs, allow-untyped-calls
"""Factorisations of `scipy.linalg` and the solutions that use them: Cholesky and LU.

The mathematics is in M. Giles, "An extended collection of matrix derivative results" (2008). `cho_factor` reads and
writes one triangle, and leaves in the other what it found there.
"""

from __future__ import annotations

import numpy as np
from scipy import linalg

from srcad import runtime_matrices
from srcad.core.kinds import Array, Kind
from srcad.rules import shapes
from srcad.rules.asks import has_ndim, refuse
from srcad.rules.factorizations import SQUARE, SYMMETRIC
from srcad.rules.operators import ROW, TABLE
from srcad.rules.registry import Call, call, linear, pullback, pushforward, zero

FACTOR = linalg.cho_factor(SYMMETRIC)
LOWER = linalg.cho_factor(SYMMETRIC, lower=True)
PARTS = linalg.lu_factor(SQUARE)

# ---------------------------------------------------------------- Cholesky


@pullback(linalg.cholesky, kind=shapes.same, at=[(SYMMETRIC,), call(SYMMETRIC, lower=True), call(SYMMETRIC, True)])
def cholesky(a, lower=False, check_finite=True, *, out, d_out):
    below = out if lower else out.T
    halved = 1 - 0.5 * np.eye(len(a))
    inverse = np.linalg.inv(below)
    middle = np.tril(below.T @ d_out if lower else below.T @ d_out.T) * halved
    d_a = inverse.T @ middle @ inverse
    d_both = (d_a + d_a.T) * halved
    return np.tril(d_both) if lower else np.triu(d_both)


@pushforward(linalg.cholesky)
def cholesky_dot(a, lower=False, check_finite=True, *, out, a_dot):
    below = out if lower else out.T
    half = np.tril(a_dot) if lower else np.triu(a_dot).T
    inverse = np.linalg.inv(below)
    both = half + half.T - half * np.eye(len(a))
    made = below @ (np.tril(inverse @ both @ inverse.T) * (1 - 0.5 * np.eye(len(a))))
    return made if lower else made.T


@pullback(linalg.cho_factor, at=[(SYMMETRIC,), call(SYMMETRIC, lower=True), call(SYMMETRIC, True, check_finite=False)])
def cho_factor(a, lower=False, check_finite=True, *, out, d_out):
    d_c = d_out[0]
    below = np.tril(out[0]) if lower else np.triu(out[0]).T
    halved = 1 - 0.5 * np.eye(len(a))
    inverse = np.linalg.inv(below)
    middle = np.tril(below.T @ np.tril(d_c) if lower else below.T @ np.triu(d_c).T) * halved
    d_a = inverse.T @ middle @ inverse
    d_both = (d_a + d_a.T) * halved
    return np.tril(d_both) + np.triu(d_c, 1) if lower else np.triu(d_both) + np.tril(d_c, -1)


@pushforward(linalg.cho_factor)
def cho_factor_dot(a, lower=False, check_finite=True, *, out, a_dot):
    below = np.tril(out[0]) if lower else np.triu(out[0]).T
    half = np.tril(a_dot) if lower else np.triu(a_dot).T
    inverse = np.linalg.inv(below)
    both = half + half.T - half * np.eye(len(a))
    made = below @ (np.tril(inverse @ both @ inverse.T) * (1 - 0.5 * np.eye(len(a))))
    return (made + np.triu(a_dot, 1) if lower else made.T + np.tril(a_dot, -1)), None


@pullback(
    linalg.cho_solve,
    at=[(FACTOR, ROW), (LOWER, ROW), (FACTOR, TABLE.T), call(LOWER, TABLE.T, check_finite=False)],
)
def cho_solve(c_and_lower, b, check_finite=True, *, out, d_out):
    if not has_ndim(b) or np.ndim(b) > 2:
        return refuse("scipy.linalg.cho_solve has a rule for a vector or matrix", "solve for one after the other")
    lower = c_and_lower[1]
    factor = runtime_matrices.triangle(c_and_lower[0], lower)
    d_b = linalg.cho_solve(c_and_lower, d_out)
    moved = np.outer(d_b, out) if np.ndim(b) == 1 else d_b @ out.T
    both = moved + moved.T
    return (runtime_matrices.triangle(np.where(lower, -both @ factor, -factor @ both), lower), None), d_b


@pushforward(linalg.cho_solve)
def cho_solve_dot(c_and_lower, b, check_finite=True, *, out, c_and_lower_dot, b_dot):
    if not has_ndim(b) or np.ndim(b) > 2:
        return refuse("scipy.linalg.cho_solve has a rule for a vector or matrix", "solve for one after the other")
    if c_and_lower_dot is None:
        return linalg.cho_solve(c_and_lower, b_dot)
    lower = c_and_lower[1]
    factor = runtime_matrices.triangle(c_and_lower[0], lower)
    moved = runtime_matrices.triangle(c_and_lower_dot[0], lower)
    half = np.where(lower, moved @ factor.T, moved.T @ factor)
    rest = -(half + half.T) @ out
    return linalg.cho_solve(c_and_lower, rest if b_dot is None else b_dot + rest)


@linear(runtime_matrices.triangle, kind=shapes.same, at=[(SQUARE, True), (TABLE, False)])
def triangle(x, lower, *, d_out):
    return runtime_matrices.triangle(d_out, lower)


# ---------------------------------------------------------------- LU: a[order] = L U, in one matrix


def _order(call: Call) -> Kind:
    return Array("int64", "?")


zero(runtime_matrices.permutation, kind=_order, at=[(np.array([2, 2, 2]),)])


@pullback(linalg.lu_factor, at=[(SQUARE,), (SYMMETRIC[::-1],), call(SQUARE, check_finite=False)])
def lu_factor(a, check_finite=True, *, out, d_out):
    left = np.tril(out[0], -1) + np.eye(len(a))
    right = np.triu(out[0])
    inner = np.tril(left.T @ np.tril(d_out[0], -1), -1) + np.triu(np.triu(d_out[0]) @ right.T)
    d_rows = np.linalg.solve(left.T, inner) @ np.linalg.inv(right).T
    return d_rows[np.argsort(runtime_matrices.permutation(out[1]))]


@pushforward(linalg.lu_factor)
def lu_factor_dot(a, check_finite=True, *, out, a_dot):
    left = np.tril(out[0], -1) + np.eye(len(a))
    right = np.triu(out[0])
    inner = np.linalg.solve(left, a_dot[runtime_matrices.permutation(out[1])]) @ np.linalg.inv(right)
    return left @ np.tril(inner, -1) + np.triu(inner) @ right, None


@pullback(
    linalg.lu_solve,
    at=[(PARTS, ROW), (PARTS, TABLE.T), (PARTS, ROW, 1), call(PARTS, TABLE.T, trans=1, check_finite=False)],
)
def lu_solve(lu_and_piv, b, trans=0, check_finite=True, *, out, d_out):
    if not has_ndim(b) or np.ndim(b) > 2:
        return refuse("scipy.linalg.lu_solve has a rule for a vector or matrix", "solve for one after the other")
    order = runtime_matrices.permutation(lu_and_piv[1])
    left = np.tril(lu_and_piv[0], -1) + np.eye(len(order))
    right = np.triu(lu_and_piv[0])
    d_b = linalg.lu_solve(lu_and_piv, d_out, 1 if trans == 0 else 0)
    first = d_b[order] if trans == 0 else out[order]
    second = out if trans == 0 else d_b
    d_rows = -np.outer(first, second) if np.ndim(b) == 1 else -first @ second.T
    return (np.tril(d_rows @ right.T, -1) + np.triu(left.T @ d_rows), None), d_b


@pushforward(linalg.lu_solve)
def lu_solve_dot(lu_and_piv, b, trans=0, check_finite=True, *, out, lu_and_piv_dot, b_dot):
    if not has_ndim(b) or np.ndim(b) > 2:
        return refuse("scipy.linalg.lu_solve has a rule for a vector or matrix", "solve for one after the other")
    if lu_and_piv_dot is None:
        return linalg.lu_solve(lu_and_piv, b_dot, trans)
    order = runtime_matrices.permutation(lu_and_piv[1])
    left = np.tril(lu_and_piv[0], -1) + np.eye(len(order))
    rows = np.tril(lu_and_piv_dot[0], -1) @ np.triu(lu_and_piv[0]) + left @ np.triu(lu_and_piv_dot[0])
    moved = (rows @ out)[np.argsort(order)] if trans == 0 else rows.T @ out[order]
    return linalg.lu_solve(lu_and_piv, -moved if b_dot is None else b_dot - moved, trans)
