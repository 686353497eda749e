# mypy: allow-untyped-defs, allow-untyped-calls
"""Eigenvalues and eigenvectors of general matrices, batched: they may be complex where the matrix is real.

With `a @ v = v * w` and `t = inv(v) @ a_dot @ v`, the eigenvalues move by the diagonal of t, and the eigenvectors by
`v @ (t / gap)` off it (Giles 2008, section 3.1). LAPACK makes each eigenvector of length one and the largest element of
a complex one real: what this takes along the eigenvector itself is in the rule, so that it is the derivative of what
NumPy computes.
"""

from __future__ import annotations

import numpy as np

from srcad.core.kinds import UNKNOWN, Array, Kind, Tuple
from srcad.rules.factorizations import SQUARE, SQUARES
from srcad.rules.kinding import by_example
from srcad.rules.registry import Call, of_complex, pullback, pushforward

TURNING = np.array([[1.0, 2.0, 0.3], [-1.5, 0.7, 0.2], [0.4, 0.1, -0.6]])  # two of its eigenvalues are complex


def _complex(kind: Kind) -> Kind:
    """NumPy gives real arrays where no eigenvalue is complex: which, is known when the program runs."""
    return (
        Array("complex64" if kind.dtype in ("float32", "complex64") else "complex128", kind.dims)
        if isinstance(kind, Array)
        else UNKNOWN
    )


def _values(call: Call) -> Kind:
    return _complex(by_example(call))


def _values_and_vectors(call: Call) -> Kind:
    made = by_example(call)
    return Tuple(tuple(map(_complex, made.items)), made.cls, made.names) if isinstance(made, Tuple) else UNKNOWN


@pullback(np.linalg.eigvals, kind=_values, at=[(SQUARE,), (SQUARES,), (TURNING,)])
def eigvals(a, *, d_out):
    v = np.linalg.eig(a)[1]
    turned = np.matrix_transpose(v)
    return np.linalg.solve(turned, d_out[..., :, None] * turned)


@pushforward(np.linalg.eigvals)
def eigvals_dot(a, *, a_dot):
    v = np.linalg.eig(a)[1]
    return np.sum(np.linalg.inv(v) * np.matrix_transpose(a_dot @ v), -1)


@pullback(np.linalg.eig, kind=_values_and_vectors, at=[(SQUARE,), (SQUARES,), (TURNING,)])
def eig(a, *, out, d_out):
    v = out[1]
    one = np.eye(np.shape(a)[-1])
    top = np.argmax(np.abs(v) * (np.imag(v) == 0), -2, keepdims=True)
    along = np.sum(d_out[1] * v, -2, keepdims=True)
    turn = np.imag(along) / np.take_along_axis(v, top, -2)
    d_moved = d_out[1] - np.real(along) * np.conjugate(v) - 1j * turn * (np.arange(np.shape(a)[-1])[:, None] == top)
    turned = (np.matrix_transpose(v) @ d_moved) * (1 - one)
    gap = out[0][..., None, :] - out[0][..., :, None]
    inner = turned / (gap + ((gap == 0) & (turned == 0))) + d_out[0][..., None, :] * one
    return np.linalg.solve(np.matrix_transpose(v), inner @ np.matrix_transpose(v))


@pushforward(np.linalg.eig)
def eig_dot(a, *, out, a_dot):
    v = out[1]
    inner = np.linalg.solve(v, a_dot @ v)
    turned = inner * (1 - np.eye(np.shape(a)[-1]))
    gap = out[0][..., None, :] - out[0][..., :, None]
    moved = v @ (turned / (gap + ((gap == 0) & (turned == 0))))
    top = np.argmax(np.abs(v) * (np.imag(v) == 0), -2, keepdims=True)
    turn = np.imag(np.take_along_axis(moved, top, -2)) / np.take_along_axis(v, top, -2)
    along = np.real(np.sum(np.conjugate(v) * moved, -2, keepdims=True)) + 1j * turn
    return np.array(np.diagonal(inner, 0, -2, -1)), moved - along * v


of_complex(np.linalg.eig, np.linalg.eigvals)
