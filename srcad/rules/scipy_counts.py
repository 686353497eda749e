# mypy: allow-untyped-defs, allow-untyped-calls
"""The distributions of counts of `scipy.stats`, in their rate or probability.

The derivative is NaN where the count is none that can occur: the probability is constantly zero there, its logarithm
-inf.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

from srcad.rules.operators import COLUMN, POSITIVE
from srcad.rules.registry import call, elementwise
from srcad.rules.scipy_special import SHARE
from srcad.runtime_stats import inside, whole

SEEN = np.array([0, 2, 3])
ONCE = np.array([0, 1, 1])


@elementwise(stats.poisson.logpmf, at=[(2, 1.4), (SEEN, COLUMN), call(SEEN + 1, POSITIVE, loc=1)], refused=("k", "loc"))
def poisson_logpmf(k, mu, loc=0):
    return None, whole(k - loc) / mu - 1, None


@elementwise(stats.poisson.pmf, at=[(2, 1.4), (SEEN, COLUMN), call(SEEN + 1, POSITIVE, loc=1)], refused=("k", "loc"))
def poisson_pmf(k, mu, loc=0, *, out):
    return None, out * ((k - loc) / mu - 1), None


@elementwise(stats.poisson.cdf, at=[(2, 1.4), (SEEN, COLUMN), call(SEEN + 1, POSITIVE, loc=1)], refused=("k", "loc"))
def poisson_cdf(k, mu, loc=0):
    return None, -stats.poisson.pmf(np.floor(k), mu, loc), None


@elementwise(stats.poisson.sf, at=[(2, 1.4), (SEEN, COLUMN), call(SEEN + 1, POSITIVE, loc=1)], refused=("k", "loc"))
def poisson_sf(k, mu, loc=0):
    return None, stats.poisson.pmf(np.floor(k), mu, loc), None


@elementwise(
    stats.binom.logpmf,
    at=[(2, 3, 0.4), (SEEN, 4, COLUMN / 3), call(SEEN + 1, 4, SHARE, loc=1)],
    refused=("k", "n", "loc"),
)
def binom_logpmf(k, n, p, loc=0):
    count = inside(whole(k - loc), 0, n)
    return None, None, count / p - (n - count) / (1 - p), None


@elementwise(
    stats.binom.pmf, at=[(2, 3, 0.4), (SEEN, 4, COLUMN / 3), call(SEEN + 1, 4, SHARE, loc=1)], refused=("k", "n", "loc")
)
def binom_pmf(k, n, p, loc=0, *, out):
    return None, None, out * ((k - loc) / p - (n - k + loc) / (1 - p)), None


@elementwise(
    stats.binom.cdf, at=[(2, 3, 0.4), (SEEN, 4, COLUMN / 3), call(SEEN + 1, 4, SHARE, loc=1)], refused=("k", "n", "loc")
)
def binom_cdf(k, n, p, loc=0):
    return None, None, -n * stats.binom.pmf(np.floor(k), n - 1, p, loc), None


@elementwise(stats.bernoulli.logpmf, at=[(1, 0.4), (ONCE, SHARE), call(ONCE + 1, SHARE, loc=1)], refused=("k", "loc"))
def bernoulli_logpmf(k, p, loc=0):
    count = inside(whole(k - loc), 0, 1)
    return None, count / p - (1 - count) / (1 - p), None


@elementwise(stats.bernoulli.pmf, at=[(1, 0.4), (ONCE, SHARE), call(ONCE + 1, SHARE, loc=1)], refused=("k", "loc"))
def bernoulli_pmf(k, p, loc=0, *, out):
    return None, out * ((k - loc) / p - (1 - k + loc) / (1 - p)), None


@elementwise(stats.geom.logpmf, at=[(2, 0.4), (SEEN + 1, SHARE), call(SEEN + 2, SHARE, loc=1)], refused=("k", "loc"))
def geom_logpmf(k, p, loc=0):
    return None, 1 / p - whole(k - loc - 1) / (1 - p), None


@elementwise(stats.geom.pmf, at=[(2, 0.4), (SEEN + 1, SHARE), call(SEEN + 2, SHARE, loc=1)], refused=("k", "loc"))
def geom_pmf(k, p, loc=0, *, out):
    return None, out * (1 / p - (k - loc - 1) / (1 - p)), None


@elementwise(
    stats.nbinom.logpmf, at=[(2, 3, 0.4), (SEEN, 4, SHARE), call(SEEN + 1, 4, SHARE, loc=1)], refused=("k", "n", "loc")
)
def nbinom_logpmf(k, n, p, loc=0):
    return None, None, n / p - whole(k - loc) / (1 - p), None


@elementwise(
    stats.nbinom.pmf, at=[(2, 3, 0.4), (SEEN, 4, SHARE), call(SEEN + 1, 4, SHARE, loc=1)], refused=("k", "n", "loc")
)
def nbinom_pmf(k, n, p, loc=0, *, out):
    return None, None, out * (n / p - (k - loc) / (1 - p)), None
