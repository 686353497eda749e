"""Real and imaginary parts of arrays, read and written to; arrays that are real and complex by turns."""

import operator

import numpy as np
import pytest

import srcad
from tests.cases import Programs
from tests.check import refused

pytestmark = pytest.mark.filterwarnings("error::numpy.exceptions.ComplexWarning")  # a lost part
programs = Programs()

Z = np.array([0.3 + 0.2j, -0.5 + 1.1j, -1.2 - 0.3j])
X = np.array([0.4, -1.3, 0.7])
MATRIX = np.array([[1.2 + 0.3j, 0.4 - 0.5j, 0.1j], [0.2, 1.5 - 0.4j, 0.3], [-0.6 + 0.1j, 0.2j, 0.9 + 0.8j]])


def size(z):
    return np.sum(np.abs(z) ** 3) + np.sum((z * z).imag * np.arange(z.size).reshape(z.shape))


# ---------------------------------------------------------------- writes


@programs.at((Z, X))
def a_part_is_replaced(z, x):
    z = z * 1
    z.real = x
    z.imag = x * z.real
    z.real += 3 * x
    z.imag -= 2 * x
    return size(z)


@programs.at((X, 0.5))
def a_spiral_is_filled_in(x, t):
    z = np.zeros(3, dtype=complex)
    z.real[:] = np.cos(t * x)
    z.imag[:] = np.sin(t * x)
    return np.abs(np.sum(z * x))


@programs.at((Z, X))
def masks_and_indices(z, x):
    z = z * 1
    z.imag[x > 0] = x[x > 0] ** 2
    z.imag[z.real < 0] *= 3
    z.imag[[0, 0, 1]] = x
    z.imag[[0, 2, 2]] += x
    np.add.at(z.real, [0, 2, 2], x)
    return size(z)


@programs.at((MATRIX, X))
def rows_columns_and_blocks(a, x):
    a.imag[0] = x
    a.real[:, 1] *= x
    a.imag[1:, 1:] -= x[0]
    a[2].imag[:] = 0
    a.T.imag[0] += x
    return size(a)


@programs.at((Z, X))
def another_name_sees_the_write(z, x):
    w = z
    w.imag *= -1
    w.imag **= 2
    w.imag /= x
    return size(z)


@programs.at((Z, X))
def parts_are_swapped(z, x):
    z = z * 1
    z.real, z.imag = z.imag.copy(), z.real.copy()
    w = z * x
    w.real, w.imag = w.imag, w.real  # of views: the first write is seen by the second
    return size(z) + size(w)


@programs.at((Z, X))
def what_is_written_overlaps_what_is_read(z, x):
    z = z * 1
    z.imag[1:] += z.imag[:-1]
    z.real[:] = z.imag[::-1]
    z.imag = z.real
    return size(z * x)


class Wave:
    pass


@programs.at((Z, X))
def in_objects_and_lists(z, x):
    wave = Wave()
    wave.z = z * 1
    both = [wave.z, 2 * z]
    wave.z.imag[0] = x[0]
    both[0].imag += x
    both[1].real = x
    both[1].imag[1] = both[0].imag[2] * x[2]
    return size(wave.z) + size(both[1])


@programs.at((Z, X))
def the_real_part_of_reals_is_the_array(z, x):
    x = x * 2
    x.real[0] = x[1] * x[2]
    x.real = x**2
    x.real += 1
    return size(z * x)


@programs.at((Z, X))
def numbers_lists_and_procedures(z, x):
    w = np.zeros(3, complex)
    w.imag = 5
    w.imag[1] = 2
    w = w * z
    w.real[:2] = [x[1], x[2]]
    w.imag = [x[0], 2.0, x[1]]
    np.copyto(w.real, x * x)
    w.imag.fill(x[0])
    w.imag = True
    np.imag(w)[1] = x[0]
    w[1:].imag = x[1:]
    w.imag[...] += x[:, None].T[0]
    np.multiply(x, 2, out=w.real)
    return size(w)


