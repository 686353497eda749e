"""`check_grads`: compare a derivative with finite differences, as JAX's `check_grads` does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from srcad.derivative import promoted
from srcad.errors import ArgumentError, SrcadError


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
        args: its arguments.
        order: how many derivatives to check; only the first is supported yet.
        modes: "rev" for reverse mode, the one there is yet.
        atol, rtol: how far the two may be apart.
        eps: the step of the central differences (Richardson-extrapolated from `eps` and `eps / 2`).
        seed: of the random directions.

    Raises:
        AssertionError: where they disagree; the message names the argument, and by how much.

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
    args = tuple(map(promoted, args))
    value, pullback = vjp(fun, *args)
    cotangent = _random_like(value, rng)
    gradients = pullback(cotangent)
    for position, (argument, gradient) in enumerate(zip(args, gradients, strict=True)):
        direction = _random_like(argument, rng)
        if direction is None:
            continue
        predicted = _dot(gradient, direction)

        def moved(step: float, position: int = position, direction: Any = direction) -> float:
            changed = list(args)
            changed[position] = _shifted(args[position], direction, step)
            return _dot(fun(*changed), cotangent)

        coarse = (moved(eps) - moved(-eps)) / (2 * eps)
        fine = (moved(eps / 2) - moved(-eps / 2)) / eps
        measured = (4 * fine - coarse) / 3
        if not np.allclose(predicted, measured, rtol=rtol, atol=atol):
            name = getattr(fun, "__name__", "the function")
            raise AssertionError(
                f"the derivative of {name} with respect to argument {position} disagrees with finite differences: "
                f"{predicted!r} by reverse mode, {measured!r} measured, a difference of {abs(predicted - measured):.3g}"
            )


def _random_like(value: Any, rng: np.random.Generator) -> Any:
    """A random direction of the form of `value`; None for what has no derivative."""
    if isinstance(value, (bool, np.bool_, int, np.integer, str)) or value is None:
        return None
    if isinstance(value, (float, np.floating)):
        return float(rng.standard_normal())
    if isinstance(value, np.ndarray):
        return rng.standard_normal(value.shape).astype(value.dtype) if value.dtype.kind == "f" else None
    if isinstance(value, dict):
        return {key: _random_like(part, rng) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        made = [_random_like(part, rng) for part in value]
        return type(value)(*made) if hasattr(value, "_fields") else type(value)(made)
    raise SrcadError(
        f"check_grads does not know how to move a {type(value).__name__}", None, "pass numbers, arrays, lists or dicts"
    )


def _parts(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for part in value.values():
            yield from _parts(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _parts(part)
    else:
        yield value


def _dot(a: Any, b: Any) -> float:
    """The inner product of two values of one form, over the parts where `b` is not None."""
    total = 0.0
    for x, y in zip(_parts(a), _parts(b), strict=True):
        if y is not None and x is not None:
            total += float(np.sum(np.asarray(x) * np.asarray(y)))
    return total


def _shifted(value: Any, direction: Any, step: float) -> Any:
    if direction is None:
        return value
    if isinstance(value, dict):
        return {key: _shifted(part, direction[key], step) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        made = [_shifted(v, d, step) for v, d in zip(value, direction, strict=True)]
        return type(value)(*made) if hasattr(value, "_fields") else type(value)(made)
    return value + step * direction
