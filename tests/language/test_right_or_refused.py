"""Never silently wrong: what is at the edge of the language is differentiated rightly, or refused with a remedy.

Each program is legal Python on which it would be easy to return a gradient that is quietly wrong.
"""

import collections
import contextlib
import copy
import functools
import itertools
import json
import math
import operator
import random
import statistics
from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
import pytest

import srcad
from tests.cases import Programs
from tests.check import check_at

programs = Programs()
CACHE = {}
HISTORY = []
v = np.array([0.5, 1.0, 2.0])


@dataclass
class Account:
    balance: float
    rate: float = 0.1

    def deposit(self, amount):
        self.balance += amount
        return self


class Proxy:
    """Every attribute is computed."""

    def __init__(self, x):
        self.x = x

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self.x * len(name)


class Clamped:
    """A property with a setter."""

    def __init__(self, x):
        self._x = x

    @property
    def x(self):
        return self._x * 2

    @x.setter
    def x(self, value):
        self._x = value * 3


class Countdown:
    """An iterable of the user's own."""

    def __init__(self, x, n):
        self.x = x
        self.n = n

    def __iter__(self):
        return iter([self.x * k for k in range(self.n)])


class Scope:
    """A context manager of the user's own, that swallows errors."""

    def __enter__(self):
        return 3.0

    def __exit__(self, *error):
        return True


@functools.lru_cache
def cached_square(x):
    return x * x


def remembered(x):
    if x not in CACHE:
        CACHE[x] = x * x
    return CACHE[x]


def twice(f):
    @functools.wraps(f)
    def wrapped(x):
        return f(x) * 2

    return wrapped


@twice
def a_decorated_helper(x):
    return x**3


def mutable_default(x, seen=[]):  # noqa: B006
    seen.append(x)
    return sum(seen[-1:]) * x


@contextlib.contextmanager
def managed(x):
    yield x * 2


@programs.at(2.5)
def through_a_string(x):
    return float(str(x)) * x


@programs.at(2.5)
def through_a_format(x):
    return float(f"{x}") * x


@programs.at(2.5)
def through_json(x):
    return json.loads(json.dumps([x]))[0] * x


@programs.at(2.5)
def through_hex(x):
    return float.fromhex(x.hex()) * x


@programs.at(2.5)
def through_a_global_dict(x):
    return remembered(x) * x


@programs.at(2.5)
def through_a_global_list(x):
    HISTORY.append(x * x)
    return HISTORY[-1] * x


@programs.at(2.5)
def through_an_lru_cache(x):
    return cached_square(x) * x


@programs.at(2.5)
def through_a_mutable_default(x):
    return mutable_default(x)


@programs.at(2.5)
def through_a_function_attribute(x):
    remembered.last = x * x
    return remembered.last * x


@programs.at(2.5)
def through_setattr(x):
    box = SimpleNamespace(a=1.0)
    setattr(box, "a", x * x)  # noqa: B010
    return box.a * x


@programs.at(2.5)
def through_the_dict_of_an_object(x):
    box = SimpleNamespace(a=x)
    box.__dict__["a"] = x * x
    return vars(box)["a"] * x


@programs.at(2.5)
def through_getattr_of_the_class(x):
    return Proxy(x).abc * x


@programs.at(2.5)
def through_a_property_with_a_setter(x):
    c = Clamped(x)
    c.x = x * x
    return c.x


@programs.at(2.5)
def through_an_iterable_object(x):
    total = 0.0
    for t in Countdown(x, 3):
        total += t * t
    return total


@programs.at(2.5)
def through_a_decorated_helper(x):
    return a_decorated_helper(x)


@programs.at(2.5)
def through_a_context_manager_of_the_users(x):
    with managed(x) as y:
        return y * x


@programs.at(2.5)
def an_error_swallowed_by_a_context_manager(x):
    y = x
    with Scope() as k:
        y = y * k
        raise ValueError
    return y * y


@programs.at((2.5, 2), (2.5, 0))
def a_try_whose_body_raises(x, n):
    y = 1.0
    try:
        y = x * x
        y = y + x / n
    except ZeroDivisionError:
        y = y + 5 * x
    return y * 3


@programs.at(([1.0, 2.0], 0), ([1.0, 2.0], 7))
def a_missing_item_is_an_exception(xs, i):
    try:
        y = xs[i] * xs[0]
    except IndexError:
        y = xs[1] ** 2
    return y


@programs.at(({"a": 2.0}, "a"), ({"a": 2.0}, "b"))
def a_missing_key_is_an_exception(p, key):
    try:
        return p[key] ** 2
    except KeyError:
        return p["a"] * 3


@programs.at(2.5)
def a_generator_is_asked_by_next(x):
    powers = (x**k for k in range(5))
    next(powers)
    return next(powers) * next(powers)


@programs.at([1.0, 2.0, 3.0])
def an_iterator_is_shared_by_two_loops(xs):
    it = iter(xs)
    first = next(it)
    return first * sum(it)


