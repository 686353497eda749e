"""Resolve calls: which function runs, with which arguments, and what kind comes back.

A callable is, in this order: one with a rule (a primitive), one that the prelude spells out as a loop, a class, a
function of the user's (specialised to the kinds of the arguments), an observer such as `print`, or opaque. An opaque
call may run, with its effects, but nothing active may pass through it; that is checked when activity is known.
"""

from __future__ import annotations

import builtins
import functools
import itertools
import math
import operator
import types
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
    RANGE,
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
    is_number,
    join_all,
    show,
    widen,
)
from srcad.core.nodes import Assign, Expr, If, Lit, Op, Program, Ref, Star, Var
from srcad.errors import KindError, MissingRule, SourceNotFound, SrcadError, UnsupportedSyntax
from srcad.rules.registry import Call, rule_for
from srcad.transform.specialise import objects
from srcad.transform.specialise.session import Special

if TYPE_CHECKING:
    from srcad.transform.specialise.operations import Resolved
    from srcad.transform.specialise.statements import Specialiser

Args = tuple[Expr, ...]
Kwargs = tuple[tuple[str, Expr], ...]

OBSERVERS = {print, repr, str, format, hash, id, ascii, callable, hasattr, vars, dir, input, open}
_OPERATORS = {
    operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod, operator.pow,
    operator.neg, operator.pos, operator.abs, operator.matmul, operator.eq, operator.ne, operator.lt, operator.le,
    operator.gt, operator.ge, operator.not_, operator.getitem, operator.contains, operator.is_, operator.is_not,
    operator.iadd, operator.isub, operator.imul, operator.itruediv, operator.and_, operator.or_, operator.xor,
}  # fmt: skip


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
            return _call_closure(sp, callee, of, fields, args, kwargs)
        case OneOf(options=options):
            return _call_one_of(sp, callee, options, args, kwargs)
        case Object():
            return resolve_method(sp, Op(prims.call_method, (callee, Lit("__call__"), *args), kwargs))
        case Maybe(kind=inner):
            return call_kind(sp, callee, inner, args, kwargs)
        case _ if kind is BOTTOM:
            return Op(prims.call, (callee, *args), kwargs), BOTTOM
        case _ if kind is UNKNOWN or isinstance(kind, Opaque):
            return Op(prims.call, (callee, *args), kwargs), UNKNOWN
        case _:
            raise sp.refuse(f"a call of {show(kind)}", "call a function", KindError)


def spread_arguments(sp: Specialiser, args: Args, kwargs: Kwargs) -> tuple[Args, Kwargs] | None:
    """Spell out `*xs` and `**kw`, whose lengths and names the kinds give. None while a kind is not known yet."""
    made: list[Expr] = []
    for arg in args:
        if not isinstance(arg, Star):
            made.append(arg)
            continue
        kind = sp.kind(arg.value)
        if kind is BOTTOM:
            return None
        if isinstance(kind, Array) and kind.dims is not None and False:
            return None
        if not isinstance(kind, Tuple):
            if not holds_smooth(kind):
                made.append(arg)
                continue
            raise sp.refuse(
                f"`*` of {show(kind)}, whose length is not known before the program runs",
                "pass the list itself, or a tuple",
            )
        made.extend(sp.op(Op(operator.getitem, (arg.value, Lit(i)))) for i in range(len(kind.items)))
    named: list[tuple[str, Expr]] = []
    for name, value in kwargs:
        if name != "**":
            named.append((name, value))
            continue
        kind = sp.kind(value)
        if kind is BOTTOM:
            return None
        if not isinstance(kind, Record):
            if not holds_smooth(kind):
                named.append((name, value))
                continue
            raise sp.refuse(f"`**` of {show(kind)}, whose keys are not known", "write the arguments out")
        named.extend((str(key), sp.op(Op(operator.getitem, (value, Lit(key))))) for key, _ in kind.items)
    return tuple(made), tuple(named)


# ---------------------------------------------------------------- closures


def _call_closure(
    sp: Specialiser, callee: Expr, of: Any, fields: tuple[tuple[str, Kind], ...], args: Args, kwargs: Kwargs
) -> Resolved:
    held = {name: _field(sp, callee, i, kind) for i, (name, kind) in enumerate(fields)}
    if isinstance(of, Program):
        return call_program(sp, of, args, kwargs, held)
    if "__partial__" in held:
        return _call_partial(sp, of, held, args, kwargs)
    return call_function(sp, of, (held["__self__"], *args), kwargs)


def _field(sp: Specialiser, callee: Expr, position: int, kind: Kind) -> Expr:
    """What a function value holds at a position."""
    name = sp.temp("held")
    sp.set(name, kind)
    sp.emit(Assign(name, Op(operator.getitem, (callee, Lit(position))), sp.place))
    sp.share_field(callee, position, name)
    return Var(name)


