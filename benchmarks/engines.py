"""The columns of the benchmark: how each engine gets the gradient of a program.

An engine's `prepare` takes a program and returns a call without arguments, made ready as a user would who calls it many
times: arguments are converted beforehand, JAX is jitted, Numba compiles at the first call. What it returns is the
gradient, a tuple in the order of the program's `argnums`; for the two primal columns it is the program's value.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import srcad
from program import Program, jitted

Call = Callable[[], Any]


class Missing(Exception):
    """The engine is not there: its package is not installed, or srcad does not have that backend yet."""


@dataclass(frozen=True)
class Engine:
    key: str
    title: str
    prepare: Callable[[Program], Call]
    is_gradient: bool = True
    tolerance: float = 1e-8  # relative, of a gradient
    traced: bool = False  # whether tracemalloc sees what it allocates


def package(name: str) -> Any:
    import importlib

    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        raise Missing(f"{name} is not installed") from None


def primal_python(program: Program) -> Call:
    primal, args, writes = program.primal, program.args, program.writes
    return (lambda: primal(*program.fresh())) if writes else (lambda: primal(*args))


def primal_numba(program: Program) -> Call:
    package("numba")
    primal, args, writes = jitted(program.primal), program.args, program.writes
    return (lambda: primal(*program.fresh())) if writes else (lambda: primal(*args))


def hand_python(program: Program) -> Call:
    by_hand, args = program.by_hand, program.args
    return lambda: by_hand(*args)


def hand_numba(program: Program) -> Call:
    package("numba")
    by_hand, args = jitted(program.by_hand_compiled), program.args
    return lambda: by_hand(*args)


def limit(program: Program) -> Call:
    package("numba")
    fastest = program.limit if getattr(program.limit, "in_python", False) else jitted(program.limit)
    args = program.args
    return lambda: fastest(*args)


def srcad_python(program: Program) -> Call:
    gradient, args = srcad.grad(program.primal, program.argnums), program.args
    return lambda: gradient(*args)


def srcad_numba(program: Program) -> Call:
    package("numba")
    try:
        gradient = srcad.grad(program.primal, program.argnums, backend="numba")
    except srcad.errors.ArgumentError as wrong:
        raise Missing(str(wrong).partition("\n")[0]) from None
    args = program.args
    return lambda: gradient(*args)


def in_jax(program: Program) -> Call:
    jax = package("jax")
    function = program.module.in_jax(jax, jax.numpy)
    gradient = jax.jit(jax.grad(function, program.argnums), static_argnums=program.static)
    args = [a if i in program.static else jax.numpy.asarray(a) for i, a in enumerate(program.args)]
    return lambda: jax.block_until_ready(gradient(*args))


def in_torch(program: Program) -> Call:
    torch = package("torch")
    function = program.module.in_torch(torch)
    args = list(program.args)
    for i, a in enumerate(args):
        if i in program.argnums or (isinstance(a, np.ndarray) and a.dtype == np.float64):
            args[i] = torch.tensor(a, dtype=torch.float64, requires_grad=i in program.argnums)
    wanted = [args[i] for i in program.argnums]
    return lambda: torch.autograd.grad(function(*args), wanted)


def in_autograd(program: Program) -> Call:
    package("autograd")
    import autograd

    function = program.module.in_autograd(autograd.numpy)
    gradient, args = autograd.grad(function, program.argnums), program.args
    return lambda: gradient(*args)


@dataclass
class CentralDifferences:
    """Differences of the primal along some coordinates, spread over all; `share` is how many of them that is."""

    program: Program
    most: int = 16

    def __post_init__(self) -> None:
        self.args = [
            np.array(a, dtype=float) if i in self.program.argnums else a for i, a in enumerate(self.program.args)
        ]
        every = [(i, k) for i in self.program.argnums for k in range(self.args[i].size)]
        self.coordinates = [every[int(j)] for j in np.linspace(0, len(every) - 1, min(self.most, len(every)))]
        self.share = len(self.coordinates) / len(every)

    def value(self) -> float:
        args = self.program.fresh(self.args)
        return self.program.primal(*(a.item() if isinstance(a, np.ndarray) and a.ndim == 0 else a for a in args))

    def __call__(self) -> list[float]:
        slopes = []
        for i, k in self.coordinates:
            x = self.args[i].reshape(-1)
            here = x[k]
            step = 6e-6 * max(1.0, abs(here))
            x[k] = here + step
            above = self.value()
            x[k] = here - step
            below = self.value()
            x[k] = here
            slopes.append((above - below) / (2 * step))
        return slopes


ENGINES = (
    Engine("primal", "primal", primal_python, is_gradient=False, traced=True),
    Engine("primal_numba", "primal (Numba)", primal_numba, is_gradient=False),
    Engine("hand", "by hand", hand_python, traced=True),
    Engine("hand_numba", "by hand (Numba)", hand_numba),
    Engine("limit", "limit", limit),
    Engine("srcad", "srcad", srcad_python, traced=True),
    Engine("srcad_numba", "srcad (Numba)", srcad_numba),
    Engine("jax", "JAX", in_jax),
    Engine("torch", "PyTorch", in_torch),
    Engine("autograd", "autograd", in_autograd, traced=True),
    Engine("differences", "differences", CentralDifferences, tolerance=1e-5, traced=True),
)
