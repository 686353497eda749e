"""Reads of a part: `xs[i]`, `xs[1:]`, `obj.a`.

Contract: what is read by value adds its adjoint to the place it was read from; a view, or a part at an address, has the
same part of the shadow.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

import numpy as np

from srcad import runtime
from srcad.analysis.leaves import Leaf, step_of
from srcad.analysis.regions import is_basic, is_copying
from srcad.core import prims
from srcad.core.attributes import own_attribute
from srcad.core.kinds import (
    BOOL,
    INT,
    NUMBER,
    SLICE,
    Array,
    Const,
    Kind,
    Tuple,
    children,
    holds_complex,
    is_array,
    present,
    show,
    widen,
)
from srcad.core.nodes import (
    Assign,
    Do,
    Expr,
    Lit,
    Op,
    Store,
    Var,
)
from srcad.errors import AliasError, KindError
from srcad.rules.kinding import index_kind
from srcad.transform.complexes import real_part
from srcad.transform.reverse import primitives, shadows
from srcad.transform.reverse.mirror import Action, Add, AddAt, Run

if TYPE_CHECKING:
    from srcad.transform.reverse.build import Builder


def item(builder: Builder, target: str, value: Op, out: list[Action]) -> None:
    base, index = value.args
    held = present(builder.kind(base))
    if not builder.active(base):
        shadows.fresh_shadows(builder, target)
        return
    assert isinstance(base, Var)
    if isinstance(held, Array) and builder.addresses(base.name)(held):
        item_at_address(builder, target, base, index, out)
        return
    if isinstance(held, Array) or held is NUMBER:
        mine = builder.adjoint(target, primitives.smooth_leaf(builder, target))
        if builder.names.adjoints[mine].shadow:
            shadows.fresh_shadows(builder, target)
        theirs = builder.adjoint(base.name, Leaf((), builder.kinds[base.name], False))
        if mine == theirs or held is NUMBER:
            out.append(Add(theirs, Op(runtime.scatter, (base, index, Var(mine))), (mine,)))
        else:
            out.append(AddAt(theirs, index, Var(mine), (mine,), repeats(builder, index)))
        return
    if builder.by_address(held):
        shadow = Var(builder.adjoint(base.name, Leaf((), builder.kinds[base.name], True)))
        held_there = shadows.item_kind(held, index.value if isinstance(index, Lit) else None)
        load(builder, target, Op(operator.getitem, (shadow, index)), held_there, out)
        return
    step = step_of(held, value)
    if step is None:
        raise builder.refuse(f"a subscript of {show(held)} that is not constant", "use a list or an array", KindError)
    shadows.copy(builder, target, (), base, (step,), out)


def item_at_address(builder: Builder, target: str, base: Var, index: Expr, out: list[Action]) -> None:
    """`base[index]` of an array whose shadow is at hand: a view has the same view of the shadow."""
    shadow = Var(builder.adjoint(base.name, Leaf((), builder.kinds[base.name], True)))
    leaf = primitives.smooth_leaf(builder, target)
    mine = builder.adjoint(target, leaf)
    viewed = is_array(present(builder.kinds[target])) and not is_copying(index, builder.kinds)
    if viewed:
        if not is_basic(index, builder.kinds):
            raise builder.refuse(
                f"it is not known whether this index of {builder.user(base.name)} takes a view or a copy",
                "index with ints and slices, or with an integer or boolean array",
                AliasError,
            )
        shadows.check_memory(builder, target, leaf.kind, builder.kinds[base.name])
        builder.step(Assign(mine, Op(operator.getitem, (shadow, index)), builder.place))
        return
    if leaf.shadow:
        shadows.fresh_shadows(builder, target)
    part = taken_back(builder, mine, builder.kinds[base.name])
    if repeats(builder, index):
        out.append(Run(Do(Op(np.add.at, (shadow, index, part), name="np.add.at"), builder.place), (mine,)))
    else:
        out.append(Run(Store(shadow, index, part, builder.place, accumulate=True), (mine,)))


def attribute(builder: Builder, target: str, value: Op, out: list[Action]) -> None:
    base, key = value.args
    held = present(builder.kind(base))
    if not builder.active(base):
        shadows.fresh_shadows(builder, target)
        return
    assert isinstance(base, Var) and isinstance(key, Lit)
    if builder.by_address(held):
        shadow = Var(builder.adjoint(base.name, Leaf((), builder.kinds[base.name], True)))
        load(builder, target, own_attribute(shadow, key.value), shadows.item_kind(held, key.value), out)
        return
    step = step_of(held, value)
    if step is None or step not in dict(children(held) or ()):
        raise builder.refuse(f"the attribute .{getattr(key, 'value', key)} of {show(held)}", "use a function of numpy")
    shadows.copy(builder, target, (), base, (step,), out)


def load(builder: Builder, target: str, place: Expr, source: Kind, out: list[Action]) -> None:
    """`target` was read from a container at an address that holds `source`; its adjoint is at `place` of the shadow."""
    for leaf in builder.leaves(target):
        mine = builder.adjoint(target, leaf)
        if leaf.shadow:
            there = shadows.inside(builder, place, leaf.path, builder.kinds[target])
            builder.step(Assign(mine, there, builder.place))
            continue
        base, key, attr = shadows.slot(builder, place, leaf.path, builder.kinds[target])
        part = taken_back(builder, mine, shadows.part_kind(source, leaf.path))
        out.append(Run(Store(base, key, part, builder.place, attr=attr, accumulate=True), (mine,)))


def taken_back(builder: Builder, mine: str, source: Kind) -> Expr:
    """The adjoint of what was read, as it is added to that of where it was: real where that is."""
    if not builder.has_complex or holds_complex(source):
        return Var(mine)
    return real_part(Var(mine), lambda name: builder.kind(Var(name)))


def repeats(builder: Builder, index: Expr) -> bool:
    """Whether an index may name one element twice."""
    if isinstance(index, Op) and index.fn is prims.make_tuple:
        return any(repeats(builder, part) for part in index.args)
    kind = index_kind(index, builder.kinds)
    if widen(kind) in (INT, BOOL, SLICE) or isinstance(kind, Const):
        return False
    if isinstance(kind, Array) and kind.dtype == "bool":
        return False
    if isinstance(kind, Tuple):
        return any(
            not (widen(k) in (INT, BOOL, SLICE) or isinstance(k, Const) or isinstance(k, Array) and k.dtype == "bool")
            for k in kind.items
        )
    return True
