"""The function of a loop that several statements share, and the call that stands for them.

Arrays that are read in the loop alone are numbers in it; others are made before the call. Numbers that are the same for
all elements are parameters, and so are the arrays. Sums are returned.
"""

from __future__ import annotations

import operator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from srcad.backend import numba_runtime as own
from srcad.backend.compiled.lengths import ONE
from srcad.backend.compiled.steps import (
    Group,
    Loop,
    Step,
    at_index,
    has_place,
    parts_of,
    shape_of_loop,
    size_of,
)
from srcad.backend.names import fresh
from srcad.core import prims
from srcad.core.kinds import FLOAT, INT, Array, Kind, is_number
from srcad.core.nodes import (
    NONE,
    Assign,
    Do,
    Expr,
    For,
    Lit,
    Op,
    Param,
    Program,
    Ref,
    Return,
    Stmt,
    Store,
    Unpack,
    Var,
    names_in,
    substitute,
)
from srcad.transform.simplify.facts import plain

if TYPE_CHECKING:
    from srcad.backend.compiled.fused import Fuse


class LoopFunction:
    """The function of a loop, and its call."""

    def __init__(self, fuse: Fuse, group: Group) -> None:
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
                if set(names_in(expr)) & (set(self.output) | self.local):
                    continue  # made in the loop, of arrays that are looked at
                for back in range(1, len(dims) + 1):
                    if dims[-back] not in (ONE, wanted[-back]):
                        sizes = (
                            size_of(expr, len(dims) - back, len(dims)),
                            size_of(whole, len(wanted) - back, len(wanted)),
                        )
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
        sizes = [size_of(whole, axis, len(dims)) for axis in range(len(dims))]
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
            case Op(fn=fn, args=(Var(name=base), *offset)) if fn is at_index:
                if base in self.local:
                    return Var(base)
                if self.is_new(base, step):
                    return Op(operator.getitem, (Var(self.output[base]), self.index((0,) * len(offset))))
                self.array(base)
                values = tuple(o.value if isinstance(o, Lit) else 0 for o in offset)
                return Op(operator.getitem, (Var(base), self.index(values)))
            case Op() if self.fuse.lengths.of(expr) == () or not has_place(expr):
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
            for part in parts_of(step.stmt):
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
            made.append(Assign(name, Op(np.empty, (shape_of_loop(whole, len(step.dims)),)), step.stmt.place))
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
