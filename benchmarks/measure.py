"""One row of the benchmark: every engine's gradient is compared, then all are timed in turns.

A cell that fails says why and does not end the row: what is not equal, or does not run, is never timed. First calls
include making the derivative (generating, tracing, compiling). Times are the best of several rounds in which the
engines take turns, so that a busy machine disturbs all alike; they are of the processor, so that waiting for it does
not count, and turns are short, so that most are not interrupted.
"""

import math
import time
import tracemalloc
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from engines import ENGINES, CentralDifferences, Engine, Missing
from program import Program, flat

ROUNDS = 20
TURN = 0.002  # seconds that a turn takes at least
SLOW = 0.2  # seconds above which an engine gets few turns


@dataclass
class Cell:
    """`status` is "ok", "missing" or "failed", and `reason` says why; seconds; bytes, where they can be seen."""

    status: str = "ok"
    reason: str = ""
    first_call: float | None = None
    seconds: float | None = None
    peak_bytes: int | None = None

    def to_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value not in (None, "")}


def measure_row(program: Program, engines: tuple[Engine, ...] = ENGINES, rounds: int = ROUNDS) -> dict[str, Cell]:
    wanted = flat(program.by_hand(*program.args))
    before = [np.array(a) for a in program.args]
    cells = {engine.key: Cell() for engine in engines}
    calls = {}
    for engine in engines:
        cell = cells[engine.key]
        try:
            start = time.perf_counter()
            call = engine.prepare(program)
            found = call()
            cell.first_call = time.perf_counter() - start
            agree(engine, call, found, wanted, program)
            assert all(np.array_equal(a, b) for a, b in zip(before, program.args, strict=True)), (
                "it changed its arguments"
            )
            cell.peak_bytes = peak_bytes(engine, call, program)
            calls[engine.key] = call
        except Missing as why:
            cells[engine.key] = Cell("missing", str(why))
        except Exception as why:  # whatever an engine raises is what its cell says
            cells[engine.key] = Cell("failed", f"{type(why).__name__}: {why}".partition("\n")[0])
    shares = {key: getattr(call, "share", 1.0) for key, call in calls.items()}
    for key, seconds in interleaved(calls, rounds).items():
        cells[key].seconds = seconds / shares[key]
    return cells


def agree(engine: Engine, call: Any, found: Any, wanted: list[np.ndarray], program: Program) -> None:
    """Raise where a gradient is not the one written by hand, which central differences confirm."""
    if not engine.is_gradient:
        return
    if isinstance(call, CentralDifferences):
        parts = dict(zip(program.argnums, wanted, strict=True))
        wanted = [np.array([parts[i].reshape(-1)[k] for i, k in call.coordinates])]
        found = [found]
    scale = max(np.max(np.abs(part), initial=0.0) for part in wanted)
    for ours, theirs in zip(flat(found), wanted, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=engine.tolerance, atol=engine.tolerance * scale)


def interleaved(calls: dict[str, Any], rounds: int = ROUNDS) -> dict[str, float]:
    """Seconds that each call takes: the best of several rounds, in which the calls take turns."""
    counts, best = {}, {}
    for key, call in calls.items():
        start = time.process_time()
        call()
        once = time.process_time() - start
        counts[key], best[key] = max(1, math.ceil(TURN / max(once, 1e-7))), once
    for turn in range(rounds):
        for key, call in calls.items():
            if best[key] > SLOW and turn >= 2:
                continue
            start = time.process_time()
            for _ in range(counts[key]):
                call()
            best[key] = min(best[key], (time.process_time() - start) / counts[key])
    return best


def peak_bytes(engine: Engine, call: Any, program: Program) -> int | None:
    """The most memory that a call holds beside its arguments, its result included, where it can be seen."""
    if engine.traced:
        tracemalloc.start()
        try:
            call()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    if engine.key == "jax":
        return jax_bytes(program)
    if engine.key == "torch":
        return torch_bytes(call)
    return None


def jax_bytes(program: Program) -> int:
    """What XLA allocates for temporaries and results."""
    import jax

    function = program.module.in_jax(jax, jax.numpy)
    gradient = jax.jit(jax.grad(function, program.argnums), static_argnums=program.static)
    args = [a if i in program.static else jax.numpy.asarray(a) for i, a in enumerate(program.args)]
    need = gradient.lower(*args).compile().memory_analysis()
    return need.temp_size_in_bytes + need.output_size_in_bytes


def torch_bytes(call: Any) -> int:
    """The peak of what PyTorch's profiler saw allocated and freed."""
    from torch.profiler import ProfilerActivity, profile

    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as found:
        call()
    changes = [e for e in found.profiler.kineto_results.events() if e.name() == "[memory]"]
    return int(np.max(np.cumsum([e.nbytes() for e in sorted(changes, key=lambda e: e.start_ns())]), initial=0))
