"""Data and geometry: covariance, splines, shortest paths, cameras."""

import numpy as np

from tests.cases import Programs

programs = Programs()
rng = np.random.default_rng(6)


@programs.at((rng.normal(size=(4, 3)),), (rng.normal(size=(2, 1)),))
def covariance(data):
    n, m = data.shape
    mean = np.zeros(m)
    for j in range(m):
        for i in range(n):
            mean[j] += data[i, j]
        mean[j] /= n
    for i in range(n):
        data[i, :] -= mean
    cov = np.zeros((m, m))
    for i in range(m):
        for j in range(i, m):
            for k in range(n):
                cov[i, j] += data[k, i] * data[k, j]
            cov[i, j] /= n - 1.0
            cov[j, i] = cov[i, j]
    return np.sum(cov**2)


@programs.at(
    (np.array([0.0, 1.0, 2.5, 3.0]), np.array([1.0, 0.5, -0.3, 2.0]), np.array([0.4, 1.7, 2.6])),
    (np.array([0.0, 1.0, 2.0]), np.array([1.0, 0.5, 2.0]), np.array([1.5])),
)
def spline(x, y, queries):
    """A natural cubic spline (Numerical Recipes, section 3.3): second derivatives, then a bisection per query."""
    n = len(x)
    y2 = np.zeros(n)
    u = np.zeros(n)
    for i in range(1, n - 1):
        sig = (x[i] - x[i - 1]) / (x[i + 1] - x[i - 1])
        p = sig * y2[i - 1] + 2.0
        y2[i] = (sig - 1.0) / p
        u[i] = (y[i + 1] - y[i]) / (x[i + 1] - x[i]) - (y[i] - y[i - 1]) / (x[i] - x[i - 1])
        u[i] = (6.0 * u[i] / (x[i + 1] - x[i - 1]) - sig * u[i - 1]) / p
    for k in range(n - 2, -1, -1):
        y2[k] = y2[k] * y2[k + 1] + u[k]
    total = 0.0
    for q in queries:
        lo, hi = 0, n - 1
        while hi - lo > 1:
            mid = (hi + lo) // 2
            if x[mid] > q:
                hi = mid
            else:
                lo = mid
        h = x[hi] - x[lo]
        a = (x[hi] - q) / h
        b = (q - x[lo]) / h
        value = a * y[lo] + b * y[hi] + ((a**3 - a) * y2[lo] + (b**3 - b) * y2[hi]) * h**2 / 6.0
        total += value**2
    return total


@programs.at((rng.uniform(1, 3, size=(4, 4)), 0.3), (rng.uniform(1, 3, size=(1, 1)), 0.3))
def soft_floyd_warshall(D, temperature):
    n = D.shape[0]
    for k in range(n):
        for i in range(n):
            for j in range(n):
                through = D[i, k] + D[k, j]
                D[i, j] = -temperature * np.logaddexp(-D[i, j] / temperature, -through / temperature)
    return D.sum()


def rotate(w, X):
    """Rodrigues' formula; the series near zero."""
    theta2 = w @ w
    if theta2 > 1e-12:
        theta = np.sqrt(theta2)
        axis = w / theta
        c, s = np.cos(theta), np.sin(theta)
        return c * X + s * np.cross(axis, X) + (1 - c) * (axis @ X) * axis
    return X + np.cross(w, X)


def project(camera, X):
    P = rotate(camera[:3], X) + camera[3:6]
    p = -P[:2] / P[2]
    f, k1, k2 = camera[6:9]
    r2 = np.sum(p**2)
    return f * (1 + k1 * r2 + k2 * r2**2) * p


CAMERAS = np.array([[0.1, -0.2, 0.3, 0.1, 0.2, -5.0, 1.2, 0.1, 0.01], [-0.3, 0.1, 0.2, 0.0, 0.1, -4.0, 1.0, 0.2, 0.02]])


@programs.at(
    (CAMERAS, rng.normal(size=(2, 3)), [(0, 0), (0, 1), (1, 1)], rng.normal(size=(3, 2)) / 10),
    (CAMERAS[:1] * [0, 0, 0, 1, 1, 1, 1, 1, 1], rng.normal(size=(1, 3)), [(0, 0)], np.zeros((1, 2))),
    argnums=(0, 1),
)
def bundle_adjustment(cameras, points, observations, features):
    residuals = np.zeros((len(observations), 2))
    for i, (c, p) in enumerate(observations):
        residuals[i] = project(cameras[c], points[p]) - features[i]
    return 0.5 * np.sum(residuals**2)
