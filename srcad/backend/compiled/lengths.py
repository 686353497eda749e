"""Which float arrays of a simplified program surely have equal sizes, for the loops that they share.

    un = np.empty_like(u)       # un is (u.0,)
    v = un[1:-1] + un[2:]       # both (u.0 - 2,)

Two dimensions of different names are taken as equal where NumPy would raise if they were not: both are known not to be
1, and one operation has both as operands (`may_be_taken_as`). A loop that relies on that must look at them first.

Each dimension is named: a dimension of a parameter, an int that is bound once, either of them less what a slice leaves
out, or a number. A variable has the dimensions that all its assignments give it, and none where they differ, so that
the names hold throughout the program. Expressions may be trees; `analysis/sizes.py` answers the same of flat programs,
statement by statement.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from srcad import runtime
from srcad.backend import numba_runtime as own
from srcad.core import prims
from srcad.core.kinds import COMPLEX, Array, Kind, is_integral, is_number
from srcad.core.nodes import (
    Assign,
    Do,
    Expr,
    For,
    ForEach,
    Lit,
    Op,
    Program,
    Ref,
    Store,
    Var,
    While,
    assigned_in,
    expressions_of,
    names_in,
    operands,
    targets_of,
    walk,
)
from srcad.core.operators import hashable, is_update
from srcad.transform.simplify.facts import Facts, plain, shape_of
from srcad.transform.simplify.memory import copied_parameters

Dims = tuple[Any, ...]  # the names of the dimensions; () is a number
ONE = ("number", 1)

ELEMENTWISE: frozenset[Any] = frozenset(
    {operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, operator.neg, operator.pos, np.absolute}
    | {np.sin, np.cos, np.tan, np.sinh, np.cosh, np.tanh, np.exp, np.expm1, np.log, np.log1p, np.log2, np.log10}
    | {np.sqrt, np.square, np.arcsin, np.arccos, np.arctan, np.arctan2, np.hypot, np.maximum, np.minimum, np.sign}
    | {np.add, np.subtract, np.multiply, np.divide, np.negative, np.reciprocal, np.exp2, np.cbrt, np.power}
    | {runtime.above}
)
COPIES: frozenset[Any] = frozenset({np.copy, np.array, own.copy_of, own.apart})
_LIKE: frozenset[Any] = frozenset({np.zeros_like, np.ones_like, np.empty_like, np.full_like})
_FILLED: frozenset[Any] = frozenset({np.zeros, np.ones, np.empty})
_PRODUCTS: frozenset[Any] = frozenset({operator.matmul, np.dot, np.matmul, np.outer})
_OUTSIDE = ("%%outside",)
_REDUCED: frozenset[Any] = frozenset({np.sum, np.mean, np.max, np.min, np.prod})


class Lengths:
    """The dimensions of the float arrays of one program."""

    def __init__(self, program: Program, facts: Facts) -> None:
        self.facts = facts
        self.params = {p.name for p in program.params}
        self.values: dict[str, list[Expr | None]] = {}
        self.pushed: dict[str, list[Expr]] = {}
        self.inside: set[str] = set()  # bound in a loop
        for stmt in walk(program.body):
            if isinstance(stmt, (For, ForEach, While)):
                self.inside |= assigned_in((stmt,))
            match stmt:
                case Assign(target=target, value=value, accumulate=accumulate):
                    if not accumulate and not is_update(stmt):
                        self.values.setdefault(target, []).append(value)
                case Do(value=Op(fn=prims.push, args=(Var(name=tape), value))):
                    self.pushed.setdefault(tape, []).append(value)
                case _:
                    for name in targets_of(stmt):
                        self.values.setdefault(name, []).append(None)
        self.known: dict[str, Dims | None] = {}
        self._same: dict[Any, Any] = {}
        self._settle()
        for stmt in program.body:  # what is equal if the program does not raise
            if isinstance(stmt, (Assign, Store)):
                for expr in expressions_of(stmt):
                    self._learn(expr)
        if self._same:
            self.known = {}
            self._settle()
        self._roots: dict[str, str] = {}
        for name, values in self.values.items():
            for one in values:
                for other in set(_OUTSIDE) if one is None else self._shared(one):
                    self._roots[self.root(name)] = self.root(other)
        for name in self.params - copied_parameters(program):
            self._roots[self.root(name)] = self.root(*_OUTSIDE)

    def _learn(self, expr: Expr) -> None:
        """The dimensions of the operands of one operation are one."""
        for part in operands(expr):
            self._learn(part)
        if isinstance(expr, Op) and hashable(expr.fn) and expr.fn in ELEMENTWISE and not expr.kwargs:
            parts = [self.of(a) for a in expr.args]
            if not all(isinstance(p, tuple) for p in parts):
                return
            for sizes in zip(*(p[::-1] for p in parts if p), strict=False):
                plural = sorted({s for s in sizes if self.is_plural(s)})
                for other in plural[1:]:
                    self._same[self.name(other)] = self.name(plural[0])

    def name(self, size: Any) -> Any:
        """The one name of all dimensions that are equal to this one."""
        if size[0] == "less":
            return _less(self.name(size[1]), size[2])
        while size in self._same and self._same[size] != size:
            size = self._same[size]
        return size

    def is_plural(self, size: Any) -> bool:
        """Whether a dimension is known not to be 1."""
        if size[0] != "size":
            return bool(size[0] == "number" and size[1] != 1)
        kind = self.facts.kind(size[1])
        return isinstance(kind, Array) and kind.dims is not None and kind.dims[size[2]] == "n"

    def may_be_taken_as(self, size: Any, other: Any) -> bool:
        """Whether two dimensions are equal, or NumPy raises where they meet."""
        same = bool(self.name(size) == self.name(other))
        return same or self.is_plural(size) and self.is_plural(other)

    def names(self, dims: Dims) -> Dims:
        """The dimensions, each by the one name of all that are equal to it."""
        return tuple(map(self.name, dims))

    def root(self, name: str) -> str:
        """The class of the arrays that may share memory."""
        while name in self._roots and self._roots[name] != name:
            name = self._roots[name]
        return name

    def _shared(self, value: Expr) -> set[str]:
        """The arrays that the value of an expression may be, or view."""
        if not isinstance(value, Op):
            return set(names_in(value))
        if value.fn is prims.pop and isinstance(value.args[0], Var):
            pushed = self.pushed.get(value.args[0].name, [])
            return {n for v in pushed for n in self._shared(v)} or set(_OUTSIDE)
        if hashable(value.fn) and value.fn in ELEMENTWISE | COPIES | _LIKE | _FILLED | _REDUCED | _PRODUCTS:
            return set()
        return {name for name in names_in(value) if self.known.get(name)}

    def _settle(self) -> None:
        """From nothing known to what all assignments agree on."""
        self._open = set(self.values) | self.params
        changed = True
        while changed:
            changed = False
            for name in sorted(self._open | set(self.known)):
                found = self._joined(name)
                if found != "later" and (name in self._open or found != self.known.get(name)):
                    if name not in self._open and self.known[name] is None:
                        continue
                    self.known[name] = found if name in self._open else None
                    self._open.discard(name)
                    changed = True
        self._open = set()

    def _joined(self, name: str) -> Any:
        found: list[Any] = [self.of(v) if v is not None else None for v in self.values.get(name, [])]
        if name in self.params:
            found.append(self._given(name))
        found = [f for f in found if f != "later"]
        if not found:
            return "later"
        return found[0] if all(f == found[0] for f in found) else None

    def _given(self, name: str) -> Dims | None:
        kind = self.facts.kind(name)
        if is_real(kind):
            return ()
        if isinstance(kind, Array) and kind.dtype == "float64" and kind.dims is not None:
            return tuple(ONE if d == "1" else ("size", name, axis) for axis, d in enumerate(kind.dims))
        return None

    # ------------------------------------------------------------ expressions

    def of(self, expr: Expr) -> Any:
        """The dimensions of a float array or number; None where they are not known, "later" where not yet."""
        match expr:
            case Lit(value=value):
                return () if isinstance(value, (int, float)) else None
            case Ref(value=value):
                return () if isinstance(value, (int, float)) else None
            case Var(name=name):
                if is_real(self.facts.kind(name)):
                    return ()
                return "later" if name in self._open else self.known.get(name)
            case Op(fn=fn) if hashable(fn):
                return self._of_op(expr)
            case _:
                return None

    def _of_op(self, expr: Op) -> Any:
        fn, args = expr.fn, expr.args
        if is_real(self.facts.kind_of(expr)):
            return ()
        if fn in ELEMENTWISE and not expr.kwargs:
            return self.broadcast([self.of(a) for a in args])
        if fn is operator.getitem:
            base = self.of(args[0])
            return self.sliced(base, args[1]) if isinstance(base, tuple) else base
        if fn in COPIES and len(args) == 1 and not expr.kwargs or fn in _LIKE and not expr.kwargs:
            return self.of(args[0]) or None
        if fn in _FILLED and not expr.kwargs:
            return self._of_shape(args[0])
        if fn in _REDUCED and len(args) == 1 and not expr.kwargs:
            found = self.of(args[0])
            return found if found in (None, "later") else ()
        if fn in _PRODUCTS and fn is not np.outer:
            a, b = self.of(args[0]), self.of(args[1])
            if a and b and "later" not in (a, b) and len(a) < 3 and len(b) < 3:
                return (*a[:-1], *b[1:])
        if fn is np.outer:
            a, b = self.of(args[0]), self.of(args[1])
            if isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b) == 1:
                return (*a, *b)
        if fn is np.transpose and len(args) == 1:
            a = self.of(args[0])
            return a[::-1] if isinstance(a, tuple) else a
        if fn is prims.pop and isinstance(args[0], Var):
            found = [self.of(v) for v in self.pushed.get(args[0].name, [])]
            found = [f for f in found if f != "later"]
            if not found:
                return "later" if args[0].name in self.pushed else None
            return found[0] if all(f == found[0] for f in found) else None
        return None

    def broadcast(self, parts: list[Any]) -> Any:
        """The dimensions of arrays broadcast together."""
        if None in parts:
            return None
        if "later" in parts:
            return "later"
        width = max(map(len, parts))
        made = []
        for sizes in zip(*((ONE,) * (width - len(p)) + p for p in parts), strict=True):
            others = {s for s in sizes if s != ONE}
            if len(set(map(self.name, others))) > 1 and not all(map(self.is_plural, others)):
                return None
            made.append(min(others) if others else ONE)
        return tuple(made)

    def sliced(self, dims: Dims, key: Expr) -> Any:
        parts = key.args if isinstance(key, Op) and key.fn is prims.make_tuple else (key,)
        if len(parts) > len(dims):
            return None
        made = []
        for size, part in zip(dims, parts, strict=False):
            trim = trimmed(part)
            if trim is None or size == ONE and trim != (0, 0):
                return None
            made.append(_less(size, sum(trim)))
        return (*made, *dims[len(parts) :])

    def _of_shape(self, shape: Expr) -> Any:
        if isinstance(shape, Op) and shape.fn in (prims.make_tuple, prims.make_list):
            made = tuple(map(self.size, shape.args))
            return None if None in made else made
        inner = shape_of(shape)
        if isinstance(shape, Op) and shape.fn is prims.get_attr and shape.args[1] == Lit("shape"):
            inner = shape.args[0]
        if inner is not None:
            return self.of(inner)
        one = self.size(shape)
        return None if one is None else (one,)

    def size(self, expr: Expr) -> Any:
        """The name of an int that is a size."""
        match expr:
            case Lit(value=int(number)):
                return ("number", number)
            case Var(name=name) if is_integral(plain(self.facts.kind(name))):
                values = self.values.get(name, [])
                if name in self.params:
                    return ("int", name) if not values else None
                if len(values) != 1 or name in self.inside:
                    return None
                found = self.size(values[0]) if values[0] is not None else None
                return found or ("int", name)
            case Op(fn=operator.add | operator.sub as fn, args=(a, Lit(value=int(by)))):
                size = self.size(a)
                return None if size is None else _less(size, by if fn is operator.sub else -by)
            case Op(fn=fn, args=(base, Lit(value=int(axis)))) if fn is operator.getitem:
                if isinstance(base, Var) and len(self.values.get(base.name, [])) == 1 and base.name not in self.inside:
                    base = self.values[base.name][0] or base  # n, m = x.shape
                inner = shape_of(base)
                if isinstance(base, Op) and base.fn is prims.get_attr and base.args[1] == Lit("shape"):
                    inner = base.args[0]
                dims = None if inner is None else self.of(inner)
                return dims[axis] if isinstance(dims, tuple) and -len(dims) <= axis < len(dims) else None
            case Op(fn=fn, args=(base,)) if fn is len:
                dims = self.of(base)
                return dims[0] if isinstance(dims, tuple) and dims else None
            case _:
                return None


def is_real(kind: Kind) -> bool:
    """A real number."""
    return is_number(plain(kind)) and plain(kind) != COMPLEX


def trimmed(part: Expr) -> tuple[int, int] | None:
    """How many elements a slice leaves out at both ends, where that does not depend on the size."""
    if part == Lit(Ellipsis):
        return None
    if not (isinstance(part, Op) and part.fn is prims.make_slice):
        return None
    start, stop, step = part.args
    if step not in (Lit(None), Lit(1)):
        return None
    match start:
        case Lit(value=None):
            low = 0
        case Lit(value=int(number)) if number >= 0:
            low = number
        case _:
            return None
    match stop:
        case Lit(value=None):
            return low, 0
        case Lit(value=int(number)) if number < 0:
            return low, -number
        case _:
            return None


def _less(size: Any, by: int) -> Any:
    """The name of `max(0, size - by)`, for a `by` that is not negative; else of `size - by`."""
    if by == 0:
        return size
    if size[0] == "number":
        return ("number", max(0, size[1] - by))
    if size[0] == "less":
        return _less(size[1], size[2] + by) if (size[2] > 0) == (by > 0) or size[2] + by == 0 else ("less", size, by)
    return ("less", size, by)
