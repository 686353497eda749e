"""The reference: dual numbers, run through the unchanged program in NumPy object arrays.

A `Dual` is a value and its derivatives with respect to all inputs at once. An array of them is an array of Python
objects, so views, aliases, strides, masks and broadcasting are NumPy's own and nothing about them is modelled here.
`numpy` and `maths` stand for the modules `np` and `math` in the program: they make arrays of objects where the modules
make arrays of floats, apply the elementary functions to each object, and pass everything else on.

This file shares no code with srcad.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

REAL = (float, int, np.floating, np.integer)


class Dual:
    """A number with its derivatives; compared by value."""

    __slots__ = ("value", "slope")

    def __init__(self, value: float, slope: Any = 0.0) -> None:
        self.value = float(value)
        self.slope = slope

    def chain(self, value: float, partial: float) -> Dual:
        """A function of this number, given its value and its derivative here."""
        return Dual(value, partial * self.slope)

    def __repr__(self) -> str:
        return f"Dual({self.value!r}, {self.slope!r})"

    def __neg__(self) -> Dual:
        return Dual(-self.value, -self.slope)

    def __pos__(self) -> Dual:
        return self

    def __abs__(self) -> Dual:
        return self.chain(abs(self.value), math.copysign(1.0, self.value) if self.value else 0.0)

    def __bool__(self) -> bool:
        return bool(self.value)

    def __hash__(self) -> int:
        return hash(self.value)


def _operator(name: str, of: Callable[[float, Any, float, Any], Dual]) -> None:
    def forward(self: Dual, other: Any) -> Any:
        if isinstance(other, Dual):
            return of(self.value, self.slope, other.value, other.slope)
        return of(self.value, self.slope, float(other), 0.0) if isinstance(other, REAL) else NotImplemented

    def reflected(self: Dual, other: Any) -> Any:
        return of(float(other), 0.0, self.value, self.slope) if isinstance(other, REAL) else NotImplemented

    setattr(Dual, f"__{name}__", forward)
    setattr(Dual, f"__r{name}__", reflected)


def _power(a: float, p: Any, b: float, q: Any) -> Dual:
    slope = b * a ** (b - 1.0) * p if b else 0.0 * p
    return Dual(a**b, slope if isinstance(q, float) and q == 0.0 else slope + a**b * math.log(a) * q)


def _remainder(a: float, p: Any, b: float, q: Any) -> Dual:
    return Dual(a % b, p - (a // b) * q)


_operator("add", lambda a, p, b, q: Dual(a + b, p + q))
_operator("sub", lambda a, p, b, q: Dual(a - b, p - q))
_operator("mul", lambda a, p, b, q: Dual(a * b, b * p + a * q))
_operator("truediv", lambda a, p, b, q: Dual(a / b, (p - (a / b) * q) / b))
_operator("pow", _power)
_operator("mod", _remainder)


def _comparison(name: str) -> None:
    def compare(self: Dual, other: Any) -> Any:
        if isinstance(other, (Dual, *REAL)):
            return getattr(self.value, name)(float(other.value if isinstance(other, Dual) else other))
        return NotImplemented

    def compare_all(self: Objects, other: Any) -> Any:
        made = getattr(np.ndarray, name)(self, other)
        return made.astype(bool).view(np.ndarray) if isinstance(made, np.ndarray) else made

    setattr(Dual, name, compare)
    setattr(Objects, name, compare_all)


class Objects(np.ndarray):
    """An array of objects whose comparisons are arrays of truth values, so that they can be masks."""

    __hash__ = None  # type: ignore[assignment]

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        return array.item() if array.ndim == 0 else array.view(Objects)


for _name in ("__lt__", "__le__", "__gt__", "__ge__", "__eq__", "__ne__"):
    _comparison(_name)


def objects(value: Any) -> Any:
    """An array of floats as an array of objects; an array of objects so that it can be masked; the rest as it is."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return value.astype(object).view(Objects)
    if isinstance(value, np.ndarray) and value.dtype == object:
        return value.view(Objects)
    return value


# name: (value, derivative at x where the value is y)
ELEMENTARY: dict[str, tuple[Callable[[float], float], Callable[[float, float], float]]] = {
    "sin": (math.sin, lambda x, y: math.cos(x)),
    "cos": (math.cos, lambda x, y: -math.sin(x)),
    "tanh": (math.tanh, lambda x, y: 1.0 - y * y),
    "exp": (math.exp, lambda x, y: y),
    "log": (math.log, lambda x, y: 1.0 / x),
    "log1p": (math.log1p, lambda x, y: 1.0 / (1.0 + x)),
    "sqrt": (math.sqrt, lambda x, y: 0.5 / y),
    "arctan": (math.atan, lambda x, y: 1.0 / (1.0 + x * x)),
}
ALSO = {"atan": "arctan"}


