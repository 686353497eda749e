"""A table of dynamic programming: soft dynamic time warping (Cuturi and Blondel 2017).

For JAX, PyTorch and autograd an expert goes through the table by its anti-diagonals, whose elements do not depend on
one another.
"""

import math

import numpy as np

ARGNUMS = (0, 1)


def inputs(n=40, m=45):
    random = np.random.default_rng(0)
    return random.normal(size=n), random.normal(size=m), 0.5


def primal(x, y, gamma):
    n, m = len(x), len(y)
    R = np.full((n + 1, m + 1), 1e10)
    R[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            a, b, c = R[i - 1, j - 1], R[i - 1, j], R[i, j - 1]
            low = min(a, b, c)
            total = math.exp((low - a) / gamma) + math.exp((low - b) / gamma) + math.exp((low - c) / gamma)
            R[i, j] = (x[i - 1] - y[j - 1]) ** 2 + low - gamma * math.log(total)
    return R[n, m]


def by_hand(x, y, gamma):
    """The derivative of the soft minimum is three weights, whatever `low` is."""
    n, m = len(x), len(y)
    R = np.full((n + 1, m + 1), 1e10)
    R[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            a, b, c = R[i - 1, j - 1], R[i - 1, j], R[i, j - 1]
            low = min(a, b, c)
            total = math.exp((low - a) / gamma) + math.exp((low - b) / gamma) + math.exp((low - c) / gamma)
            R[i, j] = (x[i - 1] - y[j - 1]) ** 2 + low - gamma * math.log(total)
    d_R = np.zeros_like(R)
    d_R[n, m] = 1.0
    d_x, d_y = np.zeros_like(x), np.zeros_like(y)
    for i in range(n, 0, -1):
        for j in range(m, 0, -1):
            d = d_R[i, j]
            gap = 2.0 * d * (x[i - 1] - y[j - 1])
            d_x[i - 1] += gap
            d_y[j - 1] -= gap
            a, b, c = R[i - 1, j - 1], R[i - 1, j], R[i, j - 1]
            low = min(a, b, c)
            p, q, r = math.exp((low - a) / gamma), math.exp((low - b) / gamma), math.exp((low - c) / gamma)
            d /= p + q + r
            d_R[i - 1, j - 1] += d * p
            d_R[i - 1, j] += d * q
            d_R[i, j - 1] += d * r
    return d_x, d_y


def limit(x, y, gamma):
    """The way back gathers, and finds a weight from the table itself: exp((soft minimum - a) / gamma)."""
    n, m = len(x), len(y)
    R = np.full((n + 1, m + 1), 1e10)
    R[0, 0] = 0.0
    for i in range(1, n + 1):
        left = R[i, 0]
        corner = R[i - 1, 0]
        for j in range(1, m + 1):
            up = R[i - 1, j]
            low = min(corner, up, left)
            total = math.exp((low - corner) / gamma) + math.exp((low - up) / gamma) + math.exp((low - left) / gamma)
            left = (x[i - 1] - y[j - 1]) ** 2 + low - gamma * math.log(total)
            R[i, j] = left
            corner = up
    d_x, d_y = np.zeros_like(x), np.zeros_like(y)
    below = np.zeros(m + 2)
    below[m] = 1.0
    for i in range(n, 0, -1):
        corner = 0.0
        d_left = 0.0
        row = 0.0
        for j in range(m, 0, -1):
            d = below[j] + d_left
            here = x[i - 1] - y[j - 1]
            gap = 2.0 * d * here
            row += gap
            d_y[j - 1] -= gap
            soft = R[i, j] - here * here
            d_left = d * math.exp((soft - R[i, j - 1]) / gamma)
            below[j] = d * math.exp((soft - R[i - 1, j]) / gamma) + corner
            corner = d * math.exp((soft - R[i - 1, j - 1]) / gamma)
        d_x[i - 1] = row
        below[0] = 0.0
    return d_x, d_y


def in_jax(jax, jnp):
    def program(x, y, gamma):
        n, m = x.shape[0], y.shape[0]
        i = jnp.arange(n + 1)
        row = x[jnp.maximum(i - 1, 0)]

        def step(state, d):
            before, last = state  # the diagonals d - 2 and d - 1, by i
            j = d - i
            cost = (row - y[jnp.clip(j - 1, 0, m - 1)]) ** 2
            three = jnp.stack([jnp.roll(before, 1), jnp.roll(last, 1), last])
            soft = -gamma * jax.nn.logsumexp(-three / gamma, axis=0)
            new = jnp.where((i >= 1) & (j >= 1) & (j <= m), cost + soft, 1e10)
            return (last, new), None

        far = jnp.full(n + 1, 1e10)
        (_, last), _ = jax.lax.scan(step, (far.at[0].set(0.0), far), jnp.arange(2, n + m + 1))
        return last[n]

    return program


def in_torch(torch):
    def program(x, y, gamma):
        n, m = len(x), len(y)
        i = torch.arange(n + 1)
        row = x[torch.clamp(i - 1, min=0)]
        last = torch.full((n + 1,), 1e10, dtype=x.dtype)
        before = torch.where(i == 0, 0.0, last)
        for d in range(2, n + m + 1):
            j = d - i
            cost = (row - y[torch.clamp(j - 1, 0, m - 1)]) ** 2
            three = torch.stack([torch.roll(before, 1), torch.roll(last, 1), last])
            soft = -gamma * torch.logsumexp(-three / gamma, 0)
            before, last = last, torch.where((i >= 1) & (j >= 1) & (j <= m), cost + soft, 1e10)
        return last[n]

    return program


def in_autograd(np):
    from autograd.scipy.special import logsumexp

    def program(x, y, gamma):
        n, m = len(x), len(y)
        i = np.arange(n + 1)
        row = x[np.maximum(i - 1, 0)]
        last = np.full(n + 1, 1e10)
        before = np.where(i == 0, 0.0, last)
        for d in range(2, n + m + 1):
            j = d - i
            cost = (row - y[np.clip(j - 1, 0, m - 1)]) ** 2
            three = np.stack([np.roll(before, 1), np.roll(last, 1), last])
            soft = -gamma * logsumexp(-three / gamma, axis=0)
            before, last = last, np.where((i >= 1) & (j >= 1) & (j <= m), cost + soft, 1e10)
        return last[n]

    return program
