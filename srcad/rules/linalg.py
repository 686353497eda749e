# mypy: allow-untyped-defs, allow-untyped-calls
"""Determinants, inverses, solutions and norms of matrices, batched (factorisations are in `factorizations.py`)."""

from __future__ import annotations

import numpy as np

from srcad import runtime, runtime_linalg
from srcad.core.kinds import NUMBER, UNKNOWN, Array, Kind, List, Tuple, holds_complex
from srcad.rules import shapes
from srcad.rules.asks import has_ndim, is_complex, refuse
from srcad.rules.factorizations import SQUARE, SQUARES
from srcad.rules.operators import ROW, STACK, TABLE
from srcad.rules.registry import Call, call, pullback, pushforward

FOUR = np.array([[1.3, 0.2, -0.5, 0.4], [0.6, 1.1, 0.3, -0.2], [-0.7, 0.1, 1.7, 0.5], [0.2, 0.8, -0.3, 1.9]])


@pullback(np.linalg.det, at=[(SQUARE,), (SQUARES,)])
def det(a, *, out, d_out):
    if has_ndim(a) and np.ndim(a) == 2:
        return d_out * out * np.linalg.inv(a).T
    return np.expand_dims(d_out * out, (-2, -1)) * np.matrix_transpose(np.linalg.inv(a))


@pushforward(np.linalg.det)
def det_dot(a, *, out, a_dot):
    return out * np.sum(np.matrix_transpose(np.linalg.inv(a)) * a_dot, (-2, -1))


@pullback(np.linalg.slogdet, at=[(SQUARE,), (SQUARES,), (-SQUARE,)])
def slogdet(a, *, out, d_out):
    if is_complex(a):
        share = d_out[1] + 1j * np.imag(d_out[0] * out[0])
        return np.expand_dims(share, (-2, -1)) * np.matrix_transpose(np.linalg.inv(a))
    if has_ndim(a) and np.ndim(a) == 2:
        return d_out[1] * np.linalg.inv(a).T
    return np.expand_dims(d_out[1], (-2, -1)) * np.matrix_transpose(np.linalg.inv(a))


@pushforward(np.linalg.slogdet)
def slogdet_dot(a, *, out, a_dot):
    if is_complex(a):
        growth = np.sum(np.matrix_transpose(np.linalg.inv(a)) * a_dot, (-2, -1))
        return 1j * np.imag(growth) * out[0], np.real(growth)
    if has_ndim(a) and np.ndim(a) == 2:
        return 0.0, np.sum(np.linalg.inv(a).T * a_dot)
    return np.zeros_like(out[0]), np.sum(np.matrix_transpose(np.linalg.inv(a)) * a_dot, (-2, -1))


@pullback(np.linalg.inv, kind=shapes.same, at=[(SQUARE,), (SQUARES,)])
def inv(a, *, out, d_out):
    return -np.matrix_transpose(out) @ d_out @ np.matrix_transpose(out)


@pushforward(np.linalg.inv)
def inv_dot(a, *, out, a_dot):
    return -out @ a_dot @ out


@pullback(np.linalg.pinv, at=[(SQUARE,), (TABLE,), (TABLE.T,), (STACK,)])
def pinv(a, *, out, d_out):
    turned = np.matrix_transpose(out)
    d_turned = np.matrix_transpose(d_out)
    if is_complex(a):
        other = np.conjugate(turned)
        rows = (d_turned - a @ out @ d_turned) @ out @ other
        columns = other @ out @ (d_turned - d_turned @ out @ a)
        return np.conjugate(rows + columns) - turned @ d_out @ turned
    rows = (d_turned - a @ out @ d_turned) @ out @ turned
    columns = turned @ out @ (d_turned - d_turned @ out @ a)
    return rows + columns - turned @ d_out @ turned


@pushforward(np.linalg.pinv)
def pinv_dot(a, *, out, a_dot):
    turned = np.matrix_transpose(np.conjugate(out) if is_complex(a) else out)
    turned_dot = np.matrix_transpose(np.conjugate(a_dot) if is_complex(a) else a_dot)
    rows = out @ turned @ (turned_dot - turned_dot @ a @ out)
    columns = (turned_dot - out @ a @ turned_dot) @ turned @ out
    return rows + columns - out @ a_dot @ out


