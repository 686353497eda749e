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
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from srcad.analysis.purity import hashable
from srcad.backend import numba_runtime as own
from srcad.backend.compiled.lengths import COPIES, ELEMENTWISE, ONE, Dims, Lengths, is_in_place, trimmed
from srcad.backend.names import fresh
from srcad.core import prims
from srcad.core.kinds import FLOAT, INT, Array, Kind, is_number
from srcad.core.nodes import (
    NONE,
    Assign,
    Block,
    Comment,
    Do,
    Expr,
    For,
    FunctionHandle,
    Handler,
    If,
    Lit,
    Op,
    Param,
    Program,
    Ref,
    Return,
    Stmt,
    Store,
    Try,
    Unpack,
    Var,
    While,
    With,
    blocks_of,
    expressions_of,
    names_in,
    operands,
    substitute,
    targets_of,
    walk,
)
from srcad.core.operators import IN_PLACE
from srcad.transform.reverse.gradient import Unit
from srcad.transform.reverse.names import names_of
from srcad.transform.simplify.facts import Facts, plain
from srcad.transform.simplify.memory import Memory

_IN_PLACE = {f: g for f, g in IN_PLACE.items() if g in ELEMENTWISE}


class Loop(FunctionHandle):
    """The handle of a loop's function, which needs no checks of its indices."""


@dataclass(frozen=True)
class Place:
    """The elements of an array that a loop goes through: those of index `offset + i`."""

    base: str
    offset: tuple[int, ...]


@dataclass(frozen=True)
class Access:
    """How a statement meets memory; contributions to adjoints (`adds`) may come in any order."""

    place: Place
    writes: bool
    adds: bool = False
    repeated: bool = False  # an element is met in several trips of the loop, since it is broadcast


Leaves = list[tuple[Expr, Dims]]


@dataclass
class Step:
    """A statement of a loop: what it computes for one element, and where that goes."""

    stmt: Stmt
    dims: Dims
    value: Expr  # with places as `_at(base, offsets)`
    accesses: list[Access]
    leaves: Leaves  # the arrays, or parts of arrays, that it goes through
    target: str | None = None  # a new array
    store: Place | None = None
    adds: bool = False
    total: bool = False  # the target is the sum over all elements


@dataclass
class Group:
    """The statements that share a loop, and those that go before it."""

    steps: list[Step] = field(default_factory=list)
    before: list[Stmt] = field(default_factory=list)
    after: list[Assign] = field(default_factory=list)  # views that were named on the way
    views: dict[str, Place] = field(default_factory=dict)
    definitions: dict[str, Expr] = field(default_factory=dict)  # of the views
    comments: list[tuple[int, Comment]] = field(default_factory=list)  # each with the number of steps before it
    original: list[Stmt] = field(default_factory=list)

    @property
    def targets(self) -> set[str]:
        return {s.target for s in self.steps if s.target is not None} | set(self.views)


def _at(base: Any, *offset: Any) -> Any:
    """The element of an array at the indices of the loop plus an offset. Only inside this pass."""
    raise NotImplementedError


def fused(unit: Unit) -> list[Unit]:
    """The unit with its loops fused, after the units of the loops."""
    pass_ = _Fuse(unit)
    body = pass_.block(unit.program.body)
    if not pass_.made:
        return [unit]
    unit.kinds.update(pass_.kinds)  # both halves of a function share their kinds
    return [*pass_.made, replace(unit, program=replace(unit.program, body=body))]


