"""Containers written out: `(a, b)`, `[a, b]`, `{"k": v}`, `Record(a, b)`, `[0.0] * n`.

Contract: a container by value passes the adjoints of its leaves to its parts; one at an address gets a shadow of the
same form, whose slots are read back on the way to the parts.
"""

from __future__ import annotations

import operator
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

from srcad import runtime
from srcad.analysis.leaves import Leaf
from srcad.core import prims
from srcad.core.kinds import (
    UNKNOWN,
    Dict,
    Kind,
    List,
    Object,
    Record,
    Tuple,
    TupleOf,
    children,
    present,
)
from srcad.core.nodes import (
    Assign,
    Do,
    Expr,
    Lit,
    Op,
    Ref,
    Var,
)
from srcad.transform.reverse import shadows
from srcad.transform.reverse.mirror import Action, Run, Step

if TYPE_CHECKING:
    from srcad.transform.reverse.build import Builder


def display(builder: Builder, target: str, kind: Kind, value: Op, out: list[Action]) -> None:
    """A tuple, list, dict or record written out."""
    kind = present(kind)
    if value.fn is prims.make_dict:
        keys: list[Any] = [k.value if isinstance(k, Lit) else k for k in value.args[::2]]
        parts: tuple[Expr, ...] = value.args[1::2]
    elif value.fn is prims.call:
        parts = value.args[1:]
        if not isinstance(kind, Object):
            keys = list(range(len(parts)))
        elif is_dataclass(kind.cls):
            keys = [f.name for f in fields(kind.cls) if f.init]
        else:  # a namespace
            keys, parts = [key for key, _ in value.kwargs], tuple(part for _, part in value.kwargs)
    else:
        parts = value.args
        keys = list(range(len(parts)))
    if not builder.by_address(kind):
        steps = [step for step, _ in children(kind) or ()]
        if value.fn is prims.make_dict:
            last = {key: part for key, part in zip(keys, parts, strict=True)}
            pairs = [(("key", key), part) for key, part in last.items()]
        else:
            pairs = list(zip(steps, parts, strict=True))
        for step, part in pairs:
            shadows.copy(builder, target, (step,), part, (), out)
        return
    # at an address: a shadow of the same form, with a zero for each number
    zeros: list[Expr] = []
    name = builder.adjoint(target, Leaf((), kind, True))
    for key, part in zip(keys, parts, strict=True):
        part_kind = shadows.item_kind(kind, key)
        zeros.append(shadows.shadow_value(builder, part, part_kind, builder.addresses(target)))
        take = prims.get_attr if isinstance(kind, Object) else operator.getitem
        form = "own" if take is prims.get_attr else ""
        for action in shadows.from_shadow(builder, Op(take, (Var(name), _as_expr(key)), form=form), part, part_kind):
            out.append(action)
    if isinstance(kind, (Dict, Record)):
        made: Expr = Op(prims.make_dict, tuple(p for k, z in zip(keys, zeros, strict=True) for p in (_as_expr(k), z)))
    elif isinstance(kind, Object):
        made = Op(runtime.object_shadow, (), tuple(zip(map(str, keys), zeros, strict=True)))
    else:
        made = Op(prims.make_list, tuple(zeros))
    builder.step(Assign(name, made, builder.place))


def repeated(builder: Builder, target: str, kind: Kind, value: Op, out: list[Action]) -> None:
    """`xs * n`: the shadow repeats as the list does; numbers get a slot each."""
    base, count = value.args
    item = kind.item if isinstance(kind, (List, TupleOf)) else UNKNOWN
    name = builder.adjoint(target, Leaf((), kind, True))
    if builder.active(base) and not _is_constant_display(builder, base):
        assert isinstance(base, Var)
        held = builder.kinds[base.name]
        if builder.by_address(held) and builder.addresses(base.name)(item):
            theirs = builder.adjoint(base.name, Leaf((), held, True))
            builder.step(Assign(name, Op(operator.mul, (Var(theirs), count)), builder.place))
            return
        found = builder.leaves(base.name)
        if isinstance(held, Tuple) and all(leaf.shadow and len(leaf.path) == 1 for leaf in found):
            items = Op(prims.make_list, tuple(Var(builder.adjoint(base.name, leaf)) for leaf in found))
            builder.step(Assign(name, Op(operator.mul, (items, count)), builder.place))
            return
        if any(builder.by_address(k) for _, k in children(item) or ()):
            raise builder.refuse("a list of tuples of lists repeated with *", "use a comprehension")
        for leaf in found:
            theirs = builder.adjoint(base.name, leaf)
            if not leaf.shadow:
                raise builder.refuse("a tuple of active numbers repeated with *", "use a comprehension")
            builder.after_actions.append(Run(Do(Op(runtime.add_repeats, (Var(theirs), Var(name))), builder.place)))
    shadows.zero_shadow(builder, target, (), Leaf((), kind, True))


def _is_constant_display(builder: Builder, base: Expr) -> bool:
    """Whether a list was just written out of literals alone: `[0.0]` in `[0.0] * n`."""
    for node in reversed(builder.nodes):
        if isinstance(node, Step) and isinstance(node.stmt, Assign) and Var(node.stmt.target) == base:
            value = node.stmt.value
            shown = isinstance(value, Op) and bool(value.args) and all(isinstance(a, Lit) for a in value.args)
            return shown and node.stmt.target.startswith("%")
    return False


def _as_expr(key: Any) -> Expr:
    return key if isinstance(key, (Var, Lit, Ref, Op)) else Lit(key)
