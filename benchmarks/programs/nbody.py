"""Nested loops over pairs: gravity among bodies, by the leapfrog method, into arrays that are updated in place."""

import math

import numpy as np

ARGNUMS = (0, 1, 2)
STATIC = (4,)
WRITES = (0, 1)


def inputs(n=6, steps=10):
    random = np.random.default_rng(0)
    return random.normal(size=(n, 3)), 0.1 * random.normal(size=(n, 3)), random.uniform(1.0, 2.0, size=n), 0.01, steps


def primal(position, velocity, mass, dt, steps):
    n = position.shape[0]
    for _ in range(steps):
        for i in range(n):
            for j in range(i):
                dx = position[i, 0] - position[j, 0]
                dy = position[i, 1] - position[j, 1]
                dz = position[i, 2] - position[j, 2]
                r2 = dx * dx + dy * dy + dz * dz + 0.01
                pull = dt / (r2 * math.sqrt(r2))
                velocity[i, 0] -= mass[j] * pull * dx
                velocity[i, 1] -= mass[j] * pull * dy
                velocity[i, 2] -= mass[j] * pull * dz
                velocity[j, 0] += mass[i] * pull * dx
                velocity[j, 1] += mass[i] * pull * dy
                velocity[j, 2] += mass[i] * pull * dz
        position += dt * velocity
    return np.sum(position * position)


def by_hand(position, velocity, mass, dt, steps):
    """Positions are found again by the step that made them, velocities are read by no derivative."""
    position, velocity = position.copy(), velocity.copy()
    n = position.shape[0]
    tape = []
    for _ in range(steps):
        tape.append(position.copy())
        for i in range(n):
            for j in range(i):
                dx = position[i, 0] - position[j, 0]
                dy = position[i, 1] - position[j, 1]
                dz = position[i, 2] - position[j, 2]
                r2 = dx * dx + dy * dy + dz * dz + 0.01
                pull = dt / (r2 * math.sqrt(r2))
                velocity[i, 0] -= mass[j] * pull * dx
                velocity[i, 1] -= mass[j] * pull * dy
                velocity[i, 2] -= mass[j] * pull * dz
                velocity[j, 0] += mass[i] * pull * dx
                velocity[j, 1] += mass[i] * pull * dy
                velocity[j, 2] += mass[i] * pull * dz
        position += dt * velocity
    d_position = 2.0 * position
    d_velocity = np.zeros_like(velocity)
    d_mass = np.zeros_like(mass)
    for _ in range(steps):
        position = tape.pop()
        d_velocity += dt * d_position
        for i in range(n - 1, -1, -1):
            for j in range(i - 1, -1, -1):
                dx = position[i, 0] - position[j, 0]
                dy = position[i, 1] - position[j, 1]
                dz = position[i, 2] - position[j, 2]
                r2 = dx * dx + dy * dy + dz * dz + 0.01
                pull = dt / (r2 * math.sqrt(r2))
                along_i = dx * d_velocity[i, 0] + dy * d_velocity[i, 1] + dz * d_velocity[i, 2]
                along_j = dx * d_velocity[j, 0] + dy * d_velocity[j, 1] + dz * d_velocity[j, 2]
                d_mass[i] += pull * along_j
                d_mass[j] -= pull * along_i
                d_pull = mass[i] * along_j - mass[j] * along_i
                d_r2 = -3.0 * d_pull * pull / r2
                d_dx = pull * (mass[i] * d_velocity[j, 0] - mass[j] * d_velocity[i, 0]) + d_r2 * dx
                d_dy = pull * (mass[i] * d_velocity[j, 1] - mass[j] * d_velocity[i, 1]) + d_r2 * dy
                d_dz = pull * (mass[i] * d_velocity[j, 2] - mass[j] * d_velocity[i, 2]) + d_r2 * dz
                d_position[i, 0] += d_dx
                d_position[i, 1] += d_dy
                d_position[i, 2] += d_dz
                d_position[j, 0] -= d_dx
                d_position[j, 1] -= d_dy
                d_position[j, 2] -= d_dz
    return d_position, d_velocity, d_mass


limit = by_hand


def in_jax(jax, jnp):
    def program(position, velocity, mass, dt, steps):
        def step(state, _):
            position, velocity = state
            gaps = position[:, None, :] - position[None, :, :]
            r2 = jnp.sum(gaps * gaps, axis=-1) + 0.01
            pull = mass[None, :] / (r2 * jnp.sqrt(r2))
            velocity = velocity - dt * jnp.sum(pull[:, :, None] * gaps, axis=1)
            return (position + dt * velocity, velocity), None

        (position, _), _ = jax.lax.scan(step, (position, velocity), None, length=steps)
        return jnp.sum(position * position)

    return program


def in_torch(torch):
    def program(position, velocity, mass, dt, steps):
        for _ in range(steps):
            gaps = position[:, None, :] - position[None, :, :]
            r2 = (gaps * gaps).sum(-1) + 0.01
            pull = mass[None, :] / (r2 * torch.sqrt(r2))
            velocity = velocity - dt * (pull[:, :, None] * gaps).sum(1)
            position = position + dt * velocity
        return (position * position).sum()

    return program


def in_autograd(np):
    def program(position, velocity, mass, dt, steps):
        for _ in range(steps):
            gaps = position[:, None, :] - position[None, :, :]
            r2 = np.sum(gaps * gaps, axis=-1) + 0.01
            pull = mass[None, :] / (r2 * np.sqrt(r2))
            velocity = velocity - dt * np.sum(pull[:, :, None] * gaps, axis=1)
            position = position + dt * velocity
        return np.sum(position * position)

    return program