def _call_partial(sp: Specialiser, of: Any, held: dict[str, Expr], args: Args, kwargs: Kwargs) -> Resolved:
    given = dict(held)
    inner = given.pop("__partial__")
    positional = tuple(v for k, v in given.items() if k.startswith("%"))
    named = {k: v for k, v in given.items() if not k.startswith("%")}
    named.update(kwargs)
    return call_kind(sp, inner, sp.kind(inner), (*positional, *args), tuple(named.items()))


def _make_partial(sp: Specialiser, args: Args, kwargs: Kwargs) -> Resolved:
    names = ["__partial__", *(f"%{i}" for i in range(len(args) - 1)), *(k for k, _ in kwargs)]
    values = (*args, *(v for _, v in kwargs))
    kinds = tuple((n, sp.kind(v)) for n, v in zip(names, values, strict=True))
    return Op(prims.make_tuple, values), Function(functools.partial, kinds)


def _call_one_of(sp: Specialiser, callee: Expr, options: tuple[Kind, ...], args: Args, kwargs: Kwargs) -> Resolved:
    """One of several functions: a chain of tests on identity."""
    for option in options:
        if not isinstance(option, Const):
            raise sp.refuse(
                "a call of one of several nested functions or methods, chosen when the program runs",
                "choose with `if` and call each by its own name",
            )
    result = sp.temp("chosen")

    def arm(i: int) -> None:
        option = options[i]
        assert isinstance(option, Const)
        value, kind = call_value(sp, getattr(option.value, "__name__", "function"), option.value, args, kwargs)
        sp.set(result, kind)
        sp.emit(Assign(result, value, sp.place))

    def chain(i: int) -> None:
        if i == len(options) - 1:
            arm(i)
            return
        option = options[i]
        assert isinstance(option, Const)
        shown = Ref(getattr(option.value, "__name__", "function"), option.value)
        test = sp.assign("t", Op(operator.is_, (callee, shown)), BOOL)
        outer, sp.out = sp.out, []
        arm(i)
        then, sp.out = tuple(sp.out), []
        chain(i + 1)
        otherwise, sp.out = tuple(sp.out), outer
        sp.emit(If(test, then, otherwise, sp.place))

    chain(0)
    return Var(result), sp.kinds.get(result, BOTTOM)


# ---------------------------------------------------------------- known callables


def call_value(sp: Specialiser, name: str, value: Any, args: Args, kwargs: Kwargs) -> Resolved:
    """A call of a callable that is known."""
    special = _special_call(sp, value, args, kwargs)
    if special is not None:
        return special
    if any(sp.kind(a) is BOTTOM for a in args if not isinstance(a, Star)):
        return Op(prims.call, (Ref(name, value), *args), kwargs), BOTTOM
    try:
        operated = value in _OPERATORS
    except TypeError:
        operated = False
    if operated:
        from srcad.transform.specialise.operations import resolve

        return resolve(sp, Op(value, args))
    if rule_for(value) is not None:
        return call_primitive(sp, name, value, args, kwargs)
    if isinstance(value, type):
        if issubclass(value, BaseException) or value.__module__ in ("builtins", "numpy", "collections", "fractions"):
            return _opaque(sp, name, value, args, kwargs)
        return objects.construct(sp, value, args, kwargs)
    if isinstance(value, types.MethodType):
        return call_function(sp, value.__func__, (Ref(f"{name}.__self__", value.__self__), *args), kwargs)
    if isinstance(value, functools.partial):
        shown = tuple(Ref(f"{name}.args[{i}]", v) for i, v in enumerate(value.args))
        named = {k: Ref(f"{name}.{k}", v) for k, v in value.keywords.items()}
        named.update(kwargs)  # type: ignore[arg-type]
        inner = getattr(value.func, "__name__", "function")
        return call_value(
            sp, inner, value.func, tuple(map(_plain, (*shown, *args))), tuple((k, _plain(v)) for k, v in named.items())
        )
    if isinstance(value, types.FunctionType):
        return call_function(sp, value, args, kwargs)
    if type(value).__name__ == "Derivative" and type(value).__module__.startswith("srcad"):
        raise sp.refuse(
            f"{name} is itself a derivative made by srcad, called inside a differentiated function",
            "differentiate the outer function's formula, or write the inner derivative out",
        )
    wrapped = getattr(value, "__wrapped__", None)
    if isinstance(wrapped, types.FunctionType):
        return call_function(sp, wrapped, args, kwargs)
    if (
        callable(value)
        and hasattr(type(value), "__call__")
        and isinstance(getattr(type(value), "__call__", None), types.FunctionType)
    ):
        return call_function(sp, type(value).__call__, (Ref(name, value), *args), kwargs)
    return _opaque(sp, name, value, args, kwargs)


def _plain(expr: Expr) -> Expr:
    if isinstance(expr, Ref) and (expr.value is None or isinstance(expr.value, (bool, int, float, str))):
        return Lit(expr.value)
    return expr


