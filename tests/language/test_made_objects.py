"""How instances are made and what their classes say of operators: keyword-only and frozen dataclasses, namedtuples
with operators of their own, attributes set by name.
"""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import InitVar, asdict, astuple, dataclass, field
from types import SimpleNamespace
from typing import ClassVar, NamedTuple

import srcad
from tests.cases import Programs
from tests.check import check, refused

programs = Programs()


@dataclass(slots=True, kw_only=True)
class ByName:
    a: float
    b: float = 2.0
    n: ClassVar[int] = 3


@programs.at(1.2, -0.4)
def a_dataclass_with_fields_by_name(x):
    k = ByName(a=x)
    k.b += x
    return k.a * k.b**ByName.n + ByName(b=x, a=1.0).b


@dataclass
class Mixed:
    a: float
    b: float = field(default=1.0, kw_only=True)
    c: float = 3.0
    items: list = field(default_factory=list, kw_only=True)


@programs.at(1.2, -0.4)
def a_dataclass_with_one_field_by_name(x):
    m = Mixed(x, x * x)
    m.items.append(x)
    return m.a * m.b + m.c + Mixed(1.0, b=x).b * Mixed(2.0).c * m.items[0]


@dataclass(frozen=True)
class Checked:
    a: float
    b: float = 2.0

    def __post_init__(self):
        if self.a < -100:
            raise ValueError("too small")

    @property
    def product(self):
        return self.a * self.b


@programs.at(1.2, -0.4)
def a_frozen_dataclass_that_checks_its_fields(x):
    return Checked(x).product * Checked(b=x, a=3.0).a + Checked(x, x).product


@dataclass(frozen=True)
class Derived:
    a: float
    twice: float = field(init=False)

    def __post_init__(self):
        object.__setattr__(self, "twice", 2 * self.a)


class Dual(NamedTuple):
    v: float
    d: float

    def __add__(self, other):
        return Dual(self.v + other.v, self.d + other.d)

    def __mul__(self, other):
        if isinstance(other, Dual):
            return Dual(self.v * other.v, self.v * other.d + self.d * other.v)
        return Dual(self.v * other, self.d * other)

    def __rmul__(self, other):
        return self * other

    def __neg__(self):
        return Dual(-self.v, -self.d)

    def __len__(self):
        return 7

    def __iter__(self) -> Iterator[float]:
        return iter([self.d, self.v])


@programs.at((1.3, 0.4), (-0.2, 2.0))
def a_namedtuple_with_operators(x, y):
    a, b = Dual(x, 1.0), Dual(y, 0.0)
    c = a * b + a * a + 3.0 * -b
    return c.v * c.d * len(c)


@programs.at((1.3, 0.4), (-0.2, 2.0))
def a_namedtuple_with_an_order_of_its_own(x, y):
    total = 0.0
    for i, part in enumerate(Dual(x, y)):
        total += part**2 * (i + 1)
    return total


class Vec:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __add__(self, other):
        return Vec(self.x + other.x, self.y + other.y)

    def __radd__(self, other):
        return self if other == 0 else NotImplemented


@programs.at((1.3, 0.4), (-0.2, 2.0))
def a_sum_of_objects_with_a_start(x, y):
    total = sum([Vec(x, y), Vec(y, x * x)], Vec(0.0, 1.0))
    return total.x * total.y


class Open:
    pass


@programs.at((1.3, True), (1.3, False), argnums=0)
def an_attribute_is_set_by_name(x, flag):
    o = Open()
    setattr(o, "a", x)  # noqa: B010
    if flag:
        setattr(o, "b", x**2)  # noqa: B010
    return getattr(o, "b", 3 * x) * o.a


@programs.at((1.3, "a"), (1.3, "b"), argnums=0)
def an_attribute_is_set_by_a_name_that_is_given(x, name):
    o = Open()
    o.a = x
    setattr(o, name, x * x)
    return o.a * getattr(o, name)


class Pairs:
    def __init__(self, xs, ys):
        self.xs = xs
        self.ys = ys

    def __iter__(self):
        return zip(self.xs, self.ys)  # noqa: B905


