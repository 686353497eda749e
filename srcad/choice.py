"""Which arguments are differentiated: `argnums` and `argnames` as positions of the program's parameters.

An argument inside `*args` or `**kwargs` has no parameter of its own: the whole parameter is differentiated, and the
argument's gradient is picked out of the parameter's.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from srcad.callables import Target
from srcad.errors import ArgumentError
from srcad.promotion import promoted


class Unasked(int):
    """A default position, told from one that the caller gave."""


FIRST = Unasked(0)

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


@dataclass(frozen=True)
class Pick:
    """An argument: the position of its parameter, and its index or key in that where it is inside."""

    position: int
    at: Any = None


@dataclass(frozen=True)
class Choice:
    """The chosen arguments; `single` where one was asked for, and not a tuple of one."""

    picks: tuple[Pick, ...]
    single: bool

    @property
    def wrt(self) -> tuple[int, ...]:
        """The parameters to differentiate with respect to."""
        return tuple(dict.fromkeys(pick.position for pick in self.picks))

    @property
    def is_plain(self) -> bool:
        """Whether the gradients of the parameters are those of the chosen arguments, in order."""
        return len(self.wrt) == len(self.picks) and all(pick.at is None for pick in self.picks)

    def picked(self, gradients: tuple[Any, ...]) -> tuple[Any, ...]:
        """The gradients of the chosen arguments, from those of the parameters."""
        wrt = self.wrt
        whole = [gradients[wrt.index(pick.position)] for pick in self.picks]
        return tuple(g if pick.at is None else g[pick.at] for g, pick in zip(whole, self.picks, strict=True))

    def promote(self, name: str, values: list[Any]) -> None:
        """Make floats of the ints, and float arrays of the arrays of ints, among the chosen arguments."""
        for pick in self.picks:
            held = values[pick.position]
            if pick.at is None:
                values[pick.position] = promoted(held)
                continue
            inside = dict(held) if isinstance(held, dict) else list(held)
            if pick.at not in (held if isinstance(held, dict) else range(len(held))):
                given = repr(pick.at) if isinstance(held, dict) else f"number {pick.at} of its *args"
                raise ArgumentError(
                    f"{name} is to be differentiated with respect to {given}, which this call does not give",
                    None,
                    "pass that argument, or choose others with argnums= or argnames=",
                )
            inside[pick.at] = promoted(inside[pick.at])
            values[pick.position] = inside if isinstance(held, dict) else tuple(inside)


def choose(name: str, target: Target, argnums: int | Sequence[int], argnames: str | Sequence[str] | None) -> Choice:
    """The chosen arguments of a function called `name`. Raises `ArgumentError` where it has no such argument."""
    chooser = _Chooser(name, target)
    if argnames is not None:
        if not isinstance(argnums, Unasked):
            raise ArgumentError(
                f"argnums={argnums!r} and argnames={argnames!r} are given together",
                None,
                "choose all arguments in one of them: argnames=('x', 'y')",
            )
        wanted = (argnames,) if isinstance(argnames, str) else tuple(argnames)
        if not wanted:
            raise ArgumentError("argnames is empty", None, "name at least one parameter")
        return Choice(tuple(map(chooser.named, wanted)), isinstance(argnames, str))
    single = not isinstance(argnums, (tuple, list))
    numbers: tuple[Any, ...] = (argnums,) if single else tuple(argnums)  # type: ignore[arg-type]
    if not numbers:
        raise ArgumentError("argnums is empty", None, "give at least one position")
    return Choice(tuple(map(chooser.numbered, numbers)), single)


class _Chooser:
    def __init__(self, name: str, target: Target) -> None:
        self.name = name
        self.params = list(target.signature.parameters.values())
        self.shown = list(target.shown.parameters.values())
        self.bound = len(target.before)
        self.star = self._of_kind(inspect.Parameter.VAR_POSITIONAL)
        self.starstar = self._of_kind(inspect.Parameter.VAR_KEYWORD)
        self.positional = [i for i, p in enumerate(self.params) if p.kind in _POSITIONAL]

    def _of_kind(self, kind: Any) -> int | None:
        return next((i for i, p in enumerate(self.params) if p.kind is kind), None)

    def numbered(self, number: Any) -> Pick:
        if isinstance(number, bool) or not isinstance(number, (int, np.integer)):
            raise ArgumentError(
                f"argnums holds {number!r}, which is no position", None, "give an int or a tuple of ints"
            )
        place, count = int(number), len(self.positional) - self.bound
        if place < 0:
            place += sum(p.kind in _POSITIONAL for p in self.shown) - self.bound
        if 0 <= place < count:
            return Pick(self.positional[place + self.bound])
        if self.star is not None and 0 <= place:
            return Pick(self.star, place - count)
        raise ArgumentError(
            f"argnums={number} but {self.name} takes {count} positional arguments",
            None,
            f"{f'positions run from 0 to {count - 1}; ' if count else ''}use argnames= for keyword-only parameters",
        )

    def named(self, name: str) -> Pick:
        names = [p.name for p in self.params]
        if name in names:
            return Pick(names.index(name))
        seen = [p.name for p in self.shown]
        if name in seen and self.shown[seen.index(name)].kind in _POSITIONAL:
            return self.numbered(seen.index(name) - self.bound)
        if self.starstar is not None:
            return Pick(self.starstar, name)
        raise ArgumentError(f"{self.name} has no parameter {name!r}", None, f"its parameters are {', '.join(seen)}")
