"""Containers that change length while a loop goes through them do what Python's do, under whatever name they change.

A loop through a list sees what is put into it and misses what is taken out. A dict or set raises `RuntimeError` at the
next item, and a deque is refused. Generators, `map` and `filter` make their items one by one, as the loop reaches them.
"""

import copy
from collections import defaultdict, deque

import numpy as np
import pytest

import srcad
from tests.cases import Programs
from tests.check import check, refused

programs = Programs()


# ---------------------------------------------------------------- lists


@programs.at(1.3)
def direct(x):
    xs = [x, x * x]
    s = 0.0
    for v in xs:
        s += v * v
        if len(xs) < 5:
            xs.append(v * x)
    return s


@programs.at(1.3)
def alias(x):
    xs = [x, x * x]
    ys = xs
    s = 0.0
    for v in xs:
        s += v * v
        if len(xs) < 5:
            ys.append(v * x)
    return s


@programs.at(1.3)
def alias2(x):
    xs = [x, x * x]
    ys = xs
    s = 0.0
    for v in ys:
        s += v * v
        if len(xs) < 5:
            xs.insert(1, v * x)
    return s


def _grow(q, v):
    if len(q) < 6:
        q.append(v)


@programs.at(1.3)
def helper(x):
    xs = [x, x * x]
    s = 0.0
    for v in xs:
        s += v * v
        _grow(xs, v * x)
    return s


@programs.at(1.3)
def nested_fn(x):
    xs = [x, x * x]
    s = 0.0

    def g(v):
        if len(xs) < 6:
            xs.append(v * x)

    for v in xs:
        s += v * v
        g(v)
    return s


class Box:
    def __init__(self, x):
        self.xs = [x, x * x]
        self.s = 0.0

    def add(self, v):
        if len(self.xs) < 6:
            self.xs.append(v)

    def run(self, x):
        for v in self.xs:
            self.s += v * v
            self.add(v * x)


@programs.at(1.3)
def method(x):
    b = Box(x)
    b.run(x)
    return b.s


@programs.at(1.3)
def attr(x):
    b = Box(x)
    s = 0.0
    for v in b.xs:
        s += v * v
        if len(b.xs) < 6:
            b.xs.append(v * x)
    return s


@programs.at(1.3)
def attr_local(x):
    b = Box(x)
    s = 0.0
    xs = b.xs
    for v in xs:
        s += v * v
        if len(b.xs) < 6:
            b.xs.append(v * x)
    return s


@programs.at(1.3)
def dict_held(x):
    d = {"a": [x, x * x]}
    s = 0.0
    for v in d["a"]:
        s += v * v
        if len(d["a"]) < 6:
            d["a"].append(v * x)
    return s


@programs.at(1.3)
def nested_list(x):
    rows = [[x], [x * x]]
    s = 0.0
    for v in rows[0]:
        s += v * v
        if len(rows[0]) < 6:
            rows[0].append(v * x)
    return s


@programs.at(1.3)
def rows_other_ok(x):
    rows = [[x], [x * x]]
    s = 0.0
    for r in rows:
        r.append(x * r[0])
        s += sum(r)
    return s


@programs.at(1.3)
def rows_grow(x):
    rows = [[x], [x * x]]
    s = 0.0
    for r in rows:
        s += sum(r)
        if len(rows) < 5:
            rows.append([r[0] * x])
    return s


@programs.at(1.3)
def enum_alias(x):
    xs = [x, x * x]
    ys = xs
    s = 0.0
    for i, v in enumerate(xs):
        s += v * v * (i + 1)
        if len(xs) < 5:
            ys.append(v * x)
    return s + i * x


@programs.at(1.3)
def zip_alias(x):
    xs = [x, x * x]
    ys = xs
    zs = [1.0, 2.0, 3.0, 4.0]
    s = 0.0
    for v, z in zip(xs, zs):
        s += v * v * z
        if len(xs) < 9:
            ys.append(v * x)
    return s


@programs.at(1.3)
def reversed_alias(x):
    xs = [x, x * x, x + 1]
    ys = xs
    s = 0.0
    for v in reversed(xs):
        s += v * v
        if len(xs) < 9:
            ys.append(v * x)
    return s


