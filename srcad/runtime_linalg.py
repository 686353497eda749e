"""Helpers of generated code for products of several matrices.

As in `runtime.py`, each needs NumPy alone, so that a saved derivative can carry a copy of its source.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def matrix_power_adjoint(d: Any, a: Any, n: int) -> Any:
    """The cotangent of `a` in `np.linalg.matrix_power(a, n)`, n being positive or zero."""
    return matrix_power_tangent(d, np.matrix_transpose(a), n)


def matrix_power_tangent(a_dot: Any, a: Any, n: int) -> Any:
    """The tangent of `np.linalg.matrix_power(a, n)`, n being positive or zero: each factor moves in turn."""
    made = np.zeros_like(a_dot)
    for left in range(n):
        before = np.linalg.matrix_power(a, left)
        made = made + before @ a_dot @ np.linalg.matrix_power(a, n - 1 - left)
    return made


def multi_dot_adjoint(d: Any, arrays: Any) -> list[Any]:
    """The cotangent of each of `arrays` in their product `np.linalg.multi_dot(arrays)`."""
    matrices = [np.asarray(x) for x in arrays]
    if matrices[0].ndim == 1:
        matrices[0] = matrices[0][None, :]
    if matrices[-1].ndim == 1:
        matrices[-1] = matrices[-1][:, None]
    d = np.reshape(d, (matrices[0].shape[0], matrices[-1].shape[1]))
    made = []
    for i, x in enumerate(arrays):
        part = d
        for before in matrices[:i]:
            part = before.T @ part
        for after in reversed(matrices[i + 1 :]):
            part = part @ after.T
        made.append(np.reshape(part, np.shape(x)))
    return made


def multi_dot_tangent(arrays_dot: Any, arrays: Any) -> Any:
    """The tangent of the product `np.linalg.multi_dot(arrays)`: each factor is replaced by its tangent in turn."""
    arrays = list(arrays)
    made: Any = 0.0
    for i, moved in enumerate(arrays_dot):
        if moved is not None:  # an array of integers
            made = made + np.linalg.multi_dot([*arrays[:i], moved, *arrays[i + 1 :]])
    return made


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
