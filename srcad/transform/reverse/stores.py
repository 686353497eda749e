"""Stores into arrays, objects and containers, and `x += v` on an array.

Contract: the adjoint of what was stored is taken from the shadow, which is zero there before the store; an in-place
operation scales the shadow by its partial in the array itself.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from srcad import runtime
from srcad.analysis.leaves import Leaf, leaves
from srcad.analysis.regions import is_copying
from srcad.core import prims
from srcad.core.kinds import (
    UNKNOWN,
    Array,
    Dict,
    List,
    Object,
    Record,
    holds_smooth,
    is_complex,
    is_number,
    present,
)
from srcad.core.nodes import (
    Assign,
    Do,
    Expr,
    Lit,
    Op,
    Stmt,
    Store,
    Var,
)
from srcad.rules.kinding import index_kind, kind_of_index
from srcad.rules.registry import rule_for
from srcad.rules.static import padded, settle
from srcad.transform.complexes import real_part
from srcad.transform.reverse import containers, primitives, reads, shadows
from srcad.transform.reverse.mirror import Action, Add, Run
from srcad.transform.reverse.names import shadow_kind

if TYPE_CHECKING:
    from srcad.transform.reverse.build import Builder


IN_PLACE: dict[Callable[..., Any], Callable[..., Any]] = {
    operator.iadd: operator.add,
    operator.isub: operator.sub,
    operator.imul: operator.mul,
    operator.itruediv: operator.truediv,
    operator.ifloordiv: operator.floordiv,
    operator.imod: operator.mod,
    operator.ipow: operator.pow,
    operator.imatmul: operator.matmul,
}


def store(builder: Builder, stmt: Store) -> None:
    base = stmt.base
    held = present(builder.kind(base))
    if isinstance(held, List) and isinstance(stmt.key, Op) and stmt.key.fn is prims.make_slice:
        containers.splice(builder, stmt)
        return
    if not builder.active(base):
        builder.step(stmt)
        return
    if isinstance(held, Array):
        array_store(builder, stmt, held)
        return
    assert isinstance(base, Var)
    shadow = Var(builder.adjoint(base.name, Leaf((), builder.kinds[base.name], True)))
    key_expr = stmt.key
    kind = (
        dict(held.attrs).get(str(key_expr.value))
        if stmt.attr and isinstance(held, Object) and isinstance(key_expr, Lit)
        else shadows.item_kind(held, key_expr.value if isinstance(key_expr, Lit) else None)
    )
    kind = kind or UNKNOWN
    place = (
        Op(prims.get_attr, (shadow, key_expr), form="own") if stmt.attr else Op(operator.getitem, (shadow, key_expr))
    )
    actions: list[Action] = []
    if holds_smooth(kind):
        actions += shadows.from_shadow(builder, place, stmt.value, kind)
    builder.step(stmt)
    if holds_smooth(kind):
        addresses = builder.addresses(base.name)
        value = shadows.shadow_value(builder, stmt.value, kind, addresses)
        empty = Store(shadow, key_expr, value, builder.place, attr=stmt.attr)
        if any(leaf.shadow for leaf in leaves(kind, addresses)) or not is_number(kind):
            # what it held lives on at its own address, or has a zero of a form of its own
            before = builder.names.temp("shadow_before", shadow_kind(kind))
            peek = runtime.attribute_before if stmt.attr else runtime.item_before
            back = runtime.restore_attribute if stmt.attr else runtime.restore_item
            builder.step(Assign(before, Op(peek, (shadow, key_expr)), builder.place))
            undo = Run(Do(Op(back, (shadow, key_expr, Var(before))), builder.place))
            builder.step(empty, [*actions, undo])
        elif isinstance(held, (Dict, Object, Record)):
            # the slot may be new: it is made on the way out, and emptied on the way back
            builder.step(empty, [*actions, Run(empty)])
        else:
            builder.step(None, [*actions, Run(empty)])


def array_store(builder: Builder, stmt: Store, held: Array) -> None:
    """`x[index] = v`: the adjoint of the elements goes to v, and is zero before."""
    base, index = stmt.base, stmt.key
    assert isinstance(base, Var)
    shadow = Var(builder.adjoint(base.name, Leaf((), held, True)))
    place = Op(operator.getitem, (shadow, index))
    actions: list[Action] = []
    element = kind_of_index(held, index_kind(index, builder.kinds), index)
    sizes = builder.sizes.result(builder.now)
    if isinstance(element, Array) and sizes is not None:
        element = Array(element.dtype, sizes)
    zero = Run(Store(shadow, index, Lit(0.0), builder.place))
    if builder.active(stmt.value):
        value = stmt.value
        assert isinstance(value, Var)
        leaf = primitives.smooth_leaf(builder, value.name)
        taken = builder.names.temp("d_item", element)
        if reads.repeats(builder, index):
            made: Expr = Op(runtime.last_written, (shadow, index))
        elif is_number(element) or is_copying(index, builder.kinds):
            made = place
        else:
            made = Op(np.array, (shadow if index == Lit(Ellipsis) else place,))
        actions = [Run(Assign(taken, made, builder.place)), zero]
        cotangent = primitives.unbroadcast(builder, Var(taken), value, builder.sized(value), element)
        actions.append(Add(builder.adjoint(value.name, leaf), cotangent, ()))
    else:
        actions = [zero]
    builder.step(stmt, actions)


def add_at(builder: Builder, stmt: Stmt, value: Op) -> None:
    """`np.add.at(x, index, v)`: the elements keep their adjoints, and v gets those at its indices."""
    base, index, added = value.args
    assert isinstance(base, Var)
    actions: list[Action] = []
    if builder.active(base) and builder.active(added):
        assert isinstance(added, Var)
        held = builder.kinds[base.name]
        shadow = Var(builder.adjoint(base.name, Leaf((), held, True)))
        element = kind_of_index(held, index_kind(index, builder.kinds), index)
        leaf = primitives.smooth_leaf(builder, added.name)
        taken = Op(operator.getitem, (shadow, index))
        cotangent = primitives.unbroadcast(builder, taken, added, builder.sized(added), element)
        actions = [Add(builder.adjoint(added.name, leaf), cotangent, ())]
    builder.step(stmt, actions)


def in_place(builder: Builder, stmt: Assign, value: Op) -> None:
    """`x += v` on an array: x keeps its memory, whose adjoint is scaled by the partial in x."""
    base, other = value.args
    assert isinstance(base, Var)
    if stmt.target != base.name:
        raise builder.refuse("an in-place operation on an expression", "give the array a name first")
    if not builder.active(base):
        builder.step(stmt)
        return
    plain = IN_PLACE[value.fn]
    held = builder.sized(base)
    rule = rule_for(plain)
    if rule is None or rule.style != "elementwise":
        raise builder.refuse("this in-place operator on an array", "write x[...] = x @ y")
    shadow = builder.adjoint(base.name, Leaf((), held, True))
    again = Op(plain, (base, other))
    names = rule.params
    env: dict[str, Expr] = {names[0]: base, names[1]: other, "out": again, "d_out": Var(shadow)}
    kinds = {names[0]: held, names[1]: builder.sized(other), "out": held, "d_out": held}
    assigns, returned = settle(rule.template, env, kinds, builder.names.temp, builder.place)
    parts = padded(rule, returned)
    actions: list[Action] = [Run(a) for a in assigns]
    own, others = parts[names[0]], parts[names[1]]
    if builder.active(other) and others is not None:
        assert isinstance(other, Var)
        leaf = primitives.smooth_leaf(builder, other.name)
        # what v gets may be added to memory that x shares: it is taken as a copy
        own_part: Expr = Op(np.array, (Var(shadow),)) if others == Lit(1) else primitives.times(Var(shadow), others)
        cotangent = primitives.unbroadcast(builder, own_part, other, builder.sized(other), held)
        if is_complex(held) and not is_complex(builder.kind(other)):
            cotangent = real_part(cotangent, lambda name: builder.kind(Var(name)))
        taken = builder.names.temp("d_part", builder.kind(other))
        actions.append(Run(Assign(taken, cotangent, builder.place)))
        actions += _scaled(builder, shadow, own)
        actions.append(Add(builder.adjoint(other.name, leaf), Var(taken), ()))
    else:
        actions += _scaled(builder, shadow, own)
    builder.step(stmt, actions)


def _scaled(builder: Builder, shadow: str, partial: Expr | None) -> list[Action]:
    if partial is None or partial == Lit(1):
        return []
    return [Run(Store(Var(shadow), Lit(Ellipsis), primitives.times(Var(shadow), partial), builder.place))]
