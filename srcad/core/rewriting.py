"""Blocks with every expression, or every loop's counter, changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from srcad.core.nodes import (
    Assign,
    Block,
    Do,
    Expr,
    For,
    Handler,
    If,
    Op,
    Raise,
    Return,
    Stmt,
    Store,
    Try,
    Unpack,
    While,
    With,
)


def change_expressions(block: Block, change: Callable[[Expr], Expr]) -> Block:
    """Every expression of a block changed, and of the blocks in it."""
    made: list[Stmt] = []
    for stmt in block:
        match stmt:
            case Assign(value=value) | Unpack(value=value) | Return(value=value):
                made.append(replace(stmt, value=change(value)))
            case Do(value=value):
                done = change(value)
                assert isinstance(done, Op)
                made.append(replace(stmt, value=done))
            case Store(base=base, key=key, value=value):
                made.append(replace(stmt, base=change(base), key=change(key), value=change(value)))
            case If(test=test, body=body, orelse=orelse):
                made.append(
                    replace(
                        stmt,
                        test=change(test),
                        body=change_expressions(body, change),
                        orelse=change_expressions(orelse, change),
                    )
                )
            case For(start=start, stop=stop, step=step, body=body):
                made.append(
                    replace(
                        stmt,
                        start=change(start),
                        stop=change(stop),
                        step=change(step),
                        body=change_expressions(body, change),
                    )
                )
            case While(test=test_block, cond=cond, body=body):
                made.append(
                    replace(
                        stmt,
                        test=change_expressions(test_block, change),
                        cond=change(cond),
                        body=change_expressions(body, change),
                    )
                )
            case With(context=context, body=body):
                made.append(replace(stmt, context=change(context), body=change_expressions(body, change)))
            case Try(body=body, handlers=handlers, final=final):
                made.append(
                    replace(
                        stmt,
                        body=change_expressions(body, change),
                        handlers=tuple(Handler(h.types, h.name, change_expressions(h.body, change)) for h in handlers),
                        final=change_expressions(final, change),
                    )
                )
            case Raise(exception=exception):
                made.append(replace(stmt, exception=None if exception is None else change(exception)))
            case _:
                made.append(stmt)
    return tuple(made)


def rename_counters(block: Block, names: Mapping[str, str]) -> Block:
    """The block with the counters of its loops renamed, where they are bound."""
    made: list[Stmt] = []
    for stmt in block:
        match stmt:
            case For(target=target, body=body):
                made.append(replace(stmt, target=names.get(target, target), body=rename_counters(body, names)))
            case If(body=body, orelse=orelse):
                made.append(replace(stmt, body=rename_counters(body, names), orelse=rename_counters(orelse, names)))
            case While(body=body) | With(body=body):
                made.append(replace(stmt, body=rename_counters(body, names)))
            case Try(body=body, handlers=handlers, final=final):
                handlers = tuple(replace(h, body=rename_counters(h.body, names)) for h in handlers)
                body, final = rename_counters(body, names), rename_counters(final, names)
                made.append(replace(stmt, body=body, handlers=handlers, final=final))
            case _:
                made.append(stmt)
    return tuple(made)


def map_blocks(stmt: Stmt, change: Callable[[Block], Block]) -> Stmt:
    """A statement with the blocks in it changed."""
    match stmt:
        case If(body=body, orelse=orelse):
            return replace(stmt, body=change(body), orelse=change(orelse))
        case For(body=body) | With(body=body):
            return replace(stmt, body=change(body))
        case While(test=test, body=body):
            return replace(stmt, test=change(test), body=change(body))
        case Try(body=body, handlers=handlers, final=final):
            inner = tuple(replace(h, body=change(h.body)) for h in handlers)
            return replace(stmt, body=change(body), handlers=inner, final=change(final))
        case _:
            return stmt
