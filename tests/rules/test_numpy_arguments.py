"""NumPy as programs call it: what is written out as other calls, methods, settings, parts that are written into."""

from __future__ import annotations

import numpy as np
import pytest

import srcad
from tests.check import check, check_jvp

TABLE = np.array([[0.7, -1.23, 2.47], [1.5, 0.3, -0.8]])
ROW = np.array([0.4, -1.1, 2.3])
MASK = np.array([[True, False, True], [True, True, False]])


def parts_of_a_split_are_written_into(x):
    first, second = np.split(x, [1], axis=1)
    first[0] = 3.0 * second[0, 0]
    return np.sum(first**2) + np.sum(second**3)


def several_uneven_parts(x):
    return sum([np.sum(part**2) * (i + 1) for i, part in enumerate(np.array_split(x, 2, axis=1))])


def stops_known_only_later(x, n=1):
    stops = [k for k in range(1, x.shape[1], n)]
    return np.sum(np.split(x, stops, axis=1)[1] ** 2)


def rows_and_columns(x):
    top, bottom = np.vsplit(x, 2)
    left, middle, right = np.hsplit(x, 3)
    return np.sum(top * bottom) + np.sum(left * middle * right)


def an_unstacked_array(x):
    first, second = np.unstack(x)
    columns = np.unstack(x, axis=1)
    return np.sum(first * second) + np.sum(columns[2] ** 2)


def a_broadcast_view_of_what_is_written_later(x):
    wide, row = np.broadcast_arrays(x, x[0])
    total = np.sum(wide * row)
    return total + np.sum(row * row)


def grids(x):
    u, v = np.meshgrid(x[0], x[1])
    p, q = np.meshgrid(x[0], x[1], indexing="ij", sparse=True)
    return np.sum(u * v**2) + np.sum(p**2 * q)


def joined_by_subscripts(x):
    return np.sum(np.r_[x[0], 1.5, x[1, 0]] ** 2) + np.sum(np.c_[x[0], x[1]] ** 3 * np.arange(6.0).reshape(3, 2))


def outer_products_of_ufuncs(x):
    return np.sum(np.hypot.outer(x[0], x)) + np.sum(np.add.outer(x, x[1]) ** 2) + np.subtract.outer(x[0, 0], x)[1, 1]


def reductions_of_ufuncs(x):
    return (
        np.sum(np.add.reduce(x, where=MASK) ** 2)
        + np.multiply.reduce(x, axis=1, initial=2.0)[0]
        + np.maximum.reduce(x, axis=None, initial=0.5)
        + np.sum(np.minimum.accumulate(x, axis=1) ** 2)
        + np.sum(np.add.reduceat(x, [0, 2], axis=1) ** 2)
    )


def reductions_of_some(x):
    return (
        np.sum(x, where=MASK)
        + x.sum(axis=1, initial=x[0, 0] ** 2)[1]
        + np.prod(x, initial=x[0, 1], where=MASK)
        + np.mean(x, axis=1, where=MASK)[0]
        + np.max(x, initial=x[0, 2] * 2)
        + np.std(x, where=MASK)
        + np.var(x, axis=0, correction=1)[2]
    )


def pieces(x):
    return np.sum(np.piecewise(x, [x < 0, x > 1], [lambda u: u**2, lambda u: u**3, lambda u: 2 * u]) ** 2)


def functions_along_axes(x):
    scaled = np.apply_along_axis(lambda row: row * row[0], 1, x)
    lengths = np.apply_along_axis(lambda column: np.sqrt(np.sum(column**2)), 0, x)
    return np.sum(scaled**2) + np.sum(lengths) + np.apply_over_axes(np.sum, x, [0, 1])[0, 0] ** 2


def choices(x):
    index = np.array([1, 0, 1])
    return (
        np.sum(np.choose(index, [x[0] ** 2, x[1]]))
        + np.sum(index.choose([x[0], x[1] ** 2]))
        + np.sum(np.select([x < 0, x > 1], [x**2, x**3], x[0, 0]))
        + np.sum(x.compress([True, False, True], axis=1) ** 2)
    )


def blocks(x):
    return np.sum(np.block([[x, x**2], [x * 2, np.ones((2, 3))]]) ** 2) + np.sum(np.block([x[0], x[1]]) ** 2)


def elements_by_equality(x):
    values, counts = np.unique(x, return_counts=True)
    weighed = np.bincount([0, 1, 0], weights=x[0])
    return np.sum(np.unique(x) ** 2 * np.arange(6)) + np.sum(values * counts) + np.sum(weighed**2)


