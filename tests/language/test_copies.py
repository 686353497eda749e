"""`copy.copy` and `copy.deepcopy` of numbers, arrays and containers; what cannot be copied is refused at the call."""

import copy
from dataclasses import dataclass

import numpy as np
import pytest

import srcad
from tests.cases import Programs
from tests.check import refused

programs = Programs()
x3 = np.array([0.5, -1.2, 0.7])


@programs.at(x3)
def an_array(x):
    y = copy.copy(x)
    y *= x
    z = copy.deepcopy(y)
    y[0] = z[1] * x[0]
    return y @ z


@programs.at(x3)
def a_list_of_numbers(x):
    xs = [x[1], x[0]]
    ys = copy.deepcopy(xs)
    ys[0] *= ys[1]
    xs[1] = ys[0]
    return ys[0] * xs[0] + xs[1]


@programs.at(x3)
def a_dict_that_shares_its_array(x):
    d = copy.copy({"a": x, "b": 1.0})
    d["a"] *= d["b"]
    d["b"] = x[0]
    d["a"][0] = x[1] ** 2
    return d["a"] @ x * d["b"]


@programs.at(0.3)
def numbers(x):
    return copy.deepcopy(x) * copy.copy((x, 2.0))[0] * len(copy.copy("ab"))


test_gradient = programs.test()


@dataclass
class State:
    u: np.ndarray


def copies_arrays_in_a_list(x):
    xs = [x, x]
    ys = copy.deepcopy(xs)
    ys[0] *= 2.0
    return ys[1] @ x


def copies_an_object(x):
    s = copy.copy(State(x))
    return s.u @ s.u


@pytest.mark.parametrize("f", [copies_arrays_in_a_list, copies_an_object])
def test_a_copy_that_may_share_is_refused_where_it_is_made(f):
    refused(f, x3, error=srcad.UnsupportedSyntax, line_contains="copy.", message_contains="copy.")
