"""Fourier transforms, eigenvalues, and memory that holds complex numbers."""

import numpy as np
import pytest

import srcad
from tests.cases import Programs
from tests.check import check_vjp, refused

pytestmark = pytest.mark.filterwarnings("error::numpy.exceptions.ComplexWarning")  # a lost part
programs = Programs()

Z = np.array([0.3 + 0.2j, -0.5 + 1.1j, -1.2 - 0.3j, 0.8 - 0.9j])
X = np.array([0.4, -1.3, 0.7, 0.2])
TABLE = np.array([[0.5, -1.0, 2.0], [1.5, 0.3, -0.7]])
TURNING = np.array([[1.0, 2.0, 0.3], [-1.5, 0.7, 0.2], [0.4, 0.1, -0.6]])


@programs.at(X, np.linspace(-1.0, 2.0, 7))
def the_power_spectrum(x):
    spectrum = np.abs(np.fft.rfft(x)) ** 2
    return np.sum(spectrum * np.arange(len(spectrum)))


@programs.at((X, 0.3))
def a_filter_in_frequency_space(x, width):
    k = np.fft.rfftfreq(len(x), 0.5)
    smooth = np.fft.irfft(np.fft.rfft(x) * np.exp(-width * k**2), len(x))
    return np.sum(smooth**3)


@programs.at((Z, X))
def a_split_step_of_schroedinger(psi, potential):
    k = 2 * np.pi * np.fft.fftfreq(len(psi), 0.1)
    half = np.exp(-0.5j * 0.01 * potential)
    for _ in range(3):
        psi = half * psi
        psi = np.fft.ifft(np.exp(-0.01j * k**2 / 2) * np.fft.fft(psi))
        psi = half * psi
    return np.sum(np.abs(psi) ** 2 * np.arange(len(psi)))


@programs.at(TABLE, TABLE + 0.3j)
def transforms_in_two_dimensions(x):
    spectrum = np.fft.fftshift(np.fft.fft2(x, norm="ortho"))
    back = np.fft.ifftn(np.fft.ifftshift(spectrum * spectrum))
    return np.sum(back.real * np.abs(back))


@programs.at(X)
def a_derivative_by_the_transform(x):
    k = 1j * np.fft.fftfreq(len(x))
    slope = np.fft.ifft(k * np.fft.fft(x)).real
    return np.sum(slope * slope * x)


@programs.at(TURNING)
def eigenvalues_of_a_real_matrix(a):
    w = np.linalg.eigvals(a)
    return np.sum(np.abs(w) ** 3) + np.max(np.abs(w))


@programs.at(TURNING, TURNING + 0.3j * TURNING.T)
def eigenvalues_and_vectors(a):
    w, v = np.linalg.eig(a)
    return np.sum((w * v[0]).real) + np.sum(np.abs(v[1] * w[0]))


@programs.at(TURNING @ TURNING.T)
def eigenvalues_that_are_real(a):
    w, v = np.linalg.eig(a)
    return np.sum(np.abs(w) ** 2) + np.sum((v * v * w).real)


@programs.at((Z, X))
def views_of_parts_of_memory_that_is_written(z, x):
    total = 0.0
    for i in range(len(x)):
        z[i] = z[i] * x[i] + 1j * z[i - 1]
        total += z.real[i] * z[i].imag + np.sum(z.imag) * np.sum(z.real**2)
    return total + np.sum(np.real(z) * np.imag(z))


@programs.at((X, X + 1j))
def a_real_array_gets_the_real_part(x, z):
    y = x * 2
    y[:2] = (z[:2] * x[:2]).real
    y[2] = z[0].imag * y[1]
    return np.sum(y * y)


@programs.at((X, Z))
def a_complex_array_gets_reals(x, z):
    w = np.empty(4, dtype=np.complex128)
    w[:] = x
    w[1:3] = x[:2] * 3
    w[0] = x[3]
    w += x
    np.add.at(w, [0, 0, 2], x[:3])
    return np.sum((w * z).imag)


