"""What classes run of their own where Python seems to do something plain.

Descriptors, `__iter__`, truth, comparison, metaclasses: each was once taken for the plain thing.
"""

import contextlib
import enum
import functools
import math
import re
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pytest

import srcad
from tests.cases import Programs
from tests.check import refused

programs = Programs()


class Scaled:
    """A descriptor that keeps twice the number and gives three times what it keeps."""

    def __set_name__(self, owner, name):
        self.name = "_" + name

    def __get__(self, holder, owner=None):
        return getattr(holder, self.name) * 3

    def __set__(self, holder, value):
        if value == 0:
            raise ValueError("must not be zero")
        setattr(holder, self.name, value * 2)


class Twice:
    """A descriptor without `__set__`: an instance may have an attribute of its own by that name."""

    def __init__(self, compute):
        self.compute = compute

    def __get__(self, holder, owner=None):
        return 2 * self.compute(holder)


class Square:
    def __call__(self, x):
        return x * x


class Spring:
    stiffness = Scaled()
    power = Square()
    root = math.sqrt
    bend = np.tanh

    def __init__(self, stiffness, length):
        self.stiffness = stiffness
        self.length = length

    @Twice
    def strain(self):
        return self.length - 1


@programs.at((2.0, 0.3), (-0.5, 4.0))
def a_descriptor_keeps_and_gives(k, length):
    spring = Spring(k, length)
    spring.stiffness += length
    return spring.stiffness * k


@programs.at((Spring(2.0, 0.3), 1.5), (Spring(-0.5, 4.0), 0.5))
def a_descriptor_of_a_given_object(spring, x):
    return spring.stiffness**2 * x + spring.strain


@programs.at((2.0, 0.3), (-0.5, 4.0))
def a_descriptor_without_set_gives_way_to_the_instance(k, length):
    spring = Spring(k, length)
    before = spring.strain
    other = Spring(k, length)
    other.length = before * k
    return before * other.strain


@programs.at(2.0, 0.7)
def what_a_class_holds_is_called_without_the_instance(x):
    spring = Spring(x, x)
    return spring.power(x) + spring.root(x) * spring.bend(x)


class Shift(NamedTuple):
    x: float
    y: float

    def __bool__(self):
        return self.x > 0

    def __len__(self):
        return 7


@programs.at(2.0, -0.7)
def a_namedtuple_says_whether_it_is_true(x):
    shift = Shift(x, 1.0)
    while not shift:
        shift = Shift(shift.x + 1, shift.y * x)
    return shift.y * 3 if shift and not Shift(-x * x, x) else x


@dataclass(order=True)
class Rated:
    rate: float
    name: str = "rate"


class Named(Rated):
    pass


@programs.at((2.0, 0.3), (0.3, 2.0))
def dataclasses_are_compared(a, b):
    one, other = Rated(a), Rated(b)
    if one != Rated(a) or one == other or one == Named(a) or one == "rate" or Named(a) != Named(a):
        return a * b * 5
    total = one.rate if one < other else one.rate * 2
    return total * b if one != Rated(a, "other") and one >= Rated(a) else a


class Mode(enum.Enum):
    LINEAR = "linear"
    SQUARE = "square"


@programs.at((2.0, "linear"), (2.0, "square"))
def a_member_of_an_enumeration_by_its_value(x, name):
    return x * 3 if Mode(name) is Mode.LINEAR else x * x


@programs.at(([1.5, 2.0, 0.5],), ([2.0, 1.0, 3.0],))
def methods_of_containers_are_handed_on(xs):
    table = {"a": xs[0], "b": xs[1]}
    get = table.get
    largest = max(range(len(xs)), key=xs.__getitem__)
    return get("a") * get("c", 2.0) * xs[largest] + sum(map(table.get, "ab")) + table[max(table, key=table.get)]


ACTIVATIONS = {"tanh": math.tanh, "square": lambda v: v * v, "same": lambda v: v}


