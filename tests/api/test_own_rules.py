"""`@srcad.rule`: derivatives that users state for functions of their own."""

import functools
import math
import operator

import numpy as np
import pytest

import srcad
from tests.check import check, slope

ROW = np.array([0.3, 1.4, 2.2])


def erfcx(x):
    return math.exp(x * x) * math.erfc(x)


@srcad.rule(erfcx)
def _(x, *, out):
    return 2 * x * out - 2 / np.sqrt(np.pi)


def blurred(k, f, tol=1e-9):
    return np.cumsum(f) / float(str(k))  # what goes through a string has no derivative but the one that is stated


def blurred_adjoint(k, d):
    return np.cumsum(d[::-1])[::-1] / k


@srcad.rule(blurred)
def _(k, f, *, out, d_out):
    w = blurred_adjoint(k, d_out)
    return -np.sum(d_out * out) / k, w


def pair(x, v):
    return float(str(x)) * float(np.prod(v)), v * float(str(x))


@srcad.rule(pair, like=(0.0, "v"))
def _(x, v, *, d_out):
    d_a, d_b = d_out
    return d_a * np.prod(v) + np.sum(d_b * v), d_a * x * np.prod(v) / v + d_b * x


@srcad.rule(pair)
def _(x, v, *, x_dot, v_dot):
    return x_dot * np.prod(v) + x * np.prod(v) * np.sum(v_dot / v), v_dot * x + v * x_dot


def uses_partials(x):
    y = erfcx(x)
    return y * x


def uses_a_pullback(k, f):
    total = 0.0
    for _ in range(3):
        u = blurred(k, f)
        f = f * u
        total += np.sum(u**2)
    return total


def uses_a_pair(x, v):
    a, b = pair(x, v)
    c, _ = pair(x * a, v)
    return c * np.sum(b**2)


@pytest.mark.parametrize(
    ("program", "args"), [(uses_partials, (0.3,)), (uses_a_pullback, (2.0, ROW)), (uses_a_pair, (0.7, ROW))]
)
def test_both_modes_and_second_order(program, args):
    srcad.check_grads(program, args, order=2, modes=("fwd", "rev"))


def test_the_body_becomes_generated_source():
    assert "2 * x * y - 2 / np.sqrt(np.pi)" in srcad.grad(uses_partials).source_for(0.3)
    source = srcad.grad(uses_a_pullback, (0, 1)).source_for(2.0, ROW)
    assert "w = blurred_adjoint(k, d_u)" in source


def test_a_function_with_a_rule_is_differentiated_by_it_when_it_is_given_itself():
    want, _ = slope(lambda t: erfcx(0.3 + t))
    assert srcad.grad(erfcx)(0.3) == pytest.approx(want, rel=1e-8)
    assert srcad.grad(blurred)(2.0, 3.0) == pytest.approx(-0.75)
    assert srcad.grad(blurred)(2.0, 3.0, tol=1e-3) == pytest.approx(-0.75)
    assert np.allclose(srcad.jacrev(blurred, 1)(2.0, ROW), np.tri(3) / 2)
    assert np.allclose(srcad.jacfwd(blurred, 1)(2.0, ROW), np.tri(3) / 2)


def test_the_rule_is_used_though_the_source_could_be_differentiated():
    def plain(x):
        return x * x

    @srcad.rule(plain)
    def _(x):
        return 100.0

    assert srcad.grad(lambda x: plain(x) * 2)(3.0) == 200.0
    assert srcad.jvp(lambda x: plain(x) * 2, (3.0,), (1.0,)) == (18.0, 200.0)


# ---------------------------------------------------------------- what may have a rule


class Solver:
    def __init__(self, c):
        self.c = c

    def solve(self, x):
        return np.asarray(list(x), dtype=float) * self.c

    def __call__(self, x):
        return float(str(x)) ** self.c


class Unhashable(Solver):
    def __eq__(self, other):
        return self is other


SOLVER, CUBE = Solver(2.0), Unhashable(3.0)
PARTIAL = functools.partial(lambda a, x: a * float(str(x)) ** 2, 3.0)
DOT = functools.partial(operator.mul, 3.0)  # built in C


@srcad.rule(SOLVER.solve)
def _(x, *, d_out):
    return SOLVER.c * d_out


@srcad.rule(CUBE)
def _(x):
    return CUBE.c * x ** (CUBE.c - 1)


@srcad.rule(PARTIAL)
def _(x):
    return 6.0 * x


@srcad.rule(DOT)
def _(b):
    return 3.0


@srcad.rule(Solver.solve)
def _(self, x, *, d_out):
    return None, self.c * d_out


