"""An in-place stencil in two dimensions: Gauss-Seidel sweeps of Poisson's equation.

A sweep is a recurrence along both axes: for JAX an expert scans over the rows and, in a row, over its elements.
"""

import numpy as np

ARGNUMS = (0, 1)
STATIC = (2,)
WRITES = (0,)


def inputs(n=20, sweeps=5):
    random = np.random.default_rng(0)
    return random.normal(size=(n, n)), random.normal(size=(n, n)), sweeps


def primal(p, rhs, sweeps):
    n, m = p.shape
    for _ in range(sweeps):
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                p[i, j] = 0.25 * (p[i - 1, j] + p[i + 1, j] + p[i, j - 1] + p[i, j + 1] - rhs[i, j])
    return np.sum(p * p)


def by_hand(p, rhs, sweeps):
    p = p.copy()
    n, m = p.shape
    for _ in range(sweeps):
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                p[i, j] = 0.25 * (p[i - 1, j] + p[i + 1, j] + p[i, j - 1] + p[i, j + 1] - rhs[i, j])
    d_p = 2.0 * p
    d_rhs = np.zeros_like(rhs)
    for _ in range(sweeps):
        for i in range(n - 2, 0, -1):
            for j in range(m - 2, 0, -1):
                d = 0.25 * d_p[i, j]
                d_p[i, j] = 0.0
                d_p[i - 1, j] += d
                d_p[i + 1, j] += d
                d_p[i, j - 1] += d
                d_p[i, j + 1] += d
                d_rhs[i, j] -= d
    return d_p, d_rhs


def limit(p, rhs, sweeps):
    """What a row needs of others is gathered in loops that vectorise; the recurrence stays in a register."""
    n, m = p.shape
    p = p.copy()
    for _ in range(sweeps):
        for i in range(1, n - 1):
            left = p[i, 0]
            for j in range(1, m - 1):
                left = 0.25 * (left + (p[i - 1, j] + p[i + 1, j] + p[i, j + 1] - rhs[i, j]))
                p[i, j] = left
    d_p = 2.0 * p
    d_rhs = np.zeros_like(rhs)
    d = np.zeros(m)
    for _ in range(sweeps):
        for i in range(n - 2, 0, -1):
            carried = 0.0
            d_row = d_p[i]
            for j in range(m - 2, 0, -1):
                carried = 0.25 * (d_row[j] + carried)
                d[j] = carried
            d_row[0] += carried
            d_row[m - 1] += d[m - 2]
            for j in range(1, m - 1):
                d_p[i - 1, j] += d[j]
                d_p[i + 1, j] += d[j]
                d_rhs[i, j] -= d[j]
                d_row[j] = d[j - 1]
    return d_p, d_rhs


def in_jax(jax, jnp):
    def program(p, rhs, sweeps):
        def sweep(p, _):
            def row(above, lines):
                here, below, f = lines
                rest = above[1:-1] + below[1:-1] + here[2:] - f[1:-1]

                def update(left, other):
                    new = 0.25 * (left + other)
                    return new, new

                _, inner = jax.lax.scan(update, here[0], rest)
                new = jnp.concatenate([here[:1], inner, here[-1:]])
                return new, new

            _, inner = jax.lax.scan(row, p[0], (p[1:-1], p[2:], rhs[1:-1]))
            return jnp.concatenate([p[:1], inner, p[-1:]]), None

        p, _ = jax.lax.scan(sweep, p, None, length=sweeps)
        return jnp.sum(p * p)

    return program


def in_torch(torch):
    def program(p, rhs, sweeps):
        p, rhs = [list(row.unbind()) for row in p.unbind()], [row.unbind() for row in rhs.unbind()]
        for _ in range(sweeps):
            for i in range(1, len(p) - 1):
                for j in range(1, len(p[0]) - 1):
                    p[i][j] = 0.25 * (p[i - 1][j] + p[i + 1][j] + p[i][j - 1] + p[i][j + 1] - rhs[i][j])
        p = torch.stack([torch.stack(row) for row in p])
        return (p * p).sum()

    return program


def in_autograd(np):
    def program(p, rhs, sweeps):
        n, m = p.shape
        p, rhs = [[p[i, j] for j in range(m)] for i in range(n)], [[rhs[i, j] for j in range(m)] for i in range(n)]
        for _ in range(sweeps):
            for i in range(1, n - 1):
                for j in range(1, m - 1):
                    p[i][j] = 0.25 * (p[i - 1][j] + p[i + 1][j] + p[i][j - 1] + p[i][j + 1] - rhs[i][j])
        p = np.array(p)
        return np.sum(p * p)

    return program
