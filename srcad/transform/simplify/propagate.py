"""Read a variable's source instead of its copy.

    >>> show('''
    ... def f(x, y):
    ...     t_1 = x
    ...     t_2 = (t_1, y)
    ...     t_3 = t_2[1]
    ...     t_4 = t_1 * t_3
    ...     return t_4
    ... ''', propagate)
    def f(x, y):
        t_1 = x
        t_2 = (x, y)
        t_3 = y
        t_4 = x * y
        return t_4

Only while neither the copy nor its source is bound again. The user's own copies and constants (`h = 0.1`) keep
their names. Steps on an index (`i + 1`) are copied too: everybody reads `a[i + 1]` more easily than `a[t7]`.
"""

from __future__ import annotations

import operator
from dataclasses import replace

from srcad.analysis.liveness import effect_free
from srcad.core import prims
from srcad.core.kinds import FLOAT, INT, Maybe
from srcad.core.nodes import Assign, Expr, Lit, Op, Program, Ref, Stmt, Unpack, Var, names_in
from srcad.transform.simplify.facts import Facts, is_temporary, plain
from srcad.transform.simplify.memory import Memory, Stamp
from srcad.transform.simplify.rewrite import Rewriter, rebuild


def propagate(program: Program, facts: Facts, memory: Memory | None = None) -> Program:
    """Replace variables by what they are known to be copies of."""
    return _Propagate(program, facts, memory).run()


class _Propagate(Rewriter):
    def __init__(self, program: Program, facts: Facts, memory: Memory | None = None) -> None:
        super().__init__(program, facts, memory)
        self._known: dict[str, tuple[Expr, Stamp]] = {}
        self._learned: list[list[str]] = [[]]

    def enter(self) -> None:
        self._learned.append([])

    def leave(self) -> None:
        for name in self._learned.pop():
            self._known.pop(name, None)

    def source(self, name: str) -> Expr | None:
        """What the variable is a copy of here."""
        found = self._known.get(name)
        return found[0] if found is not None and self.versions.holds(found[1]) else None

    def expression(self, expr: Expr) -> Expr:
        if isinstance(expr, Var):
            known = self.source(expr.name)
            return expr if known is None or _is_tuple(known) else known
        if not isinstance(expr, Op):
            return expr
        args = tuple([self.expression(a) for a in expr.args])
        kwargs = tuple([(k, self.expression(v)) for k, v in expr.kwargs]) if expr.kwargs else expr.kwargs
        made = rebuild(expr, args, kwargs)
        if made.fn is operator.getitem and len(args) == 2:
            return self._item(made)
        return made

    def _item(self, expr: Op) -> Expr:
        base, key = expr.args
        if isinstance(base, Var):
            base = self.source(base.name) or base
        if isinstance(base, Op) and base.fn is prims.each:
            return base.args[0]
        if isinstance(base, Op) and _is_tuple(base) and isinstance(key, Lit) and type(key.value) is int:
            if -len(base.args) <= key.value < len(base.args) and effect_free(base):
                return base.args[key.value]
        return expr

    def statement(self, stmt: Stmt) -> tuple[Stmt, ...]:
        match stmt:
            case Unpack(targets=targets, value=value, place=place):
                packed = self.source(value.name) if isinstance(value, Var) else value
                if not isinstance(packed, Op) or not _is_tuple(packed) or len(packed.args) != len(targets):
                    return (stmt,)
                if all(not is_temporary(t) and t not in self.facts.adjoints for t in targets) and packed is value:
                    return (stmt,)  # as the user wrote it
                for k, part in enumerate(packed.args):
                    later = packed.args[k + 1 :]
                    if any(targets[k] in names_in(other) for other in later) or not effect_free(part):
                        return (stmt,)
                if len(set(targets)) != len(targets):
                    return (stmt,)
                return tuple(Assign(t, part, place) for t, part in zip(targets, packed.args, strict=True))
            case Assign(target=target, value=value, accumulate=True):
                if self.source(target) == Lit(0.0) and plain(self.facts.kind_of(value)) == FLOAT:
                    return (replace(stmt, accumulate=False),)
                return (stmt,)
            case _:
                return (stmt,)

    def learn(self, stmt: Stmt) -> None:
        if not isinstance(stmt, Assign) or stmt.accumulate:
            return
        target, value = stmt.target, stmt.value
        if not self._may_replace(target, value):
            return
        names = set(names_in(value))
        if target in names:
            return
        self._known[target] = (value, self.versions.stamp((target, *names)))
        self._learned[-1].append(target)

    def _may_replace(self, target: str, value: Expr) -> bool:
        made_up = is_temporary(target) or target in self.facts.adjoints
        match value:
            case Var(name=name) if isinstance(self.facts.kind(name), Maybe) != isinstance(
                self.facts.kind(target), Maybe
            ):
                return False  # the one is never None, which the other may be
            case Var(name=name):
                # A named variable is not replaced by one without a name.
                return is_temporary(target) or (target in self.facts.adjoints and not is_temporary(name))
            case Lit():
                return made_up
            case Ref():
                return is_temporary(target)
            case Op(fn=fn, args=args):
                if fn is prims.make_tuple and not value.kwargs:
                    return all(isinstance(a, (Var, Lit, Ref)) for a in args)
                if fn is prims.each and isinstance(args[0], (Var, Lit)):
                    return True
                return is_temporary(target) and self._is_index_step(value)
            case _:
                return False

    def _is_index_step(self, value: Op) -> bool:
        if value.fn not in (operator.add, operator.sub) or len(value.args) != 2:
            return False
        left, right = value.args
        return (
            isinstance(left, Var)
            and isinstance(right, Lit)
            and type(right.value) is int
            and plain(self.facts.kind(left.name)) == INT
        )


def _is_tuple(expr: Expr) -> bool:
    return isinstance(expr, Op) and (expr.fn is prims.make_tuple or expr.fn is prims.each)
