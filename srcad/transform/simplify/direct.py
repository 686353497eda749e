"""Give values, and the parts of a call's result, the names that they are copied to.

    >>> show('''
    ... def f(x, y):
    ...     t_1, t_2 = divmod(x, y)
    ...     d_x = t_1
    ...     d_y = y
    ...     d_y += t_2
    ...     t_3 = x[0:2]
    ...     head = t_3
    ...     return (d_x, d_y, head)
    ... ''', direct)
    def f(x, y):
        d_x, t_2 = divmod(x, y)
        d_y = y
        d_y += t_2
        head = x[0:2]
        return (d_x, d_y, head)

Only for temporaries that are read this once, where nobody reads or binds the other name before the copy; parts of a
call's result become adjoints alone, and a variable that is bound again elsewhere is bound where it was.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from srcad.core.nodes import (
    Assign,
    Block,
    Program,
    Stmt,
    Unpack,
    Var,
    assigned_in,
    read_in,
    targets_of,
    walk,
)
from srcad.transform.simplify.facts import Facts, is_temporary
from srcad.transform.simplify.memory import Memory
from srcad.transform.simplify.rewrite import Rewriter, mentions


def direct(program: Program, facts: Facts, memory: Memory | None = None) -> Program:
    """Unpack into the adjoints that the parts are for."""
    return _Direct(program, facts, memory).run()


class _Direct(Rewriter):
    def __init__(self, program: Program, facts: Facts, memory: Memory | None = None) -> None:
        super().__init__(program, facts, memory)
        self._uses = mentions(program)
        self._bound = Counter(p.name for p in program.params)
        self._bound.update(name for stmt in walk(program.body) for name in targets_of(stmt))

    def block(self, block: Block) -> Block:
        made = list(super().block(block))
        for at, stmt in enumerate(made):
            for name in targets_of(stmt) if isinstance(stmt, (Unpack, Assign)) else ():
                if is_temporary(name) and self._uses[name] == 2:
                    self._name(made, at, name)
        return tuple(made)

    def _name(self, stmts: list[Stmt], at: int, old: str) -> None:
        """Write the name that `old` is copied to into the statement at `at`, and take the copy out."""
        for later in range(at + 1, len(stmts)):
            copy = stmts[later]
            if not (isinstance(copy, Assign) and copy.value == Var(old) and not copy.accumulate):
                continue
            stmt, name, between = stmts[at], copy.target, tuple(stmts[at + 1 : later])
            used = {*targets_of(stmt), *assigned_in(between), *read_in(between)}
            if name in used or is_temporary(name):
                return
            if isinstance(stmt, Unpack) and name in self.facts.adjoints:
                stmts[at] = replace(stmt, targets=tuple(name if t == old else t for t in stmt.targets))
                del stmts[later]
            elif isinstance(stmt, Assign) and self._bound[name] == 1 and stmt.place == copy.place:
                stmts[at] = replace(stmt, target=name)
                del stmts[later]
            return
