"""`match`: values, alternatives, guards, captures, sequences, mappings and classes."""

from dataclasses import dataclass
from typing import NamedTuple

from tests.cases import Programs

programs = Programs()


@dataclass
class Circle:
    radius: float


@dataclass
class Box:
    width: float
    height: float


class Reading(NamedTuple):
    value: float
    weight: float


@programs.at((2.0, "square"), (2.0, "double"), (2.0, "none of them"))
def on_a_string(x, how):
    match how:
        case "square":
            y = x * x
        case "double":
            y = 2 * x
        case _:
            y = x + 1
    return y * x


@programs.at((2.0, 0), (2.0, 1), (2.0, 2), (2.0, 3))
def on_an_integer_with_alternatives(x, n):
    match n:
        case 0:
            return x
        case 1 | 2:
            return x**2 * n
        case _:
            return x**3


@programs.at((2.0, 1), (2.0, -1), (-2.0, 1))
def with_guards(x, n):
    match n:
        case k if k > 0 and x > 0:
            y = x**2 * k
        case k if k > 0:
            y = x * k
        case k:
            y = x**3 - k
    return y


@programs.at(2.0, -2.0)
def on_the_sign_of_a_float(x):
    match x > 0:
        case True:
            return x * x
        case False:
            return -x


@programs.at(((2.0, 3.0),))
def a_pair_is_taken_apart(p):
    match p:
        case (x, y):
            return x * y * y


@programs.at((2.0, (1, 2)), (2.0, (1, 2, 3)), (2.0, ()))
def sequences_of_several_lengths(x, shape):
    match shape:
        case (a, b):
            return x * a + x**2 * b
        case (a, *rest):
            return x**3 * a + len(rest) * x
        case []:
            return x * 7


@programs.at(({"kind": "spring", "k": 2.0}, 3.0), ({"kind": "mass", "m": 2.0}, 3.0))
def a_mapping_is_taken_apart(part, x):
    match part:
        case {"kind": "spring", "k": k}:
            return 0.5 * k * x * x
        case {"kind": "mass", "m": m}:
            return m * x


@programs.at(Circle(1.5), Box(2.0, 3.0))
def on_the_class(shape):
    match shape:
        case Circle(radius=r):
            return 3.14 * r * r
        case Box(width=w, height=h):
            return w * h


@programs.at(Circle(1.5), Box(2.0, 3.0))
def on_the_class_by_position(shape):
    match shape:
        case Circle(r):
            return 3.14 * r * r
        case Box(w, h) if h > 100:
            return w
        case Box(w, h) as box:
            return w * h + box.width


@programs.at(Reading(2.0, 0.5))
def a_namedtuple_is_a_sequence_too(reading):
    match reading:
        case Reading(value, weight):
            return value * value * weight


@programs.at((2.0, None), (2.0, 3))
def on_none(x, n):
    match n:
        case None:
            return x * x
        case int():
            return x * n


@programs.at((2.0, 3))
def in_a_loop(x, n):
    y = x
    for i in range(n):
        match i % 3:
            case 0:
                y = y * x
            case 1:
                continue
            case _:
                y = y + x
    return y


test_gradient = programs.test()
