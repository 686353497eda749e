# mypy: allow-untyped-defs, allow-untyped-calls
"""Fourier transforms: linear, so that a rule is the transpose.

The matrix of the discrete Fourier transform is symmetric: the transpose of `fft` is `fft`, with the same `norm`. A
transform of real values gives half a spectrum, and its transpose fills up the other half with zeros; one that gives
real values takes half a spectrum, whose frequencies stand for two where they are mirrored. `n` and `s` cut the operand
off or fill it up with zeros, and so does the transpose.
"""

from __future__ import annotations

import numpy as np

from srcad import runtime_fft
from srcad.core.kinds import NONE_KIND, Array, Kind
from srcad.rules import shapes
from srcad.rules.asks import is_complex, is_literal, refuse
from srcad.rules.kinding import by_example
from srcad.rules.operators import ROW, STACK, TABLE
from srcad.rules.registry import Call, call, linear, of_complex, pullback, pushforward

LONG = np.array([0.3, -0.8, 1.7, 0.6, 2.1])
ALONG = [(LONG,), (TABLE,), (TABLE, None, 0), (LONG, 7), (LONG, 4), call(TABLE, n=4, axis=0), call(LONG, norm="ortho")]
BOTH = [(TABLE,), call(TABLE, norm="forward"), (STACK, (2, 4)), call(STACK, axes=(0, 2)), (STACK, (3, 3), (1, 2))]
ALL = [(TABLE,), (STACK,), call(STACK, axes=(0, 2)), call(STACK, s=(3, 5), axes=(1, 2), norm="ortho")]


def _transformed(call: Call) -> Kind:
    """Complex, and of the shape of the operand where nothing asks for another."""
    made = by_example(call)
    x = shapes.as_array(shapes.first(call))
    given = shapes.operand(call, "n" if call.fn in (np.fft.fft, np.fft.ifft) else "s", 1)
    if isinstance(made, Array) and isinstance(x, Array) and (given is None or given[0] == NONE_KIND):
        return Array(made.dtype, x.dims)
    return made


@linear(np.fft.fft, kind=_transformed, at=ALONG)
def fft(a, n=None, axis=-1, norm=None, *, d_out):
    if n is None and is_literal(axis) and axis == -1 and norm is None:
        return np.fft.fft(d_out)
    if n is None:
        return np.fft.fft(d_out, None, axis, norm)
    return runtime_fft.fitted(np.fft.fft(d_out, None, axis, norm), a)


@linear(np.fft.ifft, kind=_transformed, at=ALONG)
def ifft(a, n=None, axis=-1, norm=None, *, d_out):
    if n is None and is_literal(axis) and axis == -1 and norm is None:
        return np.fft.ifft(d_out)
    if n is None:
        return np.fft.ifft(d_out, None, axis, norm)
    return runtime_fft.fitted(np.fft.ifft(d_out, None, axis, norm), a)


@linear(np.fft.rfft, at=[*ALONG, (LONG[:4],)])
def rfft(a, n=None, axis=-1, norm=None, *, d_out):
    if n is None:
        return np.fft.fft(d_out, np.shape(a)[axis], axis, norm)
    return runtime_fft.fitted(np.fft.fft(d_out, n, axis, norm), a)


@linear(np.fft.irfft, at=[*ALONG, (LONG[:4],), (LONG, 12)])
def irfft(a, n=None, axis=-1, norm=None, *, d_out):
    d_a = runtime_fft.halved(np.fft.ifft(d_out, None, axis, norm), a, axis)
    if is_complex(a):
        return d_a
    return np.real(d_a)


@linear(np.fft.hfft, at=[*ALONG, (LONG[:4],), (LONG, 12)])
def hfft(a, n=None, axis=-1, norm=None, *, d_out):
    d_a = runtime_fft.halved(np.fft.fft(d_out, None, axis, norm), a, axis)
    if is_complex(a):
        return d_a
    return np.real(d_a)


@linear(np.fft.ihfft, at=[*ALONG, (LONG[:4],)])
def ihfft(a, n=None, axis=-1, norm=None, *, d_out):
    if n is None:
        return np.fft.ifft(d_out, np.shape(a)[axis], axis, norm)
    return runtime_fft.fitted(np.fft.ifft(d_out, n, axis, norm), a)


@linear(np.fft.fft2, kind=_transformed, at=BOTH)
def fft2(a, s=None, axes=(-2, -1), norm=None, *, d_out):
    if s is None:
        return np.fft.fft2(d_out, None, axes, norm)
    return runtime_fft.fitted(np.fft.fft2(d_out, None, axes, norm), a)


@linear(np.fft.ifft2, kind=_transformed, at=BOTH)
def ifft2(a, s=None, axes=(-2, -1), norm=None, *, d_out):
    if s is None:
        return np.fft.ifft2(d_out, None, axes, norm)
    return runtime_fft.fitted(np.fft.ifft2(d_out, None, axes, norm), a)


