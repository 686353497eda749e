"""Functions called for what they do: they write into parameters, return views, append, recurse and capture."""

import numpy as np

from tests.cases import Programs

programs = Programs()
x5 = np.array([0.5, 1.0, 2.0, -1.0, 0.3])
x8 = np.array([0.5, 1.0, 2.0, -1.0, 0.3, 1.5, -0.7, 0.9])


def weighed(xs):
    total = 0.0
    for i, v in enumerate(xs):
        total += (i + 1.5) * v * v
    return total


def smooth(u, w):
    for i in range(1, len(u) - 1):
        u[i] = u[i] * w[i - 1] + w[i + 1]


@programs.at((x5, 3), (x5, 0))
def a_helper_writes_and_returns_nothing(x, n):
    y = x * 2.0
    for _ in range(n):
        smooth(y, x)
        smooth(x, y)
    return np.sum(x * y)


@programs.at(x5)
def one_array_twice_to_a_helper_that_writes_one(x):
    smooth(x, x)
    return np.sum(x * x)


@programs.at(x5)
def overlapping_views_to_a_helper_that_writes_one(x):
    smooth(x[1:], x[:-1])
    return np.sum(x * x)


def interior(u):
    return u[1:-1]


def first_or_last(u, which):
    return u[0] if which else u[-1]


@programs.at(x5)
def a_helper_returns_a_view(x):
    inner = interior(x)
    inner *= x[2:]
    inner[0] = inner[1] * x[4]
    return np.sum(x * np.arange(5.0))


@programs.at((np.arange(6.0).reshape(3, 2) + 0.5, True), (np.arange(6.0).reshape(3, 2) + 0.5, False))
def a_helper_chooses_a_row(A, which):
    row = first_or_last(A, which)
    row[0] = row[1] * A[1, 0]
    row += A[1]
    return np.sum(A * A)


def scan(x):
    if len(x) <= 1:
        return
    half = len(x) // 2
    left = x[:half]
    right = x[half:]
    scan(left)
    scan(right)
    right += left[-1] * right


@programs.at(x8, x8[:3], x8[:1])
def recursion_over_views(x):
    scan(x)
    return np.sum(x * x)


