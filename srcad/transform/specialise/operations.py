"""Resolve one operation with the kinds of its operands: which callable it is, and the kind of its result.

`resolve` returns a flat expression and its kind; what it needs computed before is emitted.
"""

from __future__ import annotations

import dataclasses
import operator
import types
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from srcad.core import prims
from srcad.core.kinds import (
    BOOL,
    BOTTOM,
    FLOAT,
    INT,
    NONE_KIND,
    NUMBER,
    SLICE,
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
    is_integral,
    is_number,
    is_smooth,
    is_sum,
    join_all,
    show,
    widen,
)
from srcad.core.nodes import Assign, Closure, Do, Expr, Lit, Op, Ref, Star, Var
from srcad.core.operators import IN_PLACE
from srcad.errors import KindError
from srcad.rules.changes import change_of
from srcad.rules.registry import Call, rule_for
from srcad.transform.specialise.calls import resolve_call
from srcad.transform.specialise.choices import dispatched
from srcad.transform.specialise.dict_views import dict_view
from srcad.transform.specialise.displays import DISPLAYS
from srcad.transform.specialise.flat import get_item
from srcad.transform.specialise.functions import make_closure, primitive_kind
from srcad.transform.specialise.iteration import trips
from srcad.transform.specialise.methods import resolve_method, resolve_super
from srcad.transform.specialise.objects import get_attr
from srcad.transform.specialise.presence import class_attribute, is_generated
from srcad.transform.specialise.sequences import (
    as_sequence,
    is_sequence,
    item_kind,
    joined,
    present_array,
    refuse_reversed,
    repeated,
    unpacked,
)
from srcad.transform.specialise.session import Resolved, Special
from srcad.transform.specialise.stores import delete_slice

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser

DUNDERS: dict[Callable[..., Any], tuple[str, str]] = {
    operator.add: ("__add__", "__radd__"),
    operator.sub: ("__sub__", "__rsub__"),
    operator.mul: ("__mul__", "__rmul__"),
    operator.truediv: ("__truediv__", "__rtruediv__"),
    operator.floordiv: ("__floordiv__", "__rfloordiv__"),
    operator.mod: ("__mod__", "__rmod__"),
    operator.pow: ("__pow__", "__rpow__"),
    operator.matmul: ("__matmul__", "__rmatmul__"),
    operator.and_: ("__and__", "__rand__"),
    operator.or_: ("__or__", "__ror__"),
    operator.xor: ("__xor__", "__rxor__"),
    operator.lshift: ("__lshift__", "__rlshift__"),
    operator.rshift: ("__rshift__", "__rrshift__"),
    operator.invert: ("__invert__", ""),
    operator.neg: ("__neg__", ""),
    operator.pos: ("__pos__", ""),
    operator.abs: ("__abs__", ""),
    operator.eq: ("__eq__", "__eq__"),
    operator.ne: ("__ne__", "__ne__"),
    operator.lt: ("__lt__", "__gt__"),
    operator.le: ("__le__", "__ge__"),
    operator.gt: ("__gt__", "__lt__"),
    operator.ge: ("__ge__", "__le__"),
    operator.getitem: ("__getitem__", ""),
    operator.contains: ("__contains__", ""),
}
_COMPARISONS = (operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge)
_OF_BITS = (operator.and_, operator.or_, operator.xor, operator.lshift, operator.rshift, operator.invert)
_FOLDED = {
    operator.add, operator.sub, operator.mul, operator.floordiv, operator.mod, operator.neg, operator.pos,
    operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge,
}  # fmt: skip


def truth(kind: Kind) -> bool | None:
    """Whether a value of this kind is true, where the kind alone says so."""
    if isinstance(kind, Const):
        value = kind.value
        if value is None or isinstance(value, (bool, int, str, bytes, float)):
            return bool(value)
        return True
    if isinstance(kind, Function):
        return True
    if truth_method(kind) is not None:
        return None
    if isinstance(kind, Tuple):
        return bool(kind.items)
    if isinstance(kind, Object):
        return True
    if isinstance(kind, OneOf) and all(truth(option) for option in kind.options):
        return True
    return None


