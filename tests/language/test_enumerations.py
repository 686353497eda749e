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

    def applied(self, x):
        return x * self


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


@programs.at((0.4, 2), (0.4, 9), (1.7, 2))
def a_machine_whose_states_are_ints(x, turn):
    level = Level.LOW
    record = []
    for i in range(4):
        if i == turn or x > 3.0:
            level = Level.HIGH
        x = x * 1.2 + level.value
        record.append((level.name, x))
    names = [name for name, _ in record]
    return sum(x for name, x in record if name != "HIGH") + x * names.count("LOW")


@programs.at((0.4, 2), (0.4, 9), (1.7, 2))
def a_machine_whose_states_have_methods(x, turn):
    law, shown = Law.LINEAR, ""
    for i in range(4):
        match law:
            case Law.LINEAR if i == turn:
                law = Law.DECAY
            case Law.LINEAR:
                x = x + 0.1 * law.applied(x)
            case Law.DECAY:
                x = law.applied(x) if law.is_plain else law.applied(2 * x)
        shown += law.name[0]
    return x**2 if shown == "LLDD" else x


test_gradient = programs.test()


def test_a_method_of_one_of_several_int_members_is_refused_with_a_remedy():
    def f(x):
        level = Level.LOW if x < 1.0 else Level.HIGH
        return level.applied(x)

    refused(f, 2.0, error=srcad.KindError, line_contains="applied(x)", message_contains="make it an enum.Enum")


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
