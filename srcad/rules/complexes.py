# mypy: allow-untyped-defs, allow-untyped-calls
"""Complex values: the functions that lead to and from them, and which rules hold for them.

The cotangent `c` of a complex `z` says `df = Re(c * dz)` for a real f (docs/conventions.md). So a holomorphic function
has one rule for real and complex arguments, without conjugation: its partial derivative times the cotangent, or the
transpose. A function that gives real numbers has such a `c` for its partial derivative: `conj(z) / |z|` for `abs`.

`of_complex` lists the functions whose rules hold for complex arguments as they stand (a rule may ask `is_complex(x)`);
each is tested at complex points. Every other one refuses them.
"""

from __future__ import annotations

import cmath
import operator

import numpy as np

from srcad import (
    runtime,
    runtime_arrays,
    runtime_linalg,
    runtime_padding,
    runtime_products,
    runtime_rules,
    runtime_signals,
)
from srcad.core.kinds import BOOL, COMPLEX, FLOAT, Tuple
from srcad.rules import shapes
from srcad.rules.asks import is_complex, refuse
from srcad.rules.operators import ROW
from srcad.rules.registry import call, elementwise, linear, of_complex, pullback, pushforward, zero
from srcad.rules.shapes import always

# ---------------------------------------------------------------- parts


@linear(np.real, kind=shapes.broadcast, at=[(0.7,), (ROW,)])
def real(val, *, d_out):
    return d_out


@linear(np.imag, kind=shapes.broadcast, at=[(0.7,), (ROW,)])
def imag(val, *, d_out):
    if is_complex(val):
        return d_out * -1j
    return None


@linear(np.conjugate, kind=shapes.broadcast, at=[(0.7,), (ROW,)])
def conjugate(x, *, d_out):
    if is_complex(x):
        return np.conjugate(d_out)
    return d_out


@elementwise(np.angle, kind=shapes.first_only, at=[(0.7,), (ROW,), call(ROW, deg=True)])
def angle(z, deg=False):
    if not is_complex(z):
        return None
    if deg:
        return -180j / np.pi / z
    return -1j / z


@elementwise(complex, kind=always(COMPLEX), at=[(0.7, -1.2), (0.7,)])
def number(real=0, imag=0):
    return 1, 1j


@elementwise(runtime_arrays.complex_of, at=[(0.7, -1.2), (ROW, 2.0), (ROW, ROW[::-1])])
def complex_of(real, imag):
    if is_complex(real) or is_complex(imag):
        return refuse("a complex number of complex parts has no rule", "take the real parts: x.real")
    return 1, 1j


@linear(np.complex128, kind=shapes.broadcast, at=[(0.7,), (ROW,)])
def to_complex(x, *, d_out):
    return d_out


# ---------------------------------------------------------------- cmath

OF_NUMBERS = always(COMPLEX)


@elementwise(cmath.exp, kind=OF_NUMBERS, at=[(0.7,)])
def exp(z, *, out):
    return out


@elementwise(cmath.log, kind=OF_NUMBERS, at=[(0.7,), (0.7, 2.5)])
def log(z, base=None, *, out):
    if base is None:
        return 1 / z, None
    return 1 / (z * cmath.log(base)), -out / (base * cmath.log(base))


@elementwise(cmath.log10, kind=OF_NUMBERS, at=[(0.7,)])
def log10(z):
    return 1 / (z * np.log(10))


@elementwise(cmath.sqrt, kind=OF_NUMBERS, at=[(0.7,), (-0.7,)])
def sqrt(z, *, out):
    return 0.5 / out


@elementwise(cmath.sin, kind=OF_NUMBERS, at=[(0.7,)])
def sin(z):
    return cmath.cos(z)


@elementwise(cmath.cos, kind=OF_NUMBERS, at=[(0.7,)])
def cos(z):
    return -cmath.sin(z)


@elementwise(cmath.tan, kind=OF_NUMBERS, at=[(0.7,)])
def tan(z, *, out):
    return 1 + out * out


@elementwise(cmath.sinh, kind=OF_NUMBERS, at=[(0.7,)])
def sinh(z):
    return cmath.cosh(z)


@elementwise(cmath.cosh, kind=OF_NUMBERS, at=[(0.7,)])
def cosh(z):
    return cmath.sinh(z)


@elementwise(cmath.tanh, kind=OF_NUMBERS, at=[(0.7,)])
def tanh(z, *, out):
    return 1 - out * out


@elementwise(cmath.asin, kind=OF_NUMBERS, at=[(0.3,)])
def asin(z):
    return 1 / cmath.sqrt(1 - z * z)


@elementwise(cmath.acos, kind=OF_NUMBERS, at=[(0.3,)])
def acos(z):
    return -1 / cmath.sqrt(1 - z * z)


@elementwise(cmath.atan, kind=OF_NUMBERS, at=[(0.3,)])
def atan(z):
    return 1 / (1 + z * z)


@elementwise(cmath.asinh, kind=OF_NUMBERS, at=[(0.7,)])
def asinh(z):
    return 1 / cmath.sqrt(z * z + 1)


@elementwise(cmath.acosh, kind=OF_NUMBERS, at=[(1.7,)])
def acosh(z):
    return 1 / (cmath.sqrt(z - 1) * cmath.sqrt(z + 1))


@elementwise(cmath.atanh, kind=OF_NUMBERS, at=[(0.3,)])
def atanh(z):
    return 1 / (1 - z * z)


@elementwise(cmath.phase, kind=always(FLOAT), at=[(0.7,)])
def phase(z):
    if is_complex(z):
        return -1j / z
    return None