def elementary(name: str) -> Callable[[Any], Any]:
    """An elementary function of one number, a dual number or not."""
    value, partial = ELEMENTARY[name]

    def apply(x: Any) -> Any:
        if isinstance(x, Dual):
            y = value(x.value)
            return x.chain(y, partial(x.value, y))
        return value(x)

    return apply


class Numpy:
    """The module `np` of the program."""

    def __init__(self) -> None:
        for name in ELEMENTARY:
            setattr(self, name, self._elementwise(np.frompyfunc(elementary(name), 1, 1)))

    @staticmethod
    def _elementwise(each: Any) -> Callable[..., Any]:
        def apply(x: Any, out: Any = None, where: Any = True) -> Any:
            return each(x) if out is None else each(x, out=out, where=where)

        return apply

    def square(self, x: Any, out: Any = None) -> Any:
        return self.multiply(x, x) if out is None else self.multiply(x, x, out=out)

    def zeros_like(self, x: Any) -> Any:
        return self.full_like(x, 0.0)

    def ones_like(self, x: Any) -> Any:
        return self.full_like(x, 1.0)

    def full_like(self, x: Any, value: Any) -> Any:
        made = np.empty_like(x)
        made[...] = value
        return made

    def empty_like(self, x: Any) -> Any:
        return self.full_like(x, 0.0)

    def __getattr__(self, name: str) -> Any:
        return Passed(getattr(np, name)) if callable(getattr(np, name)) else getattr(np, name)


class Passed:
    """A function of NumPy (and what hangs on it, as `np.add.at`) whose results are arrays of objects."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return objects(self.function(*args, **kwargs))

    def __getattr__(self, name: str) -> Any:
        return Passed(getattr(self.function, name))


class Maths:
    """The module `math` of the program."""

    def __getattr__(self, name: str) -> Any:
        name = ALSO.get(name, name)
        return elementary(name) if name in ELEMENTARY else getattr(math, name)


numpy = Numpy()
maths = Maths()


# ---------------------------------------------------------------- arguments and results


def floats(value: Any) -> Iterator[float]:
    """Every float in a structure, in order."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind == "f":
            yield from value.ravel().tolist()
    elif isinstance(value, (float, np.floating)):
        yield float(value)
    else:
        for part in held(value):
            yield from floats(part)


def held(value: Any) -> list[Any]:
    """The parts of a list, a tuple, a dict or an object."""
    if isinstance(value, (list, tuple)):
        return list(value)
    if isinstance(value, dict):
        return list(value.values())
    return list(vars(value).values()) if hasattr(value, "__dict__") else []


def rebuilt(value: Any, number: Callable[[float], Any]) -> Any:
    """A copy of a structure with every float replaced, in order."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind != "f":
            return value.copy()
        numbers = [number(x) for x in value.ravel().tolist()]
        made = np.empty_like(value, dtype=object if numbers and isinstance(numbers[0], Dual) else value.dtype)
        for index, x in zip(np.ndindex(value.shape), numbers, strict=True):
            made[index] = x
        return objects(made) if made.dtype == object else made
    if isinstance(value, (float, np.floating)):
        return number(float(value))
    if isinstance(value, (list, tuple)):
        return type(value)([rebuilt(item, number) for item in value])
    if isinstance(value, dict):
        return {key: rebuilt(item, number) for key, item in value.items()}
    if hasattr(value, "__dict__"):
        made = copy.copy(value)
        vars(made).update({name: rebuilt(item, number) for name, item in vars(value).items()})
        return made
    return value


def derivative(function: Callable[..., Any], args: tuple[Any, ...]) -> tuple[float, list[float]]:
    """The value of a program at `args`, and its derivative with respect to every float in them, in order."""
    count = sum(1 for _ in floats(args))
    units = iter(np.eye(count))
    made = function(*rebuilt(args, lambda x: Dual(x, next(units))))
    made = made.item() if isinstance(made, np.ndarray) else made
    if not isinstance(made, Dual):
        return float(made), [0.0] * count
    return made.value, (np.zeros(count) + made.slope).tolist()
