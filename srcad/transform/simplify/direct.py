"""Give the parts of a call's result the names that they are copied to.

    >>> show('''
    ... def f(x, y):
    ...     t_1, t_2 = divmod(x, y)
    ...     d_x = t_1
    ...     d_y = y
    ...     d_y += t_2
    ...     return (d_x, d_y)
    ... ''', direct)
    def f(x, y):
        d_x, t_2 = divmod(x, y)
        d_y = y
        d_y += t_2
        return (d_x, d_y)

Only for temporaries that are read this once, where nobody reads or binds the other name before the copy.
"""

from __future__ import annotations

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

    def block(self, block: Block) -> Block:
        made = list(super().block(block))
        for at, stmt in enumerate(made):
            if isinstance(stmt, Unpack):
                for part in stmt.targets:
                    if is_temporary(part) and self._uses[part] == 2:
                        self._name(made, at, part)
        return tuple(made)

    def _name(self, stmts: list[Stmt], at: int, part: str) -> None:
        """Write the name that `part` is copied to into the call at `at`, and take the copy out."""
        for later in range(at + 1, len(stmts)):
            copy = stmts[later]
            if not (isinstance(copy, Assign) and copy.value == Var(part) and not copy.accumulate):
                continue
            call, name, between = stmts[at], copy.target, tuple(stmts[at + 1 : later])
            assert isinstance(call, Unpack)
            used = {*call.targets, *assigned_in(between), *read_in(between)}
            if name in self.facts.adjoints and name not in used:
                stmts[at] = replace(call, targets=tuple(name if t == part else t for t in call.targets))
                del stmts[later]
            return
