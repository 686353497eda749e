"""Writes into arrays of every form: float32, no dimension, empty, Fortran order, not contiguous, ints and booleans."""

import numpy as np
import pytest

import srcad
from tests.cases import Programs

programs = Programs()
x5 = np.array([0.5, 1.0, 2.0, -1.0, 0.3])
m34 = np.array([[0.5, 1.0, 2.0, -1.0], [0.3, 0.7, -0.4, 1.1], [1.3, -0.6, 0.9, 0.2]])


# ---------------------------------------------------------------- no dimension


@programs.at(np.array(1.5))
def an_array_of_no_dimension(x):
    y = np.array(x)
    y[()] = y * y
    y += 1.0
    y *= x
    y[...] = y * y
    return y[()] * x


@programs.at((np.array(1.5), 2.0))
def an_argument_of_no_dimension_is_written(x, s):
    x *= s
    x[()] = x * x + s
    x += x
    return np.sum(x * x)


@programs.at(x5)
def views_of_no_dimension(x):
    y = x * x
    v = y[1, ...]
    v += 2.0 * x[0]
    v[...] = v * v
    w = y[2:3].reshape(())
    w *= y[0]
    return np.sum(y * x)


@programs.at(x5)
def an_accumulator_of_no_dimension(x):
    total = np.zeros(())
    for i in range(5):
        total += x[i] * x[i]
        total[()] = total * x[i]
    return total * 2.0


# ---------------------------------------------------------------- empty


@programs.at((np.zeros(0), 1.5), argnums=1)
def an_empty_array(x, s):
    x[:] = s
    x[...] = x * x
    x += s
    x[x > 0] = s
    x[::-1] *= x
    np.add.at(x, np.array([], dtype=int), s)
    return np.sum(x) + s * s


@programs.at(x5)
def empty_slices(x):
    y = x * x
    y[5:] = x[0]
    y[3:1] *= 2.0
    y[y > 100] = x[1]
    y[[]] = x[0]
    y[:0] += y[5:]
    return np.sum(y * x)


@programs.at((np.zeros((0, 3)), x5), argnums=1)
def an_empty_matrix(A, x):
    A[:, 0] = x[0]
    A += x[1]
    for row in A:
        row[0] = x[2]
    return np.sum(A) + x[3]


# ---------------------------------------------------------------- order and strides


def reworked(A):
    A[0] = A[1] * A[2]
    A[:, 1] += A[:, 0]
    flat = A.reshape(-1)
    flat[0] = flat[1] * flat[2]
    A += flat[3]
    r = np.ravel(A)
    r[4] *= r[5]
    A[A > 1.1] *= 0.5
    A.flat[2] = A.flat[3] ** 2
    T = A.T
    T[0] *= T[1]
    A *= A
    return np.sum(A * np.arange(12.0).reshape(3, 4))


