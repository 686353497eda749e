"""Lists that are written to: every method, slices, nesting and aliases, in branches and loops of any length."""

import math
from collections import deque

import numpy as np
import pytest

import srcad
from tests.cases import Programs

programs = Programs()


def weighed(xs):
    """A sum in which every item has a weight of its own place."""
    total = 0.0
    for i, v in enumerate(xs):
        total += (i + 1.5) * v * v
    return total


@programs.at(([1.0, 2.0, 3.0], 4.0, 0), ([1.0, 2.0, 3.0], 4.0, 1), ([1.0, 2.0, 3.0], 4.0, -1), ([1.0], 4.0, 9))
def insert_at_any_place(xs, v, i):
    xs.insert(i, v * xs[0])
    return weighed(xs)


@programs.at(([1.0, 2.0, 3.0], 4.0))
def insert_whose_item_is_overwritten(xs, v):
    y = xs[1] * v
    xs.insert(1, v * v)
    y += xs[1] * xs[2]
    xs[1] = y * xs[1]
    return weighed(xs)


@programs.at(([1.0, 2.0, 3.0], 2), ([1.0, 2.0, 3.0], 0), ([1.0, 2.0, 3.0], -2))
def pop_from_any_place(xs, i):
    v = xs.pop(i)
    w = xs.pop()
    return weighed(xs) * v + w


@programs.at(([1.0, 2.0, 3.0], 1.5))
def popped_and_not_used(xs, v):
    y = weighed(xs) * v
    xs.pop()
    xs.pop(0)
    return y + weighed(xs) * v


@programs.at([1.1, 2.0, 3.0, 4.1], [4.1])
def a_queue_is_worked_off(xs):
    total = 1.0
    while xs:
        v = xs.pop(0)
        if v > 1.5:
            xs.append(v - 1.25)
        total = total * 0.5 + v * v
    return total


@programs.at([1.1, 2.1, 3.0, 4.1], [4.2], [0.25])
def a_stack_is_worked_off(xs):
    total = 0.0
    while xs:
        v = xs.pop()
        if v > 1.0:
            xs.append(v * 0.5)
            xs.append(v * v * 0.1)
        total = total * 0.9 + math.sin(v)
    return total


@programs.at(([1.0, 2.0, 3.0, 4.0], 1), ([1.0, 2.0, 3.0, 4.0], -1))
def del_of_an_item(xs, i):
    y = xs[i] * xs[0]
    del xs[i]
    return weighed(xs) * y


@programs.at([1.0, 2.0, 3.0, 4.0, 5.0])
def del_of_slices(xs):
    y = xs[1] * xs[2]
    del xs[1:3]
    z = weighed(xs)
    del xs[::2]
    return z + y * weighed(xs)


@programs.at(([1.0, 2.0, 3.0], 3), ([1.0, 2.0, 3.0], 0))
def del_in_a_loop(xs, n):
    total = 0.0
    for i in range(n):
        total += xs[0] * xs[-1] * (i + 1)
        del xs[0]
    return total + weighed(xs)


@programs.at([1.0, 2.0, 3.0, 4.0], [2.0])
def reversed_in_place(xs):
    y = xs[0] ** 2
    xs.reverse()
    y = y * xs[0]
    xs[0] = y
    xs.reverse()
    return weighed(xs)


@programs.at(([1.0, 2.0, 3.0], 3), ([1.0, 2.0, 3.0], 0))
def reversed_in_a_loop(xs, n):
    for i in range(n):
        xs.reverse()
        xs[0] = xs[0] * xs[1] + i
    return weighed(xs)


@programs.at([3.0, 1.0, 2.0], [1.0], [1.0, 2.0, 3.0])
def sorted_in_place(xs):
    y = xs[0] * xs[-1]
    xs.sort()
    xs[0] = xs[0] * y
    return weighed(xs)


@programs.at([3.0, 1.0, 2.0])
def sorted_downwards(xs):
    xs.sort(reverse=True)
    return weighed(xs)


