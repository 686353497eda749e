"""What compiled code may call means in Numba what it means in NumPy and Python: each callable of the table is compared.

A function is compiled together with a few others, since every compilation takes a fifth of a second.
"""

import math

import numba
import numpy as np
import pytest

from srcad.backend.compiled.allowed import MATH, NUMPY, OF_COMPLEX

A = np.array([[0.5, -1.25, 3.0], [2.0, 0.75, -0.0], [4.5, 1.0, -2.5]])
SYMMETRIC = A @ A.T + 5.0 * np.eye(3)
X = np.array([0.3, -0.7, 0.9, 0.1])
NAN = np.array([1.0, np.nan, -2.0, np.inf])
K = np.array([3, 1, 2, 1])
M = np.array([True, False, True, True])
STRIDED, ROWS = np.arange(12.0)[::3], A.T

# the argument lists at which a function is called; what is not named here is called on `ELEMENTWISE`
ELEMENTWISE = {1: ["NAN", "0.4"], 2: ["A.T, A[0]", "NAN, X"]}
CALLS = {
    "all": ["M", "A"], "any": ["M", "A"], "angle": ["X", "0.4"], "conjugate": ["X", "0.4"], "imag": ["X", "0.4"],
    "real": ["X", "0.4"], "arange": ["4", "1, 7, 2", "0.0, 1.0, 0.1", "5, 0, -1"],
    "arccosh": ["1.0 + A * A"], "argmax": ["X", "A", "NAN", "A, 0", "K"], "argmin": ["X", "A", "NAN", "A, 1", "K"],
    "argsort": ["X", "STRIDED"], "asarray": ["X", "A"], "atleast_1d": ["X"], "atleast_2d": ["X"],
    "broadcast_to": ["X, (2, 4)"], "clip": ["A, -1.0, 1.0", "NAN, 0.0, 2.0"],
    "concatenate": ["(X, NAN)", "(A, ROWS), 1"],
    "copy": ["A.T", "X"], "count_nonzero": ["A", "M"], "cross": ["A, A.T", "A[0], A[1]"], "cumsum": ["X", "A"],
    "diag": ["A", "X"], "diff": ["X", "A", "X, 2"], "dot": ["A, A.T", "A, A[0]", "X, STRIDED"],
    "empty": [], "empty_like": [], "expand_dims": ["X, 0", "A.T, 1"], "eye": ["3", "2, 4"], "flip": ["X", "A"],
    "full": ["3, 2", "(2, 2), 1.5"], "full_like": ["A, 2.5"], "identity": ["3"],
    "interp": ["X, K.cumsum(), A[0].repeat(2)[:4]"], "kron": ["A, ROWS"],
    "linspace": ["0.0, 1.0, 7"], "max": ["X", "A", "NAN"], "min": ["X", "A", "NAN"], "mean": ["X", "A", "K"],
    "ones": ["3", "(2, 3)"], "ones_like": ["A.T", "K"], "outer": ["X, STRIDED"],
    "prod": ["A", "K"],
    "power": ["X, 2.0", "np.abs(A), A[0]", "K, 2"], "reciprocal": ["X", "NAN"],
    "reshape": ["A, (9,)", "X, (2, 2)", "X, (-1, 2)"], "roll": ["X, 1", "A, -2"],
    "searchsorted": ["STRIDED, 4.0", "STRIDED, X, 'right'"], "shape": ["A"], "size": ["A"], "sort": ["X", "A"],
    "stack": ["(X, STRIDED)", "(X, STRIDED), 1"], "std": ["A", "X"], "var": ["A", "X"],
    "sum": ["A", "A, 0", "A.T, 1", "A, -1", "M", "K"], "swapaxes": ["A, 0, 1"], "trace": ["A"],
    "transpose": ["A", "A, (1, 0)"],
    "tril": ["A", "A, 1"], "triu": ["A.T", "A, -1"], "unique": ["K"], "vstack": ["(X, STRIDED)"],
    "where": ["A > 0.0, A, 0.5", "X > 0.0, X, STRIDED", "0.2 > 0.1, 1.0, 2.0"], "zeros": ["3", "(2, 3)"],
    "zeros_like": ["A", "K"], "nan_to_num": ["NAN"], "ravel": ["A", "X"],
    "cholesky": ["SYMMETRIC"], "det": ["A"], "inv": ["A"], "norm": ["A", "X"], "solve": ["A, X[:3]", "A, A.T"],
    "acosh": ["1.7"], "atan2": ["0.3, -0.4"], "copysign": ["0.3, -0.4"], "hypot": ["0.3, -0.4"], "pow": ["0.3, -0.4"],
    "atanh": ["0.4"], "gamma": ["2.5"], "lgamma": ["2.5"],
}  # fmt: skip


def calls_of(name, function):
    if isinstance(function, np.ufunc):
        return CALLS.get(name) or ELEMENTWISE[function.nin]
    return CALLS[name] if name in CALLS else ["0.4"]


def texts():
    named = [(f"np.{f.__name__}", f) for f in NUMPY if hasattr(np, f.__name__) and f.__name__ not in LINEAR]
    named += [(f"np.linalg.{name}", getattr(np.linalg, name)) for name in LINEAR]
    named += [(f"math.{f.__name__}", f) for f in MATH]
    return [f"{shown}({args})" for shown, f in sorted(named) for args in calls_of(shown.split(".")[-1], f)]


