# mypy: allow-untyped-defs, allow-untyped-calls
"""The densities of the continuous distributions of `scipy.stats` and their logarithms.

With z = (x - loc) / scale and f the standard density, log f(z) - log(scale) has the slope (log f)'(z) / scale in x, the
opposite in loc, and -(1 + z (log f)'(z)) / scale in scale. Outside the domain of a parameter the derivative is NaN, as
the density is; so is that of its logarithm outside the support, where it is -inf. `special.xlogy(out, z)` is `out`
times the logarithm, and zero where the density is.

A rule is for a method of one object: `stats.norm.logpdf` is one callable. Distribution functions are in
`scipy_cdf.py`, distributions of counts in `scipy_counts.py`.
"""

from __future__ import annotations

import numpy as np
from scipy import special, stats

from srcad.rules.asks import is_literal
from srcad.rules.operators import COLUMN, POSITIVE, ROW
from srcad.rules.registry import call, elementwise
from srcad.rules.scipy_special import SHARE
from srcad.runtime_stats import inside

PLACED = [(0.7,), (ROW, 0.3, 1.4), (ROW, COLUMN, 1.3), call(ROW, scale=POSITIVE)]
SHIFTED = [(0.7,), (POSITIVE + 0.3, 0.3, 1.4), (POSITIVE, -COLUMN, 1.3), call(POSITIVE, scale=POSITIVE + 1)]
WITHIN = [(0.7,), (SHARE + 0.3, 0.3, 1.4), (SHARE, -COLUMN / 4, 1.7), call(SHARE, scale=POSITIVE + 1)]
SHAPED = [(0.7, 1.8), (POSITIVE + 0.3, COLUMN, 0.3, 1.4), call(POSITIVE, 1.7, scale=POSITIVE + 1)]

# ---------------------------------------------------------------- on the whole line


@elementwise(stats.norm.logpdf, at=PLACED)
def norm_logpdf(x, loc=0, scale=1):
    width = scale if is_literal(scale) else inside(scale, 0, np.inf)
    z = (x - loc) / width
    return -z / width, z / width, (z * z - 1) / width


@elementwise(stats.norm.pdf, at=PLACED)
def norm_pdf(x, loc=0, scale=1, *, out):
    z = (x - loc) / scale
    return -out * z / scale, out * z / scale, out * (z * z - 1) / scale


@elementwise(stats.t.logpdf, at=[(0.7, 1.8), (ROW, COLUMN, 0.3, 1.4), call(ROW, df=1.7, scale=POSITIVE)])
def t_logpdf(x, df, loc=0, scale=1):
    width = scale if is_literal(scale) else inside(scale, 0, np.inf)
    freedom = df if is_literal(df) else inside(df, 0, np.inf)
    z = (x - loc) / width
    share = z * z / freedom
    slope = -(freedom + 1) * z / (freedom + z * z)
    more = special.digamma((freedom + 1) / 2) - special.digamma(freedom / 2) - 1 / freedom
    d_df = (more - np.log1p(share) + (freedom + 1) / freedom * share / (1 + share)) / 2
    return slope / width, d_df, -slope / width, -(1 + z * slope) / width


@elementwise(stats.t.pdf, at=[(0.7, 1.8), (ROW, COLUMN, 0.3, 1.4), call(ROW, df=1.7, scale=POSITIVE)])
def t_pdf(x, df, loc=0, scale=1, *, out):
    z = (x - loc) / scale
    share = z * z / df
    slope = -out * (df + 1) * z / (df + z * z)
    more = special.digamma((df + 1) / 2) - special.digamma(df / 2) - 1 / df
    d_df = out * (more - np.log1p(share) + (df + 1) / df * share / (1 + share)) / 2
    return slope / scale, d_df, -slope / scale, -(out + z * slope) / scale


@elementwise(stats.laplace.logpdf, at=PLACED)
def laplace_logpdf(x, loc=0, scale=1):
    width = scale if is_literal(scale) else inside(scale, 0, np.inf)
    side = np.sign(x - loc)
    return -side / width, side / width, (np.abs(x - loc) / width - 1) / width


@elementwise(stats.laplace.pdf, at=PLACED)
def laplace_pdf(x, loc=0, scale=1, *, out):
    slope = out * np.sign(x - loc) / scale
    return -slope, slope, out * (np.abs(x - loc) / scale - 1) / scale


@elementwise(stats.cauchy.logpdf, at=PLACED)
def cauchy_logpdf(x, loc=0, scale=1):
    width = scale if is_literal(scale) else inside(scale, 0, np.inf)
    z = (x - loc) / width
    slope = 2 * z / (1 + z * z)
    return -slope / width, slope / width, (z * slope - 1) / width


@elementwise(stats.cauchy.pdf, at=PLACED)
def cauchy_pdf(x, loc=0, scale=1, *, out):
    z = (x - loc) / scale
    slope = 2 * out * z / (1 + z * z)
    return -slope / scale, slope / scale, (z * slope - out) / scale