@linear(np.fft.rfft2, at=BOTH)
def rfft2(a, s=None, axes=(-2, -1), norm=None, *, d_out):
    whole = runtime_fft.filled_up(d_out, np.shape(a)[axes[-1]] if s is None else s[-1], axes[-1])
    return runtime_fft.fitted(np.fft.fft2(whole, None, axes, norm), a)


@linear(np.fft.irfft2, at=BOTH)
def irfft2(a, s=None, axes=(-2, -1), norm=None, *, d_out):
    d_a = runtime_fft.halved(np.fft.ifft2(d_out, None, axes, norm), a, axes[-1])
    if is_complex(a):
        return d_a
    return np.real(d_a)


@linear(np.fft.fftn, kind=_transformed, at=ALL)
def fftn(a, s=None, axes=None, norm=None, *, d_out):
    if s is None and axes is None and norm is None:
        return np.fft.fftn(d_out)
    if s is None:
        return np.fft.fftn(d_out, None, axes, norm)
    if axes is None:
        return refuse("np.fft.fftn with s= and without axes= has no rule", "give the axes: axes=(0, 1)")
    return runtime_fft.fitted(np.fft.fftn(d_out, None, axes, norm), a)


@linear(np.fft.ifftn, kind=_transformed, at=ALL)
def ifftn(a, s=None, axes=None, norm=None, *, d_out):
    if s is None and axes is None and norm is None:
        return np.fft.ifftn(d_out)
    if s is None:
        return np.fft.ifftn(d_out, None, axes, norm)
    if axes is None:
        return refuse("np.fft.ifftn with s= and without axes= has no rule", "give the axes: axes=(0, 1)")
    return runtime_fft.fitted(np.fft.ifftn(d_out, None, axes, norm), a)


@linear(np.fft.rfftn, at=ALL)
def rfftn(a, s=None, axes=None, norm=None, *, d_out):
    if s is not None and axes is None:
        return refuse("np.fft.rfftn with s= and without axes= has no rule", "give the axes: axes=(0, 1)")
    last = -1 if axes is None else axes[-1]
    whole = runtime_fft.filled_up(d_out, np.shape(a)[last] if s is None else s[-1], last)
    return runtime_fft.fitted(np.fft.fftn(whole, None, axes, norm), a)


@linear(np.fft.irfftn, at=ALL)
def irfftn(a, s=None, axes=None, norm=None, *, d_out):
    if s is not None and axes is None:
        return refuse("np.fft.irfftn with s= and without axes= has no rule", "give the axes: axes=(0, 1)")
    d_a = runtime_fft.halved(np.fft.ifftn(d_out, None, axes, norm), a, -1 if axes is None else axes[-1])
    if is_complex(a):
        return d_a
    return np.real(d_a)


@linear(np.fft.fftshift, kind=shapes.same, at=[(LONG,), (TABLE,), (TABLE, 1), call(STACK, axes=(0, 2))])
def fftshift(x, axes=None, *, d_out):
    return np.fft.ifftshift(d_out, axes)


@linear(np.fft.ifftshift, kind=shapes.same, at=[(LONG,), (TABLE,), (TABLE, 1), call(STACK, axes=(0, 2))])
def ifftshift(x, axes=None, *, d_out):
    return np.fft.fftshift(d_out, axes)


@pullback(np.fft.fftfreq, np.fft.rfftfreq, at=[(4, 0.7), call(5, d=0.3)])
def frequencies(n, d=1.0, *, out, d_out):
    return None, -np.sum(d_out * out) / d


@pushforward(np.fft.fftfreq, np.fft.rfftfreq)
def frequencies_dot(n, d=1.0, *, out, d_dot):
    return -d_dot / d * out


# what generated code calls, differentiated again


@linear(runtime_fft.fitted, at=[(LONG, ROW), (ROW, LONG), (TABLE, STACK[0, :, :2])])
def fitted(d, x, *, d_out):
    return runtime_fft.fitted(d_out, d)


@linear(runtime_fft.filled_up, at=[(LONG, 7), (TABLE, 4, 0)])
def filled_up(d, n, axis=-1, *, d_out):
    return runtime_fft.fitted(d_out, d)


@linear(runtime_fft.halved, at=[(LONG, ROW), (LONG, LONG), (TABLE, TABLE, 0)])
def halved(d, x, axis=-1, *, d_out):
    return runtime_fft.halved(runtime_fft.fitted(d_out, d), d, axis)


of_complex(np.fft.fft, np.fft.ifft, np.fft.rfft, np.fft.irfft, np.fft.hfft, np.fft.ihfft)
of_complex(np.fft.fft2, np.fft.ifft2, np.fft.rfft2, np.fft.irfft2)
of_complex(np.fft.fftn, np.fft.ifftn, np.fft.rfftn, np.fft.irfftn, np.fft.fftshift, np.fft.ifftshift)
of_complex(runtime_fft.fitted, runtime_fft.filled_up, runtime_fft.halved)