def truth_method(kind: Kind) -> str | None:
    """The method of an object, or of a namedtuple whose class has one of its own, that says whether it is true."""
    for name in ("__bool__", "__len__"):
        if isinstance(kind, Object) and getattr(kind.cls, name, None) is not None or _overrides((kind,), (name,)):
            return name
    return None


def bind_value(sp: Specialiser, value: Expr, target: str) -> Resolved:
    """Resolve the right side of `target = value`."""
    if isinstance(value, Op) and value.fn is prims.make_list and target in sp.static_lists:
        args = tuple(value.args)
        if not any(isinstance(a, Star) for a in args):
            return value, Tuple(tuple(sp.kind(a) for a in args))
    view = dict_view(sp, value, target)
    return resolve(sp, value) if view is None else view


def resolve(sp: Specialiser, value: Expr) -> Resolved:
    """The expression with its callable resolved, and its kind."""
    if isinstance(value, Closure):
        return make_closure(sp, value)
    if not isinstance(value, Op):
        return value, sp.kind(value)
    structural = _STRUCTURAL.get(value.fn)
    if structural is not None:
        return structural(sp, value)
    if any(sp.kind(a) is BOTTOM for a in value.args):
        return value, BOTTOM
    return operate(sp, value)


def emit_effect(sp: Specialiser, made: Expr, kind: Kind) -> None:
    """A resolved call that stands alone."""
    if not isinstance(made, Op):
        return
    written = made.args[0] if made.fn in IN_PLACE else None
    if isinstance(written, Var) and isinstance(sp.kind(written), Array):
        sp.emit(Assign(written.name, made, sp.place))
        return
    if made.fn is prims.call and isinstance(made.args[0], Ref) and isinstance(made.args[0].value, Special):
        sp.assign("ignored", made, kind)
    elif made.fn is operator.getitem and isinstance(held := sp.kind(made.args[0]), Dict) and held.cls is defaultdict:
        sp.assign("ignored", made, kind)  # a key that is missing is there from now on
    elif (change := change_of(made)) is not None and change.gives:
        sp.assign("ignored", made, kind)  # so that it can be put back
    elif rule_for(made.fn) is None and made.fn not in _STRUCTURAL or made.fn in (prims.call, prims.call_method):
        sp.emit(Do(made, sp.place))


def _as_sequence(sp: Specialiser, op: Op) -> Resolved:
    if op.form == "reversed":
        refuse_reversed(sp, op.args[0])
    made = as_sequence(sp, op.args[0])
    return made, sp.kind(made)


_STRUCTURAL: dict[Callable[..., Any], Callable[[Specialiser, Op], Resolved]] = {
    **DISPLAYS,
    prims.call: resolve_call,
    prims.call_method: resolve_method,
    prims.call_super: resolve_super,
    prims.unpack: unpacked,
    prims.get_attr: get_attr,
    prims.as_sequence: _as_sequence,
    prims.trips: trips,
    operator.getitem: get_item,
}


# ---------------------------------------------------------------- operators


