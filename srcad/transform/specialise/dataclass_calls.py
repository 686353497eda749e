"""What `dataclasses` does with an instance: a changed copy, and its fields as a dict or a tuple.

    dataclasses.asdict(p)       {"x": p.x, "y": p.y}
    dataclasses.astuple(p)      (p.x, p.y)

Contract: what the result holds is a copy, as it is there; a field that cannot be copied is refused at the call.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from srcad.core import prims
from srcad.core.kinds import BOTTOM, Object, show
from srcad.core.nodes import Expr, Lit, Op
from srcad.errors import KindError
from srcad.transform.specialise.binding import Args
from srcad.transform.specialise.copying import make_copy
from srcad.transform.specialise.objects import construct
from srcad.transform.specialise.session import Resolved

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser

_copied = make_copy("deepcopy", True)


def replaced(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    """`dataclasses.replace(obj, **changes)`: a new instance, made of the old one's fields and the changes."""
    cls = _class_of(sp, "replace", args)
    if cls is None:
        return args[0], BOTTOM
    fields: dict[str, Expr] = {}
    for field in dataclasses.fields(cls):
        if field.init and field.name not in kwargs:
            fields[field.name] = sp.op(Op(prims.get_attr, (args[0], Lit(field.name))))
    return construct(sp, cls, (), (*fields.items(), *kwargs.items()))


def as_dict(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    """`dataclasses.asdict(obj)`"""
    return _taken_apart(sp, "asdict", args, kwargs)


def as_tuple(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    """`dataclasses.astuple(obj)`"""
    return _taken_apart(sp, "astuple", args, kwargs)


def _taken_apart(sp: Specialiser, name: str, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    if len(args) != 1 or kwargs:
        raise sp.refuse(f"dataclasses.{name} with other arguments", "pass only the instance")
    cls = _class_of(sp, name, args)
    if cls is None:
        return args[0], BOTTOM
    parts: list[Expr] = []
    for field in dataclasses.fields(cls):
        value = sp.op(Op(prims.get_attr, (args[0], Lit(field.name))))
        kind = sp.kind(value)
        if isinstance(kind, Object) and dataclasses.is_dataclass(kind.cls):
            value = sp.assign("t", *_taken_apart(sp, name, (value,), {}))
        else:
            value = sp.assign("t", *_copied(sp, (value,), {}))
        parts += [Lit(field.name), value] if name == "asdict" else [value]
    return sp.resolve(Op(prims.make_dict if name == "asdict" else prims.make_tuple, tuple(parts)))


def _class_of(sp: Specialiser, name: str, args: Args) -> Any:
    """The class of the instance; None where it is not known yet."""
    held = sp.kind(args[0])
    if held is BOTTOM:
        return None
    if not isinstance(held, Object) or not dataclasses.is_dataclass(held.cls):
        raise sp.refuse(f"dataclasses.{name} of {show(held)}", "pass an instance of a dataclass", KindError)
    return held.cls