@programs.at(1.3)
def reversed_pop(x):
    xs = [x, x * x, x + 1, 2 * x]
    ys = xs
    s = 0.0
    for v in reversed(xs):
        s += v * v
        ys.pop()
    return s


@programs.at(1.3)
def reversed_pop2(x):
    xs = [x, x * x, x + 1, 2 * x]
    ys = xs
    s = 0.0
    for v in reversed(xs):
        s += v * v
        ys.pop()
        ys.pop()
    return s


@programs.at(1.3)
def pop_alias(x):
    xs = [x, x * x, x + 1, 2 * x]
    ys = xs
    s = 0.0
    for v in xs:
        s += v * v
        ys.pop()
    return s


@programs.at(1.3)
def remove_idiom(x):
    xs = [x, x * x, x + 1, 2 * x]
    ys = xs
    s = 0.0
    for v in xs:
        s += v * v
        del ys[0]
    return s + len(xs) * x + sum(xs)


@programs.at(1.3)
def copy_ok(x):
    xs = [x, x * x]
    s = 0.0
    for v in xs[:]:
        s += v * v
        xs.append(v * x)
    return s + sum(xs)


@programs.at(1.3)
def list_ok(x):
    xs = [x, x * x]
    s = 0.0
    for v in list(xs):
        s += v * v
        xs.append(v * x)
    return s + sum(xs)


@programs.at(1.3)
def while_ok(x):
    xs = [x, x * x]
    s = 0.0
    i = 0
    while i < len(xs):
        s += xs[i] ** 2
        if len(xs) < 6:
            xs.append(xs[i] * x)
        i += 1
    return s


@programs.at(1.3)
def comp(x):
    xs = [x, x * x]

    def g(v):
        if len(xs) < 6:
            xs.append(v * x)
        return v * v

    return sum([g(v) for v in xs])


@programs.at(1.3)
def genexp(x):
    xs = [x, x * x]

    def g(v):
        if len(xs) < 6:
            xs.append(v * x)
        return v * v

    return sum(g(v) for v in xs)


@programs.at(1.3)
def mapped(x):
    xs = [x, x * x]

    def g(v):
        if len(xs) < 6:
            xs.append(v * x)
        return v * v

    return sum(map(g, xs))


@programs.at(1.3)
def lazy_gen(x):
    xs = [x, x * x]
    s = 0.0
    for y in (v * v for v in xs):
        s += y
        if len(xs) < 6:
            xs.append(y * x)
    return s


@programs.at(1.3)
def lazy_map(x):
    xs = [x, x * x]
    s = 0.0
    for y in map(lambda v: v * v, xs):
        s += y
        if len(xs) < 6:
            xs.append(y * x)
    return s


@programs.at(1.3)
def lazy_filter(x):
    xs = [x, x * x]
    s = 0.0
    for y in filter(lambda v: v > 0, xs):
        s += y
        if len(xs) < 6:
            xs.append(y * x)
    return s


@programs.at(1.3)
def growth_break(x):
    xs = [x, x * x]
    s = 0.0
    ys = xs
    for v in xs:
        s += v * v
        if s > 2.0:
            ys.append(s)
            break
    return s + sum(xs)


def _ident(q):
    return q


@programs.at(1.3)
def through_helper(x):
    xs = [x, x * x]
    s = 0.0
    ys = _ident(xs)
    for v in ys:
        s += v * v
        if len(xs) < 5:
            xs.append(v * x)
    return s


@programs.at(1.3)
def branch_alias(x):
    xs = [x, x * x]
    zs = [x]
    s = 0.0
    if x > 1:
        ys = xs
    else:
        ys = zs
    for v in xs:
        s += v * v
        if len(ys) < 5:
            ys.append(v * x)
    return s


@programs.at(1.3)
def iadd(x):
    xs = [x, x * x]
    s = 0.0
    ys = xs
    for v in xs:
        s += v * v
        if len(ys) < 5:
            ys += [v * x]
    return s


@programs.at(1.3)
def imul(x):
    xs = [x, x * x]
    s = 0.0
    ys = xs
    for v in xs:
        s += v * v
        if len(ys) < 4:
            ys *= 2
    return s


@programs.at(1.3)
def slice_store(x):
    xs = [x, x * x]
    s = 0.0
    ys = xs
    for v in xs:
        s += v * v
        if len(ys) < 5:
            ys[1:2] = [v * x, v]
    return s


