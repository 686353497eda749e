"""Loops and exits: break, continue, return, loop else, while, in every nesting.

PYTEST_DONT_REWRITE: the assert statements here are programs to compare.
"""

from __future__ import annotations

import numpy as np
import pytest

from srcad.core.nodes import For, ForEach, While, walk
from tests.frontend.agree import agree


def note(log, x):
    log.append(x)
    return x


def loops(program):
    return [stmt for stmt in walk(program.body) if isinstance(stmt, For | ForEach | While)]


def test_early_returns_nest_the_rest():
    def f(x):
        if x > 10:
            return "big"
        if x > 5:
            y = x
        elif x > 0:
            return "small"
        else:
            y = -x
            if y > 3:
                return y
        y += 1
        return y

    agree(f, (11,), (6,), (1,), (-1,), (-5,))


def test_falling_off_the_end_gives_none():
    def f(x):
        if x:
            return 1

    def g(x):
        x.append(1)

    def h(x):
        while x > 0:
            if x == 5:
                return
            x -= 1

    agree(f, (0,), (1,))
    agree(g, ([],))
    agree(h, (7,), (3,))


def test_code_after_an_exit_is_dropped():
    def f(x):
        for i in range(3):
            x += i
            continue
            x = 100
        while True:
            break
            x = 200
        return x
        x = 300
        return x

    agree(f, (1,))


def test_ranges_of_every_sign_with_computed_bounds():
    def f(n, a):
        s = []
        for i in range(n):
            s.append(i)
        for i in range(a, n):
            s.append(i)
        for i in range(n, a, -2):
            s.append(i)
        for i in range(len(s) - 1, -1, -1):
            s.append(i)
        for i in reversed(range(a, n, 2)):
            s.append(i)
        for i in range(int(2.7) + n):
            s.append(i)
        return s, i

    program = agree(f, (5, 1), (0, 3), (7, -2))
    assert all(isinstance(loop, For) for loop in loops(program))


def test_a_bound_or_target_assigned_in_the_body_does_not_change_the_loop():
    def f(n):
        out = []
        for i in range(n):
            n = n - 1
            i = i * 2
            out.append((i, n))
        for n in range(n, n + 3):
            out.append(n)
        for k in range(n):
            k += 1
            for n in range(k):
                out.append(n)
        return out, i, n, k

    agree(f, (4,))


def test_the_loop_variable_keeps_its_last_value():
    def f(n, xs):
        i = -1
        for i in range(n):
            pass
        v = None
        for v in xs:
            if v > 2:
                break
        for j, (a, b) in enumerate(zip(xs, xs)):
            pass
        return i, v, j, a, b

    agree(f, (0, [1, 2, 3, 4]), (3, [1]))


def test_break_and_continue():
    def f(xs):
        out = []
        for x in xs:
            if x < 0:
                break
            if x == 3:
                continue
            if x > 5:
                if x > 8:
                    continue
                out.append("six")
                if x == 7:
                    break
                out.append("after")
            out.append(x)
        return out

    agree(f, ([1, 3, 9, 6, 2, -1, 4],), ([7, 1],), ([],), ([6, 6, 7, 8],))


def test_a_partial_continue_sets_a_flag():
    def f(n):
        out = []
        for i in range(n):
            if i % 2 == 0:
                out.append("even")
                if i == 4:
                    continue
                out.append("not four")
            else:
                if i == 5:
                    break
                out.append("odd")
            out.append(i)
            if i > 2:
                if i == 3:
                    continue
                elif i == 6:
                    break
            out.append("end")
        return out

    agree(f, (3,), (5,), (10,))


def test_loop_else_with_break_in_a_nested_loop():
    def f(n, k):
        out = []
        for i in range(2, n):
            for j in range(2, i):
                if i % j == 0:
                    break
                if i * j == k:
                    return out, "returned"
            else:
                out.append(i)
                if i == 11:
                    break
                continue
            out.append(-i)
        else:
            out.append("all")
        return out

    agree(f, (10, 0), (14, 0), (2, 0), (9, 14))


def test_while_else_and_loops_without_break_but_else():
    def f(n):
        out = []
        while n > 0:
            n -= 2
            if n == 1:
                break
        else:
            out.append("else")
        for _ in range(n):
            pass
        else:
            out.append("always")
        for i in range(3):
            if i == n:
                return "returned"
        else:
            out.append("unbroken")
        return out

    agree(f, (5,), (4,), (0,), (-1,), (2,))


def test_return_from_nested_loops():
    def f(A, target):
        for i in range(len(A)):
            for j, v in enumerate(A[i]):
                if v == target:
                    return i, j
                while v > 50:
                    v -= 10
                    if v == 45:
                        return "deep", i
        return None

    A = [[1, 2], [3, 95]]
    agree(f, (A, 1), (A, 3), (A, 7), ([], 0))


def test_return_in_a_loop_that_also_breaks_and_continues_then_more_code():
    def f(xs, lim):
        total = 0
        for x in xs:
            if x == 0:
                continue
            for y in range(x):
                if y == 3:
                    break
                if total > lim:
                    return "over", total
                total += y
            else:
                total += 100
                continue
            total += x
            if total == 7:
                break
        total *= 2
        return total

    agree(f, ([1, 0, 5], 1000), ([5, 5, 5], 3), ([4], 100), ([], 1))