@programs.at([3.0, -1.0, 2.0])
def sorted_by_a_key(xs):
    xs.sort(key=lambda v: -abs(v))
    y = weighed(xs)
    xs.sort(key=abs, reverse=True)
    return y * xs[0] + weighed(xs)


@programs.at(([3.0, 1.0, 2.0], 3), ([3.0, 1.0, 2.0], 0))
def sorted_in_a_loop(xs, n):
    for _ in range(n):
        xs.sort()
        xs[0] = xs[0] * 1.7 + xs[-1]
    return weighed(xs)


@programs.at(([3.0, 1.0, 2.0], 1.5))
def cleared_and_filled_again(xs, v):
    y = weighed(xs)
    xs.clear()
    xs.append(y * v)
    xs.append(v)
    return weighed(xs)


@programs.at([3.0, 1.0, 2.0])
def copied_in_three_ways(xs):
    a, b, c = xs.copy(), list(xs), xs[:]
    xs[0] = 2 * xs[1]
    a[1] = a[0] * xs[0]
    b.append(a[1])
    c[2] *= b[3]
    return weighed(xs) + weighed(a) * 0.1 + weighed(b) * 0.01 + weighed(c) * 0.001


@programs.at([3.0, 1.0, 2.0])
def index_and_count(xs):
    i = xs.index(min(xs))
    xs[i] = xs[i] * xs[0] + xs.count(2.0)
    return weighed(xs) + xs.index(xs[2])


@programs.at([3.0, 1.0, 2.0])
def remove_by_value(xs):
    y = xs[1] ** 2
    xs.remove(xs[1])
    return weighed(xs) * y


@programs.at(([3.0, 1.0, 2.0], 1.5))
def extended(xs, v):
    xs.extend([v, v * xs[0]])
    xs.extend(xs)
    xs.extend((v, 2.0))
    xs.extend(t * v for t in xs[:2])
    return weighed(xs)


@programs.at(([3.0, 1.0, 2.0], 1.5))
def plus_and_times_in_place(xs, v):
    b = xs
    xs += [v * v]
    xs *= 2
    b[0] = b[0] * v
    return weighed(xs) + len(b)


@programs.at(([3.0, 1.0], [1.5, 2.5]))
def lists_are_joined(xs, ys):
    zs = xs + ys
    zs[0] = zs[3] * zs[1]
    xs[0] = zs[0] * ys[1]
    return weighed(zs + xs) * ys[0]


@programs.at(([1.0, 2.0, 3.0, 4.0], 1.5))
def a_slice_is_assigned(xs, v):
    y = xs[1] * xs[2]
    xs[1:3] = [v, y]
    return weighed(xs)


@programs.at(([1.0, 2.0, 3.0, 4.0], 1.5))
def a_slice_is_replaced_by_a_longer_one(xs, v):
    y = xs[1] * xs[2]
    xs[1:2] = [v, y, v * y]
    y *= xs[4]
    xs[:0] = [y]
    return weighed(xs)


@programs.at(([1.0, 2.0, 3.0, 4.0], 1.5))
def a_slice_is_replaced_by_a_shorter_one(xs, v):
    y = xs[1] * xs[2]
    xs[1:] = [v * y]
    xs[2:] = xs
    return weighed(xs)


@programs.at(([1.0, 2.0, 3.0, 4.0], 1.5))
def an_extended_slice_is_assigned(xs, v):
    y = xs[0] * xs[3]
    xs[::2] = [v, y]
    xs[::-1] = [x * v for x in xs]
    return weighed(xs)


@programs.at(([1.0, 2.0, 3.0, 4.0], 3), ([1.0, 2.0, 3.0, 4.0], 0))
def slices_are_assigned_in_a_loop(xs, n):
    for i in range(n):
        xs[i : i + 1] = [xs[i] * xs[-1], xs[0] + i]
    return weighed(xs)


