"""Vectorised slices: Burgers' equation, upwind in space, explicit in time."""

import numpy as np

ARGNUMS = (0,)
STATIC = (4,)
WRITES = (0,)


def inputs(n=400, steps=100):
    return np.sin(np.linspace(0.0, 6.0, n)) + 1.5, 0.05, 1e-4, 0.015, steps


def primal(u, nu, dt, dx, steps):
    un = np.empty_like(u)
    for _ in range(steps):
        un[:] = u
        u[1:-1] = (
            un[1:-1] - dt / dx * un[1:-1] * (un[1:-1] - un[:-2]) + nu * dt / dx**2 * (un[2:] - 2 * un[1:-1] + un[:-2])
        )
    return np.sum(u * u)


def by_hand(u, nu, dt, dx, steps):
    u = u.copy()
    states = np.empty((steps, len(u)))
    for t in range(steps):
        un = states[t]
        un[:] = u
        u[1:-1] = (
            un[1:-1] - dt / dx * un[1:-1] * (un[1:-1] - un[:-2]) + nu * dt / dx**2 * (un[2:] - 2 * un[1:-1] + un[:-2])
        )
    d_u = 2.0 * u
    a, b = dt / dx, nu * dt / dx**2
    for t in range(steps - 1, -1, -1):
        un = states[t]
        d = d_u[1:-1].copy()
        flow = a * d * un[1:-1]
        spread = b * d
        d_u[1:-1] = d - a * d * (un[1:-1] - un[:-2]) - flow - 2 * spread
        d_u[:-2] += flow + spread
        d_u[2:] += spread
    return (d_u,)


def limit(u, nu, dt, dx, steps):
    n = len(u)
    a, b = dt / dx, nu * dt / dx**2
    states = np.empty((steps + 1, n))
    states[0] = u
    for t in range(steps):
        un, new = states[t], states[t + 1]
        new[0], new[n - 1] = un[0], un[n - 1]
        for i in range(1, n - 1):
            new[i] = un[i] - a * un[i] * (un[i] - un[i - 1]) + b * (un[i + 1] - 2 * un[i] + un[i - 1])
    d_u, d_new = 2.0 * states[steps], np.empty(n)
    for t in range(steps - 1, -1, -1):
        un = states[t]
        d_u, d_new = d_new, d_u
        d_u[0] = d_new[0] + d_new[1] * (a * un[1] + b)
        d_u[1] = d_new[1] * (1 - a * (2 * un[1] - un[0]) - 2 * b) + d_new[2] * (a * un[2] + b)
        for i in range(2, n - 2):
            d_u[i] = (
                d_new[i] * (1 - a * (2 * un[i] - un[i - 1]) - 2 * b)
                + d_new[i + 1] * (a * un[i + 1] + b)
                + d_new[i - 1] * b
            )
        d_u[n - 2] = d_new[n - 2] * (1 - a * (2 * un[n - 2] - un[n - 3]) - 2 * b) + d_new[n - 3] * b
        d_u[n - 1] = d_new[n - 1] + d_new[n - 2] * b
    return (d_u,)


def in_jax(jax, jnp):
    def program(u, nu, dt, dx, steps):
        def step(u, _):
            inner = u[1:-1] - dt / dx * u[1:-1] * (u[1:-1] - u[:-2]) + nu * dt / dx**2 * (u[2:] - 2 * u[1:-1] + u[:-2])
            return jnp.concatenate([u[:1], inner, u[-1:]]), None

        u, _ = jax.lax.scan(step, u, None, length=steps)
        return jnp.sum(u * u)

    return program


def in_torch(torch):
    def program(u, nu, dt, dx, steps):
        for _ in range(steps):
            inner = u[1:-1] - dt / dx * u[1:-1] * (u[1:-1] - u[:-2]) + nu * dt / dx**2 * (u[2:] - 2 * u[1:-1] + u[:-2])
            u = torch.cat([u[:1], inner, u[-1:]])
        return (u * u).sum()

    return program


def in_autograd(np):
    def program(u, nu, dt, dx, steps):
        for _ in range(steps):
            inner = u[1:-1] - dt / dx * u[1:-1] * (u[1:-1] - u[:-2]) + nu * dt / dx**2 * (u[2:] - 2 * u[1:-1] + u[:-2])
            u = np.concatenate([u[:1], inner, u[-1:]])
        return np.sum(u * u)

    return program
