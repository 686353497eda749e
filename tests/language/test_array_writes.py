"""Every way to write into an array that NumPy has: right, or refused with the way to write it."""

import numpy as np
import pytest

import srcad
from tests.cases import Programs
from tests.check import refused

programs = Programs()
A = np.array


@programs.at(
    (
        A([0.3, 0.7, 1.2]),
        1.3,
    ),
    argnums=(0, 1),
)
def mult_at(x, v):
    np.multiply.at(x, (A([0, 1, 0]),), v)
    return np.sum(x * x)


@programs.at(
    (
        A([[0.3, 0.7], [1.2, 0.5]]),
        A([1.3, 0.4, 0.2]),
    ),
    argnums=(0, 1),
)
def mult_at2(x, v):
    np.multiply.at(x, (A([0, 1, 0]), A([1, 1, 1])), v)
    return np.sum(x * x)


@programs.at(
    (
        A([[0.3, 0.7], [1.2, 0.5]]),
        A([1.3, 0.4, 0.2]),
    ),
    argnums=(0, 1),
)
def mult_at_row(x, v):
    np.multiply.at(x, (A([0, 1, 0]), 0), v)
    return np.sum(x * x)


@programs.at(
    (
        A([[0.3, 0.7], [1.2, 0.5]]),
        A([[1.3, 0.4], [0.2, 2.0], [0.1, 0.3]]),
    ),
    argnums=(0, 1),
)
def mult_at_rows(x, v):
    np.multiply.at(x, A([0, 1, 0]), v)
    return np.sum(x * x)


@programs.at(A([[0.3, 0.7], [1.2, 0.5]]))
def sort2(x):
    y = x * x
    y.sort()
    return np.sum(y * A([[1.0, 2.0], [3.0, 4.0]]))


@programs.at(A([[0.3, 0.7], [1.2, 0.5]]))
def sort_ax0(x):
    y = x * x
    y.sort(axis=0)
    return np.sum(y * A([[1.0, 2.0], [3.0, 4.0]]))


@programs.at(A([[0.3, 0.7], [1.2, 0.5]]))
def sort_pos0(x):
    x.sort(0)
    return np.sum(x * A([[1.0, 2.0], [3.0, 4.0]]))


@programs.at(A([[[0.3, 0.7], [1.2, 0.5]], [[0.1, 0.2], [0.5, 0.05]]]))
def sort3(x):
    x.sort(axis=1)
    return np.sum(x**2 * np.arange(8.0).reshape(2, 2, 2))


@programs.at(A([[0.3, 0.7], [1.2, 0.5]]))
def sort_view(x):
    x[0].sort()
    x[:, 1].sort()
    return np.sum(x * A([[1.0, 2.0], [3.0, 4.0]]))


@programs.at(A([[0.3, 0.7], [1.2, 0.5]]))
def sort_T(x):
    x.T.sort()
    return np.sum(x * A([[1.0, 2.0], [3.0, 4.0]]))


@programs.at(
    (
        A([[0.3, 0.7], [1.2, 0.5]]),
        1.3,
    ),
    argnums=(0, 1),
)
def add_at_view(x, v):
    np.add.at(x[0], A([0, 0, 1]), v)
    np.add.at(x[:, 1], A([0, 0, 1]), v * v)
    return np.sum(x * x)


@programs.at(
    (
        A([[0.3, 0.7], [1.2, 0.5]]),
        1.3,
    ),
    argnums=(0, 1),
)
def sub_at_view(x, v):
    np.subtract.at(x.T, (A([0, 0, 1]), A([0, 0, 1])), v)
    return np.sum(x * x)


@programs.at(
    (
        A([0.3, 0.7, 1.2, 0.5]),
        1.3,
    ),
    argnums=(0, 1),
)
def sub_at_ravel(x, v):
    y = x.reshape(2, 2)
    np.subtract.at(y, A([0, 0]), v)
    return np.sum(x * x)


@programs.at(A([0.3, 0.7, 1.2]))
def take_meth_out(x):
    y = np.zeros(2)
    x.take([2, 0], out=y)
    return np.sum(y * y * A([1.0, 2.0]))


@programs.at(A([0.3, 0.7, 1.2]))
def cumprod_out(x):
    y = np.zeros(3)
    np.cumprod(x, out=y)
    return np.sum(y * y * A([1.0, 2.0, 3.0]))