@programs.at((Z, X))
def a_time_loop_in_parts(z, x):
    for k in range(3):
        for i in range(3):
            if i != k:
                z.imag[i] += 0.3 * z.real[i - 1] * x[k]
            else:
                z.real[i] -= z.imag[i - 1] ** 2
        z.real *= 0.9
    return size(z)


def scaled_in_place(part, x):
    part[:] = x * part


@programs.at((Z, X))
def a_procedure_writes_through_the_real_part(z, x):
    z = z * 1
    scaled_in_place(z.real, x)
    return size(z)


@programs.at((np.float64(0.3) + 0.2j, 2.0))
def arrays_of_no_dimension(z, x):
    a = np.array(z * 1j)
    a.imag = x
    a.imag += x * x
    a.real[...] = 3 * x
    return np.abs(a) ** 2


# ---------------------------------------------------------------- reads of what is written to


@programs.at((Z, X))
def the_imaginary_part_has_a_name_once_all_is_written(z, x):
    z[0] = x[0]
    part = z.imag
    first = part[:2]
    return np.sum(part * part) + np.sum(first) * x[1]


@programs.at((Z, X))
def branches_and_reductions_of_the_imaginary_part(z, x):
    z[1] *= x[1]
    t = 0.0
    if z.imag[0] > 0.1 and np.any(z.imag < 0):
        t = t + z.imag[0]
    while z.imag[1] < 3:
        z[1] += 0.5j * x[0] + 0.2
        t = t + z.imag[1] * z.real[0]
    a, b, c = z.imag
    return t + np.max(z.imag) + np.linalg.norm(z.imag) + z.imag.sum() + (z.imag @ x) + np.cumsum(z.imag)[1] + a * b * c


# ---------------------------------------------------------------- complex arrays in what also holds real ones


class Packet:
    def __init__(self, psi, dt):
        self.psi = psi
        self.dt = dt
        self.potential = None

    def step(self, potential):
        self.potential = potential
        self.psi[:] = self.psi * np.exp(-1j * self.dt * potential)
        self.psi[0] += potential[0]


@programs.at((X, Z, 0.3))
def an_object_writes_into_its_complex_array(x, z, dt):
    packet = Packet(z.copy(), dt)
    for k in range(3):
        packet.step(x * k)
    return np.sum(np.abs(packet.psi) ** 3 * x) + packet.potential[0]


@programs.at((0.7, X))
def constants_of_complex_numbers_are_scaled_and_given_to_functions(s, x):
    return size(MATRIX * s) + size(np.array([s, 1j, x[0]]) * x)


@programs.at((X, Z))
def a_number_turns_complex_beside_an_array_that_is(x, z):
    a = x[0]
    y = z * 1
    for k in range(2):
        y[k] = y[k] * a
        y = y * a
        a = a * z[k]
    return np.sum(np.abs(y))


test_gradient = programs.test()


# ---------------------------------------------------------------- refusals


def put(ys, v):
    ys.append(v)


def set_y(holder, v):
    holder.y = v


def in_a_list(x, z):
    ys = [x * z]
    ys.append(2 * x)
    return np.sum(np.abs(ys[1] * z))


def under_another_name_of_a_list(x, z):
    ys = [x * z, z]
    zs = ys
    zs[0] = 2 * x
    return np.sum(np.abs(ys[0] * z))


def by_a_function(x, z):
    ys = [x * z]
    put(ys, x)
    return np.sum(np.abs(ys[1] * z))


def in_an_object(x, z):
    holder = Wave()
    set_y(holder, x)
    t = np.sum(holder.y)
    set_y(holder, x * z)
    return t + np.sum(np.abs(holder.y))


def in_a_dict(x, z):
    d = {}
    for k in range(3):
        d[k] = x if k == 1 else x * z
    return np.sum(np.abs(d[1] * z))


def to_a_function(x, z):
    y = x if x[0] > 0 else x * z
    return size(y)


