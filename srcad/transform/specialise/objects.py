"""Attributes, methods and construction of objects, resolved by class.

Contract: an attribute becomes a plain load, a property or method a call of its function with the object as the first
argument; what a class does by magic that cannot be followed (`__getattr__`, C classes) is refused or left opaque.
"""

from __future__ import annotations

import dataclasses
import enum
import functools
import operator
import types
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from srcad import runtime
from srcad.core import prims
from srcad.core.attributes import own_attribute
from srcad.core.kind_of import kind_of
from srcad.core.kinds import (
    BOTTOM,
    COMPLEX,
    FLOAT,
    INT,
    NONE_KIND,
    RANGE,
    UNKNOWN,
    Array,
    Const,
    Dict,
    Function,
    Kind,
    List,
    Maybe,
    Object,
    OneOf,
    Opaque,
    Record,
    Tuple,
    TupleOf,
    is_number,
    show,
)
from srcad.core.nodes import Do, Expr, Guard, Lit, Op, Ref, Star, Store, Var, walk
from srcad.core.overriding import builtin_overridden
from srcad.errors import KindError
from srcad.rules.kinding import kind_of_call
from srcad.rules.known import is_sparse_kind
from srcad.rules.registry import Call
from srcad.transform.specialise.binding import Args, Kwargs
from srcad.transform.specialise.choices import dispatched, missing
from srcad.transform.specialise.descriptors import read_by_descriptor
from srcad.transform.specialise.flat import flat_attribute
from srcad.transform.specialise.mirrors import bare
from srcad.transform.specialise.presence import cached, class_attribute, give_class_values, is_generated
from srcad.transform.specialise.sequences import present_array
from srcad.transform.specialise.session import Resolved
from srcad.transform.specialise.sparse import sparse_attribute

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser


def get_attr(sp: Specialiser, op: Op) -> Resolved:
    """`base.name`"""
    base, key = present_array(sp, op.args[0]), op.args[1]
    op = replace(op, args=(base, key))
    assert isinstance(key, Lit)
    name = str(key.value)
    held = sp.kind(base)
    if isinstance(held, Maybe):
        held = held.kind
    match held:
        case OneOf():
            return dispatched(sp, base, held, lambda one, _: _of_option(sp, one, name))
        case Object(cls=cls, attrs=attrs):
            known = dict(attrs)
            attribute = class_attribute(cls, name)
            if isinstance(attribute, property):
                return sp.function(attribute.fget, (base,))
            if isinstance(attribute, functools.cached_property):
                return cached(sp, base, name, attribute.func)
            described = read_by_descriptor(sp, base, held, name)
            if described is not None:
                return described
            if name in known:
                return own_attribute(base, name), known[name]
            if isinstance(attribute, types.FunctionType):
                return Op(prims.make_tuple, (base,)), Function(attribute, (("__self__", held),))
            if isinstance(attribute, staticmethod):
                return _constant(sp, f"{cls.__name__}.{name}", attribute.__func__)
            if isinstance(attribute, classmethod):
                owner = sp.assign("cls", Ref(cls.__name__, cls), Const(cls))
                return Op(prims.make_tuple, (owner,)), Function(attribute.__func__, (("__self__", Const(cls)),))
            if name == "__class__":
                return Ref(cls.__name__, cls), Const(cls)
            if isinstance(attribute, types.MemberDescriptorType):
                return op, BOTTOM  # a slot that is empty as far as is known
            if hasattr(type(attribute), "__get__"):
                raise sp.refuse(f"{cls.__name__}.{name}, which a descriptor computes", "make it a property or a method")
            if hasattr(cls, name):
                sp.session.guard(Guard(cls, name, getattr(cls, name)))
                return _constant(sp, f"{cls.__name__}.{name}", getattr(cls, name))
            if class_attribute(cls, "__getattr__") is not None:
                raise sp.refuse(f"{cls.__name__}.{name}, found by __getattr__", "set the attribute in __init__")
            return op, BOTTOM
        case List(cls=owner, bounded=bounded) if owner is not list and name == "maxlen":
            return (op, INT) if bounded else (Lit(None), NONE_KIND)
        case Tuple(items=items, names=names) if name in names:
            return own_attribute(base, name), items[names.index(name)]
        case Tuple(cls=cls) if cls is not None and hasattr(cls, name):
            attribute = class_attribute(cls, name)
            if isinstance(attribute, property):
                return sp.function(attribute.fget, (base,))
            if isinstance(attribute, types.FunctionType):
                return Op(prims.make_tuple, (base,)), Function(attribute, (("__self__", held),))
            return _constant(sp, f"{cls.__name__}.{name}", getattr(cls, name))
        case Array(dtype=dtype, dims=dims):
            return array_attribute(sp, op, name, dtype, dims)
        case Const(value=None):
            return op, BOTTOM  # an error when this runs, or not yet known to be more
        case Const(value=enum.Enum() as member):
            return _of_member(sp, base, op, member, name)
        case Const(value=value):
            if isinstance(value, (types.ModuleType, type)) or callable(value):
                if hasattr(value, name):
                    shown = base.name if isinstance(base, Ref) else getattr(value, "__name__", "value")
                    found = getattr(value, name)
                    own = str(getattr(value, "__module__", None) or getattr(value, "__name__", "")).split(".")[0]
                    if found is getattr(value, name) and own not in ("numpy", "math", "scipy", "builtins"):
                        sp.session.guard(Guard(value, name, found))
                    return _constant(sp, f"{shown}.{name}", found)
            return op, UNKNOWN
        case Opaque() if is_sparse_kind(held):
            return sparse_attribute(sp, op, held, name)
        case Opaque():
            return op, UNKNOWN
        case _ if held is RANGE and name in ("start", "stop", "step"):
            return op, INT
        case _ if is_number(held):
            if name == "real":
                return Op(operator.pos, (base,)), held if held is not COMPLEX else FLOAT
            if name in ("shape", "ndim", "size", "dtype"):
                return op, {"shape": Tuple(()), "ndim": Const(0), "size": Const(1), "dtype": UNKNOWN}[name]
            return op, FLOAT
        case _ if held is BOTTOM:
            return op, BOTTOM
        case _ if held is UNKNOWN or repr(held) == "Number":
            return op, UNKNOWN
        case List() | Tuple() | TupleOf() | Dict() | Record() if name in _BOUND and hasattr(_builtin(held), name):
            function = sp.session.prelude(_BOUND[name])
            return Op(prims.make_tuple, (base,)), Function(function, (("__self__", held),))
        case _:
            is_method = any(hasattr(cls, name) for cls in (dict, list, tuple, set))
            remedy = f"call it where it stands: lambda x: y.{name}(x)" if is_method else "use an index or a method"
            raise sp.refuse(f"the attribute .{name} of {show(held)}", remedy, KindError)


