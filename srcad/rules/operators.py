# mypy: allow-untyped-defs, allow-untyped-calls
"""The operators of Python.

Powers: `y - (y != 0)` keeps the exponent zero where it is zero, so that x**0 has derivative 0 at x = 0 too;
`x + (x == 0)` makes the logarithm 0 there, as JAX does.
"""

from __future__ import annotations

import operator

import numpy as np

from srcad import runtime
from srcad.core.kinds import BOOL, INT
from srcad.rules import shapes
from srcad.rules.asks import has_ndim, is_complex, is_literal, is_scalar, is_sparse, refuse, when
from srcad.rules.registry import elementwise, pullback, zero

AS_NUMBERS = "write A @ x for a product, A.toarray() for a matrix of numbers"
SPARSE = "arithmetic of a sparse matrix, other than @, has no rule"
ROW = np.array([0.7, -1.23, 2.47])
COLUMN = np.array([[0.4], [1.9]])
POSITIVE = np.array([0.6, 1.3, 2.2])
TABLE = np.array([[0.5, -1.0, 2.0], [1.5, 0.3, -0.7]])
STACK = np.array([TABLE, TABLE * 0.6 + 0.2, 1 - TABLE, TABLE + 0.5])


@elementwise(operator.add, np.add, kind=shapes.binary, at=[(2.0, 3.0), (ROW, COLUMN), (ROW, 1.5)])
def add(x, y):
    if is_sparse(x) or is_sparse(y):
        return refuse(SPARSE, AS_NUMBERS)
    return 1, 1


@elementwise(operator.sub, np.subtract, kind=shapes.binary, at=[(2.0, 3.0), (ROW, COLUMN), (1.5, ROW)])
def subtract(x, y):
    if is_sparse(x) or is_sparse(y):
        return refuse(SPARSE, AS_NUMBERS)
    return 1, -1


@elementwise(operator.mul, np.multiply, kind=shapes.binary, at=[(2.0, 3.0), (ROW, COLUMN), (ROW, 1.5)])
def multiply(x, y):
    if is_sparse(x) or is_sparse(y):
        return refuse(SPARSE, AS_NUMBERS)
    return y, x


@elementwise(
    operator.truediv,
    np.divide,
    kind=shapes.binary,
    at=[(2.0, 3.0), (ROW, COLUMN), (1.5, ROW), (3, 2.0), (1.0, ROW), (1, 2.0)],
)
def divide(x, y, *, out):
    if is_sparse(x) or is_sparse(y):
        return refuse(SPARSE, AS_NUMBERS)
    if is_literal(x) and x == 1:
        return 1 / y, -(out * out)
    return 1 / y, -out / y


@elementwise(
    operator.mod,
    np.remainder,
    kind=shapes.binary,
    at=[(2.7, 1.1), (-2.7, 1.1), (ROW, 0.4), (5.4, COLUMN)],
)
def mod(x, y):
    return 1, -(x // y)


@elementwise(
    operator.pow,
    pow,
    np.power,
    kind=shapes.powered,
    at=[(1.7, 2.3), (2.0, 3), (0.4, -2), (POSITIVE, COLUMN), (1.5, ROW), (POSITIVE, 2), (-ROW, 3), (ROW, 2.0)],
)
def power(base, exp, *, out):
    if is_complex(exp):
        return exp * base ** (exp - (exp != 0)), np.log(base + (base == 0) + 0j) * out
    if is_literal(exp) and exp == 2:
        return exp * base, np.log(base + (base == 0)) * out
    if is_literal(exp):
        return exp * base ** (exp - 1) if exp != 0 else 0.0, np.log(base + (base == 0)) * out
    return exp * base ** (exp - (exp != 0)), np.log(base + (base == 0)) * out


@elementwise(operator.neg, np.negative, at=[(2.0,), (ROW,)])
def negative(x):
    return -1


@elementwise(operator.pos, np.positive, at=[(2.0,), (ROW,)])
def positive(x):
    return 1


@elementwise(operator.abs, abs, np.absolute, np.fabs, at=[(2.0,), (-2.0,), (ROW,), (TABLE,)])
def absolute(x, *, out):
    if is_complex(x):
        return np.conjugate(x) / (out + (out == 0))
    if is_scalar(x):
        return when(x > 0, 1.0, when(x < 0, -1.0, 0.0))
    return np.sign(x)


@pullback(
    operator.matmul,
    np.matmul,
    kind=shapes.product,
    at=[
        (ROW, POSITIVE),
        (TABLE, ROW),
        (COLUMN[:, 0], TABLE),
        (TABLE, TABLE.T),
        (STACK, ROW),
        (COLUMN[:, 0], STACK),
        (STACK, TABLE.T),
        (TABLE, STACK.transpose(0, 2, 1)),
        (STACK[:1], STACK.transpose(0, 2, 1)),
    ],
    multilinear_in=("x", "y"),
)
def matmul(x, y, *, d_out):
    if is_sparse(x):
        return None, x.T @ d_out
    if is_sparse(y):
        return d_out @ y.T, None
    if not (has_ndim(x) and has_ndim(y)):
        return runtime.matmul_left(d_out, x, y), runtime.matmul_right(d_out, x, y)
    if np.ndim(x) == 1 and np.ndim(y) == 1:
        return d_out * y, d_out * x
    if np.ndim(x) == 2 and np.ndim(y) == 1:
        return np.outer(d_out, y), x.T @ d_out
    if np.ndim(x) == 1 and np.ndim(y) == 2:
        return y @ d_out, np.outer(x, d_out)
    if np.ndim(x) == 2 and np.ndim(y) == 2:
        return d_out @ y.T, x.T @ d_out
    return runtime.matmul_left(d_out, x, y), runtime.matmul_right(d_out, x, y)


zero(operator.floordiv, np.floor_divide, kind=shapes.binary, at=[(7.3, 2.0), (ROW, 0.9)])
zero(
    operator.eq,
    operator.ne,
    operator.lt,
    operator.le,
    operator.gt,
    operator.ge,
    np.equal,
    np.not_equal,
    np.less,
    np.less_equal,
    np.greater,
    np.greater_equal,
    kind=shapes.compared,
    at=[(2.0, 3.0), (ROW, 0.5), (ROW, COLUMN)],
)
zero(operator.not_, operator.truth, kind=shapes.always(BOOL), at=[(2.0,), (0.0,)])
zero(operator.is_, operator.is_not, kind=shapes.always(BOOL), at=[(2.0, None)])
zero(operator.contains, kind=shapes.always(BOOL), at=[((1.0, 2.0), 1.0), ([1.0, 2.0], 3.0)])
zero(
    operator.and_,
    operator.or_,
    operator.xor,
    operator.lshift,
    operator.rshift,
    np.bitwise_and,
    np.bitwise_or,
    np.bitwise_xor,
    np.left_shift,
    np.right_shift,
    kind=shapes.binary,
    at=[(6, 3), (np.array([1, 2, 3]), 2)],
)
zero(operator.invert, np.invert, at=[(6,), (np.array([True, False]),)])
zero(operator.index, kind=shapes.always(INT), at=[(3,)])
