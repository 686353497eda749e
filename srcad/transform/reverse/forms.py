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
from srcad.core.kinds import (
    FLOAT,
    Array,
    Dict,
    Kind,
    List,
    Maybe,
    Object,
    Record,
    Tuple,
    children,
    is_integral,
    is_smooth,
)
from srcad.core.nodes import NONE, Assign, Block, Expr, Lit, Op, Program, Ref, Return, Stmt, Var, walk

Adjoint = Callable[[Leaf], str]


class Form:
    """The gradient of one parameter, as an expression of its adjoints."""

    def __init__(self, name: str, kind: Kind, adjoint: Adjoint, by_address: Callable[[Kind], bool]) -> None:
        self.name = name
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
            if not _is_smooth_inside(kind):
                return Op(runtime.mirrored, (NONE, self._primal(path)))
            shadow = Var(self.adjoint(Leaf(path, kind, True)))
            return self._from_shadow(shadow, self._primal(path), kind)
        return _structure(kind, lambda step, inner: self.part((*path, step), inner))

    def _from_shadow(self, shadow: Expr, primal: Expr, kind: Kind) -> Expr:
        """The gradient of what lives at an address: its shadow, where that has the argument's own form."""
        if _same_form(kind):
            return shadow
        if isinstance(kind, Object):
            return _structure(kind, lambda step, inner: self._attribute(shadow, primal, step[1], inner))
        return Op(runtime.mirrored, (shadow, primal))

    def _attribute(self, shadow: Expr, primal: Expr, key: str, kind: Kind) -> Expr:
        if not _is_smooth_inside(kind) and children(kind) is None and not self.by_address(kind):
            return NONE
        held, given = (Op(prims.get_attr, (base, Lit(key))) for base in (shadow, primal))
        return held if kind is FLOAT else self._from_shadow(held, given, kind)

    def _cast(self, adjoint: Expr, path: Path, kind: Kind) -> Expr:
        """An adjoint as an array of the argument's dtype; NumPy makes scalars of computed 0-d arrays."""
        if not isinstance(kind, Array):
            return adjoint
        other = kind.dtype not in ("float64", "complex128")
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
        case Tuple(cls=cls) if cls is not None:
            return Op(prims.call, (Ref(cls.__name__, cls), *(p for _, p in parts)))
        case Tuple():
            return Op(prims.make_tuple, tuple(p for _, p in parts))
        case Record():
            return Op(prims.make_dict, tuple(e for (_, key), p in parts for e in (Lit(key), p)))
        case Object(cls=cls):
            named = tuple((str(key), p) for (_, key), p in parts)
            if not dataclasses.is_dataclass(cls):
                return Op(prims.call, (Ref("SimpleNamespace", SimpleNamespace),), named)
            if _has_plain_init(cls, [key for key, _ in named]):
                return Op(prims.call, (Ref(cls.__name__, cls),), named)
            return Op(runtime.instance, (Ref(cls.__name__, cls),), named)
        case _:
            return NONE


def _has_plain_init(cls: Any, names: list[str]) -> bool:
    """Whether `cls(**attributes)` sets these attributes and does nothing else."""
    fields = dataclasses.fields(cls)
    return (
        [f.name for f in fields] == names
        and all(f.init for f in fields)
        and not hasattr(cls, "__post_init__")
        and cls.__dataclass_params__.init
    )


def _same_form(kind: Kind) -> bool:
    """Whether the shadow of a value has the very form of its gradient."""
    match kind:
        case List(item=item):
            return _same_form(item)
        case Dict(value=value, cls=cls):
            return cls is dict and _same_form(value)
        case _:
            return is_smooth(kind) and not isinstance(kind, Maybe) and not isinstance(kind, Array) or _is_wide(kind)


def _is_wide(kind: Kind) -> bool:
    return isinstance(kind, Array) and bool(kind.dims) and is_smooth(kind)


def _is_smooth_inside(kind: Kind) -> bool:
    from srcad.core.kinds import holds_smooth

    return holds_smooth(kind)


# ---------------------------------------------------------------- floats

_ARITHMETIC = {operator.add, operator.sub, operator.mul, operator.neg, operator.pow, operator.pos}
_FRESH = {np.zeros_like, np.ones_like, np.full_like, np.array}


def settled(program: Program, kinds: dict[str, Kind], adjoints: frozenset[str], floats: tuple[bool, ...]) -> Program:
    """The gradients at the positions `floats` are floats, and an array just made is not copied.

    `floats` says for each expression of the returned tuple (or for the only one) whether it must be a float.
    """
    floating = _Floating(program.body, kinds)

    def change(stmt: Stmt) -> Stmt:
        if isinstance(stmt, Assign) and stmt.target in adjoints and kinds.get(stmt.target) is FLOAT:
            if isinstance(stmt.value, Lit) and type(stmt.value.value) is int:
                return replace(stmt, value=Lit(float(stmt.value.value)))
        return stmt

    body = tuple(map(change, program.body))
    last = body[-1]
    assert isinstance(last, Return)
    value = last.value
    if len(floats) == 1:
        value = floating.settle(value, floats[0])
    elif isinstance(value, Op) and value.fn is prims.make_tuple and len(value.args) == len(floats):
        value = replace(value, args=tuple(map(floating.settle, value.args, floats)))
    return replace(program, body=(*body[:-1], replace(last, value=value)))


class _Floating:
    """Which expressions may be an int where a float is wanted."""

    def __init__(self, body: Block, kinds: dict[str, Kind]) -> None:
        self.kinds = kinds
        self.values: dict[str, list[Expr]] = {}
        for stmt in walk(body):
            if isinstance(stmt, Assign) and not stmt.accumulate:
                self.values.setdefault(stmt.target, []).append(stmt.value)
        self.visiting: set[str] = set()

    def settle(self, expr: Expr, wanted: bool) -> Expr:
        if isinstance(expr, Op) and expr.fn is np.array and not expr.kwargs:
            inner = expr.args[0]
            if isinstance(inner, Op) and inner.fn in _FRESH:
                return inner
        if not wanted or not self.may_be_int(expr):
            return expr
        if isinstance(expr, Lit):
            return Lit(float(expr.value))
        return Op(float, (expr,))

    def may_be_int(self, expr: Expr) -> bool:
        match expr:
            case Lit(value=value):
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
            case Ref(value=value):
                return isinstance(value, int)
            case _:
                return False
