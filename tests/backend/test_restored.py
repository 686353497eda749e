"""What is taken from a tape is called what was put on it, unless that name still stands for something else."""

import math
import re

import srcad


def newton(x):
    y = x
    for _ in range(5):
        y = y - (math.sin(y) - 0.5 * x) / math.cos(y)
    return y


def read_again_after_the_loop(x):
    y, total = x, 0.0
    for _ in range(3):
        total = total + math.exp(math.sin(y)) * y
        y = y * math.exp(math.sin(total))
    return y * total


def slope(f, x, h=1e-4):
    return (f(x - 2 * h) - 8 * f(x - h) + 8 * f(x + h) - f(x + 2 * h)) / (12 * h)


def test_both_sweeps_use_one_name():
    for f in (newton, read_again_after_the_loop):
        source = srcad.grad(f).source_for(0.4)
        pops = re.findall(r"(\w+) = (\w+)_tape\.pop\(\)", source)
        assert pops and all(name == tape or name.startswith("d_") for name, tape in pops), source
        assert math.isclose(srcad.grad(f)(0.4), slope(f, 0.4), rel_tol=1e-9)
