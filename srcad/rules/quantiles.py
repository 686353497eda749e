# mypy: allow-untyped-defs, allow-untyped-calls
"""Quantiles and the median, and the helpers of their derivatives.

The order of the elements has no derivative. Given the order, a quantile is linear in the elements; between two of them
it is linear in `q`.
"""

from __future__ import annotations

import numpy as np

from srcad import runtime_quantiles
from srcad.core.kinds import FLOAT, Array, Kind, is_number, widen
from srcad.rules import shapes
from srcad.rules.asks import refuse
from srcad.rules.operators import ROW, STACK, TABLE
from srcad.rules.reductions import ALONG
from srcad.rules.registry import Call, KindRule, call, linear, pullback, pushforward
from srcad.rules.scans import HOLED

QUARTERS = np.array([0.27, 0.65])
QUANTILES = [(ROW, 0.3), (TABLE, 0.4, 1), (STACK, 0.7, (0, 2)), (TABLE, QUARTERS, 0), (TABLE, QUARTERS)]

METHODS = [
    call(ROW, 0.43, method="hazen"),
    call(TABLE, QUARTERS, 1, method="weibull"),
    call(TABLE, 0.43, method="median_unbiased"),
    call(TABLE, 0.43, 0, method="normal_unbiased"),
    call(ROW, 0.43, method="interpolated_inverted_cdf"),
    call(TABLE, 0.02, method="hazen"),
    call(ROW, 0.43, method="lower"),
    call(TABLE, QUARTERS, 1, method="higher"),
    call(ROW, 0.43, method="midpoint"),
    call(ROW, 0.43, method="nearest"),
    call(ROW, 0.43, method="averaged_inverted_cdf"),
]


def _like(position: int) -> KindRule:
    def kind(call: Call) -> Kind:
        like = call.args[position]
        if isinstance(like, Array):
            return Array("float64", like.dims)
        return FLOAT if is_number(like) else widen(like)

    return kind


@pullback(np.median, kind=shapes.reduced, at=[*ALONG[:4], *ALONG[5:7], (np.array([3.0, 1.0, 2.0, 0.4]),)])
def median(a, axis=None, keepdims=False, *, d_out):
    return runtime_quantiles.quantile_adjoint(d_out, a, 0.5, axis)


@pushforward(np.median)
def median_dot(a, axis=None, keepdims=False, *, out, a_dot):
    return runtime_quantiles.quantile_of(a_dot, a, out, 0.5, axis)


@pullback(
    np.quantile,
    at=[*QUANTILES, call(ROW, 0.3, keepdims=True), call(TABLE, QUARTERS, 1, keepdims=True), *METHODS],
)
def quantile(a, q, axis=None, method="linear", keepdims=False, *, d_out):
    if method == "linear":
        slope = runtime_quantiles.quantile_of(a, a, d_out, q, axis, 1)
        d_a = runtime_quantiles.quantile_adjoint(d_out, a, q, axis)
    else:
        slope = runtime_quantiles.quantile_of(a, a, d_out, q, axis, 1, method=method)
        d_a = runtime_quantiles.quantile_adjoint(d_out, a, q, axis, method=method)
    return d_a, runtime_quantiles.quantile_sum(d_out * slope, q)


@pushforward(np.quantile)
def quantile_dot(a, q, axis=None, method="linear", keepdims=False, *, out, a_dot, q_dot):
    if a_dot is None:
        by_a = 0.0
    elif method == "linear":
        by_a = runtime_quantiles.quantile_of(a_dot, a, out, q, axis)
    else:
        by_a = runtime_quantiles.quantile_of(a_dot, a, out, q, axis, method=method)
    if q_dot is None:
        return by_a
    spread = runtime_quantiles.quantile_spread(q_dot, q, out)
    if method == "linear":
        by_q = spread * runtime_quantiles.quantile_of(a, a, out, q, axis, 1)
    else:
        by_q = spread * runtime_quantiles.quantile_of(a, a, out, q, axis, 1, method=method)
    return by_q if a_dot is None else by_a + by_q