_BOUND = {"get": "bound_get", "__getitem__": "bound_item"}  # methods that may be handed to a function


def _builtin(kind: Kind) -> type:
    return dict if isinstance(kind, (Dict, Record)) else list


def has_attribute(kind: Kind, name: str) -> bool:
    """Whether a value of this kind may have an attribute of this name."""
    if isinstance(kind, Object):
        own = dict(kind.attrs)
        return name in own or hasattr(kind.cls, name) or class_attribute(kind.cls, "__getattr__") is not None
    return hasattr(kind.value, name) if isinstance(kind, Const) else True


def _of_option(sp: Specialiser, base: Expr, name: str) -> Resolved:
    if not has_attribute(sp.kind(base), name):
        return missing(sp, sp.kind(base), name)
    return get_attr(sp, Op(prims.get_attr, (base, Lit(name))))


def array_attribute(sp: Specialiser, op: Op, name: str, dtype: str, dims: str | None) -> Resolved:
    """`x.shape`, `x.T` and the other attributes of an array."""
    base = op.args[0]
    if name == "shape":
        if dims is None:
            return op, UNKNOWN
        return op, Tuple(tuple(INT if d != "1" else Const(1) for d in dims))
    if name == "ndim":
        return op, INT if dims is None else Const(len(dims))
    if name == "size":
        return op, INT
    if name == "dtype":
        return op, Const(np.dtype(dtype))
    if name == "T":
        made = Op(np.transpose, (base,), form="attr:T")
        return made, kind_of_call(Call(np.transpose, (Array(dtype, dims),), (), (base,)))
    if name == "real" and not dtype.startswith("complex"):
        return base, Array(dtype, dims)
    if name in ("itemsize", "nbytes"):
        return op, INT
    if name == "flat":
        return flat_attribute(base, Array(dtype, dims))
    raise sp.refuse(f"the array attribute .{name}", "use a function of numpy instead")


