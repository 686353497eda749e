"""`vjp`: the value, and a pullback that gives one cotangent for each primal."""

from collections import deque
from typing import NamedTuple

import numpy as np
import pytest

import srcad
from tests.check import check_vjp


class Pair(NamedTuple):
    a: float
    b: float


def product(x, y):
    return x * y


def polar(x, y):
    return x * np.cos(y), x * np.sin(y)


def powers(v):
    out = []
    for k in range(4):
        out.append(v**k * 1.5)
    return out


def filtered(v, limit):
    return [x * x for x in v if x > limit]


def layer(A, b, x):
    return np.tanh(A @ x + b)


def named(x, y):
    return Pair(x * y, x + y)


def in_a_dict(x, v):
    return {"scaled": v * x, "sum": (v.sum(), x * x)}


def branching(x, y):
    if x > y:
        return x * x, y
    return y, x * y


def test_a_scalar_function():
    value, pullback = srcad.vjp(product, 3.0, 4.0)
    assert value == 12.0
    assert pullback(1.0) == (4.0, 3.0)
    assert pullback(2.0) == (8.0, 6.0)


def test_one_primal_gives_a_tuple_of_one():
    value, pullback = srcad.vjp(lambda x: x * x, 3.0)
    assert value == 9.0 and pullback(1.0) == (6.0,)


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (polar, (2.0, 0.5)),
        (powers, (2.0,)),
        (filtered, ([1.0, 2.0, 3.0], 1.5)),
        (filtered, ([1.0, 2.0, 3.0], 9.5)),
        (layer, (np.array([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]]), np.ones(3), np.array([1.0, 2.0]))),
        (named, (2.0, 3.0)),
        (in_a_dict, (2.0, np.array([1.0, 2.0]))),
        (branching, (2.0, 3.0)),
        (branching, (3.0, 2.0)),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_results_of_every_form(f, args):
    check_vjp(f, *args)


def test_a_cotangent_of_ones_and_of_zeros():
    v = np.array([1.0, 2.0])
    _, pullback = srcad.vjp(lambda u: u * u, v)
    assert pullback(np.ones(2))[0].tolist() == [2.0, 4.0]
    assert pullback(np.zeros(2))[0].tolist() == [0.0, 0.0]


def test_the_pullback_leaves_its_cotangent_alone():
    _, pullback = srcad.vjp(lambda u: u + 1, np.ones(3))
    cotangent = np.array([1.0, 2.0, 3.0])
    (first,) = pullback(cotangent)
    first[:] = 0.0
    assert cotangent.tolist() == [1.0, 2.0, 3.0]


def test_changing_the_arguments_or_the_value_afterwards_does_not_matter():
    def square(u):
        return u * u

    def exponential(u):
        return np.exp(u)

    def same(u):
        return u

    for f in (square, exponential, same):
        argument = np.array([1.0, 2.0])
        value, pullback = srcad.vjp(f, argument)
        (before,) = pullback(np.ones(2))
        argument[:] = 7.0
        value -= 3.0
        for _ in range(2):
            assert pullback(np.ones(2))[0].tolist() == before.tolist()


def test_a_pullback_of_lists_of_arrays_may_be_called_again():
    def f(layers, x):
        for W, b in layers:
            x = np.tanh(W @ x + b)
        return [x, x * 2.0]

    layers = [(np.eye(2), np.ones(2)), (np.ones((2, 2)), np.zeros(2))]
    _, pullback = srcad.vjp(f, layers, np.array([0.1, 0.2]))
    cotangent = [np.ones(2), np.zeros(2)]
    first = pullback(cotangent)
    again = pullback(cotangent)
    assert first[1].tolist() == again[1].tolist()
    assert all(np.array_equal(x, y) for p, q in zip(first[0], again[0], strict=True) for x, y in zip(p, q, strict=True))
    srcad.check_grads(f, (layers, np.array([0.1, 0.2])))


