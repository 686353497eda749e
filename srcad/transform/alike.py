"""Generate once what is the same: functions whose programs differ in nothing but their numbers.

    def check_fwd(x): ...                       def check_fwd(x): ...
    def check_fwd_2(x): ...         becomes     def f_grad(x):
    def f_grad(x):                                  check_fwd(x)
        check_fwd(x)                                check_fwd(x)
        check_fwd_2(x)

A function is made for the kinds of its arguments and for what its caller wants of it: what comes out may be the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from srcad.core.nodes import Block, Expr, FunctionHandle, Program, Ref, map_operands
from srcad.core.rewriting import change_expressions

_ITSELF = FunctionHandle("itself")


def once(programs: Sequence[tuple[FunctionHandle, Program]], kept: Iterable[FunctionHandle]) -> dict[int, Any]:
    """For each function that is the same as an earlier one, by the identity of its handle, that one's handle.

    Those of `kept` stay. Functions that call the same functions may be the same in their turn.
    """
    entries = {id(handle) for handle in kept}
    same: dict[int, Any] = {}
    while True:
        before = len(same)
        first: dict[Any, FunctionHandle] = {}
        for handle, program in programs:
            if id(handle) in same or id(handle) in entries:
                continue
            body = renamed(program.body, {**same, id(handle): _ITSELF})
            params = tuple((param.name, param.kind, param.default) for param in program.params)
            found = first.setdefault((params, program.doc, body), handle)
            if found is not handle:
                same[id(handle)] = found
        if len(same) == before:
            return same


def renamed(body: Block, handles: Mapping[int, Any]) -> Block:
    """A block that calls other functions in place of these."""

    def change(expr: Expr) -> Expr:
        if isinstance(expr, Ref):
            return Ref(expr.name, handles[id(expr.value)]) if id(expr.value) in handles else expr
        return map_operands(expr, change)

    return change_expressions(body, change)
