"""Fit a predator-prey model to the fur record of the Hudson's Bay Company, 1900 to 1920.

The model is Lotka and Volterra's: hare grow at rate alpha and are eaten at rate beta, lynx grow by eating at rate
delta and die at rate gamma. The simulation is an ordinary Python loop of Runge-Kutta steps; srcad differentiates it
as it stands, and L-BFGS-B fits the four rates and the two populations of 1900 to the record.
"""

from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from scipy.optimize import minimize

import srcad
from plotting import figure, save
from srcad.tools.highlight import print_code

RECORD = Path(__file__).parent / "data" / "hudson_bay_lynx_hare.csv"
STEPS_PER_YEAR = 10
NAMES = ("alpha", "beta", "gamma", "delta", "hare in 1900", "lynx in 1900")
START = np.array([0.5, 0.02, 0.9, 0.02, 25.0, 5.0])


def growth(hare, lynx, alpha, beta, gamma, delta):
    """The rates of change of both populations."""
    return alpha * hare - beta * hare * lynx, delta * hare * lynx - gamma * lynx


def simulate(alpha, beta, gamma, delta, hare, lynx, samples, interval=1.0, steps=STEPS_PER_YEAR):
    """Both populations at `samples` times, `interval` years apart, with `steps` Runge-Kutta steps between them."""
    dt = interval / steps
    hares, lynxes = [hare], [lynx]
    for _ in range(samples - 1):
        for _ in range(steps):
            h1, l1 = growth(hare, lynx, alpha, beta, gamma, delta)
            h2, l2 = growth(hare + dt / 2 * h1, lynx + dt / 2 * l1, alpha, beta, gamma, delta)
            h3, l3 = growth(hare + dt / 2 * h2, lynx + dt / 2 * l2, alpha, beta, gamma, delta)
            h4, l4 = growth(hare + dt * h3, lynx + dt * l3, alpha, beta, gamma, delta)
            hare = hare + dt / 6 * (h1 + 2 * h2 + 2 * h3 + h4)
            lynx = lynx + dt / 6 * (l1 + 2 * l2 + 2 * l3 + l4)
        hares.append(hare)
        lynxes.append(lynx)
    return hares, lynxes


def loss(log_parameters, hare_record, lynx_record):
    """The sum of squared log-residuals. The parameters are logarithms, which keeps them positive."""
    alpha, beta, gamma, delta, hare, lynx = np.exp(log_parameters)
    hares, lynxes = simulate(alpha, beta, gamma, delta, hare, lynx, len(hare_record))
    hare_residual = np.log(np.array(hares)) - np.log(hare_record)
    lynx_residual = np.log(np.array(lynxes)) - np.log(lynx_record)
    return np.sum(hare_residual**2) + np.sum(lynx_residual**2)


def load():
    """Year, hare and lynx of the record, in thousands of pelts."""
    return np.loadtxt(RECORD, delimiter=",", skiprows=2, unpack=True)


def fit(hare, lynx, watch=None, iterations=100):
    """The parameters that minimise the loss, and scipy's report."""
    report = minimize(
        srcad.value_and_grad(loss),
        np.log(START),
        args=(hare, lynx),
        jac=True,
        method="L-BFGS-B",
        callback=watch,
        options={"maxiter": iterations},
    )
    return np.exp(report.x), report


def finite_differences(log_parameters, hare, lynx, step=1e-5):
    """Central differences of the loss, one parameter at a time."""
    gradient = np.empty_like(log_parameters)
    for i in range(len(log_parameters)):
        there, back = log_parameters.copy(), log_parameters.copy()
        there[i] += step
        back[i] -= step
        gradient[i] = (loss(there, hare, lynx) - loss(back, hare, lynx)) / (2 * step)
    return gradient


def fit_with_progress(console, hare, lynx):
    columns = (
        TextColumn("fitting"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("fit", total=100, note="")

        def watch(intermediate_result):
            progress.update(task, advance=1, note=f"loss {intermediate_result.fun:.4f}")

        parameters, report = fit(hare, lynx, watch)
        progress.update(task, total=report.nit)
    return parameters, report


def show_parameters(console, parameters, report):
    console.print(f"\nFitted parameters (loss {report.fun:.4f} after {report.nit} iterations):")
    table = Table()
    for heading, side in (("parameter", "left"), ("start", "right"), ("fitted", "right")):
        table.add_column(heading, justify=side)
    for name, start, fitted in zip(NAMES, START, parameters, strict=True):
        table.add_row(name, f"{start:.4f}", f"{fitted:.4f}")
    console.print(table)


def show_gradient_check(console, hare, lynx):
    """The gradient at the start of the fit, where it is far from zero, beside finite differences."""
    ours = srcad.grad(loss)(np.log(START), hare, lynx)
    numerical = finite_differences(np.log(START), hare, lynx)
    console.print("\nThe gradient at the start of the fit, by the logarithm of each parameter:")
    table = Table()
    for heading, side in (
        ("parameter", "left"),
        ("srcad", "right"),
        ("differences", "right"),
        ("relative error", "right"),
    ):
        table.add_column(heading, justify=side)
    for name, a, n in zip(NAMES, ours, numerical, strict=True):
        table.add_row(name, f"{a:.8f}", f"{n:.8f}", f"{abs(a - n) / abs(n):.1e}")
    console.print(table)


def plot(year, hare, lynx, parameters):
    """Data as points, fit as lines; returns the path of the picture."""
    drawing, axes = figure(size=(8, 4.5))
    step = 1 / STEPS_PER_YEAR
    at = np.arange(year[0], year[-1] + step / 2, step)
    hares, lynxes = simulate(*parameters, samples=len(at), interval=step, steps=1)
    for record, curve, name, colour in ((hare, hares, "hare", "tab:brown"), (lynx, lynxes, "lynx", "tab:blue")):
        axes.plot(year, record, "o", color=colour, label=f"{name}, pelts")
        axes.plot(at, curve, color=colour, label=f"{name}, model")
    axes.set(
        xticks=year[::5],
        xlabel="year",
        ylabel="thousands",
        title="Hudson's Bay Company fur returns and the fit",
    )
    axes.legend()
    return save(drawing, "predator_prey.png")


def main():
    console = Console()
    year, hare, lynx = load()
    parameters, report = fit_with_progress(console, hare, lynx)
    show_parameters(console, parameters, report)

    console.print("\nThe generated adjoint of the simulation:\n")
    print_code(srcad.grad(loss).source_for(np.log(START), hare, lynx), console)

    show_gradient_check(console, hare, lynx)
    console.print(f"\nplot: {plot(year, hare, lynx, parameters)}", soft_wrap=True)


if __name__ == "__main__":
    main()
