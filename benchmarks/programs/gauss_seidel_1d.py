"""An in-place stencil in one dimension: Gauss-Seidel sweeps of a nonlinear diffusion equation."""

import numpy as np

ARGNUMS = (0, 1)
STATIC = (2,)
WRITES = (0,)


def inputs(n=100, sweeps=10):
    random = np.random.default_rng(0)
    return random.normal(size=n), random.normal(size=n), sweeps


def primal(u, rhs, sweeps):
    n = u.shape[0]
    for _ in range(sweeps):
        for i in range(1, n - 1):
            u[i] = 0.5 * (u[i - 1] + u[i + 1] - 0.1 * u[i] * u[i] - rhs[i])
    return np.sum(u * u)


def by_hand(u, rhs, sweeps):
    u = u.copy()
    n = u.shape[0]
    tape = []
    for _ in range(sweeps):
        for i in range(1, n - 1):
            tape.append(u[i])
            u[i] = 0.5 * (u[i - 1] + u[i + 1] - 0.1 * u[i] * u[i] - rhs[i])
    d_u = 2.0 * u
    d_rhs = np.zeros_like(rhs)
    for _ in range(sweeps):
        for i in range(n - 2, 0, -1):
            d = 0.5 * d_u[i]
            d_u[i - 1] += d
            d_u[i + 1] += d
            d_u[i] = -0.2 * d * tape.pop()
            d_rhs[i] -= d
    return d_u, d_rhs


def by_hand_compiled(u, rhs, sweeps):
    u = u.copy()
    n = u.shape[0]
    tape = np.empty((sweeps, n))
    for t in range(sweeps):
        for i in range(1, n - 1):
            tape[t, i] = u[i]
            u[i] = 0.5 * (u[i - 1] + u[i + 1] - 0.1 * u[i] * u[i] - rhs[i])
    d_u = 2.0 * u
    d_rhs = np.zeros_like(rhs)
    for t in range(sweeps - 1, -1, -1):
        for i in range(n - 2, 0, -1):
            d = 0.5 * d_u[i]
            d_u[i - 1] += d
            d_u[i + 1] += d
            d_u[i] = -0.2 * d * tape[t, i]
            d_rhs[i] -= d
    return d_u, d_rhs


def limit(u, rhs, sweeps):
    """The new neighbour stays in a register on the way there and on the way back."""
    n = u.shape[0]
    states = np.empty((sweeps + 1, n))
    states[0] = u
    for t in range(sweeps):
        old, new = states[t], states[t + 1]
        left = new[0] = old[0]
        for i in range(1, n - 1):
            left = 0.5 * (left + old[i + 1] - 0.1 * old[i] * old[i] - rhs[i])
            new[i] = left
        new[n - 1] = old[n - 1]
    d_u = 2.0 * states[sweeps]
    d_rhs = np.zeros_like(rhs)
    for t in range(sweeps - 1, -1, -1):
        old = states[t]
        here = d_u[n - 2]
        for i in range(n - 2, 0, -1):
            d = 0.5 * here
            here = d_u[i - 1] + d
            d_u[i + 1] += d
            d_u[i] = -0.2 * d * old[i]
            d_rhs[i] -= d
        d_u[0] = here
    return d_u, d_rhs


def in_jax(jax, jnp):
    def program(u, rhs, sweeps):
        def sweep(u, _):
            def update(left, column):
                here, right, f = column
                new = 0.5 * (left + right - 0.1 * here * here - f)
                return new, new

            _, inner = jax.lax.scan(update, u[0], (u[1:-1], u[2:], rhs[1:-1]))
            return jnp.concatenate([u[:1], inner, u[-1:]]), None

        u, _ = jax.lax.scan(sweep, u, None, length=sweeps)
        return jnp.sum(u * u)

    return program


def in_torch(torch):
    def program(u, rhs, sweeps):
        u, rhs = list(u.unbind()), rhs.unbind()
        for _ in range(sweeps):
            for i in range(1, len(u) - 1):
                u[i] = 0.5 * (u[i - 1] + u[i + 1] - 0.1 * u[i] * u[i] - rhs[i])
        u = torch.stack(u)
        return (u * u).sum()

    return program


def in_autograd(np):
    def program(u, rhs, sweeps):
        u, rhs = [x for x in u], [f for f in rhs]
        for _ in range(sweeps):
            for i in range(1, len(u) - 1):
                u[i] = 0.5 * (u[i - 1] + u[i + 1] - 0.1 * u[i] * u[i] - rhs[i])
        u = np.array(u)
        return np.sum(u * u)

    return program
