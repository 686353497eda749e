"""Calls of functions that have a program: the user's, nested ones, the prelude's, and values that hold a function.

A nested function's value is the tuple of what it captures, a bound method's the tuple of its object, a partial's that
of its function and arguments; which program they run is part of their kind.
"""

from __future__ import annotations

import contextlib
import functools
import operator
import types
from typing import TYPE_CHECKING, Any

import numpy as np

from srcad import runtime
from srcad.analysis.regions import find_regions
from srcad.core import prims
from srcad.core.kinds import (
    BOTTOM,
    COMPLEX,
    INT,
    NONE_KIND,
    NUMBER,
    STRING,
    UNKNOWN,
    Array,
    Const,
    Function,
    Kind,
    Opaque,
    Tuple,
    holds_smooth,
    present,
    show,
)
from srcad.core.nodes import Closure, Expr, FunctionHandle, Lit, Op, Program, Ref, Star, Store, Var
from srcad.core.texts import is_written
from srcad.errors import KindError, MissingRule, SourceNotFound, UnsupportedSyntax
from srcad.rules.kinding import kind_of_call
from srcad.rules.registry import Call, hashed, rule_for
from srcad.rules.shapes import parameter_names
from srcad.rules.static import positions
from srcad.transform.specialise.binding import Args, Kwargs, argument_kind, bind_arguments
from srcad.transform.specialise.composed import Composed
from srcad.transform.specialise.derivatives import Derived, call_derived
from srcad.transform.specialise.handing import handed
from srcad.transform.specialise.listed import as_arrays
from srcad.transform.specialise.own import call_own
from srcad.transform.specialise.session import Resolved, Special
from srcad.transform.specialise.sets import made_of

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser

PRELUDE = tuple(f"srcad.frontend.{name}" for name in ("prelude", "iterators", "numpy_programs", "shadows"))
_NEVER_READ = ("numpy", "scipy", "random", "logging", "warnings", "time", "os", "json", "re")


# ---------------------------------------------------------------- functions and programs


_OF_GENERATOR = contextlib.contextmanager(iter).__code__


def call_function(sp: Specialiser, function: Any, args: Args, kwargs: Kwargs) -> Resolved:
    """A call of a Python function of the user's (or of a library)."""
    if isinstance(function, (staticmethod, classmethod)):
        function = function.__func__
    if rule_for(function) is not None:
        return call_primitive(sp, function.__name__, function, args, kwargs)
    followed = (function.__module__ or "").split(".")[0] not in _NEVER_READ
    if followed and getattr(function, "__code__", None) is _OF_GENERATOR:
        raise sp.refuse(
            f"{function.__name__}, a context manager that is made of a generator",
            "write it as a class with __enter__ and __exit__",
        )
    if not isinstance(function, types.FunctionType):
        return sp.call(getattr(function, "__name__", "function"), function, args, kwargs)
    if function.__module__ in PRELUDE:
        return prelude(sp, function.__name__, args)
    if (function.__module__ or "").split(".")[0] in _NEVER_READ:
        op, kind = opaque(sp, function.__name__, function, args, kwargs)
        if kind is UNKNOWN and not any(isinstance(a, Star) for a in args):
            named = tuple((k, sp.kind(v)) for k, v in kwargs)
            public = getattr(np, function.__name__, None)
            shown: Any = public if getattr(public, "__wrapped__", None) is function else function
            kind = kind_of_call(Call(shown, tuple(map(sp.kind, args)), named, args, kwargs))
        return op, kind
    smooth = any(holds_smooth(sp.kind(a.value if isinstance(a, Star) else a)) for a in args) or any(
        holds_smooth(sp.kind(v)) for _, v in kwargs
    )
    try:
        program = sp.session.lower(function)
    except SourceNotFound as missing:
        if smooth or hasattr(function, "__wrapped__"):
            raise missing if missing.place else SourceNotFound(missing.message, sp.place, missing.remedy) from None
        return opaque(sp, function.__name__, function, args, kwargs)
    except UnsupportedSyntax:
        if smooth or hasattr(function, "__wrapped__"):
            raise
        return opaque(sp, function.__name__, function, args, kwargs)
    if (function.__module__ or "").startswith("srcad.runtime") or is_written(function):
        program = sp.session.at_call(program, sp.place)  # a helper or a text of ours: the user never sees it
    return call_program(sp, program, args, kwargs, {})


