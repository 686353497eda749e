"""The last form of a gradient: what generated code, which goes by kinds, leaves open.

Contract: where the argument is a float, the gradient is a Python float, alone or inside a structure. One kind stands
for Python's floats and NumPy's scalars, a list of floats may have ints among them (whose gradient is None), and an
array may have a byte order that is not the machine's: so the gradient is looked at beside the argument itself. What
has its last form already is returned as it is.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import numpy as np

from srcad import runtime
from srcad.core.kinds import FLOAT, Array, Dict, Kind, List, Object, Record, Tuple, children

Step = tuple[str, Any]


def formed(kind: Kind, gradient: Any, value: Any) -> Any:
    """The gradient of an argument of this kind in the form of its value."""
    if kind is FLOAT:
        return gradient if type(gradient) is float else float(gradient)
    match kind:
        case Array():
            return gradient if gradient is None or gradient.dtype == value.dtype else gradient.astype(value.dtype)
        case List():
            return gradient if _is_plain(gradient) and _is_plain(value) else runtime.mirrored(gradient, value)
        case Dict():
            plain = _is_plain(gradient.values()) and _is_plain(value.values())
            return gradient if plain else runtime.mirrored(gradient, value)
        case Tuple() | Record() | Object():
            steps = children(kind) or ()
            held = [part(gradient, step) for step, _ in steps]
            parts = [formed(k, g, part(value, step)) for (step, k), g in zip(steps, held, strict=True)]
            return gradient if all(a is b for a, b in zip(parts, held, strict=True)) else structure(kind, parts)
        case _:
            return gradient


def floats(gradients: Any) -> Any:
    """The gradient of a float or an array, or a tuple of such gradients, with Python's floats for NumPy's scalars."""
    if type(gradients) is tuple:
        return tuple([g if type(g) is np.ndarray or not isinstance(g, np.floating) else float(g) for g in gradients])
    return float(gradients) if isinstance(gradients, np.floating) else gradients


def structure(kind: Kind, parts: list[Any]) -> Any:
    """A structure of the form of `kind`, made of its parts; None for what has no parts."""
    match kind:
        case Tuple(cls=cls):
            return parts if cls is list else cls(*parts) if cls is not None else tuple(parts)
        case Record(items=pairs):
            return {key: p for (key, _), p in zip(pairs, parts, strict=True)}
        case Object(cls=cls, attrs=pairs):
            named = {name: p for (name, _), p in zip(pairs, parts, strict=True)}
            if not dataclasses.is_dataclass(cls):
                return SimpleNamespace(**named)
            unset: dict[str, Any] = {field.name: None for field in dataclasses.fields(cls)}
            return runtime.instance(cls, **(unset | named))
        case _:
            return None


def part(value: Any, step: Step) -> Any:
    """The part of a structure that a step leads to."""
    how, key = step
    return getattr(value, key) if how == "attr" else value[key]


def _is_plain(values: Iterable[Any]) -> bool:
    """Whether a container holds Python's floats and arrays alone."""
    return set(map(type, values)) <= {float, np.ndarray}
