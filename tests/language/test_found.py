"""Programs with which readers broke earlier versions, one for each cause."""

from dataclasses import dataclass

import numpy as np
import pytest

import srcad
from tests.cases import Programs
from tests.check import check

programs = Programs()
v3 = np.array([0.5, 1.2, 2.0])


@programs.at((1.3, 3), (1.3, 0), argnums=0)
def a_counting_loop_overwrites_an_active_variable(x, n):
    y = x
    for x in range(n):  # noqa: B007
        pass
    return y * x


@programs.at(1.3)
def a_closure_writes_into_a_captured_dict(x):
    s = {"v": x}

    def bump():
        s["v"] = s["v"] * x

    bump()
    return s["v"]


@programs.at((1.3, 3), (1.3, 0), argnums=0)
def a_comprehension_is_run_for_its_effect(x, n):
    acc = [x]
    [acc.append(acc[-1] * x) for _ in range(n)]
    return acc[-1]


@programs.at(1.2, -1.0)
def a_pair_that_may_be_none(x):
    r = None
    if x > 0:
        r = (x * x, x)
    if r is not None:
        return r[0] * r[1]
    return x


@programs.at(1.3)
def a_list_is_extended_after_a_pop(x):
    s = [x]
    v = s.pop()
    s += [v + x]
    w = s.pop()
    return v * w


def push(s, v):
    s.append(v)


@programs.at(1.3)
def a_helper_pushes_between_pops(x):
    s = []
    push(s, x)
    push(s, x * x)
    v = s.pop()
    push(s, v * x)
    return s.pop() * s.pop() * v


@programs.at(v3)
def parts_of_a_concatenation_share_memory_with_its_adjoint(x):
    return np.sum(np.concatenate([x[1:], x[:1]]) + x)


@programs.at(v3)
def an_array_local_to_a_trip_is_read_after_the_loop(x):
    for _ in range(2):
        a = x * 0.3
        x = a[::1] * 1
    return np.sum(a)


@programs.at(v3)
def an_index_that_is_none_at_first(x):
    best, arg = -np.inf, None
    for i in range(3):
        if x[i] > best:
            best = x[i]
            arg = i
    return x[arg] ** 2


@programs.at(v3)
def a_slice_of_a_list_of_ints_gives_indices(x):
    a = np.ones(3)
    for o in [0, 1, 2][1:]:
        a = a * x[o]
    return np.sum(a)


@programs.at((v3, v3 * 2))
def a_negated_negation_is_added_to(x, y):
    return (x * y + x / (y + 3) - x**2 + 2**y - -y).sum()


@dataclass
class Part:
    a: float
    b: list
    n: int = 2


@programs.at((0.4, 0.3))
def an_attribute_of_a_dataclass_made_here_is_scaled(x, y):
    p = Part(x, [y])
    p.a *= y
    return p.a * p.b[0]


test_gradient = programs.test()


def mixed_list(x, y):
    items = []
    items.append(x)
    items.append([x, y])
    return items[0] * items[1][1]


def mixed_dict(x, y):
    found = {}
    found["a"] = x
    found["b"] = [x, y]
    return found["a"] * found["b"][1]


def mixed_reading(p):
    copied = {k: v for k, v in p.items()}
    return copied["w"][0] * 2


@pytest.mark.parametrize(
    ("program", "args"),
    [(mixed_list, (0.4, 0.3)), (mixed_dict, (0.4, 0.3)), (mixed_reading, ({"w": [0.1, 0.2], "m": {"q": 0.3}},))],
)
def test_a_container_of_different_things_is_right_or_refused_and_never_zero(program, args):
    try:
        check(program, *args)
    except srcad.SrcadError as refusal:
        assert refusal.remedy


def loops_over_a_name_like_a_temporary(x):
    a = np.array(((x.copy() * x[::-1]) + (0.5 * x[-1]) * x))
    b = a
    for t1 in range(1):
        b[0] = b[t1 % 4] * a[0]
    for t1 in range(1):  # noqa: B007
        b *= b[2] * a[3]
    return np.sum(np.sin(b))


def test_a_name_of_the_users_that_looks_like_a_temporary_stays_apart():
    check(loops_over_a_name_like_a_temporary, np.array([-0.865, 0.334, 0.496, 0.109]))


def overwritten_between(x):
    total = 0.0
    for i in range(len(x)):
        t = x[i]
        x[i] = 2.0 * x[i - 1]
        total = total + t * t * x[i]
    return total


@programs.at(np.array([0.5, -1.2, 2.0]))
def a_value_is_read_before_its_place_is_overwritten(x):
    return overwritten_between(x) + np.sum(x)


@programs.at([(1.0, 2.0), (0.5, -1.0)], argnums=0)
def what_an_inner_loop_computes_again_is_there(rows):
    total = 1.0
    for row in rows:
        for i in range(len(row)):
            item = row[i]
            total = total * item
    return total


@programs.at(np.array([0.5, 1.2, -0.3, 2.0]))
def the_parts_of_a_split_are_views(x):
    y = x * x
    a, b = np.split(y, 2)
    y[0] = x[1]
    return np.sum(a * b)


class Scaled:
    def __init__(self, value):
        self._value = value

    @property
    def value(self):
        return self._value

    @value.setter
    def value(self, value):
        self._value = value


@programs.at(2.0, -0.7)
def a_property_is_written(x):
    s = Scaled(x)
    s.value = x * x
    return s.value * x


@programs.at(2.0, -0.7)
def a_state_of_different_things_gets_a_new_key(x):
    state = {"u": np.array([x, x]), "t": x}
    state["t"] = x * x
    state["w"] = x
    return state["t"] * state["w"] + np.sum(state["u"])


@programs.at(np.array([0.5, -1.2, 2.0]))
def norms_of_several_orders(x):
    return np.linalg.norm(x, 1) + 2.0 * np.linalg.norm(x, 3) + np.linalg.norm(x, np.inf)
