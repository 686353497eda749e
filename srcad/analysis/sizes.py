"""Sizes: which arrays surely have equal dimensions, at each statement.

    un = u.copy()            # u is (a,), un is (a,)
    v = un[1:-1] + un[2:]    # both (a - 2,): nothing broadcasts, and the adjoint needs no sum over what broadcasting
                             # repeated

A forward analysis to a fixed point. Every dimension is a symbol: a given size, a size made by one statement, a slice
of another size. Two dimensions with one symbol are equal. A symbol speaks of the last time its statement ran: where it
runs again (the next trip of a loop), what still holds the old size is forgotten first. Symbols are single characters
of Unicode's private use area, so that a kind's `dims` can be made of them and every rule for kinds hands them on.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from srcad.core import prims
from srcad.core.kinds import ANY_SYMBOLS, PLURAL_SYMBOLS, UNKNOWN, Array, Const, Kind, Tuple, is_integral, is_plural
from srcad.core.nodes import (
    Assign,
    Block,
    Expr,
    For,
    ForEach,
    If,
    Lit,
    Op,
    Ref,
    Stmt,
    Store,
    Try,
    Unpack,
    Var,
    While,
    With,
    assigned_in,
    targets_of,
    walk,
)
from srcad.core.operators import IN_PLACE
from srcad.rules.kinding import index_kind, kind_of_call, kind_of_index
from srcad.rules.known import literal
from srcad.rules.registry import Call

Key = tuple[Any, ...]


@dataclass(frozen=True)
class Count:
    """An int whose value is that of the symbol plus an offset; with no symbol, the offset alone."""

    symbol: str
    offset: int = 0


@dataclass(frozen=True)
class Shape:
    """The tuple of an array's dimensions."""

    dims: str


Known = str | Count | Shape  # the dims of an array, an int, a shape
State = dict[str, Known]


class Symbols:
    """Characters for sizes, each with the key that says what it is; one half of them is known not to be 1."""

    def __init__(self) -> None:
        self._by_key: dict[Key, str] = {}
        self._keys: dict[str, Key] = {}

    def of(self, key: Key, plural: bool = False) -> str:
        made = self._by_key.get(key)
        if made is None:
            first = PLURAL_SYMBOLS if plural else ANY_SYMBOLS
            made = chr(first + len(self._keys)) if len(self._keys) < 0x8000 else "?"
            if made != "?":
                self._by_key[key] = made
                self._keys[made] = key
        return made

    def key(self, symbol: str) -> Key:
        return self._keys.get(symbol, ())

    def shifted(self, symbol: str, by: int) -> str:
        """The size `max(0, symbol + by)`."""
        if symbol == "1" and by >= 0:
            return "1" if by == 0 else "n"
        key = self.key(symbol)
        if key[:1] == ("shifted",):
            symbol, by = key[1], key[2] + by
        return symbol if by == 0 else self.of(("shifted", symbol, by))

    def speaks_of(self, symbol: str, site: int) -> bool:
        """Whether a symbol depends on the last run of the statement `site`."""

        def within(part: Any) -> bool:
            if isinstance(part, tuple):
                return any(map(within, part))
            if isinstance(part, Count):
                return within(part.symbol)
            if isinstance(part, str) and part in self._keys:
                key = self._keys[part]
                return (key[0] == "made" and key[1] == site) or within(key[1:])
            return False

        return within(symbol)


@dataclass(frozen=True)
class Sizes:
    """What is known at each statement (by `id`): before it, and of what it makes (for a store: of the place)."""

    before: Mapping[int, Mapping[str, Known]]
    made: Mapping[int, str]

    def operand(self, stmt: Stmt | None, name: str) -> str | None:
        """The dims of an array variable just before a statement."""
        known = self.before.get(id(stmt), {}).get(name)
        return known if isinstance(known, str) else None

    def result(self, stmt: Stmt | None) -> str | None:
        """The dims of what a statement assigns, or of the place that it stores to."""
        return self.made.get(id(stmt))


def find_sizes(body: Block, params: list[str], kinds: Mapping[str, Kind]) -> Sizes:
    """The sizes of the arrays of a specialised body."""
    finder = _Finder(kinds)
    state: State = {}
    for name in params:
        finder.bind(name, None, state, finder.given)
    finder.block(body, state)
    return Sizes(finder.before, finder.made)


