"""What Numba would compute otherwise than Python, without a word, is computed as in Python or refused."""

import math
import sys

import numba
import numpy as np
import pytest

import srcad
from srcad.errors import BackendError

numbers = np.array([0.5, -1.5, 2.0, 0.25])
WEIGHTS = np.array([1.0, 2.0, 3.0, 4.0])
SETTINGS = [1.0, 2.0]


def agree(f, *args, argnums=0):
    expected = srcad.value_and_grad(f, argnums)(*args)
    found = srcad.value_and_grad(f, argnums, backend="numba")(*args)
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-13)
    np.testing.assert_allclose(found[1], expected[1], rtol=1e-13, atol=1e-15)


def refused(f, *args, match, line=None):
    with pytest.raises(BackendError, match=match) as caught:
        srcad.grad(f, backend="numba")(*args)
    assert 'backend="python"' in caught.value.remedy
    if line is not None:
        assert caught.value.place.line == f.__code__.co_firstlineno + line


# ---------------------------------------------------------------- arrays


def test_a_row_stored_from_a_matrix_of_one_row():
    def f(A):
        B = A * A
        B[0] = B[1:2] * 2.0
        return np.sum(B * A)

    agree(f, np.arange(1.0, 7.0).reshape(2, 3))


def test_an_array_is_not_added_in_place_to_a_smaller_one():
    def f(x, y):
        z = x * x
        w = z[0:]
        w += y
        return np.sum(z * z)

    agree(f, numbers, numbers)
    for backend in ("python", "numba"):
        with pytest.raises(ValueError):
            srcad.grad(f, backend=backend)(np.ones(1), numbers)


def test_an_array_in_place_that_is_read_where_it_is_written():
    def f(x):
        y = x * x
        y[1:] += y[:-1]
        y[1:] *= y[:-1]
        return np.sum(y * x)

    agree(f, numbers)


def test_a_mask_of_another_length():
    def f(x, m):
        return np.sum(x[m] ** 2)

    agree(f, numbers, np.array([True, False, True, True]))
    for backend in ("python", "numba"):
        with pytest.raises(IndexError):
            srcad.grad(f, backend=backend)(numbers, np.array([True, False]))


def test_a_view_that_ravel_makes_is_a_view():
    def f(x):
        y = x * 1.0
        flat = y[::1].ravel()
        flat[0] = 5.0
        return np.sum(y * x)

    refused(f, numbers, match="ravel|merge_copy|refuse_unlike|laid_out")


def test_single_precision_is_refused():
    refused(lambda x: np.sum(x * x), numbers.astype(np.float32), match="float32")


def test_dimensions_in_another_order_are_refused():
    refused(lambda x, k: np.sum(x[0, :, k] ** 2), np.ones((2, 3, 4)), np.array([0, 1]), match="another order")


def test_an_index_out_of_range_is_an_error():
    def f(x, k):
        s = 0.0
        for i in range(k):
            s += x[i] * x[i]
        return s

    agree(f, numbers, 4)
    agree(lambda x, k: x[k] ** 2 + x[-1], numbers, -2)
    for backend in ("python", "numba"):
        with pytest.raises(IndexError):
            srcad.grad(f, backend=backend)(numbers, 5)
        with pytest.raises(IndexError):
            srcad.grad(lambda x, k: x[k] * 2.0, backend=backend)(numbers, -5)


def test_a_global_array_that_changes():
    def f(x):
        return np.sum(WEIGHTS * x)

    gradient = srcad.grad(f, backend="numba")
    for scale in (1.0, 2.0):
        WEIGHTS[:] = scale * np.arange(1.0, 5.0)
        np.testing.assert_array_equal(gradient(numbers), WEIGHTS)
        np.testing.assert_array_equal(gradient(numbers), WEIGHTS)


def test_a_global_list_is_refused():
    def f(x):
        return x * SETTINGS[0]

    refused(f, 2.0, match="SETTINGS")


# ---------------------------------------------------------------- ints


def factorial(x, n):
    k = 1
    for i in range(1, n + 1):
        k = k * i
    return x * k


def power_of_two(x, n):
    return x * 2**n


def fibonacci(x, n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return x * a


def shift(x, n):
    return x * (1 << n)


def difference(x, n):
    return x * (-n - n)


@pytest.mark.parametrize(
    ("f", "fits", "beyond"),
    [(factorial, 20, 21), (power_of_two, 62, 63), (fibonacci, 91, 92), (shift, 62, 63), (difference, 2**61, 2**63 - 1)],
)
def test_an_int_that_outgrows_64_bits_is_refused(f, fits, beyond):
    agree(f, 1.5, fits)
    refused(f, 1.5, beyond, match="64 bits")


def test_an_int_to_a_negative_power_is_refused():
    refused(power_of_two, 1.5, -1, match="negative power")


def test_a_float_that_no_int_holds_is_refused():
    def f(x, y):
        return x * int(y) + math.floor(y)

    agree(f, 1.5, -2.5)
    refused(f, 1.5, 1e30, match="64 bits")
    refused(f, 1.5, math.inf, match="64 bits")


def test_an_argument_of_more_than_64_bits_is_refused():
    refused(lambda x, n: x * n, 1.5, 2**70, match="64 bits")
    assert srcad.grad(lambda x, n: x * n, backend="numba")(1.5, sys.maxsize) == float(sys.maxsize)


# ---------------------------------------------------------------- lists, and functions that nobody knows


def test_lists_that_change_elsewhere_than_at_their_end_are_refused():
    def popped(x):
        rows = [x * 1.0, x * 2.0]
        rows.pop(0)
        return np.sum(rows[0])

    def inserted(x):
        rows = [x * 1.0]
        rows.insert(0, x * 3.0)
        return np.sum(rows[0])

    refused(popped, numbers, match="pop|restore_item|item_before", line=2)
    refused(inserted, numbers, match="insert", line=2)


def test_a_function_that_numba_may_know_otherwise_is_refused():
    refused(lambda x: x * np.random.rand(), 2.0, match="rand")


# ---------------------------------------------------------------- what is compiled is what is kept

RATE = 2.0


@numba.njit
def rate(x):
    return RATE * x


def test_the_mark_of_an_njit_function_has_its_constants(monkeypatch):
    from srcad.backend.compiled.compile import _fingerprint

    def made(constant):
        def inner(x):
            return x * constant

        return numba.njit(inner)

    assert _fingerprint("f", made(2.0)) != _fingerprint("f", made(3.0))
    before = _fingerprint("rate", rate)
    assert before == _fingerprint("rate", rate)
    monkeypatch.setitem(globals(), "RATE", 3.0)
    assert before != _fingerprint("rate", rate)

    @numba.njit
    def outer(x):
        return rate(x)

    changed = _fingerprint("outer", outer)
    monkeypatch.setitem(globals(), "RATE", 4.0)
    assert changed != _fingerprint("outer", outer)
    assert _fingerprint("f", numba.njit(lambda x: x * 2.0)) != _fingerprint("f", numba.njit(lambda x: x * 3.0))
