"""Programs of physics, signal processing and numerical analysis that compute with complex numbers."""

import cmath
import math
from dataclasses import dataclass, field

import numpy as np
import pytest

from tests.cases import Programs

pytestmark = pytest.mark.filterwarnings("error::numpy.exceptions.ComplexWarning")  # a lost part
programs = Programs()

Z = np.array([0.3 + 0.2j, -0.5 + 1.1j, -1.2 - 0.3j])
X = np.array([0.4, -1.3, 0.7])
SIGNAL = np.sin(np.arange(8.0) * 1.3) + 0.2 * np.arange(8)
MATRIX = np.array([[1.2 + 0.3j, 0.4 - 0.5j, 0.1j], [0.2, 1.5 - 0.4j, 0.3], [-0.6 + 0.1j, 0.2j, 0.9 + 0.8j]])
WEIGHTS = np.array([[2.0, 0.3, -0.4], [0.1, 1.5, 0.6], [0.7, -0.2, 1.1]])


# ---------------------------------------------------------------- signals


@programs.at((SIGNAL, 0.37))
def goertzel(x, frequency):
    c = 2 * math.cos(2 * math.pi * frequency)
    s1 = s2 = 0.0
    for v in x:
        s1, s2 = v + c * s1 - s2, s1
    p = s1 - s2 * cmath.exp(-2j * math.pi * frequency)
    return abs(p) ** 2 + p.imag


@programs.at(SIGNAL)
def envelope_and_phase(x):
    n = len(x)
    spectrum = np.fft.fft(x)
    spectrum[1 : n // 2] *= 2
    spectrum[n // 2 + 1 :] = 0
    analytic = np.fft.ifft(spectrum)
    phase = np.unwrap(np.angle(analytic))
    return np.sum(np.abs(analytic) ** 2 * np.arange(n)) + np.sum(np.diff(phase) ** 2)


@programs.at((SIGNAL, np.hanning(4) + 0.1))
def a_spectrogram(x, window):
    total = 0.0
    for start in range(0, len(x) - 3, 2):
        spectrum = np.fft.rfft(x[start : start + 4] * window)
        total += np.sum(np.log(1 + np.abs(spectrum) ** 2))
    return total


@programs.at((SIGNAL, np.array([0.5, 0.25, 0.25])))
def convolution_by_the_transform(x, h):
    n = len(x) + len(h) - 1
    y = np.fft.irfft(np.fft.rfft(x, n) * np.fft.rfft(h, n), n)
    return np.sum(y**2 * np.arange(n))


@programs.at(SIGNAL)
def autocorrelation(x):
    spectrum = np.fft.rfft(x, 16)
    r = np.fft.irfft(spectrum * np.conj(spectrum))[:8]
    r /= r[0]
    return np.sum(r**2 * np.arange(8))


@programs.at(SIGNAL.reshape(2, 4))
def a_picture_is_smoothed(a):
    spectrum = np.fft.fft2(a)
    kx, ky = np.fft.fftfreq(2)[:, None], np.fft.fftfreq(4)[None, :]
    smooth = np.fft.ifft2(spectrum * np.exp(-(kx**2 + ky**2) * 5)).real
    shifted = np.fft.fftshift(np.abs(spectrum), axes=(1,))
    return np.sum(smooth**3) + np.sum(shifted * np.arange(8).reshape(2, 4))


@programs.at(MATRIX)
def transforms_along_some_axes(a):
    b = np.fft.fft2(a, axes=(0, 1))
    c = np.fft.fftn(b, axes=(1,), norm="ortho")
    d = np.fft.ifftn(c * c, s=(2, 4), axes=(0, 1))
    e = np.fft.rfftn(d.real)
    return np.sum(np.abs(e) ** 2) + np.sum(np.fft.irfftn(e, s=(2, 4), axes=(0, 1)) * d.imag)


# ---------------------------------------------------------------- physics


@programs.at((np.linspace(-1, 1, 8) + 0.1, 0.7))
def gross_pitaevskii_in_place(potential, g):
    n = len(potential)
    psi = np.zeros(n, dtype=complex)
    psi[:] = np.exp(-(np.arange(n) ** 2) / 8.0)
    k = np.fft.fftfreq(n) * 2 * np.pi
    for _ in range(3):
        psi *= np.exp(-0.05j * (potential + g * np.abs(psi) ** 2))
        spectrum = np.fft.fft(psi)
        spectrum *= np.exp(-0.1j * k**2)
        psi[:] = np.fft.ifft(spectrum)
    return np.sum((psi * psi.conj()).real * np.arange(n))


def rx(t):
    return np.array([[np.cos(t / 2), -1j * np.sin(t / 2)], [-1j * np.sin(t / 2), np.cos(t / 2)]])


def rz(t):
    return np.array([[np.exp(-0.5j * t), 0], [0, np.exp(0.5j * t)]])


@programs.at((0.3, 0.7, 1.1))
def a_quantum_circuit(a, b, c):
    state = np.zeros(4, dtype=complex)
    state[0] = 1.0
    one = np.eye(2)
    swap = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]])
    for k, t in enumerate((a, b, c)):
        state = np.kron(rx(t), one) @ state
        state = swap @ state
        state = np.kron(one, rz(t * k + a)) @ state
        state = np.kron(one, rx(b)) @ state
    return (
        np.sum(np.abs(state) ** 2 * np.array([1, -1, -1, 1])) + np.vdot(state, np.kron(rx(0.3), rz(0.2)) @ state).real
    )