class _Fuse:
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
                if not (isinstance(stmt, Assign) and (stmt.accumulate or is_in_place(stmt))):
                    self.bound[name] = self.bound.get(name, 0) + 1
            for name in _reads(stmt):
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
            if stmt.target in group.targets or any(stmt.target in _reads(s.stmt) for s in group.steps):
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
                fn in _IN_PLACE and name == target and not stmt.accumulate
            ):
                return self.stored(stmt, Var(target), Op(_IN_PLACE[fn], (Var(target), value)), False, group)
            case Assign(target=target, value=value, accumulate=accumulate):
                dims = self.lengths.known.get(target)
                if _is_sum(value) and dims == ():
                    return self.summed(stmt, group)
                if not dims:
                    return None
                if accumulate:
                    return self.stored(stmt, Var(target), value, True, group)
                if not isinstance(value, Op) or not (_is_elementwise(value) or _is_copy(value)):
                    return None
                accesses: list[Access] = []
                leaves: Leaves = []
                made = self.element(value, dims, group, accesses, leaves)
                if made is None:
                    return None
                return Step(stmt, dims, made, accesses, leaves, target=target)
            case Store(base=base, key=key, value=Op(fn=fn, args=(place, value)), attr=False, accumulate=False) if (
                hashable(fn) and fn in _IN_PLACE
            ):
                at = Op(operator.getitem, (base, key))
                return self.stored(stmt, at, Op(_IN_PLACE[fn], (place, value)), False, group)
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
        if not isinstance(dims, tuple) or not dims or not _is_elementwise(inner):
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
        if _is_copy(expr):
            assert isinstance(expr, Op)
            return self.element(expr.args[0], dims, group, accesses, leaves)
        if _is_elementwise(expr):
            assert isinstance(expr, Op)
            parts = [self.element(part, dims, group, accesses, leaves) for part in expr.args]
            if any(part is None for part in parts):
                return None
            fn = np.true_divide if expr.fn is operator.truediv and not _is_nonzero(expr.args[1]) else expr.fn
            if fn is operator.pow and not _is_plain_power(expr.args[1]):
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
        return Op(_at, (Var(place.base), *offset))

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
            if earlier.total and earlier.target in set(_reads(step.stmt)):
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
        used = {n for s in group.steps for n in _reads(s.stmt)}
        tape = _tape_of(stmt)
        if tape is not None:
            return not (({tape, *bound} & used) | ({*bound, *_reads(stmt)} & group.targets))
        if bound & (group.targets | used):
            return False
        if set(_reads(stmt)) & group.targets:
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
        loop = _Loop(self, group)
        whole = loop.whole()
        if whole is None:
            return group.original
        inside = [name for s in (*(g.stmt for g in steps), *group.after) for name in _reads(s)]
        views = [v for v in group.after if self.reads.get(v.target, 0) > inside.count(v.target)]
        views = [v for v in group.after if v in views or any(v.target in _reads(w) for w in views)]
        last = [comment for count, comment in group.comments if count == len(steps)]
        return [*group.before, *loop.checks(whole), *loop.statements(whole), *views, *last]

    def pays(self, step: Step) -> bool:
        """Whether a loop of its own is better than what Numba makes of a statement."""
        return step.target is None and not isinstance(step.value, Lit) or step.total

    def is_local(self, step: Step, group: Group) -> bool:
        """Whether the new array of a step is read in its loop alone: each element is a number then."""
        assert step.target is not None
        inside = sum(_reads(s.stmt).count(step.target) for s in group.steps)
        return self.bound.get(step.target) == 1 and self.reads.get(step.target, 0) == inside


