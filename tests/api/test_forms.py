"""The form of a gradient is that of its argument, in memory of its own."""

import collections
import itertools
import types
from dataclasses import dataclass, field

import numpy as np
import pytest

import srcad
from tests.check import attributes, check


@dataclass
class Rectangle:
    width: float
    height: float
    area: float = field(init=False)
    name: str = "r"

    def __post_init__(self):
        self.area = self.width * self.height


@dataclass(frozen=True, slots=True)
class Fixed:
    a: float
    n: int


class Particle:
    def __init__(self, x):
        self.x = x
        self.n = 2
        self.path = [x]
        self.friend = None

    def step(self, v):
        self.x = self.x * v
        self.moved = True
        self.path.append(self.x)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: 3 * x,
        lambda x: x + 1,
        lambda x: -x,
        lambda x: 3,
        lambda x: 2 - x * 7,
        lambda x: x if x > 0 else 2 * x,
    ],
)
def test_the_gradient_of_a_float_is_a_float(f):
    def g(x):
        return f(x)

    for made in (srcad.grad(g), srcad.value_and_grad(g), srcad.grad(g, (0,))):
        found = made(2.0)
        gradient = found[-1] if isinstance(found, tuple) else found
        assert type(gradient) is float
    assert type(srcad.grad(g)(5)) is float


def test_an_int_factor_gives_a_float():
    def f(x, n, on):
        return x * n if on else x

    assert type(srcad.grad(f)(2.0, 3, True)) is float
    assert type(srcad.grad(f, argnums=(0,)).specialize(2.0, 3, True)(2.0, 3, True)[0]) is float
    assert [type(v) for v in srcad.grad(lambda p: 3 * p["a"] + p["b"])({"a": 1.0, "b": 2.0}).values()] == [float, float]


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
@pytest.mark.parametrize("f", [lambda x: x * x, lambda x: 3 * x, lambda x: np.sin(x), lambda x: 2.0 - x, lambda x: 1.0])
def test_scalars_and_0d_arrays(f, dtype):
    def g(x):
        return f(x)

    found = srcad.grad(g)(dtype(0.5))
    assert isinstance(found, float)
    array = srcad.grad(g)(np.array(0.5, dtype=dtype))
    assert isinstance(array, np.ndarray) and array.shape == () and array.dtype == dtype
    assert float(array) == pytest.approx(found, rel=1e-3)


@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 2)])
def test_float32_arrays(shape):
    def f(x, y):
        return (np.sin(x) * y).sum() + 2 * x.sum()

    x, y = np.full(shape, 0.5, np.float32), np.full(shape, 2.0)
    d_x, d_y = srcad.grad(f, (0, 1))(x, y)
    assert d_x.dtype == np.float32 and d_y.dtype == np.float64 and d_x.shape == d_y.shape == shape


def test_mappings_keep_their_class():
    def f(p, x):
        p["new"] = x * p["a"]
        return p["new"] * p["b"]

    for make in (dict, collections.OrderedDict, lambda **kw: collections.defaultdict(float, kw)):
        given = make(a=2.0, b=3.0)
        found = srcad.grad(f)(given, 1.5)
        assert type(found) is type(given) and dict(found) == {"a": 4.5, "b": 3.0} and "new" not in given
    by_pair = {(0, 1): 2.0, (1, 0): 3}
    assert srcad.grad(lambda d: d[0, 1] * d[1, 0])(by_pair) == {(0, 1): 3.0, (1, 0): None}


def test_dataclasses_with_fields_that_are_not_of_init():
    def f(r):
        return r.area * r.width

    found = srcad.grad(f)(Rectangle(2.0, 3.0))
    assert type(found) is Rectangle
    assert vars(found) == {"width": 6.0, "height": 0.0, "area": 2.0, "name": None}
    assert srcad.grad(lambda p: p.a * p.n)(Fixed(2.0, 3)) == Fixed(3.0, None)
    several = srcad.grad(lambda ps: ps[0].a * ps[1].a)([Fixed(2.0, 1), Fixed(3.0, 1)])
    assert several == [Fixed(3.0, None), Fixed(2.0, None)]


