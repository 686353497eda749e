"""Writes into containers and objects, and what they tell of the kinds of what is written into.

A container and what is read out of it or put into it are the same memory: what is learnt of one is learnt of the other.
"""

from __future__ import annotations

import operator
import types
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from srcad.core import prims
from srcad.core.kinds import (
    BOTTOM,
    INT,
    NONE_KIND,
    NUMBER,
    SLICE,
    UNKNOWN,
    Array,
    Const,
    Dict,
    Function,
    Kind,
    List,
    Object,
    OneOf,
    Record,
    Tuple,
    TupleOf,
    children,
    is_number,
    is_sum,
    join,
    join_all,
    open_dict,
    present,
    show,
    widen,
)
from srcad.core.nodes import Expr, Lit, Op, Ref, Store, Var
from srcad.errors import KindError
from srcad.transform.specialise.choices import dispatched, fitted_atom
from srcad.transform.specialise.complex_parts import store_part, stored_imaginary
from srcad.transform.specialise.descriptors import write_by_descriptor
from srcad.transform.specialise.flat import flat_index, flat_of
from srcad.transform.specialise.items import inlined_index
from srcad.transform.specialise.presence import class_attribute, note_written
from srcad.transform.specialise.sequences import as_list, element, present_array
from srcad.transform.specialise.session import Resolved, Special

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser


def store(sp: Specialiser, stmt: Store) -> None:
    """`base[key] = value` or `base.key = value`"""
    flat = flat_of(sp, stmt.base)
    if flat is not None:
        stmt = replace(stmt, base=flat, key=flat_index(sp, flat, stmt.key))
    stmt = replace(stmt, base=present_array(sp, stmt.base))
    base, key, value = stmt.base, stmt.key, stmt.value
    held, kind = present(sp.kind(base)), element(sp.kind(value))
    if isinstance(base, Ref):
        raise sp.refuse(
            f"a write into the global {base.name}",
            "pass it as an argument, or return the new value",
        )
    if held is BOTTOM:
        return
    if is_sum(held):

        def to_option(one: Expr, option: Kind) -> Resolved:
            store(sp, replace(stmt, base=one))
            return Lit(None), NONE_KIND

        dispatched(sp, base, held, to_option)
        return
    if held == NONE_KIND:
        sp.emit(stmt)  # an error when this runs, or not yet known to be more
        return
    if stmt.attr:
        name = str(key.value) if isinstance(key, Lit) else ""
        if isinstance(held, Array) and name == "flat":
            shape = sp.op(Op(prims.get_attr, (base, Lit("shape"))))
            given = value if is_number(kind) else sp.hold(*sp.call("np.reshape", np.reshape, (value, shape)))
            sp.write(base, Lit(Ellipsis), given)
            return
        if isinstance(held, Array) and name in ("real", "imag"):
            store_part(sp, base, name, value)
            return
        if not isinstance(held, Object):
            raise sp.refuse(f"a write to the attribute .{name} of {show(held)}", "write to a local instead")
        attribute = class_attribute(held.cls, name)
        if isinstance(attribute, property) and isinstance(attribute.fset, types.FunctionType):
            sp.effect(*sp.function(attribute.fset, (base, value)))
            return
        if getattr(getattr(held.cls, "__dataclass_params__", None), "frozen", False):
            raise sp.refuse(
                f"a write to an attribute of {held.cls.__name__}, which is a frozen dataclass",
                "make it with dataclasses.replace, work the value out in a property, or leave out frozen=True",
            )
        if write_by_descriptor(sp, base, held, name, value):
            return
        sp.session.mutate(held.cls)
        note_written(sp, held, name)
        sp.touch(base, Object(held.cls, ((name, kind),)))
        slot = _attr_kind(sp, base, name)
        sp.emit(replace(stmt, value=fitted_atom(sp, value, slot)))
        adopt(sp, value, slot)
        return
    match held:
        case List(item=item, cls=cls):
            if sp.kind(key) is SLICE and cls is not list:
                raise sp.refuse(f"an assignment to a slice of a {cls.__name__}", "use a list")
            if sp.kind(key) is SLICE:
                store_slice(sp, base, key, value)
                return
            if widen(sp.kind(key)) is not INT and sp.kind(key) is not BOTTOM:
                raise sp.refuse(f"an index of a list that is {show(sp.kind(key))}", "index with an int")
            sp.touch(base, replace(held, item=kind))
            adopt(sp, value, item)
        case Dict(value=held_value, cls=cls):
            sp.touch(base, Dict(widen(sp.kind(key)), kind, cls))
            adopt(sp, value, held_value)
        case Record(items=pairs) if _differ(held):
            at = sp.kind(key)
            if not isinstance(at, Const) or at.value not in dict(pairs):
                raise sp.refuse(
                    "a new or computed key of a dict that holds different things",
                    "give it all its keys where it is made, or use a dataclass",
                    KindError,
                )
            sp.session.mutate(dict)
            put_item(sp, base, key, kind)
            adopt(sp, value, dict(pairs)[at.value])
        case Record():
            sp.touch(base, Dict(widen(sp.kind(key)), kind))
        case Array():
            if isinstance(kind, (Tuple, List, TupleOf)):
                value = sp.hold(*sp.call("np.array", np.array, (value,)))
            if stored_imaginary(sp, base, key, value):
                return
            stmt = replace(stmt, key=inlined_index(sp, key), value=value)
        case Tuple(items=items, cls=cls) if cls is list and isinstance(base, Var) and sp.is_local(base.name):
            sp.touch(base, List(join_all((kind, *map(element, items)))))
        case Tuple(cls=cls) if cls is list:
            raise sp.refuse("a write into a list of different things", "keep numbers in a list of their own", KindError)
        case Tuple() | TupleOf():
            pass  # Python raises TypeError when this runs
        case Object(cls=cls) if hasattr(cls, "__setitem__"):
            sp.effect(*sp.method(base, "__setitem__", (key, value)))
            return
        case _ if held is NUMBER:
            raise sp.refuse(
                "a write into what may be a number or an array",
                "keep arrays apart from numbers: in a list, dict or attribute of their own",
                KindError,
            )
        case _ if held is not UNKNOWN:
            raise sp.refuse(f"a write into {show(held)}", "write into a list, dict or array")
        case _:
            raise sp.refuse(
                "a write into a value whose kind is not known",
                "build it here, as a list, a dict or an array, and read parts of it by index or key: xs[0]",
            )
    sp.emit(replace(stmt, value=fitted_atom(sp, value, _slot_kind(sp, base))))


