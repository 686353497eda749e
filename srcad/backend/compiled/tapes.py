"""Tapes of numbers become arrays.

A tape of floats, ints or bools is an array and the count of what is on it. Where the number of pushes is known before
the first (loops that count over ranges which do not depend on each other, left by nothing but their end) the array is
made that long; else it doubles when it is full:

    y_tape = []                              y_tape = np.empty(len(range(n)))
    for i in range(n):                       y_top = 0
        y_tape.append(y)                     for i in range(n):
        y = y * x                                y_tape[y_top] = y
    ...                                          y_top += 1
        y = y_tape.pop()                     ...
                                                 y_top -= 1
                                                 y = y_tape[y_top]

From a forward half to its reverse half goes the part that was written. Tapes of anything else stay lists, whose item
type Numba infers from what is appended.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from srcad.backend.names import fresh
from srcad.backend.numba_runtime import grown
from srcad.core import prims
from srcad.core.kinds import BOOL, BOTTOM, FLOAT, INT, Array, Kind, join, widen
from srcad.core.nodes import (
    NONE,
    Assign,
    Block,
    Do,
    Expr,
    For,
    Handler,
    If,
    Lit,
    Op,
    Program,
    Ref,
    Return,
    Stmt,
    Store,
    Try,
    Unpack,
    Var,
    While,
    With,
    assigned_in,
    blocks_of,
    expressions_of,
    map_operands,
    names_in,
    operands,
    targets_of,
    walk,
)
from srcad.transform.reverse.names import names_of
from srcad.transform.simplify.facts import Facts

_DTYPES: dict[Kind, tuple[str, Any]] = {INT: ("np.int64", np.int64), BOOL: ("np.bool_", np.bool_)}


@dataclass(frozen=True)
class Tape:
    """A tape that becomes an array: what it holds, and how many at most (None where that is not known)."""

    name: str
    item: Kind
    top: str  # the variable that counts what is on it
    count: Expr | None = None


def items_of_tapes(program: Program, kinds: Mapping[str, Kind], adjoints: frozenset[str]) -> dict[str, Kind]:
    """What the tapes hold that a program pushes to, where they hold numbers. The shadow of a list is no tape."""
    facts = Facts(kinds)
    found: dict[str, Kind] = {}
    for stmt in walk(program.body):
        match stmt:
            case Do(value=Op(fn=prims.push, args=(Var(name=name), value))) if name not in adjoints:
                found[name] = join(found.get(name, BOTTOM), widen(facts.kind_of(value)))
    return {name: kind for name, kind in found.items() if kind in (FLOAT, INT, BOOL)}


def tapes_as_arrays(program: Program, items: Mapping[str, Kind]) -> tuple[Program, dict[str, Kind]]:
    """The program with its tapes of numbers as arrays, and the kinds of what it has now.

    `items` says what the tapes of the module hold.
    """
    made = {t for s in walk(program.body) if _is_new_list(s) for t in targets_of(s)}
    given = {p.name for p in program.params} | {t for s in program.body if isinstance(s, Unpack) for t in s.targets}
    known = {name: kind for name, kind in items.items() if name in made | given and is_stack(name, program)}
    counts = _counts(program.body, known)
    taken = names_of(program)
    tapes = {}
    for name, kind in known.items():
        top = fresh(f"%{name.removeprefix('%').replace('_tape', '_top')}", taken)
        taken.add(top)
        tapes[name] = Tape(name, kind, top, counts.get(name))
    if not tapes:
        return program, {}
    rewrite = _Rewrite(tapes)
    opened = [s for p in program.params if p.name in tapes for s in (rewrite.opened(tapes[p.name]),)]
    made_kinds: dict[str, Kind] = {tape.top: INT for tape in tapes.values()}
    for tape in tapes.values():
        made_kinds[tape.name] = Array("int64" if tape.item == INT else "bool" if tape.item == BOOL else "float64", "?")
    return replace(program, body=(*opened, *rewrite.block(program.body))), made_kinds


def _is_new_list(stmt: Stmt) -> bool:
    return isinstance(stmt, Assign) and stmt.value == Op(prims.make_list)


def is_stack(name: str, program: Program) -> bool:
    """Whether a list is only made, pushed to, popped from, unpacked and returned once, and not pushed to if given."""
    made = any(_is_new_list(s) and name in targets_of(s) for s in walk(program.body))
    returned = 0

    def reads(expr: Expr) -> int:
        return sum(n == name for n in names_in(expr))

    for stmt in walk(program.body):
        match stmt:
            case Return(value=Op(fn=prims.make_tuple, args=args)):
                tuples = [a.args for a in args if isinstance(a, Op) and a.fn is prims.make_tuple]
                direct = [a for part in (args, *tuples) for a in part if a == Var(name)]
                returned += len(direct)
                if reads(stmt.value) != len(direct) or returned > 1:
                    return False
            case Assign(target=target) if target == name and not _is_new_list(stmt):
                return False
            case Do(value=Op(fn=prims.push, args=(Var(name=pushed), value))) if pushed == name:
                if reads(value) or not made:
                    return False
            case _:
                popped = sum(_pops(e, name) for e in expressions_of(stmt))
                if popped > 1 or popped != sum(map(reads, expressions_of(stmt))):
                    return False
                if popped and not isinstance(stmt, (Assign, Store, Do, Return, If)):
                    return False
    return True


def _pops(expr: Expr, name: str) -> int:
    here = isinstance(expr, Op) and expr.fn is prims.pop and expr.args == (Var(name),)
    return here + sum(_pops(part, name) for part in operands(expr))


# ---------------------------------------------------------------- how many


def _counts(body: Block, tapes: Mapping[str, Kind]) -> dict[str, Expr]:
    """How often each tape is pushed to, at most, as an expression that can be evaluated where the tape is made."""
    found: dict[str, Expr] = {}
    for block in _blocks(body):
        for i, stmt in enumerate(block):
            if isinstance(stmt, Assign) and _is_new_list(stmt) and stmt.target in tapes:
                count = _pushes(block[i + 1 :], stmt.target, frozenset())
                if count is not None:
                    found[stmt.target] = count
    return found


def _blocks(body: Block) -> Iterator[Block]:
    yield body
    for stmt in body:
        for inner in blocks_of(stmt):
            yield from _blocks(inner)


def _pushes(block: Sequence[Stmt], tape: str, changed: frozenset[str]) -> Expr | None:
    """The number of pushes in a block. `changed` are the variables that may differ from where the tape is made."""
    total: Expr = Lit(0)
    for stmt in block:
        count: Expr | None = Lit(0)
        match stmt:
            case Do(value=Op(fn=prims.push, args=(Var(name=name), _))) if name == tape:
                count = Lit(1)
            case For(target=target, start=start, stop=stop, step=step, body=body, until=until) if _has_push(stmt, tape):
                inside = changed | {target} | assigned_in(body)
                trips = _trips(start, stop, step) if until is None else None
                each = _pushes(body, tape, inside)
                if trips is None or each is None:
                    return None
                if each != _exactly(body, tape, pushed=True) or each != _exactly(body, tape, pushed=False):
                    if not _lasts(trips, changed):
                        return None
                    each = _times(trips, each)
                count = each  # of one trip, where each takes off what it has put on
            case If(body=body, orelse=orelse):
                a, b = _pushes(body, tape, changed), _pushes(orelse, tape, changed)
                if a is None or b is None:
                    return None
                count = a if a == b or b == Lit(0) else b if a == Lit(0) else _plus(a, b)
            case _ if blocks_of(stmt) and _has_push(stmt, tape):
                return None
        assert count is not None
        total = _plus(total, count)
        changed = changed | set(targets_of(stmt)) | {n for inner in blocks_of(stmt) for n in assigned_in(inner)}
    return total


def _exactly(block: Sequence[Stmt], tape: str, *, pushed: bool) -> Expr | None:
    """How often a block pushes to a tape, or pops from it; None where that depends on more than its loops."""
    total: Expr = Lit(0)
    for stmt in block:
        count: Expr | None = Lit(0 if pushed else sum(_pops(e, tape) for e in expressions_of(stmt)))
        if isinstance(stmt, Do) and pushed and stmt.value.fn is prims.push and stmt.value.args[0] == Var(tape):
            count = Lit(1)
        if isinstance(stmt, For) and stmt.until is None:
            each = _exactly(stmt.body, tape, pushed=pushed)
            count = None if each is None else _times(_trips(stmt.start, stmt.stop, stmt.step), each)
        elif any(_exactly(inner, tape, pushed=pushed) != Lit(0) for inner in blocks_of(stmt)):
            return None
        if count is None:
            return None
        total = _plus(total, count)
    return total


def _has_push(stmt: Stmt, tape: str) -> bool:
    return any(isinstance(s, Do) and s.value.fn is prims.push and s.value.args[0] == Var(tape) for s in walk((stmt,)))


def _trips(start: Expr, stop: Expr, step: Expr) -> Expr:
    bounds: tuple[Expr, ...] = (start, stop, step)
    if all(isinstance(b, Lit) for b in bounds):
        return Lit(len(range(*(b.value for b in bounds if isinstance(b, Lit)))))
    if step == Lit(1):
        bounds = (stop,) if start == Lit(0) else (start, stop)
    return Op(len, (Op(range, bounds),))


def _lasts(expr: Expr, changed: frozenset[str]) -> bool:
    """Whether an expression means the same where the tape is made: it reads only what lasts, and no list's length."""
    if isinstance(expr, Var):
        return expr.name not in changed
    if isinstance(expr, Op):
        if expr.fn is len and not (isinstance(expr.args[0], Op) and expr.args[0].fn is range):
            return False
        steady = expr.fn in _STEADY or expr.form.startswith("attr:shape") or expr.form.startswith("attr:size")
        return steady and all(_lasts(part, changed) for part in operands(expr))
    return isinstance(expr, Lit)


