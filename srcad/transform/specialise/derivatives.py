"""Derivatives inside a differentiated function: a call of one is a call of the function that it generates.

    def f(x):
        return srcad.grad(g)(x) * x        ->        def f(x):
                                                         return g_grad(x) * x

Contract: `srcad.grad(g)`, `srcad.value_and_grad(g)` and `srcad.jvp(g, ...)` of a function that is known are resolved
here; `g` may be a nested function that captures values, whose derivative takes them as its first arguments. What is
generated is a function with a source like any other, and is differentiated as such.
"""

from __future__ import annotations

import inspect
import operator
import types
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from srcad.core import prims
from srcad.core.kinds import BOTTOM, FLOAT, Const, Function, Kind, Tuple, holds_smooth, is_array, is_integral, is_number
from srcad.core.nodes import Expr, FunctionHandle, Lit, Op, Program, Ref, Star, Var
from srcad.transform.specialise.binding import Args, Kwargs, argument_kind, bind_arguments
from srcad.transform.specialise.composed import (
    AT_PRIMALS,
    OF_A_FUNCTION,
    Composed,
    call_at_primals,
    call_composed,
    provide,
)
from srcad.transform.specialise.hooked import call_hook
from srcad.transform.specialise.session import Resolved

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser

MAKERS: dict[Any, str] = {}  # the public functions that are resolved here, and what they make


def makes(what: str) -> Callable[[Any], Any]:
    """Register a public function that makes derivatives."""

    def register(function: Any) -> Any:
        MAKERS[function] = what
        if what in ("grad", "jvp"):
            provide(**{what: function})
        return function

    return register


@dataclass(frozen=True)
class Derived:
    """What a derivative of a nested function is made of, beside the function: the options of `srcad.grad`."""

    value: bool
    argnums: int | tuple[int, ...]
    aux: bool


def make_derivative(sp: Specialiser, name: str, maker: Any, args: Args, kwargs: Kwargs) -> Resolved:
    """`srcad.grad(g, ...)` and its like."""
    what = MAKERS[maker]
    if what in AT_PRIMALS:
        if len(args) < 2 or kwargs or any(isinstance(a, Star) for a in args):
            raise sp.refuse(f"{name} without a function and its arguments", f"write {name}(g, x)")
        return call_at_primals(sp, what, args[0], args[1:])
    if what == "hook":
        return call_hook(sp, args, kwargs)
    if what == "numerical":
        raise sp.refuse(f"{name} inside a differentiated function", "wrap it once, outside: box = srcad.numerical(f)")
    if what == "check":
        return _opaque(sp, name, maker, args, kwargs)
    if what == "jvp":
        return _jvp(sp, args, kwargs)
    if not args or any(isinstance(a, Star) for a in args):
        raise sp.refuse(f"{name} without a function, inside a differentiated function", f"write {name}(g)(x)")
    options = {k: _constant(sp, name, v) for k, v in kwargs}
    if len(args) > 1:
        options["argnums"] = _constant(sp, name, args[1])
    if what in OF_A_FUNCTION:
        unknown = set(options) - {"argnums"}
        if unknown:
            raise sp.refuse(f"{name} with {', '.join(sorted(unknown))}=", f"write {name}(g, argnums)")
        composed = Composed(what, options.get("argnums", 0))
        composed = sp.session.derivatives.setdefault(composed, composed)
        return Op(prims.make_tuple, (args[0],)), Function(composed, (("fun", _function_kind(sp, args[0])),))
    program = _program_of(sp, args[0])
    if program is None:
        function = _constant(sp, name, args[0])
        key = (maker, function, tuple(sorted(options.items())))
        made = sp.session.derivatives.get(key)
        if made is None:
            made = sp.session.derivatives[key] = maker(function, **options)
        return Ref(f"{name}_of_{getattr(function, '__name__', 'function')}", made), Const(made)
    unknown = set(options) - {"argnums", "has_aux"}
    if unknown:
        raise sp.refuse(f"{name} of a nested function with {', '.join(sorted(unknown))}=", "choose with argnums=")
    derived = Derived(what == "value_and_grad", options.get("argnums", 0), bool(options.get("has_aux", False)))
    derived = sp.session.derivatives.setdefault(derived, derived)  # two that are equal are one: kinds go by identity
    return Op(prims.make_tuple, (args[0],)), Function(derived, (("fun", _function_kind(sp, args[0])),))


