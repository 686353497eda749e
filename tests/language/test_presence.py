"""Attributes that an object may not have yet: `hasattr`, defaults in the class, properties that are worked out once."""

import functools
from types import SimpleNamespace

import pytest

import srcad
from tests.cases import Programs
from tests.check import check, refused

programs = Programs()


class Lazy:
    def __init__(self, x):
        self.x = x

    def value(self):
        if not hasattr(self, "_v"):
            self._v = self.x**2
        return self._v


@programs.at((1.3, 3), (1.3, 1), (1.3, 0), argnums=0)
def an_attribute_is_set_by_the_first_call(x, n):
    o = Lazy(x)
    total = 0.0
    for i in range(n):
        total += o.value() * (i + 1)
        o.x = o.x + 1
    return total + o.x


@programs.at((Lazy(1.3), 2), (Lazy(-0.4), 1), (Lazy(0.3), 0))
def an_argument_gets_an_attribute_by_the_first_call(o, n):
    total = o.x
    for _ in range(n):
        total += o.value() * o.x
    return total


@programs.at(1.3, -0.4)
def an_attribute_is_set_in_one_branch(x):
    o = Lazy(x)
    if x > 0:
        o.extra = x**3
    y = o.extra if hasattr(o, "extra") else 5 * x
    return y * getattr(o, "extra", x)


class ClassDefault:
    cache = None
    gain = 2.0

    def __init__(self, x):
        self.x = x

    def value(self):
        if self.cache is None:
            self.cache = self.x**2 * self.gain
        return self.cache


@programs.at((1.3, 3), (1.3, 1), (1.3, 0), argnums=0)
def a_class_holds_what_the_instance_has_not_set_yet(x, n):
    o = ClassDefault(x)
    total = 0.0
    for i in range(n):
        total += o.value() * (i + 1)
        o.x = o.x + 1
        if i == 1:
            o.gain = x
            o.cache = None
    return total + o.gain


class DefaultByGetattr:
    _v = None

    def __init__(self, x):
        self.x = x

    def value(self):
        v = getattr(self, "_v", None)
        if v is None:
            self._v = v = self.x**2
        return v


@programs.at((1.3, 3), (1.3, 0), argnums=0)
def getattr_reads_what_the_class_holds(x, n):
    o = DefaultByGetattr(x)
    total = 0.0
    for i in range(n):
        total += o.value() * (i + 1)
        o.x = o.x + 1
    return total + o.x


class Slots:
    __slots__ = ("x", "y")

    def __init__(self, x):
        self.x = x


@programs.at(1.3, -0.4)
def a_slot_is_empty_on_one_path(x):
    o = Slots(x)
    if x > 0:
        o.y = o.x**2
    return o.y * x if hasattr(o, "y") else o.x


class Disc:
    def __init__(self, r):
        self.r = r
        self.count = 0

    @functools.cached_property
    def area(self):
        self.count += 1
        return 3.0 * self.r**2

    @functools.cached_property
    def double(self):
        return 2 * self.area


@programs.at((1.3, 3), (1.3, 1), (1.3, 0), argnums=0)
def a_cached_property_is_worked_out_once(r, n):
    d = Disc(r)
    total = 0.0
    for i in range(n):
        total += d.area * (i + 1) + d.double
        d.r = d.r * 0.5
    return total * d.count + d.r


@programs.at(1.3, -0.4)
def a_cached_property_is_worked_out_on_one_path(r):
    d = Disc(r)
    first = d.area if r > 0 else 1.0
    d.r = r * r
    return first * d.area * d.count


@programs.at((Disc(1.3),), (Disc(-0.4),))
def a_cached_property_of_an_argument(d):
    return d.area * d.r + d.double


def _used():
    disc = Disc(1.5)
    disc.area  # noqa: B018
    return disc


@programs.at((_used(),))
def a_cached_property_that_the_argument_has_already(d):
    return d.area * d.r


@programs.at((SimpleNamespace(x=1.5),), (SimpleNamespace(x=1.5, scale=2.0),))
def a_namespace_with_or_without_an_attribute(o):
    if not hasattr(o, "scale"):
        return o.x**2
    return o.x * o.scale


test_gradient = programs.test()


def test_what_an_argument_has_from_its_class_alone_cannot_be_written():
    def f(o, n):
        total = 0.0
        for _ in range(n):
            total += o.value()
        return total

    refused(f, ClassDefault(1.3), 2, error=srcad.SrcadError, message_contains="set .", placed=False)


def test_hasattr_that_is_known_is_not_asked():
    class_ = Lazy

    def f(x):
        o = class_(x)
        if hasattr(o, "x"):
            return o.x**2
        return 0.0

    assert "hasattr" not in srcad.grad(f).source_for(1.0)


@pytest.mark.parametrize("mode", ["grad", "jacfwd"])
def test_a_cached_property_is_computed_where_it_is_read(mode):
    def f(r):
        d = Disc(r)
        d.r = d.r + 1
        return d.area

    derivative = srcad.grad(f) if mode == "grad" else srcad.jacfwd(f)
    assert derivative(2.0) == pytest.approx(18.0)
    check(f, 2.0)