@programs.at(1.3)
def direct_slice_store(x):
    xs = [x, x * x]
    s = 0.0
    for v in xs:
        s += v * v
        if len(xs) < 5:
            xs[1:2] = [v * x, v]
    return s


@programs.at(1.3)
def del_slice(x):
    xs = [x, x * x, x + 1, x + 2]
    s = 0.0
    for v in xs:
        s += v * v
        del xs[2:]
    return s


@programs.at(1.3)
def cleared(x):
    xs = [x, x * x, x + 1, x + 2]
    s = 0.0
    ys = xs
    for v in xs:
        s += v * v
        ys.clear()
    return s


@programs.at(1.3)
def removed(x):
    xs = [x, x * x, x + 1, x + 2]
    s = 0.0
    ys = xs
    for v in xs:
        s += v * v
        ys.remove(x + 1) if len(ys) > 3 else None
    return s


@programs.at(1.3)
def extended(x):
    xs = [x, x * x]
    s = 0.0
    ys = xs
    for v in xs:
        s += v * v
        if len(ys) < 5:
            ys.extend([v * x])
    return s


@programs.at(1.3)
def rebind_ok(x):
    xs = [x, x * x]
    s = 0.0
    for v in xs:
        s += v * v
        xs = xs + [v * x]
    return s + sum(xs)


@programs.at([1.3, 0.5])
def argument(xs):
    s = 0.0
    ys = xs
    for v in xs:
        s += v * v
        if len(ys) < 5:
            ys.append(v * v)
    return s


@programs.at(([1.3, 0.5], [0.3, 0.4]), argnums=(0, 1))
def two_arguments(xs, ys):
    s = 0.0
    for v in xs:
        s += v * v
        ys.append(v * v)
    return s + sum(ys)


def _two(xs, ys):
    s = 0.0
    for v in xs:
        s += v * v
        if len(ys) < 6:
            ys.append(v * v)
    return s + sum(ys)


@programs.at([1.3, 0.5])
def two_params_one_list(xs):
    return _two(xs, xs)


@programs.at(1.3)
def bfs(x):
    queue = [(x, 0)]
    s = 0.0
    for v, depth in queue:
        s += v * v
        if depth < 3:
            queue.append((v * 0.5, depth + 1))
            queue.append((np.sin(v), depth + 1))
    return s


class Node:
    def __init__(self, w):
        self.w = w
        self.children = []


@programs.at(1.3)
def children_grow_ok(x):
    ns = [Node(x), Node(x * x)]
    s = 0.0
    for n in ns:
        n.children.append(x)
        s += n.w * sum(n.children)
    return s


@programs.at(1.3)
def early_return(x):
    xs = [x]
    s = 0.0
    ys = xs
    for v in xs:
        s += v
        ys.append(v * x)
        if len(ys) > 4:
            return s
    return 0.0


@programs.at(1.3)
def for_else(x):
    xs = [x]
    s = 0.0
    ys = xs
    for v in xs:
        s += v
        if len(ys) < 4:
            ys.append(v * x)
        if s > 100:
            break
    else:
        s *= x
    return s


@programs.at(1.3)
def nested_loops(x):
    xs = [x, 2 * x]
    s = 0.0
    ys = xs
    for v in xs:
        for w in ys:
            s += v * w
            if len(xs) < 6:
                xs.append(v * w * 0.1)
    return s


@programs.at(1.3)
def enum_user_index(x):
    xs = [x, 2 * x]
    s = 0.0
    ys = xs
    i = 0
    for i, v in enumerate(xs):
        s += v
        if len(xs) < 6:
            ys.append(v)
        if i > 3:
            break
    return s * i


@programs.at(1.3)
def enum_index_written(x):
    xs = [x, 2 * x]
    s = 0.0
    ys = xs
    i = 0
    for i, v in enumerate(xs, start=1):
        s += v * i
        if len(xs) < 6:
            ys.append(v)
        i = 100
    return s * i


@programs.at(1.3)
def list_of_arrays(x):
    xs = [np.array([x, 1.0])]
    s = 0.0
    ys = xs
    for v in xs:
        s += np.sum(v * v)
        v *= 0.5
        if len(xs) < 6:
            ys.append(v * x)
    return s