def _opaque(sp: Specialiser, name: str, maker: Any, args: Args, kwargs: Kwargs) -> Resolved:
    from srcad.transform.specialise.functions import opaque

    return opaque(sp, name, maker, args, kwargs)


def _constant(sp: Specialiser, name: str, atom: Expr) -> Any:
    """The value of an argument that is known before the program runs."""
    if isinstance(atom, (Lit, Ref)):
        return atom.value
    kind = sp.kind(atom)
    if isinstance(kind, Const):
        return kind.value
    if isinstance(kind, Tuple) and all(isinstance(k, Const) for k in kind.items):
        return tuple(k.value for k in kind.items if isinstance(k, Const))
    raise sp.refuse(f"an argument of {name} that is not known before the program runs", "write it out in the call")


def _function_kind(sp: Specialiser, atom: Expr) -> Kind:
    return Const(atom.value) if isinstance(atom, Ref) else sp.kind(atom)


def _program_of(sp: Specialiser, atom: Expr) -> Program | None:
    """The program of a nested function; None for a function that is known as an object.

    A bound method is a function that captures its object.
    """
    kind = _function_kind(sp, atom)
    if isinstance(kind, Function) and isinstance(kind.of, Program):
        return kind.of
    if isinstance(kind, Function) and isinstance(kind.of, types.FunctionType) and _captures_self(kind):
        method = sp.session.lower(kind.of)
        bound: Program = sp.session.derivatives.setdefault((kind.of, "bound"), replace(method, captures=1))
        return bound
    held = getattr(kind.value, "program", None) if isinstance(kind, Const) else None
    return held if isinstance(held, Program) and isinstance(getattr(kind, "value", None), FunctionHandle) else None


def _captures_self(kind: Function) -> bool:
    return [name for name, _ in kind.fields] == ["__self__"]


def call_derived(
    sp: Specialiser, callee: Expr, derived: Derived | Composed, kind: Kind, args: Args, kwargs: Kwargs
) -> Resolved:
    """A call of the derivative of a nested function, or of a Jacobian or its like."""
    from srcad.transform.specialise.functions import call_function

    function = sp.assign("function", Op(operator.getitem, (callee, Lit(0))), kind)
    sp.share_field(callee, 0, function.name)
    if isinstance(derived, Composed):
        return call_composed(sp, derived.what, derived.argnums, function, args, kwargs)
    program, bound = _bound(sp, function, args, kwargs)
    chosen = (derived.argnums,) if isinstance(derived.argnums, int) else derived.argnums
    own = len(bound) - program.captures
    wrt = tuple(program.captures + i % own for i in chosen)
    single = isinstance(derived.argnums, int)

    def generate(kinds: tuple[Kind, ...]) -> Any:
        return sp.session.gradient(program, kinds, wrt, single, derived.value, derived.aux)

    return _call_generated(sp, call_function, bound, wrt, generate)


def _bound(sp: Specialiser, function: Expr, args: Args, kwargs: Kwargs) -> tuple[Program, list[Expr]]:
    """The program of a nested function, and the operands of a call of it: what it captures, then its arguments."""
    program, kind = _program_of(sp, function), _function_kind(sp, function)
    assert program is not None
    held: dict[str, Expr] = {}
    if isinstance(kind, Function):
        for i, (name, k) in enumerate(kind.fields):
            name = program.params[0].name if _captures_self(kind) else name
            held[name] = sp.assign("held", Op(operator.getitem, (function, Lit(i))), k)
    return program, list(bind_arguments(sp, program, args, kwargs, held))


def _call_generated(
    sp: Specialiser, call: Any, bound: list[Expr], wrt: tuple[int, ...], generate: Callable[[tuple[Kind, ...]], Any]
) -> Resolved:
    kinds: list[Kind] = []
    for i, atom in enumerate(bound):
        kind = argument_kind(sp.kind(atom))
        if kind is BOTTOM:
            return Op(prims.call, (Ref("derivative", operator.getitem), *bound)), BOTTOM
        if i in wrt and is_integral(kind):
            bound[i] = sp.assign("t", Op(float, (atom,)), FLOAT)
            kind = FLOAT
        kinds.append(kind)
    made = generate(tuple(kinds))
    sp.session.read_outside(made.outside)
    resolved: Resolved = call(sp, made.function, tuple(bound), ())
    return resolved


