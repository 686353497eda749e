"""A benchmark's program as the harness sees it: read from its module in `programs/`."""

import importlib
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

NAMES = (
    "pendulum",
    "newton",
    "gauss_seidel_1d",
    "gauss_seidel_2d",
    "burgers",
    "soft_dtw",
    "lu",
    "cholesky",
    "nbody",
    "mlp",
    "attention",
    "gmm",
    "bundle_adjustment",
    "lstm",
    "rosenbrock_2",
    "rosenbrock_1000",
)


@dataclass(frozen=True)
class Program:
    """`argnums` are differentiated; `writes` are the arguments that `primal` overwrites; `static` fix JAX's shapes."""

    name: str
    title: str
    primal: Callable[..., Any]
    by_hand: Callable[..., tuple[Any, ...]]
    by_hand_compiled: Callable[..., tuple[Any, ...]]
    limit: Callable[..., tuple[Any, ...]]
    args: tuple[Any, ...]
    argnums: tuple[int, ...]
    static: tuple[int, ...]
    writes: tuple[int, ...]
    large_products: bool
    module: types.ModuleType

    def fresh(self, args=None):
        """The arguments, with copies of those that the primal writes into."""
        args = self.args if args is None else args
        return tuple(a.copy() if i in self.writes else a for i, a in enumerate(args))


def load(name: str, *sizes: int) -> Program:
    """The program called `name`, at inputs of these sizes (its own without any)."""
    module = importlib.import_module(f"programs.{name}")
    return Program(
        name=name,
        title=module.__doc__.partition("\n")[0].rstrip("."),
        primal=module.primal,
        by_hand=module.by_hand,
        by_hand_compiled=getattr(module, "by_hand_compiled", module.by_hand),
        limit=module.limit,
        args=module.inputs(*sizes),
        argnums=module.ARGNUMS,
        static=getattr(module, "STATIC", ()),
        writes=getattr(module, "WRITES", ()),
        large_products=getattr(module, "LARGE_PRODUCTS", False),
        module=module,
    )


def jitted(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` compiled by Numba, and with it the functions of its module that it calls."""
    import numba

    own = {
        name: jitted(value)
        for name, value in function.__globals__.items()
        if isinstance(value, types.FunctionType)
        and value.__module__ == function.__module__
        and value is not function
        and name in function.__code__.co_names
    }
    linked = types.FunctionType(
        function.__code__, {**function.__globals__, **own}, function.__name__, function.__defaults__
    )
    return numba.njit(linked)


def flat(gradient: Any) -> list[np.ndarray]:
    """The parts of a gradient as arrays of float64, whichever library they are from."""
    return [np.asarray(part, dtype=np.float64) for part in gradient]