@pullback(
    np.linalg.solve,
    at=[(SQUARE, ROW), (SQUARE, TABLE.T), (SQUARES, TABLE.T), (SQUARE, STACK.transpose(0, 2, 1)), (SQUARES, ROW)],
)
def solve(a, b, *, out, d_out):
    if not has_ndim(b):
        return refuse("np.linalg.solve with a right side of unknown dimensions has no rule", "make its kind known")
    if np.ndim(b) == 1:
        d_b = np.linalg.solve(np.matrix_transpose(a), d_out[..., None])[..., 0]
        return runtime.unbroadcast(-d_b[..., :, None] * out[..., None, :], a), runtime.unbroadcast(d_b, b)
    d_b = np.linalg.solve(np.matrix_transpose(a), d_out)
    return runtime.unbroadcast(-d_b @ np.matrix_transpose(out), a), runtime.unbroadcast(d_b, b)


@pushforward(np.linalg.solve)
def solve_dot(a, b, *, out, a_dot, b_dot):
    if not has_ndim(b):
        return refuse("np.linalg.solve with a right side of unknown dimensions has no rule", "make its kind known")
    if a_dot is None:
        return np.linalg.solve(a, b_dot)
    if np.ndim(b) == 1 and not (has_ndim(a) and np.ndim(a) == 2):
        moved = (a_dot @ out[..., None])[..., 0]
        rest = -moved if b_dot is None else b_dot - moved
        return np.linalg.solve(a, rest[..., None])[..., 0]
    rest = -(a_dot @ out) if b_dot is None else b_dot - a_dot @ out
    return np.linalg.solve(a, rest)


@pullback(np.linalg.matrix_power, at=[(SQUARE, 0), (SQUARE, 1), (SQUARE, 3), (SQUARES, 2), (SQUARE, -2)])
def matrix_power(a, n, *, d_out):
    if n >= 0:
        return runtime_linalg.matrix_power_adjoint(d_out, a, n)
    inverse = np.matrix_transpose(np.linalg.inv(a))
    return -inverse @ runtime_linalg.matrix_power_adjoint(d_out, np.linalg.inv(a), -n) @ inverse


@pushforward(np.linalg.matrix_power)
def matrix_power_dot(a, n, *, a_dot):
    if n >= 0:
        return runtime_linalg.matrix_power_adjoint(a_dot, np.matrix_transpose(a), n)
    inverse = np.linalg.inv(a)
    inverse_dot = -inverse @ a_dot @ inverse
    return runtime_linalg.matrix_power_adjoint(inverse_dot, np.matrix_transpose(inverse), -n)


def _some_array(call: Call) -> Kind:
    arrays = [x for x in map(shapes.as_array, call.args) if isinstance(x, Array)]
    dtypes = [x.dtype for x in arrays if np.dtype(x.dtype).kind in "fc"]
    return Array(str(np.result_type(*dtypes)), None) if dtypes else UNKNOWN


def _multiplied(call: Call) -> Kind:
    """A number or an array of numbers; of complex ones it must be known which."""
    given = shapes.first(call)
    if not holds_complex(given):
        return NUMBER
    items = given.items if isinstance(given, Tuple) else (given.item,) if isinstance(given, List) else ()
    arrays = [k for k in items if isinstance(k, Array) and k.dims is not None]
    if len(arrays) != len(items):
        return UNKNOWN
    left = sum(len(k.dims or "") - 1 for k in (arrays[0], arrays[-1]))
    return shapes.array_or_scalar(str(np.result_type(*(k.dtype for k in arrays))), "?" * left)


@pullback(
    np.linalg.multi_dot,
    kind=_multiplied,
    at=[([TABLE, SQUARE, TABLE.T],), ((ROW, SQUARE, TABLE.T),), ([ROW, SQUARE, ROW],)],
)
def multi_dot(arrays, *, d_out):
    return runtime_linalg.multi_dot_adjoint(d_out, arrays)


@pushforward(np.linalg.multi_dot)
def multi_dot_dot(arrays, *, arrays_dot):
    return runtime_linalg.multi_dot_along(arrays_dot, arrays)


