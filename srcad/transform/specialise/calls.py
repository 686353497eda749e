"""Resolve calls: which function runs, with which arguments, and what kind comes back.

A callable is, in this order: a builtin that depends on kinds, an operator, one with a rule (a primitive), a class, a
function of the user's (specialised to the kinds of the arguments), or opaque. An opaque call may run, with its effects,
but nothing active may pass through it; that is checked when activity is known.
"""

from __future__ import annotations

import collections
import functools
import operator
import types
from typing import TYPE_CHECKING, Any

from srcad.core import prims
from srcad.core.kinds import (
    BOOL,
    BOTTOM,
    INT,
    STRING,
    UNKNOWN,
    Const,
    Function,
    Kind,
    Maybe,
    Object,
    OneOf,
    Opaque,
    holds_smooth,
    is_number,
    is_sum,
    show,
    widen,
)
from srcad.core.libraries import is_library_object, makes_sparse
from srcad.core.nodes import Expr, FunctionHandle, Lit, Op, Ref, Star
from srcad.errors import KindError
from srcad.rules.custom import Custom
from srcad.rules.registry import rule_for
from srcad.transform.specialise import objects
from srcad.transform.specialise.binding import Args, Kwargs, spread_arguments
from srcad.transform.specialise.builtin_calls import TAKE_FUNCTIONS, special_call
from srcad.transform.specialise.choices import dispatched
from srcad.transform.specialise.composed import call_composed
from srcad.transform.specialise.defaults import default_dict
from srcad.transform.specialise.deques import make_deque
from srcad.transform.specialise.derivatives import MAKERS, call_derivative, make_derivative
from srcad.transform.specialise.frozen import make_frozen
from srcad.transform.specialise.functions import (
    call_closure,
    call_function,
    call_lifted,
    call_primitive,
    opaque,
)
from srcad.transform.specialise.numpy_calls import vectorized
from srcad.transform.specialise.own import call_custom
from srcad.transform.specialise.presence import class_attribute
from srcad.transform.specialise.procedures import procedure
from srcad.transform.specialise.session import Resolved
from srcad.transform.specialise.sparse import make_sparse

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser

_OPERATORS = {
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.pow,
    operator.neg, operator.pos, operator.abs, operator.matmul, operator.eq, operator.ne, operator.lt, operator.le,
    operator.gt, operator.ge, operator.not_, operator.getitem, operator.contains, operator.is_, operator.is_not,
    operator.iadd, operator.isub, operator.imul, operator.itruediv, operator.and_, operator.or_, operator.xor,
}  # fmt: skip

_OTHER_DICTS = (collections.OrderedDict, collections.Counter, collections.ChainMap)
_BUILT_IN = ("builtins", "numpy", "collections", "fractions", "random")  # modules whose classes are called as they are


def resolve_call(sp: Specialiser, op: Op) -> Resolved:
    """`callee(*args, **kwargs)`"""
    callee = op.args[0]
    spread = spread_arguments(sp, op.args[1:], op.kwargs)
    if spread is None:
        return op, BOTTOM
    args, kwargs = spread
    if isinstance(callee, Ref):
        return call_value(sp, callee.name, callee.value, args, kwargs)
    kind = sp.kind(callee)
    return call_kind(sp, callee, kind, args, kwargs)


def call_kind(sp: Specialiser, callee: Expr, kind: Kind, args: Args, kwargs: Kwargs) -> Resolved:
    """A call of the value of a variable."""
    match kind:
        case Const(value=value):
            return call_value(sp, getattr(value, "__name__", "function"), value, args, kwargs)
        case Function(of=of, fields=fields):
            return call_closure(sp, callee, of, fields, args, kwargs)
        case OneOf():
            return dispatched(sp, callee, kind, lambda held, option: call_kind(sp, held, option, args, kwargs))
        case Object():
            return sp.method(callee, "__call__", args, kwargs)
        case Maybe(kind=inner):
            return call_kind(sp, callee, inner, args, kwargs)
        case _ if kind is BOTTOM:
            return Op(prims.call, (callee, *args), kwargs), BOTTOM
        case _ if kind is UNKNOWN or isinstance(kind, Opaque):
            return Op(prims.call, (callee, *args), kwargs), UNKNOWN
        case _:
            raise sp.refuse(f"a call of {show(kind)}", "call a function", KindError)


