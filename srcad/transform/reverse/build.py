"""Build the mirror of a specialised program: for each statement, what reverses it.

Contract: the forward statements compute what the program computes, plus the shadows of what lives at an address; the
actions beside a statement, run with every primal value as it was just before the statement (its result as just after),
add to the adjoints of its operands what the chain rule says, and leave the adjoint of its target zero.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from srcad.analysis.activity import Activity
from srcad.analysis.leaves import Leaf, leaves
from srcad.analysis.sizes import Sizes
from srcad.core import prims
from srcad.core.kind_of import kind_of
from srcad.core.kinds import (
    BOOL,
    INT,
    UNKNOWN,
    Array,
    Const,
    Kind,
    holds_arrays,
    holds_complex,
    is_smooth,
    present,
)
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
    Raise,
    Ref,
    Return,
    Stmt,
    Store,
    Try,
    Unpack,
    Var,
    While,
    With,
    assigned_in,
    names_in,
    walk,
)
from srcad.core.spoken import spoken
from srcad.errors import Place, SrcadError, UnsupportedSyntax
from srcad.transform.attempts import refusing
from srcad.transform.reverse import assign, containers, stores
from srcad.transform.reverse.mirror import Action, Add, AddAt, Branch, Kill, Loop, Node, Run, Set, Step, Wrap
from srcad.transform.reverse.names import Names


class Callee(Protocol):
    """A generated pair of functions for a callee: see `pairs.py`."""

    @property
    def forward(self) -> FunctionHandle: ...
    @property
    def reverse(self) -> FunctionHandle: ...
    @property
    def saves(self) -> bool: ...
    @property
    def idle(self) -> bool: ...
    @property
    def result_leaves(self) -> tuple[Leaf, ...]: ...
    @property
    def argument_leaves(self) -> tuple[tuple[int, Leaf], ...]: ...


class Builder:
    """Builds the mirror of one program."""

    def __init__(
        self,
        kinds: Mapping[str, Kind],
        activity: Activity,
        names: Names,
        by_address: Callable[[Kind], bool],
        pair: Callable[[Any, tuple[bool, ...], tuple[bool, ...], tuple[tuple[int, ...], ...], bool], Callee],
        sizes: Sizes,
        shadowed: frozenset[str] = frozenset(),
        unsummed: Mapping[str, Kind] | None = None,
    ) -> None:
        self.kinds = kinds
        self.has_complex = any(map(holds_complex, kinds.values()))
        self.now: Stmt | None = None  # the statement that is being reversed
        self.target = ""  # what it binds
        self.activity = activity
        self.names = names
        self.by_address = by_address
        self.pair = pair
        self.sizes = sizes
        self.nodes: list[Node] = []
        self.after: list[Stmt] = []  # shadows made of the value that the step being built computes
        self.after_actions: list[Action] = []  # what reads those shadows on the way back
        self.place: Place | None = None
        self.shadowed = shadowed  # parameters whose arrays the caller keeps at an address
        self.unsummed = unsummed or {}  # the kind of a cotangent, where it is not that of the value
        self.contexts: dict[str, Op] = {}  # error states, entered again on the way back

    def kind(self, atom: Expr) -> Kind:
        match atom:
            case Var(name=name):
                return self.kinds.get(name) or self.names.kinds.get(name, UNKNOWN)
            case Lit(value=value) | Ref(value=value):
                if isinstance(value, (bool, int)):
                    return Const(value)
                return kind_of(value)
            case _:
                return UNKNOWN

    def sized(self, atom: Expr) -> Kind:
        """The kind of an operand, with the sizes that are known of it here."""
        kind = self.kind(atom)
        if not (isinstance(kind, Array) and isinstance(atom, Var)):
            return kind
        dims = self.sizes.operand(self.now, atom.name)
        if dims is None and atom.name == self.target:
            dims = self.sizes.result(self.now)
        return kind if dims is None else Array(kind.dtype, dims)

    def made(self, target: str) -> Kind:
        """The kind of what the statement makes, with the sizes that are known of it."""
        kind, dims = self.kinds[target], self.sizes.result(self.now)
        return Array(kind.dtype, dims) if isinstance(kind, Array) and dims is not None else kind

    def active(self, atom: Expr) -> bool:
        return isinstance(atom, Var) and atom.name in self.activity.active

    def addresses(self, name: str) -> Callable[[Kind], bool]:
        """What lives at an address in the memory that a variable leads to: arrays do where they are written to."""
        if not self._arrays_written(name):
            return self.by_address
        return lambda kind: self.by_address(kind) or isinstance(present(kind), Array) and is_smooth(kind)

    def _arrays_written(self, name: str) -> bool:
        return self.activity.regions.is_array_written(name) or name in self.shadowed

    def keeps_arrays(self, name: str) -> bool:
        """Whether a variable is or holds arrays that live at an address: so they must in a function it is given to."""
        return self._arrays_written(name) and holds_arrays(self.kinds[name])

    def leaves(self, name: str) -> tuple[Leaf, ...]:
        """The leaves of a variable."""
        return leaves(self.kinds[name], self.addresses(name))

    def adjoint(self, name: str, leaf: Leaf) -> str:
        return self.names.adjoint(name, leaf)

    def adjoint_leaves(self, name: str) -> list[tuple[Leaf, str]]:
        """The leaves of an active variable, each with its adjoint."""
        return [(leaf, self.adjoint(name, leaf)) for leaf in self.leaves(name)]

    def refuse(self, message: str, remedy: str, error: type[SrcadError] = UnsupportedSyntax) -> SrcadError:
        return error(message, self.place, remedy)

    def user(self, name: str) -> str:
        """A variable as the user calls it."""
        return spoken(name, self.activity.body)

    def block(self, block: Block) -> list[Node]:
        outer = self.nodes
        self.nodes = []
        for stmt in block:
            place = getattr(stmt, "place", None)
            if place is not None:
                self.place = place
            self.stmt(stmt)
        made, self.nodes = self.nodes, outer
        return made

    def step(self, stmt: Stmt | None, actions: Sequence[Action] = ()) -> None:
        self.nodes.append(Step(stmt, list(actions), self.place))

    def main_step(self, stmt: Stmt, actions: Sequence[Action] = ()) -> None:
        """The step of the program's own statement, and the shadows made of what it computes."""
        after, self.after = self.after, []
        late, self.after_actions = self.after_actions, []
        if not after:
            self.step(stmt, actions)
        else:
            self.step(stmt)
            for made in after:
                self.step(made)
            self.step(None, actions)
        if late:
            self.step(None, late)

    def finish(self, stmt: Stmt, contributions: list[Action], own: set[str]) -> None:
        """Order the contributions: others first, then the target's own new value, then zero."""
        others = [a for a in contributions if not (isinstance(a, (Add, AddAt)) and a.name in own)]
        mine = [a for a in contributions if isinstance(a, Add) and a.name in own]
        if any(isinstance(a, AddAt) and a.name in own for a in contributions):
            raise AssertionError("a scatter into the adjoint of the target itself")
        actions: list[Action] = list(others)
        sums: dict[str, tuple[Expr, tuple[str, ...]]] = {}
        for action in mine:
            if action.name in sums:
                value, of = sums[action.name]
                sums[action.name] = (Op(operator.add, (value, action.value)), of + action.of)
            else:
                sums[action.name] = (action.value, action.of)
        if len(sums) > 1:
            staged: list[Action] = []
            for name, (value, of) in sums.items():
                temp = self.names.temp("new_" + name.lstrip("%"), self.names.kinds.get(name))
                actions.append(Run(Assign(temp, value, self.place), of))
                staged.append(Set(name, Var(temp), of))
            actions += staged
        else:
            actions += [Set(name, value, of) for name, (value, of) in sums.items()]
        actions += [Kill(name) for name in sorted(own) if name not in sums and not self.names.adjoints[name].shadow]
        self.main_step(stmt, actions)

    def stmt(self, stmt: Stmt) -> None:
        self.now = stmt
        match stmt:
            case Assign():
                assign.assign(self, stmt)
            case Store():
                stores.store(self, stmt)
            case Do(value=value) if value.fn is prims.call_method:
                containers.method(self, stmt, value)
            case Do(value=value) if value.fn == np.add.at:  # a bound method is a new object each time
                stores.add_at(self, stmt, value)
            case Do(value=value):
                callee = value.args[0] if value.fn is prims.call else None
                assert not (isinstance(callee, Ref) and isinstance(callee.value, FunctionHandle)), "no step reverses it"
                self.step(stmt)
            case If(test=test, body=body, orelse=orelse):
                test = self._kept_test(test, assigned_in(body) | assigned_in(orelse), stmt.place)
                then = self.block(body)
                otherwise = self.block(orelse)
                made = If(test, (), (), stmt.place)
                self.nodes.append(Branch(made, then, otherwise))
            case For() | While():
                self.loop(stmt)
            case With(context=context, body=body):
                again = self.contexts.get(context.name) if isinstance(context, Var) else None
                self.nodes.append(Wrap(stmt, self.block(body), again))
            case Try():
                self.attempt(stmt)
            case Raise() | Comment() | Unpack():
                self.step(stmt)
            case Return():
                pass
            case _:
                raise AssertionError(f"not in a specialised program: {stmt}")

    def _kept_test(self, test: Expr, assigned: set[str], place: Place | None) -> Expr:
        """The test of a branch is read again on the way back: one that may change by then is kept."""
        if not isinstance(test, Var):
            return test
        changes = self.activity.regions.is_written(test.name)  # whether a list is empty
        if not changes and test.name not in assigned:
            return test
        kept = self.names.temp("test", BOOL)
        self.step(Assign(kept, Op(bool, (test,)) if changes else test, place))
        return Var(kept)

    def loop(self, stmt: For | While) -> None:
        counted = isinstance(stmt, For) and stmt.until is None
        trips = None
        if not counted:
            trips = self.names.temp("trips", INT)
            self.step(Assign(trips, Lit(0), stmt.place))
        body = stmt.body
        if isinstance(stmt, For):
            stmt = self._with_fixed_bounds(stmt)
        if trips is not None:
            body = (Assign(trips, Op(operator.iadd, (Var(trips), Lit(1))), stmt.place), *body)
        inner = self.block(body)
        if isinstance(stmt, For) and stmt.target in self.activity.active:
            # counting overwrites what the variable held before
            inner.insert(0, Step(None, [Kill(name) for _, name in self.adjoint_leaves(stmt.target)], self.place))
        self.nodes.append(Loop(stmt, inner, trips))

    def _with_fixed_bounds(self, stmt: For) -> For:
        """The bounds of a loop are read again on the way back: those that the body assigns are copied first."""
        changed = assigned_in(stmt.body)
        bounds: list[Expr] = []
        for bound in (stmt.start, stmt.stop, stmt.step):
            if isinstance(bound, Var) and bound.name in changed:
                kept = self.names.temp("bound", INT)
                self.step(Assign(kept, bound, stmt.place))
                bound = Var(kept)
            bounds.append(bound)
        return replace(stmt, start=bounds[0], stop=bounds[1], step=bounds[2])

    def attempt(self, stmt: Try) -> None:
        """A `try`: where a handler could catch an error half way through active steps, it raises instead."""
        body = self.block(stmt.body)
        risky = any(
            isinstance(inner, (Assign, Unpack, Store)) and self._touches_active(inner) for inner in walk(stmt.body)
        )
        if stmt.handlers and risky:
            stmt = refusing(stmt)
        self.nodes.append(Wrap(stmt, body, None, self.block(stmt.final)))

    def _touches_active(self, stmt: Assign | Unpack | Store) -> bool:
        if isinstance(stmt, Store):
            return any(n in self.activity.active for n in names_in(stmt.base))
        targets = (stmt.target,) if isinstance(stmt, Assign) else stmt.targets
        return any(t in self.activity.active for t in targets)