@pullback(
    np.linalg.tensorinv,
    kind=_some_array,
    at=[(FOUR.reshape(2, 2, 4), 2), (FOUR.reshape(4, 2, 2), 1), (FOUR.reshape(2, 2, 2, 2),)],
)
def tensorinv(a, ind=2, *, out, d_out):
    count = np.prod(np.shape(a)[:ind])
    inverse = np.reshape(out, (count, count)).T
    return np.reshape(-inverse @ np.reshape(d_out, (count, count)) @ inverse, np.shape(a))


@pushforward(np.linalg.tensorinv)
def tensorinv_dot(a, ind=2, *, out, a_dot):
    count = np.prod(np.shape(a)[:ind])
    inverse = np.reshape(out, (count, count))
    return np.reshape(-inverse @ np.reshape(a_dot, (count, count)) @ inverse, np.shape(out))


@pullback(
    np.linalg.tensorsolve,
    kind=_some_array,
    at=[(FOUR.reshape(2, 2, 4), FOUR[:2, :2]), (FOUR.reshape(4, 2, 2), FOUR[0])],
)
def tensorsolve(a, b, *, out, d_out):
    matrix = np.reshape(a, (np.size(b), np.size(b)))
    d_b = np.linalg.solve(matrix.T, np.ravel(d_out))
    return np.reshape(-np.outer(d_b, np.ravel(out)), np.shape(a)), np.reshape(d_b, np.shape(b))


@pushforward(np.linalg.tensorsolve)
def tensorsolve_dot(a, b, *, out, a_dot, b_dot):
    if a_dot is None:
        return np.linalg.tensorsolve(a, b_dot)
    moved = np.tensordot(a_dot, out, np.ndim(out))
    rest = -moved if b_dot is None else b_dot - moved
    return np.linalg.tensorsolve(a, rest)


@pullback(np.linalg.cond, at=[(SQUARE,), (SQUARES,), (SQUARE, 2), (TABLE,), (SQUARE, -2)])
def cond(x, p=None, *, out, d_out):
    if p is not None and p != 2 and p != -2:
        return refuse("np.linalg.cond with this norm has no rule", "multiply the norms of x and of its inverse")
    parts = np.linalg.svd(np.conjugate(x) if is_complex(x) else x, full_matrices=False)
    slope = -d_out * out if p == -2 else d_out * out
    largest = slope / parts[1][..., 0]
    smallest = slope / parts[1][..., -1]
    d_s = np.stack((largest, -smallest), -1)
    return (parts[0][..., [0, -1]] * d_s[..., None, :]) @ parts[2][..., [0, -1], :]


@pushforward(np.linalg.cond)
def cond_dot(x, p=None, *, out, x_dot):
    if p is not None and p != 2 and p != -2:
        return refuse("np.linalg.cond with this norm has no rule", "multiply the norms of x and of its inverse")
    parts = np.linalg.svd(x, full_matrices=False)
    if is_complex(x):
        s_dot = np.sum(np.real(parts[0] * np.conjugate(x_dot @ np.conjugate(np.matrix_transpose(parts[2])))), -2)
    else:
        s_dot = np.sum(parts[0] * (x_dot @ np.matrix_transpose(parts[2])), -2)
    growth = s_dot / parts[1]
    if p == -2:
        return out * (growth[..., -1] - growth[..., 0])
    return out * (growth[..., 0] - growth[..., -1])