@programs.at([1.0, 2.0, 3.0, 4.0])
def pairs_from_one_iterator(xs):
    it = iter(xs)
    return sum(a * b for a, b in zip(it, it))


@programs.at([1.0, 2.0, 3.0])
def a_list_grows_while_it_is_read(xs):
    ys = list(xs)
    total = 0.0
    for y in ys:
        total += y * y
        if len(ys) < 5:
            ys.append(y * 0.5)
    return total


@programs.at([1.0, 2.0, 3.0])
def items_are_overwritten_while_they_are_read(xs):
    ys = [x * 2 for x in xs]
    total = 0.0
    for i, y in enumerate(ys):
        if i + 1 < len(ys):
            ys[i + 1] = y * ys[i + 1]
        total += y
    return total


@programs.at([1.0, 2.0, 3.0])
def an_argument_list_is_changed(xs):
    xs[0] = xs[1] * xs[2]
    xs.append(xs[0] * 2)
    return xs[0] * xs[-1] + xs[1]


@programs.at({"a": 2.0, "b": 3.0})
def an_argument_dict_is_changed(p):
    p["a"] = p["a"] * p["b"]
    p["c"] = p["a"] ** 2
    return p["c"] + p["a"]


@programs.at((Account(2.0), 3.0))
def an_argument_object_is_changed(account, amount):
    account.deposit(amount * amount)
    account.balance *= 1 + account.rate
    return account.balance**2


@programs.at(v)
def an_argument_array_is_changed(x):
    x[0] = x[1] * x[2]
    x *= 2
    return np.sum(x**2)


@programs.at(v)
def a_local_array_is_filled(x):
    y = np.zeros(3)
    for i in range(3):
        y[i] = x[i] ** 2 * x[0]
    return np.sum(y)


@programs.at(v)
def a_view_is_written_through(x):
    y = x * 1.0
    tail = y[1:]
    tail[0] = x[0] ** 2
    return np.sum(y**2)


@programs.at(v)
def augmented_assignment_of_an_alias(x):
    y = x * 2
    z = y
    z += x
    return np.sum(y * z)


@programs.at(v)
def out_and_at(x):
    y = np.zeros(3)
    np.multiply(x, x, out=y)
    np.add.at(y, [0, 0], x[1])
    return np.sum(y * x)


@programs.at(v)
def methods_of_ufuncs(x):
    return np.add.reduce(x * x) * np.multiply.outer(x, x).sum() + np.maximum.accumulate(x)[1]


@programs.at(v)
def arguments_that_are_seldom_used(x):
    return np.sum(x, where=np.array([True, False, True])) + np.max(x, initial=5.0) * np.mean(x, dtype=float)


@programs.at(v)
def a_vectorised_python_function(x):
    return np.vectorize(lambda t: t * t)(x).sum()


@programs.at(v)
def an_array_of_objects(x):
    return np.array([x[0], x[1] * x[2]], dtype=object).sum()


@programs.at(v)
def an_array_of_integers_made_of_floats(x):
    return np.sum(np.array([x[0] * 3.3, x[1] * 3.3], dtype=int)) * x[0]


@programs.at((2.5, 1.5))
def a_complex_intermediate(x, y):
    z = complex(x, y)
    w = z * z
    return w.real * w.imag + abs(z)


@programs.at((2.5, 1.5))
def a_set_of_floats(x, y):
    return sum({x, y, x * y})


@programs.at((2.5, 1.5))
def floats_as_keys(x, y):
    table = {x: y, y: x}
    return sum(k * w for k, w in table.items())


@programs.at((7.5, 2.0))
def divmod_and_modf(x, y):
    q, r = divmod(x, y)
    return q * x + r * y + math.modf(x)[0] * x


@programs.at((2.8, 1.5))
def rounding_to_digits(x, y):
    return round(x, 0) * y + round(y * x, 0) * x


@programs.at((2.5, 1.5))
def dunder_methods_called_by_name(x, y):
    return x.__mul__(y) + float.__add__(x, y) * x.__rsub__(1.0)


@programs.at([1.5, 2.5, 3.5])
def functions_of_a_list_of_numbers(xs):
    return math.prod(xs) + math.fsum(xs) * math.dist(xs, [0.0, 1.0, 2.0]) + math.hypot(*xs)


@programs.at([1.5, 2.5, 3.5])
def statistics_of_a_list(xs):
    return statistics.fmean(xs) * xs[0]


@programs.at([1.5, 2.5, 3.5])
def itertools_of_a_list(xs):
    total = 0.0
    for a, b in itertools.combinations(xs, 2):
        total += a * b
    for a in itertools.accumulate(xs):
        total += a * a
    for a in itertools.chain(xs, [1.0]):
        total *= a
    return total


@programs.at([1.5, 2.5, 3.5])
def operators_that_fetch(xs):
    first = operator.itemgetter(0)(xs)
    return first * operator.getitem(xs, 1) + max(enumerate(xs), key=operator.itemgetter(1))[1] ** 2