def call_program(sp: Specialiser, program: Program, args: Args, kwargs: Kwargs, held: dict[str, Expr]) -> Resolved:
    """A call of a core program: bind its parameters, specialise it, and pass back what was learnt of containers."""
    bound = bind_arguments(sp, program, args, kwargs, held)
    kinds = tuple(argument_kind(sp.kind(a)) for a in bound)
    if any(k is BOTTOM for k in kinds):
        return Op(prims.call, (Ref(program.name, program.source), *bound)), BOTTOM
    special = sp.session.special(program, kinds, sp.special)
    for param, atom, before, kind in zip(special.program.params, bound, kinds, special.out_kinds, strict=True):
        if not sp.session.holds_address(kind):
            continue
        if isinstance(atom, Ref) and kind != before and _writes(sp, special, param.name):
            raise sp.refuse(
                f"{program.name}() writes into {atom.name}, which outlives the call",
                "pass a new list, dict or object at each call",
            )
        sp.touch(atom, kind)
    return Op(prims.call, (Ref(special.name, special), *bound)), special.result_kind


def _writes(sp: Specialiser, special: Special, name: str) -> bool:
    """Whether a specialised function may write into what a parameter holds."""
    return find_regions(special.body, special.kinds, sp.session.holds_address).is_written(name)


def call_lifted(sp: Specialiser, handle: FunctionHandle, args: Args, kwargs: Kwargs) -> Resolved | None:
    """A call of a nested function through its handle, which is given what it captures first. None for other handles."""
    program = getattr(handle, "program", None)
    if not isinstance(program, Program):
        return None
    count = program.captures
    held = {param.name: atom for param, atom in zip(program.params, args[:count], strict=False)}
    return call_program(sp, program, args[count:], kwargs, held)


def prelude(sp: Specialiser, name: str, args: Args) -> Resolved:
    """A call of a function of the prelude. Its statements stand at the place of the call: the user never sees it."""
    program = sp.session.at_call(sp.session.lower(sp.session.prelude(name)), sp.place)
    return call_program(sp, program, args, (), {})


# ---------------------------------------------------------------- functions without a program


def in_order(value: Any, args: Args, kwargs: Kwargs) -> tuple[Args, Kwargs]:
    """Operands by position where they are named: `pow(x, exp=2)` is `pow(x, 2)`, `np.dot(a=x, b=y)` is `np.dot(x, y)`.

    Settings (`axis`) keep their names; every parameter of an elementwise function is an operand.
    """
    rule = rule_for(value)
    if rule is None or not kwargs:
        return args, kwargs
    named = {_OTHER_NAMES.get((value, name), name): arg for name, arg in kwargs}
    given = list(args)
    order = [name for name, _ in positions(rule, value)]
    stated = dict(rule.defaults)
    operands = rule.params if rule.style == "elementwise" else [p for p in rule.params if p not in stated]
    if rule.style in ("linear", "zero"):
        operands = order[:1]
    for name in order[len(args) :]:
        if name in operands and name in named:
            given.append(named.pop(name))
        elif rule.style == "elementwise" and name in stated and any(p in named for p in operands):
            given.append(Lit(stated[name]))
        else:
            break
    return tuple(given), tuple(named.items())


_ORDERED = (np.reshape, np.ravel, runtime.flatten)
_OTHER_NAMES: dict[tuple[Any, str], str] = {(np.clip, "min"): "a_min", (np.clip, "max"): "a_max"}


