"""`check_grads`: compare a derivative with finite differences, as JAX's `check_grads` does.

Each number of each argument is moved along a random direction and the change of a randomly weighted result is compared
with what reverse mode says. One comparison takes in all numbers of an argument; where it fails, each part is moved
alone, so that the message can name it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from srcad.choice import promoted
from srcad.errors import ArgumentError
from srcad.runtime import attributes_of


def check_grads(
    fun: Callable[..., Any],
    args: Sequence[Any],
    order: int = 1,
    modes: Sequence[str] = ("rev",),
    *,
    atol: float = 1e-5,
    rtol: float = 1e-5,
    eps: float = 1e-4,
    seed: int = 0,
) -> None:
    """Check the derivative of a function against finite differences, in random directions.

    Args:
        fun: the function; it may return floats, arrays and structures of them.
        args: its arguments: numbers, arrays, lists, tuples, dicts, dataclasses and other objects that hold some.
        order: how many derivatives to check; only the first is supported yet.
        modes: "rev" for reverse mode, the one there is yet.
        atol, rtol: how far the two may be apart.
        eps: the step of the central differences (Richardson-extrapolated from `eps` and `eps / 2`).
        seed: of the random directions.

    Raises:
        AssertionError: where they disagree; the message names the argument and the part of it, and by how much.
        ArgumentError: for an order or a mode that there is not.

    >>> import srcad
    >>> srcad.check_grads(lambda x: x**3, (2.0,))
    """
    from srcad.api import vjp

    if order != 1:
        raise ArgumentError(f"order={order} is not supported yet", None, "use order=1")
    for mode in modes:
        if mode != "rev":
            raise ArgumentError(f"the mode {mode!r} is not supported yet", None, 'use modes=("rev",)')
    rng = np.random.default_rng(seed)
    args = tuple(args)
    value, pullback = vjp(fun, *args)
    weights = {path: _random_like(part, rng) for path, part in parts_of(value)}
    cotangent = rebuilt(value, weights)
    gradients = pullback(cotangent)
    args = tuple(a if g is None else promoted(a) for a, g in zip(args, gradients, strict=True))

    def weighted(*moved: Any) -> float:
        result = dict(parts_of(fun(*moved)))
        return sum(float(np.sum(np.asarray(result[path]) * weight)) for path, weight in weights.items())

    for position, (argument, gradient) in enumerate(zip(args, gradients, strict=True)):
        directions = {path: _random_like(part, rng) for path, part in parts_of(argument)}
        slopes = dict(parts_of(gradient))

        def compare(chosen: dict[str, Any], position: int = position, slopes: dict[str, Any] = slopes) -> Any:
            def along(step: float) -> float:
                moved = [copy.deepcopy(a) for a in args]
                moved[position] = shifted(moved[position], chosen, step)
                return weighted(*moved)

            coarse = (along(eps) - along(-eps)) / (2 * eps)
            fine = (along(eps / 2) - along(-eps / 2)) / eps
            predicted = sum(float(np.sum(np.asarray(slopes[p]) * d)) for p, d in chosen.items() if p in slopes)
            measured = (4 * fine - coarse) / 3
            return predicted, measured, bool(np.allclose(predicted, measured, rtol=rtol, atol=atol))

        if not directions or compare(directions)[2]:
            continue
        alone = {path: compare({path: direction}) for path, direction in directions.items()}
        path, (predicted, measured, _) = max(alone.items(), key=lambda item: _apart(item[1][0], item[1][1]))
        raise AssertionError(
            f"the derivative of {getattr(fun, '__name__', 'the function')} with respect to argument "
            f"{position}{f', at {path},' if path else ''} disagrees with finite differences: {predicted!r} by reverse "
            f"mode, {measured!r} measured, a difference of {_apart(predicted, measured):.3g}"
        )


def _apart(a: float, b: float) -> float:
    difference = abs(a - b)
    return float("inf") if np.isnan(difference) else float(difference)


def _random_like(value: Any, rng: np.random.Generator) -> Any:
    """A random direction for a float or an array of floats."""
    if isinstance(value, np.ndarray):
        return np.asarray(rng.standard_normal(value.shape)).astype(value.dtype)
    return float(rng.standard_normal())


# ---------------------------------------------------------------- the numbers in a structure


def parts_of(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Each float and float array in a structure, with the text that reads it: `["w"][0]`, `.mass`."""
    if isinstance(value, (float, np.floating)) or isinstance(value, np.ndarray) and value.dtype.kind == "f":
        yield path, value
    for step, part in _inside(value):
        yield from parts_of(part, path + step)


def _inside(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, (list, tuple)):
        yield from ((f"[{i}]", part) for i, part in enumerate(value))
    elif isinstance(value, dict):
        yield from ((f"[{key!r}]", part) for key, part in value.items())
    else:
        yield from ((f".{name}", part) for name, part in (attributes_of(value) or {}).items())


def rebuilt(value: Any, numbers: dict[str, Any], path: str = "") -> Any:
    """The structure with the numbers at these paths in place of its own; the rest as it is."""
    if path in numbers:
        return numbers[path]
    inside = [(step, rebuilt(part, numbers, path + step)) for step, part in _inside(value)]
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(part for _, part in inside))
    if isinstance(value, (list, tuple)):
        return type(value)(part for _, part in inside)
    if isinstance(value, dict):
        made = copy.copy(value)
        for key, (_, part) in zip(value, inside, strict=True):
            made[key] = part
        return made
    if not inside:
        return value
    made = copy.copy(value)
    for step, part in inside:
        object.__setattr__(made, step[1:], part)
    return made


def shifted(value: Any, directions: dict[str, Any], step: float) -> Any:
    """The structure with the numbers at these paths moved by `step` along their directions."""
    parts = dict(parts_of(value))
    return rebuilt(value, {path: parts[path] + step * direction for path, direction in directions.items()})
