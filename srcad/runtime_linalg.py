"""Helpers of generated code for products of several matrices, and for complex singular vectors.

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


# A singular value leaves the phase of its two vectors free. LAPACK makes the first element of each right one real where
# a matrix has as many rows as columns or more, else that of each left one: `free` is what they turn by to stay so.


def _h(x: Any) -> Any:
    return np.conjugate(np.swapaxes(x, -1, -2))


def _anchors(u: Any, vt: Any) -> Any:
    """The elements that stay real."""
    first = vt[..., :, 0] if np.shape(u)[-2] >= np.shape(vt)[-1] else u[..., 0, :]
    return np.real(first)[..., None, :]


def svd_adjoint(d_u: Any, d_s: Any, d_vt: Any, u: Any, s: Any, vt: Any) -> Any:
    """The cotangent of a complex matrix from those of its thin singular value decomposition (Giles 2008)."""
    d_u, d_vt, s = np.array(d_u, u.dtype), np.array(d_vt, u.dtype), s[..., None, :]
    u_bar, v_bar, one = np.conjugate(u), np.conjugate(vt), np.eye(np.shape(s)[-1])
    u_phase = np.imag(np.sum(d_u * u, -2))[..., None, :]
    v_phase = -np.imag(np.sum(d_vt * vt, -1))[..., None, :]
    free = 1j * (u_phase + v_phase) / _anchors(u, vt)
    if np.shape(u)[-2] >= np.shape(vt)[-1]:
        d_vt[..., :, 0] += free[..., 0, :]
        turn = u_phase
    else:
        d_u[..., 0, :] -= free[..., 0, :]
        turn = -v_phase
    u_turned = np.swapaxes(u, -1, -2) @ d_u
    v_turned = v_bar @ _h(d_vt)
    gap = s * s - np.swapaxes(s * s, -1, -2)
    u_part, v_part = u_turned - _h(u_turned), v_turned - _h(v_turned)
    u_part = (1 - one) * u_part / (gap + ((gap == 0) & (u_part == 0)) + one)
    v_part = (1 - one) * v_part / (gap + ((gap == 0) & (v_part == 0)) + one)
    inner = u_part * s + np.swapaxes(s, -1, -2) * v_part + one * (d_s[..., None, :] + 1j * turn / s)
    outside_u = (d_u - u_bar @ u_turned) / s @ v_bar
    outside_v = u_bar / s @ (d_vt - _h(v_turned) @ v_bar)
    return u_bar @ inner @ v_bar + outside_u + outside_v


def svd_along(a_dot: Any, u: Any, s: Any, vt: Any) -> tuple[Any, Any, Any]:
    """The tangents of the thin singular value decomposition of a complex matrix whose tangent is `a_dot`."""
    s = s[..., None, :]
    column, one = np.swapaxes(s, -1, -2), np.eye(np.shape(s)[-1])
    across, down = a_dot @ _h(vt), _h(u) @ a_dot
    inner = _h(u) @ across
    gap = s * s - column * column
    u_turn = (inner * s + column * _h(inner)) * (1 - one)
    v_turn = (column * inner + _h(inner) * s) * (1 - one)
    u_turn = u_turn / (gap + ((gap == 0) & (u_turn == 0)))
    v_turn = v_turn / (gap + ((gap == 0) & (v_turn == 0)))
    apart = np.imag(np.diagonal(inner, 0, -2, -1))[..., None, :] / s
    tall = np.shape(u)[-2] >= np.shape(vt)[-1]
    moved = _h(vt)[..., :1, :] @ v_turn if tall else u[..., :1, :] @ u_turn
    free = -np.imag(moved) / _anchors(u, vt)
    u_turn = u_turn + 1j * one * (free + apart if tall else free)
    v_turn = v_turn + 1j * one * (free if tall else free - apart)
    return (
        u @ u_turn + (across - u @ inner) / s,
        np.real(np.diagonal(inner, 0, -2, -1)),
        _h(v_turn) @ vt + (down - inner @ vt) / column,
    )