@programs.at(1.3)
def ints(x):
    xs = [1, 2]
    s = 0.0
    ys = xs
    for v in xs:
        s += x**v
        if len(xs) < 6:
            ys.append(v + 1)
    return s


@programs.at(1.3)
def sum_of_list_growing_in_try(x):
    xs = [x]
    ys = xs
    s = 0.0
    for v in xs:
        try:
            s += v
        finally:
            if len(ys) < 4:
                ys.append(v * x)
    return s


# ---------------------------------------------------------------- dicts, sets, deques


@programs.at(1.3)
def dict_add_break(x):
    d = {"a": x, "b": x * x}
    s = 0.0
    e = d
    for k in d:
        s += d[k]
        if k == "b":
            e["c"] = x
            break
    return s + d["c"]


@programs.at(1.3)
def dict_pop_break(x):
    d = {"a": x, "b": x * x}
    s = 0.0
    for k in d:
        s += d[k]
        if k == "a":
            del d[k]
            break
    return s + sum(d.values())


@programs.at(1.3)
def dict_return(x):
    d = {"a": x, "b": x * x}
    s = 0.0
    for k in d:
        s += d[k]
        d[k + "z"] = x
        if s > 1:
            return s * d["az"]
    return s


@programs.at(1.3)
def dict_same_keys_ok(x):
    d = {"a": x, "b": x * x}
    s = 0.0
    for k in d:
        d[k] = d[k] * x
        s += d[k]
    return s


@programs.at(1.3)
def dict_other_key_ok(x):
    d = {1: x, 2: x * x, 3: x}
    s = 0.0
    for k in d:
        d[max(k - 1, 1)] += d[k]
        s += d[k] * k
    return s


@programs.at(1.3)
def dict_stale_items(x):
    d = {1: x, 2: x * x, 3: x}
    s = 0.0
    for k, v in d.items():
        s += v * k
        d[min(k + 1, 3)] = v * x
    return s


@programs.at(1.3)
def dict_stale_values_var(x):
    d = {1: x, 2: x * x, 3: x}
    s = 0.0
    vs = d.values()
    d[1] = 5 * x
    for v in vs:
        s += v
    return s


@programs.at(1.3)
def list_keys_ok(x):
    d = {1: x, 2: x * x, 3: x}
    s = 0.0
    for k in list(d):
        s += d[k]
        d[k + 10] = x
    return s + sum(d.values())


@programs.at(1.3)
def sorted_ok(x):
    d = {1: x, 2: x * x, 3: x}
    s = 0.0
    for k in sorted(d):
        s += d[k]
        d[k + 10] = x
    return s + sum(d.values())


@programs.at(1.3)
def dq_item_ok(x):
    q = deque([x, x * x])
    s = 0.0
    p = q
    for v in q:
        s += v
        p[1] = v * x
    return s


@programs.at(1.3)
def dq_other_ok(x):
    q = deque([x, x * x])
    s = 0.0
    p = deque()
    for v in q:
        s += v
        p.append(v * x)
    return s + sum(p)


@programs.at(1.3)
def set_discard_ok(x):
    st = {1, 2}
    s = 0.0
    for k in list(st):
        s += x * k
        st.discard(k)
    return s + len(st) * x


# ---------------------------------------------------------------- generators


@programs.at(1.3)
def gen_stale(x):
    a = [x]
    s = 0.0
    for y in (v * a[0] for v in [1.0, 2.0, 3.0]):
        s += y
        a[0] = a[0] * x
    return s


@programs.at(1.3)
def gen_enum_stale(x):
    a = [x]
    s = 0.0
    for i, y in enumerate(v * a[0] for v in [1.0, 2.0, 3.0]):
        s += y * i
        a[0] = a[0] * x
    return s


@programs.at(1.3)
def map_stale(x):
    a = [x]
    s = 0.0
    for y in map(lambda v: v * a[0], [1.0, 2.0, 3.0]):
        s += y
        a[0] = a[0] * x
    return s


@programs.at(1.3)
def gen_filtered_break(x):
    a = [x]
    s = 0.0
    for y in (v * a[0] for v in [1.0, 2.0, 3.0, 4.0] if v != 2.0):
        if y > 100:
            continue
        s += y
        a[0] = a[0] * x
        if s > 5:
            break
    return s


