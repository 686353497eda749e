"""Elementwise statements on arrays of equal sizes become one loop, without arrays between them.

    d = 200.0 * (x[1:] - x[:-1] ** 2)               f_loop(x, d_x)
    d_x[:-1] += -2 * d * x[:-1]
    d_x[1:] += d                                    def f_loop(x, d_x):
                                                        for i in range(len(x[:-1])):
                                                            d = 200.0 * (x[i + 1] - x[i] ** 2)
                                                            d_x[i] += -2 * d * x[i]
                                                            d_x[i + 1] += d

Contract: each loop is a function of its own, whose indices are in range by construction, so that it is compiled without
checks and can be vectorised. Statements share a loop if their sizes are surely equal (`lengths.py`) and the order in
which they meet an element stays: where an earlier one meets the element `i + a` of memory that is written, and a later
one the element `i + b`, `a` must not be before `b`. Contributions to an adjoint may come in any order. A statement in
between that has nothing to do with the loop goes before it. Sums become numbers that the loop returns.
"""

from __future__ import annotations

import operator
from dataclasses import replace
from typing import Any

import numpy as np

from srcad.backend.compiled.lengths import ONE, Dims, Lengths, trimmed
from srcad.backend.compiled.loops import LoopFunction
from srcad.backend.compiled.steps import (
    IN_PLACE_ELEMENTWISE,
    Access,
    Group,
    Leaves,
    Place,
    Step,
    at_index,
    is_copy,
    is_elementwise,
    is_nonzero,
    is_plain_power,
    is_sum,
    reads_of,
    tape_of,
)
from srcad.core import prims
from srcad.core.kinds import Kind
from srcad.core.nodes import (
    Assign,
    Block,
    Comment,
    Do,
    Expr,
    For,
    Handler,
    If,
    Lit,
    Op,
    Return,
    Stmt,
    Store,
    Try,
    Var,
    While,
    With,
    blocks_of,
    expressions_of,
    names_in,
    substitute,
    targets_of,
    walk,
)
from srcad.core.operators import hashable, is_update
from srcad.transform.reverse.gradient import Unit
from srcad.transform.reverse.names import names_of
from srcad.transform.simplify.facts import Facts
from srcad.transform.simplify.memory import Memory


def fused(unit: Unit) -> list[Unit]:
    """The unit with its loops fused, after the units of the loops."""
    pass_ = Fuse(unit)
    body = pass_.block(unit.program.body)
    if not pass_.made:
        return [unit]
    unit.kinds.update(pass_.kinds)  # both halves of a function share their kinds
    return [*pass_.made, replace(unit, program=replace(unit.program, body=body))]


