"""Ints that may outgrow 64 bits are computed with a check: Python's have no limit, Numba's would wrap around.

    n = 3 * n + 1               n = times(3, n) + 1
    k = int(x)                  k = whole(x)

No check is needed where the operands are small: literals, lengths, and counters of loops that start at one of these. A
small literal is added without a check: nobody counts to 2**62.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from srcad.backend import numba_integers as own
from srcad.core import prims
from srcad.core.kinds import UNKNOWN, Array, Kind, is_integral
from srcad.core.nodes import Assign, Expr, For, Lit, Op, Program, Var, map_operands, targets_of, walk
from srcad.core.rewriting import change_expressions
from srcad.transform.simplify.facts import Facts, plain, shape_of

_LENGTH, _COUNTER, _ANY = 47, 50, 64  # bits: of a length in memory, of what a loop can count to, of an int
_CHECKED: dict[Any, Any] = {
    operator.mul: own.times,
    operator.add: own.plus,
    operator.sub: own.minus,
    operator.pow: own.raised,
    operator.lshift: own.shifted,
}
_ROUNDED = {int: own.whole, math.floor: own.floored, math.ceil: own.ceiled, math.trunc: own.whole}


def with_checked_integers(program: Program, kinds: Mapping[str, Kind], adjoints: frozenset[str]) -> Program:
    """The program with checks where an int may outgrow 64 bits."""
    facts = Facts(kinds, adjoints)
    bits = _Bits(program, facts)

    def change(expr: Expr) -> Expr:
        if not isinstance(expr, Op):
            return expr
        checked = bits.is_int(expr) and bits.of(expr) >= _ANY
        fn = expr.fn if type(expr.fn).__hash__ is not None else None
        made = map_operands(expr, change)
        assert isinstance(made, Op)
        if fn in _CHECKED and checked:
            return Op(_CHECKED[fn], made.args)
        if fn in _ROUNDED and len(expr.args) == 1 and not bits.is_int(expr.args[0]):
            return Op(_ROUNDED[fn], made.args)
        return made

    return replace(program, body=change_expressions(program.body, change))


class _Bits:
    """How many bits an int expression may take."""

    def __init__(self, program: Program, facts: Facts) -> None:
        self.facts = facts
        self.values: dict[str, list[Expr | None]] = {p.name: [None] for p in program.params}
        for stmt in walk(program.body):
            if isinstance(stmt, For):
                self.values.setdefault(stmt.target, []).append(Op(range, (stmt.start, stmt.stop, stmt.step)))
            elif isinstance(stmt, Assign) and not stmt.accumulate:
                self.values.setdefault(stmt.target, []).append(stmt.value)
            elif not isinstance(stmt, Assign):
                for name in targets_of(stmt):
                    self.values.setdefault(name, []).append(None)
        self._known: dict[str, int] = {}

    def is_int(self, expr: Expr) -> bool:
        """Whether an expression may be an int."""
        match expr:
            case Lit(value=value):
                return isinstance(value, int)
            case Var(name=name):
                kind = plain(self.facts.kind(name))
                return is_integral(kind) or kind == UNKNOWN and name not in self.facts.adjoints and self._made_int(name)
            case Op(fn=operator.getitem, args=(base, _)):
                kind = self.facts.kind_of(base)
                if isinstance(kind, Array):
                    return kind.dtype == "int64" and is_integral(plain(self.facts.kind_of(expr)))
                return is_integral(plain(self.facts.kind_of(expr)))
            case Op(fn=fn, args=args) if fn in _CHECKED or fn in (operator.floordiv, operator.mod, operator.neg):
                return all(map(self.is_int, args))
            case _:
                return is_integral(plain(self.facts.kind_of(expr)))

    def _made_int(self, name: str) -> bool:
        """Whether a variable that a pass made up holds an int."""
        values = self.values.get(name)
        self.values[name] = [None]  # of itself it is not one
        made = bool(values) and all(v is not None and self.is_int(v) for v in values or ())
        self.values[name] = values or []
        return made

    def of(self, expr: Expr) -> int:
        match expr:
            case Lit(value=value):
                return int(value).bit_length() if isinstance(value, int) else _ANY - 1
            case Var(name=name):
                return self.of_variable(name)
            case Op(fn=operator.mul, args=(a, b)):
                return self.of(a) + self.of(b)
            case Op(fn=operator.add | operator.sub, args=(a, b)):
                x, y = sorted((self.of(a), self.of(b)))
                return y if x < 32 and (isinstance(a, Lit) or isinstance(b, Lit)) else y + 1
            case Op(fn=operator.pow, args=(a, Lit(value=int(times)))) if times >= 0:
                return self.of(a) * times
            case Op(fn=operator.pow | operator.lshift):
                return _ANY
            case Op(fn=operator.floordiv | operator.mod, args=(a, b)):
                return max(self.of(a), self.of(b))
            case Op(fn=operator.neg, args=(a,)):
                return self.of(a)
            case Op(fn=fn, args=(base, _)) if fn is operator.getitem and shape_of(base) is not None:
                return _LENGTH
            case Op(fn=fn, args=(Op(fn=prims.get_attr, args=(_, Lit(value="shape"))), _)) if fn is operator.getitem:
                return _LENGTH
            case Op(fn=prims.get_attr, args=(_, Lit(value="size" | "ndim"))):
                return _LENGTH
            case Op(fn=fn) if fn is len:
                return _LENGTH
            case _:
                return _ANY - 1

    def of_variable(self, name: str) -> int:
        known = self._known.get(name)
        if known is None:
            self._known[name] = _ANY - 1  # of itself: it may grow from trip to trip
            known = self._known[name] = max(map(self._of_value, self.values.get(name) or [None]))
        return known

    def _of_value(self, value: Expr | None) -> int:
        match value:
            case None:
                return _ANY - 1
            case Op(fn=fn, args=(start, _, Lit(value=int()))) if fn is range:
                return max(self.of(start), _COUNTER) if self.of(start) < _ANY - 1 else _ANY - 1
            case _:
                return min(self.of(value), _ANY - 1)
