"""Complex arguments and results of the public functions: the convention is JAX's."""

import cmath

import numpy as np
import pytest

import srcad

pytestmark = pytest.mark.filterwarnings("error::numpy.exceptions.ComplexWarning")  # a lost part
Z = np.array([0.3 + 0.2j, -0.5 + 1.1j])


def cubed(z):
    return z**3 + cmath.exp(z)


def distance(z):
    return abs(z - 2j)


def test_the_gradient_of_a_real_function_is_the_slope_by_x_less_i_times_the_slope_by_y():
    assert srcad.grad(lambda z: z.real)(1 + 2j) == 1.0
    assert srcad.grad(lambda z: z.imag)(1 + 2j) == -1j
    assert srcad.grad(lambda z: abs(z) ** 2)(1 + 2j) == pytest.approx(2 - 4j)
    value, gradient = srcad.value_and_grad(distance)(3 + 6j)
    assert value == 5.0 and gradient == pytest.approx(0.6 - 0.8j)


def test_holomorphic_gives_the_complex_derivative():
    for z in (0.3 + 0.4j, -1.2 - 0.7j):
        assert srcad.grad(cubed, holomorphic=True)(z) == pytest.approx(3 * z**2 + cmath.exp(z))
    value, slope = srcad.value_and_grad(lambda z: np.sum(np.sin(z)), holomorphic=True)(Z)
    np.testing.assert_allclose(value, np.sum(np.sin(Z)))
    np.testing.assert_allclose(slope, np.cos(Z))

    @srcad.grad(argnums=1, holomorphic=True)
    def product(z, w):
        return z * w

    assert product(2j, 1.0 + 0j) == 2j


def test_a_complex_result_needs_holomorphic():
    with pytest.raises(srcad.NonScalarOutput, match="not one real number") as caught:
        srcad.grad(cubed)(1j)
    assert "holomorphic=True" in caught.value.remedy and caught.value.place is not None
    with pytest.raises(srcad.NonScalarOutput, match="not one real number"):
        srcad.grad(lambda x: x * 1j)(1.0)


def test_holomorphic_needs_complex_arguments_and_a_complex_result():
    with pytest.raises(srcad.ArgumentError, match="holomorphic=True requires complex arguments"):
        srcad.grad(cubed, holomorphic=True)(1.0)
    with pytest.raises(srcad.ArgumentError, match="holomorphic=True requires complex arguments"):
        srcad.grad(lambda p: p[0] * p[1], holomorphic=True)([1j, np.array([1.0])])
    with pytest.raises(srcad.NonScalarOutput, match="not one complex number, as holomorphic=True requires") as caught:
        srcad.grad(distance, holomorphic=True)(1j)
    assert caught.value.remedy


def test_a_gradient_has_the_form_of_its_argument():
    def f(p):
        return abs(p["z"] * p["x"] * p["n"]) + np.sum(np.abs(p["many"] * p["z"])) + abs(p["pair"][0] * p["pair"][1])

    p = {"z": 1 + 2j, "x": 0.5, "n": 3, "many": Z, "pair": (np.complex128(1j), 2.0)}
    gradient = srcad.grad(f)(p)
    assert type(gradient["z"]) is complex and isinstance(gradient["x"], float) and gradient["n"] is None
    assert gradient["many"].dtype == complex and type(gradient["pair"][0]) is complex
    of_list = srcad.grad(abs_of_all)([1 + 2j, 0.5])
    assert type(of_list[0]) is complex and isinstance(of_list[1], float)
    assert srcad.grad(lambda z: 2.0)(1j) == 0j and type(srcad.grad(lambda z: 2.0)(1j)) is complex
    single = srcad.grad(lambda z: np.sum(np.abs(z)))(Z.astype(np.complex64))
    assert single.dtype == np.complex64


def abs_of_all(values):
    total = 0.0
    for v in values:
        total += abs(v)
    return total


def test_vjp_and_jvp_of_complex_values():
    value, pullback = srcad.vjp(lambda z, x: (z * x, abs(z)), 3 + 4j, 2.0)
    assert value == (6 + 8j, 5.0)
    assert pullback((1j, 1.0)) == (pytest.approx(2j + 0.6 - 0.8j), pytest.approx(-4.0))
    value, tangent = srcad.jvp(lambda x: cmath.exp(1j * x), (0.3,), (2.0,))
    assert tangent == pytest.approx(2j * cmath.exp(0.3j))
    assert srcad.jvp(distance, (3 + 6j,), (1 + 1j,))[1] == pytest.approx(1.4)


def test_a_complex_cotangent_or_tangent_of_a_real_value_is_refused():
    _, pullback = srcad.vjp(lambda x: 2 * x, 1.0)
    with pytest.raises(srcad.ArgumentError, match="is complex, the value is real"):
        pullback(1j)
    with pytest.raises(srcad.ArgumentError, match="is complex, the argument is real"):
        srcad.jvp(lambda x: 2 * x, (1.0,), (1j,))


def test_check_grads_takes_complex_arguments_and_results():
    srcad.check_grads(lambda z, x: z * x + np.conj(z), (Z, 0.7))
    srcad.check_grads(lambda z: abs(z * z + 1j) ** 2, (0.3 + 0.4j,), order=2)


