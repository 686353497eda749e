"""Nested functions and lambdas: each becomes a program whose first parameters are what it captures."""

from __future__ import annotations

from typing import Any

import gast

from srcad.core import prims
from srcad.core.nodes import Closure, Expr, Lit, Op, Param, Program, Return, Var
from srcad.frontend.capture import boxed_variables
from srcad.frontend.exits import run_function
from srcad.frontend.frame import Frame, LocalFunction, Variable, expression, statement
from srcad.frontend.imports import import_names
from srcad.frontend.lifting import capture_names, lifted_functions, plain_params, settle_captures, variables_of
from srcad.frontend.scopes import scope_of


@statement(gast.FunctionDef)
def nested_def(frame: Frame, node: Any) -> None:
    lifted = frame.functions.get(node.name)
    if lifted is not None:
        define(frame, lifted)
        return
    decorators = [frame.atom(decorator) for decorator in node.decorator_list]
    value: Expr = _closure(frame, node, node.name)
    for decorator in reversed(decorators):
        value = Op(prims.call, (decorator, frame.hold(value)))
    frame.write(node.name, value)


@expression(gast.Lambda)
def lambda_expression(frame: Frame, node: Any, into: str | None) -> Expr:
    name = into if into is not None and into.isidentifier() else "anonymous"
    return _closure(frame, node, name)


def define(frame: Frame, function: LocalFunction) -> None:
    """Lower the definition of a lifted function."""
    function.program = _program(frame, function.node, function.name, function.variables, function.captures)


def _closure(frame: Frame, node: Any, name: str) -> Closure:
    arguments = node.args
    named = [*arguments.posonlyargs, *arguments.args][-len(arguments.defaults) :] if arguments.defaults else []
    pairs = list(zip(named, arguments.defaults, strict=True))
    pairs += [(p, d) for p, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if d is not None]
    defaults = tuple((p.id, frame.atom(d)) for p, d in pairs if not isinstance(d, gast.Constant))
    variables = tuple(variables_of(frame, node))
    captures = capture_names(frame, node, variables)
    program = _program(frame, node, name, variables, captures)
    values = tuple(Var(frame.core_of(variable)) for variable in variables)
    return Closure(program, tuple(zip(captures, values, strict=True)), defaults)


def _program(frame: Frame, node: Any, name: str, variables: tuple[Variable, ...], captures: tuple[str, ...]) -> Program:
    child = Frame(frame.source, frame.outside, scope_of(node), frame)
    child.captured = dict(zip(variables, captures, strict=True))
    child.taken.update(captures)
    kind = "pos" if node.args.posonlyargs else "any"
    params = (*(Param(capture, kind) for capture in captures), *plain_params(node.args))
    body = lower_body(child, node)
    doc = "" if isinstance(node, gast.Lambda) else gast.get_docstring(node) or ""
    return Program(name, params, body, doc, frame.source.place(node), len(captures))


def lower_body(frame: Frame, node: Any) -> tuple[Any, ...]:
    """The body of a function as a block of the core language."""
    _settle_names(frame, node)
    for name, variable in frame.names[0].items():
        if variable.boxed:
            first: Expr = Var(name) if name in frame.scope.params else Lit(None)
            frame.assign(variable.core, Op(prims.make_list, (first,)))
    if isinstance(node, gast.Lambda):
        with frame.at(node.body):
            value = frame.atom(node.body)
            frame.emit(Return(value, frame.place))
    else:
        run_function(frame, _without_docstring(node.body))
    return tuple(frame.out)


def _without_docstring(nodes: list[Any]) -> list[Any]:
    first = nodes[0]
    documented = isinstance(first, gast.Expr) and isinstance(first.value, gast.Constant)
    return nodes[1:] if documented and isinstance(first.value.value, str) else nodes


def _settle_names(frame: Frame, node: Any) -> None:
    """Decide what every name of the function is: a variable (boxed or not), a lifted function, an import."""
    scope = frame.scope
    for event in scope.events:
        if event.what in ("bind", "delete") and event.name in scope.globals:
            raise frame.refuse(event.node, "a write to a global name", event.name)
        if event.what in ("bind", "delete") and event.name in scope.nonlocals:
            raise frame.refuse(event.node, "a write to a nonlocal name", event.name)
    import_names(frame)
    frame.functions = lifted_functions(scope)
    for name in sorted(scope.locals):
        if name not in frame.functions and name not in frame.imports:
            frame.names[0][name] = Variable(name, name)
    settle_captures(frame)
    for name in sorted(boxed_variables(frame)):
        variable = frame.names[0][name]
        variable.boxed = True
        variable.core = frame.fresh(f"{name}_cell")
    for function in frame.functions.values():
        function.captures = capture_names(frame, function.node, function.variables)
