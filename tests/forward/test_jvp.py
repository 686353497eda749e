"""`srcad.jvp`: values of any form, tangents of any form, memory that is shared, and what is refused."""

import dataclasses

import numpy as np
import pytest

import srcad
from tests.check import check_jvp

ROW = np.array([0.3, 1.4, 2.2])
TABLE = np.array([[0.5, -1.0, 2.0], [1.5, 0.3, -0.7]])


def structures(x, p):
    return {"a": x * p["w"], "b": (p["w"][0] * p["b"], [x, x**2])}


def an_array_beside_one_that_is_written(x):
    y = x + 0.0
    y[0] = 3.0 * x[1]
    return y, x


def a_copy_by_adding_is_written_into(x):
    x[0] = x[1] * 2
    z = x + 1
    x[1] = x[2] * 3
    z[2] = z[0] * x[1]
    return z.sum() + (x * z).sum()


def a_helper_adds(x):
    return x + 1


def a_result_of_a_helper_is_written_into(x):
    x[0] = x[0] * 2
    z = a_helper_adds(x)
    x[1] = 5.0 * x[0]
    z[1] = z[1] * x[2]
    return (z * x).sum()


def a_reshaped_view_is_written_into(x):
    y = x * 1.5
    flat = y.reshape(-1)
    flat[1] = flat[0] * y[1, 1]
    y[0, 0] = 2.0 * flat[1]
    return y, flat.sum()


def rows_of_a_list_are_one(x):
    row = [x, x * 2]
    rows = [row, row]
    rows[0][1] = x * x
    return rows[1][1] + rows[0][0]


def broadcast_by_an_inactive_array(x, n):
    return x * 2 + np.ones(n), x + np.zeros((n, 1))


def where_with_a_small_branch(x, c):
    return np.where(c > 0, x[0], 1.0)


def no_trips(x, n):
    y = x
    for i in range(n):
        z = y * i
        y = z + x
    return y


def bound_on_one_path(x, n):
    if n > 2:
        y = x * x
    for i in range(n):
        if i == 3:
            y = y + x
    return y if n > 2 else x


def a_tuple_is_swapped(x, y):
    pair = (x, y)
    for _ in range(3):
        pair = (pair[1] * x, pair[0])
    return pair


def several_results_of_a_helper(x):
    q, r = divmod(x, 0.7)
    return q * x + r


@dataclasses.dataclass
class State:
    x: float
    v: np.ndarray


def an_object_is_updated(s, dt):
    for _ in range(3):
        s.x = s.x + dt * s.v[0]
        s.v = s.v - dt * s.x
    return s.x, s.v


def factorial_like(x, n):
    return x if n <= 1 else x * n * factorial_like(x + 1, n - 1)


def in_place_operators(x, y):
    x *= y
    x -= 2 * y
    x /= y + 3
    x += x[::-1]
    x **= 2
    return x


@pytest.mark.parametrize(
    ("program", "args"),
    [
        (structures, (1.5, {"w": ROW, "b": 2.0})),
        (an_array_beside_one_that_is_written, (ROW,)),
        (a_copy_by_adding_is_written_into, (ROW,)),
        (a_result_of_a_helper_is_written_into, (ROW,)),
        (a_reshaped_view_is_written_into, (TABLE,)),
        (rows_of_a_list_are_one, (1.3,)),
        (broadcast_by_an_inactive_array, (1.3, 4)),
        (where_with_a_small_branch, (ROW, np.array([1, -1, 1, 0]))),
        (no_trips, (1.3, 0)),
        (no_trips, (1.3, 3)),
        (bound_on_one_path, (1.3, 2)),
        (bound_on_one_path, (1.3, 5)),
        (a_tuple_is_swapped, (1.3, 0.4)),
        (several_results_of_a_helper, (2.3,)),
        (an_object_is_updated, (State(1.0, ROW), 0.1)),
        (factorial_like, (1.3, 4)),
        (in_place_operators, (ROW, ROW + 1)),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_jvp_agrees_with_differences(program, args):
    check_jvp(program, *args)


def test_one_list_held_twice_has_one_tangent():
    def f(rows):
        rows[0][0] = rows[0][0] * 3
        return rows[1][0]

    row, dot = [2.0], [1.0]
    assert srcad.jvp(f, ([row, row],), ([dot, dot],)) == (6.0, 3.0)


def test_a_tangent_of_another_layout_is_refused_where_a_reshaped_array_is_written_to():
    def f(x, c):
        y = x + c
        flat = y.reshape(-1)
        flat[1] = 3.0 * y[0, 0]
        return y

    check_jvp(f, TABLE, 2.0)
    x, c = np.asfortranarray(TABLE), np.ones((2, 3))
    with pytest.raises(srcad.AliasError, match="layout"):
        srcad.jvp(f, (x, c), (x, None))


def test_one_list_held_twice_with_two_tangents():
    def reads(rows):
        return rows[0][0] * rows[1][0]

    def writes(rows):
        rows[0][0] = 3.0
        return rows[1][0]

    row = [2.0]
    assert srcad.jvp(reads, ([row, row],), ([[1.0], [0.5]],)) == (4.0, 3.0)
    with pytest.raises(srcad.ArgumentError, match="two different tangents"):
        srcad.jvp(writes, ([row, row],), ([[1.0], [0.5]],))


def test_what_is_not_followed_is_refused_with_a_remedy():
    def views(x):
        y = np.nan_to_num(x, False)
        y[0] = 3.0 * x[1]
        return x

    def complex_maximum(x):
        return np.max(x * 1j).imag

    for program in (views, complex_maximum):
        with pytest.raises(srcad.SrcadError) as caught:
            srcad.jvp(program, (ROW,), (ROW,))
        assert caught.value.place is not None and caught.value.remedy


def test_an_argument_without_a_tangent_does_not_move():
    assert srcad.jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, None)) == (6.0, 3.0)


def test_the_tangent_of_what_does_not_depend_is_zero():
    value, tangent = srcad.jvp(lambda x: np.array([1.0, 2.0]), (2.0,), (1.0,))
    assert tangent.tolist() == [0.0, 0.0]
    assert srcad.jvp(lambda x: 7, (2.0,), (1.0,)) == (7, 0.0)


def test_an_integer_primal_moves_as_a_float():
    assert srcad.jvp(lambda x: x**2, (3,), (1,)) == (9.0, 6.0)


@pytest.mark.parametrize("tangent", [np.ones(2), 1.0, "x"])
def test_a_tangent_of_another_form_is_refused(tangent):
    with pytest.raises(srcad.ArgumentError, match="the tangent of x"):
        srcad.jvp(lambda x: x.sum(), (ROW,), (tangent,))


def test_another_number_of_tangents_is_refused():
    with pytest.raises(srcad.ArgumentError, match="2 primals and 1 tangents"):
        srcad.jvp(lambda x, y: x, (1.0, 2.0), (1.0,))


def test_linearize_keeps_the_point():
    x = ROW.copy()
    value, along = srcad.linearize(lambda x: x**2, x)
    x[:] = 0.0
    assert np.allclose(value, ROW**2)
    assert np.allclose(along(np.ones(3)), 2 * ROW)
