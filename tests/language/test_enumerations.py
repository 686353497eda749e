"""Members of enumerations are constants; what a descriptor of the standard library computes is refused."""

import enum
import functools
import math

import srcad
from tests.cases import Programs
from tests.check import refused

programs = Programs()


class Law(enum.Enum):
    LINEAR = 1
    SQUARE = 2.0
    DECAY = "e"

    @property
    def is_plain(self):
        return self is not Law.DECAY

    def applied(self, x):
        return x * self.value if self.is_plain else math.exp(-x)


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 3


@programs.at((3.0, Law.DECAY), (3.0, Law.SQUARE), (3.0, Law.LINEAR), argnums=0)
def a_value_of_the_member_that_is_given(x, law):
    if law.value == "e":
        return math.exp(-x)
    return x**2 if law.name == "SQUARE" else x


@programs.at(0.4, 1.2)
def a_loop_over_the_members(x):
    for law in Law:
        if law is Law.LINEAR:
            x = 2 * x
        elif law == Law.SQUARE:
            x = x**2
        elif law.value == "e":
            x = math.exp(-x)
    return x


@programs.at((0.4, Law.DECAY), (0.4, Law.SQUARE), argnums=0)
def methods_and_properties_of_members(x, law):
    return law.applied(x) + Law.LINEAR.applied(x**2)


@programs.at((0.4, Level.LOW), (0.4, Level.HIGH))
def a_member_that_is_an_int(x, level):
    return x**level + level * x if level > Level.LOW else x


@programs.at((0.4, Law.DECAY), (0.4, Law.LINEAR))
def a_match_on_members(x, law):
    match law:
        case Law.LINEAR:
            return 3 * x
        case Law.DECAY:
            return math.exp(-x)


@programs.at((0.4, True), (0.4, False))
def one_of_two_members(x, flag):
    law = Law.LINEAR if flag else Law.DECAY
    y = 2 * x if law.value == 1 else x**3
    return y * x if law.is_plain else y


test_gradient = programs.test()


class Held:
    def __init__(self, x):
        self.x = x

    def times(self, k):
        return k * self.x

    twice = functools.partialmethod(times, 2)


def test_what_a_descriptor_computes_is_refused():
    def f(x):
        return Held(x).twice() * x

    refused(f, 2.0, error=srcad.UnsupportedSyntax, line_contains="twice", message_contains="descriptor")
