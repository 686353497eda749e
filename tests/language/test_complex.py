"""Complex values inside of real-valued programs, and complex arguments: by differences in x and y of z = x + iy."""

import cmath

import numpy as np
import pytest

from tests.cases import Programs

pytestmark = pytest.mark.filterwarnings("error::numpy.exceptions.ComplexWarning")  # a lost part
programs = Programs()

Z = np.array([0.3 + 0.2j, -0.5 + 1.1j, -1.2 - 0.3j])
W = np.array([1.3 - 0.4j, 0.2 + 0.7j, -0.6 + 1.9j])
X = np.array([0.4, -1.3, 0.7])
MATRIX = np.array([[1.2 + 0.3j, 0.4 - 0.5j, 0.1j], [0.2, 1.5 - 0.4j, 0.3], [-0.6 + 0.1j, 0.2j, 0.9 + 0.8j]])


# ---------------------------------------------------------------- numbers


@programs.at((0.3 + 0.4j), (-1.2 - 0.7j))
def absolute_square(z):
    return abs(z) ** 2


@programs.at(0.3 + 0.4j, -1.2 - 0.7j)
def parts_and_conjugate(z):
    w = z * z.conjugate() + 1j * z
    return w.real + 2 * w.imag * z.imag


@programs.at((0.3, 0.4), (-1.2, 0.7))
def complex_of_two_floats(x, y):
    z = complex(x, y)
    return abs(cmath.exp(z) * z - 1 / z)


@programs.at(0.3, -1.2)
def complex_of_one_float(x):
    return abs(complex(x) + 2j * complex(imag=x, real=1.0))


@programs.at((0.3 + 0.4j, 1.3), (-1.2 - 0.7j, -0.4))
def real_and_complex_meet(z, x):
    y = x * z + x
    return (y * y / (x + z)).real - abs(x - 2j)


@programs.at(0.3 + 0.4j, -1.2 - 0.7j)
def functions_of_cmath(z):
    r, phi = cmath.polar(z)
    w = cmath.rect(r, 2 * phi) + cmath.sqrt(z) + cmath.log(z) * cmath.sin(z) - cmath.cos(z) + cmath.tanh(z)
    return abs(w) + cmath.phase(w) + phi


@programs.at((0.3 + 0.4j, 2.5), (-1.2 - 0.7j, 0.5))
def powers(z, p):
    return (z**2 + z**p + 2.0**z + z ** (1 + 1j) + z**-1).real


@programs.at(0.3, -1.2)
def a_real_base_to_a_complex_power(x):
    return ((x + 2.0) ** (1j * x)).imag


@programs.at(0.3 + 0.4j, -1.2 - 0.7j)
def an_accumulator_that_turns_complex(z):
    total = 0
    power = 1
    for k in range(4):
        total += power / (k + 1)
        power = power * z
    return abs(total)


@programs.at((0.3, 0.4 + 0.2j), (-1.3, 0.4 + 0.2j))
def real_on_one_path_and_complex_on_the_other(x, z):
    y = x if x > 0 else x * z
    y = y * (1 + x * 1j)
    return abs(y) + y.imag


@programs.at((0.6, 0.4 - 0.7j))
def a_real_argument_that_turns_complex(x, z):
    for _ in range(2):
        x = x * z
    return abs(x) + x.imag


def turned(x, z):
    while abs(x) < 1:
        x = x * (1.3 + z)
    return x


@programs.at((0.6, 0.4 - 0.7j))
def a_real_argument_of_a_function_that_turns_complex(x, z):
    return abs(turned(2 * x - 1, z) + turned(x, 1j) * x)


@programs.at(0.31 - 0.2j)
def a_mandelbrot_iteration(c):
    z = 0j
    n = 0
    while abs(z) < 2 and n < 8:
        z = z * z + c
        n += 1
    return abs(z) + z.real


