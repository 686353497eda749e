# mypy: allow-untyped-defs, allow-untyped-calls
"""Differences, integrals, interpolation, convolution, polynomials and covariances."""

from __future__ import annotations

import numpy as np

from srcad import runtime_signals
from srcad.core.kinds import COMPLEX, UNKNOWN, Array, Kind, is_integral, is_number
from srcad.rules import shapes
from srcad.rules.asks import has_ndim, is_complex, is_scalar, refuse
from srcad.rules.operators import ROW, STACK, TABLE
from srcad.rules.registry import Call, call, linear, pullback, pushforward

LONG = np.array([0.3, -0.8, 1.7, 0.6, 2.1])
KNOTS = np.array([0.5, 1.1, 2.7])


def _is_plain(call: Call) -> bool:
    """Whether there is no step but one real number: NumPy takes the real part of a gradient by a complex one."""
    return len(call.args) == 1 or len(call.args) == 2 and is_number(call.args[1]) and call.args[1] is not COMPLEX


def _sloped(call: Call) -> Kind:
    """`np.gradient(f, axis=axis)`: of the shape of f; a list of them where there are several axes."""
    f = shapes.as_array(shapes.first(call))
    one_axis = is_integral(given[0]) if (given := shapes.operand(call, "axis")) is not None else False
    if isinstance(f, Array) and f.dims is not None and _is_plain(call) and (one_axis or len(f.dims) == 1):
        return Array(f.dtype if np.dtype(f.dtype).kind in "fc" else "float64", f.dims)
    return UNKNOWN


@linear(np.diff, at=[(ROW,), (LONG, 2), (TABLE,), (TABLE, 1, 0), call(STACK, axis=1), (LONG, 0), (LONG, 3)])
def diff(a, n=1, axis=-1, *, d_out):
    return runtime_signals.diff_adjoint(d_out, n, axis, np.shape(a)[axis])


@linear(np.ediff1d, at=[(LONG,), (TABLE,)])
def ediff1d(ary, *, d_out):
    return np.reshape(runtime_signals.diff_adjoint(d_out, 1, 0), np.shape(ary))


@pullback(
    np.gradient,
    kind=_sloped,
    at=[
        (LONG,),
        call(LONG, edge_order=2),
        call(TABLE, axis=1),
        call(STACK, axis=0, edge_order=1),
        (LONG, 0.5),
        call(TABLE, 2.5, axis=0),
        call(LONG, 0.7, edge_order=2),
    ],
)
def gradient(f, *steps, axis=None, edge_order=1, out, d_out):
    if axis is None and not (has_ndim(f) and np.ndim(f) == 1):
        return refuse("np.gradient along several axes has no rule", "call it for each axis: axis=0")
    along = -1 if axis is None else axis
    if len(steps) == 0:
        return runtime_signals.gradient_adjoint(d_out, along, edge_order), None, None, None
    if is_complex(f):
        return refuse("np.gradient of complex values with a spacing has no rule", "divide by it: np.gradient(f) / h")
    share = d_out / steps[0]
    return runtime_signals.gradient_adjoint(share, along, edge_order), None, None, [-np.sum(share * out)]


@pushforward(np.gradient)
def gradient_dot(f, *steps, axis=None, edge_order=1, out, f_dot, steps_dot):
    if axis is None and not (has_ndim(f) and np.ndim(f) == 1):
        return refuse("np.gradient along several axes has no rule", "call it for each axis: axis=0")
    if len(steps) == 0:
        return np.gradient(f_dot, axis=axis, edge_order=edge_order)
    if is_complex(f):
        return refuse("np.gradient of complex values with a spacing has no rule", "divide by it: np.gradient(f) / h")
    moved = 0.0 if f_dot is None else np.gradient(f_dot, steps[0], axis=axis, edge_order=edge_order)
    return moved if steps_dot is None else moved - out * steps_dot[0] / steps[0]


