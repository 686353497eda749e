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

from srcad.core.nodes import Assign, Block, Expr, Lit, Program, Stmt, Store, Var
from srcad.transform.simplify.facts import Facts, adjoint_temporaries
from srcad.transform.simplify.memory import Memory
from srcad.transform.simplify.rewrite import Rewriter
from srcad.transform.simplify.sure import sure_floats
from srcad.transform.simplify.tidy import Tidy


def algebra(program: Program, facts: Facts, memory: Memory | None = None) -> Program:
    """Fold constants, and tidy the arithmetic of adjoints."""
    return _Algebra(program, facts, memory).run()


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
        return tuple(made)

    def expression(self, expr: Expr) -> Expr:
        return self._tidy.expression(expr, self._of_adjoint)

    def statement(self, stmt: Stmt) -> tuple[Stmt, ...]:
        match stmt:
            case Assign(accumulate=True, value=Lit(value=int() | float() as value)) if value == 0:
                return ()
            case _:
                return (stmt,)
