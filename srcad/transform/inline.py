"""The bodies of small functions in the place of their calls, for a compiler that gains by it.

    y = f(x)                    a = x
                          ->    b = a * a       # the body of f, its variables under names of their own
    def f(a):                   y = b + 1.0
        b = a * a
        return b + 1.0

Contract: the program computes what it computed. A function is written out where it is short, does not call itself and
has statements that are nothing but assignments, stores, branches and loops; its one `Return` comes last. What it is
given it shares with the caller, as in a call.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from srcad.core import prims
from srcad.core.kinds import Kind
from srcad.core.nodes import (
    Assign,
    Block,
    Closure,
    Comment,
    Do,
    Expr,
    For,
    FunctionHandle,
    If,
    Op,
    Program,
    Ref,
    Return,
    Star,
    Stmt,
    Store,
    Unpack,
    Var,
    While,
    assigned_in,
    expressions_of,
    operands,
    substitute,
    targets_of,
    walk,
)
from srcad.core.rewriting import map_blocks

MOST_OF_ONE = 40  # statements of a function that is written out
MOST = 300  # statements of a program that functions are written out into

Found = tuple[Program, Block, dict[str, Kind]]  # a function's program, its body at the kinds of a call, and its kinds


class Inliner:
    """Writes functions out; `body_of` gives what a handle stands for, None for what must stay a call."""

    def __init__(self, body_of: Callable[[FunctionHandle], Found | None]) -> None:
        self.body_of = body_of
        self.kinds: dict[str, Kind] = {}  # of the variables of what was written out
        self.count = 0

    def block(self, block: Block, above: tuple[FunctionHandle, ...] = ()) -> Block:
        made: list[Stmt] = []
        for stmt in block:
            found = self.called(stmt, above)
            if found is None:
                made.append(map_blocks(stmt, lambda inner: self.block(inner, above)))
            else:
                made += found
        return tuple(made)

    def called(self, stmt: Stmt, above: tuple[FunctionHandle, ...]) -> Block | None:
        """What a call comes to, None for what is no call of a function that can be written out."""
        match stmt:
            case (
                Assign(value=Op(fn=prims.call, args=(Ref(value=FunctionHandle() as handle), *given), kwargs=()))
                | Do(value=Op(fn=prims.call, args=(Ref(value=FunctionHandle() as handle), *given), kwargs=()))
                | Unpack(value=Op(fn=prims.call, args=(Ref(value=FunctionHandle() as handle), *given), kwargs=()))
            ):
                pass
            case _:
                return None
        found = None if handle in above else self.body_of(handle)
        if found is None or any(isinstance(arg, Star) for arg in given):
            return None
        program, body, kinds = found
        size = sum(1 for _ in walk(body))
        plain = len(given) == len(program.params) and all(p.kind in ("any", "pos") for p in program.params)
        if not plain or size > MOST_OF_ONE or self.count + size > MOST or not _is_simple(body):
            return None
        self.count += size
        names: dict[str, str] = {}
        for name in sorted({p.name for p in program.params} | assigned_in(body)):
            names[name] = self.fresh(name)
            self.kinds[names[name]] = kinds[name]
        last = body[-1]
        assert isinstance(last, Return)
        entered = tuple(Assign(names[p.name], a, stmt.place) for p, a in zip(program.params, given, strict=True))
        inner = self.block(_renamed(body[:-1], names), (*above, handle))
        result = _renamed_expression(last.value, names)
        match stmt:
            case Do():
                return (*entered, *inner)
            case Unpack():
                return (*entered, *inner, replace(stmt, value=result))
            case _:
                return (*entered, *inner, replace(stmt, value=result))

    def fresh(self, name: str) -> str:
        """Another name for a variable of a function that is written out."""
        number = 700000 + len(self.kinds)
        hint = name.lstrip("%").partition("@")[0]
        return f"%t{number}" if re.fullmatch(r"t\d+", hint) and name[0] == "%" else f"%{hint}@{number}"


def _is_simple(body: Block) -> bool:
    if not isinstance(body[-1], Return) or any(isinstance(s, Return) for s in walk(body[:-1])):
        return False
    if not all(isinstance(s, (Assign, Unpack, Store, Do, If, For, While, Comment)) for s in walk(body[:-1])):
        return False
    return not any(_has_closure(e) for s in walk(body) for e in expressions_of(s))


def _has_closure(expr: Expr) -> bool:
    return isinstance(expr, Closure) or any(map(_has_closure, operands(expr)))


def _renamed_expression(expr: Expr, names: dict[str, str]) -> Expr:
    return substitute(expr, {old: Var(new) for old, new in names.items()})


def _renamed(block: Block, names: dict[str, str]) -> Block:
    """The statements of a block, with other names for their variables."""
    made: list[Stmt] = []
    for stmt in block:
        values = tuple(_renamed_expression(e, names) for e in expressions_of(stmt))
        targets = tuple(names[name] for name in targets_of(stmt))
        match stmt:
            case Assign():
                stmt = replace(stmt, target=targets[0], value=values[0])
            case Unpack():
                stmt = replace(stmt, targets=targets, value=values[0])
            case Store():
                stmt = replace(stmt, base=values[0], key=values[1], value=values[2])
            case Do():
                assert isinstance(values[0], Op)
                stmt = replace(stmt, value=values[0])
            case If():
                stmt = replace(stmt, test=values[0])
            case For(until=until):
                until = None if until is None else names[until]
                stmt = replace(stmt, target=targets[0], start=values[0], stop=values[1], step=values[2], until=until)
            case While(until=until):
                stmt = replace(stmt, cond=values[0], until=None if until is None else names[until])
            case Comment():
                pass
            case _:
                raise AssertionError(f"not to be written out: {stmt}")
        made.append(map_blocks(stmt, lambda inner: _renamed(inner, names)))
    return tuple(made)
