"""What a random program has in scope, and choice among it.

A scope maps what can be read to its kind: names, and the paths `o.u`, `d["p"]`, `l[-1]` that stay good as long as the
name in front does. Kinds are tuples:

    ("S",) a float; ("I", n) an int from 0 to n - 1; ("J", n) n such ints; ("B",) a truth value;
    ("V", n) and ("M", m, n) arrays;
    ("L", n) a list of at least n floats; ("LV", k, n) a list of k vectors; ("D",) a dict of floats;
    ("DV", n) a dict of vectors; ("LL", m, n) a list of m lists;
    ("O", class) an object; ("LO", n) a list of n objects; ("T", n) a pair of vectors; ("Q", n) a deque of floats
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

Kind = tuple[object, ...]
S: Kind = ("S",)
KEYS = ("p", "q")
PLAIN = "a b c e g h p q r s t u v w y z acc buf row old new".split()
COLLIDING = "d_x x_tape t1 t2 d d_u u_tape d_s count d_a x_old d_d_x tape x_dot".split()


@dataclass(frozen=True)
class Signature:
    """A function that can be called: its parameters' kinds, and what it returns (None: nothing)."""

    name: str
    parameters: tuple[Kind, ...]
    result: Kind | None
    names: tuple[str, ...] = ()  # where its last argument may be given by keyword, or left out for its default
    default: bool = False


class Scope:
    """The names of a program that is being written; `self.scope` is what can be read here."""

    def __init__(self, rng: random.Random, n: int, m: int) -> None:
        self.rng = rng
        self.n, self.m = n, m
        self.scope: dict[str, Kind] = {}
        self.functions: list[Signature] = []
        self.taken: set[str] = {"f", "np", "math", "x"}
        self.names = list(PLAIN)

    # ------------------------------------------------------------ choice

    def chance(self, p: float) -> bool:
        return self.rng.random() < p

    def first(self, options: list[tuple[float, Callable[[], str | None]]], otherwise: str) -> str:
        """The text of one of the options that can be written here, by weight."""
        left = list(options)
        while left:
            at = self.rng.choices(range(len(left)), [weight for weight, _ in left])[0]
            made = left.pop(at)[1]()
            if made is not None:
                return made
        return otherwise

    def fresh(self) -> str:
        """A name that nothing has yet."""
        free = [name for name in self.names if name not in self.taken]
        name = self.rng.choice(free) if free else f"v{len(self.taken)}"
        self.taken.add(name)
        return name

    def of(self, *wanted: object) -> list[str]:
        """What is in scope of a kind that begins with `wanted`."""
        return [path for path, kind in self.scope.items() if kind[: len(wanted)] == wanted]

    def some(self, *wanted: object) -> str | None:
        found = self.of(*wanted)
        return self.rng.choice(found) if found else None
