"""Which arguments are differentiated: `argnums`, `argnames`, keywords, promotion, and the form of the gradient."""

import collections
import types
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pytest

import srcad
from tests.check import check, refused


def f(x, y, z=2.0):
    return x**2 * y + z * y


class Point(NamedTuple):
    x: float
    y: float


@dataclass
class Wheel:
    radius: float
    spokes: int = 12
    name: str = "front"


class Bike:
    def __init__(self):
        self.front = Wheel(0.3)
        self.mass = 8.0
        self.gears = 7
        self.owner = None


def test_the_first_argument_is_the_default():
    assert srcad.grad(f)(3.0, 4.0) == 24.0


@pytest.mark.parametrize(("argnums", "want"), [(0, 24.0), (1, 11.0), (2, 4.0)])
def test_an_int_gives_one_gradient(argnums, want):
    assert srcad.grad(f, argnums)(3.0, 4.0, 2.0) == want
    assert srcad.grad(f, argnums=argnums)(3.0, 4.0, 2.0) == want


@pytest.mark.parametrize(
    ("argnums", "want"), [((0,), (24.0,)), ((0, 1), (24.0, 11.0)), ((1, 0), (11.0, 24.0)), ((2, 0), (4.0, 24.0))]
)
def test_a_tuple_gives_a_tuple_in_its_order(argnums, want):
    assert srcad.grad(f, argnums)(3.0, 4.0, 2.0) == want


def test_a_list_of_argnums_is_a_tuple():
    assert tuple(srcad.grad(f, [0, 1])(3.0, 4.0)) == (24.0, 11.0)


def test_a_negative_argnum_counts_from_the_end():
    def g(x, y):
        return x * x * y

    assert srcad.grad(g, -1)(3.0, 4.0) == 9.0
    assert srcad.grad(g, (-2, -1))(3.0, 4.0) == (24.0, 9.0)


@pytest.mark.parametrize("argnums", [3, -4, (0, 5), "x", 1.5, None])
def test_argnums_that_fit_no_argument_are_refused(argnums):
    with pytest.raises(srcad.SrcadError) as caught:
        srcad.grad(f, argnums)(3.0, 4.0, 2.0)
    assert isinstance(caught.value, srcad.ArgumentError) and caught.value.remedy


def test_argnames_choose_by_name():
    assert srcad.grad(f, argnames="y")(3.0, 4.0) == 11.0
    assert srcad.grad(f, argnames=("y", "x"))(3.0, 4.0) == (11.0, 24.0)
    assert srcad.grad(f, argnames=["x"])(3.0, 4.0)[0] == 24.0


def test_an_argname_given_by_keyword():
    assert srcad.grad(f, argnames="z")(3.0, 4.0, z=5.0) == 4.0
    assert srcad.grad(f, argnames="y")(x=3.0, y=4.0) == 11.0


def test_a_keyword_only_argument_by_name():
    def g(x, *, w):
        return x * w**2

    assert srcad.grad(g, argnames="w")(3.0, w=4.0) == 24.0
    assert srcad.grad(g, argnames=("x", "w"))(3.0, w=4.0) == (16.0, 24.0)


def test_an_argname_that_does_not_exist_is_refused():
    with pytest.raises(srcad.ArgumentError) as caught:
        srcad.grad(f, argnames="q")(3.0, 4.0)
    assert "q" in str(caught.value) and caught.value.remedy


@pytest.mark.parametrize("argnums", [0, 1, (0, 1)])
def test_positions_and_names_together_are_refused(argnums):
    for make in (srcad.grad, srcad.value_and_grad):
        with pytest.raises(srcad.ArgumentError, match="together") as caught:
            make(f, argnums, argnames="y")
        assert caught.value.remedy
    assert srcad.grad(f, argnames=("x", "y"))(3.0, 4.0) == srcad.grad(f, (0, 1))(3.0, 4.0)


