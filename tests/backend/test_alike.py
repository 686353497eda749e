"""Functions that come out the same are generated once; what differs in anything stays apart."""

import math

import srcad


class Law:
    def __init__(self, rate):
        self.rate = rate

    def at(self, t):
        return math.exp(-self.rate * t)


class Doubled(Law):
    def at(self, t):
        return 2 * super().at(t)


def functions_of(f, *args):
    source = srcad.grad(f).source_for(*args)
    return [line.split("(")[0][4:] for line in source.splitlines() if line.startswith("def ")]


def two_classes(x):
    return Law(x).at(2.0) + Doubled(x).at(3.0)


def test_a_method_that_two_classes_share_is_generated_once():
    assert functions_of(two_classes, 0.4) == [
        "__init___fwd", "__init___rev", "at_fwd", "at_rev", "at_fwd_2", "at_rev_2", "two_classes_grad",
    ]  # fmt: skip
    want = -2 * math.exp(-0.8) - 6 * math.exp(-1.2)
    assert math.isclose(srcad.grad(two_classes)(0.4), want, rel_tol=1e-12)


class Chain(Law):
    def at(self, t):
        return self.rate * t if t < 1.0 else self.at(t / 2)


class Link(Chain):
    pass


class Halved(Chain):
    def at(self, t):
        return self.rate / t if t < 1.0 else self.at(t / 2)


def three_recursions(x):
    return Chain(x).at(3.0) + Link(x).at(5.0) * Halved(x).at(7.0)


def test_recursions_are_the_same_where_all_but_the_class_is():
    names = functions_of(three_recursions, 0.4)
    assert [name for name in names if name.startswith("at_")] == ["at_fwd", "at_rev", "at_fwd_2", "at_rev_2"]
    want = 0.75 + 2 * 0.4 * 0.625 / 0.875
    assert math.isclose(srcad.grad(three_recursions)(0.4), want, rel_tol=1e-12)
