"""Helpers of generated code for products of several matrices.

As in `runtime.py`, each needs NumPy alone, so that a saved derivative can carry a copy of its source.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def matrix_power_adjoint(d: Any, a: Any, n: int) -> Any:
    """The cotangent of `a` in `np.linalg.matrix_power(a, n)`, n being positive or zero."""
    turned = np.matrix_transpose(a)
    made = np.zeros_like(d)
    for left in range(n):
        before = np.linalg.matrix_power(turned, left)
        made = made + before @ d @ np.linalg.matrix_power(turned, n - 1 - left)
    return made


def matrix_power_curved(d: Any, v: Any, a: Any, n: int) -> Any:
    """The cotangent of `a` in `matrix_power_adjoint(d, a, n)`, where that of the result is `v`."""
    made = np.zeros_like(d)
    for left in range(n):
        right = n - 1 - left
        by_right = d @ np.matrix_transpose(v @ np.linalg.matrix_power(a, right))
        by_left = np.matrix_transpose(np.linalg.matrix_power(a, left) @ v) @ d
        made = made + matrix_power_adjoint(by_right, a, left) + matrix_power_adjoint(by_left, a, right)
    return made


def multi_dot_adjoint(d: Any, arrays: Any) -> tuple[Any, ...]:
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
    return tuple(made)


def multi_dot_along(moves: Any, arrays: Any) -> Any:
    """The tangent of `np.linalg.multi_dot(arrays)` where those of the arrays are `moves`, None for what stays."""
    made: Any = 0.0
    for i, move in enumerate(moves):
        if move is not None:
            made = made + np.linalg.multi_dot([*arrays[:i], move, *arrays[i + 1 :]])
    return made


def multi_dot_curved(d: Any, moves: Any, arrays: Any) -> tuple[Any, ...]:
    """The tangent of `multi_dot_adjoint(d, arrays)`: it is symmetric, hence the cotangent of the arrays too."""
    made = [np.zeros(np.shape(x)) for x in arrays]
    for i, move in enumerate(moves):
        if move is not None:
            parts = multi_dot_adjoint(d, [*arrays[:i], move, *arrays[i + 1 :]])
            made = [whole if k == i else whole + part for k, (whole, part) in enumerate(zip(made, parts, strict=True))]
    return tuple(made)
