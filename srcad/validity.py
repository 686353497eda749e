"""How long generated code holds: as long as what the program reads from outside is what it was.

Names in globals, closure cells and classes are watched by identity. Mutable globals (a dict of settings, a model
object) are watched by the kinds of what they hold: their numbers are read anew by every run, but a string or function
in them has been taken into the generated code.
"""

from __future__ import annotations

import operator
import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from srcad.core.kind_of import kind_of
from srcad.runtime import attributes_of

if TYPE_CHECKING:
    from srcad.core.nodes import Guard

_ABSENT = object()
_ATOMS = (float, int, bool, complex, str, bytes, type(None))


@dataclass(frozen=True)
class Outside:
    """What a program read from outside: names in namespaces, attributes of cells and objects, and mutable objects."""

    names: tuple[tuple[Mapping[str, Any], str, Any], ...] = ()
    attributes: tuple[tuple[Any, str, Any], ...] = ()
    mutable: tuple[Mutable | Frozen, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.names or self.attributes or self.mutable)

    def changed(self) -> bool:
        """Whether any of it is no longer what it was. Runs at every call, so it is kept short."""
        for space, key, value in self.names:
            if space.get(key, _ABSENT) is not value:
                return True
        try:
            for holder, key, value in self.attributes:
                if getattr(holder, key, _ABSENT) is not value:
                    return True
        except ValueError:  # a cell that was emptied
            return True
        for mutable in self.mutable:
            if mutable.changed():
                return True
        return False

    def and_also(self, other: Outside) -> Outside:
        """What two programs read from outside."""
        names = {(id(space), key): (space, key, value) for space, key, value in self.names + other.names}
        attributes = {(id(at), key): (at, key, value) for at, key, value in self.attributes + other.attributes}
        mutable = {id(one.held): one for one in self.mutable + other.mutable}
        return Outside(tuple(names.values()), tuple(attributes.values()), tuple(mutable.values()))


class Mutable:
    """A mutable object and the kind that it had; what it holds is compared first, since that is quick."""

    __slots__ = ("held", "kind", "_seen")

    def __init__(self, held: Any) -> None:
        self.held = held
        self.kind = kind_of(held)
        self._seen = _contents(held)

    def changed(self) -> bool:
        """Whether its kind is another now."""
        if self._seen is not None:
            for holder, keys, values in self._seen:
                if len(holder) != len(values):
                    break
                if keys is None:
                    if not all(map(operator.is_, holder, values)):
                        break
                elif not all(map(operator.is_, holder, keys)) or not all(map(operator.is_, holder.values(), values)):
                    break
            else:
                return False
        if kind_of(self.held) != self.kind:
            return True
        self._seen = _contents(self.held)
        return False


class Frozen:
    """A global array whose numbers have been taken into compiled code."""

    __slots__ = ("held", "_seen")

    def __init__(self, held: np.ndarray[Any, Any]) -> None:
        self.held = held
        self._seen = held.tobytes()

    def changed(self) -> bool:
        """Whether it holds other numbers now."""
        return self.held.tobytes() != self._seen


def _contents(held: Any) -> list[tuple[Any, tuple[Any, ...] | None, tuple[Any, ...]]] | None:
    """Every list, dict and namespace in an object with what it holds; None where something else in it may change."""
    found: list[tuple[Any, tuple[Any, ...] | None, tuple[Any, ...]]] = []
    known: set[int] = set()

    def visit(value: Any) -> bool:
        if isinstance(value, _ATOMS) or id(value) in known:
            return True
        known.add(id(value))
        if isinstance(value, tuple):
            return all(map(visit, value))
        if isinstance(value, list):
            found.append((value, None, tuple(value)))
            return all(map(visit, value))
        if isinstance(value, (type, types.FunctionType, types.BuiltinFunctionType, types.ModuleType)):
            return True
        space = value if isinstance(value, dict) else getattr(value, "__dict__", None)
        if not isinstance(space, dict) or not isinstance(value, dict) and attributes_of(value) != space:
            return False
        found.append((space, tuple(space), tuple(space.values())))
        return all(map(visit, space.values()))

    return found if visit(held) else None


def outside_of(
    guards: Iterable[Guard], classes: Iterable[tuple[Mapping[str, Any], str]], mutable: Iterable[Any]
) -> Outside:
    """What was read at these guards, these entries of classes, and these mutable objects, as they are now."""
    given = list(guards)
    names: list[tuple[Mapping[str, Any], str, Any]] = [
        (g.holder, g.key, g.value) for g in given if type(g.holder) is dict
    ]
    names += [(space, key, space[key]) for space, key in classes]
    others = [(g.holder, g.key, g.value) for g in given if type(g.holder) is not dict]
    return Outside(tuple(names), tuple(others), tuple(map(Mutable, mutable)))