def test_objects_that_are_written_to():
    def f(p, v):
        p.step(v)
        p.step(v)
        return p.x * p.n

    given = Particle(3.0)
    found, d_v = srcad.grad(f, (0, 1))(given, 2.0)
    assert type(found) is types.SimpleNamespace
    assert vars(found) == {"x": 8.0, "n": None, "path": [0.0], "friend": None}
    assert d_v == 24.0 and vars(given) == vars(Particle(3.0))


def test_a_list_of_objects():
    def f(ps, v):
        total = 0.0
        for p in ps:
            p.x = p.x * v
            total += p.x * p.n
        return total

    found = srcad.grad(f)([Particle(1.0), Particle(2.0)], 3.0)
    assert found == [types.SimpleNamespace(x=6.0, n=None, path=[0.0], friend=None)] * 2


def test_what_cannot_be_differentiated_is_none():
    def f(p):
        return p["x"] ** 2

    given = {
        "x": 2.0, "n": 1, "s": "a", "none": None, "flag": True, "ints": [1, 2], "pair": (1, (2.0, None)),
        "k": np.arange(3), "mixed": [1, 2.0], "f": len, "odd": [3.0, (4, "a")],
    }  # fmt: skip
    assert srcad.grad(f)(given) == {
        "x": 4.0, "n": None, "s": None, "none": None, "flag": None, "ints": [None, None], "pair": (None, (0.0, None)),
        "k": None, "mixed": [None, 0.0], "f": None, "odd": [0.0, (None, None)],
    }  # fmt: skip


def test_ints_among_the_floats_of_lists_and_tuples():
    def f(xs, pairs):
        total = 0.0
        for x, (n, y) in zip(xs, pairs, strict=True):
            total += x * n * y
        return total

    xs, pairs = [1.0, 2, 3.0], [(2, 1.0), (3, 2.0), (4, 3.0)]
    assert srcad.grad(f, (0, 1))(xs, pairs) == ([2.0, None, 12.0], [(None, 2.0), (None, 6.0), (None, 12.0)])
    check(lambda xs: xs[0][0] * xs[1][0], [[1, 2.0], [3.0]])


def test_a_list_of_different_things_is_read_item_by_item():
    def f(p):
        scale, (n, offset), how = p
        return scale * n + offset if how == "add" else scale

    assert srcad.grad(f)([3.0, (4, 5.0), "add"]) == [4.0, (None, 1.0), None]
    assert srcad.grad(f)([3.0, (4, 5.0), "not"]) == [1.0, (None, 0.0), None]

    def writes(p):
        p[0] = p[1][1] * 2
        return p[0]

    with pytest.raises(srcad.SrcadError):
        srcad.grad(writes)([3.0, (4, 5.0), "add"])


def arrays_in(value):
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from arrays_in(part)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from arrays_in(part)


def added(a, b):
    return (a + b).sum()


def multiplied(a, b):
    return (a * b).sum()


def scaled(a, b):
    return (a * 1.0).sum() + b.sum()


def viewed(a, b):
    return (a.T[1:] @ b.reshape(-1)[:3]).sum()


def gathered(a, b):
    parts = [a, b, a]
    total = parts[0] * 0.0
    for part in parts:
        total = total + part
    return total.sum()


def broadcast(a, b):
    return (np.broadcast_to(a, (2, 3, 3)) + b).sum()


def repeated(a, b):
    for _ in range(3):
        a, b = b, a
    return (a - b).sum() + b[0, 0]


