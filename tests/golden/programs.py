"""The programs whose generated gradients are kept beside this file, each with a point at which it is checked too.

Between them they use most of the language: what a change of the generator does to real output shows here.
"""

import math
from dataclasses import dataclass

import numpy as np

G = 9.81


def f(x, y):
    return x**2 * y + y + 2


def power(x, n):
    y = 1.0
    for i in range(n):  # noqa: B007
        y = y * x
    return y


def sweep(A, T):
    n = A.shape[0]
    for t in range(T):  # noqa: B007
        for i in range(1, n - 1):
            A[i] = (A[i - 1] + A[i + 1]) / 2
    return A.sum()


def branch(a, b):
    c = 0.0
    if a > b:
        for i in range(10):
            c += a * i
    else:
        c = a * b
    return c


def newton_root(a, tolerance):
    x = a
    while abs(x * x - a) > tolerance:
        x = 0.5 * (x + a / x)
    return x


def first_crossing(v, k, limit):
    x = 0.0
    t = 0
    for i in range(100):
        x = x + v * math.exp(-k * x)
        if x > limit:
            t = i
            break
    return x * x + t * k


def search(table, x):
    for i in range(len(table)):
        for j in range(i):
            gap = table[i] - table[j]
            if gap > x:
                return gap * x
            x = x * 1.1
    return x**2


def distances(points, x, y):
    squares = [(px - x) ** 2 + (py - y) ** 2 for px, py in points if px > 0.0]
    return math.sqrt(sum(squares))


def compose(x, rate):
    def decay(t):
        return math.exp(-rate * t)

    def twice(step, t):
        return step(step(t))

    return twice(decay, x) + twice(lambda t: t * t + rate, x)


def chebyshev(n, x):
    if n == 0:
        return 1.0
    if n == 1:
        return x
    return 2 * x * chebyshev(n - 1, x) - chebyshev(n - 2, x)


@dataclass
class Pendulum:
    length: float
    damping: float
    steps: int = 3

    @property
    def stiffness(self):
        return G / self.length

    def swing(self, angle, dt):
        speed = 0.0
        for _ in range(self.steps):
            speed = speed - dt * (self.stiffness * math.sin(angle) + self.damping * speed)
            angle = angle + dt * speed
        return angle


def swing(pendulum, angle, dt):
    return pendulum.swing(angle, dt) ** 2


def logistic(params, rows):
    loss = 0.0
    for x, y in rows:
        z = params["bias"]
        for weight, xi in zip(params["weights"], x, strict=True):
            z += weight * xi
        p = 1 / (1 + math.exp(-z))
        loss -= y * math.log(p) + (1 - y) * math.log(1 - p)
    return loss


def standardised(X, scale, shift):
    centred = (X - X.mean(axis=0)) * scale + shift
    return np.sqrt((np.tanh(centred) ** 2).sum(axis=1)).mean()


def network(layers, x, y):
    h = x
    for W, b in layers:
        h = np.tanh(W @ h + b)
    error = h - y
    return 0.5 * np.sum(error * error)


def runge_kutta(rates, start, dt, steps):
    def slope(state):
        prey, predators = state
        a, b, c, d = rates
        return a * prey - b * prey * predators, d * prey * predators - c * predators

    state = start
    for _ in range(steps):
        k1 = slope(state)
        k2 = slope((state[0] + dt / 2 * k1[0], state[1] + dt / 2 * k1[1]))
        state = (state[0] + dt * k2[0], state[1] + dt * k2[1])
    prey, predators = state
    return math.log(prey) + math.log(predators)


def jacobi(u, b, steps):
    v = np.zeros_like(u)
    for _ in range(steps):
        for i in range(1, len(u) - 1):
            v[i] = (u[i - 1] + u[i + 1] + b[i]) / 2
        for i in range(1, len(u) - 1):
            u[i] = v[i]
    return np.sum(u)