def operate(sp: Specialiser, op: Op) -> Resolved:
    """An operator on values of known kinds."""
    fn = op.fn
    kinds = tuple(sp.kind(a) for a in op.args)
    first = kinds[0] if kinds else BOTTOM
    at = next((i for i, kind in enumerate(kinds) if is_sum(kind)), None)
    if at is not None and not (fn in (operator.is_, operator.is_not) and NONE_KIND in kinds):
        return dispatched(
            sp, op.args[at], kinds[at], lambda held, _: operate(sp, Op(fn, (*op.args[:at], held, *op.args[at + 1 :])))
        )
    if fn in IN_PLACE:
        op = replace(op, args=tuple(present_array(sp, a) for a in op.args))
        return _in_place(sp, op, tuple(map(sp.kind, op.args)))
    if fn is operator.delitem:
        return _deleted(sp, op, kinds)
    asked = kinds[:1] if fn is operator.contains else kinds
    if fn in DUNDERS and (any(isinstance(k, Object) for k in asked) or _overrides(asked, DUNDERS[fn])):
        return _dunder(sp, op, kinds)
    if fn in (operator.is_, operator.is_not, operator.eq, operator.ne):
        known = _same(fn, kinds[0], kinds[1])
        if known is not None:
            return op, Const(known if fn in (operator.is_, operator.eq) else not known)
        if fn in (operator.is_, operator.is_not):
            return op, BOOL
    if fn is operator.not_:
        known = truth(first)
        return op, BOOL if known is None else Const(not known)
    if fn is operator.contains:
        return op, _contains(kinds[0], kinds[1])
    folded = _folded(fn, kinds)
    if folded is not None:
        return op, folded
    if fn in (operator.add, operator.mul) and not any(isinstance(k, Array) for k in kinds):
        if isinstance(first, List) and first.cls is not list:
            raise sp.refuse(f"`{fn.__name__}` on {show(first)}", "make a list of it first, or use extend")
        if is_sequence(first):
            return joined(sp, op) if fn is operator.add else repeated(sp, op)
        if fn is operator.mul and is_sequence(kinds[1]) and is_integral(first):
            return repeated(sp, Op(fn, (op.args[1], op.args[0])))
    if fn is operator.or_ and isinstance(first, (Dict, Record)):
        return _merged(sp, op)
    if any(k is STRING or (isinstance(k, Const) and isinstance(k.value, (str, bytes))) for k in kinds):
        return op, BOOL if fn in _COMPARISONS else STRING
    refused = next((k for k in kinds if _not_arithmetic(k, kinds)), None)
    if refused is not None:
        if fn in _COMPARISONS:
            return op, BOOL
        if all(isinstance(k, Set) and not holds_smooth(k) for k in kinds):
            return op, Set(join_all(tuple(map(item_kind, kinds))))
        if isinstance(refused, (Set, Dict, Record)) and not holds_smooth(refused):
            return op, refused
        refusal = sp.refuse(
            f"the operator `{fn.__name__}` on {' and '.join(map(show, kinds))}",
            "compute with numbers or arrays (np.array(...) makes one of a list)",
            KindError,
        )
        if refused != NONE_KIND:
            raise refusal
        sp.unsettled = sp.unsettled or refusal  # it may be given a value by another name
        return op, BOTTOM
    op = replace(op, args=tuple(present_array(sp, a) for a in op.args))
    args = tuple(k.kind if isinstance(k, Maybe) else k for k in map(sp.kind, op.args))
    if fn in _OF_BITS and any(map(is_smooth, args)):
        raise sp.refuse(
            f"the operator `{fn.__name__.strip('_')}` on {' and '.join(map(show, args))}",
            "convert it with int(...), or .astype(int) for an array: what is differentiated is made a float",
            KindError,
        )
    return op, primitive_kind(Call(fn, args, (), op.args))


def _not_arithmetic(kind: Kind, kinds: tuple[Kind, ...]) -> bool:
    """Whether an operator on values of `kinds` is no arithmetic because of this one."""
    if isinstance(kind, (Tuple, List, TupleOf)):
        return not any(isinstance(k, Array) for k in kinds)
    return isinstance(kind, (Function, OneOf, Record, Dict, Set)) or kind == NONE_KIND


def _folded(fn: Callable[..., Any], kinds: tuple[Kind, ...]) -> Kind | None:
    """The result of an operator on small ints or on strings that are known."""
    if fn not in _FOLDED or not all(isinstance(k, Const) and isinstance(k.value, (int, str)) for k in kinds):
        return None
    values = [k.value for k in kinds if isinstance(k, Const)]
    strings = [isinstance(v, str) for v in values]
    if any(strings):
        allowed = all(strings) and fn in (operator.add, operator.eq, operator.ne)
    else:
        allowed = fn not in (operator.floordiv, operator.mod) or bool(values[-1])
    return Const(fn(*values)) if allowed else None


_STORED = {operator.ifloordiv: operator.floordiv, operator.imatmul: operator.matmul}  # `x[...] = x @ y`
_SET_METHODS = {
    operator.ior: "update",
    operator.iand: "intersection_update",
    operator.isub: "difference_update",
    operator.ixor: "symmetric_difference_update",
}


