"""Cotangents that keep the shape of what reads a value, where slices of a size that is not known may broadcast."""

import numpy as np

import srcad
from tests.cases import Programs

programs = Programs()
X = np.array([0.5, -1.0, 2.0, 0.3])
Y = np.array([1.2, -0.7, 0.4, 1.1])
TABLE = np.outer(X, Y)


@programs.at((X, Y, 0, 1, 0, 1), (X, Y, 0, 1, 0, 4), (X, Y, 0, 4, 2, 3), (X, Y, 0, 4, 0, 4))
def a_product_of_slices_is_added_to_an_array(x, y, i, j, k, m):
    return np.sum(np.sin(x[i:j] * y[k:m] + x) * y)


@programs.at((X, Y, 0, 1, 2, 3), (X, Y, 0, 1, 0, 4), (X, Y, 0, 4, 0, 4), (X, Y, 1, 3, 0, 2))
def a_chain_of_steps(x, y, i, j, k, m):
    z = (x[i:j] * y[k:m] - x[k:m]) / (2.0 + y[i:j]) - 3.0 * (x[i:j] - y[k:m])
    return np.sum(z**2) + np.sum(z[:1])


@programs.at((X, Y, 0, 1, 2, 3), (X, Y, 0, 1, 0, 4), (X, Y, 0, 4, 0, 4))
def what_is_stored_is_broadcast(x, y, i, j, k, m):
    out = np.ones(4) * x[0]
    out[:] = x[i:j] * y[k:m]
    return np.sum(out * y)


@programs.at((TABLE, 0, 1, 0, 4), (TABLE, 0, 4, 1, 2), (TABLE, 0, 4, 0, 4))
def rows_and_columns(a, i, j, k, m):
    return np.sum(np.exp(a[i:j] * a[:, k:m] - a[k:m, i:j]) * a)


@programs.at((X, Y, 0, 1, 0, 4), (X, Y, 0, 4, 1, 2))
def a_value_that_is_read_twice_is_summed_for_both(x, y, i, j, k, m):
    t = x[i:j] * y[k:m]
    return np.sum((t + x) * y) + np.sum(t)


@programs.at((X, Y, 0, 1, 0, 1, 2), (X, Y, 0, 1, 0, 4, 3), (X, Y, 0, 4, 0, 4, 0))
def in_a_loop_and_a_branch(x, y, i, j, k, m, n):
    total = 0.0
    for step in range(n):
        t = x[i:j] * y[k:m]
        if step > 0:
            t = x[k:m] - y[i:j]
        total += np.sum(np.cos(t + x) * y)
    return total


test_gradient = programs.test()


def test_the_shape_of_a_step_is_not_kept_for_its_cotangent():
    def gate(w, x, b, n):
        return np.sum(np.tanh(x[:n] * w[n:] + b[:n]))

    source = srcad.grad(gate, (0, 1, 2)).source_for(X, Y, X, 2)
    assert source.count("unbroadcast") == 3  # one for each operand