def gauss_seidel(u, b, steps):
    for _ in range(steps):
        for i in range(1, len(u) - 1):
            u[i] = (u[i - 1] + u[i + 1] + b[i]) / 2
    return np.sum(u)


def heat(u, c, steps):
    for _ in range(steps):
        u[1:-1] += c * (u[2:] - 2 * u[1:-1] + u[:-2])
    return np.sum(u)


def prefix_sums(x):
    for i in range(1, len(x)):
        x[i] += x[i - 1]
    return np.sum(x)


def squares_in_place(x):
    for i in range(len(x)):
        x[i] = x[i] * x[i]
    return np.sum(x)


def buffer_overwritten(x, steps):
    work = np.empty_like(x)
    for _ in range(steps):
        work[:] = np.sin(x)
        x[1:] = work[:-1] * 2.0
    return np.sum(x)


def elements_read(x, n):
    s = 0.0
    for i in range(n):
        s += x[i] * x[i + 1]
    return s


def histogram(x, bins):
    h = np.zeros(3)
    np.add.at(h, bins, x * x)
    return np.sum(h * h)


X = np.array([[1.0, 2.0], [0.5, -1.0], [2.0, 0.3]])
LAYERS = [(np.array([[0.1, 0.2], [0.3, -0.4], [0.5, 0.6]]), np.array([0.1, 0.2, 0.3])),
          (np.array([[0.3, -0.2, 0.1]]), np.array([0.5]))]  # fmt: skip
U = np.array([0.5, 1.0, 2.0, -1.0, 0.3])
ROWS = [((1.0, 2.0), 1), ((0.5, -1.0), 0)]

# A program, the arguments that are differentiated, and the points: the first is what the kept source is made for.
PROGRAMS = [
    (f, 0, [(3.0, 4.0)]),
    (power, 0, [(1.5, 4), (1.5, 0)]),
    (sweep, 0, [(np.array([0.5, 1.0, 2.0, -1.0, 0.3]), 3), (np.array([0.5, 1.0]), 2)]),
    (branch, (0, 1), [(3.0, 2.0), (2.0, 3.0)]),
    (newton_root, 0, [(2.0, 1e-12), (1.0, 0.5)]),
    (first_crossing, (0, 1), [(1.0, 0.3, 3.0), (0.01, 0.3, 9.0)]),
    (search, (0, 1), [([1.0, 1.5, 3.0], 0.7), ([1.0, 1.5, 3.0], 9.0)]),
    (distances, (1, 2), [([(1.0, 2.0), (-1.0, 0.0), (3.0, 1.0)], 0.5, 0.7)]),
    (compose, (0, 1), [(0.8, 0.3)]),
    (chebyshev, 1, [(4, 0.3), (1, 0.3), (0, 0.3)]),
    (swing, (0, 1), [(Pendulum(1.2, 0.1), 0.5, 0.1)]),
    (logistic, 0, [({"weights": [0.3, -0.2], "bias": 0.1}, ROWS)]),
    (standardised, (0, 1, 2), [(X, np.array([1.0, 2.0]), 0.3)]),
    (network, 0, [(LAYERS, np.array([0.5, -0.3]), np.array([0.2]))]),
    (jacobi, (0, 1), [(U, 2 * U, 3), (U, 2 * U, 0)]),
    (gauss_seidel, (0, 1), [(U, 2 * U, 3), (U[:2], U[2:4], 3)]),
    (heat, 0, [(U, 0.1, 3), (U[:3], 0.1, 2)]),
    (prefix_sums, 0, [(U,), (U[:1],)]),
    (squares_in_place, 0, [(U,)]),
    (buffer_overwritten, 0, [(U, 3), (U, 0)]),
    (elements_read, 0, [(U, 4), (U, 0)]),
    (histogram, 0, [(U, np.array([0, 2, 2, 1, 0]))]),
    (runge_kutta, (0, 1), [((1.0, 0.5, 0.7, 0.3), (1.0, 2.0), 0.1, 3)]),
]
