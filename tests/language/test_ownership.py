"""Adjoints are added to in place where this code made them; what another holds is copied, once."""

import re

import numpy as np

import srcad
from tests.check import check

ROW = np.array([0.3, -0.7, 1.1, 0.4])


def total(x):
    high = np.max(x)
    return high + np.log(np.sum(np.exp(x - high)))


def weighted(x, w, times):
    s = 0.0
    for _ in range(times):
        for i in range(len(x)):
            s = 0.9 * s + x[i] * w[i]
    return s + total(x)


def test_what_a_call_returned_is_copied_once_before_the_loops_that_add_to_it():
    for times in (0, 1, 3):
        check(weighted, ROW, ROW[::-1].copy(), times, argnums=(0, 1))
    source = srcad.grad(weighted).source_for(ROW, ROW, 3)
    body = source[source.index("def weighted_grad") :]
    copies = [line for line in body.splitlines() if re.search(r"d_x = np.zeros_like\(x\) \+ d_x", line)]
    assert [len(line) - len(line.lstrip()) for line in copies] == [4], body


def passed_on(x, times):
    y = x * 1.0
    z = y + 0.0
    s = np.sum(y * y)
    for _ in range(times):
        s += z[1] * y[2]
    return s + np.sum(z)


def test_two_adjoints_of_one_array_part_before_the_loop_adds_to_them():
    for times in (0, 1, 3):
        check(passed_on, ROW, times)


def rebound(x, times):
    s = total(x)
    for _ in range(times):
        y = x * 2.0
        s += y[0] * y[1] + total(y)
        x = y
    return s + total(x)


def test_an_adjoint_that_the_loop_binds_anew_is_not_copied_before_it():
    for times in (0, 1, 3):
        check(rebound, ROW, times)