@programs.at(1.3)
def gen_two(x):
    a = [x]
    s = 0.0
    for y in (v * w * a[0] for v in [1.0, 2.0, 3.0] for w in [1.0, 0.5]):
        s += y
        a[0] = a[0] * 1.1
    return s


# ---------------------------------------------------------------- beside a string, whose length is what it is


class Entry:
    def __init__(self, value):
        self.value = value


@programs.at([0.7, -1.3, 0.4])
def beside_letters(xs):
    found = {name: Entry(x) for name, x in zip("abc", xs)}
    found["a"].value *= found["b"].value
    return found["a"].value ** 2 + found["c"].value


@programs.at([0.7, -1.3], [0.7, -1.3, 0.4, 0.9])
def beside_a_word_that_says_how(xs):
    s = 0.0
    for words in ("made", "keys", "values", "reversed"):
        for letter, x in zip(words, xs):
            s += x * x if letter < "f" else x
            if len(xs) < 4:
                xs.append(0.5 * x)
    return s


@programs.at([0.7, -1.3])
def beside_one_word_that_says_how(xs):
    s = 0.0
    for letter, x in zip("values", xs):
        s += x * x if letter < "f" else x
        if len(xs) < 4:
            xs.append(0.5 * x)
    return s


test_gradient = programs.test()


# ---------------------------------------------------------------- what Python raises

RAISING = []


def raises(*args):
    """The program raises RuntimeError, and so does its derivative."""

    def add(function):
        RAISING.append((function, args))
        return function

    return add


@raises(1.3)
def dict_add(x):
    d = {"a": x, "b": x * x}
    s = 0.0
    for k in d:
        s += d[k]
        d["c"] = x
    return s


@raises(1.3)
def dict_add_alias(x):
    d = {"a": x, "b": x * x}
    s = 0.0
    e = d
    for k in d:
        s += d[k]
        e[k + "c"] = x
    return s


@raises(1.3)
def dict_add_items(x):
    d = {"a": x, "b": x * x}
    s = 0.0
    e = d
    for k, v in d.items():
        s += v
        e[k + "c"] = x
    return s


@raises(1.3)
def dict_add_values(x):
    d = {"a": x, "b": x * x}
    s = 0.0
    e = d
    for v in d.values():
        s += v
        e["c"] = x
    return s


@raises(1.3)
def dict_add_keys(x):
    d = {"a": x, "b": x * x}
    s = 0.0
    e = d
    for k in d.keys():
        s += d[k]
        e["c"] = x
    return s


@raises(1.3)
def dict_add_enum(x):
    d = {"a": x, "b": x * x}
    s = 0.0
    e = d
    for i, k in enumerate(d):
        s += d[k]
        e["c"] = x
    return s


@raises(1.3)
def dict_last_trip_add(x):
    d = {"a": x, "b": x * x}
    s = 0.0
    e = d
    for k in d:
        s += d[k]
        if k == "b":
            e["c"] = x
    return s


@raises(1.3)
def dict_pop(x):
    d = {"a": x, "b": x * x}
    s = 0.0
    for k in d:
        s += d.pop(k)
    return s


@raises(1.3)
def dict_helper(x):
    d = {1: x, 2: x * x, 3: x}
    s = 0.0

    def put(e, k):
        e[k] = x

    for k in d:
        s += d[k]
        put(d, k + 1)
    return s


@raises(1.3)
def dict_setdefault(x):
    d = {1: x, 2: x * x, 3: x}
    s = 0.0
    for k in d:
        s += d.setdefault(k + 1, x)
    return s


@raises(1.3)
def defaultdict_read(x):
    d = defaultdict(float)
    d[1] = x
    d[2] = x
    s = 0.0
    for k in d:
        s += d[k] + d[k + 1]
    return s


@raises(1.3)
def dict_comp(x):
    d = {1: x, 2: x * x, 3: x}

    def g(k):
        d[k + 1] = x
        return d[k]

    return sum([g(k) for k in d])


@raises({"a": 1.3, "b": 0.5})
def dict_arg(d):
    s = 0.0
    e = d
    for k in d:
        s += d[k]
        e[k + "x"] = s
    return s


@raises(1.3)
def set_add(x):
    st = {1, 2}
    s = 0.0
    for k in st:
        s += x * k
        st.add(k + 5)
    return s


