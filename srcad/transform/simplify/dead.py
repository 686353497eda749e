"""Delete what nothing needs.

    >>> show('''
    ... def f(x):
    ...     t_1 = x * 2
    ...     t_2 = x + 1
    ...     tape = []
    ...     tape.append(t_2)
    ...     return t_1
    ... ''', remove_dead)
    def f(x):
        t_1 = x * 2
        return t_1

An assignment goes when its variable is not live after it and its right side is pure. A store goes when it writes
into a container made here that nobody reads and that does not leave the function. A tape whose every popped value
is dead goes with its pushes and pops together, so that what stays is balanced. What is left empty goes too.
"""

from __future__ import annotations

import operator
from collections import defaultdict
from dataclasses import replace
from typing import Any, assert_never

import numpy as np

from srcad.analysis.liveness import effect_free
from srcad.analysis.purity import APPENDERS, is_check
from srcad.core import prims
from srcad.core.attributes import reads_layout
from srcad.core.contexts import keeps_exceptions
from srcad.core.kinds import Array, Dict
from srcad.core.nodes import (
    Assign,
    Block,
    Comment,
    Do,
    Expr,
    For,
    ForEach,
    If,
    Lit,
    Op,
    Program,
    Raise,
    Ref,
    Return,
    Stmt,
    Store,
    Try,
    Unpack,
    Var,
    While,
    With,
    blocks_of,
    expressions_of,
    names_in,
    operands,
    walk,
)
from srcad.core.operators import IN_PLACE, hashable
from srcad.transform.simplify.facts import Facts
from srcad.transform.simplify.memory import Memory, copied_parameters, is_copy_of_itself

_ROUNDS = 12


def remove_dead(program: Program, facts: Facts, memory: Memory | None = None) -> Program:
    """Drop every step that no result and no effect depends on."""
    doomed: frozenset[str] = frozenset()
    for _ in range(_ROUNDS):
        memory = memory or Memory(program, facts)
        sweep = _Sweep(program, memory, doomed)
        body, _live = sweep.block(program.body, set())
        doomed = sweep.dead_tapes(body)
        if body == program.body and not doomed:
            break
        program = replace(program, body=body)
    return program


def appended(value: Expr) -> str | None:
    """The container, if the expression is a variable's being appended to."""
    if isinstance(value, Op) and hashable(value.fn) and value.fn in APPENDERS and len(value.args) == 2:
        base = value.args[0]
        if isinstance(base, Var) and effect_free(value.args[1]):
            return base.name
    return None


def popped(value: Expr) -> str | None:
    """The tape, if the expression is a pop of it."""
    if isinstance(value, Op) and value.fn is prims.pop and isinstance(value.args[0], Var):
        return value.args[0].name
    return None


def written_only(stmt: Stmt, facts: Facts) -> tuple[str, tuple[Expr, ...]] | None:
    """For a statement that only writes into an array (`x += v`, `np.add.at(x, i, v)`): the array, and what is read."""
    match stmt:
        case Assign(target=target, accumulate=False, value=Op(fn=fn, args=(Var(name=name), other) as args)):
            if hashable(fn) and fn in IN_PLACE and name == target and isinstance(facts.kind(name), Array):
                return (name, args) if effect_free(other) else None
        case Do(value=Op(fn=fn, args=(Var(name=name), *rest) as args)):
            if hashable(fn) and fn == np.add.at and all(map(effect_free, rest)):
                return name, args
        case _:
            pass
    return None


_SHAPE_ONLY = {np.zeros_like, np.ones_like, np.full_like, np.shape, np.size, np.ndim}


Reads = tuple[tuple[str, bool], ...]


def reads_of(expr: Expr, facts: Facts) -> Reads:
    """The variables that an expression reads, each with whether its contents are read and not only its shape."""
    if isinstance(expr, Var):
        return ((expr.name, True),)
    parts = operands(expr)
    made: list[tuple[str, bool]] = []
    if isinstance(expr, Op) and is_check(expr):
        return tuple((name, False) for name in names_in(expr))  # it looks at shapes and addresses
    if isinstance(expr, Op) and parts and isinstance(parts[0], Var) and hashable(expr.fn):
        length = expr.fn is len and isinstance(facts.kind(parts[0].name), Array)
        if expr.fn in _SHAPE_ONLY or reads_layout(expr) or length:
            made.append((parts[0].name, False))
            parts = parts[1:]
    for part in parts:
        made.extend(reads_of(part, facts))
    return tuple(made)


def filled_by(value: Expr, facts: Facts) -> str | None:
    """The `defaultdict` that a read of an item may put the item into."""
    if isinstance(value, Op) and value.fn is operator.getitem and isinstance(base := value.args[0], Var):
        kind = facts.kind(base.name)
        return base.name if isinstance(kind, Dict) and kind.cls is defaultdict else None
    return None


