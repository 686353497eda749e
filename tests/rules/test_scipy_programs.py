"""Programs that call SciPy: factorisations that are kept, sparse matrices, integrals and filters, solvers refused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, interpolate, linalg, optimize, signal, sparse
from scipy.sparse import linalg as sparse_linalg

import srcad
from srcad.errors import ArgumentError, MissingRule

A = np.array([[2.0, 0.3, -0.4], [0.5, 1.5, 0.2], [0.1, -0.6, 1.1]])
X = np.array([0.3, 1.4, 2.2])
SPARSE = sparse.csr_array(np.array([[1.0, 0.0, 2.0], [0.0, 3.0, 0.0]]))


def agrees(f, *args):
    before = [np.array(a) for a in args]
    srcad.check_grads(f, args, order=2, modes=("fwd", "rev"))
    assert all(np.array_equal(a, b) for a, b in zip(args, before, strict=True))


# ---------------------------------------------------------------- matrices


@pytest.mark.parametrize("lower", [False, True])
def test_a_cholesky_factor_may_be_used_again(lower):
    def f(a, b):
        factor = linalg.cho_factor(a @ a.T + np.eye(3), lower=lower)
        return np.sum(linalg.cho_solve(factor, b) * linalg.cho_solve(factor, np.sin(b)))

    agrees(f, A, X)


def test_an_lu_factor_may_be_used_again():
    def f(a, b):
        lu, pivots = linalg.lu_factor(a)
        return np.sum(linalg.lu_solve((lu, pivots), b)) + np.sum(linalg.lu_solve((lu, pivots), b**2, trans=1))

    agrees(f, A[::-1], X)


def test_a_gaussian_log_likelihood_by_a_triangular_solution():
    def f(width, y):
        kernel = np.exp(-((X[:, None] - X) ** 2) / width) + 0.1 * np.eye(3)
        factor = linalg.cholesky(kernel, lower=True)
        away = linalg.solve_triangular(factor, y, lower=True)
        return -0.5 * np.sum(away**2) - np.sum(np.log(np.diag(factor)))

    agrees(f, 1.3, np.array([0.4, -0.3, 0.8]))


def test_the_exponential_of_a_matrix_in_a_loop():
    def f(rate, x):
        for _ in range(3):
            x = linalg.expm(A * rate) @ np.tanh(x)
        return np.sum(x)

    agrees(f, 0.2, X)


def test_an_option_that_a_rule_does_not_know_is_refused():
    def f(a):
        return np.sum(linalg.inv(a, overwrite_a=True))

    with pytest.raises(MissingRule, match="overwrite_a"):
        srcad.grad(f)(A)


# ---------------------------------------------------------------- sparse matrices


def test_products_with_a_captured_sparse_matrix_read_as_a_person_would_write_them():
    def f(x):
        return np.sum((SPARSE @ x) ** 2)

    assert "SPARSE.T @ (2 * (SPARSE @ x))" in srcad.grad(f).source_for(X)
    agrees(f, X)


@pytest.mark.parametrize("make", [sparse.csr_array, sparse.csc_array, sparse.coo_array, sparse.csr_matrix])
def test_products_with_a_sparse_matrix_that_is_passed(make):
    def f(x, m):
        y = m @ x
        for _ in range(2):
            y = m.dot(m.T @ np.sin(y))
        return np.sum(y) + np.sum((y @ m) ** 2) + np.sum(m.transpose() @ y) / m.shape[0]

    matrix = make(SPARSE)
    agrees(lambda x: f(x, matrix), X)
    expected = srcad.grad(f)(X, SPARSE)
    np.testing.assert_allclose(srcad.grad(f)(X, matrix), expected)


def test_products_with_several_columns():
    agrees(lambda x: np.sum(np.sin(SPARSE @ x)), np.outer(X, X))
    agrees(lambda x: np.sum(np.sin(x @ SPARSE.T)), np.outer(X, X))


def test_a_sparse_matrix_may_be_made_of_others():
    def f(x):
        system = SPARSE.T @ SPARSE + 0.5 * sparse.eye_array(3)
        return np.sum(np.cos(system @ x))

    agrees(f, X)


def test_a_sparse_system_is_solved_with_the_transpose():
    system = sparse.csc_array(A)

    def f(b):
        return np.sum(sparse_linalg.spsolve(system, b) ** 2)

    agrees(f, X)


def scaled(a):
    return SPARSE * a


def with_another(a):
    return SPARSE / a, a * 2


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.sum(scaled(x[0]) @ X),
        lambda x: np.sum(with_another(x[0])[0] @ X) + with_another(x[0])[1],
        lambda x: np.sum(SPARSE * x),
        lambda x: np.sum(SPARSE + x[:1]),
        lambda x: np.sum(sparse.csr_matrix(SPARSE) * x),
        lambda x: np.sum(SPARSE.multiply(x)),
        lambda x: np.sum((SPARSE * x[0]) @ X),
        lambda x: np.sum(sparse.diags_array(x) @ X),
        lambda x: np.sum(SPARSE.power(2).dot(x) + (x[0] * SPARSE).dot(X)),
    ],
)
def test_what_is_not_a_product_with_a_constant_is_refused(f):
    for differentiate in (lambda: srcad.grad(f)(X), lambda: srcad.jvp(f, (X,), (X,))):
        with pytest.raises(srcad.SrcadError) as caught:
            differentiate()
        assert caught.value.place is not None


def test_the_numbers_of_a_sparse_matrix_are_constant():
    with pytest.raises(ArgumentError, match="constant"):
        srcad.grad(lambda m: np.sum(m @ X))(SPARSE)


# ---------------------------------------------------------------- signals and integrals


def test_a_filter_with_an_initial_state_is_refused():
    with pytest.raises(MissingRule, match="zi"):
        srcad.grad(lambda x: np.sum(signal.lfilter([1.0], [1.0, -0.5], x, zi=np.zeros(1))[0]))(X)


def test_a_filter_is_differentiable_in_its_coefficients():
    def f(b, pole, x):
        return np.sum(signal.lfilter(b, np.array([1.0, -0.5, 0.1]) * pole, x) ** 2)

    agrees(f, np.array([0.4, 0.3]), 1.2, X)


def test_integrals_of_samples_by_keyword():
    def f(y, nodes):
        area = integrate.trapezoid(y, x=nodes) + integrate.simpson(y, dx=0.5)
        return area * np.sum(integrate.cumulative_trapezoid(y**2, nodes, initial=0))

    agrees(f, X, np.array([0.0, 0.4, 1.5]))


def test_images_are_convolved():
    def f(image, kernel):
        return np.sum(np.tanh(signal.fftconvolve(image, kernel, mode="same"))) + np.sum(
            signal.correlate(image, kernel, "valid") ** 2
        )

    agrees(f, A, A[:2, :2])


# ---------------------------------------------------------------- solvers


@pytest.mark.parametrize(
    ("f", "remedy"),
    [
        (lambda a: optimize.brentq(lambda x: x**2 - a, 0, 10), "implicit function theorem"),
        (lambda a: optimize.minimize(lambda x: (x**2 - a) ** 2, 0.4).x[0], "implicit function theorem"),
        (lambda a: integrate.quad(lambda x: x**2 - a, 0, 10)[0], "quadrature rule in Python"),
        (lambda a: integrate.solve_ivp(lambda t, y: -a * y, (0, 1), [1.0]).y[0, -1], "time steps"),
        (lambda a: interpolate.CubicSpline(X, a * X)(1.1), "np.interp"),
        (lambda a: sparse_linalg.cg(sparse.csr_array(A), a * X)[0][0], "spsolve"),
    ],
)
def test_a_solver_is_refused_with_what_to_do_instead(f, remedy):
    for differentiate in (lambda: srcad.grad(f)(2.0), lambda: srcad.jvp(f, (2.0,), (1.0,))):
        with pytest.raises(MissingRule, match=remedy) as caught:
            differentiate()
        assert caught.value.place is not None
