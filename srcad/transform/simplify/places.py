"""Write into a place by its subscript, not through a temporary that views it.

    >>> show('''
    ... def f(d_table, y, row, column):
    ...     d_part = d_table[row]
    ...     d_part += y
    ...     d_other = d_table[:, column]
    ...     d_other += y * row
    ...     return d_table
    ... ''', places)
    def f(d_table, y, row, column):
        d_table[row] += y
        d_table[(:, column)] += y * row
        return d_table

Only where the view is taken for this one write, and neither the name of the array nor the index changes in between;
the view may be taken in the forward sweep of a function and written to in its reverse sweep.
NumPy writes a view back to its own place at no cost. A number is written in place likewise: `A[i] = A[i] - v` is
`A[i] -= v`.
"""

from __future__ import annotations

import operator
from dataclasses import replace

from srcad.analysis.regions import is_basic
from srcad.core.kinds import Array, is_number
from srcad.core.nodes import (
    Assign,
    Block,
    Comment,
    Lit,
    Op,
    Program,
    Stmt,
    Store,
    Var,
    expressions_of,
    names_in,
    walk,
)
from srcad.core.operators import IN_PLACE
from srcad.rules.kinding import index_kind, kind_of_index
from srcad.transform.marks import is_halfway
from srcad.transform.simplify.facts import Facts, is_temporary
from srcad.transform.simplify.memory import Memory
from srcad.transform.simplify.rewrite import Rewriter, mentions

_ALL = Lit(Ellipsis)
_AGAIN = {
    operator.add: operator.iadd,
    operator.sub: operator.isub,
    operator.mul: operator.imul,
    operator.truediv: operator.itruediv,
}


def places(program: Program, facts: Facts, memory: Memory | None = None) -> Program:
    """Augmented assignments to subscripts."""
    return _Places(program, facts, memory).run()


class _Places(Rewriter):
    def __init__(self, program: Program, facts: Facts, memory: Memory | None = None) -> None:
        super().__init__(program, facts, memory)
        self._uses = mentions(program)

    def block(self, block: Block) -> Block:
        made = list(super().block(block))
        at = 0
        while at < len(made):
            if not self._is_view(made[at]) or not self._write(made, at):
                at += 1
        return tuple(made)

    def statement(self, stmt: Stmt) -> tuple[Stmt, ...]:
        """`A[i, j] = A[i, j] - v` of a number is `A[i, j] -= v`."""
        match stmt:
            case Store(base=Var(name=name), key=key, value=Op(fn=fn, args=(old, value)), attr=False) if fn in _AGAIN:
                held = self.facts.kind(name)
                if old != Op(operator.getitem, (stmt.base, key)) or stmt.accumulate or not isinstance(held, Array):
                    return (stmt,)
                if is_number(kind_of_index(held, index_kind(key, self.facts.kinds), key)) and held.dtype == "float64":
                    return (replace(stmt, value=Op(_AGAIN[fn], (old, value))),)
        return (stmt,)

    def _is_view(self, stmt: Stmt) -> bool:
        """`t = A[:, j]`"""
        match stmt:
            case Assign(target=target, value=Op(fn=operator.getitem, args=(Var(name=name), key)), accumulate=False):
                arrays = isinstance(self.facts.kind(target), Array) and isinstance(self.facts.kind(name), Array)
                mine = is_temporary(target) or target in self.facts.adjoints
                return arrays and mine and is_basic(key, self.facts.kinds)
            case _:
                return False

    def _write(self, block: list[Stmt], at: int) -> bool:
        """Write where the view of the statement at `at` is written to, if that is all it is for."""
        view = block[at]
        assert isinstance(view, Assign) and isinstance(view.value, Op)
        base, key = view.value.args
        fixed = {*names_in(base), *names_in(key), view.target}
        for later in range(at + 1, len(block)):
            stmt = block[later]
            if isinstance(stmt, Comment) or is_halfway(stmt):
                continue
            written = self._through(stmt, view)
            if written is not None:
                block[later] = written
                del block[at]
                return True
            change = self.memory.change(stmt)
            if change.names & fixed or change.visible or view.target in _read_by(stmt):
                return False
        return False

    def _through(self, stmt: Stmt, view: Assign) -> Store | None:
        """The statement, which writes to the view and is its only use, as a write into the array."""
        assert isinstance(view.value, Op)
        base, key = view.value.args
        mine, uses = Var(view.target), self._uses[view.target]
        match stmt:
            case Assign(target=view.target, value=value, accumulate=True) if uses == 2:
                return Store(base, key, value, stmt.place, accumulate=True)
            case Assign(target=view.target, value=Op(fn=fn, args=(old, value))) if fn in IN_PLACE and old == mine:
                if uses == 3:
                    return Store(base, key, Op(fn, (view.value, value)), stmt.place)
            case Store(base=old, key=to, value=value, attr=False) if uses == 2 and (old, to) == (mine, _ALL):
                return Store(base, key, value, stmt.place, accumulate=stmt.accumulate)
        return None


def _read_by(stmt: Stmt) -> set[str]:
    return {name for inner in walk((stmt,)) for expr in expressions_of(inner) for name in names_in(expr)}
