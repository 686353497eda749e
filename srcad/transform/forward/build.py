"""Build the tangent program of a specialised program, statement by statement in the user's order.

Contract: the statements made compute what the program computes, and beside each value that carries a derivative its
tangent: the derivative along the direction that the tangents of the parameters give. Nothing is recorded. Control flow
is the program's own; a tangent is bound on the paths on which its value is.
"""

from __future__ import annotations

import collections
import operator
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from srcad import runtime, runtime_rules
from srcad.analysis.activity import Activity
from srcad.analysis.leaves import Leaf
from srcad.analysis.regions import WRITES_FIRST
from srcad.core import prims
from srcad.core.kinds import Array, Kind, show
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
    names_in,
    substitute,
    walk,
)
from srcad.core.operators import IN_PLACE
from srcad.errors import KindError
from srcad.rules.registry import rule_for
from srcad.rules.static import padded, reached_by, settle
from srcad.transform.attempts import refusing
from srcad.transform.forward.primitives import Primitives, summed
from srcad.transform.reverse.names import Names
from srcad.transform.reverse.primitives import times
from srcad.transform.reverse.shadows import empty_like


class Callee(Protocol):
    """The tangent function of a callee."""

    @property
    def handle(self) -> FunctionHandle: ...
    @property
    def result_leaves(self) -> tuple[Leaf, ...]: ...
    @property
    def argument_leaves(self) -> tuple[tuple[int, Leaf], ...]: ...


