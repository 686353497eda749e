"""Derivatives inside of differentiated functions, over mutation, loops, structures and objects, to third order."""

from dataclasses import dataclass

import numpy as np
import pytest

import srcad
from tests.cases import Programs
from tests.check import along, check, moved, numbers, promoted, slope, smooth_positions

V = np.array([0.4, 1.3, 0.7])

programs = Programs()


# ---------------------------------------------------------------- what is differentiated inside


def stepped(u, k):
    for _ in range(2):
        for i in range(1, len(u) - 1):
            u[i] = u[i] + k * (u[i - 1] * u[i + 1] - u[i] ** 2)
    return np.sum(u**2)


def kept_in_lists(x):
    kept = []
    for i in range(len(x)):
        kept.append(x[i] * x[i - 1])
        kept[0] = kept[0] + x[i] ** 2
    return sum([k * k for k in kept])


def until_small(x):
    y, n = x, 0
    while abs(y) > 0.1 and n < 40:
        y = y * y / (1 + y)
        n += 1
    return x * n + y


@dataclass
class Spring:
    k: float
    rest: np.ndarray

    def energy(self, x):
        stretch = x - self.rest
        stretch *= self.k
        return np.sum(stretch**2)


class Body:
    def __init__(self, at, speed):
        self.at = at
        self.speed = speed

    def step(self, pull):
        self.speed = self.speed - pull * self.at
        self.at = self.at + 0.1 * self.speed


def swung(at, pull):
    body = Body(at, 0.5)
    for _ in range(3):
        body.step(pull)
    return body.at * body.speed


# ---------------------------------------------------------------- the programs


@programs.at((V, 0.3))
def a_gradient_of_a_loop_that_writes(x, k):
    return np.sum(srcad.grad(stepped)(x, k) ** 2) * k


@programs.at((V, 0.3))
def descent_by_a_gradient_of_writes(x, k):
    for _ in range(2):
        x = x - 0.1 * srcad.grad(stepped)(x, k)
    return stepped(x, k)


@programs.at(V)
def a_gradient_of_lists(x):
    return np.sum(srcad.grad(kept_in_lists)(x) * x)


@programs.at(0.8)
def a_gradient_of_a_while_loop(x):
    return srcad.grad(until_small)(x) ** 2 + srcad.grad(until_small)(x * x)


@programs.at((V, 0.3))
def a_value_and_gradient_in_a_branch(x, k):
    if k > 0:
        value, (by_x, by_k) = srcad.value_and_grad(stepped, (0, 1))(x, k)
        return value * by_k + np.sum(by_x)
    return k


@programs.at((1.4, V))
def a_gradient_of_a_method_of_a_dataclass(k, x):
    spring = Spring(k, x * x)
    return np.sum(srcad.grad(spring.energy)(x * 2.0) ** 2)


@programs.at((0.7, 1.2))
def a_gradient_of_a_function_that_makes_an_object(at, pull):
    by_at, by_pull = srcad.grad(swung, (0, 1))(at, pull)
    return by_at * by_pull


@programs.at((V, 0.3))
def a_tangent_of_writes(x, k):
    value, tangent = srcad.jvp(stepped, (x, k), (x * x, k))
    return value * tangent


@programs.at(V)
def a_tangent_of_a_gradient_of_writes(x):
    return np.sum(srcad.jvp(srcad.grad(stepped), (x, 0.3), (x, None))[1] ** 2)


@programs.at(V)
def a_gradient_of_a_tangent(x):
    def tangent(y):
        return srcad.jvp(kept_in_lists, (y,), (y * y,))[1]

    return np.sum(srcad.grad(tangent)(x) ** 2)


@programs.at((V, 0.3))
def a_pullback_of_writes(x, k):
    def sweep(u, c):
        for i in range(1, len(u)):
            u[i] = u[i] * u[i - 1] + c
        return u

    value, pull = srcad.vjp(sweep, x, k)
    by_u, by_c = pull(value * value)
    return np.sum(by_u**2) + by_c


@programs.at(V)
def a_pullback_of_a_tuple_in_a_loop(x):
    total = 0.0
    for i in range(2):
        (a, b), pull = srcad.vjp(lambda y, i=i: (y[i] * y[i + 1], np.sum(y) ** 2), x)
        (c,) = pull((b, a))
        total = total + np.sum(c * c)
    return total