def _of_member(sp: Specialiser, base: Expr, op: Op, member: enum.Enum, name: str) -> Resolved:
    """An attribute of a member of an enumeration: a constant, or what its class defines."""
    attribute = class_attribute(type(member), name)
    if isinstance(attribute, types.FunctionType):
        return Op(prims.make_tuple, (base,)), Function(attribute, (("__self__", Const(member)),))
    if type(attribute) is property:
        return sp.function(attribute.fget, (base,))
    return (op, kind_of(getattr(member, name))) if hasattr(member, name) else (op, BOTTOM)


def _constant(sp: Specialiser, name: str, value: Any) -> Resolved:
    return Ref(name, value), kind_of(value)


def _member_of_value(sp: Specialiser, cls: type[enum.Enum], args: Args) -> enum.Enum | None:
    """`cls(value)` of an enumeration, where the value is known and a member has it."""
    value = sp.kind(args[0]) if len(args) == 1 else None
    return cls._value2member_map_.get(value.value) if isinstance(value, Const) else None


def construct(sp: Specialiser, cls: Any, args: Args, kwargs: Kwargs) -> Resolved:
    """`cls(*args, **kwargs)`: namedtuples and plain dataclasses are records; other classes run their `__init__`."""
    if cls in (types.SimpleNamespace, runtime.object_shadow) and not args and all(k != "**" for k, _ in kwargs):
        return bare(sp, cls, dict(kwargs))
    shown = Ref(cls.__name__, cls)
    if issubclass(cls, tuple) and hasattr(cls, "_fields"):
        if builtin_overridden(cls) is not None:
            raise sp.refuse(
                f"an instance of {cls.__name__}, a namedtuple that has a __new__ or __getitem__ of its own",
                "leave it out, or make it a dataclass",
            )
        args = _counted(sp, cls.__name__, tuple(cls._fields), set(cls._field_defaults), args, kwargs)
        items = _fill(sp, cls.__name__, tuple(cls._fields), cls._field_defaults, args, kwargs)
        return Op(prims.call, (shown, *items)), Tuple(tuple(map(sp.kind, items)), cls, tuple(cls._fields))
    if not isinstance(vars(cls).get("__init__", cls.__init__), types.FunctionType):
        if cls.__init__ is object.__init__ and cls.__new__ is object.__new__:
            made = _new(sp, shown)
            return made, sp.kind(made)
        raise sp.refuse(f"an instance of {cls.__name__}, which is built in C", "use a dict, or a class of your own")
    member = _member_of_value(sp, cls, args) if issubclass(cls, enum.Enum) and not kwargs else None
    if member is not None:
        return Ref(f"{cls.__name__}.{member.name}", member), Const(member)
    if isinstance(type(cls).__call__, types.FunctionType) and not issubclass(cls, enum.Enum):
        raise sp.refuse(
            f"an instance of {cls.__name__}, which its metaclass makes by a __call__ of its own",
            "make it outside the function",
        )
    if cls.__new__ is not object.__new__:
        how = "a __new__ of its own" if isinstance(cls.__new__, types.FunctionType) else "a base that is built in C"
        raise sp.refuse(f"an instance of {cls.__name__}, which has {how}", "make it outside the function")
    if is_generated(cls, "__init__"):
        return _construct_dataclass(sp, shown, cls, args, kwargs)
    made = _new(sp, shown)
    sp.effect(*sp.function(cls.__init__, (made, *args), kwargs))
    return made, sp.kind(made)


def _new(sp: Specialiser, shown: Ref) -> Var:
    """An instance before its `__init__`."""
    made = sp.assign("made", Op(object.__new__, (shown,)), Object(shown.value, ()))
    give_class_values(sp, made, shown.value)
    return made


