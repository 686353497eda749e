"""Shadows: what beside a value at an address holds its adjoint, with the primal's aliasing.

Contract: after a statement of the forward sweep, every active variable at an address has a shadow of the same form, and
two variables that share memory have shadows that share memory. A copy is leaf by leaf: by value the adjoint of the
target goes to the source, at an address both have one shadow.
"""

from __future__ import annotations

import collections
import operator
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from srcad import runtime
from srcad.analysis.leaves import Leaf, Path, leaves, reach
from srcad.core import prims
from srcad.core.attributes import own_attribute
from srcad.core.kinds import (
    FLOAT,
    NONE_KIND,
    NUMBER,
    UNKNOWN,
    Array,
    Dict,
    Function,
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
    is_array,
    is_number,
    is_smooth,
    present,
    show,
)
from srcad.core.nodes import (
    NONE,
    Assign,
    Expr,
    Lit,
    Op,
    Ref,
    Var,
)
from srcad.errors import KindError
from srcad.transform.reverse.mirror import Action, Add

if TYPE_CHECKING:
    from srcad.transform.reverse.build import Builder


def copy(builder: Builder, target: str, path: Path, source: Expr, source_path: Path, out: list[Action]) -> None:
    """`target[path]` was set to `source[source_path]`: leaf by leaf."""
    kind = part_kind(builder.kinds[target], path)
    if not builder.active(source):
        for leaf in leaves(kind, builder.addresses(target)):
            if leaf.shadow and builder.kind(source) == NONE_KIND:
                builder.after.append(Assign(builder.adjoint(target, leaf.below(path)), NONE, builder.place))
            elif leaf.shadow:
                zero_shadow(builder, target, path, leaf)
        return
    assert isinstance(source, Var)
    source_kind = part_kind(builder.kinds[source.name], source_path)
    theirs = {leaf.path: leaf for leaf in leaves(source_kind, builder.addresses(source.name))}
    for leaf in leaves(kind, builder.addresses(target)):
        other = theirs.get(leaf.path)
        if other is None or other.shadow != leaf.shadow:
            if other is None and not any(p[: len(leaf.path)] == leaf.path for p in theirs):
                continue  # an int on this path: nothing to pass back
            raise builder.refuse(
                f"{builder.user(target)} is {show(kind)} here and {show(source_kind)} elsewhere",
                "give it values of one form on every path",
                KindError,
            )
        mine = builder.adjoint(target, Leaf((*path, *leaf.path), leaf.kind, leaf.shadow))
        from_ = builder.adjoint(source.name, Leaf((*source_path, *leaf.path), other.kind, other.shadow))
        if leaf.shadow:
            check_memory(builder, target, leaf.kind, other.kind)
            builder.step(Assign(mine, Var(from_), builder.place))
        elif mine != from_:
            out.append(Add(from_, Var(mine), (mine,), "same"))


def check_memory(builder: Builder, target: str, kind: Kind, held: Kind) -> None:
    """Refuse a name of real memory that has complex memory on another path: their shadows differ."""
    if holds_complex(kind) and not holds_complex(held):
        raise builder.refuse(
            f"{builder.user(target)} is {show(held)} here and {show(kind)} elsewhere, in memory that is written to",
            "make it complex on every path",
            KindError,
        )


def zero_shadow(builder: Builder, target: str, path: Path, leaf: Leaf) -> None:
    name = builder.adjoint(target, Leaf((*path, *leaf.path), leaf.kind, True))
    primal = reach(Var(target), (*path, *leaf.path), builder.kinds[target])
    zero = np.zeros_like if is_array(present(leaf.kind)) else runtime.shadow_of
    builder.after.append(Assign(name, Op(zero, (primal,)), builder.place))


def fresh_shadows(builder: Builder, target: str) -> None:
    for leaf in builder.leaves(target):
        if leaf.shadow:
            zero_shadow(builder, target, (), leaf)


def shadows_of_none(builder: Builder, target: str) -> None:
    """The shadows of a variable that is None here: None for what is an array elsewhere."""
    for leaf in builder.leaves(target):
        if leaf.shadow and not leaf.path and is_array(present(leaf.kind)):
            builder.after.append(Assign(builder.adjoint(target, leaf), NONE, builder.place))
        elif leaf.shadow:
            zero_shadow(builder, target, (), leaf)


def shadow(builder: Builder, target: str, value: Expr) -> None:
    """`d_target = value` in the forward sweep."""
    leaf = Leaf((), builder.kinds[target], True)
    builder.step(Assign(builder.adjoint(target, leaf), value, builder.place))


def empty_like(value: Op) -> Op:
    """The shadow of an empty container that is made: what it makes of itself are zeros."""
    if value.fn is collections.defaultdict and value.args and isinstance(value.args[0], Op):  # defaultdict(lambda: 1.0)
        return replace(value, args=(Ref("float", float),))
    return value