def call_derivative(sp: Specialiser, name: str, value: Any, args: Args, kwargs: Kwargs) -> Resolved:
    """A call of a `Derivative`: of the function that it generates for these kinds."""
    from srcad.transform.specialise.functions import call_function

    signature = value.signature
    plain = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    if not value.is_plain or any(p.kind not in plain for p in signature.parameters.values()):
        raise sp.refuse(
            f"{name} is the derivative of a method, a partial or a function with *args, called inside a differentiated "
            "function",
            "differentiate a function of named arguments",
        )
    try:
        given = signature.bind(*args, **dict(kwargs))
    except TypeError as wrong:
        raise sp.refuse(f"{name}: {wrong}", "give it the arguments of the function") from None
    given.apply_defaults()
    bound = [
        one if isinstance(one, (Var, Lit, Ref)) else _literal(f"{name}.{key}", one)
        for key, one in given.arguments.items()
    ]
    return _call_generated(sp, call_function, bound, value.wrt, value.generated)


def _literal(name: str, value: Any) -> Expr:
    return Lit(value) if value is None or isinstance(value, (bool, int, float, str)) else Ref(name, value)


def _jvp(sp: Specialiser, args: Args, kwargs: Kwargs) -> Resolved:
    """`srcad.jvp(g, (x, y), (x_dot, y_dot))` of numbers and arrays."""
    from srcad.transform.specialise.functions import call_function

    named = dict(kwargs)
    given = [*args, *(named[k] for k in ("fun", "primals", "tangents")[len(args) :] if k in named)]
    if len(given) != 3:
        raise sp.refuse("jvp without three arguments", "call it as jvp(g, primals, tangents)")
    function, *both = given
    kinds = [sp.kind(a) for a in both]
    if BOTTOM in kinds:
        return Op(prims.call, (Ref("jvp", operator.getitem), *args), kwargs), BOTTOM
    if not all(isinstance(k, Tuple) for k in kinds):
        raise sp.refuse(
            "jvp of arguments that are not a tuple, inside a differentiated function",
            "give it tuples: jvp(g, (x,), (1.0,))",
        )
    parts = [
        [sp.assign("part", Op(operator.getitem, (atom, Lit(i))), k) for i, k in enumerate(kind.items)]  # type: ignore[attr-defined]
        for atom, kind in zip(both, kinds, strict=True)
    ]
    if len(parts[0]) != len(parts[1]):
        raise sp.refuse("jvp with another number of tangents than primals", "give one tangent for each primal")
    moving = tuple(
        i for i, t in enumerate(parts[1]) if sp.kind(t) != Const(None) and holds_smooth_or_int(sp.kind(parts[0][i]))
    )
    tangents: list[Expr] = []
    for i in moving:
        kind = sp.kind(parts[1][i])
        if not (is_number(kind) or is_array(kind)):
            raise sp.refuse("jvp along a structure, inside a differentiated function", "give its parts one by one")
        tangents.append(sp.assign("t", Op(float, (parts[1][i],)), FLOAT) if is_integral(kind) else parts[1][i])

    def call(sp: Specialiser, made: Any, primals: tuple[Expr, ...], _: Any) -> Resolved:
        return call_function(sp, made, (*primals, *tangents), ())

    if _program_of(sp, function) is not None:
        program, primals = _bound(sp, function, tuple(parts[0]), ())
        along = tuple(program.captures + i for i in moving)
        return _call_generated(sp, call, primals, along, lambda k: sp.session.tangent(program, k, along))
    fun = _constant(sp, "jvp", function)
    return _call_generated(sp, call, list(parts[0]), moving, lambda k: sp.session.tangent(fun, k, moving))


def holds_smooth_or_int(kind: Kind) -> bool:
    return holds_smooth(kind) or is_integral(kind)
