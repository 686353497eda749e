"""Which variables may share memory, what a statement may change, and when a remembered value is out of date.

Variables are grouped flow-insensitively: two are in one class when one may be, hold or view the other. What comes
from outside (parameters, globals, what unknown calls return) is one class, and a second one on the side of the
adjoints, which never share memory with primal values. A store changes the memory of one class; an unknown call
changes everything that is outside.
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import assert_never

import numpy as np

from srcad import runtime
from srcad.analysis.purity import ARITHMETIC, MUTATORS, is_check, is_pure, reads_memory, shares
from srcad.core import prims
from srcad.core.kinds import NUMBER, Array
from srcad.core.nodes import (
    Assign,
    Closure,
    Comment,
    Do,
    Expr,
    For,
    ForEach,
    If,
    Lit,
    Op,
    Program,
    Raise,
    Ref,
    Return,
    Star,
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
    walk,
)
from srcad.core.operators import IN_PLACE, hashable
from srcad.transform.simplify.facts import Facts, immutable

OUTSIDE = "%%outside"
ADJOINT_OUTSIDE = "%%adjoint outside"
EFFECTS = "%%effects"  # changed by every effect whose order a user can see

# What can go out of date: a variable (its name), or the memory of a class (on one side).
Part = str | tuple[str, bool]

_PLAIN_REFS: tuple[type, ...] = (
    *(types.ModuleType, types.FunctionType, types.BuiltinFunctionType, type, np.ufunc, str, int, float),
    *(complex, bytes, type(None), type(Ellipsis)),
)


def is_mutator(op: Op) -> bool:
    return hashable(op.fn) and (op.fn in MUTATORS or op.fn in IN_PLACE)


def effects_in(expr: Expr) -> Iterator[Op]:
    """The operations of an expression that do more than give a value, innermost first."""
    if isinstance(expr, Op):
        for part in operands(expr):
            if isinstance(part, Op):
                yield from effects_in(part)
        if not is_pure(expr):
            yield expr
    elif isinstance(expr, Star):
        yield from effects_in(expr.value)


def has_effect(expr: Expr) -> bool:
    return isinstance(expr, (Op, Star)) and next(effects_in(expr), None) is not None


@dataclass(slots=True)
class Change:
    """What a statement, with all that is in it, may change."""

    names: set[str]
    memory: set[Part]
    visible: bool = False  # an effect that a user sees, a raise, or an unknown call


def is_copy_of_itself(stmt: Stmt) -> bool:
    """`x = np.array(x)`: the name goes over to a copy."""
    if not isinstance(stmt, Assign):
        return False
    own = Var(stmt.target)
    return stmt.value in (Op(np.array, (own,)), Op(runtime.laid_out, (own, own)))


def copied_parameters(program: Program) -> set[str]:
    """The parameters that a program copies before anything else is done with them."""
    found: set[str] = set()
    for stmt in program.body:
        if is_copy_of_itself(stmt) and isinstance(stmt, Assign):
            found.add(stmt.target)
        elif isinstance(stmt, Do) and stmt.value.fn is runtime.refuse_overlap:
            continue
        elif not (isinstance(stmt, Assign) and isinstance(stmt.value, Op) and stmt.value.fn is np.zeros_like):
            break
    return found


class Memory:
    """The sharing classes of a program."""

    def __init__(self, program: Program, facts: Facts) -> None:
        self.facts = facts
        self.adjoints = facts.adjoints
        self._parent: dict[str, str] = {}
        self._fixed: dict[str, bool] = {}
        self.written: set[str] = set()  # roots of classes that somebody writes into
        self._written_names: set[str] = set()
        self.returned: set[str] = set()
        self._changes: dict[int, tuple[Stmt, Change]] = {}
        copied = copied_parameters(program)
        for param in program.params:
            if param.name not in copied:
                self._join(param.name, self._outside(param.name))
        for stmt in walk(program.body):
            self._learn(stmt)
        self._mixed = self._mixed_classes()
        self.written = {self.root(name) for name in self._written_names}
        self._kept_apart = self.written | {self.root(n) for n in (OUTSIDE, ADJOINT_OUTSIDE, *self.returned)}

    # ------------------------------------------------------------ classes

    def fixed(self, name: str) -> bool:
        """The variable holds numbers and the like: nobody can write into its value."""
        known = self._fixed.get(name)
        if known is None:
            known = self._fixed[name] = immutable(self.facts.kind(name))
        return known

    def root(self, name: str) -> str:
        parent = self._parent
        top = name
        while (above := parent.get(top, top)) != top:
            top = above
        while name != top:
            parent[name], name = top, parent.get(name, name)
        return top

    def _outside(self, name: str) -> str:
        return ADJOINT_OUTSIDE if name in self.adjoints else OUTSIDE

    def _join(self, a: str, b: str) -> None:
        if self.fixed(a) or self.fixed(b):
            return
        x, y = self.root(a), self.root(b)
        if x != y:
            self._parent[x] = y
        self._parent.setdefault(a, y)
        self._parent.setdefault(b, y)

    def share(self, a: str, b: str) -> None:
        """From here on the two variables may share memory."""
        self._join(a, b)
        self._changes.clear()

    def is_alone(self, name: str) -> bool:
        """Nothing shares the memory of the variable, writes to it or gives it back."""
        root = self.root(name)
        others = any(self.root(other) == root for other in self._parent if other != name)
        return not (others or name in self._written_names or root in self._kept_apart)

    def _mixed_classes(self) -> set[str]:
        """The classes that hold primal and adjoint variables: through a tuple of both."""
        sides: dict[str, set[bool]] = {}
        for name in self._parent:
            sides.setdefault(self.root(name), set()).add(name in self.adjoints or name == ADJOINT_OUTSIDE)
        return {root for root, found in sides.items() if len(found) > 1}

    def parts(self, name: str) -> tuple[Part, ...]:
        """The memory that a variable leads to."""
        if self.fixed(name):
            return ()
        root = self.root(name)
        adjoint = name in self.adjoints
        if root in self._mixed and not isinstance(self.facts.kind(name), Array) and not adjoint:
            return ((root, True), (root, False))
        return ((root, adjoint),)

    @property
    def outside(self) -> tuple[Part, ...]:
        primal, adjoint = self.root(OUTSIDE), self.root(ADJOINT_OUTSIDE)
        return ((primal, False), (primal, True), (adjoint, False), (adjoint, True))

    def may_alias(self, names: Iterable[str]) -> bool:
        """One more name for the memory of these makes no difference: nobody writes into it, nobody outside has it."""
        return all(self.root(name) not in self._kept_apart for name in names)

    def is_shared(self, name: str) -> bool:
        """Another variable, or somebody outside, may hold memory of this one."""
        return name in self._parent

    # ------------------------------------------------------------ learning

    def sources(self, expr: Expr) -> set[str]:
        """The variables that the value of an expression may be, hold or view."""
        match expr:
            case Var(name=name):
                return set() if self.fixed(name) else {name}
            case Lit():
                return set()
            case Ref(value=value):
                return set() if isinstance(value, _PLAIN_REFS) else {OUTSIDE}
            case Op():
                if not is_pure(expr):
                    found = {name for name in names_in(expr) if not self.fixed(name)}
                    return found if is_mutator(expr) else found | {OUTSIDE}
                if immutable(self.facts.kind_of(expr)):
                    return set()
                if not shares(expr) and not (hashable(expr.fn) and expr.fn in ARITHMETIC and self._may_be_lists(expr)):
                    return set()
                return {name for part in operands(expr) for name in self.sources(part)}
            case Star(value=value):
                return self.sources(value)
            case Closure():
                return {name for part in operands(expr) for name in names_in(part)} | {OUTSIDE}
            case _:
                assert_never(expr)

    def _may_be_lists(self, op: Op) -> bool:
        """Arithmetic on lists, or on objects of the user's, gives something that holds the operands' elements."""
        if any(isinstance(part, Op) and part.fn in (prims.make_list, prims.make_tuple) for part in op.args):
            return True
        for name in names_in(op):
            kind = self.facts.kind(name)
            if not (self.fixed(name) or isinstance(kind, Array) or kind == NUMBER):
                return True
        return False

    def _learn(self, stmt: Stmt) -> None:
        for expr in expressions_of(stmt):
            if isinstance(expr, (Op, Star)):
                for op in effects_in(expr):
                    self._learn_effect(op)
        match stmt:
            case Assign(target=target, value=value, accumulate=accumulate):
                if accumulate:
                    self._written_names.add(target)
                elif not self.fixed(target):
                    self._hold(target, self.sources(value))
            case Unpack(targets=targets, value=value):
                found = self.sources(value)
                for target in targets:
                    self._hold(target, found)
            case Store(base=base, value=value):
                found = self.sources(value)
                for name in self.sources(base):
                    self._written_names.add(name)
                    if not isinstance(self.facts.kind(name), Array):  # an array copies what is stored in it
                        self._hold(name, found)
            case ForEach(target=target, iterable=iterable):
                self._hold(target, self.sources(iterable))
            case With(target=str(target)):
                self._hold(target, {OUTSIDE})
            case Try(handlers=handlers):
                for handler in handlers:
                    if handler.name is not None:
                        self._hold(handler.name, {OUTSIDE})
            case Return(value=value):
                self.returned |= self.sources(value)
            case _:
                pass

    def _hold(self, target: str, sources: Iterable[str]) -> None:
        for source in sources:
            self._join(target, self._outside(target) if source == OUTSIDE else source)

    def _learn_effect(self, op: Op) -> None:
        if is_check(op):
            return
        names = [name for name in names_in(op) if not self.fixed(name)]
        if is_mutator(op) and op.args:
            for name in self.sources(op.args[0]):
                self._written_names.add(name)
                if not isinstance(self.facts.kind(name), Array):
                    for part in op.args[1:]:
                        self._hold(name, self.sources(part))
            return
        for name in names:
            self._join(name, self._outside(name))
            self._written_names.add(name)
        self._written_names |= {OUTSIDE, ADJOINT_OUTSIDE}

    # ------------------------------------------------------------ reading and changing

    def reads(self, expr: Expr) -> set[Part]:
        """What the value of an expression depends on: variables, and memory."""
        found: set[Part] = set()
        self._reads(expr, False, found)
        return found

    def _reads(self, expr: Expr, looks: bool, found: set[Part]) -> None:
        match expr:
            case Var(name=name):
                found.add(name)
                if looks:
                    found.update(self.parts(name))
            case Lit():
                pass
            case Ref(value=value):
                if looks and not isinstance(value, _PLAIN_REFS):
                    found.update(self.outside)
            case _:
                looks = looks or not isinstance(expr, Op) or reads_memory(expr)
                for part in operands(expr):
                    self._reads(part, looks, found)

    def change(self, stmt: Stmt) -> Change:
        """What a statement may change, including all that is nested in it."""
        known = self._changes.get(id(stmt))
        if known is not None and known[0] is stmt:
            return known[1]
        made = self.own_change(stmt)
        for block in blocks_of(stmt):
            for inner in block:
                part = self.change(inner)
                made.names |= part.names
                made.memory |= part.memory
                made.visible = made.visible or part.visible
        self._changes[id(stmt)] = (stmt, made)
        return made

    def own_change(self, stmt: Stmt) -> Change:
        """What a statement itself may change."""
        made = Change(set(), set())
        for expr in expressions_of(stmt):
            if isinstance(expr, (Op, Star)):
                for op in effects_in(expr):
                    if is_mutator(op) and op.args:
                        for name in self.sources(op.args[0]):
                            made.memory.update(self.outside if name == OUTSIDE else self.parts(name))
                    elif is_check(op):
                        made.visible = True
                    else:
                        made.visible = True
                        made.memory.update(self.outside)
                        for name in names_in(op):
                            made.memory.update(self.parts(name))
        match stmt:
            case Assign(target=target, accumulate=accumulate):
                made.names.add(target)
                if accumulate:
                    made.memory.update(self.parts(target))
            case Unpack(targets=targets):
                made.names.update(targets)
            case Store(base=base):
                for name in self.sources(base):
                    made.memory.update(self.outside if name == OUTSIDE else self.parts(name))
            case For(target=target) | ForEach(target=target):
                made.names.add(target)
            case With(target=target):
                made.visible = True
                if target is not None:
                    made.names.add(target)
            case Try(handlers=handlers):
                made.visible = True
                made.names.update(h.name for h in handlers if h.name is not None)
            case Raise():
                made.visible = True
            case Do() | If() | While() | Return() | Comment():
                pass
            case _:
                assert_never(stmt)
        return made


Stamp = tuple[int, frozenset[Part]]


class Versions:
    """Tells whether a value remembered earlier still holds: a clock, and for each part when it last changed."""

    def __init__(self) -> None:
        self.clock = 0
        self._changed: dict[Part, int] = {}

    def bump(self, parts: Iterable[Part]) -> None:
        self.clock += 1
        for part in parts:
            self._changed[part] = self.clock

    def apply(self, change: Change) -> None:
        self.bump(change.names)
        self.bump(change.memory)
        if change.visible:
            self.bump((EFFECTS,))

    def stamp(self, parts: Iterable[Part]) -> Stamp:
        """A note of what a value depends on, as things stand now."""
        return self.clock, frozenset(parts)

    def holds(self, stamp: Stamp) -> bool:
        """Nothing that the value depends on has changed since."""
        changed, (time, parts) = self._changed, stamp
        return all(changed.get(part, 0) <= time for part in parts)

    def changed_since(self, time: int, part: Part) -> bool:
        return self._changed.get(part, 0) > time