@pytest.mark.parametrize(
    ("program", "x"),
    [
        (lambda x: np.sum(SOLVER.solve(x) ** 2), ROW),
        (lambda x: np.sum(Solver(1.5).solve(x) ** 2), ROW),
        (lambda x: CUBE(x) * x, 1.3),
        (lambda x: PARTIAL(x) * x, 1.3),
        (lambda x: DOT(x) * x, 1.3),
    ],
    ids=["bound method", "method of a class", "object", "partial", "partial of C"],
)
def test_any_callable_may_have_a_rule(program, x):
    check(program, x)


def test_a_rule_sees_its_object_as_it_is_now():
    gradient = srcad.grad(lambda x: CUBE(x))
    assert gradient(2.0) == 12.0
    CUBE.c = 2.0
    try:
        assert gradient(2.0) == 4.0
    finally:
        CUBE.c = 3.0


# ---------------------------------------------------------------- bodies that are called


def wave(x):
    return np.asarray([math.sin(t) for t in np.ravel(x)]).reshape(np.shape(x))


srcad.rule(wave)(lambda x: np.cos(x))


def stepped(x, n):
    return np.asarray([float(str(t)) ** n for t in x])


@srcad.rule(stepped)
def _(x, n, *, out, d_out):
    made = []
    for i in range(len(x)):
        made.append(d_out[i] * n * out[i] / x[i])
    return np.array(made), None


def test_a_lambda_is_called():
    gradient = srcad.grad(lambda x: np.sum(wave(x) ** 2))
    assert "wave_partials(x)" in gradient.source_for(ROW)
    srcad.check_grads(lambda x: np.sum(wave(x) ** 2), (ROW,), order=2, modes=("fwd", "rev"))


def test_a_body_with_a_loop_is_called_and_differentiated():
    assert "stepped_pullback(x, 3, out=" in srcad.grad(lambda x: np.sum(stepped(x, 3))).source_for(ROW)
    srcad.check_grads(lambda x: np.sum(stepped(x, 3) * x), (ROW,), order=2, modes=("rev",))
    srcad.check_grads(lambda x: np.sum(stepped(x, 3) * x), (ROW,), order=1, modes=("fwd",))


def test_a_body_that_captures_a_value_is_called_with_the_value_that_it_has_then():
    factor = 2.0

    def scaled(x):
        return float(str(x)) * factor

    @srcad.rule(scaled)
    def _(x):
        return factor

    gradient = srcad.grad(lambda x: scaled(x))
    assert gradient(1.0) == 2.0
    factor = 5.0
    assert gradient(1.0) == 5.0


SCALE = 2.0


def by_scale(x):
    return float(str(x)) * SCALE


@srcad.rule(by_scale)
def _(x):
    return SCALE


def test_a_changed_global_of_a_body_is_noticed(monkeypatch):
    gradient = srcad.grad(lambda x: by_scale(x) * x)
    assert gradient(1.0) == 4.0
    monkeypatch.setitem(globals(), "SCALE", 5.0)
    assert gradient(1.0) == 10.0


# ---------------------------------------------------------------- one mode made from the other


def cubed(x):
    return np.asarray([t**3 for t in np.ravel(x)]).reshape(np.shape(x))


@srcad.rule(cubed)
def _(x, *, x_dot):
    return 3 * x**2 * x_dot


def test_a_pullback_is_made_of_a_pushforward():
    assert np.allclose(srcad.grad(lambda x: np.sum(np.sin(cubed(x))))(ROW), 3 * ROW**2 * np.cos(ROW**3))
    assert srcad.grad(lambda x: np.sum(cubed(x)))(2.0) == 12.0
    assert np.allclose(srcad.jvp(lambda x: cubed(x), (ROW,), (np.ones(3),))[1], 3 * ROW**2)


def test_a_pushforward_is_made_of_a_pullback():
    value, tangent = srcad.jvp(lambda f: blurred(2.0, f), (ROW,), (np.array([1.0, 0.0, 2.0]),))
    assert np.allclose(tangent, [0.5, 0.5, 1.5])


def test_the_tangent_of_a_tuple_is_not_made_of_a_pullback():
    def two(x):
        return float(str(x)), float(str(x)) ** 2

    @srcad.rule(two)
    def _(x, *, d_out):
        return d_out[0] + 2 * x * d_out[1]

    def program(x):
        a, b = two(x)
        return a * b

    assert srcad.grad(program)(2.0) == 12.0
    with pytest.raises(srcad.MissingRule, match="no pushforward"):
        srcad.jvp(program, (2.0,), (1.0,))


# ---------------------------------------------------------------- stated again, or later


