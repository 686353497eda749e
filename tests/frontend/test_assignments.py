"""Assignment: unpacking, swaps, chains, augmented assignment and its order of evaluation, del, import."""

from __future__ import annotations

import numpy as np

from srcad.core.nodes import Assign
from tests.frontend.agree import agree


def note(log, x):
    log.append(x)
    return x


class Thing:
    def __init__(self, v=1.0):
        self.v = v
        self.inner = None


def test_swaps_and_rotations():
    def f(a, b, c):
        a, b = b, a
        a, b, c = c, a, b
        b, c = c, a + b
        (a, b), c = (b, a), a
        return a, b, c

    agree(f, (1, 2, 3))


def test_no_temporary_where_none_is_needed():
    def f(x):
        a, b = 1.0, 2.0
        c, d = x + a, x + b
        return a + b + c + d

    program = agree(f, (1.0,))
    assert [s.target for s in program.body[:4] if isinstance(s, Assign)] == ["a", "b", "c", "d"]


def test_unpacking_of_every_form():
    def f(xs):
        a, *b, c = xs
        (d, e), [g, *h] = (a, c), xs
        (only,) = [a]
        *start, last = "abc"
        first, second = {"k": 1, "m": 2}
        i, (j, (k, *m)) = 1, (2, (3, 4, 5))
        return a, b, c, d, e, g, h, only, start, last, first, second, i, j, k, m

    agree(f, ([1, 2, 3, 4],), ((1, 2),), ([1],))


def test_unpacking_the_wrong_count_raises_as_python_does():
    def f(xs):
        a, b = xs
        return a + b

    agree(f, ([1, 2],), (np.array([1.0, 2.0]),))


def test_chained_assignment_goes_from_left_to_right():
    def f(x):
        a = b = c = x * 2
        i = xs = [0, 0, 0]
        i = xs[i[0]] = 1
        p = q = []
        p.append(1)
        (s, t) = u = (x, a)
        return a, b, c, i, xs, p is q, s, t, u

    agree(f, (1.5,))


def test_assignment_to_elements_and_attributes():
    def f(xs, d, t, A):
        xs[0] = 5.0
        xs[1], xs[2] = xs[2], xs[1]
        d["k"], t.v = t.v, d["k"]
        t.inner = Thing(3.0)
        t.inner.v, *t.rest = xs
        A[0, 1:] = A[1, :-1]
        A[A > 4] = 0.0
        xs[len(xs) :] = [7]
        return t.v

    agree(f, ([1, 2, 3], {"k": 9}, Thing(), np.arange(6.0).reshape(2, 3)))


def test_augmented_assignment_on_names_of_every_operator():
    def f(x, n):
        x += 1
        x -= 0.5
        x *= x
        x /= 3
        x **= 2
        x //= 0.1
        x %= 7
        n <<= 2
        n |= 1
        n &= 13
        n ^= 3
        n >>= 1
        return x, n

    agree(f, (2.0, 5))


def test_augmented_assignment_keeps_the_object():
    def f(xs, A):
        ys, B = xs, A
        xs += [1]
        A += 1.0
        A @= np.eye(2)
        return ys, B, ys is xs, A is B

    agree(f, ([0], np.ones((2, 2))))


def test_augmented_assignment_evaluates_base_and_key_once_and_before_the_value():
    def f(xs, t, log):
        note(log, xs)[note(log, 0)] += note(log, 10)
        t.v += note(log, 2)
        t.inner = [1.0, 2.0]
        t.inner[-1] *= t.inner[0] + note(log, 3)
        xs[1:] += [9]
        return xs

    agree(f, ([1, 2], Thing(), []))


def test_augmented_assignment_reads_the_name_first():
    def f(x):
        x += (x := 10)
        y = 1
        y += y * (y := 2) + y
        return x, y

    agree(f, (1,))


def test_annotated_assignment():
    def f(x: float) -> float:
        y: float = x * 2
        z: int
        z = 3
        t = Thing()
        t.v: float = y
        return y + z + t.v

    agree(f, (1.0,))


def test_del_of_names_elements_and_attributes():
    def f(xs, d, t):
        y = 1
        del y
        y = 2
        del xs[0], d["a"]
        del t.v
        del xs[:1]
        z = 0
        for i in range(3):
            w = i
            z += w
            del w
        return y, z, hasattr(t, "v")

    agree(f, ([1, 2, 3], {"a": 1, "b": 2}, Thing()))


def test_import_inside_of_a_function():
    def f(x):
        import math
        import os.path
        from math import cos as c
        from math import sin

        def g(y):
            return math.exp(y)

        return sin(x) + c(x) + math.tan(x) + g(x), os.path.join("a", "b")

    agree(f, (0.5,))


def test_setattr_and_getattr_with_a_constant_name():
    def f(t):
        t.v = 3.0
        return getattr(t, "v") + getattr(t, "missing", 1.0)  # noqa: B009

    agree(f, (Thing(),))


def test_a_bare_annotation_makes_the_name_a_local():
    def f(x):
        np: float
        if x > 0:
            np = x
        return np

    agree(f, (1.0,), (-1.0,))
