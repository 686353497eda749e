"""Put in-place array arithmetic into one form: `t = x[1:]; t += v`, the name that is written being the target.

    t = x[1:]                      t = x[1:]
    t2 = iadd(t, v)        ->      t = iadd(t, v)
    x[1:] = t2

Python writes `x[1:] += v` as a read, an in-place operation and a store of the result where it came from; for a view the
store changes nothing.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import replace

from srcad.analysis.regions import is_basic
from srcad.core.kinds import Array, Kind
from srcad.core.nodes import (
    Assign,
    Block,
    Expr,
    For,
    Handler,
    If,
    Op,
    Program,
    Stmt,
    Store,
    Try,
    Var,
    While,
    With,
)
from srcad.core.operators import IN_PLACE


def settle_in_place(program: Program, kinds: Mapping[str, Kind]) -> Program:
    """The program with its in-place array arithmetic in one form."""
    return replace(program, body=_block(program.body, kinds))


def _block(block: Block, kinds: Mapping[str, Kind]) -> Block:
    made: list[Stmt] = []
    views: dict[str, tuple[Expr, Expr]] = {}  # a view's name, and the base and index it was taken at
    written: dict[str, str] = {}  # the result of an in-place operation, and the view written to
    for stmt in block:
        match stmt:
            case Assign(target=target, value=Op(fn=operator.getitem, args=(base, key))):
                views[target] = (base, key)
                made.append(stmt)
            case Assign(target=target, value=Op(fn=fn, args=(Var(name=name), _))) if (
                fn in IN_PLACE and isinstance(kinds.get(name), Array) and target != name
            ):
                made.append(replace(stmt, target=name))
                made.append(Assign(target, Var(name), stmt.place))
                written[target] = name
            case Store(base=base, key=key, value=Var(name=name)) if (
                name in written and views.get(written[name]) == (base, key) and is_basic(key, kinds)
            ):
                continue
            case If(body=body, orelse=orelse):
                made.append(replace(stmt, body=_block(body, kinds), orelse=_block(orelse, kinds)))
            case For(body=body) | With(body=body):
                made.append(replace(stmt, body=_block(body, kinds)))
            case While(test=test, body=body):
                made.append(replace(stmt, test=_block(test, kinds), body=_block(body, kinds)))
            case Try(body=body, handlers=handlers, final=final):
                made.append(
                    replace(
                        stmt,
                        body=_block(body, kinds),
                        handlers=tuple(Handler(h.types, h.name, _block(h.body, kinds)) for h in handlers),
                        final=_block(final, kinds),
                    )
                )
            case _:
                made.append(stmt)
    return tuple(made)
