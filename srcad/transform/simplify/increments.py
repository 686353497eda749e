"""Leave an adjoint in its place where its value is taken out and put back.

    >>> show('''
    ... def f(d_row, y, i, j, n):
    ...     d_item = d_row[i]
    ...     d_row[i] = 0.0
    ...     d_row[j] += d_item * y
    ...     d_row[i] += d_item
    ...     d_old = d_row[j] / n
    ...     d_row[j] = 0.0
    ...     d_row[j] += d_old
    ...     return d_row
    ... ''', increments)
    def f(d_row, y, i, j, n):
        d_item = d_row[i]
        d_row[j] += d_item * y
        d_old = d_row[j] / n
        d_row[j] = d_old
        return d_row

Reversing `x[i] = x[i] + v` takes the adjoint of the element, sets it to zero, and adds to it again. Where nothing reads
the array in between, only additions happen to it, and they may come in any order: what is added back need not be taken
away first (`i` may be `j`). Where nothing touches it in between, the first addition is a store.
"""

from __future__ import annotations

import operator
from dataclasses import replace

import numpy as np

from srcad.core.kinds import Array
from srcad.core.nodes import Assign, Block, Comment, Expr, Lit, Op, Program, Stmt, Store, Var, blocks_of, names_in
from srcad.transform.simplify.facts import Facts
from srcad.transform.simplify.memory import Memory, Part
from srcad.transform.simplify.rewrite import Rewriter


def increments(program: Program, facts: Facts, memory: Memory | None = None) -> Program:
    """Neither zero what is added back, nor add to what is zero."""
    return _Increments(program, facts, memory).run()


class _Increments(Rewriter):
    def block(self, block: Block) -> Block:
        made = list(super().block(block))
        for start in range(len(made) - 1, -1, -1):
            if self._is_cleared(made[start]):
                self._settle(made, start)
        return tuple(made)

    def _is_cleared(self, stmt: Stmt) -> bool:
        """`d_row[i] = 0.0`"""
        if not isinstance(stmt, Store) or stmt.attr or stmt.accumulate or not isinstance(stmt.base, Var):
            return False
        name = stmt.base.name
        adjoint = name in self.facts.adjoints and isinstance(self.facts.kind(name), Array)
        return adjoint and stmt.value == Lit(0.0)

    def _settle(self, block: list[Stmt], start: int) -> None:
        cleared = block[start]
        assert isinstance(cleared, Store) and isinstance(cleared.base, Var)
        name, own = cleared.base.name, set(self.memory.parts(cleared.base.name))
        taken = self._taken_before(block, start)
        fixed = {name, *names_in(cleared.key), *self.memory.reads(cleared.key)}
        untouched = True
        for at in range(start + 1, len(block)):
            stmt = block[at]
            if isinstance(stmt, Comment):
                continue
            added = self._is_addition(stmt, own)
            if self._reads(stmt, own) or not (added or not self.memory.change(stmt).memory & own):
                return
            if isinstance(stmt, Store) and added and stmt.base == cleared.base and stmt.key == cleared.key:
                if taken is not None and stmt.value == Var(taken):
                    del block[at], block[start]
                    return
                if untouched:
                    block[at] = replace(stmt, accumulate=False)
                    del block[start]
                    return
            change = self.memory.change(stmt)
            if change.visible or blocks_of(stmt) or change.names & fixed or taken in change.names:
                return
            if (change.memory & fixed) or (taken is not None and change.memory & set(self.memory.parts(taken))):
                return
            untouched = untouched and not added

    def _is_addition(self, stmt: Stmt, own: set[Part]) -> bool:
        """It only adds to arrays that may share the memory."""
        match stmt:
            case Store(base=Var(name=name), accumulate=True, attr=False) | Assign(target=name, accumulate=True):
                return isinstance(self.facts.kind(name), Array) and bool(set(self.memory.parts(name)) & own)
            case _:
                return False

    def _reads(self, stmt: Stmt, own: set[Part]) -> bool:
        """It reads the memory, other than to add to it."""
        match stmt:
            case Store(base=Var(), key=key, value=value):
                read: tuple[Expr, ...] = (key, value)
            case Assign(value=value):
                read = (value,)
            case _:
                return True
        return any(self._leads_to(expr, own) for expr in read)

    def _leads_to(self, expr: Expr, own: set[Part]) -> bool:
        return any(set(self.memory.parts(name)) & own for name in names_in(expr))

    def _taken_before(self, block: list[Stmt], start: int) -> str | None:
        """The variable that was given the number, or a copy of the part, just before it was cleared."""
        cleared = block[start]
        assert isinstance(cleared, Store)
        before = next((s for s in reversed(block[:start]) if not isinstance(s, Comment)), None)
        if not isinstance(before, Assign) or before.accumulate or not isinstance(before.value, Op):
            return None
        value: Expr = before.value
        if before.value.fn is np.array and len(before.value.args) == 1 and not before.value.kwargs:
            value = before.value.args[0]
        elif not self.memory.fixed(before.target):
            return None
        item = Op(operator.getitem, (cleared.base, cleared.key))
        return before.target if isinstance(value, Op) and value == item else None
