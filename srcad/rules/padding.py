# mypy: allow-untyped-defs, allow-untyped-calls
"""`np.pad` in every mode but "empty" and functions of the user's.

Edges are repeated by numbers of elements (`runtime_arrays.places`); constants and what is computed of the elements are
for the helpers of `runtime_padding.py`. Several elements that are the maximum share its cotangent.
"""

from __future__ import annotations

import numpy as np

from srcad import runtime, runtime_arrays, runtime_padding
from srcad.core.kinds import UNKNOWN, Array, Kind
from srcad.rules.asks import is_complex, is_scalar, refuse
from srcad.rules.operators import ROW, TABLE
from srcad.rules.registry import Call, call, linear, pullback, pushforward


def _grown(call: Call) -> Kind:
    x = call.args[1]
    return Array(x.dtype, None if x.dims is None else "?" * len(x.dims)) if isinstance(x, Array) else UNKNOWN


WIDTHS = ((1, 2), (0, 1))
CORNERED = np.array([[0.5, -1.5], [2.0, 0.7]])


@pullback(
    np.pad,
    at=[
        (ROW, 2),
        (TABLE, 1),
        (TABLE, WIDTHS),
        (TABLE, (1, 0), "edge"),
        (TABLE, 1, "reflect"),
        (TABLE, 2, "symmetric"),
        (TABLE, ((1, 0), (2, 1)), "wrap"),
        call(ROW, (1, 2), mode="constant", constant_values=3),
        call(ROW, 1, constant_values=0.5),
        call(TABLE, WIDTHS, constant_values=CORNERED),
        call(TABLE, 2, constant_values=(0.5, -0.5)),
        (TABLE, WIDTHS, "mean"),
        (TABLE, 2, "maximum"),
        (TABLE, 2, "minimum"),
        (TABLE, ((0, 2), (1, 1)), "median"),
        call(TABLE, WIDTHS, "mean", stat_length=2),
        call(ROW, 2, "maximum", stat_length=(1, 2)),
        (TABLE, 2, "linear_ramp"),
        call(TABLE, WIDTHS, "linear_ramp", end_values=0.7),
        call(TABLE, WIDTHS, mode="linear_ramp", end_values=CORNERED),
    ],
)
def pad(array, pad_width, mode="constant", constant_values=0, end_values=0, stat_length=None, *, d_out):
    if is_complex(constant_values) or is_complex(end_values):
        return refuse("np.pad with complex values has no rule", "pad real and imaginary parts, or use np.concatenate")
    if mode == "constant":
        inside = np.pad(np.ones(np.shape(array), dtype=bool), pad_width)
        d_array = np.reshape(d_out[inside], np.shape(array))
        if is_scalar(constant_values):
            return d_array, None, None, np.sum(d_out[~inside])
        ends = runtime_padding.pad_ends(d_out, array, pad_width, mode)
        return d_array, None, None, runtime.unbroadcast(ends, np.asarray(constant_values))
    if mode == "linear_ramp":
        ends = runtime_padding.pad_ends(d_out, array, pad_width, mode)
        d_ends = np.sum(ends) if is_scalar(end_values) else runtime.unbroadcast(ends, np.asarray(end_values))
        return runtime_padding.pad_adjoint(d_out, array, pad_width, mode), None, None, None, d_ends
    if mode == "mean" or mode == "maximum" or mode == "minimum" or mode == "median":
        return runtime_padding.pad_adjoint(d_out, array, pad_width, mode, stat_length)
    if mode != "edge" and mode != "reflect" and mode != "symmetric" and mode != "wrap":
        return refuse("np.pad with this mode has no rule", 'use a mode that says what is padded, such as "edge"')
    return runtime_arrays.add_at(d_out, np.pad(runtime_arrays.places(array), pad_width, mode), array)


@pushforward(np.pad)
def pad_dot(
    array,
    pad_width,
    mode="constant",
    constant_values=0,
    end_values=0,
    stat_length=None,
    *,
    array_dot,
    constant_values_dot,
    end_values_dot,
):
    if is_complex(constant_values) or is_complex(end_values):
        return refuse("np.pad with complex values has no rule", "pad real and imaginary parts, or use np.concatenate")
    moved = np.zeros_like(array) if array_dot is None else array_dot
    if mode == "constant" and constant_values_dot is None:
        return np.pad(moved, pad_width)
    if mode == "constant":
        return np.pad(moved, pad_width, constant_values=constant_values_dot)
    if mode == "linear_ramp" and end_values_dot is None:
        return np.pad(moved, pad_width, mode)
    if mode == "linear_ramp":
        return np.pad(moved, pad_width, mode, end_values=end_values_dot)
    if mode == "mean" and stat_length is None:
        return np.pad(moved, pad_width, mode)
    if mode == "mean" or mode == "maximum" or mode == "minimum" or mode == "median":
        return runtime_padding.pad_along(moved, array, pad_width, mode, stat_length)
    if mode != "edge" and mode != "reflect" and mode != "symmetric" and mode != "wrap":
        return refuse("np.pad with this mode has no rule", 'use a mode that says what is padded, such as "edge"')
    return np.pad(moved, pad_width, mode)


# the helpers, so that generated code can be differentiated again

LARGE = np.pad(TABLE, WIDTHS, "mean") * TABLE[0, 0] + 1


@linear(
    runtime_padding.pad_adjoint,
    kind=lambda call: call.args[1],
    at=[(LARGE, TABLE, WIDTHS, "maximum"), (LARGE, TABLE, WIDTHS, "linear_ramp"), (LARGE, TABLE, WIDTHS, "mean", 2)],
)
def pad_adjoint(d, x, pad_width, mode, stat_length=None, *, d_out):
    return runtime_padding.pad_along(d_out, x, pad_width, mode, stat_length)


@linear(
    runtime_padding.pad_along,
    kind=_grown,
    at=[(TABLE, TABLE * 2, WIDTHS, "median"), (TABLE, TABLE, 2, "linear_ramp"), (TABLE, TABLE, WIDTHS, "mean", 2)],
)
def pad_along(v, x, pad_width, mode, stat_length=None, *, d_out):
    return runtime_padding.pad_adjoint(d_out, x, pad_width, mode, stat_length)


@linear(
    runtime_padding.pad_ends,
    kind=lambda call: Array("float64", "?n"),
    at=[(LARGE, TABLE, WIDTHS, "linear_ramp"), (LARGE, TABLE, WIDTHS, "constant")],
)
def pad_ends(d, x, pad_width, mode, *, d_out):
    return runtime_padding.pad_from_ends(d_out, x, pad_width, mode)


@linear(
    runtime_padding.pad_from_ends,
    kind=lambda call: call.args[1],
    at=[(CORNERED, TABLE, WIDTHS, "linear_ramp"), (CORNERED, TABLE, WIDTHS, "constant")],
)
def pad_from_ends(ends, x, pad_width, mode, *, d_out):
    return runtime.unbroadcast(runtime_padding.pad_ends(d_out, x, pad_width, mode), ends)
