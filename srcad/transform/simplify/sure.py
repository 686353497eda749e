"""Which variables of kind `FLOAT` surely hold floats.

The kind joins ints to floats: in `c = 1` on one path and `c = x * x` on the other, `c` is a `FLOAT` that may be the
int 1 when the program runs. `1.0 * c` is a float and `c` is not, so that a factor `1.0` may go only where another one
is surely a float. Contract: a variable is in the answer only if every one of its definitions gives a float (or an
array of floats). The parameters and results of generated functions may be ints; the parameters of a user's function
are what their kinds say, which were read from the arguments.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping

import numpy as np

from srcad.analysis.purity import APPENDERS, ARITHMETIC
from srcad.core import prims
from srcad.core.kinds import FLOAT, NUMBER, Array, Kind, Tuple
from srcad.core.nodes import Assign, Do, Expr, Lit, Op, Program, Var, targets_of, walk
from srcad.core.operators import hashable
from srcad.transform.simplify.facts import Facts, plain


def sure_floats(program: Program, facts: Facts) -> frozenset[str]:
    """The variables of kind `FLOAT` that are never ints."""
    check = _Check(facts)
    definitions: dict[str, list[Expr | None]] = {}
    for param in program.params:
        given = param.name if program.source is not None else None
        definitions.setdefault(param.name, []).append(None if given is None else Lit(0.0))
    assigned: set[str] = set()
    for stmt in walk(program.body):
        if isinstance(stmt, Assign):
            assigned.add(stmt.target)
            if not stmt.accumulate:
                definitions.setdefault(stmt.target, []).append(stmt.value)
        elif isinstance(stmt, Do) and hashable(stmt.value.fn) and stmt.value.fn in APPENDERS:
            match stmt.value.args:
                case (Var(name=name), value):
                    check.tapes.setdefault(name, []).append(value)
        else:
            for name in targets_of(stmt):
                assigned.add(name)
                definitions.setdefault(name, []).append(None)
    if program.source is not None:
        check.given = {p.name for p in program.params if p.name not in assigned}
    check.sure = {n for n in definitions if plain(facts.kind(n)) == FLOAT and n not in facts.adjoints}
    while True:
        unsure = {n for n in check.sure if not all(e is not None and check.is_float(e) for e in definitions[n])}
        if not unsure:
            return frozenset(check.sure)
        check.sure -= unsure


class _Check:
    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.sure: set[str] = set()
        self.given: set[str] = set()  # the user's own arguments
        self.tapes: dict[str, list[Expr]] = {}

    def is_float(self, expr: Expr) -> bool:
        return surely_float(expr, self.facts, self.sure, self.given, self.tapes)


def surely_float(
    expr: Expr,
    facts: Facts,
    sure: frozenset[str] | set[str],
    given: set[str] | frozenset[str] = frozenset(),
    tapes: Mapping[str, list[Expr]] | None = None,
) -> bool:
    """The value is a float, or an array of floats, and never an int."""

    def is_float(part: Expr) -> bool:
        return surely_float(part, facts, sure, given, tapes)

    match expr:
        case Var(name=name):
            kind = plain(facts.kind(name))
            if name in facts.adjoints or kind == FLOAT:
                return name in sure or name in facts.adjoints
            return _is_smooth(kind)
        case Lit(value=value):
            return isinstance(value, float)
        case Op(fn=prims.pop, args=(Var(name=name), *_)) if tapes is not None and name in tapes:
            return all(map(is_float, tapes[name]))
        case Op(fn=operator.getitem, args=(Var(name=name), _)):
            whole = facts.kind(name)
            return _is_smooth(plain(facts.kind_of(expr))) and (
                isinstance(whole, Array) or (isinstance(whole, Tuple) and name in given)
            )
        case Op(fn=operator.getitem, args=(base, _)):
            return isinstance(facts.kind_of(base), Array) and _is_smooth(plain(facts.kind_of(expr)))
        case Op(fn=prims.choose, args=(_, then, otherwise)):
            return is_float(then) and is_float(otherwise)
        case Op(fn=fn, args=args) if _is_smooth(plain(facts.kind_of(expr))) and hashable(fn):
            if fn is operator.truediv or fn is float:
                return True
            if fn in ARITHMETIC or (isinstance(fn, np.ufunc) and any(_keeps_ints(t) for t in fn.types)):
                return any(map(is_float, args))
            return True
        case _:
            return False


def _is_smooth(kind: Kind) -> bool:
    return kind in (FLOAT, NUMBER) or (isinstance(kind, Array) and kind.dtype in ("float16", "float32", "float64"))


def _keeps_ints(signature: str) -> bool:
    """A loop of a ufunc from ints to ints: `ll->l`."""
    return set(signature) == {"l", "-", ">"}
