"""Compute once what is computed twice.

    >>> show('''
    ... def f(x):
    ...     t_1 = x ** 2
    ...     t_2 = np.exp(t_1)
    ...     t_3 = x ** 2
    ...     t_4 = np.exp(t_3)
    ...     return t_2 + t_4
    ... ''', lambda program, facts: common(propagate(common(program, facts), facts), facts))
    def f(x):
        t_1 = x ** 2
        t_2 = np.exp(t_1)
        t_3 = t_1
        t_4 = t_2
        return t_2 + t_4

A value is reused where it was certainly computed before, its operands are the same still, and so is the memory that
it read. Not shared: objects that are made to be written into, arrays that somebody writes into or returns, and what
is cheaper to read twice than to name (an element, a sign, a step of an index).
"""

from __future__ import annotations

import operator
from dataclasses import replace

import numpy as np

from srcad.analysis.liveness import effect_free
from srcad.analysis.purity import ARITHMETIC, COMPARISONS, HOLDERS, makes_fresh
from srcad.core import prims
from srcad.core.kinds import INT, Array, is_number
from srcad.core.nodes import Assign, Expr, Lit, Op, Program, Stmt, Var
from srcad.core.operators import hashable
from srcad.transform.simplify.facts import Facts, plain
from srcad.transform.simplify.memory import Memory, Stamp
from srcad.transform.simplify.rewrite import Rewriter, rebuild

_CHEAP = {
    operator.neg, operator.pos, operator.getitem, prims.get_attr, prims.format_value, len,
    np.ndim, np.shape, np.transpose,
}  # fmt: skip


def common(program: Program, facts: Facts, memory: Memory | None = None, elements: bool = False) -> Program:
    """Replace a computation by the variable that holds its value already.

    With `elements`, an element of an array that is written to counts too: what a reverse sweep needs of it is saved.
    """
    return _Common(program, facts, memory, elements).run()


class _Common(Rewriter):
    def __init__(self, program: Program, facts: Facts, memory: Memory | None, elements: bool) -> None:
        super().__init__(program, facts, memory)
        self._elements = elements
        self._known: dict[Op, tuple[str, Stamp]] = {}
        self._learned: list[list[Op]] = [[]]

    def enter(self) -> None:
        self._learned.append([])

    def leave(self) -> None:
        for op in self._learned.pop():
            self._known.pop(op, None)

    def expression(self, expr: Expr) -> Expr:
        """The expression with what is nested in it replaced where it is known; `statement` sees to the whole."""
        if not isinstance(expr, Op):
            return expr
        kwargs = tuple((key, self.part(value, expr)) for key, value in expr.kwargs)
        return rebuild(expr, tuple(self.part(arg, expr) for arg in expr.args), kwargs)

    def part(self, expr: Expr, whole: Op) -> Expr:
        if not isinstance(expr, Op):
            return expr
        if self._worth_sharing(expr):
            known = self._known.get(self._key(expr))
            if known is not None and self.versions.holds(known[1]) and self._may_stand_in(known[0], whole):
                return Var(known[0])
        return self.expression(expr)

    def _may_stand_in(self, holder: str, whole: Op) -> bool:
        """A variable does no harm as an operand: a number, or an array that nobody writes into, in arithmetic."""
        if is_number(self.facts.kind(holder)):
            return True
        return whole.fn in ARITHMETIC and self.memory.fixed(holder)

    def statement(self, stmt: Stmt) -> tuple[Stmt, ...]:
        if not isinstance(stmt, Assign) or not isinstance(stmt.value, Op) or not self._worth_sharing(stmt.value):
            return (stmt,)
        known = self._known.get(self._key(stmt.value))
        if known is None or not self.versions.holds(known[1]) or known[0] == stmt.target:
            return (stmt,)
        if not self._may_merge(stmt.target, known[0], stmt.accumulate):
            return (stmt,)
        return (replace(stmt, value=Var(known[0])),)

    def learn(self, stmt: Stmt) -> None:
        if not isinstance(stmt, Assign) or stmt.accumulate or not isinstance(stmt.value, Op):
            return
        if not self._worth_sharing(stmt.value):
            return
        parts = self.memory.reads(stmt.value)
        if stmt.target in parts:
            return
        parts.add(stmt.target)
        key = self._key(stmt.value)
        self._known[key] = (stmt.target, self.versions.stamp(parts))
        self._learned[-1].append(key)

    def _key(self, op: Op) -> Op:
        """The operation, or its mirror image, where the order of two numbers makes no difference."""
        if op.fn not in (operator.add, operator.mul) or len(op.args) != 2:
            return op
        left, right = op.args
        if isinstance(left, Var) and isinstance(right, Var) and left.name > right.name:
            kinds = (self.facts.kind(left.name), self.facts.kind(right.name))
            if all(is_number(kind) or isinstance(kind, Array) for kind in kinds):
                return Op(op.fn, (right, left), op.kwargs, op.form, op.name)
        return op

    def _worth_sharing(self, op: Op) -> bool:
        fn = op.fn
        if fn is operator.getitem and self._elements and isinstance(op.args[0], Var):
            base = op.args[0].name
            written = isinstance(self.facts.kind(base), Array) and self.memory.root(base) in self.memory.written
            return written and is_number(self.facts.kind_of(op)) and effect_free(op)
        if not hashable(fn) or fn in _CHEAP or fn in HOLDERS or fn in COMPARISONS or makes_fresh(op):
            return False
        if fn in (operator.add, operator.sub) and any(isinstance(a, Lit) for a in op.args):
            if all(plain(self.facts.kind_of(a)) == INT for a in op.args):
                return False
        if fn in ARITHMETIC and all(isinstance(a, Lit) for a in op.args):
            return False
        if fn is operator.truediv and isinstance(op.args[0], Lit):
            return False  # `d * (1 / x)` becomes `d / x`
        return effect_free(op)

    def _may_merge(self, target: str, holder: str, accumulate: bool) -> bool:
        """Two names for one value do no harm: nobody can write into it, or nobody does."""
        memory = self.memory
        if memory.fixed(target) or accumulate:
            return memory.fixed(holder) or accumulate
        return not memory.fixed(holder) and memory.may_alias((target, holder))
