"""What the simplifier is told about a program, and small questions about kinds and names that all its passes ask."""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from srcad.analysis.purity import ARITHMETIC, COMPARISONS
from srcad.core import prims
from srcad.core.kinds import (
    BOOL,
    BOTTOM,
    COMPLEX,
    FLOAT,
    INT,
    NUMBER,
    RANGE,
    SLICE,
    STRING,
    UNKNOWN,
    Array,
    Const,
    Kind,
    List,
    OneOf,
    Tuple,
    TupleOf,
    broadcast_dims,
    is_complex,
    join,
)
from srcad.core.nodes import Assign, Expr, Lit, Op, Program, Ref, Store, Var, expressions_of, names_in, walk
from srcad.core.operators import hashable

_NUMBERS = (BOOL, INT, FLOAT, COMPLEX)
_VALUES: frozenset[Kind] = frozenset({BOOL, INT, FLOAT, COMPLEX, STRING, RANGE, SLICE})


@dataclass(frozen=True)
class Facts:
    """What is known of a program's variables.

    `kinds` has the kind of every variable (a missing one is `UNKNOWN`). `adjoints` are the variables that hold
    adjoints: their memory is never shared with that of primal values, and arithmetic on them may be rearranged.
    `floats` are the variables of kind `FLOAT` that never hold ints (`sure.py`); None where nobody looked.
    """

    kinds: Mapping[str, Kind] = field(default_factory=dict)
    adjoints: frozenset[str] = frozenset()
    floats: frozenset[str] | None = None

    def kind(self, name: str) -> Kind:
        return self.kinds.get(name, UNKNOWN)

    def kind_of(self, expr: Expr) -> Kind:
        """The kind of an expression; `UNKNOWN` where it takes more than arithmetic on numbers to tell."""
        match expr:
            case Var(name=name):
                return self.kinds.get(name, UNKNOWN)
            case Lit(value=value):
                return _LITERALS.get(type(value), Const(value))
            case Ref(value=value):
                return _LITERALS.get(type(value), UNKNOWN if isinstance(value, _CONTAINERS) else Const(value))
            case Op(fn=np.sum | np.mean | np.prod, kwargs=kwargs) if kwargs:
                return UNKNOWN  # along an axis, or of another dtype
            case Op(fn=fn, args=args):
                return self._kind_of_op(fn, args)
            case _:
                return UNKNOWN

    def _kind_of_op(self, fn: Any, args: tuple[Expr, ...]) -> Kind:
        if not hashable(fn):
            return UNKNOWN
        known = _RESULTS.get(fn)
        if known is not None:
            return known
        if (size := _of_shape(fn, args)) is not None:
            return size
        if fn in ARITHMETIC:
            kinds = [plain(self.kind_of(a)) for a in args]
            if all(k in _NUMBERS for k in kinds):
                return _arithmetic(fn, kinds, args)
            if all(k in _NUMBERS or k == NUMBER or isinstance(k, Array) for k in kinds) and fn is not operator.matmul:
                return _broadcast(fn, kinds)
            return UNKNOWN
        if fn in COMPARISONS:
            kinds = [plain(self.kind_of(a)) for a in args]
            return BOOL if all(k in _VALUES for k in kinds) or fn in _ALWAYS_BOOL else UNKNOWN
        if isinstance(fn, np.ufunc) or fn in (np.sum, np.mean, np.prod):
            kinds = [plain(self.kind_of(a)) for a in args]
            if fn in (np.sum, np.mean) and len(args) == 1 and isinstance(kinds[0], Array):
                return FLOAT if kinds[0].dtype.startswith("float") else UNKNOWN
            if any(map(is_complex, kinds)):
                return _of_complex(fn, kinds)
            if isinstance(fn, np.ufunc) and fn.nout == 1 and all(k in (INT, FLOAT) for k in kinds) and FLOAT in kinds:
                return FLOAT if fn not in _UFUNC_BOOL else BOOL
            if isinstance(fn, np.ufunc) and len(kinds) == 1 and isinstance(kinds[0], Array):
                return kinds[0] if kinds[0].dtype.startswith("float") and fn not in _UFUNC_BOOL else UNKNOWN
            return UNKNOWN
        if fn in _PARTS and len(args) == 1:
            return _of_complex(fn, [plain(self.kind_of(args[0]))])
        if fn is prims.choose and len(args) == 3:
            return join(self.kind_of(args[1]), self.kind_of(args[2]))
        if fn is prims.make_tuple:
            return Tuple(tuple(self.kind_of(a) for a in args))
        if fn is operator.getitem and len(args) == 2:
            return self._kind_of_item(self.kind_of(args[0]), args[1])
        return UNKNOWN

    def _kind_of_item(self, base: Kind, key: Expr) -> Kind:
        match base:
            case Array(dtype=dtype) if dtype.startswith("float") and base.ndim is not None:
                keys = key.args if isinstance(key, Op) and key.fn is prims.make_tuple else (key,)
                scalar = len(keys) == base.ndim and all(plain(self.kind_of(k)) == INT for k in keys)
                return FLOAT if scalar else UNKNOWN
            case List(item=item) | TupleOf(item=item) if plain(self.kind_of(key)) == INT:
                return item
            case Tuple(items=items) if isinstance(key, Lit) and type(key.value) is int:
                return items[key.value] if -len(items) <= key.value < len(items) else UNKNOWN
            case _:
                return UNKNOWN