@elementwise(stats.logistic.logpdf, at=PLACED)
def logistic_logpdf(x, loc=0, scale=1):
    width = scale if is_literal(scale) else inside(scale, 0, np.inf)
    z = (x - loc) / width
    slope = np.tanh(z / 2)
    return -slope / width, slope / width, (z * slope - 1) / width


@elementwise(stats.logistic.pdf, at=PLACED)
def logistic_pdf(x, loc=0, scale=1, *, out):
    z = (x - loc) / scale
    slope = out * np.tanh(z / 2)
    return -slope / scale, slope / scale, (z * slope - out) / scale


# ---------------------------------------------------------------- from loc on


@elementwise(stats.expon.logpdf, at=SHIFTED)
def expon_logpdf(x, loc=0, scale=1):
    width = scale if is_literal(scale) else inside(scale, 0, np.inf)
    z = inside((x - loc) / width, 0, np.inf)
    rate = (1 + 0 * z) / width  # NaN outside
    return -rate, rate, (z - 1) / width


@elementwise(stats.expon.pdf, at=SHIFTED)
def expon_pdf(x, loc=0, scale=1, *, out):
    return -out / scale, out / scale, out * ((x - loc) / scale - 1) / scale


@elementwise(stats.gamma.logpdf, at=SHAPED)
def gamma_logpdf(x, a, loc=0, scale=1):
    width = scale if is_literal(scale) else inside(scale, 0, np.inf)
    shape = a if is_literal(a) else inside(a, 0, np.inf)
    z = inside((x - loc) / width, 0, np.inf)
    slope = (shape - 1) / z - 1
    return slope / width, np.log(z) - special.digamma(shape), -slope / width, (z - shape) / width


@elementwise(stats.gamma.pdf, at=SHAPED)
def gamma_pdf(x, a, loc=0, scale=1, *, out):
    z = (x - loc) / scale
    slope = out * ((a - 1) / z - 1)
    return slope / scale, special.xlogy(out, z) - out * special.digamma(a), -slope / scale, out * (z - a) / scale


@elementwise(stats.lognorm.logpdf, at=SHAPED)
def lognorm_logpdf(x, s, loc=0, scale=1):
    width = scale if is_literal(scale) else inside(scale, 0, np.inf)
    spread = s if is_literal(s) else inside(s, 0, np.inf)
    z = (x - loc) / width
    u = np.log(inside(z, 0, np.inf)) / spread
    slope = -(1 + u / spread) / z
    return slope / width, (u * u - 1) / spread, -slope / width, u / (spread * width)


@elementwise(stats.lognorm.pdf, at=SHAPED)
def lognorm_pdf(x, s, loc=0, scale=1, *, out):
    z = (x - loc) / scale
    u = special.xlogy(out, z) / s
    slope = -(out + u / s) / z
    return slope / scale, (special.xlogy(u, z) / s - out) / s, -slope / scale, u / (s * scale)


# ---------------------------------------------------------------- on an interval


@elementwise(stats.uniform.logpdf, at=WITHIN)
def uniform_logpdf(x, loc=0, scale=1):
    width = scale if is_literal(scale) else inside(scale, 0, np.inf)
    flat = 0 * inside((x - loc) / width, 0, 1)  # NaN outside
    return flat, flat, (flat - 1) / width


@elementwise(stats.uniform.pdf, at=WITHIN)
def uniform_pdf(x, loc=0, scale=1, *, out):
    return 0 * out, 0 * out, -out / scale


BETWEEN = [(0.7, 1.8, 2.3), (SHARE + 0.3, COLUMN, 1.7, 0.3, 1.4), call(SHARE, 1.7, b=POSITIVE, scale=1.3)]


@elementwise(stats.beta.logpdf, at=BETWEEN)
def beta_logpdf(x, a, b, loc=0, scale=1):
    width = scale if is_literal(scale) else inside(scale, 0, np.inf)
    left = a if is_literal(a) else inside(a, 0, np.inf)
    right = b if is_literal(b) else inside(b, 0, np.inf)
    z = inside((x - loc) / width, 0, 1)
    both = special.digamma(left + right)
    slope = (left - 1) / z - (right - 1) / (1 - z)
    d_a = np.log(z) - special.digamma(left) + both
    d_b = np.log1p(-z) - special.digamma(right) + both
    return slope / width, d_a, d_b, -slope / width, -(1 + z * slope) / width


@elementwise(stats.beta.pdf, at=BETWEEN)
def beta_pdf(x, a, b, loc=0, scale=1, *, out):
    z = (x - loc) / scale
    both = special.digamma(a + b)
    slope = out * ((a - 1) / z - (b - 1) / (1 - z))
    d_a = special.xlogy(out, z) - out * (special.digamma(a) - both)
    d_b = special.xlog1py(out, -z) - out * (special.digamma(b) - both)
    return slope / scale, d_a, d_b, -slope / scale, -(out + z * slope) / scale
