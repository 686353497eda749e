# mypy: allow-untyped-defs, allow-untyped-calls
"""Distribution functions of `scipy.stats`, their complements and logarithms: the slope of each is the density.

In a shape parameter there is no closed form for most of them: there it is refused.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

from srcad.rules.operators import COLUMN, POSITIVE, ROW
from srcad.rules.registry import call, elementwise
from srcad.rules.scipy_special import SHARE
from srcad.rules.scipy_stats import PLACED, SHIFTED, WITHIN


def state_by_place(dist, at):
    """The rules of a distribution that has no parameter but its place and its width."""

    @elementwise(dist.cdf, at=at)
    def cdf(x, loc=0, scale=1):
        density = dist.pdf(x, loc, scale)
        return density, -density, -density * (x - loc) / scale

    @elementwise(dist.sf, at=at)
    def sf(x, loc=0, scale=1):
        density = dist.pdf(x, loc, scale)
        return -density, density, density * (x - loc) / scale

    @elementwise(dist.logcdf, at=at)
    def logcdf(x, loc=0, scale=1, *, out):
        share = np.exp(dist.logpdf(x, loc, scale) - out)
        return share, -share, -share * (x - loc) / scale

    @elementwise(dist.logsf, at=at)
    def logsf(x, loc=0, scale=1, *, out):
        share = np.exp(dist.logpdf(x, loc, scale) - out)
        return -share, share, share * (x - loc) / scale


for dist in (stats.norm, stats.laplace, stats.cauchy, stats.logistic):
    state_by_place(dist, PLACED)
state_by_place(stats.expon, SHIFTED)
state_by_place(stats.uniform, WITHIN)


# The shape parameter has its own name in each distribution, and may be given by it.

FREE = [(0.7, 3), (ROW, 3, COLUMN, 1.4), call(ROW, df=2, scale=POSITIVE)]


@elementwise(stats.t.cdf, at=FREE, refused=("df",))
def t_cdf(x, df, loc=0, scale=1):
    density = stats.t.pdf(x, df, loc, scale)
    return density, None, -density, -density * (x - loc) / scale


@elementwise(stats.t.sf, at=FREE, refused=("df",))
def t_sf(x, df, loc=0, scale=1):
    density = stats.t.pdf(x, df, loc, scale)
    return -density, None, density, density * (x - loc) / scale


@elementwise(stats.t.logcdf, at=FREE, refused=("df",))
def t_logcdf(x, df, loc=0, scale=1, *, out):
    share = np.exp(stats.t.logpdf(x, df, loc, scale) - out)
    return share, None, -share, -share * (x - loc) / scale


@elementwise(stats.t.logsf, at=FREE, refused=("df",))
def t_logsf(x, df, loc=0, scale=1, *, out):
    share = np.exp(stats.t.logpdf(x, df, loc, scale) - out)
    return -share, None, share, share * (x - loc) / scale


WAITING = [(0.7, 3), (POSITIVE + 2, 2, COLUMN, 1.4), call(POSITIVE, a=2, scale=POSITIVE)]


@elementwise(stats.gamma.cdf, at=WAITING, refused=("a",))
def gamma_cdf(x, a, loc=0, scale=1):
    density = stats.gamma.pdf(x, a, loc, scale)
    return density, None, -density, -density * (x - loc) / scale


@elementwise(stats.gamma.sf, at=WAITING, refused=("a",))
def gamma_sf(x, a, loc=0, scale=1):
    density = stats.gamma.pdf(x, a, loc, scale)
    return -density, None, density, density * (x - loc) / scale


@elementwise(stats.gamma.logcdf, at=WAITING, refused=("a",))
def gamma_logcdf(x, a, loc=0, scale=1, *, out):
    share = np.exp(stats.gamma.logpdf(x, a, loc, scale) - out)
    return share, None, -share, -share * (x - loc) / scale


@elementwise(stats.gamma.logsf, at=WAITING, refused=("a",))
def gamma_logsf(x, a, loc=0, scale=1, *, out):
    share = np.exp(stats.gamma.logpdf(x, a, loc, scale) - out)
    return -share, None, share, share * (x - loc) / scale


# log(x) is normal: what moves in the shape parameter is the width of that

LOGGED = [(0.7, 1.8), (POSITIVE + 2, 0.8, COLUMN, 1.4), call(POSITIVE, s=1.2, scale=POSITIVE)]


@elementwise(stats.lognorm.cdf, at=LOGGED)
def lognorm_cdf(x, s, loc=0, scale=1):
    z = (x - loc) / scale
    density = stats.lognorm.pdf(x, s, loc, scale)
    return density, -density * (x - loc) * np.log(z) / s, -density, -density * z


@elementwise(stats.lognorm.sf, at=LOGGED)
def lognorm_sf(x, s, loc=0, scale=1):
    z = (x - loc) / scale
    density = stats.lognorm.pdf(x, s, loc, scale)
    return -density, density * (x - loc) * np.log(z) / s, density, density * z


@elementwise(stats.lognorm.logcdf, at=LOGGED)
def lognorm_logcdf(x, s, loc=0, scale=1, *, out):
    z = (x - loc) / scale
    share = np.exp(stats.lognorm.logpdf(x, s, loc, scale) - out)
    return share, -share * (x - loc) * np.log(z) / s, -share, -share * z


@elementwise(stats.lognorm.logsf, at=LOGGED)
def lognorm_logsf(x, s, loc=0, scale=1, *, out):
    z = (x - loc) / scale
    share = np.exp(stats.lognorm.logpdf(x, s, loc, scale) - out)
    return -share, share * (x - loc) * np.log(z) / s, share, share * z


PARTS = [(0.7, 2, 3), (SHARE + 0.5, 2, 3, COLUMN / 4, 1.9), call(SHARE, 2, b=3, scale=1.3)]


@elementwise(stats.beta.cdf, at=PARTS, refused=("a", "b"))
def beta_cdf(x, a, b, loc=0, scale=1):
    density = stats.beta.pdf(x, a, b, loc, scale)
    return density, None, None, -density, -density * (x - loc) / scale


@elementwise(stats.beta.sf, at=PARTS, refused=("a", "b"))
def beta_sf(x, a, b, loc=0, scale=1):
    density = stats.beta.pdf(x, a, b, loc, scale)
    return -density, None, None, density, density * (x - loc) / scale


@elementwise(stats.beta.logcdf, at=PARTS, refused=("a", "b"))
def beta_logcdf(x, a, b, loc=0, scale=1, *, out):
    share = np.exp(stats.beta.logpdf(x, a, b, loc, scale) - out)
    return share, None, None, -share, -share * (x - loc) / scale


@elementwise(stats.beta.logsf, at=PARTS, refused=("a", "b"))
def beta_logsf(x, a, b, loc=0, scale=1, *, out):
    share = np.exp(stats.beta.logpdf(x, a, b, loc, scale) - out)
    return -share, None, None, share, share * (x - loc) / scale