@pytest.mark.parametrize(
    "program",
    [in_a_list, under_another_name_of_a_list, by_a_function, in_an_object, in_a_dict, to_a_function],
    ids=lambda program: program.__name__,
)
def test_a_real_array_among_complex_ones_is_refused(program):
    refused(program, X, Z, error=srcad.KindError, message_contains="real numbers")


def test_a_real_array_among_complex_ones_may_be_made_complex():
    def f(x, z):
        ys = [x * z]
        put(ys, x + 0j)
        return np.sum(np.abs(ys[1] * z) ** 2)

    np.testing.assert_allclose(srcad.grad(f)(X, Z), 2 * X * np.abs(Z) ** 2)


def kept_in_a_list(z, x):
    ys = [x * 1, x * 2]
    ys[0] = z.imag
    z[0] = 2j * x[0]
    return ys[0][0] ** 2


def kept_in_an_object(z, x):
    wave = Wave()
    wave.part = z.imag
    z[0] = 2j * x[0]
    return wave.part[0] ** 2


def imaginary(z):
    return z.imag


def returned_by_a_function(z, x):
    y = imaginary(z)
    z[0] = 2j * x[0]
    return y[0] ** 2


def sliced_and_kept(z, x):
    part = z.imag[:2]
    z[0] = 2j * x[0]
    return part[0] ** 2


def reshaped_and_kept(z, x):
    part = z.imag.reshape(3, 1)
    z[0] = 2j * x[0]
    return part[0, 0] ** 2


def handed_on_in_a_pair(z, x):
    pair = (z.imag, x)
    z[0] = 2j * x[0]
    return pair[0][0] ** 2


def read_in_the_next_trip(z, x):
    total = 0.0
    part = z.imag
    for k in range(3):
        total = total + part[k]
        z[1] = 2j * x[k]
    return total


def written_by_add_at(z, x):
    np.add.at(z.imag, [0, 2, 2], x)
    return size(z)


def written_by_out(z, x):
    np.multiply(x, 2, out=z.imag)
    return size(z)


def written_by_an_operator(z, x):
    operator.iadd(z.imag, x)
    return size(z)


def written_by_a_function(z, x):
    scaled_in_place(z.imag, x)
    return size(z)


@pytest.mark.parametrize(
    "program",
    [
        kept_in_a_list,
        kept_in_an_object,
        returned_by_a_function,
        sliced_and_kept,
        reshaped_and_kept,
        handed_on_in_a_pair,
        read_in_the_next_trip,
        written_by_add_at,
        written_by_out,
        written_by_an_operator,
        written_by_a_function,
    ],
    ids=lambda program: program.__name__,
)
def test_a_view_of_an_imaginary_part_that_lasts_is_refused(program):
    refused(program, Z, X, error=srcad.AliasError, line_contains=".imag", argnums=(0, 1))


def test_complex_values_do_not_go_into_a_part():
    def into_the_real_part(z):
        z.real = z * 1j
        return size(z)

    def into_the_imaginary_part(z):
        z.imag[0] = z[1]
        return size(z)

    for program in (into_the_real_part, into_the_imaginary_part):
        refused(program, Z, error=srcad.KindError, message_contains="complex values into the")


def test_whether_a_value_is_complex_is_asked_when_the_program_runs():
    def f(x, z, sign):
        y = x[0] if sign > 0 else x[0] * z
        w = x if sign > 0 else x * z
        total = abs(y) * (10 if isinstance(y, complex) else 1) * (3 if isinstance(y, float) else 1)
        return total + np.sum(np.abs(w)) * (2 if np.iscomplexobj(w) else 1)

    for sign in (1.0, -1.0):
        assert srcad.value_and_grad(f)(X, 1j, sign)[0] == pytest.approx(f(X, 1j, sign))

    def by_dtype(x, z, sign):
        w = x if sign > 0 else x * z
        return np.sum(np.abs(w)) * (2 if w.dtype == complex else 1)

    refused(by_dtype, X, 1j, 1.0, error=srcad.KindError, message_contains="dtype")
