"""Summing loops: their trips do not depend on one another, and meet in sums alone.

    total = 0.0
    for i in range(n):
        r = x[i] - f(i)
        total = total + r * r          # read by nothing but this sum
    penalty = x[0] * x[0]
    return total / n + penalty         # linear in the sum

Each trip can be reversed as soon as it has run, if what comes after the loop can be reversed before it: the cotangent
of a sum is that of its terms, and nothing that the trip computed needs to be remembered. A program with such loops is
put into three parts, each in the order of the program: what does not depend on the loops (`first`), the loops, and
what is linear in their sums (`last`). The parts compute what the program computes.

A trip may read what it has not bound itself only where no other trip binds it, and writes only to memory that it has
made, or to an array that it fills before anything is read from it. A name that a loop or the last part binds is read by
neither of the others, sums apart; what moves up past a loop has no effect that anybody sees, and changes nothing that
is read further down.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np

from srcad import runtime_rules
from srcad.analysis.purity import is_pure
from srcad.analysis.regions import Regions
from srcad.core import prims
from srcad.core.kinds import FLOAT, INT, Array, Kind
from srcad.core.nodes import (
    Assign,
    Block,
    Comment,
    Do,
    Expr,
    For,
    FunctionHandle,
    If,
    Lit,
    Op,
    Ref,
    Return,
    Stmt,
    Store,
    Unpack,
    Var,
    While,
    assigned_in,
    expressions_of,
    names_in,
    operands,
    read_in,
    targets_of,
    walk,
)
from srcad.core.operators import IN_PLACE

BodyOf = Callable[[FunctionHandle], Block | None]


@dataclass(frozen=True)
class Parts:
    """The statements of a program around its summing loops, without its `Return`."""

    first: Block
    loops: Block
    last: Block


@dataclass(frozen=True)
class _Loop:
    stmt: For
    sums: frozenset[str]
    own: frozenset[str]  # what each trip binds anew


def summing_parts(
    body: Block,
    params: Iterable[str],
    kinds: Mapping[str, Kind],
    active: AbstractSet[str],
    regions: Regions,
    body_of: BodyOf,
) -> Parts | None:
    """The parts of a program that has summing loops through which derivatives pass; None for one that has none."""
    finder = _Finder(body, frozenset(params), kinds, active, regions, body_of)
    loops = [found for stmt in body if isinstance(stmt, For) and (found := finder.loop(stmt)) and found.sums & active]
    while loops:
        parts = finder.parts(loops)
        if parts is not None:
            return parts
        loops = loops[1:]
    return None


class _Finder:
    def __init__(
        self,
        body: Block,
        params: frozenset[str],
        kinds: Mapping[str, Kind],
        active: AbstractSet[str],
        regions: Regions,
        body_of: BodyOf,
    ) -> None:
        self.body = body
        self.params = params
        self.kinds = kinds
        self.active = active
        self.regions = regions
        self.body_of = body_of
        self.names = read_in(body) | assigned_in(body) | params

    # ------------------------------------------------------------ one loop

    def loop(self, stmt: For) -> _Loop | None:
        """The loop, if each of its trips does what it would do alone."""
        if stmt.until is not None or any(not isinstance(s, _PLAIN) for s in walk(stmt.body)):
            return None
        bound = assigned_in((stmt,))
        sums = frozenset(name for name in bound if self.is_sum(name, stmt.body))
        own = frozenset(bound - sums)
        if bound & self.params or self.reads_first(stmt.body, own, {stmt.target}) is None:
            return None
        if not all(self.is_own(r, stmt, own) for r in self.written((stmt,))) or self.hooks(stmt.body, frozenset()):
            return None
        return _Loop(stmt, sums, own)

    def is_sum(self, name: str, block: Block) -> bool:
        """Whether a block does nothing with a float but add to it."""
        if self.kinds.get(name) != FLOAT:
            return False
        added = 0
        for stmt in walk(block):
            if isinstance(stmt, Assign) and stmt.target == name and _is_addition(stmt.value, name):
                added += 1
            elif name in targets_of(stmt) or any(name in names_in(e) for e in expressions_of(stmt)):
                return False
        return added > 0

    def reads_first(self, block: Block, own: frozenset[str], bound: set[str]) -> set[str] | None:
        """What is bound at the end of a block; None where it may read what another trip has bound."""

        def are_bound(names: Iterable[str], here: set[str]) -> bool:
            return all(name in here or name not in own for name in names)

        for stmt in block:
            end: set[str] | None
            match stmt:
                case If(test=test, body=body, orelse=orelse):
                    then, other = (self.reads_first(b, own, bound) for b in (body, orelse))
                    if then is None or other is None or not are_bound(names_in(test), bound):
                        return None
                    bound = then & other
                case For(start=start, stop=stop, step=step, until=until, body=body):
                    end = self.reads_first(body, own, bound | {stmt.target})
                    limits = [name for e in (start, stop, step) for name in names_in(e)]
                    if end is None or not are_bound(limits, bound) or not are_bound(_named(until), end):
                        return None
                case While(test=steps, cond=cond, until=until, body=body):
                    tested = self.reads_first(steps, own, bound)
                    end = None if tested is None else self.reads_first(body, own, tested)
                    if tested is None or end is None or not are_bound(names_in(cond), tested):
                        return None
                    if not are_bound(_named(until), end):
                        return None
                    bound = tested
                case _:
                    if not are_bound((n for e in expressions_of(stmt) for n in names_in(e)), bound):
                        return None
                    if isinstance(stmt, Assign) and stmt.accumulate and not are_bound((stmt.target,), bound):
                        return None
                    bound = bound | set(targets_of(stmt))
        return bound

    def is_own(self, region: str, stmt: For, own: frozenset[str]) -> bool:
        """Whether each trip makes the memory of a region, or fills the one array of it before it reads it."""
        held = self.names_of_region(region)
        others = held - own
        if len(others) != 1:
            return not others
        (array,) = others
        made = [s for s in walk(self.body) if array in targets_of(s)]
        mentions = sum(array in read_in((s,)) for s in self.body)
        if array in self.params or len(made) != 1 or made[0] not in self.body or mentions != 1:
            return False
        first = next(s for s in stmt.body if held & (read_in((s,)) | assigned_in((s,))))
        match made[0], first:
            case Assign(value=Op(fn=fn, args=(size,), kwargs=())), For(
                target=counter, start=Lit(value=0), stop=stop, step=Lit(value=1), until=None, reverse=False
            ):
                if fn not in _MAKERS or size != stop or not self.is_constant(size):
                    return False
                stores = [
                    s.value
                    for s in first.body
                    if isinstance(s, Store)
                    and not (s.attr or s.accumulate)
                    and (s.base, s.key) == (Var(array), Var(counter))
                ]
                inside = [s for s in walk(first.body) if any(held & set(names_in(e)) for e in expressions_of(s))]
                bound = assigned_in(first.body) & (held | {counter})
                return len(stores) == len(inside) == 1 and not bound and not held & set(names_in(stores[0]))
            case _:
                return False

    def is_constant(self, size: Expr) -> bool:
        """Whether an expression of a size is the same throughout."""
        if isinstance(size, Var):
            bound = sum(size.name in targets_of(s) for s in walk(self.body))
            return self.kinds.get(size.name) == INT and bound + (size.name in self.params) == 1
        return isinstance(size, Lit) and isinstance(size.value, int)

    def names_of_region(self, region: str) -> set[str]:
        return {name for name in self.names if self.regions.of(name) == region}

    def written(self, block: Block) -> set[str]:
        """The regions that the statements of a block may write to."""
        found: set[str] = set()
        for stmt in walk(block):
            names: list[str] = []
            match stmt:
                case Store(base=base):
                    names = list(names_in(base))
                case Assign(value=Op() as op) | Unpack(value=Op() as op) | Do(value=op):
                    if isinstance(stmt, Do) or _writes(op):
                        names = [*names_in(op), *targets_of(stmt)]
                case _:
                    pass
            found.update(r for n in names if self.regions.is_written(n) and (r := self.regions.of(n)) is not None)
        return found

    # ------------------------------------------------------------ the whole

    def parts(self, loops: list[_Loop]) -> Parts | None:
        """The three parts, if all of these loops can be summed at once."""
        by_id = {id(loop.stmt): loop for loop in loops}
        late: set[str] = set()  # what depends on the loops
        first: list[Stmt] = []
        last: list[Stmt] = []
        passed: list[Stmt] = []  # the loops and the last part, as far as they come before
        for stmt in self.body[:-1]:
            names = read_in((stmt,)) | assigned_in((stmt,))
            loop = by_id.get(id(stmt))
            if loop is not None:
                if (names - loop.sums - loop.own) & late or loop.own & late - self.own_of_all(loops):
                    return None
                late |= loop.sums | loop.own
                passed.append(stmt)
            elif names & late:
                if not self.is_linear(stmt, late):
                    return None
                late.update(targets_of(stmt))
                last.append(stmt)
                passed.append(stmt)
            else:
                if passed and not self.may_move(stmt, passed):
                    return None
                first.append(stmt)
        if not self.is_apart(first, last, loops):
            return None
        return Parts(tuple(first), tuple(loop.stmt for loop in loops), tuple(last))

    def own_of_all(self, loops: list[_Loop]) -> frozenset[str]:
        return frozenset().union(*(loop.own for loop in loops))

    def is_apart(self, first: list[Stmt], last: list[Stmt], loops: list[_Loop]) -> bool:
        """Whether no way back reads what the loops and the last part bind: sums are begun before, and are read last."""
        own = self.own_of_all(loops)
        sums = frozenset().union(*(loop.sums for loop in loops))
        ending = self.body[-1]
        assert isinstance(ending, Return)
        outside = read_in(tuple(first)) | assigned_in(tuple(first))
        if own & (outside | sums | read_in((*last, ending)) | assigned_in(tuple(last))):
            return False
        made = assigned_in(tuple(last))
        if read_in(tuple(first)) & (sums | made) or assigned_in(tuple(first)) & (made - sums) or made & self.params:
            return False
        return isinstance(ending.value, Var) and ending.value.name in made | sums

    def is_linear(self, stmt: Stmt, late: set[str]) -> bool:
        """Whether a statement is linear in what depends on the loops, so that reversing it reads nothing of that."""
        if not isinstance(stmt, Assign) or stmt.accumulate or self.kinds.get(stmt.target) != FLOAT:
            return False
        value = stmt.value
        if isinstance(value, Var):
            return True
        if not isinstance(value, Op) or value.kwargs or any(self.is_array(part) for part in value.args):
            return False
        constant = [not set(names_in(part)) & (late | self.active) for part in value.args]
        match value.fn:
            case operator.add | operator.sub | operator.neg | operator.pos:
                return True
            case operator.mul:
                return any(constant)
            case operator.truediv:
                return constant[1]
            case _:
                return False

    def is_array(self, expr: Expr) -> bool:
        return isinstance(expr, Var) and isinstance(self.kinds.get(expr.name), Array)

    def may_move(self, stmt: Stmt, passed: list[Stmt]) -> bool:
        """Whether a statement may as well run before others that it does not depend on."""
        block = tuple(passed)
        touched = read_in(block) | assigned_in(block)
        if assigned_in((stmt,)) & touched or not self.is_quiet((stmt,), frozenset()):
            return False
        return not self.written((stmt,)) & {self.regions.of(name) for name in touched}

    def hooks(self, block: Block, above: frozenset[int]) -> bool:
        """Whether a function of the user's is run on cotangents: it sees those of the last trip first."""
        return any(self.hooks_in(expr, above) for stmt in walk(block) for expr in expressions_of(stmt))

    def hooks_in(self, expr: Expr, above: frozenset[int]) -> bool:
        if not isinstance(expr, Op):
            return False
        callee = expr.args[0] if expr.fn is prims.call else None
        if isinstance(callee, Ref) and isinstance(callee.value, FunctionHandle) and id(callee.value) not in above:
            body = self.body_of(callee.value)
            if body is None or self.hooks(body, above | {id(callee.value)}):
                return True
        return expr.fn is runtime_rules.hook or any(self.hooks_in(part, above) for part in operands(expr))

    def is_quiet(self, block: Block, above: frozenset[int]) -> bool:
        """Whether running a block can be seen by what it raises and writes to arguments alone."""
        for stmt in walk(block):
            if not isinstance(stmt, (*_PLAIN, Return)):
                return False
            for expr in expressions_of(stmt):
                if not self.is_quiet_expression(expr, above):
                    return False
        return True

    def is_quiet_expression(self, expr: Expr, above: frozenset[int]) -> bool:
        if not isinstance(expr, Op):
            return True
        callee = expr.args[0] if expr.fn is prims.call else None
        if isinstance(callee, Ref) and isinstance(callee.value, FunctionHandle):
            body = self.body_of(callee.value)
            seen = id(callee.value) in above
            if body is None or not seen and not self.is_quiet(body, above | {id(callee.value)}):
                return False
        elif not (is_pure(expr) or expr.fn in IN_PLACE or expr.fn is prims.push):
            return False
        return all(self.is_quiet_expression(part, above) for part in operands(expr))


_MAKERS = {np.zeros, np.ones, np.empty}
_PLAIN = (Assign, Unpack, Store, Do, If, For, While, Comment)


def _is_addition(value: Expr, name: str) -> bool:
    """`name + x`, `x + name` or `name - x`, where x does not read the name."""
    match value:
        case Op(fn=operator.add | operator.iadd, args=(a, b)):
            return [*names_in(a), *names_in(b)].count(name) == 1 and Var(name) in (a, b)
        case Op(fn=operator.sub | operator.isub, args=(a, b)):
            return a == Var(name) and name not in names_in(b)
        case _:
            return False


def _named(name: str | None) -> tuple[str, ...]:
    return () if name is None else (name,)


def _writes(op: Op) -> bool:
    """Whether an operation may write into what it is given."""
    return op.fn in IN_PLACE or not is_pure(op)