def call_into(sp: Specialiser, name: str, value: Any, args: Args, kwargs: Kwargs, out: Expr) -> Resolved:
    """`np.exp(x, out=y)`: compute, then write into y."""
    kind = sp.kind(out)
    if kind is BOTTOM:
        return Op(value, args, kwargs, name=name), BOTTOM
    if isinstance(kind, Tuple) and len(kind.items) == 1:  # ufuncs take a tuple of one too
        return call_into(sp, name, value, args, kwargs, sp.op(Op(operator.getitem, (out, Lit(0)))))
    if not isinstance(out, Var) or not isinstance(kind, Array):
        raise sp.refuse(f"out={show(kind)} of {name}", "give one array, held by a variable, as out", MissingRule)
    where = dict(kwargs).get("where")
    if where is not None and sp.kind(where) != Const(True):
        sp.call_masked(name, value, args, kwargs, out)
        return out, kind
    kwargs = tuple((k, v) for k, v in kwargs if k != "where")
    made, made_kind = call_primitive(sp, name, value, args, kwargs)
    held = sp.assign("t", made, made_kind)
    sp.emit(Store(out, Lit(Ellipsis), held, sp.place))
    return out, kind


def call_primitive(sp: Specialiser, name: str, value: Any, args: Args, kwargs: Kwargs) -> Resolved:
    """A call of a callable with a rule."""
    rule = rule_for(value)
    if rule is not None and rule.own is not None:
        return call_own(sp, name, value, rule, *in_order(hashed(value), args, kwargs))
    given = dict(kwargs)
    names = parameter_names(value)
    if "out" in names and len(args) > names.index("out"):
        at = names.index("out")
        given |= dict(zip(names[at:], args[at:], strict=False))
        args = args[:at]
    if given.get("order") == Lit("C") and value in _ORDERED:
        del given["order"]
    out = given.pop("out", None)
    if isinstance(value, np.ufunc) and len(args) > value.nin:
        args, out = args[: value.nin], args[value.nin]
    args, kwargs = in_order(value, args, tuple(given.items()))
    if out is not None and sp.kind(out) != Const(None):
        return call_into(sp, name, value, args, kwargs, out)
    args, kwargs = as_arrays(sp, value, args, kwargs)
    kinds = tuple(present(sp.kind(a)) if not isinstance(a, Star) else UNKNOWN for a in args)
    named = tuple((k, present(sp.kind(v))) for k, v in kwargs)
    if BOTTOM in kinds or any(k is BOTTOM for _, k in named):
        return Op(value, args, kwargs, name=name), BOTTOM
    kind = primitive_kind(Call(value, kinds, named, args, kwargs))
    if isinstance(kind, Array) and kind.dtype == "object" and any(map(holds_smooth, (*kinds, *dict(named).values()))):
        raise sp.refuse("an array of Python objects", "use a float dtype, or a list", KindError)
    return Op(value, args, kwargs, name=name), kind


def primitive_kind(call: Call) -> Kind:
    """The kind of a primitive's result: an elementwise function of what is not known gives numbers all the same."""
    kind = kind_of_call(call)
    rule = rule_for(call.fn)
    if kind is UNKNOWN and rule is not None and rule.style == "elementwise":
        return NUMBER
    return kind


def opaque(sp: Specialiser, name: str, value: Any, args: Args, kwargs: Kwargs) -> Resolved:
    """A call that runs as it is, and that nothing active may pass through."""
    args, kwargs = handed(sp, name, args, kwargs)
    made = made_of(sp, args) if value is set or value is frozenset else _opaque_kind(value)
    return Op(prims.call, (Ref(name, value), *args), kwargs), made


def _opaque_kind(value: Any) -> Kind:
    if isinstance(value, type) and (issubclass(value, BaseException) or value.__module__ == "random"):
        return Opaque(value)
    for functions, kind in _OPAQUE_KINDS:
        if any(value is function for function in functions):
            return kind
    return UNKNOWN


_OPAQUE_KINDS: tuple[tuple[tuple[Any, ...], Kind], ...] = (
    ((str, repr, format, ascii), STRING),
    ((print,), NONE_KIND),
    ((hash, id), INT),
    ((complex,), COMPLEX),
)


