"""Helpers of the derivatives of SciPy's functions of matrices: blocks, triangles, orders of rows.

As in `runtime.py`, each needs NumPy alone, so that a saved derivative can carry a copy of its source.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def block_diagonal(arrays: Any) -> Any:
    """The matrix with these along its diagonal, as `scipy.linalg.block_diag(*arrays)`."""
    blocks = [np.atleast_2d(x) for x in arrays]
    made = np.zeros(np.sum([b.shape for b in blocks], axis=0))
    row = column = 0
    for block in blocks:
        made[row : row + block.shape[0], column : column + block.shape[1]] = block
        row, column = row + block.shape[0], column + block.shape[1]
    return made


def diagonal_blocks(d: Any, arrays: Any) -> Any:
    """The blocks of `d` at the places that `arrays` have along the diagonal of `scipy.linalg.block_diag(*arrays)`."""
    made = []
    row = column = 0
    for x in arrays:
        height, width = np.shape(np.atleast_2d(x))
        made.append(np.reshape(d[row : row + height, column : column + width], np.shape(x)))
        row, column = row + height, column + width
    return tuple(made)


def triangle(x: Any, lower: Any) -> Any:
    """The lower triangle of a matrix, or the upper one."""
    return np.tril(x) if lower else np.triu(x)


def beside_above(a: Any, e: Any) -> Any:
    """The matrix `[[a, e], [0, a]]`: a function of it has the derivative along `e` in its upper right block."""
    return np.concatenate(
        (np.concatenate((a, e), 1), np.concatenate((np.zeros_like(a), a), 1)),
    )


def permutation(pivots: Any) -> Any:
    """The order of rows that the exchanges of `scipy.linalg.lu_factor` lead to."""
    order = np.arange(len(pivots))
    for i, other in enumerate(pivots):
        order[[i, other]] = order[[other, i]]
    return order
