"""What may be differentiated with respect to: real numbers, arrays of them, and structures that hold some.

Contract: an argument whose numbers srcad cannot follow (a masked array, a `Fraction`, an array of objects) is refused,
alone or inside a structure, and never taken for a constant; so is one that holds no real number. Each refusal says what
to pass instead.
"""

from __future__ import annotations

import array
import numbers
import types
from typing import Any

import numpy as np

from srcad.core.kinds import (
    BOOL,
    BOTTOM,
    RANGE,
    Array,
    Dict,
    Kind,
    List,
    Maybe,
    Object,
    Opaque,
    Record,
    Set,
    Tuple,
    children,
    holds_smooth,
    is_complex,
    show,
)
from srcad.core.overriding import builtin_overridden
from srcad.errors import ArgumentError

_REMEDIES: dict[Any, str] = {
    array.array: "pass np.asarray({0})",
    memoryview: "pass np.asarray({0})",
    types.GeneratorType: "pass list({0})",
    types.MappingProxyType: "pass dict({0})",
}


def check_differentiable(function: str, name: str, kind: Kind) -> None:
    """Raise unless an argument of this kind can be differentiated with respect to."""
    if is_complex(kind):
        raise ArgumentError(
            f"{function}: the argument {name} is {show(kind)}",
            None,
            "pass its real and imaginary parts as two arguments: derivatives are of real numbers",
        )
    check_followed(function, name, kind)
    if not holds_smooth(kind) and not holds_empty(kind):
        closed = isinstance(kind, (Opaque, Set))
        why = "is taken as a constant" if closed else "holds no real number to differentiate with respect to"
        raise ArgumentError(
            f"{function}: the argument {name} is {show(kind)}, which {why}",
            None,
            f"{_as_floats(kind, name)}, or choose other arguments with argnums= or argnames=",
        )


def check_constant(function: str, name: str, kind: Kind) -> None:
    """Raise if an argument of this kind, which is not differentiated, computes otherwise than arrays do.

    That a masked array meets what carries a derivative shows when the derivative runs: its results are masked arrays.
    """
    closed = [part.cls for part in _parts(kind) if isinstance(part, Opaque)]
    if any(_computes_otherwise(cls) or builtin_overridden(cls) is not None for cls in closed):
        check_followed(function, name, kind)


def check_followed(function: str, name: str, kind: Kind) -> None:
    """Raise if an argument of this kind holds numbers that srcad does not follow."""
    for part in _parts(kind):
        unfollowed = _unfollowed(part)
        if unfollowed is not None:
            what, remedy = unfollowed
            how, shown = ("is", name) if part is kind else ("holds", "x")
            raise ArgumentError(f"{function}: the argument {name} {how} {what}", None, remedy.format(shown))


def holds_empty(kind: Kind) -> bool:
    """Whether a value is or holds an empty container: its gradient is as empty."""
    return any(part in (Tuple(()), Record(())) or BOTTOM in _items(part) for part in _parts(kind))


def _unfollowed(kind: Kind) -> tuple[str, str] | None:
    """What is wrong with a leaf of this kind, and what to pass instead ({} is the value)."""
    match kind:
        case Opaque(cls=cls) if _is_subclass(cls, np.ma.MaskedArray):
            return "a masked array", "pass {0}.filled(0.0), and the mask as an argument of its own"
        case Opaque(cls=cls) if _is_subclass(cls, np.ndarray):
            what = f"an array of the class {cls.__name__}, which may compute otherwise than an array does"
            return what, "pass np.asarray({0})"
        case Opaque(cls=cls) if (base := builtin_overridden(cls)) is not None:
            what = f"a {cls.__name__}, which has methods of its own in place of those of {base.__name__}"
            return what, f"pass {base.__name__}({{0}}), or an object that holds it"
        case Array(dtype="object"):
            return "an array of objects", "pass {0}.astype(float)"
        case Array(dtype=dtype) if dtype[0] in "[{(":
            return "an array of records", "pass its fields as arrays of their own"
        case Object(cls=cls) | Opaque(cls=cls) if _is_subclass(cls, numbers.Number):
            return f"a {cls.__name__}, which is no float", "pass float({0})"
        case _:
            return None


def _as_floats(kind: Kind, name: str) -> str:
    """How to pass an argument that holds no real number as one that does."""
    match kind:
        case Array(dtype="bool"):
            return f"pass {name}.astype(float)"
        case Set():
            return "pass a list: the elements of a set have no order that a gradient could have"
        case Opaque(cls=cls) if cls in _REMEDIES:
            return _REMEDIES[cls].format(name)
        case List() | Tuple() | Record() | Dict():
            return "pass floats in it: an int inside of a structure is a constant"
        case _:
            if kind is BOOL:
                return f"pass float({name})"
            return "pass a list of floats" if kind is RANGE else "pass floats or float arrays"


def _computes_otherwise(cls: Any) -> bool:
    """Whether a class of arrays, masked arrays aside, has operators of its own."""
    own = ("__add__", "__mul__", "__rmul__", "__matmul__", "__pow__", "__array_ufunc__", "__array_function__")
    return (
        _is_subclass(cls, np.ndarray)
        and not issubclass(cls, np.ma.MaskedArray)
        and any(getattr(cls, name) is not getattr(np.ndarray, name) for name in own)
    )


def _is_subclass(cls: Any, base: type) -> bool:
    return isinstance(cls, type) and issubclass(cls, base)


def _items(kind: Kind) -> tuple[Kind, ...]:
    """The kinds of what a container of unknown length holds."""
    match kind:
        case List(item=item):
            return (item,)
        case Dict(value=value):
            return (value,)
        case _:
            return ()


def _parts(kind: Kind) -> list[Kind]:
    """A kind and those of all that a value of it holds."""
    found = [kind]
    for one in found:
        if isinstance(one, Maybe):
            found.append(one.kind)
        else:
            found += [*_items(one), *(k for _, k in children(one) or ())]
    return found
