"""Lists and dicts built locally, aliases of them, and nested containers as parameters."""

import collections
import math

import numpy as np

from tests.cases import Programs

programs = Programs()


@programs.at((1.5, 4), (1.5, 0))
def a_list_is_appended_to_in_a_loop(x, n):
    ys = [x]
    for i in range(n):
        ys.append(ys[-1] * x + i)
    return ys[-1] * ys[0]


@programs.at((1.5, 4), (1.5, 1))
def the_results_of_a_loop_are_collected(x, n):
    ys = []
    y = x
    for i in range(n):
        y = math.sin(y) * x
        ys.append(y)
    return sum(ys) + ys[0] * ys[-1]


@programs.at((1.1, 6), (1.1, 2))
def a_table_is_filled_by_recurrence(x, n):
    f = [0.0] * (n + 1)
    f[0] = x
    f[1] = x * x
    for k in range(2, n + 1):
        f[k] = f[k - 1] * x - 0.5 * f[k - 2]
    return f[n]


@programs.at((2.0, 3.0))
def an_item_is_overwritten(x, y):
    s = [x, y, x * y]
    s[0] = s[1] * s[2]
    s[1] = s[0] + s[1]
    s[0] = s[0] * s[1]
    return s[0] + s[1] * s[2]


@programs.at((2.0, 3))
def an_item_is_accumulated(x, n):
    s = [0.0, 1.0]
    for i in range(n):
        s[0] += x * i
        s[1] *= s[0] + x
    return s[0] * s[1]


@programs.at((2.0, [0, 2, 2, 1, 0]))
def items_are_accumulated_by_index(x, where):
    bins = [0.0, 0.0, 0.0]
    for k, i in enumerate(where):
        bins[i] += x**k
    return bins[0] * bins[1] + bins[2] ** 2


@programs.at((2.0, 3))
def a_two_dimensional_table(x, n):
    table = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(n):
            if i == 0 or j == 0:
                table[i][j] = x + i + j
            else:
                table[i][j] = table[i - 1][j] * 0.5 + table[i][j - 1] * x
    return table[n - 1][n - 1]


@programs.at((2.0, 3.0))
def two_names_for_one_list(x, y):
    a = [x, y]
    b = a
    b[0] = a[1] * x
    a[1] = b[0] * y
    return a[0] * b[1]


@programs.at((2.0, 3.0))
def a_list_inside_a_list_is_the_same_list(x, y):
    inner = [x]
    outer = [inner, inner]
    inner[0] = inner[0] * y
    outer[1].append(x)
    return outer[0][0] * outer[0][1]


@programs.at((2.0, 3.0))
def a_copied_list_is_another_list(x, y):
    a = [x, y]
    b = a[:]
    c = list(a)
    d = a.copy()
    a[0] = x * y
    b[1] = a[0]
    c[0] = 1.0
    return a[0] * b[0] + b[1] * c[1] + c[0] * d[0]


@programs.at((2.0, 3.0), (-2.0, 3.0))
def which_list_is_written_depends_on_the_data(x, y):
    a = [x]
    b = [y]
    c = a if x > 0 else b
    c[0] = c[0] * x * y
    return a[0] + b[0] ** 2


@programs.at((2.0, 3.0))
def a_function_appends_to_a_list(x, y):
    def add(ys, t):
        ys.append(t * t)
        ys.append(t)

    ys = []
    add(ys, x)
    add(ys, y)
    return ys[0] * ys[3] + ys[2] * ys[1]


@programs.at((2.0, 3.0))
def a_nested_function_fills_a_list_of_its_maker(x, y):
    trace = []

    def f(t):
        trace.append(t * x)
        return t * t

    z = f(x) + f(y)
    return z * trace[0] + trace[1]


@programs.at((2.0, 3.0))
def lists_are_joined_and_repeated(x, y):
    a = [x, y] + [x * y]
    b = [x] * 3
    b += a
    a.extend([y * y, x])
    return a[2] * b[1] + b[4] * a[3] + sum(b) * len(a)


@programs.at((2.0, 3.0))
def pop_insert_and_reverse(x, y):
    a = [x, y, x * y, y * y]
    last = a.pop()
    a.insert(1, last * x)
    first = a.pop(0)
    a.reverse()
    return a[0] * first + a[-1] * last


@programs.at([3.0, 1.0, 2.0])
def sort_in_place(xs):
    ys = [x * x for x in xs]
    ys.sort()
    return ys[0] + 2 * ys[1] * ys[2]


@programs.at((2.0, 3))
def a_stack_is_pushed_and_popped(x, n):
    stack = []
    for i in range(n):
        stack.append(x**i + i)
    y = x
    while stack:
        y = y * 0.5 + stack.pop() * y
    return y


@programs.at((2.0, 3.0))
def a_slice_of_a_list_is_read(x, y):
    a = [x, y, x * y, y * y]
    return sum(a[1:3]) * sum(a[::-2]) + a[:1][0]


@programs.at((2.0, 3.0))
def a_dict_literal(x, y):
    p = {"a": x * y, "b": y}
    return p["a"] * p["b"]


@programs.at((2.0, 3.0))
def dict_items_are_assigned(x, y):
    p = {}
    p["a"] = x
    p["b"] = p["a"] * y
    p["a"] = p["b"] * p["a"]
    return p["a"] + p["b"]


