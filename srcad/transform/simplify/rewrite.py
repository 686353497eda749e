"""A forward walk over a program, for the passes that rewrite expressions by what is known where they stand.

A pass says what it does with an expression and what it learns from a statement. The walk takes care of when it
knows things: what is learned in a branch is not known after it, and what a loop changes is not known in the loop.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any, TypeVar, assert_never

from srcad.core.nodes import (
    Assign,
    Block,
    Comment,
    Do,
    Expr,
    For,
    ForEach,
    If,
    Op,
    Program,
    Raise,
    Return,
    Stmt,
    Store,
    Try,
    Unpack,
    While,
    With,
    expressions_of,
    names_in,
    targets_of,
    walk,
)
from srcad.transform.simplify.facts import Facts
from srcad.transform.simplify.memory import Memory, Versions

_S = TypeVar("_S", bound=Stmt)


def mentions(program: Program) -> Counter[str]:
    """How often each variable is bound or read."""
    found: Counter[str] = Counter()
    for stmt in walk(program.body):
        found.update(targets_of(stmt))
        for expr in expressions_of(stmt):
            found.update(names_in(expr))
    return found


class Rewriter:
    """The walk. A pass overrides `expression`, `assign` and `learn`, and remembers things with `versions`."""

    def __init__(self, program: Program, facts: Facts, memory: Memory | None = None) -> None:
        self.program = program
        self.facts = facts
        self.memory = memory or Memory(program, facts)
        self.versions = Versions()

    def run(self) -> Program:
        body = self.block(self.program.body)
        return self.program if body == self.program.body else replace(self.program, body=body)

    # ------------------------------------------------------------ for a pass to say

    def expression(self, expr: Expr) -> Expr:
        """The expression as it should stand here."""
        return expr

    def statement(self, stmt: Stmt) -> tuple[Stmt, ...]:
        """The statement, its own expressions rewritten, as it should stand here."""
        return (stmt,)

    def learn(self, stmt: Stmt) -> None:
        """Take note of a statement that has just run (what it changes is out of date already)."""

    def enter(self) -> None:
        """A block begins that may not run, or may run many times."""

    def leave(self) -> None:
        """It ends: what was learned since `enter` is not known any more."""

    # ------------------------------------------------------------ the walk

    def block(self, block: Block) -> Block:
        made: list[Stmt] = []
        for stmt in block:
            made.extend(self.step(stmt))
        return tuple(made)

    def nested(self, block: Block) -> Block:
        if not block:
            return block
        self.enter()
        made = self.block(block)
        self.leave()
        return made

    def step(self, stmt: Stmt) -> tuple[Stmt, ...]:
        change = self.memory.change(stmt)
        new = self.expression
        match stmt:
            case Comment():
                return (stmt,)
            case Assign(value=value):
                stmt = _with(stmt, value=new(value))
            case Unpack(value=value):
                stmt = _with(stmt, value=new(value))
            case Store(base=base, key=key, value=value):
                stmt = _with(stmt, base=new(base), key=new(key), value=new(value))
            case Do(value=value):
                called = new(value)
                assert isinstance(called, Op)
                stmt = _with(stmt, value=called)
            case Return(value=value):
                stmt = _with(stmt, value=new(value))
            case Raise(exception=exception, cause=cause):
                stmt = _with(
                    stmt,
                    exception=None if exception is None else new(exception),
                    cause=None if cause is None else new(cause),
                )
            case If(test=test, body=body, orelse=orelse):
                test = new(test)
                stmt = _with(stmt, test=test, body=self.nested(body), orelse=self.nested(orelse))
                self.versions.apply(change)
                return self.statement(stmt)
            case For(start=start, stop=stop, step=step, body=body):
                start, stop, step = new(start), new(stop), new(step)
                self.versions.apply(change)
                stmt = _with(stmt, start=start, stop=stop, step=step, body=self.nested(body))
                self.versions.apply(change)
                return self.statement(stmt)
            case ForEach(iterable=iterable, body=body):
                iterable = new(iterable)
                self.versions.apply(change)
                stmt = _with(stmt, iterable=iterable, body=self.nested(body))
                self.versions.apply(change)
                return self.statement(stmt)
            case While(test=test_block, cond=cond, body=body):
                self.versions.apply(change)
                self.enter()
                test_block = self.block(test_block)
                cond = new(cond)
                self.leave()  # nobody but the test reads what it computes
                body = self.nested(body)
                self.versions.apply(change)
                return self.statement(_with(stmt, test=test_block, cond=cond, body=body))
            case With(context=context, body=body):
                context = new(context)
                self.versions.apply(change)
                stmt = _with(stmt, context=context, body=self.nested(body))
                self.versions.apply(change)
                return self.statement(stmt)
            case Try(body=body, handlers=handlers, final=final):
                body = self.nested(body)
                self.versions.apply(change)
                handlers = tuple(replace(h, body=self.nested(h.body)) for h in handlers)
                final = self.nested(final)
                self.versions.apply(change)
                return self.statement(_with(stmt, body=body, handlers=handlers, final=final))
            case _:
                assert_never(stmt)
        made = self.statement(stmt)
        for part in made:
            self.versions.apply(self.memory.own_change(part))
            self.learn(part)
        return made


def _with(stmt: _S, **parts: Any) -> _S:
    """The statement with these parts, the very same one where nothing is new."""
    if all(getattr(stmt, name) is part for name, part in parts.items()):
        return stmt
    return replace(stmt, **parts)


def rebuild(expr: Op, args: tuple[Expr, ...], kwargs: tuple[tuple[str, Expr], ...]) -> Op:
    """The operation on other operands, the very same one where they are the same."""
    if all(a is b for a, b in zip(args, expr.args, strict=True)) and all(
        a[1] is b[1] for a, b in zip(kwargs, expr.kwargs, strict=True)
    ):
        return expr
    return Op(expr.fn, args, kwargs, expr.form, expr.name)
