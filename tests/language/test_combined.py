"""Whole programs: simulations, solvers, networks, dynamic programming, with the language mixed as people mix it."""

import functools
import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from tests.cases import Programs

programs = Programs()


def predator_prey(state, rates):
    hare, lynx = state
    a, b, c, d = rates
    return (a * hare - b * hare * lynx, -c * lynx + d * hare * lynx)


def rk4_step(f, state, h, *args):
    k1 = f(state, *args)
    k2 = f(tuple(s + h / 2 * k for s, k in zip(state, k1)), *args)
    k3 = f(tuple(s + h / 2 * k for s, k in zip(state, k2)), *args)
    k4 = f(tuple(s + h * k for s, k in zip(state, k3)), *args)
    return tuple(s + h / 6 * (p + 2 * q + 2 * r + t) for s, p, q, r, t in zip(state, k1, k2, k3, k4))


@programs.at((np.array([0.5, 0.03, 0.8, 0.02]), np.array([30.0, 4.0]), 6))
def rk4_with_a_tuple_state(rates, start, steps):
    state = (start[0], start[1])
    loss = 0.0
    for i in range(steps):
        state = rk4_step(predator_prey, state, 0.1, rates)
        loss += (math.log(state[0]) - 3.0) ** 2 + (math.log(state[1]) - 1.0) ** 2 * i
    return loss


