"""The gate: ratios between engines of one run, which a change of srcad must not make worse.

Ratios are kept and not times, since machines differ. A program or an engine that is missing, or that fails, fails the
gate too.
"""

from dataclasses import dataclass
from typing import Any

from engines import ENGINES
from program import NAMES
from results import Rows, mean, ratios


@dataclass(frozen=True)
class Bound:
    """`over` takes at most `most` times as long as `under`: in the mean over the programs, or on each of them."""

    over: str
    under: str
    most: float
    each: bool = False
    programs: str = "all"  # or "large products", or "others"


BOUNDS = (
    Bound("srcad", "hand", 1.25),
    Bound("srcad", "primal", 4.0),
    Bound("srcad_numba", "hand_numba", 1.25, each=True),
    Bound("srcad_numba", "limit", 2.0),
    Bound("srcad_numba", "primal_numba", 3.0),
    Bound("srcad_numba", "jax", 1.0, each=True, programs="others"),
    Bound("srcad_numba", "jax", 1.2, each=True, programs="large products"),
    Bound("srcad_numba", "torch", 1.0, each=True),
    Bound("srcad_numba", "autograd", 1.0, each=True),
)


def chosen(rows: Rows, programs: str) -> Rows:
    if programs == "all":
        return rows
    return {name: row for name, row in rows.items() if row["large_products"] == (programs == "large products")}


def misses(found: dict[str, Any]) -> list[str]:
    """What the run lacks, and every bound that it breaks, in words."""
    rows = found["rows"]
    wrong = [f"{name}: no row" for name in NAMES if name not in rows]
    for name, row in rows.items():
        for engine in ENGINES:
            cell = row["cells"].get(engine.key, {"status": "missing"})
            if cell["status"] != "ok":
                wrong.append(f"{name}, {engine.title}: {cell['status']} {cell.get('reason', '')}".rstrip())
    titles = {engine.key: engine.title for engine in ENGINES}
    for bound in BOUNDS:
        found_ratios = ratios(chosen(rows, bound.programs), bound.over, bound.under)
        said = f"{titles[bound.over]} over {titles[bound.under]}"
        if bound.each:
            late = {name: ratio for name, ratio in found_ratios.items() if ratio > bound.most}
            wrong += [f"{name}: {said} is {r:.2f}, at most {bound.most:g}" for name, r in late.items()]
        elif found_ratios and mean(found_ratios.values()) > bound.most:
            wrong.append(f"{said} is {mean(found_ratios.values()):.2f} in the mean, at most {bound.most:g}")
    return wrong