@programs.at((0.5, np.array([1.5, 2.2, 1.4]), np.array([0.1, 0.2, 0.15])))
def reflection_of_layers(k, n, d):
    m = np.eye(2, dtype=complex)
    for i in range(len(n)):
        phase = k * n[i] * d[i] * 2 * np.pi
        m = m @ np.array([[np.cos(phase), 1j * np.sin(phase) / n[i]], [1j * n[i] * np.sin(phase), np.cos(phase)]])
    incoming, outgoing = m[0, 0] + m[0, 1] * 1.5, m[1, 0] + m[1, 1] * 1.5
    return abs((incoming - outgoing) / (incoming + outgoing)) ** 2


@programs.at((2.0, 0.5, 0.3, 1.1))
def the_impedance_of_a_circuit(resistance, inductance, capacitance, omega):
    coil, capacitor = 1j * omega * inductance, 1 / (1j * omega * capacitance)
    total = 1 / (1 / resistance + 1 / coil) + capacitor
    return abs(total) + cmath.phase(total) + math.degrees(cmath.phase(1 / total))


@dataclass
class Grid:
    psi: np.ndarray
    k: np.ndarray
    log: list = field(default_factory=list)

    def step(self, dt):
        self.psi = np.fft.ifft(np.exp(-0.5j * dt * self.k**2) * np.fft.fft(self.psi))
        self.log.append(self.norm)

    @property
    def norm(self):
        return float(np.sum(np.abs(self.psi) ** 2))


@programs.at((SIGNAL, 0.3))
def an_object_holds_the_wave(x, dt):
    grid = Grid(x * np.exp(1j * x), 2 * np.pi * np.fft.fftfreq(8))
    for _ in range(3):
        grid.step(dt)
    return np.sum(np.abs(grid.psi) ** 2 * np.arange(8)) + sum(grid.log)