@pullback(
    np.linalg.norm,
    kind=shapes.reduced,
    at=[
        (ROW,),
        (TABLE,),
        (STACK,),
        (ROW, 2),
        (ROW, 1),
        (ROW, 3),
        (ROW, 0),
        (TABLE, None, 1),
        (TABLE, 2, 0),
        (TABLE, 1, 1),
        call(TABLE, axis=1, keepdims=True),
        call(TABLE, ord=3, axis=0, keepdims=True),
        call(STACK, axis=(0, 2)),
        call(STACK, "fro", (1, 2)),
        (TABLE, "fro"),
        (TABLE, "nuc"),
        (TABLE, 2),
        (TABLE, -2),
        (TABLE, 1),
        (TABLE, -1),
        call(STACK, ord=2, axis=(-2, -1)),
        call(STACK, ord="nuc", axis=(-2, -1), keepdims=True),
        call(STACK, ord=1, axis=(-2, -1)),
    ],
)
def norm(x, ord=None, axis=None, keepdims=False, *, out, d_out):
    if not has_ndim(x):
        return refuse("np.linalg.norm of an array of unknown dimensions has no rule", "make its kind known")
    share = d_out
    length = out
    if axis is not None and not keepdims:
        share = np.expand_dims(d_out, axis)
        length = np.expand_dims(out, axis)
    bar = np.conjugate(x) if is_complex(x) else x
    slope = bar / (np.abs(x) + (x == 0)) if is_complex(x) else np.sign(x)
    if ord is None or ord == "fro":
        return share / length * bar
    if isinstance(axis, int) or (axis is None and np.ndim(x) == 1):
        if ord == 2:
            return share / length * bar
        if ord == 1:
            return share * slope
        if ord == 0:
            return None
        if ord == np.inf or ord == -np.inf:
            reached = np.abs(x) == length
            return share * slope * reached / np.sum(reached, axis, keepdims=True)
        return share * slope * (np.abs(x) / length) ** (ord - 1)
    if axis is not None and axis != (-2, -1):
        return refuse("np.linalg.norm of matrices along these axes has no rule", "bring them last: axis=(-2, -1)")
    if axis is None:
        share = np.reshape(d_out, (1, 1))
    if ord == "nuc" or ord == 2 or ord == -2:
        parts = np.linalg.svd(bar, full_matrices=False)
        if ord == "nuc":
            return share * (parts[0] @ parts[2])
        if ord == 2:
            return share * (parts[0][..., :1] @ parts[2][..., :1, :])
        return share * (parts[0][..., -1:] @ parts[2][..., -1:, :])
    if ord == 1 or ord == -1:
        sums = np.sum(np.abs(x), -2, keepdims=True)
        reached = sums == (np.max(sums, -1, keepdims=True) if ord == 1 else np.min(sums, -1, keepdims=True))
        return share * slope * reached / np.sum(reached, -1, keepdims=True)
    sums = np.sum(np.abs(x), -1, keepdims=True)
    reached = sums == (np.max(sums, -2, keepdims=True) if ord == np.inf else np.min(sums, -2, keepdims=True))
    return share * slope * reached / np.sum(reached, -2, keepdims=True)


@pullback(
    np.linalg.vector_norm,
    kind=shapes.reduced,
    at=[(ROW,), (TABLE,), call(TABLE, axis=0), call(TABLE, axis=1, ord=3), call(TABLE, axis=1, keepdims=True)],
)
def vector_norm(x, axis=None, keepdims=False, ord=2, *, out, d_out):
    share = d_out
    length = out
    if axis is not None and not keepdims:
        share = np.expand_dims(d_out, axis)
        length = np.expand_dims(out, axis)
    bar = np.conjugate(x) if is_complex(x) else x
    slope = bar / (np.abs(x) + (x == 0)) if is_complex(x) else np.sign(x)
    if ord == 2:
        return share / length * bar
    if ord == 1:
        return share * slope
    if ord == 0:
        return None
    if ord == np.inf or ord == -np.inf:
        reached = np.abs(x) == length
        return share * slope * reached / np.sum(reached, axis, keepdims=True)
    return share * slope * (np.abs(x) / length) ** (ord - 1)


@pullback(np.linalg.matrix_norm, at=[(TABLE,), (STACK,), call(STACK, keepdims=True)])
def matrix_norm(x, keepdims=False, ord="fro", *, out, d_out):
    if ord != "fro":
        return refuse("np.linalg.matrix_norm of this order has no rule", "use np.linalg.norm(x, ord, axis=(-2, -1))")
    bar = np.conjugate(x) if is_complex(x) else x
    if keepdims:
        return d_out / out * bar
    return np.expand_dims(d_out / out, (-2, -1)) * bar


@pushforward(np.linalg.matrix_norm)
def matrix_norm_dot(x, keepdims=False, ord="fro", *, out, x_dot):
    if ord != "fro":
        return refuse("np.linalg.matrix_norm of this order has no rule", "use np.linalg.norm(x, ord, axis=(-2, -1))")
    bar = np.conjugate(x) if is_complex(x) else x
    if keepdims:
        return np.sum(bar * x_dot, (-2, -1), keepdims=True) / out
    return np.sum(bar * x_dot, (-2, -1)) / out
