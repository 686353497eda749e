"""Linear algebra in place, as in the textbooks: factorisations, solves, iterations."""

import math

import numpy as np

from tests.cases import Programs

programs = Programs()
rng = np.random.default_rng(2)


def positive_definite(n):
    A = rng.normal(size=(n, n))
    return A @ A.T + n * np.eye(n)


@programs.at((positive_definite(4),), (positive_definite(1),))
def cholesky(A):
    n = A.shape[0]
    for j in range(n):
        for k in range(j):
            A[j, j] -= A[j, k] ** 2
        A[j, j] = math.sqrt(A[j, j])
        for i in range(j + 1, n):
            for k in range(j):
                A[i, j] -= A[i, k] * A[j, k]
            A[i, j] /= A[j, j]
    log_det = 0.0
    for j in range(n):
        log_det += 2 * math.log(A[j, j])
    return log_det + A[n - 1, 0]


def lu_in_place(A):
    n = len(A)
    for k in range(n - 1):
        for i in range(k + 1, n):
            A[i, k] /= A[k, k]
            A[i, k + 1 :] -= A[i, k] * A[k, k + 1 :]


@programs.at((positive_definite(4), rng.normal(size=4)), (positive_definite(1), rng.normal(size=1)))
def lu_solve(A, b):
    lu_in_place(A)
    n = len(b)
    for i in range(n):
        b[i] -= A[i, :i] @ b[:i]
    for i in reversed(range(n)):
        b[i] = (b[i] - np.dot(A[i, i + 1 :], b[i + 1 :])) / A[i, i]
    return np.sum(b**2)


@programs.at(
    (np.array([[0.1, 2.0, 1.0], [3.0, 0.5, -1.0], [1.0, 1.0, 4.0]]), np.array([1.0, 2.0, 0.5])),
    (np.array([[4.0, 1.0], [1.0, 3.0]]), np.array([1.0, 2.0])),
)
def pivoted_solve(A, b):
    n = A.shape[0]
    for k in range(n):
        p = k + np.argmax(np.abs(A[k:, k]))
        if p != k:
            A[[k, p]] = A[[p, k]]
            b[k], b[p] = b[p], b[k]
        for i in range(k + 1, n):
            factor = A[i, k] / A[k, k]
            A[i, k:] -= factor * A[k, k:]
            b[i] -= factor * b[k]
    x = np.zeros(n)
    for i in range(n - 1, -1, -1):
        x[i] = (b[i] - A[i, i + 1 :] @ x[i + 1 :]) / A[i, i]
    return x @ x


@programs.at((np.array([0.5, -0.2, 0.1, 0.3]),), (np.array([0.5]),))
def durbin(r):
    """Golub and Van Loan, algorithm 4.7.1: the Yule-Walker equations in n**2 steps."""
    n = r.shape[0]
    y = np.zeros(n)
    z = np.zeros(n)
    alpha = -r[0]
    beta = 1.0
    y[0] = -r[0]
    for k in range(1, n):
        beta = (1.0 - alpha * alpha) * beta
        total = 0.0
        for i in range(k):
            total += r[k - i - 1] * y[i]
        alpha = -(r[k] + total) / beta
        for i in range(k):
            z[i] = y[i] + alpha * y[k - i - 1]
        for i in range(k):
            y[i] = z[i]
        y[k] = alpha
    return np.sum(y * y)


@programs.at((rng.normal(size=(4, 3)),), (rng.normal(size=(2, 1)),))
def gram_schmidt(A):
    m, n = A.shape
    R = np.zeros((n, n))
    for k in range(n):
        R[k, k] = np.sqrt(np.sum(A[:, k] ** 2))
        A[:, k] /= R[k, k]
        for j in range(k + 1, n):
            R[k, j] = A[:, k] @ A[:, j]
            A[:, j] -= A[:, k] * R[k, j]
    return np.sum(R**2 * np.arange(1, n + 1)) + A[0, -1]


@programs.at((positive_definite(4), rng.normal(size=4)), (positive_definite(1), rng.normal(size=1)))
def triangular_solve(L, x):
    n = L.shape[0]
    for i in range(n):
        for j in range(i):
            x[i] -= L[i, j] * x[j]
        x[i] /= L[i, i]
    return (x**2).sum()


def thomas_solve(a, b, c, d):
    """Solve a tridiagonal system; b and d are overwritten, the solution is returned in d."""
    n = len(d)
    for i in range(1, n):
        w = a[i] / b[i - 1]
        b[i] -= w * c[i - 1]
        d[i] -= w * d[i - 1]
    d[-1] /= b[-1]
    for i in range(n - 2, -1, -1):
        d[i] = (d[i] - c[i] * d[i + 1]) / b[i]
    return d


@programs.at(
    (rng.normal(size=5), 3 + rng.uniform(size=5), rng.normal(size=5), rng.normal(size=5)),
    (rng.normal(size=1), 3 + rng.uniform(size=1), rng.normal(size=1), rng.normal(size=1)),
)
def thomas(a, b, c, d):
    return np.sum(thomas_solve(a, b, c, d) ** 2)


@programs.at(
    (rng.normal(size=(4, 3)), rng.normal(size=4), 1e-10),
    (rng.normal(size=(4, 3)), rng.normal(size=4), 10.0),
    argnums=(0, 1),
)
def conjugate_gradients(X, y, tol):
    """Ridge regression: the normal equations, solved until the residual is small."""
    A = X.T @ X + 0.5 * np.eye(X.shape[1])
    b = X.T @ y
    x = np.zeros_like(b)
    r = b - A @ x
    p = r.copy()
    rs_old = r @ r
    while True:
        Ap = A @ p
        alpha = rs_old / (p @ Ap)
        x += alpha * p
        r -= alpha * Ap
        rs_new = r @ r
        if np.sqrt(rs_new) < tol:
            break
        p = r + (rs_new / rs_old) * p
        rs_old = rs_new
    return np.sum(x**2)


@programs.at(
    (positive_definite(3), np.array([1.0, 0.5, -0.2]), 1e-14, 400),
    (positive_definite(3), np.array([1.0, 0.5, -0.2]), 1e-14, 3),
    argnums=(0, 1),
)
def power_iteration(A, v, tol, limit):
    eigenvalue = 0.0
    for _ in range(limit):
        w = A @ v
        v = w / np.linalg.norm(w)
        previous, eigenvalue = eigenvalue, v @ A @ v
        if abs(eigenvalue - previous) < tol:
            break
    return eigenvalue
