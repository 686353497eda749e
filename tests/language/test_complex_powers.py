"""A power of a negative number that Python makes complex is refused, where and when it happens."""

import re

import numpy as np
import pytest

import srcad


def power(x, n):
    return x**n


def root_in_a_loop(x, n):
    total = 0.0
    for i in range(n):
        total = total + (x - i) ** 0.5
    return total


def inner(x, e):
    return pow(x, e) * x


def calls(x, e):
    return 3.0 * inner(x, e)


def in_place(x, e):
    y = x
    y **= e
    return y


def size_of_a_power(x, e):
    return abs(x**e)


@pytest.mark.parametrize(
    "f, good, bad",
    [
        (power, (2.0, 0.5), (-2.0, 0.5)),
        (root_in_a_loop, (5.0, 3), (0.5, 3)),
        (calls, (2.0, 1.5), (-2.0, 1.5)),
        (in_place, (2.0, -0.5), (-2.0, -0.5)),
    ],
)
def test_a_complex_power_is_refused_with_its_place(f, good, bad):
    for derivative in (srcad.grad(f), srcad.value_and_grad(f), lambda *args: srcad.vjp(f, *args)):
        derivative(*good)
        for _ in range(2):  # the second call takes the short way
            with pytest.raises(srcad.UnsupportedSyntax, match=r"power.* of a negative number is complex") as caught:
                derivative(*bad)
            assert caught.value.place.file == __file__ and re.search(r"\*\*|pow", caught.value.place.text)
        derivative(*good)


def test_what_python_computes_of_a_negative_number_is_differentiated():
    assert srcad.grad(power)(-2.0, 3) == 12.0
    assert srcad.grad(power)(-2.0, 3.0) == 12.0
    np.testing.assert_allclose(srcad.grad(power)(-2.0, -1.0), -0.25)


def test_a_complex_power_that_would_be_made_real_again_does_not_pass():
    with pytest.raises((srcad.SrcadError, TypeError)):
        srcad.grad(size_of_a_power)(-2.0, 0.5)


def test_integer_exponents_are_not_looked_after():
    def polynomial(x, n):
        return x**2 + 3 * x**3.0 + x**n + 2.0**x

    derivative = srcad.grad(polynomial)
    derivative(-1.5, 4)
    assert not derivative._last.powers
