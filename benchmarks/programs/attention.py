"""Attention: one head over a sequence, its softmax shifted by the largest score, and a squared error."""

import numpy as np

ARGNUMS = (0, 1, 2)
LARGE_PRODUCTS = True


def inputs(length=64, width=32):
    random = np.random.default_rng(0)
    X, Y = random.normal(size=(length, width)), random.normal(size=(length, width))
    Wq, Wk, Wv = (random.normal(size=(width, width)) / np.sqrt(width) for _ in range(3))
    return Wq, Wk, Wv, X, Y


def primal(Wq, Wk, Wv, X, Y):
    n, width = X.shape
    Q = X @ Wq
    K = X @ Wk
    V = X @ Wv
    S = (Q @ K.T) / np.sqrt(width)
    low = np.empty((n, 1))
    for i in range(n):
        low[i, 0] = np.max(S[i])
    E = np.exp(S - low)
    P = E / np.sum(E, axis=1).reshape(-1, 1)
    R = P @ V - Y
    return np.sum(R * R)


def by_hand(Wq, Wk, Wv, X, Y):
    """The softmax does not depend on what it is shifted by."""
    n, width = X.shape
    Q = X @ Wq
    K = X @ Wk
    V = X @ Wv
    S = (Q @ K.T) / np.sqrt(width)
    low = np.empty((n, 1))
    for i in range(n):
        low[i, 0] = np.max(S[i])
    E = np.exp(S - low)
    P = E / np.sum(E, axis=1).reshape(-1, 1)
    d_R = 2.0 * (P @ V - Y)
    d_P = d_R @ V.T
    d_V = P.T @ d_R
    d_S = P * (d_P - np.sum(P * d_P, axis=1).reshape(-1, 1)) / np.sqrt(width)
    d_Q = d_S @ K
    d_K = d_S.T @ Q
    return X.T @ d_Q, X.T @ d_K, X.T @ d_V


def limit(Wq, Wk, Wv, X, Y):
    n, width = X.shape
    scale = 1.0 / np.sqrt(width)
    Q = np.dot(X, Wq)
    K = np.dot(X, Wk)
    V = np.dot(X, Wv)
    P = np.dot(Q, K.T)
    for i in range(n):
        low = P[i, 0]
        for j in range(1, n):
            low = max(low, P[i, j])
        total = 0.0
        for j in range(n):
            P[i, j] = np.exp((P[i, j] - low) * scale)
            total += P[i, j]
        for j in range(n):
            P[i, j] /= total
    d_R = np.dot(P, V)
    for i in range(n):
        for j in range(width):
            d_R[i, j] = 2.0 * (d_R[i, j] - Y[i, j])
    d_V = np.dot(P.T, d_R)
    d_S = np.dot(d_R, V.T)
    for i in range(n):
        total = 0.0
        for j in range(n):
            total += P[i, j] * d_S[i, j]
        for j in range(n):
            d_S[i, j] = P[i, j] * (d_S[i, j] - total) * scale
    return np.dot(X.T, np.dot(d_S, K)), np.dot(X.T, np.dot(d_S.T, Q)), np.dot(X.T, d_V)


def in_jax(jax, jnp):
    def program(Wq, Wk, Wv, X, Y):
        P = jax.nn.softmax((X @ Wq) @ (X @ Wk).T / jnp.sqrt(X.shape[1]), axis=1)
        R = P @ (X @ Wv) - Y
        return jnp.sum(R * R)

    return program


def in_torch(torch):
    def program(Wq, Wk, Wv, X, Y):
        P = torch.softmax((X @ Wq) @ (X @ Wk).T / X.shape[1] ** 0.5, 1)
        R = P @ (X @ Wv) - Y
        return (R * R).sum()

    return program


def in_autograd(np):
    def program(Wq, Wk, Wv, X, Y):
        S = np.dot(np.dot(X, Wq), np.dot(X, Wk).T) / np.sqrt(X.shape[1])
        E = np.exp(S - np.max(S, axis=1, keepdims=True))
        P = E / np.sum(E, axis=1, keepdims=True)
        R = np.dot(P, np.dot(X, Wv)) - Y
        return np.sum(R * R)

    return program
