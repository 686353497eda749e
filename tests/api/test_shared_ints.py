"""Arrays of ints that share memory while one is written into are refused, although each is promoted to floats."""

import numpy as np
import pytest

import srcad


def writes_both(x, y):
    y[0] += 2.0 * x[1]
    x[1] = x[0] * y[1]
    return np.sum(x * x * y)


def writes_a_list(x, ys):
    ys[0][1] = 5
    return 1.0 * np.sum(x * x)


def writes_its_first(*xs):
    xs[0][0] = 2.0 * xs[1][1]
    return np.sum(xs[1] ** 2)


def only_reads(x, y):
    return 1.0 * np.sum(x * y)


def the_gradient_of_a_gradient(x, y):
    return np.sum(srcad.grad(writes_both)(x, y))


def difference(f, x, y):
    steps = 1e-6 * np.eye(x.size)
    return [(f(x + h, y.copy()) - f(x - h, y.copy())) / 2e-6 for h in steps]


A = np.array([1, 2, 3, 4])
ONES = np.ones(3)
SHARED = {"one": (A[:3], A[:3]), "views": (A[:3], A[1:]), "backwards": (A[:3], A[2::-1])}
WAYS = {
    "vjp": lambda f, x, y: srcad.vjp(f, x, y),
    "grad of one": lambda f, x, y: srcad.grad(f)(x, y),
    "grad of the other": lambda f, x, y: srcad.grad(f, argnums=1)(x, y),
    "grad of both": lambda f, x, y: srcad.grad(f, argnums=(0, 1))(x, y),
    "value_and_grad": lambda f, x, y: srcad.value_and_grad(f, argnums=(0, 1))(x, y),
    "jvp along one": lambda f, x, y: srcad.jvp(f, (x, y), (ONES, None)),
    "jvp": lambda f, x, y: srcad.jvp(f, (x, y), (ONES, ONES)),
    "linearize": lambda f, x, y: srcad.linearize(f, x, y)[1](ONES, ONES),
    "jacobian": lambda f, x, y: srcad.jacobian(f)(x, y),
    "jacfwd": lambda f, x, y: srcad.jacfwd(f)(x, y),
    "jacrev": lambda f, x, y: srcad.jacrev(f, argnums=(0, 1))(x, y),
    "hessian": lambda f, x, y: srcad.hessian(f)(x, y),
    "hvp": lambda f, x, y: srcad.hvp(f)(x, y, ONES),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("shared", SHARED)
def test_ints_that_share_memory_are_refused_as_floats_are(way, shared):
    x, y = SHARED[shared]
    with pytest.raises(
        srcad.AliasError, match="the arguments x and y share memory, and line .* writes into x"
    ) as caught:
        WAYS[way](writes_both, x, y)
    assert caught.value.place is not None and caught.value.remedy.startswith("pass a copy: np.array(y)")
    WAYS[way](writes_both, x, np.array(y))


@pytest.mark.parametrize("dtype", ["int64", "float64"])
def test_a_gradient_within_the_program_refuses_what_it_refuses_outside(dtype):
    x = A.astype(dtype)
    with pytest.raises(srcad.AliasError, match="the arguments x and y share memory"):
        srcad.grad(the_gradient_of_a_gradient)(x, x)
    y = A.astype(float)
    made = srcad.grad(the_gradient_of_a_gradient)(x, y)
    assert np.allclose(made, difference(the_gradient_of_a_gradient, x.astype(float), y))


def test_an_array_in_a_list_or_in_star_arguments_is_looked_for_too():
    with pytest.raises(srcad.AliasError, match="the arguments ys and x share memory"):
        srcad.grad(writes_a_list)(A, [A])
    assert np.array_equal(srcad.grad(writes_a_list)(A, [A.copy()]), 2.0 * A)
    with pytest.raises(srcad.AliasError, match="two arrays in xs share memory"):
        srcad.grad(writes_its_first, argnums=1)(A, A)
    assert np.array_equal(srcad.grad(writes_its_first, argnums=1)(A, A.copy()), 2.0 * A)


def test_ints_seen_as_the_bits_of_floats_share_memory_too():
    floats = np.array([1.0, 2.0, 3.0])
    with pytest.raises(srcad.AliasError, match="share memory"):
        srcad.grad(writes_both)(floats.view(np.int64), floats)


def test_ints_that_are_only_read_may_be_given_twice():
    gradients = srcad.grad(only_reads, argnums=(0, 1))(A, A)
    assert np.array_equal(gradients, (A, A))
    assert np.array_equal(srcad.vjp(only_reads, A, A)[1](2.0), (2.0 * A, 2.0 * A))