def call_value(sp: Specialiser, name: str, value: Any, args: Args, kwargs: Kwargs) -> Resolved:
    """A call of a callable that is known."""
    at = _looked_into(sp, value, args)
    if at is not None:
        return dispatched(
            sp,
            args[at],
            sp.kind(args[at]),
            lambda held, _: call_value(sp, name, value, (*args[:at], held, *args[at + 1 :]), kwargs),
        )
    special = special_call(sp, value, args, kwargs)
    if special is None:
        special = vectorized(sp, value, args, kwargs)
    if special is not None:
        return special
    if any(sp.kind(a) is BOTTOM for a in args if not isinstance(a, Star)):
        return Op(prims.call, (Ref(name, value), *args), kwargs), BOTTOM
    if any(value is function for function in _OPERATORS):
        return sp.resolve(Op(value, args))
    written = procedure(sp, value, args, kwargs)
    if written is not None:
        return written
    if any(isinstance(a, Star) and holds_smooth(sp.kind(a.value)) for a in args) and not _has_program(value):
        raise sp.refuse(f"`*` of a list of unknown length in a call of {name}", "pass the items one by one")
    if rule_for(value) is not None:
        return call_primitive(sp, name, value, args, kwargs)
    if isinstance(value, Custom):
        return call_custom(sp, name, value, args, kwargs)
    if isinstance(value, FunctionHandle):
        lifted = call_lifted(sp, value, args, kwargs)
        if lifted is not None:
            return lifted
    if value is collections.deque:
        return make_deque(sp, args, kwargs)
    if value is collections.defaultdict:
        return default_dict(sp, args, kwargs)
    if makes_sparse(value):
        return make_sparse(name, value, args, kwargs)
    if any(value is cls for cls in _OTHER_DICTS):
        given = (*args, *(v for _, v in kwargs))
        if any(holds_smooth(sp.kind(arg.value if isinstance(arg, Star) else arg)) for arg in given):
            raise sp.refuse(f"{name}(...) of values that carry derivatives", "use a dict, which keeps its order")
    if isinstance(value, type):
        if issubclass(value, BaseException) or value.__module__ in _BUILT_IN:
            return opaque(sp, name, value, args, kwargs)
        return objects.construct(sp, value, args, kwargs)
    if is_library_object(value):
        return make_frozen(sp, value, args, kwargs)
    if isinstance(value, types.MethodType) and is_library_object(value.__self__):
        return opaque(sp, name, value, args, kwargs)
    if isinstance(value, types.MethodType):
        return call_function(sp, value.__func__, (Ref(f"{name}.__self__", value.__self__), *args), kwargs)
    if isinstance(value, functools.partial):
        first = tuple(_plain(Ref(f"{name}.args[{i}]", v)) for i, v in enumerate(value.args))
        named: dict[str, Expr] = {k: _plain(Ref(f"{name}.{k}", v)) for k, v in value.keywords.items()}
        named.update(kwargs)
        inner = getattr(value.func, "__name__", "function")
        return call_value(sp, inner, value.func, (*first, *args), tuple(named.items()))
    if isinstance(value, types.FunctionType):
        if "composed" in vars(value):
            maker, fun, argnums = value.composed  # type: ignore[attr-defined]
            return call_composed(sp, MAKERS[maker], argnums, Ref(getattr(fun, "__name__", "fun"), fun), args, kwargs)
        if value in MAKERS:
            return make_derivative(sp, name, value, args, kwargs)
        return call_function(sp, value, args, kwargs)
    if hasattr(value, "generated"):
        return call_derivative(sp, name, value, args, kwargs)
    wrapped = getattr(value, "__wrapped__", None)
    if isinstance(wrapped, types.FunctionType):
        made, kind = call_function(sp, wrapped, args, kwargs)
        return (
            (Op(prims.call, (Ref(name, value), *args), kwargs), kind)
            if _recalls(sp, value, args, kwargs, kind)
            else (made, kind)
        )
    method = class_attribute(type(value), "__call__")
    if isinstance(method, types.FunctionType):
        return call_function(sp, method, (Ref(name, value), *args), kwargs)
    return opaque(sp, name, value, args, kwargs)


def _looked_into(sp: Specialiser, value: Any, args: Args) -> int | None:
    """The position of an argument that is one of several things, of a function that must be told which it is."""
    for i, arg in enumerate(args):
        if not isinstance(arg, Star) and is_sum(sp.kind(arg)):
            return None if _has_program(value) and value not in _LOOKING or value in TAKE_FUNCTIONS else i
    return None


def _recalls(sp: Specialiser, value: Any, args: Args, kwargs: Kwargs, result: Kind) -> bool:
    """Whether a call of a function with a cache of functools is about plain values alone: the cache then answers it."""
    given = (*args, *(v for _, v in kwargs))
    plain = all(
        isinstance(a, Lit) or widen(sp.kind(a)) in (INT, BOOL, STRING) for a in given if not isinstance(a, Star)
    )
    stars = any(isinstance(a, Star) for a in given)
    return isinstance(value, functools._lru_cache_wrapper) and plain and not stars and is_number(result)


_LOOKING = (type, float, int, bool, str)


def _plain(expr: Expr) -> Expr:
    if isinstance(expr, Ref) and (expr.value is None or isinstance(expr.value, (bool, int, float, str))):
        return Lit(expr.value)
    return expr


def _has_program(value: Any) -> bool:
    return isinstance(value, (types.FunctionType, types.MethodType, functools.partial, type, FunctionHandle))
