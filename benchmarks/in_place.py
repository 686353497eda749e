"""Ten programs that write into their arrays, each beside its adjoint as a person would write it.

A hand-written adjoint saves what it cannot find again and nothing else: what it saves is what the mathematics needs,
in lists and arrays whose names end in `_tape`. It takes the arguments of the program, leaves them as they are, and
returns the gradient with respect to the first.
"""

import math

import numpy as np


def jacobi(u, steps):
    new = u.copy()
    for _ in range(steps):
        for i in range(1, len(u) - 1):
            new[i] = (u[i - 1] + u[i + 1]) / 2
        u[:] = new
    return np.sum(u)


def jacobi_by_hand(u, steps):
    n = len(u)
    d_u = np.ones_like(u)
    d_new = np.zeros_like(u)
    for _ in range(steps):
        d_new += d_u
        d_u[:] = 0.0
        for i in range(n - 2, 0, -1):
            d_u[i - 1] += d_new[i] / 2
            d_u[i + 1] += d_new[i] / 2
            d_new[i] = 0.0
    return d_u + d_new


def gauss_seidel(u, sweeps):
    n, m = u.shape
    for _ in range(sweeps):
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                u[i, j] = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1])
    return np.sum(u)


def gauss_seidel_by_hand(u, sweeps):
    n, m = u.shape
    d_u = np.ones_like(u)
    for _ in range(sweeps):
        for i in range(n - 2, 0, -1):
            for j in range(m - 2, 0, -1):
                d = 0.25 * d_u[i, j]
                d_u[i, j] = 0.0
                d_u[i - 1, j] += d
                d_u[i + 1, j] += d
                d_u[i, j - 1] += d
                d_u[i, j + 1] += d
    return d_u


def prefix_sum(x, w):
    for i in range(1, len(x)):
        x[i] += x[i - 1]
    return x @ w


def prefix_sum_by_hand(x, w):
    d_x = w.copy()
    for i in range(len(x) - 1, 0, -1):
        d_x[i - 1] += d_x[i]
    return d_x


def squares(x, times):
    for _ in range(times):
        for i in range(len(x)):
            x[i] = x[i] * x[i]
    return np.sum(x)


def squares_by_hand(x, times):
    x = x.copy()
    x_tape = []
    for _ in range(times):
        for i in range(len(x)):
            x_tape.append(x[i])
            x[i] = x[i] * x[i]
    d_x = np.ones_like(x)
    for _ in range(times):
        for i in range(len(x) - 1, -1, -1):
            d_x[i] *= 2 * x_tape.pop()
    return d_x


def burgers(u, r, steps):
    for _ in range(steps):
        u[1:] = u[1:] - r * u[1:] * (u[1:] - u[:-1])
    return np.sum(u)


def burgers_by_hand(u, r, steps):
    u = u.copy()
    u_tape = []
    for _ in range(steps):
        u_tape.append(u[1:].copy())
        u[1:] = u[1:] - r * u[1:] * (u[1:] - u[:-1])
    d_u = np.ones_like(u)
    for _ in range(steps):
        u[1:] = u_tape.pop()
        d = d_u[1:].copy()
        d_u[1:] = d * (1 - r * (2 * u[1:] - u[:-1]))
        d_u[:-1] += r * d * u[1:]
    return d_u


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
    return np.sum(np.tril(A))


def cholesky_by_hand(A):
    """Every element is read after it has got its last value: the factor itself is all there is to know."""
    A = A.copy()
    cholesky(A)
    n = A.shape[0]
    d_A = np.tril(np.ones_like(A))
    for j in range(n - 1, -1, -1):
        for i in range(n - 1, j, -1):
            d_A[i, j] /= A[j, j]
            d_A[j, j] -= d_A[i, j] * A[i, j]
            for k in range(j - 1, -1, -1):
                d_A[i, k] -= d_A[i, j] * A[j, k]
                d_A[j, k] -= d_A[i, j] * A[i, k]
        d_A[j, j] *= 0.5 / A[j, j]
        for k in range(j - 1, -1, -1):
            d_A[j, k] -= 2 * d_A[j, j] * A[j, k]
    return d_A


def triangular_solve(x, L):
    n = len(x)
    for i in range(n):
        for j in range(i):
            x[i] -= L[i, j] * x[j]
        x[i] /= L[i, i]
    return x @ x


def triangular_solve_by_hand(x, L):
    x = x.copy()
    triangular_solve(x, L)
    d_x = 2 * x
    for i in range(len(x) - 1, -1, -1):
        d_x[i] /= L[i, i]
        for j in range(i - 1, -1, -1):
            d_x[j] -= d_x[i] * L[i, j]
    return d_x


def thomas(b, a, c, d):
    n = len(d)
    for i in range(1, n):
        w = a[i] / b[i - 1]
        b[i] -= w * c[i - 1]
        d[i] -= w * d[i - 1]
    d[n - 1] /= b[n - 1]
    for i in range(n - 2, -1, -1):
        d[i] = (d[i] - c[i] * d[i + 1]) / b[i]
    return np.sum(d)


