"""Loops whose trips meet in sums alone are reversed trip by trip, and remember nothing."""

import math

import numpy as np
import pytest

import srcad
from tests.check import check

ROW = np.array([0.3, -0.7, 1.1, 0.4])
OTHER = np.array([1.2, 0.6, -0.4, 0.9])


NOTED = []


def note(d):
    NOTED.append(d)


def loops_forwards_and_back(f, *args, **options):
    """The number of outermost loops in the source, and whether anything is remembered."""
    source = srcad.grad(f, **options).source_for(*args)
    return sum(line.startswith("    for ") for line in source.splitlines()), "_tape" in source


def residuals(x, y, n):
    total = 0.0
    for i in range(n):
        r = math.sin(x[i] * y[i]) - y[i] ** 2
        total += r * r
    return total / n


def model(x, t):
    return x[0] * math.exp(-x[1] * t) + x[2] * math.sin(x[3] * t)


def fitted(x, y):
    total = 0.0
    for i in range(len(y)):
        total += (model(x, 0.5 * i) - y[i]) ** 2
    return 0.5 * total


def with_a_penalty(x, y):
    total = 0.0
    weight = 0.1 * x[0]
    for i in range(len(x)):
        r = x[i] * y[i]
        total += r * r * weight
    penalty = math.exp(x[1]) * y[2]
    for i in range(len(y)):
        total = total - math.cos(y[i])
    return 3.0 * (total - penalty) / (2.0 + len(x)) + weight


def solved_in_each_trip(x, y):
    total = 0.0
    for i in range(len(x)):
        z = 1.0
        while abs(z * z * z - 3.0 - x[i]) > 1e-12:
            z = z - (z * z * z - 3.0 - x[i]) / (3.0 * z * z)
        for j in range(i):
            if y[j] > 0.5:
                z = z * y[j]
            else:
                z = z + math.sin(y[j])
        total += z
    return total


def arrays_in_each_trip(x, y):
    total = 0.0
    for i in range(3):
        row = np.zeros(3)
        for j in range(3):
            row[j] = x[j] * y[i]
            row[j] *= row[j]
        seen = [row[0]]
        for j in range(2):
            seen.append(seen[-1] * row[j + 1])
        total += seen[2] + np.sum(row * row)
    return total


def filled_in_each_trip(x, y):
    n = len(x)
    scores = np.zeros(n)
    total = 0.0
    for i in range(3):
        for j in range(n):
            part = x[i] * y[j]
            scores[j] = part * part + y[i]
        tail = scores[1:]
        scores[0] *= tail[1]
        total += np.log(np.sum(np.exp(scores))) + tail[0] * scores[0]
    return total


def left_early_in_each_trip(x, y):
    total = 0.0
    for i in range(len(x)):
        p = 1.0
        for j in range(len(y)):
            p = p * (1.5 + y[j] * x[i])
            if p > 2.0:
                break
        total += p * p
    return total


@pytest.mark.parametrize(
    "f",
    [
        fitted,
        with_a_penalty,
        solved_in_each_trip,
        arrays_in_each_trip,
        left_early_in_each_trip,
        filled_in_each_trip,
    ],  # fmt: skip
)
def test_trips_that_meet_in_a_sum_are_reversed_at_once(f):
    check(f, ROW, OTHER)
    loops = 2 if f is with_a_penalty else 1
    assert loops_forwards_and_back(f, ROW, OTHER, argnums=(0, 1))[0] == loops


def test_a_loop_of_no_trips():
    for n in (0, 1, 4):
        if n:
            check(residuals, ROW, OTHER, n)
    assert loops_forwards_and_back(residuals, ROW, OTHER, 3, argnums=(0, 1)) == (1, False)
    np.testing.assert_array_equal(srcad.grad(fitted)(ROW, OTHER[:0]), np.zeros(4))


def carried(x, y):
    total = 0.0
    last = 1.0
    for i in range(len(x)):
        total += last * x[i]
        last = y[i] * x[i]
    return total


def the_sum_is_read_in_the_loop(x, y):
    total = 0.1
    for i in range(len(x)):
        total += x[i] * y[i]
        total += math.sin(total) * 0.1
    return total


def not_linear_in_the_sum(x, y):
    total = 0.0
    for i in range(len(x)):
        total += x[i] * x[i] * y[i]
    return math.sqrt(1.0 + total * total)


def divides_by_the_sum(x, y):
    total = 0.0
    for i in range(len(x)):
        r = x[i] * y[i]
        total += r * r
    return y[0] / total


def divided_by_what_carries_a_derivative(x, y):
    total = 0.0
    for i in range(len(x)):
        r = x[i] * y[i]
        total += r * r
    return total / y[1] + 2.0


def times_what_carries_a_derivative(x, y):
    total = 0.0
    for i in range(len(x)):
        r = x[i] * y[i]
        total += r * r
    return total * y[1] - 2.0


def squares_the_sum(x, y):
    total = 0.0
    for i in range(len(x)):
        r = x[i] * y[i]
        total += r * r
    return total * total


def one_sum_feeds_another(x, y):
    norm = 0.0
    for i in range(len(x)):
        norm += x[i] * x[i]
    total = 0.0
    for i in range(len(x)):
        total += y[i] / norm
    return total + norm


