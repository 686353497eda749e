"""Derivatives of one's own that do not fit, and calls of them in every form."""

import math

import numpy as np
import pytest

import srcad
from tests.check import check

V = np.array([0.4, 1.3, 0.7])


def product(*factors):
    return float(np.prod(factors))


@srcad.rule(product)
def _(*factors, out, d_out):
    return [d_out * out / factor for factor in factors]


def scaled(a, b=1.0, *, c=2.0):
    return float(np.exp(a * b) * c)


@srcad.rule(scaled)
def _(a, b=1.0, c=2.0, *, out):
    return out * b, out * a, out / c


class Solver:
    def __init__(self, k):
        self.k = k

    def run(self, x):
        return float(np.sinh(x) * self.k)


@srcad.rule(Solver.run)
def _(self, x):
    return None, np.cosh(x) * self.k


def calls_with_several(x, y):
    return product(x, y, x * y) + product(x, 2.0)


def calls_by_name(x, y):
    return scaled(x, c=y) + scaled(c=x, b=y, a=x * y) + scaled(x) + scaled(y, **{"b": x})


def calls_a_method(x, y):
    return Solver(3.0).run(x) * Solver(2.0).run(x * y)


def calls_in_loops_and_branches(x, y):
    total = 0.0
    for i in range(3):
        if i != 1:
            total += scaled(x, y * i) * product(y, total + 1.0)
    return total


@pytest.mark.parametrize("program", [calls_with_several, calls_by_name, calls_a_method, calls_in_loops_and_branches])
def test_calls_in_every_form(program):
    check(program, 0.3, 1.2)


def refusal(error, function, *args, argnums=0):
    with pytest.raises(error) as caught:
        srcad.grad(function, argnums)(*args)
    assert caught.value.place is not None
    assert caught.value.place.file == __file__
    assert caught.value.remedy
    return str(caught.value)


def test_an_object_that_carries_a_derivative_does_not_lose_it_in_a_rule():
    def program(x):
        return Solver(x).run(x)

    assert "self of run holds what carries a derivative" in refusal(srcad.MissingRule, program, 0.3)
    with pytest.raises(srcad.MissingRule, match="self of run"):
        srcad.jvp(program, (0.3,), (1.0,))


@srcad.custom_vjp
def powered(x, n):
    return x**n


powered = srcad.custom_vjp(powered.fun, nondiff_argnums=(1,))
powered.defvjp(lambda x, n: (x**n, x), lambda n, x, d: (d * n * x ** (n - 1),))


def test_one_value_in_two_parameters_of_which_one_has_no_derivative():
    assert srcad.grad(lambda x: powered(x, 3))(2.0) == 12.0
    assert "a parameter of powered that its rule leaves out" in refusal(srcad.MissingRule, lambda x: powered(x, x), 2.0)
    with pytest.raises(srcad.MissingRule, match="leaves out"):
        srcad.jvp(lambda x: powered(x, x), (2.0,), (1.0,))


def test_a_forward_half_that_returns_no_pair():
    @srcad.custom_vjp
    def squares(x):
        return np.sum(x**2)

    squares.defvjp(lambda x: np.sum(x**2), lambda x, d: (2 * d * x,))
    assert "the forward half of squares returns" in refusal(srcad.SrcadError, lambda x: squares(x), V)


def test_a_cotangent_of_another_shape_names_the_parameter_and_no_higher_derivative():
    @srcad.custom_vjp
    def squares(x):
        return np.sum(x**2)

    squares.defvjp(lambda x: (np.sum(x**2), x), lambda x, d: (2 * d,))
    said = refusal(srcad.SrcadError, lambda x: squares(x), V)
    assert "shape () for x of squares, which has shape (3,)" in said
    assert "derivative of a derivative" not in said


def test_rules_that_return_too_many_or_too_few():
    def erf_of(x, y):
        return math.erf(x) * y

    for returned in ("return d_out", "return d_out, d_out, d_out"):
        space = {}
        exec(f"def body(x, y, *, d_out):\n    {returned}\n", space)
        with pytest.raises(srcad.SrcadError, match="the rule"):
            srcad.rule(erf_of)(space["body"])
            srcad.grad(lambda x: erf_of(x, 2.0))(0.3)


def test_a_rule_with_a_star_is_straight_code():
    def mean(*xs):
        return sum(xs) / len(xs)

    with pytest.raises(srcad.RuleError, match=r"takes \*xs"):
        srcad.rule(mean)(lambda *xs, d_out: [d_out / len(xs) for _ in xs])


@pytest.mark.parametrize("given", [3, "f", None])
def test_what_cannot_be_called_has_no_rule(given):
    with pytest.raises(srcad.RuleError, match="cannot be called"):
        srcad.rule(given)(lambda x: x)


def test_items_of_unknown_number_are_refused():
    def program(x):
        xs = [x]
        while len(xs) < 3:
            xs.append(x * 2)
        return product(*xs)

    assert "unknown length" in refusal(srcad.SrcadError, program, 0.3)


def test_numerical_is_made_outside():
    assert "srcad.numerical inside" in refusal(srcad.SrcadError, lambda v: np.sum(srcad.numerical(np.cumsum)(v)), V)


def test_a_compiled_ufunc_has_a_rule():
    numba = pytest.importorskip("numba")

    @numba.vectorize
    def cubed(x):
        return x**3

    @srcad.rule(cubed)
    def _(x):
        return 3 * x**2

    found = srcad.grad(lambda v: np.sum(cubed(v) * v))(V)
    np.testing.assert_allclose(found, 4 * V**3, rtol=1e-14)


def clip(d):
    return np.clip(d, -1, 1)


def halved(y):
    return srcad.hook(y * y, lambda d: d * 0.5)


def hooks_in_loops_branches_and_helpers(x):
    for _ in range(2):
        if x > 0:
            x = srcad.hook(x * 2, lambda d: d * 3.0)
    return halved(x)


def test_hooks_in_loops_branches_and_helpers():
    assert srcad.grad(hooks_in_loops_branches_and_helpers)(0.5) == 0.5 * 2 * (0.5 * 4) * 4 * 9.0
    assert srcad.grad(hooks_in_loops_branches_and_helpers)(-0.5) == 0.5 * 2 * -0.5
    assert srcad.grad(srcad.grad(lambda x: srcad.hook(x**3, lambda d: d * 2)))(0.5) == 2 * 6 * 0.5


def test_hooks_that_write_or_give_another_shape_are_refused():
    def doubles(d):
        d *= 2
        return d

    assert "writes into" in refusal(srcad.SrcadError, lambda v: np.sum(srcad.hook(v * 2, doubles)), V)
    assert "of shape ()" in refusal(srcad.SrcadError, lambda v: np.sum(srcad.hook(v * 2, np.sum) * v), V)
    assert "a hook that is float" in refusal(srcad.SrcadError, lambda x: srcad.hook(x * 2, 3.0), 0.5)