@programs.at(([1.0, 2.0], [3.0, 0.5]))
def iter_returns_a_zip(xs, ys):
    return sum(x * y * i for i, (x, y) in enumerate(Pairs(xs, ys), 1))


class Meter:
    reading = 0.0
    rate = 2

    @classmethod
    def holding(cls, x):
        made = cls.__new__(cls)
        made.x = x
        return made

    @classmethod
    def pair(cls, x):
        return cls.holding(x), cls.holding(x**2)


class Counting(Meter):
    best = None

    def run(self, by):
        self.reading += by * self.x
        if self.best is None or by > self.best:
            self.best = by
        self.rate = self.rate * by


class Offset(Counting):
    @classmethod
    def holding(cls, x):
        made = super().holding(x)
        made.reading = x + 1
        return made


@programs.at(0.6, 2.0)
def values_of_a_class_are_written_on_what_its_class_methods_make(x):
    total = 0.0
    for meter in (*Counting.pair(x), Offset.holding(3 * x)):
        for by in (x, x**2):
            meter.run(by)
        total += meter.reading * meter.rate + meter.best
    return total


@dataclass
class Scaled:
    a: float
    scale: InitVar[float] = 2.0
    b: float = 1.0
    shift: InitVar[float] = field(default=0.5, kw_only=True)

    def __post_init__(self, scale, shift):
        self.a = self.a * scale + shift


@programs.at(2.0)
def an_initvar_goes_to_post_init_alone(x):
    p, q = Scaled(x, x**2, 3.0), Scaled(x, shift=x)
    return p.a * p.b + q.a * q.b


@programs.at(2.0)
def a_namespace_is_made(x):
    made = SimpleNamespace(a=x, b=3.0)
    made.b = made.b * made.a
    return made.a * made.b


@dataclass
class Place:
    at: float
    spread: tuple
    name: str = "here"


@dataclass
class Way:
    start: Place
    length: float


@dataclass
class Train:
    stops: list


@programs.at((2.0, 0.5))
def dataclasses_are_taken_apart(x, y):
    way = Way(Place(x, (y, 2.0)), x * y)
    held = asdict(way)
    way.length = 0.0
    (at, spread, name), length = astuple(way)
    given = {**asdict(way.start), "at": y}
    return held["start"]["at"] * held["length"] + at * spread[0] + length + len(name) * Place(**given).at


test_gradient = programs.test()


def test_a_write_to_a_frozen_dataclass_is_refused_as_such():
    def f(x):
        return Derived(x).twice * x

    refused(f, 2.0, error=srcad.SrcadError, line_contains="Derived(x)", message_contains="frozen")


def test_a_dict_of_a_dataclass_that_holds_objects_in_a_list_is_refused_at_the_call():
    def f(x):
        return asdict(Train([Place(x, (x, x))]))["stops"][0].at

    refused(f, 2.0, error=srcad.SrcadError, line_contains="asdict(", message_contains="list of Place")


def test_setattr_with_an_unknown_name_is_refused():
    def f(x, names):
        o = Open()
        for name in names:
            setattr(o, name, x)
        return o.a

    refused(f, 2.0, ["a", "b"], error=srcad.UnsupportedSyntax, line_contains="setattr", message_contains="setattr")


def test_a_mapping_that_is_no_dict_is_refused_with_what_to_use():
    def f(d):
        ordered = OrderedDict(sorted(d.items()))
        return sum(ordered.values())

    refused(f, {"b": 1.0, "a": 2.0}, error=srcad.SrcadError, line_contains="OrderedDict", message_contains="use a dict")


def test_a_namespace_is_made_and_written_to():
    def f(x):
        state = SimpleNamespace(at=x, path=[x])
        for _ in range(3):
            state.at = state.at * x
            state.path.append(state.at)
        return sum(state.path) * state.at

    check(f, 1.3)


def test_a_sum_of_objects_that_starts_with_zero_is_told_to_start_with_one():
    def f(x):
        total = sum([Vec(x, 1.0), Vec(x, x)])
        return total.x * total.y

    refused(f, 2.0, error=srcad.KindError, line_contains="sum(", message_contains="sum(items, Vec(...))")
