"""Do the arithmetic that can be done before the program runs.

    >>> show('''
    ... def f(x, y, d_z):
    ...     d_x = d_z * 1.0
    ...     d_y = 1.0 * (y * (2 * x ** (2 - 1)))
    ...     return d_x + -d_y
    ... ''', algebra)
    def f(x, y, d_z):
        d_x = d_z
        d_y = 2 * x * y
        return d_x - d_y

Only adjoint arithmetic is rearranged: what is assigned to an adjoint, or has one as an operand. The user's own
arithmetic is left alone to the last bit; there, only integers are folded. A factor stays where dropping it would
change the type or the shape, or make two names of one array that was two.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from srcad.core.kinds import Array
from srcad.core.nodes import Assign, Block, Comment, Expr, Lit, Op, Program, Stmt, Store, Var
from srcad.transform.simplify.facts import Facts, adjoint_temporaries
from srcad.transform.simplify.memory import Memory
from srcad.transform.simplify.rewrite import Rewriter
from srcad.transform.simplify.sure import sure_floats
from srcad.transform.simplify.tidy import Tidy


def algebra(program: Program, facts: Facts, memory: Memory | None = None) -> Program:
    """Fold constants, and tidy the arithmetic of adjoints."""
    return _Algebra(program, facts, memory).run()


def filled(block: list[Stmt]) -> Block:
    """An array of zeros to which a number is added at once is made full of that number."""
    made: list[Stmt] = []
    for stmt in block:
        before = next((i for i in range(len(made) - 1, -1, -1) if not isinstance(made[i], Comment)), None)
        if before is not None and isinstance(stmt, Assign) and stmt.accumulate and isinstance(stmt.value, Lit):
            zeros = made[before]
            if (
                isinstance(zeros, Assign)
                and zeros.target == stmt.target
                and isinstance(zeros.value, Op)
                and zeros.value.fn is np.zeros_like
                and not zeros.value.kwargs
            ):
                like = zeros.value.args
                ones = stmt.value == Lit(1.0)
                made[before] = replace(
                    zeros, value=Op(np.ones_like if ones else np.full_like, (*like, *(() if ones else (stmt.value,))))
                )
                if isinstance(made[-1], Comment):
                    made.pop()  # it headed what is gone
                continue
        made.append(stmt)
    return tuple(made)


class _Algebra(Rewriter):
    def __init__(self, program: Program, facts: Facts, memory: Memory | None = None) -> None:
        facts = replace(facts, floats=sure_floats(program, facts))
        super().__init__(program, facts, memory)
        self._tidy = Tidy(facts, self.memory)
        self._adjoint_names = facts.adjoints | adjoint_temporaries(program, facts)
        self._of_adjoint = False  # the statement at hand gives an adjoint its value

    def block(self, block: Block) -> Block:
        made: list[Stmt] = []
        for stmt in block:
            match stmt:
                case Assign(target=name) | Store(base=Var(name=name)):
                    self._of_adjoint = name in self._adjoint_names
                    self._tidy.target = name if isinstance(stmt, Assign) else None
                    self._tidy.read_only = stmt.accumulate
                case _:
                    self._of_adjoint = False
                    self._tidy.target = None
                    self._tidy.read_only = False
            made.extend(self.step(stmt))
        return filled(made)

    def expression(self, expr: Expr) -> Expr:
        return self._tidy.expression(expr, self._of_adjoint)

    def statement(self, stmt: Stmt) -> tuple[Stmt, ...]:
        match stmt:
            case Assign(accumulate=True, value=Lit(value=int() | float() as value)) if value == 0:
                return ()
            case (
                Assign(target=name, accumulate=True, value=Op(fn=np.broadcast_to, args=(value, _)))
                | Store(base=Var(name=name), accumulate=True, value=Op(fn=np.broadcast_to, args=(value, _)))
            ) if isinstance(self.facts.kind(name), Array):
                return (replace(stmt, value=value),)  # what is added to an array in place is broadcast anyway
            case _:
                return (stmt,)
