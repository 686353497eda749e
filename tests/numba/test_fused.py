"""Elementwise statements share a loop where that changes nothing, and the loops give what the statements gave."""

import re

import numpy as np
import pytest

import srcad

random = np.random.default_rng(5)
VECTOR, OTHER, SHORT = random.uniform(0.5, 1.5, 9), random.uniform(0.5, 1.5, 9), random.uniform(0.5, 1.5, 8)
MATRIX = random.uniform(0.5, 1.5, (5, 9))
COLUMN = random.uniform(0.5, 1.5, (5, 1))


def loops_of(source):
    return re.findall(r"^def (\w*_loop\w*)\(", source, re.MULTILINE)


def agree(f, *args):
    """The compiled derivative is that of Python, and the arguments stay as they are."""
    smooth = tuple(i for i, a in enumerate(args) if isinstance(a, (float, np.ndarray)))
    kept = [np.copy(a) for a in args]
    value, gradient = srcad.value_and_grad(f, smooth)(*args)
    found, compiled = srcad.value_and_grad(f, smooth, backend="numba")(*args)
    np.testing.assert_allclose(found, value, rtol=1e-13)
    for one, other in zip(compiled, gradient, strict=True):
        assert np.shape(one) == np.shape(other)
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-14)
    for before, after in zip(kept, args, strict=True):
        np.testing.assert_array_equal(before, after)


def downwards(x, y):
    z = x * y
    z[1:] = z[:-1] * x[1:]
    z[1:] += z[:-1]
    return np.sum(z * y)


def upwards(x, y):
    z = x * y
    z[:-1] = z[1:] * x[1:]
    z[:-1] += z[1:]
    z[2:] *= y[:-2]
    return np.sum(z * y)


def moved_along(x, y):
    z = x * y
    z[1:] = z[:-1]
    w = z[1:-1]
    w *= y[2:]
    v = z[2:]
    v += w * x[:-2]
    return np.sum(z * w[0])


def rebound(u, a, steps):
    for _ in range(steps):
        v = np.sin(u) * a
        w = u
        u = u + 0.1 * v * (1.0 - v)
        u = u * w
    return np.sum(u * u)


def heat(u, a, steps):
    for _ in range(steps):
        u[1:-1, 1:-1] += a * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4.0 * u[1:-1, 1:-1])
    return np.sum(u * u)


def rows_and_columns(A, c, x):
    B = A * c + x
    C = B / c - x * A
    return np.sum(B * C) + np.sum(x * x)


def sums_between(x, y):
    z = x * y
    s = np.sum(z)
    w = z / s
    t = np.sum(w * y)
    return t * s + np.sum(w * t)


def sizes_that_nobody_knows(x, y, k):
    z = x[k:] * y[: len(y) - k]
    w = z * z + x[k:]
    return np.sum(w * z)


def one_is_broadcast(x, y):
    z = x * y[:1]
    z += y[1:2] * x
    return np.sum(z * z)


def parts_of_either_length(x, y, k):
    z = x[:k] * y[:3] + x[0]
    return np.sum(z * z) + np.sum(x * x)


def inner(x, y):
    z = x * y
    z[1:] += x[:-1] * z[1:]
    return z


def called(x, y):
    z = inner(x, y)
    w = inner(z, y) * x
    return np.sum(w * z)


def powers_and_quotients(x, y):
    z = x**2 / y + y**-1 - x**0.5
    w = z**3 + np.maximum(x, y) * np.tanh(z) - abs(z)
    return np.sum(w / (x + y))


def read_before_it_is_added_to(x, y):
    z = x * y
    s = z[0] * z[-1]
    w = z * s
    z[0] = s
    z = z + w
    return np.sum(z * w)


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (downwards, (VECTOR, OTHER)), (upwards, (VECTOR, OTHER)), (moved_along, (VECTOR, OTHER)),
        (rebound, (VECTOR, 0.3, 3)), (heat, (MATRIX, 0.1, 3)), (rows_and_columns, (MATRIX, COLUMN, VECTOR)),
        (sums_between, (VECTOR, OTHER)), (sizes_that_nobody_knows, (VECTOR, OTHER, 3)),
        (one_is_broadcast, (VECTOR, OTHER)), (called, (VECTOR, OTHER)), (powers_and_quotients, (VECTOR, OTHER)),
        (read_before_it_is_added_to, (VECTOR, OTHER)), (parts_of_either_length, (VECTOR, OTHER, 3)),
        (parts_of_either_length, (VECTOR, OTHER, 1)), (parts_of_either_length, (VECTOR, OTHER[:1], 3)),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)  # fmt: skip
def test_a_loop_gives_what_its_statements_give(f, args):
    agree(f, *args)


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_arrays_that_are_short(n):
    agree(upwards, VECTOR[:n], OTHER[:n])


def test_arrays_of_other_sizes_than_each_other_are_refused_as_numpy_refuses_them():
    for backend in ("python", "numba"):
        with pytest.raises(ValueError):
            srcad.grad(upwards, backend=backend)(VECTOR, SHORT)


def test_what_divides_by_zero_is_infinite_as_in_numpy():
    def f(x, y):
        z = x / y
        return np.sum(z * x)

    x, y = np.array([1.0, 2.0]), np.array([0.0, 4.0])
    with np.errstate(divide="ignore"):
        np.testing.assert_array_equal(srcad.grad(f, backend="numba")(x, y), srcad.grad(f)(x, y))


def rosenbrock(x):
    return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def test_the_gradient_of_rosenbrock_is_one_loop():
    source = srcad.grad(rosenbrock).source_for(VECTOR, backend="numba")
    assert loops_of(source) == ["rosenbrock_grad_loop"]
    assert source.count("np.zeros_like") == 1
    assert "d_x[i + 1] += d\n" in source


def test_a_store_that_meets_what_is_read_later_stays_apart():
    source = srcad.grad(downwards).source_for(VECTOR, OTHER, backend="numba")
    for text in source.split("def ")[1:]:
        assert not re.search(r"z\[i \+ 1\] = z\[i\]", text)


def test_the_readable_source_keeps_its_slices():
    assert "for i" not in srcad.grad(rosenbrock, backend="numba").source_for(VECTOR, backend="python")


def step(u, a, steps):
    for _ in range(steps):
        v = u * a
        u = u + 0.1 * v * (1.0 - v)
    return u[0]


@pytest.mark.parametrize(("f", "args"), [(step, (VECTOR, 0.3, 3)), (heat, (MATRIX, 0.1, 3))], ids=["step", "heat"])
def test_the_loops_are_vectorised(f, args):
    function = srcad.grad(f, backend="numba").specialize(*args)
    module = function.py_func.__globals__
    vectors = [
        name
        for name in loops_of(srcad.grad(f).source_for(*args, backend="numba"))
        if any(re.search(r"<[248] x double>", text) for text in module[name].inspect_llvm().values())
    ]
    assert len(vectors) >= 2
