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


@pytest.mark.parametrize("mode", ["fwd", "rev"])
def test_the_message_says_which_mode_and_which_direction(mode):
    def jumps(x, n):
        for _ in range(n):
            x = x * math.floor(x * 3)
        return x

    with pytest.raises(AssertionError, match=f"by {'forward' if mode == 'fwd' else 'reverse'} mode.* along the dir"):
        srcad.check_grads(jumps, (2.0, 2), modes=(mode,))


def test_the_second_derivative_is_checked_where_it_is_asked_for():
    def first_only(x, y):
        return x * x * y + (x - srcad.stop_gradient(x)) * y

    def both(x, y):
        return x * x * math.sin(y) * x

    srcad.check_grads(both, (1.5, 0.7), order=2)
    with pytest.raises(AssertionError, match="argument 0 disagrees"):
        srcad.check_grads(first_only, (1.5, 0.7), order=2)


@pytest.mark.parametrize("options", [{"order": 3}, {"modes": ("backward",)}])
def test_an_order_or_mode_that_there_is_not_is_refused(options):
    with pytest.raises(srcad.ArgumentError):
        srcad.check_grads(lambda x: x * x, (2.0,), **options)


def test_the_arguments_stay_as_they_are():
    def f(xs, v):
        xs.append(v)
        return xs[0] * xs[-1] * v

    xs = [2.0]
    srcad.check_grads(f, (xs, 3.0))
    assert xs == [2.0]


def test_ints_are_promoted_and_other_arguments_are_left_alone():
    srcad.check_grads(lambda x, how, n: x**2 * n if how == "square" else x, (3, "square", None or 2))


@pytest.mark.parametrize("mode", ["rev", "fwd"])
def test_a_string_is_one_mode(mode):
    srcad.check_grads(lambda x: x**3, (2.0,), modes=mode)
    with pytest.raises(AssertionError, match={"rev": "reverse", "fwd": "forward"}[mode]):
        srcad.check_grads(lambda x: float(int(x * 4)) + x, (2.0,), modes=mode, eps=0.5)


@pytest.mark.parametrize("modes", ["reverse", (), ("rev", "back")])
def test_modes_that_there_are_not_are_refused(modes):
    with pytest.raises(srcad.ArgumentError) as caught:
        srcad.check_grads(lambda x: x**3, (2.0,), modes=modes)
    assert "fwd" in caught.value.remedy


def weighted(x, ys):
    return x**2 * np.sum(ys)


def test_single_precision_is_given_room():
    srcad.check_grads(weighted, (np.float32(2.0), np.ones(3, np.float32)))
    srcad.check_grads(lambda x: math.floor(x), (2.5,))


@pytest.mark.parametrize(
    ("function", "args", "said"),
    [
        (weighted, 2.0, "args is 2.0"),
        (lambda x: x > 1, (2.0,), "nothing to compare"),
        (lambda x: None, (2.0,), "the function returns None"),
    ],
)
def test_a_check_that_would_compare_nothing_is_refused(function, args, said):
    with pytest.raises(srcad.ArgumentError, match=said) as caught:
        srcad.check_grads(function, args)
    assert caught.value.remedy
