"""Core statements become gast statements, and a core program a function definition.

Contract: statement order is kept, a loop that counts backwards visits the same values as the range it reverses, and a
comment stays at its place (as an expression statement whose name starts with `#`, which the printer knows).
"""

from __future__ import annotations

import operator
from dataclasses import replace
from typing import Any, assert_never

import gast

from srcad.backend.expressions import IN_PLACE, Expressions, call_of, constant, literal_name
from srcad.backend.names import name_node
from srcad.core import prims
from srcad.core.nodes import (
    Assign,
    Block,
    Comment,
    Do,
    Expr,
    For,
    ForEach,
    If,
    Lit,
    Op,
    Param,
    Program,
    Raise,
    Return,
    Stmt,
    Store,
    Try,
    Unpack,
    Var,
    While,
    With,
    names_in,
    read_in,
    substitute,
)
from srcad.errors import BackendError


class Statements:
    """Lowers the statements of one function."""

    def __init__(self, expressions: Expressions) -> None:
        self.to = expressions
        self.scope = expressions.scope

    # ------------------------------------------------------------ functions

    def function(self, program: Program) -> Any:
        """The definition of a program; its name is filled in later."""
        arguments = self.parameters(program.params)
        body = self.block(_without_last_none(program.body))
        if program.doc:
            body = [gast.Expr(value=constant(program.doc)), *body]
        return gast.FunctionDef(
            name=program.name,
            args=arguments,
            body=body,
            decorator_list=[],
            returns=None,
            type_comment=None,
            type_params=[],
        )

    def factory(self, program: Program, captures: tuple[str, ...], defaults: tuple[str, ...]) -> tuple[Any, Any]:
        """A function that makes the closure `program`, given its captures and computed defaults.

        Returns its definition, and the node that will name the function in it.
        """
        taken = tuple(Param(name) for name in dict.fromkeys((*captures, *defaults)))
        arguments = self.parameters(taken)
        name = self.scope.variable("%" + program.name)
        own = tuple(
            replace(param, default=Var(param.name)) if param.name in defaults else param
            for param in program.params[len(captures) :]
        )
        inner = self.function(replace(program, params=own))
        result = gast.Return(value=self.scope.variable("%" + program.name))
        made = gast.FunctionDef(
            name=program.name,
            args=arguments,
            body=[inner, result],
            decorator_list=[],
            returns=None,
            type_comment=None,
            type_params=[],
        )
        return made, (inner, name)

    def parameters(self, params: tuple[Param, ...]) -> Any:
        positional: list[Any] = []
        plain: list[Any] = []
        keyed: list[Any] = []
        defaults: list[Any] = []
        key_defaults: list[Any] = []
        star = starstar = None
        for param in params:
            node = self.scope.variable(param.name)
            default = None if param.default is None else self.to.lower(param.default)
            if param.kind == "star":
                star = node
            elif param.kind == "starstar":
                starstar = node
            elif param.kind == "key":
                keyed.append(node)
                key_defaults.append(default)
            else:
                (positional if param.kind == "pos" else plain).append(node)
                if default is not None:
                    defaults.append(default)
                elif defaults:
                    raise BackendError(f"parameter {param.name} without a default follows one with a default")
        return gast.arguments(
            args=plain,
            posonlyargs=positional,
            vararg=star,
            kwonlyargs=keyed,
            kw_defaults=key_defaults,
            kwarg=starstar,
            defaults=defaults,
        )

    # ------------------------------------------------------------ blocks

    def block(self, block: Block) -> list[Any]:
        """The statements of a block, never empty."""
        made = self.statements(block)
        if all(_is_comment(node) for node in made):
            made.append(gast.Pass())
        return made

    def statements(self, block: Block) -> list[Any]:
        """The statements of a block, each with the place that it came from."""
        made = []
        for stmt in block:
            for node in self.statement(stmt):
                node.place = stmt.place
                made.append(node)
        return made

    def statement(self, stmt: Stmt) -> list[Any]:
        match stmt:
            case Assign():
                return [self.assign(stmt)]
            case Unpack():
                return [self.unpack(stmt)]
            case Store():
                return [self.store(stmt)]
            case Do(value=value):
                return [self.do(value)]
            case If(test=test, body=body, orelse=orelse):
                return [self.branch(test, body, orelse)]
            case For():
                return [self.count(stmt)]
            case ForEach(target=target, iterable=iterable, body=body, until=until):
                loop = self.to.lower(iterable)
                return [self.loop(target, loop, body, until)]
            case While():
                return [self.while_loop(stmt)]
            case With(context=context, body=body, target=target):
                item = gast.withitem(
                    context_expr=self.to.lower(context),
                    optional_vars=None if target is None else self.scope.variable(target),
                )
                return [gast.With(items=[item], body=self.block(body), type_comment=None)]
            case Try():
                return [self.attempt(stmt)]
            case Raise(exception=exception, cause=cause):
                return [
                    gast.Raise(
                        exc=None if exception is None else self.to.lower(exception),
                        cause=None if cause is None else self.to.lower(cause),
                    )
                ]
            case Return(value=value):
                return [gast.Return(value=None if value == Lit(None) else self.to.lower(value))]
            case Comment(text=text):
                return [gast.Expr(value=name_node("# " + _one_line(text)))]
            case _:
                assert_never(stmt)

    # ------------------------------------------------------------ assignments

    def assign(self, stmt: Assign) -> Any:
        if stmt.accumulate:
            target = self.scope.variable(stmt.target)
            return self.accumulated(target, stmt.value)
        match stmt.value:
            case Op(fn=fn, args=(Var(name=name), value)) if name == stmt.target and _is_in_place(fn):
                target = self.scope.variable(stmt.target)
                return gast.AugAssign(target=target, op=IN_PLACE[fn](), value=self.to.lower(value))
        value = self.to.lower(stmt.value)
        return self.assigned(self.scope.variable(stmt.target), value)

    def assigned(self, target: Any, value: Any) -> Any:
        return gast.Assign(targets=[target], value=value, type_comment=None)

    def accumulated(self, target: Any, value: Expr) -> Any:
        """`target += value`, and `target -= e` where the value is `-e`."""
        op: Any = gast.Add()
        match value:
            case Op(fn=operator.neg, args=(inner,)):
                value, op = inner, gast.Sub()
            case Lit(value=int() | float() as number) if not isinstance(number, bool) and number < 0:
                value, op = Lit(-number), gast.Sub()
        return gast.AugAssign(target=target, op=op, value=self.to.lower(value))

    def unpack(self, stmt: Unpack) -> Any:
        """`a, b = value`; `prims.unpack` gives its star to one of the targets."""
        value, star = stmt.value, -1
        match value:
            case Op(fn=prims.unpack, args=(inner, Lit(value=int() as count), Lit(value=int() as at))):
                if count == len(stmt.targets):
                    value, star = inner, at
        right = self.to.lower(value)
        elements = [self.scope.variable(name) for name in stmt.targets]
        if 0 <= star < len(elements):
            elements[star] = gast.Starred(value=elements[star], ctx=gast.Store())
        target_type = gast.Tuple if elements else gast.List
        return self.assigned(target_type(elts=elements, ctx=gast.Store()), right)

    def store(self, stmt: Store) -> Any:
        base = self.to.lower(stmt.base)
        target: Any
        if stmt.attr:
            target = gast.Attribute(value=base, attr=literal_name(stmt.key), ctx=gast.Store())
        else:
            target = gast.Subscript(value=base, slice=self.to.index(stmt.key), ctx=gast.Store())
        if stmt.accumulate:
            return self.accumulated(target, stmt.value)
        match stmt.value:
            case Op(fn=fn, args=(place, value)) if _is_in_place(fn) and place == _read(stmt):
                return gast.AugAssign(target=target, op=IN_PLACE[fn](), value=self.to.lower(value))
        return self.assigned(target, self.to.lower(stmt.value))

    def do(self, value: Op) -> Any:
        match value:
            case Op(fn=operator.delitem, args=(base, key), form=""):
                place = gast.Subscript(value=self.to.lower(base), slice=self.to.index(key), ctx=gast.Del())
                return gast.Delete(targets=[place])
            case Op(fn=operator.setitem, args=(base, key, item), form=""):
                return self.store(Store(base, key, item))
        return gast.Expr(value=self.to.lower(value))

    # ------------------------------------------------------------ control flow

    def branch(self, test: Expr, body: Block, orelse: Block) -> Any:
        if not body and orelse:
            test, body, orelse = Op(operator.not_, (test,)), orelse, ()
        condition = self.to.lower(test)
        return gast.If(test=condition, body=self.block(body), orelse=self.block(orelse) if orelse else [])

    def count(self, stmt: For) -> Any:
        return self.loop(stmt.target, self.counted_range(stmt), stmt.body, stmt.until)

    def loop(self, target: str, iterable: Any, body: Block, until: str | None) -> Any:
        variable = self.scope.variable(target)
        return gast.For(target=variable, iter=iterable, body=self._left(body, until), orelse=[], type_comment=None)

    def _left(self, body: Block, until: str | None) -> list[Any]:
        if until is None:
            return self.block(body)
        leave = gast.If(test=self.scope.variable(until), body=[gast.Break()], orelse=[])
        return [*self.statements(body), leave]

    def counted_range(self, stmt: For) -> Any:
        """The range of a counted loop, written the way a person writes it."""
        start, stop, step = stmt.start, stmt.stop, stmt.step
        around = None
        if stmt.reverse and step == Lit(1):
            start, stop, step = shifted(stop, -1), shifted(start, -1), Lit(-1)
        elif stmt.reverse and step == Lit(-1):
            start, stop, step = shifted(stop, 1), shifted(start, 1), Lit(1)
        elif stmt.reverse:
            around = self.to.builtin("reversed")
        bounds: tuple[Expr, ...] = (start, stop, step)
        if step == Lit(1):
            bounds = (stop,) if start == Lit(0) else (start, stop)
        made = call_of(self.to.builtin("range"), [self.to.lower(bound) for bound in bounds])
        return made if around is None else call_of(around, [made])

    def while_loop(self, stmt: While) -> Any:
        cond = _folded_test(stmt)
        if cond is not None:
            test = self.to.lower(cond)
            return gast.While(test=test, body=self._left(stmt.body, stmt.until), orelse=[])
        steps = self.statements(stmt.test)
        leave = self.branch(Op(operator.not_, (stmt.cond,)), (), ())
        leave.body = [gast.Break()]
        rest = self.statements(stmt.body)
        if stmt.until is not None:
            rest.append(gast.If(test=self.scope.variable(stmt.until), body=[gast.Break()], orelse=[]))
        return gast.While(test=constant(True), body=[*steps, leave, *rest], orelse=[])

    def attempt(self, stmt: Try) -> Any:
        body = self.block(stmt.body)
        handlers = []
        for handler in stmt.handlers:
            kind = None if handler.types is None else self.to.lower(handler.types)
            name = None if handler.name is None else self.scope.variable(handler.name)
            handlers.append(gast.ExceptHandler(type=kind, name=name, body=self.block(handler.body)))
        final = self.block(stmt.final) if stmt.final else []
        if not handlers and not final:
            final = [gast.Pass()]
        return gast.Try(body=body, handlers=handlers, orelse=[], finalbody=final)


