"""What is read while it is written in place is copied first, where the two may be one memory.

    b[1:] *= x[:-1]             b[1:] *= apart(x[:-1])

NumPy notices that the operands of one operation overlap; the loop that Numba makes of it does not. The value of an
arithmetic expression is memory of its own.
"""

from __future__ import annotations

from dataclasses import replace

from srcad.analysis.purity import ARITHMETIC
from srcad.backend.compiled.unbound import map_statements
from srcad.backend.numba_runtime import apart
from srcad.core.kinds import is_number
from srcad.core.nodes import Assign, Expr, Op, Program, Stmt, Store, Var, names_in
from srcad.core.operators import IN_PLACE
from srcad.transform.simplify.facts import Facts, plain
from srcad.transform.simplify.memory import Memory


def without_overlaps(program: Program, facts: Facts) -> Program:
    """The program with copies of what may overlap the place that it is added to."""
    memory = Memory(program, facts)

    def safe(base: Expr, value: Expr) -> Expr:
        if is_number(plain(facts.kind_of(value))) or isinstance(value, Op) and value.fn in ARITHMETIC:
            return value
        roots = {memory.root(name) for name in names_in(base)}
        shared = any(memory.root(name) in roots for name in names_in(value))
        return Op(apart, (value,)) if shared else value

    def change(stmt: Stmt) -> Stmt:
        match stmt:
            case Assign(target=target, accumulate=True, value=value) if not is_number(plain(facts.kind(target))):
                return replace(stmt, value=safe(Var(target), value))
            case Assign(target=target, value=Op(fn=fn, args=(Var(name=name), value)) as op):
                if fn in IN_PLACE and name == target and not is_number(plain(facts.kind(target))):
                    return replace(stmt, value=replace(op, args=(Var(name), safe(Var(name), value))))
            case Store(base=base, value=Op(fn=fn, args=(place, value)) as op) if fn in IN_PLACE:
                return replace(stmt, value=replace(op, args=(place, safe(base, value))))
            case Store(base=base, value=value, accumulate=True):
                return replace(stmt, value=safe(base, value))
        return stmt

    return replace(program, body=map_statements(program.body, change))
