"""Shadows and mirrors in generated code that is differentiated again: what they make is known by the kind of `x`.

shadow_of(x)         x: list of float            ->    [0.0 for _ in x]
mirrored(d_x, x)     x: object of a class P      ->    SimpleNamespace(a=d_x.a, b=None)
"""

from __future__ import annotations

import dataclasses
import operator
import types
from typing import TYPE_CHECKING, Any

import numpy as np

from srcad import runtime
from srcad.core import prims
from srcad.core.attributes import own_attribute
from srcad.core.kinds import (
    BOOL,
    BOTTOM,
    FLOAT,
    NONE_KIND,
    Array,
    Const,
    Dict,
    Function,
    Kind,
    List,
    Maybe,
    Object,
    Record,
    Tuple,
    holds_smooth,
    is_number,
    is_smooth,
    present,
    show,
)
from srcad.core.nodes import NONE, Expr, If, Lit, Op, Ref, Var
from srcad.errors import KindError
from srcad.transform.specialise.binding import Args
from srcad.transform.specialise.session import Resolved

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser


def shadow_of(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    """`runtime.shadow_of(x)`: zeros of the form of `x`."""
    x = args[0]
    kind = sp.kind(x)
    match present(kind):
        case _ if isinstance(kind, Maybe):
            raise _refused(sp, kind)
        case Array() if holds_smooth(kind):
            return sp.call("np.zeros_like", np.zeros_like, (x,))
        case _ if is_number(kind) or kind == NONE_KIND:
            return Lit(0.0), FLOAT
        case List(cls=cls) if cls is list:
            return sp.prelude("shadows_of_items", x)
        case Dict(cls=cls) if cls is not dict:
            raise _refused(sp, kind)  # its shadow makes the items that are missing, too
        case Dict() | Record():
            return sp.prelude("shadows_of_values", x)
        case Tuple(items=items):
            parts = tuple(_held(sp, shadow_of(sp, (_item(sp, x, i),), {})) for i in range(len(items)))
            return sp.resolve(Op(prims.make_list, parts))
        case Object(attrs=attrs):
            named = {name: _held(sp, shadow_of(sp, (_attribute(sp, x, name),), {})) for name, _ in attrs}
            return bare(sp, runtime.object_shadow, named)
        case _ if not holds_smooth(kind):
            return Lit(None), NONE_KIND
        case _:
            raise _refused(sp, kind)


def mirrored(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    """`runtime.mirrored(shadow, x)`: what a shadow holds, in the form of `x`."""
    shadow, x = args
    kind = sp.kind(x)
    if not holds_smooth(kind) and not isinstance(kind, (List, Tuple, Dict, Record, Object)):
        return Lit(None), NONE_KIND
    if sp.kind(shadow) == NONE_KIND and not is_smooth(kind):
        raise _refused(sp, kind)
    match present(kind):
        case _ if isinstance(kind, Maybe):
            raise _refused(sp, kind)
        case _ if is_smooth(kind):
            return shadow, sp.kind(shadow)
        case List(cls=cls) if cls is list:
            return sp.prelude("mirrored_items", shadow, x)
        case Dict() | Record():
            return sp.prelude("mirrored_values", shadow, x)
        case Tuple(items=items, cls=cls):
            pairs = ((_item(sp, shadow, i), _item(sp, x, i)) for i in range(len(items)))
            parts = tuple(_held(sp, mirrored(sp, pair, {})) for pair in pairs)
            if cls is list:
                return sp.resolve(Op(prims.make_list, parts))
            return sp.resolve(Op(prims.make_tuple, parts)) if cls is None else sp.call(cls.__name__, cls, parts)
        case Object(cls=cls, attrs=attrs):
            named = {}
            for name, held in attrs:
                if holds_smooth(held):
                    pair = (_attribute(sp, shadow, name), _attribute(sp, x, name))
                    named[name] = _held(sp, mirrored(sp, pair, {}))
                else:
                    named[name] = Lit(None)
            return bare(sp, cls if dataclasses.is_dataclass(cls) else types.SimpleNamespace, named)
        case _:
            raise _refused(sp, kind)


def copied(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    """`runtime.copied(x)`, where no two parts of `x` can be one piece of memory."""
    x = args[0]
    kind = sp.kind(x)
    match kind:
        case Array():
            return sp.call("np.array", np.array, (x,))
        case List(item=item, cls=cls) if cls is list and is_number(item):
            return sp.prelude("list_copy", x)
        case Record(items=pairs) if all(is_number(part) for _, part in pairs):
            return sp.method(x, "copy", ())
        case Dict(value=value, cls=cls) if cls is dict and is_number(value):
            return sp.method(x, "copy", ())
        case Object(cls=cls, attrs=attrs) if sum(not is_number(k) and k != NONE_KIND for _, k in attrs) <= 1:
            return bare(sp, cls, {name: _held(sp, copied(sp, (_attribute(sp, x, name),), {})) for name, _ in attrs})
        case Const() | Function():
            return x, kind
        case _ if is_number(kind):
            return x, kind
        case _:
            raise _refused(sp, kind)


def bare(sp: Specialiser, cls: Any, named: dict[str, Expr]) -> Resolved:
    """An instance of a class with these attributes, made without its `__init__`."""
    made = new(sp, cls)
    for name, value in named.items():
        sp.write(made, Lit(name), value, attr=True)
    return made, sp.kind(made)


def new(sp: Specialiser, cls: Any) -> Var:
    """An instance of a class before it has attributes."""
    shown = Ref(cls.__name__, cls)
    made = Op(prims.call, (shown,)) if cls is types.SimpleNamespace else Op(object.__new__, (shown,))
    return sp.assign("made", made, Object(cls, ()))


def new_by_class(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved | None:
    """`object.__new__(cls)`"""
    held = sp.kind(args[0])
    if len(args) != 1 or kwargs or not isinstance(held, Const):
        return None
    made = new(sp, held.value)
    return made, sp.kind(made)


def attribute_before(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved | None:
    """`runtime.attribute_before(base, name)`, None standing for an attribute that is not there yet.

    Not where a program may ask whether it is, or find None in it.
    """
    base, name = args
    held = sp.kind(base)
    if not isinstance(held, Object) or not isinstance(name, Lit) or (held.cls, name.value) in sp.session.late:
        return None
    kind = dict(held.attrs).get(str(name.value), BOTTOM)
    if kind is BOTTOM:
        return NONE, NONE_KIND
    if isinstance(kind, Maybe) or kind == NONE_KIND:
        return None
    found = sp.temp("found")
    there = sp.assign("t", Op(runtime.has_own, (base, name)), BOOL)
    then = sp.nested(lambda: sp.bind(found, *sp.resolve(own_attribute(base, str(name.value)))))
    sp.emit(If(there, then, sp.nested(lambda: sp.bind(found, NONE, NONE_KIND)), sp.place))
    return Var(found), sp.kinds.get(found, BOTTOM)


def restore_attribute(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved | None:
    """`runtime.restore_attribute(base, name, old)`: what was not there before is left, and not read again."""
    base, name, old = args
    held, kind = sp.kind(base), sp.kind(old)
    if not isinstance(held, Object) or not isinstance(name, Lit) or (held.cls, name.value) in sp.session.late:
        return None
    if kind in (BOTTOM, NONE_KIND):
        return NONE, NONE_KIND
    if not isinstance(kind, Maybe):
        return None
    there = sp.op(Op(operator.is_not, (old, NONE)))
    given = kind.kind
    back = sp.nested(lambda: sp.write(base, name, sp.assign("old", old, given), attr=True))
    sp.emit(If(there, back, (), sp.place))
    return NONE, NONE_KIND


def empty_shadow(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    """`runtime.empty_shadow()`: the shadow of an object without attributes."""
    return bare(sp, runtime.object_shadow, {})


def instance(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    """`runtime.instance(cls, ...)`"""
    held = sp.kind(args[0])
    assert isinstance(held, Const)
    return bare(sp, held.value, kwargs)


def _held(sp: Specialiser, made: Resolved) -> Expr:
    return sp.hold(*made)


def _item(sp: Specialiser, x: Expr, i: int) -> Var:
    return sp.op(Op(operator.getitem, (x, Lit(i))))


def _attribute(sp: Specialiser, x: Expr, name: str) -> Var:
    return sp.op(own_attribute(x, name))


def _refused(sp: Specialiser, kind: Kind) -> KindError:
    return KindError(
        f"a derivative of a derivative, with respect to {show(kind)}",
        sp.place,
        "differentiate with respect to floats, arrays, and lists, dicts and objects of them",
    )
