"""A factorisation in place: LU without pivoting, and the logarithm of the determinant.

For JAX, PyTorch and autograd an expert takes a column at a time, with a product for all that is below and right of it.
"""

import math

import numpy as np

ARGNUMS = (0,)
WRITES = (0,)


def inputs(n=24):
    return (np.random.default_rng(0).normal(size=(n, n)) + n * np.eye(n),)


def primal(A):
    n = A.shape[0]
    for k in range(n):
        for i in range(k + 1, n):
            A[i, k] = A[i, k] / A[k, k]
            for j in range(k + 1, n):
                A[i, j] = A[i, j] - A[i, k] * A[k, j]
    total = 0.0
    for k in range(n):
        total += math.log(abs(A[k, k]))
    return total


def by_hand(A):
    """No element is read before it has its last value: the factors are all there is to know."""
    A = A.copy()
    n = A.shape[0]
    for k in range(n):
        for i in range(k + 1, n):
            A[i, k] = A[i, k] / A[k, k]
            for j in range(k + 1, n):
                A[i, j] = A[i, j] - A[i, k] * A[k, j]
    d_A = np.zeros_like(A)
    for k in range(n):
        d_A[k, k] = 1.0 / A[k, k]
    for k in range(n - 1, -1, -1):
        for i in range(n - 1, k, -1):
            d = 0.0
            for j in range(n - 1, k, -1):
                d -= d_A[i, j] * A[k, j]
                d_A[k, j] -= d_A[i, j] * A[i, k]
            d_A[i, k] += d
            d_A[k, k] -= d_A[i, k] * A[i, k] / A[k, k]
            d_A[i, k] /= A[k, k]
    return (d_A,)


def limit(A):
    """The elements right of the pivot in a row do not depend on one another: loops over them vectorise."""
    A = A.copy()
    n = A.shape[0]
    for k in range(n):
        pivot = 1.0 / A[k, k]
        for i in range(k + 1, n):
            factor = A[i, k] * pivot
            A[i, k] = factor
            for j in range(k + 1, n):
                A[i, j] -= factor * A[k, j]
    d_A = np.zeros_like(A)
    for k in range(n):
        d_A[k, k] = 1.0 / A[k, k]
    for k in range(n - 1, -1, -1):
        pivot = 1.0 / A[k, k]
        d_pivot = d_A[k, k]
        for i in range(k + 1, n):
            factor = A[i, k]
            d = d_A[i, k]
            for j in range(k + 1, n):
                d -= d_A[i, j] * A[k, j]
                d_A[k, j] -= d_A[i, j] * factor
            d *= pivot
            d_pivot -= d * factor
            d_A[i, k] = d
        d_A[k, k] = d_pivot
    return (d_A,)


def in_jax(jax, jnp):
    def program(A):
        index = jnp.arange(A.shape[0])

        def step(A, k):
            column = jnp.where(index > k, A[:, k] / A[k, k], 0.0)
            row = jnp.where(index > k, A[k], 0.0)
            return A - jnp.outer(column, row), A[k, k]

        _, pivots = jax.lax.scan(step, A, index)
        return jnp.sum(jnp.log(jnp.abs(pivots)))

    return program


def in_torch(torch):
    def program(A):
        total = 0.0
        for _ in range(len(A) - 1):
            total = total + A[0, 0].abs().log()
            A = A[1:, 1:] - torch.outer(A[1:, 0] / A[0, 0], A[0, 1:])
        return total + A[0, 0].abs().log()

    return program


def in_autograd(np):
    def program(A):
        total = 0.0
        for _ in range(len(A) - 1):
            total = total + np.log(np.abs(A[0, 0]))
            A = A[1:, 1:] - np.outer(A[1:, 0] / A[0, 0], A[0, 1:])
        return total + np.log(np.abs(A[0, 0]))

    return program
