"""The numbers that the short examples are known by."""

import ast
import math

import numpy as np
import pytest

import branch_and_loop
import deep_network
import implicit_root
import linear_regression
import log_product
import logistic_unit
import maximum_likelihood
import quickstart
import shared_subexpression
import srcad


def code_of(source):
    """Generated source without comments and docstrings."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return tree


def test_quickstart_value_and_gradient():
    value, gradient = srcad.value_and_grad(quickstart.f, argnums=(0, 1))(3.0, 4.0)
    assert value == 42.0
    assert gradient == (24.0, 10.0)


def test_quickstart_finite_differences_are_a_little_off():
    in_x, in_y = quickstart.finite_differences(quickstart.f, 3.0, 4.0)
    assert f"{in_x:.5f}" == "24.00004"
    assert f"{in_y:.5f}" == "10.00000"


def test_gradient_of_a_sum_with_a_product_is_the_one_line_return_y():
    gradient = srcad.grad(quickstart.g)
    assert gradient(3.0, 4.0) == 4.0
    (function,) = code_of(gradient.source).body
    assert [ast.unparse(line) for line in function.body] == ["return y"]


def test_logarithm_product_and_sine():
    d_x1, d_x2 = log_product.first(2.0, 5.0)
    assert d_x1 == 5.5
    assert d_x2 == pytest.approx(1.716337814536774, abs=1e-15)


def test_logarithm_and_product_with_sine():
    d_x1, d_x2 = log_product.second(2.0, 1.0)
    assert d_x1 == pytest.approx(1.3414709848078965, abs=1e-15)
    assert d_x2 == pytest.approx(1.0806046117362795, abs=1e-15)


@pytest.mark.parametrize("x", [-1.2, 0.0, 0.3, 0.7, 1.1])
def test_shared_subexpression_equals_the_closed_form(x):
    ours = srcad.grad(shared_subexpression.f)(x)
    assert ours == pytest.approx(shared_subexpression.closed_form(x), rel=1e-14, abs=1e-14)


def test_shared_subexpression_is_computed_once():
    tree = code_of(srcad.grad(shared_subexpression.f).source)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert sum(ast.unparse(node.func).endswith("exp") for node in calls) == 1
    sums = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.BinOp)]
    assert sum("**" in text and "+" in text for text in sums) <= 1


def test_logistic_unit_equals_the_closed_form():
    at = (-3.0, 2.0, -3.0, -1.0, -2.0)
    ours = srcad.grad(logistic_unit.unit, argnums=(0, 1, 2, 3, 4))(*at)
    assert ours == pytest.approx(logistic_unit.closed_form(*at), rel=1e-14)
    assert ours[0] == pytest.approx(0.19661193324148185, rel=1e-14)


def test_branch_with_the_loop():
    assert branch_and_loop.f(3.0, 2.0) == (45.0, 0.0)


def test_branch_without_the_loop():
    assert branch_and_loop.f(2.0, 3.0) == (3.0, 2.0)


def test_linear_regression_descends_to_the_least_squares_line():
    x, y = linear_regression.measurements()
    assert len(x) == 50
    path, losses = linear_regression.descend(x, y)
    assert path[-1] == pytest.approx(np.polyfit(x, y, 1), abs=1e-6)
    assert np.all(np.diff(losses) <= 1e-15)
    assert path[-1] == pytest.approx([1.0, 1.0], abs=0.2)


def test_linear_regression_is_plotted(tmp_path, monkeypatch):
    import plotting

    monkeypatch.setattr(plotting, "OUTPUT", tmp_path)
    x, y = linear_regression.measurements()
    picture = linear_regression.plot(x, y, *linear_regression.descend(x, y, steps=20))
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("sizes", [(3, 2), (3, 5, 4, 2), (2, 2, 2, 2, 2, 1)])
def test_network_gradient_covers_every_layer(sizes):
    A, b = deep_network.random_network(sizes)
    x, y = np.linspace(-1.0, 1.0, sizes[0]), np.linspace(0.2, 0.8, sizes[-1])
    d_A, d_b = srcad.grad(deep_network.loss, argnums=(0, 1))(A, b, x, y)
    by_hand_A, by_hand_b = deep_network.backpropagation(A, b, x, y)
    assert type(d_A) is list and type(d_b) is list
    assert len(d_A) == len(d_b) == len(sizes) - 1
    for ours, theirs in zip(d_A + d_b, by_hand_A + by_hand_b, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-15)


def test_network_learns():
    A, b = deep_network.random_network((3, 5, 4, 2))
    losses = deep_network.train(A, b, np.array([0.5, -1.0, 2.0]), np.array([0.2, 0.8]))
    assert losses[-1] < 1e-3 * losses[0]


def test_closed_form_of_the_shared_subexpression_agrees_with_differences():
    x, step = 0.7, 1e-6
    there, back = shared_subexpression.f(x + step), shared_subexpression.f(x - step)
    assert shared_subexpression.closed_form(x) == pytest.approx((there - back) / (2 * step), rel=1e-8)
    assert math.isfinite(shared_subexpression.f(0.0))


def test_maximum_likelihood_finds_the_line_within_its_errors():
    x, y = maximum_likelihood.measurements()
    parameters, errors = maximum_likelihood.fit(x, y)
    assert np.all(np.abs(parameters[:2] - [2.0, -1.0]) < 3 * errors[:2])
    assert np.all(np.abs(srcad.grad(maximum_likelihood.loss)(parameters, x, y)) < 1e-3)


def test_the_derivative_of_a_root_by_one_solve_is_that_of_the_loop():
    p = np.array([2.0, 0.7])
    loop = srcad.grad(implicit_root.through_the_loop)(p)
    rule = srcad.grad(implicit_root.by_the_rule)
    assert np.allclose(rule(p), loop, rtol=1e-10)
    assert np.allclose(srcad.jvp(implicit_root.by_the_rule, (p,), (np.array([1.0, -2.0]),))[1], loop @ [1.0, -2.0])
    assert "while" not in rule.source_for(p)
    step = 1e-5
    columns = [(rule(p + step * unit) - rule(p - step * unit)) / (2 * step) for unit in np.eye(2)]
    assert np.allclose(srcad.hessian(implicit_root.by_the_rule)(p), np.array(columns), rtol=1e-6)
