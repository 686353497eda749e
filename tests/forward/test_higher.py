"""What is made of both modes: Jacobians, Hessians, derivatives of derivatives, derivatives inside of functions."""

import math

import numpy as np
import pytest

import srcad
from tests.check import check, slope

ROW = np.array([0.3, 1.4, 2.2])


def several(x, k=2.0):
    y = np.sin(x) * k
    return {"a": y, "b": (x[0] * x[1], x.sum() ** 2)}


@pytest.mark.parametrize("way", [srcad.jacfwd, srcad.jacrev, srcad.jacobian])
def test_the_jacobian_of_a_structure_is_a_structure(way):
    made = way(several)(ROW)
    assert np.allclose(made["a"], np.diag(2 * np.cos(ROW)))
    assert np.allclose(made["b"][0], [ROW[1], ROW[0], 0.0])
    assert np.allclose(made["b"][1], 2 * ROW.sum())


@pytest.mark.parametrize("way", [srcad.jacfwd, srcad.jacrev, srcad.jacobian])
def test_the_jacobian_by_several_arguments_is_a_tuple(way):
    by_x, by_k = way(several, argnums=(0, 1))(ROW, 1.5)["a"]
    assert np.allclose(by_x, np.diag(1.5 * np.cos(ROW)))
    assert np.allclose(by_k, np.sin(ROW))


@pytest.mark.parametrize("way", [srcad.jacfwd, srcad.jacrev, srcad.jacobian])
def test_the_jacobian_of_matrices_has_four_dimensions(way):
    a = np.arange(6.0).reshape(2, 3)
    made = way(lambda a: a @ a.T)(a)
    assert made.shape == (2, 2, 2, 3)
    step = 1e-6
    moved = a.copy()
    moved[1, 2] += step
    assert np.allclose(made[:, :, 1, 2], (moved @ moved.T - a @ a.T) / step, atol=1e-4)


def rosenbrock(x):
    total = 0.0
    for i in range(len(x) - 1):
        total += 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2
    return total


def stencil(x):
    for _ in range(2):
        for i in range(1, x.shape[0] - 1):
            x[i] = x[i] * (x[i - 1] + x[i + 1]) / 2
    return x.sum()


def collects(x):
    kept = []
    for v in x:
        kept.append(v * v)
    while len(kept) > 1:
        kept.append(kept.pop() * kept.pop())
    return math.sin(kept[0])


def branches(x):
    y = 1.0
    for v in x:
        if v > 1:
            y = y * math.exp(v)
        elif v > 0:
            y = y + v**3
    return y


def calls(x):
    return helper(x[0], x[1]) * helper(x[1], x[2])


def helper(a, b):
    return math.sin(a * b) + a**3


@pytest.mark.parametrize("program", [rosenbrock, stencil, collects, branches, calls])
def test_the_hessian_agrees_with_differences_of_the_gradient(program):
    gradient = srcad.grad(program)
    found = srcad.hessian(program)(ROW)
    for i, unit in enumerate(np.eye(3)):
        for j in range(3):
            want, _ = slope(lambda t, unit=unit, j=j: gradient(ROW + t * unit)[j])
            assert found[j, i] == pytest.approx(want, rel=1e-6, abs=1e-7)
    v = np.array([0.5, -1.0, 2.0])
    assert np.allclose(srcad.hvp(program)(ROW, v), found @ v, rtol=1e-12)
    assert np.allclose(srcad.jacrev(gradient)(ROW), found, rtol=1e-10, atol=1e-12)


def test_the_hessian_of_a_structure_is_a_structure_of_structures():
    made = srcad.hessian(lambda p: p["w"].dot(p["w"]) * p["b"] ** 2)({"w": ROW[:2], "b": 3.0})
    assert np.allclose(made["w"]["w"], 18 * np.eye(2))
    assert np.allclose(made["w"]["b"], 12 * ROW[:2])
    assert np.allclose(made["b"]["w"], 12 * ROW[:2])
    assert made["b"]["b"] == pytest.approx(2 * ROW[:2] @ ROW[:2])


def quintic(x):
    y = 1.0
    for _ in range(5):
        y = y * x
    return y


def test_derivatives_of_derivatives():
    second = srcad.grad(srcad.grad(quintic))
    third = srcad.grad(second)
    assert second(2.0) == 160.0
    assert third(2.0) == 240.0
    assert srcad.jvp(second, (2.0,), (0.5,)) == (160.0, 120.0)
    assert srcad.vjp(second, 2.0)[1](2.0) == (480.0,)


def test_hvp_of_one_argument_among_several():
    product = srcad.hvp(lambda x, y: x**2 * y**3, argnums=1)
    assert product(2.0, 3.0, 0.5) == pytest.approx(4 * 6 * 3.0 * 0.5)


def test_elementwise_grad():
    assert np.allclose(srcad.elementwise_grad(lambda x: np.tanh(x) * x)(ROW), np.tanh(ROW) + ROW / np.cosh(ROW) ** 2)


def test_stop_gradient():
    assert srcad.grad(lambda x: x * srcad.stop_gradient(x))(3.0) == 3.0
    assert srcad.jvp(lambda x: x * srcad.stop_gradient(x), (3.0,), (1.0,)) == (9.0, 3.0)
    assert np.allclose(srcad.grad(lambda x: (x * srcad.stop_gradient(x)).sum())(ROW), ROW)


