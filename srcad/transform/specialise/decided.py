"""Decide `if xs is None` where a parameter is given None, before its variable is told to be anything else.

    def f(x, xs=None):                        def f(x, xs):        # called without xs
        if xs is None:              ->            xs = []
            xs = []                               xs.append(x)
        xs.append(x)

Then what the parameter was given no longer meets what is bound in its place, and the list is a variable of its own.
Only tests that come before the parameter is bound again, outside of loops, are decided.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable
from dataclasses import replace

from srcad.core.nodes import NONE, Assign, Block, If, Op, Program, Stmt, Var, assigned_in


def without_arguments(program: Program, names: Iterable[str]) -> Program:
    """The program where the parameters of these names are None."""
    given = set(names)
    answers: dict[str, bool] = {}
    made: list[Stmt] = []
    todo: list[Stmt] = list(reversed(program.body))
    decided = False
    while todo:
        stmt = todo.pop()
        if isinstance(stmt, If) and isinstance(stmt.test, Var) and stmt.test.name in answers:
            taken: Block = stmt.body if answers[stmt.test.name] else stmt.orelse
            todo.extend(reversed(taken))
            decided = True
            continue
        bound = assigned_in((stmt,))
        given -= bound
        for name in bound & set(answers):
            del answers[name]
        if isinstance(stmt, Assign):
            answer = _answer(stmt.value, given)
            if answer is not None:
                answers[stmt.target] = answer
        made.append(stmt)
    return replace(program, body=tuple(made)) if decided else program


def _answer(value: object, given: set[str]) -> bool | None:
    """What `p is None` or `p is not None` says of a parameter that is None."""
    if not isinstance(value, Op) or value.fn not in (operator.is_, operator.is_not) or value.args[1] != NONE:
        return None
    tested = value.args[0]
    if isinstance(tested, Var) and tested.name in given:
        return value.fn is operator.is_
    return None
