"""User code that a saved module has to carry along."""

from __future__ import annotations

import collections
import enum
import functools
import math

import numpy as np

SCALE = 2.5
TABLE = np.array([1.0, np.inf, -0.0])
Point = collections.namedtuple("Point", ["x", "y"])


def scaled(v: float, *, by: float = SCALE) -> float:
    """Uses a constant, a module and another function."""
    return by * inner(v) + math.cos(0.0) + float(TABLE[0])


def inner(v):
    result: float = np.float64(v) * 2
    return float(result)


class Model:
    """A class with a method."""

    rate = SCALE

    def step(self, v):
        return inner(v) * self.rate


def step(v):
    return v + 1


class Mode(enum.Enum):
    FAST = 1
    SLOW = 2


@functools.cache
def recalled(n):
    return SCALE * n


MODEL = Model()
double = lambda v: v * 2  # noqa: E731


def decorated(function):
    def wrapper(v):
        return function(v)

    wrapper.__wrapped__ = function
    return wrapper


@decorated
def wrapped(v):
    return v


def reads_a_model(v):
    return MODEL.step(v)