@programs.at(0.8 + 0.7j)
def newton_for_a_root(z):
    a = z * z
    w = 1 + 1j
    for _ in range(6):
        w = 0.5 * (w + a / w)
    return w.real * 2 + w.imag


def helper(z, scale):
    return z * scale + abs(z)


@programs.at((0.3 + 0.4j, 1.5))
def a_function_of_the_users(z, x):
    return abs(helper(z, x) * helper(x, 2j))


def horner(coefficients, z):
    return coefficients[0] if len(coefficients) == 1 else coefficients[0] + z * horner(coefficients[1:], z)


@programs.at((0.3 + 0.4j, 1.5))
def recursion(z, x):
    return horner((x, 2j * x, 3.0), z).imag


@programs.at((0.3 + 0.4j, 1.5))
def containers_of_both(z, x):
    values = [z, x, z * x]
    values.append(x)
    values[1] = values[0] * values[3]
    pair = {"a": z, "b": x}
    return abs(sum(values)) + (pair["a"] * pair["b"]).imag


@programs.at([0.3 + 0.4j, 1.5, -0.2j])
def a_list_of_both(values):
    total = 0.0
    for v in values:
        total = total + v * v
    return abs(total)


@programs.at({"z": 0.3 + 0.4j, "x": 1.5, "many": Z})
def a_dict_of_both(p):
    return abs(p["z"] * p["x"]) + np.sum(np.abs(p["many"] * p["z"]))


@programs.at(([0.3, 1.5, -0.7], 0.4 + 0.2j))
def numbers_of_a_real_list_become_complex(xs, z):
    total = 0.0
    for i in range(len(xs)):
        y = xs[i]
        if i != 1:
            y = y * z
        total = total + y * y
    last = xs.pop()
    if abs(last) > 0.1:
        last = last * z
    zs = [z, last]
    zs.extend(xs)
    zs[1:2] = xs
    return abs(total * zs[1] + last * zs[2] * zs[-1])


class Holder:
    def __init__(self, x):
        self.x = x

    def turn(self, z):
        y = self.x
        if abs(z) > 0.1:
            y = y * z
        self.x = y.real
        return y


@programs.at((1.3, 0.4 + 0.2j))
def an_object_that_holds_a_real_number(x, z):
    holder = Holder(x)
    return abs(holder.turn(z) + holder.turn(2j * z))


@programs.at((X, 0.4 + 0.2j))
def elements_of_a_real_array_become_complex(x, z):
    x[0] = 2 * x[1]
    total = 0.0
    for i in range(3):
        y = x[i]
        if i != 1:
            y = y * z
        total = total + abs(y) + y.imag
    return total * abs(z)


# ---------------------------------------------------------------- arrays


@programs.at(Z)
def elementwise(z):
    w = np.exp(1j * z) * np.conj(z) + np.sqrt(z) / (z + 2)
    return np.sum(np.abs(w) ** 2) + np.sum(w.imag)


@programs.at((Z, X))
def broadcast_real_and_complex(z, x):
    w = z[:, None] * x + x[1] * z
    return np.sum((w * w).real)


@programs.at((Z, 0.7))
def a_float_times_an_array(z, x):
    return np.sum(np.abs(x * z + 1j * x))


@programs.at((Z, W))
def products(z, w):
    return np.abs(np.vdot(z, w)) + np.dot(z, w).imag + (z @ w * np.inner(w, w)).real + np.sum(np.outer(z, w).imag)


@programs.at((MATRIX, Z), (MATRIX, X))
def matrices(a, b):
    x = np.linalg.solve(a, b)
    return np.sum(np.abs(x)) + np.linalg.det(a).imag + np.sum((np.linalg.inv(a) @ a.T @ b).real)


@programs.at((MATRIX.real, Z))
def a_real_matrix_and_a_complex_vector(a, z):
    return np.sum(np.abs(a @ z)) + np.einsum("ij,j,i->", a, z, np.conj(z)).imag + np.sum(np.linalg.solve(a, z)).imag