def _slot_kind(sp: Specialiser, base: Expr) -> Kind:
    held = present(sp.kind(base))
    return held.item if isinstance(held, List) else held.value if isinstance(held, Dict) else BOTTOM


def _differ(held: Record) -> bool:
    """Whether a dict holds different things under its keys, as a state does: it is kept apart by key."""
    opened = open_dict(held)
    return isinstance(opened, Dict) and opened.value in (NUMBER, UNKNOWN)


def store_slice(sp: Specialiser, base: Expr, key: Expr, value: Expr) -> None:
    """`xs[a:b] = ys`"""
    place = inlined_index(sp, key)
    if not isinstance(place, Op):
        raise sp.refuse("an assignment to a slice that is a value of its own", "write the bounds out: xs[a:b] = ...")
    step = place.args[2]
    if not isinstance(step, Lit) and not isinstance(sp.kind(step), Const):
        raise sp.refuse(
            "an assignment to a slice of a list whose step is not known before the program runs",
            "write the step as a number, or assign the items in a loop",
        )
    if isinstance(sp.kind(step), Const) and not isinstance(step, Lit):
        place = Op(place.fn, (*place.args[:2], Lit(sp.kind(step).value)))  # type: ignore[attr-defined]
    held = sp.kind(base)
    item = present(held.item) if isinstance(held, List) else UNKNOWN
    apart = not sp.session.by_address(item) and any(sp.session.holds_address(k) for _, k in children(item) or ())
    if apart and place.args[2] in (Lit(None), Lit(1)):  # tuples of what lives at an address: one by one
        sp.effect(*sp.prelude("list_replace", base, *place.args[:2], as_list(sp, value)))
        return
    sp.emit(Store(base, place, put_items(sp, base, value), sp.place))


def put_items(sp: Specialiser, base: Expr, value: Expr) -> Expr:
    """The items of `value`, which are put into the list `base`, as a list."""
    given = sp.kind(value)
    items = value if isinstance(given, List) and given.cls is list else as_list(sp, value)
    item = sp.kind(items)
    assert isinstance(item, List)
    sp.touch(base, item)
    held = sp.kind(base)
    if isinstance(held, List):
        adopt(sp, items, held)
    return items