def _in_place(sp: Specialiser, op: Op, kinds: tuple[Kind, ...]) -> Resolved:
    """`x += y`: on a list it extends, on an array it writes into memory, else it is `x + y`."""
    fn, first = op.fn, kinds[0]
    if fn in _STORED and isinstance(first, Array) and is_smooth(first):
        sp.write(op.args[0], Lit(Ellipsis), sp.op(Op(_STORED[fn], op.args)))
        return op.args[0], first
    if isinstance(first, Array) or first in (NUMBER, UNKNOWN):
        kind = primitive_kind(Call(IN_PLACE[fn], kinds, (), op.args))
        return op, first if isinstance(first, Array) else kind
    if isinstance(first, List):
        if fn is operator.imul and first.cls is not list:
            raise sp.refuse(f"`*=` on {show(first)}", "append the items in a loop")
        if fn is operator.imul:
            emit_effect(sp, *sp.prelude("list_repeat", *op.args))
            return op.args[0], sp.kind(op.args[0])
        if fn is not operator.iadd:
            raise sp.refuse(f"`{fn.__name__}` on {show(first)}", "write xs += ys or xs *= n", KindError)
        emit_effect(sp, *sp.method(op.args[0], "extend", op.args[1:]))
        return op.args[0], sp.kind(op.args[0])
    if isinstance(first, (Dict, Record)) and fn is operator.ior:
        emit_effect(sp, *sp.method(op.args[0], "update", op.args[1:]))
        return op.args[0], sp.kind(op.args[0])
    if isinstance(first, Set) and fn in _SET_METHODS:
        raise sp.refuse(f"{show(first)} changed in place by an operator", f"use .{_SET_METHODS[fn]}(...)")
    if isinstance(first, (Dict, Record, Set)):
        raise sp.refuse(f"{show(first)} changed in place by an operator", "use .update(...)")
    if isinstance(first, Object):
        name = f"__{fn.__name__}__"
        if hasattr(first.cls, name):
            return sp.method(op.args[0], name, op.args[1:])
    return operate(sp, Op(IN_PLACE[fn], op.args))


def _deleted(sp: Specialiser, op: Op, kinds: tuple[Kind, ...]) -> Resolved:
    """`del base[key]`"""
    base, key = op.args
    held = kinds[0]
    if isinstance(held, Record):
        sp.touch(base, Dict(widen(kinds[1]), BOTTOM))
    elif isinstance(held, List) and held.cls is not list:
        return sp.prelude("deque_delete", base, key)
    elif isinstance(held, List) and widen(kinds[1]) is INT:
        emit_effect(sp, *sp.method(base, "pop", (key,)))
        return Lit(None), NONE_KIND
    elif isinstance(held, List) and kinds[1] is SLICE:
        delete_slice(sp, base, key)
        return Lit(None), NONE_KIND
    elif isinstance(held, List) and widen(kinds[1]) is FLOAT:
        raise sp.refuse(
            f"an index of {show(held)} is {show(kinds[1])}, not an int", "convert it with int(...)", KindError
        )
    elif not isinstance(held, Dict):
        raise sp.refuse(f"`del` of an item of {show(held)}", "build a new container without it")
    return op, NONE_KIND


def _merged(sp: Specialiser, op: Op) -> Resolved:
    """`p | q` on dicts."""
    first, second = (sp.kind(a) for a in op.args)
    if isinstance(first, Record) and isinstance(second, Record):
        spread = tuple(part for a in op.args for part in (Ref("**", prims.SPREAD), a))
        return resolve(sp, Op(prims.make_dict, spread))
    if not isinstance(second, (Dict, Record)):
        raise sp.refuse(f"{show(first)} | {show(second)}", "merge dicts with dicts", KindError)
    return sp.prelude("dict_merge", *op.args)


