# mypy: allow-untyped-defs, allow-untyped-calls
"""Factorisations of matrices, batched: Cholesky, QR, eigenvalues of symmetric matrices, singular values.

The mathematics is in M. Giles, "An extended collection of matrix derivative results" (2008), and for QR of wide
matrices in Roberts & Roberts, "QR and LQ decomposition matrix backpropagation algorithms" (2020). NumPy reads one
triangle of a matrix that it takes to be symmetric: the other has the cotangent zero, and an element off the diagonal
stands for two.
"""

from __future__ import annotations

import numpy as np

from srcad import runtime_linalg
from srcad.core.kinds import UNKNOWN, Kind
from srcad.rules import shapes
from srcad.rules.asks import is_complex, refuse
from srcad.rules.kinding import by_example
from srcad.rules.known import OPEN
from srcad.rules.operators import STACK, TABLE
from srcad.rules.registry import Call, call, of_complex, pullback, pushforward

SQUARE = np.array([[2.0, 0.3, -0.4], [0.5, 1.5, 0.2], [0.1, -0.6, 1.1]])
SYMMETRIC = SQUARE @ SQUARE.T
SQUARES = np.array([SQUARE, SQUARE.T * 0.7 + 0.1])
SYMMETRICS = np.array([SYMMETRIC, SYMMETRIC * 0.5 + np.eye(3)])


@pullback(np.linalg.cholesky, kind=shapes.same, at=[(SYMMETRIC,), (SYMMETRICS,), call(SYMMETRIC, upper=True)])
def cholesky(a, upper=False, *, out, d_out):
    if is_complex(a):
        lower = np.conjugate(np.matrix_transpose(out)) if upper else out
        d_lower = np.conjugate(np.matrix_transpose(d_out)) if upper else d_out
    else:
        lower = np.matrix_transpose(out) if upper else out
        d_lower = np.matrix_transpose(d_out) if upper else d_out
    halved = 1 - 0.5 * np.eye(np.shape(a)[-1])
    inverse = np.linalg.inv(lower)
    middle = np.tril(np.matrix_transpose(lower) @ d_lower) * halved
    if is_complex(a):
        d_a = np.matrix_transpose(inverse) @ middle @ np.conjugate(inverse)
        d_both = (d_a + np.conjugate(np.matrix_transpose(d_a))) * halved
    else:
        d_a = np.matrix_transpose(inverse) @ middle @ inverse
        d_both = (d_a + np.matrix_transpose(d_a)) * halved
    if upper:
        return np.triu(d_both)
    return np.tril(d_both)


@pushforward(np.linalg.cholesky)
def cholesky_dot(a, upper=False, *, out, a_dot):
    halved = 1 - 0.5 * np.eye(np.shape(a)[-1])
    if is_complex(a):
        lower = np.conjugate(np.matrix_transpose(out)) if upper else out
        read = np.conjugate(np.matrix_transpose(a_dot)) if upper else a_dot
        below = np.tril(read) * halved
        both = below + np.conjugate(np.matrix_transpose(below))
        inverse = np.linalg.inv(lower)
        moved = lower @ (np.tril(inverse @ both @ np.conjugate(np.matrix_transpose(inverse))) * halved)
        if upper:
            return np.conjugate(np.matrix_transpose(moved))
        return moved
    lower = np.matrix_transpose(out) if upper else out
    read = np.matrix_transpose(a_dot) if upper else a_dot
    both = np.tril(read) + np.matrix_transpose(np.tril(read, -1))
    inverse = np.linalg.inv(lower)
    middle = np.tril(inverse @ both @ np.matrix_transpose(inverse)) * halved
    if upper:
        return np.matrix_transpose(lower @ middle)
    return lower @ middle