def test_jacobians_of_complex_results_and_of_complex_arguments():
    made = srcad.jacfwd(lambda x: np.exp(1j * x))(np.array([0.3, 0.7]))
    np.testing.assert_allclose(made, np.diag(1j * np.exp(1j * np.array([0.3, 0.7]))))
    np.testing.assert_allclose(srcad.jacobian(lambda x: x * 1j)(np.array([0.3, 0.7])), 1j * np.eye(2))
    for transform in (srcad.jacrev, srcad.jacobian):
        made = transform(lambda z: np.array([np.sum(np.abs(z) ** 2), 1.0]))(Z)
        np.testing.assert_allclose(made, [2 * np.conj(Z), 0 * Z])
    for transform in (srcad.jacfwd, srcad.hessian, srcad.elementwise_grad):
        with pytest.raises(srcad.ArgumentError) as caught:
            transform(lambda z: np.sum(np.abs(z) ** 2))(Z)
        assert caught.value.remedy


def test_derivatives_of_derivatives():
    def f(x):
        return srcad.grad(lambda z: abs(z) ** 2)(x * 1j).imag

    assert srcad.grad(f)(2.0) == pytest.approx(-2.0)
    slope = srcad.grad(srcad.grad(cubed, holomorphic=True), holomorphic=True)
    assert slope(0.3 + 0.4j) == pytest.approx(6 * (0.3 + 0.4j) + cmath.exp(0.3 + 0.4j))

    def weighted(z, a):
        def inner(w):
            return np.sum(np.sin(w * a) * w[::-1])

        return np.sum(srcad.grad(inner, holomorphic=True)(z) * z)

    z, a, step = Z, 1.2 - 0.4j, 1e-5
    found = srcad.grad(weighted, (0, 1), holomorphic=True)(z, a)
    for i in range(2):
        e = step * np.eye(2)[i]
        assert found[0][i] == pytest.approx((weighted(z + e, a) - weighted(z - e, a)) / (2 * step), rel=1e-7)
    assert found[1] == pytest.approx((weighted(z, a + step) - weighted(z, a - step)) / (2 * step), rel=1e-7)

    def energy(x):
        return np.sum(np.abs(np.exp(1j * x) * x[0] + x) ** 2)

    x = np.array([0.3, 0.7, -1.1])
    hessian = srcad.hessian(energy)(x)
    step = 1e-5
    for i in range(3):
        e = step * np.eye(3)[i]
        np.testing.assert_allclose(
            hessian[i], (srcad.grad(energy)(x + e) - srcad.grad(energy)(x - e)) / (2 * step), rtol=1e-6, atol=1e-8
        )


TABLE = np.array([[0.4 + 1j, -1.3, 0.7j], [0.2, 1 - 1j, 2]])


def parts_written(x):
    z = np.zeros(3, complex)
    z.real = x * np.arange(3)
    z.imag[1:] = np.sin(x)
    z.imag *= x
    return np.sum(np.abs(np.fft.fft(z)) ** 3)


def singular_values(x):
    return np.sum(np.linalg.svd(TABLE * x + 1j * x * x, compute_uv=False) ** 3)


def eigenvectors(x):
    vectors = np.linalg.eigh(TABLE @ TABLE.conj().T * x + np.diag([x * x, 1.0]))[1]
    return np.sum(np.abs(vectors[0]) ** 2 * np.arange(2)) + vectors[1, 1].imag


def factors(x):
    lower = np.linalg.cholesky(TABLE @ TABLE.conj().T * x + np.diag([x * x, 1.0]))
    return np.sum(np.abs(lower) ** 3) + np.sum(np.abs(np.linalg.qr(TABLE.T * x + x**2)[0]) ** 3)


def series(x):
    wave = np.exp(1j * x * np.arange(4.0))
    return abs(np.trapezoid(wave)) + np.std(wave * x) + abs(np.average(wave, weights=x + np.arange(4.0)))


@pytest.mark.parametrize("f", [parts_written, singular_values, eigenvectors, factors, series])
def test_second_derivatives_with_complex_values_inside(f):
    slope, step = srcad.grad(f), 1e-6
    expected = (slope(1.2 + step) - slope(1.2 - step)) / (2 * step)
    assert srcad.grad(slope)(1.2) == pytest.approx(expected, rel=1e-6)
    assert srcad.hvp(f)(1.2, 1.0) == pytest.approx(expected, rel=1e-6)


def test_a_derivative_that_is_not_holomorphic_is_refused_inside_of_another():
    def f(x):
        def g(w):
            return w * w

        return srcad.grad(g, holomorphic=True)(x)

    with pytest.raises(srcad.KindError, match="holomorphic=True with arguments that are not complex") as caught:
        srcad.grad(f)(2.0)
    assert caught.value.place is not None and caught.value.remedy


def test_a_power_that_may_turn_complex_beside_complex_values_is_refused():
    def f(x):
        return abs(x**0.5 * 1j)

    with pytest.raises(srcad.UnsupportedSyntax, match="in a program that computes with complex numbers") as caught:
        srcad.grad(f)(2.0)
    assert "np.power" in caught.value.remedy and "x**0.5" in caught.value.place.text
    assert srcad.grad(lambda x: abs(np.power(x, 0.5) * 1j))(4.0) == pytest.approx(0.25)


def test_a_saved_derivative_needs_numpy_alone(tmp_path):
    derivative = srcad.grad(lambda x: np.sum(np.abs(np.fft.irfft(np.fft.rfft(x, 5) * 1j)) ** 2))
    x = np.array([0.3, 0.7, -1.1])
    expected = derivative(x)
    derivative.save(tmp_path / "saved.py")
    space = {}
    exec((tmp_path / "saved.py").read_text(), space)
    (function,) = [v for k, v in space.items() if k.endswith("_grad")]
    np.testing.assert_allclose(function(x), expected)
