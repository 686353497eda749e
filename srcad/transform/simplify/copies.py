"""Take no copy of an array that nobody writes to while the copy is read.

    >>> show('''
    ... def f(d_row, y):
    ...     d_part = array(d_row)
    ...     d_y = d_part * d_row
    ...     d_other = array(d_row)
    ...     d_row += d_other * y
    ...     return d_y
    ... ''', copies)
    def f(d_row, y):
        d_part = d_row
        d_y = d_part * d_row
        d_other = array(d_row)
        d_row += d_other * y
        return d_y

Only for temporaries and adjoints whose memory nothing else shares, writes to or gives back; and not of an array that
was made just before under the name of its copy.
"""

from __future__ import annotations

import operator
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import numpy as np

from srcad.analysis.purity import shares
from srcad.analysis.regions import is_basic
from srcad.core.kinds import Array
from srcad.core.nodes import Assign, Block, Expr, Op, Program, Stmt, Var, expressions_of, names_in, targets_of, walk
from srcad.transform.simplify.facts import Facts, is_temporary
from srcad.transform.simplify.memory import Memory
from srcad.transform.simplify.rewrite import Rewriter


def copies(program: Program, facts: Facts, memory: Memory | None = None) -> Program:
    """Read the array itself."""
    return _Copies(program, facts, memory).run()


class _Copies(Rewriter):
    def __init__(self, program: Program, facts: Facts, memory: Memory | None = None) -> None:
        super().__init__(program, facts, memory)
        self._bound: Counter[str] = Counter()
        self._uses: Counter[str] = Counter()
        for stmt in walk(program.body):
            self._bound.update(targets_of(stmt))
            self._uses.update(_read_by(stmt))

    def block(self, block: Block) -> Block:
        made = list(super().block(block))
        for at, stmt in enumerate(made):
            if isinstance(stmt, Assign) and (copied := self._copied(stmt)) and self._is_needless(made, at, copied):
                made[at] = replace(stmt, value=copied)
                self.memory.share(stmt.target, next(names_in(copied)))
        again = [stmt for before, stmt in pairwise(made) if not self._copies_what_was_made(before, stmt)]
        return (*made[:1], *again)

    def _copies_what_was_made(self, before: Stmt, stmt: Stmt) -> bool:
        """`d = np.array(d)` after `d = a * b`: nobody else has that memory."""
        if not (isinstance(before, Assign) and isinstance(stmt, Assign)) or stmt.accumulate or before.accumulate:
            return False
        match stmt.value:
            case Op(fn=np.array, args=(Var(name=name),), kwargs=()) if name == stmt.target == before.target:
                kind = self.facts.kind(name)
                has_items = isinstance(kind, Array) and bool(kind.dims)  # what has no dimension may be a number
                return has_items and isinstance(before.value, Op) and not shares(before.value)
            case _:
                return False

    def _copied(self, stmt: Assign) -> Expr | None:
        """`x` or `x[i]` in `t = np.array(x[i])`, where `t` may as well be a view."""
        mine = is_temporary(stmt.target) or stmt.target in self.facts.adjoints
        if stmt.accumulate or not mine or self._bound[stmt.target] != 1 or not isinstance(stmt.value, Op):
            return None
        if stmt.value.fn is not np.array or len(stmt.value.args) != 1 or stmt.value.kwargs:
            return None
        match stmt.value.args[0]:
            case Var(name=name) as copied:
                pass
            case Op(fn=operator.getitem, args=(Var(name=name), key)) as copied if is_basic(key, self.facts.kinds):
                pass
            case _:
                return None
        arrays = isinstance(self.facts.kind(name), Array) and isinstance(self.facts.kind(stmt.target), Array)
        return copied if arrays and name != stmt.target and self.memory.is_alone(stmt.target) else None

    def _is_needless(self, block: list[Stmt], at: int, copied: Expr) -> bool:
        """Whether every use comes below in the same block, before anybody writes to what is copied."""
        copy = block[at]
        assert isinstance(copy, Assign)
        left = self._uses[copy.target]
        read = self.memory.reads(copied) | {p for name in names_in(copied) for p in self.memory.parts(name)}
        for stmt in block[at + 1 :]:
            if not left:
                break
            change = self.memory.change(stmt)
            if (change.names | change.memory) & read:
                return False
            left -= sum(_read_by(inner)[copy.target] for inner in walk((stmt,)))
        return not left


def _read_by(stmt: Stmt) -> Counter[str]:
    return Counter(name for expr in expressions_of(stmt) for name in names_in(expr))
