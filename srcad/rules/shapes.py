"""Kind rules: what kind of value a family of functions gives.

Each takes a `Call` and returns the kind of its result: `broadcast` for functions of each element, `reduced` for sums
and their like, and so on. A rule module names one with `kind=`. Data types are found by asking NumPy: the function is
called once on tiny arrays of the operands' types, and the answer remembered, so that promotion is NumPy's own.
"""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from srcad.core.kind_of import kind_of
from srcad.core.kinds import (
    BOOL,
    BOTTOM,
    COMPLEX,
    FLOAT,
    INT,
    NONE_KIND,
    NUMBER,
    STRING,
    UNKNOWN,
    Array,
    Const,
    Kind,
    List,
    Maybe,
    Tuple,
    TupleOf,
    broadcast_dims,
    is_complex,
    is_number,
    is_plural,
    join,
    join_all,
    join_dims,
    widen,
)
from srcad.core.nodes import Expr
from srcad.rules.known import OPEN, constant, is_sparse_kind, literal, ndim_of
from srcad.rules.registry import Call, KindRule

# ---------------------------------------------------------------- operands


@cache
def parameter_names(fn: Callable[..., Any]) -> tuple[str, ...]:
    try:
        parameters = inspect.signature(fn).parameters.values()
    except (ValueError, TypeError):
        return ()
    return tuple(p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD))


def operand(call: Call, name: str, position: int = -1) -> tuple[Kind, Expr | None] | None:
    """The kind and expression of a parameter of NumPy's name, or at a position; None where it is not given."""
    names = parameter_names(call.fn)
    index = names.index(name) if name in names else position
    if 0 <= index < len(call.args):
        return call.args[index], (call.exprs[index] if index < len(call.exprs) else None)
    for key, kind in call.kwargs:
        if key == name:
            return kind, dict(call.kwexprs).get(name)
    return None


def known(call: Call, name: str, position: int = -1, default: Any = None) -> Any:
    """The value of a parameter that is a literal or of constant kind: `default` if not given, else `OPEN`."""
    given = operand(call, name, position)
    if given is None:
        return default
    kind, expr = given
    value = constant(kind)
    return value if value is not OPEN or expr is None else literal(expr)


def first(call: Call) -> Kind:
    if call.args:
        return call.args[0]
    return call.kwargs[0][1] if call.kwargs else BOTTOM


def as_array(kind: Kind) -> Kind:
    """The kind of `np.asarray(value)`: lists of numbers are arrays; `NUMBER`, `UNKNOWN` stay."""
    match kind:
        case Maybe(kind=inner):
            return as_array(inner)
        case List(item=item) | TupleOf(item=item):
            return _stacked("?", as_array(item))
        case Tuple(items=()):
            return Array("float64", "n")
        case Tuple(items=items):
            return _stacked("1" if len(items) == 1 else "n", _join_items(items))
        case _ if is_number(kind):
            return Array(scalar_dtype(kind), "")
        case _ if kind is BOTTOM:
            return Array("float64", None)
        case _:
            return kind


def _join_items(items: tuple[Kind, ...]) -> Kind:
    arrays = [as_array(item) for item in items]
    made = arrays[0]
    for other in arrays[1:]:
        if isinstance(made, Array) and isinstance(other, Array):
            made = Array(str(np.promote_types(made.dtype, other.dtype)), join_dims(made.dims, other.dims))
        else:
            made = join(made, other)
    return made


def _stacked(letter: str, item: Kind) -> Kind:
    match item:
        case Array(dtype=dtype, dims=str(dims)):
            return Array(dtype, letter + dims)
        case Array(dtype=dtype):
            return Array(dtype, None)
        case _ if item is NUMBER:
            return Array("float64", None)
        case _:
            return UNKNOWN


_DTYPES: dict[Kind, str] = {BOOL: "bool", INT: "int64", FLOAT: "float64", COMPLEX: "complex128"}


def scalar_dtype(kind: Kind) -> str:
    return _DTYPES[widen(kind)]


def scalar_of(dtype: str) -> Kind:
    """The kind of one element of an array."""
    kind = np.dtype(dtype).kind if dtype != "object" else "O"
    return {"b": BOOL, "i": INT, "u": INT, "f": FLOAT, "c": COMPLEX, "U": STRING, "S": STRING}.get(kind, UNKNOWN)


def array_or_scalar(dtype: str, dims: str | None) -> Kind:
    """What NumPy's functions give: a scalar where no dimension is left."""
    return scalar_of(dtype) if dims == "" else Array(dtype, dims)


