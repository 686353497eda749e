# mypy: allow-untyped-defs, allow-untyped-calls
"""The functions of `scipy.special` of one real variable and its like: error functions, logistic ones, entropies.

Registered when the program has imported `scipy.special`. The Gamma function and its family are in `scipy_gamma.py`,
Bessel's functions and other solutions of differential equations in `scipy_bessel.py`. The derivatives are those of the
Digital Library of Mathematical Functions, https://dlmf.nist.gov, given by section where they are not elementary.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import special

from srcad import runtime
from srcad.core.kinds import NONE_KIND, Kind
from srcad.rules import shapes
from srcad.rules.asks import is_scalar
from srcad.rules.operators import COLUMN, POSITIVE, ROW, STACK, TABLE
from srcad.rules.registry import Call, call, elementwise, pullback, pushforward, zero

SHARE = np.array([0.2, 0.55, 0.9])

# ---------------------------------------------------------------- error functions


@elementwise(special.erf, at=[(0.7,), (ROW,)])
def erf(x):
    return 2 * np.exp(-x * x) / np.sqrt(np.pi)


@elementwise(special.erfc, at=[(0.7,), (ROW,)])
def erfc(x):
    return -2 * np.exp(-x * x) / np.sqrt(np.pi)


@elementwise(special.erfcx, at=[(0.7,), (ROW,)])
def erfcx(x, *, out):
    return 2 * x * out - 2 / np.sqrt(np.pi)


@elementwise(special.erfi, at=[(0.7,), (ROW / 2,)])
def erfi(x):
    return 2 * np.exp(x * x) / np.sqrt(np.pi)


@elementwise(special.dawsn, at=[(0.7,), (ROW,)])
def dawsn(x, *, out):
    return 1 - 2 * x * out


@elementwise(special.erfinv, at=[(0.7,), (SHARE,)])
def erfinv(y, *, out):
    return np.sqrt(np.pi) / 2 * np.exp(out * out)


@elementwise(special.erfcinv, at=[(0.7,), (SHARE,)])
def erfcinv(y, *, out):
    return -np.sqrt(np.pi) / 2 * np.exp(out * out)


@elementwise(special.ndtr, at=[(0.7,), (ROW,)])
def ndtr(x):
    return np.exp(-x * x / 2) / np.sqrt(2 * np.pi)


@elementwise(special.log_ndtr, at=[(0.7,), (ROW,), (-30.0,)])
def log_ndtr(x, *, out):
    return np.exp(-x * x / 2 - out) / np.sqrt(2 * np.pi)


@elementwise(special.ndtri, at=[(0.7,), (SHARE,)])
def ndtri(y, *, out):
    return np.sqrt(2 * np.pi) * np.exp(out * out / 2)


@elementwise(special.ndtri_exp, at=[(-0.7,), (-POSITIVE,)])
def ndtri_exp(y, *, out):
    return np.sqrt(2 * np.pi) * np.exp(y + out * out / 2)


@elementwise(special.owens_t, at=[(0.7, 0.4), (ROW, COLUMN)])
def owens_t(h, a):
    within = np.exp(-h * h * (1 + a * a) / 2) / (1 + a * a)
    return -np.exp(-h * h / 2) * special.erf(a * h / np.sqrt(2)) / np.sqrt(8 * np.pi), within / (2 * np.pi)


# ---------------------------------------------------------------- the logistic function


@elementwise(special.expit, at=[(0.7,), (ROW,)])
def expit(x, *, out):
    return out * (1 - out)


@elementwise(special.logit, at=[(0.7,), (SHARE,)])
def logit(x, *, out):
    return 2 + 2 * np.cosh(out)  # 1 / (x * (1 - x)), and NaN outside


@elementwise(special.log_expit, at=[(0.7,), (ROW,), (-40.0,)])
def log_expit(x):
    return special.expit(-x)


if hasattr(special, "softplus"):  # since SciPy 1.15

    @elementwise(special.softplus, at=[(0.7,), (ROW,)])
    def softplus(x):
        return special.expit(x)


# ---------------------------------------------------------------- entropies and losses


@elementwise(special.entr, at=[(0.7,), (POSITIVE,)])
def entr(x):
    return -np.log(x) - 1


@elementwise(special.rel_entr, at=[(0.7, 0.4), (POSITIVE, COLUMN)])
def rel_entr(x, y):
    return np.log(x / y) + 1, -x / y


@elementwise(special.kl_div, at=[(0.7, 0.4), (POSITIVE, COLUMN)])
def kl_div(x, y):
    return np.log(x / y), 1 - x / y


@elementwise(special.xlogy, at=[(0.7, 0.4), (ROW, COLUMN), (0, POSITIVE)])
def xlogy(x, y):
    return np.log(y), x / y


@elementwise(special.xlog1py, at=[(0.7, 0.4), (ROW, COLUMN), (0, POSITIVE)])
def xlog1py(x, y):
    return np.log1p(y), x / (1 + y)


@elementwise(special.huber, at=[(1.2, 0.7), (1.2, ROW), (COLUMN, ROW)])
def huber(delta, r):
    return np.maximum(np.abs(r) - delta, 0.0), np.clip(r, -delta, delta)


@elementwise(special.pseudo_huber, at=[(1.2, 0.7), (1.2, ROW), (COLUMN, ROW)])
def pseudo_huber(delta, r):
    length = np.sqrt(1 + (r / delta) ** 2)
    return 2 * delta * (length - 1) - r * r / (delta * length), r / length


# ---------------------------------------------------------------- powers and logarithms


@elementwise(special.cbrt, at=[(0.7,), (ROW,)])
def cbrt(x, *, out):
    return 1 / (3 * out * out)


@elementwise(special.exp2, at=[(0.7,), (ROW,)])
def exp2(x, *, out):
    return np.log(2) * out


@elementwise(special.exp10, at=[(0.7,), (ROW / 3,)])
def exp10(x, *, out):
    return np.log(10) * out


@elementwise(special.expm1, at=[(0.7,), (ROW,)])
def expm1(x, *, out):
    return out + 1


@elementwise(special.log1p, at=[(0.7,), (POSITIVE,)])
def log1p(x):
    return 1 / (1 + x)


@elementwise(special.exprel, at=[(0.7,), (ROW,), (0.0,)])
def exprel(x):
    return special.hyp1f1(2.0, 3.0, x) / 2


@elementwise(special.boxcox, at=[(0.7, 0.4), (POSITIVE, COLUMN), (POSITIVE, 0.0)])
def boxcox(x, lmbda):
    log = np.log(x)
    return np.power(x, lmbda - 1), log * log * special.hyp1f1(2.0, 3.0, lmbda * log) / 2


@elementwise(special.boxcox1p, at=[(0.7, 0.4), (POSITIVE, COLUMN), (POSITIVE, 0.0)])
def boxcox1p(x, lmbda):
    log = np.log1p(x)
    return np.power(1 + x, lmbda - 1), log * log * special.hyp1f1(2.0, 3.0, lmbda * log) / 2


@elementwise(special.inv_boxcox, at=[(0.7, 0.4), (POSITIVE, COLUMN), (POSITIVE, 0.0)])
def inv_boxcox(x, lmbda, *, out):
    log = np.log(out)
    slope = np.power(out, 1 - lmbda)
    return slope, -slope * log * log * special.hyp1f1(2.0, 3.0, lmbda * log) / 2


@elementwise(special.inv_boxcox1p, at=[(0.7, 0.4), (POSITIVE, COLUMN), (POSITIVE, 0.0)])
def inv_boxcox1p(x, lmbda, *, out):
    log = np.log1p(out)
    slope = np.power(1 + out, 1 - lmbda)
    return slope, -slope * log * log * special.hyp1f1(2.0, 3.0, lmbda * log) / 2


@elementwise(special.powm1, at=[(0.7, 0.4), (POSITIVE, COLUMN)])
def powm1(x, y, *, out):
    return y * np.power(x, y - 1), np.log(x) * (out + 1)


# ---------------------------------------------------------------- angles in degrees


@elementwise(special.sindg, at=[(37.0,), (20 * ROW,)])
def sindg(x):
    return np.pi / 180 * special.cosdg(x)


@elementwise(special.cosdg, at=[(37.0,), (20 * ROW,)])
def cosdg(x):
    return -np.pi / 180 * special.sindg(x)


@elementwise(special.tandg, at=[(37.0,), (20 * ROW,)])
def tandg(x, *, out):
    return np.pi / 180 * (1 + out * out)


@elementwise(special.cotdg, at=[(37.0,), (20 * ROW,)])
def cotdg(x, *, out):
    return -np.pi / 180 * (1 + out * out)


@elementwise(special.cosm1, at=[(0.7,), (ROW,)])
def cosm1(x):
    return -np.sin(x)


@elementwise(special.radian, at=[(37.0, 2.0, 5.0), (20 * ROW, 2.0, 5.0)])
def radian(d, m, s):
    return np.pi / 180, np.pi / 10800, np.pi / 648000


# ---------------------------------------------------------------- sums of exponentials


def _weighed(call: Call) -> Kind:
    """A reduction of `a` and `b` broadcast with each other."""
    b = shapes.operand(call, "b")
    if b is None or b[0] == NONE_KIND:
        return shapes.reduced(call)
    both = shapes.broadcast(Call(np.multiply, (shapes.first(call), b[0])))
    return shapes.reduced(replace(call, args=(both, *call.args[1:])))


@pullback(
    special.logsumexp,
    kind=_weighed,
    at=[
        (ROW,),
        (TABLE,),
        (TABLE, 1),
        call(TABLE, axis=0, keepdims=True),
        call(STACK, axis=(0, 2)),
        (TABLE, 0, TABLE**2),
        (ROW, 1, TABLE**2),
        call(TABLE, b=0.7),
    ],
)
def logsumexp(a, axis=None, b=None, keepdims=False, *, out, d_out):
    share = d_out
    total = out
    if axis is not None and not keepdims:
        share = np.expand_dims(d_out, axis)
        total = np.expand_dims(out, axis)
    if b is None:
        return share * np.exp(a - total)
    shares = share * np.exp(a - total)
    d_b = np.sum(shares) if is_scalar(b) else runtime.unbroadcast(shares, np.asarray(b))
    return runtime.unbroadcast(shares * b, np.asarray(a)), None, d_b


@pushforward(special.logsumexp)
def logsumexp_dot(a, axis=None, b=None, keepdims=False, *, out, a_dot, b_dot):
    total = out if axis is None or keepdims else np.expand_dims(out, axis)
    if b is None:
        return np.sum(np.exp(a - total) * a_dot, axis, keepdims=keepdims)
    if a_dot is None:
        return np.sum(np.exp(a - total) * b_dot, axis, keepdims=keepdims)
    moved = b * a_dot if b_dot is None else b * a_dot + b_dot
    return np.sum(np.exp(a - total) * moved, axis, keepdims=keepdims)


@pullback(special.softmax, kind=shapes.same, at=[(ROW,), (TABLE,), (TABLE, 1), call(STACK, axis=(0, 2))])
def softmax(x, axis=None, *, out, d_out):
    return out * (d_out - np.sum(out * d_out, axis, keepdims=True))


@pushforward(special.softmax)
def softmax_dot(x, axis=None, *, out, x_dot):
    return out * (x_dot - np.sum(out * x_dot, axis, keepdims=True))


@pullback(special.log_softmax, kind=shapes.same, at=[(ROW,), (TABLE,), (TABLE, 1), call(STACK, axis=(0, 2))])
def log_softmax(x, axis=None, *, out, d_out):
    return d_out - np.exp(out) * np.sum(d_out, axis, keepdims=True)


@pushforward(special.log_softmax)
def log_softmax_dot(x, axis=None, *, out, x_dot):
    return x_dot - np.sum(np.exp(out) * x_dot, axis, keepdims=True)


zero(special.round, special.gammasgn, at=[(0.7,), (ROW,)], kind=shapes.broadcast)
