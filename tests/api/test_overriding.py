"""Classes made of a builtin one that do something of their own in place of what it does are not taken for it."""

import collections
import enum
from typing import NamedTuple

import pytest

import srcad


class DoubledItems(dict):
    def __getitem__(self, key):
        return 2 * super().__getitem__(key)


class DoubledWalk(list):
    def __iter__(self):
        return iter([2 * item for item in super().__iter__()])


class DoubledAppend(list):
    def append(self, item):
        super().append(2 * item)


class Tenfold(float):
    def __mul__(self, other):
        return 10 * float(self) * float(other)


class DoubledRead(NamedTuple):
    x: float
    y: float

    def __getitem__(self, at):
        return 2 * tuple.__getitem__(self, at)


class DoubledMade(collections.namedtuple("DoubledMade", "x y")):
    def __new__(cls, x, y):
        return super().__new__(cls, 2 * x, y)


def reads(held, x):
    return held["a"] * x


def walks(held, x):
    return sum(item * x for item in held)


def appends(held, x):
    held.append(x)
    return held[-1] * x


def multiplies(held, x):
    return held * x


def unpacks(held, x):
    a, b = held
    return a * x + b


@pytest.mark.parametrize(
    ("function", "held", "argnums"),
    [
        (function, held, argnums)
        for function, held in (
            (reads, DoubledItems(a=2.0)),
            (walks, DoubledWalk([1.0, 2.0])),
            (appends, DoubledAppend([1.0])),
            (multiplies, Tenfold(2.0)),
            (unpacks, DoubledRead(1.0, 2.0)),
            (unpacks, DoubledMade(1.0, 2.0)),
        )
        for argnums in (0, 1)
    ],
)
def test_it_is_refused_as_an_argument(function, held, argnums):
    with pytest.raises(srcad.ArgumentError, match="has methods of its own in place of those of") as caught:
        srcad.grad(function, argnums)(held, 3.0)
    assert caught.value.remedy


class Options(dict):
    """What it does of its own says nothing of what it holds."""

    def __init__(self, **options):
        super().__init__(options, made=True)

    def __repr__(self):
        return "Options"

    def rate(self):
        return self["rate"]


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 3


def steps(options, x, level):
    return options["rate"] * x**level


def test_what_says_nothing_of_the_items_does_no_harm():
    assert srcad.grad(steps, (0, 1))(Options(rate=0.5), 2.0, Level.HIGH) == ({"rate": 8.0, "made": None}, 6.0)


TABLE = DoubledItems(a=2.0)


def reads_a_global(x):
    return TABLE["a"] * x


def makes(x):
    return DoubledMade(x, 1.0).x * x


def test_a_global_is_read_by_its_own_methods():
    assert srcad.grad(reads_a_global)(3.0) == 4.0


def test_a_namedtuple_with_a_new_of_its_own_is_not_made_here():
    with pytest.raises(srcad.UnsupportedSyntax, match="a __new__ or __getitem__ of its own"):
        srcad.grad(makes)(3.0)
