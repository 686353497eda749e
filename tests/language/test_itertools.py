"""`zip` of rows, `itertools`, `functools.reduce` and the builtins that go through items."""

import collections
import functools
import itertools
import math
import operator

import numpy as np

from tests.cases import Programs

programs = Programs()


@programs.at(([(1.0, 2.0), (3.0, 4.0), (0.5, 2.5)],))
def columns_of_points(pts):
    a, b = zip(*pts)
    return sum(a) * sum(b) + a[0] * b[1]


@programs.at(([[1.0, 2.0], [3.0, 4.0], [0.5, 2.5]],))
def columns_of_rows(rows):
    cols = list(zip(*rows))
    return sum(max(c) for c in cols) * cols[0][1]


@programs.at(([[1.0, 2.0], [3.0, 4.0], [0.5, 2.5]],))
def a_loop_over_columns(rows):
    t = 0.0
    for col in zip(*rows):
        t += col[0] * col[2]
    return t


@programs.at(([1.0, -2.0, 3.0],))
def columns_as_lists(xs):
    pts = [(x, x * x) for x in xs]
    a, b = map(list, zip(*pts))
    return sum(p * q for p, q in zip(a, b))


@programs.at(([1.0, -2.0, 3.0],))
def columns_as_arrays(xs):
    pts = [(x, x * x) for x in xs]
    a, b = map(np.array, zip(*pts))
    return np.sum(a * b)


@programs.at(([1.0, -2.0, 3.0],))
def the_largest_pair_by_key(xs):
    best = max(((x * x, i) for i, x in enumerate(xs)), key=lambda t: t[0])
    return best[0] * best[1]


@programs.at(([1.0, -2.0, 3.0],))
def the_smallest_pair(xs):
    v, i = min((abs(x - 1.5), i) for i, x in enumerate(xs))
    return v * xs[i]


@programs.at(([1.0, -2.0, 3.0],))
def pairs_sorted_downwards(xs):
    s = sorted([(abs(x), x) for x in xs], reverse=True)
    return s[0][1] * s[1][0]


@programs.at(([1.0, -2.0, 3.0], {"a": 1.0, "b": 3.0}))
def a_dict_sorted_by_value(xs, d):
    t = 0.0
    for k, v in sorted(d.items(), key=lambda kv: -kv[1]):
        t = t * 2 + v * len(k)
    for k in sorted(d):
        t += d[k] ** 2
    return t * xs[0]


@programs.at((2.0,))
def sums_with_a_start(x):
    return sum((x * i for i in range(4)), x) + sum([[x], [2 * x]], [])[1] + sum([], x)


@programs.at((2.0, [1.0, 2.0, 3.0]))
def any_and_all_over_conditions(x, xs):
    if any(v > x for v in xs) and not all(v > x for v in xs):
        return x * x
    return x


@programs.at((2.0, [1.0, 2.0, 3.0]))
def reduce_with_and_without_a_start(x, xs):
    return (
        functools.reduce(operator.mul, xs) + functools.reduce(lambda a, b: a * x + b, xs, x) + functools.reduce(max, xs)
    )


@programs.at((2.0, [1.0, 2.0, 3.0]))
def map_over_two_lists(x, xs):
    return (
        sum(map(lambda a, b: a * b * x, xs, xs[1:]))
        + sum(map(operator.mul, xs, xs))
        + sum(map(math.sin, xs))
        + sum(map(pow, xs, [2, 3, 2]))
    )


@programs.at((2.0, [1.0, 0.0, 3.0]), argnums=0)
def filter_by_truth_and_by_a_closure(x, xs):
    return sum(filter(None, xs)) * x + sum(filter(lambda v: v * x > 1, xs)) * x


@programs.at((2.0, [1.0, 2.0, 3.0]))
def accumulate_with_function_and_initial(x, xs):
    a = list(itertools.accumulate(xs))
    b = list(itertools.accumulate(xs, operator.mul))
    c = list(itertools.accumulate(xs, lambda s, v: s * x + v, initial=x))
    return a[-1] * b[-1] + sum(c) + max(itertools.accumulate(xs, max))


@programs.at((2.0, [1.0, 2.0, 3.0]))
def product_of_three_and_repeated(x, xs):
    return sum(a * b * c for a, b, c in itertools.product(xs, [x, 1.0], (x,))) + sum(
        a * b for a, b in itertools.product(xs, repeat=2)
    )


@programs.at((2.0, [1.0, 2.0, 3.0]))
def chain_of_three_and_from_iterable(x, xs):
    return sum(itertools.chain(xs, [x], (x, 2.0))) + sum(itertools.chain.from_iterable([xs, xs[1:]])) * x


@programs.at((2.0, [1.0, 2.0, 3.0]))
def combinations_and_permutations(x, xs):
    return (
        sum(a * b * c for a, b, c in itertools.combinations(xs, 3))
        + sum(abs(a - b) for a, b in itertools.combinations(xs, 2))
        + sum(a * b for a, b in itertools.permutations(xs, 2))
    )


@programs.at((2.0, [1.0, 2.0, 3.0]))
def pairs_of_neighbours(x, xs):
    return sum((b - a) ** 2 * x for a, b in itertools.pairwise(xs)) + sum((b - a) ** 3 for a, b in zip(xs, xs[1:]))


@programs.at((2.0, [1.0, 2.0, 3.0]))
def groups_of_neighbours(x, xs):
    t = 0.0
    for k, g in itertools.groupby(xs, key=lambda v: v > 1.5):
        s = sum(g)
        t += s * s * (2 if k else x)
    return t


@programs.at((2.0, [1.0, 2.0, 3.0]))
def zip_of_four(x, xs):
    t = 0.0
    for a, b, c, d in zip(xs, xs[1:], xs, xs):
        t += a * b * c * d
    q = list(zip(xs, xs, xs, xs))
    return t * x + q[0][3] * q[1][2]


@programs.at((2.0, [3.0, 1.0, 2.0]))
def a_deque(x, xs):
    q = collections.deque(xs)
    q.append(x)
    a = q.popleft()
    q.appendleft(a * x)
    return sum(q) * a


@programs.at((2.0, [3.0, 1.0, 2.0]))
def itemgetter(x, xs):
    g = operator.itemgetter(1)
    ps = [(v, v * x) for v in xs]
    return sum(map(g, ps)) + max(ps, key=operator.itemgetter(0))[1]


@programs.at((2.0, [3.0, 1.0, 2.0]))
def the_index_of_the_smallest(x, xs):
    i = min(range(len(xs)), key=lambda i: xs[i])
    return xs[i] * x


@programs.at((2.0, [1.0, 2.0, 3.0]))
def parts_of_a_list(x, xs):
    t = 0.0
    for v in itertools.islice(xs, 2):
        t += v * x
    for a, b in itertools.zip_longest(xs, [x], fillvalue=1.0):
        t += a * b
    for v in itertools.takewhile(lambda v: v < 2.5, xs):
        t += v**2
    for v in itertools.dropwhile(lambda v: v < 1.5, xs):
        t += v**3
    for v in itertools.filterfalse(lambda v: v < 1.5, xs):
        t += v**4
    for v in itertools.compress(xs, [1, 0, 1]):
        t += v * x
    for v in itertools.repeat(x, 3):
        t *= v
    for v in itertools.starmap(lambda a, b: a * b, [(x, 2.0), (x, x)]):
        t += v
    return t


@programs.at((2.5, [1.0, 2.0, 3.0]))
def extremes_of_spread_lists(x, xs):
    return max(*xs, x) * min(x, *xs) + max([*xs, x], key=lambda v: -v)


test_gradient = programs.test()
