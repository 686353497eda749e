"""What reverse sweeps come to, line by line."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from srcad.core.kinds import FLOAT, INT, UNKNOWN, Array, Kind
from srcad.transform.simplify import simplify
from tests.simplify.reader import facts_of, read, show

VECTOR = Array("float64", "n")


def expect(before: str, after: str, kinds: Mapping[str, Kind] | None = None, default: Kind = FLOAT) -> None:
    program = read(before, {"note": print})
    made = show(simplify(program, facts_of(program, kinds, default)))
    assert made.strip() == textwrap.dedent(after).strip()


def test_a_polynomial_is_one_line() -> None:
    expect(
        """
        def f(x, y):
            t_1 = x ** 2
            t_2 = t_1 * y
            t_3 = t_2 + y
            t_4 = t_3 + 2
            d_t_4 = 1.0
            "return x**2 * y + y + 2"
            d_t_3 = d_t_4
            d_t_2 = d_t_3
            d_t_1 = d_t_2 * y
            t_9 = 2 - 1
            t_6 = x ** t_9
            t_7 = 2 * t_6
            d_x = d_t_1 * t_7
            return d_x
        """,
        """
        def f(x, y):
            return 2 * x * y
        """,
    )


def test_a_loop_keeps_the_tape_that_it_reads() -> None:
    expect(
        """
        def power(x, n):
            y = 1.0
            y_tape = []
            for i in range(n):
                y_tape.append(y)
                y = y * x
            d_x = 0.0
            d_y = 1.0
            for i in reversed(range(n)):
                "y = y * x"
                y = y_tape.pop()
                d_t_1 = d_y * y
                d_t_2 = d_y * x
                d_y = 0.0
                d_x += d_t_1
                d_y += d_t_2
            return d_x
        """,
        """
        def power(x, n):
            y = 1.0
            y_tape = []
            for i in range(n):
                y_tape.append(y)
                y = y * x
            d_x = 0.0
            d_y = 1.0
            for i in reversed(range(n)):
                # y = y * x
                y = y_tape.pop()
                d_x += d_y * y
                d_y = d_y * x
            return d_x
        """,
    )


def test_a_sweep_needs_no_tape_and_no_forward_loop() -> None:
    expect(
        """
        def sweep(A, n):
            B = np.copy(A)
            m_tape = []
            for i in range(n):
                for j in range(1, n):
                    t_1 = j - 1
                    t_2 = B[t_1]
                    t_3 = j + 1
                    t_4 = B[t_3]
                    t_5 = t_2 + t_4
                    t_6 = t_5 / 2
                    t_8 = B[j]
                    m_tape.append(t_8)
                    B[j] = t_6
            d_A = np.ones_like(A)
            for i in reversed(range(n)):
                for j in reversed(range(1, n)):
                    t_7 = m_tape.pop()
                    B[j] = t_7
                    d_t_6 = d_A[j]
                    d_A[j] = 0.0
                    d_t_5 = d_t_6 / 2
                    d_t_2 = d_t_5
                    d_t_4 = d_t_5
                    t_1 = j - 1
                    t_3 = j + 1
                    d_A[t_1] += d_t_2
                    d_A[t_3] += d_t_4
            return d_A
        """,
        """
        def sweep(A, n):
            d_A = np.ones_like(A)
            for i in reversed(range(n)):
                for j in reversed(range(1, n)):
                    d_t_5 = d_A[j] / 2
                    d_A[j] = 0.0
                    d_A[j - 1] += d_t_5
                    d_A[j + 1] += d_t_5
            return d_A
        """,
        {"A": VECTOR, "B": VECTOR, "d_A": VECTOR, "t_1": INT, "t_3": INT},
    )


def test_a_common_sum_is_computed_once() -> None:
    expect(
        """
        def f(x):
            t_1 = x ** 2
            t_2 = x ** 2
            t_3 = np.exp(t_2)
            t_4 = t_1 + t_3
            t_5 = np.sqrt(t_4)
            t_6 = x ** 2
            t_7 = x ** 2
            t_8 = np.exp(t_7)
            t_9 = t_6 + t_8
            t_10 = np.cos(t_9)
            t_11 = t_5 + t_10
            return t_11
        """,
        """
        def f(x):
            t_1 = x ** 2
            t_4 = t_1 + np.exp(t_1)
            return np.sqrt(t_4) + np.cos(t_4)
        """,
    )


def test_the_value_is_computed_as_the_user_wrote_it() -> None:
    expect(
        """
        def f(x, y):
            t_1 = y * 2
            t_2 = t_1 * 1.0
            t_3 = x * t_2
            d_x = 1.0 * t_2
            t_4 = (t_3, d_x)
            return t_4
        """,
        """
        def f(x, y):
            t_2 = y * 2 * 1.0
            return (x * t_2, t_2)
        """,
    )


def test_a_copy_that_is_added_into_stays_a_copy() -> None:
    expect(
        """
        def f(d_A, n):
            d_B = d_A * 1.0
            for i in range(n):
                d_B[i] += 2.0
            return (d_A, d_B)
        """,
        """
        def f(d_A, n):
            d_B = d_A * 1.0
            for i in range(n):
                d_B[i] += 2.0
            return (d_A, d_B)
        """,
        {"d_A": VECTOR, "d_B": VECTOR},
    )


def test_a_factor_one_keeps_its_type() -> None:
    source = """
        def f(n, x):
            d_x = 1.0 * {0}
            return d_x
    """
    expect(source.format("n"), "def f(n, x):\n    return float(n)")
    expect(source.format("x"), "def f(n, x):\n    return x")
    expect(source.format("x"), "def f(n, x):\n    return 1.0 * x", default=UNKNOWN)


def test_nothing_moves_past_an_effect_or_into_a_loop() -> None:
    text = """
        def f(A, n):
            t_1 = A[0] * 2.0
            A[0] = 1.0
            t_2 = t_1 / 3.0
            z = 0.0
            for i in range(n):
                z = z + t_2
            return z
    """
    expect(
        text,
        """
        def f(A, n):
            t_2 = A[0] * 2.0 / 3.0
            A[0] = 1.0
            z = 0.0
            for i in range(n):
                z = z + t_2
            return z
        """,
        {"A": VECTOR},
    )


def test_calls_with_effects_stay_in_order() -> None:
    expect(
        """
        def f(x, y):
            t_1 = note(x)
            t_2 = note(y)
            t_3 = t_1 + t_2
            t_4 = note(t_3)
            t_5 = x + t_4
            t_6 = note(1)
            t_7 = note(2)
            t_8 = t_7 - t_6
            t_9 = (t_5, t_8)
            return t_9
        """,
        """
        def f(x, y):
            t_5 = x + note(note(x) + note(y))
            t_6 = note(1)
            t_7 = note(2)
            return (t_5, t_7 - t_6)
        """,
    )


def test_what_is_read_before_a_call_stays_before_it() -> None:
    expect(
        """
        def f(x, A):
            t_1 = np.sum(A)
            t_2 = note(A)
            t_3 = x * t_1
            t_4 = (t_2, t_3)
            return t_4
        """,
        """
        def f(x, A):
            t_1 = np.sum(A)
            return (note(A), x * t_1)
        """,
        {"A": VECTOR},
    )


def test_a_test_is_written_as_the_user_would() -> None:
    expect(
        """
        def f(x, y, n):
            t_1 = x < y
            if t_1:
                t_2 = n == 2
                t_1 = t_2
            if t_1:
                pass
            else:
                x = y
            t_3 = n < 2
            if t_3:
                pass
            else:
                y = x
            t_4 = x < y
            if t_4:
                t_5 = x
            else:
                t_5 = y
            return t_5
        """,
        """
        def f(x, y, n):
            if not (x < y and n == 2):
                x = y
            if n >= 2:
                y = x
            return x if x < y else y
        """,
    )


def test_a_comment_goes_with_what_it_heads() -> None:
    expect(
        """
        def f(x):
            "one"
            t_1 = x * 2
            "two"
            d_x = x * 3
            note(x)
            "three"
            return x
        """,
        """
        def f(x):
            # two
            note(x)
            return x
        """,
    )


def test_a_long_line_is_broken_by_a_name() -> None:
    steps = "\n".join(f"    t_{k + 1} = t_{k} * first_parameter + second_parameter" for k in range(1, 12))
    source = f"def f(first_parameter, second_parameter):\n    t_1 = first_parameter + 1.0\n{steps}\n    return t_12\n"
    program = read(source)
    made = show(simplify(program, facts_of(program)))
    assert max(map(len, made.splitlines())) <= 88
    assert len(made.splitlines()) <= 12


def test_a_callable_that_cannot_be_hashed_is_left_alone() -> None:
    class Model:
        __hash__ = None  # type: ignore[assignment]

        def __call__(self, x: float) -> float:
            return x

    program = read("def f(x):\n    t_1 = model(x)\n    t_2 = t_1 * 2\n    return t_2", {"model": Model()})
    assert "model(x) * 2" in show(simplify(program, facts_of(program)))


def test_what_is_added_to_an_array_in_place_is_not_broadcast_first() -> None:
    expect(
        """
        def f(d_x, d_s, other):
            d_x += np.broadcast_to(d_s, (4, 3))
            d_x[1:] += np.broadcast_to(d_s, (4, 3))
            other[1] += np.broadcast_to(d_s, (4, 3))
            return 0.0
        """,
        """
        def f(d_x, d_s, other):
            d_x += d_s
            d_x[1:] += d_s
            other[1] += np.broadcast_to(d_s, (4, 3))
            return 0.0
        """,
        {"d_x": Array("float64", "nn"), "d_s": VECTOR, "other": UNKNOWN},
    )


def test_the_sum_of_negatives_is_the_negative_of_the_sum() -> None:
    expect(
        """
        def f(x, d_y):
            d_s = np.sum(-(d_y * x))
            own = np.sum(-x)
            d_t = np.sum(-d_y, initial=1.0)
            return d_s, own, d_t
        """,
        """
        def f(x, d_y):
            own = np.sum(-x)
            d_t = np.sum(-d_y, initial=1.0)
            return (-np.sum(d_y * x), own, d_t)
        """,
        {"x": VECTOR, "d_y": VECTOR},
    )


def test_an_array_that_was_just_made_is_not_copied() -> None:
    expect(
        """
        def f(x, d_y, s):
            d_x = d_y * x
            d_x = np.array(d_x)
            d_s = d_y
            d_s = np.array(d_s)
            return d_x, d_s
        """,
        """
        def f(x, d_y, s):
            return (d_y * x, np.array(d_y))
        """,
        {"x": VECTOR, "d_y": VECTOR, "d_x": VECTOR, "d_s": VECTOR},
    )
