# mypy: allow-untyped-defs, allow-untyped-calls
"""The functions of NumPy that act on each element: their partial derivatives.

`x + (x == 0)` stands for a divisor that may be zero where the numerator is zero too. `runtime.above(x, y)` is the
share of `x` in `maximum(x, y)`: one half at a tie.
"""

from __future__ import annotations

import numpy as np

from srcad import runtime, runtime_signals
from srcad.rules import shapes
from srcad.rules.asks import is_complex, is_scalar, when
from srcad.rules.operators import COLUMN, POSITIVE, ROW, TABLE
from srcad.rules.registry import elementwise, pullback, pushforward, zero

SMALL = np.array([0.3, -0.6, 0.9])
LARGE = np.array([[1.3], [2.6]])


@elementwise(np.sin, at=[(0.7,), (ROW,)])
def sin(x):
    return np.cos(x)


@elementwise(np.cos, at=[(0.7,), (ROW,)])
def cos(x):
    return -np.sin(x)


@elementwise(np.tan, at=[(0.7,), (ROW,)])
def tan(x, *, out):
    return 1 + out * out


@elementwise(np.arcsin, at=[(0.7,), (SMALL,)])
def arcsin(x):
    return 1 / np.sqrt(1 - x * x)


@elementwise(np.arccos, at=[(0.7,), (SMALL,)])
def arccos(x):
    return -1 / np.sqrt(1 - x * x)


@elementwise(np.arctan, at=[(0.7,), (ROW,)])
def arctan(x):
    return 1 / (1 + x * x)


@elementwise(np.arctan2, at=[(0.7, -0.4), (ROW, COLUMN), (1.5, ROW)])
def arctan2(y, x):
    return x / (x * x + y * y), -y / (x * x + y * y)


@elementwise(np.sinh, at=[(0.7,), (ROW,)])
def sinh(x):
    return np.cosh(x)


@elementwise(np.cosh, at=[(0.7,), (ROW,)])
def cosh(x):
    return np.sinh(x)


@elementwise(np.tanh, at=[(0.7,), (ROW,)])
def tanh(x, *, out):
    return 1 - out * out


@elementwise(np.arcsinh, at=[(0.7,), (ROW,)])
def arcsinh(x):
    return 1 / np.sqrt(x * x + 1)


@elementwise(np.arccosh, at=[(1.7,), (LARGE,)])
def arccosh(x):
    if is_complex(x):
        return 1 / (np.sqrt(x - 1) * np.sqrt(x + 1))
    return 1 / np.sqrt(x * x - 1)


@elementwise(np.arctanh, at=[(0.7,), (SMALL,)])
def arctanh(x):
    return 1 / (1 - x * x)


@elementwise(np.exp, at=[(0.7,), (ROW,)])
def exp(x, *, out):
    return out


@elementwise(np.exp2, at=[(0.7,), (ROW,)])
def exp2(x, *, out):
    return np.log(2) * out


@elementwise(np.expm1, at=[(0.7,), (ROW,)])
def expm1(x, *, out):
    return out + 1


@elementwise(np.log, at=[(0.7,), (POSITIVE,)])
def log(x):
    return 1 / x


@elementwise(np.log2, at=[(0.7,), (POSITIVE,)])
def log2(x):
    return 1 / (x * np.log(2))


@elementwise(np.log10, at=[(0.7,), (POSITIVE,)])
def log10(x):
    return 1 / (x * np.log(10))


@elementwise(np.log1p, at=[(0.7,), (POSITIVE,)])
def log1p(x):
    return 1 / (1 + x)


@elementwise(np.logaddexp, at=[(0.7, 1.2), (ROW, COLUMN)])
def logaddexp(x, y, *, out):
    return np.exp(x - out), np.exp(y - out)


@elementwise(np.logaddexp2, at=[(0.7, 1.2), (ROW, COLUMN)])
def logaddexp2(x, y, *, out):
    return np.exp2(x - out), np.exp2(y - out)


@elementwise(np.sqrt, at=[(0.7,), (POSITIVE,)])
def sqrt(x, *, out):
    return 0.5 / out


@elementwise(np.cbrt, at=[(0.7,), (ROW,)])
def cbrt(x, *, out):
    return 1 / (3 * out * out)


@elementwise(np.square, at=[(0.7,), (ROW,)])
def square(x):
    return 2 * x


@elementwise(np.reciprocal, at=[(0.7,), (ROW,)])
def reciprocal(x, *, out):
    return -out * out


@elementwise(np.float_power, at=[(1.7, 2.3), (POSITIVE, COLUMN), (-ROW, 2.0), (1.5, ROW)])
def float_power(x, y, *, out):
    if is_complex(y):
        return y * x ** (y - (y != 0)), np.log(x + (x == 0) + 0j) * out
    return y * x ** (y - (y != 0)), np.log(x + (x == 0)) * out


@elementwise(np.hypot, at=[(0.7, -1.2), (ROW, COLUMN)])
def hypot(x, y, *, out):
    return x / (out + (out == 0)), y / (out + (out == 0))


@elementwise(np.maximum, at=[(0.7, 1.2), (ROW, COLUMN), (ROW, 0.0)])
def maximum(x, y):
    if is_scalar(x) and is_scalar(y):
        return when(x > y, 1.0, when(x == y, 0.5, 0.0)), when(y > x, 1.0, when(x == y, 0.5, 0.0))
    return runtime.above(x, y), runtime.above(y, x)


