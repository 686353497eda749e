"""Whether an object has an attribute: known before the program runs, or asked when it does.

    def value(self):                              def value(self):
        if not hasattr(self, "_v"):                   if not hasattr(self, "_v"):   # asked
            self._v = self.x**2                           self._v = self.x**2
        return self._v                                return self._v

The kind of an object lists the attributes that it may have. Those that it comes with and those that its `__init__`
always sets are there; one that is written anywhere else may not be there yet. Where its class has a value of that
name, an instance that is made here gets it as its own, so that every read is a read of the instance.
"""

from __future__ import annotations

import dataclasses
import functools
import types
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from srcad import runtime
from srcad.core import prims
from srcad.core.attributes import own_attribute
from srcad.core.kinds import BOOL, BOTTOM, Const, Kind, List, Object, TupleOf, children, present
from srcad.core.nodes import Expr, If, Lit, Op, Ref, Store, Var
from srcad.errors import KindError
from srcad.transform.specialise.session import Resolved

if TYPE_CHECKING:
    from srcad.transform.specialise.session import Session
    from srcad.transform.specialise.statements import Specialiser

_ABSENT = object()


def note_written(sp: Specialiser, held: Object, name: str) -> None:
    """An attribute is written: unless `__init__` always sets it, it may be missing elsewhere."""
    if (held.cls, name) in sp.session.late or name in _always_set(sp.session, held.cls):
        return
    if name not in dict(held.attrs) and class_value(held.cls, name) is not _ABSENT and _comes_in(sp, held.cls, name):
        raise sp.refuse(
            f"a write to .{name}, which an instance of {held.cls.__name__} that is passed in only has from its class",
            f"set .{name} in __init__",
            KindError,
        )
    sp.session.come_late(held.cls, name)


def asked_for(sp: Specialiser, base: Expr, held: Object, name: str) -> Resolved:
    """`hasattr(base, name)`"""
    found = class_attribute(held.cls, name)
    if isinstance(found, (property, functools.cached_property)) or class_attribute(held.cls, "__getattr__") is not None:
        known = found is not None
        return Op(prims.call, (Ref("hasattr", hasattr), base, Lit(name))), Const(True) if known else BOOL
    asked = Op(hasattr, (base, Lit(name)))
    if found is not None and not isinstance(found, types.MemberDescriptorType):
        return asked, Const(True)
    if name not in dict(held.attrs):
        return asked, Const(False)
    return asked, BOOL if (held.cls, name) in sp.session.late else Const(True)


def attribute_or(sp: Specialiser, base: Expr, held: Object, name: str, default: Expr) -> Resolved:
    """`getattr(base, name, default)`"""
    test, known = asked_for(sp, base, held, name)
    read = Op(prims.get_attr, (base, Lit(name)))
    if isinstance(known, Const):
        return sp.resolve(read) if known.value else (default, sp.kind(default))
    result = sp.temp("found")
    there = sp.hold(test, BOOL)
    then = sp.nested(lambda: sp.bind(result, *sp.resolve(read)))
    otherwise = sp.nested(lambda: sp.bind(result, default, sp.kind(default)))
    sp.emit(If(there, then, otherwise, sp.place))
    return Var(result), sp.kinds.get(result, BOTTOM)


def cached(sp: Specialiser, base: Expr, name: str, compute: Any) -> Resolved:
    """`base.name` of a `functools.cached_property`: computed where the instance does not have it yet."""
    there = sp.assign("t", Op(runtime.has_own, (base, Lit(name))), BOOL)
    made = sp.nested(lambda: sp.write(base, Lit(name), sp.hold(*sp.function(compute, (base,)), name), attr=True))
    sp.emit(If(there, (), made, sp.place))
    held = present(sp.kind(base))
    return own_attribute(base, name), dict(held.attrs).get(name, BOTTOM) if isinstance(held, Object) else BOTTOM


def give_class_values(sp: Specialiser, made: Var, cls: Any) -> None:
    """Give a new instance what its class holds under the names that are written later."""
    for owner, name in tuple(sp.session.late):
        value = class_value(cls, name)
        if owner is cls and value is not _ABSENT:
            plain = value is None or isinstance(value, (bool, int, float, str))
            sp.write(made, Lit(name), Lit(value) if plain else Ref(f"{cls.__name__}.{name}", value), attr=True)


def class_attribute(cls: Any, name: str) -> Any:
    for owner in cls.__mro__:
        if name in vars(owner):
            return vars(owner)[name]
    return None


def is_generated(cls: Any, name: str) -> bool:
    """Whether a method of a class was written by `dataclasses`: its source is not in a file."""
    found = class_attribute(cls, name)
    return (
        dataclasses.is_dataclass(cls)
        and isinstance(found, types.FunctionType)
        and found.__code__.co_filename == "<string>"
    )


def class_value(cls: Any, name: str) -> Any:
    """What an instance that has no attribute of this name reads from its class; `_ABSENT` if nothing."""
    for owner in cls.__mro__:
        if name in vars(owner):
            found = vars(owner)[name]
            return _ABSENT if hasattr(found, "__get__") else found
    return _ABSENT


def _comes_in(sp: Specialiser, cls: Any, name: str) -> bool:
    """Whether an instance of the class that has no attribute of this name is among the arguments."""

    def within(kind: Kind) -> Iterable[bool]:
        kind = present(kind)
        if isinstance(kind, Object) and kind.cls is cls:
            yield name not in dict(kind.attrs)
        inner = [kind.item] if isinstance(kind, (List, TupleOf)) else [part for _, part in children(kind) or ()]
        for part in inner:
            yield from within(part)

    return any(any(within(kind)) for kind in sp.session.entry)


def _always_set(session: Session, cls: Any) -> frozenset[str]:
    """The attributes that making an instance sets, on every path."""
    init = class_attribute(cls, "__init__")
    if not isinstance(init, types.FunctionType):
        return frozenset()
    if dataclasses.is_dataclass(cls) and init.__code__.co_filename == "<string>":
        return frozenset(field.name for field in dataclasses.fields(cls))
    program = session.lower(init)
    made = Var(program.params[0].name)
    stores = [stmt for stmt in program.body if isinstance(stmt, Store) and stmt.attr and stmt.base == made]
    return frozenset(str(stmt.key.value) for stmt in stores if isinstance(stmt.key, Lit))
