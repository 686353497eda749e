"""ADBench's Gaussian mixture: the log-likelihood of points, with a Wishart prior on the inverse covariance factors.

Šrajer, Kukelova and Fitzgibbon (2018). The factors are packed: the logarithms of the diagonal, then the rest by
columns.
"""

import math

import numpy as np

ARGNUMS = (0, 1, 2)
GAMMA, M = 1.0, 0


def inputs(n=50, d=4, k=4):
    random = np.random.default_rng(0)
    alphas, means = random.normal(size=k), random.uniform(size=(k, d))
    factors = 0.3 * random.normal(size=(k, d * (d + 1) // 2))
    return alphas, means, factors, random.normal(size=(n, d))


def log_sum_exp(x):
    high = np.max(x)
    return high + np.log(np.sum(np.exp(x - high)))


def lower_triangle(d, factor):
    L = np.zeros((d, d))
    at = d
    for i in range(d):
        for j in range(i + 1, d):
            L[j, i] = factor[at]
            at += 1
    return L


def log_wishart(d, k):
    """What of the prior depends on sizes alone."""
    n = d + M + 1
    total = n * d * (math.log(GAMMA) - 0.5 * math.log(2.0)) - 0.25 * d * (d - 1) * math.log(math.pi)
    for j in range(1, d + 1):
        total -= math.lgamma(0.5 * (n + 1 - j))
    return k * total


def primal(alphas, means, factors, X):
    n, d = X.shape
    k = alphas.shape[0]
    diagonals = np.exp(factors[:, :d])
    sums = np.sum(factors[:, :d], axis=1)
    triangles = np.zeros((k, d, d))
    for j in range(k):
        triangles[j] = lower_triangle(d, factors[j])
    total = 0.0
    inner = np.zeros(k)
    for i in range(n):
        for j in range(k):
            centred = X[i] - means[j]
            scaled = diagonals[j] * centred + triangles[j] @ centred
            inner[j] = alphas[j] + sums[j] - 0.5 * np.sum(scaled * scaled)
        total += log_sum_exp(inner)
    prior = 0.0
    for j in range(k):
        frobenius = np.sum(diagonals[j] ** 2) + np.sum(factors[j, d:] ** 2)
        prior += 0.5 * GAMMA**2 * frobenius - M * sums[j]
    constant = -0.5 * n * d * math.log(2.0 * math.pi)
    return constant + total - n * log_sum_exp(alphas) + prior - log_wishart(d, k)


def by_hand(alphas, means, factors, X):
    n, d = X.shape
    k = alphas.shape[0]
    diagonals = np.exp(factors[:, :d])
    sums = np.sum(factors[:, :d], axis=1)
    triangles = np.zeros((k, d, d))
    for j in range(k):
        triangles[j] = lower_triangle(d, factors[j])
    weights = np.exp(alphas - np.max(alphas))
    d_alphas = -n * weights / np.sum(weights)
    d_means = np.zeros_like(means)
    d_factors = np.zeros_like(factors)
    d_diagonals = GAMMA**2 * diagonals
    d_factors[:, d:] = GAMMA**2 * factors[:, d:]
    d_sums = np.full(k, -1.0 * M)
    d_triangles = np.zeros_like(triangles)
    inner = np.zeros(k)
    scaled_tape, centred_tape = [], []
    weights_tape = []
    for i in range(n):
        for j in range(k):
            centred = X[i] - means[j]
            scaled = diagonals[j] * centred + triangles[j] @ centred
            inner[j] = alphas[j] + sums[j] - 0.5 * np.sum(scaled * scaled)
            centred_tape.append(centred)
            scaled_tape.append(scaled)
        weights = np.exp(inner - np.max(inner))
        weights_tape.append(weights / np.sum(weights))
    for _ in range(n):
        d_inner = weights_tape.pop()
        d_alphas += d_inner
        d_sums += d_inner
        for j in range(k - 1, -1, -1):
            centred = centred_tape.pop()
            d_scaled = -d_inner[j] * scaled_tape.pop()
            d_diagonals[j] += d_scaled * centred
            d_triangles[j] += np.outer(d_scaled, centred)
            d_means[j] -= d_scaled * diagonals[j] + d_scaled @ triangles[j]
    for j in range(k):
        at = d
        for i in range(d):
            for m in range(i + 1, d):
                d_factors[j, at] += d_triangles[j, m, i]
                at += 1
    d_factors[:, :d] += d_diagonals * diagonals + d_sums.reshape(-1, 1)
    return d_alphas, d_means, d_factors


def limit(alphas, means, factors, X):
    """A point's derivative needs that point alone: one loop over the points, on scalars, from the packed factors."""
    n, d = X.shape
    k = alphas.shape[0]
    diagonals = np.exp(factors[:, :d])
    offsets = np.empty(k)
    for j in range(k):
        offsets[j] = alphas[j]
        for a in range(d):
            offsets[j] += factors[j, a]
    weights = np.exp(alphas - np.max(alphas))
    d_alphas = -n * weights / np.sum(weights)
    d_means = np.zeros_like(means)
    d_factors = np.zeros_like(factors)
    d_offsets = np.zeros(k)
    inner = np.empty(k)
    centred, scaled = np.empty((k, d)), np.empty((k, d))
    for i in range(n):
        high = -np.inf
        for j in range(k):
            for a in range(d):
                centred[j, a] = X[i, a] - means[j, a]
                scaled[j, a] = diagonals[j, a] * centred[j, a]
            at = d
            for a in range(d):
                for b in range(a + 1, d):
                    scaled[j, b] += factors[j, at] * centred[j, a]
                    at += 1
            total = 0.0
            for a in range(d):
                total += scaled[j, a] * scaled[j, a]
            inner[j] = offsets[j] - 0.5 * total
            high = max(high, inner[j])
        total = 0.0
        for j in range(k):
            inner[j] = math.exp(inner[j] - high)
            total += inner[j]
        for j in range(k):
            weight = inner[j] / total
            d_offsets[j] += weight
            for a in range(d):
                scaled[j, a] *= -weight
                d_factors[j, a] += scaled[j, a] * centred[j, a]
                d_means[j, a] -= scaled[j, a] * diagonals[j, a]
            at = d
            for a in range(d):
                for b in range(a + 1, d):
                    d_factors[j, at] += scaled[j, b] * centred[j, a]
                    d_means[j, a] -= scaled[j, b] * factors[j, at]
                    at += 1
    for j in range(k):
        d_alphas[j] += d_offsets[j]
        for a in range(d):
            d_factors[j, a] = (d_factors[j, a] + GAMMA**2 * diagonals[j, a]) * diagonals[j, a] + d_offsets[j] - M
        for a in range(d, factors.shape[1]):
            d_factors[j, a] += GAMMA**2 * factors[j, a]
    return d_alphas, d_means, d_factors


def at_once(np, log_sum_exp, place):
    """All points and components at once, as ADBench has it for the frameworks."""

    def program(alphas, means, factors, X):
        n, d = X.shape
        k = alphas.shape[0]
        diagonals = np.exp(factors[:, :d])
        sums = factors[:, :d].sum(1)
        triangles = place(factors[:, d:], d)
        centred = X[:, None, :] - means[None, :, :]
        scaled = diagonals[None, :, :] * centred + np.einsum("kab,nkb->nka", triangles, centred)
        inner = alphas + sums - 0.5 * (scaled**2).sum(2)
        frobenius = (diagonals**2).sum() + (factors[:, d:] ** 2).sum()
        prior = 0.5 * GAMMA**2 * frobenius - M * sums.sum() - log_wishart(d, k)
        constant = -0.5 * n * d * math.log(2.0 * math.pi)
        return constant + log_sum_exp(inner, 1).sum() - n * log_sum_exp(alphas, 0) + prior

    return program


def below_diagonal(d):
    """Where the packed elements belong: rows and columns."""
    columns, rows = np.triu_indices(d, 1)
    return rows, columns


def in_jax(jax, jnp):
    def place(packed, d):
        rows, columns = below_diagonal(d)
        return jnp.zeros((packed.shape[0], d, d)).at[:, rows, columns].set(packed)

    return at_once(jnp, jax.nn.logsumexp, place)


def in_torch(torch):
    def place(packed, d):
        rows, columns = below_diagonal(d)
        triangles = torch.zeros((packed.shape[0], d, d), dtype=packed.dtype)
        triangles[:, rows, columns] = packed
        return triangles

    return at_once(torch, torch.logsumexp, place)


def in_autograd(np):
    from autograd.scipy.special import logsumexp

    def place(packed, d):
        rows, columns = below_diagonal(d)
        spread = np.zeros((len(rows), d * d))
        spread[np.arange(len(rows)), rows * d + columns] = 1.0
        return np.reshape(np.dot(packed, spread), (-1, d, d))

    return at_once(np, logsumexp, place)
