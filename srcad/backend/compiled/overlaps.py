"""What NumPy looks at in an operation in place, and Numba does not.

    b[1:] *= x[:-1]             b[1:] *= fits(apart(x[:-1]), b[1:])

What is read while it is written is copied first, where the two may be one memory: NumPy notices that the operands of
one operation overlap; the loop that Numba makes of it does not. The value of an arithmetic expression is memory of its
own. And the value must not be larger than the place, which NumPy refuses: Numba would write an element several times.
"""

from __future__ import annotations

import operator
from dataclasses import replace

from srcad.analysis.purity import ARITHMETIC
from srcad.backend.compiled.unbound import map_statements
from srcad.backend.numba_runtime import apart, fits
from srcad.core.kinds import is_number
from srcad.core.nodes import Assign, Expr, Op, Program, Stmt, Store, Var, names_in
from srcad.core.operators import IN_PLACE
from srcad.transform.simplify.facts import Facts, plain
from srcad.transform.simplify.memory import Memory


def without_overlaps(program: Program, facts: Facts) -> Program:
    """The program with copies of what may overlap the place that it is added to."""
    memory = Memory(program, facts)

    def is_element(base: Expr, key: Expr | None) -> bool:
        """Whether the place holds a number."""
        return key is not None and is_number(plain(facts.kind_of(Op(operator.getitem, (base, key)))))

    def safe(base: Expr, value: Expr, key: Expr | None = None) -> Expr:
        if is_number(plain(facts.kind_of(value))) or is_element(base, key):
            return value
        roots = {memory.root(name) for name in names_in(base)}
        shared = any(memory.root(name) in roots for name in names_in(value))
        fresh = isinstance(value, Op) and value.fn in ARITHMETIC
        return Op(apart, (value,)) if shared and not fresh else value

    def fitting(base: Expr, value: Expr, key: Expr | None = None) -> Expr:
        if is_number(plain(facts.kind_of(value))) or is_element(base, key):
            return value
        place = base if key is None else Op(operator.getitem, (base, key))
        return Op(fits, (safe(base, value, key), place))

    def change(stmt: Stmt) -> Stmt:
        match stmt:
            case Assign(target=target, accumulate=True, value=value) if not is_number(plain(facts.kind(target))):
                return replace(stmt, value=safe(Var(target), value))
            case Assign(target=target, value=Op(fn=fn, args=(Var(name=name), value)) as op):
                if fn in IN_PLACE and name == target and not is_number(plain(facts.kind(target))):
                    return replace(stmt, value=replace(op, args=(Var(name), fitting(Var(name), value))))
            case Store(base=base, key=key, value=Op(fn=fn, args=(place, value)) as op) if fn in IN_PLACE:
                return replace(stmt, value=replace(op, args=(place, fitting(base, value, key))))
            case Store(base=base, key=key, value=value, accumulate=True):
                return replace(stmt, value=safe(base, value, key))
        return stmt

    return replace(program, body=map_statements(program.body, change))