class Builder(Primitives):
    """Builds the tangent program of one program."""

    def __init__(
        self,
        kinds: Mapping[str, Kind],
        activity: Activity,
        names: Names,
        by_address: Callable[[Kind], bool],
        tangent_function: Callable[[Any, tuple[bool, ...]], Callee],
    ) -> None:
        super().__init__(kinds, activity, names, by_address)
        self.tangent_function = tangent_function

    # ------------------------------------------------------------ the walk

    def block(self, block: Block) -> Block:
        outer, self.out = self.out, []
        for stmt in block:
            place = getattr(stmt, "place", None)
            if place is not None:
                self.place = place
            self.stmt(stmt)
        made, self.out = self.out, outer
        return tuple(made)

    def stmt(self, stmt: Stmt) -> None:
        match stmt:
            case Assign():
                self.assign(stmt)
            case Store():
                self.store(stmt)
            case Do(value=value):
                self.do(stmt, value)
            case If(body=body, orelse=orelse):
                self.emit(replace(stmt, body=self.block(body), orelse=self.block(orelse)))
            case For(target=target, body=body):
                # counting overwrites what the variable held before
                self.new = Var(target)
                counted = tuple(self.zeros(target, Lit(0))) if target in self.activity.active else ()
                self.emit(replace(stmt, body=(*counted, *self.block(body))))
            case While(body=body) | With(body=body):
                self.emit(replace(stmt, body=self.block(body)))
            case Try():
                self.attempt(stmt)
            case Unpack():
                if any(t in self.activity.active for t in stmt.targets):
                    self.unpack(stmt)
                else:
                    self.emit(stmt)
            case Raise() | Comment():
                self.emit(stmt)
            case Return():
                pass
            case _:
                raise AssertionError(f"not in a specialised program: {stmt}")

    def attempt(self, stmt: Try) -> None:
        """A `try`: where a handler could catch an error half way through active steps, it raises instead."""
        if stmt.handlers and any(self._binds_active(inner) for inner in walk(stmt.body)):
            handlers = refusing(stmt).handlers
        else:
            handlers = tuple(replace(h, body=self.block(h.body)) for h in stmt.handlers)
        self.emit(replace(stmt, body=self.block(stmt.body), handlers=handlers, final=self.block(stmt.final)))

    def _binds_active(self, stmt: Stmt) -> bool:
        match stmt:
            case Store(base=base):
                return any(n in self.activity.active for n in names_in(base))
            case Assign(target=target):
                return target in self.activity.active
            case Unpack(targets=targets):
                return any(t in self.activity.active for t in targets)
            case _:
                return False

    # ------------------------------------------------------------ assignments

    def assign(self, stmt: Assign) -> None:
        target, value = stmt.target, stmt.value
        if isinstance(value, Op) and value.fn is prims.call and isinstance(value.args[0], Ref):
            if hasattr(value.args[0].value, "arg_kinds"):
                self.call(stmt, target, value.args[0].value, value)
                return
        if isinstance(value, Op) and value.fn in IN_PLACE and isinstance(self.kind(value.args[0]), Array):
            self.in_place(stmt, value)
            return
        on_list = isinstance(value, Op) and value.fn is prims.call_method and self.active(value.args[0])
        if target not in self.activity.active and not on_list:
            self.emit(stmt)
            return
        fresh = self.names.fresh("%new")
        self.names.kinds[fresh] = self.kinds[target]
        self.new = Var(fresh)
        self.beside(stmt, target, fresh, self.tangents(target, value))

    def beside(self, stmt: Assign, target: str, fresh: str, tangents: list[Stmt]) -> None:
        """The statement with the tangents of its target: before it, or after it where they read the new value."""
        reads_new = any(fresh in names_in(e) for made in tangents for e in _read(made))
        if not reads_new:
            self.out += [*tangents, stmt]
        elif target in names_in(stmt.value):
            self.out += [replace(stmt, target=fresh), *tangents, Assign(target, Var(fresh), stmt.place)]
        else:
            self.out += [stmt, *(_renamed(made, {fresh: Var(target)}) for made in tangents)]

    def tangents(self, target: str, value: Expr) -> list[Stmt]:
        """The statements that bind the tangents of `target` beside `target = value`."""
        if not isinstance(value, Op):
            return self.copy(target, (), value, ())
        fn = value.fn
        if self.builds(value):
            return self.display(target, value)
        if fn is runtime_rules.hook:
            return self.copy(target, (), value.args[0], ())
        if fn is operator.getitem:
            return self.item(target, value)
        if fn is prims.get_attr:
            return self.attribute(target, value)
        if fn is prims.call_method:
            return self.method(target, value)
        if fn is object.__new__:
            return [self.bind(target, Leaf((), self.kinds[target], True), Op(runtime.empty_shadow, ()))]
        if fn in (collections.defaultdict, collections.deque):  # an empty one
            return [self.bind(target, Leaf((), self.kinds[target], True), empty_like(value))]
        if fn is prims.pop:
            return self.method(target, Op(prims.call_method, (value.args[0], Lit("pop"))))
        return self.sequence(target, value) or self.primitive(target, value)

    def unpack(self, stmt: Unpack) -> None:
        """`a, b = value`: one by one, as items of what it is."""
        if not isinstance(stmt.value, Var):
            raise self.refuse("a tuple unpacked as it is made", "give the tuple a name first")
        for i, target in enumerate(stmt.targets):
            self.assign(Assign(target, Op(operator.getitem, (stmt.value, Lit(i))), stmt.place))

    def in_place(self, stmt: Assign, value: Op) -> None:
        """`x += v` on an array: x keeps its memory, and so does its tangent."""
        base, other = value.args
        assert isinstance(base, Var)
        if stmt.target != base.name:
            raise self.refuse("an in-place operation on an expression", "give the array a name first")
        if not self.active(base):
            self.emit(stmt)
            return
        plain = IN_PLACE[value.fn]
        rule = rule_for(plain)
        if rule is None or rule.style != "elementwise":
            raise self.refuse("this in-place operator on an array", "write x[...] = x @ y")
        shadow = self.tangent_of(base)
        assert isinstance(shadow, Var)
        held = self.kinds[base.name]
        env: dict[str, Expr] = {rule.params[0]: base, rule.params[1]: other, "out": Op(plain, (base, other))}
        kinds = {rule.params[0]: held, rule.params[1]: self.kind(other), "out": held}
        steps, returned = settle(rule.template, {**env, "d_out": Lit(1.0)}, kinds, self.names.temp, self.place)
        parts = padded(rule, returned)
        own, others = parts[rule.params[0]], parts[rule.params[1]]
        term = times(self.tangent_of(other), others) if self.active(other) and others is not None else None
        if own == Lit(1):
            if term is not None:
                self.out += reached_by(steps, [term])
                negated = isinstance(term, Op) and term.fn is operator.neg
                fn = operator.isub if negated else operator.iadd
                amount = term.args[0] if isinstance(term, Op) and negated else term
                self.emit(Assign(shadow.name, Op(fn, (shadow, amount)), self.place))
        else:
            terms = [*([times(shadow, own)] if own is not None else []), *([term] if term is not None else [])]
            self.out += reached_by(steps, terms)
            self.emit(Store(shadow, Lit(Ellipsis), summed(terms) if terms else Lit(0.0), self.place))
        self.emit(stmt)

    def do(self, stmt: Do, value: Op) -> None:
        """A call that stands alone."""
        held = [a for a in value.args if self.active(a)]
        if not held:
            self.emit(stmt)
            return
        base = value.args[0]
        self.new = Var("")
        if value.fn in (prims.call_method, prims.push, prims.pop) and base in held:
            named = {prims.push: "append", prims.pop: "pop"}
            if value.fn is not prims.call_method:
                value = Op(prims.call_method, (base, Lit(named[value.fn]), *value.args[1:]))
            self.out += [*self.method(None, value), stmt]
        elif value.fn is operator.delitem and base in held:
            self.out += [Do(replace(value, args=(self.tangent_of(base), *value.args[1:])), self.place), stmt]
        elif value.fn in WRITES_FIRST and base in held:
            if value.fn not in (np.add.at, np.subtract.at, np.copyto):
                raise self.refuse(f"{value.name or value.fn.__name__} of an array that carries derivatives",
                                  "write x[...] = ...")  # fmt: skip
            given = self.tangent_of(value.args[-1]) if self.active(value.args[-1]) else Lit(0.0)
            self.out += [Do(replace(value, args=(self.tangent_of(base), *value.args[1:-1], given)), self.place), stmt]
        else:
            self.emit(stmt)

    # ------------------------------------------------------------ calls of user functions

    def call(self, stmt: Assign, target: str, special: Any, value: Op) -> None:
        """A call of a user's function: of its tangent function, which gives the result and its tangents."""
        args = value.args[1:]
        mask = tuple(map(self.active, args))
        writes = any(
            m and isinstance(a, Var) and any(leaf.shadow for leaf in self.leaves(a.name))
            for m, a in zip(mask, args, strict=True)
        )
        if not any(mask) or not (target in self.activity.active or writes):
            self.new = Var(target)
            self.emit(stmt)
            if target in self.activity.active:
                self.out += self.zeros(target, value)
            return
        callee = self.tangent_function(special, mask)
        tangents = [self.tangent_of(args[i], leaf.path) for i, leaf in callee.argument_leaves]
        mine = {leaf.path: leaf for leaf in self.leaves(target)} if target in self.activity.active else {}
        targets = [target]
        for leaf in callee.result_leaves:
            own = mine.pop(leaf.path, None)
            if own is not None:
                targets.append(self.tangent(target, own))
            elif target not in self.activity.active:
                targets.append(self.names.temp("unused", leaf.kind))
            else:
                raise self.refuse(
                    f"{self.shown(target)} is {show(self.kinds[target])} here "
                    f"and {show(special.result_kind)} elsewhere",
                    "return values of one form on every path",
                    KindError,
                )
        made = Op(prims.call, (Ref(callee.handle.name, callee.handle), *args, *tangents))
        if len(targets) == 1:
            self.emit(Assign(target, made, stmt.place))
        else:
            self.emit(Unpack(tuple(targets), made, stmt.place))
        for leaf in mine.values():
            self.emit(self.bind(target, leaf, self.zero(Var(target), leaf.kind)))


def _read(stmt: Stmt) -> tuple[Expr, ...]:
    match stmt:
        case Assign(value=value) | Do(value=value):
            return (value,)
        case Store(base=base, key=key, value=value):
            return (base, key, value)
        case For(stop=stop, body=body):
            return (stop, *(e for inner in body for e in _read(inner)))
        case _:
            raise AssertionError(stmt)


def _renamed(stmt: Stmt, names: dict[str, Expr]) -> Stmt:
    match stmt:
        case Assign(value=value):
            return replace(stmt, value=substitute(value, names))
        case Do(value=value):
            made = substitute(value, names)
            assert isinstance(made, Op)
            return replace(stmt, value=made)
        case Store(key=key, value=value):
            return replace(stmt, key=substitute(key, names), value=substitute(value, names))
        case For(stop=stop, body=body):
            return replace(stmt, stop=substitute(stop, names), body=tuple(_renamed(inner, names) for inner in body))
        case _:
            raise AssertionError(stmt)
