"""The form of a gradient: that of the argument, with None for what has no derivative.

    x: float                    ->  d_x
    v: float32[:]               ->  d_v.astype(v.dtype)
    p: {"w": float, "n": int}   ->  {"w": d_p_w, "n": None}
    xs: list of float           ->  d_xs
    ps: list of Particle        ->  mirrored(d_ps, ps)

A gradient for a float is a float, also where its cotangent came out as an int: `3 * x` has gradient 3.0.
"""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from srcad import runtime
from srcad.analysis.leaves import Leaf, Path, reach
from srcad.core import prims
from srcad.core.attributes import own_attribute
from srcad.core.kinds import (
    COMPLEX,
    FLOAT,
    Array,
    Dict,
    Kind,
    List,
    Maybe,
    Object,
    Record,
    Tuple,
    TupleOf,
    children,
    holds_complex,
    holds_smooth,
    is_integral,
    is_smooth,
)
from srcad.core.nodes import NONE, Assign, Block, Expr, Lit, Op, Program, Ref, Return, Var, map_operands, walk

Adjoint = Callable[[Leaf], str]


class Form:
    """The gradient of one parameter, as an expression of its adjoints."""

    def __init__(
        self,
        name: str,
        kind: Kind,
        adjoint: Adjoint,
        by_address: Callable[[Kind], bool],
        given: str,
        narrow: bool,
        turns_complex: Callable[[Expr], bool] = lambda adjoint: False,
    ) -> None:
        self.turns_complex = turns_complex  # whether an adjoint is of a variable that is complex later
        self.name = given  # a variable that still holds the argument as it was given
        self.narrow = narrow  # adjoints may be of a narrower dtype than their arguments
        self.grown = given != name  # it was copied, since the program writes to it
        self.kind = kind
        self.adjoint = adjoint
        self.by_address = by_address

    def whole(self) -> Expr:
        return self.part((), self.kind)

    def part(self, path: Path, kind: Kind) -> Expr:
        """The gradient of the part at `path`, which is of this kind."""
        if is_smooth(kind):
            return self._cast(Var(self.adjoint(Leaf(path, kind, False))), path, kind)
        if self.by_address(kind):
            if not holds_smooth(kind):
                return Op(runtime.mirrored, (NONE, self._primal(path)))
            shadow = Var(self.adjoint(Leaf(path, kind, True)))
            return self._from_shadow(shadow, self._primal(path), kind)
        return _structure(kind, lambda step, inner: self.part((*path, step), inner))

    def _from_shadow(self, shadow: Expr, primal: Expr, kind: Kind) -> Expr:
        """The gradient of what lives at an address: its shadow, where that has the argument's own form."""
        if _same_form(kind) and not (self.grown and may_grow(kind)):
            return shadow
        if isinstance(kind, Object):
            return _structure(kind, lambda step, inner: self._attribute(shadow, primal, step[1], inner))
        if kind == TupleOf(FLOAT):
            return Op(prims.call, (Ref("tuple", tuple), shadow))
        return Op(runtime.mirrored, (shadow, primal))

    def _attribute(self, shadow: Expr, primal: Expr, key: str, kind: Kind) -> Expr:
        if not holds_smooth(kind) and children(kind) is None and not self.by_address(kind):
            return NONE
        held, given = (own_attribute(base, key) for base in (shadow, primal))
        return held if kind is FLOAT else self._from_shadow(held, given, kind)

    def _cast(self, adjoint: Expr, path: Path, kind: Kind) -> Expr:
        """An adjoint as a float, or as an array of the argument's dtype; NumPy makes scalars of 0-d arrays."""
        if self.turns_complex(adjoint) and not holds_complex(kind):
            adjoint = Op(np.real, (adjoint,), form="attr:real")
        if not isinstance(kind, Array):
            if kind in (FLOAT, COMPLEX):
                return Op(float if kind is FLOAT else complex, (adjoint,))
            return adjoint
        other = self.narrow or kind.dtype not in ("float64", "complex128")
        dtype = Op(prims.get_attr, (self._primal(path), Lit("dtype")))
        if kind.dims == "":
            return Op(np.array, (adjoint,), (("dtype", dtype),) if other else ())
        return Op(runtime.astype, (adjoint, dtype)) if other else adjoint

    def _primal(self, path: Path) -> Expr:
        return reach(Var(self.name), path, self.kind)


def _structure(kind: Kind, part: Callable[[tuple[str, Any], Kind], Expr]) -> Expr:
    """A structure of the form of `kind`, made of its parts; None for what has no parts."""
    parts = [(step, part(step, inner)) for step, inner in children(kind) or ()]
    match kind:
        case Tuple(cls=cls) if cls is list:
            return Op(prims.make_list, tuple(p for _, p in parts))
        case Tuple(cls=cls) if cls is not None:
            return Op(prims.call, (Ref(cls.__name__, cls), *(p for _, p in parts)))
        case Tuple():
            return Op(prims.make_tuple, tuple(p for _, p in parts))
        case Record():
            return Op(prims.make_dict, tuple(e for (_, key), p in parts for e in (Lit(key), p)))
        case Object(cls=cls):
            return _object(cls, tuple((str(key), p) for (_, key), p in parts))
        case _:
            return NONE


