"""Leave off what only differentiation needs to know.

A `custom_vjp` is called through `still`, which says that no derivative passes, and its result is tied to the arguments
by an `Attached`; once a derivative is made, the first is a copy and the second nothing at all.

    t = still(x)                              pair = fwd(np.array(x))
    pair = fwd(t)                     ->      y = pair[0]
    y = attached(pair[0], pair[1], x)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from srcad import runtime, runtime_rules
from srcad.core.kinds import UNKNOWN, Array, Kind, is_number
from srcad.core.nodes import Do, Expr, Op, Program, Stmt, Var, map_operands
from srcad.core.rewriting import change_expressions
from srcad.rules.custom import Attached


def halfway() -> None:
    """Where the forward sweep of a function ends and its reverse sweep begins, until these are two functions."""


def is_halfway(stmt: Stmt) -> bool:
    return isinstance(stmt, Do) and stmt.value.fn is halfway


def without_marks(program: Program, kinds: Mapping[str, Kind]) -> Program:
    """The program with every mark replaced by what it computes."""

    def change(expr: Expr) -> Expr:
        if not isinstance(expr, Op):
            return expr
        made = map_operands(expr, change)
        assert isinstance(made, Op)
        if isinstance(made.fn, Attached) or made.fn is runtime_rules.hook:
            return made.args[0]
        if made.fn is runtime_rules.still:
            return _copy(made.args[0])
        return made

    def _copy(operand: Expr) -> Expr:
        kind = kinds.get(operand.name, UNKNOWN) if isinstance(operand, Var) else UNKNOWN
        if is_number(kind) or not isinstance(operand, Var):
            return operand
        return Op(np.array, (operand,)) if isinstance(kind, Array) else Op(runtime.copied, (operand,))

    return replace(program, body=change_expressions(program.body, change))