class _Finder:
    given = 0  # the site of the parameters

    def __init__(self, kinds: Mapping[str, Kind]) -> None:
        self.kinds = kinds
        self.symbols = Symbols()
        self.before: dict[int, Mapping[str, Known]] = {}
        self.made: dict[int, str] = {}
        self._sites: dict[int, int] = {}
        self._held: list[Stmt] = []  # keeps the ids of statements theirs

    def site(self, stmt: Stmt) -> int:
        if id(stmt) not in self._sites:
            self._sites[id(stmt)] = len(self._sites) + 1
            self._held.append(stmt)
        return self._sites[id(stmt)]

    # ------------------------------------------------------------ binding

    def bind(self, name: str, value: Known | None, state: State, site: int, part: Any = None) -> None:
        """`name` gets what is known of its value; unknown dimensions get symbols of their own."""
        kind = self.kinds.get(name, UNKNOWN)
        if isinstance(value, (Count, Shape)):
            state[name] = value
        elif isinstance(kind, Array) and kind.dims is not None:
            dims = value if isinstance(value, str) and len(value) == len(kind.dims) else kind.dims
            state[name] = self.named(dims, kind.dims, site, (name, part))
        elif is_integral(kind) and not isinstance(kind, Const):
            state[name] = Count(self.symbols.of(("made", site, name, part)))
        elif isinstance(kind, Const) and type(kind.value) is int:
            state[name] = Count("", kind.value)
        else:
            state.pop(name, None)

    def named(self, dims: str, letters: str, site: int, what: Key) -> str:
        """Dims with a symbol for each unknown dimension."""
        made = []
        for axis, (symbol, letter) in enumerate(zip(dims, letters, strict=True)):
            if symbol in "n?":
                symbol = self.symbols.of(("made", site, *what, axis), symbol == "n" or letter == "n")
            made.append(symbol)
        return "".join(made)

    def forget(self, state: State, site: int) -> None:
        """The statement runs again: what was made by its last run is of an unknown size now."""
        for name in list(state):
            known = state[name]
            symbols = known if isinstance(known, str) else known.dims if isinstance(known, Shape) else known.symbol
            if any(self.symbols.speaks_of(s, site) for s in symbols):
                del state[name]

    def join(self, a: State, b: State, site: int) -> State:
        """What is known where two paths meet at a statement."""
        made: State = {}
        for name, x in a.items():
            if name not in b:
                continue
            y = b[name]
            if x == y:
                made[name] = x
            elif isinstance(x, str) and isinstance(y, str) and len(x) == len(y):
                made[name] = "".join(
                    p if p == q else self.symbols.of(("made", site, name, "join", axis), is_plural(p) and is_plural(q))
                    for axis, (p, q) in enumerate(zip(x, y, strict=True))
                )
        return made

    # ------------------------------------------------------------ the walk

    def block(self, block: Block, state: State) -> State:
        for stmt in block:
            state = self.stmt(stmt, state)
        return state

    def stmt(self, stmt: Stmt, state: State) -> State:
        site = self.site(stmt)
        self.forget(state, site)
        match stmt:
            case Assign(target=target, value=value):
                self.before[id(stmt)] = dict(state)
                if isinstance(value, Op) and value.fn in IN_PLACE and isinstance(self.kinds.get(target), Array):
                    known = state.get(target)
                    if value.args[0] != Var(target) and isinstance(value.args[0], Var):
                        known = state.get(value.args[0].name)
                else:
                    known = self.value(value, state)
                self.bind(target, known, state, site)
                held = state.get(target)
                if isinstance(held, str):
                    self.made[id(stmt)] = held
            case Unpack(targets=targets, value=value):
                self.before[id(stmt)] = dict(state)
                whole = self.value(value, state)
                for i, name in enumerate(targets):
                    part = Count(whole.dims[i]) if isinstance(whole, Shape) and whole.dims[i] not in "1n?" else None
                    self.bind(name, part, state, site, i)
            case Store(base=Var(name=name), key=key):
                self.before[id(stmt)] = dict(state)
                known = state.get(name)
                if isinstance(known, str):
                    place = self.item(name, known, key, state)
                    if place is not None:
                        self.made[id(stmt)] = place
            case If(body=body, orelse=orelse):
                self.before[id(stmt)] = dict(state)
                state = self.join(self.block(body, dict(state)), self.block(orelse, dict(state)), site)
            case For() | ForEach() | While():
                state = self.loop(stmt, state, site)
            case With(body=body):
                for name in targets_of(stmt):
                    self.bind(name, None, state, site)
                state = self.block(body, state)
            case Try(body=body, handlers=handlers, final=final):
                changed = {n for s in walk((stmt,)) for n in assigned_in((s,))}
                entry = {n: k for n, k in state.items() if n not in changed}
                after = self.block(body, state)
                for handler in handlers:
                    after = self.join(after, self.block(handler.body, dict(entry)), site)
                state = self.block(final, after)
            case _:
                self.before[id(stmt)] = dict(state)
        return state

    def loop(self, stmt: For | ForEach | While, state: State, site: int) -> State:
        entry = dict(state)
        while True:
            inside = dict(entry)
            if not isinstance(stmt, While):
                self.bind(stmt.target, None, inside, site)
            if isinstance(stmt, While):
                inside = self.block(stmt.test, inside)
            tested = dict(inside)
            out = self.block(stmt.body, inside)
            self.forget(out, site)
            grown = self.join(entry, out, site)
            if grown == entry:
                return tested if isinstance(stmt, While) and stmt.until is None else self.join(tested, out, site)
            entry = grown

    # ------------------------------------------------------------ values

    def value(self, value: Expr, state: State) -> Known | None:
        match value:
            case Var(name=name):
                return state.get(name)
            case Lit(value=int(number)) if not isinstance(number, bool):
                return Count("", number)
            case Op(fn=fn, args=(Var(name=name), Lit(value="shape"))) if fn is prims.get_attr:
                known = state.get(name)
                return Shape(known) if isinstance(known, str) else None
            case Op(fn=fn, args=(Var(name=name), Lit(value="size"))) if fn is prims.get_attr:
                known = state.get(name)
                return self.count(known) if isinstance(known, str) and len(known) == 1 else None
            case Op(fn=fn, args=(Var(name=name),)) if fn is len:
                known = state.get(name)
                return self.count(known[0]) if isinstance(known, str) and known else None
            case Op(fn=operator.getitem, args=(Var(name=name), key)):
                known = state.get(name)
                if isinstance(known, Shape):
                    axis = literal(key)
                    inside = type(axis) is int and -len(known.dims) <= axis < len(known.dims)
                    return self.count(known.dims[axis]) if inside else None
                return self.item(name, known, key, state) if isinstance(known, str) else None
            case Op(fn=operator.add | operator.sub as fn, args=(left, right)):
                a, b = self.number(left, state), self.number(right, state)
                if a is not None and b is not None and not b.symbol:
                    return Count(a.symbol, a.offset + (b.offset if fn is operator.add else -b.offset))
                if a is not None and b is not None and not a.symbol and fn is operator.add:
                    return Count(b.symbol, a.offset + b.offset)
                if a is not None:
                    return None
            case Op(fn=fn) if fn in _FILLED and value.args:
                return self.filled(value.args[0], state)
        return self.by_kind(value, state) if isinstance(value, Op) else None

    def count(self, symbol: str) -> Count | None:
        return None if symbol in "1n?" else Count(symbol)

    def number(self, expr: Expr, state: State) -> Count | None:
        known = self.value(expr, state) if isinstance(expr, (Var, Lit)) else None
        if isinstance(expr, Op) and expr.fn in (operator.add, operator.sub, len):
            known = self.value(expr, state)
        return known if isinstance(known, Count) else None

    def filled(self, shape: Expr, state: State) -> str | None:
        """The dims of `np.zeros(shape)`."""
        if isinstance(shape, Op) and shape.fn in (prims.make_tuple, prims.make_list):
            parts = [self.number(part, state) for part in shape.args]
        elif isinstance(shape, Var) and isinstance(state.get(shape.name), Shape):
            known = state[shape.name]
            assert isinstance(known, Shape)
            return known.dims
        elif isinstance(shape, Var) and isinstance(self.kinds.get(shape.name), Tuple):
            return None
        else:
            parts = [self.number(shape, state)]
        made = []
        for part in parts:
            if part is None:
                made.append("?")
            elif not part.symbol:
                made.append("1" if part.offset == 1 else self.symbols.of(("fixed", part.offset), True))
            else:
                made.append(self.symbols.shifted(part.symbol, part.offset))
        return "".join(made)

    def by_kind(self, value: Op, state: State) -> str | None:
        """The dims that the rule for kinds finds when it is given symbols for letters."""
        if not any(isinstance(a, Var) and isinstance(state.get(a.name), str) for a in value.args):
            return None
        if value.fn in (prims.call, prims.call_method, prims.get_attr):
            return None

        def kind(expr: Expr) -> Kind:
            match expr:
                case Var(name=name):
                    held = self.kinds.get(name, UNKNOWN)
                    known = state.get(name)
                    return Array(held.dtype, known) if isinstance(held, Array) and isinstance(known, str) else held
                case Lit(value=given) | Ref(value=given):
                    return Const(given)
                case Op(fn=fn, args=args) if fn is prims.make_tuple:
                    return Tuple(tuple(map(kind, args)))
                case _:
                    return UNKNOWN

        call = Call(
            value.fn,
            tuple(map(kind, value.args)),
            tuple((k, kind(v)) for k, v in value.kwargs),
            value.args,
            value.kwargs,
        )
        found = kind_of_call(call)
        return found.dims if isinstance(found, Array) else None

    def item(self, name: str, dims: str, index: Expr, state: State) -> str | None:
        """The dims of `name[index]`."""
        held = self.kinds.get(name)
        if not isinstance(held, Array):
            return None
        kinds: dict[str, Kind] = {}
        for key, kind in self.kinds.items():
            known = state.get(key)
            kinds[key] = Array(kind.dtype, known) if isinstance(kind, Array) and isinstance(known, str) else kind
        found = kind_of_index(
            Array(held.dtype, dims), index_kind(index, kinds), index, lambda size, part: self.sliced(size, part, state)
        )
        return found.dims if isinstance(found, Array) else None

    def sliced(self, size: str, part: Expr | None, state: State) -> str:
        """The size of a slice of a dimension: a function of that size and of the slice's bounds."""
        bounds = part.args if isinstance(part, Op) and part.fn is prims.make_slice else None
        value = None if part is None else literal(part)
        if isinstance(value, slice):
            bounds = tuple(map(Lit, (value.start, value.stop, value.step)))
        if bounds is None or size in "n?":
            return "?"
        found: list[Count | None] = []
        for bound in bounds:
            if isinstance(bound, Lit) and bound.value is None:
                found.append(None)
                continue
            count = self.number(bound, state)
            if count is None:
                return "?"
            found.append(count)
        start, stop, step = found
        if step in (None, Count("", 1)):
            cut = _cut(start), self.trimmed_end(stop, size)
            if None not in cut:
                return self.symbols.shifted(size, -sum(c for c in cut if c is not None))
        if step == Count("", -1) and start is None and stop is None:
            return size
        return self.symbols.of(("slice", size, start, stop, step))

    def trimmed_end(self, stop: Count | None, size: str) -> int | None:
        """How many items a slice leaves out at the end."""
        if stop is None:
            return 0
        if not stop.symbol:
            return -stop.offset if stop.offset < 0 else None
        base, offset = size, 0
        key = self.symbols.key(size)
        if key[:1] == ("shifted",):
            base, offset = key[1], key[2]
        # a stop below zero counts from the end: with at most two left out that gives nothing either
        left_out = offset - stop.offset
        return left_out if base == stop.symbol and 0 <= left_out <= 2 and offset >= 0 else None


def _cut(start: Count | None) -> int | None:
    """How many items a slice leaves out at the beginning."""
    if start is None:
        return 0
    return start.offset if not start.symbol and start.offset >= 0 else None


_FILLED = {np.zeros, np.ones, np.empty, np.full}
