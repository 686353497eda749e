# mypy: allow-untyped-defs, allow-untyped-calls
"""The functions of `math`: scalars, so their partials use `math` too."""

from __future__ import annotations

import math

import numpy as np

from srcad import runtime
from srcad.core.kinds import BOOL, FLOAT, INT, Tuple
from srcad.core.prims import each
from srcad.rules.asks import when
from srcad.rules.registry import elementwise, pullback, pushforward, zero
from srcad.rules.shapes import always

FLOATING = always(FLOAT)


@elementwise(math.sin, kind=FLOATING, at=[(0.7,)])
def sin(x):
    return math.cos(x)


@elementwise(math.cos, kind=FLOATING, at=[(0.7,)])
def cos(x):
    return -math.sin(x)


@elementwise(math.tan, kind=FLOATING, at=[(0.7,)])
def tan(x, *, out):
    return 1 + out * out


@elementwise(math.asin, kind=FLOATING, at=[(0.3,)])
def asin(x):
    return 1 / math.sqrt(1 - x * x)


@elementwise(math.acos, kind=FLOATING, at=[(0.3,)])
def acos(x):
    return -1 / math.sqrt(1 - x * x)


@elementwise(math.atan, kind=FLOATING, at=[(0.3,)])
def atan(x):
    return 1 / (1 + x * x)


@elementwise(math.atan2, kind=FLOATING, at=[(0.3, 1.1), (-0.4, -0.8)])
def atan2(y, x):
    return x / (x * x + y * y), -y / (x * x + y * y)


@elementwise(math.sinh, kind=FLOATING, at=[(0.7,)])
def sinh(x):
    return math.cosh(x)


@elementwise(math.cosh, kind=FLOATING, at=[(0.7,)])
def cosh(x):
    return math.sinh(x)


@elementwise(math.tanh, kind=FLOATING, at=[(0.7,)])
def tanh(x, *, out):
    return 1 - out * out


@elementwise(math.asinh, kind=FLOATING, at=[(0.7,)])
def asinh(x):
    return 1 / math.sqrt(x * x + 1)


@elementwise(math.acosh, kind=FLOATING, at=[(1.7,)])
def acosh(x):
    return 1 / math.sqrt(x * x - 1)


@elementwise(math.atanh, kind=FLOATING, at=[(0.3,)])
def atanh(x):
    return 1 / (1 - x * x)


@elementwise(math.exp, kind=FLOATING, at=[(0.7,)])
def exp(x, *, out):
    return out


@elementwise(math.exp2, kind=FLOATING, at=[(0.7,)])
def exp2(x, *, out):
    return math.log(2) * out


@elementwise(math.expm1, kind=FLOATING, at=[(0.7,)])
def expm1(x, *, out):
    return out + 1


@elementwise(math.log, kind=FLOATING, at=[(0.7,), (0.7, 2.5)])
def log(x, base=None, *, out):
    if base is None:
        return 1 / x, None
    return 1 / (x * math.log(base)), -out / (base * math.log(base))


@elementwise(math.log2, kind=FLOATING, at=[(0.7,)])
def log2(x):
    return 1 / (x * math.log(2))


@elementwise(math.log10, kind=FLOATING, at=[(0.7,)])
def log10(x):
    return 1 / (x * math.log(10))


@elementwise(math.log1p, kind=FLOATING, at=[(0.7,)])
def log1p(x):
    return 1 / (1 + x)


@elementwise(math.sqrt, kind=FLOATING, at=[(0.7,)])
def sqrt(x, *, out):
    return 0.5 / out


@elementwise(math.cbrt, kind=FLOATING, at=[(0.7,), (-0.7,)])
def cbrt(x, *, out):
    return 1 / (3 * out * out)


@elementwise(math.pow, kind=FLOATING, at=[(1.7, 2.3), (-1.7, 2)])
def power(x, y, *, out):
    return y * x ** (y - (y != 0)), np.log(x + (x == 0)) * out


@elementwise(math.fabs, kind=FLOATING, at=[(0.7,), (-0.7,)])
def fabs(x):
    return when(x > 0, 1.0, when(x < 0, -1.0, 0.0))


