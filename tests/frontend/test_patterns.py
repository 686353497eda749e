"""`match` in every form."""

from __future__ import annotations

import collections
import dataclasses
import enum

from tests.frontend.agree import agree

LIMIT = 4


class Color(enum.Enum):
    RED = 1
    BLUE = 2


@dataclasses.dataclass
class Point:
    x: float
    y: float = 0.0


class Bag:
    def __init__(self, **items):
        self.__dict__.update(items)


def test_values_singletons_alternatives_and_wildcard():
    def f(x):
        match x:
            case 1:
                return "one"
            case "a" | "b" | -2:
                r = "letter"
            case None:
                return "none"
            case True:
                r = "true"
            case Color.RED:
                r = "red"
            case 2.5 | 3j:
                r = "number"
            case _:
                r = "other"
        return r + "!"

    agree(f, (1,), (1.0,), ("a",), ("b",), (-2,), (None,), (True,), (Color.RED,), (Color.BLUE,), (2.5,), (3j,), ([],))


def test_no_case_matches():
    def f(x):
        y = 0
        match x:
            case 5:
                y = 1
        return y

    agree(f, (5,), (6,))


def test_sequences_with_stars_and_nesting():
    def f(x):
        match x:
            case []:
                return "empty"
            case [a]:
                return "one", a
            case [1, (b, c), *rest] if b > 0:
                return "nested", b, c, rest
            case [first, *_, [last]]:
                return "last", first, last
            case (a, b):
                return "two", a, b
            case [*all_of_them, 0]:
                return all_of_them
            case str(s) | bytes(s):
                return "text", s
        return "none"

    inputs = (
        [],
        [7],
        [1, [2, 3]],
        [1, [-2, 3], 4],
        [1, [-2, 3]],
        [5, 6, [7]],
        (8, 9),
        [1, 2, 0],
        "ab",
        b"x",
        5,
        {1: 2},
    )
    agree(f, *((value,) for value in (*inputs, collections.deque([1, 2]), range(2))))


def test_mappings():
    def f(d):
        match d:
            case {"kind": "a", "x": x, **rest}:
                return x, rest
            case {"kind": kind}:
                return kind
            case {}:
                return "mapping"
        return "none"

    agree(f, ({"kind": "a", "x": 1, "z": 2},), ({"kind": "a"},), ({"q": 1},), ({},), ([],))


def test_classes_with_positions_and_keywords():
    def f(p):
        match p:
            case Point(0.0, y):
                return "on the axis", y
            case Point(x=x, y=0.0) as whole:
                return x, whole
            case Point(x, y) if x == y:
                return "diagonal"
            case Point():
                return "point"
            case int(n) | float(n):
                return n
            case Bag(a=1, b=b):
                return b
            case list([a, b]):
                return a + b
        return "none"

    inputs = (
        Point(0.0, 2.0),
        Point(3.0),
        Point(2.0, 2.0),
        Point(1.0, 2.0),
        5,
        2.5,
        Bag(a=1, b=2),
        Bag(a=1),
        [1, 2],
        "s",
    )
    agree(f, *((value,) for value in inputs))


def test_guards_and_captures():
    def f(x, log):
        match x:
            case y if y > 10:
                log.append(("big", y))
            case y if log.append("tried") or y > LIMIT:
                return y, log
            case z:
                log.append(z)
        return log

    agree(f, (11, []), (5, []), (1, []))


def test_captures_are_bound_where_a_guard_fails_and_alternatives_bind():
    def f(x):
        a = None
        match x:
            case [a, 1] if a > 5:
                return "guard", a
            case [1, a] | [a, 2] | {"k": a}:
                return "alternative", a
            case _ as whole:
                return whole, a

    agree(f, ([9, 1],), ([3, 1],), ([1, 7],), ([8, 2],), ({"k": 4},), (0,))


def test_match_in_loops_with_jumps():
    def f(xs):
        out = []
        for x in xs:
            match x:
                case 0:
                    continue
                case 9:
                    break
                case [a, b]:
                    if a > b:
                        return "returned", out
                    x = a + b
            out.append(x)
        else:
            out.append("else")
        return out

    agree(f, ([1, 0, [1, 2]],), ([1, 9, 2],), ([[3, 2]],), ([],))


def test_the_subject_may_be_rebound():
    def f(x, y):
        match x, y:
            case 1, x:
                return x
            case x, 2:
                pass
        match x:
            case [x, *y] if x == 5:
                return "five", y
            case [z, *y]:
                return x, y, z
        return x, y

    agree(f, (1, 5), (3, 2), ([5, 6], 0), ([4, 6, 7], 0), (8, 9))
