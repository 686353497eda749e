"""Loops through containers whose lengths change on the way do what Python's do.

    for i in range(trips(len(xs), xs)):          i = 0
        x = xs[i]                                while i < len(xs):
        s = s + x                         ->         x = xs[i]
        ys.append(x / 2)      # ys is xs             s = s + x
                                                     ys.append(x / 2)
                                                     i = i + 1

A loop through a dict or set raises the `RuntimeError` that Python raises where it has changed size after a trip, and
one through a deque that changes is refused. All other loops make the trips that were counted before the first: `trips`
is gone after this.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from srcad.analysis.regions import Regions, Summarise, find_regions
from srcad.analysis.resizing import Change, Resized, changes, keys_of, resized_by
from srcad.analysis.sharing import writes
from srcad.core import prims
from srcad.core.kinds import (
    BOOL,
    INT,
    RANGE,
    STRING,
    UNKNOWN,
    Array,
    Const,
    Dict,
    Kind,
    List,
    Record,
    Set,
    Tuple,
    TupleOf,
    is_number,
    show,
    widen,
)
from srcad.core.nodes import (
    Assign,
    Block,
    Expr,
    For,
    If,
    Lit,
    Op,
    Raise,
    Ref,
    Stmt,
    Var,
    While,
    expressions_of,
    walk,
)
from srcad.core.prims import Through
from srcad.core.rewriting import map_blocks
from srcad.errors import UnsupportedSyntax
from srcad.transform.specialise.session import Special


def settle_walks(specials: list[Special], holds_address: Callable[[Kind], bool], summarise: Summarise) -> None:
    """Settle the loops of programs that call each other."""
    if not any(_is_walk(stmt) for special in specials for stmt in walk(special.body)):
        return
    regions = _regions(specials, holds_address, summarise)
    resized: dict[int, Resized] = {id(s): frozenset() for s in specials}
    while True:
        before = dict(resized)
        for special in specials:
            params = [p.name for p in special.program.params]
            found = changes(special.body, special.kinds, lambda handle: resized.get(id(handle), frozenset()))
            resized[id(special)] = resized_by(params, found, regions[id(special)])
        if resized == before:
            break
    for special in specials:
        special.body = _Walks(special, regions[id(special)], resized, summarise).block(special.body)


def _regions(
    specials: list[Special], holds_address: Callable[[Kind], bool], summarise: Summarise
) -> dict[int, Regions]:
    """The regions of each program, where parameters may be one that are one in some call."""
    shared: dict[int, set[tuple[str, ...]]] = {id(s): set() for s in specials}
    found: dict[int, Regions] = {}
    todo = list(specials)
    while todo:
        special = todo.pop()
        regions = find_regions(special.body, special.kinds, holds_address, summarise, sorted(shared[id(special)]))
        found[id(special)] = regions
        for callee, groups in _shared_arguments(special.body, regions):
            if id(callee) in shared and not groups <= shared[id(callee)]:
                shared[id(callee)] |= groups
                todo.append(callee)
    return found


def _shared_arguments(body: Block, regions: Regions) -> Iterator[tuple[Special, set[tuple[str, ...]]]]:
    """For each call, the parameters that are given memory of one region."""
    for stmt in walk(body):
        for expr in expressions_of(stmt):
            if not (isinstance(expr, Op) and expr.fn is prims.call and isinstance(expr.args[0], Ref)):
                continue
            callee = expr.args[0].value
            if not isinstance(callee, Special):
                continue
            groups: dict[str, list[str]] = {}
            for param, argument in zip(callee.program.params, expr.args[1:], strict=False):
                region = regions.of(argument.name) if isinstance(argument, Var) else None
                if region is not None:
                    groups.setdefault(region, []).append(param.name)
            yield callee, {tuple(group) for group in groups.values() if len(group) > 1}


def _is_walk(stmt: Stmt) -> bool:
    return isinstance(stmt, Assign) and isinstance(stmt.value, Op) and stmt.value.fn is prims.trips


@dataclass
class _Walks:
    """The loops of one program."""

    special: Special
    regions: Regions
    resized: dict[int, Resized]
    summarise: Summarise

    def __post_init__(self) -> None:
        self.kinds = self.special.kinds
        self.counted: dict[str, tuple[Expr, ...]] = {}  # the operands of `trips`, by the variable that it is kept in
        self.made = 0

    def block(self, stmts: Block) -> Block:
        made: list[Stmt] = []
        for stmt in stmts:
            if isinstance(stmt, Assign) and isinstance(stmt.value, Op) and stmt.value.fn is prims.trips:
                self.counted[stmt.target] = stmt.value.args
                made.append(replace(stmt, value=stmt.value.args[0]))
            elif isinstance(stmt, For) and isinstance(stmt.stop, Var) and stmt.stop.name in self.counted:
                made += self.loop(stmt, self.counted[stmt.stop.name][1:])
            else:
                made.append(map_blocks(stmt, self.block))
        return tuple(made)

    def loop(self, stmt: For, through: tuple[Expr, ...]) -> list[Stmt]:
        """A loop through these."""
        body = self.block(stmt.body)
        bounds: list[Expr] = []
        lists = False
        before: list[Stmt] = []
        after: list[Stmt] = []
        how: Through | None = None
        for atom in through:
            if isinstance(atom, Lit) and isinstance(atom.value, Through):
                how = atom.value
                continue
            if how is Through.MADE:
                self.refuse_gathered(stmt, atom)
                how = None
                continue
            bounds.append(atom)
            if isinstance(atom, Var) and (changed := self.changes(stmt, atom)):
                kind = self.kinds.get(atom.name, UNKNOWN)
                if isinstance(kind, (Dict, Record, Set)):
                    self.check_size(atom, kind, changed, before, after, stmt)
                elif isinstance(kind, List) and kind.cls is list and not how:
                    lists = True
                else:
                    raise _refused(kind, changed[0], how)
            if how in (Through.VALUES, Through.ITEMS) and isinstance(atom, Var):
                self.refuse_stale(stmt, atom)
            how = None
        if after:
            check = tuple(after) if stmt.until is None else (If(Var(stmt.until), (), tuple(after), stmt.place),)
            body = (*body, *check)
        if lists:
            return [*before, *self.counted_anew(replace(stmt, body=body), bounds)]
        return [*before, replace(stmt, body=body)]

    def changes(self, stmt: For, atom: Var) -> list[Change]:
        """What the body does to the length of what it goes through."""
        kind = self.kinds.get(atom.name, UNKNOWN)
        if isinstance(kind, (Const, Tuple, TupleOf, Array)) or kind in (STRING, RANGE) or is_number(kind):
            return []
        existing = keys_of(self.special.body, atom.name) if isinstance(kind, (Dict, Record)) else frozenset()
        found = changes(stmt.body, self.kinds, lambda handle: self.resized.get(id(handle), frozenset()), existing)
        return [change for change in found if change.may_change(atom.name, kind, self.regions)]

    def check_size(
        self, atom: Var, kind: Kind, changed: list[Change], before: list[Stmt], after: list[Stmt], stmt: For
    ) -> None:
        """Raise what Python raises: by the keys where some may be taken out, else by their number."""
        removes = any(change.removes for change in changed)
        ask = list if removes else len
        asked = List(kind.key if isinstance(kind, Dict) else UNKNOWN) if removes else INT
        was = self.temp("keys" if removes else "size", asked)
        now = self.temp("keys" if removes else "size", asked)
        differs = self.temp("changed", BOOL)
        before.append(Assign(was.name, Op(ask, (atom,)), stmt.place))
        what = "Set" if isinstance(kind, Set) else "dictionary"
        error = Op(prims.call, (Ref("RuntimeError", RuntimeError), Lit(f"{what} changed size during iteration")))
        after.append(Assign(now.name, Op(ask, (atom,)), stmt.place))
        after.append(Assign(differs.name, Op(operator.ne, (now, was)), stmt.place))
        after.append(If(differs, (Raise(error, None, stmt.place),), (), stmt.place))

    def refuse_gathered(self, stmt: For, atom: Expr) -> None:
        """The items that an object gave before the loop are not those that it gives after it was written to."""
        if not isinstance(atom, Var) or (region := self.regions.of(atom.name)) is None:
            return
        written = [(base, inner) for base, inner in writes(stmt.body, self.summarise, containers=True)]
        sized = changes(stmt.body, self.kinds, lambda handle: self.resized.get(id(handle), frozenset()))
        written += [(Var(change.name), change.stmt) for change in sized]
        for base, inner in written:
            if isinstance(base, Var) and self.regions.of(base.name) == region:
                raise UnsupportedSyntax(
                    f"{show(self.kinds.get(atom.name, UNKNOWN))} may be written to while its __iter__ makes its items",
                    getattr(inner, "place", None),
                    "loop over a list of the items, list(...)",
                )

    def refuse_stale(self, stmt: For, atom: Var) -> None:
        """What a dict held when the loop began is not what its items are after a store."""
        kind = self.kinds.get(atom.name, UNKNOWN)
        for base, inner in writes(stmt.body, self.summarise, containers=True):
            if isinstance(base, Var):
                change = Change(base.name, self.kinds.get(base.name, UNKNOWN), False, inner)
                if change.may_change(atom.name, kind, self.regions):
                    raise _refused(kind, change, Through.VALUES)

    def counted_anew(self, stmt: For, bounds: list[Expr]) -> list[Stmt]:
        """A loop that asks before each trip whether there is an item left."""
        mine = stmt.target.startswith("%")
        at = Var(stmt.target) if mine else self.temp("at", INT)
        test: list[Stmt] = []
        limits: list[Expr] = []
        for bound in bounds:
            length: Expr = bound
            if isinstance(bound, Var) and widen(self.kinds.get(bound.name, UNKNOWN)) is not INT:
                length = self.temp("length", INT)
                test.append(Assign(length.name, Op(len, (bound,)), stmt.place))
            limits.append(length)
        limit = limits[0]
        if len(limits) > 1:
            least = limit = self.temp("length", INT)
            test.append(Assign(least.name, Op(min, tuple(limits)), stmt.place))
        more = self.temp("more", BOOL)
        first: list[Stmt] = [Assign(at.name, Lit(0), stmt.place)]
        if stmt.reverse:
            first = [Assign(at.name, Op(operator.sub, (stmt.stop, Lit(1))), stmt.place)]
            left = self.temp("left", RANGE)
            test += [
                Assign(left.name, Op(range, (limit,)), stmt.place),
                Assign(more.name, Op(operator.contains, (left, at)), stmt.place),
            ]
        else:
            test.append(Assign(more.name, Op(operator.lt, (at, limit)), stmt.place))
        named: tuple[Stmt, ...] = () if mine else (Assign(stmt.target, at, stmt.place),)
        step = Op(operator.sub if stmt.reverse else operator.add, (at, Lit(1)))
        body = (*named, *stmt.body, Assign(at.name, step, stmt.place))
        return [*first, While(tuple(test), more, body, stmt.until, stmt.place)]

    def temp(self, hint: str, kind: Kind) -> Var:
        self.made += 1
        name = f"%{hint}@{900000 + self.made}"
        self.kinds[name] = kind
        return Var(name)


def _refused(kind: Kind, change: Change, how: Through | None) -> UnsupportedSyntax:
    place = getattr(change.stmt, "place", None)
    if how in (Through.VALUES, Through.ITEMS):
        return UnsupportedSyntax(
            "a dict is written to while a loop goes through its values by number",
            place,
            "loop over the keys, list(d), and read d[key] where it is needed",
        )
    return UnsupportedSyntax(
        f"{show(kind)} changes length while a loop runs over it{' backwards' if how else ''}",
        place,
        "loop over a copy, list(...), or use while with an index",
    )