@elementwise(np.minimum, at=[(0.7, 1.2), (ROW, COLUMN), (ROW, 0.0)])
def minimum(x, y):
    if is_scalar(x) and is_scalar(y):
        return when(x < y, 1.0, when(x == y, 0.5, 0.0)), when(y < x, 1.0, when(x == y, 0.5, 0.0))
    return runtime.above(y, x), runtime.above(x, y)


@elementwise(np.fmax, at=[(0.7, 1.2), (ROW, COLUMN), (ROW, np.nan)])
def fmax(x, y):
    return np.where(np.isnan(y), 1.0, runtime.above(x, y)), np.where(np.isnan(x), 1.0, runtime.above(y, x))


@elementwise(np.fmin, at=[(0.7, 1.2), (ROW, COLUMN), (ROW, np.nan)])
def fmin(x, y):
    return np.where(np.isnan(y), 1.0, runtime.above(y, x)), np.where(np.isnan(x), 1.0, runtime.above(x, y))


def _clipped(call):
    return shapes.broadcast(shapes.without_none(call))


@elementwise(
    np.clip,
    kind=_clipped,
    at=[(0.7, 0.0, 1.0), (ROW, -1.0, 2.0), (ROW, None, 1.0), (ROW, 1.0, None), (ROW, COLUMN - 1, COLUMN)],
)
def clip(a, a_min=None, a_max=None):
    if a_min is None and a_max is None:
        return 1, None, None
    if a_min is None:
        return runtime.above(a_max, a), None, runtime.above(a, a_max)
    if a_max is None:
        return runtime.above(a, a_min), runtime.above(a_min, a), None
    return (
        runtime.above(a, a_min) * runtime.above(a_max, a),
        runtime.above(a_min, a) * runtime.above(a_max, a_min),
        runtime.above(np.maximum(a, a_min), a_max),
    )


@elementwise(np.heaviside, at=[(0.7, 0.5), (ROW, 0.5), (0, ROW)])
def heaviside(x, h0):
    return None, x == 0


@elementwise(np.degrees, np.rad2deg, at=[(0.7,), (ROW,)])
def degrees(x):
    return 180 / np.pi


@elementwise(np.radians, np.deg2rad, at=[(0.7,), (ROW,)])
def radians(x):
    return np.pi / 180


@elementwise(np.sinc, at=[(0.7,), (ROW,), (0.0,)])
def sinc(x):
    return runtime_signals.sinc_slope(x)


@elementwise(runtime_signals.sinc_slope, at=[(0.7,), (ROW, 2), (0.0,), (0.0, 3), (-2.6, 4)])
def sinc_slope(x, n=1):
    return runtime_signals.sinc_slope(x, n + 1), None


@elementwise(np.i0, kind=shapes.same, at=[(ROW,), (TABLE * 3,)])
def i0(x):
    return runtime_signals.i0_slope(x)


@elementwise(runtime_signals.i0_slope, at=[(0.7,), (ROW, 2), (0.0, 3)])
def i0_slope(x, n=1):
    return runtime_signals.i0_slope(x, n + 1), None


@pullback(np.modf, at=[(1.7,), (ROW,)])
def modf(x, *, d_out):
    return d_out[0]


@pushforward(np.modf)
def modf_dot(x, *, out, x_dot):
    if is_scalar(x):
        return x_dot, 0.0
    return x_dot, np.zeros_like(out[1])


@pullback(np.frexp, at=[(1.7,), (ROW,)])
def frexp(x, *, out, d_out):
    return d_out[0] / 2.0 ** out[1]


@pushforward(np.frexp)
def frexp_dot(x, *, out, x_dot):
    return x_dot / 2.0 ** out[1], None


@elementwise(np.copysign, at=[(0.7, -1.2), (ROW, COLUMN)])
def copysign(x, y):
    return np.sign(x) * np.copysign(1.0, y), None


@elementwise(np.fmod, at=[(5.3, 2.1), (ROW, COLUMN)])
def fmod(x, y):
    return 1, -np.trunc(x / y)


@elementwise(np.ldexp, at=[(0.7, 3), (ROW, 2)])
def ldexp(x, i):
    return 2.0**i, None


@elementwise(np.nan_to_num, at=[(0.7,), (ROW,)])
def nan_to_num(x):
    return np.isfinite(x)


@pullback(
    np.where,
    kind=shapes.chosen,
    at=[(ROW > 0, ROW, COLUMN), (ROW > 0, ROW, 0.0), (True, 1.5, 2.5), (ROW > 0, 1.5, ROW)],
    linear_in=("x", "y"),
)
def where(condition, x, y, *, out, d_out):
    return (
        None,
        runtime.unbroadcast(np.where(condition, d_out, 0.0), x),
        runtime.unbroadcast(np.where(condition, 0.0, d_out), y),
    )


zero(np.floor, np.ceil, np.trunc, np.rint, np.sign, at=[(0.7,), (ROW,)], kind=shapes.broadcast)
zero(np.round, np.around, np.fix, at=[(0.7,), (ROW,)], kind=shapes.first_only)
zero(np.spacing, at=[(0.7,), (ROW,)], kind=shapes.broadcast)