def replaced(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    """`dataclasses.replace(obj, **changes)`: a new instance, made of the old one's fields and the changes."""
    held = sp.kind(args[0])
    if not isinstance(held, Object) or not dataclasses.is_dataclass(held.cls):
        raise sp.refuse(f"dataclasses.replace of {show(held)}", "pass an instance of a dataclass", KindError)
    fields: dict[str, Expr] = {}
    for field in dataclasses.fields(held.cls):
        if field.init and field.name not in kwargs:
            fields[field.name] = sp.op(Op(prims.get_attr, (args[0], Lit(field.name))))
    return construct(sp, held.cls, (), (*fields.items(), *kwargs.items()))


def _construct_dataclass(sp: Specialiser, shown: Ref, cls: Any, args: Args, kwargs: Kwargs) -> Resolved:
    """An instance of a dataclass whose `__init__` was written by `dataclasses`."""
    fields = [f for f in dataclasses.fields(cls) if f.init]
    defaults: dict[str, Any] = {}
    for field in fields:
        if field.default is not dataclasses.MISSING:
            defaults[field.name] = field.default
    names = tuple(f.name for f in fields)
    by_place = tuple(f.name for f in fields if not f.kw_only)
    made_up = {f.name for f in fields if f.default_factory is not dataclasses.MISSING}
    args = _counted(sp, cls.__name__, by_place, {*defaults, *made_up}, args, kwargs)
    plain = names == by_place and len(fields) == len(dataclasses.fields(cls)) and _is_made_by_fields(sp, cls)
    factories = {f.name: f.default_factory for f in fields if f.default_factory is not dataclasses.MISSING}
    for name, factory in factories.items():
        if name not in dict(kwargs) and name not in by_place[: len(args)]:
            kwargs = (
                *kwargs,
                (name, sp.op(Op(prims.call, (Ref(getattr(factory, "__name__", "factory"), factory),)))),
            )
    if len(args) > len(by_place):
        raise sp.refuse(f"the arguments of {cls.__name__} do not fit its fields", "pass them by name", KindError)
    kwargs = (*zip(by_place, args, strict=False), *kwargs)
    items = _fill(sp, cls.__name__, names, defaults, (), kwargs)
    kind = Object(cls, tuple((n, sp.kind(a)) for n, a in zip(names, items, strict=True)))
    if plain:
        return Op(prims.call, (shown, *items)), kind
    made = _new(sp, shown)
    sp.session.mutate(cls)
    for name, item in zip(names, items, strict=True):
        sp.write(made, Lit(name), item, attr=True)
    for field in dataclasses.fields(cls):
        if not field.init and field.default_factory is not dataclasses.MISSING:
            value = sp.op(Op(prims.call, (Ref("factory", field.default_factory),)))
            sp.write(made, Lit(field.name), value, attr=True)
    if hasattr(cls, "__post_init__"):
        sp.effect(*sp.method(made, "__post_init__"))
    return made, sp.kind(made)


def _is_made_by_fields(sp: Specialiser, cls: Any) -> bool:
    """Whether making an instance does nothing but hold its fields; one that is frozen may look at them too."""
    if not hasattr(cls, "__post_init__"):
        return True
    if not cls.__dataclass_params__.frozen:
        return False
    program = sp.session.lower(cls.__post_init__)
    return len(program.params) == 1 and not any(isinstance(stmt, (Store, Do)) for stmt in walk(program.body))


def _counted(
    sp: Specialiser, owner: str, names: tuple[str, ...], optional: set[str], args: Args, kwargs: Kwargs
) -> Args:
    """The arguments, with `*xs` at their end taken apart into as many as there are fields left."""
    at = next((i for i, a in enumerate(args) if isinstance(a, Star)), None)
    if at is None:
        return args
    last = args[at]
    assert isinstance(last, Star)
    left = [name for name in names[at:] if name not in dict(kwargs)]
    if len(args) > at + 1 or optional & set(left):
        raise sp.refuse(
            f"`*` of {show(sp.kind(last.value))} in a call of {owner}(): which fields it fills is not known before the "
            "program runs",
            "write the fields out",
        )
    taken = sp.op(Op(prims.unpack, (last.value, Lit(len(left)), Lit(-1))))
    return (*args[:at], *(sp.op(Op(operator.getitem, (taken, Lit(i)))) for i in range(len(left))))


def _fill(
    sp: Specialiser,
    owner: str,
    names: tuple[str, ...],
    defaults: dict[str, Any],
    args: tuple[Expr, ...],
    kwargs: tuple[tuple[str, Expr], ...],
) -> tuple[Expr, ...]:
    """The value of each field, in order."""
    given = dict(zip(names, args, strict=False))
    given.update(kwargs)
    if len(args) > len(names) or any(k not in names for k, _ in kwargs):
        raise sp.refuse(
            f"the arguments of {owner} do not fit its fields", f"the fields are {', '.join(names)}", KindError
        )
    made: list[Expr] = []
    for name in names:
        if name in given:
            made.append(given[name])
        elif name in defaults:
            value = defaults[name]
            plain = value is None or isinstance(value, (bool, int, float, str))
            made.append(Lit(value) if plain else Ref(f"{owner}.{name}", value))
        else:
            raise sp.refuse(f"{owner} needs a value for {name}", "pass it", KindError)
    return tuple(made)
