# mypy: allow-untyped-defs, allow-untyped-calls
"""Solutions of differential equations in `scipy.special`: Bessel's, hypergeometric, elliptic, orthogonal polynomials.

The order has no derivative in closed form and must be held constant. Recurrences are those of DLMF 10.6, 10.29, 10.51,
13.3, 15.5, 18.9 and 19.4.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from srcad.rules.operators import POSITIVE, ROW
from srcad.rules.registry import elementwise
from srcad.rules.scipy_gamma import COUNTS
from srcad.rules.scipy_special import SHARE

ORDERS = np.array([[0], [1], [3]])

# ---------------------------------------------------------------- Bessel functions


@elementwise(special.j0, at=[(0.7,), (ROW,)])
def j0(x):
    return -special.j1(x)


@elementwise(special.j1, at=[(0.7,), (ROW,), (0.0,)])
def j1(x):
    return (special.j0(x) - special.jv(2, x)) / 2


@elementwise(special.jv, at=[(2, 0.7), (ORDERS, ROW)], refused=("v",))
def jv(v, z):
    return None, (special.jv(v - 1, z) - special.jv(v + 1, z)) / 2


@elementwise(special.y0, at=[(0.7,), (POSITIVE,)])
def y0(x):
    return -special.y1(x)


@elementwise(special.y1, at=[(0.7,), (POSITIVE,)])
def y1(x):
    return (special.y0(x) - special.yn(2, x)) / 2


@elementwise(special.yn, at=[(2, 0.7), (ORDERS, POSITIVE + 2)], refused=("n",))
def yn(n, x):
    return None, (special.yn(n - 1, x) - special.yn(n + 1, x)) / 2


@elementwise(special.yv, at=[(2, 0.7), (ORDERS, POSITIVE + 2)], refused=("v",))
def yv(v, z):
    return None, (special.yv(v - 1, z) - special.yv(v + 1, z)) / 2


@elementwise(special.i0, at=[(0.7,), (ROW,)])
def i0(x):
    return special.i1(x)


@elementwise(special.i1, at=[(0.7,), (ROW,), (0.0,)])
def i1(x):
    return (special.i0(x) + special.iv(2, x)) / 2


@elementwise(special.i0e, at=[(0.7,), (ROW,)])
def i0e(x, *, out):
    return special.i1e(x) - np.sign(x) * out


@elementwise(special.i1e, at=[(0.7,), (ROW,)])
def i1e(x, *, out):
    return (special.i0e(x) + special.ive(2, x)) / 2 - np.sign(x) * out


@elementwise(special.iv, at=[(2, 0.7), (ORDERS, ROW)], refused=("v",))
def iv(v, z):
    return None, (special.iv(v - 1, z) + special.iv(v + 1, z)) / 2


@elementwise(special.ive, at=[(2, 0.7), (ORDERS, ROW)], refused=("v",))
def ive(v, z, *, out):
    return None, (special.ive(v - 1, z) + special.ive(v + 1, z)) / 2 - np.sign(z) * out


@elementwise(special.k0, at=[(0.7,), (POSITIVE,)])
def k0(x):
    return -special.k1(x)


@elementwise(special.k1, at=[(0.7,), (POSITIVE,)])
def k1(x):
    return -(special.k0(x) + special.kn(2, x)) / 2


@elementwise(special.k0e, at=[(0.7,), (POSITIVE,)])
def k0e(x, *, out):
    return out - special.k1e(x)


@elementwise(special.k1e, at=[(0.7,), (POSITIVE,)])
def k1e(x, *, out):
    return out - (special.k0e(x) + special.kve(2, x)) / 2


@elementwise(special.kn, special.kv, at=[(2, 0.7), (ORDERS, POSITIVE + 2)], refused=("v",))
def kv(v, z):
    return None, -(special.kv(v - 1, z) + special.kv(v + 1, z)) / 2


@elementwise(special.kve, at=[(2, 0.7), (ORDERS, POSITIVE + 2)], refused=("v",))
def kve(v, z, *, out):
    return None, out - (special.kve(v - 1, z) + special.kve(v + 1, z)) / 2


@elementwise(special.struve, at=[(2, 0.7), (ORDERS, POSITIVE)], refused=("v",))
def struve(v, x, *, out):
    return None, special.struve(v - 1, x) - v / x * out


@elementwise(special.modstruve, at=[(2, 0.7), (ORDERS, POSITIVE)], refused=("v",))
def modstruve(v, x, *, out):
    return None, special.modstruve(v - 1, x) - v / x * out


# ---------------------------------------------------------------- hypergeometric functions


@elementwise(special.hyp0f1, at=[(2, 0.7), (COUNTS, ROW)], refused=("v",))
def hyp0f1(v, z):
    return None, special.hyp0f1(v + 1, z) / v


@elementwise(special.hyp1f1, at=[(2, 3, 0.7), (COUNTS, 3, ROW)], refused=("a", "b"))
def hyp1f1(a, b, x):
    return None, None, a / b * special.hyp1f1(a + 1, b + 1, x)


@elementwise(special.hyp2f1, at=[(2, 3, 2, 0.3), (COUNTS, 2, 3, SHARE / 2)], refused=("a", "b", "c"))
def hyp2f1(a, b, c, z):
    return None, None, None, a * b / c * special.hyp2f1(a + 1, b + 1, c + 1, z)


@elementwise(special.hyperu, at=[(2, 3, 0.7), (COUNTS, 3, POSITIVE)], refused=("a", "b"))
def hyperu(a, b, x):
    return None, None, -a * special.hyperu(a + 1, b + 1, x)


# ---------------------------------------------------------------- elliptic integrals


@elementwise(special.ellipk, at=[(0.7,), (SHARE,)])
def ellipk(m, *, out):
    return (special.ellipe(m) / (1 - m) - out) / (2 * m)


@elementwise(special.ellipkm1, at=[(0.7,), (SHARE,)])
def ellipkm1(p, *, out):
    return (out - special.ellipe(1 - p) / p) / (2 * (1 - p))


@elementwise(special.ellipe, at=[(0.7,), (SHARE,)])
def ellipe(m, *, out):
    return (out - special.ellipk(m)) / (2 * m)


@elementwise(special.ellipkinc, at=[(0.7, 0.4), (ROW, SHARE)])
def ellipkinc(phi, m, *, out):
    root = np.sqrt(1 - m * np.sin(phi) ** 2)
    whole = special.ellipeinc(phi, m) / m - np.sin(2 * phi) / (2 * root)
    return 1 / root, (whole / (1 - m) - out / m) / 2


@elementwise(special.ellipeinc, at=[(0.7, 0.4), (ROW, SHARE)])
def ellipeinc(phi, m, *, out):
    return np.sqrt(1 - m * np.sin(phi) ** 2), (out - special.ellipkinc(phi, m)) / (2 * m)


# ---------------------------------------------------------------- orthogonal polynomials

# n is zero or positive; the polynomial before the first one has the factor zero


@elementwise(special.eval_hermite, at=[(2, 0.7), (ORDERS, SHARE)], refused=("n",))
def eval_hermite(n, x):
    return None, 2 * n * special.eval_hermite(np.maximum(n - 1, 0), x)


@elementwise(special.eval_hermitenorm, at=[(2, 0.7), (ORDERS, ROW)], refused=("n",))
def eval_hermitenorm(n, x):
    return None, n * special.eval_hermitenorm(np.maximum(n - 1, 0), x)


@elementwise(special.eval_chebyt, at=[(2, 0.7), (ORDERS, ROW)], refused=("n",))
def eval_chebyt(n, x):
    return None, n * special.eval_chebyu(n - 1, x)


@elementwise(special.eval_chebyu, at=[(2, 0.7), (ORDERS, SHARE)], refused=("n",))
def eval_chebyu(n, x):
    return None, 2 * special.eval_gegenbauer(n - 1, 2, x)


@elementwise(special.eval_legendre, at=[(2, 0.7), (ORDERS, ROW)], refused=("n",))
def eval_legendre(n, x):
    return None, (n + 1) / 2 * special.eval_jacobi(n - 1, 1, 1, x)


@elementwise(special.eval_laguerre, at=[(2, 0.7), (ORDERS, ROW)], refused=("n",))
def eval_laguerre(n, x):
    return None, -special.eval_genlaguerre(n - 1, 1, x)


@elementwise(special.eval_genlaguerre, at=[(2, 1, 0.7), (ORDERS, 2, ROW)], refused=("n", "alpha"))
def eval_genlaguerre(n, alpha, x):
    return None, None, -special.eval_genlaguerre(n - 1, alpha + 1, x)


@elementwise(special.eval_gegenbauer, at=[(2, 1, 0.7), (ORDERS, 2, SHARE)], refused=("n", "alpha"))
def eval_gegenbauer(n, alpha, x):
    return None, None, 2 * alpha * special.eval_gegenbauer(n - 1, alpha + 1, x)


@elementwise(special.eval_jacobi, at=[(2, 1, 2, 0.7), (ORDERS, 2, 1, SHARE)], refused=("n", "alpha", "beta"))
def eval_jacobi(n, alpha, beta, x):
    return None, None, None, (n + alpha + beta + 1) / 2 * special.eval_jacobi(n - 1, alpha + 1, beta + 1, x)


# ---------------------------------------------------------------- spherical Bessel functions


@elementwise(special.spherical_jn, at=[(2, 0.7), (0, POSITIVE), (2, POSITIVE, True)], refused=("n",))
def spherical_jn(n, z, derivative=False, *, out):
    if derivative:
        return None, -2 / z * out - (1 - n * (n + 1) / (z * z)) * special.spherical_jn(n, z)
    return None, special.spherical_jn(n, z, True)


@elementwise(special.spherical_yn, at=[(2, 1.7), (0, POSITIVE + 1), (2, POSITIVE + 1, True)], refused=("n",))
def spherical_yn(n, z, derivative=False, *, out):
    if derivative:
        return None, -2 / z * out - (1 - n * (n + 1) / (z * z)) * special.spherical_yn(n, z)
    return None, special.spherical_yn(n, z, True)


@elementwise(special.spherical_in, at=[(2, 0.7), (0, POSITIVE), (2, POSITIVE, True)], refused=("n",))
def spherical_in(n, z, derivative=False, *, out):
    if derivative:
        return None, -2 / z * out + (1 + n * (n + 1) / (z * z)) * special.spherical_in(n, z)
    return None, special.spherical_in(n, z, True)


@elementwise(special.spherical_kn, at=[(2, 1.7), (0, POSITIVE + 1), (2, POSITIVE + 1, True)], refused=("n",))
def spherical_kn(n, z, derivative=False, *, out):
    if derivative:
        return None, -2 / z * out + (1 + n * (n + 1) / (z * z)) * special.spherical_kn(n, z)
    return None, special.spherical_kn(n, z, True)
