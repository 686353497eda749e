"""Methods, properties, `__call__`, inheritance, `super()`, static and class methods, dataclasses, namedtuples."""

import math
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from tests.cases import Programs

programs = Programs()


class Spring:
    """An object with two numbers, an integer, a name and nothing."""

    unit = 2.0

    def __init__(self, k, length):
        self.k = k
        self.length = length
        self.coils = 7
        self.name = "spring"
        self.owner = None

    def energy(self, x):
        return 0.5 * self.k * self.stretch(x) ** 2

    def stretch(self, x):
        return x - self.length

    def __call__(self, x):
        return self.energy(x) * self.coils

    @property
    def stiffness(self):
        return self.k / self.length

    @staticmethod
    def square(x):
        return x * x

    @classmethod
    def in_units(cls, x):
        return x * cls.unit

    def work(self, x, n):
        total = 0.0
        for i in range(n):
            total += self.energy(x * i) * self.stiffness
        return total


class Damped(Spring):
    """A subclass that overrides, extends and inherits."""

    unit = 3.0

    def __init__(self, k, length, c):
        super().__init__(k, length)
        self.c = c

    def energy(self, x):
        return super().energy(x) - self.c * x

    def stretch(self, x):
        return (x - self.length) * 1.1


class Layer:
    """An object that holds arrays."""

    def __init__(self, A, b):
        self.A = A
        self.b = b

    def __call__(self, x):
        return np.tanh(self.A @ x + self.b)


class Network:
    """An object that holds a list of objects."""

    def __init__(self, layers):
        self.layers = layers

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x


class Total:
    def __init__(self):
        self.value = 0.0

    def add(self, y):
        self.value += y * y


class Slotted:
    __slots__ = ("a", "b")

    def __init__(self, a, b):
        self.a = a
        self.b = b


@dataclass
class Planet:
    mass: float
    position: tuple[float, float]
    name: str = "planet"
    moons: int = 0

    def distance(self, other):
        dx = self.position[0] - other.position[0]
        dy = self.position[1] - other.position[1]
        return math.sqrt(dx * dx + dy * dy)


@dataclass(frozen=True)
class Rates:
    birth: float
    death: float

    @property
    def net(self):
        return self.birth - self.death

    def scaled(self, s):
        return Rates(self.birth * s, self.death * s * s)


@dataclass
class Model:
    rates: Rates
    weights: list[float] = field(default_factory=list)
    table: dict[str, float] = field(default_factory=dict)


class State(NamedTuple):
    x: float
    v: float

    def energy(self):
        return 0.5 * self.v**2 + self.x**2


class Config:
    rate = 0.5

    class Inner:
        depth = 3


@programs.at((Spring(2.0, 0.5), 1.5))
def attributes_are_read(s, x):
    return s.k * x + s.length**2 * s.coils


@programs.at((Spring(2.0, 0.5), 1.5))
def a_method_calls_a_method(s, x):
    return s.energy(x)


@programs.at((Spring(2.0, 0.5), 1.5))
def an_object_is_called(s, x):
    return s(x) * x


@programs.at((Spring(2.0, 0.5), 1.5))
def a_property_is_computed(s, x):
    return s.stiffness * x**2


@programs.at((Spring(2.0, 0.5), 1.5))
def static_and_class_methods(s, x):
    return s.square(x) + Spring.square(s.k) + s.in_units(x) * Spring.in_units(x)


@programs.at((Spring(2.0, 0.5), 1.5, 3), (Spring(2.0, 0.5), 1.5, 0))
def a_method_with_a_loop(s, x, n):
    return s.work(x, n) + x


@programs.at((Damped(2.0, 0.5, 0.3), 1.5))
def an_overridden_method_calls_super(s, x):
    return s.energy(x) + s(x)


@programs.at((Damped(2.0, 0.5, 0.3), 1.5))
def an_inherited_property_and_a_class_attribute(s, x):
    return s.stiffness * s.unit + s.in_units(x) * s.c


@programs.at((Damped(2.0, 0.5, 0.3), 1.5), (Spring(2.0, 0.5), 1.5))
def isinstance_tells_the_class(s, x):
    if isinstance(s, Damped):
        return s.c * x * x
    return s.energy(x)


@programs.at((Spring(2.0, 0.5), 1.5, "k"), (Spring(2.0, 0.5), 1.5, "none"))
def getattr_and_hasattr(s, x, name):
    if hasattr(s, name):
        return getattr(s, name) * x * x
    return getattr(s, "missing", 3.0) * x


@programs.at((Spring(2.0, 0.5), 1.5))
def a_bound_method_is_a_value(s, x):
    f = s.energy
    return f(x) * f(2 * x)


