"""Nested functions that know each other by name.

A nested function that is defined once and used by nested functions (itself, or others) is not passed around as a
value: it is lifted. Each call of it names it through its handle and passes what it captures,

    def f(x, n):                            def rec(x, k): ...   # calls rec(x, k - 1)
        def rec(k): ... rec(k - 1) ...      def f(x, n):
        return rec(n)                           return rec(x, n)

and where it is mentioned as a value, a closure is made from the captures in scope.
"""

from __future__ import annotations

from typing import Any

import gast

from srcad.core import prims
from srcad.core.nodes import Assign, Closure, Expr, Lit, Op, Param, Program, Ref, Return, Star, Var
from srcad.frontend.frame import Frame, LocalFunction, Variable
from srcad.frontend.scopes import FUNCTIONS, Scope, scope_of


def lifted_functions(scope: Scope) -> dict[str, LocalFunction]:
    """The functions nested in a function that are to be lifted, by name."""
    captured = {name for node in scope.nested for name in scope_of(node).free}
    found: dict[str, LocalFunction] = {}
    for event in scope.events:
        name = event.name
        if event.what != "make" or name not in captured or name in scope.params:
            continue
        if len(scope.of(name, "bind", "delete")) == 1 and _constant_defaults(event.function):
            found[name] = LocalFunction(name, event.function)
    return found


def _constant_defaults(node: Any) -> bool:
    return all(
        default is None or isinstance(default, gast.Constant)
        for default in (*node.args.defaults, *node.args.kw_defaults)
    )


def settle_captures(frame: Frame) -> None:
    """Work out what each lifted function of the frame captures: a fixed point, since they capture each other's."""
    for function in frame.functions.values():
        function.variables = tuple(variables_of(frame, function.node))


def capture_names(frame: Frame, node: Any, variables: tuple[Variable, ...]) -> tuple[str, ...]:
    """The names of the parameters that bring variables into a nested function: their own, unless it has that name."""
    scope = scope_of(node)
    made: list[str] = []
    for variable in variables:
        name = frame.core_of(variable)
        made.append(f"%outer_{name}" if name in scope.locals or name in made else name)
    return tuple(made)


def variables_of(frame: Frame, node: Any) -> list[Variable]:
    """The variables that a function nested in `frame` captures, in the order in which it mentions them."""
    assert isinstance(node, FUNCTIONS)
    found: dict[Variable, None] = {}
    seen: set[LocalFunction] = set()

    def gather(inner: Any) -> None:
        scope = scope_of(inner)
        for name in (*scope.free, *sorted(scope.nonlocals)):
            meaning = frame.lookup(name)
            if isinstance(meaning, Variable):
                found[meaning] = None
            elif isinstance(meaning, LocalFunction) and meaning not in seen:
                seen.add(meaning)
                if meaning.variables:
                    found.update(dict.fromkeys(meaning.variables))
                elif meaning.name in frame.functions and frame.functions[meaning.name] is meaning:
                    gather(meaning.node)

    gather(node)
    return list(found)


def captures_of(frame: Frame, function: LocalFunction) -> tuple[Expr, ...]:
    """The values of a lifted function's captures where the frame is now."""
    return tuple(Var(frame.core_of(variable)) for variable in function.variables)


def as_value(frame: Frame, function: LocalFunction) -> Closure:
    """A lifted function as a value: a closure over the captures in scope.

    Inside its own definition its program is not there yet: then the closure calls it through its handle.
    """
    captures = tuple(zip(function.captures, captures_of(frame, function), strict=True))
    program = function.program or _forwarding(function)
    return Closure(program, captures)


def _forwarding(function: LocalFunction) -> Program:
    params = (*(Param(name) for name in function.captures), *plain_params(function.node.args))
    args: list[Expr] = []
    kwargs: list[tuple[str, Expr]] = []
    for param in params:
        match param.kind:
            case "star":
                args.append(Star(Var(param.name)))
            case "key":
                kwargs.append((param.name, Var(param.name)))
            case "starstar":
                kwargs.append(("**", Var(param.name)))
            case _:
                args.append(Var(param.name))
    value = Op(prims.call, (Ref(function.name, function), *args), tuple(kwargs))
    body = (Assign("%result", value), Return(Var("%result")))
    return Program(function.name, params, body, captures=len(function.captures), forwards=function)


def plain_params(arguments: Any) -> list[Param]:
    """Parameters without captures, with those defaults that are constants."""
    made: list[Param] = []
    positional = [*((p, "pos") for p in arguments.posonlyargs), *((p, "any") for p in arguments.args)]
    defaults = [None] * (len(positional) - len(arguments.defaults)) + list(arguments.defaults)
    every = [(p, kind, default) for (p, kind), default in zip(positional, defaults, strict=True)]
    if arguments.vararg is not None:
        every.append((arguments.vararg, "star", None))
    every += [(p, "key", d) for p, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)]
    if arguments.kwarg is not None:
        every.append((arguments.kwarg, "starstar", None))
    for parameter, kind, default in every:
        constant = Lit(default.value) if isinstance(default, gast.Constant) else None
        made.append(Param(parameter.id, kind, constant))
    return made
