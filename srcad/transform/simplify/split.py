"""Give each use of a temporary's name a name of its own.

    >>> show('''
    ... def f(x, n):
    ...     for i in range(n):
    ...         t_1 = x * x
    ...         x = t_1 + 1
    ...     for i in range(n):
    ...         t_1 = x * x
    ...         x = t_1 + 2
    ...     return x
    ... ''', lambda program, facts: split(program, facts)[0])
    def f(x, n):
        for i in range(n):
            t_1 = x * x
            x = t_1 + 1
        for i in range(n):
            t_2 = x * x
            x = t_2 + 2
        return x

The reverse sweep computes some temporaries again under the name that they have in the forward sweep. What is bound
once is easier to reason about, and `fold` asks for it. A name is split only where each read is in the same block as
the binding that it sees, or in a block inside that.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from srcad.core.nodes import (
    Assign,
    Block,
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
    Var,
    While,
    With,
    assigned_in,
    blocks_of,
    expressions_of,
    names_in,
    substitute,
    targets_of,
    walk,
)
from srcad.core.operators import is_update
from srcad.transform.simplify.facts import Facts, is_temporary


def split(program: Program, facts: Facts) -> tuple[Program, Facts]:
    """The program with its temporaries bound once each where that can be, and the facts about the new names."""
    bound: Counter[str] = Counter()
    for stmt in walk(program.body):
        bound.update(targets_of(stmt))
    several = {name for name, count in bound.items() if count > 1 and is_temporary(name)}
    if not several:
        return program, facts
    check = _Check(several)
    check.block(program.body, set())
    several -= check.tangled
    if not several:
        return program, facts
    rename = _Rename(several, set(bound) | set(facts.kinds))
    body = rename.block(program.body, {})
    kinds = {**facts.kinds, **{new: facts.kind(old) for new, old in rename.old.items()}}
    adjoints = facts.adjoints | {new for new, old in rename.old.items() if old in facts.adjoints}
    return replace(program, body=body), replace(facts, kinds=kinds, adjoints=adjoints)


class _Check:
    """Finds the names whose reads do not all see one binding of their own block or of one around it."""

    def __init__(self, names: set[str]) -> None:
        self.names = names
        self.tangled: set[str] = set()

    def block(self, block: Block, seen: set[str]) -> None:
        """`seen` are the names that have been bound, in this block or around it, and not since in a nested one."""
        for stmt in block:
            until = getattr(stmt, "until", None)
            if until is not None:
                self.tangled.add(until)
            inner = blocks_of(stmt)
            if isinstance(stmt, While):
                again = assigned_in(stmt.test) | assigned_in(stmt.body)
                within = seen - again
                self.block(stmt.test, within)  # which the condition and the body see
                self._read(tuple(expressions_of(stmt)), within)
                self.block(stmt.body, within)
                seen -= again
                continue
            self._read(expressions_of(stmt), seen)
            targets = [name for name in targets_of(stmt) if name in self.names]
            again_bound = isinstance(stmt, Assign) and (stmt.accumulate or is_update(stmt))
            if not isinstance(stmt, (Assign, Unpack)) or again_bound:
                self.tangled.update(targets)
            if inner:
                again = {name for part in inner for name in assigned_in(part)}
                loops = isinstance(stmt, (For, ForEach, Try, With))
                for part in inner:
                    self.block(part, seen - again if loops else set(seen))
                seen -= again
            seen.update(targets)

    def _read(self, exprs: tuple[Expr, ...], seen: set[str]) -> None:
        for expr in exprs:
            for name in names_in(expr):
                if name in self.names and name not in seen:
                    self.tangled.add(name)


class _Rename:
    """Gives every binding of the names, after the first, a new name, and the reads that see it too."""

    def __init__(self, names: set[str], taken: set[str]) -> None:
        self.names = names
        self.taken = taken
        self.met: set[str] = set()
        self.old: dict[str, str] = {}
        numbers = [int(m[1]) for name in taken if (m := re.fullmatch(r"%(?:d_)?t(\d+)", name))]
        self.number = max(numbers, default=0)

    def fresh(self, name: str) -> str:
        """The name of one more binding: anonymous where the name is."""
        if name not in self.met:
            self.met.add(name)
            return name
        if m := re.fullmatch(r"%(d_)?t\d+", name):
            self.number += 1
            made = f"%{m[1] or ''}t{self.number}"
        else:
            stem, count = name.partition("@")[0], 2
            while f"{stem}@{count}" in self.taken:
                count += 1
            made = f"{stem}@{count}"
        self.taken.add(made)
        self.old[made] = name
        return made

    def block(self, block: Block, now: dict[str, Expr]) -> Block:
        made: list[Stmt] = []
        now = dict(now)
        for stmt in block:
            made.append(self._statement(stmt, now))
        return tuple(made)

    def _statement(self, stmt: Stmt, now: dict[str, Expr]) -> Stmt:
        def new(expr: Expr) -> Expr:
            return substitute(expr, now) if now else expr

        match stmt:
            case Assign(target=target, value=value):
                value = new(value)
                return replace(stmt, target=self._bind(target, now), value=value)
            case Unpack(targets=targets, value=value):
                value = new(value)
                return replace(stmt, targets=tuple(self._bind(t, now) for t in targets), value=value)
            case Store(base=base, key=key, value=value):
                return replace(stmt, base=new(base), key=new(key), value=new(value))
            case Do(value=value):
                called = new(value)
                assert isinstance(called, Op)
                return replace(stmt, value=called)
            case Return(value=value):
                return replace(stmt, value=new(value))
            case Raise(exception=exception, cause=cause):
                return replace(
                    stmt,
                    exception=None if exception is None else new(exception),
                    cause=None if cause is None else new(cause),
                )
            case If(test=test, body=body, orelse=orelse):
                return replace(stmt, test=new(test), body=self.block(body, now), orelse=self.block(orelse, now))
            case For(start=start, stop=stop, step=step, body=body):
                start, stop, step = new(start), new(stop), new(step)
                return replace(stmt, start=start, stop=stop, step=step, body=self.block(body, now))
            case ForEach(iterable=iterable, body=body):
                return replace(stmt, iterable=new(iterable), body=self.block(body, now))
            case While(test=test_block, cond=cond, body=body):
                inner = dict(now)
                made = tuple([self._statement(s, inner) for s in test_block])
                cond = substitute(cond, inner)
                return replace(stmt, test=made, cond=cond, body=self.block(body, inner))
            case With(context=context, body=body):
                return replace(stmt, context=new(context), body=self.block(body, now))
            case Try(body=body, handlers=handlers, final=final):
                caught = tuple(
                    replace(h, types=None if h.types is None else new(h.types), body=self.block(h.body, now))
                    for h in handlers
                )
                return replace(stmt, body=self.block(body, now), handlers=caught, final=self.block(final, now))
            case _:
                return stmt

    def _bind(self, name: str, now: dict[str, Expr]) -> str:
        if name not in self.names:
            return name
        made = self.fresh(name)
        now[name] = Var(made)
        return made
