"""NumPy's functions in programs: what a rule alone does not show (tuples of results, named fields, methods)."""

from __future__ import annotations

import numpy as np
import pytest

import srcad

TABLE = np.array([[2.0, 0.3, -0.4], [0.5, 1.5, 0.2], [0.1, -0.6, 1.1]])


def differences(f, x):
    made = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[i] = 1e-5
        made[i] = (f(x + step) - f(x - step)) / 2e-5
    return made


def orthogonal_part(x):
    q, r = np.linalg.qr(x)
    return np.sum(q[0] * r[0])


def triangle_alone(x):
    _, r = np.linalg.qr(x)
    return np.sum(r * r * r)


def eigenvectors(x):
    w, v = np.linalg.eigh(x @ x.T)
    return np.sum(w * v[0] ** 2) + w[2]


def named_eigenvalues(x):
    return np.sum(np.linalg.eigh(x @ x.T).eigenvalues ** 2)


def log_determinant(x):
    sign, value = np.linalg.slogdet(x)
    return sign * value


def singular(x):
    u, s, vt = np.linalg.svd(x, full_matrices=False)
    return s[0] + np.sum(u[:, 0] * vt[0])


def singular_values(x):
    return np.sum(np.linalg.svd(x, compute_uv=False) ** 3)


def norms(x):
    total = np.linalg.norm(x, np.inf) + np.linalg.norm(x[0], np.inf)
    return total + np.linalg.norm(x, 3.5, 0).sum() + np.linalg.norm(x, np.inf, 1)[0]


def quadratic(x):
    return np.einsum("i,ij,j->", x[0], x, x[1]) + np.einsum("ii", x)


def both_parts(x):
    fraction, whole = np.modf(x * 1.01)
    return np.sum(fraction**2 * whole)


def picked(x):
    return np.sum(x.take([0, 2], axis=1) ** 2) + x.trace() + np.sum(x.diagonal() ** 2) + x.repeat(2)[3]


def order_statistics(x):
    return np.median(x) + np.sum(np.quantile(x, [0.21, 0.63], axis=0) ** 2) + np.percentile(x[0], 33.0)


@pytest.mark.parametrize(
    "f",
    [
        orthogonal_part, triangle_alone, eigenvectors, named_eigenvalues, log_determinant, singular, singular_values,
        norms, quadratic, both_parts, picked, order_statistics,
    ],
)  # fmt: skip
def test_the_gradient_agrees_with_differences(f):
    x = TABLE.copy()
    value, made = srcad.value_and_grad(f)(x)
    assert np.isclose(value, f(x))
    np.testing.assert_allclose(made, differences(f, x), rtol=1e-5, atol=1e-7)
    np.testing.assert_array_equal(x, TABLE)


def test_a_saved_derivative_holds_its_helpers(tmp_path):
    made = srcad.grad(order_statistics)
    wanted = made(TABLE)
    made.save(tmp_path / "saved.py")
    scope = {}
    exec((tmp_path / "saved.py").read_text(), scope)
    np.testing.assert_allclose(scope["order_statistics_grad"](TABLE), wanted)
    assert "import srcad" not in (tmp_path / "saved.py").read_text()


@pytest.mark.parametrize(
    "f", [lambda x: np.sum(np.linalg.svd(x)[1]), lambda x: np.sum(np.linalg.qr(x, mode="complete")[0])]
)
def test_what_is_not_covered_is_refused(f):
    with pytest.raises(srcad.errors.MissingRule):
        srcad.grad(f)(TABLE)