@programs.at([1.0, 2.0, 3.0])
def a_whole_list_is_replaced_through_an_alias(xs):
    b = xs
    xs[:] = [x * xs[0] for x in xs]
    b[:] = b[::-1]
    return weighed(b) + weighed(xs)


@programs.at((2.0, 3.0))
def an_alias_appends(x, y):
    a = [x]
    b = a
    b.append(x * y)
    a.append(y)
    b.insert(0, a[1] * a[2])
    return weighed(a)


@programs.at((2.0, 3.0, 1), (2.0, 3.0, -1))
def an_alias_in_one_branch(x, y, which):
    a = [x, y]
    b = a if which > 0 else [y, x]
    b.append(x * y)
    b.pop(0)
    a[0] = b[0] * x
    return weighed(a) + weighed(b)


@programs.at((2.0, 3.0, 1), (2.0, 3.0, -1))
def appended_in_one_branch_only(x, y, which):
    a = [x, y]
    if which > 0:
        a.append(x * y)
    else:
        a.pop(0)
    a[0] *= y
    return weighed(a) * a[-1]


@programs.at((2.0, 0.7), (2.0, 5.0), (-2.0, 0.7))
def appended_until_a_break(x, limit):
    a = []
    while True:
        a.append(x * (len(a) + 1))
        if len(a) > 4 or a[-1] > limit:
            break
        x = x * 1.5 + a[0]
    return weighed(a) * x


@programs.at((2.0, 3.0), (-2.0, 3.0))
def changed_before_an_early_return(x, y):
    a = [x, y]
    a.insert(0, x * y)
    if x < 0:
        return weighed(a)
    del a[1]
    a.append(a[0] * x)
    return weighed(a)


@programs.at((2.0, 3), (2.0, 0))
def a_loop_of_no_trips(x, n):
    a = [x]
    for i in range(n):
        a.insert(i, a[-1] * x)
    return weighed(a)


@programs.at((2.0, 3.0))
def the_old_item_is_needed_after_it_was_removed(x, y):
    a = [x * y, y, x]
    first = a[0]
    t = first * first
    a.pop(0)
    a.reverse()
    return t * weighed(a)


@programs.at((1.5, 2.5))
def rows_of_one_list_are_the_same_list(x, y):
    table = [[0.0] * 3] * 2
    table[0][1] = x * y
    table[1][2] = table[0][1] * x
    return weighed(table[0]) + weighed(table[1])


@programs.at((1.5, 2.5))
def rows_of_a_comprehension_are_not(x, y):
    table = [[0.0] * 3 for _ in range(2)]
    table[0][1] = x * y
    table[1][2] = table[0][1] * x
    return weighed(table[0]) + weighed(table[1]) * x


@programs.at([[1.0, 2.0], [3.0]])
def lists_in_a_list_are_moved(rows):
    last = rows.pop()
    rows.insert(0, last)
    last.append(rows[1][0] * rows[0][0])
    rows[0][0] *= 2
    rows.reverse()
    return weighed(rows[0]) + weighed(rows[1]) * rows[1][1]


@programs.at([[1.0, 2.0], [3.0], [4.0, 5.0]])
def lists_in_a_list_are_sorted_by_their_first_item(rows):
    rows.sort(key=lambda row: -row[0])
    rows[0].append(rows[2][0] * rows[1][0])
    del rows[1]
    return weighed(rows[0]) * weighed(rows[1])


@programs.at([[1.0, 2.0], [3.0]])
def lists_of_lists_are_extended_and_sliced(rows):
    rows.extend([[rows[0][0] * rows[1][0]], rows[0]])
    rows[3].append(2.0 * rows[2][0])
    rows[1:2] = [[rows[0][2]], rows[0]]
    rows[2][0] *= 3
    return sum(weighed(row) * (i + 1) for i, row in enumerate(rows))


