"""Methods: `base.name(...)` by the kind of the base, and `super().name(...)`."""

from __future__ import annotations

import operator
import types
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from srcad.core import prims
from srcad.core.kinds import (
    BOOL,
    BOTTOM,
    COMPLEX,
    FLOAT,
    INT,
    NONE_KIND,
    NUMBER,
    STRING,
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
    Set,
    Tuple,
    TupleOf,
    holds_smooth,
    is_complex,
    is_integral,
    is_number,
    show,
)
from srcad.core.libraries import is_frozen, is_library_object
from srcad.core.nodes import Expr, Lit, Op, Ref, Star
from srcad.errors import KindError, MissingRule
from srcad.rules.known import is_sparse_kind
from srcad.rules.methods import ARRAY_METHODS, normalise_method
from srcad.rules.registry import own_rule_of
from srcad.transform.specialise import objects
from srcad.transform.specialise.binding import Args, Kwargs, spread_arguments
from srcad.transform.specialise.choices import dispatched, missing
from srcad.transform.specialise.container_methods import dict_method, list_method, tuple_method
from srcad.transform.specialise.descriptors import binds_itself
from srcad.transform.specialise.frozen import method_of_frozen, method_of_object
from srcad.transform.specialise.functions import call_function, call_primitive
from srcad.transform.specialise.presence import class_attribute
from srcad.transform.specialise.procedures import procedure_method
from srcad.transform.specialise.sequences import present_array
from srcad.transform.specialise.session import Resolved
from srcad.transform.specialise.sets import set_method
from srcad.transform.specialise.sparse import sparse_method

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser


_WRITERS = ("append", "extend", "insert", "update", "setdefault", "add", "appendleft")