def test_while_with_a_pure_test_keeps_it_as_the_test():
    def f(x):
        n = 0
        while abs(x) > 1e-3 and n < 50:
            x = x / 2
            n += 1
        return x, n

    loop = loops(agree(f, (1.0,), (0.0,)))[0]
    assert loop.test


def test_while_with_effects_in_its_test_and_continue():
    def f(xs):
        log = []
        while (x := note(log, xs.pop())) > 0:
            if x == 2:
                continue
            if x == 9:
                break
            log.append("body")
            if x == 7:
                return log, xs
        else:
            log.append("else")
        return log, xs

    loop = loops(agree(f, ([0, 1, 2, 3],), ([0, 9, 1],), ([5, 7, 2],)))[0]
    assert not loop.test


def test_while_true_with_several_ways_out():
    def f(x, n):
        k = 0
        while True:
            k += 1
            if k > n:
                return "tired", x
            x = x / 2 if k % 2 else x + 1
            if x < 0.3:
                break
            if x < 1:
                continue
            x -= 0.1
        return x, k

    agree(f, (1.0, 3), (5.0, 100), (0.2, 4))


def test_while_true_that_only_returns():
    def f(x):
        while True:
            x *= 2
            if x > 100:
                return x

    agree(f, (1,))


def test_for_over_everything():
    def f(xs, A, d, s):
        out = []
        for x in xs:
            out.append(x)
        for row in A:
            out.append(row.sum())
        for k in d:
            out.append(k)
        for k, v in d.items():
            out.append((k, v))
        for v in d.values():
            out.append(v)
        for a, (b, *c) in [(1, (2, 3)), (4, (5,))]:
            out.append((a, b, c))
        for c in s:
            out.append(c)
        for x in sorted(xs, reverse=True):
            out.append(x)
        for x in map(abs, xs):
            out.append(x)
        for y in (x * 2 for x in xs if x > 1):
            out.append(y)
        for xs[0] in (5, 6):
            out.append(xs[0])
        return out

    agree(f, ([3, 1, 2], np.ones((2, 2)), {"a": 1, "b": 2}, "xy"))


def test_enumerate_zip_reversed_and_their_nestings():
    def f(xs, ys, d, n):
        out = []
        for i, x in enumerate(xs):
            out.append((i, x))
        for i, x in enumerate(xs, 5):
            i += 1
            out.append((i, x))
        for x, y in zip(xs, ys):
            out.append((x, y))
        for x, y, k in zip(xs, reversed(ys), range(n)):
            out.append((x, y, k))
        for i, (x, y) in enumerate(zip(xs, ys), start=n):
            out.append((i, x, y))
        for p in zip(xs, ys):
            out.append(p)
        for p in enumerate(xs):
            out.append(p)
        for i, p in enumerate(zip(xs, range(1, 9, 3))):
            out.append((i, p))
        for (i, x), y in zip(enumerate(xs), ys):
            out.append((i, x, y))
        for x in reversed(xs):
            out.append(x)
        for i, x in reversed(list(enumerate(xs))):
            out.append((i, x))
        for i, k in enumerate(d):
            out.append((i, k))
        for (k, v), x in zip(d.items(), xs):
            out.append((k, v, x))
        for i, x in enumerate(sorted(set(xs))):
            out.append((i, x))
        for x, *rest in zip(xs, ys, xs):
            out.append((x, rest))
        for (x,) in zip(xs):
            out.append(x)
        for a, b in zip(*[xs, ys]):
            out.append((a, b))
        for i, v in enumerate(x * 2 for x in xs):
            out.append((i, v))
        for i, x in enumerate(reversed(xs)):
            out.append((i, x))
        for k in zip(range(n, n + 4), range(n)):
            out.append(k)
        return out

    agree(f, ([1, 2, 3], [4, 5], {"a": 1, "b": 2}, 2), ((1.5,), (2.5, 3.5, 4.5), {}, 0), ([], [], {"z": 0}, -3))


def test_the_sequence_of_a_loop_may_be_assigned_in_its_body():
    def f(xs):
        out = []
        for i, x in enumerate(xs):
            xs = xs[1:]
            out.append((i, x))
        for x in xs or out:
            xs = None
            out = out + [x]
        return out

    agree(f, ([1, 2, 3],))


def test_strict_zip_raises_where_lengths_differ():
    def f(xs, ys):
        total = 0
        for x, y in zip(xs, ys, strict=True):
            total += x * y
        return total

    agree(f, ([1, 2], [3, 4]))
    with pytest.raises(ValueError, match="different lengths"):
        from srcad.frontend.lower import lower
        from tests.frontend.interpret import function_of

        function_of(lower(f))([1], [2, 3])


def test_a_shadowed_range_is_not_a_range():
    def f(n):
        def range(k):
            return [k, k]

        out = []
        for i in range(n):
            out.append(i)
        return out

    agree(f, (3,))


def test_assert_and_raise():
    def f(x):
        assert x > 0, f"not positive: {x}"
        assert x != 5
        if x == 3:
            raise ValueError("three", x)
        if x == 4:
            raise KeyError from ZeroDivisionError("cause")
        if x > 10:
            if x == 11:
                raise RuntimeError
            else:
                return "big"
        return x

    agree(f, (1,), (-1,), (5,), (3,), (4,), (11,), (12,))


def test_dead_ends_that_raise():
    def f(x):
        if x > 0:
            return x
        raise ValueError("negative")

    def g(x):
        raise NotImplementedError

    agree(f, (1,), (-1,))
    agree(g, (1,))
