"""Refuse what Numba does not compile, or gives another meaning than Python and NumPy do.

Contract: every callable that compiled code calls is in a table below. What a table names means the same in Numba, for
the arguments that Numba compiles: `tests/numba/test_meanings.py` holds each of them against NumPy. Anything else is a
`BackendError`, with the place in the user's source. Refused for their meaning:

- arrays of other numbers than float64, int64, bool and complex128: Numba computes float32 in float64, and small ints do
  not wrap around as NumPy's do;
- lists that change elsewhere than at their end: Numba keeps no count of who holds an array that is inserted into,
  removed from or moved within a list, and frees it too early;
- an index that has ints and an array with a slice between them: Numba puts the dimensions into another order;
- functions of complex numbers that differ on a branch cut, for large numbers or in their order: np.tanh, np.max;
- `~` of a bool, which is an int in Python; global lists and dicts, which Numba would freeze.
"""

from __future__ import annotations

import math
import operator
import types
from collections.abc import Mapping
from typing import Any

import numpy as np

from srcad import runtime
from srcad.analysis.purity import ARITHMETIC, COMPARISONS
from srcad.core import prims
from srcad.core.kinds import BOOL, Array, Kind, List, Tuple, holds_complex, is_integral
from srcad.core.nodes import (
    Closure,
    Expr,
    FunctionHandle,
    Lit,
    Op,
    Program,
    Raise,
    Ref,
    Stmt,
    Store,
    Var,
    expressions_of,
    operands,
    walk,
)
from srcad.core.operators import IN_PLACE, hashable
from srcad.errors import USE_PYTHON, BackendError, Place
from srcad.transform.complexes import may_be_complex
from srcad.transform.simplify.facts import Facts, plain

DTYPES = frozenset({"float64", "int64", "bool", "complex128"})


def _named_in(module: types.ModuleType, names: str) -> frozenset[Any]:
    return frozenset(getattr(module, name) for name in names.split())


NUMPY = _named_in(
    np,
    """
    absolute add all angle any arange arccos arccosh arcsin arcsinh arctan arctan2 arctanh argmax argmin argsort asarray
    atleast_1d atleast_2d broadcast_to cbrt ceil clip concatenate conjugate copy copysign cos cosh count_nonzero cross
    cumsum deg2rad degrees diag diff divide dot empty empty_like equal exp exp2 expand_dims expm1 eye fabs flip floor
    fmax fmin full full_like greater greater_equal hypot identity imag interp isfinite isinf isnan kron less less_equal
    linspace log log10 log1p log2 logaddexp logical_and logical_not logical_or logical_xor max maximum mean min minimum
    multiply nan_to_num negative not_equal ones ones_like outer positive power prod rad2deg radians real reciprocal
    reshape roll searchsorted shape sign sin sinh size sort sqrt square stack std subtract sum swapaxes tan tanh trace
    transpose tril triu true_divide unique var vstack where zeros zeros_like
    """,
) | _named_in(np.linalg, "cholesky det inv norm solve")
OF_COMPLEX = _named_in(
    np,
    """
    absolute add angle arccos arcsin arcsinh arctan arctanh asarray atleast_1d atleast_2d broadcast_to concatenate
    conjugate copy cos cosh cumsum diag divide dot empty_like equal exp exp2 expand_dims flip full full_like imag
    isfinite isinf isnan kron log log10 log1p log2 mean multiply negative not_equal ones_like outer positive prod real
    reciprocal reshape roll shape sin sinh size sqrt square stack subtract sum swapaxes tan trace transpose tril triu
    true_divide vstack where zeros_like
    """,
) | _named_in(np.linalg, "det inv solve")
MATH = _named_in(
    math,
    """
    acos acosh asin asinh atan atan2 atanh ceil copysign cos cosh degrees erf erfc exp expm1 fabs floor gamma hypot
    isfinite isinf isnan lgamma log log10 log1p log2 pow radians sin sinh sqrt tan tanh trunc
    """,
)
BUILTINS = frozenset({abs, bool, complex, float, int, len, max, min, pow, range, round, slice})
HELPERS = frozenset(
    {runtime.above, runtime.astype, runtime.digamma, runtime.refuse_overlap, runtime.require_one, runtime.scatter}
    | {runtime.shadow_of, runtime.slot_of, runtime.unbroadcast}
)
PRIMS = frozenset(
    {prims.make_tuple, prims.make_list, prims.make_slice, prims.make_dict, prims.choose, prims.both, prims.either}
    | {prims.push, prims.pop, prims.get_attr, list.append}
)
_OPERATORS = ARITHMETIC | COMPARISONS | frozenset(IN_PLACE) | {operator.getitem, operator.abs, operator.index}
ALLOWED = NUMPY | MATH | BUILTINS | HELPERS | PRIMS | _OPERATORS
_ATTRIBUTES = frozenset({"shape", "size", "ndim", "T", "real", "imag"})
_LIST_METHODS = {("append", 3), ("pop", 2)}
_TYPES = {np.float64, np.int64, np.bool_, np.complex128, np.intp, np.double, float, int, bool, complex}


def refuse_unknown(name: str, program: Program, kinds: Mapping[str, Kind]) -> None:
    """Raise where a program uses something that Numba is not known to give the same meaning."""
    facts = Facts(kinds)
    place = program.place
    for stmt in walk(program.body):
        place = stmt.place or place
        found = _in_statement(stmt, facts)
        if found is not None:
            raise _refusal(name, found, place)
    for held in kinds.values():
        if isinstance(held, Array) and held.dtype not in DTYPES:
            raise _refusal(name, f"arrays of {held.dtype}, in which Numba computes otherwise than NumPy", program.place)