@pullback(
    np.trapezoid,
    at=[(LONG,), (TABLE,), call(TABLE, dx=0.5), call(TABLE, axis=0), (ROW, KNOTS), (TABLE, KNOTS)],
    multilinear_in=("y", "x", "dx"),
)
def trapezoid(y, x=None, dx=1, axis=-1, *, out, d_out):
    if is_scalar(x):
        return refuse("np.trapezoid with one number for x has no rule", "give a position for each sample")
    share = np.expand_dims(d_out, axis)
    weights = runtime_signals.trapezoid_weights(y, x, dx, axis)
    if x is None:
        return share * weights, None, np.sum(d_out * out) / dx
    return share * weights, runtime_signals.trapezoid_nodes(share, y, x, axis)


@pullback(
    np.interp,
    at=[(0.9, KNOTS, ROW), (np.array([0.7, 1.9, 0.2, 3.0]), KNOTS, ROW), (np.array([[0.7], [1.9]]), KNOTS, ROW)],
)
def interp(x, xp, fp, *, d_out):
    d_x = d_out * runtime_signals.interp_slope(x, xp, fp)
    d_xp = runtime_signals.interp_nodes(-d_x, x, xp)
    return d_x, d_xp, runtime_signals.interp_nodes(d_out, x, xp)


@pushforward(np.interp)
def interp_dot(x, xp, fp, *, x_dot, xp_dot, fp_dot):
    by_fp = 0.0 if fp_dot is None else np.interp(x, xp, fp_dot)
    if x_dot is None and xp_dot is None:
        return by_fp
    slope = runtime_signals.interp_slope(x, xp, fp)
    if xp_dot is None:
        return slope * x_dot + by_fp
    if x_dot is None:
        return by_fp - slope * np.interp(x, xp, xp_dot)
    return slope * (x_dot - np.interp(x, xp, xp_dot)) + by_fp


@pullback(
    np.convolve,
    at=[(LONG, ROW), (ROW, LONG), (LONG, ROW, "same"), (LONG, ROW, "valid"), (ROW, LONG, "same")],
    multilinear_in=("a", "v"),
)
def convolve(a, v, mode="full", *, d_out):
    return runtime_signals.convolve_left(d_out, a, v, mode), runtime_signals.convolve_left(d_out, v, a, mode)


@pullback(
    np.correlate,
    at=[(LONG, ROW), (ROW, LONG), (LONG, ROW, "same"), (LONG, ROW, "full"), (ROW, LONG, "same")],
    multilinear_in=("a", "v"),
)
def correlate(a, v, mode="valid", *, d_out):
    if is_complex(a) or is_complex(v):
        d_v = np.conjugate(runtime_signals.correlate_right(d_out, a, v, mode))
        return runtime_signals.correlate_left(d_out, a, np.conjugate(v), mode), d_v
    return runtime_signals.correlate_left(d_out, a, v, mode), runtime_signals.correlate_right(d_out, a, v, mode)


@pullback(np.polyval, at=[(ROW, 0.7), (ROW, LONG), ([1.5, -2.0, 0.3], LONG), (ROW, TABLE)])
def polyval(p, x, *, d_out):
    powers = np.arange(len(p) - 1, -1, -1)
    d_p = np.sum(np.expand_dims(d_out, -1) * np.expand_dims(x, -1) ** powers, tuple(range(np.ndim(x))))
    return d_p, d_out * np.polyval(np.polyder(p), x)


@pushforward(np.polyval)
def polyval_dot(p, x, *, p_dot, x_dot):
    if x_dot is None:
        return np.polyval(p_dot, x)
    if p_dot is None:
        return np.polyval(np.polyder(p), x) * x_dot
    return np.polyval(p_dot, x) + np.polyval(np.polyder(p), x) * x_dot


@linear(np.polyder, at=[(ROW,), (LONG, 2)])
def polyder(p, m=1, *, d_out):
    return runtime_signals.polyder_adjoint(d_out, m)


