"""Give every independent use of a name its own name.

A *web* is a set of assignments that meet in some read. `y = x * x; y = sin(y)` has two webs of `y`, a loop's
accumulator has one. After this pass a variable is one web, so a value in straight-line code is never overwritten and
nothing has to be saved there, and each variable has one kind. The first web keeps the user's name; the others print
as `y_2` and so on.

Contract: the program computes the same; parameters keep their names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from srcad.core.nodes import (
    Assign,
    Block,
    Do,
    Expr,
    For,
    ForEach,
    Handler,
    If,
    Op,
    Program,
    Raise,
    Return,
    Stmt,
    Store,
    Try,
    Unpack,
    Var,
    While,
    With,
    map_operands,
    names_in,
)
from srcad.core.operators import IN_PLACE

Reaching = dict[str, frozenset[int]]


class _Webs:
    """Reaching definitions, and a union-find over them."""

    def __init__(self) -> None:
        self.parent: list[int] = []
        self.name: list[str] = []
        self.sites: dict[tuple[int, int], int] = {}

    def definition(self, key: tuple[int, int], name: str) -> int:
        if key not in self.sites:
            self.sites[key] = len(self.parent)
            self.parent.append(len(self.parent))
            self.name.append(name)
        return self.sites[key]

    def find(self, a: int) -> int:
        while self.parent[a] != a:
            self.parent[a] = self.parent[self.parent[a]]
            a = self.parent[a]
        return a

    def unite(self, definitions: frozenset[int]) -> None:
        roots = sorted({self.find(d) for d in definitions})
        for other in roots[1:]:
            self.parent[other] = roots[0]

    # -- the walk: binds definitions, unites what meets in a read

    def read(self, expr: Expr, reach: Reaching) -> None:
        for name in names_in(expr):
            self.unite(reach.get(name, frozenset()))

    def bind(self, stmt: Stmt, index: int, name: str, reach: Reaching) -> None:
        reach[name] = frozenset((self.definition((id(stmt), index), name),))

    def block(self, block: Block, reach: Reaching) -> Reaching:
        for stmt in block:
            reach = self.stmt(stmt, reach)
        return reach

    def stmt(self, stmt: Stmt, reach: Reaching) -> Reaching:
        match stmt:
            case Assign(target=target, value=value):
                self.read(value, reach)
                earlier = reach.get(target, frozenset())
                self.bind(stmt, 0, target, reach)
                if isinstance(value, Op) and value.args[:1] == (Var(target),) and value.fn in IN_PLACE:
                    self.unite(earlier | reach[target])
            case Unpack(targets=targets, value=value):
                self.read(value, reach)
                for i, target in enumerate(targets):
                    self.bind(stmt, i, target, reach)
            case Store(base=base, key=key, value=value):
                for expr in (base, key, value):
                    self.read(expr, reach)
            case Do(value=value) | Return(value=value):
                self.read(value, reach)
            case Raise(exception=exception, cause=cause):
                for given in (exception, cause):
                    if given is not None:
                        self.read(given, reach)
            case If(test=test, body=body, orelse=orelse):
                self.read(test, reach)
                then = self.block(body, dict(reach))
                return _meet(then, self.block(orelse, dict(reach)))
            case For() | ForEach() | While():
                return self.loop(stmt, reach)
            case With(context=context, target=target, body=body):
                self.read(context, reach)
                if target is not None:
                    self.bind(stmt, 0, target, reach)
                return self.block(body, reach)
            case Try(body=body, handlers=handlers, final=final):
                inside = reach
                before = reach
                for part in body:
                    inside = self.stmt(part, dict(inside))
                    before = _meet(before, inside)
                after = before if handlers else inside
                for i, handler in enumerate(handlers):
                    caught = dict(before)
                    if handler.types is not None:
                        self.read(handler.types, caught)
                    if handler.name is not None:
                        self.bind(stmt, i, handler.name, caught)
                    after = _meet(after, self.block(handler.body, caught))
                return self.block(final, after if not final else _meet(before, after))
            case _:
                pass
        return reach

    def loop(self, stmt: For | ForEach | While, reach: Reaching) -> Reaching:
        match stmt:
            case For(start=start, stop=stop, step=step):
                for expr in (start, stop, step):
                    self.read(expr, reach)
            case ForEach(iterable=iterable):
                self.read(iterable, reach)
            case While():
                pass
        entry = dict(reach)
        while True:
            trip = dict(entry)
            if isinstance(stmt, While):
                trip = self.block(stmt.test, trip)
                self.read(stmt.cond, trip)
                leaving = trip
                trip = dict(trip)
            else:
                leaving = entry
                self.bind(stmt, 0, stmt.target, trip)
            trip = self.block(stmt.body, trip)
            if stmt.until is not None:
                self.read(Var(stmt.until), trip)
                leaving = _meet(leaving, trip)
            merged = _meet(entry, trip)
            if merged == entry:
                return leaving if isinstance(stmt, While) else _meet(leaving, trip)
            entry = merged


def _meet(a: Reaching, b: Reaching) -> Reaching:
    made = dict(a)
    for name, definitions in b.items():
        made[name] = made.get(name, frozenset()) | definitions
    return made


class _Renamer:
    """The same walk again with the final webs: every name becomes the name of its web."""

    def __init__(self, webs: _Webs, names: Mapping[int, str]) -> None:
        self.webs = webs
        self.names = names

    def expr(self, expr: Expr, now: Mapping[str, str]) -> Expr:
        if isinstance(expr, Var):
            return Var(now.get(expr.name, expr.name))
        return map_operands(expr, lambda part: self.expr(part, now))

    def program(self, program: Program) -> Block:
        reach: Reaching = {}
        for i, param in enumerate(program.params):
            reach[param.name] = frozenset((self.webs.definition((id(program), i), param.name),))
        return self._walk(program.body, reach)[0]

    def _now(self, reach: Reaching) -> dict[str, str]:
        return {name: self.names[self.webs.find(min(defs))] for name, defs in reach.items() if defs}

    def _walk(self, block: Block, reach: Reaching) -> tuple[Block, Reaching]:
        made: list[Stmt] = []
        for stmt in block:
            renamed, reach = self._one(stmt, reach)
            made.append(renamed)
        return tuple(made), reach

    def _one(self, stmt: Stmt, reach: Reaching) -> tuple[Stmt, Reaching]:
        webs = self.webs
        match stmt:
            case If(test=test, body=body, orelse=orelse):
                test = self.expr(test, self._now(reach))
                then, a = self._walk(body, dict(reach))
                other, b = self._walk(orelse, dict(reach))
                return replace(stmt, test=test, body=then, orelse=other), _meet(a, b)
            case For() | ForEach() | While():
                return self._loop(stmt, reach)
            case With(context=context, body=body, target=target):
                context = self.expr(context, self._now(reach))
                if target is not None:
                    webs.bind(stmt, 0, target, reach)
                    target = self._now(reach)[target]
                inner, after = self._walk(body, reach)
                return replace(stmt, context=context, target=target, body=inner), after
            case Try(body=body, handlers=handlers, final=final):
                inside, before = reach, reach
                made_body: list[Stmt] = []
                for part in body:
                    renamed, inside = self._one(part, dict(inside))
                    made_body.append(renamed)
                    before = _meet(before, inside)
                after = before if handlers else inside
                made_handlers = []
                for i, handler in enumerate(handlers):
                    caught = dict(before)
                    types = None if handler.types is None else self.expr(handler.types, self._now(caught))
                    name = handler.name
                    if name is not None:
                        webs.bind(stmt, i, name, caught)
                        name = self._now(caught)[name]
                    inner, end = self._walk(handler.body, caught)
                    made_handlers.append(Handler(types, name, inner))
                    after = _meet(after, end)
                last, after = self._walk(final, after if not final else _meet(before, after))
                return replace(stmt, body=tuple(made_body), handlers=tuple(made_handlers), final=last), after
            case _:
                now = self._now(reach)
                after = webs.stmt(stmt, reach)
                return self._simple(stmt, now, self._now(after)), after

    def _loop(self, stmt: For | ForEach | While, reach: Reaching) -> tuple[Stmt, Reaching]:
        webs = self.webs
        now = self._now(reach)
        after = webs.loop(stmt, dict(reach))
        # what reaches the head of a trip: the entry and every definition inside (webs are final, so any member does)
        entry = dict(reach)
        while True:
            trip = dict(entry)
            if isinstance(stmt, While):
                trip = webs.block(stmt.test, trip)
            else:
                webs.bind(stmt, 0, stmt.target, trip)
            merged = _meet(entry, webs.block(stmt.body, trip))
            if merged == entry:
                break
            entry = merged
        trip = dict(entry)
        if isinstance(stmt, While):
            test, trip = self._walk(stmt.test, trip)
            cond = self.expr(stmt.cond, self._now(trip))
            body, end = self._walk(stmt.body, dict(trip))
            until = None if stmt.until is None else self._now(end)[stmt.until]
            return replace(stmt, test=test, cond=cond, body=body, until=until), after
        webs.bind(stmt, 0, stmt.target, trip)
        target = self._now(trip)[stmt.target]
        body, end = self._walk(stmt.body, trip)
        until = None if stmt.until is None else self._now(end)[stmt.until]
        if isinstance(stmt, For):
            bounds = [self.expr(e, now) for e in (stmt.start, stmt.stop, stmt.step)]
            return (
                replace(stmt, start=bounds[0], stop=bounds[1], step=bounds[2], target=target, body=body, until=until),
                after,
            )
        return replace(stmt, iterable=self.expr(stmt.iterable, now), target=target, body=body, until=until), after

    def _simple(self, stmt: Stmt, now: Mapping[str, str], after: Mapping[str, str]) -> Stmt:
        match stmt:
            case Assign(target=target, value=value):
                return replace(stmt, target=after[target], value=self.expr(value, now))
            case Unpack(targets=targets, value=value):
                return replace(stmt, targets=tuple(after[t] for t in targets), value=self.expr(value, now))
            case Store(base=base, key=key, value=value):
                return replace(stmt, base=self.expr(base, now), key=self.expr(key, now), value=self.expr(value, now))
            case Do(value=value):
                renamed = map_operands(value, lambda part: self.expr(part, now))
                assert isinstance(renamed, Op)
                return replace(stmt, value=renamed)
            case Return(value=value):
                return replace(stmt, value=self.expr(value, now))
            case Raise(exception=exception, cause=cause):
                return replace(
                    stmt,
                    exception=None if exception is None else self.expr(exception, now),
                    cause=None if cause is None else self.expr(cause, now),
                )
            case _:
                return stmt


def split_webs(program: Program) -> Program:
    """Rename so that each variable is one web."""
    webs = _Webs()
    reach: Reaching = {}
    for i, param in enumerate(program.params):
        reach[param.name] = frozenset((webs.definition((id(program), i), param.name),))
    webs.block(program.body, reach)
    taken: dict[str, int] = {}
    names: dict[int, str] = {}
    users = set(webs.name)
    for definition, name in enumerate(webs.name):
        root = webs.find(definition)
        if root in names:
            continue
        count = taken.get(name, 0)
        taken[name] = count + 1
        if count == 0:
            names[root] = name
        else:
            hint = name if name.startswith("%") else f"%{name}"
            candidate = f"{hint}_{count + 1}"
            while candidate in users:
                candidate += "_"
            users.add(candidate)
            names[root] = candidate
    if len(names) == len(taken):
        return program
    return replace(program, body=_Renamer(webs, names).program(program))