def step(state, out, dt):
    out[:] = state * np.exp(1j * dt)
    out[0] += dt


@programs.at((Z, 0.3))
def a_procedure_that_writes_complex_arrays(z, dt):
    out = np.zeros_like(z)
    for _ in range(3):
        step(z, out, dt)
        z = out * z.conj()
    return np.sum(np.abs(z) ** 2)


@programs.at((X, 1.5 - 0.5j))
def conj_of_a_real_array_is_the_array(x, z):
    y = x.conj()
    y[0] = 3 * x[1]
    return abs(np.sum(x * y * z))


test_gradient = programs.test()


@pytest.mark.parametrize(
    "program, said",
    [
        (lambda z: np.sum(np.sign(z).real), "sign of complex values has no rule"),
        (lambda z: np.maximum(z, 1j).real.sum(), "maximum of complex values has no rule"),
        (lambda z: np.sum(np.sort(z).real), "sort of complex values has no rule"),
        (lambda z: np.prod(z, dtype=float), "with a real dtype"),
        (lambda z: np.sum(np.linalg.lstsq(np.outer(z, z), z)[0].real), "lstsq of complex values has no rule"),
        (lambda z: np.average(z, weights=z).real, "complex weights"),
        (lambda z: np.sum(np.abs(np.pad(z, 1, constant_values=z[0]))), "np.pad with complex values"),
        (lambda z: np.real_if_close(z)[0].real, "real_if_close"),
    ],
    ids=lambda case: case if isinstance(case, str) else "",
)
def test_what_holds_for_real_values_alone_is_refused(program, said):
    for run in (srcad.grad(program), lambda z: srcad.jvp(program, (z,), (z,))):
        with pytest.raises(srcad.SrcadError, match=said) as caught:
            run(Z)
        assert caught.value.place is not None and caught.value.remedy


def a_write_through_the_imaginary_part(z):
    w = z * 2
    part = w.imag
    part[0] = 3.0
    return np.sum(np.abs(w))


def an_imaginary_part_read_after_a_write(z):
    w = z * 2
    part = w.imag
    w[0] = 1j * w[1]
    return part[0]


def test_a_view_of_the_imaginary_part_of_what_is_written_is_refused():
    for program in (a_write_through_the_imaginary_part, an_imaginary_part_read_after_a_write):
        refused(program, Z, error=srcad.AliasError, line_contains="w.imag")


def test_an_array_that_is_real_on_one_path_and_written_to_is_refused():
    def f(x, z):
        y = x if x[0] > 0 else z
        y[0] = 2.0
        return np.sum(np.abs(y))

    refused(f, X, Z, error=srcad.KindError, message_contains="complex")


def test_an_array_that_turns_complex_and_is_written_to_is_refused():
    def f(x, z):
        for _ in range(2):
            x = x * z
            x[0] = 1.0
        return np.sum(np.abs(x))

    refused(f, X, 1j, error=srcad.KindError, message_contains="real numbers at one time")


def test_a_view_of_real_memory_that_is_complex_on_another_path_is_refused():
    def f(x, z):
        x[0] = 2 * x[1]
        part = x[:2]
        if x[0] > 0:
            part = part * z
        return abs(part[0] + part[1])

    refused(f, X, 1j, error=srcad.KindError, line_contains="part = x[:2]")


def test_complex_results_of_any_form():
    def f(z, x):
        w = np.fft.fft(x) * z
        return {"w": w, "sum": np.sum(w), "parts": (w.real, abs(w[0]))}

    check_vjp(f, Z, X)


def test_the_source_is_what_one_would_write():
    def f(psi, phase):
        psi = np.exp(1j * phase) * psi
        return np.sum(np.abs(np.fft.fft(psi)) ** 2)

    source = srcad.grad(f, argnums=(0, 1)).source_for(Z, X)
    assert "np.fft.fft(" in source.split("# return")[1] and ".real" in source and "unbroadcast" not in source