@programs.at(
    (0.3, [{"w": 1.5, "act": "square"}, {"w": 2.0, "b": 0.1, "act": "tanh"}, {"w": 0.7}]),
    (0.3, [{"w": 1.5}, {"w": 2.0, "act": "unknown"}]),
)
def layers_with_options(x, layers):
    for layer in layers:
        activation = ACTIVATIONS.get(layer.get("act", "same"), ACTIVATIONS["same"])
        x = activation(layer["w"] * x + layer.get("b", x))
    return x


@programs.at((0.3, ["tanh", "unknown", "square"]))
def a_global_dict_of_functions_has_a_default(x, names):
    for name in names:
        x = ACTIVATIONS.get(name, ACTIVATIONS["same"])(1.5 * x)
    return x


class Doubled:
    def __init__(self, items):
        self.items = items

    def __iter__(self):
        return (2 * item for item in self.items)


@programs.at((1.2, 0.4), (-0.3, 2.0))
def items_are_made_while_other_lists_grow(a, b):
    doubled = Doubled([a, b, a * b])
    kept = []
    for i, item in enumerate(doubled):
        kept.append(item * i)
    for item in list(doubled):
        doubled.items[0] = item * b
    return sum(kept) * doubled.items[0]


@dataclass
class Pair:
    x: float
    y: float


class Triple(NamedTuple):
    x: float
    y: float
    z: float


class Signal:
    def __init__(self, v):
        self.v = v

    def __and__(self, other):
        return self.v * other

    def __rxor__(self, other):
        return other - self.v

    def __lshift__(self, other):
        return self.v + other

    def __invert__(self):
        return self.v * 6

    def __eq__(self, other):
        return self.v == other.v

    __hash__ = None


@programs.at(2.0, -0.7)
def bit_operators_of_a_class_are_its_own(x):
    signal = Signal(x)
    total = (signal & x) + (x**2 ^ signal) + (signal << x) + ~signal
    return total * 2 if signal in [Signal(1.0), Signal(x)] else total


@programs.at(([1.2, 0.4],), ([-0.3, 2.0],))
def fields_are_filled_from_a_list(xs):
    pair = Pair(*[x * x for x in xs])
    other = Pair(pair.x, *xs[1:])
    triple = Triple(*(x * pair.y for x in [*xs, 2.0]))
    return pair.x * other.y + triple.x * triple.z


SHAPES = {"weights": (2, 2), "offset": (2,), "scale": ()}


@programs.at(np.linspace(-1.0, 2.0, 7))
def a_global_dict_of_different_things_is_gone_through(theta):
    at, total = 0, 0.0
    for name, shape in SHAPES.items():
        count = int(np.prod(shape)) if shape else 1
        part = theta[at : at + count].reshape(shape)
        total += np.sum(part**2) * len(name)
        at += count
    return total


@programs.at(2.0)
def a_context_manager_of_numpy_is_entered(x):
    with np.printoptions(precision=3):
        return x**2


test_gradient = programs.test()


def writes_while_items_are_made(x):
    doubled = Doubled([x, x, x])
    total = 0.0
    for item in doubled:
        total += item
        doubled.items[2] = x * x
    return total


def grows_while_items_are_made(x):
    doubled = Doubled([x, x])
    items = doubled.items
    total = 0.0
    for item, weight in zip(doubled, [1.0, 2.0, 3.0]):
        total += item * weight
        if weight < 2:
            items.append(x)
    return total


class Guarded:
    def __setattr__(self, name, value):
        object.__setattr__(self, name, 2 * value)


class Kept(Guarded):
    def __init__(self, value):
        self.value = value


class Watched:
    def __init__(self, value):
        self.value = value

    def __getattribute__(self, name):
        return 2 * object.__getattribute__(self, name)


def inherits_setattr(x):
    return Kept(x).value


def has_getattribute(x):
    return Watched(x).value


class Register(type):
    def __call__(cls, value):
        made = super().__call__(value)
        made.value = 10 * made.value
        return made


class Registered(metaclass=Register):
    def __init__(self, value):
        self.value = value


def has_a_metaclass(x):
    return Registered(x).value


class Turned:
    def __init__(self, items):
        self.items = items

    def __iter__(self):
        return iter(self.items)

    def __reversed__(self):
        return iter([9.0])


