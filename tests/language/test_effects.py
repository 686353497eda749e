"""`assert`, `raise` in a branch, `try`, `with np.errstate`, prints and other effects, which happen once."""

import contextlib
import copy
import math

import numpy as np
import pytest

import srcad
from tests.cases import Programs
from tests.check import check

programs = Programs()

calls = []


class NotPositive(ValueError):
    """An error of the user's own."""


def must_be_positive(x):
    if x <= 0:
        raise NotPositive(f"{x} is not positive")
    return math.log(x)


@programs.at(2.0)
def an_assert_that_holds(x):
    assert x > 0
    assert x < 100, "x is too large"
    return x * x


@programs.at(2.0)
def an_assert_on_an_active_value_in_a_loop(x):
    y = x
    for _ in range(3):
        assert y > 0, f"y is {y}"
        y = y * x
    return y


@programs.at(2.0)
def a_raise_in_a_branch_that_is_not_taken(x):
    if x < 0:
        raise ValueError("x must not be negative")
    return math.sqrt(x)


@programs.at((2.0, "a"), (2.0, "b"))
def a_raise_in_the_last_else(x, how):
    if how == "a":
        y = x * x
    elif how == "b":
        y = x**3
    else:
        raise ValueError(how)
    return y * x


@programs.at(2.0)
def a_raise_in_a_helper(x):
    return must_be_positive(x) * must_be_positive(x + 1)


@programs.at(2.0)
def try_finally(x):
    y = x
    try:
        y = y * x
    finally:
        y = y + x
    return y * y


@programs.at(2.0)
def a_return_inside_try_finally(x):
    notes = []
    try:
        y = x * x
        return y * x
    finally:
        notes.append("done")


@programs.at(2.0)
def a_try_whose_body_does_not_raise(x):
    try:
        y = x * x
        y = y / x + y
    except ZeroDivisionError:
        y = 0.0
    return y * x


@programs.at(2.0)
def a_try_with_several_handlers_else_and_finally(x):
    y = 1.0
    try:
        y = math.log(x) * x
    except (ValueError, TypeError) as error:
        raise RuntimeError("no logarithm") from error
    except ZeroDivisionError:
        y = 0.0
    else:
        y = y * x
    finally:
        n = 3
    return y * n


@programs.at((2.0, 3))
def a_try_in_a_loop(x, n):
    y = x
    for i in range(n):
        try:
            y = y * x + i
        except OverflowError:
            break
    return y


@programs.at(2.0)
def a_handler_in_the_caller(x):
    try:
        return must_be_positive(x) * x
    except NotPositive:
        return -1.0


@programs.at(np.array([0.5, 2.0]))
def with_errstate(x):
    with np.errstate(divide="ignore", invalid="ignore"):
        y = np.log(x) / x
    return np.sum(y * x**2)


@programs.at(np.array([0.5, 2.0]))
def a_return_inside_with_errstate(x):
    with np.errstate(all="ignore"):
        for _ in range(2):
            x = x * x
        return np.sum(x)


@programs.at((np.array([0.5, 2.0]), 2))
def with_errstate_in_a_loop(x, n):
    s = 0.0
    for i in range(n):
        with np.errstate(over="ignore"):
            x = np.exp(x * 0.1) * x
            s = s + np.sum(x)
    return s


@programs.at(2.0)
def a_with_that_does_nothing(x):
    with contextlib.nullcontext():
        y = x * x
    return y * x


@programs.at((2.0, 3))
def counting_on_the_side(x, n):
    count = 0
    names = set()
    for i in range(n):
        count += 1
        names.add(i % 2)
        x = x * x * 0.5
    return x * count * len(names)


@programs.at((np.array([0.5, 2.0, 0.3]), [7, 5, 7]))
def an_index_is_found_or_not(x, keys):
    known: list[int] = []
    s = 1.0
    k = 0
    for key in keys:
        s += x[k] * s * s
        try:
            k = known.index(key)
        except ValueError:
            k = len(known)
            known.append(key)
        s += x[k] * x[k]
    return s


test_gradient = programs.test()


def indices_filled(x, index, fails):
    index = np.array(index)
    y = x[index]
    z = y * y * y
    try:
        if fails:
            raise ValueError
        index[:] = 0
    except ValueError:
        pass
    index[0] = 2
    return np.sum(z) + np.sum(x[index] ** 2)


def index_bound(x, index, fails):
    s = 1.0
    k = index[0]
    for i in range(3):
        y = x[k] * s * s
        try:
            if fails and i == 1:
                raise ValueError
            k = i
        except ValueError:
            pass
        s += y * x[k] * x[k]
    return s