@programs.at(Z)
def angles_and_parts(z):
    return np.sum(np.angle(z) * np.real(z)) + np.sum(np.imag(z) * np.absolute(z)) + np.angle(z[0] * z[1], deg=True)


@programs.at(X)
def a_complex_array_filled_with_reals(x):
    z = np.zeros(len(x), complex)
    for i in range(len(x)):
        z[i] = x[i] * (1 + 2j)
        if i:
            z[i] += z[i - 1] ** 2
    return np.sum(z.real * z.imag)


@programs.at((X, 0.4 - 0.7j), (X, 0.1 - 0.2j))
def a_real_array_that_turns_complex(x, z):
    t = np.exp(0.3 * x)
    total = t[0] * np.sum(t)
    if abs(z) > 0.5:
        x = t + z
        x = x * x[1]
    for _ in range(2):
        total += x[2] * np.sum(x * t) + np.sum(np.abs(x))
        x = x * z
    return abs(total)


@programs.at((Z, X[0]), (Z, 0.7))
def a_complex_array_that_is_a_part_on_one_path(w, x):
    t = np.fft.fft(w * x)
    if x > 0.5:
        t = w.imag
    return np.sum(np.abs(t) * np.abs(w - t)) + t.real[0]


@programs.at((Z, X))
def in_place_writes(z, x):
    z[0] = x[1]
    z *= x
    z[1:] += 1j * z[:-1]
    z -= x[0]
    z /= 1 + x[2] * 1j
    return np.sum(np.abs(z) ** 2) + z[0].imag


@programs.at((Z, X))
def a_write_through_the_real_part(z, x):
    w = z * 2
    w.real[0] = x[0] * x[1]
    part = w.real
    part[1] = 3 * x[2]
    w[2] = w[0] * w[1]
    return np.sum(part * part) + np.sum(w.imag)


@programs.at((Z, X))
def reductions(z, x):
    w = np.cumsum(z) * np.mean(z) + np.prod(z) * x
    return (w.sum() * np.cumprod(w)[-1]).real


@programs.at((Z, X))
def shapes_and_choices(z, x):
    w = np.concatenate([z, x, np.stack([z, W])[1]]).reshape(3, 3)
    v = np.where(w.real > 0, w.T, 1j * w)
    return np.sum(v[::-1].imag * np.roll(v, 1).real) + np.trace(np.kron(v, v)).imag


@programs.at((X, Z))
def conversions(x, z):
    w = x.astype(complex) * z + np.array([1j, x[0], z[0]])
    return np.sum(w.imag) + np.sum(np.asarray(w, dtype=complex).real ** 2)


@programs.at((np.linspace(-1.0, 1.0, 6), 0.3))
def a_discrete_fourier_transform_by_loops(x, shift):
    n = len(x)
    power = 0.0
    for k in range(n):
        total = 0j
        for j in range(n):
            total += x[j] * np.exp(-2j * np.pi * k * (j + shift) / n)
        power += abs(total) ** 2 * k
    return power


@programs.at((np.linspace(-1.0, 1.0, 5) + 0.1j, X[0]))
def a_wave_equation_with_losses(field, loss):
    old = field.copy()
    now = field * (1 - 0.1j)
    for _ in range(4):
        new = np.zeros_like(now)
        new[1:-1] = 2 * now[1:-1] - old[1:-1] + (0.2 + 1j * loss) * (now[2:] - 2 * now[1:-1] + now[:-2])
        old = now
        now = new
    return np.sum(np.abs(now) ** 2)


@programs.at((Z.astype(np.complex64), 0.5), rtol=1e-3, atol=1e-3)
def single_precision(z, x):
    return np.sum(np.abs(z * x) ** 2)


@programs.at(X)
def complex_constants(x):
    phases = 1j * np.arange(3)
    return np.sum(np.abs(np.exp(phases * x) * x + W))


test_gradient = programs.test()
