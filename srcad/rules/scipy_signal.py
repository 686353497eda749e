# mypy: allow-untyped-defs, allow-untyped-calls
"""Convolutions and filters of `scipy.signal`.

A convolution is linear in each of its operands, and correlating with the one is the transpose for the other. A filter
run backwards is the transpose of the filter.
"""

from __future__ import annotations

import numpy as np
from scipy import signal

from srcad import runtime_filters
from srcad.core.kinds import Array, Kind
from srcad.rules import shapes
from srcad.rules.operators import ROW, STACK, TABLE
from srcad.rules.registry import Call, call, linear, pullback, pushforward
from srcad.rules.signals import LONG

PAIRS = [
    (LONG, ROW),
    (ROW, LONG, "same"),
    (LONG, ROW, "same"),
    (LONG, ROW, "valid"),
    (ROW, LONG, "valid"),
    call(TABLE, TABLE[:, :2] + 1, mode="same"),
    (STACK[0], TABLE[:1, :2], "valid"),
]


def _as_first(call: Call) -> Kind:
    """Floats with as many dimensions as the first operand has."""
    x = shapes.as_array(shapes.first(call))
    return Array("float64", "?" * len(x.dims) if isinstance(x, Array) and x.dims is not None else None)


@pullback(signal.convolve, at=PAIRS, multilinear_in=("in1", "in2"))
def convolve(in1, in2, mode="full", method="auto", *, d_out):
    whole = runtime_filters.uncropped(d_out, in1, in2, mode)
    return signal.correlate(whole, in2, "valid", method), signal.correlate(whole, in1, "valid", method)


@pullback(signal.fftconvolve, signal.oaconvolve, at=PAIRS, multilinear_in=("in1", "in2"))
def fftconvolve(in1, in2, mode="full", *, d_out):
    whole = runtime_filters.uncropped(d_out, in1, in2, mode)
    return signal.correlate(whole, in2, "valid", "fft"), signal.correlate(whole, in1, "valid", "fft")


@pullback(signal.correlate, at=PAIRS, multilinear_in=("in1", "in2"))
def correlate(in1, in2, mode="full", method="auto", *, d_out):
    whole = runtime_filters.uncropped(d_out, in1, in2, mode)
    return signal.convolve(whole, in2, "valid", method), np.flip(signal.correlate(whole, in1, "valid", method))


@linear(runtime_filters.uncropped, kind=_as_first, at=[(LONG, LONG, ROW, "same"), (LONG[:3], LONG, ROW, "valid")])
def uncropped(d, x, y, mode, *, d_out):
    return runtime_filters.cropped(d_out, d, x, y, mode)


@linear(runtime_filters.cropped, kind=_as_first, at=[(np.arange(7.0), LONG, LONG, ROW, "same")])
def cropped(whole, d, x, y, mode, *, d_out):
    return runtime_filters.uncropped(d_out, x, y, mode)


# ---------------------------------------------------------------- filters

POLES = np.array([1.3, -0.4, 0.2])


@pullback(
    signal.lfilter,
    at=[(ROW, POLES, LONG), (ROW, np.array([1.1]), LONG), (ROW[:2], POLES, TABLE), call(ROW[:2], POLES, TABLE, axis=0)],
)
def lfilter(b, a, x, axis=-1, *, out, d_out):
    back = np.flip(signal.lfilter([1.0], a, np.flip(d_out, axis), axis), axis)
    d_x = np.flip(signal.lfilter(b, a, np.flip(d_out, axis), axis), axis)
    return runtime_filters.lagged(back, x, b, axis), -runtime_filters.lagged(back, out, a, axis), d_x


@pushforward(signal.lfilter)
def lfilter_dot(b, a, x, axis=-1, *, out, b_dot, a_dot, x_dot):
    moved = np.zeros_like(out) if x_dot is None else signal.lfilter(b, [1.0], x_dot, axis)
    left = moved if b_dot is None else moved + signal.lfilter(b_dot, [1.0], x, axis)
    rest = left if a_dot is None else left - signal.lfilter(a_dot, [1.0], out, axis)
    return signal.lfilter([1.0], a, rest, axis)


def _taps(call: Call) -> Kind:
    return Array("float64", "?")


@pullback(
    runtime_filters.lagged,
    kind=_taps,
    at=[(LONG, LONG**2, ROW), (TABLE, TABLE**2, ROW[:2], 0)],
    multilinear_in=("v", "x"),
)
def lagged(v, x, taps, axis=-1, *, d_out):
    ahead = np.flip(signal.lfilter(d_out, [1.0], np.flip(v, axis), axis), axis)
    return signal.lfilter(d_out, [1.0], x, axis), ahead
