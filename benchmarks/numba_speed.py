"""What a compiled gradient costs beside the adjoint that a person would write in the same form and compile too.

Columns: the program itself under Numba, an adjoint written by hand in the same form under Numba, srcad under Numba, and
srcad in Python; then srcad's time over that of the adjoint by hand, and over that of the program. All of a row run
interleaved in one process, each the best of several, after the gradients were compared. One thread.

    python benchmarks/numba_speed.py            print the table
"""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import math  # noqa: E402
import time  # noqa: E402

import numba  # noqa: E402
import numpy as np  # noqa: E402

import srcad  # noqa: E402

ROUNDS, SECONDS = 7, 0.02


def pendulum(angle, speed, damping, dt, steps):
    for _ in range(steps):
        if angle > 0.0:
            pull = damping * speed
        else:
            pull = 2.0 * damping * speed * speed
        speed = speed - dt * (math.sin(angle) + pull)
        angle = angle + dt * speed
    return angle * angle


def pendulum_by_hand(angle, speed, damping, dt, steps):
    angles, speeds = np.empty(steps), np.empty(steps)
    for i in range(steps):
        angles[i], speeds[i] = angle, speed
        if angle > 0.0:
            pull = damping * speed
        else:
            pull = 2.0 * damping * speed * speed
        speed = speed - dt * (math.sin(angle) + pull)
        angle = angle + dt * speed
    d_angle, d_speed, d_damping = 2.0 * angle, 0.0, 0.0
    for i in range(steps - 1, -1, -1):
        angle, speed = angles[i], speeds[i]
        d_speed += dt * d_angle
        d_sum = -dt * d_speed
        d_angle += d_sum * math.cos(angle)
        if angle > 0.0:
            d_damping += d_sum * speed
            d_speed += d_sum * damping
        else:
            d_damping += d_sum * 2.0 * speed * speed
            d_speed += d_sum * 4.0 * damping * speed
    return d_angle, d_speed, d_damping


def gauss_seidel(p, rhs, sweeps):
    n, m = p.shape
    for _ in range(sweeps):
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                p[i, j] = 0.25 * (p[i - 1, j] + p[i + 1, j] + p[i, j - 1] + p[i, j + 1] - rhs[i, j])
    return np.sum(p * p)


def gauss_seidel_by_hand(p, rhs, sweeps):
    p = p.copy()
    n, m = p.shape
    for _ in range(sweeps):
        for i in range(1, n - 1):
            for j in range(1, m - 1):
                p[i, j] = 0.25 * (p[i - 1, j] + p[i + 1, j] + p[i, j - 1] + p[i, j + 1] - rhs[i, j])
    d_p = 2.0 * p
    d_rhs = np.zeros_like(rhs)
    for _ in range(sweeps):
        for i in range(n - 2, 0, -1):
            for j in range(m - 2, 0, -1):
                d = 0.25 * d_p[i, j]
                d_p[i, j] = 0.0
                d_p[i - 1, j] += d
                d_p[i + 1, j] += d
                d_p[i, j - 1] += d
                d_p[i, j + 1] += d
                d_rhs[i, j] -= d
    return d_p, d_rhs


def burgers(u, nu, dt, dx, steps):
    u = u.copy()
    un = np.empty_like(u)
    for _ in range(steps):
        un[:] = u
        u[1:-1] = (
            un[1:-1] - dt / dx * un[1:-1] * (un[1:-1] - un[:-2]) + nu * dt / dx**2 * (un[2:] - 2 * un[1:-1] + un[:-2])
        )
    return np.sum(u * u)


def burgers_by_hand(u, nu, dt, dx, steps):
    u = u.copy()
    states = np.empty((steps, len(u)))
    a, b = dt / dx, nu * dt / dx**2
    for i in range(steps):
        states[i] = u
        un = states[i]
        u[1:-1] = un[1:-1] - a * un[1:-1] * (un[1:-1] - un[:-2]) + b * (un[2:] - 2 * un[1:-1] + un[:-2])
    d_u = 2.0 * u
    for i in range(steps - 1, -1, -1):
        un = states[i]
        d = d_u[1:-1].copy()
        d_u[1:-1] = d * (1.0 - a * (2.0 * un[1:-1] - un[:-2]) - 2.0 * b)
        d_u[:-2] += d * (a * un[1:-1] + b)
        d_u[2:] += d * b
    return d_u