@pullback(
    np.percentile,
    at=[
        (ROW, 30.0),
        (TABLE, 40.0, 1),
        (TABLE, 100 * QUARTERS, 0),
        call(ROW, 30.0, keepdims=True),
        call(TABLE, 43.0, 1, method="hazen"),
        call(ROW, [20, 60]),
    ],
)
def percentile(a, q, axis=None, method="linear", keepdims=False, *, d_out):
    share = np.asarray(q) / 100 if isinstance(q, (list, tuple)) else q / 100
    if method == "linear":
        slope = runtime_quantiles.quantile_of(a, a, d_out, share, axis, 1) / 100
        d_a = runtime_quantiles.quantile_adjoint(d_out, a, share, axis)
    else:
        slope = runtime_quantiles.quantile_of(a, a, d_out, share, axis, 1, method=method) / 100
        d_a = runtime_quantiles.quantile_adjoint(d_out, a, share, axis, method=method)
    return d_a, runtime_quantiles.quantile_sum(d_out * slope, share)


@pushforward(np.percentile)
def percentile_dot(a, q, axis=None, method="linear", keepdims=False, *, out, a_dot, q_dot):
    share = np.asarray(q) / 100 if isinstance(q, (list, tuple)) else q / 100
    if a_dot is None:
        by_a = 0.0
    elif method == "linear":
        by_a = runtime_quantiles.quantile_of(a_dot, a, out, share, axis)
    else:
        by_a = runtime_quantiles.quantile_of(a_dot, a, out, share, axis, method=method)
    if q_dot is None:
        return by_a
    spread = runtime_quantiles.quantile_spread(q_dot, share, out)
    if method == "linear":
        by_q = spread * runtime_quantiles.quantile_of(a, a, out, share, axis, 1) / 100
    else:
        by_q = spread * runtime_quantiles.quantile_of(a, a, out, share, axis, 1, method=method) / 100
    return by_q if a_dot is None else by_a + by_q


@pullback(np.nanmedian, kind=shapes.reduced, at=[(HOLED,), (HOLED, 1), call(HOLED, axis=1, keepdims=True), (TABLE, 0)])
def nanmedian(a, axis=None, keepdims=False, *, d_out):
    return runtime_quantiles.quantile_adjoint(d_out, a, 0.5, axis, 0, True)


@pushforward(np.nanmedian)
def nanmedian_dot(a, axis=None, keepdims=False, *, out, a_dot):
    return runtime_quantiles.quantile_of(a_dot, a, out, 0.5, axis, 0, True)


@pullback(np.nanquantile, at=[(HOLED, 0.3), (HOLED, 0.4, 1), (HOLED, QUARTERS, 1), call(HOLED, 0.3, keepdims=True)])
def nanquantile(a, q, axis=None, method="linear", keepdims=False, *, d_out):
    if method != "linear":
        return refuse("np.nanquantile with this method has no rule", 'use method="linear"')
    slope = runtime_quantiles.quantile_of(a, a, d_out, q, axis, 1, True)
    return (
        runtime_quantiles.quantile_adjoint(d_out, a, q, axis, 0, True),
        runtime_quantiles.quantile_sum(d_out * slope, q),
    )


@pushforward(np.nanquantile)
def nanquantile_dot(a, q, axis=None, method="linear", keepdims=False, *, out, a_dot, q_dot):
    if method != "linear":
        return refuse("np.nanquantile with this method has no rule", 'use method="linear"')
    if q_dot is None:
        return runtime_quantiles.quantile_of(a_dot, a, out, q, axis, 0, True)
    spread = runtime_quantiles.quantile_spread(q_dot, q, out)
    by_q = spread * runtime_quantiles.quantile_of(a, a, out, q, axis, 1, True)
    if a_dot is None:
        return by_q
    return runtime_quantiles.quantile_of(a_dot, a, out, q, axis, 0, True) + by_q


@pullback(np.nanpercentile, at=[(HOLED, 30.0), (HOLED, 40.0, 1), (HOLED, 100 * QUARTERS, 1)])
def nanpercentile(a, q, axis=None, method="linear", keepdims=False, *, d_out):
    if method != "linear":
        return refuse("np.nanpercentile with this method has no rule", 'use method="linear"')
    slope = runtime_quantiles.quantile_of(a, a, d_out, q / 100, axis, 1, True) / 100
    return (
        runtime_quantiles.quantile_adjoint(d_out, a, q / 100, axis, 0, True),
        runtime_quantiles.quantile_sum(d_out * slope, q),
    )


@pushforward(np.nanpercentile)
def nanpercentile_dot(a, q, axis=None, method="linear", keepdims=False, *, out, a_dot, q_dot):
    if method != "linear":
        return refuse("np.nanpercentile with this method has no rule", 'use method="linear"')
    if q_dot is None:
        return runtime_quantiles.quantile_of(a_dot, a, out, q / 100, axis, 0, True)
    spread = runtime_quantiles.quantile_spread(q_dot, q, out)
    by_q = spread * runtime_quantiles.quantile_of(a, a, out, q / 100, axis, 1, True) / 100
    if a_dot is None:
        return by_q
    return runtime_quantiles.quantile_of(a_dot, a, out, q / 100, axis, 0, True) + by_q


