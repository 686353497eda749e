"""Linear regression by gradient descent on y = x + 1 + noise, with the path over the loss surface."""

import numpy as np

import srcad
from plotting import figure, save


def measurements(points=50, seed=0):
    """Points on the line y = x + 1, with noise."""
    random = np.random.default_rng(seed)
    x = np.linspace(0.0, 2.0, points)
    return x, x + 1 + random.normal(0.0, 0.2, points)


def loss(slope, intercept, x, y):
    residual = slope * x + intercept - y
    return np.mean(residual**2)


def descend(x, y, steps=300, rate=0.2):
    """Gradient descent from (slope, intercept) = (-1, 3): the parameters and losses of every step."""
    loss_and_gradient = srcad.value_and_grad(loss, argnums=(0, 1))
    slope, intercept = -1.0, 3.0
    path, losses = [], []
    for _ in range(steps):
        value, (d_slope, d_intercept) = loss_and_gradient(slope, intercept, x, y)
        path.append((slope, intercept))
        losses.append(value)
        slope -= rate * d_slope
        intercept -= rate * d_intercept
    return np.array(path), np.array(losses)


def plot(x, y, path, losses):
    """The fit, the loss curve, and the path over the loss surface."""
    drawing, (fit, curve, surface) = figure(columns=3, size=(13, 4))

    slope, intercept = path[-1]
    fit.plot(x, y, "o", markersize=3, label="data")
    fit.plot(x, slope * x + intercept, label=f"y = {slope:.2f} x + {intercept:.2f}")
    fit.set(title="fit", xlabel="x", ylabel="y")
    fit.legend()

    curve.semilogy(losses)
    curve.set(title="loss", xlabel="step")

    slopes, intercepts = np.linspace(-1.5, 3.0, 80), np.linspace(-1.0, 3.5, 80)
    heights = [[loss(s, i, x, y) for s in slopes] for i in intercepts]
    surface.contourf(slopes, intercepts, np.log(heights), levels=30)
    surface.plot(path[:, 0], path[:, 1], "w.-", markersize=3, linewidth=1)
    surface.set(title="path over the log of the loss", xlabel="slope", ylabel="intercept")
    return save(drawing, "linear_regression.png")


def main():
    x, y = measurements()
    path, losses = descend(x, y)
    slope, intercept = path[-1]
    print(f"y = {slope:.4f} x + {intercept:.4f} after {len(losses)} steps, loss {losses[0]:.4f} -> {losses[-1]:.4f}")
    print("plot:", plot(x, y, path, losses))


if __name__ == "__main__":
    main()