@programs.at(A([0.3, 0.7, 1.2]))
def cumsum_out_self(x):
    np.cumsum(x, out=x)
    return np.sum(x * x)


@programs.at(A([0.3, 0.7, 1.2]))
def cumsum_meth(x):
    y = np.zeros(3)
    x.cumsum(out=y)
    return np.sum(y * y)


@programs.at(A([[0.3, 0.7], [1.2, 0.5]]))
def sum_out(x):
    y = np.zeros(2)
    np.sum(x, axis=0, out=y)
    return np.sum(y * y)


@programs.at(A([[0.3, 0.7], [1.2, 0.5]]))
def mean_out(x):
    y = np.zeros(2)
    x.mean(axis=0, out=y)
    return np.sum(y * y)


@programs.at(A([[0.3, 0.7], [1.2, 0.5]]))
def max_out(x):
    y = np.zeros(2)
    np.max(x, axis=0, out=y)
    return np.sum(y * y)


@programs.at(A([[0.3, 0.7], [1.2, 0.5]]))
def matmul_out(x):
    y = np.zeros((2, 2))
    np.matmul(x, x, out=y)
    return np.sum(y * y)


@programs.at(A([[0.3, 0.7], [1.2, 0.5]]))
def einsum_out(x):
    y = np.zeros((2, 2))
    np.einsum("ij,jk->ik", x, x, out=y)
    return np.sum(y * y)


@programs.at(A([0.3, 0.7, 1.2]))
def clip_out(x):
    np.clip(x, 0.5, 1.0, out=x)
    return np.sum(x * x)


@programs.at(
    (
        A([0.3, 0.7, 1.2]),
        A([1.5, 2.0, 0.3]),
    ),
    argnums=(0, 1),
)
def putmask(x, v):
    np.putmask(x, x > 0.5, v)
    return np.sum(x * x * A([1.0, 2.0, 3.0]))


@programs.at(
    (
        A([0.3, 0.7, 1.2]),
        1.5,
    ),
    argnums=(0, 1),
)
def putmask_s(x, v):
    np.putmask(x, x > 0.5, v)
    return np.sum(x * x * A([1.0, 2.0, 3.0]))


@programs.at(
    (
        A([0.3, 0.7, 1.2]),
        1.5,
    ),
    argnums=(0, 1),
)
def put(x, v):
    np.put(x, [0, 2], v)
    return np.sum(x * x * A([1.0, 2.0, 3.0]))


@programs.at(
    (
        A([0.3, 0.7, 1.2]),
        A([1.5, 0.2]),
    ),
    argnums=(0, 1),
)
def put_meth(x, v):
    x.put([0, 2], v)
    return np.sum(x * x * A([1.0, 2.0, 3.0]))


@programs.at(
    (
        A([0.3, 0.7, 1.2]),
        1.5,
    ),
    argnums=(0, 1),
)
def flat_store(x, v):
    x.flat[1] = v
    x.flat = x * 2
    return np.sum(x * x)


@programs.at(
    (
        A([0.3, 0.7, 1.2]),
        1.5,
    ),
    argnums=(0, 1),
)
def iadd_op(x, v):
    import operator

    y = operator.iadd(x, v)
    return np.sum(x * y)


@programs.at(
    (
        A([0.3, 0.7, 1.2]),
        1.5,
    ),
    argnums=(0, 1),
)
def copyto_where(x, v):
    np.copyto(x, v, where=x > 0.5)
    return np.sum(x * x)


@programs.at(
    (
        A([0.3, 0.7, 1.2]),
        1.5,
    ),
    argnums=(0, 1),
)
def fillm(x, v):
    x.fill(v)
    return np.sum(x * x)


@programs.at(
    (
        A([[0.3, 0.7], [1.2, 0.5]]),
        1.5,
    ),
    argnums=(0, 1),
)
def filldiag(x, v):
    np.fill_diagonal(x, v)
    return np.sum(x * x)


@programs.at(
    (
        A([0.3, 0.7, 1.2]),
        1.5,
    ),
    argnums=(0, 1),
)
def max_at(x, v):
    np.maximum.at(x, A([0, 0]), v)
    return np.sum(x * x)


