"""A helper's result that its caller writes to: one that is new, a view of an argument, or kept by the helper."""

import numpy as np
import pytest

import srcad
from tests.cases import Programs

programs = Programs()
rng = np.random.default_rng(17)
x3 = np.array([0.3, 0.7, 1.1])


def normal(*shape):
    return rng.normal(size=shape)


def minus_sum_times(x):
    s = 0.0
    for i in range(3):
        s += x[i]
    return -s * x


def squares_added(x, acc=None):
    acc = np.zeros_like(x) if acc is None else acc
    acc += x * x
    return acc


@programs.at(x3)
def a_loop_in_the_helper(x):
    y = minus_sum_times(x)
    y += x * x
    return y @ y


@programs.at((x3, normal(3)))
def a_default_that_is_made_or_given(x, y):
    a = squares_added(x)
    b = squares_added(y, a)
    c = squares_added(y, acc=y)
    b[0] *= c[1]
    return a @ c + y @ x


class Decay:
    def __init__(self, n, r):
        self.k = np.ones(n)
        self.r = r

    def rate(self):
        return -self.r * self.k


class Coupled(Decay):
    def rate(self):
        out = super().rate()
        out[1:] += self.k[:-1] ** 2
        return out


@programs.at((x3, 0.1))
def an_inherited_method(r, dt):
    model = Coupled(3, r)
    out = model.rate()
    out *= dt
    model.k += out
    model.k += model.rate()
    return model.k @ model.k + out @ r


def doubled(a):
    return 2 * a * a[0]


@programs.at(normal(3, 3))
def kept_results(A):
    kept = []
    for row in A:
        kept.append(doubled(row))
        kept[-1] *= 3.0
    return np.sum(kept[0] * kept[1])


def pairof(a):
    w = a * a
    return w, w[1:]


@programs.at(normal(4))
def a_pair_that_shares(x):
    w, v = pairof(x)
    v *= w[0]
    w[1] += v[2] * x[0]
    return w @ w + v @ v


def maybe(a, s, k):
    if s > 0:
        return k
    return a * a


@programs.at((normal(3), 1.0, normal(3)), (normal(3), -1.0, normal(3)), argnums=0)
def an_inactive_way(x, s, k):
    w = maybe(x, s, k)
    w *= x
    return w @ w + k @ x


@programs.at((normal(3), 1.0), (normal(3), -1.0))
def a_constant_way(x, s):
    k = np.ones(3)
    w = maybe(x, s, k)
    w *= x
    k *= w
    return w @ w + k @ x


def deeper(a, n):
    if n == 0:
        return a * 1.0
    w = deeper(a, n - 1)
    w *= a
    w[0] += n * w[1]
    return w


@programs.at((normal(3), 3), (normal(3), 0))
def recursion_gives_and_writes(x, n):
    w = deeper(x, n)
    w -= x
    return w @ w


def view_or_new(a, n):
    if n % 2:
        return a[1:]
    return a[:-1] * a[1:]


@programs.at((normal(4),))
def view_or_fresh(x):
    for n in range(4):
        w = view_or_new(x, n)
        w *= x[0]
        x[0] += w[-1]
    return x @ x


def listed(a):
    return [a * 2, a * a]


@programs.at((normal(3),))
def list_result_written(x):
    ws = listed(x)
    ws[0] *= x
    ws[1][0] = ws[0][1]
    ws.append(ws[0])
    ws[-1] += 1
    ws[0] = ws[1]
    ws[0] *= 2
    return sum(w @ w for w in ws)


def in_dict(a):
    return {"r": a * 2, "s": a}


@programs.at((normal(3),))
def dict_result_written(x):
    d = in_dict(x)
    d["r"] *= x
    d["s"][1:] = d["r"][:-1] ** 2
    return d["r"] @ x


class T:
    def __init__(self, a):
        self.a = a

    def flux(self):
        return self.a * self.a

    def dup(self):
        return T(self.flux())