def call_primitive(sp: Specialiser, name: str, value: Any, args: Args, kwargs: Kwargs) -> Resolved:
    """A call of a callable with a rule."""
    from srcad.rules.kinding import kind_of_call

    kinds = tuple(_known(sp.kind(a)) if not isinstance(a, Star) else UNKNOWN for a in args)
    named = tuple((k, _known(sp.kind(v))) for k, v in kwargs)
    if any(k is BOTTOM for _, k in named):
        return Op(value, args, kwargs, name=name), BOTTOM
    kind = kind_of_call(Call(value, kinds, named, args, kwargs))
    return Op(value, args, kwargs, name=name), kind


def _known(kind: Kind) -> Kind:
    return kind.kind if isinstance(kind, Maybe) else kind


def _opaque(sp: Specialiser, name: str, value: Any, args: Args, kwargs: Kwargs) -> Resolved:
    return Op(prims.call, (Ref(name, value), *args), kwargs), _opaque_kind(value)


def _opaque_kind(value: Any) -> Kind:
    if value in (str, repr, format, ascii):
        return STRING
    if value is print:
        return NONE_KIND
    if value in (hash, id):
        return INT
    if value in (set, frozenset):
        return Set(UNKNOWN)
    if isinstance(value, type) and issubclass(value, BaseException):
        return Opaque(value)
    return UNKNOWN


def call_function(sp: Specialiser, function: Any, args: Args, kwargs: Kwargs) -> Resolved:
    """A call of a Python function of the user's (or of a library)."""
    if isinstance(function, (staticmethod, classmethod)):
        function = function.__func__
    if rule_for(function) is not None:
        return call_primitive(sp, function.__name__, function, args, kwargs)
    if not isinstance(function, types.FunctionType):
        return call_value(sp, getattr(function, "__name__", "function"), function, args, kwargs)
    smooth = any(holds_smooth(sp.kind(a.value if isinstance(a, Star) else a)) for a in args) or any(
        holds_smooth(sp.kind(v)) for _, v in kwargs
    )
    root = (function.__module__ or "").split(".")[0]
    if root in ("numpy", "scipy", "random", "logging", "warnings", "time", "os", "json", "re"):
        return _opaque(sp, function.__name__, function, args, kwargs)
    if root == "srcad" and function.__name__ == "order_of":
        return Op(prims.call, (Ref("order_of", function), *args), kwargs), List(INT)
    wrapped = getattr(function, "__wrapped__", None)
    try:
        program = sp.session.lower(function)
    except (UnsupportedSyntax, SourceNotFound):
        if not smooth and wrapped is None:
            return _opaque(sp, function.__name__, function, args, kwargs)
        raise
    if any(isinstance(a, Star) for a in args) or any(k == "**" for k, _ in kwargs):
        raise sp.refuse("`*` of a list, whose length is not known before the program runs", "pass the list itself")
    return call_program(sp, program, args, kwargs, {})


def call_program(sp: Specialiser, program: Program, args: Args, kwargs: Kwargs, held: dict[str, Expr]) -> Resolved:
    """A call of a core program: bind its parameters, specialise it, and pass back what was learnt of containers."""
    bound = bind_arguments(sp, program, args, kwargs, held)
    kinds = tuple(_argument_kind(sp.kind(a)) for a in bound)
    shown = Op(prims.call, (Ref(program.name, program.source), *bound))
    if any(k is BOTTOM for k in kinds):
        return shown, BOTTOM
    special = sp.session.special(program, kinds, sp.special)
    for atom, kind in zip(bound, special.out_kinds, strict=True):
        if sp.session.holds_address(kind):
            sp.touch(atom, kind)
    return Op(prims.call, (Ref(special.name, special), *bound)), special.result_kind


def _argument_kind(kind: Kind) -> Kind:
    """Ints and floats are passed by kind, not by value: a function is not made anew for every number."""
    return widen(kind) if is_number(kind) and not isinstance(getattr(kind, "value", None), bool) else kind


def bind_arguments(
    sp: Specialiser, program: Program, args: Args, kwargs: Kwargs, held: dict[str, Expr]
) -> tuple[Expr, ...]:
    """One atom per parameter, as Python binds a call."""
    named = dict(kwargs)
    rest = list(args)
    made: list[Expr] = []
    for i, param in enumerate(program.params):
        if i < program.captures:
            made.append(held[param.name])
            continue
        if param.kind == "star":
            made.append(sp.assign("args", Op(prims.make_tuple, tuple(rest)), Tuple(tuple(map(sp.kind, rest)))))
            rest = []
        elif param.kind == "starstar":
            parts = tuple(p for k, v in named.items() for p in (Lit(k), v))
            kind = Record(tuple((k, sp.kind(v)) for k, v in named.items()))
            made.append(sp.assign("kwargs", Op(prims.make_dict, parts), kind))
            named = {}
        elif rest and param.kind in ("pos", "any"):
            made.append(rest.pop(0))
            if param.name in named:
                raise sp.refuse(f"{program.name}() got two values for {param.name}", "pass it once", KindError)
        elif param.kind != "pos" and param.name in named:
            made.append(named.pop(param.name))
        elif param.name in held:
            made.append(held[param.name])
        elif param.default is not None:
            made.append(param.default)
        else:
            raise sp.refuse(f"{program.name}() misses the argument {param.name}", "pass it", KindError)
    if rest or named:
        extra = f"{len(rest)} more positional arguments" if rest else ", ".join(named)
        raise sp.refuse(f"{program.name}() does not take {extra}", "look at its signature", KindError)
    return tuple(made)


