"""Builtins whose meaning or kind needs more than a rule: they depend on kinds, or are a loop of the prelude.

`len` of a tuple is a constant, `isinstance` folds away, `max` of two numbers is a primitive and `max` of a list a loop.
"""

from __future__ import annotations

import builtins
import copy
import dataclasses
import functools
import math
import operator
import types
from typing import TYPE_CHECKING, Any

import numpy as np

from srcad import runtime, runtime_rules
from srcad.analysis.purity import CHECKS
from srcad.core import prims
from srcad.core.kinds import (
    BOOL,
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
    Set,
    Tuple,
    TupleOf,
    holds_smooth,
    is_number,
    join,
    widen,
)
from srcad.core.nodes import Assign, Expr, If, Lit, Op, Ref, Star, Var
from srcad.errors import KindError
from srcad.transform.specialise import dataclass_calls, mirrors, objects
from srcad.transform.specialise.binding import Args, Kwargs, starred
from srcad.transform.specialise.choices import is_instance
from srcad.transform.specialise.copying import make_copy
from srcad.transform.specialise.functions import call_primitive, make_getter, make_partial
from srcad.transform.specialise.itertools_calls import ITERTOOLS, mapped, zipped, zipped_rows
from srcad.transform.specialise.numpy_calls import NUMPY_CALLS
from srcad.transform.specialise.own import checked
from srcad.transform.specialise.presence import asked_for, attribute_or, class_attribute
from srcad.transform.specialise.sequences import as_list, as_sequence, item_kind, refuse_reversed, to_list
from srcad.transform.specialise.session import Resolved
from srcad.transform.specialise.splitting import broadcast_arrays, make_split, meshgrid, unstack
from srcad.transform.specialise.ufunc_methods import ufunc_method

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser


def special_call(sp: Specialiser, value: Any, args: Args, kwargs: Kwargs) -> Resolved | None:
    """Builtins whose meaning or kind needs more than a rule. None where `value` is not one of them."""
    try:
        handler = _SPECIAL.get(value)
    except TypeError:
        return None
    if handler is None:
        handler = ufunc_method(value)
    name = _METHODS.get(value) if handler is None else None
    held = sp.kind(args[0]) if name is not None and args and not starred(args, kwargs) else None
    if name is not None and isinstance(held, Object) and class_attribute(held.cls, name) is not None:
        return sp.method(args[0], name, args[1:], kwargs)
    if handler is None:
        return None
    if starred(args, kwargs):
        if value in (max, min) and not any(k == "**" for k, _ in kwargs):
            alone = args[0] if len(args) == 1 else None
            items = alone.value if isinstance(alone, Star) else sp.op(Op(prims.make_list, args))
            return special_call(sp, value, (items,), kwargs)
        if value is zip and len(args) == 1 and isinstance(args[0], Star):
            return zipped_rows(sp, args[0].value)
        return None
    if any(sp.kind(a) is BOTTOM for a in args) or any(sp.kind(v) is BOTTOM for _, v in kwargs):
        return Op(prims.call, (Ref(getattr(value, "__name__", "f"), value), *args), kwargs), BOTTOM
    result: Resolved | None = handler(sp, args, dict(kwargs))
    return result


