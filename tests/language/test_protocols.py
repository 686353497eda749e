"""What classes do by protocol: `with`, property setters, attributes of `super()`, namedtuples, dataclasses; defaults.

And names, stores and helpers that once lost a derivative.
"""

import collections
import contextlib
import dataclasses
import functools
import math
from typing import NamedTuple

from tests.cases import Programs

programs = Programs()


class Box:
    def __init__(self, w):
        self._w = w

    @property
    def w(self):
        return self._w

    @w.setter
    def w(self, v):
        self._w = v * v

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return False


class Deep(Box):
    def __init__(self, w, h):
        super().__init__(w * h)
        self.h = h

    @property
    def w(self):
        return super().w * self.h


class Doubled:
    def __init__(self, log, k):
        self.log = log
        self.k = k

    def __enter__(self):
        self.k = self.k * 2
        return self.k

    def __exit__(self, kind, value, trace):
        self.log.append(self.k)


class Pair(NamedTuple):
    a: float
    b: float = 2.0

    @property
    def total(self):
        return self.a + self.b

    def product(self):
        return self.a * self.b


@dataclasses.dataclass
class Point:
    x: float
    y: float = 1.0


class Sized:
    def __init__(self, size, shape):
        self.size = size
        self.shape = shape


Named = collections.namedtuple("Named", "size dtype shape")


class Kept:
    def __init__(self, pair):
        self.pair = pair


@programs.at((2.0,))
def a_property_is_set(x):
    b = Box(x)
    b.w = b.w * 3
    b.w += x
    return b.w * x


@programs.at((2.0,))
def a_property_of_the_parent_is_read(x):
    s = Deep(x, x * x)
    return s.w * s.h


@programs.at((2.0,))
def with_over_an_object_of_the_users(x):
    with Box(x) as b:
        y = b.w * x
    with contextlib.nullcontext():
        y = y * x
    return y


@programs.at((2.0,))
def enter_and_exit_compute(x):
    log = []
    with Doubled(log, x) as k:
        y = k * x
        with Doubled(log, y):
            y = y * x
    return y * sum(log)


@programs.at((2.0,), (0.5,))
def return_from_inside_with(x):
    log = [x]

    def f(v):
        with Doubled(log, v) as k:
            if k > 2:
                return k * k
            k = k + 1
        return k

    return f(x) * sum(log)


@programs.at((2.0,))
def properties_and_methods_of_a_namedtuple(x):
    p = Pair(x)
    q = p._replace(b=x * x)
    a, b = Pair(*q)
    return q.product() * p.total * a * b * Pair(**q._asdict()).total


@programs.at((2.0,))
def a_dataclass_with_fields_replaced(x):
    p = dataclasses.replace(Point(x, x * 2), y=x**3)
    return p.x * p.y


@programs.at((2.0,))
def a_decorator_that_wraps(x):
    def scaled(f):
        @functools.wraps(f)
        def g(*args, **options):
            return f(*args, **options) * x

        return g

    @scaled
    def h(t, k=1.0):
        return t * t * k

    return h(x, k=x)


def collected(x, into=None):
    if into is None:
        into = []
    into.append(x)
    return into


@programs.at((2.0,))
def a_list_that_is_made_where_none_is_given(x):
    a = collected(x)
    b = collected(x * x, a)
    return sum(a) * sum(b) * len(collected(1.0))


def sequence(n, x, memo=None):
    if memo is None:
        memo = {}
    if n < 2:
        return x
    if n not in memo:
        memo[n] = sequence(n - 1, x, memo) + x * sequence(n - 2, x, memo)
    return memo[n]


@programs.at((2.0, 6), argnums=0)
def recursion_with_a_memo_that_defaults_to_none(x, n):
    return sequence(n, x)


@programs.at((2.0, 3.0), argnums=(0, 1))
def attributes_named_as_those_of_arrays(x, y):
    s = Sized(x * y, [x, y])
    n = Named(x * y, [x, y], x)
    return s.size**2 * s.shape[0] * n.size * n.dtype[1] * n.shape


@programs.at((Sized(2.0, 3.0),), (Named(2.0, 3.0, 1.0),))
def an_argument_with_attributes_named_as_those_of_arrays(s):
    return s.size**2 * s.shape


@programs.at((2.0, 3.0, 1), (2.0, 3.0, 0), argnums=(0, 1))
def a_tuple_that_holds_an_object_is_replaced_in_an_attribute(x, y, k):
    kept = Kept((1, Box(x)))
    z = kept.pair[1].w
    if k:
        kept.pair = (2, Box(y))
    return kept.pair[1].w * z


@programs.at((2.0, 3.0, 1), (2.0, 3.0, 0), argnums=(0, 1))
def a_tuple_that_holds_a_list_is_replaced_in_a_list(x, y, k):
    rows = [(1, [x])]
    z = rows[0][1][0]
    if k:
        rows[0] = (2, [y * y])
    return rows[0][1][0] * z


@programs.at((2.0, 3.0, 1), (2.0, 3.0, 0), argnums=(0, 1))
def an_object_that_may_be_none_in_a_tuple(x, y, k):
    pair = (Box(x), None) if k else (None, Box(y))
    return pair[0].w ** 2 if pair[0] is not None else pair[1].w


@programs.at((2.0,), (0.5,))
def a_helper_appends_a_constant(x):
    log = [x]

    def note(v):
        log.append(v)
        return v

    if note(x) > 1.0:
        note(3.0)
    return len(log) * sum(log)


class Signed:
    def __init__(self, w):
        self.w = w

    def __abs__(self):
        return abs(self.w) * self.w

    def __float__(self):
        return float(self.w) * 2

    def __int__(self):
        return 3

    def __round__(self, n=1):
        return self.w * n

    def __floor__(self):
        return math.floor(self.w)


@programs.at(1.3, -0.4)
def builtins_that_call_a_method(x):
    s = Signed(x)
    return abs(s) * float(s) + int(s) * x + round(s, 2) * round(s) + math.floor(s) * x


class Bag:
    def __init__(self, *items):
        self.items = list(items)

    def __iter__(self):
        return iter(self.items)

    def __len__(self):
        return len(self.items)


class Twice(Bag):
    def __iter__(self):
        return (2 * item for item in self.items)


@programs.at((1.2, 0.4), (-0.3, 2.0))
def iter_returns_an_iterator_over_a_list(a, b):
    bag = Bag(a, b, a * b)
    total = 0.0
    for x in bag:
        total += x * x
    return total + sum(x * i for i, x in enumerate(bag)) + max(bag) + sorted(bag)[0] * len(bag)


@programs.at((1.2, 0.4), (-0.3, 2.0))
def iter_returns_a_generator(a, b):
    return sum(x * x for x in Twice(a, b)) * [*Twice(b, a)][0]


test_gradient = programs.test()