def _of_complex(fn: Any, kinds: list[Kind]) -> Kind:
    """The kind of a part of a complex number or array, or of a function of it that is complex too."""
    kind = kinds[0]
    if len(kinds) != 1 or not is_complex(kind):
        return UNKNOWN
    if fn in _PARTS:
        return FLOAT if kind == COMPLEX else UNKNOWN
    return kind if isinstance(fn, np.ufunc) and "D->D" in fn.types else UNKNOWN


_PARTS = frozenset({np.real, np.imag, np.angle, np.absolute, abs, operator.abs})


def _of_shape(fn: Any, args: tuple[Expr, ...]) -> Kind | None:
    """`x.size` and `x.shape[k]` are ints."""
    match fn, args:
        case operator.getitem, (Op() as base, Lit(value=int())) if shape_of(base) is not None:
            return INT
        case _:
            return INT if fn is np.size and len(args) == 1 else None


def shape_of(expr: Expr) -> Expr | None:
    """What the expression is the shape of: `x.shape` or `np.shape(x)`."""
    match expr:
        case Op(fn=np.shape, args=(base,), kwargs=()):
            return base
        case _:
            return None


_LITERALS: dict[type, Kind] = {bool: BOOL, int: INT, float: FLOAT, complex: COMPLEX, str: STRING}
_CONTAINERS = (np.ndarray, list, dict, set)
_ALWAYS_BOOL = (operator.is_, operator.is_not, operator.not_, operator.contains, operator.truth)
_RESULTS: dict[Any, Kind] = {
    **{f: FLOAT for n, f in vars(math).items() if callable(f) and not n.startswith(("is", "_"))},
    **{f: INT for f in (math.floor, math.ceil, math.trunc, math.factorial, math.gcd, math.comb, math.isqrt, math.lcm)},
    math.perm: INT,
    math.prod: UNKNOWN,
    math.frexp: UNKNOWN,
    math.modf: UNKNOWN,
    len: INT,
    int: INT,
    float: FLOAT,
    bool: BOOL,
    isinstance: BOOL,
    range: RANGE,
    prims.make_slice: SLICE,
    prims.make_string: STRING,
    np.ndim: INT,
}
_UFUNC_BOOL: tuple[np.ufunc, ...] = (
    *(np.isnan, np.isinf, np.isfinite, np.signbit, np.logical_and, np.logical_or, np.logical_not, np.logical_xor),
    *(np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal),
)


