"""Give every statement of a program one place: a function that stands in for a builtin is at the builtin's call."""

from __future__ import annotations

from dataclasses import replace

from srcad.core.nodes import Block, For, ForEach, Handler, If, Program, Stmt, Try, While, With
from srcad.errors import Place


def placed(program: Program, place: Place | None) -> Program:
    """The program with every statement at `place`."""
    return replace(program, body=_block(program.body, place), place=place)


def _block(block: Block, place: Place | None) -> Block:
    return tuple(_stmt(stmt, place) for stmt in block)


def _stmt(stmt: Stmt, place: Place | None) -> Stmt:
    match stmt:
        case If(body=body, orelse=orelse):
            return replace(stmt, body=_block(body, place), orelse=_block(orelse, place), place=place)
        case For(body=body) | ForEach(body=body) | With(body=body):
            return replace(stmt, body=_block(body, place), place=place)
        case While(test=test, body=body):
            return replace(stmt, test=_block(test, place), body=_block(body, place), place=place)
        case Try(body=body, handlers=handlers, final=final):
            caught = tuple(Handler(h.types, h.name, _block(h.body, place)) for h in handlers)
            return replace(stmt, body=_block(body, place), handlers=caught, final=_block(final, place), place=place)
        case _:
            return replace(stmt, place=place)