@programs.at(
    (
        A([0.3, 0.7, 1.2]),
        1.5,
    ),
    argnums=(0, 1),
)
def div_at(x, v):
    np.divide.at(x, A([0, 0]), v)
    return np.sum(x * x)


@programs.at(
    (
        A([0.3, 0.7, 1.2]),
        1.5,
    ),
    argnums=(0, 1),
)
def exp_at(x, v):
    np.exp.at(x, A([0, 0]))
    return np.sum(x * x) * v


@programs.at(
    (
        A([0.3, 0.7, 1.2]),
        1.5,
    ),
    argnums=(0, 1),
)
def add_at_slice(x, v):
    np.add.at(x, slice(0, 2), v)
    return np.sum(x * x)


@programs.at(
    (
        A([0.3, 0.7, 1.2]),
        1.5,
    ),
    argnums=(0, 1),
)
def add_at_mask(x, v):
    np.add.at(x, x > 0.5, v)
    return np.sum(x * x)


@programs.at(
    (
        A([0.3, 0.7, 1.2]),
        1.5,
    ),
    argnums=(0, 1),
)
def mult_at_mask(x, v):
    np.multiply.at(x, x > 0.5, v)
    return np.sum(x * x)


@programs.at(A([0.3, 0.7, 1.2]))
def add_acc_out(x):
    np.add.accumulate(x, out=x)
    return np.sum(x * x)


test_gradient = programs.test()


def partition(x):
    y = x * 1.0
    y.partition(1)
    return np.sum(y * y * A([1.0, 1.0, 3.0]))


def place(x, v):
    np.place(x, x > 0.5, v)
    return np.sum(x * x * A([1.0, 2.0, 3.0]))


def place_rep(x, v):
    np.place(x, x > 0.5, v)
    return np.sum(x * x * A([1.0, 2.0, 3.0, 4.0]))


def put_along(x, v):
    np.put_along_axis(x, A([[0], [1]]), v, axis=1)
    return np.sum(x * x * A([[1.0, 2.0], [3.0, 4.0]]))


def put_clip(x, v):
    np.put(x, [0, 5], v, mode="clip")
    return np.sum(x * x * A([1.0, 2.0, 3.0]))


def setitem_dunder(x, v):
    x.__setitem__(1, v)
    return np.sum(x * x)


def setfield(x, v):
    x.setfield(v, np.float64)
    return np.sum(x * x)


def resize_m(x, v):
    y = x * v
    y.resize(2)
    return np.sum(y * y)


def shape_assign(x, v):
    y = x * v
    y.shape = (3, 1)
    return np.sum(y * y)


def byteswap(x, v):
    y = x * v
    y.byteswap(inplace=True)
    return np.sum(y * y)


REFUSED = [
    (partition, (A([0.3, 0.7, 1.2]),)),
    (
        place,
        (
            A([0.3, 0.7, 1.2]),
            A([1.5, 2.0]),
        ),
    ),
    (
        place_rep,
        (
            A([0.3, 0.7, 1.2, 0.9]),
            A([1.5, 2.0]),
        ),
    ),
    (
        put_along,
        (
            A([[0.3, 0.7], [1.2, 0.5]]),
            A([[1.5], [2.0]]),
        ),
    ),
    (
        put_clip,
        (
            A([0.3, 0.7, 1.2]),
            A([1.5, 0.2]),
        ),
    ),
    (
        setitem_dunder,
        (
            A([0.3, 0.7, 1.2]),
            1.5,
        ),
    ),
    (
        setfield,
        (
            A([0.3, 0.7, 1.2]),
            1.5,
        ),
    ),
    (
        resize_m,
        (
            A([0.3, 0.7, 1.2]),
            1.5,
        ),
    ),
    (
        shape_assign,
        (
            A([0.3, 0.7, 1.2]),
            1.5,
        ),
    ),
    (
        byteswap,
        (
            A([0.3, 0.7, 1.2]),
            1.5,
        ),
    ),
]


@pytest.mark.parametrize(("function", "args"), REFUSED, ids=lambda v: getattr(v, "__name__", ""))
def test_it_is_refused_with_a_place_and_a_remedy(function, args):
    refused(function, *args, error=srcad.SrcadError)