def plain(kind: Kind) -> Kind:
    """A constant as the kind of its value."""
    if isinstance(kind, Const):
        return _LITERALS.get(type(kind.value), kind)
    return kind


def _arithmetic(fn: Any, kinds: list[Kind], args: tuple[Expr, ...]) -> Kind:
    if COMPLEX in kinds:
        return COMPLEX
    if FLOAT in kinds:
        if fn is operator.pow and not (isinstance(args[1], Lit) and isinstance(args[1].value, int)):
            return UNKNOWN if kinds[1] != INT else FLOAT  # a negative float to a fraction is complex
        return FLOAT
    if fn is operator.truediv:
        return FLOAT
    if fn is operator.pow:
        return INT if isinstance(args[1], Lit) and isinstance(args[1].value, int) and args[1].value >= 0 else UNKNOWN
    return INT


def _broadcast(fn: Any, kinds: list[Kind]) -> Kind:
    arrays = [k for k in kinds if isinstance(k, Array)]
    if not arrays or any(k == NUMBER for k in kinds) or any(a.dtype != "float64" for a in arrays):
        return NUMBER if all(k in (FLOAT, NUMBER) for k in kinds) and fn is not operator.pow else UNKNOWN
    if COMPLEX in kinds:
        return UNKNOWN
    dims = arrays[0].dims
    for array in arrays[1:]:
        dims = broadcast_dims(dims, array.dims)
    return Array("float64", dims)


def immutable(kind: Kind) -> bool:
    """A value of this kind holds no memory that anybody could write into."""
    match kind:
        case Const():
            return True
        case Tuple(items=items):
            return all(map(immutable, items))
        case TupleOf(item=item):
            return immutable(item)
        case OneOf(options=options):
            return all(map(immutable, options))
        case _:
            return kind in _VALUES or kind is BOTTOM


def is_temporary(name: str) -> bool:
    """A name that a pass made up: nobody minds losing it."""
    return name[0] == "%"


def adjoint_in(expr: Expr, adjoints: frozenset[str]) -> bool:
    """The expression reads an adjoint."""
    if isinstance(expr, Var):
        return expr.name in adjoints
    if isinstance(expr, Op):
        return any(adjoint_in(a, adjoints) for a in expr.args) or any(adjoint_in(v, adjoints) for _, v in expr.kwargs)
    return False


def adjoint_temporaries(program: Program, facts: Facts) -> frozenset[str]:
    """The temporaries that are read in the values of adjoints only: partial derivatives, and parts of them."""
    readers: dict[str, set[str]] = {}
    elsewhere: set[str] = set()
    adjoints = facts.adjoints
    for stmt in walk(program.body):
        match stmt:
            case Assign(target=target, value=value):
                for name in names_in(value):
                    readers.setdefault(name, set()).add(target)
            case Store(base=Var(name=base), key=key, value=value) if base in adjoints:
                elsewhere.update(names_in(key))
                for name in names_in(value):
                    readers.setdefault(name, set()).add(base)
            case _:
                for expr in expressions_of(stmt):
                    elsewhere.update(names_in(expr))
    # What is read elsewhere is primal, and so is what such a temporary was computed from.
    primal = [n for n in readers if n not in adjoints and (n in elsewhere or not is_temporary(n))]
    primal.extend(t for names in readers.values() for t in names if t not in adjoints and t not in readers)
    read_by: dict[str, list[str]] = {}
    for name, targets in readers.items():
        for target in targets:
            read_by.setdefault(target, []).append(name)
    out = set(primal)
    while primal:
        for name in read_by.get(primal.pop(), ()):
            if name not in out and name not in adjoints:
                out.add(name)
                primal.append(name)
    return frozenset(n for n in readers if is_temporary(n) and n not in out and n not in adjoints)
