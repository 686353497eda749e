"""Refuse what Numba compiles wrongly: lists that change elsewhere than at their end.

Numba keeps no count of who holds an array that is inserted into, removed from or moved within a list, and frees it too
early. Lists that only grow and shrink at their end, as tapes do, are compiled.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from srcad.core import prims
from srcad.core.kinds import Kind, List
from srcad.core.nodes import Expr, Lit, Op, Program, Stmt, Store, Var, expressions_of, operands, walk
from srcad.errors import BackendError, Place

_AT_THE_END = ("append", "pop")


def refuse_lists(name: str, program: Program, kinds: Mapping[str, Kind]) -> None:
    """Raise where a list changes elsewhere than at its end."""
    place = program.place
    for stmt in walk(program.body):
        place = getattr(stmt, "place", None) or place
        found = _method_in(stmt)
        sliced = isinstance(stmt, Store) and isinstance(stmt.base, Var) and _is_slice(stmt.key)
        if found is None and sliced and isinstance(stmt, Store) and isinstance(stmt.base, Var):
            found = "a slice that is assigned to" if isinstance(kinds.get(stmt.base.name), List) else None
        if found is not None:
            raise BackendError(
                f"{name}: Numba does not compile {found} of a list safely",
                place if isinstance(place, Place) else program.place,
                'use backend="python" for this function',
            )


def _is_slice(key: Expr) -> bool:
    return isinstance(key, Op) and key.fn is prims.make_slice


def _method_in(stmt: Stmt) -> str | None:
    todo: list[Any] = list(expressions_of(stmt))
    while todo:
        expr = todo.pop()
        if isinstance(expr, Op) and expr.fn is prims.call_method and isinstance(expr.args[1], Lit):
            method = expr.args[1].value
            if method not in _AT_THE_END and method in _MOVING or method == "pop" and len(expr.args) > 2:
                return f".{method}()"
        todo.extend(operands(expr))
    return None


_MOVING = {"insert", "reverse", "extend", "remove", "sort", "clear", "appendleft", "popleft", "rotate"}
