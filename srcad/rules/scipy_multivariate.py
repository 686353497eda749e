# mypy: allow-untyped-defs, allow-untyped-calls
"""The normal distribution of vectors, `scipy.stats.multivariate_normal`.

With r = x - mean and w = C^-1 r, log f has the slope -w in x, w in mean, and (w w^T - C^-1) / 2 in C. SciPy reads the
lower triangle of a matrix that it takes to be symmetric: the other has the cotangent zero, and an element off the
diagonal stands for two.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

from srcad.core.kinds import FLOAT, UNKNOWN, Array, Kind
from srcad.rules import shapes
from srcad.rules.asks import has_ndim, refuse
from srcad.rules.factorizations import SYMMETRIC
from srcad.rules.operators import ROW, STACK
from srcad.rules.registry import Call, call, pullback, pushforward

POINTS = STACK[:, 0]
CASES = [
    (ROW, POINTS[0], SYMMETRIC),
    (POINTS, ROW, SYMMETRIC),
    call(POINTS, cov=SYMMETRIC),
    call(ROW, None, cov=SYMMETRIC),
]


def _points(call: Call) -> Kind:
    """One number for each point: the last dimension is that of the space."""
    x = shapes.as_array(shapes.first(call))
    if not isinstance(x, Array) or not x.dims:
        return UNKNOWN
    return FLOAT if len(x.dims) == 1 else Array("float64", x.dims[:-1])


def state(fn, density):
    """The rules of the density, or of its logarithm."""

    @pullback(fn, kind=_points, at=CASES)
    def adjoint(x, mean=None, cov=1, allow_singular=False, *, out, d_out):
        if not (has_ndim(x) and has_ndim(cov)) or np.ndim(cov) != 2 or np.ndim(x) > 2 or np.ndim(x) == 0:
            return refuse(
                "stats.multivariate_normal has a rule for a point or a table of points, and a matrix as cov",
                "give cov as a matrix: scale**2 * np.eye(n)",
            )
        if allow_singular:
            return refuse("stats.multivariate_normal with allow_singular=True has no rule", "leave it out")
        inverse = np.linalg.inv(np.tril(cov) + np.tril(cov, -1).T)
        weight = d_out * out if density else d_out
        pull = (x if mean is None else x - mean) @ inverse
        if np.ndim(x) == 1:
            d_x = -weight * pull
            d_cov = weight * (np.outer(pull, pull) - inverse) / 2
        else:
            d_x = -np.expand_dims(weight, -1) * pull
            d_cov = -(pull.T @ d_x + np.sum(weight) * inverse) / 2
        d_lower = np.tril(d_cov * (2 - np.eye(len(cov))))
        if mean is None:
            return d_x, None, d_lower
        return d_x, -d_x if np.ndim(x) == 1 else -np.sum(d_x, 0), d_lower

    @pushforward(fn)
    def tangent(x, mean=None, cov=1, allow_singular=False, *, out, x_dot, mean_dot, cov_dot):
        if not (has_ndim(x) and has_ndim(cov)) or np.ndim(cov) != 2 or np.ndim(x) > 2 or np.ndim(x) == 0:
            return refuse(
                "stats.multivariate_normal has a rule for a point or a table of points, and a matrix as cov",
                "give cov as a matrix: scale**2 * np.eye(n)",
            )
        if allow_singular:
            return refuse("stats.multivariate_normal with allow_singular=True has no rule", "leave it out")
        inverse = np.linalg.inv(np.tril(cov) + np.tril(cov, -1).T)
        pull = (x if mean is None else x - mean) @ inverse
        moved = 0.0 if x_dot is None else x_dot
        away = moved if mean_dot is None else moved - mean_dot
        growth = -np.sum(pull * away, -1)
        if cov_dot is None:
            return growth * out if density else growth
        both = np.tril(cov_dot) + np.tril(cov_dot, -1).T
        spread = (np.sum((pull @ both) * pull, -1) - np.sum(inverse * both)) / 2
        return (growth + spread) * out if density else growth + spread


state(stats.multivariate_normal.logpdf, False)
state(stats.multivariate_normal.pdf, True)