@programs.at((2.0, 3), (2.0, 0))
def pairs_are_pushed_and_popped(x, n):
    stack = [(x, 1.0)]
    for i in range(n):
        stack.append((x * i, stack[-1][0] * 0.5))
    stack.insert(0, (x, x))
    total = 0.0
    while stack:
        a, b = stack.pop()
        total = total * 0.8 + a * b
    return total


@programs.at((2.0, 3.0))
def pairs_are_taken_from_the_front(x, y):
    queue = [(x, 2), (y, 1)]
    total = 0.0
    while queue:
        v, n = queue.pop(0)
        total += v * v * n
        if n > 0:
            queue.append((v * total * 0.1, n - 1))
    return total


@programs.at(np.array([1.0, 2.0, 3.0]))
def arrays_in_a_list_are_written_through(x):
    rows = [x * 2, x, x * x]
    rows[1][0] = rows[0][1] * rows[2][2]
    rows.insert(0, rows[2])
    rows[0][1:] *= rows[1][1:]
    a = rows.pop(1)
    a += rows[0]
    return np.sum(rows[0] * rows[1]) + np.sum(a * rows[2]) + np.sum(x)


@programs.at(np.array([1.0, 2.0, 3.0]))
def arrays_in_a_list_are_replaced(x):
    rows = [x, x * 2.0]
    for k in range(3):
        rows.append(rows[-1] * rows[-2] + k)
        rows.pop(0)
    rows.reverse()
    return np.sum(rows[0] * rows[1])


@programs.at([np.array([1.0, 2.0]), np.array([3.0, 4.0])])
def arrays_of_the_caller_are_written(rows):
    rows[0][0] = rows[1][1] * rows[0][1]
    first = rows.pop(0)
    first *= rows[0]
    rows.append(first * first)
    return np.sum(rows[0] * rows[1]) + np.sum(first)


@programs.at((2.0, 3), (2.0, 0))
def a_history_is_kept_short(x, n):
    recent = [x, x * 2]
    for i in range(n):
        recent.append(recent[0] * recent[1] * 0.3 + i)
        if len(recent) > 3:
            recent.pop(0)
    return weighed(recent)


@programs.at([5.0, 3.0, 8.0, 1.0], [1.0])
def insertion_sort(xs):
    out = []
    for x in xs:
        at = 0
        while at < len(out) and out[at] < x:
            at += 1
        out.insert(at, x)
    return weighed(out)


@programs.at([5.0, 3.0, 8.0, 1.0])
def bubble_sort(xs):
    n = len(xs)
    for i in range(n):
        for j in range(n - 1 - i):
            if xs[j] > xs[j + 1]:
                xs[j], xs[j + 1] = xs[j + 1], xs[j]
    return weighed(xs)


@programs.at([5.0, 3.0, 8.0, 1.0])
def sorted_into_another_list(xs):
    ys = sorted(xs, reverse=True)
    ys[0] *= xs[0]
    zs = sorted(ys, key=lambda v: v * v)
    zs.append(ys[1] * xs[1])
    return weighed(ys) + weighed(zs)


@programs.at((2.0, 3.0))
def ints_and_words_beside_numbers(x, y):
    names = ["b", "a"]
    counts = [3, 1, 2]
    values = [x, y]
    names.insert(0, "c")
    counts.sort()
    counts.reverse()
    names.sort(reverse=True)
    values.insert(counts.pop(), x * y)
    del counts[0]
    total = 0.0
    for i, name in enumerate(names):
        total += values[i] ** counts[0] * len(name)
    return total + names.index("a")


@programs.at((2.0, 3.0))
def a_list_that_holds_ints_at_first(x, y):
    a = [0, 1, 2]
    a[1] = x * y
    a.insert(0, a[1] * x)
    a.append(3)
    return weighed(a)


@programs.at(([1.0, 2.0, 3.0], 1.5))
def an_old_alias_is_used_after_the_change(xs, v):
    ys = xs
    xs = xs + [v]
    xs[0] = v * ys[1]
    ys.append(xs[0])
    ys[0] = ys[3] * v
    return weighed(xs) + weighed(ys)