@elementwise(math.copysign, kind=FLOATING, at=[(0.7, -2.0), (-0.7, -2.0)])
def copysign(x, y):
    return when(x > 0, 1.0, when(x < 0, -1.0, 0.0)) * math.copysign(1.0, y), None


@elementwise(math.fmod, kind=FLOATING, at=[(5.3, 2.1), (-5.3, 2.1)])
def fmod(x, y, *, out):
    return 1, (out - x) / y


@elementwise(math.remainder, kind=FLOATING, at=[(5.3, 2.1), (-5.3, 2.1)])
def remainder(x, y, *, out):
    return 1, (out - x) / y


@elementwise(math.degrees, kind=FLOATING, at=[(0.7,)])
def degrees(x):
    return 180 / math.pi


@elementwise(math.radians, kind=FLOATING, at=[(0.7,)])
def radians(x):
    return math.pi / 180


@elementwise(math.erf, kind=FLOATING, at=[(0.7,)])
def erf(x):
    return 2 / math.sqrt(math.pi) * math.exp(-x * x)


@elementwise(math.erfc, kind=FLOATING, at=[(0.7,)])
def erfc(x):
    return -2 / math.sqrt(math.pi) * math.exp(-x * x)


@elementwise(math.lgamma, kind=FLOATING, at=[(0.7,), (4.2,), (-1.3,)])
def lgamma(x):
    return runtime.digamma(x)


@elementwise(math.gamma, kind=FLOATING, at=[(0.7,), (4.2,), (-1.3,)])
def gamma(x, *, out):
    return out * runtime.digamma(x)


@elementwise(math.ldexp, kind=FLOATING, at=[(0.7, 3)])
def ldexp(x, i):
    return 2.0**i, None


@pullback(math.hypot, kind=FLOATING, at=[(0.7, 1.2), (0.3,), (0.4, -1.0, 2.0)])
def hypot(*coordinates, out, d_out):
    return [d_out * x / (out + (out == 0)) for x in coordinates]


@pullback(math.dist, kind=FLOATING, at=[((0.7, 1.2), (0.3, 2.0)), ([1.0], [3.0])])
def dist(p, q, *, out, d_out):
    d_p = d_out * (np.array(p) - np.array(q)) / (out + (out == 0))
    return d_p, -d_p


@pullback(math.fsum, kind=FLOATING, at=[([0.7, 1.2, 3.0],), ((1.0, 2.0),)], linear_in=("seq",))
def fsum(seq, *, d_out):
    if isinstance(seq, tuple):
        return each(d_out)
    return np.full(len(seq), d_out)


@pullback(math.prod, at=[([0.7, 1.2, 3.0],), ((1.0, 0.0, 2.0),)])
def prod(iterable, *, d_out):
    return d_out * runtime.product_of_others(iterable)


@pullback(math.modf, kind=always(Tuple((FLOAT, FLOAT))), at=[(1.7,), (-2.3,)])
def modf(x, *, d_out):
    return d_out[0]


@pushforward(math.modf)
def modf_dot(x, *, x_dot):
    return x_dot, 0.0


@pullback(math.frexp, kind=always(Tuple((FLOAT, INT))), at=[(1.7,), (-5.3,)])
def frexp(x, *, out, d_out):
    return d_out[0] / 2.0 ** out[1]


@pushforward(math.frexp)
def frexp_dot(x, *, out, x_dot):
    return x_dot / 2.0 ** out[1], None


zero(math.floor, math.ceil, math.trunc, kind=always(INT), at=[(1.7,), (-2.3,)])
zero(math.isfinite, math.isinf, math.isnan, kind=always(BOOL), at=[(1.7,)])
zero(math.isclose, kind=always(BOOL), at=[(1.7, 1.8)])
zero(math.factorial, math.isqrt, kind=always(INT), at=[(5,)])
zero(math.comb, math.perm, math.gcd, math.lcm, kind=always(INT), at=[(6, 4)])
zero(math.ulp, kind=FLOATING, at=[(1.7,)])
