"""Which variables are live: read later, on some path, before they are assigned again.

Backwards over the structured program; loops to a fixed point. An assignment to a variable that is not live reads
nothing itself (strong liveness), where its right side is pure: `x = x + 1` in a loop keeps nobody alive.
"""

from __future__ import annotations

from typing import assert_never

from srcad.analysis.purity import is_pure
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
    Star,
    Stmt,
    Store,
    Try,
    Unpack,
    While,
    With,
    expressions_of,
    names_in,
    operands,
    targets_of,
)

Live = frozenset[str]


def live_before(block: Block, after: Live = frozenset()) -> Live:
    """The variables that are live where a block begins, given those that are live where it ends."""
    live = after
    for stmt in reversed(block):
        live = live_before_statement(stmt, live)
    return live


def live_at_start(program: Program) -> Live:
    """The parameters that a program reads (and variables it may read before they are bound)."""
    return live_before(program.body)


def live_before_statement(stmt: Stmt, after: Live) -> Live:
    """The variables that are live before a statement, given those live after it."""
    match stmt:
        case Assign(target=target, value=value, accumulate=accumulate):
            if target not in after and effect_free(value) and not accumulate:
                return after  # (an accumulation may write into memory that another name shows)
            read = frozenset(names_in(value))
            return after | read | {target} if accumulate else (after - {target}) | read
        case Unpack(targets=targets, value=value):
            if after.isdisjoint(targets) and effect_free(value):
                return after
            return (after - set(targets)) | frozenset(names_in(value))
        case Store() | Do():
            return after | reads_of(stmt)
        case Comment():
            return after
        case Return() | Raise():
            return reads_of(stmt)
        case If(body=body, orelse=orelse):
            return live_before(body, after) | live_before(orelse, after) | reads_of(stmt)
        case For(body=body) | ForEach(body=body):
            own = reads_of(stmt)
            bound = targets_of(stmt)
            head = after
            while (more := head | own | (live_before(body, head | own) - set(bound))) != head:
                head = more
            return head
        case While(test=test, body=body):
            own = reads_of(stmt)
            head = live_before(test, after | own)
            while (more := head | live_before(test, after | own | live_before(body, head | own))) != head:
                head = more
            return head
        case With(body=body):
            # The context may swallow an exception: the end may be reached from anywhere inside.
            return after | live_before(body, after) | reads_of(stmt)
        case Try(body=body, handlers=handlers, final=final):
            leaving = live_before(final, after)
            caught = leaving
            for handler in handlers:
                caught = caught | live_before(handler.body, leaving)
            return caught | _live_anywhere(body, caught) | reads_of(stmt)
        case _:
            assert_never(stmt)


def _live_anywhere(block: Block, after: Live) -> Live:
    """Live before a block that may be left at any statement, to where `after` is live."""
    live = after
    for stmt in reversed(block):
        live = live_before_statement(stmt, live) | after
    return live


def reads_of(stmt: Stmt) -> Live:
    """The variables that a statement itself reads."""
    return frozenset(name for expr in expressions_of(stmt) for name in names_in(expr))


def effect_free(expr: Expr) -> bool:
    """Evaluating the expression gives a value and does nothing else."""
    if isinstance(expr, Op):
        return is_pure(expr) and all(map(effect_free, operands(expr)))
    return not isinstance(expr, Star)
