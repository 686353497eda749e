"""Strings beside numbers: they choose and label, and no number that carries a derivative is read back from one."""

import dataclasses
import functools
import math
import operator

import pytest

import srcad
from tests.cases import Programs
from tests.check import refused

programs = Programs()

UNITS = {"m": 1.0, "km": 1000.0, "ft": 0.3048}


@dataclasses.dataclass(frozen=True)
class Quantity:
    value: float
    unit: str = "m"

    def to(self, unit):
        return Quantity(self.value * UNITS[self.unit] / UNITS[unit], unit)

    def __add__(self, other):
        return Quantity(self.value + other.to(self.unit).value, self.unit)


class Labelled:
    def __init__(self, value):
        self.value = value
        self.label = f"{value:.3f}"


def note(notes, value):
    notes.append(str(value))


def number_of(thing):
    return float(thing.label)


@programs.at((2.0, 30.0), (0.1, 700.0))
def quantities_of_several_units_are_added(a, b):
    total = functools.reduce(operator.add, [Quantity(a, "km"), Quantity(b, "ft"), Quantity(a * b)])
    return math.log(total.to("m").value) + total.value


@programs.at((0.7, 2.0), (3.0, 0.4))
def numbers_are_read_from_a_text_of_the_program(x, y):
    held = {"x": x, "y": y}
    stack = []
    for token in "x 2.5 y".split():
        stack.append(held[token] if token in held else float(token))
    return stack[0] * stack[1] ** stack[2]


@programs.at(0.7, 3.4)
def labels_stand_beside_numbers(x):
    thing, notes = Labelled(x), {"text": f"{x}", "value": 2 * x}
    return thing.value * notes["value"] if thing.label[0] != "3" and notes["text"] else thing.value**3


test_gradient = programs.test()


def from_a_list(x):
    return float([str(x)][0]) * x


def from_a_dict(x):
    shown = {"x": f"{x}"}
    return float(shown["x"]) * x


def from_a_list_that_a_helper_fills(x):
    notes = []
    note(notes, x)
    return float(notes[0]) * x


def from_an_object_in_a_helper(x):
    return number_of(Labelled(x)) * x


def from_a_list_of_a_list(x):
    notes = [[str(x)]]
    inner = notes[0]
    (text,) = inner
    return x + float(text.strip())


def from_strings_that_are_mapped(x):
    return sum(map(float, [str(x), str(2 * x)]))


@pytest.mark.parametrize(
    ("f", "line"),
    [
        (from_a_list, "float("),
        (from_a_dict, "float("),
        (from_a_list_that_a_helper_fills, "float("),
        (from_an_object_in_a_helper, "number_of("),
        (from_a_list_of_a_list, "float("),
        (from_strings_that_are_mapped, "map(float"),
    ],
    ids=lambda f: getattr(f, "__name__", ""),
)
def test_a_number_is_not_read_back_from_a_string_that_shows_it(f, line):
    refused(f, 2.0, error=srcad.MissingRule, line_contains=line, message_contains="read back from a string")