# ---------------------------------------------------------------- values that hold a function


def make_closure(sp: Specialiser, closure: Closure) -> Resolved:
    """A nested function's value is the tuple of what it captures and of its defaults."""
    parts = closure.captures + closure.defaults
    fields = tuple((name, sp.kind(atom)) for name, atom in parts)
    program = getattr(closure.program.forwards, "program", closure.program)  # one function, wherever it is mentioned
    return Op(prims.make_tuple, tuple(atom for _, atom in parts)), Function(program, fields)


def call_closure(
    sp: Specialiser, callee: Expr, of: Any, fields: tuple[tuple[str, Kind], ...], args: Args, kwargs: Kwargs
) -> Resolved:
    """A call of a value that holds a function."""
    if isinstance(of, (Derived, Composed)):
        return call_derived(sp, callee, of, fields[0][1], args, kwargs)
    held = {name: field_of(sp, callee, i, kind) for i, (name, kind) in enumerate(fields)}
    if isinstance(of, Program):
        return call_program(sp, of, args, kwargs, held)
    if of is operator.itemgetter or of is operator.attrgetter:
        return _picked(sp, of, fields, args)
    if "__partial__" in held:
        return _call_partial(sp, held, args, kwargs)
    return call_function(sp, of, (held["__self__"], *args), kwargs)


def make_getter(value: Any) -> Any:
    """`operator.itemgetter(1)`, `operator.attrgetter("x")`: a value that holds what it gets."""

    def resolve_getter(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
        fields = tuple((f"%{i}", sp.kind(arg)) for i, arg in enumerate(args))
        return Op(prims.make_tuple, args), Function(value, fields)

    return resolve_getter


def _picked(sp: Specialiser, of: Any, fields: tuple[tuple[str, Kind], ...], args: Args) -> Resolved:
    """A call of an itemgetter or attrgetter, whose keys are known."""
    made: list[Resolved] = []
    for _, kind in fields:
        if not isinstance(kind, Const):
            raise sp.refuse(f"{of.__name__} with a key that is not a constant", "write a lambda")
        at: Expr = args[0]
        names = str(kind.value).split(".") if of is operator.attrgetter else [kind.value]
        for name in names[:-1]:
            at = sp.op(Op(prims.get_attr, (at, Lit(name))))
        take = prims.get_attr if of is operator.attrgetter else operator.getitem
        made.append(sp.resolve(Op(take, (at, Lit(names[-1])))))
        if len(fields) > 1:
            made[-1] = (sp.hold(*made[-1]), made[-1][1])
    if len(made) == 1:
        return made[0]
    return sp.resolve(Op(prims.make_tuple, tuple(expr for expr, _ in made)))


def field_of(sp: Specialiser, callee: Expr, position: int, kind: Kind) -> Expr:
    """What a function value holds at a position."""
    held = sp.assign("held", Op(operator.getitem, (callee, Lit(position))), kind)
    sp.share_field(callee, position, held.name)
    return held


def _call_partial(sp: Specialiser, held: dict[str, Expr], args: Args, kwargs: Kwargs) -> Resolved:
    given = dict(held)
    inner = given.pop("__partial__")
    positional = tuple(v for k, v in given.items() if k.startswith("%"))
    named = {k: v for k, v in given.items() if not k.startswith("%")}
    named.update(kwargs)
    return sp.apply(inner, sp.kind(inner), (*positional, *args), tuple(named.items()))


def make_partial(sp: Specialiser, args: Args, kwargs: Kwargs) -> Resolved:
    """`functools.partial(f, *args, **kwargs)`"""
    names = ["__partial__", *(f"%{i}" for i in range(len(args) - 1)), *(k for k, _ in kwargs)]
    values = (*args, *(v for _, v in kwargs))
    kinds = tuple((n, sp.kind(v)) for n, v in zip(names, values, strict=True))
    return Op(prims.make_tuple, values), Function(functools.partial, kinds)
