"""The structural primitives: what Python writes with syntax and not with a function.

Each is a real callable, so an `Op` on it can be evaluated, and the printer has a form for each. Operators are the
functions of `operator` (`operator.add` prints as `a + b`, `operator.getitem` as `a[i]`, `operator.is_` as `a is b`,
`operator.contains(c, x)` as `x in c`).
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any


def make_tuple(*items: Any) -> tuple[Any, ...]:
    """`(a, b, ...)`"""
    return items


def make_list(*items: Any) -> list[Any]:
    """`[a, b, ...]`"""
    return list(items)


def make_set(*items: Any) -> set[Any]:
    """`{a, b, ...}`"""
    return set(items)


def make_dict(*keys_and_values: Any) -> dict[Any, Any]:
    """`{k: v, ...}`: keys and values alternate. A key of `prims.SPREAD` stands for `**value`."""
    made: dict[Any, Any] = {}
    for key, value in zip(keys_and_values[::2], keys_and_values[1::2], strict=True):
        if key is SPREAD:
            made.update(value)
        else:
            made[key] = value
    return made


class _Spread:
    def __repr__(self) -> str:
        return "**"


SPREAD = _Spread()


def make_slice(start: Any, stop: Any, step: Any) -> slice:
    """`start:stop:step` inside an index."""
    return slice(start, stop, step)


def make_string(*parts: Any) -> str:
    """An f-string: the parts are literals, and `format_value` results."""
    return "".join(parts)


def format_value(value: Any, conversion: str, spec: str) -> str:
    """`{value!conversion:spec}` of an f-string."""
    if conversion == "r":
        value = repr(value)
    elif conversion == "s":
        value = str(value)
    elif conversion == "a":
        value = ascii(value)
    return format(value, spec)


def get_attr(base: Any, name: str) -> Any:
    """`base.name`"""
    return getattr(base, name)


def call(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """`function(*args, **kwargs)`, where the function is an expression of the program.

    Among the kwargs of the `Op`, a key "**" stands for `**value`.
    """
    return function(*args, **kwargs)


def both(first: Any, second: Any) -> Any:
    """`first and second`: only in folded programs, where the second operand is free of effects."""
    return first and second


def either(first: Any, second: Any) -> Any:
    """`first or second`: only in folded programs."""
    return first or second


def choose(test: Any, then: Any, otherwise: Any) -> Any:
    """`then if test else otherwise`: only in folded programs."""
    return then if test else otherwise


def push(tape: list[Any], value: Any) -> None:
    """`tape.append(value)`"""
    tape.append(value)


def pop(tape: list[Any]) -> Any:
    """`tape.pop()`"""
    return tape.pop()


def call_method(base: Any, name: str, *args: Any, **kwargs: Any) -> Any:
    """`base.name(*args, **kwargs)`, before it is known what `base` is."""
    return getattr(base, name)(*args, **kwargs)


def call_super(cls: type, instance: Any, name: str, *args: Any, **kwargs: Any) -> Any:
    """`super().name(*args, **kwargs)` in a method of `cls`."""
    return getattr(super(cls, instance), name)(*args, **kwargs)


def unpack(value: Any, count: int, star: int) -> tuple[Any, ...]:
    """The right side of `a, *b, c = value` as a tuple of `count` items; item `star` is a list (-1: no star)."""
    items = list(value)
    if star < 0:
        if len(items) < count:
            raise ValueError(f"not enough values to unpack (expected {count}, got {len(items)})")
        if len(items) > count:
            raise ValueError(f"too many values to unpack (expected {count})")
        return tuple(items)
    after = count - star - 1
    if len(items) < count - 1:
        raise ValueError(f"not enough values to unpack (expected at least {count - 1}, got {len(items)})")
    stop = len(items) - after
    return (*items[:star], items[star:stop], *items[stop:])


def each(value: Any) -> Any:
    """A cotangent that is the same for every item of a sequence: `each(d)[i]` is `d`."""
    return value


def trips(count: Any, *_through: Any) -> Any:
    """`count`, the trips of a loop through containers (and ranges, by their lengths), unless their lengths change.

    `transform/walks.py` says what the loop does if they do. A `Through` before a container says how it is gone through.
    Not printed.
    """
    return count


class Through(enum.Enum):
    """How a loop goes through a container: with what of a dict, backwards, or as what an object's `__iter__` made."""

    KEYS = "keys"
    VALUES = "values"
    ITEMS = "items"
    REVERSED = "reversed"
    MADE = "made"


def as_sequence(value: Any) -> Any:
    """What `enumerate` and `zip` go through, as something with a length and items; not printed where it is one."""
    from numpy import ndarray

    ordered = any(type(value).__iter__ is cls.__iter__ for cls in (list, tuple, ndarray, range, str))
    return value if ordered else list(value)
