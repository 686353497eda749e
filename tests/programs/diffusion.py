"""Diffusion: explicit and alternating-direction steps on grids of one to three dimensions, and a relaxed solve."""

import numpy as np

from tests.cases import Programs
from tests.programs.linear_algebra import thomas_solve

programs = Programs()
rng = np.random.default_rng(1)


@programs.at(
    (rng.normal(size=7), 0.3, 0.1, 0.5, 3), (rng.normal(size=3), 0.3, 0.1, 0.5, 1), (np.ones(2), 0.3, 0.1, 0.5, 2)
)
def heat_1d(u, alpha, dt, dx, steps):
    r = alpha * dt / dx**2
    un = np.empty_like(u)
    for _ in range(steps):
        un[:] = u
        u[1:-1] = un[1:-1] + r * (un[2:] - 2 * un[1:-1] + un[:-2])
    return np.sum(u**2)


@programs.at(
    (rng.normal(size=(4, 5)), rng.uniform(0.5, 1.0, size=(4, 5)), 0.1, 2),
    (rng.normal(size=(3, 3)), np.ones((3, 3)), 0.1, 0),
)
def heat_2d(T, kappa, dt, steps):
    ny, nx = T.shape
    T_new = T.copy()
    for _ in range(steps):
        for j in range(1, ny - 1):
            for i in range(1, nx - 1):
                east = 0.5 * (kappa[j, i] + kappa[j, i + 1]) * (T[j, i + 1] - T[j, i])
                west = 0.5 * (kappa[j, i] + kappa[j, i - 1]) * (T[j, i] - T[j, i - 1])
                north = 0.5 * (kappa[j, i] + kappa[j + 1, i]) * (T[j + 1, i] - T[j, i])
                south = 0.5 * (kappa[j, i] + kappa[j - 1, i]) * (T[j, i] - T[j - 1, i])
                T_new[j, i] = T[j, i] + dt * (east - west + north - south)
        T, T_new = T_new, T
    return T[ny // 2, nx // 2] + 0.1 * np.sum(T * T)


@programs.at((rng.normal(size=(3, 4, 3)), 0.2, 2), (rng.normal(size=(3, 3, 3)), -0.2, 1))
def heat_3d(u, c, steps):
    for _ in range(steps):
        lap = -6.0 * u[1:-1, 1:-1, 1:-1]
        lap += u[2:, 1:-1, 1:-1] + u[:-2, 1:-1, 1:-1]
        lap += u[1:-1, 2:, 1:-1] + u[1:-1, :-2, 1:-1]
        lap += u[1:-1, 1:-1, 2:] + u[1:-1, 1:-1, :-2]
        u[1:-1, 1:-1, 1:-1] += c * lap
        u[0] = u[1]
        u[-1] = u[-2]
    return np.mean(u**2)


@programs.at(
    (rng.normal(size=(4, 4)), rng.normal(size=(4, 4)), 0.25, 3),
    (rng.normal(size=(3, 5)), rng.normal(size=(3, 5)), 0.25, 1),
)
def gauss_seidel(p, rhs, h, sweeps):
    n, m = p.shape
    for _ in range(sweeps):
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                p[i, j] = 0.25 * (p[i - 1, j] + p[i + 1, j] + p[i, j - 1] + p[i, j + 1] - h * h * rhs[i, j])
        p[:, -1] = p[:, -2]
    return (p * p).sum()


@programs.at((rng.normal(size=(4, 5)), 0.3, 2), (rng.normal(size=(3, 3)), 0.7, 1))
def adi(u, r, steps):
    """Peaceman and Rachford (1955): implicit along the rows in one half step, along the columns in the other."""
    ny, nx = u.shape
    half = np.zeros_like(u)
    for _ in range(steps):
        for j in range(1, ny - 1):
            rhs = u[j, 1:-1] + r * (u[j + 1, 1:-1] - 2 * u[j, 1:-1] + u[j - 1, 1:-1])
            lower = np.full(nx - 2, -r)
            main = np.full(nx - 2, 1 + 2 * r)
            half[j, 1:-1] = thomas_solve(lower, main, lower.copy(), rhs)
        for i in range(1, nx - 1):
            rhs = half[1:-1, i] + r * (half[1:-1, i + 1] - 2 * half[1:-1, i] + half[1:-1, i - 1])
            lower = np.full(ny - 2, -r)
            main = np.full(ny - 2, 1 + 2 * r)
            u[1:-1, i] = thomas_solve(lower, main, lower.copy(), rhs)
    return np.sum(u**2)