@pytest.mark.parametrize(
    "f", [added, multiplied, scaled, viewed, gathered, broadcast, repeated], ids=lambda f: f.__name__
)
def test_gradients_share_no_memory(f):
    a, b = np.arange(9.0).reshape(3, 3), np.ones((3, 3))
    found = srcad.grad(f, (0, 1))(a, b)
    value, pullback = srcad.vjp(lambda a, b: f(a, b), a, b)
    cotangent = np.ones(())
    for gradients in (found, srcad.grad(lambda p: f(p["a"], p["b"]))({"a": a, "b": b}), pullback(1.0)):
        memory = list(arrays_in(gradients))
        assert len(memory) == 2
        for one, other in itertools.combinations([*memory, a, b, cotangent], 2):
            assert not np.shares_memory(one, other)
        for one in memory:
            one += 1.0
    again = srcad.grad(f, (0, 1))(a, b)
    assert all(np.array_equal(x + 1.0, y) for x, y in zip(again, found, strict=True))


def test_cotangents_share_no_memory():
    def f(a, b):
        return a + b, [a, b.T], {"c": a}

    a, b = np.ones((2, 2)), np.ones((2, 2))
    value, pullback = srcad.vjp(f, a, b)
    cotangent = (np.ones((2, 2)), [np.ones((2, 2)), np.ones((2, 2))], {"c": np.ones((2, 2))})
    for _ in range(2):
        gradients = pullback(cotangent)
        assert [g.tolist() for g in gradients] == [[[3.0, 3.0]] * 2, [[2.0, 2.0]] * 2]
        for one, other in itertools.combinations([*gradients, *arrays_in(cotangent), a, b], 2):
            assert not np.shares_memory(one, other)
        for one in gradients:
            one[:] = 7.0


class Holder:
    def __init__(self):
        self.x = 1.0
        self.ys = [1.0, 2.0]


def types_in(value):
    if isinstance(value, dict):
        return {t for part in value.values() for t in types_in(part)}
    if isinstance(value, (list, tuple, collections.deque)):
        return {t for part in value for t in types_in(part)}
    held = attributes(value)
    return types_in(held) if held else {type(value)}


@pytest.mark.parametrize(
    ("f", "argument"),
    [
        (lambda p: np.sin(p), 0.5),
        (lambda p: np.sin(p[0]) * p[1], (1.0, 2.0)),
        (lambda p: np.sin(p[0]) * p[1], [1.0, 2.0]),
        (lambda p: np.sin(p["a"]) * p["b"][0], {"a": 1.0, "b": [2.0]}),
        (lambda p: np.sin(p[0, 1]) * p[1, 0], {(0, 1): 2.0, (1, 0): 3.0}),
        (lambda p: np.sin(p[0][0]) * p[1][0], [(1.0,), (2.0,)]),
        (lambda p: np.sin(p.x) * np.cos(p.ys[0]), Holder()),
        (lambda p: np.sin(p.a) * p.n, Fixed(2.0, 3)),
        (lambda p: np.sin(p[0].a) * p[1].a, [Fixed(2.0, 3), Fixed(2.5, 3)]),
        (lambda p: np.sum(np.array(p) ** 2), collections.deque([1.0, 2.0], 3)),
        (lambda p: np.sin(p[0]), [np.float64(0.5), np.float32(2.0)]),
    ],
)
def test_a_float_in_a_structure_has_a_python_float_as_its_gradient(f, argument):
    def g(p):
        return f(p)

    check(g, argument)
    for _ in range(2):
        gradients = [srcad.grad(g)(argument), srcad.grad(g, (0,))(argument)[0], srcad.vjp(g, argument)[1](1.0)[0]]
        gradients.append(srcad.value_and_grad(g)(argument)[1])
        for found in gradients:
            assert types_in(found) <= {float, type(None)} and float in types_in(found)


def test_the_gradient_of_a_float_stays_a_float_at_later_calls():
    def g(x, y):
        return np.sin(x) * np.cos(y)

    one, both, value = srcad.grad(g), srcad.grad(g, (0, 1)), srcad.value_and_grad(g)
    for _ in range(3):
        assert type(one(1.0, 2.0)) is float
        assert list(map(type, both(1.0, 2.0))) == [float, float]
        assert list(map(type, value(1.0, 2.0))) == [np.float64, float]
