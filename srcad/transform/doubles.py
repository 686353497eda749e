"""Functions that came out the same are one: a callee is differentiated for each way in which it is called.

def step_fwd(u): ...                 def step_fwd(u): ...
def step_fwd_2(u): ...        ->     def f_grad(u):
def f_grad(u):                           step_fwd(u)
    step_fwd(u)                          step_fwd(u)
    step_fwd_2(u)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from srcad.core.nodes import Expr, FunctionHandle, Program, Ref, map_operands, walk
from srcad.core.rewriting import change_expressions


class Unit(Protocol):
    """A generated function; it may be the other half of a pair."""

    @property
    def handle(self) -> FunctionHandle: ...
    @property
    def program(self) -> Program: ...
    @property
    def half_of(self) -> FunctionHandle | None: ...


U = TypeVar("U", bound=Unit)


def without_doubles(units: Sequence[U], entries: Sequence[FunctionHandle]) -> list[U]:
    """The units, each once, with the calls of one that is gone as calls of the one that stays; entries stay."""
    kept = list(units)
    while True:
        stays: dict[int, FunctionHandle] = {}
        known: dict[tuple[object, ...], list[U]] = {}
        for unit in kept:
            alike = known.setdefault((unit.handle.name, unit.program.params, len(unit.program.body)), [])
            same = next((other for other in alike if _are_same(unit.program, other.program)), None)
            if same is None or any(unit.handle is entry for entry in entries):
                alike.append(unit)
            else:
                stays[id(unit.handle)] = same.handle
        if not stays:
            return kept
        change = _calling(stays)
        kept = [_changed(unit, change, stays) for unit in kept if id(unit.handle) not in stays]


def _are_same(one: Program, other: Program) -> bool:
    """Whether two programs are the same, and of the same lines."""
    if one.body != other.body:
        return False
    places = [[getattr(stmt, "place", None) for stmt in walk(program.body)] for program in (one, other)]
    return places[0] == places[1]


def _calling(stays: dict[int, FunctionHandle]) -> Callable[[Expr], Expr]:
    def change(expr: Expr) -> Expr:
        if isinstance(expr, Ref):
            now = stays.get(id(expr.value))
            return expr if now is None else Ref(now.name, now)
        return map_operands(expr, change)

    return change


def _changed(unit: Any, change: Callable[[Expr], Expr], stays: dict[int, FunctionHandle]) -> Any:
    program = replace(unit.program, body=change_expressions(unit.program.body, change))
    return replace(unit, program=program, half_of=stays.get(id(unit.half_of), unit.half_of))
