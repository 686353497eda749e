"""What the benchmark found, as JSON and as tables; the ratios that the gate holds.

A table's times are those of one run on one machine: compare them along a row. Ratios are geometric means over the
programs in which both engines have a time.
"""

import json
import math
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from engines import ENGINES

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"
PAGE = HERE.parent / "docs" / "benchmarks.md"
PACKAGES = ("numpy", "numba", "jax", "torch", "autograd")

Rows = dict[str, dict[str, Any]]  # program -> {"title", "cells": {engine -> cell}, "large_products"}


def machine() -> dict[str, Any]:
    found = {"python": platform.python_version(), "machine": platform.machine(), "processor": processor()}
    found |= {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1)}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "missing"
    return found


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def write_json(found: dict[str, Any]) -> None:
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")


def read_json() -> dict[str, Any]:
    return json.loads(RESULTS.read_text())


def ratios(rows: Rows, over: str, under: str) -> dict[str, float]:
    """For each program that has both, how many times the time of `under` the engine `over` takes."""
    found = {}
    for name, row in rows.items():
        a, b = row["cells"].get(over, {}).get("seconds"), row["cells"].get(under, {}).get("seconds")
        if a and b:
            found[name] = a / b
    return found


def mean(values: Any) -> float:
    """The geometric mean; nan of nothing."""
    values = list(values)
    return math.exp(sum(map(math.log, values)) / len(values)) if values else math.nan


# ------------------------------------------------------------ tables


def time_of(seconds: float) -> str:
    """Three digits and a unit."""
    return in_unit(seconds, (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)))


def bytes_of(count: float) -> str:
    return in_unit(count, (("MB", 1e6), ("kB", 1e3), ("B", 1)))


def in_unit(value: float, units: tuple[tuple[str, float], ...]) -> str:
    unit, size = next((pair for pair in units if value >= pair[1]), units[-1])
    return f"{three_digits(value / size)} {unit}"


def three_digits(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def cell_text(cell: dict[str, Any], field: str) -> str:
    if cell["status"] != "ok":
        return cell["status"]
    value = cell.get(field)
    if value is None:
        return ""
    return bytes_of(value) if field == "peak_bytes" else time_of(value)


def table(rows: Rows, field: str) -> list[list[str]]:
    """The heads, then a row for each program."""
    engines = [e for e in ENGINES if any(e.key in row["cells"] for row in rows.values())]
    if field == "peak_bytes":
        engines = [e for e in engines if e.traced or any(field in r["cells"].get(e.key, {}) for r in rows.values())]
    lines = [["", *(engine.title for engine in engines)]]
    for name, row in rows.items():
        lines.append([name, *(cell_text(row["cells"][engine.key], field) for engine in engines)])
    return lines


def ratio_table(rows: Rows) -> list[list[str]]:
    """Each engine over what is written by hand, over the program and over the limit: geometric means."""
    lines = [["", "over by hand", "over by hand (Numba)", "over the limit", "over the program"]]
    for engine in ENGINES:
        if engine.is_gradient and engine.key != "hand":
            against = ["hand", "hand_numba", "limit", "primal_numba" if "numba" in engine.key else "primal"]
            lines.append([engine.title, *(times(mean(ratios(rows, engine.key, other).values())) for other in against)])
    return lines


def times(ratio: float) -> str:
    return "" if math.isnan(ratio) else three_digits(ratio)


def plain(lines: list[list[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            text.ljust(w) if i == 0 else text.rjust(w) for i, (text, w) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )


def markdown(lines: list[list[str]]) -> str:
    head, *body = lines
    rule = ["---", *("---:" for _ in head[1:])]
    return "\n".join("| " + " | ".join(line) + " |" for line in (head, rule, *body))


def write_page(found: dict[str, Any]) -> None:
    """docs/benchmarks.md: the tables of the last run, what they are of, and the plots."""
    rows = found["rows"]
    programs = "\n".join(f"- `{name}`: {row['title']}." for name, row in rows.items())
    versions = ", ".join(f"{name} {found['machine'][name]}" for name in ("python", *PACKAGES))
    failures = "".join(
        f"- {name}, {engine}: {cell.get('reason', '')}\n"
        for name, row in rows.items()
        for engine, cell in row["cells"].items()
        if cell["status"] != "ok"
    )
    PAGE.write_text(f"""\
# Benchmarks

Written by `make bench`, which measures everything again; `make bench-check` holds the ratios. One thread each;
{found["machine"]["processor"]}; {versions}.
About {found["machine"]["load"]:.0f} processes shared {found["machine"]["cores"]} cores meanwhile. Times of
the processor feel that little, their ratios less; first calls take so much longer.

*By hand* is the adjoint that a good engineer would write in the same form as the program, in plain Python and compiled
by Numba; the *limit* is the fastest adjoint for the machine, with fused loops and no temporary arrays. JAX is jitted,
in float64 and in the form that an expert would give the program; PyTorch is eager. Each gradient is compared with the
one by hand, and that one with central differences, before anything is timed. All engines of a row take turns in one
process, and the best of several turns counts, in time of the processor. Central differences are timed along a few
coordinates and scaled.

{programs}

## A gradient

{markdown(table(rows, "seconds"))}

Geometric means over the programs:

{markdown(ratio_table(rows))}

## The first call

Generating, tracing or compiling included.

{markdown(table(rows, "first_call"))}

## Peak memory

What a call holds at most beside its arguments: as Python's `tracemalloc` counts it, for JAX as XLA plans it, for
PyTorch as its profiler counts it. What Numba allocates is not counted.

{markdown(table(rows, "peak_bytes"))}

## Growth

Time and memory against the number of steps of `pendulum` and the number of inputs of `rosenbrock_1000`, on logarithmic
axes. Where a line ends, a call would have taken more than a few seconds.

![Time and memory against steps and inputs](benchmarks_growth.svg)

![Each engine's time over the limit](benchmarks.svg)
{
        failures
        and f'''
## What failed

{failures}'''
    }""")
