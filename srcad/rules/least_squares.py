# mypy: allow-untyped-defs, allow-untyped-calls
"""The solution of least squares, by the derivative of the pseudoinverse (Golub & Pereyra 1973).

The rank of the matrix is what it is nearby. `np.polyfit` is in `polynomials.py`.
"""

from __future__ import annotations

import numpy as np

from srcad.rules.asks import has_ndim, refuse
from srcad.rules.operators import POSITIVE, ROW, TABLE
from srcad.rules.registry import call, pullback, pushforward


@pullback(
    np.linalg.lstsq,
    at=[
        (TABLE.T, ROW),
        (TABLE.T, np.column_stack((ROW, POSITIVE))),
        (TABLE, TABLE[:, 0]),
        call(TABLE.T, ROW, rcond=None),
    ],
)
def lstsq(a, b, rcond=None, *, out, d_out):
    if not has_ndim(b):
        return refuse("np.linalg.lstsq with a right side of unknown dimensions has no rule", "make its kind known")
    inverse = np.linalg.pinv(a)
    across = np.linalg.svd(a, full_matrices=False)
    d_a = (across[0] * d_out[3]) @ across[2]
    rest = b - a @ out[0]
    if np.ndim(b) == 1:
        d_b = inverse.T @ d_out[0]
        turned = inverse.T @ out[0]
        d_a = d_a - np.outer(d_b, out[0]) + np.outer(rest, inverse @ d_b)
        d_a = d_a + np.outer(turned, d_out[0] - a.T @ d_b)
        share = 2 * np.sum(d_out[1]) * rest
        return d_a - np.outer(share, out[0]), d_b + share
    d_b = inverse.T @ d_out[0]
    turned = inverse.T @ out[0]
    d_a = d_a - d_b @ out[0].T + rest @ (inverse @ d_b).T + turned @ (d_out[0] - a.T @ d_b).T
    share = 2 * np.resize(d_out[1], np.shape(b)[1]) * rest
    return d_a - share @ out[0].T, d_b + share


@pushforward(np.linalg.lstsq)
def lstsq_dot(a, b, rcond=None, *, out, a_dot, b_dot):
    if not has_ndim(b):
        return refuse("np.linalg.lstsq with a right side of unknown dimensions has no rule", "make its kind known")
    inverse = np.linalg.pinv(a)
    rest = b - a @ out[0]
    if a_dot is None:
        return inverse @ b_dot, np.resize(2 * np.sum(rest * b_dot, 0), np.shape(out[1])), None, np.zeros_like(out[3])
    moved = -(a_dot @ out[0]) if b_dot is None else b_dot - a_dot @ out[0]
    solution = inverse @ moved + inverse @ (inverse.T @ (a_dot.T @ rest))
    below = a_dot.T @ (inverse.T @ out[0])
    across = np.linalg.svd(a, full_matrices=False)
    return (
        solution + below - inverse @ (a @ below),
        np.resize(2 * np.sum(rest * moved, 0), np.shape(out[1])),
        None,
        np.sum(across[0] * (a_dot @ across[2].T), 0),
    )
