"""Programs that make and change objects, differentiated twice in every order of the two modes."""

import dataclasses

import pytest

import srcad
from tests.check import close


class Dual:
    def __init__(self, re, eps):
        self.re = re
        self.eps = eps

    def __mul__(self, other):
        return Dual(self.re * other.re, self.re * other.eps + self.eps * other.re)

    def __add__(self, other):
        return Dual(self.re + other.re, self.eps + other.eps)


@dataclasses.dataclass
class Particle:
    x: float
    v: float = 1.0

    def step(self, dt):
        self.v -= self.x**3 * dt
        self.x += self.v * dt


def a_newton_step_by_dual_numbers(x):
    d = Dual(x, 1.0)
    f = d * d * d + d * Dual(-2.0, 0.0)
    return x - f.re / f.eps


def a_dual_number_is_written_to(x):
    d = Dual(x, x**2)
    d.re = d.re * d.eps * x
    return d.re * d.eps


def a_particle_is_stepped(x):
    p = Particle(x)
    for _ in range(3):
        p.step(0.5)
    return p.x * p.v


PROGRAMS = [a_newton_step_by_dual_numbers, a_dual_number_is_written_to, a_particle_is_stepped]


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("x", [0.7, 1.8])
def test_the_second_derivative_is_right_in_every_order_of_the_modes(f, x):
    h = 1e-3
    # differences of fourth order of the program itself
    want = (-f(x + 2 * h) + 16 * f(x + h) - 30 * f(x) + 16 * f(x - h) - f(x - 2 * h)) / (12 * h * h)

    def slope(x):
        return srcad.jvp(f, (x,), (1.0,))[1]

    assert close(srcad.grad(srcad.grad(f))(x), want, 1e-6, 1e-6)
    assert close(srcad.jvp(srcad.grad(f), (x,), (1.0,))[1], want, 1e-6, 1e-6)
    assert close(srcad.grad(slope)(x), want, 1e-6, 1e-6)
    assert close(srcad.jvp(slope, (x,), (1.0,))[1], want, 1e-6, 1e-6)


class Law:
    def __init__(self, rate):
        self.rate = rate

    def at(self, t):
        return t * self.rate**2


class Power(Law):
    def at(self, t):
        return self.rate**t


def the_better_of_two_laws(x):
    laws = [make(x) for make in (Law, Power)]
    best = min(laws, key=lambda law: law.at(3.0))
    return sum(law.at(2.5) for law in laws) * (best.rate if isinstance(best, Power) else 2 * best.rate)


@pytest.mark.parametrize("x", [0.7, 4.0])
def test_a_choice_between_objects(x):
    h = 1e-3
    f = the_better_of_two_laws
    want = (-f(x + 2 * h) + 16 * f(x + h) - 30 * f(x) + 16 * f(x - h) - f(x - 2 * h)) / (12 * h * h)
    assert close(srcad.grad(srcad.grad(f))(x), want, 1e-6, 1e-6)
