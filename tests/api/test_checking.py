"""`check_grads` takes structures and objects, and says where a derivative is wrong and by how much."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pytest

import srcad


class Point(NamedTuple):
    x: float
    y: float


@dataclass(frozen=True)
class Spring:
    k: float
    rest: np.ndarray
    name: str = "s"


class Body:
    def __init__(self):
        self.mass = 2.0
        self.at = [1.0, 2.0]
        self.n = 3


def energy(spring, body, p, x):
    stretch = (spring.rest * x).sum() - body.at[0]
    return {"e": spring.k * stretch**2 * body.mass, "all": (p.x * p.y, [body.at[1] * x])}


def test_objects_and_structures():
    srcad.check_grads(energy, (Spring(2.0, np.array([1.0, 2.0])), Body(), Point(1.0, 2.0), 0.5))


def test_the_message_names_the_part_that_is_wrong():
    def jumps(p, x):
        return p["a"] * x + math.floor(p["w"][1]) * x + p["w"][0]

    with pytest.raises(AssertionError) as caught:
        srcad.check_grads(jumps, ({"a": 1.0, "w": [2.5, 3.0]}, 2.0))
    message = str(caught.value)
    assert "jumps" in message and "argument 0" in message and "['w'][1]" in message and "difference of" in message


def test_the_arguments_stay_as_they_are():
    def f(xs, v):
        xs.append(v)
        return xs[0] * xs[-1] * v

    xs = [2.0]
    srcad.check_grads(f, (xs, 3.0))
    assert xs == [2.0]


def test_ints_are_promoted_and_other_arguments_are_left_alone():
    srcad.check_grads(lambda x, how, n: x**2 * n if how == "square" else x, (3, "square", None or 2))