@programs.at((1 + 0.2j, 0.5, 0.7))
def runge_kutta_of_an_amplitude(y, omega, loss):
    def slope(y):
        return (1j * omega - loss) * y + abs(y) ** 2 * 0.1j * y

    h = 0.1
    for _ in range(3):
        k1 = slope(y)
        k2 = slope(y + h / 2 * k1)
        k3 = slope(y + h / 2 * k2)
        k4 = slope(y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return y.real**2 + y.imag


# ---------------------------------------------------------------- numbers


@programs.at((X, 0.3))
def a_characteristic_function(x, t):
    phi = np.mean(np.exp(1j * t * x))
    return -np.log(np.abs(phi) ** 2) + np.angle(phi)


@programs.at((Z, 0.2 + 0.1j))
def mandelbrot_with_masks(z, c):
    z = z.copy()
    live = np.ones(3, bool)
    total = np.zeros(3)
    for _ in range(4):
        z[live] = z[live] ** 2 + c
        live = np.abs(z) < 1.5
        total[live] += np.abs(z[live])
    return np.sum(total) + np.sum(np.abs(z))


@programs.at((0.9 + 0.4j, 1.1))
def newton_until_it_converges(z, p):
    n = 0
    while abs(z**3 - p) > 1e-3 and n < 20:
        z = z - (z**3 - p) / (3 * z * z)
        n += 1
    return abs(z) + z.imag


@programs.at(np.array([1.0, -3.0, 2.5, -0.7]))
def roots_of_a_polynomial(p):
    n = len(p) - 1
    companion = np.zeros((n, n))
    companion[0] = -p[1:] / p[0]
    for i in range(1, n):
        companion[i, i - 1] = 1.0
    return np.sum(np.abs(np.linalg.eigvals(companion)) ** 3)


@programs.at([0.3 + 0.1j, 2 - 1j, -0.5j])
def a_list_in_comprehensions_and_by_keys(zs):
    squares = sum(abs(z) ** 2 for z in zs)
    products = sum(z * z.conjugate() for z in zs).real
    largest = max(zs, key=abs)
    first = sorted(zs, key=lambda z: z.real)[0]
    return squares + 3 * products + largest.imag + first.imag * 2 + max(abs(z) for z in zs)


@programs.at((X, Z))
def functions_that_close_over_numbers(x, z):
    phases = [lambda t, k=k: cmath.exp(1j * k * t) for k in range(3)]
    total = 0
    for i, phase in enumerate(phases):
        total += phase(x[i]) * z[i]
    return abs(total)


@programs.at((Z, X))
def a_dict_of_sums(z, x):
    sums = {"re": 0.0, "im": 0.0, "z": 0j}
    for a, b in zip(z, x, strict=True):
        sums["re"] += a.real * b
        sums["im"] += a.imag
        sums["z"] += a * b
    return sums["re"] * sums["im"] + abs(sums["z"])


@programs.at((Z, X))
def results_are_written_where_out_says(z, x):
    w = z * 1
    np.multiply(w, x, out=w)
    np.exp(w, out=w)
    np.conjugate(w, out=w)
    y = np.zeros(3)
    np.abs(w, out=y)
    np.add(w, y, out=w, where=y > 0.5)
    return np.sum(y * w.real) + np.sum(w.imag)


@programs.at((X, Z))
def correlations_means_and_borders(x, z):
    c = np.correlate(z, 1j * x[:2], "full") * np.average(z, weights=x * x)
    d = np.pad(np.polymul(z, x), 2, mode="reflect")
    return np.sum(np.abs(c)) + np.abs(np.trapezoid(d)) + np.sum(np.abs(np.add.reduceat(z, [0, 2])))


@programs.at((X, Z))
def choices_blocks_and_interpolation(x, z):
    chosen = np.select([x > 0, x < -1], [z, x * 2j], 0)
    block = np.block([[z[:2].reshape(1, 2)], [x[:2].reshape(1, 2) * 1j]])
    between = np.interp(x, np.arange(3.0) - 1, z)
    return np.sum(np.abs(chosen)) + np.linalg.det(block).imag + np.sum((between * z).real)


@programs.at((X, 0.3, 0.2 + 0.5j))
def loops_whose_trips_meet_in_sums(x, shift, c):
    power = 0.0
    for k in range(3):
        total = 0j
        for j in range(3):
            total += x[j] * x[j - 1] * cmath.exp(-2j * math.pi * k * (j + shift) / 3) * c
        power += abs(total) ** 2 * k
    return power


@programs.at((0.3, Z))
def a_number_meets_arrays(s, z):
    products = s * z * (s + z) * (s * 1j + z * z)
    return np.sum(np.abs(products)) + np.sum((z / s * (s / z + 1j)).imag) + np.sum((z**s).real) + np.sum(s**z.real)


# ---------------------------------------------------------------- matrices


@programs.at((MATRIX, Z))
def lanczos(a, v):
    h = a + a.conj().T
    v = v / np.linalg.norm(v)
    previous, beta = np.zeros_like(v), 0.0
    diagonal, beside = [], []
    for _ in range(2):
        w = h @ v - beta * previous
        alpha = np.vdot(v, w).real
        w = w - alpha * v
        beta = np.linalg.norm(w)
        diagonal.append(alpha)
        beside.append(beta)
        previous, v = v, w / beta
    return diagonal[0] * diagonal[1] + beside[0] * beside[1]


@programs.at(MATRIX)
def gram_schmidt_in_place(a):
    q = np.zeros_like(a)
    for j in range(3):
        v = a[:, j].copy()
        for i in range(j):
            v -= np.vdot(q[:, i], v) * q[:, i]
        q[:, j] = v / np.linalg.norm(v)
    return np.sum(np.abs(q) ** 2 * WEIGHTS) + q[0, 1].imag


@programs.at((Z, X))
def the_exponential_of_a_matrix(z, x):
    a = np.outer(z, x) * 0.3
    total, term = np.eye(3, dtype=complex), np.eye(3, dtype=complex)
    for k in range(1, 8):
        term = term @ a / k
        total += term
    return np.sum(np.abs(total) ** 2)


@programs.at(MATRIX, MATRIX[:, :2] @ MATRIX[:2])
def hermitian_eigenvalues_and_the_vectors_of_numpy(a):
    w, v = np.linalg.eigh(a @ a.conj().T + np.diag(np.arange(3.0)))
    return np.sum(w**2 * np.arange(3)) + np.sum((v * WEIGHTS).imag) + np.sum((v**2).real * w)


@programs.at(MATRIX, MATRIX[:2], MATRIX[:, :2])
def singular_values_and_the_vectors_of_numpy(a):
    u, s, vt = np.linalg.svd(a, full_matrices=False)
    return np.sum(s**3) + np.sum(u.imag) + np.sum((vt * vt).real) + np.linalg.cond(a) + np.linalg.norm(a, "nuc")


@programs.at(MATRIX)
def factors_and_inverses(a):
    q, r = np.linalg.qr(a)
    lower = np.linalg.cholesky(a @ a.conj().T + np.eye(3))
    pseudo = np.linalg.pinv(a[:, :2])
    return np.sum((q * r).imag * WEIGHTS) + np.sum(np.abs(lower) ** 3) + np.sum((pseudo @ a).imag)


@programs.at(MATRIX)
def norms_of_every_order(a):
    matrices = np.linalg.norm(a) + np.linalg.norm(a, 2) + np.linalg.norm(a, 1) + np.linalg.norm(a, np.inf)
    vectors = np.linalg.norm(a[0], 1) + np.linalg.norm(a[0], np.inf) + np.linalg.norm(a[0], 3) + np.linalg.norm(a[1])
    return matrices * vectors


test_gradient = programs.test()
