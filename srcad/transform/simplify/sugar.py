"""Write `and`, `or`, conditional expressions and `not` again.

    >>> show('''
    ... def f(x, y):
    ...     t_1 = x < y
    ...     if t_1:
    ...         t_1 = y < 2
    ...     if t_1:
    ...         t_2 = x
    ...     else:
    ...         t_2 = y
    ...     if x == y:
    ...         pass
    ...     else:
    ...         note(x)
    ...     return t_2
    ... ''', sugar)
    def f(x, y):
        t_1 = x < y and y < 2
        t_2 = x if t_1 else y
        if x != y:
            note(x)
        return t_2

Only for temporaries, whose names mean nothing to anybody, and where the operand that may not be evaluated has no
effect. The opposite of `a < b` is written `a >= b` for integers alone: with a NaN both are false.
"""

from __future__ import annotations

import operator
from dataclasses import replace
from typing import Any

from srcad.analysis.liveness import effect_free
from srcad.core import prims
from srcad.core.kinds import BOOL, INT, is_number
from srcad.core.nodes import (
    Assign,
    Block,
    Expr,
    For,
    ForEach,
    If,
    Op,
    Program,
    Stmt,
    Try,
    Var,
    While,
    With,
    names_in,
)
from srcad.transform.simplify.facts import Facts, is_temporary, plain
from srcad.transform.simplify.memory import Memory
from srcad.transform.simplify.width import width

_SHORT = 64
_OPPOSITES: dict[Any, Any] = {
    operator.is_: operator.is_not,
    operator.is_not: operator.is_,
}
_ORDERED: dict[Any, Any] = {
    operator.eq: operator.ne,
    operator.ne: operator.eq,
    operator.lt: operator.ge,
    operator.ge: operator.lt,
    operator.gt: operator.le,
    operator.le: operator.gt,
}


def sugar(program: Program, facts: Facts, memory: Memory | None = None) -> Program:
    """Restore the short forms of tests and choices."""
    body = _Sugar(facts).block(program.body)
    return program if body == program.body else replace(program, body=body)


class _Sugar:
    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    def block(self, block: Block) -> Block:
        made: list[Stmt] = []
        for stmt in block:
            stmt = self.inner(stmt)
            if isinstance(stmt, If):
                self._if(stmt, made)
            else:
                made.append(stmt)
        return tuple(made)

    def inner(self, stmt: Stmt) -> Stmt:
        """The statement with its blocks rewritten."""
        match stmt:
            case If(body=body, orelse=orelse):
                return replace(stmt, body=self.block(body), orelse=self.block(orelse))
            case For(body=body) | ForEach(body=body) | With(body=body):
                return replace(stmt, body=self.block(body))
            case While(test=test, body=body):
                return replace(stmt, test=self.block(test), body=self.block(body))
            case Try(body=body, handlers=handlers, final=final):
                caught = tuple(replace(h, body=self.block(h.body)) for h in handlers)
                return replace(stmt, body=self.block(body), handlers=caught, final=self.block(final))
            case _:
                return stmt

    def _if(self, stmt: If, made: list[Stmt]) -> None:
        """Append the short form of a branch to what stands before it."""
        test, body, orelse = stmt.test, stmt.body, stmt.orelse
        if isinstance(test, Op) and test.fn is operator.not_:
            test = self.opposite(test.args[0])
            stmt = replace(stmt, test=test)
        if not body and orelse:
            made.append(replace(stmt, test=self.opposite(test), body=orelse, orelse=()))
            return
        last = made[-1] if made else None
        if isinstance(test, Var) and is_temporary(test.name) and isinstance(last, Assign) and last.target == test.name:
            one = body or orelse
            if not last.accumulate and not (body and orelse) and len(one) == 1:
                more = one[0]
                if isinstance(more, Assign) and more.target == test.name and self._short(more, test.name):
                    fn = prims.both if body else prims.either
                    made[-1] = replace(last, value=Op(fn, (last.value, more.value)))
                    return
        choice = _choice(stmt)
        if choice is not None and is_temporary(choice[0]):
            target, then, otherwise = choice
            value = Op(prims.choose, (test, then, otherwise))
            if effect_free(then) and effect_free(otherwise) and width(value) <= _SHORT:
                made.append(Assign(target, value, stmt.place))
                return
        made.append(stmt)

    def _short(self, stmt: Assign, name: str) -> bool:
        return effect_free(stmt.value) and name not in names_in(stmt.value) and not stmt.accumulate

    def opposite(self, test: Expr) -> Expr:
        """`not test`, in the shortest way that is right."""
        if isinstance(test, Op) and test.fn is operator.not_:
            return test.args[0]
        if isinstance(test, Op) and len(test.args) == 2 and not test.form:
            if test.fn in _OPPOSITES:
                return replace(test, fn=_OPPOSITES[test.fn], name="")
            if test.fn in _ORDERED and all(self._is_int(a) for a in test.args):
                return replace(test, fn=_ORDERED[test.fn], name="")
            if test.fn in (operator.eq, operator.ne) and all(self._is_number(a) for a in test.args):
                return replace(test, fn=_ORDERED[test.fn], name="")
        return Op(operator.not_, (test,))

    def _is_int(self, expr: Expr) -> bool:
        return plain(self.facts.kind_of(expr)) in (INT, BOOL)

    def _is_number(self, expr: Expr) -> bool:
        return is_number(self.facts.kind_of(expr))


def _choice(stmt: If) -> tuple[str, Expr, Expr] | None:
    """The variable and its two values, where a branch does nothing but choose between them."""
    match stmt:
        case If(
            body=(Assign(target=one, value=then, accumulate=False),),
            orelse=(Assign(target=other, value=otherwise, accumulate=False),),
        ) if one == other:
            return one, then, otherwise
        case _:
            return None