@pullback(np.vander, at=[(ROW,), (ROW, 4), (ROW, 2), call(ROW, increasing=True), (ROW, 1)])
def vander(x, N=None, increasing=False, *, out, d_out):  # noqa: N803 - NumPy's name
    powers = np.arange(np.shape(out)[1])
    if not increasing:
        powers = np.flip(powers)
    lower = np.maximum(powers - 1, 0)
    return np.sum(d_out * powers * x[:, None] ** lower, 1)


@pushforward(np.vander)
def vander_dot(x, N=None, increasing=False, *, out, x_dot):  # noqa: N803 - NumPy's name
    powers = np.arange(np.shape(out)[1])
    if not increasing:
        powers = np.flip(powers)
    return powers * x[:, None] ** np.maximum(powers - 1, 0) * x_dot[:, None]


@pullback(
    np.unwrap,
    kind=shapes.same,
    at=[(np.array([0.3, 4.1, 8.2, 3.0]),), (TABLE * 4,), call(TABLE * 4, axis=0), call(TABLE * 4, period=3)],
    refused=("period",),
)
def unwrap(p, discont=None, axis=-1, period=None, *, d_out):
    return d_out


@pushforward(np.unwrap)
def unwrap_dot(p, discont=None, axis=-1, period=None, *, p_dot):
    return p_dot


@pullback(np.cov, at=[(TABLE,), (LONG,), call(TABLE, bias=True), call(TABLE, rowvar=False), call(TABLE, ddof=0)])
def cov(m, rowvar=True, bias=False, ddof=None, *, d_out):
    if not has_ndim(m):
        return refuse("np.cov of an array of unknown dimensions has no rule", "make its kind known")
    if np.ndim(m) == 1:
        return 2 * d_out * (m - np.mean(m)) / (np.size(m) - (ddof if ddof is not None else 0 if bias else 1))
    axis = 1 if rowvar else 0
    centred = m - np.mean(m, axis, keepdims=True)
    both = (d_out + d_out.T) / (np.shape(m)[axis] - (ddof if ddof is not None else 0 if bias else 1))
    if rowvar:
        return both @ centred
    return centred @ both


@pullback(np.corrcoef, at=[(STACK[0] + 0.1 * STACK[0] ** 2,), call(TABLE.T + TABLE.T**2, rowvar=False)])
def corrcoef(x, rowvar=True, *, out, d_out):
    if not has_ndim(x) or np.ndim(x) != 2:
        return refuse("np.corrcoef of anything but a matrix has no rule", "give it a matrix")
    axis = 1 if rowvar else 0
    centred = x - np.mean(x, axis, keepdims=True)
    length = np.sqrt(np.sum(centred * centred, axis, keepdims=True))
    unit = centred / length
    both = d_out + d_out.T
    if rowvar:
        return (both @ unit - np.sum(both * out, 1, keepdims=True) * unit) / length
    return (unit @ both - np.sum(both * out, 0, keepdims=True) * unit) / length


def _window(call: Call) -> Kind:
    return Array("float64", "?")


@pullback(np.hamming, np.hanning, np.blackman, np.bartlett, kind=_window, at=[(4,)], refused=("M",))
def window(M, *, d_out):  # noqa: N803 - NumPy's name
    return None


@pullback(np.kaiser, kind=_window, at=[(5, 2.5), (4, 0.7)], refused=("M",))
def kaiser(M, beta, *, out, d_out):  # noqa: N803 - NumPy's name
    width = np.sqrt(1 - (2 * np.arange(M) / (M - 1) - 1) ** 2)
    slope = width * runtime_signals.i0_slope(beta * width) - out * runtime_signals.i0_slope(beta)
    return None, np.sum(d_out * slope) / runtime_signals.i0_slope(beta, 0)


@pushforward(np.kaiser)
def kaiser_dot(M, beta, *, out, beta_dot):  # noqa: N803 - NumPy's name
    width = np.sqrt(1 - (2 * np.arange(M) / (M - 1) - 1) ** 2)
    slope = width * runtime_signals.i0_slope(beta * width) - out * runtime_signals.i0_slope(beta)
    return beta_dot * slope / runtime_signals.i0_slope(beta, 0)
