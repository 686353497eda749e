"""The two figures of docs/benchmarks.md: each engine's time over the limit, and growth on logarithmic axes."""

from typing import Any

from engines import ENGINES
from results import PAGE, ratios

TITLES = {engine.key: engine.title for engine in ENGINES}
COLOURS = {engine.key: f"C{i % 10}" for i, engine in enumerate(ENGINES)}


def draw(found: dict[str, Any]) -> None:
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "srcad"  # the same picture for the same numbers
    draw_rows(found["rows"])
    if "growth" in found:
        draw_growth(found["growth"])


def draw_rows(rows: dict[str, Any]) -> None:
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(9, 0.45 * len(rows) + 1.5), layout="constrained")
    names = list(rows)
    for engine in ENGINES:
        if engine.is_gradient and engine.key != "limit":
            found = ratios(rows, engine.key, "limit")
            axes.plot(
                list(found.values()),
                [names.index(name) for name in found],
                "o" if "srcad" in engine.key else "x",
                color=COLOURS[engine.key],
                label=engine.title,
            )
    axes.set(xscale="log", yticks=range(len(names)), yticklabels=names, xlabel="time of a gradient over the limit")
    axes.axvline(1.0, color="grey", linewidth=0.8)
    axes.invert_yaxis()
    axes.grid(axis="y", linewidth=0.3)
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    figure.savefig(PAGE.parent / "benchmarks.svg", metadata={"Date": None})
    plt.close(figure)


def draw_growth(growth: dict[str, Any]) -> None:
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(2, 2, figsize=(10, 7), layout="constrained", sharex="col")
    for column, (what, series) in enumerate(growth.items()):
        for row, unit in enumerate(("seconds", "bytes")):
            for key, points in series.items():
                seen = [(size, at[row]) for size, *at in points if at[row]]
                if seen:
                    axes[row, column].plot(*zip(*seen, strict=True), "o-", color=COLOURS[key], label=TITLES[key], ms=3)
            axes[row, column].set(xscale="log", yscale="log", ylabel=unit)
            axes[row, column].grid(linewidth=0.3)
        axes[1, column].set_xlabel(f"number of {what}")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside right upper")
    figure.savefig(PAGE.parent / "benchmarks_growth.svg", metadata={"Date": None})
    plt.close(figure)
