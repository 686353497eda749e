"""Maximum likelihood with scipy.stats: a line through points with outliers, and how sure each parameter is."""

import numpy as np
from scipy import stats
from scipy.optimize import minimize

import srcad


def measurements(points=200, seed=0):
    """Points on the line y = 2 x - 1 whose errors have heavy tails."""
    random = np.random.default_rng(seed)
    x = np.linspace(-1.0, 3.0, points)
    return x, 2 * x - 1 + 0.3 * random.standard_t(2.5, points)


def loss(parameters, x, y):
    """The negative log-likelihood of slope, intercept, log width and log degrees of freedom."""
    slope, intercept, log_width, log_freedom = parameters
    errors = y - slope * x - intercept
    return -np.sum(stats.t.logpdf(errors, df=np.exp(log_freedom), scale=np.exp(log_width)))


def fit(x, y):
    """The parameters that make the data most likely, and their standard errors."""
    start = np.array([0.0, 0.0, 0.0, 1.0])
    found = minimize(srcad.value_and_grad(loss), start, args=(x, y), jac=True, method="BFGS")
    information = srcad.hessian(loss)(found.x, x, y)
    return found.x, np.sqrt(np.diag(np.linalg.inv(information)))


def main():
    x, y = measurements()
    parameters, errors = fit(x, y)
    for name, value, error in zip(("slope", "intercept", "log width", "log freedom"), parameters, errors, strict=True):
        print(f"{name:12s}{value:8.3f} ± {error:.3f}")
    print(srcad.grad(loss).source_for(parameters, x, y))


if __name__ == "__main__":
    main()