def soft_dtw(x, y, gamma):
    n, m = len(x), len(y)
    R = np.full((n + 1, m + 1), 1e10)
    R[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            a, b, c = R[i - 1, j - 1], R[i - 1, j], R[i, j - 1]
            low = min(a, b, c)
            total = math.exp((low - a) / gamma) + math.exp((low - b) / gamma) + math.exp((low - c) / gamma)
            R[i, j] = (x[i - 1] - y[j - 1]) ** 2 + low - gamma * math.log(total)
    return R[n, m]


def soft_dtw_by_hand(x, y, gamma):
    n, m = len(x), len(y)
    R = np.full((n + 1, m + 1), 1e10)
    R[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            a, b, c = R[i - 1, j - 1], R[i - 1, j], R[i, j - 1]
            low = min(a, b, c)
            total = math.exp((low - a) / gamma) + math.exp((low - b) / gamma) + math.exp((low - c) / gamma)
            R[i, j] = (x[i - 1] - y[j - 1]) ** 2 + low - gamma * math.log(total)
    d_R = np.zeros_like(R)
    d_R[n, m] = 1.0
    d_x, d_y = np.zeros_like(x), np.zeros_like(y)
    for i in range(n, 0, -1):
        for j in range(m, 0, -1):
            d = d_R[i, j]
            gap = 2.0 * d * (x[i - 1] - y[j - 1])
            d_x[i - 1] += gap
            d_y[j - 1] -= gap
            a, b, c = R[i - 1, j - 1], R[i - 1, j], R[i, j - 1]
            low = min(a, b, c)
            p, q, r = math.exp((low - a) / gamma), math.exp((low - b) / gamma), math.exp((low - c) / gamma)
            d /= p + q + r
            d_R[i - 1, j - 1] += d * p
            d_R[i - 1, j] += d * q
            d_R[i, j - 1] += d * r
    return d_x, d_y


def lu(A):
    n = A.shape[0]
    for k in range(n):
        for i in range(k + 1, n):
            A[i, k] = A[i, k] / A[k, k]
            for j in range(k + 1, n):
                A[i, j] = A[i, j] - A[i, k] * A[k, j]
    s = 0.0
    for k in range(n):
        s += math.log(abs(A[k, k]))
    return s


def lu_by_hand(A):
    A = A.copy()
    n = A.shape[0]
    for k in range(n):
        for i in range(k + 1, n):
            A[i, k] = A[i, k] / A[k, k]
            for j in range(k + 1, n):
                A[i, j] = A[i, j] - A[i, k] * A[k, j]
    d_A = np.zeros_like(A)
    for k in range(n):
        d_A[k, k] = 1.0 / A[k, k]
    for k in range(n - 1, -1, -1):
        for i in range(n - 1, k, -1):
            d = 0.0
            for j in range(n - 1, k, -1):
                d -= d_A[i, j] * A[k, j]
                d_A[k, j] -= d_A[i, j] * A[i, k]
            d_A[i, k] += d
            d_A[k, k] -= d_A[i, k] * A[i, k] / A[k, k]
            d_A[i, k] /= A[k, k]
    return d_A


def rosenbrock_of_two(x, y):
    return (1.0 - x) ** 2 + 100.0 * (y - x * x) ** 2


def rosenbrock_of_two_by_hand(x, y):
    gap = y - x * x
    return -2.0 * (1.0 - x) - 400.0 * gap * x, 200.0 * gap


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def rosenbrock_by_hand(x):
    gap = x[1:] - x[:-1] ** 2
    d_x = np.zeros_like(x)
    d_x[1:] = 200.0 * gap
    d_x[:-1] += -400.0 * gap * x[:-1] - 2.0 * (1.0 - x[:-1])
    return d_x


random = np.random.default_rng(0)
GRID = random.normal(size=(60, 60))
WAVE = np.sin(np.linspace(0.0, 6.0, 400)) + 1.5
MATRIX = random.normal(size=(60, 60)) + 60.0 * np.eye(60)
PROGRAMS = [
    (pendulum, pendulum_by_hand, (0, 1, 2), (0.5, 0.1, 0.2, 0.01, 2000)),
    (gauss_seidel, gauss_seidel_by_hand, (0, 1), (GRID, GRID.T.copy(), 20)),
    (burgers, burgers_by_hand, 0, (WAVE, 0.05, 1e-4, 0.015, 200)),
    (soft_dtw, soft_dtw_by_hand, (0, 1), (random.normal(size=80), random.normal(size=90), 0.5)),
    (lu, lu_by_hand, 0, (MATRIX,)),
    (rosenbrock_of_two, rosenbrock_of_two_by_hand, (0, 1), (1.2, 0.7)),
    (rosenbrock, rosenbrock_by_hand, 0, (random.normal(size=1000),)),
]


def calls_for(function, args):
    """How many calls take long enough to be timed."""
    count = 1
    while True:
        start = time.perf_counter()
        for _ in range(count):
            function(*args)
        if time.perf_counter() - start > SECONDS:
            return count
        count *= 2


def measured(functions, args):
    """The seconds a call of each function takes: the best of several rounds in which they take turns."""
    counts = [calls_for(f, args) for f in functions]
    best = [math.inf] * len(functions)
    for _ in range(ROUNDS):
        for k, (function, count) in enumerate(zip(functions, counts, strict=True)):
            start = time.perf_counter()
            for _ in range(count):
                function(*args)
            best[k] = min(best[k], (time.perf_counter() - start) / count)
    return best


def shown(seconds):
    return f"{seconds * 1e6:12.2f}"


def main():
    print("microseconds a call")
    print(f"{'program':20}{'program':>12}{'by hand':>12}{'srcad Numba':>12}{'srcad Python':>13}"
          f"{'/ by hand':>11}{'/ program':>11}")  # fmt: skip
    ratios = []
    for program, by_hand, argnums, args in PROGRAMS:
        wanted = numba.njit(by_hand)
        compiled = srcad.grad(program, argnums, backend="numba")
        python = srcad.grad(program, argnums)
        for found in (compiled(*args), python(*args)):
            pairs = (found, wanted(*args)) if isinstance(argnums, tuple) else ([found], [wanted(*args)])
            for ours, theirs in zip(*pairs, strict=True):
                np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-10, err_msg=program.__name__)
        jitted = numba.njit(program)
        fresh = [np.array(a) if isinstance(a, np.ndarray) else a for a in args]
        jitted(*fresh)  # a program that writes into its arguments is timed on what it leaves
        own = compiled.specialize(*args)
        primal, hand, ours, slow = measured([lambda *_, f=jitted, a=fresh: f(*a), wanted, own, python], args)
        ratios.append(ours / hand)
        print(f"{program.__name__:20}{shown(primal)}{shown(hand)}{shown(ours)}{shown(slow):>13}"
              f"{ours / hand:11.2f}{ours / primal:11.2f}")  # fmt: skip
    mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
    print(f"srcad Numba takes {mean:.2f} times the adjoint by hand, in the geometric mean")


if __name__ == "__main__":
    main()
