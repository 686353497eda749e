"""Which arguments can be differentiated, and what is said of those that cannot be."""

import array
import collections
import decimal
import fractions
import types

import numpy as np
import pytest

import srcad
from tests.check import check, refused


class Otherwise(np.ndarray):
    """An array whose product is the matrix product."""

    def __mul__(self, other):
        return np.asarray(self) @ np.asarray(other)


pytestmark = pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")


def squares(x):
    return (x * x).sum()


@pytest.mark.parametrize(
    "empty",
    [{}, [], (), collections.deque(), collections.OrderedDict(), {"a": [], "b": {}}, {"a": [], "n": 1}, [[], []]],
    ids=repr,
)
def test_the_gradient_of_what_is_empty_is_empty(empty):
    def f(p, x):
        return x * (2 + len(p))

    d_p, d_x = srcad.grad(f, (0, 1))(empty, 3.0)
    assert type(d_p) is type(empty) and len(d_p) == len(empty) and d_x == 2 + len(empty)
    assert srcad.grad(f)(empty, 3.0) == d_p == srcad.vjp(f, empty, 3.0)[1](1.0)[0]
    assert d_p == ({"a": [], "n": None} if "n" in empty else empty)


@pytest.mark.parametrize(
    "keys", [("a", 1), ("a", (1, 2)), (1.5, None), (frozenset({1}), "b"), (len, max), (True, 2)], ids=repr
)
def test_a_dict_whose_keys_are_of_several_types(keys):
    one, other = keys

    def f(p):
        return p[one] ** 2 + 2 * p[other] ** 2

    assert srcad.grad(f)({one: 2.0, other: 3.0}) == {one: 4.0, other: 12.0}
    check(f, {one: 2.0, other: 3.0})


def test_keys_of_several_types_are_looped_over_or_refused_with_what_works():
    def f(p):
        total = 0.0
        for factor, value in enumerate(p.values()):
            total += (factor + 1) * value**2
        return total

    check(f, {"a": 2.0, 1: 3.0})
    check(f, {(0, 1): 2.0, (1, 1): 3.0})
    for given in ({"a": 2.0, (1, 2): 3.0}, {1.5: 2.0, 2.5: 3.0}):
        refusal = refused(f, given, error=srcad.KindError, line_contains="p.values()")
        assert "keys of one type" in refusal.remedy
        check(f, {str(key): value for key, value in given.items()})


@pytest.mark.parametrize("dtype", [">f8", ">f4", "<f8"])
def test_the_byte_order_of_an_array_does_not_matter_and_is_kept(dtype):
    x = np.array([1.0, 2.0], dtype)
    for found in (srcad.grad(squares)(x), srcad.vjp(squares, x)[1](1.0)[0]):
        assert found.dtype == x.dtype and found.tolist() == [2.0, 4.0]
    held = srcad.grad(lambda p: squares(p["x"]) + p["k"].sum() * p["x"][0])({"x": x, "k": np.arange(2, dtype=">i4")})
    assert held["x"].dtype == x.dtype and held["x"].tolist() == [3.0, 4.0] and held["k"] is None
    assert srcad.jvp(squares, (x,), (np.ones(2),))[1] == 6.0
    assert srcad.grad(lambda s, x: (s * x).sum())(3.0, x) == 3.0


def test_a_deque_is_mirrored():
    def f(p, x):
        p.append(x * p[0])
        return p[-1] * p[0]

    given = collections.deque([2.0, 3.0], 4)
    check(f, given, 5.0, argnums=(0, 1))
    found, d_x = srcad.vjp(f, given, 5.0)[1](1.0)
    assert found == collections.deque([20.0, 0.0]) and found.maxlen == 4 and d_x == 4.0 and len(given) == 2
    arrays = collections.deque([np.ones(2), np.full(2, 3.0)])
    value, pullback = srcad.vjp(lambda p: (p[0] * p[1]).sum(), arrays)
    for _ in range(2):
        assert [g.tolist() for g in pullback(1.0)[0]] == [[3.0, 3.0], [1.0, 1.0]]


@pytest.mark.parametrize(
    "given", [range(1, 4), {1, 2, 3}, frozenset({1, 2, 3}), (1, 2, 3), collections.deque([1, 2, 3])]
)
def test_ints_to_loop_over_are_constants(given):
    def f(x, ns):
        total = 0.0
        for n in ns:
            total += n * x
        return total

    assert srcad.grad(f)(2.0, given) == 6.0
    assert srcad.jvp(f, (2.0, given), (1.0, None)) == (12.0, 6.0)
    cotangent = srcad.vjp(f, 2.0, given)[1](1.0)
    assert cotangent[0] == 6.0