def _object(cls: Any, parts: tuple[tuple[str, Expr], ...]) -> Expr:
    """An instance of the class for a dataclass, else a namespace with the same attributes."""
    if not dataclasses.is_dataclass(cls):
        return Op(prims.call, (Ref("SimpleNamespace", SimpleNamespace),), parts)
    name = str(getattr(cls, "__name__", "cls"))
    if _has_plain_init(cls, [key for key, _ in parts]):
        return Op(prims.call, (Ref(name, cls),), parts)
    unset = {f.name for f in dataclasses.fields(cls)} - {key for key, _ in parts}
    return Op(runtime.instance, (Ref(name, cls),), (*parts, *((key, NONE) for key in sorted(unset))))


def _has_plain_init(cls: Any, names: list[str]) -> bool:
    """Whether `cls(**attributes)` sets these attributes and does nothing else."""
    fields = dataclasses.fields(cls)
    return (
        [f.name for f in fields] == names
        and all(f.init for f in fields)
        and not hasattr(cls, "__post_init__")
        and cls.__dataclass_params__.init
    )


def is_narrow(kind: Kind) -> bool:
    """Whether a value of this kind is computed with fewer digits than a float has."""
    if isinstance(kind, Array):
        return kind.dtype in ("float16", "float32", "complex64")
    return any(is_narrow(k) for _, k in children(kind) or ())


def entering(before: Kind, after: Kind) -> Kind:
    """The kind of an argument as it was given, seen as the program sees it: `after` without attributes set later."""
    match before, after:
        case (Object(cls=cls, attrs=attrs), Object(attrs=later)):
            known = dict(later)
            return Object(cls, tuple((name, entering(kind, known.get(name, kind))) for name, kind in attrs))
        case (Tuple(items=items), Tuple(items=later, cls=cls, names=names)):
            return Tuple(tuple(map(entering, items, later)), cls, names)
        case (Record(items=pairs), Record(items=later)):
            return Record(tuple((key, entering(a, b)) for (key, a), (_, b) in zip(pairs, later, strict=True)))
        case _:
            return after


def may_grow(kind: Kind) -> bool:
    """Whether a program that writes to a value of this kind may give it parts that the gradient has no place for.

    Of a list of complex numbers it must be known, too, which were real as it was given.
    """
    match kind:
        case Dict() | Record() | Object() | Maybe():
            return True
        case List(item=item):
            return may_grow(item) or holds_complex(item)
        case Tuple(items=items):
            return any(map(may_grow, items))
        case _:
            return False


def _same_form(kind: Kind) -> bool:
    """Whether the shadow of a value has the very form of its gradient: complex numbers may have real shadows."""
    if holds_complex(kind):
        return False
    match kind:
        case List(item=item):
            return _same_form(item)
        case Dict(value=value, cls=cls):
            return cls is dict and _same_form(value)
        case _:
            return is_smooth(kind) and not isinstance(kind, Maybe) and not isinstance(kind, Array) or _is_wide(kind)


def _is_wide(kind: Kind) -> bool:
    return isinstance(kind, Array) and bool(kind.dims) and is_smooth(kind)


# ---------------------------------------------------------------- what the simplifier left

_ARITHMETIC = {operator.add, operator.sub, operator.mul, operator.neg, operator.pow, operator.pos}
_FRESH = {np.zeros_like, np.ones_like, np.full_like, np.array}
_STRUCTURES = {prims.make_tuple, prims.make_list, prims.make_dict, prims.call, runtime.instance}


def settled(program: Program, kinds: dict[str, Kind], slot: int | None) -> Program:
    """The program without conversions that do nothing: `float` of a float, a copy of an array just made.

    `slot` is where the gradient is in the tuple that is returned; None where it is all that is returned.
    """
    last = program.body[-1]
    assert isinstance(last, Return)
    settle = _Settle(program.body, kinds)
    value = last.value
    if slot is None:
        value = settle.gradient(value)
    elif isinstance(value, Op) and value.fn is prims.make_tuple:
        args = tuple(settle.gradient(a) if i == slot else a for i, a in enumerate(value.args))
        value = replace(value, args=args)
    return replace(program, body=(*program.body[:-1], replace(last, value=value)))


class _Settle:
    """Which expressions may be an int where a float is wanted."""

    def __init__(self, body: Block, kinds: dict[str, Kind]) -> None:
        self.kinds = kinds
        self.values: dict[str, list[Expr]] = {}
        for stmt in walk(body):
            if isinstance(stmt, Assign) and not stmt.accumulate:
                self.values.setdefault(stmt.target, []).append(stmt.value)
        self.visiting: set[str] = set()

    def gradient(self, expr: Expr) -> Expr:
        if not isinstance(expr, Op):
            return expr
        if expr.fn in _STRUCTURES:
            return map_operands(expr, self.gradient)
        inner = expr.args[0] if expr.args else expr
        if expr.fn is np.array and not expr.kwargs and isinstance(inner, Op) and inner.fn in _FRESH:
            return inner
        if expr.fn is complex:
            return Lit(complex(inner.value)) if isinstance(inner, Lit) else expr
        if expr.fn is float:
            if isinstance(inner, Lit):
                return Lit(float(inner.value))
            return expr if self.may_be_int(inner) else inner
        return expr

    def may_be_int(self, expr: Expr) -> bool:
        match expr:
            case Lit(value=value) | Ref(value=value):
                return isinstance(value, int)
            case Var(name=name):
                if name in self.visiting:
                    return False
                if name not in self.values:
                    return is_integral(self.kinds.get(name, FLOAT))
                self.visiting.add(name)
                found = any(map(self.may_be_int, self.values[name]))
                self.visiting.discard(name)
                return found
            case Op(fn=fn, args=args):
                return fn in _ARITHMETIC and all(map(self.may_be_int, args))
            case _:
                return False
