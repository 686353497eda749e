"""Where a well-known object lives: `numpy.sin` is `sin` of the module `numpy`, `numpy.add.at` is `at` of its `add`.

Contract: a `Path` leads back to the very object it was found for (checked by identity; a bound method is made anew at
each look, and is one of the same object), so text printed from it means the same object. What is not found here is
printed by a name of its own.
"""

from __future__ import annotations

import builtins
import cmath
import functools
import math
import operator
import types
from dataclasses import dataclass
from typing import Any

import numpy as np

from srcad.core.libraries import public_path


@dataclass(frozen=True, slots=True)
class Path:
    """The attributes that lead from a module to an object; no steps for the module itself."""

    root: types.ModuleType
    steps: tuple[str, ...] = ()

    def then(self, name: str) -> Path:
        return Path(self.root, (*self.steps, name))


_SHORT = {"numpy": "np"}
_NUMPY = {"np", "numpy"}
_SUBMODULES = ("linalg", "fft", "random", "ma", "polynomial")
_ALIASES = ("np", "numpy", "math", "cmath", "operator", "functools")


def short_name(module: types.ModuleType) -> str:
    """The name a module is imported under: `np`, `math`, `special` of `scipy.special`."""
    return _SHORT.get(module.__name__, module.__name__.rpartition(".")[2])


def find(value: Any, hint: str = "") -> Path | None:
    """The path of a well-known object; where several lead to it, the one that the user wrote (`hint`)."""
    if isinstance(value, types.ModuleType):
        return _of_module(value)
    return _as_written(value, hint) or _by_own_name(value) or _of_owner(value) or _of_library(value, hint)


def _of_module(module: types.ModuleType) -> Path | None:
    if module is np:
        return Path(np)
    for name in _SUBMODULES:
        if getattr(np, name, None) is module:
            return Path(np, (name,))
    return Path(module)


def _as_written(value: Any, hint: str) -> Path | None:
    root, *steps = hint.split(".")
    if not steps or root not in _ALIASES:
        return None
    module: types.ModuleType | None
    if root in _NUMPY:
        module = np
    else:
        module = {"math": math, "cmath": cmath, "operator": operator, "functools": functools}[root]
    found: Any = module
    for step in steps:
        found = getattr(found, step, None)
    return Path(module, tuple(steps)) if module is not None and found is value else None


def _by_own_name(value: Any) -> Path | None:
    name = getattr(value, "__name__", None)
    if not isinstance(name, str) or getattr(value, "__module__", None) == "__main__":
        return None
    for module in (builtins, np, math, np.linalg, np.fft, np.random, cmath, functools, operator, types):
        if getattr(module, name, None) is value:
            return (
                Path(np, (short_name(module), name)) if module.__name__.startswith("numpy.") else Path(module, (name,))
            )
    return None


def _of_library(value: Any, hint: str) -> Path | None:
    found = public_path(value)
    if found is None:
        return None
    module, steps = found
    written = hint.rpartition(".")[2]  # one function may have two names: `psi`, `digamma`
    return Path(module, (written,) if getattr(module, written, None) is value else steps)


def _of_owner(value: Any) -> Path | None:
    """`numpy.add.at` and `dict.fromkeys` belong to their `__self__`, `numpy.ndarray.sum` to its class."""
    name = getattr(value, "__name__", None)
    if not isinstance(name, str):
        return None
    for owner in (getattr(value, "__self__", None), getattr(value, "__objclass__", None)):
        if owner is None or isinstance(owner, types.ModuleType) or not isinstance(owner, (type, np.ufunc)):
            continue
        path = _by_own_name(owner)
        if path is not None and getattr(owner, name, None) == value:
            return path.then(name)
    return None