def polynomials(x):
    fitted = np.polyfit(np.arange(3.0), x[0], 1)
    product = np.polymul(np.polyadd(x[0], x[1, :2]), np.poly(x[1]))
    return np.sum(fitted**2) + np.sum(np.polyint(product, 2) ** 2)


def least_squares(x):
    solution, residuals, rank, values = np.linalg.lstsq(x.T, x[0] ** 2 + ROW, rcond=None)
    return np.sum(solution**2) + residuals[0] + rank * np.sum(values)


def padded(x):
    return (
        np.sum(np.pad(x, 2, "mean") ** 2)
        + np.sum(np.pad(x, 1, "linear_ramp", end_values=x[0, 0]) ** 2)
        + np.sum(np.pad(x, 1, constant_values=(x[0, 1], 2.0)) ** 2)
        + np.sum(np.pad(x, 1, "minimum") ** 2)
    )


def quantiles_with_holes(x):
    y = np.where(MASK, x, np.nan)
    return np.nanmedian(y) + np.sum(np.nanquantile(y, 0.3, axis=1)) + np.nanpercentile(y, x[0, 0] * 20 + 30)


def norms(x):
    square = x @ x.T + x[:, :2]
    return (
        np.linalg.cond(square, 1)
        + np.linalg.cond(square, "fro")
        + np.linalg.cond(square, p=np.inf)
        + np.linalg.matrix_norm(x, ord=1)
        + np.sum(np.linalg.norm(x, -np.inf, axis=1) ** 2)
        + np.linalg.norm(x, -np.inf)
        + np.sum(np.linalg.matrix_norm(x, ord="nuc", keepdims=True))
    )


def spaced(x):
    return np.sum(np.logspace(x[0, 1], x[0, 0], 4) ** 2) + np.sum(np.geomspace(x[0, 0], x[1, 0], 5) ** 2)


@pytest.mark.parametrize(
    "program",
    [
        parts_of_a_split_are_written_into,
        several_uneven_parts,
        stops_known_only_later,
        rows_and_columns,
        an_unstacked_array,
        a_broadcast_view_of_what_is_written_later,
        grids,
        joined_by_subscripts,
        outer_products_of_ufuncs,
        reductions_of_ufuncs,
        reductions_of_some,
        pieces,
        functions_along_axes,
        choices,
        blocks,
        elements_by_equality,
        polynomials,
        least_squares,
        padded,
        quantiles_with_holes,
        norms,
        spaced,
    ],
)
def test_programs_of_numpy_have_right_derivatives_in_both_modes(program):
    check(program, TABLE)
    check_jvp(program, TABLE)


def test_a_tangent_that_jumps_is_not_unwrapped():
    tangent = np.array([0.0, 10.0, -10.0])
    assert np.array_equal(srcad.jvp(lambda x: np.unwrap(x), (ROW,), (tangent,))[1], tangent)


def test_zeros_that_are_trimmed_get_a_cotangent_of_their_own():
    x = np.array([0.0, 1.5, 0.0, 2.0, 0.0, 0.0])
    assert np.array_equal(srcad.grad(lambda x: np.sum(np.trim_zeros(x) ** 2))(x), 2 * x)
    assert np.array_equal(srcad.jvp(lambda x: np.trim_zeros(x, "b"), (x,), (x + 1,))[1], (x + 1)[:4])


def test_a_list_of_a_function_and_a_number_is_refused_not_mistaken():
    def program(x):
        parts = [lambda u: u**2, 3.0]
        part = parts[int(x[0, 0] > 10)]
        return part(x[0, 0]) if callable(part) else part * x[0, 1]

    with pytest.raises(srcad.SrcadError) as caught:
        srcad.grad(program)(TABLE)
    assert caught.value.place is not None


@pytest.mark.parametrize(
    "program",
    [
        lambda x: np.sum(np.unique(x, axis=0)),
        lambda x: np.sum(np.pad(x, 1, "empty")),
        lambda x: np.sum(np.pad(x, 1, lambda *settings: None)),
        lambda x: np.sum(np.roots(x[0]).real),
        lambda x: np.sum(np.piecewise(x, [x > 0], [lambda u: u, 3.0])),
        lambda x: np.sum(np.poly(x[:, :2])),
        lambda x: np.sum(np.r_["0,2", x[0], x[1]]),
    ],
)
def test_what_is_not_known_is_refused_with_a_place(program):
    with pytest.raises(srcad.SrcadError) as caught:
        srcad.grad(program)(TABLE)
    assert caught.value.place is not None and caught.value.remedy