class Fuse:
    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.facts = Facts(unit.kinds, unit.adjoints)
        self.lengths = Lengths(unit.program, self.facts)
        self.memory = Memory(unit.program, self.facts)
        self.taken = names_of(unit.program)
        self.made: list[Unit] = []
        self.kinds: dict[str, Kind] = {}
        self.bound: dict[str, int] = {p.name: 1 for p in unit.program.params}
        self.reads: dict[str, int] = {}
        for stmt in walk(unit.program.body):
            for name in targets_of(stmt):
                if not (isinstance(stmt, Assign) and (stmt.accumulate or is_update(stmt))):
                    self.bound[name] = self.bound.get(name, 0) + 1
            for name in reads_of(stmt):
                self.reads[name] = self.reads.get(name, 0) + 1

    # ------------------------------------------------------------ finding groups

    def block(self, block: Block) -> Block:
        made: list[Stmt] = []
        group = Group()
        for stmt in block:
            if not self.join(group, stmt):
                made += self.written(group)
                group = Group()
                if not self.join(group, stmt):
                    made.append(self.inner(stmt))
                    continue
            group.original.append(stmt)
        return (*made, *self.written(group))

    def inner(self, stmt: Stmt) -> Stmt:
        match stmt:
            case If(body=body, orelse=orelse):
                return replace(stmt, body=self.block(body), orelse=self.block(orelse))
            case For(body=body) | With(body=body):
                return replace(stmt, body=self.block(body))
            case While(test=test, body=body):
                return replace(stmt, test=self.block(test), body=self.block(body))
            case Try(body=body, handlers=handlers, final=final):
                caught = tuple(Handler(h.types, h.name, self.block(h.body)) for h in handlers)
                return replace(stmt, body=self.block(body), handlers=caught, final=self.block(final))
            case _:
                return stmt

    def join(self, group: Group, stmt: Stmt) -> bool:
        """Whether a statement became part of a group."""
        view = self.view(stmt, group)
        if view is not None:
            assert isinstance(stmt, Assign)
            if stmt.target in group.targets or any(stmt.target in reads_of(s.stmt) for s in group.steps):
                return False
            if view.base in {s.target for s in group.steps}:
                return False
            group.views[stmt.target] = view
            group.definitions[stmt.target] = substitute(stmt.value, group.definitions)
            group.after.append(stmt)
            return True
        step = self.step(stmt, group)
        if step is not None:
            if not self.allowed(group, step):
                return False
            group.steps.append(step)
            return True
        if not group.steps:
            return False
        if isinstance(stmt, Comment):
            group.comments.append((len(group.steps), stmt))
            return True
        if not blocks_of(stmt) and not isinstance(stmt, Return) and self.unrelated(group, stmt):
            group.before.append(stmt)
            return True
        return False

    def view(self, stmt: Stmt, group: Group) -> Place | None:
        """The place that a statement gives a name to."""
        match stmt:
            case Assign(target=target, value=Op(fn=fn) as value, accumulate=False) if fn is operator.getitem:
                if self.bound.get(target) == 1 and isinstance(self.lengths.known.get(target), tuple):
                    return self.place(value, group)
        return None

    def place(self, expr: Expr, group: Group) -> Place | None:
        """The place that an expression reads or a store writes to, None where it is not a part of a float array."""
        match expr:
            case Var(name=name):
                dims = self.lengths.known.get(name)
                if name in group.views:
                    return group.views[name]
                return Place(name, (0,) * len(dims)) if dims else None
            case Op(fn=operator.getitem, args=(base, key)):
                inner = self.place(base, group)
                dims = self.lengths.of(base)
                if inner is None or not isinstance(dims, tuple):
                    return None
                parts = key.args if isinstance(key, Op) and key.fn is prims.make_tuple else (key,)
                if parts == (Lit(Ellipsis),):
                    return inner
                trims = [trimmed(part) for part in parts]
                if None in trims or len(trims) > len(dims):
                    return None
                starts = [t[0] for t in trims if t is not None] + [0] * (len(dims) - len(trims))
                return Place(inner.base, tuple(a + b for a, b in zip(inner.offset, starts, strict=True)))
            case _:
                return None

    def step(self, stmt: Stmt, group: Group) -> Step | None:
        """A statement as one of a loop, None where it is not elementwise."""
        match stmt:
            case Assign(target=target, value=Op(fn=fn, args=(Var(name=name), value))) if (
                fn in IN_PLACE_ELEMENTWISE and name == target and not stmt.accumulate
            ):
                return self.stored(stmt, Var(target), Op(IN_PLACE_ELEMENTWISE[fn], (Var(target), value)), False, group)
            case Assign(target=target, value=value, accumulate=accumulate):
                dims = self.lengths.known.get(target)
                if is_sum(value) and dims == ():
                    return self.summed(stmt, group)
                if not dims:
                    return None
                if accumulate:
                    return self.stored(stmt, Var(target), value, True, group)
                if not isinstance(value, Op) or not (is_elementwise(value) or is_copy(value)):
                    return None
                accesses: list[Access] = []
                leaves: Leaves = []
                made = self.element(value, dims, group, accesses, leaves)
                if made is None:
                    return None
                return Step(stmt, dims, made, accesses, leaves, target=target)
            case Store(base=base, key=key, value=Op(fn=fn, args=(place, value)), attr=False, accumulate=False) if (
                hashable(fn) and fn in IN_PLACE_ELEMENTWISE
            ):
                at = Op(operator.getitem, (base, key))
                return self.stored(stmt, at, Op(IN_PLACE_ELEMENTWISE[fn], (place, value)), False, group)
            case Store(base=base, key=key, value=value, attr=False, accumulate=accumulate):
                return self.stored(stmt, Op(operator.getitem, (base, key)), value, accumulate, group)
        return None

    def stored(self, stmt: Stmt, at: Expr, value: Expr, adds: bool, group: Group) -> Step | None:
        place = self.place(at, group)
        dims = self.lengths.known.get(at.name) if isinstance(at, Var) else self.dims_of_item(at)
        if place is None or not dims:
            return None
        accesses: list[Access] = []
        leaves: Leaves = []
        made = self.element(value, dims, group, accesses, leaves)
        if made is None:
            return None
        leaves.append((substitute(at, group.definitions), dims))
        accesses.append(Access(place, True, adds and place.base in self.unit.adjoints))
        return Step(stmt, dims, made, accesses, leaves, store=place, adds=adds)

    def dims_of_item(self, at: Expr) -> Any:
        assert isinstance(at, Op)
        base, key = at.args
        return self.lengths.of(base) if key == Lit(Ellipsis) else self.lengths.of(at)

    def summed(self, stmt: Assign, group: Group) -> Step | None:
        assert isinstance(stmt.value, Op)
        inner = stmt.value.args[0]
        dims = self.lengths.of(inner)
        if not isinstance(dims, tuple) or not dims or not is_elementwise(inner):
            return None
        accesses: list[Access] = []
        leaves: Leaves = []
        made = self.element(inner, dims, group, accesses, leaves)
        if made is None:
            return None
        return Step(stmt, dims, made, accesses, leaves, target=stmt.target, total=True)

    def element(self, expr: Expr, dims: Dims, group: Group, accesses: list[Access], leaves: Leaves) -> Expr | None:
        """What an expression is at one element of a loop over `dims`."""
        found = self.lengths.of(expr)
        if found == ():
            used = set(names_in(expr)) & group.targets
            return None if used or self.reads_written(expr, group) else expr
        if not isinstance(found, tuple) or len(found) > len(dims):
            return None
        if is_copy(expr):
            assert isinstance(expr, Op)
            return self.element(expr.args[0], dims, group, accesses, leaves)
        if is_elementwise(expr):
            assert isinstance(expr, Op)
            parts = [self.element(part, dims, group, accesses, leaves) for part in expr.args]
            if any(part is None for part in parts):
                return None
            fn = np.true_divide if expr.fn is operator.truediv and not is_nonzero(expr.args[1]) else expr.fn
            if fn is operator.pow and not is_plain_power(expr.args[1]):
                fn = np.power
            return Op(fn, tuple(p for p in parts if p is not None), name="" if fn is not expr.fn else expr.name)
        place = self.place(expr, group)
        if place is None:
            return None
        lined_up = list(zip(found, dims[len(dims) - len(found) :], strict=True))
        if any(size != ONE and not self.lengths.may_be_taken_as(size, whole) for size, whole in lined_up):
            return None
        leaves.append((substitute(expr, group.definitions), found))
        spread = any(size == ONE != whole for size, whole in lined_up)
        accesses.append(Access(place, False, repeated=len(found) < len(dims) or spread))
        offset = [Lit(None) if size == ONE else Lit(o) for o, size in zip(place.offset, found, strict=True)]
        return Op(at_index, (Var(place.base), *offset))

    # ------------------------------------------------------------ whether a group stays right

    def allowed(self, group: Group, step: Step) -> bool:
        if not self.in_order(step.accesses, step.accesses):
            return False
        if step.target is not None and step.target in {view.base for view in group.views.values()}:
            return False
        if step.target is not None and step.target in group.targets:
            return False
        for earlier in group.steps:
            if self.lengths.names(earlier.dims) != self.lengths.names(step.dims):
                return False
            if not self.in_order(earlier.accesses, step.accesses):
                return False
            if earlier.total and earlier.target in set(reads_of(step.stmt)):
                return False
            for access in step.accesses:
                if access.place.base == earlier.target and (any(access.place.offset) or access.repeated):
                    return False
        return True

    def in_order(self, earlier: list[Access], later: list[Access]) -> bool:
        """Whether no element is met by a later access before an earlier one."""
        own_ = earlier is later
        for i, a in enumerate(earlier):
            for b in later[i + 1 :] if own_ else later:
                if not (a.writes or b.writes) or a.adds and b.adds:
                    continue
                if a.place.base == b.place.base and (a.repeated or b.repeated):
                    return False
                if a.place.base != b.place.base:
                    if self.lengths.root(a.place.base) == self.lengths.root(b.place.base):
                        return False
                    continue
                if a.place.offset < b.place.offset:
                    return False
        return True

    def reads_written(self, expr: Expr, group: Group) -> bool:
        """Whether a number is read from memory that the group has written."""
        parts = self.memory.reads(expr)
        return any(p in parts for p in self.written_parts(group))

    def written_parts(self, group: Group) -> set[Any]:
        return {p for s in group.steps for a in s.accesses if a.writes for p in self.memory.parts(a.place.base)}

    def read_parts(self, group: Group) -> set[Any]:
        found = {p for s in group.steps for a in s.accesses for p in (a.place.base, *self.memory.parts(a.place.base))}
        return found.union(*(self.memory.reads(e) for s in group.steps for e in expressions_of(s.stmt)))

    def unrelated(self, group: Group, stmt: Stmt) -> bool:
        """Whether a statement may as well run before the loop."""
        bound = set(targets_of(stmt))
        used = {n for s in group.steps for n in reads_of(s.stmt)}
        tape = tape_of(stmt)
        if tape is not None:
            return not (({tape, *bound} & used) | ({*bound, *reads_of(stmt)} & group.targets))
        if bound & (group.targets | used):
            return False
        if set(reads_of(stmt)) & group.targets:
            return False
        change = self.memory.change(stmt)
        if change.visible or not isinstance(stmt, (Assign, Do)):
            return False
        reads = set().union(*(self.memory.reads(e) for e in expressions_of(stmt)))
        return not (change.memory & self.read_parts(group)) and not (reads & self.written_parts(group))

    # ------------------------------------------------------------ writing a loop

    def written(self, group: Group) -> list[Stmt]:
        steps = group.steps
        if not steps or len(steps) == 1 and not self.pays(steps[0]):
            return group.original
        loop = LoopFunction(self, group)
        whole = loop.whole()
        if whole is None:
            return group.original
        inside = [name for s in (*(g.stmt for g in steps), *group.after) for name in reads_of(s)]
        views = [v for v in group.after if self.reads.get(v.target, 0) > inside.count(v.target)]
        views = [v for v in group.after if v in views or any(v.target in reads_of(w) for w in views)]
        last = [comment for count, comment in group.comments if count == len(steps)]
        return [*group.before, *loop.checks(whole), *loop.statements(whole), *views, *last]

    def pays(self, step: Step) -> bool:
        """Whether a loop of its own is better than what Numba makes of a statement."""
        return step.target is None and not isinstance(step.value, Lit) or step.total

    def is_local(self, step: Step, group: Group) -> bool:
        """Whether the new array of a step is read in its loop alone: each element is a number then."""
        assert step.target is not None
        inside = sum(reads_of(s.stmt).count(step.target) for s in group.steps)
        return self.bound.get(step.target) == 1 and self.reads.get(step.target, 0) == inside