def goes_through_it_backwards(x):
    total = 0.0
    for item in reversed(Turned([x, x])):
        total += item
    return total * x


def sums_it_backwards(x):
    return sum(reversed(Turned([x, x]))) * x


def makes_a_class(x):
    return type("Made", (), {"x": x}).x * x


class Countdown:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return self

    def __next__(self):
        if self.n == 0:
            raise StopIteration
        self.n -= 1
        return self.n


def goes_through_an_iterator(x):
    total = 0.0
    for n in Countdown(3):
        total += n * x
    return total


@contextlib.contextmanager
def doubled_scale(state):
    state["scale"] *= 2
    yield
    state["scale"] /= 2


def enters_a_generator(x):
    state = {"scale": x}
    with doubled_scale(state):
        return state["scale"] * x


def pops_from_what_is_unknown(tokens, x):
    token = tokens.pop(0)
    if token == "(":
        value = pops_from_what_is_unknown(tokens, x)
        tokens.pop(0)
        return value
    return x if token == "x" else float(token)


def reads_tokens(x):
    return pops_from_what_is_unknown(re.findall(r"\(|\)|\w+", "(x)"), x) * x


@dataclass
class Optional:
    x: float
    y: float = 2.0


def fills_fields_that_have_defaults(x):
    made = Optional(*[x for _ in range(int(x))])
    return made.x * made.y


REFUSED = [
    (goes_through_it_backwards, "for item in reversed(", "a __reversed__ of its own"),
    (sums_it_backwards, "reversed(Turned", "a __reversed__ of its own"),
    (makes_a_class, 'type("Made"', "a class made by type"),
    (fills_fields_that_have_defaults, "Optional(*", "which fields it fills"),
    (enters_a_generator, "with doubled_scale(state)", "a context manager that is made of a generator"),
    (reads_tokens, "token = tokens.pop(0)", "whose kind is not known"),
    (writes_while_items_are_made, "doubled.items[2] = x * x", "while its __iter__ makes its items"),
    (grows_while_items_are_made, "items.append(x)", "while its __iter__ makes its items"),
    (inherits_setattr, "self.value = value", "a __setattr__ of its class"),
    (has_getattribute, "Watched(x).value", "a __getattribute__ of its class"),
    (has_a_metaclass, "Registered(x)", "its metaclass"),
    (goes_through_an_iterator, "for n in Countdown(3)", "__next__"),
]


@pytest.mark.parametrize(("function", "line", "message"), REFUSED, ids=lambda v: getattr(v, "__name__", ""))
def test_it_is_refused_with_a_place_and_a_remedy(function, line, message):
    refused(function, 2.0, error=srcad.UnsupportedSyntax, line_contains=line, message_contains=message)


LOG = []


@functools.cache
def coefficient(n):
    LOG.append(n)
    return n * 2.0


def recalls(x, n):
    return coefficient(n) * x + coefficient(n) * x**2


def test_a_cache_of_the_module_answers():
    gradient = srcad.grad(recalls)
    assert gradient(1.5, 3) == 6.0 * (1 + 2 * 1.5) and recalls(1.5, 3) and gradient(2.0, 3)
    assert LOG == [3]


def matched(x, pattern):
    y = x**2
    if re.match(pattern, "rate=2.5"):
        y *= 3.0
    return y


def test_objects_made_in_c_pass_through_vjp():
    value, pullback = srcad.vjp(matched, 2.0, "rate")
    assert value == 12.0 and pullback(1.0)[0] == 12.0 and pullback(1.0)[0] == 12.0


@dataclass
class Run:
    rate: float
    mode: Mode = Mode.SQUARE


def advance(run):
    return run.rate**2 if run.mode is Mode.SQUARE else run.rate


def test_the_gradient_of_an_object_with_a_member_is_a_tangent():
    run = Run(3.0)
    gradient = srcad.grad(advance)(run)
    assert gradient == Run(6.0, None)
    assert srcad.jvp(advance, (run,), (gradient,)) == (9.0, 36.0)