def shadow_value(builder: Builder, part: Expr, kind: Kind, addresses: Callable[[Kind], bool]) -> Expr:
    """The shadow of a value put into a container: zero for a number, the shadow itself for what has one."""
    if not holds_smooth(kind):
        return NONE
    if addresses(kind):
        if builder.active(part):
            assert isinstance(part, Var)
            return Var(builder.adjoint(part.name, Leaf((), builder.kinds[part.name], True)))
        return Op(runtime.shadow_of, (part,))
    own = builder.kind(part)
    if isinstance(kind, Maybe) and is_smooth(kind):
        return Op(runtime.slot_of, (part,))
    if isinstance(kind, Maybe):
        kind = kind.kind
    if is_number(kind) or kind in (FLOAT,):
        return Lit(0.0)
    if isinstance(kind, Array):
        return Op(np.zeros_like, (part,))
    if kind is NUMBER:
        return Op(runtime.shadow_of, (part,))
    return _shadow_within(builder, part, own, (), kind, addresses)


def _shadow_within(
    builder: Builder, part: Expr, own: Kind, path: Path, kind: Kind, addresses: Callable[[Kind], bool]
) -> Expr:
    """The shadow of what `path` leads to inside of `part`, of kind `own`, put into a container of `kind`."""
    held = part_kind(own, path)
    if not holds_smooth(kind):
        return NONE
    if held == NONE_KIND or held is UNKNOWN:
        return absent_shadow(kind, addresses)
    if addresses(kind) and builder.active(part):
        assert isinstance(part, Var)
        return Var(builder.adjoint(part.name, Leaf(path, kind, True)))
    inner = children(kind)
    if addresses(kind) or inner is None:
        if kind is FLOAT:
            return Lit(0.0)
        zero = np.zeros_like if isinstance(kind, Array) else runtime.shadow_of
        zero = runtime.slot_of if isinstance(kind, Maybe) and is_smooth(kind) and not addresses(kind) else zero
        return Op(zero, (reach(part, path, own),))
    values = [_shadow_within(builder, part, own, (*path, step), k, addresses) for step, k in inner]
    return _shadow_of_parts(kind, inner, values)


def from_shadow(builder: Builder, place: Expr, part: Expr, kind: Kind) -> list[Action]:
    """Take the adjoint of a value that was put into a container out of the container's shadow."""
    if not builder.active(part) or not holds_smooth(kind):
        return []
    assert isinstance(part, Var)
    made: list[Action] = []
    for leaf in builder.leaves(part.name):
        if leaf.shadow:
            continue
        source, inside = place, builder.kinds[part.name]
        for how, key in leaf.path:
            source = (
                own_attribute(source, key)
                if how == "attr"
                else Op(operator.getitem, (source, Lit(_shadow_key(inside, how, key))))
            )
            inside = part_kind(inside, ((how, key),))
        made.append(Add(builder.adjoint(part.name, leaf), source, ()))
    return made


def inside(builder: Builder, place: Expr, path: Path, kind: Kind) -> Expr:
    for how, key in path:
        if how == "attr":
            place = own_attribute(place, key)
        else:
            place = Op(operator.getitem, (place, Lit(_shadow_key(kind, how, key))))
        kind = dict(children(kind) or ())[(how, key)]
    return place


def slot(builder: Builder, place: Expr, path: Path, kind: Kind) -> tuple[Expr, Expr, bool]:
    """Base, key and whether an attribute, of a place in a shadow that can be stored to."""
    full = inside(builder, place, path, kind)
    assert isinstance(full, Op)
    return full.args[0], full.args[1], full.fn is prims.get_attr


def absent_shadow(kind: Kind, addresses: Callable[[Kind], bool]) -> Expr:
    """The shadow of what is of this kind elsewhere and None here: nothing but zeros is ever added to it."""
    inner = children(kind)
    if addresses(kind) or not holds_smooth(kind):
        return NONE
    if inner is None:
        return Lit(0.0)
    return _shadow_of_parts(kind, inner, [absent_shadow(k, addresses) for _, k in inner])


def _shadow_of_parts(kind: Kind, parts: Sequence[tuple[tuple[str, Any], Kind]], values: list[Expr]) -> Expr:
    """The shadow of a structure of fixed form, written out."""
    if isinstance(kind, Maybe):
        kind = kind.kind
    named = [(key, value) for ((_, key), _), value in zip(parts, values, strict=True)]
    if isinstance(kind, Record):
        return Op(prims.make_dict, tuple(p for key, value in named for p in (Lit(key), value)))
    if isinstance(kind, Object):
        return Op(runtime.object_shadow, (), tuple(named))
    return Op(prims.make_list, tuple(values))


def part_kind(kind: Kind, path: Path) -> Kind:
    for step in path:
        kind = dict(children(kind) or ()).get(step, UNKNOWN)
    return kind


def item_kind(kind: Kind, key: Any) -> Kind:
    match kind:
        case Maybe(kind=inner):
            return item_kind(inner, key)
        case List(item=item) | TupleOf(item=item):
            return item
        case Dict(value=value):
            return value
        case Tuple(items=items) if isinstance(key, int):
            return items[key]
        case Record(items=pairs):
            held: Kind = dict(pairs).get(key, UNKNOWN)
            return held
        case Object(attrs=attrs):
            return dict(attrs).get(key, UNKNOWN)
        case _:
            return UNKNOWN


def _shadow_key(kind: Kind, how: str, key: Any) -> Any:
    """The key of a part in a shadow: the parts of a tuple or function value are the items of a list."""
    if how == "field":
        if isinstance(kind, Maybe):
            kind = kind.kind
        assert isinstance(kind, Function)
        return [name for name, _ in kind.fields].index(key)
    return key