def test_a_derivative_made_before_follows_the_rule():
    def fun(x):
        return x**2

    gradient = srcad.grad(fun)
    outer = srcad.grad(lambda x: fun(x) * 3)
    assert (gradient(2.0), outer(2.0), srcad.vjp(fun, 2.0)[1](1.0)) == (4.0, 12.0, (4.0,))
    srcad.rule(fun)(lambda x: 7.0)
    assert outer(2.0) == 21.0
    assert gradient(2.0) == 7.0
    assert srcad.vjp(fun, 2.0)[1](1.0) == (7.0,)
    assert srcad.jvp(fun, (2.0,), (1.0,)) == (4.0, 7.0)
    srcad.rule(fun)(lambda x: 8.0)
    assert (outer(2.0), gradient(2.0)) == (24.0, 8.0)


# ---------------------------------------------------------------- refusals


def test_parameters_that_do_not_match_are_refused_with_the_place_and_both_signatures():
    def fun(a, b, tol=1.0):
        return a

    with pytest.raises(srcad.RuleError) as wrong:

        @srcad.rule(fun)
        def rule_of_fun(x, b, *, out):
            return 1.0, None

    assert "rule_of_fun(x, b, *, out)" in wrong.value.message
    assert "fun(a, b, tol=1.0)" in wrong.value.message
    assert wrong.value.place.file == __file__
    for body in (lambda b, a: 1.0, lambda a: 1.0, lambda a, b, *, d: 1.0, lambda a, b, *, c_dot: 1.0):
        with pytest.raises(srcad.RuleError, match="does not fit"):
            srcad.rule(fun)(body)
    srcad.rule(fun)(lambda a, b: (1.0, None))


def test_other_refusals_when_it_is_stated():
    def writes(x):
        x[0] = 1.0
        return x

    with pytest.raises(srcad.RuleError, match="writes into its argument x"):
        srcad.rule(writes)(lambda x: 1.0)
    with pytest.raises(srcad.RuleError, match="has a rule of srcad's"):
        srcad.rule(np.tanh)(lambda x: 1.0)
    with pytest.raises(srcad.RuleError, match="a class"):
        srcad.rule(Solver)(lambda c: 1.0)
    with pytest.raises(srcad.RuleError, match="like="):
        srcad.rule(cubed, like="y")(lambda x, *, d_out: d_out)
    with pytest.raises(srcad.RuleError, match="returns 2 values"):

        @srcad.rule(cubed)
        def _(x, *, d_out):
            return d_out, d_out


def test_a_derivative_that_reaches_a_parameter_without_one_is_refused():
    with pytest.raises(srcad.MissingRule, match="leaves out"):
        srcad.grad(lambda t: np.sum(blurred(2.0, ROW, t)))(1.0)


def refused(body, x, function=None, like=None):
    """The message of what a derivative says when it runs."""

    def fun(x):
        return function(x)

    srcad.rule(fun, like=like)(body)
    with pytest.raises(srcad.SrcadError) as wrong:
        srcad.grad(lambda x: np.sum(fun(x)))(x)
    return wrong.value.message


def test_a_result_of_another_form_stops_the_derivative():
    assert "returned float64[:]" in refused(lambda x: 1.0, 2.0, lambda x: np.ones(3) * float(str(x)))
    assert "shape (3,) here" in refused(lambda x: 1.0, ROW, lambda x: np.ones(2))
    assert "returned str" in refused(lambda x, *, d_out: d_out, 2.0, lambda x: str.strip(str(x)))
    assert "returns string" in refused(lambda x, *, d_out: d_out, 2.0, str)
    assert "returned int64[:]" in refused(lambda x, *, d_out: d_out, ROW, lambda x: np.arange(int(str(len(x)))))
    assert "returned float" in refused(lambda x, *, d_out: d_out, 2.0, lambda x: float(str(x)), np.ones(3))


def test_a_derivative_of_another_form_stops_the_derivative():
    message = refused(lambda x, *, d_out: np.ones(2), ROW, lambda x: np.array(x.tolist()))
    assert "shape (2,) for x of fun, which has shape (3,)" in message
    assert "for the parameters x" in refused(lambda x: (1.0, 2.0), 1.0, lambda x: float(str(x)))
    assert "shape (3,) for x of fun" in refused(lambda x: np.ones(3), 1.0, lambda x: float(str(x)))


def test_a_function_that_hands_on_its_argument_is_not_written_through():
    def same(x):
        return x

    srcad.rule(same)(lambda x: 1.0)

    def program(x):
        y = same(x)
        y[0] = 3.0 * y[1]
        return np.sum(y * x)

    with pytest.raises(srcad.AliasError, match="may return memory"):
        srcad.grad(program)(ROW)


def test_a_saved_derivative_has_what_the_rule_needs(tmp_path):
    gradient = srcad.grad(uses_partials)
    want = gradient(0.3)
    gradient.save(tmp_path / "made.py")
    space = {}
    exec((tmp_path / "made.py").read_text(), space)
    assert space["uses_partials_grad"](0.3) == want
