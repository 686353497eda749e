"""Matrix products: a perceptron of two hidden layers, and the cross-entropy of its softmax."""

import numpy as np

ARGNUMS = (0, 1, 2, 3, 4, 5)
LARGE_PRODUCTS = True


def inputs(batch=128, features=64, hidden=128, classes=10):
    random = np.random.default_rng(0)
    W1 = random.normal(size=(features, hidden)) / np.sqrt(features)
    W2 = random.normal(size=(hidden, hidden)) / np.sqrt(hidden)
    W3 = random.normal(size=(hidden, classes)) / np.sqrt(hidden)
    b1, b2, b3 = 0.1 * random.normal(size=hidden), 0.1 * random.normal(size=hidden), np.zeros(classes)
    X = random.normal(size=(batch, features))
    Y = np.eye(classes)[random.integers(classes, size=batch)]
    return W1, b1, W2, b2, W3, b3, X, Y


def primal(W1, b1, W2, b2, W3, b3, X, Y):
    H1 = np.tanh(X @ W1 + b1)
    H2 = np.tanh(H1 @ W2 + b2)
    Z = H2 @ W3 + b3
    E = np.exp(Z)
    return (np.sum(np.log(np.sum(E, axis=1))) - np.sum(Z * Y)) / X.shape[0]


def by_hand(W1, b1, W2, b2, W3, b3, X, Y):
    H1 = np.tanh(X @ W1 + b1)
    H2 = np.tanh(H1 @ W2 + b2)
    Z = H2 @ W3 + b3
    E = np.exp(Z)
    d_Z = (E / np.sum(E, axis=1).reshape(-1, 1) - Y) / X.shape[0]
    d_W3 = H2.T @ d_Z
    d_b3 = np.sum(d_Z, axis=0)
    d_A2 = (d_Z @ W3.T) * (1.0 - H2 * H2)
    d_W2 = H1.T @ d_A2
    d_b2 = np.sum(d_A2, axis=0)
    d_A1 = (d_A2 @ W2.T) * (1.0 - H1 * H1)
    return X.T @ d_A1, np.sum(d_A1, axis=0), d_W2, d_b2, d_W3, d_b3


def limit(W1, b1, W2, b2, W3, b3, X, Y):
    """NumPy itself: its tanh and exp use the vector unit, Numba's do not. Everything is done in place."""
    H1 = X @ W1
    H1 += b1
    np.tanh(H1, out=H1)
    H2 = H1 @ W2
    H2 += b2
    np.tanh(H2, out=H2)
    d_Z = H2 @ W3
    d_Z += b3
    np.exp(d_Z, out=d_Z)
    d_Z /= np.sum(d_Z, axis=1, keepdims=True)
    d_Z -= Y
    d_Z /= X.shape[0]
    d_W3 = H2.T @ d_Z
    d_b3 = d_Z.sum(axis=0)
    d_A2 = d_Z @ W3.T
    np.multiply(H2, H2, out=H2)
    np.subtract(1.0, H2, out=H2)
    d_A2 *= H2
    d_W2 = H1.T @ d_A2
    d_b2 = d_A2.sum(axis=0)
    d_A1 = d_A2 @ W2.T
    np.multiply(H1, H1, out=H1)
    np.subtract(1.0, H1, out=H1)
    d_A1 *= H1
    return X.T @ d_A1, d_A1.sum(axis=0), d_W2, d_b2, d_W3, d_b3


limit.in_python = True


def in_jax(jax, jnp):
    def program(W1, b1, W2, b2, W3, b3, X, Y):
        H1 = jnp.tanh(X @ W1 + b1)
        H2 = jnp.tanh(H1 @ W2 + b2)
        Z = H2 @ W3 + b3
        return (jnp.sum(jax.nn.logsumexp(Z, axis=1)) - jnp.sum(Z * Y)) / X.shape[0]

    return program


def in_torch(torch):
    def program(W1, b1, W2, b2, W3, b3, X, Y):
        H1 = torch.tanh(torch.addmm(b1, X, W1))
        H2 = torch.tanh(torch.addmm(b2, H1, W2))
        Z = torch.addmm(b3, H2, W3)
        return (torch.logsumexp(Z, 1).sum() - (Z * Y).sum()) / X.shape[0]

    return program


def in_autograd(np):
    def program(W1, b1, W2, b2, W3, b3, X, Y):
        H1 = np.tanh(np.dot(X, W1) + b1)
        H2 = np.tanh(np.dot(H1, W2) + b2)
        Z = np.dot(H2, W3) + b3
        return (np.sum(np.log(np.sum(np.exp(Z), axis=1))) - np.sum(Z * Y)) / X.shape[0]

    return program