@pullback(cmath.polar, kind=always(Tuple((FLOAT, FLOAT))), at=[(0.7,), (-0.7,)])
def polar(z, *, out, d_out):
    if not is_complex(z):
        return d_out[0] * out[0] / z
    return (d_out[0] * out[0] - 1j * d_out[1]) / z


@pushforward(cmath.polar)
def polar_dot(z, *, out, z_dot):
    share = z_dot / z
    return out[0] * share.real, share.imag


@elementwise(cmath.rect, kind=OF_NUMBERS, at=[(0.7, -1.2)])
def rect(r, phi, *, out):
    return cmath.exp(1j * phi), 1j * out


zero(cmath.isfinite, cmath.isinf, cmath.isnan, kind=always(BOOL), at=[(0.7,)])
zero(cmath.isclose, kind=always(BOOL), at=[(0.7, 0.8)])

# ---------------------------------------------------------------- the rules that hold for complex values

of_complex(np.real, np.imag, np.conjugate, np.angle, complex, np.complex128, runtime_arrays.complex_of)
of_complex(cmath.exp, cmath.log, cmath.log10, cmath.sqrt, cmath.phase, cmath.polar, cmath.rect)
of_complex(cmath.sin, cmath.cos, cmath.tan, cmath.asin, cmath.acos, cmath.atan)
of_complex(cmath.sinh, cmath.cosh, cmath.tanh, cmath.asinh, cmath.acosh, cmath.atanh)

# arithmetic
of_complex(operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, operator.neg, operator.pos)
of_complex(np.add, np.subtract, np.multiply, np.divide, np.power, np.float_power, np.negative, np.positive, pow)
of_complex(operator.abs, abs, np.absolute)

# of each element
of_complex(np.exp, np.exp2, np.expm1, np.log, np.log2, np.log10, np.log1p, np.sqrt, np.square, np.reciprocal)
of_complex(np.sin, np.cos, np.tan, np.arcsin, np.arccos, np.arctan)
of_complex(np.sinh, np.cosh, np.tanh, np.arcsinh, np.arccosh, np.arctanh, np.where)

# sums and products
of_complex(np.var, np.std, np.sum, np.mean, np.prod, np.cumsum, np.cumprod, np.cumulative_sum, np.cumulative_prod, sum)
of_complex(np.add.reduce, np.multiply.reduce, np.add.accumulate, np.multiply.accumulate)
of_complex(operator.matmul, np.matmul, np.dot, np.inner, np.outer, np.vdot, np.kron, np.tensordot, np.einsum, np.cross)
of_complex(np.vecdot, np.matvec, np.vecmat, np.linalg.tensordot, np.linalg.vecdot, np.linalg.matmul, np.linalg.outer)
of_complex(np.linalg.cross, np.trace, np.linalg.trace)

# elements moved about
of_complex(np.reshape, np.ravel, runtime.flatten, np.transpose, np.permute_dims, np.matrix_transpose, np.swapaxes)
of_complex(np.moveaxis, np.squeeze, np.expand_dims, np.broadcast_to, np.atleast_1d, np.atleast_2d, np.atleast_3d)
of_complex(np.concatenate, np.vstack, np.hstack, np.column_stack, np.stack, np.dstack, np.array, np.asarray, np.copy)
of_complex(np.asanyarray, np.ascontiguousarray, np.asfortranarray, np.asarray_chkfinite, runtime.astype, np.astype)
of_complex(np.flip, np.fliplr, np.flipud, np.roll, np.rot90, np.rollaxis, np.tril, np.triu, np.diag, np.diagonal)
of_complex(np.diagflat, np.linalg.diagonal, np.linalg.matrix_transpose, np.take, np.take_along_axis, np.compress)
of_complex(np.extract, np.repeat, np.tile, np.resize, np.delete, np.append, np.insert, np.full, np.full_like)
of_complex(runtime.item, runtime.unbroadcast, runtime_arrays.add_at, np.linspace)

# differences and series
of_complex(np.diff, np.ediff1d, np.gradient, np.polyval, np.vander, np.convolve, np.correlate, np.trapezoid, np.average)
of_complex(np.polyadd, np.polysub, np.polymul, np.polyder, np.polyint, np.add.reduceat, np.pad, np.require)
of_complex(np.interp, np.block, np.select)

# functions whose derivative is zero, of complex numbers too
of_complex(np.zeros_like, np.ones_like, np.empty_like, np.round, np.around, np.rint, runtime.stop_gradient)

# matrices
of_complex(np.linalg.det, np.linalg.inv, np.linalg.solve, np.linalg.matrix_power, np.linalg.multi_dot)
of_complex(np.linalg.tensorinv, np.linalg.tensorsolve, np.linalg.slogdet, np.linalg.pinv, np.linalg.cond)
of_complex(np.linalg.norm, np.linalg.vector_norm, np.linalg.matrix_norm)

# what generated code calls, differentiated again
of_complex(runtime.matmul_left, runtime.matmul_right, runtime.dot_left, runtime.dot_right)
of_complex(runtime.inner_left, runtime.inner_right, runtime_products.tensordot_left, runtime_products.tensordot_right)
of_complex(runtime_products.einsum_adjoint, runtime_linalg.multi_dot_adjoint, runtime.product_of_others)
of_complex(runtime.unconcatenate, runtime.rejoin, runtime_rules.partial_of, runtime_rules.shaped_as)
of_complex(runtime_signals.trapezoid_weights, runtime_signals.trapezoid_nodes, runtime_signals.gradient_adjoint)
of_complex(runtime_signals.diff_adjoint, runtime_signals.polyder_adjoint, runtime_signals.polyint_adjoint)
of_complex(runtime_arrays.reduceat_adjoint, runtime_padding.pad_ends)