def test_an_int_that_is_a_count_has_no_cotangent():
    def power(x, n):
        y = 1.0
        for _ in range(n):
            y = y * x
        return y

    value, pullback = srcad.vjp(power, 2.0, 3)
    assert value == 8.0 and pullback(1.0) == (12.0, None)
    assert srcad.vjp(lambda x: x**2, 3)[1](1.0) == (6.0,)
    srcad.check_grads(power, (2.0, 3))


@pytest.mark.parametrize(
    "function",
    [
        lambda x, n: (x[:n] ** 2).sum(),
        lambda x, n: x[n] ** 2,
        lambda x, n: sum(deque(x * x, maxlen=n)),
        lambda x, n: (np.zeros(n) + x[0] ** 2).sum(),
        lambda x, n: (x.reshape(n, 2)[1] ** 2).sum(),
        lambda x, n: x[0] ** 2 * (1 << n),
    ],
    ids=["slice", "index", "maxlen", "zeros", "reshape", "shift"],
)
def test_an_int_that_cannot_be_a_float_has_no_cotangent(function):
    x = np.array([0.7, -1.3, 0.4, 2.0])
    steps = 1e-6 * np.eye(4)
    wanted = [(function(x + h, 2) - function(x - h, 2)) / 2e-6 for h in steps]
    value, pullback = srcad.vjp(function, x, 2)
    gradient, none = pullback(1.0)
    assert np.isclose(value, function(x, 2)) and np.allclose(gradient, wanted) and none is None
    assert np.isclose(srcad.jvp(function, (x, 2), (np.ones(4), 1.0))[1], sum(wanted))


def test_a_function_that_writes_into_its_argument():
    def f(v):
        v[1] = v[0] * v[1]
        v[1:] *= v[2]
        return v

    v = np.arange(1.0, 6.0)
    value, pullback = srcad.vjp(f, v)
    assert v.tolist() == [1.0, 2.0, 3.0, 4.0, 5.0] and value.tolist() == [1.0, 6.0, 9.0, 12.0, 15.0]
    value[:] = 0.0
    for _ in range(2):
        (found,) = pullback(np.ones(5))
        assert found.tolist() == [7.0, 3.0, 17.0, 3.0, 3.0]


@pytest.mark.parametrize("cotangent", [np.ones(3), np.ones((2, 1)), (1.0, 1.0), "text", None])
def test_a_cotangent_of_the_wrong_form_is_refused(cotangent):
    _, pullback = srcad.vjp(lambda u: u * u, np.ones(2))
    with pytest.raises(srcad.SrcadError) as caught:
        pullback(cotangent)
    assert caught.value.remedy


def test_a_tuple_of_the_wrong_length_is_refused():
    _, pullback = srcad.vjp(polar, 2.0, 0.5)
    with pytest.raises(srcad.SrcadError):
        pullback((1.0, 2.0, 3.0))


def test_the_pullback_does_not_run_the_function_again(capsys):
    def f(x):
        print("run")
        return x * x

    _, pullback = srcad.vjp(f, 2.0)
    assert capsys.readouterr().out == "run\n"
    assert pullback(1.0) == (4.0,)
    assert pullback(2.0) == (8.0,)
    assert capsys.readouterr().out == ""


class Scale:
    def __init__(self, by):
        self.by, self.used = by, 0

    def __call__(self, x):
        self.used += 1
        return self.by * x * self.used


def test_a_pullback_that_undoes_writes_to_an_object_that_is_called_runs_again():
    def f(x, by):
        scale = Scale(by)
        return scale(x) + scale(x * x)

    _, pullback = srcad.vjp(f, 3.0, 2.0)
    assert pullback(1.0) == pullback(1.0) == (2.0 + 4.0 * 2 * 3.0, 3.0 + 2 * 9.0)


def raises_half_way(x):
    y = 0.0
    try:
        y = x * 2.0
        if y > 1.0:
            raise ValueError("too large")
        y = y * 3.0
    except ValueError:
        y = y * x
    return y


def test_what_stops_the_forward_half_is_refused_with_its_place():
    with pytest.raises(srcad.UnsupportedSyntax, match="caught half way") as caught:
        srcad.vjp(raises_half_way, 2.0)
    assert caught.value.place.text.strip() == "try:"
