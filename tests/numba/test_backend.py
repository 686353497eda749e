"""The choice of a backend: compiled, refused with a place, or compiled where that can be, and code around it."""

import math
import os
import subprocess
import sys
import warnings
from pathlib import Path

import numba
import numpy as np
import pytest

import srcad
from srcad.errors import AliasError, ArgumentError, BackendError, NonScalarOutput

ROOT = Path(__file__).parents[2]


@numba.njit
def decay(t, rate):
    return math.exp(-rate * t)


@numba.njit
def decayed(t, rate, n):
    total = 0.0
    for i in range(n):
        total += decay(t * i, rate)
    return total


def pairs(x, n):
    y = x * x
    count = math.comb(n, 2)
    return y * count


def doubled_in_place(x, y):
    x[:] = 2 * x
    return np.sum(x * y)


def test_an_njit_function_is_differentiated_and_so_are_those_it_calls():
    expected = -sum(i * 0.3 * math.exp(-0.3 * i * 0.7) for i in range(4))
    for backend in ("python", "numba"):
        assert srcad.grad(decayed, backend=backend)(0.7, 0.3, 4) == pytest.approx(expected, rel=1e-12)


def test_a_derivative_is_called_from_compiled_code():
    slope = srcad.grad(decayed, backend="numba")

    @numba.njit
    def newton(t, rate, n):
        for _ in range(2):
            t = t - decayed(t, rate, n) / slope(t, rate, n)
        return t

    t = 0.7
    for _ in range(2):
        t = t - decayed(t, 0.3, 4) / slope(t, 0.3, 4)
    assert newton(0.7, 0.3, 4) == pytest.approx(t, rel=1e-12)


def test_an_int_that_is_differentiated_is_a_float_in_compiled_code_too():
    slope = srcad.grad(lambda x, y: x**2 * y, backend="numba")

    @numba.njit
    def call(x, y):
        return slope(x, y)

    assert call(3, 2) == 12.0
    assert isinstance(call(3, 2), float)


def test_specialize_gives_the_compiled_function():
    function = srcad.grad(decayed, backend="numba").specialize(0.7, 0.3, 4)
    assert isinstance(function, numba.core.dispatcher.Dispatcher)
    assert function.nopython_signatures


def test_what_numba_cannot_compile_is_refused_at_the_line_of_the_user():
    with pytest.raises(BackendError, match="comb") as caught:
        srcad.grad(pairs, backend="numba")(2.0, 3)
    assert caught.value.place.line == pairs.__code__.co_firstlineno + 2
    assert caught.value.place.file == __file__
    assert 'backend="python"' in caught.value.remedy


def test_an_argument_that_numba_does_not_take_is_named():
    with pytest.raises(BackendError, match="the argument xs is list of float"):
        srcad.grad(lambda xs: xs[0], backend="numba")([1.0, 2.0])


def test_auto_warns_once_where_it_falls_back():
    derivative = srcad.grad(pairs, backend="auto")
    with pytest.warns(RuntimeWarning, match="runs in Python and not under Numba"):
        assert derivative(2.0, 3) == 12.0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert derivative(3.0, 3) == 18.0
        assert derivative(np.float64(3.0), 4) == 36.0


def test_auto_compiles_where_numba_can():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        derivative = srcad.grad(decayed, backend="auto")
        derivative(0.7, 0.3, 4)
    assert derivative.specialize(0.7, 0.3, 4).nopython_signatures


def test_no_other_backend_is_known():
    with pytest.raises(ArgumentError, match="fortran"):
        srcad.grad(decayed, backend="fortran")


def test_arguments_that_overlap_are_refused_and_those_apart_stay_as_they_are():
    x = np.arange(1.0, 7.0)
    derivative = srcad.grad(doubled_in_place, (0, 1), backend="numba")
    d_x, d_y = derivative(x[:3], x[3:])
    np.testing.assert_array_equal(d_x, 2 * x[3:])
    np.testing.assert_array_equal(d_y, 2 * x[:3])
    np.testing.assert_array_equal(x, np.arange(1.0, 7.0))
    with pytest.raises(AliasError):
        derivative(x[:4], x[2:])


def test_strided_arrays_are_taken():
    x = np.arange(1.0, 13.0)
    derivative = srcad.grad(doubled_in_place, backend="numba")
    derivative(x[:3], x[3:6])
    np.testing.assert_array_equal(derivative(x[:6:2], x[6::2]), 2 * x[6::2])


def test_an_array_that_is_no_number_is_refused():
    with pytest.raises(NonScalarOutput):
        srcad.grad(lambda x: x, backend="numba")(np.array([1.0, 2.0]))


def test_a_tape_grows_where_nobody_knows_how_long_it_will_be():
    def collatz_like(x, n):
        while n > 1:
            x = math.sin(x) + x / n
            n = n // 2 if n % 2 == 0 else 3 * n + 1
        return x

    expected = srcad.grad(collatz_like)(0.5, 27)
    assert srcad.grad(collatz_like, backend="numba")(0.5, 27) == pytest.approx(expected, rel=1e-12)


def test_a_tape_in_a_triangle_of_loops():
    def triangle(x, n):
        y = 1.0
        for i in range(n):
            for j in range(i):
                if (i + j) % 3:
                    y = math.sin(y * x) + j
        return y

    for n in (0, 1, 7):
        expected = srcad.grad(triangle)(0.5, n)
        assert srcad.grad(triangle, backend="numba")(0.5, n) == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_source_for_shows_what_is_compiled():
    def power(x, n):
        y = 1.0
        for _ in range(n):
            y = y * x
        return y

    derivative = srcad.grad(power)
    assert "y_tape.append(y)" in derivative.source_for(1.5, 4)
    assert "y_tape[y_top] = y" in derivative.source_for(1.5, 4, backend="numba")
    assert "y_tape.append(y)" in srcad.grad(power, backend="numba").source_for(1.5, 4, backend="python")


PROGRAM = """
import srcad

def cube(x):
    return x * x * x

derivative = srcad.grad(cube, backend="numba", cache=True)
print(derivative(2.0), dict(derivative.specialize(2.0).stats.cache_hits) != {})
"""


def test_a_cached_derivative_is_found_by_the_next_process(tmp_path):
    script = tmp_path / "program.py"
    script.write_text(PROGRAM)
    environment = {**os.environ, "SRCAD_CACHE_DIR": str(tmp_path / "cache"), "PYTHONPATH": str(ROOT)}
    runs = [
        subprocess.run([sys.executable, script], env=environment, capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    ]
    assert [run.split() for run in runs] == [["12.0", "False"], ["12.0", "True"]]


def test_complex_values_are_compiled_or_refused_where_numba_differs():
    def phases(x, t):
        z = np.exp(1j * t * x) + x[0]
        z[0] = np.conj(z[1]) * z[2]
        return np.sum(np.abs(z) ** 2) + np.angle(z[0]) + np.sum(z.imag)

    x = np.array([0.4, -1.3, 0.7])
    found = srcad.grad(phases, (0, 1), backend="numba")(x, 0.8)
    for one, other in zip(found, srcad.grad(phases, (0, 1))(x, 0.8), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)

    def saturated(x):
        return np.sum(np.abs(np.tanh(1j * x + x)))  # Numba gives nan where x is large

    with pytest.raises(srcad.BackendError, match=r"np.tanh of complex values") as caught:
        srcad.grad(saturated, backend="numba")(x)
    assert caught.value.place is not None and "np.tanh" in caught.value.place.text