@pullback(np.linalg.qr, at=[(SQUARE,), (SQUARES,), (TABLE.T,), (TABLE,), (STACK,), call(TABLE.T, mode="reduced")])
def qr(a, mode="reduced", *, out, d_out):
    if mode != "reduced":
        return refuse("np.linalg.qr with a mode other than 'reduced' has no rule", "leave mode out")
    q = out[0]
    width = np.shape(q)[-1]
    left = out[1][..., :width]  # what is right of it follows from q and a
    d_right = d_out[1][..., width:]
    if is_complex(a):  # the diagonal of r is real
        d_q = d_out[0] + np.conjugate(a[..., width:] @ np.matrix_transpose(d_right))
        m = left @ np.matrix_transpose(d_out[1][..., :width]) - np.matrix_transpose(d_q) @ q
        halved = np.tril(m) * (1 - 0.5 * np.eye(width))
        mirrored = halved + np.conjugate(np.matrix_transpose(halved))
        d_left = (d_q + np.conjugate(q @ mirrored)) @ np.matrix_transpose(np.linalg.inv(left))
        return np.concatenate((d_left, np.conjugate(q) @ d_right), -1)
    d_q = d_out[0] + a[..., width:] @ np.matrix_transpose(d_right)
    m = left @ np.matrix_transpose(d_out[1][..., :width]) - np.matrix_transpose(d_q) @ q
    mirrored = np.tril(m) + np.matrix_transpose(np.tril(m, -1))
    d_left = (d_q + q @ mirrored) @ np.matrix_transpose(np.linalg.inv(left))
    return np.concatenate((d_left, q @ d_right), -1)


@pushforward(np.linalg.qr)
def qr_dot(a, mode="reduced", *, out, a_dot):
    if mode != "reduced":
        return refuse("np.linalg.qr with a mode other than 'reduced' has no rule", "leave mode out")
    q = out[0]
    width = np.shape(q)[-1]
    moved = a_dot[..., :width] @ np.linalg.inv(out[1][..., :width])
    turned = np.matrix_transpose(np.conjugate(q) if is_complex(a) else q)
    inner = turned @ moved
    below = np.tril(inner, -1)
    if is_complex(a):
        turn = below - np.conjugate(np.matrix_transpose(below)) + 1j * np.imag(inner) * np.eye(width)
    else:
        turn = below - np.matrix_transpose(below)  # what q turns by within the space of its columns
    return moved + q @ (turn - inner), np.triu(turned @ a_dot - turn @ out[1])


@pullback(np.linalg.eigvalsh, at=[(SYMMETRIC,), (SYMMETRICS,), (SYMMETRIC, "U"), (SYMMETRIC, "u")])
def eigvalsh(a, UPLO="L", *, d_out):  # noqa: N803 - NumPy's name
    v = np.linalg.eigh(a, UPLO)[1]
    d_a = ((np.conjugate(v) if is_complex(a) else v) * d_out[..., None, :]) @ np.matrix_transpose(v)
    d_both = d_a * (2 - np.eye(np.shape(a)[-1]))
    if UPLO == "U" or UPLO == "u":
        return np.triu(d_both)
    return np.tril(d_both)


@pushforward(np.linalg.eigvalsh)
def eigvalsh_dot(a, UPLO="L", *, a_dot):  # noqa: N803 - NumPy's name
    v = np.linalg.eigh(a, UPLO)[1]
    if is_complex(a):
        below = np.matrix_transpose(np.conjugate(a_dot)) if UPLO == "U" or UPLO == "u" else a_dot
        moved = np.tril(below) @ v + np.conjugate(np.matrix_transpose(np.tril(below, -1))) @ v
        return np.sum(np.real(np.conjugate(v) * moved), -2)
    read = np.matrix_transpose(a_dot) if UPLO == "U" or UPLO == "u" else a_dot
    both = np.tril(read) + np.matrix_transpose(np.tril(read, -1))
    return np.sum(v * (both @ v), -2)