# ---------------------------------------------------------------- the type of a result, by asking

_SCALARS: dict[Kind, tuple[Any, ...]] = {BOOL: (True,), INT: (1,), FLOAT: (0.5, 1.5), COMPLEX: (0.5 + 0.5j,)}


@cache
def probe(fn: Callable[..., Any], operands: tuple[Kind, ...]) -> Any:
    """`fn` at tiny values of these kinds (scalars, or arrays whose every dimension is 1); `OPEN` where it raises."""
    for attempt in range(2):
        values = []
        for kind in operands:
            match kind:
                case Array(dtype=dtype, dims=dims):
                    values.append(
                        np.full((1,) * (1 if dims is None else len(dims)), 0.5 if attempt == 0 else 1.5).astype(dtype)
                    )
                case Const(value=value) if not isinstance(value, float):
                    values.append(value)
                case _:
                    choices = _SCALARS[widen(kind)]
                    values.append(choices[min(attempt, len(choices) - 1)])
        try:
            with np.errstate(all="ignore"):
                return fn(*values)
        except (ValueError, TypeError, ArithmeticError, IndexError, np.exceptions.AxisError):
            continue
    return OPEN


def dtype_of(fn: Callable[..., Any], *operands: Kind) -> str | None:
    """The data type of `fn` of these operands."""
    plain = tuple(Array(k.dtype, "" if k.dims == "" else "1") if isinstance(k, Array) else widen(k) for k in operands)
    value = probe(fn, plain)
    return None if value is OPEN else str(np.asarray(value).dtype)


# ---------------------------------------------------------------- families


def broadcast(call: Call) -> Kind:
    """A function of each element of its operands, which broadcast."""
    kinds = [k.kind if isinstance(k, Maybe) else k for k in call.args]
    if any(isinstance(k, (List, Tuple, TupleOf)) for k in kinds):
        kinds = [as_array(k) for k in kinds]
    if BOTTOM in kinds:
        return BOTTOM
    if all(is_number(k) for k in kinds):
        value = probe(call.fn, tuple(map(widen, kinds)))
        return UNKNOWN if value is OPEN else kind_of(value)
    arrays = [k for k in kinds if isinstance(k, Array)]
    if not all(is_number(k) or isinstance(k, Array) or k is NUMBER for k in kinds):
        return UNKNOWN
    numbers = [k if k is not NUMBER else FLOAT for k in kinds]
    dtype = dtype_of(call.fn, *numbers)
    if dtype is None:
        return UNKNOWN
    if NUMBER in kinds:
        if any(k.dims != "" for k in arrays):
            return Array(dtype, None)
        return NUMBER if scalar_of(dtype) is FLOAT else UNKNOWN
    dims: str | None = ""
    for k in arrays:
        dims = broadcast_dims(dims, k.dims)
    if dims == "":
        value = probe(call.fn, tuple(k if isinstance(k, Array) else widen(k) for k in numbers))
        return UNKNOWN if value is OPEN else kind_of(value)
    return Array(dtype, dims)


def binary(call: Call) -> Kind:
    """A binary operator of Python: `broadcast`, and what it means for strings, lists and tuples."""
    x, y = call.args
    pair = (widen(x), widen(y))
    name = call.fn.__name__
    has_array = any(isinstance(k, Array) or k is NUMBER for k in pair)
    sparse = [k for k in pair if is_sparse_kind(k)]
    if sparse:  # with a number or another of its kind it gives one more
        return sparse[0] if all(is_number(k) or is_sparse_kind(k) for k in pair) else UNKNOWN
    if not has_array and name in ("add", "iadd"):
        match pair:
            case (List(item=a), List(item=b)):
                return List(join(a, b))
            case (Tuple(items=a, cls=None), Tuple(items=b, cls=None)):
                return Tuple(a + b)
            case (Tuple() | TupleOf(), Tuple() | TupleOf()):
                return join(TupleOf(_item(x)), TupleOf(_item(y)))
    if not has_array and name in ("mul", "imul"):
        for sequence, count in (pair, pair[::-1]):
            match sequence:
                case List():
                    return sequence
                case Tuple() | TupleOf() if is_number(count):
                    return TupleOf(_item(sequence))
    if STRING in pair and name in ("add", "mul", "mod", "iadd", "imul"):
        return STRING if pair[0] is STRING or pair[1] is STRING else UNKNOWN
    if not all(is_number(k) or isinstance(k, (Array, Maybe)) or k in (NUMBER, BOTTOM) for k in pair) and not has_array:
        return UNKNOWN
    return broadcast(call)