def resolve_method(sp: Specialiser, op: Op) -> Resolved:
    """`base.name(...)`"""
    base, key = present_array(sp, op.args[0]), op.args[1]
    op = replace(op, args=(base, *op.args[1:]))
    assert isinstance(key, Lit)
    name = str(key.value)
    spread = spread_arguments(sp, op.args[2:], op.kwargs)
    held = sp.kind(base)
    if isinstance(held, Maybe):
        held = held.kind
    if spread is None or held is BOTTOM:
        return op, BOTTOM
    args, kwargs = spread
    made = Op(prims.call_method, (base, key, *args), kwargs)
    if any(sp.kind(a) is BOTTOM for a in args if not isinstance(a, Star)) and not isinstance(held, (List, Dict)):
        return made, BOTTOM
    if isinstance(base, Ref) and name in _WRITERS and any(holds_smooth(sp.kind(a)) for a in args):
        raise sp.refuse(
            f"a write into the global {base.name} (.{name})", "pass it as an argument, or return the new value"
        )
    if isinstance(base, Ref) and own_rule_of(bound := getattr(base.value, name, None)) is not None:
        return sp.call(f"{base.name}.{name}", bound, args, kwargs)
    if isinstance(held, (Object, Opaque)):
        function = class_attribute(held.cls, name)
        if own_rule_of(function) is not None:
            return sp.call(f"{held.cls.__name__}.{name}", function, (base, *args), kwargs)
    match held:
        case OneOf():
            return dispatched(sp, base, held, lambda one, _: _of_option(sp, one, name, args, kwargs))
        case Object(cls=cls):
            frozen = method_of_object(sp, base, held, name, args, kwargs) if is_frozen(cls) else None
            if frozen is not None:
                return frozen
            attribute = class_attribute(cls, name)
            if name in dict(held.attrs):
                value = sp.op(Op(prims.get_attr, (base, key)))
                return sp.apply(value, sp.kind(value), args, kwargs)
            if isinstance(attribute, types.FunctionType):
                return call_function(sp, attribute, (base, *args), kwargs)
            if isinstance(attribute, staticmethod):
                return call_function(sp, attribute.__func__, args, kwargs)
            if isinstance(attribute, classmethod):
                return call_function(sp, attribute.__func__, (Ref(cls.__name__, cls), *args), kwargs)
            if name in ("__new__", "__init__") and attribute is not None:
                return Lit(None), NONE_KIND
            if binds_itself(attribute):
                return sp.call(f"{cls.__name__}.{name}", attribute, (base, *args), kwargs)
            if attribute is not None:
                value = sp.op(Op(prims.get_attr, (base, key)))
                return sp.apply(value, sp.kind(value), args, kwargs)
            raise sp.refuse(f"{cls.__name__} has no method {name}", "define it in the class", KindError)
        case Const(value=value):
            if isinstance(value, str):
                return made, _string_method(name)
            if hasattr(value, name):
                shown = base.name if isinstance(base, Ref) else getattr(value, "__name__", "value")
                found = getattr(value, name)
                if found is object.__new__ and len(args) == 1 and not kwargs:
                    made_of = sp.kind(args[0])
                    if isinstance(made_of, Const) and getattr(made_of.value, "__new__", None) is found:
                        return objects.made_empty(sp, made_of.value)
                if isinstance(value, type) and isinstance(class_attribute(value, name), classmethod):
                    function = class_attribute(value, name).__func__
                    if isinstance(function, types.FunctionType):
                        return call_function(sp, function, (Ref(value.__name__, value), *args), kwargs)
                return sp.call(f"{shown}.{name}", found, args, kwargs)
            raise sp.refuse(f"{show(held)} has no attribute {name}", "check the name", KindError)
        case Function(of=of) if is_library_object(of):
            return method_of_frozen(sp, base, held, name, args, kwargs)
        case Function():
            raise sp.refuse(f"the method .{name} of a function", "call the function", KindError)
        case Array():
            return _array_method(sp, op, base, name, args, kwargs)
        case List() | TupleOf():
            return list_method(sp, made, base, held, name, args, kwargs)
        case Tuple(cls=cls) as held_tuple:
            return tuple_method(sp, made, base, held_tuple, name, args, kwargs)
        case Dict() | Record():
            return dict_method(sp, made, base, held, name, args, kwargs)
        case Set():
            return set_method(sp, made, base, held, name, args)
        case _ if is_sparse_kind(held):
            return sparse_method(sp, made, base, held, name, args, kwargs)
        case _ if held is STRING:
            return made, _string_method(name)
        case _ if held is COMPLEX and name in ("conjugate", "conj") and not args:
            return Op(np.conjugate, (base,), form=f"method:{name}"), COMPLEX
        case _ if is_number(held):
            if name == "astype":
                return _cast_number(sp, base, held, args, kwargs)
            if name in ("conjugate", "item", "__pos__", "copy", "sum", "mean", "squeeze", "max", "min"):
                return Op(operator.pos, (base,)), held
            if name in ("is_integer",):
                return made, BOOL
            if name in ("any", "all"):
                return made, BOOL
            of_member = " (for a method of an IntEnum: make it an enum.Enum)" if is_integral(held) else ""
            remedy = f"use a function of math or numpy{of_member}"
            raise sp.refuse(f"the method .{name} of {show(held)}", remedy, KindError)
        case _ if held is NUMBER:
            return _array_method(sp, op, base, name, args, kwargs)
        case _:
            return made, UNKNOWN


def _cast_number(sp: Specialiser, base: Expr, held: Kind, args: Args, kwargs: Kwargs) -> Resolved:
    """`x.astype(dtype)` of a number: to an integer it drops the fraction, as `int` does."""
    given = args[0] if len(args) == 1 and not kwargs else dict(kwargs).get("dtype") if not args else None
    dtype = np.dtype(given.value) if isinstance(given, (Lit, Ref)) and given.value is not None else None
    if dtype is not None and dtype.kind in "iu":
        return call_primitive(sp, "int", int, (base,), ())
    if dtype is not None and dtype.kind == "b":
        return call_primitive(sp, "bool", bool, (base,), ())
    if dtype == np.float64:
        return (Op(operator.pos, (base,)), held) if held is FLOAT else call_primitive(sp, "float", float, (base,), ())
    raise sp.refuse(f".astype of {show(held)} with this type", "write int(x), float(x) or bool(x)", KindError)


def _of_option(sp: Specialiser, base: Expr, name: str, args: Args, kwargs: Kwargs) -> Resolved:
    """The method of one of several things, which may not have it: then Python raises."""
    if not objects.has_attribute(sp.kind(base), name):
        return missing(sp, sp.kind(base), name)
    return resolve_method(sp, Op(prims.call_method, (base, Lit(name), *args), kwargs))


