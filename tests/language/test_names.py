"""Module globals and constants; locals whose names collide with those of generated code, or hide modules."""

import math
import math as m
from math import exp as raise_e
from types import SimpleNamespace

import numpy
import numpy as np
import numpy as xp
import pytest

import srcad
from tests.cases import Programs

programs = Programs()

GRAVITY = 9.81
TABLE = {"a": 2.0, "b": [3.0, 4.0]}
POINTS = [(1.0, 2.0), (3.0, 4.0)]
MATRIX = np.array([[1.0, 2.0], [3.0, 4.0]])
SETTINGS = SimpleNamespace(rate=0.5, steps=3)
RATE = 2.0
d_x = 100.0
x_tape = 50.0


@programs.at(2.0)
def globals_are_constants(x):
    return GRAVITY * x**2 + TABLE["a"] * x + TABLE["b"][1] ** x


@programs.at(2.0)
def a_loop_over_a_global(x):
    s = 0.0
    for a, b in POINTS:
        s += (a * x - b) ** 2
    return s


@programs.at(np.array([1.0, 2.0]))
def a_global_array(v):
    return v @ MATRIX @ v


@programs.at(2.0)
def attributes_of_a_global_object(x):
    y = x
    for _ in range(SETTINGS.steps):
        y = y + SETTINGS.rate * y * x
    return y


@programs.at(0.5)
def modules_under_every_name(x):
    return math.sin(x) * m.cos(x) + np.tanh(x) * xp.exp(x) + numpy.sqrt(x) + raise_e(x) * math.pi


@programs.at((2.0, 3.0))
def a_local_called_d_x(x, y):
    d_x = x * y
    d_y = d_x * x
    return d_x * d_y


@programs.at((2.0, 3))
def a_local_called_x_tape(x, n):
    x_tape = [1.0]
    d_x = 1.0
    for i in range(n):
        x = x * x * 0.5
        x_tape.append(i)
        d_x = d_x * x
    return x * len(x_tape) * d_x


@programs.at(2.0)
def a_global_called_d_x(x):
    return x * x * d_x + x_tape * x


@programs.at((2.0, 3.0))
def parameters_called_d_x_and_x(d_x, x):
    return d_x * x * x


@programs.at((2.0, 3.0))
def a_parameter_called_np(np, x):
    return np * x + x * x


@programs.at((2.0, 3.0))
def a_local_called_math(x, y):
    math = x * y
    return math * math


@programs.at(np.array([1.0, 2.0]))
def a_local_called_np_beside_an_array(v):
    np = v * 2
    return (np * v).sum()


@programs.at((2.0, 3.0))
def locals_called_d_and_t1(d, t1):
    t = d * t1
    t0 = t * d
    t2 = t0 + t1 * t
    return t2 * t1


@programs.at((2.0, 3.0))
def locals_called_like_builtins(sum, max):
    list = sum * max
    len = list + sum
    float = len * list
    range = 2
    return float * range


@programs.at((2.0, 3))
def a_local_called_like_the_loop_bounds(x, n):
    n_tape = 0
    trips = 0
    for i in range(n):
        i_ = i * x
        x = x + i_
        trips += 1
        n_tape += i
    return x * trips * n_tape


@programs.at((2.0, 3.0))
def names_with_underscores(_, __):
    _d = _ * __
    __d_x = _d * _
    return __d_x


@programs.at((2.0, 3.0))
def names_of_greek_letters(α, β):
    λ = α * β
    return λ**2 + α


@programs.at((2.0, 3.0))
def a_local_called_like_the_function(x, y):
    a_local_called_like_the_function = x * y
    return a_local_called_like_the_function**2


@programs.at((2.0, 3.0))
def a_parameter_called_self_and_one_called_srcad(self, srcad):
    runtime = self * srcad
    return runtime * self


@programs.at((2.0, 3.0))
def locals_called_value_grad_and_pullback(value, pullback):
    grad = value * pullback
    result = grad * value
    cotangent = result + grad
    seed = cotangent * result
    return seed


@programs.at(2.0)
def a_derivative_of_a_name_of_a_name(x):
    d_x = x * x
    d_d_x = d_x * x
    x_dot = d_d_x * d_x
    return x_dot * d_d_x


@programs.at((2.0, 3.0))
def a_nested_function_has_the_names_of_its_maker(x, y):
    def f(x):
        d_x = x * y
        return d_x * x

    d_x = f(x)
    return f(y) * d_x


@programs.at(2.0)
def an_import_inside_the_function(x):
    import math as mathematics
    from math import cos

    return mathematics.sin(x) * cos(x)


test_gradient = programs.test()


def scaled(x):
    return RATE * x * x


def uses_scaled(x):
    return scaled(x) + x


def test_a_changed_global_is_seen(monkeypatch):
    g = srcad.grad(scaled)
    assert g(3.0) == pytest.approx(12.0)
    monkeypatch.setitem(globals(), "RATE", 3.0)
    assert g(3.0) == pytest.approx(18.0)
    monkeypatch.setitem(globals(), "RATE", 2)
    assert g(3.0) == pytest.approx(12.0)


def test_a_changed_global_is_seen_inside_a_helper(monkeypatch):
    g = srcad.grad(uses_scaled)
    assert g(3.0) == pytest.approx(13.0)
    monkeypatch.setitem(globals(), "RATE", 3.0)
    assert g(3.0) == pytest.approx(19.0)


def test_a_redefined_helper_is_seen(monkeypatch):
    g = srcad.grad(uses_scaled)
    assert g(3.0) == pytest.approx(13.0)

    def other(x):
        return x**3

    monkeypatch.setitem(globals(), "scaled", other)
    assert g(3.0) == pytest.approx(28.0)


def test_a_changed_cell_is_seen():
    factor = 2.0

    def f(x):
        return factor * x * x

    g = srcad.grad(f)
    assert g(3.0) == pytest.approx(12.0)
    factor = 5.0
    assert g(3.0) == pytest.approx(30.0)


def test_a_changed_element_of_a_global_container_is_seen(monkeypatch):
    g = srcad.grad(globals_are_constants)
    first = g(2.0)
    monkeypatch.setitem(TABLE, "a", 7.0)
    assert g(2.0) == pytest.approx(first + 5.0)


def test_a_changed_attribute_of_a_global_object_is_seen(monkeypatch):
    g = srcad.grad(attributes_of_a_global_object)
    g(2.0)
    monkeypatch.setattr(SETTINGS, "rate", 0.25)
    monkeypatch.setattr(SETTINGS, "steps", 1)
    assert g(2.0) == pytest.approx(1 + 0.25 * 2 * 2.0)
