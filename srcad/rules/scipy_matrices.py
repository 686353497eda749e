# mypy: allow-untyped-defs, allow-untyped-calls
"""Functions of a matrix in `scipy.linalg`: exponentials, roots, logarithms.

f([[A, E], [0, A]]) has the derivative of f at A along E in its upper right block (Higham, Functions of Matrices,
3.6), and its adjoint is that at the transpose of A.
"""

from __future__ import annotations

import numpy as np
from scipy import linalg

from srcad import runtime_matrices
from srcad.core.kinds import Array, Kind
from srcad.rules import shapes
from srcad.rules.asks import refuse
from srcad.rules.factorizations import SQUARE, SYMMETRIC
from srcad.rules.registry import Call, call, pullback, pushforward


@pullback(linalg.expm, kind=shapes.same, at=[(SQUARE,), (SYMMETRIC * 0.3,)])
def expm(A, *, d_out):  # noqa: N803 - SciPy's name
    return linalg.expm_frechet(A.T, d_out, compute_expm=False)


@pushforward(linalg.expm)
def expm_dot(A, *, A_dot):  # noqa: N803 - SciPy's name
    return linalg.expm_frechet(A, A_dot, compute_expm=False)


@pullback(linalg.expm_frechet, kind=shapes.same, at=[call(SQUARE, SYMMETRIC * 0.3, compute_expm=False)])
def expm_frechet(A, E, compute_expm=True, *, d_out):  # noqa: N803 - SciPy's names
    if compute_expm:
        return refuse("scipy.linalg.expm_frechet that gives expm(A) too has no rule", "give compute_expm=False")
    both = runtime_matrices.beside_above(A, E)
    d_both = linalg.expm_frechet(both.T, np.pad(d_out, ((0, len(A)), (len(A), 0))), compute_expm=False)
    return d_both[: len(A), : len(A)] + d_both[len(A) :, len(A) :], d_both[: len(A), len(A) :]


@pushforward(linalg.expm_frechet)
def expm_frechet_dot(A, E, compute_expm=True, *, A_dot, E_dot):  # noqa: N803 - SciPy's names
    if compute_expm:
        return refuse("scipy.linalg.expm_frechet that gives expm(A) too has no rule", "give compute_expm=False")
    if A_dot is None:
        return linalg.expm_frechet(A, E_dot, compute_expm=False)
    moved = runtime_matrices.beside_above(A_dot, np.zeros_like(E) if E_dot is None else E_dot)
    return linalg.expm_frechet(runtime_matrices.beside_above(A, E), moved, compute_expm=False)[: len(A), len(A) :]


@pullback(linalg.sqrtm, kind=shapes.same, at=[(SYMMETRIC,), (SQUARE,)])
def sqrtm(A, *, out, d_out):  # noqa: N803 - SciPy's name
    return linalg.solve_sylvester(out.T, out.T, d_out)


@pushforward(linalg.sqrtm)
def sqrtm_dot(A, *, out, A_dot):  # noqa: N803 - SciPy's name
    return linalg.solve_sylvester(out, out, A_dot)


def state(function):
    """The rules of a function that has no better ones."""

    @pullback(function, kind=shapes.same, at=[(SYMMETRIC,), (SQUARE,)])
    def adjoint(A, *, d_out):  # noqa: N803 - SciPy's name
        return function(runtime_matrices.beside_above(A.T, d_out))[: len(A), len(A) :]

    @pushforward(function)
    def tangent(A, *, A_dot):  # noqa: N803 - SciPy's name
        return function(runtime_matrices.beside_above(A, A_dot))[: len(A), len(A) :]


for one in (linalg.logm, linalg.sinm, linalg.cosm, linalg.tanm, linalg.sinhm, linalg.coshm, linalg.tanhm):
    state(one)


def _twice_as_large(call: Call) -> Kind:
    return Array("float64", "nn")


@pullback(runtime_matrices.beside_above, kind=_twice_as_large, at=[(SQUARE, SYMMETRIC)], linear_in=("a", "e"))
def beside_above(a, e, *, d_out):
    n = len(a)
    return d_out[:n, :n] + d_out[n:, n:], d_out[:n, n:]
