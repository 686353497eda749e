"""Loops that stop when converged: Kepler's equation, solved by Newton's method for each of many mean anomalies.

JAX has no reverse mode of a `while_loop`: an expert solves without derivatives and differentiates one last step, which
is exact where Newton's method has converged. That is less work than differentiating the iteration, as the others do.
"""

import math

import numpy as np

ARGNUMS = (0, 1)


def inputs(n=200):
    return np.linspace(0.1, 3.0, n), 0.6, 1e-10


def primal(anomalies, e, tolerance):
    total = 0.0
    for i in range(len(anomalies)):
        x = anomalies[i]
        change = 1.0
        while abs(change) > tolerance:
            change = (x - e * math.sin(x) - anomalies[i]) / (1.0 - e * math.cos(x))
            x = x - change
        total += math.sin(x)
    return total


def by_hand(anomalies, e, tolerance):
    xs, counts = [], []
    for i in range(len(anomalies)):
        x = anomalies[i]
        change = 1.0
        count = 0
        while abs(change) > tolerance:
            xs.append(x)
            change = (x - e * math.sin(x) - anomalies[i]) / (1.0 - e * math.cos(x))
            x = x - change
            count += 1
        xs.append(x)
        counts.append(count)
    d_anomalies = np.zeros_like(anomalies)
    d_e = 0.0
    for i in range(len(anomalies) - 1, -1, -1):
        d_x = math.cos(xs.pop())
        d_anomaly = 0.0
        for _ in range(counts.pop()):
            x = xs.pop()
            sine, cosine = math.sin(x), math.cos(x)
            slope = 1.0 - e * cosine
            change = (x - e * sine - anomalies[i]) / slope
            d_top = -d_x / slope
            d_slope = -d_top * change
            d_anomaly -= d_top
            d_e -= d_top * sine + d_slope * cosine
            d_x += d_top * slope + d_slope * e * sine
        d_anomalies[i] = d_anomaly + d_x
    return d_anomalies, d_e


def limit(anomalies, e, tolerance):
    """A loop's values are used up before the next begins: one short tape serves them all."""
    xs = np.empty(100)
    d_anomalies = np.empty_like(anomalies)
    d_e = 0.0
    for i in range(len(anomalies)):
        x = anomalies[i]
        change = 1.0
        count = 0
        while abs(change) > tolerance:
            xs[count] = x
            change = (x - e * math.sin(x) - anomalies[i]) / (1.0 - e * math.cos(x))
            x = x - change
            count += 1
        d_x = math.cos(x)
        d_anomaly = 0.0
        for k in range(count - 1, -1, -1):
            x = xs[k]
            sine, cosine = math.sin(x), math.cos(x)
            slope = 1.0 - e * cosine
            d_top = -d_x / slope
            d_slope = -d_top * (x - e * sine - anomalies[i]) / slope
            d_anomaly -= d_top
            d_e -= d_top * sine + d_slope * cosine
            d_x += d_top * slope + d_slope * e * sine
        d_anomalies[i] = d_anomaly + d_x
    return d_anomalies, d_e


def in_jax(jax, jnp):
    def program(anomalies, e, tolerance):
        def change(x, anomalies, e):
            return (x - e * jnp.sin(x) - anomalies) / (1.0 - e * jnp.cos(x))

        def step(state):
            x, _ = state
            last = change(x, fixed, fixed_e)
            return x - last, jnp.max(jnp.abs(last))

        fixed, fixed_e = jax.lax.stop_gradient(anomalies), jax.lax.stop_gradient(e)
        x, _ = jax.lax.while_loop(lambda state: state[1] > tolerance, step, (fixed, jnp.array(1.0)))
        return jnp.sum(jnp.sin(x - change(x, anomalies, e)))

    return program


def in_torch(torch):
    def program(anomalies, e, tolerance):
        x = anomalies
        change = torch.ones_like(x)
        while change.abs().max() > tolerance:
            change = (x - e * torch.sin(x) - anomalies) / (1.0 - e * torch.cos(x))
            x = x - change
        return torch.sin(x).sum()

    return program


def in_autograd(np):
    def program(anomalies, e, tolerance):
        x = anomalies
        change = np.ones(len(x))
        while np.max(np.abs(change)) > tolerance:
            change = (x - e * np.sin(x) - anomalies) / (1.0 - e * np.cos(x))
            x = x - change
        return np.sum(np.sin(x))

    return program
