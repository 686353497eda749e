"""Indices that are surely in range, or are looked at before the loop that they are used in.

    for i in range(1, n - 1):                   inside(len(rhs), 1, n - 1 - 1)
        u[i] = u[i - 1] + rhs[i]                for i in range(1, n - 1):
                                                    u[i] = u[i - 1] + rhs[i]

Here `n` is the length of `u`. A function all of whose indices are in range, by the bounds of the loops around and the
sizes of the arrays, or by such a look, is compiled without a check of each index. The look raises what the index would:
it is placed before a loop only where each of its trips surely comes by that index, and an index that is linear in the
counter is in range throughout where it is at both ends. In any other case the function keeps its checks.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator
from dataclasses import dataclass, replace

from srcad.analysis.dependence import Linear, combined, surely
from srcad.backend import numba_runtime as own
from srcad.backend.compiled.lengths import Lengths
from srcad.backend.compiled.steps import size_of
from srcad.core import prims
from srcad.core.kinds import SLICE, Array, Dict, List, Tuple, TupleOf, is_integral
from srcad.core.nodes import (
    Assign,
    Block,
    Do,
    Expr,
    For,
    If,
    Lit,
    Op,
    Program,
    Raise,
    Ref,
    Stmt,
    Store,
    Try,
    Unpack,
    Var,
    While,
    With,
    assigned_in,
    expressions_of,
    names_in,
    operands,
    substitute,
    targets_of,
    walk,
)
from srcad.transform.simplify.facts import Facts, plain, shape_of

_ARITHMETIC = {operator.add, operator.sub, operator.mul, operator.neg}
_LAZY = {prims.choose, prims.both, prims.either}


Loops = tuple[For, ...]


class Unknown(Exception):
    """An index of which nothing can be said."""


@dataclass(frozen=True)
class Look:
    """What must hold: an index is in range of one dimension of an array."""

    base: str
    axis: int
    ndim: int
    index: Expr
    low: int = 0  # what may be added to the index, at least and at most
    high: int = 0


def in_range(program: Program, facts: Facts) -> Program | None:
    """The program with looks at what is not surely in range, None where it needs a check of each index."""
    try:
        pass_ = _Bounds(program, facts)
        body, _ = pass_.block(program.body, (), False, False)
    except Unknown:
        return None
    return replace(program, body=body)


class _Bounds:
    def __init__(self, program: Program, facts: Facts) -> None:
        self.facts = facts
        self.lengths = Lengths(program, facts)
        self.once = {p.name for p in program.params if p.name not in assigned_in(program.body)}
        self.values: dict[str, tuple[Expr, Loops]] = {}  # of the ints bound once, as they come, and the loops around
        self.sure = {p.name for p in program.params}  # bound by now, whatever came before: Numba looks at no other
        self.counts: dict[str, int] = {}
        for stmt in walk(program.body):
            for name in targets_of(stmt):
                self.counts[name] = self.counts.get(name, 0) + 1

    # ------------------------------------------------------------ the walk

    def block(self, block: Block, loops: Loops, around: bool, repeated: bool) -> tuple[Block, list[Look]]:
        """The block with looks, and those that belong before the last of the loops, where that is `around` it."""
        made: list[Stmt] = []
        lifted: list[Look] = []
        for stmt in block:
            for look in self.looks(stmt, loops):
                if around and self.is_liftable(look, loops):
                    lifted.append(look)
                elif repeated:
                    raise Unknown
                else:
                    made.append(self.written(look, look.index, look.index))
            made += self.inner(stmt, loops, repeated)
            if isinstance(stmt, (Assign, Unpack)):
                self.sure |= set(targets_of(stmt))
            if isinstance(stmt, Assign) and self.counts[stmt.target] == 1 and not stmt.accumulate:
                if is_integral(plain(self.facts.kind(stmt.target))):
                    self.values[stmt.target] = stmt.value, loops
        return tuple(made), lifted

    def inner(self, stmt: Stmt, loops: Loops, repeated: bool) -> list[Stmt]:
        match stmt:
            case For(target=target, body=body):
                before, values = self.sure, dict(self.values)
                self.sure = before | {target}
                inside, lifted = self.block(body, (*loops, stmt), True, True)
                self.sure, self.values = before, values
                return [*self.lifted(lifted, (*loops, stmt)), replace(stmt, body=inside)]
            case If(body=body, orelse=orelse):
                then, after = self.branch(body, loops, repeated)
                other, after_other = self.branch(orelse, loops, repeated)
                self.sure |= after & after_other
                return [replace(stmt, body=then, orelse=other)]
            case While(test=test, body=body):
                tested, _ = self.branch(test, loops, True)
                return [replace(stmt, test=tested, body=self.branch(body, loops, True)[0])]
            case With() | Try():
                raise Unknown
            case _:
                return [stmt]

    def branch(self, block: Block, loops: Loops, repeated: bool) -> tuple[Block, set[str]]:
        """A block that may not run, and what is bound where it has."""
        values, before = dict(self.values), set(self.sure)
        made, _ = self.block(block, loops, False, repeated)
        self.values = values
        after, self.sure = self.sure, before
        return made, after

    def is_liftable(self, look: Look, loops: Loops) -> bool:
        """Whether each trip of the last loop comes by this index, which is linear in its counter."""
        loop = loops[-1]
        changed = assigned_in(loop.body)
        if loop.until is not None or any(isinstance(s, Raise) for s in walk(loop.body)) or look.base in changed:
            return False
        if loop.step not in (Lit(1), Lit(-1)) or set(names_in(look.index)) & changed:
            return False
        if not all(self.is_plain(bound) or self.linear(bound, loops[:-1]) for bound in (loop.start, loop.stop)):
            return False
        slope = self.slope(look, loops)
        return slope is not None and abs(slope) <= 1

    def slope(self, look: Look, loops: Loops) -> int | None:
        """How fast an index grows with the counter of the last loop."""
        form = self.linear(look.index, loops)
        return None if form is None else form.get(_counter(loops[-1], len(loops) - 1), 0)

    def lifted(self, looks: list[Look], loops: Loops) -> list[Stmt]:
        """Looks before the last loop at what its trips come by."""
        loop = loops[-1]
        low, high = loop.start, _less_one(loop.stop)
        if loop.step == Lit(-1):
            low, high = _plus(loop.stop, 1), loop.start
        always: list[Stmt] = []
        where_it_runs: list[Stmt] = []
        for look in self.widest(looks, loops):
            slope = self.slope(look, loops)
            first, last = (low, high) if slope == 1 else (high, low)
            lowest, highest = (_plus(look.index, by) for by in (look.low, look.high))
            check = self.written(
                look, substitute(lowest, {loop.target: first}), substitute(highest, {loop.target: last})
            )
            (always if slope else where_it_runs).append(check)
        return [*always, If(Op(operator.le, (low, high)), tuple(where_it_runs))] if where_it_runs else always

    def widest(self, looks: list[Look], loops: Loops) -> list[Look]:
        """The looks, with one for all indices of a dimension that differ by a constant."""
        made: dict[object, tuple[Look, int]] = {}
        for look in looks:
            form = self.linear(look.index, loops)
            if form is None:
                made[look] = look, 0
                continue
            constant = form.get("", 0)
            dims = self.lengths.known.get(look.base)
            size = dims[look.axis] if dims else (look.base, look.axis)
            key = (size, tuple(sorted((k, v) for k, v in form.items() if k)))
            before, at = made.get(key, (look, constant))
            by = constant - at
            made[key] = replace(before, low=min(before.low, by), high=max(before.high, by)), at
        return [look for look, _ in made.values()]

    def written(self, look: Look, first: Expr, last: Expr) -> Stmt:
        size = size_of(Var(look.base), look.axis, look.ndim)
        return Do(Op(own.inside, (size, first, last)))

    # ------------------------------------------------------------ indices

    def looks(self, stmt: Stmt, loops: Loops) -> Iterator[Look]:
        """The indices of a statement that are not surely in range."""
        if isinstance(stmt, Store) and not stmt.attr:
            yield from self.subscript(stmt.base, stmt.key, loops, False)
        for expr in expressions_of(stmt):
            yield from self.expression(expr, loops, False)

    def expression(self, expr: Expr, loops: Loops, lazy: bool) -> Iterator[Look]:
        if not isinstance(expr, Op):
            return
        if expr.fn is operator.getitem and shape_of(expr.args[0]) is None:
            yield from self.subscript(expr.args[0], expr.args[1], loops, lazy)
        for part in operands(expr):
            yield from self.expression(part, loops, lazy or expr.fn in _LAZY)

    def subscript(self, base: Expr, key: Expr, loops: Loops, lazy: bool) -> Iterator[Look]:
        if isinstance(base, Op) and base.fn is prims.get_attr and base.args[1] == Lit("shape"):
            return
        kind = self.facts.kind_of(base)
        if isinstance(kind, (List, Tuple, TupleOf, Dict)):
            return  # Numba looks at the index of a list in any case
        dims = self.lengths.of(base)
        ndim = len(dims) if isinstance(dims, tuple) else kind.ndim if isinstance(kind, Array) else None
        parts = key.args if isinstance(key, Op) and key.fn is prims.make_tuple else (key,)
        if ndim is None or len(parts) > ndim and parts != (Lit(Ellipsis),):
            raise Unknown
        for axis, part in enumerate(parts):
            if part == Lit(Ellipsis) and parts == (part,) or self.is_slice(part):
                continue
            if not self.is_int(part):
                raise Unknown
            if isinstance(dims, tuple) and self.sure.issuperset(names_in(base)):
                if self.is_proved(part, dims[axis], loops):
                    continue
            if lazy or not isinstance(base, Var) or not self.is_plain(part):
                raise Unknown
            yield Look(base.name, axis, ndim, self.written_out(part))

    def is_slice(self, part: Expr) -> bool:
        return isinstance(part, Op) and part.fn is prims.make_slice or self.facts.kind_of(part) == SLICE

    def is_int(self, part: Expr) -> bool:
        if isinstance(part, Lit):
            return isinstance(part.value, int) and not isinstance(part.value, bool)
        return is_integral(plain(self.facts.kind_of(part))) and not isinstance(part, Ref)

    def is_plain(self, part: Expr) -> bool:
        """An index that can be evaluated twice."""
        if isinstance(part, Op):
            return part.fn in _ARITHMETIC and all(map(self.is_plain, part.args))
        return isinstance(part, (Var, Lit))

    def written_out(self, part: Expr) -> Expr:
        """An index without the variables that are bound in a loop."""
        if isinstance(part, Op):
            return Op(part.fn, tuple(map(self.written_out, part.args)))
        if isinstance(part, Var) and part.name in self.values:
            value, outer = self.values[part.name]
            if outer and self.is_plain(value):
                return self.written_out(value)
        return part

    # ------------------------------------------------------------ proofs

    def is_proved(self, index: Expr, size: object, loops: Loops) -> bool:
        """Whether an index is from 0 to the size of its dimension less one, in every trip of the loops around."""
        form, limit = self.linear(index, loops), self.of_size(size)
        if form is None or limit is None:
            return False
        known = self.domain(loops)
        known += [{name: 1} for row in (*known, form, limit) for name in row if name.startswith("size ")]
        return surely(known, form) and surely(known, combined(combined(limit, {"": 1}, -1), form, -1))

    def domain(self, loops: Loops) -> list[Linear]:
        """What is known of the counters: each form is at least zero."""
        made: list[Linear] = []
        for depth, loop in enumerate(loops):
            start, stop = self.linear(loop.start, loops[:depth]), self.linear(loop.stop, loops[:depth])
            counter: Linear = {_counter(loop, depth): 1}
            if not isinstance(loop.step, Lit) or not isinstance(loop.step.value, int) or loop.step.value == 0:
                continue
            one: Linear = {"": 1}
            if loop.step.value > 0:
                low, high = start, None if stop is None else combined(stop, one, -1)
            else:
                low, high = None if stop is None else combined(stop, one, 1), start
            if low is not None:
                made.append(combined(counter, low, -1))
            if high is not None:
                made.append(combined(high, counter, -1))
        return made

    def linear(self, expr: Expr, loops: Loops) -> Linear | None:
        """An int as a linear form over counters, sizes and what is bound once before."""
        match expr:
            case Lit(value=int(number)) if not isinstance(number, bool):
                return {"": number}
            case Var(name=name):
                for depth in range(len(loops) - 1, -1, -1):
                    if loops[depth].target == name:
                        return {_counter(loops[depth], depth): 1}
                if not is_integral(plain(self.facts.kind(name))):
                    return None
                if name in self.values:
                    value, outer = self.values[name]
                    found = self.linear(value, outer)
                    return {name: 1} if found is None and not outer else found
                return {name: 1} if name in self.once else None
            case Op(fn=fn, args=(left, right)) if fn in _ARITHMETIC:
                a, b = self.linear(left, loops), self.linear(right, loops)
                if a is None or b is None:
                    return None
                if fn is operator.mul:
                    a, b = (b, a) if set(a) <= {""} else (a, b)
                    return {k: v * b.get("", 0) for k, v in a.items()} if set(b) <= {""} else None
                return combined(a, b, 1 if fn is operator.add else -1)
            case Op(fn=operator.neg, args=(inner,)):
                found = self.linear(inner, loops)
                return None if found is None else {k: -v for k, v in found.items()}
            case Op(fn=fn) if fn in (operator.getitem, len):
                size = self.lengths.size(expr)
                return self.of_size(size) if size is not None and size[0] in ("size", "number") else None
            case _:
                return None

    def of_size(self, size: object) -> Linear | None:
        """The least that a dimension can be."""
        match size:
            case ("number", int(number)):
                return {"": number}
            case ("less", inner, int(by)):
                found = self.of_size(inner)
                return None if found is None else combined(found, {"": by}, -1)
            case ("size", _, _):
                return {f"size {size[1]} {size[2]}": 1}
            case ("int", str(name)):
                return self.linear(Var(name), ())
            case _:
                return None


def _less_one(stop: Expr) -> Expr:
    return _plus(stop, -1)


def _plus(expr: Expr, by: int) -> Expr:
    """An int and a constant."""
    match expr:
        case _ if by == 0:
            return expr
        case Lit(value=int(number)):
            return Lit(number + by)
        case Op(fn=operator.add, args=(inner, Lit(value=int(number)))):
            return _plus(inner, by + number)
        case Op(fn=operator.sub, args=(inner, Lit(value=int(number)))):
            return _plus(inner, by - number)
        case _ if by < 0:
            return Op(operator.sub, (expr, Lit(-by)))
        case _:
            return Op(operator.add, (expr, Lit(by)))


def _counter(loop: For, depth: int) -> str:
    return f"{loop.target}#{depth}"
