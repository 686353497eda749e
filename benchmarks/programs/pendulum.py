"""A scalar loop with a branch: a pendulum that is damped more on one side."""

import math

import numpy as np

ARGNUMS = (0, 1, 2)
STATIC = (4,)


def inputs(steps=1000):
    return 0.5, 0.1, 0.2, 0.01, steps


def primal(angle, speed, damping, dt, steps):
    for _ in range(steps):
        if angle > 0.0:
            pull = damping * speed
        else:
            pull = 2.0 * damping * speed * speed
        speed = speed - dt * (math.sin(angle) + pull)
        angle = angle + dt * speed
    return angle * angle


def by_hand(angle, speed, damping, dt, steps):
    angles, speeds = [], []
    for _ in range(steps):
        angles.append(angle)
        speeds.append(speed)
        if angle > 0.0:
            pull = damping * speed
        else:
            pull = 2.0 * damping * speed * speed
        speed = speed - dt * (math.sin(angle) + pull)
        angle = angle + dt * speed
    d_angle, d_speed, d_damping = 2.0 * angle, 0.0, 0.0
    for _ in range(steps):
        angle, speed = angles.pop(), speeds.pop()
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


def by_hand_compiled(angle, speed, damping, dt, steps):
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


limit = by_hand_compiled


def in_jax(jax, jnp):
    def program(angle, speed, damping, dt, steps):
        def step(state, _):
            angle, speed = state
            pull = jnp.where(angle > 0.0, damping * speed, 2.0 * damping * speed * speed)
            speed = speed - dt * (jnp.sin(angle) + pull)
            return (angle + dt * speed, speed), None

        (angle, _), _ = jax.lax.scan(step, (angle, speed), None, length=steps)
        return angle * angle

    return program


def in_torch(torch):
    def program(angle, speed, damping, dt, steps):
        for _ in range(steps):
            if angle > 0.0:
                pull = damping * speed
            else:
                pull = 2.0 * damping * speed * speed
            speed = speed - dt * (torch.sin(angle) + pull)
            angle = angle + dt * speed
        return angle * angle

    return program


def in_autograd(np):
    def program(angle, speed, damping, dt, steps):
        for _ in range(steps):
            if angle > 0.0:
                pull = damping * speed
            else:
                pull = 2.0 * damping * speed * speed
            speed = speed - dt * (np.sin(angle) + pull)
            angle = angle + dt * speed
        return angle * angle

    return program
