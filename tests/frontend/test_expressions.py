"""Operators, displays, conditions, subscripts, f-strings: value, order of evaluation, short circuits."""

from __future__ import annotations

import collections
import math

import numpy as np

from srcad.core.nodes import If, walk
from tests.frontend.agree import agree

SCALE = 3.0
Point = collections.namedtuple("Point", "x y")


class Holder:
    rate = 0.5

    def __init__(self):
        self.value = 2.0
        self.items = [1.0, 2.0]
        self.log = []

    def note(self, x):
        self.log.append(x)
        return x

    def __private(self):
        return 7.0

    def mangled(self, x):
        self.__hidden = x
        return self.__private() + self.__hidden


HOLDER = Holder()


def note(log, x):
    log.append(x)
    return x


def test_arithmetic_and_bit_operators():
    def f(x, y):
        return x + y - x * y / (y + 10) // 2 % 3, x**2, -x, +x, x @ np.eye(2) if isinstance(x, np.ndarray) else x

    def bits(a, b):
        return a & b, a | b, a ^ b, a << 2, b >> 1, ~a, not a

    agree(f, (2.0, 3.0), (np.ones(2), 4.0))
    agree(bits, (6, 3), (0, 1))


def test_negative_literals_and_powers():
    def f(x):
        return -(2**2) + x * -1.5 + (-2) ** 2 - -x + 2j.imag

    agree(f, (1.5,))


def test_a_chained_comparison_evaluates_its_middle_once_and_stops_early():
    def f(x, log):
        a = note(log, 1) < note(log, x) <= note(log, 5) != note(log, 3)
        b = x < 2 < 3 > x
        return a, b

    agree(f, (0, []), (2, []), (9, []), (5, []))


def test_and_or_not_give_the_operand_and_stop_early():
    def f(x, y, log):
        a = note(log, x) and note(log, y)
        b = note(log, x) or note(log, y) or note(log, "last")
        c = not x
        x = x or y
        y = (y and x) or 3
        return a, b, c, x, y

    agree(f, (0, 2.0, []), (1.5, 0, []), (0, 0, []), ([], "s", []))


def test_ternaries_evaluate_one_branch():
    def f(x, log):
        y = note(log, 1) if x > 0 else note(log, 2) if x < -1 else note(log, 3)
        x = x * 2 if x > 0 else -x
        return (x if y == 1 else y) + (1 if x else 2)

    agree(f, (1.0, []), (-0.5, []), (-3.0, []), (0.0, []))


def test_walrus_is_seen_by_later_operands_only():
    def f(x):
        a = x + (x := x * 2) + x
        b = [x, (x := 5), x]
        if (n := len(b)) > 2 and (m := n + 1):
            return a, b, n, m, x, (y := x) + (y := 2) + y
        return n

    agree(f, (3.0,))


def test_walrus_in_a_comprehension_binds_in_the_function():
    def f(xs):
        ys = [last := x * 2 for x in xs if (seen := x) > 0]
        return ys, last, seen

    agree(f, ([1, 2, -3],), ([4, 5],), ([],))


def test_membership_and_identity():
    def f(x, xs, d):
        return x in xs, x not in xs, x is None, x is not None, "a" in d, x in (1, 2, 3)

    agree(f, (1, [1, 2], {"a": 1}), (None, [], {}), (9.5, [9.5], {}))


def test_displays_with_stars():
    def f(xs, d):
        return [0, *xs, 9], (*xs, *xs), {*xs, 4}, {"k": 1, **d, "z": 2}, {1, 2}, (), [], {}, {"a": xs[0], "b": [xs]}

    agree(f, ([1, 2, 3], {"k": 5, "m": 6}), ((1.5,), {}))


def test_subscripts_and_slices():
    def f(A, i):
        return A[i], A[1:], A[:, 0], A[..., None], A[::-1, i:3:2], A[i, i], A[-1][0], A[[0, 1], :], A[A > 2]

    agree(f, (np.arange(12.0).reshape(3, 4), 1))

    def lists(xs, i):
        return xs[i], xs[-i], xs[i : i + 2], xs[:], xs[::2], xs[i:][0]

    agree(lists, ([1, 2, 3, 4], 1), ("word", 2))


def test_f_strings():
    def f(x, w):
        return f"{x} {x!r:>{w}} {x:.3f}{'a' if x else 'b'}tail{w=}" + "{}"

    agree(f, (1.5, 12))


def test_constants_of_every_type():
    def f():
        return 1, 1.5, 2j, "s", b"b", None, ..., True, False, "ab"

    agree(f, ())


def test_global_names_modules_and_attributes():
    def f(x):
        h = HOLDER
        return SCALE * x + math.pi + np.linalg.norm([x, 1.0]) + h.value + Holder.rate + HOLDER.items[0] + len(h.items)

    program = agree(f, (2.0,))
    assert {guard.key for guard in program.guards} >= {"SCALE", "np", "HOLDER", "math"}
    assert all(guard.key != "len" for guard in program.guards)


def test_private_names_are_mangled_as_the_class_does():
    from srcad.frontend.lower import lower
    from tests.frontend.interpret import function_of

    assert function_of(lower(Holder.mangled))(Holder(), 2.0) == Holder().mangled(2.0) == 9.0


def test_a_name_that_does_not_exist_raises_when_it_is_reached():
    def f(x):
        if x > 0:
            return missing_name + x  # noqa: F821
        return x

    agree(f, (1.0,), (-1.0,))


def test_an_expression_statement_keeps_its_effect_only():
    def f(log, x):
        note(log, 1)
        x and note(log, 2)
        note(log, 3) if x else note(log, 4)
        x + 1
        "not a docstring"
        log[0]
        return x

    agree(f, ([], 1.0), ([], 0.0))


def test_a_comparison_chain_becomes_nested_tests():
    def f(x):
        return 0 < x < 1

    assert sum(isinstance(stmt, If) for stmt in walk(agree(f, (0.5,), (2,), (-1,)).body)) == 1


def test_a_local_that_is_read_too_early_is_an_error():
    def f(x):
        if x > 0:
            y = x
        return y

    agree(f, (1.0,))