def _refusal(name: str, found: str, place: Place | None) -> BackendError:
    return BackendError(f"{name}: Numba does not compile {found}", place, USE_PYTHON)


def _in_statement(stmt: Stmt, facts: Facts) -> str | None:
    """What is refused in a statement, None where nothing is."""
    if isinstance(stmt, Raise):
        return None  # it makes an exception, not a number
    if isinstance(stmt, Store):
        if stmt.attr:
            return f"a store into the attribute .{stmt.key.value if isinstance(stmt.key, Lit) else ''}"
        kind = facts.kind_of(stmt.base)
        if isinstance(kind, List) and not is_integral(plain(facts.kind_of(stmt.key))):
            return "a slice of a list that is assigned to"
        found = _in_index(stmt.key, facts)
        if found is not None:
            return found
    for expr in expressions_of(stmt):
        found = _in_expression(expr, facts)
        if found is not None:
            return found
    return None


def _in_expression(expr: Expr, facts: Facts) -> str | None:
    if isinstance(expr, Ref):
        return _in_ref(expr)
    if isinstance(expr, Closure):
        return f"the nested function {expr.program.name}, which is kept as a value"
    if not isinstance(expr, Op):
        return None
    found = _in_operation(expr, facts)
    parts = operands(expr)
    if expr.fn is prims.call:
        parts = parts[1:]
    for part in parts:
        found = found or _in_expression(part, facts)
    return found


def _in_ref(expr: Ref) -> str | None:
    if isinstance(expr.value, (list, dict, set)):
        return f"the global {type(expr.value).__name__} {expr.name}, which would be frozen: pass it as an argument"
    if isinstance(expr.value, np.ndarray) and str(expr.value.dtype) not in DTYPES:
        return f"arrays of {expr.value.dtype}, in which Numba computes otherwise than NumPy"
    number = expr.value.type if isinstance(expr.value, np.dtype) else expr.value
    if isinstance(number, type) and issubclass(number, np.generic) and number not in _TYPES:
        return f"{expr.name}, in which Numba computes otherwise than NumPy"
    return None


def _in_operation(expr: Op, facts: Facts) -> str | None:
    fn = expr.fn
    if not hashable(fn):
        return f"a call of {expr.name or type(fn).__name__}"
    match fn, expr.args:
        case prims.call, (Ref(value=value, name=name), *_):
            return None if _is_called(value) else f"a call of {name}"
        case prims.call, _:
            return "a call of a function that is not known before the program runs"
        case prims.call_method, (base, Lit(value=str(method)), *_):
            if isinstance(facts.kind_of(base), List) and (method, len(expr.args)) in _LIST_METHODS:
                return None
            return f"the method .{method}()"
        case prims.get_attr, (base, Lit(value=str(attribute))):
            if attribute in _ATTRIBUTES or isinstance(facts.kind_of(base), Tuple):
                return None
            return f"the attribute .{attribute}"
        case prims.make_list, ():
            return None
        case operator.invert, (inner,) if plain(facts.kind_of(inner)) is BOOL:
            return "~ of a bool: in Python it is an int (write `not`)"
        case operator.getitem, (_, key):
            return _in_index(key, facts)
        case runtime.astype, _ if expr.kwargs or len(expr.args) > 2:
            return "astype with copy="
    if isinstance(fn, np.ufunc) and (len(expr.args) > fn.nin or expr.kwargs):
        return f"{_named(expr)} with out= or where="
    if fn in NUMPY and fn not in OF_COMPLEX and any(map(holds_complex, facts.kinds.values())):
        if any(may_be_complex(arg, facts.kind) for arg in expr.args):
            return f"{_named(expr)} of complex values"
    if not _is_called(fn) and not (getattr(fn, "__module__", None) or "").startswith("srcad.backend.numba_"):
        return _named(expr)
    return None


def _is_called(value: Any) -> bool:
    """Whether a call of it is compiled: generated code, an njit function, an exception, the class of a namedtuple."""
    if isinstance(value, FunctionHandle) or isinstance(getattr(value, "py_func", None), types.FunctionType):
        return True
    if isinstance(value, type) and (issubclass(value, BaseException) or hasattr(value, "_fields")):
        return True
    return hashable(value) and value in ALLOWED


def _in_index(key: Expr, facts: Facts) -> str | None:
    parts = key.args if isinstance(key, Op) and key.fn is prims.make_tuple else ()
    ints = [i for i, part in enumerate(parts) if is_integral(plain(facts.kind_of(part)))]
    arrays = [i for i, part in enumerate(parts) if isinstance(part, Var) and isinstance(facts.kind_of(part), Array)]
    if ints and arrays and max(ints + arrays) - min(ints + arrays) >= len(ints + arrays):
        return "an index of ints and an array with a slice between them, whose dimensions Numba puts in another order"
    return None


def _named(expr: Op) -> str:
    """How a person calls a function."""
    fn = expr.fn
    name = expr.name or getattr(fn, "__name__", repr(fn))
    module = (getattr(fn, "__module__", None) or "").split(".")[0]
    if isinstance(fn, np.ufunc) or module == "numpy":
        return name if name.startswith("np.") else f"np.{name}"
    if module == "srcad":
        return f"the helper {name}"
    return name if module in ("", "builtins", "_operator") or name.startswith(module) else f"{module}.{name}"