def shifted(expr: Expr, by: int) -> Expr:
    """`expr + by`, with constants folded: `n - 1` shifted by -1 is `n - 2`."""
    match expr:
        case Lit(value=int() as value) if not isinstance(value, bool):
            return Lit(value + by)
        case Op(fn=operator.add, args=(base, Lit(value=int() as value))) if not isinstance(value, bool):
            return _plus(base, value + by)
        case Op(fn=operator.sub, args=(base, Lit(value=int() as value))) if not isinstance(value, bool):
            return _plus(base, by - value)
        case _:
            return _plus(expr, by)


def _plus(base: Expr, by: int) -> Expr:
    if by == 0:
        return base
    return Op(operator.add, (base, Lit(by))) if by > 0 else Op(operator.sub, (base, Lit(-by)))


def _is_in_place(fn: Any) -> bool:
    return type(fn).__hash__ is not None and fn in IN_PLACE


def _read(stmt: Store) -> Expr:
    """The expression that reads the place a store writes to."""
    if stmt.attr:
        return Op(prims.get_attr, (stmt.base, stmt.key))
    return Op(operator.getitem, (stmt.base, stmt.key))


def _folded_test(stmt: While) -> Expr | None:
    """The condition of a loop as one expression, where every step of the test is read once, later in the test.

    A comment among the steps stays where it is, so such a test is not folded.
    """
    cond = stmt.cond
    elsewhere = read_in(stmt.body)
    for step in reversed(stmt.test):
        if not isinstance(step, Assign) or step.accumulate or not step.target.startswith("%"):
            return None
        if list(names_in(cond)).count(step.target) != 1 or step.target in elsewhere:
            return None
        cond = substitute(cond, {step.target: step.value})
    return cond


def _without_last_none(body: Block) -> Block:
    """A function that returns None only at its end needs no `return`, unless that is all it has."""
    match body:
        case (*before, Return(value=Lit(value=None))) if any(not isinstance(stmt, Comment) for stmt in before):
            return tuple(before)
        case _:
            return body


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _is_comment(node: Any) -> bool:
    return isinstance(node, gast.Expr) and isinstance(node.value, gast.Name) and node.value.id.startswith("#")
