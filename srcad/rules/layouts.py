"""Kind rules of functions that make arrays or change their shape.

A dimension whose size is a literal has the letter "1" or "n"; one that is computed has "?".
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from srcad.core.kinds import (
    BOOL,
    BOTTOM,
    FLOAT,
    INT,
    NUMBER,
    UNKNOWN,
    Array,
    Const,
    Kind,
    List,
    Object,
    Tuple,
    TupleOf,
    broadcast_dims,
    is_integral,
    is_number,
    is_plural,
    join_all,
    widen,
)
from srcad.core.nodes import Expr
from srcad.rules.known import OPEN
from srcad.rules.registry import Call
from srcad.rules.shapes import (
    array_or_scalar,
    as_array,
    broadcast,
    dtype_of,
    first,
    known,
    operand,
    raveled_dims,
    scalar_dtype,
)

# ---------------------------------------------------------------- shapes and types given as arguments


def letter(size: Any) -> str:
    if size is OPEN or not isinstance(size, (int, np.integer)) or size < 0:
        return "?"
    return "1" if size == 1 else "n"


def dims_of_shape(given: tuple[Kind, Expr | None] | None, value: Any) -> str | None:
    """The dimensions that a shape argument asks for."""
    if value is not OPEN and value is not None:
        return "".join(map(letter, value)) if isinstance(value, (tuple, list)) else letter(value)
    if given is None:
        return None
    kind, _ = given
    match kind:
        case Tuple(items=items):
            return "".join(letter(k.value) if isinstance(k, Const) else "?" for k in items)
        case Array(dims=str(dims)) if len(dims) == 0:
            return "?"
        case _ if is_integral(kind):
            return "?"
        case _:
            return None


def _shape_dims(call: Call, position: int = 0) -> str | None:
    return dims_of_shape(operand(call, "shape", position), known(call, "shape", position))


def _dtype(call: Call, default: str | None, position: int = -1) -> str | None:
    """The dtype asked for; None where it is not known."""
    given = known(call, "dtype", position)
    if given is OPEN:
        return None
    if given is None:
        return default
    try:
        return str(np.dtype(given))
    except TypeError:
        return None


def _array_operand(call: Call) -> Array | None:
    kind = as_array(first(call))
    if kind is NUMBER:
        return Array("float64", None)
    return kind if isinstance(kind, Array) else None


def _unless(call: Call) -> Kind:
    return BOTTOM if first(call) is BOTTOM else UNKNOWN


# ---------------------------------------------------------------- made from nothing


def filled(call: Call) -> Kind:
    """`np.zeros(shape, dtype)`, `np.ones`, `np.empty`."""
    dtype = _dtype(call, "float64", 1)
    return UNKNOWN if dtype is None else Array(dtype, _shape_dims(call))


def filled_with(call: Call) -> Kind:
    """`np.full(shape, fill_value, dtype)`."""
    value = operand(call, "fill_value", 1)
    kind = UNKNOWN if value is None else as_array(value[0])
    dtype = _dtype(call, kind.dtype if isinstance(kind, Array) else "float64" if kind is NUMBER else None, 2)
    return UNKNOWN if dtype is None else Array(dtype, _shape_dims(call))


def like(call: Call) -> Kind:
    """`np.zeros_like(a, dtype)`, `np.full_like(a, value, dtype)`, and the others."""
    x = _array_operand(call)
    if x is None:
        return _unless(call)
    dtype = _dtype(call, x.dtype)
    if dtype is None:
        return UNKNOWN
    given = operand(call, "shape")
    return Array(dtype, x.dims if given is None else _shape_dims(call, -1))


def counted(call: Call) -> Kind:
    """`np.arange(...)`."""
    numbers = [k for k in (*call.args[:3], *(k for key, k in call.kwargs if key in ("start", "stop", "step")))]
    if not all(is_number(k) for k in numbers):
        return Array("float64", "?") if all(is_number(k) or k is NUMBER for k in numbers) else UNKNOWN
    types = [scalar_dtype(k) for k in numbers]
    inexact = "float64" in types or "complex128" in types
    dtype = _dtype(call, str(np.result_type(*types)) if inexact else "int64", 3)
    return UNKNOWN if dtype is None else Array(dtype, "?")


def spaced(call: Call) -> Kind:
    """`np.linspace(start, stop, num)`."""
    ends = [as_array(k) for k in call.args[:2]]
    types = ["float64", *(k.dtype for k in ends if isinstance(k, Array))]
    dtype = _dtype(call, str(np.result_type(*types)))
    if known(call, "retstep", default=False) is not False or dtype is None:
        return UNKNOWN
    if not all(isinstance(k, Array) and k.dims == "" for k in ends):
        dims = [k.dims if isinstance(k, Array) else None for k in ends]
        both = broadcast_dims(*dims)
        return Array(dtype, None if both is None else letter(known(call, "num", 2, default=50)) + both)
    return Array(dtype, letter(known(call, "num", 2, default=50)))


def squared(call: Call) -> Kind:
    """`np.eye(N, M)`, `np.identity(n)`."""
    dtype = _dtype(call, "float64")
    rows = letter(known(call, "N", 0))
    columns = known(call, "M", 1)
    return UNKNOWN if dtype is None else Array(dtype, rows + (rows if columns is None else letter(columns)))


# ---------------------------------------------------------------- made from values


def made_array(call: Call) -> Kind:
    """`np.array(values, dtype)`."""
    x = as_array(first(call))
    if x is BOTTOM:
        return BOTTOM
    if x is NUMBER:
        x = Array("float64", None)
    dtype = _dtype(call, x.dtype if isinstance(x, Array) else None, 1)
    if not isinstance(x, Array) or dtype is None:
        return UNKNOWN
    least = known(call, "ndmin", default=0)
    if least is OPEN or (least and x.dims is None):
        return Array(dtype, None)
    return Array(dtype, x.dims if x.dims is None else "1" * (least - len(x.dims)) + x.dims)


def cast(call: Call) -> Kind:
    """`x.astype(dtype)`."""
    x = _array_operand(call)
    dtype = _dtype(call, None, 1)
    return UNKNOWN if x is None or dtype is None else Array(dtype, x.dims)


def listed(call: Call) -> Kind:
    """`x.tolist()`."""
    x = _array_operand(call)
    if x is None or x.dims is None:
        return UNKNOWN
    made = array_or_scalar(x.dtype, "")
    for _ in x.dims:
        made = List(made)
    return made


def taken_out(call: Call) -> Kind:
    """`x.item()`."""
    x = _array_operand(call)
    return UNKNOWN if x is None else array_or_scalar(x.dtype, "")


# ---------------------------------------------------------------- reshaped


def reshaped(call: Call) -> Kind:
    x = _array_operand(call)
    return _unless(call) if x is None else Array(x.dtype, _shape_dims(call, 1))


def broadcast_up(call: Call) -> Kind:
    x = _array_operand(call)
    return _unless(call) if x is None else Array(x.dtype, _shape_dims(call, 1))


def transposed(call: Call) -> Kind:
    x = _array_operand(call)
    if x is None:
        return _unless(call)
    axes = known(call, "axes", 1)
    if x.dims is None:
        return x
    if axes is None:
        return Array(x.dtype, x.dims[::-1])
    if axes is OPEN or len(axes) != len(x.dims):
        return Array(x.dtype, "?" * len(x.dims))
    return Array(x.dtype, "".join(x.dims[i] for i in axes))


def diagonal_of(call: Call) -> Kind:
    """`np.diag(v, k)`, `np.diagonal(a, offset)`."""
    x = _array_operand(call)
    if x is None:
        return _unless(call)
    if x.dims is not None and len(x.dims) > 2:
        return Array(x.dtype, "?" * (len(x.dims) - 1))
    if x.dims is None or len(x.dims) not in (1, 2):
        return Array(x.dtype, None)
    return Array(x.dtype, "??" if len(x.dims) == 1 else "?")


def unraveled(call: Call) -> Kind:
    """`np.unravel_index(indices, shape)`: a tuple with one index for each dimension."""
    if len(call.args) != 2 or not isinstance(call.args[1], Tuple):
        return UNKNOWN
    at = call.args[0]
    one = Array("int64", at.dims) if isinstance(at, Array) else INT if widen(at) is INT else UNKNOWN
    return Tuple(tuple(one for _ in call.args[1].items))


def squeezed(call: Call) -> Kind:
    x = _array_operand(call)
    if x is None:
        return _unless(call)
    axis = known(call, "axis", 1)
    if x.dims is None or axis is OPEN or (axis is None and not all(c == "1" or is_plural(c) for c in x.dims)):
        return Array(x.dtype, None)
    if axis is None:
        return Array(x.dtype, x.dims.replace("1", ""))
    gone = {i % len(x.dims) for i in (axis if isinstance(axis, tuple) else (axis,))}
    return Array(x.dtype, "".join(c for i, c in enumerate(x.dims) if i not in gone))


def expanded(call: Call) -> Kind:
    x = _array_operand(call)
    if x is None:
        return _unless(call)
    axis = known(call, "axis", 1)
    if x.dims is None:
        return x
    if axis is OPEN:
        given = operand(call, "axis", 1)
        single = given is not None and is_integral(given[0])
        return Array(x.dtype, "?" * (len(x.dims) + 1) if single else None)
    axes = axis if isinstance(axis, tuple) else (axis,)
    width = len(x.dims) + len(axes)
    new = {i % width for i in axes}
    old = iter(x.dims)
    return Array(x.dtype, "".join("1" if i in new else next(old) for i in range(width)))


# ---------------------------------------------------------------- joined


def _parts(kind: Kind) -> tuple[list[Array], bool] | None:
    """The arrays of a sequence, and whether there may be another number of them than are listed."""
    match kind:
        case List(item=item) | TupleOf(item=item):
            items: tuple[Kind, ...] = (item,)
        case Tuple(items=items):
            pass
        case Array(dtype=dtype, dims=str(dims)) if dims:
            items = (Array(dtype, dims[1:]),)
        case _:
            return None
    arrays = [as_array(k) for k in items]
    arrays = [Array("float64", None) if k is NUMBER else k for k in arrays]
    if not items or not all(isinstance(k, Array) for k in arrays):
        return None
    return [k for k in arrays if isinstance(k, Array)], not isinstance(kind, Tuple)


def _common(arrays: list[Array]) -> Array:
    made = arrays[0]
    for other in arrays[1:]:
        made = Array(str(np.promote_types(made.dtype, other.dtype)), _agreed(made.dims, other.dims))
    return made


def _agreed(a: str | None, b: str | None) -> str | None:
    """The dimensions of arrays whose sizes must agree: what is known of one is known of the other."""
    if a is None or b is None:
        return a or b
    if len(a) != len(b):
        return None
    return "".join(x if y == "?" else y for x, y in zip(a, b, strict=True))


def concatenated(call: Call) -> Kind:
    given = _parts(first(call))
    if given is None:
        return _unless(call)
    arrays, _ = given
    axis = known(call, "axis", 1, default=0)
    dtype = _dtype(call, _common(arrays).dtype)
    if dtype is None:
        return UNKNOWN
    if axis is None:
        total = [raveled_dims(a.dims) for a in arrays]
        return Array(dtype, total[0] if len(total) == 1 and given[1] is False else "?")
    dims = _common(arrays).dims
    if dims is None or any(a.dims is not None and len(a.dims) != len(dims) for a in arrays):
        return Array(dtype, None)
    if axis is OPEN:
        return Array(dtype, "?" * len(dims))
    at = axis % len(dims)
    return Array(dtype, dims[:at] + "?" + dims[at + 1 :])


def joined(call: Call) -> Kind:
    """`np.vstack`, `np.hstack`, `np.column_stack`."""
    given = _parts(first(call))
    if given is None:
        return _unless(call)
    ndims = {None if a.dims is None else len(a.dims) for a in given[0]}
    dtype = _common(given[0]).dtype
    if None in ndims or dtype is None:
        return Array(dtype, None)
    least = 1 if call.fn is np.hstack else 2
    return Array(dtype, "?" * max(least, *(n for n in ndims if n is not None), 0))


def stacked(call: Call) -> Kind:
    given = _parts(first(call))
    if given is None:
        return _unless(call)
    arrays, open_length = given
    made = _common(arrays)
    axis = known(call, "axis", 1, default=0)
    dtype = _dtype(call, made.dtype)
    if dtype is None or made.dims is None:
        return UNKNOWN if dtype is None else Array(dtype, None)
    if axis is OPEN:
        return Array(dtype, "?" * (len(made.dims) + 1))
    at = axis % (len(made.dims) + 1)
    return Array(dtype, made.dims[:at] + ("?" if open_length else letter(len(arrays))) + made.dims[at:])


# ---------------------------------------------------------------- what is asked of an array


def shape_of(call: Call) -> Kind:
    """`np.shape(x)`: a tuple of ints."""
    x = as_array(first(call))
    if isinstance(x, Array) and x.dims is not None:
        return Tuple((INT,) * len(x.dims))
    return TupleOf(INT)


def common_shape(call: Call) -> Kind:
    """`np.broadcast_shapes(*shapes)`: as long as the longest."""
    widths = [len(k.items) if isinstance(k, Tuple) else None for k in call.args]
    return TupleOf(INT) if None in widths or not widths else Tuple((INT,) * max(w for w in widths if w is not None))


def item_of(kind: Kind) -> Kind:
    """The kind of the items that a value gives when it is iterated over."""
    match kind:
        case List(item=item) | TupleOf(item=item):
            return item
        case Tuple(items=items):
            return join_all(items)
        case Array(dtype=dtype, dims=str(dims)) if dims:
            return array_or_scalar(dtype, dims[1:])
        case _:
            return UNKNOWN


def extreme_of(call: Call) -> Kind:
    """`max(a, b)` and `max(items)`: the two may differ in type, so they join."""
    return join_all(call.args) if len(call.args) > 1 else item_of(first(call))


def sorted_items(call: Call) -> Kind:
    return List(item_of(first(call)))


def rounded(call: Call) -> Kind:
    """`round(x)` is an int, `round(x, digits)` is of the type of x."""
    x = first(call)
    if isinstance(x, Array) or x in (NUMBER, UNKNOWN):
        return x
    digits = known(call, "ndigits", 1)
    return INT if digits is None or x in (INT, BOOL) else FLOAT


def total(call: Call) -> Kind:
    """`sum(items, start)`."""
    start = operand(call, "start", 1)
    item = item_of(first(call))
    if first(call) is BOTTOM or item is BOTTOM:
        return INT if start is None else start[0]
    if isinstance(first(call), Tuple):
        made: Kind = INT if start is None else widen(start[0])
        for part in first(call).items:  # type: ignore[attr-defined]
            made = broadcast(Call(operator.add, (made, widen(part))))
        return made
    once = broadcast(Call(operator.add, (widen(item), INT if start is None else widen(start[0]))))
    return once if once is INT or not is_number(once) else join_all((once, widen(item)))


def quotient_and_rest(call: Call) -> Kind:
    """`divmod(x, y)`."""
    return Tuple((broadcast(Call(operator.floordiv, call.args)), broadcast(Call(operator.mod, call.args))))


def type_of(call: Call) -> Kind:
    """`type(x)`, where the kind says which."""
    match first(call):
        case Object(cls=cls):
            return Const(cls)
        case Array():
            return Const(np.ndarray)
        case List():
            return Const(list)
        case _:
            return UNKNOWN


def running(call: Call) -> Kind:
    """`np.cumsum(a, axis)`."""
    x = _array_operand(call)
    if x is None:
        return _unless(call)
    dtype = dtype_of(call.fn, Array(x.dtype, "n"))
    axis = known(call, "axis", 1)
    given = known(call, "dtype", 2)
    if dtype is None or axis is OPEN or given is OPEN:
        return UNKNOWN
    dtype = dtype if given is None else str(np.dtype(given))
    return Array(dtype, raveled_dims(x.dims) if axis is None else x.dims)


def ordered(call: Call) -> Kind:
    """`np.sort(a, axis)`, `np.partition(a, kth, axis)`: the shape of the array, flat where axis is None."""
    x = _array_operand(call)
    axis = known(call, "axis", default=-1)
    if x is None or axis is OPEN:
        return _unless(call)
    return Array(x.dtype, raveled_dims(x.dims) if axis is None else x.dims)