@programs.at(V)
def newton_with_a_hessian(x):
    def objective(y):
        return np.sum(y**4) + y[0] * y[1] * y[2]

    for _ in range(2):
        x = x - np.linalg.solve(srcad.hessian(objective)(x), srcad.grad(objective)(x))
    return np.sum(x)


@programs.at((V, 0.3))
def products_with_a_hessian_of_writes(x, k):
    return np.sum(srcad.hvp(stepped)(x, k, x * k) ** 2)


@programs.at(V)
def a_linear_map_in_a_loop(x):
    _, tangent = srcad.linearize(lambda y: np.sin(y) * y[0], x)
    direction = np.ones(3)
    for _ in range(2):
        direction = tangent(direction)
    return np.sum(direction**2)


@programs.at(V)
def a_jacobian_in_both_ways(x):
    def swirl(y):
        out = np.zeros(3)
        for i in range(3):
            out[i] = y[i] * y[i - 1] ** 2
        return out

    return np.linalg.det(srcad.jacfwd(swirl)(x)) + np.trace(srcad.jacrev(swirl)(x)) + np.sum(srcad.jacobian(swirl)(x))


@programs.at(V)
def an_elementwise_derivative(x):
    return np.sum(srcad.elementwise_grad(lambda y: np.exp(y) * y)(x) ** 2)


@programs.at((0.6, 1.1))
def a_structure_of_gradients(a, b):
    def loss(p):
        return p["a"] ** 3 * p["b"][0] + p["b"][1] ** 2

    found = srcad.grad(loss)({"a": a, "b": [b, a * b]})
    return found["a"] * found["b"][0] + found["b"][1]


@programs.at(1.3)
def three_deep(x):
    def inner(y):
        return srcad.grad(lambda z: z**5 * y)(y)

    return srcad.grad(inner)(x) * x


@programs.at((1.3, 0.4))
def a_gradient_of_a_closure_over_a_tangent(x, y):
    def outer(z):
        _, tangent = srcad.jvp(lambda w: np.sin(w * z) * y, (x,), (z,))
        return tangent**2

    return srcad.grad(outer)(y) * x


test_gradient = programs.test()

REFUSED = {"a_gradient_of_a_function_that_makes_an_object"}  # what an object held before it was made, once more


@pytest.mark.parametrize(
    "entry",
    [e for e in programs.entries if e.function.__name__ not in REFUSED],
    ids=lambda entry: entry.function.__name__,
)
def test_the_tangent_of_the_gradient(entry):
    """Third order of what is inside, where that is a gradient."""
    point = entry.points[0]
    args = tuple(map(promoted, point if type(point) is tuple else (point,)))
    gradient = srcad.grad(entry.function, tuple(range(len(args))))
    direction = along(args, smooth_positions(args))
    found = list(numbers(srcad.jvp(gradient, args, direction)[1]))
    for i, got in enumerate(found):
        want, doubt = slope(lambda t, i=i: list(numbers(gradient(*moved(args, direction, t))))[i])
        assert doubt < 1e-5 * max(1.0, abs(want))
        assert got == pytest.approx(want, rel=1e-6, abs=1e-7)


def test_an_object_made_inside_has_two_orders():
    with pytest.raises(srcad.SrcadError) as caught:
        srcad.grad(srcad.grad(a_gradient_of_a_function_that_makes_an_object))(0.7, 1.2)
    assert caught.value.place is not None
    assert caught.value.place.file == __file__
    assert "forward mode" in caught.value.remedy


def closures_over_what_moves(x):
    s = x[0] * x[1]
    value, pull = srcad.vjp(lambda y, k=x[2]: np.sum(y * y) * s * k, x)
    x[0] = 5.0
    return np.sum(pull(value)[0])


def test_what_is_pulled_back_later_is_as_it_was():
    check(closures_over_what_moves, V)


def test_a_check_inside_a_program_that_is_checked():
    def checked(x):
        srcad.check_grads(kept_in_lists, (V,))
        return x * x

    check(checked, 1.5)


def test_orders_one_to_four_of_a_loop_that_writes():
    def power(x):
        a = np.zeros(3)
        a[0] = x
        for i in range(2):
            a[i + 1] = a[i] * x
        a[1] *= a[2]
        return a[1]

    derivative, factor = power, 1.0
    for order in range(1, 5):
        derivative = srcad.grad(derivative)
        factor *= 6 - order
        assert derivative(1.3) == pytest.approx(factor * 1.3 ** (5 - order), rel=1e-12)