@programs.at([1.5, 2.5, 3.5])
def a_list_is_cut_and_pasted(xs):
    ys = [x * x for x in xs]
    ys[1:2] = [xs[0], xs[1]]
    del ys[0]
    ys.remove(xs[0])
    ys *= 2
    return ys[0] * ys[1] + ys[-1]


@programs.at([1.5, 2.5, 3.5])
def a_deque_rolls(xs):
    d = collections.deque(xs, maxlen=2)
    d.appendleft(xs[0] * xs[2])
    return d[0] * d[1]


@programs.at([(1.5, 2.5), (3.5, 4.5)])
def a_transpose_by_zip(pairs):
    xs, ys = zip(*pairs)
    return xs[0] * ys[1] + xs[1] * ys[0]


@programs.at((1.5, 2.5))
def a_dict_from_pairs(x, y):
    p = dict(zip(["a", "b"], [x * y, y]))
    q = dict(a=x, **{"b": y * y})
    r = dict.fromkeys(["a", "b"], x)
    return p["a"] * q["b"] + r["a"] * r["b"]


@programs.at((1.5, 2.5))
def copies_of_structures(x, y):
    a = [[x], [y]]
    b = copy.deepcopy(a)
    c = copy.copy(a)
    a[0][0] = x * y
    return b[0][0] * c[0][0]


@programs.at(Account(2.0))
def a_dataclass_is_replaced(account):
    other = replace(account, balance=account.balance**2)
    return other.balance * account.rate


@programs.at((1.5, 3))
def the_default_of_max(x, n):
    return max((x * i for i in range(n)), default=0.0) + min([x * x, x], default=1.0)


@programs.at((1.5, 3))
def an_active_value_as_a_trip_count(x, n):
    total = 0.0
    for i in range(int(x * n)):
        total += x * i
    return total


@programs.at(1.5)
def is_integer_and_the_parts_of_a_float(x):
    n, d = x.as_integer_ratio()
    return x * n / d + x.real * x.conjugate() + x.imag


@programs.at((1.5, 2.5))
def random_numbers_with_a_seed(x, y):
    rng = random.Random(3)
    return x * rng.random() + y * rng.uniform(0.0, x)


@programs.at(2.5)
def an_active_value_decides_a_comparison_in_arithmetic(x):
    return (x > 2) * x * x + (x <= 2) * x


@programs.at((2.5, 3))
def a_closure_is_changed_between_calls(x, n):
    state = {"k": x}

    def f(t):
        state["k"] = state["k"] * t
        return state["k"]

    total = 0.0
    for _ in range(n):
        total += f(x)
    return total


@programs.at((2.5, 3))
def a_nonlocal_is_read_only(x, n):
    k = x * x

    def f(t):
        nonlocal k
        return t * k

    return f(x) * n


@programs.at(2.5)
def a_name_is_deleted(x):
    y = x * x
    z = y * x
    del y
    return z


@programs.at((2.5, 1.5))
def a_recursive_closure_with_state(x, y):
    path = []

    def walk(t, depth):
        path.append(t)
        if depth > 0:
            walk(t * x, depth - 1)
            walk(t + y, depth - 1)

    walk(x, 2)
    return sum(p * p for p in path)


@programs.at(2.5)
def a_list_that_holds_itself(x):
    a = [x]
    a.append(a)
    a[1][0] = x * x
    return a[0] * x


@programs.at(2.5)
def a_chain_of_ifs_that_binds_nothing(x):
    y = x
    if x > 100:
        pass
    elif x > 50:
        ...
    else:
        y = y * y
    return y


@programs.at((2.5, 1.5))
def integer_overflow_is_not_float(x, y):
    return (2**70) * x / 2**70 + y * 10**20 / 10**20


@programs.at(np.array([[1.5, 2.5], [3.5, 4.5]]))
def the_diagonal_and_the_trace(A):
    return np.trace(A) * np.diag(A)[0] + A.diagonal().sum() ** 2


@programs.at(np.array([[4.5, 2.5], [1.5, 4.5]]))
def linear_algebra_of_the_next_issue(A):
    return np.linalg.solve(A, np.ones(2)).sum() + np.linalg.det(A) + np.linalg.norm(A)


@programs.at(v)
def sums_that_run(x):
    return np.cumsum(x)[1] * np.diff(x).sum() + np.sort(-x)[0] + np.flip(x)[0] ** 2


@programs.at(v)
def einsum_and_tensordot(x):
    return np.einsum("i,i->", x, x) * np.tensordot(x, x, 1) + np.inner(x, x) + np.vdot(x, x)


@programs.at(v)
def a_flat_iterator(x):
    return sum(t * t for t in x.flat) + sum(x.tolist()) * x[0]


@pytest.mark.parametrize("entry", programs.entries, ids=lambda entry: entry.function.__name__)
def test_right_or_refused(entry):
    for point in entry.points:
        try:
            check_at(entry.function, [point], **entry.options)
        except srcad.SrcadError as refusal:
            assert refusal.remedy.strip(), f"no remedy: {refusal}"
            assert refusal.place is not None, f"no place: {refusal}"
        finally:
            CACHE.clear()
            HISTORY.clear()