def resolve_super(sp: Specialiser, op: Op) -> Resolved:
    """`super().name(...)`: the next class after `cls` in the order of the instance's class."""
    owner, instance, key = op.args[:3]
    held = sp.kind(instance)
    assert isinstance(key, Lit) and isinstance(owner, Ref)
    name = str(key.value)
    cls = held.cls if isinstance(held, Object) else held.value if isinstance(held, Const) else None
    if held is BOTTOM:
        return op, BOTTOM
    if cls is None:
        raise sp.refuse("super() outside of a method", "name the class", KindError)
    spread = spread_arguments(sp, op.args[3:], op.kwargs)
    if spread is None:
        return op, BOTTOM
    args, kwargs = spread
    order = cls.__mro__
    for parent in order[order.index(owner.value) + 1 :]:
        if name in vars(parent):
            attribute = vars(parent)[name]
            if parent is object:
                break
            if op.form == "attr" and isinstance(attribute, types.FunctionType):
                return Op(prims.make_tuple, (instance,)), Function(attribute, (("__self__", held),))
            if op.form == "attr" and not isinstance(attribute, property):
                raise sp.refuse(f"super().{name} as a value", "call it, or name the class")
            if isinstance(attribute, staticmethod):
                return call_function(sp, attribute.__func__, args, kwargs)
            if isinstance(attribute, property):
                return call_function(sp, attribute.fget, (instance,), ())
            if name == "__init__" and not isinstance(attribute, types.FunctionType):
                break
            if getattr(attribute, "__code__", None) is not None and attribute.__code__.co_filename == "<string>":
                raise sp.refuse(
                    f"super().{name}() of the dataclass {parent.__name__}, whose {name} has no source",
                    "set the fields one by one",
                )
            return call_function(sp, getattr(attribute, "__func__", attribute), (instance, *args), kwargs)
    if name == "__init__":
        return Lit(None), NONE_KIND
    raise sp.refuse(f"no parent of {cls.__name__} has {name}", "check the name", KindError)


def _item_at(sp: Specialiser, base: Expr, args: Args) -> Resolved:
    """`x.item(i)` counts through the array as if it were flat; `x.item(i, j)` is `x[i, j]`."""
    if len(args) > 1:
        return sp.resolve(Op(operator.getitem, (base, sp.op(Op(prims.make_tuple, args)))))
    held = sp.kind(base)
    flat = base
    if not isinstance(held, Array) or held.dims is None or len(held.dims) != 1:
        flat = sp.hold(*call_primitive(sp, "np.ravel", np.ravel, (base,), ()))
    return sp.resolve(Op(operator.getitem, (flat, args[0])))


def _string_method(name: str) -> Kind:
    if name in ("startswith", "endswith") or name.startswith("is"):
        return BOOL
    if name in ("split", "splitlines", "rsplit"):
        return List(STRING)
    if name in ("find", "index", "count"):
        return INT
    return STRING


def _array_method(sp: Specialiser, op: Op, base: Expr, name: str, args: Args, kwargs: Kwargs) -> Resolved:
    written = procedure_method(sp, name, base, args, kwargs)
    if written is not None:
        return written
    if name not in ARRAY_METHODS:
        raise sp.refuse(f"the array method .{name}() has no rule", "use a function of numpy that has one", MissingRule)
    held = sp.kind(base)
    if name in ("conj", "conjugate") and isinstance(held, Array) and not is_complex(held) and not args:
        return base, held  # NumPy gives the array itself
    if name == "item" and args and not kwargs:
        return _item_at(sp, base, args)
    fn, made = normalise_method(name, (base, *args))
    atoms = tuple(a if not isinstance(a, Op) else sp.op(a) for a in made)
    value, kind = call_primitive(sp, "", fn, atoms, kwargs)
    same = len(atoms) == 1 + len(args) and atoms[1:] == args
    if isinstance(value, Op) and same and hasattr(np.ndarray, name):
        value = Op(value.fn, value.args, value.kwargs, f"method:{name}")
    return value, kind
