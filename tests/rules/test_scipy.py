"""SciPy's functions: found when the program has imported them, named as a reader would, refused where nothing is known.

That each derivative is right is for the generic tests of rules.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import scipy
from scipy import special, stats
from scipy.special import erf
from scipy.stats import norm

import srcad
from srcad.core.libraries import public_path
from srcad.errors import MissingRule

X = np.array([0.3, 1.4, 2.2])
K = np.array([0, 2, 3])


def agrees(f, *args):
    """In both modes, with what differences say, the arguments unchanged."""
    srcad.check_grads(f, args, order=1, modes=("fwd", "rev"))


# ---------------------------------------------------------------- found when they are wanted


def run(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()


def test_a_program_without_scipy_imports_none_and_registers_none():
    made = run(
        "import sys, numpy as np, srcad\n"
        "from srcad.rules.registry import all_rules, rule_for\n"
        "print(rule_for(len) is not None, rule_for(print), 'scipy' in sys.modules)\n"
        "print(any(name.startswith('srcad.rules.scipy') for name in sys.modules))"
    )
    assert made.split() == ["True", "None", "False", "False"]


def test_what_is_imported_alone_is_registered_alone():
    made = run(
        "import sys, srcad\n"
        "from scipy import special\n"
        "from srcad.rules.registry import rule_for\n"
        "print(rule_for(special.erf) is not None, 'srcad.rules.scipy_stats' in sys.modules)"
    )
    assert made == "True False"


# ---------------------------------------------------------------- names


def by_function(x):
    return erf(x)


def by_module(x):
    return special.erf(x)


def by_package(x):
    return scipy.special.erf(x)


@pytest.mark.parametrize("f", [by_function, by_module, by_package])
def test_however_it_is_imported_it_is_written_as_scipy_documents_it(f):
    def g(x):
        return f(x) * f(x)

    assert "special.erf(x)" in srcad.grad(g).source_for(0.7)
    agrees(g, 0.7)


def test_a_name_of_the_users_own_is_not_taken():
    def f(x):
        special = 2.0
        return erf(x) ** 2 * special

    agrees(f, 0.7)


def test_a_saved_derivative_imports_scipy_as_a_person_would(tmp_path: Path):
    def f(x, mu, sigma):
        return np.sum(stats.norm.logcdf(x, mu, sigma)) + special.gammaln(mu)

    gradient = srcad.grad(f, (1, 2))
    expected = gradient(X, 0.4, 1.5)
    gradient.save(tmp_path / "saved.py")
    text = (tmp_path / "saved.py").read_text()
    assert "from scipy import special" in text and "from scipy import stats" in text and "import srcad" not in text
    space: dict = {}
    exec(text, space)
    np.testing.assert_allclose(space["f_grad"](X, 0.4, 1.5), expected)


@pytest.mark.parametrize(
    "value", [special.digamma, special.logsumexp, stats.norm, stats.norm.logpdf, stats.poisson.pmf]
)
def test_a_public_path_leads_back(value):
    module, steps = public_path(value)
    found = module
    for step in steps:
        found = getattr(found, step)
    assert found == value


# ---------------------------------------------------------------- distributions are objects


def test_the_gradient_of_a_likelihood_is_the_score():
    def loss(x, mu, sigma):
        return np.sum(stats.norm.logpdf(x, loc=mu, scale=sigma))

    assert "z = (x - mu) / width" in srcad.grad(loss, (1, 2)).source_for(X, 0.4, 1.5)
    agrees(loss, X, 0.4, 1.5)


def test_a_distribution_may_be_imported_by_name_held_and_passed():
    def f(x, distribution):
        own = stats.laplace
        density = norm.pdf
        return np.sum(density(x) + own.logpdf(x, scale=2.0) + distribution.cdf(x))

    agrees(lambda x: f(x, stats.cauchy), X)
    assert srcad.grad(f)(X, stats.cauchy).shape == X.shape
    assert not np.allclose(srcad.grad(f)(X, stats.cauchy), srcad.grad(f)(X, stats.logistic))


def test_a_distribution_whose_parameters_are_held_inside_the_program():
    def f(x, mu, sigma, rate):
        prior = stats.norm(mu, scale=sigma)
        return np.sum(prior.logpdf(x)) + prior.cdf(0.3) + np.sum(stats.poisson(rate).logpmf(K))

    agrees(f, X, 0.4, 1.5, 2.3)


PRIOR = stats.gamma(2.5, scale=1.7)


def test_a_distribution_whose_parameters_are_held_outside():
    def f(x, prior):
        return np.sum(PRIOR.logpdf(x)) + np.sum(prior.logpdf(x))

    gradient = srcad.grad(f)
    for scale in (1.0, 2.0):
        expected = 1.5 / X - 1 / 1.7 - (X - 1.0) / scale**2
        np.testing.assert_allclose(gradient(X, stats.norm(1.0, scale)), expected)


def test_one_of_vectors():
    def f(x, mean, factor):
        return np.sum(stats.multivariate_normal(mean, factor @ factor.T).logpdf(x))

    agrees(f, np.array([X, X[::-1] * 0.4]), X * 0.7, np.array([[1.3, 0.0, 0.0], [0.4, 0.9, 0.0], [-0.3, 0.2, 1.1]]))


@pytest.mark.parametrize(
    ("f", "args", "remedy"),
    [
        (lambda x: stats.norm(x, 1.0).ppf(0.3), (0.5,), "call it on the distribution"),
        (lambda x: stats.weibull_min.logpdf(x, 2.0), (0.5,), "give it a rule"),
        (lambda x: stats.gamma.cdf(2.0, x), (0.5,), "hold a constant"),
        (lambda x: special.jv(x, 2.0), (0.5,), "hold v constant"),
        (lambda x: special.gammainc(x, 2.0), (0.5,), "hold a constant"),
        (lambda x: special.polygamma(x, 2.0), (1.0,), "hold n constant"),
        (lambda x: special.mathieu_a(2, x), (0.5,), "give it one|give it a rule"),
        (lambda x: stats.multivariate_normal.logpdf(x, np.zeros(3), 2.0), (X,), "give cov as a matrix"),
    ],
)
def test_what_has_no_derivative_is_refused_with_a_place_and_a_remedy(f, args, remedy):
    for differentiate in (lambda: srcad.grad(f)(*args), lambda: srcad.jvp(f, args, args)):
        with pytest.raises(MissingRule, match=remedy) as caught:
            differentiate()
        assert caught.value.place is not None


# ---------------------------------------------------------------- at the edge


@pytest.mark.parametrize(
    "f",
    [
        lambda s: stats.norm.logpdf(0.3, 0.0, s),
        lambda s: stats.norm.pdf(0.3, 0.0, s),
        lambda s: stats.t.logpdf(0.3, s),
        lambda s: stats.gamma.logpdf(0.3, s),
        lambda s: stats.lognorm.logpdf(0.3, s),
        lambda s: stats.beta.logpdf(0.3, s, 2.0),
        lambda s: stats.expon.logpdf(0.3, scale=s),
        lambda s: stats.uniform.logpdf(0.3, 0.0, s),
        lambda s: stats.cauchy.cdf(0.3, 0.0, s),
        lambda s: stats.expon.logpdf(s),
        lambda s: stats.gamma.logpdf(s, 2.0),
        lambda s: stats.uniform.logpdf(s),
        lambda s: stats.beta.logpdf(s, 2.0, 3.0),
        lambda s: special.erfinv(s),
        lambda s: special.ndtri(s),
    ],
)
def test_outside_of_a_domain_the_derivative_is_nan(f):
    with np.errstate(all="ignore"):
        assert not np.isfinite(f(-1.3))
        assert np.isnan(srcad.grad(f)(-1.3))


@pytest.mark.parametrize(
    "f",
    [
        lambda x, a: stats.gamma.pdf(x, a),
        lambda x, a: stats.lognorm.pdf(x, a),
        lambda x, a: stats.beta.pdf(x, a, 1.5),
        lambda x, a: stats.expon.pdf(x, scale=a),
        lambda x, a: stats.uniform.cdf(x, scale=a),
        lambda x, a: stats.expon.cdf(x, scale=a),
    ],
)
def test_outside_of_the_support_a_density_and_its_integral_have_the_slope_zero(f):
    with np.errstate(all="ignore"):
        assert srcad.grad(f, (0, 1))(-1.3, 2.0) == (0.0, 0.0)


def test_a_count_that_cannot_occur_has_no_derivative():
    def f(k, rate):
        return stats.poisson.logpmf(k, rate)

    assert np.isnan(srcad.grad(f, 1)(-1, 2.0))
    np.testing.assert_allclose(srcad.grad(f, 1)(3, 2.0), 0.5)


@pytest.mark.parametrize("f", [special.erf, special.i0, special.gammaln, stats.norm.logpdf, special.log_softmax])
def test_single_precision_stays(f):
    def total(x):
        return np.sum(f(x) ** 2)

    single = srcad.grad(total)(X.astype(np.float32))
    np.testing.assert_allclose(single, srcad.grad(total)(X), rtol=2e-4)
    assert single.dtype == np.float32
