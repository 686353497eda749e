"""Where the examples draw: figures without a screen, saved under examples/output/."""

from pathlib import Path

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot  # noqa: E402  (the backend has to be chosen first)

OUTPUT = Path(__file__).parent / "output"


def figure(columns=1, size=(7, 4)):
    """A figure and its axes, side by side."""
    return pyplot.subplots(1, columns, figsize=size, layout="constrained")


def save(drawing, name):
    """Write the figure; returns the path."""
    OUTPUT.mkdir(exist_ok=True)
    path = OUTPUT / name
    drawing.savefig(path, dpi=150)
    pyplot.close(drawing)
    return path
