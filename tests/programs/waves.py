"""Waves and flow: Maxwell on a staggered grid, Burgers with a limiter, shallow water."""

import math

import numpy as np

from tests.cases import Programs

programs = Programs()
rng = np.random.default_rng(3)


@programs.at(
    (rng.normal(size=6), rng.normal(size=5), rng.uniform(1, 2, size=6), 0.5, 3),
    (rng.normal(size=3), rng.normal(size=2), np.ones(3), 0.5, 1),
)
def fdtd(ez, hy, eps, courant, steps):
    for t in range(steps):
        hy += courant * (ez[1:] - ez[:-1])
        ez[1:-1] += courant / eps[1:-1] * (hy[1:] - hy[:-1])
        ez[1] += math.exp(-((t - 2.0) ** 2))
    return np.sum(eps * ez**2) + np.sum(hy**2)


class YeeGrid:
    def __init__(self, nx, ny):
        self.Ez = np.zeros((nx, ny))
        self.Hx = np.zeros((nx, ny - 1))
        self.Hy = np.zeros((nx - 1, ny))
        self.time = 0.0

    def step(self, dt, sigma):
        self.Hx -= dt * np.diff(self.Ez, axis=1)
        self.Hy += dt * np.diff(self.Ez, axis=0)
        curl = self.Hy[1:, 1:-1] - self.Hy[:-1, 1:-1] - self.Hx[1:-1, 1:] + self.Hx[1:-1, :-1]
        self.Ez[1:-1, 1:-1] = (1 - sigma) * self.Ez[1:-1, 1:-1] + dt * curl
        self.time += dt


@programs.at((0.4, 0.1, 1.3, 3), (0.4, 0.1, 1.3, 0))
def fdtd_2d(dt, sigma, amplitude, steps):
    grid = YeeGrid(4, 5)
    grid.Ez[1, 2] = amplitude
    for _ in range(steps):
        grid.step(dt, sigma)
        grid.Ez[2, 2] += amplitude * np.sin(grid.time)
    return np.sum(grid.Ez**2) + grid.time


def minmod(a, b):
    if a * b <= 0.0:
        return 0.0
    if abs(a) < abs(b):
        return a
    return b


@programs.at((np.array([0.1, 0.5, 1.3, 1.0, 0.2, -0.4]), 0.2, 0.5, 2), (np.array([1.0, 0.9, 0.5, 0.2]), 0.1, 1.0, 1))
def burgers(u, dt, dx, steps):
    n = len(u)
    for _ in range(steps):
        slope = np.zeros(n)
        for i in range(1, n - 1):
            slope[i] = minmod(u[i] - u[i - 1], u[i + 1] - u[i])
        flux = np.zeros(n - 1)
        for i in range(n - 1):
            left = u[i] + 0.5 * slope[i]
            right = u[i + 1] - 0.5 * slope[i + 1]
            speed = max(abs(left), abs(right))
            flux[i] = 0.25 * (left**2 + right**2) - 0.5 * speed * (right - left)
        u[1:-1] -= dt / dx * (flux[1:] - flux[:-1])
    return np.sum(u**2)


@programs.at(
    (1 + 0.1 * rng.normal(size=(4, 4)), rng.normal(size=(4, 4)), rng.normal(size=(4, 4)), 0.01, 0.5, 2),
    (1 + 0.1 * rng.normal(size=(3, 3)), rng.normal(size=(3, 3)), rng.normal(size=(3, 3)), 0.01, 0.5, 1),
)
def shallow_water(h, u, v, dt, dx, steps):
    g = 9.81
    for _ in range(steps):
        dhdx = (np.roll(h, -1, axis=1) - np.roll(h, 1, axis=1)) / (2 * dx)
        dhdy = (np.roll(h, -1, axis=0) - np.roll(h, 1, axis=0)) / (2 * dx)
        u -= dt * g * dhdx
        v -= dt * g * dhdy
        hu, hv = h * u, h * v
        h[1:-1, 1:-1] -= dt / (2 * dx) * (hu[1:-1, 2:] - hu[1:-1, :-2] + hv[2:, 1:-1] - hv[:-2, 1:-1])
        h[0, :], h[-1, :] = h[1, :], h[-2, :]
        h[:, 0], h[:, -1] = h[:, 1], h[:, -2]
    return 0.5 * np.sum(h * (u**2 + v**2)) + 0.5 * g * np.sum(h**2)