class _Loop:
    """The function of a loop, and its call."""

    def __init__(self, fuse: _Fuse, group: Group) -> None:
        self.fuse = fuse
        self.group = group
        self.params: dict[str, Expr] = {}  # what the function is given, by the names that it has in it
        self.kinds: dict[str, Kind] = {}
        self.taken = set(fuse.taken)
        steps = group.steps
        self.local = {s.target for s in steps if s.target and not s.total and fuse.is_local(s, group)}
        self.arrays = [s for s in steps if s.target and not s.total and s.target not in self.local]
        self.totals = [s for s in steps if s.total]
        self.indices = [fresh(name, self.taken) for name in "ijklmn"[: len(steps[0].dims)]]
        self.taken |= set(self.indices)
        self.output: dict[str, str] = {}
        for step in self.arrays:
            assert step.target is not None
            before = steps[: steps.index(step) + 1]
            old = any(access.place.base == step.target for s in before for access in s.accesses)
            self.output[step.target] = fresh(f"%{step.target.removeprefix('%')}", self.taken) if old else step.target
            self.taken.add(self.output[step.target])
            fuse.taken.add(self.output[step.target])
        self.scalars: dict[Expr, str] = {}

    def checks(self, whole: Expr) -> list[Stmt]:
        """A look at the sizes that must be equal, and are where NumPy would not raise."""
        wanted = self.fuse.lengths.of(whole)
        made: dict[Op, None] = {}
        for step in self.group.steps:
            for expr, dims in step.leaves:
                if set(names_in(expr)) & set(self.output):
                    continue
                for back in range(1, len(dims) + 1):
                    if dims[-back] not in (ONE, wanted[-back]):
                        sizes = _size(expr, len(dims) - back, len(dims)), _size(whole, len(wanted) - back, len(wanted))
                        made[Op(own.match, sizes)] = None
        return [Do(check, self.group.steps[0].stmt.place) for check in made]

    def statements(self, whole: Expr) -> list[Stmt]:
        """The new arrays, the call, and the names of what it made; the function is among the units."""
        steps, dims = self.group.steps, self.group.steps[0].dims
        place = steps[0].stmt.place
        made: list[Stmt] = []
        sums: dict[str, str] = {}
        for step in self.totals:
            assert step.target is not None
            sums[step.target] = fresh("%total", self.taken)
            self.taken.add(sums[step.target])
            made.append(Assign(sums[step.target], Lit(0.0), step.stmt.place))
            self.kinds[sums[step.target]] = FLOAT
        inner: list[Stmt] = []
        for i, step in enumerate(steps):
            inner += [comment for count, comment in self.group.comments if count == i]
            inner.append(self.element(step, sums))
        sizes = [_size(whole, axis, len(dims)) for axis in range(len(dims))]
        for axis in range(len(dims) - 1, -1, -1):
            self.kinds[self.indices[axis]] = INT
            inner = [For(self.indices[axis], Lit(0), sizes[axis], Lit(1), tuple(inner), None, place)]
        totals = [Var(sums[s.target]) for s in self.totals if s.target]
        result = NONE if not totals else totals[0] if len(totals) == 1 else Op(prims.make_tuple, tuple(totals))
        self.name_bases(whole)
        program = Program(
            f"{self.fuse.unit.program.name}_loop",
            tuple(Param(name) for name in self.params),
            (*made, *inner, Return(result, place)),
            place=self.fuse.unit.program.place,
        )
        handle = Loop(program.name)
        self.fuse.made.append(replace(self.fuse.unit, handle=handle, program=program, kinds=self.kinds, half_of=None))
        call = Op(prims.call, (Ref(program.name, handle), *self.params.values()))
        return [*self.new_arrays(whole), *self.called(call, place), *self.named_outputs()]

    def element(self, step: Step, sums: dict[str, str]) -> Stmt:
        """A statement of the loop's body."""
        value, place = self.indexed(step.value, step), step.stmt.place
        if step.total:
            assert step.target is not None
            return Assign(sums[step.target], value, place, accumulate=True)
        if step.store is not None and step.store.base in self.local:
            return Assign(step.store.base, value, place, accumulate=step.adds)
        if step.store is not None and self.is_new(step.store.base, step):
            output = Var(self.output[step.store.base])
            return Store(output, self.index(step.store.offset), value, place, False, step.adds)
        if step.store is not None:
            self.array(step.store.base)
            return Store(Var(step.store.base), self.index(step.store.offset), value, place, accumulate=step.adds)
        assert step.target is not None
        if step.target in self.local:
            self.kinds[step.target] = FLOAT
            return Assign(step.target, value, place)
        name = self.output[step.target]
        self.array(name, len(step.dims))
        return Store(Var(name), self.index((0,) * len(step.dims)), value, place)

    def array(self, name: str, ndim: int | None = None) -> None:
        if name not in self.params:
            dims = self.fuse.lengths.known.get(name)
            self.params[name] = Var(name)
            self.kinds[name] = Array("float64", "n" * (ndim if ndim is not None else len(dims or ())))

    def indexed(self, expr: Expr, step: Step) -> Expr:
        """An expression of a step at one element."""
        match expr:
            case Op(fn=fn, args=(Var(name=base), *offset)) if fn is _at:
                if base in self.local:
                    return Var(base)
                if self.is_new(base, step):
                    return Op(operator.getitem, (Var(self.output[base]), self.index((0,) * len(offset))))
                self.array(base)
                values = tuple(o.value if isinstance(o, Lit) else 0 for o in offset)
                return Op(operator.getitem, (Var(base), self.index(values)))
            case Op() if self.fuse.lengths.of(expr) == () or not _has_place(expr):
                return self.scalar(expr)
            case Op():
                return replace(expr, args=tuple(self.indexed(part, step) for part in expr.args))
            case Var():
                return self.scalar(expr)
            case _:
                return expr

    def is_new(self, base: str, step: Step) -> bool:
        """Whether a name stands for the array that the loop makes, and not for the one before it."""
        makers = [s for s in self.arrays if s.target == base]
        return bool(makers) and self.group.steps.index(makers[0]) < self.group.steps.index(step)

    def scalar(self, expr: Expr) -> Expr:
        """A number that is the same for all elements is a parameter."""
        if isinstance(expr, Var):
            if expr.name not in self.params:
                self.params[expr.name] = expr
                self.kinds[expr.name] = plain(self.fuse.facts.kind(expr.name))
            return expr
        if isinstance(expr, (Lit, Ref)) or not any(True for _ in names_in(expr)):
            return expr
        name = self.scalars.get(expr)
        if name is None:
            name = self.scalars[expr] = fresh("%factor", self.taken)
            self.taken.add(name)
            self.params[name] = expr
            kind = plain(self.fuse.facts.kind_of(expr))
            self.kinds[name] = kind if is_number(kind) else FLOAT
        return Var(name)

    def index(self, offset: tuple[Any, ...]) -> Expr:
        """The index of an element; None stands for the only one along a dimension of one."""
        indices = self.indices[len(self.indices) - len(offset) :]
        parts: list[Expr] = []
        for name, by in zip(indices, offset, strict=True):
            at: Expr = Var(name) if not by else Op(operator.add, (Var(name), Lit(by)))
            parts.append(Lit(0) if by is None else at)
        return parts[0] if len(parts) == 1 else Op(prims.make_tuple, tuple(parts))

    def whole(self) -> Expr | None:
        """An array of the loop's size that is there before it; None where there is none."""
        fuse, dims = self.fuse, self.group.steps[0].dims
        new: set[str | None] = set()
        for step in self.group.steps:
            for part in _parts(step.stmt):
                expr = substitute(part, self.group.definitions)
                found = fuse.lengths.of(expr)
                if isinstance(found, tuple) and fuse.lengths.names(found) == fuse.lengths.names(dims):
                    if not set(names_in(expr)) & new:
                        return expr
            new.add(step.target)
        return None

    def name_bases(self, whole: Expr) -> None:
        for name in names_in(whole):
            if name not in self.params:
                self.array(name)

    def new_arrays(self, whole: Expr) -> list[Stmt]:
        made: list[Stmt] = []
        for step in self.arrays:
            assert step.target is not None
            name = self.output[step.target]
            self.fuse.kinds[name] = Array("float64", "n" * len(step.dims))
            made.append(Assign(name, Op(np.empty, (_shape(whole, len(step.dims)),)), step.stmt.place))
        return made

    def called(self, call: Op, place: Any) -> list[Stmt]:
        totals = self.totals
        if not totals:
            return [Do(call, place)]
        names = []
        after: list[Stmt] = []
        for step in totals:
            assert isinstance(step.stmt, Assign)
            name = step.stmt.target
            if step.stmt.accumulate or len(totals) > 1:
                name = fresh("%total", self.fuse.taken)
                self.fuse.taken.add(name)
                self.fuse.kinds[name] = FLOAT
                after.append(Assign(step.stmt.target, Var(name), place, accumulate=step.stmt.accumulate))
            names.append(name)
        if len(totals) == 1 and after:
            assert isinstance(after[0], Assign)
            return [replace(after[0], value=call)]
        return [Assign(names[0], call, place) if len(names) == 1 else Unpack(tuple(names), call, place), *after]

    def named_outputs(self) -> list[Stmt]:
        return [
            Assign(s.target, Var(self.output[s.target]), s.stmt.place)
            for s in self.arrays
            if s.target is not None and self.output[s.target] != s.target
        ]