@programs.at((2.0, 3))
def dict_items_are_accumulated(x, n):
    p = {"even": 0.0, "odd": x}
    for i in range(n):
        key = "even" if i % 2 == 0 else "odd"
        p[key] += x**i
        p[key] *= 1.1
    return p["even"] * p["odd"]


@programs.at((2.0, "abcab"))
def counting_into_a_dict_with_get(x, word):
    weights = {}
    for letter in word:
        weights[letter] = weights.get(letter, 0.0) * x + x
    total = 0.0
    for letter in weights:
        total += weights[letter] ** 2
    return total


@programs.at((2.0, "abcab"))
def a_dict_by_in_and_not_in(x, word):
    seen = {}
    for i, letter in enumerate(word):
        if letter not in seen:
            seen[letter] = x + i
        else:
            seen[letter] = seen[letter] * x
    return sum(seen.values())


@programs.at((2.0, 3))
def a_dict_with_computed_keys(x, n):
    memo = {0: x, 1: x * x}
    for k in range(2, n + 2):
        memo[k] = memo[k - 1] * x + memo[k - 2]
    return memo[n + 1]


@programs.at((2.0, 3.0))
def a_defaultdict_accumulates(x, y):
    totals = collections.defaultdict(float)
    for key, value in [("a", x), ("b", y), ("a", x * y)]:
        totals[key] += value * value
    return totals["a"] * totals["b"]


@programs.at((2.0, 3.0))
def a_dict_of_lists(x, y):
    groups = {"x": [], "y": []}
    for i in range(3):
        groups["x"].append(x * i)
        groups["y"].append(y + i)
    return sum(a * b for a, b in zip(groups["x"], groups["y"]))


@programs.at((2.0, 3.0))
def dicts_are_merged(x, y):
    p = {"a": x, "b": y}
    q = {**p, "b": x * y}
    p.update(c=y * y)
    return q["a"] * q["b"] + p["b"] * p["c"] + len(p | q)


@programs.at((2.0, 3.0))
def setdefault_and_pop(x, y):
    p = {"a": x}
    b = p.setdefault("b", y * x)
    a = p.pop("a")
    return a * b + p["b"] ** 2


@programs.at({"w": np.array([1.0, 2.0]), "b": 0.5, "layers": [{"k": 2.0}, {"k": 3.0}], "n": 2, "name": "net"})
def a_deep_structure_of_parameters(p):
    y = np.sum(p["w"] ** 2) + p["b"]
    for layer in p["layers"]:
        y = y * layer["k"]
    return y * p["n"]


@programs.at(([[1.0, 2.0], [3.0]], {"a": (1.5, [2.5, 3])}))
def lists_of_lists_and_dicts_of_tuples(rows, p):
    first, rest = p["a"]
    return rows[0][1] * rows[1][0] * first + rest[0] ** 2 * rows[0][0]


@programs.at([(np.array([[0.1, 0.2], [0.3, 0.4]]), np.array([0.5, 0.6])), (np.eye(2), np.ones(2))])
def a_list_of_layers(layers):
    x = np.array([1.0, -1.0])
    for A, b in layers:
        x = 1 / (1 + np.exp(-(A @ x + b)))
    return np.sum((x - 0.5) ** 2)


@programs.at(collections.OrderedDict(a=1.0, b=2.0))
def an_ordered_dict_as_a_parameter(p):
    return p["a"] * p["b"] ** 2


@programs.at(([1.0, 2.0, 3.0], 1), ([1.0, 2.0, 3.0], -1))
def an_item_is_chosen_by_an_index(xs, i):
    return xs[i] ** 2 * xs[0] + len(xs)


@programs.at((1.5, 2.5))
def a_list_of_pairs_is_sorted_by_value(x, y):
    pairs = [("a", x * y), ("b", y), ("c", x)]
    pairs.sort(key=lambda p: p[1])
    return pairs[0][1] * 10 + pairs[-1][1] ** 2


@programs.at((1.5, 2.5))
def a_list_holds_different_things(x, y):
    things = [x, (y, x), [x * y]]
    return things[0] * things[1][0] + things[2][0] * things[1][1]


@programs.at((1.5, 3))
def a_list_of_arrays_is_stacked(x, n):
    rows = []
    for i in range(n):
        rows.append(np.array([x**i, x + i]))
    A = np.array(rows)
    return (A * A).sum() + A[0] @ A[1]


@programs.at((1.5, 3))
def a_deque_of_states(x, n):
    recent = [x, x]
    for _ in range(n):
        recent = [recent[1], recent[0] * recent[1] + x]
    return recent[0] * recent[1]


@programs.at((1.5, 2.5))
def a_list_compared_and_counted(x, y):
    names = ["a", "b", "a"]
    return x ** names.count("a") * y ** names.index("b") + (x if names == ["a"] else y)


@programs.at((2.0,))
def slices_of_a_list_are_replaced(x):
    xs = [x * i for i in range(6)]
    ys = xs
    xs[1:3] = [x, x * x, x]
    xs[:1] = []
    xs[-2:] = [x**2]
    xs[len(xs) :] = [x, 3.0]
    xs[4:2] = [x * 5]
    return sum(v * i for i, v in enumerate(ys))


def weighted(*values):
    return sum(values) * len(values)


@programs.at((2.0, 3), argnums=0)
def a_generator_and_a_list_are_spread(x, n):
    xs = [1.0, *(x * i for i in range(n)), *[x, x]]
    return weighted(*xs, x) + weighted(x, *(v * v for v in xs))


test_gradient = programs.test()
