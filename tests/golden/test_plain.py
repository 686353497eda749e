"""What generated code does not say, since a reader would strike it out."""

import numpy as np

import srcad


def ranked(xs):
    order = sorted(range(len(xs)), key=xs.__getitem__)
    return xs[order[0]] ** 2


def test_a_call_whose_reversal_does_nothing_is_left_as_it_is():
    source = srcad.grad(ranked).source_for([2.0, 1.0])
    assert "sorted_by_fwd" not in source and "sorted_by_rev" not in source
    assert srcad.grad(ranked)([2.0, 1.0]) == [0.0, 2.0]


def added(fs, x):
    return sum(f * x for f in fs)


def test_a_counter_that_nobody_reads_has_no_name():
    source = srcad.grad(added, argnums=1).source_for([2.0, 1.0], 3.0)
    assert "for _ in" not in source  # the items are read by it
    source = srcad.grad(repeated).source_for(3.0, [1, 2])
    assert "for _ in range(" in source and " i in" not in source


def repeated(x, counts):
    y = x
    for _ in counts:
        y = y * x
    return y


def scaled(c):
    return c * np.sin(c)


def test_an_array_without_dimensions_is_copied_once():
    assert srcad.grad(scaled).source_for(np.array(2.0)).count("np.array(") == 1


def apart(a, b):
    assert a != b, "a equals b"
    return 1 / (a - b)


def test_the_opposite_of_a_test_is_a_test():
    assert "if a == b:" in srcad.grad(apart).source_for(2.0, 1.0)


def told(x, n, name):
    print(f"running {name!r:>5} {n:03d}, {len(name)} of {n}")
    if n < 0:
        raise ValueError(f"{name} must be positive, got {n}")
    return n * x


def test_strings_are_written_as_their_user_wrote_them():
    source = srcad.grad(told).source_for(2.0, 3, "ab")
    assert 'print(f"running {name!r:>5} {n:03d}, {len(name)} of {n}")' in source
    assert 'raise ValueError(f"{name} must be positive, got {n}")' in source