def test_a_bool_is_a_constant_until_it_is_chosen():
    def f(x, on):
        return x * on

    assert srcad.grad(f)(3.0, True) == 1.0
    with pytest.raises(srcad.ArgumentError, match=r"float\(on\)"):
        srcad.grad(f, 1)(3.0, True)
    assert srcad.grad(f, 1)(3.0, float(True)) == 3.0


def of_kind(make, mend):
    return pytest.param(make, mend, id=type(make()).__name__)


@pytest.mark.parametrize(
    ("make", "mend"),
    [
        of_kind(lambda: np.asmatrix([[1.0, 2.0]]), np.asarray),
        of_kind(lambda: np.array([1.0, 2.0]).view(Otherwise), np.asarray),
        of_kind(lambda: np.ma.array([1.0, 2.0], mask=[0, 1]), lambda x: x.filled(0.0)),
        of_kind(lambda: np.array([1.0, 2.0], object), lambda x: x.astype(float)),
        of_kind(lambda: np.array([(1.0, 2)], [("a", float), ("b", int)]), lambda x: x["a"]),
        of_kind(lambda: fractions.Fraction(1, 2), float),
        of_kind(lambda: decimal.Decimal(2), float),
    ],
)
def test_numbers_that_are_not_followed_are_refused_wherever_they_are(make, mend):
    def f(x):
        return np.sum(x * x)

    def inside(p):
        return np.sum(p["x"] * p["x"]) * p["y"]

    attempts = (
        lambda: srcad.grad(f)(make()),
        lambda: srcad.vjp(f, make()),
        lambda: srcad.jvp(f, (make(),), (1.0,)),
        lambda: srcad.grad(inside)({"x": make(), "y": 2.0}),
        lambda: srcad.vjp(inside, {"x": make(), "y": 2.0}),
    )
    for attempt in attempts:
        with pytest.raises(srcad.ArgumentError) as caught:
            attempt()
        assert "pass" in caught.value.remedy
    check(f, mend(make()))
    check(inside, {"x": mend(make()), "y": 2.0})


@pytest.mark.parametrize(
    ("make", "mend"),
    [
        of_kind(lambda: array.array("d", [1.0, 2.0]), np.asarray),
        of_kind(lambda: memoryview(np.array([1.0, 2.0])), np.asarray),
        of_kind(lambda: types.MappingProxyType({0: 1.0, 1: 2.0}), dict),
        of_kind(lambda: (v for v in (1.0, 2.0)), list),
        of_kind(lambda: {1.0, 2.0}, lambda x: sorted(x)),
        of_kind(lambda: range(2), lambda x: [float(n) for n in x]),
        of_kind(lambda: [1, 2], lambda x: list(map(float, x))),
        of_kind(lambda: np.array([True, False]), lambda x: x.astype(float)),
    ],
)
def test_what_is_taken_as_a_constant_cannot_be_chosen(make, mend):
    def f(x):
        return 2.0 * x[0] * x[1]

    with pytest.raises(srcad.ArgumentError) as caught:
        srcad.grad(f)(make())
    assert "pass" in caught.value.remedy
    check(f, mend(make()))


def product(x, m):
    return (x * m).sum()


def test_an_array_that_computes_otherwise_is_no_constant_either():
    x, m = np.ones((2, 2)), np.asmatrix([[1.0, 2.0], [3.0, 4.0]])
    for wrong in (m, np.asarray(m).view(Otherwise)):
        with pytest.raises(srcad.ArgumentError, match="asarray"):
            srcad.grad(product)(x, wrong)
        with pytest.raises(srcad.ArgumentError, match="asarray"):
            srcad.jvp(product, (x, wrong), (x, None))
    check(product, x, np.asarray(m))


def test_a_masked_array_that_meets_a_derivative_is_refused():
    x, m = np.ones((2, 2)), np.ma.array([[1.0, 2.0], [3.0, 4.0]], mask=[[0, 1], [0, 0]])

    def reads(x, m):
        return x.sum() * m.sum()

    with pytest.raises(srcad.SrcadError, match="MaskedArray") as caught:
        srcad.grad(product)(x, m)
    assert "filled" in caught.value.remedy
    check(reads, x, m, argnums=0)
    check(product, x, m.filled(0.0))
