# mypy: allow-untyped-defs, allow-untyped-calls
"""The Gamma function's family in `scipy.special`: logarithms, beta and incomplete functions, exponential integrals.

In the order or the shape parameter of an incomplete function there is no closed form: it must be held constant.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from srcad.core.kinds import Kind
from srcad.rules import shapes
from srcad.rules.operators import COLUMN, POSITIVE, ROW
from srcad.rules.registry import Call, elementwise, pullback, pushforward
from srcad.rules.scipy_special import SHARE

COUNTS = np.array([[1], [3]])

# ---------------------------------------------------------------- the Gamma function


@elementwise(special.gammaln, at=[(0.7,), (ROW,)])
def gammaln(x):
    return special.digamma(x)


@elementwise(special.loggamma, at=[(0.7,), (POSITIVE,)])
def loggamma(z):
    return special.digamma(z)


@elementwise(special.gamma, at=[(0.7,), (ROW,)])
def gamma(z, *, out):
    return out * special.digamma(z)


@elementwise(special.rgamma, at=[(0.7,), (ROW,)])
def rgamma(z, *, out):
    return -out * special.digamma(z)


@elementwise(special.digamma, at=[(0.7,), (POSITIVE,)])
def digamma(z):
    return special.polygamma(1, z)


@elementwise(special.polygamma, at=[(1, 0.7), (2, POSITIVE), (COUNTS, POSITIVE + 1), (0, 1.7)], refused=("n",))
def polygamma(n, x):
    return None, special.polygamma(n + 1, x)


def _like_gammaln(call: Call) -> Kind:
    return shapes.broadcast(Call(special.gammaln, call.args[:1]))


@elementwise(special.multigammaln, at=[(1.7, 3), (POSITIVE + 1, 2)], kind=_like_gammaln, refused=("d",))
def multigammaln(a, d):
    return np.sum(special.digamma(np.expand_dims(a, -1) - np.arange(d) / 2), -1)


@elementwise(special.poch, at=[(0.7, 1.4), (POSITIVE, COLUMN)])
def poch(z, m, *, out):
    upper = special.digamma(z + m)
    return out * (upper - special.digamma(z)), out * upper


@elementwise(special.binom, at=[(4.7, 1.4), (POSITIVE + 4, COLUMN)])
def binom(n, k, *, out):
    rest = special.digamma(n - k + 1)
    return out * (special.digamma(n + 1) - rest), out * (rest - special.digamma(k + 1))


@elementwise(special.beta, at=[(0.7, 1.4), (POSITIVE, COLUMN)])
def beta(a, b, *, out):
    both = special.digamma(a + b)
    return out * (special.digamma(a) - both), out * (special.digamma(b) - both)


@elementwise(special.betaln, at=[(0.7, 1.4), (POSITIVE, COLUMN)])
def betaln(a, b):
    both = special.digamma(a + b)
    return special.digamma(a) - both, special.digamma(b) - both


@elementwise(special.zeta, at=[(2, 1.4), (3, POSITIVE)], refused=("x",))
def zeta(x, q=1):
    return None, -x * special.zeta(x + 1, q)


# ---------------------------------------------------------------- incomplete functions


@elementwise(special.gammainc, at=[(2, 1.4), (COUNTS, POSITIVE)], refused=("a",))
def gammainc(a, x):
    return None, np.exp(special.xlogy(a - 1, x) - x - special.gammaln(a))


@elementwise(special.gammaincc, at=[(2, 1.4), (COUNTS, POSITIVE)], refused=("a",))
def gammaincc(a, x):
    return None, -np.exp(special.xlogy(a - 1, x) - x - special.gammaln(a))


@elementwise(special.gammaincinv, at=[(2, 0.4), (COUNTS, SHARE)], refused=("a",))
def gammaincinv(a, y, *, out):
    return None, np.exp(out + special.gammaln(a) - special.xlogy(a - 1, out))


@elementwise(special.gammainccinv, at=[(2, 0.4), (COUNTS, SHARE)], refused=("a",))
def gammainccinv(a, y, *, out):
    return None, -np.exp(out + special.gammaln(a) - special.xlogy(a - 1, out))


@elementwise(special.betainc, at=[(2, 3, 0.4), (COUNTS, 2, SHARE)], refused=("a", "b"))
def betainc(a, b, x):
    return None, None, np.exp(special.xlogy(a - 1, x) + special.xlog1py(b - 1, -x) - special.betaln(a, b))


@elementwise(special.betaincinv, at=[(2, 3, 0.4), (COUNTS, 2, SHARE)], refused=("a", "b"))
def betaincinv(a, b, y, *, out):
    return None, None, np.exp(special.betaln(a, b) - special.xlogy(a - 1, out) - special.xlog1py(b - 1, -out))


if hasattr(special, "betaincc"):  # since SciPy 1.11

    @elementwise(special.betaincc, at=[(2, 3, 0.4), (COUNTS, 2, SHARE)], refused=("a", "b"))
    def betaincc(a, b, x):
        return None, None, -np.exp(special.xlogy(a - 1, x) + special.xlog1py(b - 1, -x) - special.betaln(a, b))

    @elementwise(special.betainccinv, at=[(2, 3, 0.4), (COUNTS, 2, SHARE)], refused=("a", "b"))
    def betainccinv(a, b, y, *, out):
        return None, None, -np.exp(special.betaln(a, b) - special.xlogy(a - 1, out) - special.xlog1py(b - 1, -out))


# ---------------------------------------------------------------- distributions, by their parameters


@elementwise(special.chdtr, at=[(3, 1.4), (COUNTS, POSITIVE)], refused=("v",))
def chdtr(v, x):
    return None, np.exp(special.xlogy(v / 2 - 1, x / 2) - x / 2 - special.gammaln(v / 2)) / 2


@elementwise(special.chdtrc, at=[(3, 1.4), (COUNTS, POSITIVE)], refused=("v",))
def chdtrc(v, x):
    return None, -np.exp(special.xlogy(v / 2 - 1, x / 2) - x / 2 - special.gammaln(v / 2)) / 2


@elementwise(special.gdtr, at=[(0.7, 2, 1.4), (COLUMN, 2, POSITIVE)], refused=("b",))
def gdtr(a, b, x):
    density = np.exp(special.xlogy(b - 1, a * x) - a * x - special.gammaln(b))
    return x * density, None, a * density


@elementwise(special.gdtrc, at=[(0.7, 2, 1.4), (COLUMN, 2, POSITIVE)], refused=("b",))
def gdtrc(a, b, x):
    density = np.exp(special.xlogy(b - 1, a * x) - a * x - special.gammaln(b))
    return -x * density, None, -a * density


@elementwise(special.stdtr, at=[(3, 1.4), (COUNTS, ROW)], refused=("df",))
def stdtr(df, t):
    return None, np.exp(-(df + 1) / 2 * np.log1p(t * t / df) - special.betaln(df / 2, 0.5)) / np.sqrt(df)


@elementwise(special.stdtrit, at=[(3, 0.4), (COUNTS, SHARE)], refused=("df",))
def stdtrit(df, p, *, out):
    return None, np.exp((df + 1) / 2 * np.log1p(out * out / df) + special.betaln(df / 2, 0.5)) * np.sqrt(df)


@elementwise(special.pdtr, at=[(2, 1.4), (COUNTS, POSITIVE)], refused=("k",))
def pdtr(k, m):
    return None, -np.exp(special.xlogy(np.floor(k), m) - m - special.gammaln(np.floor(k) + 1))


@elementwise(special.pdtrc, at=[(2, 1.4), (COUNTS, POSITIVE)], refused=("k",))
def pdtrc(k, m):
    return None, np.exp(special.xlogy(np.floor(k), m) - m - special.gammaln(np.floor(k) + 1))


# ---------------------------------------------------------------- exponential integrals


@elementwise(special.expi, at=[(0.7,), (ROW,)])
def expi(x):
    return np.exp(x) / x


@elementwise(special.exp1, at=[(0.7,), (POSITIVE,)])
def exp1(z):
    return -np.exp(-z) / z


@elementwise(special.expn, at=[(2, 0.7), (COUNTS, POSITIVE), (0, 1.7)], refused=("n",))
def expn(n, x):
    first = np.exp(-x) / x * (1 + (n == 0) / x)  # where n is 1 or 0
    return None, -np.where(n > 1, special.expn(np.maximum(n - 1, 1), x), first)


@elementwise(special.spence, at=[(0.7,), (POSITIVE,), (1.0,)])
def spence(z):
    return -1 / special.exprel(np.log(z))


@elementwise(special.wrightomega, at=[(0.7,), (ROW,)])
def wrightomega(z, *, out):
    return out / (1 + out)


@pullback(special.sici, at=[(0.7,), (ROW,)])
def sici(x, *, d_out):
    return d_out[0] * np.sinc(x / np.pi) + d_out[1] * np.cos(x) / x


@pushforward(special.sici)
def sici_dot(x, *, x_dot):
    return x_dot * np.sinc(x / np.pi), x_dot * np.cos(x) / x


@pullback(special.shichi, at=[(0.7,), (ROW,)])
def shichi(x, *, d_out):
    return (d_out[0] * np.sinh(x) + d_out[1] * np.cosh(x)) / x


@pushforward(special.shichi)
def shichi_dot(x, *, x_dot):
    return x_dot * np.sinh(x) / x, x_dot * np.cosh(x) / x


@pullback(special.fresnel, at=[(0.7,), (ROW,)])
def fresnel(z, *, d_out):
    return d_out[0] * np.sin(np.pi / 2 * z * z) + d_out[1] * np.cos(np.pi / 2 * z * z)


@pushforward(special.fresnel)
def fresnel_dot(z, *, z_dot):
    return z_dot * np.sin(np.pi / 2 * z * z), z_dot * np.cos(np.pi / 2 * z * z)