@raises(1.3)
def set_alias(x):
    st = {1, 2}
    s = 0.0
    t = st
    for k in st:
        s += x * k
        t.add(k + 5)
    return s


@pytest.mark.parametrize(("function", "args"), RAISING, ids=lambda v: getattr(v, "__name__", ""))
def test_the_derivative_raises_what_the_program_raises(function, args):
    with pytest.raises(RuntimeError) as own:
        function(*copy.deepcopy(args))
    for derivative in (srcad.grad(function), srcad.value_and_grad(function)):
        with pytest.raises(RuntimeError) as caught:
            derivative(*args)
        assert str(caught.value) == str(own.value)
    with pytest.raises(RuntimeError):
        srcad.jvp(function, args, args)


# ---------------------------------------------------------------- what is refused


def a_deque_that_grows_before_the_loop_is_left(x):
    q = deque([x, x * x])
    p = q
    for v in q:
        if v > 1.5:
            p.append(v * x)
            break
    return sum(q)


def a_full_deque_that_moves_on(x):
    q = deque([x, x * x], maxlen=2)
    p, s = q, 0.0
    for v in q:
        s += v
        p.append(v * x)
    return s


def a_deque_that_rotates(x):
    q = deque([x, x * x])
    p, s = q, 0.0
    for v in q:
        s += v
        p.rotate(1)
    return s


def a_list_that_shrinks_while_it_is_numbered_backwards(x):
    xs = [x, x * x, x + 1, 2 * x]
    s = 0.0
    for i, v in enumerate(reversed(xs)):
        s += v * v * i
        xs.pop()
    return s


def the_values_of_a_dict_numbered_while_they_are_written(x):
    d, s = {1: x, 2: x * x, 3: x}, 0.0
    for _, (k, v) in enumerate(d.items()):
        s += v * k
        d[min(k + 1, 3)] = v * x
    return s


def doubles(d, k):
    d[k] = 2 * d[k]


def the_values_of_a_dict_numbered_while_a_helper_writes_them(x):
    d, s = {1: x, 2: x * x, 3: x}, 0.0
    for _, (k, v) in enumerate(d.items()):
        s += v * k
        doubles(d, min(k + 1, 3))
    return s


def a_zip_that_is_kept(x):
    xs, s = [x], 0.0
    pairs = zip(xs, [1.0, 2.0])
    xs.append(x * x)
    for a, b in pairs:
        s += a * b
    return s


def a_map_that_is_used_up(x):
    doubled = map(lambda v: 2 * v, [x, x * x])
    return sum(doubled) + sum(doubled)


def kept_backwards(xs):
    return reversed(xs)


def an_iterator_that_is_returned(x):
    return sum(kept_backwards([x, x * x]))


REFUSED = [
    (a_zip_that_is_kept, "pairs = zip", "an iterator that is kept is not supported"),
    (a_map_that_is_used_up, "doubled = map", "an iterator that is kept is not supported"),
    (an_iterator_that_is_returned, "return reversed", "an iterator that is kept is not supported"),
    (a_deque_that_grows_before_the_loop_is_left, "p.append", "deque of float changes length while a loop runs over it"),
    (a_full_deque_that_moves_on, "p.append", "changes length while a loop runs over it"),
    (a_deque_that_rotates, "p.rotate", "deque of float changes length"),
    (a_list_that_shrinks_while_it_is_numbered_backwards, "xs.pop", "while a loop runs over it backwards"),
    (the_values_of_a_dict_numbered_while_they_are_written, "d[min", "a dict is written to while a loop goes through"),
    (the_values_of_a_dict_numbered_while_a_helper_writes_them, "doubles(d", "a dict is written to while a loop"),
]


@pytest.mark.parametrize(("function", "line", "message"), REFUSED, ids=lambda v: getattr(v, "__name__", ""))
def test_it_is_refused_with_a_place_and_a_remedy(function, line, message):
    refused(function, 1.3, error=srcad.UnsupportedSyntax, line_contains=line, message_contains=message)


def test_a_loop_that_keeps_its_list_counts_its_trips_once():
    def f(x):
        xs, ys, s = [x, x * x], [], 0.0
        for v in xs:
            ys.append(v)
            s += v * len(ys)
        return s

    assert "while" not in srcad.grad(f).source_for(1.3)
    check(f, 1.3)
