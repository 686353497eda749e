"""`try`: handlers that only note which of them was chosen, and whose bodies run after the core `Try`.

    try:                                    try:
        body                                    body; %caught = 0
    except E as e:                          except E as %error:
        handler                                 %caught = 1
                                            if %caught == 1: e = %error; handler

so that a handler's body is in the ordinary flow of the program. `finally` stays a part of the core `Try`.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Any

import gast

from srcad.core import prims
from srcad.core.nodes import FALSE, Assign, Expr, Handler, Lit, Op, Try, Var
from srcad.frontend.exits import (
    JUMPS,
    STAYS,
    Branch,
    Left,
    Step,
    active_flags,
    flags,
    guarded,
    may_be_undone,
    rewrites,
    run_block,
    ways_of_block,
)
from srcad.frontend.frame import Frame, statement


@statement(gast.Try)
def with_final(frame: Frame, node: Any) -> None:
    """`try: ... finally: ...`, where what is tried may have handlers itself."""
    if ways_of_block(frame, node.finalbody) & JUMPS:
        raise frame.refuse(_jump_in(node.finalbody), "a jump out of finally")
    inner = node.body
    if node.handlers:
        made = gast.Try(node.body, node.handlers, node.orelse, [])
        inner = [gast.copy_location(made, node)]
    place = frame.place
    frame.in_try += 1
    body = frame.block(lambda: run_block(frame, inner))
    frame.in_try -= 1
    final = frame.block(lambda: run_block(frame, node.finalbody))
    frame.emit(Try(body, (), final, place))


def _jump_in(nodes: list[Any]) -> Any:
    for node in nodes:
        for part in gast.walk(node):
            if isinstance(part, (gast.Return, gast.Break, gast.Continue)):
                return part
    raise AssertionError("no jump here")


@rewrites(gast.Try)
def with_handlers(frame: Frame, node: Any, rest: list[Any]) -> bool:
    """`try: ... except: ...` and the rest of its block; not where there is a `finally`."""
    if node.finalbody:
        return False
    ways = ways_of_block(frame, node.body)
    caught = frame.fresh("caught")
    jumps = ways & JUMPS

    def attempt() -> list[Branch]:
        with frame.at(node):
            return _attempt(frame, node, caught)

    if jumps and (STAYS in ways or len(jumps) > 1):
        with flags(frame, jumps) as tested:
            chain = attempt()
        guarded(frame, tested, [*_chain(chain, node.orelse), *rest])
    else:
        chain = attempt()
        run_block(frame, [*_chain(chain, node.orelse if STAYS in ways else [Left(ways)]), *rest])
    return True


def _chain(branches: list[Branch], last: list[Any]) -> list[Any]:
    """The handlers as `if`, `elif`, ..., and what runs where no exception was raised."""
    for branch in reversed(branches):
        branch.orelse = last
        last = [branch]
    return last


def _attempt(frame: Frame, node: Any, caught: str) -> list[Branch]:
    """Emit the core `Try`; gives a branch for each handler."""
    place = frame.place
    made: list[Handler] = []
    branches: list[Branch] = []
    frame.in_try += 1

    def attempted() -> None:
        frame.assign(caught, Lit(0))
        run_block(frame, node.body)

    types = [None if handler.type is None else _types(frame, handler.type) for handler in node.handlers]
    body = frame.block(attempted)
    # A jump that an exception from a `finally` cut short did not happen.
    again = active_flags(frame) if may_be_undone(node.body) and ways_of_block(frame, node.body) & JUMPS else []
    undone = tuple(Assign(flag, FALSE, place) for flag in again)
    frame.in_try -= 1
    for number, (handler, of) in enumerate(zip(node.handlers, types, strict=True), 1):
        needed = handler.name is not None or any(_bare_raises(handler.body))
        keep = frame.fresh("error") if needed else None
        bound = frame.fresh("raised") if keep is not None else None
        noted: tuple[Assign, ...] = (*undone, Assign(caught, Lit(number), place))
        if keep is not None and bound is not None:  # Python deletes the name of a handler at its end
            noted = (Assign(keep, Var(bound), place), *noted)
        made.append(Handler(of, bound, noted))
        branches.append(_branch(frame, handler, caught, number, keep))
    frame.emit(Try(body, tuple(made), (), place))
    return branches


def _bare_raises(nodes: list[Any]) -> Iterator[Any]:
    """The `raise` statements that raise again what the handler caught."""
    for node in nodes:
        if isinstance(node, gast.Raise) and node.exc is None:
            yield node
        elif not isinstance(node, (gast.ExceptHandler, gast.FunctionDef)):
            yield from _bare_raises(list(gast.iter_child_nodes(node)))


def _types(frame: Frame, node: Any) -> Expr:
    """The exception types of a handler; Python looks them up only when an exception was raised."""
    for part in gast.walk(node):
        if isinstance(part, gast.Name) and frame.lookup(part.id) is None:
            raise frame.refuse(part, "an exception type that is not defined", part.id)
    if isinstance(node, gast.Tuple):
        return Op(prims.make_tuple, tuple(frame.atoms(node.elts)))
    return frame.atom(node)


def _branch(frame: Frame, handler: Any, caught: str, number: int, keep: str | None) -> Branch:
    body = list(handler.body)
    if keep is not None:
        kept = Var(keep)
        frame.reraised.update(dict.fromkeys(map(id, _bare_raises(handler.body)), kept))
        if handler.name is not None:
            body.insert(0, Step(lambda: frame.write(handler.name.id, kept)))
    return Branch(lambda: frame.step(operator.eq, Var(caught), Lit(number)), body, [], handler)