LINEAR = ("cholesky", "det", "inv", "norm", "solve")
TEXTS = texts()
GROUPS = [TEXTS[i : i + 40] for i in range(0, len(TEXTS), 40)]


def same(found, wanted):
    if isinstance(wanted, tuple):
        return len(found) == len(wanted) and all(map(same, found, wanted))
    if isinstance(wanted, np.ndarray) and (found.shape != wanted.shape or found.dtype != wanted.dtype):
        return False
    return np.allclose(found, wanted, rtol=1e-12, atol=1e-12, equal_nan=True)


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: f"{group[0]} to {group[-1]}")
@pytest.mark.filterwarnings("ignore")
def test_a_callable_means_in_numba_what_it_means_in_numpy(group):
    lines = "\n".join(f"    t{i} = {text}" for i, text in enumerate(group))
    result = ", ".join(f"t{i}" for i in range(len(group)))
    space = {**globals(), "math": math}
    exec(f"def f(A, X, NAN, K, M, STRIDED, ROWS, SYMMETRIC):\n{lines}\n    return ({result},)\n", space)
    args = (A, X, NAN, K, M, STRIDED, ROWS, SYMMETRIC)
    wanted = space["f"](*args)
    found = numba.njit(space["f"])(*args)
    for text, one, other in zip(group, found, wanted, strict=True):
        assert same(one, other), f"{text}: Numba gives {one!r}, NumPy {other!r}"


def test_every_function_of_the_table_is_called_here():
    assert len(TEXTS) > len(NUMPY | MATH)
    assert all(calls_of(f.__name__, f) or f in (np.empty, np.empty_like) for f in NUMPY | MATH)


# Complex numbers, on branch cuts and of large and small size, too.
C = np.array(
    [0.3 + 0.4j, -1.2 - 0.7j, 2 + 0j, -2 + 0j, complex(-2, -0.0), 1j, -1j, 0j, 300 + 2j, 1e10 + 1e-10j, 1e-20j]
)
Q = np.array([[1.2 + 0.3j, 0.4 - 0.5j], [0.2, 1.5 - 0.4j]])
COMPLEX_CALLS = {
    "add": ["C, X[0]"], "broadcast_to": ["C, (2, 11)"], "concatenate": ["(C, C)"], "cumsum": ["C"], "diag": ["C", "Q"],
    "divide": ["C, Q[0, 0]"], "dot": ["Q, Q.T", "C, C"], "empty_like": [], "equal": ["C, C[0]"],
    "expand_dims": ["C, 0"], "full": ["3, 1j"], "full_like": ["C, 1j"], "kron": ["Q, Q"],
    "multiply": ["C, X[0]", "C, C"], "not_equal": ["C, C[0]"], "outer": ["C, X"], "reciprocal": ["Q"],
    "reshape": ["Q, (4,)"], "roll": ["C, 1"], "solve": ["Q, Q[0]"],
    "stack": ["(C, C)"], "subtract": ["C, X[0]"], "swapaxes": ["Q, 0, 1"], "trace": ["Q"],
    "true_divide": ["C, C[1]"], "vstack": ["(C, C)"], "where": ["C.real > 0.0, C, 1j"], "tril": ["Q"], "triu": ["Q"],
    "det": ["Q"], "inv": ["Q"], "log": ["Q", "C[0]"], "log2": ["Q"], "log10": ["Q"], "mean": ["C"], "prod": ["Q"],
}  # fmt: skip


def complex_texts():
    for function in sorted(OF_COMPLEX, key=lambda f: f.__name__):
        name = function.__name__
        of_numbers = isinstance(function, np.ufunc) or name in ("real", "imag", "angle")
        space = "np.linalg" if name in LINEAR else "np"
        calls = COMPLEX_CALLS.get(name, ["C", "C[0]"] if of_numbers else ["C"])
        yield from (f"{space}.{name}({args})" for args in calls)


COMPLEX_TEXTS = [
    *complex_texts(),
    "C + X[0]",
    "C * C[1]",
    "C / Q[0, 0]",
    "C ** 2",
    "Q ** -1",
    "abs(C[0])",
    "C.real",
    "Q @ Q",
]


@pytest.mark.parametrize("group", [COMPLEX_TEXTS[i : i + 40] for i in range(0, len(COMPLEX_TEXTS), 40)], ids=len)
@pytest.mark.filterwarnings("ignore")
def test_a_callable_means_in_numba_what_it_means_in_numpy_for_complex_values(group):
    lines = "\n".join(f"    t{i} = {text}" for i, text in enumerate(group))
    result = ", ".join(f"t{i}" for i in range(len(group)))
    space = {**globals()}
    exec(f"def f(C, Q, X):\n{lines}\n    return ({result},)\n", space)
    wanted = space["f"](C, Q, X)
    found = numba.njit(space["f"])(C, Q, X)
    for text, one, other in zip(group, found, wanted, strict=True):
        assert same(one, other), f"{text}: Numba gives {one!r}, NumPy {other!r}"