def merge_halves(x):
    n = len(x)
    if n == 1:
        return x[0]
    a = merge_halves(x[: n // 2])
    b = merge_halves(x[n // 2 :])
    x[0] = a * b
    return x[0] + 0.5 * x[n - 1]


@programs.at(x8[:5])
def recursion_over_views_that_returns_numbers(x):
    return merge_halves(x) + np.sum(x)


def collect(x, depth, out):
    out.append(x * depth)
    if depth > 0:
        collect(x * 0.5, depth - 1, out)
        collect(x * x, depth - 1, out)


@programs.at((1.3, 3), (1.3, 0))
def recursion_appends_to_a_list_that_it_is_given(x, depth):
    out = []
    collect(x, depth, out)
    return weighed(out) + out[0]


def walk(tree, values):
    if tree is None:
        return values
    left, value, right = tree
    walk(left, values)
    values.append(value * len(values) + value)
    walk(right, values)
    return values


@programs.at((1.3, 2.1))
def a_tree_is_walked_into_a_list(x, y):
    tree = ((None, x, None), y, (None, x * y, None))
    return weighed(walk(tree, []))


@programs.at((1.3, 4), (1.3, 0))
def a_closure_changes_a_captured_list_and_array(x, n):
    trace = []
    state = np.zeros(3)

    def step(k):
        state[k % 3] += x * (k + 1)
        trace.append(state[0] * state[1] + x)
        if len(trace) > 2:
            trace.pop(0)

    for k in range(n):
        step(k)
    return weighed(trace) + np.sum(state**2)


@programs.at((1.3, 4))
def two_closures_share_a_list(x, n):
    stack = [x]

    def push(v):
        stack.append(v * x)

    def pop():
        return stack.pop()

    total = 0.0
    for k in range(n):
        push(k + x)
        push(pop() * 0.5)
        total += pop() ** 2
        push(total * 0.1)
    return total * weighed(stack)


def extended_by(v, into=None):
    if into is None:
        into = []
    into.append(v)
    return into


@programs.at((1.3, 2.1))
def a_list_by_default_or_given(x, y):
    a = extended_by(x)
    b = extended_by(y, a)
    c = extended_by(x * y)
    b[0] *= y
    return weighed(a) + weighed(c)


def fill(row, value):
    for i in range(len(row)):
        row[i] = value * (i + 1)


@programs.at((1.3, 2.1))
def rows_of_a_table_are_filled_by_a_helper(x, y):
    table = [[0.0] * 3 for _ in range(2)]
    for row in table:
        fill(row, x)
    fill(table[0], y * table[1][2])
    return weighed(table[0]) + weighed(table[1])


@programs.at(np.arange(6.0).reshape(3, 2) + 0.5)
def rows_of_an_array_are_filled_by_a_helper(A):
    s = np.sum(A[0])
    fill(A[1], s)
    for row in A:
        row[0] = row[0] * s
    fill(A[:, 1], A[0, 0])
    return np.sum(A**2)


def swap(xs, i, j):
    xs[i], xs[j] = xs[j], xs[i]


@programs.at([3.0, 1.0, 2.0])
def a_helper_swaps(xs):
    swap(xs, 0, 2)
    xs[0] *= xs[1]
    swap(xs, 1, 2)
    return weighed(xs)


@programs.at(x5)
def a_helper_swaps_in_an_array(x):
    swap(x, 0, 2)
    x[0] *= x[1]
    swap(x, 1, 4)
    return np.sum(x * x * np.arange(5.0))


def quicksort(xs, low, high):
    if low >= high:
        return
    pivot = xs[high]
    at = low
    for i in range(low, high):
        if xs[i] < pivot:
            swap(xs, i, at)
            at += 1
    swap(xs, at, high)
    quicksort(xs, low, at - 1)
    quicksort(xs, at + 1, high)


@programs.at([3.0, 1.0, 2.0, 5.0, 4.0], [1.0])
def quicksort_of_a_list(xs):
    quicksort(xs, 0, len(xs) - 1)
    return weighed(xs)


@programs.at(np.array([3.0, 1.0, 2.0, 5.0, 4.0]))
def quicksort_of_an_array(x):
    quicksort(x, 0, len(x) - 1)
    return np.sum(x * x * np.arange(1.0, 6.0))


def take(xs):
    return xs.pop(0)


@programs.at([np.array([1.0, 2.0]), np.array([3.0, 4.0])])
def a_helper_pops_an_array(rows):
    first = take(rows)
    first *= rows[0]
    rows.append(first)
    rows[0][1] = first[0] * rows[1][1]
    return np.sum(rows[0] * rows[1])


@programs.at([3.0, 1.0, 2.0])
def a_helper_pops_a_number(xs):
    total = 0.0
    while xs:
        total = total * 0.5 + take(xs) ** 2
    return total


def marked(xs, d):
    xs.append(1.25)
    d["mark"] = 0.5


@programs.at((1.3, 2.1))
def a_helper_appends_a_constant(x, y):
    xs = [x, x * y]
    d = {"a": y}
    marked(xs, d)
    xs.append(y)
    marked(xs, d)
    xs[2] = xs[2] * x
    return weighed(xs) * xs[3] + d["mark"] * d["a"]


def put(p, key, value):
    p[key] = p.get(key, 0.0) + value
    return p


@programs.at((1.3, 2.1))
def a_helper_writes_into_a_dict_and_returns_it(x, y):
    p = {}
    put(put(p, "a", x), "b", y)
    q = put(p, "a", x * y)
    q["b"] *= p["a"]
    return p["a"] * p["b"]


def clamp(u, flag):
    if flag:
        u[0] = u[1] * 2
        return u
    return u[:2]


@programs.at((x5, True), (x5, False))
def a_parameter_or_a_view_of_it_is_returned(x, flag):
    v = clamp(x, flag)
    v[1] = v[0] * v[1]
    return np.sum(x * x)


def early(u, xs):
    for i in range(len(u)):
        if u[i] < 0:
            xs.append(u[i])
            return i
        u[i] = u[i] * u[i]
        xs.insert(0, u[i])
    return len(u)


@programs.at((x5, 2.0), (np.abs(x5), 2.0))
def a_helper_returns_early_after_writes(x, y):
    xs = [y]
    i = early(x, xs)
    return weighed(xs) * np.sum(x) + i * y


def add_all(*rows, scale=1.0):
    for row in rows:
        row += scale
        row[0] *= scale


@programs.at((x5, x5[:3] + 1.0, 1.5))
def any_number_of_arrays_is_written(x, y, s):
    add_all(x, y, scale=s)
    return np.sum(x) * np.sum(y * y)


@programs.at((x5, 1.5))
def a_mapped_helper_writes(x, s):
    log = []

    def note(v):
        log.append(v * s)
        return v * v

    ys = [note(v) for v in x]
    zs = list(map(note, ys))
    return weighed(log) + sum(zs) * len(log)


@programs.at((1.5, 2.5))
def out_is_an_argument(x, y):
    def solve(a, b, out):
        out[0] = a * b
        out[1] = a + out[0]

    result = np.zeros(2)
    solve(x, y, result)
    solve(result[0], x, result)
    return result[0] * result[1]


@programs.at((np.array([1.0, 2.0, 3.0]), 2), (np.array([1.0, 2.0, 3.0]), 0))
def a_buffer_is_passed_and_returned(x, n):
    def step(u, buffer):
        buffer[:] = u * u[::-1] * 0.5
        return buffer, u

    u, buffer = x, np.zeros(3)
    for _ in range(n):
        u, buffer = step(u, buffer)
    return np.sum(u) + np.sum(buffer * u)


@programs.at((np.array([1.0, 2.0, 3.0]), 1.5))
def an_array_in_a_tuple_is_written_by_a_helper(x, s):
    def scale(pair):
        a, b = pair
        a *= s
        b[0] = a[1] * s
        return pair[1]

    y = x + 1
    z = scale((x, y))
    z[2] *= x[0]
    return np.sum(x * y)


test_gradient = programs.test()