def _item(kind: Kind) -> Kind:
    match kind:
        case List(item=item) | TupleOf(item=item):
            return item
        case Tuple(items=items):
            return join_all(items)
        case _:
            return UNKNOWN


def powered(call: Call) -> Kind:
    """`x ** y`: of ints it is an int where the exponent is known to be positive or zero."""
    if len(call.args) == 2 and all(is_number(k) for k in call.args):
        x, y = map(widen, call.args)
        exponent = known(call, "exp", 1, OPEN)
        if call.fn in (operator.pow, pow, operator.ipow) and INT in (x, y) and COMPLEX not in (x, y) and FLOAT != x:
            if y in (INT, BOOL):
                return INT if exponent is not OPEN and exponent >= 0 else FLOAT
        if FLOAT in (x, y) and COMPLEX not in (x, y):
            return FLOAT
    return binary(call)


def compared(call: Call) -> Kind:
    """A comparison: a bool, or an array of them where an array is compared."""
    kinds = [k.kind if isinstance(k, Maybe) else k for k in call.args]
    if any(k in (UNKNOWN, NUMBER) for k in kinds):
        return UNKNOWN
    if any(isinstance(k, Array) for k in kinds):
        arrays = [as_array(k) for k in kinds]
        if all(isinstance(k, Array) for k in arrays):
            dims: str | None = ""
            for k in arrays:
                dims = broadcast_dims(dims, k.dims if isinstance(k, Array) else None)
            return array_or_scalar("bool", dims)
        return UNKNOWN
    return BOOL


def always(kind: Kind) -> KindRule:
    """The same kind whatever the operands."""
    return lambda call: kind


def counted_dims(call: Call) -> Kind:
    """`np.ndim(x)`, which is known where the kind of `x` says it."""
    count = ndim_of(as_array(first(call)))
    return INT if count is OPEN else Const(count)


def same(call: Call) -> Kind:
    """The kind of the first operand, as an array where it is a list."""
    return as_array(first(call))


def reduced(call: Call) -> Kind:
    """A reduction over `axis`, with `keepdims`."""
    x = as_array(first(call))
    if x in (UNKNOWN, BOTTOM):
        return x
    scalar_in = is_number(first(call))
    number = NUMBER if x is NUMBER else None
    if not isinstance(x, Array):
        if number is None:
            return UNKNOWN
        x = Array("float64", None)
    dtype = dtype_of(call.fn, Array(x.dtype, "n"))
    given = known(call, "dtype")
    if given is not None and given is not OPEN:
        dtype = str(np.dtype(given))
    if dtype is None:
        return UNKNOWN
    keep = known(call, "keepdims", default=False)
    if keep is OPEN:
        return UNKNOWN
    axis = known(call, "axis")
    if axis is OPEN:
        kind = operand(call, "axis")
        count = _axis_count(kind[0] if kind is not None else UNKNOWN)
        if x.dims is None or (count is None and not keep):
            return number or (NUMBER if scalar_of(dtype) is FLOAT else UNKNOWN)
        return array_or_scalar(dtype, "?" * (len(x.dims) - (0 if keep else count or 0)))
    if axis is None:
        if keep and not scalar_in:
            return Array(dtype, None if x.dims is None else "1" * len(x.dims))
        return scalar_of(dtype)
    if x.dims is None:
        return number or (NUMBER if scalar_of(dtype) is FLOAT else UNKNOWN)
    axes = {a % len(x.dims) if x.dims else 0 for a in (axis if isinstance(axis, tuple) else (axis,))}
    letters = ["1" if keep and i in axes else c for i, c in enumerate(x.dims) if keep or i not in axes]
    return array_or_scalar(dtype, "".join(letters))


def _axis_count(kind: Kind) -> int | None:
    if isinstance(kind, Tuple):
        return len(kind.items)
    return 1 if widen(kind) is INT else None


def product(call: Call) -> Kind:
    """`np.matmul` and `@` (`np.dot` differs from three dimensions on)."""
    if any(map(is_sparse_kind, call.args)):
        return _sparse_product(call)
    pair = _pair(call)
    if isinstance(pair, Kind):
        return pair
    dtype, x, y = pair
    if x is None or y is None or "" in (x, y):
        return NUMBER if scalar_of(dtype) is FLOAT else UNKNOWN
    batch = broadcast_dims(x[:-2], y[:-2])
    assert batch is not None
    return array_or_scalar(dtype, batch + x[-2:-1] + (y[-1:] if len(y) > 1 else ""))


