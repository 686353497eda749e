"""Calls of generated functions: the forward half in the forward sweep, the reverse half on the way back.

Contract: what lives at an address is given to the forward half with its shadow; what goes by value comes back from the
reverse half as a contribution.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from srcad.analysis.leaves import Leaf, reach
from srcad.core import prims
from srcad.core.kinds import Array, holds_complex, is_complex, present, show
from srcad.core.nodes import (
    Assign,
    Do,
    Expr,
    Lit,
    Op,
    Ref,
    Stmt,
    Unpack,
    Var,
)
from srcad.errors import KindError
from srcad.transform.complexes import real_part
from srcad.transform.reverse import shadows
from srcad.transform.reverse.mirror import Action, Add, Kill, Run

if TYPE_CHECKING:
    from srcad.transform.reverse.build import Builder


def call(builder: Builder, stmt: Assign, target: str, special: Any, value: Op) -> None:
    """A call of a user's function: its forward half here, its reverse half on the way back."""
    args = value.args[1:]
    mask = tuple(builder.active(a) for a in args)
    useful = target in builder.activity.active or any(
        m and isinstance(a, Var) and any(leaf.shadow for leaf in builder.leaves(a.name))
        for m, a in zip(mask, args, strict=True)
    )
    if not any(mask) or not useful:
        if target in builder.activity.active:
            own = [name for leaf, name in builder.adjoint_leaves(target) if not leaf.shadow]
            shadows.fresh_shadows(builder, target)
            builder.main_step(stmt, [Kill(name) for name in own])
        else:
            builder.step(stmt)
        return
    forced = tuple(m and isinstance(a, Var) and builder.keeps_arrays(a.name) for m, a in zip(mask, args, strict=True))
    is_written = target in builder.activity.active and builder.keeps_arrays(target)
    pair = builder.pair(special, mask, forced, shared_arguments(builder, args), is_written)
    if pair.idle:
        builder.step(stmt)
        return
    lent: list[Expr] = []
    for position, leaf in pair.argument_leaves:
        if leaf.shadow:
            atom = args[position]
            assert isinstance(atom, Var)
            lent.append(Var(builder.adjoint(atom.name, leaf)))
    targets = [target]
    cotangents: list[str] = []
    given: list[Expr] = []
    mine = {leaf.path: leaf for leaf in builder.leaves(target)} if target in builder.activity.active else {}
    for leaf in pair.result_leaves:
        match_ = mine.get(leaf.path)
        if match_ is None or match_.shadow != leaf.shadow:
            if target not in builder.activity.active:
                name = builder.names.temp("unused", leaf.kind)
                if leaf.shadow:
                    targets.append(name)
                else:
                    builder.names.kinds[name] = leaf.kind
                    cotangents.append("")
                    given.append(_no_cotangent(builder, target, leaf))
                continue
            raise builder.refuse(
                f"{builder.user(target)} is {show(builder.kinds[target])} here "
                f"and {show(special.result_kind)} elsewhere",
                "return values of one form on every path",
                KindError,
            )
        name = builder.adjoint(target, match_)
        if leaf.shadow:
            targets.append(name)
        else:
            cotangents.append(name)
            real = builder.has_complex and not holds_complex(leaf.kind)
            given.append(real_part(Var(name), lambda n: builder.kind(Var(n))) if real else Var(name))
    saved: list[Expr] = []
    if pair.saves:
        keep = builder.names.temp(f"{special.name}_saved")
        targets.append(keep)
        saved.append(Var(keep))
    forward = Op(prims.call, (Ref(pair.forward.name, pair.forward), *args, *lent))
    outgoing: list[str] = []
    for position, leaf in pair.argument_leaves:
        if not leaf.shadow:
            atom = args[position]
            assert isinstance(atom, Var)
            outgoing.append(builder.adjoint(atom.name, _own_leaf(builder, atom.name, leaf)))
    actual = tuple(c for c in cotangents if c)
    backward = Op(prims.call, (Ref(pair.reverse.name, pair.reverse), *saved, *given))
    actions: list[Action] = []
    always = bool(lent) or len(targets) > 1 + bool(saved)
    of = () if always else actual
    needs = actual if always else ()
    by_value = [leaf.kind for _, leaf in pair.argument_leaves if not leaf.shadow]
    temps = [
        builder.names.temp(f"{name.lstrip('%')}_part", builder.names.kinds.get(name) if not is_complex(kind) else kind)
        for name, kind in zip(outgoing, by_value, strict=True)
    ]
    if len(temps) == 1:
        run: Stmt = Assign(temps[0], backward, builder.place)
    elif temps:
        run = Unpack(tuple(temps), backward, builder.place)
    else:
        run = Do(backward, builder.place)
    actions.append(Run(run, of or needs, always))
    own_names = set(actual)
    for name, temp in zip(outgoing, temps, strict=True):
        actions.append(Add(name, Var(temp), of))
    made: Stmt = (
        Assign(target, forward, stmt.place) if len(targets) == 1 else Unpack(tuple(targets), forward, stmt.place)
    )
    finish_call(builder, made, actions, own_names)


def _no_cotangent(builder: Builder, target: str, leaf: Leaf) -> Expr:
    """The cotangent of a part of a result that nobody differentiates: zero, of the part's shape."""
    if not isinstance(present(leaf.kind), Array):
        return Lit(0.0)
    return Op(np.zeros_like, (reach(Var(target), leaf.path, builder.kinds[target]),))


def shared_arguments(builder: Builder, args: tuple[Expr, ...]) -> tuple[tuple[int, ...], ...]:
    """The positions of arguments that may share memory which somebody writes to."""
    regions = builder.activity.regions
    groups: dict[str, list[int]] = {}
    for i, arg in enumerate(args):
        region = regions.of(arg.name) if isinstance(arg, Var) else None
        if (
            region is not None
            and isinstance(arg, Var)
            and (regions.is_written(arg.name) or arg.name in builder.shadowed)
        ):
            groups.setdefault(region, []).append(i)
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def _own_leaf(builder: Builder, name: str, leaf: Leaf) -> Leaf:
    for mine in builder.leaves(name):
        if mine.path == leaf.path:
            return mine
    raise builder.refuse(
        f"{builder.user(name)} is {show(builder.kinds[name])}, but a function is given {show(leaf.kind)}",
        "give it values of one form on every path",
        KindError,
    )


def finish_call(builder: Builder, stmt: Stmt, actions: list[Action], own: set[str]) -> None:
    builder.finish(stmt, actions, own)