class _Sweep:
    """One backward walk, which knows the live variables and leaves out what is dead."""

    def __init__(self, program: Program, memory: Memory, doomed: frozenset[str]) -> None:
        self.memory = memory
        self.doomed = doomed
        assigned = [s for s in walk(program.body) if isinstance(s, Assign)]
        self.keeping = {s.target for s in assigned if _keeps(s.value)}
        self.keeping -= {s.target for s in assigned if not _keeps(s.value)}
        self.wanted = self._wanted_memory(program)
        self.copied = copied_parameters(program)
        self.live_pops: set[str] = set()
        self.dead_pops: set[str] = set()
        self.pinned: set[str] = set()  # live wherever an exception may leave from
        self.caught = False  # a handler would see what the removed code raises

    def _wanted_memory(self, program: Program) -> set[str]:
        """The classes of memory that something reads, or that others can see.

        What is read for its shape alone is followed to where it comes from, but its own contents are not wanted.
        """
        found: set[tuple[str, bool]] = set()
        uses: dict[str, list[Reads]] = {}  # what an assignment to this variable reads
        stores: dict[str, list[Reads]] = {}  # what a store into this class reads
        root, fixed, facts = self.memory.root, self.memory.fixed, self.memory.facts
        caught = {id(s) for outer in walk(program.body) if self._catches(outer) for s in walk(blocks_of(outer)[0])}
        for stmt in walk(program.body):
            if is_copy_of_itself(stmt):
                continue
            if (write := written_only(stmt, facts)) is not None and not fixed(write[0]):
                read = tuple(part for e in write[1] for part in reads_of(e, facts))
                stores.setdefault(root(write[0]), []).append(read)
            elif isinstance(stmt, Assign):
                tape = popped(stmt.value)
                if stmt.accumulate and not fixed(stmt.target):
                    # it writes into memory that other names may show
                    stores.setdefault(root(stmt.target), []).append(((stmt.target, True), *reads_of(stmt.value, facts)))
                if id(stmt) in caught and isinstance(stmt.value, Op):
                    found.update(reads_of(stmt.value, facts))  # what it raises is seen: it stays
                elif tape is not None:
                    uses.setdefault(stmt.target, []).append(((tape, True),))
                elif effect_free(stmt.value):
                    uses.setdefault(stmt.target, []).append(reads_of(stmt.value, facts))
                    if (filled := filled_by(stmt.value, facts)) is not None:
                        stores.setdefault(root(filled), []).append(reads_of(stmt.value, facts))
                else:
                    found.update(reads_of(stmt.value, facts))
            elif isinstance(stmt, Unpack) and effect_free(stmt.value):
                for target in stmt.targets:
                    uses.setdefault(target, []).append(reads_of(stmt.value, facts))
            elif isinstance(stmt, Do) and (tape := appended(stmt.value)) is not None:
                stores.setdefault(root(tape), []).append(reads_of(stmt.value, facts))
            elif isinstance(stmt, Store) and isinstance(stmt.base, Var) and _quiet(stmt):
                read = ((stmt.base.name, True), *reads_of(stmt.key, facts), *reads_of(stmt.value, facts))
                stores.setdefault(root(stmt.base.name), []).append(read)
            else:
                for expr in expressions_of(stmt):
                    found.update(reads_of(expr, facts))
                if isinstance(stmt, ForEach):
                    uses.setdefault(stmt.target, []).append(reads_of(stmt.iterable, facts))
        wanted: set[str] = set()
        outside = {part[0] for part in self.memory.outside}
        todo = list(found)
        for group in outside:
            wanted.add(group)
            for reads in stores.get(group, ()):
                todo.extend(reads)
        seen: set[tuple[str, bool]] = set()
        while todo:
            entry = todo.pop()
            if entry in seen:
                continue
            seen.add(entry)
            name, contents = entry
            for reads in uses.get(name, ()):
                todo.extend(reads)
            if contents and not fixed(name) and (group := root(name)) not in wanted:
                wanted.add(group)
                for reads in stores.get(group, ()):
                    todo.extend(reads)
        return wanted

    def _catches(self, stmt: Stmt) -> bool:
        """Whether an exception from the statement's first block may be seen by somebody within the function."""
        if isinstance(stmt, Try):
            return bool(stmt.handlers)
        if not isinstance(stmt, With):
            return False
        context = stmt.context
        return not (_keeps(context) or isinstance(context, Var) and context.name in self.keeping)

    def _unseen(self, name: str) -> bool:
        """Nobody reads the memory that the variable leads to."""
        return not self.memory.fixed(name) and self.memory.root(name) not in self.wanted

    def dead_tapes(self, body: Block) -> frozenset[str]:
        """The tapes made here whose popped values are all dead, and which nobody uses in another way."""
        outside = {part[0] for part in self.memory.outside}
        candidates = {t for t in self.dead_pops - self.live_pops if self.memory.root(t) not in outside}
        if not candidates:
            return frozenset()
        others: set[str] = set()
        made: set[str] = set()  # here, so that no caller sees it
        for stmt in walk(body):
            if isinstance(stmt, Assign):
                if stmt.target in candidates and isinstance(stmt.value, Op) and stmt.value == _EMPTY:
                    made.add(stmt.target)
                elif stmt.target in candidates:
                    others.add(stmt.target)
                if popped(stmt.value) is not None:
                    continue
            elif isinstance(stmt, Do):
                tape = appended(stmt.value)
                if tape is not None and isinstance(stmt.value.args[1], (Var, Lit, Op)):
                    others.update(names_in(stmt.value.args[1]))
                    continue
                if popped(stmt.value) is not None:
                    continue
            elif isinstance(stmt, Unpack):
                others.update(stmt.targets)
            for expr in expressions_of(stmt):
                others.update(names_in(expr))
        return frozenset(candidates & made - others)

    # ------------------------------------------------------------ the walk

    def block(self, block: Block, live: set[str]) -> tuple[Block, set[str]]:
        """The block without what is dead, and what is live before it. `live` is used up."""
        kept: list[Stmt] = []
        for stmt in reversed(block):
            if isinstance(stmt, Comment):
                if kept and not isinstance(kept[-1], (Comment, Return)):
                    kept.append(stmt)
                continue
            made, live = self.statement(stmt, live)
            kept.extend(made)
        kept.reverse()
        return tuple(kept), live

    def statement(self, stmt: Stmt, live: set[str]) -> tuple[tuple[Stmt, ...], set[str]]:
        """What stays of a statement, last first, and what is live before it."""
        write = written_only(stmt, self.memory.facts)
        if write is not None and not self.caught and self._unseen(write[0]):
            return (), live
        match stmt:
            case Assign():
                return self._assign(stmt, live)
            case Unpack(targets=targets, value=value):
                if live.isdisjoint(targets) and self._removable(value):
                    return (), live
                live.difference_update(targets)
                return (stmt,), self._reading(live, value)
            case Store(base=base, key=key, value=value):
                if isinstance(base, Var) and _quiet(stmt) and not self.caught and self._unseen(base.name):
                    return (), live
                return (stmt,), self._reading(live, base, key, value)
            case Do(value=value):
                tape = appended(value)
                if tape is not None and (tape in self.doomed or self._unseen(tape)):
                    return (), live
                if popped(value) in self.doomed or self._removable(value):
                    return (), live
                return (stmt,), self._reading(live, value)
            case Comment():
                return (stmt,), live
            case Return(value=value):
                return (stmt,), self._reading(set(self.pinned), value)
            case Raise():
                return (stmt,), self._reading(set(self.pinned), *expressions_of(stmt))
            case If():
                return self._if(stmt, live)
            case For() | ForEach():
                return self._for(stmt, live)
            case While():
                return self._while(stmt, live)
            case With():
                return self._with(stmt, live)
            case Try():
                return self._try(stmt, live)
            case _:
                assert_never(stmt)

    def _reading(self, live: set[str], *exprs: Expr) -> set[str]:
        for expr in exprs:
            live.update(names_in(expr))
        live |= self.pinned
        return live

    def _removable(self, value: Expr) -> bool:
        filled = filled_by(value, self.memory.facts)
        if filled is not None and not self._unseen(filled):
            return False
        return effect_free(value) and (not self.caught or not isinstance(value, Op))

    def _assign(self, stmt: Assign, live: set[str]) -> tuple[tuple[Stmt, ...], set[str]]:
        target, value = stmt.target, stmt.value
        tape = popped(value)
        if target in self.doomed or (tape is not None and tape in self.doomed):
            return (), live
        if tape is not None and not stmt.accumulate:
            if target not in live:
                self.dead_pops.add(tape)
                if self._unseen(tape):
                    return (), live
                live.add(tape)
                return (Do(value, stmt.place) if isinstance(value, Op) else stmt,), live
            self.live_pops.add(tape)
            live.discard(target)
            return (stmt,), self._reading(live, value)
        if isinstance(value, Var) and value.name == target and not stmt.accumulate:
            return (), live
        if is_copy_of_itself(stmt) and target in self.copied and self._unseen(target):
            return (), live  # nobody reads its contents, and the shape is that of the original
        if target not in live and self._removable(value):
            if not stmt.accumulate or self.memory.fixed(target) or not self._seen_elsewhere(target):
                return (), live
        if target not in live and isinstance(value, Op) and filled_by(value, self.memory.facts) is not None:
            return (Do(value, stmt.place),), self._reading(live, value)
        if stmt.accumulate:
            live.add(target)
        else:
            live.discard(target)
        return (stmt,), self._reading(live, value)

    def _seen_elsewhere(self, target: str) -> bool:
        """`target += v` may write into an array that is reached through another name."""
        return not self._unseen(target) and self.memory.is_shared(target)

    def _if(self, stmt: If, live: set[str]) -> tuple[tuple[Stmt, ...], set[str]]:
        if isinstance(stmt.test, Lit):
            chosen, live = self.block(stmt.body if stmt.test.value else stmt.orelse, live)
            return tuple(reversed(chosen)), live
        orelse, other = self.block(stmt.orelse, set(live))
        body, live = self.block(stmt.body, live)
        live |= other
        if not body and not orelse:
            if self._removable(stmt.test):
                return (), live
            if isinstance(stmt.test, Op):
                return (Do(stmt.test, stmt.place),), self._reading(live, stmt.test)
        return (replace(stmt, body=body, orelse=orelse),), self._reading(live, stmt.test)

    def _for(self, stmt: For | ForEach, live: set[str]) -> tuple[tuple[Stmt, ...], set[str]]:
        own = set() if stmt.until is None else {stmt.until}
        head = live | own
        while True:
            body, before = self.block(stmt.body, set(head))
            before.discard(stmt.target)
            if before <= head:
                break
            head |= before
        bounds = expressions_of(stmt)
        if not body and stmt.target not in live and all(map(self._removable, bounds)):
            return (), live
        return (replace(stmt, body=body),), self._reading(head, *bounds)

    def _while(self, stmt: While, live: set[str]) -> tuple[tuple[Stmt, ...], set[str]]:
        own = set(names_in(stmt.cond))
        if stmt.until is not None:
            own.add(stmt.until)
        after = live | own
        test, head = self.block(stmt.test, set(after))
        while True:
            body, before = self.block(stmt.body, head | live | own)
            test, again = self.block(stmt.test, before | after)
            if again <= head:
                break
            head |= again
        if not body and self._removable(stmt.cond) and all(self._idle(inner, live) for inner in test):
            return (), live
        return (replace(stmt, test=test, body=body),), head | self.pinned

    def _idle(self, stmt: Stmt, live: set[str]) -> bool:
        return isinstance(stmt, Assign) and stmt.target not in live and self._removable(stmt.value)

    def _with(self, stmt: With, live: set[str]) -> tuple[tuple[Stmt, ...], set[str]]:
        swallows = self._catches(stmt)
        outer, caught = self.pinned, self.caught
        if swallows:
            self.pinned, self.caught = outer | live, True
        body, live = self.block(stmt.body, live)
        self.pinned, self.caught = outer, caught
        if not body and not swallows and stmt.target not in live:
            return (), live
        if stmt.target is not None:
            live.discard(stmt.target)
        return (replace(stmt, body=body),), self._reading(live, stmt.context)

    def _try(self, stmt: Try, live: set[str]) -> tuple[tuple[Stmt, ...], set[str]]:
        final, live = self.block(stmt.final, live)
        outer, caught = self.pinned, self.caught
        self.pinned = outer | live
        handlers = []
        leaving = set(self.pinned)
        for handler in stmt.handlers:
            made, before = self.block(handler.body, set(live))
            name = handler.name if handler.name in before else None
            before.discard(handler.name or "")
            handlers.append(replace(handler, name=name, body=made))
            leaving |= before
            if handler.types is not None:
                leaving.update(names_in(handler.types))
        self.pinned, self.caught = leaving, caught or bool(stmt.handlers)
        body, before = self.block(stmt.body, set(live) | leaving)
        self.pinned, self.caught = outer, caught
        if not body:
            return tuple(reversed(final)), live
        if not handlers and not final:
            return tuple(reversed(body)), before
        return (replace(stmt, body=body, handlers=tuple(handlers), final=final),), before | leaving


def _keeps(context: Expr) -> bool:
    """`np.errstate(...)` and other contexts that swallow no exception."""
    if not isinstance(context, Op):
        return False
    callee = context.args[0] if context.fn is prims.call else None
    return keeps_exceptions(callee.value if isinstance(callee, Ref) else context.fn)


_EMPTY: Any = Op(prims.make_list)


def _quiet(stmt: Store) -> bool:
    """The store does nothing but change memory."""
    return effect_free(stmt.base) and effect_free(stmt.key) and effect_free(stmt.value)