@pytest.mark.parametrize("program", [indices_filled, index_bound])
def test_what_an_error_kept_from_being_done_is_not_undone(program):
    given = np.array([0.5, 2.0, 0.3]), np.array([1, 2, 2])
    check(program, *given, False)
    with pytest.raises(srcad.SrcadError, match="an error was caught half way through differentiated steps"):
        srcad.grad(program)(*given, True)


def test_a_print_happens_once(capsys):
    def f(x, n):
        print("start", n)
        y = x
        for i in range(n):
            y = y * x
            print("trip", i)
        print("done", end="!\n")
        return y

    assert srcad.grad(f)(2.0, 2) == pytest.approx(12.0)
    assert capsys.readouterr().out == "start 2\ntrip 0\ntrip 1\ndone!\n"


def test_a_print_of_active_values_happens_once_and_shows_them(capsys):
    def f(x):
        y = x * x
        print(f"y = {y:.3f}", x)
        return y * x

    assert srcad.value_and_grad(f)(2.0) == (8.0, pytest.approx(12.0))
    assert capsys.readouterr().out == "y = 4.000 2.0\n"


def test_a_print_in_a_helper_happens_once(capsys):
    def helper(t):
        print("called")
        return t * t

    def f(x):
        return helper(x) + helper(x * 2)

    assert srcad.grad(f)(2.0) == pytest.approx(20.0)
    assert capsys.readouterr().out == "called\ncalled\n"


def test_a_print_survives_when_the_value_is_not_needed(capsys):
    def f(x):
        print("hello")
        return 3 * x

    assert srcad.grad(f)(2.0) == pytest.approx(3.0)
    assert capsys.readouterr().out == "hello\n"


def note(name):
    calls.append(name)


def appends_to_a_global(x, name):
    calls.append(name)
    return x * x


def appends_to_a_global_in_a_helper(x, name):
    note(name)
    return x * x


def extends_a_global_in_a_loop(x, name):
    for _ in range(1):
        calls.extend([name])
    return x * x


@pytest.mark.parametrize("function", [appends_to_a_global, appends_to_a_global_in_a_helper, extends_a_global_in_a_loop])
def test_an_append_to_a_global_list_of_inactive_things_happens_once(function):
    calls.clear()
    assert srcad.grad(function)(3.0, "first") == pytest.approx(6.0)
    assert calls == ["first"]
    assert srcad.vjp(function, 3.0, "second")[1](1.0)[0] == pytest.approx(6.0)
    assert srcad.jvp(function, (3.0, "third"), (1.0, None))[1] == pytest.approx(6.0)
    assert calls == ["first", "second", "third"]


def test_a_failing_assert_fails_as_in_the_program():
    def f(x):
        assert x > 0, "x must be positive"
        return x * x

    g = srcad.grad(f)
    assert g(1.0) == pytest.approx(2.0)
    with pytest.raises(AssertionError, match="x must be positive"):
        g(-1.0)


def test_a_raise_raises_the_users_error():
    g = srcad.grad(must_be_positive)
    assert g(2.0) == pytest.approx(0.5)
    with pytest.raises(NotPositive, match="-2.0 is not positive"):
        g(-2.0)


def test_finally_runs_when_the_body_raises():
    def f(x):
        try:
            if x < 0:
                raise ValueError("negative")
            y = x * x
        finally:
            calls.append("finally")
        return y

    g = srcad.grad(f)
    calls.clear()
    assert g(3.0) == pytest.approx(6.0)
    assert calls == ["finally"]
    with pytest.raises(ValueError, match="negative"):
        g(-3.0)
    assert calls == ["finally", "finally"]


def test_an_error_of_python_is_the_same_error():
    def f(x, ys):
        return x / ys[3]

    g = srcad.grad(f)
    assert g(3.0, [1.0, 2.0, 3.0, 4.0]) == pytest.approx(0.25)
    with pytest.raises(IndexError):
        g(3.0, [1.0])
    with pytest.raises(ZeroDivisionError):
        g(3.0, [1.0, 2.0, 3.0, 0.0])


def test_errstate_holds_in_the_primal_part(recwarn):
    def f(x):
        with np.errstate(all="ignore"):
            y = np.log(x)
        return np.where(x > 0, y, 0.0).sum()

    value, _ = srcad.value_and_grad(f)(np.array([0.0, 1.0]))
    assert value == 0.0


def test_a_random_generator_is_drawn_from_once():
    def f(x, rng):
        return x * x * rng.uniform(1.0, 2.0)

    rng = np.random.default_rng(1)
    expected = copy.deepcopy(rng)
    value, slope = srcad.value_and_grad(f)(2.0, rng)
    factor = expected.uniform(1.0, 2.0)
    assert value == pytest.approx(4 * factor) and slope == pytest.approx(4 * factor)
    assert rng.random() == expected.random()
