"""Systems of ordinary differential equations: chaos, gravity, oscillators, a neuron; and a root in the plane."""

import math
from dataclasses import dataclass

import numpy as np

from tests.cases import Programs

programs = Programs()
rng = np.random.default_rng(4)


@programs.at(
    (np.array([1.0, 1.5, 20.0]), 10.0, 28.0, 8 / 3, 0.01, 4), (np.array([1.0, 1.5, 20.0]), 10.0, 28.0, 8 / 3, 0.01, 0)
)
def lorenz(state, sigma, rho, beta, dt, steps):
    def rhs(s):
        x, y, z = s
        return np.array([sigma * (y - x), x * (rho - z) - y, x * y - beta * z])

    for _ in range(steps):
        k1 = rhs(state)
        k2 = rhs(state + dt / 2 * k1)
        k3 = rhs(state + dt / 2 * k2)
        k4 = rhs(state + dt * k3)
        state = state + dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return np.sum(state)


def accelerations(pos, mass, acc):
    acc[:] = 0.0
    n = len(mass)
    for i in range(n):
        for j in range(i + 1, n):
            r = pos[j] - pos[i]
            inv = (r @ r + 0.01) ** -1.5
            acc[i] += mass[j] * inv * r
            acc[j] -= mass[i] * inv * r


@programs.at(
    (rng.normal(size=(3, 2)), rng.normal(size=(3, 2)), rng.uniform(1, 2, size=3), 0.05, 2),
    (rng.normal(size=(2, 3)), rng.normal(size=(2, 3)), np.ones(2), 0.05, 1),
)
def n_body(pos, vel, mass, dt, steps):
    acc = np.zeros_like(pos)
    accelerations(pos, mass, acc)
    for _ in range(steps):
        vel += 0.5 * dt * acc
        pos += dt * vel
        accelerations(pos, mass, acc)
        vel += 0.5 * dt * acc
    return 0.5 * np.sum(mass[:, None] * vel**2) + pos[0, 0]


@programs.at(
    (rng.uniform(0, 6, size=4), rng.normal(size=4), 0.8, 0.1, 3),
    (rng.uniform(0, 6, size=1), rng.normal(size=1), 0.8, 0.1, 1),
)
def kuramoto(theta, omega, coupling, dt, steps):
    n = len(theta)
    for _ in range(steps):
        pull = np.sin(theta[None, :] - theta[:, None]).sum(axis=1)
        theta += dt * (omega + coupling / n * pull)
    return np.sqrt(np.cos(theta).mean() ** 2 + np.sin(theta).mean() ** 2)


@dataclass
class Neuron:
    V: float = -65.0
    m: float = 0.05
    h: float = 0.6
    n: float = 0.32

    def step(self, i_ext, g, dt):
        V = self.V
        am = 0.1 * (V + 40) / (1 - math.exp(-(V + 40) / 10))
        bm = 4 * math.exp(-(V + 65) / 18)
        ah = 0.07 * math.exp(-(V + 65) / 20)
        bh = 1 / (1 + math.exp(-(V + 35) / 10))
        an = 0.01 * (V + 55) / (1 - math.exp(-(V + 55) / 10))
        bn = 0.125 * math.exp(-(V + 65) / 80)
        I_na = g["Na"] * self.m**3 * self.h * (V - 50)
        I_k = g["K"] * self.n**4 * (V + 77)
        I_l = g["L"] * (V + 54.387)
        self.V += dt * (i_ext - I_na - I_k - I_l)
        self.m += dt * (am * (1 - self.m) - bm * self.m)
        self.h += dt * (ah * (1 - self.h) - bh * self.h)
        self.n += dt * (an * (1 - self.n) - bn * self.n)


@programs.at(
    ([10.0, 12.0, 8.0], {"Na": 120.0, "K": 36.0, "L": 0.3}, 0.02),
    ([], {"Na": 120.0, "K": 36.0, "L": 0.3}, 0.02),
    argnums=(0, 1),
)
def hodgkin_huxley(current, g, dt):
    cell = Neuron()
    trace = []
    for i_ext in current:
        cell.step(i_ext, g, dt)
        trace.append(cell.V)
    return sum(v * v for v in trace) / 1000


@programs.at((1.2, 0.7, 1.5, 0.5, 1e-10), (1.2, 0.7, 1.5, 0.5, 10.0), argnums=(0, 1, 2, 3))
def newton_2d(x, y, a, b, tol):
    for _ in range(50):
        f = x**2 + y**2 - a
        g = x * y - b
        if abs(f) + abs(g) < tol:
            break
        det = 2 * x * x - 2 * y * y
        x, y = x - (f * x - 2 * y * g) / det, y - (2 * x * g - y * f) / det
    return x + 2 * y