def prelude(sp: Specialiser, name: str, args: Args) -> Resolved:
    """A call of a function of the prelude."""
    function = sp.session.prelude(name)
    return call_function(sp, function, args, ())


def as_list(sp: Specialiser, atom: Expr) -> Expr:
    """`list(atom)`"""
    made, kind = _to_list(sp, atom)
    return objects.as_var(sp, made, kind)


def _to_list(sp: Specialiser, atom: Expr) -> Resolved:
    kind = sp.kind(atom)
    if kind is BOTTOM:
        return Op(list, (atom,)), BOTTOM
    if isinstance(kind, Tuple):
        items = tuple(sp.op(Op(operator.getitem, (atom, Lit(i)))) for i in range(len(kind.items)))
        from srcad.transform.specialise.operations import resolve

        return resolve(sp, Op(prims.make_list, items))
    if holds_smooth(kind) and not isinstance(kind, (Dict, Record)):
        return prelude(sp, "list_copy", (atom,))
    if isinstance(kind, (Dict, Record)):
        keys = sp.sequence(atom)
        return keys, sp.kind(keys)
    item: Kind = UNKNOWN
    match kind:
        case List(item=i) | TupleOf(item=i) | Set(item=i):
            item = i
        case Array(dtype=dtype, dims=dims) if dims == "n" or dims == "?" or dims == "1":
            item = INT if "int" in dtype else BOOL if dtype == "bool" else UNKNOWN
        case _ if kind is RANGE:
            item = INT
        case Const(value=str()):
            item = STRING
        case _ if kind is STRING:
            item = STRING
        case Object():
            return _to_list(sp, sp.sequence(atom))
        case _:
            pass
    return Op(list, (atom,)), List(item)


# ---------------------------------------------------------------- builtins that depend on kinds


def _special_call(sp: Specialiser, value: Any, args: Args, kwargs: Kwargs) -> Resolved | None:
    """Builtins whose meaning or kind needs more than a rule. None where `value` is not one of them."""
    try:
        handler = _SPECIAL.get(value)
    except TypeError:
        return None
    if handler is None:
        return None
    if any(isinstance(a, Star) for a in args) or any(k == "**" for k, _ in kwargs):
        return None
    if any(sp.kind(a) is BOTTOM for a in args) or any(sp.kind(v) is BOTTOM for _, v in kwargs):
        return Op(prims.call, (Ref(getattr(value, "__name__", "f"), value), *args), kwargs), BOTTOM
    result: Resolved | None = handler(sp, args, dict(kwargs))
    return result