def delete_slice(sp: Specialiser, base: Expr, key: Expr) -> None:
    """`del xs[a:b]`"""
    place = inlined_index(sp, key)
    if isinstance(place, Op) and place.args[2] in (Lit(None), Lit(1)):
        store_slice(sp, base, key, sp.op(Op(prims.make_list)))
    else:
        rest = sp.hold(*sp.prelude("list_without", base, key))
        everything = sp.assign("t", Op(prims.make_slice, (Lit(None), Lit(None), Lit(None))), SLICE)
        store_slice(sp, base, everything, rest)


def _attr_kind(sp: Specialiser, base: Expr, name: str) -> Kind:
    held = present(sp.kind(base))
    return dict(held.attrs).get(name, BOTTOM) if isinstance(held, Object) else BOTTOM


def adopt(sp: Specialiser, value: Expr, kind: Kind) -> None:
    """A container was put into another: it has the kind of the place it was put in."""
    if isinstance(value, Var) and sp.session.holds_address(kind) and sp.kind(value) is not BOTTOM:
        sp.touch(value, kind)


def back_flow(sp: Specialiser, target: str, value: Expr) -> None:
    """`row = rows[0]`: what is learnt of `row` later is learnt of the items of `rows`."""
    kind = sp.kinds.get(target, BOTTOM)
    if not sp.session.holds_address(kind) or not isinstance(value, Op):
        return
    if value.fn is operator.getitem and sp.kind(value.args[1]) is SLICE:
        sp.touch(value.args[0], kind)
    elif value.fn is operator.getitem:
        put_item(sp, value.args[0], value.args[1], kind)
    elif value.fn is prims.get_attr and isinstance(value.args[1], Lit):
        put_attr(sp, value.args[0], str(value.args[1].value), kind)
    elif value.fn is prims.call and isinstance(value.args[0], Ref) and isinstance(value.args[0].value, Special):
        sp.session.demand(value.args[0].value, kind)
    elif value.fn in (operator.mul, tuple) and isinstance(kind, (List, TupleOf)):
        held = sp.kind(value.args[0])
        if sp.session.holds_address(kind.item) and isinstance(held, (List, TupleOf)):
            sp.touch(value.args[0], type(held)(kind.item))
    elif value.fn in (prims.make_list, prims.make_tuple):
        for i, arg in enumerate(value.args):
            if isinstance(kind, (List, TupleOf)):
                adopt(sp, arg, kind.item)
            elif isinstance(kind, Tuple):
                adopt(sp, arg, kind.items[i])
            elif isinstance(kind, Function):
                adopt(sp, arg, kind.fields[i][1])
            elif isinstance(kind, OneOf):
                adopt(sp, arg, kind.options[i])
    elif value.fn is prims.make_dict:
        for key, arg in zip(value.args[::2], value.args[1::2], strict=True):
            if isinstance(kind, Dict):
                adopt(sp, arg, kind.value)
            elif isinstance(kind, Record) and isinstance(key, Lit):
                adopt(sp, arg, dict(kind.items)[key.value])


def put_item(sp: Specialiser, base: Expr, key: Expr, kind: Kind) -> None:
    """The kind of `base` once `base[key]` holds a value of `kind`."""
    held = present(sp.kind(base))
    match held:
        case OneOf(options=options):
            if isinstance(key, Lit):
                sp.touch(base, OneOf(tuple(join(o, kind) if i == key.value else o for i, o in enumerate(options))))
        case List():
            sp.touch(base, replace(held, item=kind))
        case TupleOf():
            sp.touch(base, TupleOf(kind))
        case Tuple(items=items, cls=cls, names=names):
            if isinstance(key, Lit) and isinstance(key.value, int) and -len(items) <= key.value < len(items):
                changed = list(items)
                changed[key.value] = join(changed[key.value], kind)
                sp.touch(base, Tuple(tuple(changed), cls, names))
        case Dict(key=key_kind, cls=cls):
            sp.touch(base, Dict(join(key_kind, widen(sp.kind(key))), kind, cls))
        case Record(items=pairs):
            at = sp.kind(key)
            if isinstance(at, Const):
                sp.touch(base, Record(tuple((k, join(v, kind) if k == at.value else v) for k, v in pairs)))
        case _:
            pass


def put_attr(sp: Specialiser, base: Expr, name: str, kind: Kind) -> None:
    held = present(sp.kind(base))
    if isinstance(held, Object):
        sp.touch(base, Object(held.cls, ((name, kind),)))
