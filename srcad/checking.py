"""`check_grads`: compare a derivative with finite differences, as JAX's `check_grads` does.

Each number of each argument is moved along a random direction and the change of a randomly weighted result is compared
with what each mode says. One comparison takes in all numbers of an argument; where it fails, each part is moved
alone, so that the message can name it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from srcad.errors import ArgumentError
from srcad.promotion import promoted
from srcad.runtime import attributes_of
from srcad.transform.specialise.derivatives import makes


@makes("check")
def check_grads(
    fun: Callable[..., Any],
    args: Sequence[Any],
    order: int = 1,
    modes: str | Sequence[str] = ("fwd", "rev"),
    *,
    atol: float | None = None,
    rtol: float | None = None,
    eps: float | None = None,
    seed: int = 0,
) -> None:
    """Check the derivative of a function against finite differences, in random directions.

    Args:
        fun: the function; it may return floats, arrays and structures of them.
        args: its arguments: numbers, arrays, lists, tuples, dicts, dataclasses and other objects that hold some.
        order: how many derivatives to check: 2 checks the derivative of the gradient too, of a randomly weighted sum of
            the result, in each of the modes.
        modes: "fwd" for forward mode, "rev" for reverse mode, or a sequence of these.
        atol, rtol: how far the two may be apart: 1e-5, and 1e-2 where a number is of less than double precision.
        eps: the step of the central differences (Richardson-extrapolated from `eps` and `eps / 2`): 1e-4, and 1e-2
            where a number is of less than double precision.
        seed: of the random directions.

    Raises:
        AssertionError: where they disagree; the message names the argument, the part of it, the direction and the mode,
            and says by how much.
        ArgumentError: for an order or a mode that there is not, and where there is nothing to compare.

    >>> import srcad
    >>> srcad.check_grads(lambda x: x**3, (2.0,), order=2)
    """
    modes = (modes,) if isinstance(modes, str) else tuple(modes)
    if not modes:
        raise ArgumentError("modes is empty: nothing would be checked", None, 'the modes are "fwd" and "rev"')
    for mode in modes:
        if mode not in ("fwd", "rev"):
            raise ArgumentError(f"there is no mode {mode!r}", None, 'the modes are "fwd" and "rev"')
    if order not in (1, 2):
        raise ArgumentError(f"order={order} is not supported", None, "use order=1 or order=2")
    shown = getattr(fun, "__name__", "the function")
    if not isinstance(args, (tuple, list)):
        raise ArgumentError(f"args is {args!r}", None, "give the arguments of the function in a tuple: (x,)")
    check = _Check(tuple(args), modes, (atol, rtol, eps), np.random.default_rng(seed))
    check.first(fun, f"the derivative of {shown}")
    if order == 2 and type(fun(*copy.deepcopy(check.args))) in (float, np.float64):
        from srcad.api import grad

        for position in check.positions:
            gradient = grad(fun, position)
            check.first(gradient, f"the derivative of the gradient of {shown} by argument {position}")
    elif order == 2:
        raise ArgumentError(
            f"order=2 is for functions that return one float, and {shown} returns something else",
            None,
            "check a weighted sum of the result",
        )


class _Check:
    """The comparisons of one call of `check_grads`."""

    def __init__(
        self,
        args: tuple[Any, ...],
        modes: Sequence[str],
        limits: tuple[float | None, float | None, float | None],
        rng: np.random.Generator,
    ) -> None:
        self.args = args
        self.positions = [i for i, a in enumerate(args) if _moves(a)]
        self.modes = modes
        self.limits = limits
        self.rng = rng

    def first(self, fun: Callable[..., Any], what: str) -> None:
        """Compare the first derivative of a function in each mode, argument by argument."""
        from srcad.api import vjp

        gradients = None
        if "rev" in self.modes:
            value, pullback = vjp(fun, *self.args)
            weights = {path: _random_like(part, self.rng) for path, part in parts_of(value)}
            gradients = pullback(rebuilt(value, weights))
            # an int is moved as a float, but for one that is a count or an index
            self.args = tuple(a if g is None else promoted(a) for a, g in zip(self.args, gradients, strict=True))
            self.positions = [i for i, g in enumerate(gradients) if g is not None and _moves(self.args[i])]
        else:
            value = fun(*copy.deepcopy(self.args))
            weights = {path: _random_like(part, self.rng) for path, part in parts_of(value)}
        if not weights and (isinstance(value, bool) or not isinstance(value, (int, np.integer, np.ndarray))):
            raise ArgumentError(f"the function returns {value!r}: nothing to compare", None, "return floats or arrays")
        self._set_limits(value)
        for position in self.positions:
            directions = {path: _random_like(part, self.rng) for path, part in parts_of(self.args[position])}
            predictions = {mode: self._prediction(mode, fun, position, gradients, weights) for mode in self.modes}
            for mode, predicted in predictions.items():
                self._compare(fun, what, mode, position, directions, weights, predicted)

    def _set_limits(self, value: Any) -> None:
        """How far the two may be apart, as the numbers that are compared have it."""
        narrow = any(np.asarray(part).dtype.itemsize < 8 for _, part in parts_of((self.args, value)))
        usual = (1e-2, 1e-2, 1e-2) if narrow else (1e-5, 1e-5, 1e-4)
        chosen = [own if given is None else given for given, own in zip(self.limits, usual, strict=True)]
        self.atol, self.rtol, self.eps = chosen

    def _prediction(
        self, mode: str, fun: Callable[..., Any], position: int, gradients: Any, weights: dict[str, Any]
    ) -> Callable[[dict[str, Any]], float]:
        """The weighted change of the result along a direction, as a mode has it."""
        if mode == "rev":
            slopes = dict(parts_of(gradients[position]))
            return lambda chosen: sum(_paired(slopes[p], d) for p, d in chosen.items() if p in slopes)

        def forward(chosen: dict[str, Any]) -> float:
            from srcad.higher import jvp

            own = self.args[position]
            still = {p: np.zeros_like(x) if isinstance(x, np.ndarray) else 0.0 for p, x in parts_of(own)}
            tangents: list[Any] = [None] * len(self.args)
            tangents[position] = rebuilt(own, still | chosen)
            made = dict(parts_of(jvp(fun, self.args, tangents)[1]))
            return sum(_paired(made[p], w) for p, w in weights.items() if p in made)

        return forward

    def _measured(
        self, fun: Callable[..., Any], position: int, chosen: dict[str, Any], weights: dict[str, Any]
    ) -> float:
        """The same by central differences, extrapolated."""

        def along(step: float) -> float:
            moved = [copy.deepcopy(a) for a in self.args]
            moved[position] = shifted(moved[position], chosen, step)
            result = dict(parts_of(fun(*moved)))
            return sum(_paired(result[path], weight) for path, weight in weights.items())

        coarse = (along(self.eps) - along(-self.eps)) / (2 * self.eps)
        fine = (along(self.eps / 2) - along(-self.eps / 2)) / self.eps
        return (4 * fine - coarse) / 3

    def _compare(
        self,
        fun: Callable[..., Any],
        what: str,
        mode: str,
        position: int,
        directions: dict[str, Any],
        weights: dict[str, Any],
        predicted: Callable[[dict[str, Any]], float],
    ) -> None:
        """Fail unless prediction and measurement agree; the part that is furthest off is named."""

        def both(chosen: dict[str, Any]) -> tuple[float, float]:
            return predicted(chosen), self._measured(fun, position, chosen, weights)

        found = both(directions)
        if np.allclose(*found, rtol=self.rtol, atol=self.atol):
            return
        alone = {path: both({path: direction}) for path, direction in directions.items()}
        path = max(alone, key=lambda one: _apart(*alone[one]))
        says, measured = alone[path]
        along = np.array2string(np.asarray(directions[path]), precision=3, threshold=8)
        raise AssertionError(
            f"{what} with respect to argument {position}{f', at {path},' if path else ''} disagrees with finite "
            f"differences: {says!r} by {'reverse' if mode == 'rev' else 'forward'} mode, {measured!r} measured, a "
            f"difference of {_apart(says, measured):.3g}, along the direction {along}"
        )


def _moves(value: Any) -> bool:
    return next(parts_of(value), None) is not None


def _apart(a: float, b: float) -> float:
    difference = abs(a - b)
    return float("inf") if np.isnan(difference) else float(difference)


def _paired(cotangent: Any, change: Any) -> float:
    """The change that a cotangent says: of complex numbers the real part of the product."""
    return float(np.real(np.sum(np.asarray(cotangent) * change)))


def _random_like(value: Any, rng: np.random.Generator) -> Any:
    """A random direction for a number or an array of numbers, in the complex plane for complex ones."""
    made = rng.standard_normal(np.shape(value))
    if np.iscomplexobj(value):
        made = made + 1j * rng.standard_normal(np.shape(value))
    if isinstance(value, np.ndarray):
        return np.asarray(made).astype(value.dtype)
    return complex(made) if np.iscomplexobj(value) else float(made)


# ---------------------------------------------------------------- the numbers in a structure


def parts_of(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Each float, complex number and array of them, with the text that reads it: `["w"][0]`, `.mass`."""
    if isinstance(value, (float, complex, np.inexact)) or isinstance(value, np.ndarray) and value.dtype.kind in "fc":
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