def test_keyword_arguments_are_passed_on():
    g = srcad.grad(f)
    assert g(3.0, y=4.0) == 24.0
    assert g(3.0, z=7.0, y=4.0) == 24.0
    assert g(x=3.0, y=4.0) == 24.0
    assert srcad.grad(f, 1)(3.0, 4.0, z=7.0) == 16.0


def test_a_default_that_is_differentiated_counts_at_its_value():
    assert srcad.grad(f, 2)(3.0, 4.0) == 4.0
    assert srcad.grad(f, argnames="z")(3.0, 4.0) == 4.0


def test_an_argument_of_star_args_by_its_position():
    def g(x, *rest):
        return x * rest[0] ** 2 + rest[1]

    assert srcad.grad(g, 1)(3.0, 4.0, 5.0) == 24.0
    assert srcad.grad(g, (0, 2))(3.0, 4.0, 5.0) == (16.0, 1.0)


@pytest.mark.parametrize("call", [(), (1.0,), (1.0, 2.0, 3.0, 4.0)])
def test_a_call_that_does_not_fit_is_a_type_error_as_in_the_program(call):
    with pytest.raises(TypeError):
        f(*call)
    with pytest.raises(TypeError):
        srcad.grad(f)(*call)


def test_an_unknown_keyword_is_a_type_error():
    with pytest.raises(TypeError, match="colour"):
        srcad.grad(f)(1.0, 2.0, colour=3.0)


def test_an_int_is_promoted():
    def square(x):
        return x**2

    found = srcad.grad(square)(3)
    assert found == 6.0 and isinstance(found, float)
    check(square, 3, argnums=0)
    assert srcad.grad(square)(np.int64(3)) == 6.0


def test_an_int_that_is_not_differentiated_stays_an_int():
    def power(x, n):
        y = 1.0
        for _ in range(n):
            y = y * x
        return y

    assert srcad.grad(power)(3, 2) == 6.0
    assert srcad.grad(power)(3.0, 2) == 6.0


def test_an_integer_array_is_promoted():
    def total(v):
        return (v * v).sum()

    found = srcad.grad(total)(np.array([1, 2, 3]))
    assert found.dtype == np.float64 and found.tolist() == [2.0, 4.0, 6.0]


def test_the_value_of_a_promoted_argument_is_the_floats():
    def half(x):
        return x // 2 + x / 2

    assert srcad.value_and_grad(half)(3) == (2.5, 0.5)


def test_scalars_of_numpy_are_floats():
    def square(x):
        return x * x

    assert srcad.grad(square)(np.float64(3.0)) == 6.0
    found = srcad.grad(square)(np.array(3.0))
    assert isinstance(found, np.ndarray) and found.shape == () and found == 6.0


def test_structures_are_mirrored():
    def g(p):
        return p["a"] * p["b"][0] + p["b"][1][1].x * p["c"].sum()

    argument = {"a": 2.0, "b": [3.0, (4, Point(5.0, 6.0))], "c": np.ones(2), "n": 3, "s": "text", "k": np.arange(2)}
    check(g, argument)
    found = srcad.grad(g)(argument)
    assert found["a"] == 3.0 and found["b"] == [2.0, (None, Point(2.0, 0.0))] and found["c"].tolist() == [5.0, 5.0]
    assert found["n"] is None and found["s"] is None and found["k"] is None


def test_dataclasses_are_mirrored():
    def g(wheel):
        return wheel.radius**2 * wheel.spokes

    found = srcad.grad(g)(Wheel(0.5))
    assert type(found) is Wheel and found.radius == 12.0 and found.spokes is None and found.name is None


def test_other_objects_become_namespaces():
    def g(bike):
        return bike.mass * bike.front.radius * bike.gears

    bike = Bike()
    found = srcad.grad(g)(bike)
    assert type(found) is types.SimpleNamespace
    assert list(vars(found)) == list(vars(bike))
    assert found.mass == pytest.approx(2.1) and found.gears is None and found.owner is None
    assert type(found.front) is Wheel and found.front.radius == pytest.approx(56.0)


