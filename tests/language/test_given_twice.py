"""Containers that the caller gives: they stay as they are, and one that is written to may not be given twice.

What a container holds does not matter: a list of ints or a set steers the program as it stands at each read.
"""

import copy

import numpy as np
import pytest

import srcad

x3 = np.array([0.7, 1.3, 0.4])


class Log:
    """Something that holds a list, a set or an array."""

    def __init__(self, held):
        self.held = held


# ---------------------------------------------------------------- sets stay as they are


def walks_until_seen(x, seen):
    i, s = 0, 0.0
    while i not in seen:
        seen.add(i)
        s = s * 0.5 + x[i] ** 2
        i = (i + 1) % 3
    return s + len(seen) * x[0]


def mark(seen, i):
    seen.add(i)
    return seen


def marks_by_a_helper(x, seen):
    marked = mark(seen, 0)
    marked.discard(2)
    return x[0] ** 2 * len(seen)


def takes_from_the_set_of_an_object(x, log):
    s = 0.0
    while log.held:
        s += x[log.held.pop()] ** 2
    return s


def adds_to_the_sets_of_a_dict(x, graph):
    for i in range(3):
        graph.setdefault(i % 2, set()).add(i)
    return sum(x[i] ** 2 * len(found) for found in graph.values() for i in found)


@pytest.mark.parametrize(
    ("program", "given"),
    [
        (walks_until_seen, {2}),
        (walks_until_seen, set()),
        (marks_by_a_helper, {1, 2}),
        (takes_from_the_set_of_an_object, Log({0, 2})),
        (adds_to_the_sets_of_a_dict, {0: {1}}),
    ],
)
def test_a_given_set_stays_as_it_is(program, given):
    def at(x):
        return program(x.copy(), copy.deepcopy(given))

    def seen():
        return vars(given) if isinstance(given, Log) else given

    before = copy.deepcopy(seen())
    expected = [(at(x3 + h) - at(x3 - h)) / 2e-6 for h in np.eye(3) * 1e-6]
    for _ in range(2):
        value, gradient = srcad.value_and_grad(program)(x3, given)
        assert seen() == before and value == at(x3)
        assert np.allclose(gradient, expected, atol=1e-8)
        value, tangent = srcad.jvp(program, (x3, given), (x3, None))
        assert seen() == before and value == at(x3)
        assert np.isclose(tangent, x3 @ expected)


# ---------------------------------------------------------------- one container in two arguments


def appends(x, a, b):
    a.append(1)
    return x[0] ** len(b)


def stores_an_item(x, a, b):
    a[0] = 3
    return x[0] ** b[0]


def adds_a_key(x, a, b):
    a["new"] = 2.0
    return x[0] ** len(b)


def adds_to_a_set(x, a, b):
    a.add(7)
    return x[0] ** len(b)


def appends_through_an_object(x, a, b):
    a.held.append(1)
    return x[0] ** len(b)


def stores_through_an_object(x, a, b):
    a.held[0] = x[1]
    return x[0] * b[0]


def given_in_two_places():
    ints, floats, values = [2], [2.0], np.array([0.2, 0.3])
    yield appends, ints, ints
    yield appends, floats, floats
    yield stores_an_item, ints, ints
    yield adds_a_key, *[{"old": 1}] * 2
    yield adds_a_key, *[{}] * 2
    yield adds_to_a_set, *[{3}] * 2
    yield appends_through_an_object, Log(ints), ints
    yield stores_through_an_object, Log(floats), floats
    yield stores_through_an_object, Log(values), values[::-1]


@pytest.mark.parametrize("case", [*given_in_two_places()], ids=lambda case: case[0].__name__)
def test_one_container_in_two_arguments_is_refused_in_every_mode(case):
    program, a, b = case
    for derivative in (
        lambda: srcad.grad(program)(x3, a, b),
        lambda: srcad.jvp(program, (x3, a, b), (x3, None, None)),
        lambda: srcad.vjp(program, x3, a, b),
        lambda: srcad.linearize(program, x3, a, b)[1](x3, None, None),
        lambda: srcad.jacfwd(program)(x3, a, b),
    ):
        with pytest.raises(srcad.AliasError, match="two places of the arguments a, b|a and b share") as caught:
            derivative()
        assert caught.value.place and caught.value.remedy
    apart = copy.deepcopy(a), copy.deepcopy(b)
    assert srcad.value_and_grad(program)(x3, *apart)[0] == program(x3, *apart)


def test_containers_that_are_only_read_may_be_given_twice():
    def program(x, xs, a, b):
        xs.append(x[a[0]] * len(b))
        return sum(xs)

    ints = [1]
    assert np.array_equal(srcad.grad(program)(x3, [2.0], ints, ints), [0.0, 1.0, 0.0])


def test_what_linearize_is_given_shares_memory_as_it_does():
    def program(x, a, b):
        return x[0] * b[0] + a[1]

    value, along = srcad.linearize(program, x3, x3, x3[::-1])
    assert value == x3[0] * x3[2] + x3[1]
    assert np.isclose(along(x3, x3, None), x3[0] * x3[2] + x3[1])


# ---------------------------------------------------------------- what is outside of the function

STATE = np.ones(3)
TABLE = [1.0, 2.0]
HOLDER = Log([1])


def stores_into_a_view_of_a_global(x):
    part = STATE[1:]
    part[0] = x[0]
    return np.sum(STATE) * x[1]


def stores_by_another_name_of_a_global_list(x):
    table = TABLE
    table[0] = 2.0
    return x[0] * table[0]


def put_first(held, value):
    held[0] = value


def stores_by_a_helper(x):
    put_first(TABLE, 3.0)
    return x[0] * TABLE[0]


def rebinds_by_a_helper(x):
    rebind(HOLDER)
    return x[0] * len(HOLDER.held)


def rebind(log):
    log.held = [1, 2]


@pytest.mark.parametrize(
    "program",
    [
        stores_into_a_view_of_a_global,
        stores_by_another_name_of_a_global_list,
        stores_by_a_helper,
        rebinds_by_a_helper,
    ],
)
def test_a_store_into_what_is_outside_is_refused_in_both_modes(program):
    for derivative in (lambda: srcad.grad(program)(x3), lambda: srcad.jvp(program, (x3,), (x3,))):
        with pytest.raises(srcad.AliasError, match="global") as caught:
            derivative()
        assert caught.value.place and caught.value.remedy
    assert np.array_equal(STATE, np.ones(3)) and TABLE == [1.0, 2.0] and HOLDER.held == [1]
