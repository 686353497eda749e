"""Write out a loop whose trips differ in kind, one copy of its body for each trip.

    for f in (math.sin, square):            f = (math.sin, square)[0]
        y = f(y) * x                ->      y = f(y) * x
                                            f = (math.sin, square)[1]
                                            y = f(y) * x

Done for loops over tuples of known length whose items differ (functions, a float and an array), and for those that take
tuples apart side by side (`zip(state, k1)`). A list that is then only filled by such copies becomes a display, so that
`tuple(s + h * k for s, k in zip(state, k1))` is a tuple of known length.
"""

from __future__ import annotations

import operator
from dataclasses import replace

from srcad.core import prims
from srcad.core.nodes import (
    Assign,
    Block,
    Do,
    Expr,
    For,
    ForEach,
    Handler,
    If,
    Lit,
    Op,
    Program,
    Stmt,
    Try,
    Var,
    While,
    With,
    assigned_in,
    expressions_of,
    names_in,
    walk,
)


def unrolled(program: Program, loop: Stmt, trips: tuple[int, ...]) -> Program:
    """The program with `loop` written out; `trips` are the values of its counter, or the positions of its items."""
    return replace(program, body=_block(program.body, loop, trips))


def _block(block: Block, loop: Stmt, trips: tuple[int, ...]) -> Block:
    made: list[Stmt] = []
    for stmt in block:
        if stmt is loop:
            made += _copies(loop, trips)
        else:
            made.append(_inside(stmt, loop, trips))
    return _displays(tuple(made)) if any(stmt is loop for stmt in block) else tuple(made)


def _inside(stmt: Stmt, loop: Stmt, trips: tuple[int, ...]) -> Stmt:
    match stmt:
        case If(body=body, orelse=orelse):
            return replace(stmt, body=_block(body, loop, trips), orelse=_block(orelse, loop, trips))
        case For(body=body) | ForEach(body=body) | With(body=body):
            return replace(stmt, body=_block(body, loop, trips))
        case While(test=test, body=body):
            return replace(stmt, test=_block(test, loop, trips), body=_block(body, loop, trips))
        case Try(body=body, handlers=handlers, final=final):
            caught = tuple(Handler(h.types, h.name, _block(h.body, loop, trips)) for h in handlers)
            return replace(stmt, body=_block(body, loop, trips), handlers=caught, final=_block(final, loop, trips))
        case _:
            return stmt


def _copies(loop: Stmt, trips: tuple[int, ...]) -> list[Stmt]:
    assert isinstance(loop, (For, ForEach))
    made: list[Stmt] = []
    items: Expr = Lit(None)
    if isinstance(loop, ForEach):
        items = loop.iterable
        if isinstance(items, Var) and items.name in assigned_in(loop.body):
            kept = f"%items_of_{loop.target.lstrip('%')}"
            made.append(Assign(kept, items, loop.place))
            items = Var(kept)
    rest: Block = ()
    for number in reversed(trips):
        value = Op(operator.getitem, (items, Lit(number))) if isinstance(loop, ForEach) else Lit(number)
        if loop.until is not None and rest:
            rest = (If(Var(loop.until), (), rest, loop.place),)
        rest = (Assign(loop.target, value, loop.place), *_anew(loop.body), *rest)
    return [*made, *rest]


def _anew(block: Block) -> Block:
    """The block as statements of its own: what they bind is told apart from what another copy binds."""
    made: list[Stmt] = []
    for stmt in block:
        match stmt:
            case If(body=body, orelse=orelse):
                made.append(replace(stmt, body=_anew(body), orelse=_anew(orelse)))
            case For(body=body) | ForEach(body=body) | With(body=body):
                made.append(replace(stmt, body=_anew(body)))
            case While(test=test, body=body):
                made.append(replace(stmt, test=_anew(test), body=_anew(body)))
            case Try(body=body, handlers=handlers, final=final):
                caught = tuple(Handler(h.types, h.name, _anew(h.body)) for h in handlers)
                made.append(replace(stmt, body=_anew(body), handlers=caught, final=_anew(final)))
            case _:
                made.append(replace(stmt))
    return tuple(made)


# ---------------------------------------------------------------- lists that became displays


def _displays(block: Block) -> Block:
    """Lists that the block makes empty, appends to, then reads: as displays where they are read first."""
    for stmt in block:
        if isinstance(stmt, Assign) and stmt.value == Op(prims.make_list) and stmt.target.startswith("%"):
            made = _as_display(block, stmt)
            if made is not None:
                block = made
    return block


def _as_display(block: Block, start: Assign) -> Block | None:
    name = start.target
    items: list[Expr] = []
    appends: list[Stmt] = []
    first: Stmt | None = None
    for stmt in block:
        if stmt is start:
            continue
        if _appends_to(stmt, name):
            assert isinstance(stmt, Do)
            if first is not None:
                return None
            items.append(stmt.value.args[2])
            appends.append(stmt)
        elif any(name in names_in(expr) for inner in walk((stmt,)) for expr in expressions_of(inner)):
            if first is not None or not isinstance(stmt, Assign):
                return None
            first = stmt
        elif name in assigned_in((stmt,)):
            return None
    if first is None or not appends or not isinstance(first, Assign):
        return None
    kept = [f"{name}_item_{i}" for i in range(len(items))]
    made: list[Stmt] = []
    count = 0
    for stmt in block:
        if stmt is start:
            continue
        if any(stmt is a for a in appends):
            made.append(Assign(kept[count], items[count], getattr(stmt, "place", None)))
            count += 1
            continue
        if stmt is first:
            display = tuple(map(Var, kept))
            if _makes_tuple(first, name):
                made.append(replace(first, value=Op(prims.make_tuple, display)))
                continue
            made.append(replace(start, value=Op(prims.make_list, display), place=first.place))
        made.append(stmt)
    return tuple(made)


def _appends_to(stmt: Stmt, name: str) -> bool:
    return (
        isinstance(stmt, Do)
        and stmt.value.fn is prims.call_method
        and stmt.value.args[:2] == (Var(name), Lit("append"))
        and name not in set(names_in(stmt.value.args[2]))
    )


def _makes_tuple(stmt: Assign, name: str) -> bool:
    value = stmt.value
    if not (isinstance(value, Op) and value.fn is prims.call and len(value.args) == 2 and value.args[1] == Var(name)):
        return False
    callee = value.args[0]
    return getattr(callee, "value", None) is tuple