# the helpers, so that generated code can be differentiated again


@pullback(
    runtime_quantiles.quantile_of,
    kind=_like(2),
    at=[
        (ROW * 2, ROW, 0.1, 0.3),
        (ROW * 2, ROW, 0.1, 0.3, None, 1),
        (STACK * STACK, STACK, np.zeros(2), 0.7, (0, 2)),
        (TABLE * TABLE, TABLE, np.zeros((2, 1, 3)), QUARTERS, 0),
        (TABLE * TABLE, TABLE, np.zeros((2, 3)), QUARTERS, 0, 1),
        (TABLE * TABLE, HOLED, np.zeros((2, 2)), QUARTERS, 1, 0, True),
        (TABLE * TABLE, TABLE, 0.1, 0.5, None, 0, False, "weibull"),
    ],
)
def quantile_of(v, x, like, q, axis=None, n=0, holes=False, method="linear", *, d_out):
    slope = runtime_quantiles.quantile_of(v, x, d_out, q, axis, n + 1, holes, method)
    return (
        runtime_quantiles.quantile_adjoint(d_out, x, q, axis, n, holes, method),
        None,
        None,
        runtime_quantiles.quantile_sum(d_out * slope, q),
    )


@pushforward(runtime_quantiles.quantile_of)
def quantile_of_dot(v, x, like, q, axis=None, n=0, holes=False, method="linear", *, out, v_dot, q_dot):
    if q_dot is None and v_dot is None:
        return 0.0 * out
    if q_dot is None:
        return runtime_quantiles.quantile_of(v_dot, x, out, q, axis, n, holes, method)
    spread = runtime_quantiles.quantile_spread(q_dot, q, out)
    by_q = spread * runtime_quantiles.quantile_of(v, x, out, q, axis, n + 1, holes, method)
    if v_dot is None:
        return by_q
    return runtime_quantiles.quantile_of(v_dot, x, out, q, axis, n, holes, method) + by_q


@pullback(
    runtime_quantiles.quantile_adjoint,
    kind=_like(1),
    at=[
        (1.3, ROW, 0.3),
        (1.3, ROW, 0.3, None, 1),
        (np.array([0.7, 1.6]), STACK, 0.7, (0, 2)),
        (TABLE, TABLE * 2, QUARTERS, 0),
        (TABLE[:, None], TABLE, QUARTERS, 0),
        (TABLE[:, :2], HOLED, QUARTERS, 1, 0, True),
        (1.3, TABLE, 0.5, None, 0, False, "weibull"),
    ],
)
def quantile_adjoint(d, x, q, axis=None, n=0, holes=False, method="linear", *, d_out):
    slope = runtime_quantiles.quantile_of(d_out, x, d, q, axis, n + 1, holes, method)
    return (
        runtime_quantiles.quantile_of(d_out, x, d, q, axis, n, holes, method),
        None,
        runtime_quantiles.quantile_sum(d * slope, q),
    )


@pushforward(runtime_quantiles.quantile_adjoint)
def quantile_adjoint_dot(d, x, q, axis=None, n=0, holes=False, method="linear", *, out, d_dot, q_dot):
    if q_dot is None and d_dot is None:
        return np.zeros_like(out)
    if q_dot is None:
        return runtime_quantiles.quantile_adjoint(d_dot, x, q, axis, n, holes, method)
    spread = d * runtime_quantiles.quantile_spread(q_dot, q, d)
    by_q = runtime_quantiles.quantile_adjoint(spread, x, q, axis, n + 1, holes, method)
    if d_dot is None:
        return by_q
    return runtime_quantiles.quantile_adjoint(d_dot, x, q, axis, n, holes, method) + by_q


@linear(
    runtime_quantiles.quantile_sum, kind=_like(1), at=[(TABLE, QUARTERS), (ROW, 0.3), (2.0, 0.3), (ROW[:2], QUARTERS)]
)
def quantile_sum(d, q, *, d_out):
    return runtime_quantiles.quantile_spread(d_out, q, d)


@linear(
    runtime_quantiles.quantile_spread, kind=_like(2), at=[(QUARTERS, QUARTERS, TABLE), (0.3, 0.3, ROW), (0.3, 0.3, 0.1)]
)
def quantile_spread(d, q, like, *, d_out):
    return runtime_quantiles.quantile_sum(d_out, q)