@programs.at((Spring(2.0, 0.5), [1.0, 2.0]))
def a_bound_method_is_mapped(s, xs):
    return sum(map(s.energy, xs))


@programs.at(1.5)
def an_object_is_made_here(x):
    s = Spring(x * x, 0.5 * x)
    return s.energy(x) + s.stiffness


@programs.at(1.5)
def an_object_of_a_subclass_is_made_here(x):
    s = Damped(x, x * x, 0.3 * x)
    return s(x) * s.c


programs.at(1.5)(Spring(2.0, 0.5).energy)
programs.at((1.5, 3))(Damped(2.0, 0.5, 0.3).work)


@programs.at((Layer(np.array([[0.1, 0.2], [0.3, 0.4]]), np.array([0.5, 0.6])), np.array([1.0, 2.0])))
def an_object_holds_arrays(layer, x):
    return np.sum(layer(x) ** 2)


@programs.at(
    (
        Network([Layer(np.array([[0.1, 0.2], [0.3, 0.4]]), np.array([0.5, 0.6])), Layer(np.eye(2), np.ones(2))]),
        np.array([1.0, 2.0]),
    )
)
def an_object_holds_a_list_of_objects(net, x):
    y = net.forward(x)
    return y @ y


@programs.at(Slotted(2.0, 3.0))
def an_object_with_slots(s):
    return s.a * s.b**2


@programs.at((Planet(2.0, (0.0, 1.0)), Planet(3.0, (1.0, 3.0), "other", 2)))
def dataclasses_with_tuples_inside(p, q):
    return p.mass * q.mass / p.distance(q)


@programs.at((Rates(0.5, 0.2), 2.0))
def a_frozen_dataclass_with_a_property(r, t):
    return math.exp(r.net * t)


@programs.at((0.5, 0.2))
def a_dataclass_is_made_here(b, d):
    r = Rates(birth=b * d, death=d)
    return r.net * r.scaled(b).birth


@programs.at(Model(Rates(0.5, 0.2), [1.0, 2.0], {"a": 3.0, "b": 4.0}))
def containers_in_a_dataclass(m):
    total = m.rates.net
    for w in m.weights:
        total = total * w + m.table["a"]
    return total * m.table["b"]


@programs.at((State(1.0, 2.0), 0.1))
def a_namedtuple_with_a_method(s, dt):
    moved = State(s.x + dt * s.v, s.v - dt * s.x)
    return moved.energy() + s[0] * s.v


@programs.at((State(1.0, 2.0), 0.1))
def a_namedtuple_is_unpacked(s, dt):
    x, v = s
    return x * v * dt + s._replace(x=v * v).x


@programs.at((State(1.0, 2.0), 0.1))
def a_namedtuple_is_the_state_of_a_loop(s, dt):
    for _ in range(4):
        s = State(x=s.x + dt * s.v, v=s.v - dt * s.x**3)
    return s.energy()


@programs.at((Spring(2.0, 0.5), 1.5))
def attributes_of_classes_are_constants(s, x):
    return Config.rate * x**Config.Inner.depth + s.unit * x


@programs.at(1.5)
def an_attribute_of_an_object_made_here_is_set(x):
    s = Spring(x, 1.0)
    s.k = s.k * x
    s.length = x * 0.5
    return s.energy(x * x)


@programs.at(1.5)
def an_attribute_is_accumulated(x):
    total = Total()
    for i in range(3):
        total.add(x * i + 1)
    return total.value


@programs.at([Spring(2.0, 0.5), Spring(3.0, 1.0)])
def a_list_of_objects(springs):
    return sum(s.energy(2.0) for s in springs) * springs[0].k


@programs.at([State(1.0, 2.0), State(3.0, 4.0)])
def a_list_of_namedtuples(states):
    total = 0.0
    for s in states:
        total += s.energy() * s.x
    return total


@programs.at((Spring(2.0, 0.5), 1.5))
def dunder_class_and_type(s, x):
    if type(s) is Spring:
        return s.__class__.unit * x * s.k
    return x


class Vector:
    """A class with operators."""

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y)

    def __mul__(self, s):
        return Vector(self.x * s, self.y * s)

    def __rmul__(self, s):
        return self * s

    def __neg__(self):
        return Vector(-self.x, -self.y)

    def __getitem__(self, i):
        return self.x if i == 0 else self.y

    def __len__(self):
        return 2

    def dot(self, other):
        return self.x * other.x + self.y * other.y


@programs.at((Vector(1.0, 2.0), Vector(3.0, 4.0), 0.5))
def operators_of_a_class(a, b, s):
    c = a + b * s
    d = s * a + -b
    return c.dot(d) + c[0] * d[1] + len(c)


test_gradient = programs.test()