def _sparse_product(call: Call) -> Kind:
    """The product of a sparse matrix with an array is an array, with another sparse matrix is sparse."""
    x, y = call.args
    if is_sparse_kind(x) and is_sparse_kind(y):
        return x
    array = as_array(y if is_sparse_kind(x) else x)
    if not isinstance(array, Array) or array.dims is None or len(array.dims) not in (1, 2):
        return UNKNOWN
    return Array("float64", "?" + array.dims[1:] if is_sparse_kind(x) else array.dims[:-1] + "?")


def dot_product(call: Call) -> Kind:
    pair = _pair(call)
    if isinstance(pair, Kind):
        return pair
    dtype, x, y = pair
    if x is None or y is None:
        return NUMBER if scalar_of(dtype) is FLOAT else UNKNOWN
    if "" in (x, y):
        return array_or_scalar(dtype, x + y)
    return array_or_scalar(dtype, x[:-1] + (y[:-2] + y[-1:] if len(y) > 1 else ""))


def inner_product(call: Call) -> Kind:
    pair = _pair(call)
    if isinstance(pair, Kind):
        return pair
    dtype, x, y = pair
    if x is None or y is None:
        return NUMBER if scalar_of(dtype) is FLOAT else UNKNOWN
    return array_or_scalar(dtype, x + y if "" in (x, y) else x[:-1] + y[:-1])


def outer_product(call: Call) -> Kind:
    pair = _pair(call)
    if isinstance(pair, Kind):
        return pair
    dtype, x, y = pair
    return Array(dtype, raveled_dims(x) + raveled_dims(y))


def full_product(call: Call) -> Kind:
    """`np.vdot`: all elements with all elements."""
    pair = _pair(call)
    return pair if isinstance(pair, Kind) else scalar_of(pair[0])


def _pair(call: Call) -> Kind | tuple[str, str | None, str | None]:
    if len(call.args) != 2:
        return UNKNOWN
    x, y = (as_array(k) for k in call.args)
    if BOTTOM in (x, y):
        return BOTTOM
    if not all(isinstance(k, Array) or k is NUMBER for k in (x, y)):
        return UNKNOWN
    x, y = (k if isinstance(k, Array) else Array("float64", None) for k in (x, y))
    assert isinstance(x, Array) and isinstance(y, Array)
    return str(np.promote_types(x.dtype, y.dtype)), x.dims, y.dims


def raveled_dims(dims: str | None) -> str:
    """The one dimension of all the elements in a row."""
    if dims is None:
        return "?"
    if set(dims) <= {"1"}:
        return "1"
    return "n" if any(map(is_plural, dims)) else "?"


def raveled(call: Call) -> Kind:
    x = as_array(first(call))
    if x is NUMBER:
        return Array("float64", "?")
    return Array(x.dtype, raveled_dims(x.dims)) if isinstance(x, Array) else UNKNOWN


def first_only(call: Call) -> Kind:
    """A function of each element of its first operand; the others are settings."""
    return broadcast(Call(call.fn, call.args[:1], (), call.exprs[:1]))


def without_none(call: Call) -> Call:
    """The call without the operands that are None, as if it were of `np.add`."""
    kinds = [k for k in (*call.args, *(k for _, k in call.kwargs)) if k != NONE_KIND]
    return Call(_add_all, tuple(kinds))


def _add_all(*values: Any) -> Any:
    return sum(values[1:], values[0])


def chosen(call: Call) -> Kind:
    """`np.where(condition, x, y)`: an array, of no dimension where all are scalars."""
    if len(call.args) == 1:
        x = as_array(call.args[0])
        dims = x.dims if isinstance(x, Array) else None
        return TupleOf(Array("int64", "?")) if dims is None else Tuple((Array("int64", "?"),) * len(dims))
    kinds = [as_array(k) for k in call.args]
    if any(not isinstance(k, Array) for k in kinds):
        if all(isinstance(k, Array) or k is NUMBER for k in kinds) and not any(map(is_complex, kinds)):
            return Array("float64", None)
        return UNKNOWN
    dims = ""
    for k in kinds:
        dims = broadcast_dims(dims, k.dims if isinstance(k, Array) else None)
    plain = [k if is_number(k) else a for k, a in zip(call.args, kinds, strict=True)]
    dtype = dtype_of(np.where, *plain)
    return UNKNOWN if dtype is None else Array(dtype, dims)
