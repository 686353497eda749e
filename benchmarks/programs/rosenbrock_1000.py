"""A vector expression: Rosenbrock's function of a thousand numbers."""

import numpy as np

ARGNUMS = (0,)


def inputs(n=1000):
    return (np.random.default_rng(0).normal(size=n),)


def primal(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def by_hand(x):
    gap = 200.0 * (x[1:] - x[:-1] ** 2)
    d_x = np.zeros_like(x)
    d_x[1:] = gap
    d_x[:-1] -= 2.0 * gap * x[:-1] + 2.0 * (1.0 - x[:-1])
    return (d_x,)


def limit(x):
    d_x = np.empty_like(x)
    before = 0.0
    for i in range(len(x) - 1):
        gap = 200.0 * (x[i + 1] - x[i] * x[i])
        d_x[i] = before - 2.0 * gap * x[i] - 2.0 * (1.0 - x[i])
        before = gap
    d_x[len(x) - 1] = before
    return (d_x,)


def in_jax(jax, jnp):
    def program(x):
        return jnp.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)

    return program


def in_torch(torch):
    def program(x):
        return (100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2).sum()

    return program


def in_autograd(np):
    def program(x):
        return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)

    return program