@pullback(np.linalg.eigh, at=[(SYMMETRIC,), (SYMMETRICS,), (SYMMETRIC, "U"), (SYMMETRIC, "u")])
def eigh(a, UPLO="L", *, out, d_out):  # noqa: N803 - NumPy's name
    v = out[1]
    one = np.eye(np.shape(a)[-1])
    gap = out[0][..., None, :] - out[0][..., :, None]
    if is_complex(a):  # LAPACK makes the first row of v real, of a matrix that is read above its diagonal the last
        row = -1 if UPLO == "U" or UPLO == "u" else 0
        turn = np.imag(np.sum(d_out[1] * v, -2, keepdims=True)) / np.real(v[..., row, None, :])
        d_v = d_out[1] - 1j * turn * one[row, :, None]
        turned = (np.matrix_transpose(v) @ d_v) * (1 - one)
        inner = turned / (gap + ((gap == 0) & (turned == 0))) + d_out[0][..., None, :] * one
        d_a = np.conjugate(v) @ inner @ np.matrix_transpose(v)
        d_both = (d_a + np.conjugate(np.matrix_transpose(d_a))) * (1 - 0.5 * one)
    else:
        turned = (np.matrix_transpose(v) @ d_out[1]) * (1 - one)
        inner = turned / (gap + ((gap == 0) & (turned == 0))) + d_out[0][..., None, :] * one
        d_a = v @ inner @ np.matrix_transpose(v)
        d_both = (d_a + np.matrix_transpose(d_a)) * (1 - 0.5 * one)
    if UPLO == "U" or UPLO == "u":
        return np.triu(d_both)
    return np.tril(d_both)


@pushforward(np.linalg.eigh)
def eigh_dot(a, UPLO="L", *, out, a_dot):  # noqa: N803 - NumPy's name
    v = out[1]
    one = np.eye(np.shape(a)[-1])
    gap = out[0][..., None, :] - out[0][..., :, None]
    if is_complex(a):
        row = -1 if UPLO == "U" or UPLO == "u" else 0
        below = np.matrix_transpose(np.conjugate(a_dot)) if UPLO == "U" or UPLO == "u" else a_dot
        halved = np.tril(below) * (1 - 0.5 * one)
        across = np.conjugate(np.matrix_transpose(v)) @ halved @ v
        inner = across + np.conjugate(np.matrix_transpose(across))
        turned = inner * (1 - one)
        moved = v @ (turned / (gap + ((gap == 0) & (turned == 0))))
        turn = np.imag(moved[..., row, None, :]) / np.real(v[..., row, None, :])
        return np.real(np.diagonal(inner, 0, -2, -1)), moved - 1j * turn * v
    read = np.matrix_transpose(a_dot) if UPLO == "U" or UPLO == "u" else a_dot
    both = np.tril(read) + np.matrix_transpose(np.tril(read, -1))
    inner = np.matrix_transpose(v) @ both @ v
    turned = inner * (1 - one)
    return np.array(np.diagonal(inner, 0, -2, -1)), v @ (turned / (gap + ((gap == 0) & (turned == 0))))


@pullback(np.linalg.svdvals, at=[(SQUARE,), (TABLE,), (STACK,)])
def svdvals(x, *, d_out):
    thin = np.linalg.svd(x, full_matrices=False)
    if is_complex(x):
        return np.conjugate((thin[0] * d_out[..., None, :]) @ thin[2])
    return (thin[0] * d_out[..., None, :]) @ thin[2]


@pushforward(np.linalg.svdvals)
def svdvals_dot(x, *, x_dot):
    thin = np.linalg.svd(x, full_matrices=False)
    if is_complex(x):
        return np.sum(np.real(thin[0] * np.conjugate(x_dot @ np.conjugate(np.matrix_transpose(thin[2])))), -2)
    return np.sum(thin[0] * (x_dot @ np.matrix_transpose(thin[2])), -2)