def written_by_the_trip(x, y):
    kept = np.zeros(len(x) + 1)
    total = 0.0
    for i in range(len(x)):
        kept[i + 1] = kept[i] * y[i] + x[i]
        total += kept[i + 1] ** 2
    return total


def read_before_it_is_written(x, y):
    total = 0.0
    for i in range(len(x)):
        total += x[i] * x[i] * y[i]
    x[0] = y[1] * 2.0
    return total + x[0] * x[0]


def rebound_after(x, y):
    scale = x[0]
    total = 0.0
    for i in range(len(x)):
        total += scale * scale * y[i]
    scale = y[0] * y[1]
    return total + scale * x[1]


def the_last_trip_is_read(x, y):
    total = 0.0
    r = 0.0
    for i in range(len(x)):
        r = x[i] * y[i]
        total += r * r
    return total + r


def bound_in_one_branch(x, y):
    total = 0.0
    r = 0.5
    for i in range(len(x)):
        if x[i] > 0.35:
            r = x[i] * y[i]
        total += r * r
    return total


def a_row_is_written_through_a_view(x, y):
    table = np.outer(x, y)
    total = 0.0
    for i in range(1, 4):
        row = table[i]
        row[0] = table[i - 1, 0] * row[1]
        total += row[0] * row[2]
    return total


def filled_in_part(x, y):
    n = len(x)
    scores = np.zeros(n)
    total = 0.0
    for i in range(3):
        for j in range(i, n):
            scores[j] = x[i] * y[j] * x[j]
        total += np.sum(scores * scores)
    return total


def filled_on_some_trips(x, y):
    n = len(x)
    scores = np.zeros(n)
    total = 0.0
    for i in range(3):
        for j in range(n):
            if x[j] > 0.35:
                scores[j] = x[i] * y[j] * x[j]
        total += np.sum(scores * scores)
    return total


def read_before_it_is_filled(x, y):
    n = len(x)
    scores = np.ones(n)
    total = 0.0
    for i in range(3):
        last = scores[n - 1] * y[i]
        for j in range(n):
            scores[j] = x[i] * y[j] * x[j]
        total += np.sum(scores * scores) * last
    return total


def filled_from_itself(x, y):
    n = len(x)
    scores = np.ones(n)
    total = 0.0
    for i in range(3):
        for j in range(n):
            scores[j] = x[i] * y[j] * scores[j - 1]
        total += np.sum(scores * scores)
    return total


def filled_to_another_length(x, y):
    n = len(x) - 1
    scores = np.ones(n + 1)
    total = 0.0
    for i in range(3):
        for j in range(n):
            scores[j] = x[i] * y[j]
        scores[n] *= x[i]
        total += np.sum(scores * scores)
    return total


def read_after_the_loop(x, y):
    n = len(x)
    scores = np.ones(n)
    total = 0.0
    for i in range(3):
        for j in range(n):
            scores[j] = x[i] * y[j]
        total += np.sum(scores * scores)
    return total + scores[1]


def the_sum_starts_active(x, y):
    total = x[0] * y[0]
    other = total
    for i in range(len(x)):
        total += x[i] * x[i] * y[i]
    return total * 2.0 - other


@pytest.mark.parametrize(
    "f",
    [
        carried, the_sum_is_read_in_the_loop, not_linear_in_the_sum, divides_by_the_sum, squares_the_sum,
        divided_by_what_carries_a_derivative, times_what_carries_a_derivative,
        one_sum_feeds_another, written_by_the_trip, read_before_it_is_written, rebound_after, the_last_trip_is_read,
        bound_in_one_branch, a_row_is_written_through_a_view, the_sum_starts_active, filled_in_part,
        filled_on_some_trips, read_before_it_is_filled, filled_from_itself, filled_to_another_length,
        read_after_the_loop,
    ],
)  # fmt: skip
def test_what_else_ties_trips_together_is_kept(f):
    check(f, ROW, OTHER)


def shown(x):
    total = 0.0
    for i in range(2):
        print("trip", i)
        total += x[i] * x[i]
    print("between")
    scale = math.exp(x[0])
    print("after", total)
    return total + scale


def test_what_is_seen_is_seen_in_order(capsys):
    want = shown(ROW)
    expected = capsys.readouterr().out
    value, gradient = srcad.value_and_grad(shown)(ROW)
    assert capsys.readouterr().out == expected
    assert value == want
    np.testing.assert_allclose(gradient, [2 * ROW[0] + math.exp(ROW[0]), 2 * ROW[1], 0.0, 0.0])


def test_the_value_is_that_of_the_program_to_the_last_digit():
    for f in (fitted, with_a_penalty, solved_in_each_trip, arrays_in_each_trip):
        assert srcad.value_and_grad(f, (0, 1))(ROW, OTHER)[0] == f(ROW, OTHER)


def test_cotangents_are_shown_to_hooks_from_the_last_trip_to_the_first():
    def f(x):
        total = 0.0
        for i in range(3):
            total += srcad.hook(x[i] * x[i], note) * (i + 1.0)
        return total

    NOTED.clear()
    np.testing.assert_allclose(srcad.grad(f)(ROW), [0.6, -2.8, 6.6, 0.0])
    assert NOTED == [3.0, 2.0, 1.0]
