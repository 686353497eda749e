"""How often what is made of several runs calls the function: each call prints."""

import numpy as np
import pytest

import srcad

X = np.array([0.4, 1.3, -0.7])


def squares(x):
    print("called")
    return np.array([x[0] * x[1], x[2] ** 2])


def writes_into_views(x):
    print("called")
    a = np.zeros(4)
    inner = a[1:3]
    for i in range(2):
        inner[i] = x[i] * x[2]
        inner *= inner[0]
    grid = a.reshape(2, 2).T
    grid[1] += grid[0] ** 2
    return a[1:]


class Chain:
    def __init__(self, links):
        self.links = links

    def pull(self, x):
        for i in range(1, len(self.links)):
            self.links[i] = self.links[i] * self.links[i - 1] + x[i]


def writes_into_an_object(x):
    print("called")
    first = np.array([x[0], x[1] ** 2, x[2]])
    chain = Chain(first)
    chain.pull(x)
    kept = [chain.links, first[1:]]
    kept[1][0] *= x[0]
    return kept[0] * x[1]


PROGRAMS = [squares, writes_into_views, writes_into_an_object]


def by_differences(f):
    columns = [(f(X + 1e-6 * unit) - f(X - 1e-6 * unit)) / 2e-6 for unit in np.eye(3)]
    return np.stack(columns, axis=-1)


@pytest.mark.parametrize("f", PROGRAMS)
def test_the_jacobian_by_rows_calls_the_function_once(f, capsys):
    found = srcad.jacrev(f)(X)
    assert capsys.readouterr().out.split() == ["called"]
    assert np.allclose(found, by_differences(f), atol=1e-8)


@pytest.mark.parametrize("f", PROGRAMS)
def test_a_pullback_gives_the_same_again(f, capsys):
    value, pullback = srcad.vjp(f, X)
    cotangent = np.linspace(0.5, 1.5, value.size)
    (first,), (second,) = pullback(cotangent), pullback(cotangent)
    assert capsys.readouterr().out.split() == ["called"]
    assert np.array_equal(first, second)
    assert np.array_equal(value, f(X))


def test_the_jacobian_by_columns_calls_the_function_once_for_each(capsys):
    srcad.jacfwd(squares)(X)
    assert capsys.readouterr().out.split() == ["called"] * 3


def test_the_jacobian_needs_no_call_to_choose_its_way(capsys):
    rows = srcad.jacobian(squares)
    assert np.allclose(rows(X), by_differences(squares), atol=1e-8)
    assert capsys.readouterr().out.split()[:1] == ["called"]
    rows(X)
    assert capsys.readouterr().out.split() == ["called"]


def to_many(x):
    print("called")
    return np.array([x, x**2, x**3])


def test_the_jacobian_by_one_number_calls_the_function_once(capsys):
    assert np.allclose(srcad.jacobian(to_many)(2.0), [1.0, 4.0, 12.0])
    assert capsys.readouterr().out.split() == ["called"]


def test_the_jacobian_that_goes_by_columns_knows_so_the_second_time(capsys):
    columns = srcad.jacobian(writes_into_views)
    assert np.allclose(columns(X), by_differences(writes_into_views), atol=1e-8)
    capsys.readouterr()
    columns(X)
    assert capsys.readouterr().out.split() == ["called"] * 3