def test_dicts_of_other_classes_are_mirrored():
    def g(p):
        return p["a"] * p["b"]

    for make in (collections.OrderedDict, lambda **p: collections.defaultdict(float, p)):
        found = srcad.grad(g)(make(a=2.0, b=3.0))
        assert type(found) is type(make()) and dict(found) == {"a": 3.0, "b": 2.0}


def test_what_is_not_used_is_zero_and_not_missing():
    def g(p, v):
        return p["a"] * 2.0

    assert srcad.grad(g)({"a": 1.0, "b": 2.0, "c": [3.0]}, 0.0) == {"a": 2.0, "b": 0.0, "c": [0.0]}
    unused = srcad.grad(g, 1)({"a": 1.0}, np.ones((2, 3)))
    assert unused.shape == (2, 3) and not unused.any()


def test_the_gradient_is_nobody_elses_memory():
    def g(v, w):
        return (v + w).sum()

    v, w = np.ones(3), np.ones(3)
    a, b = srcad.grad(g, (0, 1))(v, w)
    a[0] = 7.0
    assert b[0] == 1.0 and v[0] == 1.0 and w[0] == 1.0
    assert srcad.grad(g)(v, w)[0] == 1.0
    a[:] = 0.0  # a gradient can be written to


def test_the_same_object_twice_is_two_arguments():
    def g(v, w):
        return (v * v * w).sum()

    v = np.array([2.0, 3.0])
    a, b = srcad.grad(g, (0, 1))(v, v)
    assert a.tolist() == [8.0, 18.0] and b.tolist() == [4.0, 9.0]


def scalar_and_notes(x, y):
    return x * x * y, {"sum": x + y, "note": "fine"}


def test_has_aux_returns_what_else_the_function_returns():
    gradient, notes = srcad.grad(scalar_and_notes, has_aux=True)(3.0, 4.0)
    assert gradient == 24.0 and notes == {"sum": 7.0, "note": "fine"}


def test_has_aux_with_value_and_grad():
    (value, notes), gradient = srcad.value_and_grad(scalar_and_notes, (0, 1), has_aux=True)(3.0, 4.0)
    assert value == 36.0 and gradient == (24.0, 9.0) and notes["sum"] == 7.0


def test_value_and_grad_gives_both():
    assert srcad.value_and_grad(f)(3.0, 4.0) == (44.0, 24.0)
    assert srcad.value_and_grad(f, (0, 1))(3.0, 4.0) == (44.0, (24.0, 11.0))
    assert srcad.value_and_grad(f, argnames="y")(3.0, 4.0) == (44.0, 11.0)


@pytest.mark.parametrize(
    "g",
    [
        lambda x: (x, x),
        lambda x: [x * x],
        lambda x: np.array([x, x]),
        lambda x: None,
        lambda x: "text",
        lambda x: {"a": x},
    ],
    ids=["tuple", "list", "array", "none", "string", "dict"],
)
def test_a_result_that_is_not_one_number_is_refused(g):
    def h(x):
        return g(x)

    refusal = refused(h, 2.0, error=srcad.NonScalarOutput, placed=False)
    assert isinstance(refusal, TypeError)
    assert "vjp" in str(refusal) or "jacobian" in str(refusal)


def test_a_function_that_returns_nothing_is_refused():
    def h(x):
        x * x  # noqa: B018

    refused(h, 2.0, error=srcad.NonScalarOutput, placed=False)


@pytest.mark.parametrize("shape", [(), (1,), (1, 1)])
def test_an_array_of_size_one_is_one_number(shape):
    def h(v):
        return v * v

    check(h, np.full(shape, 3.0))


def test_a_result_of_integers_has_gradient_zero_or_is_refused():
    def h(x):
        return 3

    try:
        assert srcad.grad(h)(2.0) == 0.0
    except srcad.NonScalarOutput as refusal:
        assert refusal.remedy