# ---------------------------------------------------------------- inside of functions


def cubic(y, k=2.0):
    return y**3 * k


GRADIENT = srcad.grad(cubic)


def a_derivative_made_outside(x):
    return GRADIENT(x) * x


def a_derivative_with_a_captured_factor(x):
    return srcad.grad(lambda y: x * y**2)(x) * x


def a_derivative_made_inside(x):
    return srcad.grad(cubic, 0)(x, x) * x


def a_value_and_its_derivative(x):
    value, slope_ = srcad.value_and_grad(cubic)(x)
    return value * slope_


def a_tangent(x):
    value, tangent = srcad.jvp(cubic, (x, 1.0), (x, None))
    return value * tangent


def a_second_derivative(x):
    return srcad.grad(srcad.grad(cubic))(x) ** 2


def newtons_method(a):
    def residual(x):
        return x**3 - a

    x = 1.0
    for _ in range(20):
        x = x - residual(x) / srcad.grad(residual)(x)
    return x


@pytest.mark.parametrize(
    "program",
    [
        a_derivative_made_outside,
        a_derivative_with_a_captured_factor,
        a_derivative_made_inside,
        a_value_and_its_derivative,
        a_tangent,
        a_second_derivative,
        newtons_method,
    ],
)
def test_a_function_that_takes_derivatives_is_differentiable(program):
    check(program, 1.7)


def test_a_changed_global_of_an_inner_derivative_is_noticed():
    space = {"k": 2.0, "srcad": srcad, "__name__": "made"}
    import linecache

    text = "def inner(x):\n    return k * x**2\n\ndef outer(x):\n    return srcad.grad(inner)(x)\n"
    linecache.cache["<made>"] = (len(text), None, text.splitlines(keepends=True), "<made>")
    exec(compile(text, "<made>", "exec"), space)
    derivative = srcad.grad(space["outer"])
    assert derivative(3.0) == 4.0
    space["k"] = 5.0
    assert derivative(3.0) == 10.0


def test_what_is_made_of_several_runs_is_differentiable():
    assert srcad.grad(lambda x: srcad.hessian(quintic)(x))(2.0) == 240.0
    assert srcad.jvp(srcad.hessian(quintic), (2.0,), (1.0,)) == (160.0, 240.0)
    assert srcad.grad(srcad.hvp(quintic))(2.0, 0.5) == 120.0
    assert np.allclose(srcad.jacfwd(srcad.hessian(rosenbrock))(ROW), srcad.jacrev(srcad.hessian(rosenbrock))(ROW))


HESSIAN = srcad.hessian(rosenbrock)


def a_hessian_made_outside(x):
    return np.sum(HESSIAN(x) ** 2)


def traces(x):
    return np.trace(srcad.hessian(rosenbrock)(x))


def jacobians(x):
    by_x, by_k = srcad.jacfwd(scaled, (0, 1))(x, x[0])
    return np.sum(by_x**2) * np.sum(by_k) + np.sum(srcad.jacrev(scaled)(x, 2.0) * srcad.jacobian(scaled)(x, x[1]))


def scaled(x, k):
    return np.sin(x) * k


def products(x):
    return np.sum(srcad.hvp(rosenbrock)(x, x * 2) ** 2) + np.sum(srcad.elementwise_grad(lambda y: y**3)(x) ** 2)


def pulled_back_twice(x):
    y, pull = srcad.vjp(scaled, x, x[0])
    a, b = pull(y)
    c, _ = pull(a * b)
    return np.sum(c**2)


def pulled_back_from_a_tuple(x):
    y, pull = srcad.vjp(lambda a, n: (a * n, np.sum(a) ** 2), x, 3)
    a, _ = pull((y[0], x[1]))
    return np.sum(a**2)


def linear_along(x):
    y, along = srcad.linearize(lambda z: np.sin(z) * x[0], x)
    return np.sum(along(y) ** 2) + np.sum(along(x))


def tangent_of_a_closure(x):
    s = x[0]
    return srcad.jvp(lambda y: np.sum(y * s) ** 2, (x,), (x * x,))[1]


def tangent_of_a_gradient(x):
    return np.sum(srcad.jvp(srcad.grad(rosenbrock), (x,), (x,))[1] ** 2)


def of_numbers(x):
    second = srcad.hessian(cubic)(x[0]) * srcad.jacfwd(cubic, 1)(x[1], x[2])
    return second * srcad.hvp(cubic)(x[0], x[1]) + srcad.jacrev(cubic)(x[2])


@pytest.mark.parametrize(
    "program",
    [
        a_hessian_made_outside, traces, jacobians, products, pulled_back_twice, pulled_back_from_a_tuple, linear_along,
        tangent_of_a_closure, tangent_of_a_gradient, of_numbers,
    ],
)  # fmt: skip
def test_nests_of_both_modes_to_third_order(program):
    check(program, ROW)
    want, _ = slope(lambda t: np.sum(srcad.grad(program)(ROW + t)))
    assert np.sum(srcad.jvp(srcad.grad(program), (ROW,), (np.ones(3),))[1]) == pytest.approx(want, rel=1e-6)
    if program in (traces, tangent_of_a_closure):
        assert np.sum(srcad.grad(lambda x: np.sum(srcad.grad(program)(x)))(ROW)) == pytest.approx(want, rel=1e-6)
