"""What a class runs when an attribute of its instances is read or written.

Contract: a descriptor that is written in Python becomes calls of its `__get__` and `__set__`, with itself as the first
argument. What stands in the way of every attribute (`__getattribute__`, `__setattr__`) is refused.

    class Positive:                                     spring.length = x     Positive.__set__(length, spring, x)
        def __set__(self, spring, value): ...           spring.length         Positive.__get__(length, spring, Spring)
"""

from __future__ import annotations

import functools
import types
from typing import TYPE_CHECKING, Any

from srcad.core.kinds import Object
from srcad.core.nodes import Expr, Ref
from srcad.transform.specialise.presence import class_attribute
from srcad.transform.specialise.session import Resolved

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser


def read_by_descriptor(sp: Specialiser, base: Expr, held: Object, name: str) -> Resolved | None:
    """`base.name` where a descriptor gives it; None where there is none, or the instance has its own."""
    _refuse_computed(sp, held.cls, name, "__getattribute__", "read")
    descriptor = class_attribute(held.cls, name)
    get = getattr(type(descriptor), "__get__", None)
    if not isinstance(get, types.FunctionType) or get.__module__ == functools.__name__:
        return None
    always = hasattr(type(descriptor), "__set__") or hasattr(type(descriptor), "__delete__")
    if name in dict(held.attrs) and not always:
        return None
    return sp.function(get, (_itself(held, name, descriptor), base, Ref(held.cls.__name__, held.cls)))


def write_by_descriptor(sp: Specialiser, base: Expr, held: Object, name: str, value: Expr) -> bool:
    """`base.name = value` where a descriptor takes it; whether one does."""
    _refuse_computed(sp, held.cls, name, "__setattr__", "written")
    descriptor = class_attribute(held.cls, name)
    taken = getattr(type(descriptor), "__set__", None)
    if isinstance(taken, types.FunctionType):
        sp.effect(*sp.function(taken, (_itself(held, name, descriptor), base, value)))
        return True
    if taken is not None and not isinstance(descriptor, types.MemberDescriptorType):
        raise sp.refuse(f"a write through the property {held.cls.__name__}.{name}", "call a method instead")
    return False


def binds_itself(attribute: Any) -> bool:
    """Whether what a class holds is a method written in C, which is given the instance when it is called."""
    return isinstance(attribute, (types.MethodDescriptorType, types.WrapperDescriptorType))


def _itself(held: Object, name: str, descriptor: Any) -> Ref:
    return Ref(f"{held.cls.__name__}.{name}", descriptor)


def _refuse_computed(sp: Specialiser, cls: type, name: str, magic: str, done: str) -> None:
    if isinstance(getattr(cls, magic), types.FunctionType):
        raise sp.refuse(
            f"{cls.__name__}.{name}, which is {done} by a {magic} of its class",
            "use properties, or leave it out",
        )
