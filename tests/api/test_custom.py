"""`custom_vjp`, `custom_jvp` and `numerical`."""

import math

import numpy as np
import pytest

import srcad
from tests.check import slope

ROW = np.array([0.5, 2.0, 1.3])
RUNS = []


@srcad.custom_vjp
def cube_root(a, x0):
    x = x0
    for _ in range(60):
        x = x - (x * x * x - a) / (3 * x * x)
    return x


def cube_root_fwd(a, x0):
    RUNS.append("fwd")
    x = cube_root(a, x0)
    return x, (x,)


def cube_root_bwd(residuals, d):
    (x,) = residuals
    return d / (3 * x * x), None


cube_root.defvjp(cube_root_fwd, cube_root_bwd)


def in_a_loop(a):
    total = 0.0
    for i in range(3):
        r = cube_root(a * (i + 1), 1.0)
        total += r**2
    return total


def of_an_array(a):
    return np.sum(cube_root(a, np.ones(3)) ** 2)


@pytest.mark.parametrize(("program", "x"), [(in_a_loop, 2.0), (of_an_array, ROW)])
def test_a_custom_vjp_in_both_modes_and_to_second_order(program, x):
    srcad.check_grads(program, (x,), order=2, modes=("fwd", "rev"))


def test_the_forward_half_runs_once_in_the_place_of_the_function():
    RUNS.clear()
    srcad.grad(in_a_loop)(2.0)
    assert RUNS == ["fwd"] * 3
    source = srcad.grad(in_a_loop).source_for(2.0)
    assert source.count("pair = cube_root_fwd(") == 1
    assert "cube_root_bwd(" in source


def test_a_custom_vjp_is_the_function_where_nothing_is_differentiated():
    RUNS.clear()
    assert cube_root(8.0, 1.0) == pytest.approx(2.0)
    assert srcad.grad(lambda x: x * float(cube_root(8.0, 1.0)))(3.0) == pytest.approx(2.0)
    assert srcad.grad(cube_root)(8.0, 1.0) == pytest.approx(1 / 12)


def test_bwd_is_believed_and_not_the_source():
    @srcad.custom_vjp
    def clipped(x):
        return x * 1.0

    clipped.defvjp(lambda x: (x * 1.0, None), lambda _, d: (np.clip(d, -1.0, 1.0),))
    assert np.allclose(srcad.grad(lambda x: np.sum(5 * clipped(x)))(ROW), 1.0)
    clipped.defvjp(lambda x: (x * 1.0, None), lambda _, d: (-d,))
    assert np.allclose(srcad.grad(lambda x: np.sum(5 * clipped(x)))(ROW), -5.0)


def powers(x, n):
    return x**n, x ** (n + 1)


def test_nondiff_arguments_come_first_in_bwd():
    fun = srcad.custom_vjp(powers, nondiff_argnums=(1,))
    fun.defvjp(lambda x, n: (powers(x, n), x), lambda n, x, d: (d[0] * n * x ** (n - 1) + d[1] * (n + 1) * x**n,))

    def program(x):
        a, b = fun(x, 2)
        return a * b

    assert srcad.grad(program)(1.3) == pytest.approx(5 * 1.3**4)
    with pytest.raises(srcad.MissingRule, match="leaves out"):
        srcad.grad(lambda n: fun(2.0, n)[0])(1.5)


def test_residuals_are_as_they_were_though_the_argument_is_written_to():
    @srcad.custom_vjp
    def square(v):
        return float(np.sum(v * v))

    square.defvjp(lambda v: (float(np.sum(v * v)), v), lambda v, d: (2 * v * d,))

    def program(x):
        v = x * 1.0
        total = 0.0
        for i in range(3):
            total += square(v)
            v[i] = v[i] ** 2 + v[0]
        return total

    want = [slope(lambda t, u=u: program(ROW + t * u))[0] for u in np.eye(3)]
    assert np.allclose(srcad.grad(program)(ROW), want, rtol=1e-7)