_STEADY = {
    operator.add, operator.sub, operator.mul, operator.floordiv, operator.mod, operator.neg, operator.getitem,
    np.shape, np.size, min, max, len, range, prims.make_tuple,
}  # fmt: skip


def _plus(a: Expr, b: Expr) -> Expr:
    return b if a == Lit(0) else a if b == Lit(0) else _folded(operator.add, a, b)


def _times(a: Expr, b: Expr) -> Expr:
    if Lit(0) in (a, b):
        return Lit(0)
    return b if a == Lit(1) else a if b == Lit(1) else _folded(operator.mul, a, b)


def _folded(fn: Any, a: Expr, b: Expr) -> Expr:
    return Lit(fn(a.value, b.value)) if isinstance(a, Lit) and isinstance(b, Lit) else Op(fn, (a, b))


# ---------------------------------------------------------------- writing them


class _Rewrite:
    def __init__(self, tapes: Mapping[str, Tape]) -> None:
        self.tapes = tapes

    def block(self, block: Block) -> Block:
        return tuple(made for stmt in block for made in self.stmt(stmt))

    def stmt(self, stmt: Stmt) -> list[Stmt]:
        match stmt:
            case Assign(target=target) if target in self.tapes:
                return self.made(self.tapes[target])
            case Do(value=Op(fn=prims.push, args=(Var(name=name), value))) if name in self.tapes:
                return self.pushed(self.tapes[name], value, stmt)
            case Unpack(targets=targets):
                return [stmt, *(self.opened(self.tapes[t]) for t in targets if t in self.tapes)]
            case Return(value=value):
                popped = self.popped(value)
                return [*popped, replace(stmt, value=self.written(self.read(value)))]
            case Do(value=Op(fn=prims.pop, args=(Var(name=name),))) if name in self.tapes:
                return self.popped(stmt.value)
            case Assign(value=value):
                return [*self.popped(value), replace(stmt, value=self.read(value))]
            case Store(value=value, key=key):
                popped = [*self.popped(key), *self.popped(value)]
                return [*popped, replace(stmt, key=self.read(key), value=self.read(value))]
            case If(test=test, body=body, orelse=orelse):
                inner = replace(stmt, test=self.read(test), body=self.block(body), orelse=self.block(orelse))
                return [*self.popped(test), inner]
            case For(body=body) | With(body=body):
                return [replace(stmt, body=self.block(body))]
            case While(test=steps, body=body):
                return [replace(stmt, test=self.block(steps), body=self.block(body))]
            case Try(body=body, handlers=handlers, final=final):
                caught = tuple(Handler(h.types, h.name, self.block(h.body)) for h in handlers)
                return [replace(stmt, body=self.block(body), handlers=caught, final=self.block(final))]
            case _:
                return [stmt]

    def made(self, tape: Tape) -> list[Stmt]:
        size = Lit(16) if tape.count is None else tape.count
        named = _DTYPES.get(tape.item)
        dtype: tuple[tuple[str, Expr], ...] = () if named is None else (("dtype", Ref(*named)),)
        return [Assign(tape.name, Op(np.empty, (size,), dtype)), Assign(tape.top, Lit(0))]

    def pushed(self, tape: Tape, value: Expr, stmt: Do) -> list[Stmt]:
        array, top = Var(tape.name), Var(tape.top)
        room: list[Stmt] = []
        if tape.count is None:
            full = Op(operator.eq, (top, Op(len, (array,))))
            room = [If(full, (Assign(tape.name, Op(grown, (array,))),))]
        return [*room, Store(array, top, value, stmt.place), Assign(tape.top, Lit(1), accumulate=True)]

    def opened(self, tape: Tape) -> Stmt:
        """Everything that a forward half left is on the tape."""
        return Assign(tape.top, Op(len, (Var(tape.name),)))

    def popped(self, expr: Expr) -> list[Stmt]:
        names = [name for name in self.tapes if _pops(expr, name)]
        return [Assign(self.tapes[name].top, Lit(-1), accumulate=True) for name in names]

    def read(self, expr: Expr) -> Expr:
        match expr:
            case Op(fn=prims.pop, args=(Var(name=name),)) if name in self.tapes:
                return Op(operator.getitem, (Var(name), Var(self.tapes[name].top)))
            case Op():
                return map_operands(expr, self.read)
            case _:
                return expr

    def written(self, expr: Expr) -> Expr:
        """What is returned, with the part of each tape that holds something."""
        match expr:
            case Var(name=name) if name in self.tapes:
                return Op(operator.getitem, (expr, Op(prims.make_slice, (NONE, Var(self.tapes[name].top), NONE))))
            case Op(fn=prims.make_tuple):
                return map_operands(expr, self.written)
            case _:
                return expr