@programs.at((1.5, 4), (1.5, 1))
def a_popped_item_is_put_back_elsewhere(x, n):
    ring = [x, x * x, 2.0]
    for _ in range(n):
        ring.append(ring.pop(0) * 0.9)
        ring.insert(1, ring.pop())
    return weighed(ring)


@programs.at((2.0, 3.0))
def a_tuple_of_a_list_is_a_copy(x, y):
    xs = [x, y]
    t = tuple(xs)
    xs.insert(0, x * y)
    s = t[0] * 2 + t[1] * xs[1]
    xs.pop(0)
    return s * xs[0]


@programs.at((2.0, 3.0), (2.0, -3.0))
def whether_a_list_is_empty_is_tested(x, y):
    xs = [x]
    total = y
    if y > 0:
        xs.pop()
    if xs:
        total += xs.pop() * x
    if not xs:
        xs.append(total * y)
    if len(xs) > 0:
        total *= xs.pop(0)
    return total


@programs.at(([1.0, 2.0, 3.0], 1.5, 2), ([1.0, 2.0, 3.0], 1.5, 9), ([], 1.5, 9))
def a_list_in_a_condition(xs, y, n):
    total = y
    while xs and n > 0:
        total = total * 0.5 + xs.pop() * y
        n -= 1
    if not xs or total > 10.0:
        xs.append(total)
    return total * weighed(xs)


@programs.at((2.0, 3.0))
def the_length_of_a_list_is_that_of_its_time(x, y):
    xs = [x, y]
    m = np.mean(xs) * x
    xs.append(x * m)
    v = np.mean(xs) + np.std(xs)
    xs.pop(0)
    return m * v + np.sum(xs)


@programs.at((1.5, 2.5))
def none_in_a_list(x, y):
    a = [None, x, None]
    a[0] = y * x
    a.insert(1, None)
    total = 0.0
    for v in a:
        if v is not None:
            total += v * v
    return total


@programs.at(np.array([0.3, -0.7, 1.1, 0.4]))
def a_list_takes_in_a_deque(x):
    waiting, done = deque(), []
    for v in x:
        if waiting:
            done.append(waiting.popleft())
        waiting.append((v, v * x[0]))
    done.extend(waiting)
    rest = [x[1]]
    rest += deque([x[2]])
    rest[:1] = deque([x[3], x[0]])
    return sum(a * b for a, b in done) + weighed(rest)


test_gradient = programs.test()


def inserts(x, y):
    a = [x, y]
    a.insert(0, x * y)
    a.insert(len(a) - 1, y)
    return a[0] * a[2]


def test_the_shadow_is_changed_by_the_same_method():
    source = srcad.grad(inserts).source_for(2.0, 3.0)
    assert "d_a.insert(0, 0.0)" in source and "d_a.insert(at, 0.0)" in source, source
    assert "d_a.pop(0)" in source and "d_a.pop(at)" in source, source
    assert "a.pop" not in source.replace("d_a.pop", ""), "nothing reads the list again: it is left as it is"


def reverses(x, y):
    a = [x, y, x * y]
    t = a[0] * a[1]
    a.reverse()
    a[1:2] = [t]
    return a[0] * a[2]


def test_an_order_is_taken_back_without_a_record():
    source = srcad.grad(reverses).source_for(2.0, 3.0)
    assert source.count("d_a.reverse()") == 2, source
    assert "_tape" not in source and "a_old" not in source, source


def sorts(xs):
    xs.sort()
    return xs[0] * xs[1]


@pytest.mark.parametrize("xs", [[3.0, 1.0, 2.0], [1.0, 1.0, 2.0]])
def test_equal_items_keep_their_order_when_sorted(xs):
    order = sorted(range(3), key=lambda i: xs[i])
    want = [0.0, 0.0, 0.0]
    want[order[0]], want[order[1]] = xs[order[1]], xs[order[0]]
    assert srcad.grad(sorts)(xs) == want
