"""What the tangent of a value is: the names, the parts and the zeros that every step of forward mode speaks of.

Contract: beside an active variable `x` there are tangent variables, one for each of its leaves: `x_dot`, or
`x_w_dot` for the part `x["w"]`. They are bound wherever `x` is bound, so that no path leads to one that does not
exist. The tangent of what lives at an address (a list, an open dict, an object that is written to, an array that is
written into) is a *shadow*: a container of the same form, which aliases as the primal does.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from srcad import runtime
from srcad.analysis.activity import Activity
from srcad.analysis.leaves import Leaf, Path, leaves, reach, spelled
from srcad.core import prims
from srcad.core.kind_of import kind_of
from srcad.core.kinds import (
    FLOAT,
    UNKNOWN,
    Array,
    Const,
    Dict,
    Function,
    Kind,
    Maybe,
    Object,
    Record,
    children,
    holds_complex,
    holds_smooth,
    is_array,
    is_number,
    is_smooth,
    present,
)
from srcad.core.nodes import NONE, Expr, Lit, Op, Ref, Stmt, Var
from srcad.errors import Place, SrcadError, UnsupportedSyntax
from srcad.transform.reverse.names import Names


class TangentNames(Names):
    """The tangent of `x` is `x_dot`, that of its part `x["w"]` `x_w_dot`, and that of a temporary `%t3` `%t3_dot`."""

    def _adjoint_name(self, var: str, path: Path) -> str:
        return self.fresh(f"{var}{spelled(path)}_dot")


class Atoms:
    """The variables of one program, and what is emitted for it."""

    def __init__(
        self, kinds: Mapping[str, Kind], activity: Activity, names: Names, by_address: Callable[[Kind], bool]
    ) -> None:
        self.kinds = dict(kinds)
        self.has_complex = any(map(holds_complex, kinds.values()))
        self.activity = activity
        self.names = names
        self.by_address = by_address
        self.place: Place | None = None
        self.out: list[Stmt] = []

    def refuse(self, message: str, remedy: str, error: type[SrcadError] = UnsupportedSyntax) -> SrcadError:
        return error(message, self.place, remedy)

    def emit(self, stmt: Stmt) -> None:
        self.out.append(stmt)

    def shown(self, name: str) -> str:
        """A variable as the user calls it."""
        return "the value" if name.startswith("%t") else name.lstrip("%")

    # ------------------------------------------------------------ what is known of a variable

    def kind(self, atom: Expr) -> Kind:
        match atom:
            case Var(name=name):
                return self.kinds.get(name) or self.names.kinds.get(name, UNKNOWN)
            case Lit(value=value) | Ref(value=value):
                return Const(value) if isinstance(value, (bool, int)) else kind_of(value)
            case _:
                return UNKNOWN

    def active(self, atom: Expr) -> bool:
        return isinstance(atom, Var) and atom.name in self.activity.active

    def addresses(self, name: str) -> Callable[[Kind], bool]:
        """What lives at an address in the memory that a variable leads to: arrays do where they are written to."""
        if not self.activity.regions.is_array_written(name):
            return self.by_address
        return lambda kind: self.by_address(kind) or isinstance(present(kind), Array) and is_smooth(kind)

    def leaves(self, name: str) -> tuple[Leaf, ...]:
        return leaves(self.kinds[name], self.addresses(name))

    def tangent(self, name: str, leaf: Leaf) -> str:
        return self.names.adjoint(name, leaf)

    def whole_leaf(self, name: str) -> Leaf | None:
        """The leaf of a variable whose tangent is one variable, None for a structure of several."""
        found = self.leaves(name)
        return found[0] if len(found) == 1 and not found[0].path else None

    # ------------------------------------------------------------ tangents as expressions

    def tangent_of(self, atom: Expr, path: Path = ()) -> Expr:
        """The tangent of a part of a value, in the form that a shadow has: lists for tuples, 0.0 for ints."""
        if isinstance(atom, Op):  # the operands of a variadic parameter
            return replace(atom, args=tuple(map(self.tangent_of, atom.args)))
        own = at(self.kind(atom), path)
        if not self.active(atom):
            return self.zero(reach(atom, path, self.kind(atom)), own)
        assert isinstance(atom, Var)
        for leaf in self.leaves(atom.name):
            if leaf.path == path:
                return Var(self.tangent(atom.name, leaf))
            if path[: len(leaf.path)] == leaf.path:
                whole = Leaf(leaf.path, leaf.kind, leaf.shadow)
                return inside(Var(self.tangent(atom.name, whole)), path[len(leaf.path) :], leaf.kind)
        parts = children(own)
        if not holds_smooth(own) or parts is None:
            return self.zero(reach(atom, path, self.kind(atom)), own)
        return shadow_display(own, [(step, self.tangent_of(atom, (*path, step))) for step, _ in parts])

    def zero(self, primal: Expr, kind: Kind) -> Expr:
        """The tangent of a value that no derivative reaches."""
        if is_number(kind) or kind is FLOAT:
            return Lit(0.0)
        if is_array(present(kind)) and is_smooth(kind):
            return Op(np.zeros_like, (primal,))
        if isinstance(kind, Array):  # of ints: what it is put together with may be floats
            return Op(np.zeros_like, (primal,), (("dtype", Ref("float", float)),))
        if isinstance(kind, Const) and kind.value is None:
            return NONE
        return Op(runtime.shadow_of, (primal,))


def at(kind: Kind, path: Path) -> Kind:
    """The kind of the part of a value at a path."""
    for step in path:
        kind = dict(children(kind) or ()).get(step, UNKNOWN)
    return kind


def inside(shadow: Expr, path: Path, kind: Kind) -> Expr:
    """The part of a shadow of a value of this kind: the parts of a tuple or function value are the items of a list."""
    for how, key in path:
        if how == "attr":
            shadow = Op(prims.get_attr, (shadow, Lit(key)))
        else:
            shadow = Op(operator.getitem, (shadow, Lit(shadow_key(kind, how, key))))
        kind = dict(children(kind) or ()).get((how, key), UNKNOWN)
    return shadow


def shadow_key(kind: Kind, how: str, key: object) -> object:
    """The key of a part in a shadow."""
    if how == "field":
        kind = kind.kind if isinstance(kind, Maybe) else kind
        assert isinstance(kind, Function)
        return [name for name, _ in kind.fields].index(str(key))
    return key


def shadow_display(kind: Kind, parts: list[tuple[tuple[str, object], Expr]]) -> Expr:
    """A shadow of a structure, written out."""
    if isinstance(kind, Maybe):
        kind = kind.kind
    if isinstance(kind, (Record, Dict)):
        return Op(prims.make_dict, tuple(e for (_, key), part in parts for e in (Lit(key), part)))
    if isinstance(kind, Object):
        return Op(runtime.object_shadow, (), tuple((str(key), part) for (_, key), part in parts))
    return Op(prims.make_list, tuple(part for _, part in parts))