def _with_vectors(call: Call) -> Kind:
    """A tuple, or the singular values alone: `compute_uv` says which."""
    return UNKNOWN if shapes.known(call, "compute_uv", default=True) is OPEN else by_example(call)


@pullback(
    np.linalg.svd,
    kind=_with_vectors,
    at=[
        call(SQUARE, full_matrices=False),
        call(SQUARES, full_matrices=False),
        call(TABLE, full_matrices=False),
        call(TABLE.T, full_matrices=False),
        call(TABLE, compute_uv=False),
    ],
)
def svd(a, full_matrices=True, compute_uv=True, *, out, d_out):
    if not compute_uv:
        thin = np.linalg.svd(a, full_matrices=False)
        if is_complex(a):
            return np.conjugate((thin[0] * d_out[..., None, :]) @ thin[2])
        return (thin[0] * d_out[..., None, :]) @ thin[2]
    if full_matrices:
        return refuse("np.linalg.svd with full_matrices=True has no rule", "give full_matrices=False")
    u = out[0]
    s = out[1][..., None, :]
    vt = out[2]
    if is_complex(a):
        return runtime_linalg.svd_adjoint(d_out[0], d_out[1], d_out[2], u, out[1], vt)
    u_turned = np.matrix_transpose(u) @ d_out[0]
    v_turned = vt @ np.matrix_transpose(d_out[2])
    squares = s * s
    gap = squares - np.matrix_transpose(squares)
    u_part = u_turned - np.matrix_transpose(u_turned)
    v_part = v_turned - np.matrix_transpose(v_turned)
    u_part = u_part / (gap + ((gap == 0) & (u_part == 0)))
    v_part = v_part / (gap + ((gap == 0) & (v_part == 0)))
    one = np.eye(np.shape(s)[-1])
    inner = u_part * s + np.matrix_transpose(s) * v_part + d_out[1][..., None, :] * one
    outside_u = (d_out[0] - u @ u_turned) / s @ vt
    outside_v = u / s @ (d_out[2] - np.matrix_transpose(v_turned) @ vt)
    return u @ inner @ vt + outside_u + outside_v


@pushforward(np.linalg.svd)
def svd_dot(a, full_matrices=True, compute_uv=True, *, out, a_dot):
    if not compute_uv:
        thin = np.linalg.svd(a, full_matrices=False)
        if is_complex(a):
            return np.sum(np.real(thin[0] * np.conjugate(a_dot @ np.conjugate(np.matrix_transpose(thin[2])))), -2)
        return np.sum(thin[0] * (a_dot @ np.matrix_transpose(thin[2])), -2)
    if full_matrices:
        return refuse("np.linalg.svd with full_matrices=True has no rule", "give full_matrices=False")
    u = out[0]
    s = out[1][..., None, :]
    vt = out[2]
    if is_complex(a):
        return runtime_linalg.svd_along(a_dot, u, out[1], vt)
    across = a_dot @ np.matrix_transpose(vt)
    down = np.matrix_transpose(u) @ a_dot
    inner = np.matrix_transpose(u) @ across
    mirrored = np.matrix_transpose(inner)
    column = np.matrix_transpose(s)
    gap = s * s - column * column
    others = 1 - np.eye(np.shape(s)[-1])
    u_turn = (inner * s + column * mirrored) * others
    v_turn = (column * inner + mirrored * s) * others
    u_turn = u_turn / (gap + ((gap == 0) & (u_turn == 0)))
    v_turn = v_turn / (gap + ((gap == 0) & (v_turn == 0)))
    return (
        u @ u_turn + (across - u @ inner) / s,
        np.array(np.diagonal(inner, 0, -2, -1)),
        np.matrix_transpose(v_turn) @ vt + (down - inner @ vt) / column,
    )


of_complex(np.linalg.cholesky, np.linalg.qr, np.linalg.eigvalsh, np.linalg.eigh, np.linalg.svdvals, np.linalg.svd)
