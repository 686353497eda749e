"""A factorisation in place, by rows with inner products: Cholesky's, and the solution of one triangular system."""

import math

import numpy as np

ARGNUMS = (0, 1)
WRITES = (0, 1)


def inputs(n=30):
    random = np.random.default_rng(0)
    A = random.normal(size=(n, n))
    return A @ A.T + n * np.eye(n), random.normal(size=n)


def primal(A, b):
    """0.5 * (log det A + b @ inv(A) @ b), of which the lower triangle is read."""
    n = A.shape[0]
    total = 0.0
    for i in range(n):
        for j in range(i):
            A[i, j] = (A[i, j] - A[i, :j] @ A[j, :j]) / A[j, j]
        A[i, i] = math.sqrt(A[i, i] - A[i, :i] @ A[i, :i])
        b[i] = (b[i] - A[i, :i] @ b[:i]) / A[i, i]
        total += math.log(A[i, i]) + 0.5 * b[i] ** 2
    return total


def by_hand(A, b):
    A, b = A.copy(), b.copy()
    n = A.shape[0]
    for i in range(n):
        for j in range(i):
            A[i, j] = (A[i, j] - A[i, :j] @ A[j, :j]) / A[j, j]
        A[i, i] = math.sqrt(A[i, i] - A[i, :i] @ A[i, :i])
        b[i] = (b[i] - A[i, :i] @ b[:i]) / A[i, i]
    d_A, d_b = np.zeros_like(A), np.zeros_like(b)
    for i in range(n - 1, -1, -1):
        d = (d_b[i] + b[i]) / A[i, i]
        d_b[i] = d
        d_A[i, :i] -= d * b[:i]
        d_b[:i] -= d * A[i, :i]
        d = 0.5 * (d_A[i, i] + 1.0 / A[i, i] - d * b[i]) / A[i, i]
        d_A[i, i] = d
        d_A[i, :i] -= 2.0 * d * A[i, :i]
        for j in range(i - 1, -1, -1):
            d = d_A[i, j] / A[j, j]
            d_A[i, j] = d
            d_A[j, j] -= d * A[i, j]
            d_A[i, :j] -= d * A[j, :j]
            d_A[j, :j] -= d * A[i, :j]
    return d_A, d_b


def limit(A, b):
    A, b = A.copy(), b.copy()
    n = A.shape[0]
    for i in range(n):
        for j in range(i):
            s = A[i, j]
            for k in range(j):
                s -= A[i, k] * A[j, k]
            A[i, j] = s / A[j, j]
        s, t = A[i, i], b[i]
        for k in range(i):
            s -= A[i, k] * A[i, k]
            t -= A[i, k] * b[k]
        A[i, i] = math.sqrt(s)
        b[i] = t / A[i, i]
    d_A, d_b = np.zeros_like(A), np.zeros_like(b)
    for i in range(n - 1, -1, -1):
        d = (d_b[i] + b[i]) / A[i, i]
        d_b[i] = d
        e = 0.5 * (d_A[i, i] + 1.0 / A[i, i] - d * b[i]) / A[i, i]
        d_A[i, i] = e
        for k in range(i):
            d_A[i, k] -= d * b[k] + 2.0 * e * A[i, k]
            d_b[k] -= d * A[i, k]
        for j in range(i - 1, -1, -1):
            d = d_A[i, j] / A[j, j]
            d_A[i, j] = d
            d_A[j, j] -= d * A[i, j]
            for k in range(j):
                d_A[i, k] -= d * A[j, k]
                d_A[j, k] -= d * A[i, k]
    return d_A, d_b


def in_jax(jax, jnp):
    def program(A, b):
        index = jnp.arange(A.shape[0])

        def step(state, k):
            A, b = state
            pivot = jnp.sqrt(A[k, k])
            column = jnp.where(index > k, A[:, k] / pivot, 0.0)
            z = b[k] / pivot
            return (A - jnp.outer(column, column), b - z * column), jnp.log(pivot) + 0.5 * z**2

        _, parts = jax.lax.scan(step, (A, b), index)
        return jnp.sum(parts)

    def lower(A, b):
        return program(jnp.tril(A) + jnp.tril(A, -1).T, b)

    return lower


def in_torch(torch):
    def program(A, b):
        A = torch.tril(A) + torch.tril(A, -1).T
        total = 0.0
        for _ in range(len(b)):
            pivot = A[0, 0].sqrt()
            column = A[1:, 0] / pivot
            z = b[0] / pivot
            total = total + pivot.log() + 0.5 * z**2
            A, b = A[1:, 1:] - torch.outer(column, column), b[1:] - z * column
        return total

    return program


def in_autograd(np):
    def program(A, b):
        A = np.tril(A) + np.tril(A, -1).T
        total = 0.0
        for _ in range(len(b)):
            pivot = np.sqrt(A[0, 0])
            column = A[1:, 0] / pivot
            z = b[0] / pivot
            total = total + np.log(pivot) + 0.5 * z**2
            A, b = A[1:, 1:] - np.outer(column, column), b[1:] - z * column
        return total

    return program