@programs.at((normal(3),))
def method_results_written(x):
    t = T(x)
    f = t.flux()
    for _ in range(3):
        f[1:] -= t.flux()[:-1]
        g = t.flux()
        g -= f
        t.a += 0.1 * g
        f = g
    u = t.dup()
    u.a *= f
    v = u.dup()
    v.a[0] = u.a[1]
    return v.a @ u.a + f @ t.a


def rhs(u, t):
    du = np.zeros_like(u)
    du[0] = u[1]
    du[1] = -np.sin(u[0]) * t
    return du


@programs.at((normal(2), 0.1, 3))
def rk4_in_place(u, dt, n):
    t = 1.0
    for _ in range(n):
        k1 = rhs(u, t)
        k2 = rhs(u + dt / 2 * k1, t + dt / 2)
        k3 = rhs(u + dt / 2 * k2, t + dt / 2)
        k4 = rhs(u + dt * k3, t + dt)
        k2 += k3
        k2 *= 2
        k1 += k2
        k1 += k4
        k1 *= dt / 6
        u += k1
        t += dt
    return u @ u


def sq(a):
    return np.sqrt(a)


@programs.at((rng.uniform(0.3, 1.2, size=3),))
def callee_keeps_its_result(x):
    w = sq(x)
    w *= x
    for _ in range(2):
        v = sq(w)
        v[0] *= w[1]
        w[:] = v
        v += 3
    return w @ v


def both_ways(a, out):
    out *= a
    r = out * out
    return r


@programs.at((normal(3), normal(3)))
def written_param_and_written_result(x, y):
    r = both_ways(x, y)
    r *= y
    q = both_ways(r, r[::-1].copy())
    q += both_ways(q, x)
    q *= r
    return q @ x + r @ y


def nested(a):
    return (a * 2, [a * a, (a[0] * a, 3.0)])


@programs.at((normal(3),))
def nested_result(x):
    p, (q, (r, c)) = nested(x)
    p += q
    q *= r
    r -= p * c
    return p @ q + r @ r


def const(n):
    return np.zeros(n)


@programs.at((normal(3),))
def fresh_without_derivative(x):
    w = const(3)
    w += x
    v = const(3)
    v[1:] = w[:-1] * x[0]
    w *= v
    return w.sum() + v @ v


test_gradient = programs.test()


def twice(x):
    return 2 * x


def writes_to_what_nobody_reads_again(x):
    y = twice(x)
    y += x * x
    return y @ y


def test_what_the_helper_does_not_read_again_is_not_saved():
    x = np.array([0.3, -0.7])
    source = srcad.grad(writes_to_what_nobody_reads_again).source_for(x)
    assert "_old" not in source and "tape" not in source, source


@pytest.mark.parametrize("x", [np.array([0.3, -0.7]), np.array([1.0, 2.0, 3.0])])
def test_second_derivatives_through_a_written_result(x):
    v = np.linspace(0.5, 1.5, x.size)
    h = 1e-5
    gradient = srcad.grad(writes_to_what_nobody_reads_again)
    expected = (gradient(x + h * v) - gradient(x - h * v)) / (2 * h)
    np.testing.assert_allclose(srcad.hvp(writes_to_what_nobody_reads_again)(x, v), expected, rtol=1e-6)


def product_of_rows(q):
    F = np.empty_like(q)
    F[0] = q[0] * q[1]
    F[1] = q[1]
    return F


def writes_to_the_product(q):
    for _ in range(2):
        F = product_of_rows(q)
        F *= 0.5
        q -= F
    return np.sum(q**2)


def test_a_reverse_half_writes_to_the_rows_of_a_shadow_by_their_places():
    source = srcad.grad(writes_to_the_product).source_for(np.ones((2, 3)))
    reverse = source[source.index("def product_of_rows_rev") : source.index("def writes_to_the_product_grad")]
    assert reverse.count("d_q[0] +=") == 1 and reverse.count("d_q[1] +=") == 2, reverse
