"""How time and memory grow with the number of steps and of inputs.

A series ends where a call would take more than a few seconds.
"""

import math
from typing import Any

from engines import ENGINES
from measure import measure_row
from program import load

STEPS = (100, 1_000, 10_000, 100_000, 1_000_000)
INPUTS = (1, 10, 100, 1_000, 10_000, 100_000)
LONGEST = 3.0  # seconds


def measure_growth(name: str, sizes: tuple[int, ...]) -> dict[str, list[Any]]:
    """For each engine a list of [size, seconds, bytes]."""
    engines = {engine.key: engine for engine in ENGINES}
    series: dict[str, list[Any]] = {key: [] for key in engines}
    for k, size in enumerate(sizes):
        for key, cell in measure_row(load(name, size), tuple(engines.values()), rounds=5).items():
            if cell.seconds is None:
                del engines[key]
                continue
            series[key].append([size, cell.seconds, cell.peak_bytes])
            grown = cell.seconds * (sizes[k + 1] / size if k + 1 < len(sizes) else 1)
            if max(grown, 2 * (cell.first_call or 0.0) - LONGEST) > LONGEST:
                del engines[key]
    return {key: points for key, points in series.items() if points}


def slope(points: list[Any], column: int = 1) -> float:
    """The exponent of growth between the last two points a factor of ten or more apart; nan of fewer."""
    if len(points) < 2 or not points[-2][column] or not points[-1][column]:
        return math.nan
    a, b = points[-2], points[-1]
    return math.log(b[column] / a[column]) / math.log(b[0] / a[0])


def growth() -> dict[str, Any]:
    return {"steps": measure_growth("pendulum", STEPS), "inputs": measure_growth("rosenbrock_1000", INPUTS)}