def thomas_by_hand(b, a, c, d):
    """The pivots stay where they are; the right-hand side is overwritten once more, on the way back."""
    b, d = b.copy(), d.copy()
    n = len(d)
    for i in range(1, n):
        w = a[i] / b[i - 1]
        b[i] -= w * c[i - 1]
        d[i] -= w * d[i - 1]
    d_tape = d.copy()
    d[n - 1] /= b[n - 1]
    for i in range(n - 2, -1, -1):
        d[i] = (d[i] - c[i] * d[i + 1]) / b[i]
    d_d = np.ones_like(d)
    d_b = np.zeros_like(b)
    for i in range(n - 1):
        d_d[i] /= b[i]
        d_b[i] -= d_d[i] * d[i]
        d_d[i + 1] -= d_d[i] * c[i]
    d_d[n - 1] /= b[n - 1]
    d_b[n - 1] -= d_d[n - 1] * d[n - 1]
    for i in range(n - 1, 0, -1):
        w = a[i] / b[i - 1]
        d_w = -d_d[i] * d_tape[i - 1] - d_b[i] * c[i - 1]
        d_d[i - 1] -= d_d[i] * w
        d_b[i - 1] -= d_w * w / b[i - 1]
    return d_b


def convolution(kernel, image):
    kh, kw = kernel.shape
    out = np.zeros((image.shape[0] - kh + 1, image.shape[1] - kw + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            for di in range(kh):
                for dj in range(kw):
                    out[i, j] += image[i + di, j + dj] * kernel[di, dj]
    return np.sum(out**2)


def convolution_by_hand(kernel, image):
    kh, kw = kernel.shape
    out = np.zeros((image.shape[0] - kh + 1, image.shape[1] - kw + 1))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            for di in range(kh):
                for dj in range(kw):
                    out[i, j] += image[i + di, j + dj] * kernel[di, dj]
    d_out = 2 * out
    d_kernel = np.zeros_like(kernel)
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            for di in range(kh):
                for dj in range(kw):
                    d_kernel[di, dj] += d_out[i, j] * image[i + di, j + dj]
    return d_kernel


def butterflies(re, im, size):
    n = len(re)
    while size <= n:
        half = size // 2
        for start in range(0, n, size):
            for k in range(half):
                angle = -2 * math.pi * k / size
                wr, wi = math.cos(angle), math.sin(angle)
                p, q = start + k, start + k + half
                tr = wr * re[q] - wi * im[q]
                ti = wr * im[q] + wi * re[q]
                re[q], im[q] = re[p] - tr, im[p] - ti
                re[p] += tr
                im[p] += ti
        size *= 2
    return np.sum(re)


def butterflies_by_hand(re, im, size):
    n = len(re)
    first = size
    d_re, d_im = np.ones_like(re), np.zeros_like(im)
    while size * 2 <= n:
        size *= 2
    while size >= first:
        half = size // 2
        for start in range(0, n, size):
            for k in range(half):
                angle = -2 * math.pi * k / size
                wr, wi = math.cos(angle), math.sin(angle)
                p, q = start + k, start + k + half
                d_tr, d_ti = d_re[p] - d_re[q], d_im[p] - d_im[q]
                d_re[p] += d_re[q]
                d_im[p] += d_im[q]
                d_re[q] = wr * d_tr + wi * d_ti
                d_im[q] = wr * d_ti - wi * d_tr
        size //= 2
    return d_re


RNG = np.random.default_rng(0)
N = 16
MATRIX = RNG.normal(size=(N, N))
PIVOTS, LOWER, UPPER, RIGHT = 4 + RNG.uniform(size=N), RNG.normal(size=N), RNG.normal(size=N), RNG.normal(size=N)

# A program, its adjoint by hand, and the arguments.
PROGRAMS = [
    (jacobi, jacobi_by_hand, (RNG.normal(size=N), 10)),
    (gauss_seidel, gauss_seidel_by_hand, (RNG.normal(size=(N, N)), 10)),
    (prefix_sum, prefix_sum_by_hand, (RNG.normal(size=N), RNG.normal(size=N))),
    (squares, squares_by_hand, (RNG.uniform(0.5, 1.0, size=N), 3)),
    (burgers, burgers_by_hand, (RNG.uniform(0.5, 1.0, size=N), 0.1, 10)),
    (cholesky, cholesky_by_hand, (MATRIX @ MATRIX.T + N * np.eye(N),)),
    (triangular_solve, triangular_solve_by_hand, (RNG.normal(size=N), MATRIX + N * np.eye(N))),
    (thomas, thomas_by_hand, (PIVOTS, LOWER, UPPER, RIGHT)),
    (convolution, convolution_by_hand, (RNG.normal(size=(3, 3)), RNG.normal(size=(8, 8)))),
    (butterflies, butterflies_by_hand, (RNG.normal(size=N), RNG.normal(size=N), 2)),
]