def _len(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    kind = sp.kind(args[0])
    made = Op(len, args)
    if isinstance(kind, Tuple):
        return made, Const(len(kind.items))
    if isinstance(kind, Record):
        return made, Const(len(kind.items))
    if isinstance(kind, Object):
        return resolve_method(sp, Op(prims.call_method, (args[0], Lit("__len__"))))
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
    answers = {_is_instance(sp.kind(args[0]), cls) for cls in wanted}
    if True in answers:
        return made, Const(True)
    if answers == {False}:
        return made, Const(False)
    return made, BOOL


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
        case List():
            return issubclass(list, cls)
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
    if cls in (numbers.Number, numbers.Complex, numbers.Real) and is_number(kind):
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
    kind = sp.kind(args[0])
    own: Any = None
    match kind:
        case Object(cls=cls):
            own = cls
        case Array():
            own = np.ndarray
        case List():
            own = list
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
    return _to_list(sp, args[0])


def _tuple(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    if not args:
        return Op(prims.make_tuple), Tuple(())
    kind = sp.kind(args[0])
    if isinstance(kind, (Tuple, TupleOf)):
        return args[0], kind
    items = as_list(sp, args[0])
    held = sp.kind(items)
    return Op(tuple, (items,)), TupleOf(held.item if isinstance(held, List) else UNKNOWN)


def _dict_call(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    from srcad.transform.specialise.operations import resolve

    if not args:
        return resolve(sp, Op(prims.make_dict, tuple(p for k, v in kwargs.items() for p in (Lit(k), v))))
    kind = sp.kind(args[0])
    if isinstance(kind, Record):
        parts: list[Expr] = []
        for key, _ in kind.items:
            parts += [Lit(key), sp.op(Op(operator.getitem, (args[0], Lit(key))))]
        parts += [p for k, v in kwargs.items() for p in (Lit(k), v)]
        return resolve(sp, Op(prims.make_dict, tuple(parts)))
    if kwargs:
        raise sp.refuse("dict(...) of a mapping with keyword arguments", "update the dict afterwards")
    return prelude(sp, "dict_copy" if isinstance(kind, Dict) else "dict_of_pairs", args)


def _sum(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved | None:
    kind = sp.kind(args[0])
    start = args[1] if len(args) > 1 else kwargs.get("start", Lit(0))
    if not holds_smooth(kind) and not isinstance(kind, (List, Tuple, TupleOf)) and not holds_smooth(sp.kind(start)):
        return Op(prims.call, (Ref("sum", sum), *args), tuple(kwargs.items())), INT if kind is RANGE else UNKNOWN
    return prelude(sp, "sum_from", (sp.sequence(args[0]), start))


def _extreme(name: str) -> Any:
    function = getattr(builtins, name)

    def resolve_extreme(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved | None:
        key = kwargs.get("key")
        if key is not None and sp.kind(key) == NONE_KIND:
            key = None
        if len(args) > 1:
            if key is None:
                return _pairwise(sp, function, args)
            items = sp.op(Op(prims.make_list, args))
            return prelude(sp, f"{name}_by", (items, key))
        items = sp.sequence(args[0])
        if not holds_smooth(sp.kind(items)) and key is None:
            kind = sp.kind(items)
            item: Kind = kind.item if isinstance(kind, (List, TupleOf)) else UNKNOWN
            if isinstance(kind, Tuple):
                item = join_all(tuple(map(widen, kind.items)))
            if kind is RANGE or (isinstance(kind, Array) and "int" in kind.dtype and len(kind.dims or "") == 1):
                item = INT
            return Op(prims.call, (Ref(name, function), *args), tuple(kwargs.items())), item
        kind = sp.kind(items)
        if "default" in kwargs:
            result = sp.temp("extreme")
            length = sp.op(Op(prims.call, (Ref("len", len), items)))
            outer, sp.out = sp.out, []
            value, value_kind = prelude(sp, f"{name}_by" if key else f"{name}_of", (items, key) if key else (items,))
            sp.set(result, value_kind)
            sp.emit(Assign(result, value, sp.place))
            then, sp.out = tuple(sp.out), outer
            sp.set(result, sp.kind(kwargs["default"]))
            sp.emit(If(length, then, (Assign(result, kwargs["default"], sp.place),), sp.place))
            return Var(result), sp.kinds[result]
        if key is None and isinstance(kind, Tuple) and len(kind.items) > 1 and all(map(_scalar, kind.items)):
            parts = tuple(sp.op(Op(operator.getitem, (items, Lit(i)))) for i in range(len(kind.items)))
            return _pairwise(sp, function, parts)
        return prelude(sp, f"{name}_by", (items, key)) if key else prelude(sp, f"{name}_of", (items,))

    return resolve_extreme


def _scalar(kind: Kind) -> bool:
    return is_number(kind)


def _pairwise(sp: Specialiser, function: Any, args: Args) -> Resolved:
    """`max(a, b, c)` as `max(max(a, b), c)`."""
    current = args[0]
    for other in args[1:-1]:
        made, kind = call_primitive(sp, function.__name__, function, (current, other), ())
        current = objects.as_var(sp, made, kind)
    return call_primitive(sp, function.__name__, function, (current, args[-1]), ())


def _sorted(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    items = sp.sequence(args[0])
    descending = kwargs.get("reverse", Lit(False))
    key = kwargs.get("key")
    kind = sp.kind(items)
    if key is not None and sp.kind(key) != NONE_KIND:
        return prelude(sp, "sorted_by", (items, key, descending))
    if holds_smooth(kind) or sp.session.holds_address(getattr(kind, "item", kind) if isinstance(kind, List) else kind):
        if holds_smooth(kind):
            return prelude(sp, "sorted_plain", (items, descending))
    made = Op(prims.call, (Ref("sorted", sorted), items), tuple(kwargs.items()))
    return made, kind if isinstance(kind, List) else List(_item(kind))


def _item(kind: Kind) -> Kind:
    match kind:
        case List(item=item) | TupleOf(item=item) | Set(item=item):
            return item
        case Tuple(items=items):
            return join_all(tuple(widen(k) if is_number(k) else k for k in items))
        case Array(dtype=dtype, dims=dims) if dims is not None and len(dims) == 1:
            return INT if "int" in dtype else BOOL if dtype == "bool" else FLOAT
        case _ if kind is RANGE:
            return INT
        case _:
            return UNKNOWN


def _map(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    names = {2: "map_one", 3: "map_two", 4: "map_three"}
    if len(args) not in names:
        raise sp.refuse("map over more than three sequences", "use a comprehension over zip")
    return prelude(sp, names[len(args)], (args[0], *map(sp.sequence, args[1:])))


def _filter(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    if sp.kind(args[0]) == NONE_KIND:
        return prelude(sp, "filter_true", args[1:])
    return prelude(sp, "filter_by", (args[0], sp.sequence(args[1])))


def _zip(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    names = {1: "zip_one", 2: "zip_two", 3: "zip_three"}
    if len(args) not in names:
        raise sp.refuse("zip of more than three sequences outside a for header", "loop over an index")
    return prelude(sp, names[len(args)], tuple(map(sp.sequence, args)))


def _enumerate(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    start = args[1] if len(args) > 1 else kwargs.get("start", Lit(0))
    return prelude(sp, "enumerate_from", (sp.sequence(args[0]), start))


def _reversed(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    items = sp.sequence(args[0])
    if isinstance(sp.kind(items), Array):
        index = Op(prims.make_slice, (Lit(None), Lit(None), Lit(-1)))
        return Op(operator.getitem, (items, index)), sp.kind(items)
    return prelude(sp, "list_reversed", (items,))


def _reduce(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    items = sp.sequence(args[1])
    if len(args) > 2:
        return prelude(sp, "reduce_from", (args[0], items, args[2]))
    return prelude(sp, "reduce_first", (args[0], items))


def _accumulate(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    items = sp.sequence(args[0])
    function = args[1] if len(args) > 1 else kwargs.get("func")
    if "initial" in kwargs:
        raise sp.refuse("itertools.accumulate with initial=", "put the first value into the list")
    if function is None:
        return prelude(sp, "accumulate_sum", (items,))
    return prelude(sp, "accumulate_by", (items, function))


def _any_all(name: str) -> Any:
    def resolve_any(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
        kind = sp.kind(args[0])
        if isinstance(kind, (Opaque, Set)) or kind is UNKNOWN or not holds_smooth(kind):
            return Op(prims.call, (Ref(name, getattr(builtins, name)), *args)), BOOL
        return prelude(sp, f"{name}_of", (sp.sequence(args[0]),))

    return resolve_any


def _product(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    if kwargs or len(args) != 2:
        raise sp.refuse("itertools.product of other than two sequences", "nest the for loops")
    return prelude(sp, "product_two", tuple(map(sp.sequence, args)))


def _combinations(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    if len(args) != 2 or sp.kind(args[1]) != Const(2):
        raise sp.refuse("itertools.combinations of other than pairs", "nest the for loops")
    return prelude(sp, "combinations_two", (sp.sequence(args[0]),))


def _pairs(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    return prelude(sp, "pairs_of", (sp.sequence(args[0]),))


def _chain(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    if len(args) != 2:
        raise sp.refuse("itertools.chain of other than two sequences", "add lists: xs + ys + zs")
    return prelude(sp, "chain_two", tuple(map(sp.sequence, args)))


def _getattr(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    name = sp.kind(args[1])
    if not isinstance(name, Const) or not isinstance(name.value, str):
        raise sp.refuse(
            "getattr with a name that is not known before the program runs", "write the attribute, or use a dict"
        )
    if len(args) > 2:
        held = sp.kind(args[0])
        has = isinstance(held, Object) and (name.value in dict(held.attrs) or hasattr(held.cls, name.value))
        if isinstance(held, Const):
            has = hasattr(held.value, name.value)
        if not has:
            return args[2], sp.kind(args[2])
    return objects.get_attr(sp, Op(prims.get_attr, (args[0], Lit(name.value))))


def _hasattr(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    held, name = sp.kind(args[0]), sp.kind(args[1])
    made = Op(prims.call, (Ref("hasattr", hasattr), *args))
    if isinstance(held, Object) and isinstance(name, Const):
        return made, Const(name.value in dict(held.attrs) or hasattr(held.cls, name.value))
    if isinstance(held, Array) and isinstance(name, Const):
        return made, Const(hasattr(np.ndarray, name.value))
    if held is FLOAT and isinstance(name, Const) and not hasattr(np.float64, name.value):
        return made, Const(False)
    return made, BOOL


def _partial(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    return _make_partial(sp, args, tuple(kwargs.items()))


def _divmod(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    return prelude(sp, "divmod_of", args)


def _fsum(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    if isinstance(sp.kind(args[0]), Array):
        return call_primitive(sp, "np.sum", np.sum, args, ())
    return prelude(sp, "fsum_of", (sp.sequence(args[0]),))


def _callable(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
    kind = sp.kind(args[0])
    known = isinstance(kind, (Function, OneOf)) or (isinstance(kind, Const) and callable(kind.value))
    known = known or (
        isinstance(kind, Object) and callable(getattr(kind.cls, "__call__", None)) and "__call__" in dir(kind.cls)
    )
    return Op(prims.call, (Ref("callable", callable), *args)), Const(known)


_SPECIAL: dict[Any, Any] = {
    len: _len,
    isinstance: _isinstance,
    type: _type,
    range: _range,
    list: _list,
    tuple: _tuple,
    dict: _dict_call,
    sum: _sum,
    max: _extreme("max"),
    min: _extreme("min"),
    sorted: _sorted,
    map: _map,
    filter: _filter,
    zip: _zip,
    enumerate: _enumerate,
    reversed: _reversed,
    functools.reduce: _reduce,
    functools.partial: _partial,
    itertools.accumulate: _accumulate,
    itertools.product: _product,
    itertools.combinations: _combinations,
    itertools.pairwise: _pairs,
    itertools.chain: _chain,
    any: _any_all("any"),
    all: _any_all("all"),
    getattr: _getattr,
    hasattr: _hasattr,
    callable: _callable,
    divmod: _divmod,
    math.fsum: _fsum,
}

# ---------------------------------------------------------------- methods


def resolve_method(sp: Specialiser, op: Op) -> Resolved:
    """`base.name(...)`"""
    base, key = op.args[0], op.args[1]
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
    match held:
        case Object(cls=cls):
            attribute = objects.method_of(sp, held, name)
            if name in dict(held.attrs):
                value = sp.op(Op(prims.get_attr, (base, key)))
                return call_kind(sp, value, sp.kind(value), args, kwargs)
            if isinstance(attribute, types.FunctionType):
                return call_function(sp, attribute, (base, *args), kwargs)
            if isinstance(attribute, staticmethod):
                return call_function(sp, attribute.__func__, args, kwargs)
            if isinstance(attribute, classmethod):
                return call_function(sp, attribute.__func__, (Ref(cls.__name__, cls), *args), kwargs)
            if isinstance(attribute, property):
                value = sp.op(Op(prims.get_attr, (base, key)))
                return call_kind(sp, value, sp.kind(value), args, kwargs)
            if attribute is not None:
                if name in ("__new__", "__init__"):
                    return Lit(None), NONE_KIND
                return call_value(sp, f"{cls.__name__}.{name}", attribute, (base, *args), kwargs)
            raise sp.refuse(f"{cls.__name__} has no method {name}", "define it in the class", KindError)
        case Const(value=value):
            if isinstance(value, str):
                return made, _string_method(name)
            if hasattr(value, name):
                shown = base.name if isinstance(base, Ref) else getattr(value, "__name__", "value")
                found = getattr(value, name)
                if isinstance(value, type) and isinstance(objects._class_attribute(value, name), classmethod):
                    function = objects._class_attribute(value, name).__func__
                    if isinstance(function, types.FunctionType):
                        return call_function(sp, function, (Ref(value.__name__, value), *args), kwargs)
                return call_value(sp, f"{shown}.{name}", found, args, kwargs)
            raise sp.refuse(f"{show(held)} has no attribute {name}", "check the name", KindError)
        case Function():
            raise sp.refuse(f"the method .{name} of a function", "call the function", KindError)
        case Array():
            return _array_method(sp, op, base, name, args, kwargs)
        case List() | TupleOf():
            return _list_method(sp, made, base, held, name, args, kwargs)
        case Tuple(cls=cls) as held_tuple:
            return _tuple_method(sp, made, base, held_tuple, name, args, kwargs)
        case Dict() | Record():
            return _dict_method(sp, made, base, held, name, args, kwargs)
        case Set():
            if any(holds_smooth(sp.kind(a)) for a in args):
                raise sp.refuse("a float put into a set", "use a list: sets cannot be differentiated")
            return made, held if name in ("union", "intersection", "difference", "copy") else UNKNOWN
        case _ if held is STRING:
            return made, _string_method(name)
        case _ if is_number(held):
            if name in ("conjugate", "item", "__pos__", "copy", "astype", "sum", "mean", "squeeze", "max", "min"):
                if name == "astype":
                    return Op(operator.pos, (base,)), held
                return Op(operator.pos, (base,)), held
            if name in ("is_integer",):
                return made, BOOL
            if name in ("any", "all"):
                return made, BOOL
            raise sp.refuse(f"the method .{name} of {show(held)}", "use a function of math or numpy", KindError)
        case _ if held is NUMBER:
            return _array_method(sp, op, base, name, args, kwargs)
        case _:
            return made, UNKNOWN


def _string_method(name: str) -> Kind:
    if name in ("startswith", "endswith") or name.startswith("is"):
        return BOOL
    if name in ("split", "splitlines", "rsplit"):
        return List(STRING)
    if name in ("find", "index", "count"):
        return INT
    return STRING


def _array_method(sp: Specialiser, op: Op, base: Expr, name: str, args: Args, kwargs: Kwargs) -> Resolved:
    from srcad.rules.methods import ARRAY_METHODS, normalise_method

    if name not in ARRAY_METHODS:
        if name in ("fill", "sort", "put", "partition", "resize", "itemset", "setfield", "byteswap"):
            raise sp.refuse(f"the in-place array method .{name}()", "compute a new array")
        raise sp.refuse(f"the array method .{name}() has no rule", "use a function of numpy that has one", MissingRule)
    fn, made = normalise_method(name, (base, *args))
    atoms = tuple(a if not isinstance(a, Op) else sp.op(a) for a in made)
    value, kind = call_primitive(sp, "", fn, atoms, kwargs)
    same = len(atoms) == 1 + len(args) and atoms[1:] == args
    if isinstance(value, Op) and same and hasattr(np.ndarray, name):
        value = Op(value.fn, value.args, value.kwargs, f"method:{name}")
    return value, kind


def _list_method(sp: Specialiser, made: Op, base: Expr, held: Kind, name: str, args: Args, kwargs: Kwargs) -> Resolved:
    assert isinstance(held, (List, TupleOf))
    item = held.item
    if name == "append":
        kind = sp.kind(args[0])
        sp.touch(base, List(widen(kind) if is_number(kind) else kind))
        if isinstance(base, Var):
            now = sp.kinds[base.name]
            if isinstance(now, List):
                sp._adopt(args[0], now.item)
        return made, NONE_KIND
    if name == "pop":
        return made, item
    if name == "copy":
        return _to_list(sp, base)
    if name == "extend":
        return prelude(sp, "list_extend", (base, sp.sequence(args[0])))
    if name in ("index", "count"):
        return made, INT
    if not holds_smooth(item) and not sp.session.holds_address(item):
        if name == "insert":
            sp.touch(base, List(widen(sp.kind(args[1]))))
        return made, item if name == "__getitem__" else NONE_KIND
    if name == "__getitem__":
        from srcad.transform.specialise.operations import resolve

        return resolve(sp, Op(operator.getitem, (base, args[0])))
    raise sp.refuse(f"the list method .{name}()", "build a new list, or use append, pop and item assignment")


def _tuple_method(
    sp: Specialiser, made: Op, base: Expr, held: Tuple, name: str, args: Args, kwargs: Kwargs
) -> Resolved:
    if name == "_replace" and held.cls is not None:
        changed = dict(kwargs)
        items = [
            changed.get(field, None) or sp.op(Op(operator.getitem, (base, Lit(i))))
            for i, field in enumerate(held.names)
        ]
        return objects.construct(sp, held.cls, tuple(items), ())
    if name == "_asdict":
        from srcad.transform.specialise.operations import resolve

        parts: list[Expr] = []
        for i, field in enumerate(held.names):
            parts += [Lit(field), sp.op(Op(operator.getitem, (base, Lit(i))))]
        return resolve(sp, Op(prims.make_dict, tuple(parts)))
    attribute = getattr(held.cls, name, None) if held.cls is not None else None
    if isinstance(attribute, types.FunctionType):
        return call_function(sp, attribute, (base, *args), kwargs)
    if name in ("index", "count"):
        return made, INT
    raise sp.refuse(f"the tuple method .{name}()", "unpack the tuple")


def _dict_method(sp: Specialiser, made: Op, base: Expr, held: Kind, name: str, args: Args, kwargs: Kwargs) -> Resolved:
    if name == "items":
        return prelude(sp, "dict_items", (base,))
    if name == "values":
        if isinstance(held, Record):
            items = tuple(sp.op(Op(operator.getitem, (base, Lit(k)))) for k, _ in held.items)
            return Op(prims.make_tuple, items), Tuple(tuple(map(sp.kind, items)))
        return prelude(sp, "dict_values", (base,))
    if name == "keys":
        keys = sp.sequence(base)
        return keys, sp.kind(keys)
    if name == "get":
        default = args[1] if len(args) > 1 else Lit(None)
        at = sp.kind(args[0])
        if isinstance(held, Record) and isinstance(at, Const):
            if at.value in dict(held.items):
                return sp.op(Op(operator.getitem, (base, args[0]))), dict(held.items)[at.value]
            return default, sp.kind(default)
        return prelude(sp, "dict_get", (base, args[0], default))
    if name == "setdefault":
        return prelude(sp, "dict_setdefault", (base, args[0], args[1] if len(args) > 1 else Lit(None)))
    if name == "update":
        if not args:
            raise sp.refuse("dict.update with keyword arguments", "assign the items one by one")
        return prelude(sp, "dict_update", (base, args[0]))
    if name == "copy":
        return _dict_call(sp, (base,), {})
    if not holds_smooth(held):
        return made, UNKNOWN
    raise sp.refuse(f"the dict method .{name}()", "build a new dict, or assign items")


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


__all__ = ["SrcadError", "Special", "resolve_call", "resolve_method", "resolve_super"]
