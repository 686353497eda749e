"""Sets of ints and of pairs: made, filled by whatever name, and gone through."""

import numpy as np

from tests.cases import Programs

programs = Programs()
rng = np.random.default_rng(17)
x3 = rng.normal(size=3)
x4 = rng.normal(size=4)


@programs.at(x3)
def a_sorted_set(x):
    seen = set()
    seen.add(1)
    for j in sorted(seen):
        x[j] *= x[0]
    return x @ x


@programs.at(x3)
def a_set_of_a_range(x):
    for j in set(range(1, 3)):
        x[j] *= x[0]
    return x @ x


@programs.at(x3)
def a_comprehension_that_is_gone_through(x):
    seen = {i for i in range(2)}
    s = 0.0
    for j in seen:
        s += x[j] * (j + 1)
    return s


@programs.at(x3)
def a_display_that_is_gone_through(x):
    seen = {0, 1}
    for j in seen:
        x[j] *= x[0]
    return x @ x


@programs.at(x3)
def a_comprehension_that_is_sorted(x):
    seen = {i for i in (0, 2)}
    s = 0.0
    for j in sorted(seen):
        s += x[j] * (j + 1)
    return s


@programs.at(x3)
def a_sum_over_a_comprehension(x):
    return sum(x[j] for j in {i % 2 for i in range(5)})


@programs.at(x3)
def a_set_that_is_asked(x):
    seen = set(i % 2 for i in range(5))
    for j in range(3):
        if j in seen:
            x[j] *= x[0]
    return x @ x * len(seen)


def mark(seen, i):
    seen.add(i)
    return seen


@programs.at((x4, 3))
def worklist_of_a_set(x, start):
    todo = {start}
    done = set()
    s = 0.0
    while todo:
        i = todo.pop()
        if i in done:
            continue
        done = done | {i}
        x[i] *= 1 + s
        s += x[i]
        for j in (i - 1, i // 2):
            if j >= 0:
                todo.add(j)
    for j in sorted(done - {0}):
        x[j] += s * j
    return x @ x


@programs.at(x4)
def an_alias_is_filled(x):
    a = set()
    b = a
    c = [a]
    b.add(1)
    c[0].add(2)
    mark(a, 3).add(0)
    s = 1.0
    for i in a:
        s = s * x[i] + 1
    for i in c[0] & {1, 2}:
        x[i] = s
    return x @ x


@programs.at(x4)
def sets_of_pairs(x):
    links = set()
    for i in range(3):
        links.add((i, i + 1))
        links.update({(i, i)}, [(0, 3)])
    s = 0.0
    for i, j in sorted(links):
        s += x[i] * x[j] ** 2
    return s


@programs.at(x4)
def mixed_sets(x):
    names = {"a"}
    names.add("b")
    at = {0}
    at.add(2)
    s = 0.0
    for i in at:
        s += x[int(i)]
    return s * len(names) * x[1]


class Graph:
    def __init__(self):
        self.seen = set()


@programs.at(x4)
def a_set_in_an_object(x):
    g = Graph()
    for i in range(0, 4, 2):
        g.seen.add(i)
    s = 1.0
    for i in g.seen:
        s *= x[i]
    by = {}
    for i in range(4):
        by.setdefault(i % 2, set()).add(i)
    for k in by:
        for i in by[k]:
            s += x[i] ** 2 * k
    return s


@programs.at(x4)
def unions(x):
    a = {0} | {1}
    b = a.union([3], (2,)) - a
    c = frozenset(b) ^ {2}
    s = 1.0
    for i in sorted(b):
        s = s * x[i] + i
    for i in c:
        s += x[i]
    return s + sum(x[i] for i in a) * x[min(a)]


class Holder:
    def __init__(self):
        self.s = set()


@programs.at((x4, set()), (x4, {1}))
def an_empty_argument_is_filled_by_another_name(x, seen):
    other = seen
    other.add(2)
    t = 0.0
    for i in seen:
        t += x[i] * x[0]
    return t + min(seen) * x[1] + max(seen) * x[0] + sum(seen) * x[2]


@programs.at((x4, [set(), set()]))
def sets_in_a_list(x, sets):
    for i in range(4):
        sets[i % 2].add(i)
    t = 1.0
    for s in sets:
        for i in sorted(s):
            t = t * x[i] + i
        a, b = s
        t += x[a] * x[b]
        t += sum(x[k] for k in tuple(s)) + len([k for k in list(s)])
    return t


@programs.at((x4, Holder()))
def a_set_of_an_object(x, h):
    g = h
    g.s.add(3)
    h.s.update([1])
    t = 0.0
    while h.s:
        t = t * x[h.s.pop()] + 1
    return t


@programs.at((x4, frozenset({1, 2})))
def frozen(x, f):
    g = f | {3}
    t = 1.0
    for i in g - f:
        t *= x[i]
    for i in {j for j in f}:
        t += x[i]
    return t


def fill(s, n):
    for i in range(n):
        s.add(i)


@programs.at((x4, set(), 3))
def filled_by_a_helper(x, s, n):
    fill(s, n)
    t = 0.0
    for i in s:
        x[i] *= x[3]
        t += i * x[i]
    return t + x @ x


test_gradient = programs.test()