def test_refusals_of_custom_vjp():
    fun = srcad.custom_vjp(powers)
    with pytest.raises(srcad.SrcadError, match="defvjp"):
        srcad.grad(lambda x: fun(x, 2)[0])(1.0)
    with pytest.raises(srcad.RuleError, match="is called with 2 arguments"):
        fun.defvjp(lambda x: (x, None), lambda r, d: (d,))
    with pytest.raises(srcad.RuleError, match="is called with 2 arguments"):
        fun.defvjp(lambda x, n: (x, None), lambda d: (d,))
    fun.defvjp(lambda x, n: (powers(x, n), x), lambda x, d: (d[0],))
    with pytest.raises(srcad.SrcadError, match="1 values, for the parameters x, n"):
        srcad.grad(lambda x: fun(x, 2.0)[0])(1.0)


@srcad.custom_jvp
def powered(x, n):
    return x**n


@powered.defjvp
def _(primals, tangents):
    x, n = primals
    return x**n, n * x ** (n - 1) * tangents[0]


def test_a_custom_jvp_in_both_modes_and_to_second_order():
    srcad.check_grads(lambda x: np.sum(powered(x, 3) * x), (ROW,), order=2, modes=("fwd", "rev"))
    srcad.check_grads(lambda x: powered(x, 3) * x, (1.3,), order=2, modes=("fwd", "rev"))


def test_nondiff_arguments_come_first_in_a_jvp():
    fun = srcad.custom_jvp(lambda n, x: x**n, nondiff_argnums=(0,))
    fun.defjvp(lambda n, primals, tangents: (primals[0] ** n, 10.0 * tangents[0]))
    assert srcad.jvp(lambda x: fun(3, x), (2.0,), (1.0,)) == (8.0, 10.0)
    assert srcad.grad(lambda x: fun(3, x))(2.0) == 10.0


# ---------------------------------------------------------------- numerical


BOX = srcad.numerical(lambda x, n: np.array([math.sin(float(str(t))) * n for t in x]))
PAIR = srcad.numerical(lambda x, y: (math.sin(x) * y, np.array([x, y]) ** 2), like=(0.0, np.zeros(1)))


def test_differences_have_the_accuracy_that_is_documented():
    def program(x):
        return np.sum(BOX(x, 2) * x)

    want = 2 * np.sin(ROW) + 2 * ROW * np.cos(ROW)
    assert np.allclose(srcad.grad(program)(ROW), want, rtol=1e-11)
    assert srcad.jvp(program, (ROW,), (np.ones(3),))[1] == pytest.approx(want.sum(), rel=1e-11)


def test_differences_of_a_tuple():
    def program(x, y):
        a, b = PAIR(x, y)
        return a * b[0] + b[1]

    by_x, by_y = srcad.grad(program, (0, 1))(0.7, 1.2)
    assert by_x == pytest.approx(1.2 * (math.cos(0.7) * 0.49 + math.sin(0.7) * 1.4), rel=1e-10)
    assert by_y == pytest.approx(math.sin(0.7) * 0.49 + 2.4, rel=1e-10)
    assert srcad.jvp(program, (0.7, 1.2), (1.0, 0.0))[1] == pytest.approx(by_x)


def test_differences_count_what_they_call():
    calls = []

    def fun(x):
        calls.append(x)
        return float(str(x)) ** 2

    box = srcad.numerical(fun, levels=1, step=1e-4)
    gradient = srcad.grad(lambda x: box(x))
    gradient(3.0)
    calls.clear()
    assert gradient(3.0) == pytest.approx(6.0)
    assert len(calls) == 3  # the function, and a step to either side


def test_a_black_box_is_not_differentiated_by_differences_unless_asked():
    def black(x):
        return float(str(x))

    with pytest.raises(srcad.SrcadError):
        srcad.grad(lambda x: black(x))(1.0)


def test_refusals_of_numerical():
    with pytest.raises(srcad.ArgumentError, match="one by one"):
        srcad.numerical(lambda *xs: xs[0])
    with pytest.raises(srcad.ArgumentError, match="step"):
        srcad.numerical(math.sin, step=0.0)
    with pytest.raises(srcad.SrcadError, match="half its digits"):
        srcad.hessian(lambda x: np.sum(BOX(x, 2)))(ROW)