def _dunder(sp: Specialiser, op: Op, kinds: tuple[Kind, ...]) -> Resolved:
    name, reflected = DUNDERS[op.fn]
    left = kinds[0]
    if (
        op.fn is operator.ne
        and not any(_answers(k, "__ne__") for k in kinds)
        and any(_answers(k, "__eq__") for k in kinds)
    ):
        return operate(sp, Op(operator.not_, (sp.op(Op(operator.eq, op.args)),)))
    compared = _compared_by_fields(sp, op, kinds, name)
    if compared is not None:
        return compared
    if _answers(left, name):
        return sp.method(op.args[0], name, op.args[1:])
    if len(kinds) == 2 and reflected and _answers(kinds[-1], reflected):
        return sp.method(op.args[1], reflected, (op.args[0],))
    if op.fn in (operator.eq, operator.ne):
        return op, BOOL
    owner = next(k for k in kinds if isinstance(k, Object))
    raise sp.refuse(f"{owner.cls.__name__} has no {name}", f"define {name} in the class", KindError)


def _compared_by_fields(sp: Specialiser, op: Op, kinds: tuple[Kind, ...], name: str) -> Resolved | None:
    """A comparison that `dataclasses` wrote; None where the class says itself what it is."""
    left, right = kinds[0], kinds[-1]
    if not isinstance(left, Object) or not is_generated(left.cls, name):
        return None
    if not isinstance(right, Object) or left.cls is not right.cls:
        plain = not _answers(right, name) or isinstance(right, Object) and is_generated(right.cls, name)
        return (op, BOOL) if op.fn is operator.eq and plain else None
    owner = next(cls for cls in left.cls.__mro__ if name in vars(cls))
    fields = [field.name for field in dataclasses.fields(owner) if field.compare]
    parts = [tuple(sp.op(Op(prims.get_attr, (a, Lit(field)))) for field in fields) for a in op.args]
    return operate(sp, Op(op.fn, tuple(sp.op(Op(prims.make_tuple, part)) for part in parts)))


def _answers(kind: Kind, name: str) -> bool:
    """Whether the class of an object or a namedtuple says itself what an operator does."""
    return isinstance(kind, Object) and _defines(kind.cls, name) or _overrides((kind,), (name,))


def _overrides(kinds: tuple[Kind, ...], names: tuple[str, ...]) -> bool:
    """Whether a namedtuple's class says itself what an operator does."""
    classes = [kind.cls for kind in kinds if isinstance(kind, Tuple) and kind.cls not in (None, list)]
    return any(isinstance(class_attribute(cls, name), types.FunctionType) for cls in classes for name in names)


def _defines(cls: Any, name: str) -> bool:
    found = getattr(cls, name, None)
    return found is not None and found is not getattr(object, name, None)


def _same(fn: Callable[..., Any], a: Kind, b: Kind) -> bool | None:
    """Whether two values are the same, where their kinds alone say so."""
    if isinstance(a, Const) and isinstance(b, Const):
        if a == b:
            return True
        if fn in (operator.is_, operator.is_not):
            return False
        if isinstance(a.value, (str, int, bytes)) and isinstance(b.value, (str, int, bytes)):
            return bool(a.value == b.value)
        if isinstance(a.value, np.dtype) or isinstance(b.value, np.dtype):
            return bool(a.value == b.value)
        return None if callable(getattr(a.value, "__eq__", None)) and not callable(a.value) else a.value is b.value
    if NONE_KIND in (a, b):
        other = b if a == NONE_KIND else a
        if isinstance(other, (Maybe, Object, Opaque, OneOf)) or other is UNKNOWN:
            if isinstance(other, Object) and fn in (operator.is_, operator.is_not):
                return False
            return None
        if isinstance(other, Array) and fn in (operator.eq, operator.ne):
            return None
        return False
    if (isinstance(a, Const) and isinstance(a.value, str) and is_number(b)) or (
        isinstance(b, Const) and isinstance(b.value, str) and is_number(a)
    ):
        return False
    return None


def _contains(container: Kind, item: Kind) -> Kind:
    if isinstance(container, Tuple) and container.items:
        if isinstance(item, Const) and all(isinstance(k, Const) for k in container.items):
            return Const(item in container.items)
        if all(_same(operator.eq, k, item) is False for k in container.items):
            return Const(False)
    if isinstance(item, Const):
        if isinstance(container, Record) and isinstance(item.value, (str, int, bytes, type(None))):
            return Const(item.value in dict(container.items))
    return BOOL
