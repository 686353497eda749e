# mypy: allow-untyped-defs, allow-untyped-calls
"""Solutions, determinants and structured matrices of `scipy.linalg`, for one matrix at a time.

A solver that is told that a matrix is symmetric reads one triangle of it, a triangular one its own: the rest has the
cotangent zero, and an element off the diagonal of a symmetric matrix stands for two. Factorisations are in
`scipy_factorizations.py`, functions of matrices in `scipy_matrices.py`.
"""

from __future__ import annotations

import numpy as np
from scipy import linalg

from srcad import runtime_arrays, runtime_matrices
from srcad.core.kinds import UNKNOWN, Array, Kind, Tuple
from srcad.rules import shapes
from srcad.rules.asks import has_ndim, refuse
from srcad.rules.factorizations import SQUARE, SYMMETRIC
from srcad.rules.linalg import norm
from srcad.rules.operators import POSITIVE, ROW, TABLE
from srcad.rules.registry import Call, call, linear, pullback, pushforward

# ---------------------------------------------------------------- determinants and inverses


@pullback(linalg.det, at=[(SQUARE,), call(SQUARE, check_finite=False)])
def det(a, check_finite=True, *, out, d_out):
    return d_out * out * linalg.inv(a).T


@pullback(linalg.inv, kind=shapes.same, at=[(SQUARE,), call(SQUARE, check_finite=False)])
def inv(a, check_finite=True, *, out, d_out):
    return -out.T @ d_out @ out.T


@pushforward(linalg.inv)
def inv_dot(a, check_finite=True, *, out, a_dot):
    return -out @ a_dot @ out


pullback(
    linalg.norm,
    kind=shapes.reduced,
    at=[(ROW,), (TABLE,), (ROW, 1), (ROW, 3), (TABLE, "fro"), (TABLE, "nuc"), (TABLE, 2), (TABLE, 1), (TABLE, 2, 0)],
)(norm)


# ---------------------------------------------------------------- linear equations


@pullback(
    linalg.solve,
    at=[
        (SQUARE, ROW),
        (SQUARE, TABLE.T),
        call(SQUARE, ROW, transposed=True),
        call(SQUARE, TABLE.T, transposed=True, check_finite=False),
        call(SYMMETRIC, ROW, assume_a="pos"),
        call(SYMMETRIC, TABLE.T, assume_a="sym"),
        call(SYMMETRIC, ROW, lower=True, assume_a="pos"),
        call(SQUARE, ROW, assume_a="gen"),
    ],
)
def solve(a, b, lower=False, check_finite=True, assume_a=None, transposed=False, *, out, d_out):
    if not (has_ndim(a) and has_ndim(b)) or np.ndim(a) != 2 or np.ndim(b) > 2:
        return refuse("scipy.linalg.solve has a rule for one matrix and a vector or matrix", "use np.linalg.solve")
    if assume_a == "sym" or assume_a == "pos" or assume_a == "her":
        d_b = linalg.solve(a, d_out, lower, assume_a=assume_a)
        d_full = -np.outer(d_b, out) if np.ndim(b) == 1 else -d_b @ out.T
        d_both = (d_full + d_full.T) * (1 - 0.5 * np.eye(len(a)))
        return np.tril(d_both) if lower else np.triu(d_both), d_b
    if assume_a is not None and assume_a != "gen":
        return refuse("scipy.linalg.solve with this assume_a has no rule", "leave it out, or give 'pos' or 'sym'")
    if transposed:
        d_b = linalg.solve(a, d_out)
        return -np.outer(out, d_b) if np.ndim(b) == 1 else -out @ d_b.T, d_b
    d_b = linalg.solve(a.T, d_out)
    return -np.outer(d_b, out) if np.ndim(b) == 1 else -d_b @ out.T, d_b


@pushforward(linalg.solve)
def solve_dot(a, b, lower=False, check_finite=True, assume_a=None, transposed=False, *, out, a_dot, b_dot):
    if not (has_ndim(a) and has_ndim(b)) or np.ndim(a) != 2 or np.ndim(b) > 2:
        return refuse("scipy.linalg.solve has a rule for one matrix and a vector or matrix", "use np.linalg.solve")
    if assume_a == "sym" or assume_a == "pos" or assume_a == "her":
        if a_dot is None:
            return linalg.solve(a, b_dot, lower, assume_a=assume_a)
        half = np.tril(a_dot) if lower else np.triu(a_dot)
        moved = (half + half.T - half * np.eye(len(a))) @ out
        return linalg.solve(a, -moved if b_dot is None else b_dot - moved, lower, assume_a=assume_a)
    if assume_a is not None and assume_a != "gen":
        return refuse("scipy.linalg.solve with this assume_a has no rule", "leave it out, or give 'pos' or 'sym'")
    matrix = a.T if transposed else a
    if a_dot is None:
        return linalg.solve(matrix, b_dot)
    moved = (a_dot.T if transposed else a_dot) @ out
    return linalg.solve(matrix, -moved if b_dot is None else b_dot - moved)