@programs.at((np.array([0.5, 0.03, 0.8, 0.02]), np.array([30.0, 4.0]), 6))
def rk4_with_an_array_state(rates, y, steps):
    def rhs(y):
        a, b, c, d = rates
        hare, lynx = y
        return np.array([a * hare - b * hare * lynx, -c * lynx + d * hare * lynx])

    h = 0.1
    track = [y]
    for _ in range(steps):
        k1 = rhs(y)
        k2 = rhs(y + h / 2 * k1)
        k3 = rhs(y + h / 2 * k2)
        k4 = rhs(y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        track.append(y)
    return np.sum(np.log(np.array(track)) ** 2)


@programs.at((2.0, 1.0), (0.3, 5.0))
def newton_in_a_while_loop_with_a_limit(a, b):
    def f(x):
        return x**3 + b * x - a

    def df(x):
        return 3 * x**2 + b

    x, trips = 1.0, 0
    while True:
        step = f(x) / df(x)
        x -= step
        trips += 1
        if abs(step) < 1e-13 or trips >= 50:
            break
    return x * x + a * x


def bisect(f, low, high, tolerance=0.4):
    flow = f(low)
    for _ in range(60):
        mid = 0.5 * (low + high)
        fmid = f(mid)
        if abs(high - low) < tolerance:
            return mid, fmid
        if (fmid > 0) == (flow > 0):
            low, flow = mid, fmid
        else:
            high = mid
    raise RuntimeError("no convergence")


@programs.at(2.0, 5.0)
def bisection_then_one_newton_step(a):
    x, fx = bisect(lambda t: t * t - a, 0.5, 3.0)
    return x - fx / (2 * x)


@programs.at((0.9, 3))
def recursion_that_returns_tuples(x, n):
    def go(depth, value, weight):
        if depth == 0:
            return value, (weight, 1)
        left, (lw, ln) = go(depth - 1, value * x, weight + 0.1)
        right, (rw, rn) = go(depth - 1, math.sin(value), weight * x)
        return left * rw + right * lw, (lw + rw, ln + rn)

    total, (weight, leaves) = go(n, x, 1.0)
    return total * weight / leaves


@programs.at((1.5, 4))
def closures_stored_in_a_list_and_called_backwards(x, n):
    steps = []
    y = x
    for i in range(n):
        y = y * x * 0.7

        def step(t, y=y, i=i):
            return t * y + i

        steps.append(step)
    t = x
    for step in reversed(steps):
        t = step(t) * 0.1
    return t


@programs.at((1.5, 2.5, "aabcab"))
def letters_accumulate_in_a_dict(x, y, word):
    weights = {"a": x, "b": y}
    totals = {}
    previous = ""
    for letter in word:
        w = weights.get(letter, x * y)
        totals[letter] = totals.get(letter, 0.0) + w * (2.0 if letter == previous else 1.0)
        previous = letter
    return functools.reduce(lambda a, b: a * b, [totals[k] for k in sorted(totals)])


def first_crossing(x, limit, n):
    y = x
    for i in range(n):
        for j in range(i + 1):
            y = y * x + 0.1 * j
            if y > limit:
                return y, i
            if y < 0:
                break
        else:
            y = y + 0.01
    return y, n


@programs.at((1.3, 4), (0.5, 4), (1.9, 4))
def an_early_return_in_nested_loops_of_a_called_function(x, n):
    total = x
    for k in range(1, n):
        y, i = first_crossing(x * k, 10.0 * k, n)
        if i == n:
            total += y
            continue
        total += y * i
        if total > 150:
            return total * 0.5
    return total


@programs.at((np.array([1.0, 3.0, 2.0, 4.0]), np.array([1.5, 2.0, 4.5])), (np.array([1.0]), np.array([2.0])))
def dynamic_time_warping(a, b):
    n, m = len(a), len(b)
    cost = [[0.0] * (m + 1) for _ in range(n + 1)]
    for i in range(1, n + 1):
        cost[i][0] = 1e9
    for j in range(1, m + 1):
        cost[0][j] = 1e9
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            d = (a[i - 1] - b[j - 1]) ** 2
            cost[i][j] = d + min(cost[i - 1][j], cost[i][j - 1], cost[i - 1][j - 1])
    return cost[n][m]


@programs.at(({"ab": 1.0, "bc": 2.0, "ac": 4.0, "cd": 1.5, "bd": 3.0}, "a", "d"))
def shortest_path_by_relaxation(edges, source, target):
    distance = {source: 0.0}
    for _ in range(4):
        for edge, length in edges.items():
            u, v = edge[0], edge[1]
            if u in distance:
                through = distance[u] + length
                if v not in distance or through < distance[v]:
                    distance[v] = through
    return distance[target] ** 2


@programs.at(
    (
        [(np.array([[0.1, -0.2], [0.3, 0.4], [0.2, 0.1]]), np.array([0.1, 0.2, 0.3])), (np.ones((1, 3)), np.zeros(1))],
        np.array([[1.0, 2.0], [-1.0, 0.5]]),
        np.array([0.5, 1.0]),
    ),
    argnums=0,
)
def a_network_over_a_batch(layers, X, y):
    def sigma(z):
        return 1 / (1 + np.exp(-z))

    loss = 0.0
    for x, target in zip(X, y):
        f = x
        for A, b in layers:
            f = sigma(A @ f + b)
        loss = loss + (f[0] - target) ** 2
    penalty = sum(np.sum(A**2) for A, _ in layers)
    return loss / len(y) + 0.01 * penalty


class Particle(NamedTuple):
    x: float
    v: float


@dataclass
class Oscillator:
    stiffness: float
    damping: float
    limit: float = 0.2

    def force(self, p: Particle) -> float:
        f = -self.stiffness * p.x - self.damping * p.v
        if abs(p.x) > self.limit:
            f -= 10 * p.x**3
        return f

    def run(self, p, dt, steps):
        for _ in range(steps):
            v = p.v + dt * self.force(p)
            p = Particle(p.x + dt * v, v)
        return p


@programs.at((Oscillator(2.0, 0.1), Particle(0.5, 0.3), 8), (Oscillator(2.0, 0.1), Particle(0.1, 0.1), 3))
def objects_with_state_in_a_simulation(model, start, steps):
    end = model.run(start, 0.05, steps)
    return 0.5 * end.v**2 + 0.5 * model.stiffness * end.x**2


@programs.at(
    (np.array([[0.7, 0.3], [0.4, 0.6]]), np.array([[0.9, 0.1], [0.2, 0.8]]), [0, 1, 1, 0]),
    (np.array([[0.7, 0.3], [0.4, 0.6]]), np.array([[0.9, 0.1], [0.2, 0.8]]), []),
    argnums=(0, 1),
)
def hidden_markov_likelihood(T, E, symbols):
    alpha = np.array([0.5, 0.5])
    log_likelihood = 0.0
    for s in symbols:
        alpha = (alpha @ T) * E[:, s]
        scale = alpha.sum()
        log_likelihood = log_likelihood + np.log(scale)
        alpha = alpha / scale
    return log_likelihood


@programs.at((np.array([[4.0, 1.0], [1.0, 3.0]]), np.array([1.0, 2.0])))
def conjugate_gradients(A, b):
    x = np.zeros_like(b)
    r = b - A @ x
    p = r
    rs = r @ r
    for _ in range(2):
        Ap = A @ p
        alpha = rs / (p @ Ap)
        x = x + alpha * p
        r = r - alpha * Ap
        new = r @ r
        p = r + new / rs * p
        rs = new
    return x @ x


@programs.at((np.array([1.0, 0.5, 0.25, 2.0]), 0.1))
def heat_equation_by_slices(u, k):
    history = []
    for step in range(5):
        lap = np.concatenate([np.zeros(1), u[2:] - 2 * u[1:-1] + u[:-2], np.zeros(1)])
        u = u + k * lap * (1 + u**2)
        if step % 2:
            history.append(u[1] * u[2])
    return np.sum(u**2) + sum(history)


@programs.at((0.87, 0.3, 20), (0.65, 0.54, 20), (0.8, 0.3, 0))
def a_state_machine(x, y, n):
    state = "idle"
    energy = x
    log = []
    for i in range(n):
        match state:
            case "idle":
                energy = energy + y
                if energy > 1.7:
                    state = "work"
            case "work":
                energy = energy * x
                log.append(energy)
                if energy < 0.8:
                    state = "rest" if i % 2 else "idle"
            case "rest":
                energy += y * y
                state = "idle"
    return energy + sum(e * e for e in log)


@programs.at((3.0, 2.0))
def a_small_interpreter(x, y):
    program = [("push", "x"), ("push", "y"), ("mul", None), ("push", "x"), ("sin", None), ("add", None), ("dup", None)]
    program += [("mul", None)]
    env = {"x": x, "y": y}
    stack = []
    for op, arg in program:
        if op == "push":
            stack.append(env[arg])
        elif op == "dup":
            stack.append(stack[-1])
        elif op == "sin":
            stack.append(math.sin(stack.pop()))
        else:
            b = stack.pop()
            a = stack.pop()
            stack.append(a * b if op == "mul" else a + b)
    return stack[0]


@programs.at((np.array([0.2, 0.5, 0.3]), 1.7), (np.array([0.2]), 1.7))
def clenshaw_for_chebyshev(c, x):
    t = x / 2
    b1 = b2 = 0.0
    for k in range(len(c) - 1, 0, -1):
        b1, b2 = c[k] + 2 * t * b1 - b2, b1
    return c[0] + t * b1 - b2


@programs.at((0.05, 0.2, 1.1), (0.05, 0.2, 0.9))
def an_option_on_a_binomial_tree(rate, sigma, spot):
    steps, strike = 4, 1.0
    dt = 1.0 / steps
    up = math.exp(sigma * math.sqrt(dt))
    down = 1 / up
    p = (math.exp(rate * dt) - down) / (up - down)
    discount = math.exp(-rate * dt)
    values = [max(strike - spot * up**j * down ** (steps - j), 0.0) for j in range(steps + 1)]
    for n in range(steps - 1, -1, -1):
        for j in range(n + 1):
            hold = discount * (p * values[j + 1] + (1 - p) * values[j])
            exercise = strike - spot * up**j * down ** (n - j)
            values[j] = hold if hold > exercise else exercise
    return values[0] * 10 + spot


@programs.at((1.2, 0.4), (0.5, 2.0))
def arithmetic_geometric_mean(a, b):
    while abs(a - b) > 1e-12:
        a, b = (a + b) / 2, math.sqrt(a * b)
    return a


@programs.at(([3.0, 1.0, 2.0, 5.0, 4.0],), ([1.0],), ([2.0, 1.0],))
def quicksort_by_recursion(xs):
    def sort(ys):
        if len(ys) <= 1:
            return ys
        pivot, *rest = ys
        small = [y for y in rest if y < pivot]
        large = [y for y in rest if y >= pivot]
        return sort(small) + [pivot] + sort(large)

    return sum((i + 1) * y * y for i, y in enumerate(sort(xs)))


@programs.at(([3.0, 1.0, 2.0, 5.0],))
def bubble_sort_with_swaps(xs):
    ys = [x * x for x in xs]
    n = len(ys)
    for i in range(n):
        swapped = False
        for j in range(n - 1 - i):
            if ys[j] > ys[j + 1]:
                ys[j], ys[j + 1] = ys[j + 1], ys[j]
                swapped = True
        if not swapped:
            break
    return sum(y ** (1 / (i + 1)) for i, y in enumerate(ys))


@programs.at((np.array([[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 2.0]]),))
def cholesky_in_lists(A):
    n = len(A)
    L = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            s = A[i, j] - sum(L[i][k] * L[j][k] for k in range(j))
            L[i][j] = math.sqrt(s) if i == j else s / L[j][j]
    return 2 * sum(math.log(L[i][i]) for i in range(n)) + L[2][0]


@programs.at((0.3, 0.7, 12))
def a_memoised_recursion_in_a_dict(x, y, n):
    memo = {}

    def f(k):
        if k < 2:
            return x if k == 0 else y
        if k not in memo:
            memo[k] = f(k - 1) * 0.9 + f(k - 2) * x
        return memo[k]

    return f(n)


@programs.at((0.1, 5.0), (0.4, 0.1))
def adaptive_steps_that_are_rejected(k, y):
    t, h, rejected = 0.0, 0.5, 0
    while t < 1.0:
        if t + h > 1.0:
            h = 1.0 - t
        big = y - h * k * y * y
        half = y - h / 2 * k * y * y
        small = half - h / 2 * k * half * half
        if abs(big - small) > 0.02:
            h = h / 2
            rejected += 1
            continue
        t += h
        y = small
        h = h * 1.5
    return y * (1 + rejected)


test_gradient = programs.test()