LAYOUTS = {
    "Fortran": np.asfortranarray(m34),
    "transposed": np.ascontiguousarray(m34.T).T,
    "strided": np.repeat(np.repeat(m34, 2, axis=0), 3, axis=1)[::2, ::3],
    "reversed": m34[::-1, ::-1].copy()[::-1, ::-1],
    "part": np.pad(m34, 2)[2:-2, 2:-2],
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_layout_of_an_argument_does_not_matter_where_the_program_does_not_see_it(layout):
    def untouched_by_layout(A):
        A[0] = A[1] * A[2]
        A[:, 1] += A[:, 0]
        A[A > 1.1] *= 0.5
        A.flat[2] = A.flat[3] ** 2
        T = A.T
        T[0] *= T[1]
        A *= A
        return np.sum(A * np.arange(12.0).reshape(3, 4))

    given = LAYOUTS[layout]
    value, gradient = srcad.value_and_grad(untouched_by_layout)(given)
    want, slopes = srcad.value_and_grad(untouched_by_layout)(m34)
    assert value == want and np.array_equal(gradient, slopes) and np.array_equal(given, m34)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_layout_of_an_argument_decides_what_reshape_and_ravel_view(layout):
    given = LAYOUTS[layout]
    kept = given.copy()
    want = reworked(_alike(given, m34))
    value, gradient = srcad.value_and_grad(reworked)(given)
    assert np.isclose(value, want, rtol=1e-13), "the copy of the argument must be laid out as the argument is"
    assert np.array_equal(given, kept)
    for index in np.ndindex(3, 4):
        ends = []
        for step in (1e-6, -1e-6):
            moved = _alike(given, m34)
            moved[index] += step
            ends.append(reworked(moved))
        assert np.isclose(gradient[index], (ends[0] - ends[1]) / 2e-6, rtol=1e-5, atol=1e-6), index


def _alike(given, values):
    """An array with the strides of `given` (a view, where `given` is one) that holds `values`."""
    base = given if given.base is None else given.base
    memory = np.array(base, order="K")
    made = np.lib.stride_tricks.as_strided(memory, given.shape, given.strides)
    if given.ctypes.data != base.ctypes.data:
        start = given.ctypes.data - base.ctypes.data
        made = np.ndarray(given.shape, given.dtype, memory, start, given.strides)
    made[...] = values
    return made


# ---------------------------------------------------------------- float32


def mixed(x, w):
    y = np.zeros_like(x)
    y[1:] = x[:-1] * x[1:]
    y[0] = w[0] * 2.0
    y *= x
    y[y > 0.5] = 0.25
    y[[1, 1]] += x[:2]
    np.add.at(y, [2, 2], x[:2] * w[:2])
    np.multiply(y, x, out=y)
    z = np.empty(5, dtype=np.float32)
    z[...] = w
    z[::2] -= y[::2]
    v = z[1:]
    v /= 3
    return np.sum(z * y)


def test_float32_stays_float32():
    x, w = x5.astype(np.float32), (x5 * 2 + 0.1).astype(np.float32)
    value, (dx, dw) = srcad.value_and_grad(mixed, (0, 1))(x, w)
    assert value.dtype == np.float32 and dx.dtype == np.float32 and dw.dtype == np.float32
    want, (ex, ew) = srcad.value_and_grad(mixed, (0, 1))(x.astype(float), w.astype(float))
    assert np.isclose(value, want, rtol=1e-5)
    assert np.allclose(dx, ex, rtol=1e-4, atol=1e-5) and np.allclose(dw, ew, rtol=1e-4, atol=1e-5)


def narrowed(x):
    y = np.zeros(5, dtype=np.float32)
    y[:] = x
    y[0] = x[1] * x[2]
    return np.sum(y * y)


def test_a_store_into_a_narrower_array_rounds_the_value_and_keeps_the_dtype_of_the_gradient():
    value, gradient = srcad.value_and_grad(narrowed)(x5)
    assert value == narrowed(x5) and gradient.dtype == np.float64
    y0 = x5[1] * x5[2]
    slopes = 2 * np.array([0.0, x5[1] + y0 * x5[2], x5[2] + y0 * x5[1], x5[3], x5[4]])
    assert np.allclose(gradient, slopes, rtol=1e-5)


# ---------------------------------------------------------------- ints and booleans


@programs.at((x5, np.array([1, 2, 0, 4, 3])), argnums=0)
def integer_arrays_are_written(x, p):
    p[0], p[1] = p[1], p[0]
    y = x[p] * x
    p[2:] = p[2:][::-1]
    y[p] *= x
    p += 1
    p %= 5
    y[p[0]] = y[p[1]] * x[p[2]]
    q = p.copy()
    p[...] = 0
    y[q] += x[p]
    return np.sum(y * y)


@programs.at(x5)
def an_integer_array_takes_the_whole_part_of_an_active_value(x):
    bins = np.zeros(5, dtype=int)
    for i in range(5):
        bins[i] = int(np.floor(x[i] * 2.0 + 2.2)) % 5
    h = np.zeros(5)
    for i in range(5):
        h[bins[i]] += x[i] * x[i]
        bins[i] = bins[i - 1]
        h[bins[i]] *= 1.1
    return np.sum(h * h * h)


@programs.at(x5, -x5)
def boolean_arrays_are_written(x):
    m = x > 0.4
    y = np.where(m, x * x, x)
    m[1] = not m[1]
    m |= x < -0.45
    m &= np.array([True, True, False, True, True])
    y[m] = y[m] ** 2
    m[:] = False
    m[2] = True
    y[m] *= y[~m][0]
    return np.sum(y)


test_gradient = programs.test()