def _len(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    kind = sp.kind(args[0])
    made = Op(len, args)
    if isinstance(kind, Tuple):
        if kind.cls is not None and isinstance(class_attribute(kind.cls, "__len__"), types.FunctionType):
            return sp.method(args[0], "__len__")
        return made, Const(len(kind.items))
    if isinstance(kind, Record):
        return made, Const(len(kind.items))
    if isinstance(kind, Object):
        return sp.method(args[0], "__len__")
    return made, INT


def _isinstance(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    made = Op(isinstance, args)
    classes = sp.kind(args[1])
    wanted: tuple[Any, ...]
    if isinstance(classes, Const) and isinstance(classes.value, type):
        wanted = (classes.value,)
    elif isinstance(classes, Tuple) and all(isinstance(k, Const) and isinstance(k.value, type) for k in classes.items):
        wanted = tuple(k.value for k in classes.items if isinstance(k, Const))
    else:
        return made, BOOL
    held = sp.kind(args[0])
    if isinstance(held, OneOf):
        known = is_instance(sp, args[0], held, [_one_answer(option, wanted) for option in held.options])
        return known if known is not None else (made, BOOL)
    answers = {_is_instance(held, cls) for cls in wanted}
    if True in answers:
        return made, Const(True)
    if answers == {False}:
        return made, Const(False)
    return made, BOOL


def _one_answer(kind: Kind, wanted: tuple[Any, ...]) -> bool | None:
    answers = {_is_instance(kind, cls) for cls in wanted}
    return True if True in answers else False if answers == {False} else None


def _is_instance(kind: Kind, cls: Any) -> bool | None:
    """Whether a value of `kind` is an instance of `cls`; None where the kind does not say."""
    import numbers

    if cls is object:
        return True
    match kind:
        case Const(value=value):
            return isinstance(value, cls)
        case Object(cls=own) | Opaque(cls=own):
            return issubclass(own, cls)
        case Array():
            return issubclass(np.ndarray, cls)
        case List(cls=own):
            return issubclass(own, cls)
        case Tuple(cls=own):
            return issubclass(own or tuple, cls)
        case TupleOf():
            return issubclass(tuple, cls)
        case Record():
            return issubclass(dict, cls)
        case Dict(cls=own):
            return issubclass(own, cls)
        case Set():
            return issubclass(set, cls) or (None if issubclass(frozenset, cls) else False)
        case Function():
            return None if cls in (types.FunctionType, types.LambdaType) else False
        case _:
            pass
    if cls in (numbers.Number, numbers.Complex) and is_number(kind):
        return True
    if kind is COMPLEX:
        return None  # the kind of what is complex at one time and real at another
    if cls is numbers.Real and is_number(kind):
        return True
    own_class = {"Float": float, "Int": int, "Bool": bool, "Complex": complex, "String": str, "Range": range}.get(
        repr(kind)
    )
    if own_class is None:
        return None
    if issubclass(own_class, cls):
        return True
    return None if cls.__module__ == "numpy" and not issubclass(cls, np.ndarray) else False


def _type(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    if len(args) != 1:
        raise sp.refuse("a class made by type(...)", "define the class outside of the function")
    kind = sp.kind(args[0])
    own: Any = None
    match kind:
        case Object(cls=cls):
            own = cls
        case Array():
            own = np.ndarray
        case List(cls=cls):
            own = cls
        case Tuple(cls=cls):
            own = cls or tuple
        case Const(value=value):
            own = type(value)
        case _:
            own = None
    if own is not None:
        return Ref(own.__name__, own), Const(own)
    return Op(prims.call, (Ref("type", type), *args)), UNKNOWN


def _range(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    return Op(range, args), RANGE


def _list(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    if not args:
        return Op(prims.make_list), List(BOTTOM)
    return to_list(sp, args[0])


def _tuple(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    if not args:
        return Op(prims.make_tuple), Tuple(())
    kind = sp.kind(args[0])
    if isinstance(kind, Tuple) and kind.cls is list:
        parts = tuple(sp.op(Op(operator.getitem, (args[0], Lit(i)))) for i in range(len(kind.items)))
        return sp.resolve(Op(prims.make_tuple, parts))
    if isinstance(kind, (Tuple, TupleOf)):
        return args[0], kind
    items = as_list(sp, args[0])  # a list that nobody else changes
    held = sp.kind(items)
    return Op(tuple, (items,)), TupleOf(held.item if isinstance(held, List) else UNKNOWN)


def dict_call(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    if not args:
        return sp.resolve(Op(prims.make_dict, tuple(p for k, v in kwargs.items() for p in (Lit(k), v))))
    kind = sp.kind(args[0])
    if isinstance(kind, Record):
        parts: list[Expr] = []
        for key, _ in kind.items:
            parts += [Lit(key), sp.op(Op(operator.getitem, (args[0], Lit(key))))]
        parts += [p for k, v in kwargs.items() for p in (Lit(k), v)]
        return sp.resolve(Op(prims.make_dict, tuple(parts)))
    if kwargs:
        raise sp.refuse("dict(...) of a mapping with keyword arguments", "update the dict afterwards")
    return sp.prelude("dict_copy" if isinstance(kind, Dict) else "dict_of_pairs", *args)


def _wraps(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    """`functools.wraps(f)`: a decorator that changes a name and a docstring, which nobody asks for here."""
    itself = sp.session.prelude("itself")
    return Ref("itself", itself), Const(itself)


def _memo(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    raise sp.refuse(
        "a cache of functools around a function that is made here",
        "keep the values in a dict (if k in memo: return memo[k]), or decorate a function of the module",
    )


def _sum(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved | None:
    kind = sp.kind(args[0])
    start = args[1] if len(args) > 1 else kwargs.get("start", Lit(0))
    if not holds_smooth(kind) and not isinstance(kind, (List, Tuple, TupleOf)) and not holds_smooth(sp.kind(start)):
        made = Op(prims.call, (Ref("sum", sum), *args), tuple(kwargs.items()))
        return made, INT if item_kind(kind) is INT else UNKNOWN
    items = as_sequence(sp, args[0])
    item = item_kind(sp.kind(items))
    if isinstance(item, Object) and is_number(sp.kind(start)):
        name = item.cls.__name__
        raise sp.refuse(
            f"a sum of instances of {name} that starts with a number",
            f"start with an instance: sum(items, {name}(...))",
            KindError,
        )
    return sp.prelude("sum_from", items, start)


def _extreme(name: str) -> Any:
    function = getattr(builtins, name)

    def resolve_extreme(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved | None:
        key = kwargs.get("key")
        if key is not None and sp.kind(key) == NONE_KIND:
            key = None
        if len(args) > 1 and key is None:
            return _pairwise(sp, function, args)
        items = sp.op(Op(prims.make_list, args)) if len(args) > 1 else as_sequence(sp, args[0])
        kind = sp.kind(items)
        if not holds_smooth(kind) and key is None and not holds_smooth(sp.kind(kwargs.get("default", Lit(None)))):
            default = sp.kind(kwargs["default"]) if "default" in kwargs else BOTTOM
            asked = (items,) if isinstance(sp.kind(args[0]), (Dict, Record)) else args
            made = Op(prims.call, (Ref(name, function), *asked), tuple(kwargs.items()))
            return made, join(item_kind(kind), widen(default))
        if "default" in kwargs and isinstance(kind, Tuple) and not kind.items:
            return kwargs["default"], sp.kind(kwargs["default"])
        if "default" in kwargs:
            return _or_default(sp, name, items, key, kwargs["default"])
        if key is not None:
            return sp.prelude(f"{name}_by", items, key)
        if isinstance(kind, Tuple) and len(kind.items) > 1 and all(map(is_number, kind.items)):
            parts = tuple(sp.op(Op(operator.getitem, (items, Lit(i)))) for i in range(len(kind.items)))
            return _pairwise(sp, function, parts)
        return sp.prelude(f"{name}_of", items)

    return resolve_extreme


def _or_default(sp: Specialiser, name: str, items: Expr, key: Expr | None, default: Expr) -> Resolved:
    """`max(items, default=...)`"""
    result = sp.temp("extreme")
    length = sp.op(Op(prims.call, (Ref("len", len), items)))

    def of_items() -> None:
        value, kind = sp.prelude(f"{name}_of", items) if key is None else sp.prelude(f"{name}_by", items, key)
        sp.set(result, kind)
        sp.emit(Assign(result, value, sp.place))

    then = sp.nested(of_items)
    sp.set(result, sp.kind(default))
    sp.emit(If(length, then, (Assign(result, default, sp.place),), sp.place))
    return Var(result), sp.kinds[result]


def _pairwise(sp: Specialiser, function: Any, args: Args) -> Resolved:
    """`max(a, b, c)` as `max(max(a, b), c)`."""
    kinds = [sp.kind(a) for a in args]
    known = [k.value for k in kinds if isinstance(k, Const) and isinstance(k.value, int)]
    if len(known) == len(kinds):
        return Lit(function(known)), Const(function(known))
    current = args[0]
    for other in args[1:-1]:
        made, kind = call_primitive(sp, function.__name__, function, (current, other), ())
        current = sp.hold(made, kind)
    return call_primitive(sp, function.__name__, function, (current, args[-1]), ())


def _sorted(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    items = as_sequence(sp, args[0])
    descending = kwargs.get("reverse", Lit(False))
    key = kwargs.get("key")
    kind = sp.kind(items)
    if key is not None and sp.kind(key) != NONE_KIND:
        return sp.prelude("sorted_by", items, key, descending)
    if holds_smooth(kind) or sp.session.holds_address(item_kind(kind)):
        return sp.prelude("sorted_plain", items, descending)
    return Op(prims.call, (Ref("sorted", sorted), items), tuple(kwargs.items())), List(item_kind(kind))


def _filter(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    if sp.kind(args[0]) == NONE_KIND:
        return sp.prelude("filter_true", *args[1:])
    return sp.prelude("filter_by", args[0], as_sequence(sp, args[1]))


def _enumerate(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    start = args[1] if len(args) > 1 else kwargs.get("start", Lit(0))
    return sp.prelude("enumerate_from", as_sequence(sp, args[0]), start)


def _reversed(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    refuse_reversed(sp, args[0])
    items = as_sequence(sp, args[0])
    if isinstance(sp.kind(items), Array):
        index = Op(prims.make_slice, (Lit(None), Lit(None), Lit(-1)))
        return Op(operator.getitem, (items, index)), sp.kind(items)
    return sp.prelude("list_reversed", items)


def _reduce(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    items = as_sequence(sp, args[1])
    if len(args) > 2:
        return sp.prelude("reduce_from", args[0], items, args[2])
    return sp.prelude("reduce_first", args[0], items)


def _any_all(name: str) -> Any:
    def resolve_any(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
        kind = sp.kind(args[0])
        if isinstance(kind, (Opaque, Set)) or kind is UNKNOWN or not holds_smooth(kind):
            return Op(prims.call, (Ref(name, getattr(builtins, name)), *args)), BOOL
        return sp.prelude(f"{name}_of", as_sequence(sp, args[0]))

    return resolve_any


def _getattr(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    name = sp.kind(args[1])
    if not isinstance(name, Const) or not isinstance(name.value, str):
        raise sp.refuse(
            "getattr with a name that is not known before the program runs", "write the attribute, or use a dict"
        )
    if len(args) > 2:
        held = sp.kind(args[0])
        if isinstance(held, Object):
            return attribute_or(sp, args[0], held, name.value, args[2])
        if not (isinstance(held, Const) and hasattr(held.value, name.value)):
            return args[2], sp.kind(args[2])
    return objects.get_attr(sp, Op(prims.get_attr, (args[0], Lit(name.value))))


def _hasattr(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    held, name = sp.kind(args[0]), sp.kind(args[1])
    made = Op(hasattr, args)
    if isinstance(held, Object) and isinstance(name, Const):
        return asked_for(sp, args[0], held, str(name.value))
    if isinstance(held, Array) and isinstance(name, Const):
        return made, Const(hasattr(np.ndarray, name.value))
    if held is FLOAT and isinstance(name, Const) and not hasattr(np.float64, name.value):
        return made, Const(False)
    return made, BOOL


def _setattr(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    name = sp.kind(args[1])
    if not isinstance(name, Const) or not isinstance(name.value, str):
        raise sp.refuse(
            "setattr with a name that is not known before the program runs", "write the attribute, or use a dict"
        )
    sp.write(args[0], Lit(name.value), args[2], attr=True)
    return Lit(None), NONE_KIND


def _partial(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    return make_partial(sp, args, tuple(kwargs.items()))


def _fromkeys(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    return sp.prelude("dict_fromkeys", args[0], args[1] if len(args) > 1 else Lit(None))


def _divmod(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    return sp.prelude("divmod_of", *args)


def _fsum(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    if isinstance(sp.kind(args[0]), Array):
        return call_primitive(sp, "np.sum", np.sum, args, ())
    return sp.prelude("fsum_of", as_sequence(sp, args[0]))


def _callable(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    kind = sp.kind(args[0])
    if isinstance(kind, OneOf) and all(isinstance(option, Function) for option in kind.options):
        return Op(prims.call, (Ref("callable", callable), *args)), Const(True)
    known = isinstance(kind, Function) or (isinstance(kind, Const) and callable(kind.value))
    known = known or (isinstance(kind, Object) and class_attribute(kind.cls, "__call__") is not None)
    made = Op(prims.call, (Ref("callable", callable), *args))
    return made, BOOL if kind is UNKNOWN or isinstance(kind, (Maybe, OneOf)) else Const(known)


def _differences(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    raise sp.refuse(
        "a derivative of a derivative by finite differences, which would have half its digits",
        "state the derivative with @srcad.rule, or take differences of this one: srcad.numerical(srcad.grad(f))",
    )


def _given_parts(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    """What a called rule returned, in generated code that is differentiated again: a tuple, if its kind says so."""
    kind = sp.kind(args[0])
    if is_number(kind) or isinstance(kind, Array):
        return Op(prims.make_tuple, (args[0],)), Tuple((kind,))
    return args[0], kind


# builtins that call a method of an object
_METHODS: dict[Any, str] = {
    abs: "__abs__",
    round: "__round__",
    float: "__float__",
    int: "__int__",
    math.floor: "__floor__",
    math.ceil: "__ceil__",
    math.trunc: "__trunc__",
}
# what passes a function or an object on without looking into it
TAKE_FUNCTIONS = (
    max, min, map, filter, sorted, functools.reduce, functools.partial, isinstance, *ITERTOOLS,
)  # fmt: skip

_SPECIAL: dict[Any, Any] = {
    runtime.shadow_of: mirrors.shadow_of,
    runtime.mirrored: mirrors.mirrored,
    runtime.copied: mirrors.copied,
    runtime.instance: mirrors.instance,
    runtime.attribute_before: mirrors.attribute_before,
    runtime.restore_attribute: mirrors.restore_attribute,
    object.__new__: mirrors.new_by_class,
    runtime.empty_shadow: mirrors.empty_shadow,
    len: _len,
    isinstance: _isinstance,
    type: _type,
    range: _range,
    list: _list,
    tuple: _tuple,
    dict: dict_call,
    dict.fromkeys: _fromkeys,
    sum: _sum,
    max: _extreme("max"),
    min: _extreme("min"),
    sorted: _sorted,
    map: mapped,
    filter: _filter,
    zip: zipped,
    enumerate: _enumerate,
    reversed: _reversed,
    functools.reduce: _reduce,
    functools.partial: _partial,
    **ITERTOOLS,
    dataclasses.replace: dataclass_calls.replaced,
    dataclasses.asdict: dataclass_calls.as_dict,
    dataclasses.astuple: dataclass_calls.as_tuple,
    functools.wraps: _wraps,
    copy.copy: make_copy("copy", False),
    copy.deepcopy: make_copy("deepcopy", True),
    functools.lru_cache: _memo,
    functools.cache: _memo,
    operator.itemgetter: make_getter(operator.itemgetter),
    operator.attrgetter: make_getter(operator.attrgetter),
    any: _any_all("any"),
    all: _any_all("all"),
    getattr: _getattr,
    hasattr: _hasattr,
    setattr: _setattr,
    callable: _callable,
    divmod: _divmod,
    math.fsum: _fsum,
    **{function: make_split(function) for function in (np.split, np.array_split, np.hsplit, np.vsplit, np.dsplit)},
    np.unstack: unstack,
    np.broadcast_arrays: broadcast_arrays,
    np.meshgrid: meshgrid,
    **{check: checked(check) for check in CHECKS},
    runtime_rules.given_parts: _given_parts,
    runtime_rules.differences: _differences,
    **NUMPY_CALLS,
}
