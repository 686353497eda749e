"""Powers that Python may turn complex: `(-2.0) ** 0.5` is a complex number, and not an error.

Contract: where `complex_powers` finds none, no number that a program makes of real ones is complex, so that nothing has
to be checked. Complex numbers spread through arithmetic, and what does not let them through raises: where there is such
a power, it is enough to look at what comes out (`refuse_complex`).
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from srcad.core.kind_of import kind_of
from srcad.core.kinds import BOOL, FLOAT, INT, NUMBER, UNKNOWN, Kind, widen
from srcad.core.nodes import Block, Expr, Lit, Op, Ref, Var, expressions_of, operands, walk
from srcad.errors import Place, UnsupportedSyntax

_POWERS = (operator.pow, pow, operator.ipow)


def complex_powers(body: Block, kinds: Mapping[str, Kind]) -> Iterator[Place]:
    """Where a program raises a number that may be negative to a power that may not be an integer."""
    for stmt in walk(body):
        place = getattr(stmt, "place", None)
        if place is not None and any(_may_be_complex(op, kinds) for e in expressions_of(stmt) for op in _powers_in(e)):
            yield place


def _powers_in(expr: Expr) -> Iterator[Op]:
    if isinstance(expr, Op) and len(expr.args) == 2 and any(expr.fn is power for power in _POWERS):
        yield expr
    for part in operands(expr):
        yield from _powers_in(part)


def _may_be_complex(op: Op, kinds: Mapping[str, Kind]) -> bool:
    base, exponent = op.args
    if isinstance(base, Lit) and isinstance(base.value, (int, float)) and base.value >= 0:
        return False
    if isinstance(exponent, Lit) and isinstance(exponent.value, (int, float)) and float(exponent.value).is_integer():
        return False
    return _kind(base, kinds) in (FLOAT, NUMBER, INT, BOOL, UNKNOWN) and _kind(exponent, kinds) in (
        FLOAT,
        NUMBER,
        UNKNOWN,
    )


def _kind(expr: Expr, kinds: Mapping[str, Kind]) -> Kind:
    if isinstance(expr, Var):
        return widen(kinds.get(expr.name, UNKNOWN))
    return widen(kind_of(expr.value)) if isinstance(expr, (Lit, Ref)) else UNKNOWN


def refuse_complex(value: Any, powers: tuple[Place, ...]) -> None:
    """Raise if what came of a program with such powers is, or holds, a complex number."""
    if holds_complex(value, set()):
        others = f" (or one on line {', '.join(str(place.line) for place in powers[1:])})" if len(powers) > 1 else ""
        raise UnsupportedSyntax(
            f"this power{others} of a negative number is complex",
            powers[0],
            "keep the base from being negative, or make the exponent an int",
        )


def holds_complex(value: Any, seen: set[int]) -> bool:
    """Whether a value is complex, or holds what is. `seen` are the containers looked into so far."""
    if isinstance(value, (complex, np.complexfloating)):
        return True
    if isinstance(value, np.ndarray):
        return bool(np.iscomplexobj(value))
    if id(value) in seen:
        return False
    seen.add(id(value))
    parts: Iterable[Any] = ()
    if isinstance(value, dict):
        parts = value.values()
    elif isinstance(value, (list, tuple)):
        parts = value
    elif hasattr(value, "__dict__") and not callable(value):
        parts = vars(value).values()
    return any(holds_complex(part, seen) for part in parts)
