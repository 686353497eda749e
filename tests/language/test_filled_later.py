"""Containers that an object or another container holds empty, and that are filled later on, by one name or another."""

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from tests.cases import Programs

programs = Programs()
x4 = np.array([0.3, -0.7, 1.1, 0.4])


class Holder:
    def __init__(self):
        self.d = {}


@programs.at((x4,))
def the_values_of_an_attribute(x):
    h = Holder()
    h.d["a"] = x[0]
    return sum(h.d.values())


@programs.at((x4,))
def the_values_of_an_item(x):
    h = [{}]
    h[0]["a"] = x[0]
    return sum(h[0].values())


@programs.at((x4,))
def the_values_at_keys_that_are_ints(x):
    h = Holder()
    h.d[0] = x[0]
    h.d[1] = x[1]
    return sum(h.d.values())


@programs.at((x4,))
def what_goes_through_the_values(x):
    h = Holder()
    h.d["a"] = x[0]
    return sum([v for v in h.d.values()]) + max(h.d.values()) + len(list(h.d.values()))


@programs.at((x4,))
def the_values_by_another_name(x):
    h = Holder()
    h.d["a"] = x[0]
    h.d["b"] = x[1]
    e = h.d
    return sum(e.values())


@dataclass
class State:
    d: dict = field(default_factory=dict)
    xs: list = field(default_factory=list)
    q: deque = field(default_factory=deque)
    best: float = 0.0
    arr: object = None

    def put(self, k, v):
        self.d[k] = v
        self.xs.append(v)
        self.q.appendleft(v)
        if v > self.best:
            self.best = v
        if self.arr is None:
            self.arr = np.zeros(4)
        self.arr[len(self.xs) - 1] += v


@programs.at(x4)
def an_object_puts_into_all_it_holds(x):
    h = State()
    for i in range(3):
        h.put(i, x[i] * x[i + 1])
    return sum(h.d.values()) + sum(h.xs) * max(h.q) + h.best + h.arr @ x


@programs.at(x4)
def keys_and_items_of_an_attribute(x):
    h = State()
    h.put("a", x[0])
    h.put("b", x[1] * x[2])
    s = 1.0
    for k, v in sorted(h.d.items()):
        s = s * v + len(k)
    for k in list(h.d.keys()):
        h.d[k] *= s
    return min(h.d.values()) + s + sum(v * v for v in h.d.values()) + h.arr.sum()


@programs.at(x4)
def objects_in_a_tuple_are_filled(x):
    a, b = State(), State()
    for h, w in ((a, 1.0), (b, 2.0)):
        for i in range(2):
            h.put((i, 1), x[i] * w)
        h.xs, h.q = list(h.q), deque(h.xs)
    a.d.update(b.d)
    b.xs += a.xs
    b.arr[:] = a.arr * b.arr
    a.arr = b.arr
    a.arr *= 2
    return sum(a.d.values()) * b.q.pop() + sum(b.xs) + b.arr @ x


@programs.at(x4)
def objects_in_a_dict_are_filled(x):
    reg = {}
    for name in ("u", "v"):
        reg[name] = State()
        reg[name].put(name, x[0])
        reg[name].d[name] *= x[1]
    reg["u"].d["z"] = reg["v"].d["v"]
    reg["w"] = reg["u"]
    reg["w"].xs[0] *= 3
    return sum(sum(h.d.values()) + sum(h.xs) for h in reg.values())


@programs.at(x4)
def dicts_in_a_dict_are_filled(x):
    nest = {}
    for i in range(4):
        nest.setdefault(i % 2, {}).setdefault("k", []).append(x[i])
    nest[0]["m"] = [x[1]]
    t = 0.0
    for d in nest.values():
        for xs in d.values():
            t += sum(xs) ** 2
    return t + sum(len(d) for d in nest.values())


@programs.at(x4)
def dicts_in_a_list_are_filled(x):
    lst = [{}, {}]
    for i in range(4):
        lst[i % 2][i] = x[i]
    lst[0], lst[1] = lst[1], lst[0]
    lst[0][1] *= lst[1][0]
    return sum(sum(d.values()) ** 2 for d in lst) + max(lst[0].values())


@programs.at(x4)
def an_attribute_is_copied_and_emptied(x):
    h = State()
    acc = h.d
    for i in range(4):
        acc[i % 3] = acc.get(i % 3, 1.0) * x[i]
    other = dict(h.d)
    other[5] = x[0]
    acc.pop(1)
    del h.d[2]
    return sum(acc.values()) + sum(other.values()) * len(h.d)


class Slot:
    def __init__(self):
        self.a = None


@programs.at(0.3)
def none_is_replaced_by_another_name(x):
    o = Slot()
    p = [o]
    for i in range(2):
        if i:
            o.a = o.a * x
        else:
            p[0].a = x
    return o.a


test_gradient = programs.test()