def _reads(stmt: Stmt) -> list[str]:
    """The variables that a statement itself reads, with repetitions."""
    found = [name for expr in expressions_of(stmt) for name in names_in(expr)]
    if isinstance(stmt, Assign) and stmt.accumulate:
        found.append(stmt.target)
    return found


def _tape_of(stmt: Stmt) -> str | None:
    """The tape that a statement does nothing but push to or pop from: the arrays on it stay as they are."""
    match stmt:
        case Do(value=Op(fn=prims.push, args=(Var(name=name), Var()))):
            return name
        case Assign(value=Op(fn=prims.pop, args=(Var(name=name),)), accumulate=False):
            return name
        case _:
            return None


def _parts(stmt: Stmt) -> Iterator[Expr]:
    """The expressions of a statement and their parts, a store's place first."""
    if isinstance(stmt, Store):
        yield Op(operator.getitem, (stmt.base, stmt.key))
    todo = list(expressions_of(stmt))
    while todo:
        expr = todo.pop(0)
        if isinstance(expr, Var) or isinstance(expr, Op) and expr.fn is operator.getitem:
            yield expr
        todo.extend(operands(expr))


def _size(whole: Expr, axis: int, ndim: int) -> Expr:
    if ndim == 1:
        return Op(len, (whole,))
    return Op(operator.getitem, (Op(prims.get_attr, (whole, Lit("shape"))), Lit(axis)))


def _shape(whole: Expr, ndim: int) -> Expr:
    return Op(len, (whole,)) if ndim == 1 else Op(prims.get_attr, (whole, Lit("shape")))


def _has_place(expr: Expr) -> bool:
    return isinstance(expr, Op) and (expr.fn is _at or any(map(_has_place, expr.args)))


def _is_elementwise(expr: Expr) -> bool:
    return isinstance(expr, Op) and hashable(expr.fn) and expr.fn in ELEMENTWISE and not expr.kwargs


def _is_copy(expr: Expr) -> bool:
    return isinstance(expr, Op) and hashable(expr.fn) and expr.fn in COPIES and len(expr.args) == 1 and not expr.kwargs


def _is_sum(expr: Expr) -> bool:
    return isinstance(expr, Op) and expr.fn is np.sum and len(expr.args) == 1 and not expr.kwargs


def _is_nonzero(expr: Expr) -> bool:
    return isinstance(expr, Lit) and expr.value != 0


def _is_plain_power(expr: Expr) -> bool:
    """A small whole power, which Numba multiplies out."""
    return isinstance(expr, Lit) and isinstance(expr.value, int) and 0 <= expr.value <= 4