@pullback(
    linalg.solve_triangular,
    at=[
        (SQUARE, ROW),
        (SQUARE, TABLE.T),
        call(SQUARE, ROW, lower=True),
        call(SQUARE, TABLE.T, trans=1, lower=True),
        call(SQUARE, ROW, trans="T"),
        call(SQUARE, ROW, lower=True, unit_diagonal=True),
        call(SQUARE, TABLE.T, "T", unit_diagonal=True, check_finite=False),
    ],
)
def solve_triangular(a, b, trans=0, lower=False, unit_diagonal=False, check_finite=True, *, out, d_out):
    if not (has_ndim(a) and has_ndim(b)) or np.ndim(a) != 2 or np.ndim(b) > 2:
        return refuse("scipy.linalg.solve_triangular has a rule for one matrix", "write a loop over the matrices")
    off = 1 if unit_diagonal else 0
    if trans == 0 or trans == "N":
        d_b = linalg.solve_triangular(a, d_out, 1, lower, unit_diagonal)
        d_full = -np.outer(d_b, out) if np.ndim(b) == 1 else -d_b @ out.T
    else:
        d_b = linalg.solve_triangular(a, d_out, 0, lower, unit_diagonal)
        d_full = -np.outer(out, d_b) if np.ndim(b) == 1 else -out @ d_b.T
    return np.tril(d_full, -off) if lower else np.triu(d_full, off), d_b


@pushforward(linalg.solve_triangular)
def solve_triangular_dot(a, b, trans=0, lower=False, unit_diagonal=False, check_finite=True, *, out, a_dot, b_dot):
    if not (has_ndim(a) and has_ndim(b)) or np.ndim(a) != 2 or np.ndim(b) > 2:
        return refuse("scipy.linalg.solve_triangular has a rule for one matrix", "write a loop over the matrices")
    if a_dot is None:
        return linalg.solve_triangular(a, b_dot, trans, lower, unit_diagonal)
    off = 1 if unit_diagonal else 0
    read = np.tril(a_dot, -off) if lower else np.triu(a_dot, off)
    moved = read @ out if trans == 0 or trans == "N" else read.T @ out
    return linalg.solve_triangular(a, -moved if b_dot is None else b_dot - moved, trans, lower, unit_diagonal)


@pullback(linalg.solve_sylvester, at=[(SQUARE, SYMMETRIC, SQUARE - 1)])
def solve_sylvester(a, b, q, *, out, d_out):
    d_q = linalg.solve_sylvester(a.T, b.T, d_out)
    return -d_q @ out.T, -out.T @ d_q, d_q


@pushforward(linalg.solve_sylvester)
def solve_sylvester_dot(a, b, q, *, out, a_dot, b_dot, q_dot):
    moved = np.zeros_like(out) if q_dot is None else q_dot
    left = moved if a_dot is None else moved - a_dot @ out
    return linalg.solve_sylvester(a, b, left if b_dot is None else left - out @ b_dot)


# ---------------------------------------------------------------- matrices made of fewer numbers


@pullback(linalg.toeplitz, at=[(ROW,), (ROW, POSITIVE), (ROW, TABLE[0, :2])], linear_in=("c", "r"))
def toeplitz(c, r=None, *, d_out):
    if r is None:
        return runtime_arrays.add_at(d_out, linalg.toeplitz(runtime_arrays.places(c)), c)
    at = linalg.toeplitz(runtime_arrays.places(c), runtime_arrays.places(r))
    d_c = runtime_arrays.add_at(np.tril(d_out), np.tril(at), c)
    return d_c, runtime_arrays.add_at(np.triu(d_out, 1), np.triu(at, 1), r)


@linear(linalg.circulant, at=[(ROW,)])
def circulant(c, *, d_out):
    return runtime_arrays.add_at(d_out, linalg.circulant(runtime_arrays.places(c)), c)


@pullback(linalg.hankel, at=[(ROW,), (ROW, POSITIVE), (ROW, TABLE[0, :2])], linear_in=("c", "r"))
def hankel(c, r=None, *, d_out):
    if r is None:
        mine = linalg.hankel(np.ones_like(runtime_arrays.places(c)))
        return runtime_arrays.add_at(d_out * mine, linalg.hankel(runtime_arrays.places(c)), c)
    at = linalg.hankel(runtime_arrays.places(c), runtime_arrays.places(r))
    mine = linalg.hankel(np.ones_like(runtime_arrays.places(c)), np.zeros_like(runtime_arrays.places(r)))
    d_c = runtime_arrays.add_at(d_out * mine, at * mine, c)
    return d_c, runtime_arrays.add_at(d_out * (1 - mine), at * (1 - mine), r)


def _matrix(call: Call) -> Kind:
    return Array("float64", "??")


@pullback(linalg.block_diag, kind=_matrix, at=[(SQUARE, TABLE), (ROW, TABLE, 2.5)], linear_in=("arrs",))
def block_diag(*arrs, d_out):
    return runtime_matrices.diagonal_blocks(d_out, arrs)


def _like_blocks(call: Call) -> Kind:
    like = call.args[1]
    kinds = [shapes.as_array(k) for k in like.items] if isinstance(like, Tuple) else []
    items = [Array("float64", k.dims) for k in kinds if isinstance(k, Array)]
    return Tuple(tuple(items)) if items and len(items) == len(kinds) else UNKNOWN


@linear(runtime_matrices.diagonal_blocks, kind=_like_blocks, at=[(np.arange(30.0).reshape(5, 6), (SQUARE, TABLE))])
def diagonal_blocks(d, arrays, *, d_out):
    return runtime_matrices.block_diagonal(d_out)


@linear(runtime_matrices.block_diagonal, kind=_matrix, at=[((SQUARE, TABLE),)])
def block_diagonal(arrays, *, d_out):
    return runtime_matrices.diagonal_blocks(d_out, arrays)
