"""Dependence: which elements of an array, once read, are never overwritten.

    for i in range(1, n):
        for j in range(1, m):
            D[i, j] = c[i, j] + D[i - 1, j] * D[i, j - 1]    # both elements that are read stay as they are

The way back may then read such an element again instead of having saved it. Two places in a loop nest conflict if the
store can run after the read and meet its element: the iterations of both, the bounds of their loops and the equality of
the indices are linear inequalities, and there is no conflict where these have no solution (Banerjee 1988). They are
solved over the rationals by Fourier-Motzkin elimination, so that the answer is conservative: an index that is not
linear, may be negative or lies in memory with other names conflicts with everything.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from srcad.analysis.regions import Regions
from srcad.core import prims
from srcad.core.kinds import Array, Kind, is_integral
from srcad.core.nodes import (
    Assign,
    Block,
    Do,
    Expr,
    For,
    ForEach,
    FunctionHandle,
    Lit,
    Op,
    Ref,
    Stmt,
    Store,
    Try,
    Unpack,
    Var,
    While,
    assigned_in,
    blocks_of,
    names_in,
    targets_of,
)
from srcad.core.operators import IN_PLACE
from srcad.rules.known import literal

Linear = dict[str, int]  # coefficients by symbol; "" is the constant
_MOST = 300  # inequalities: beyond that the answer is not worth the time


@dataclass(frozen=True)
class Site:
    """A place in the program: the loops and branches around it, and its position in textual order."""

    stmt: Stmt
    around: tuple[tuple[Stmt, int], ...]  # the enclosing statements, each with the number of the block within it
    order: int


@dataclass(frozen=True)
class Write:
    """A store into an array; `key` None where it may write anywhere."""

    site: Site
    base: str
    key: Expr | None


class Lasting:
    """Answers, for the statements of one body, whether the element they read or store is there to the end."""

    def __init__(self, body: Block, params: list[str], kinds: Mapping[str, Kind], regions: Regions) -> None:
        self.kinds = kinds
        self.regions = regions
        self.sites = {id(site.stmt): site for site in _sites(body)}
        self.bound: dict[str, int] = {name: 1 for name in params}
        self.definitions: dict[str, Site] = {}
        self.inside: set[str] = set()  # bound in a loop: another value each trip
        self.counters: dict[int, str] = {}  # the symbol of the counter of a loop
        for site in self.sites.values():
            for name in targets_of(site.stmt):
                self.bound[name] = self.bound.get(name, 0) + 1
                self.definitions[name] = site
                if any(isinstance(outer, (For, ForEach, While)) for outer, _ in site.around):
                    self.inside.add(name)
            if isinstance(site.stmt, For) and site.stmt.target not in assigned_in(site.stmt.body):
                self.counters[id(site.stmt)] = f"{site.stmt.target}#{len(self.counters)}"
        self.writes = [w for site in self.sites.values() for w in self.writes_of(site)]
        self._known: dict[int, bool] = {}

    def read(self, stmt: Assign) -> bool:
        """Whether `t = A[i, j]` reads an element that nothing overwrites after it."""
        return self._asked(stmt, stmt.value)

    def store(self, stmt: Store) -> bool:
        """Whether `A[i, j] = v` stores an element that nothing overwrites after it."""
        return not stmt.attr and self._asked(stmt, Op(operator.getitem, (stmt.base, stmt.key)))

    def _asked(self, stmt: Stmt, value: Expr) -> bool:
        if id(stmt) not in self._known:
            site = self.sites.get(id(stmt))
            self._known[id(stmt)] = site is not None and self.lasts(site, value)
        return self._known[id(stmt)]

    # ------------------------------------------------------------ what is written

    def writes_of(self, site: Site) -> Iterator[Write]:
        match site.stmt:
            case Store(base=Var(name=name), key=key, attr=False):
                yield Write(site, name, key)
            case Store(base=base):
                for name in names_in(base):
                    yield Write(site, name, None)
            case Assign(value=Op(fn=fn, args=(Var(name=name), *_))) if fn in IN_PLACE:
                yield Write(site, name, None)
            case Assign(value=value) | Unpack(value=value) | Do(value=value) if _may_write(value):
                for name in names_in(value):
                    yield Write(site, name, None)
            case _:
                pass

    def lasts(self, site: Site, value: Expr) -> bool:
        """Whether the element or attribute that `value` reads at a site is not overwritten after that."""
        if not (isinstance(value, Op) and value.fn in (operator.getitem, prims.get_attr)):
            return False
        if not isinstance(value.args[0], Var):
            return False
        name = value.args[0].name
        held, region = self.kinds.get(name), self.regions.of(name)
        if region is None or self.bound.get(name, 0) != 1 or name in self.inside:
            return False
        later = [w for w in self.writes if self.regions.of(w.base) == region and may_follow(site, w.site)]
        if not later:
            return True
        if not isinstance(held, Array) or not held.dims:
            return False
        read = self.index(value.args[1], len(held.dims), site)
        if read is None or any(write.base != name or write.key is None for write in later):
            return False
        return not any(self.meets(site, read, write, len(held.dims)) for write in later)

    # ------------------------------------------------------------ indices

    def index(self, key: Expr, width: int, site: Site) -> list[Linear | None] | None:
        """The index of each dimension as a linear form, None for one that is not; None where it is not one element."""
        parts = key.args if isinstance(key, Op) and key.fn is prims.make_tuple else (key,)
        if len(parts) != width or not all(self.is_int(part) for part in parts):
            return None
        return [self.linear(part, site) for part in parts]

    def is_int(self, part: Expr) -> bool:
        if isinstance(part, Lit):
            return isinstance(part.value, int) and not isinstance(part.value, bool)
        if isinstance(part, Var):
            return is_integral(self.kinds.get(part.name, _NONE))
        return isinstance(part, Op) and part.fn in _ARITHMETIC and all(map(self.is_int, part.args))

    def linear(self, expr: Expr, site: Site) -> Linear | None:
        """An int expression at a site as a linear form over the counters of loops and what is bound once outside."""
        match expr:
            case Lit(value=int(number)) if not isinstance(number, bool):
                return {"": number}
            case Var(name=name):
                for outer, _ in reversed(site.around):
                    if isinstance(outer, For) and outer.target == name:
                        return {self.counters[id(outer)]: 1} if id(outer) in self.counters else None
                if self.bound.get(name) != 1 or not is_integral(self.kinds.get(name, _NONE)):
                    return None
                made = self.definitions.get(name)
                # a definition says what the value is only where it has surely run in the same trip
                if made is not None and isinstance(made.stmt, Assign) and made.order < site.order:
                    if site.around[: len(made.around)] == made.around:
                        found = self.linear(made.stmt.value, made)
                        if found is not None:
                            return found
                return None if name in self.inside else {name: 1}
            case Op(fn=fn, args=(left, right)) if fn in _ARITHMETIC:
                a, b = self.linear(left, site), self.linear(right, site)
                if a is None or b is None:
                    return None
                if fn is operator.mul:
                    if set(a) <= {""}:
                        a, b = b, a
                    return {k: v * b.get("", 0) for k, v in a.items()} if set(b) <= {""} else None
                return combined(a, b, 1 if fn is operator.add else -1)
            case Op(fn=operator.neg, args=(inner,)):
                found = self.linear(inner, site)
                return None if found is None else {k: -v for k, v in found.items()}
            case _:
                return None

    # ------------------------------------------------------------ whether a read and a store meet

    def meets(self, site: Site, read: list[Linear | None], write: Write, width: int) -> bool:
        """Whether the store may run after the read and write its element."""
        assert write.key is not None
        stored = self.index(write.key, width, write.site) or self.partly(write.key, width, write.site)
        mine, theirs = self.domain(site, "<"), self.domain(write.site, ">")
        system = mine + theirs
        for here, there in zip(read, stored, strict=True):
            if here is None or there is None:
                continue
            a, b = marked(here, "<"), marked(there, ">")
            if surely(mine, a) and surely(theirs, b):  # a negative index counts from the end
                system += [combined(a, b, -1), combined(b, a, -1)]
        for (outer, x), (other, y) in zip(site.around, write.site.around, strict=False):
            if outer is not other or x != y:
                break
            if not isinstance(outer, (For, ForEach, While)):
                continue
            counter = self.counters.get(id(outer))
            if counter is None or not isinstance(outer, For):
                if solvable(system):  # in a later trip of a loop without a counter
                    return True
                continue
            ahead = combined({counter + ">": 1}, {counter + "<": 1}, -1)
            step = literal(outer.step)
            later = ahead if step == 1 else {k: -v for k, v in ahead.items()} if step == -1 else None
            if solvable(system if later is None else [*system, combined(later, {"": 1}, -1)]):
                return True
            system = [*system, ahead, {k: -v for k, v in ahead.items()}]
        return write.site.order > site.order and solvable(system)

    def partly(self, key: Expr, width: int, site: Site) -> list[Linear | None]:
        """The dimensions of a store's index that are single elements; any other may be anywhere."""
        parts = key.args if isinstance(key, Op) and key.fn is prims.make_tuple else (key,)
        plain = all(self.is_int(p) or isinstance(p, Op) and p.fn is prims.make_slice for p in parts)
        if not plain or len(parts) > width:
            return [None] * width
        made = [self.linear(p, site) if self.is_int(p) else None for p in parts]
        return made + [None] * (width - len(made))

    def domain(self, site: Site, mark: str) -> list[Linear]:
        """What is known of the counters around a site: each form is at least zero."""
        made: list[Linear] = []
        for depth, (outer, _) in enumerate(site.around):
            counter = self.counters.get(id(outer))
            if counter is None or not isinstance(outer, For):
                continue
            at = Site(outer, site.around[:depth], self.sites[id(outer)].order)
            start, stop = self.linear(outer.start, at), self.linear(outer.stop, at)
            step = literal(outer.step)
            if not isinstance(step, int) or step == 0:
                continue
            low, high = (start, stop) if step > 0 else (_next(stop), _next(start))
            if low is not None:
                made.append(marked(combined({counter: 1}, low, -1), mark))
            if high is not None:
                made.append(marked(combined(combined(high, {counter: 1}, -1), {"": 1}, -1), mark))
        return made


def may_follow(site: Site, later: Site) -> bool:
    """Whether the statement at `later` may run after the one at `site`: below it, or in another trip of a loop."""
    for (outer, block), (other, block_of_later) in zip(site.around, later.around, strict=False):
        if outer is not other:
            break
        if isinstance(outer, (For, ForEach, While)):
            return True
        if block != block_of_later:
            return isinstance(outer, Try) and later.order > site.order
    return later.order > site.order


def _next(form: Linear | None) -> Linear | None:
    return None if form is None else combined(form, {"": 1}, 1)


_NONE = Array("object", None)
_ARITHMETIC = {operator.add, operator.sub, operator.mul, operator.neg}
_WRITERS = {prims.call_method, prims.push, prims.pop, operator.delitem}


def _may_write(value: Expr) -> bool:
    """Whether an expression calls something that may write into what it is given."""
    if not isinstance(value, Op):
        return False
    if value.fn is prims.call:
        callee = value.args[0]
        return not (isinstance(callee, Ref) and not isinstance(callee.value, FunctionHandle) and callee.value is print)
    named = getattr(value.fn, "__name__", "")
    return value.fn in _WRITERS or named in ("at", "copyto", "fill_diagonal", "put", "place")


def _sites(block: Block, around: tuple[tuple[Stmt, int], ...] = ()) -> Iterator[Site]:
    """Every statement with what is around it, in textual order."""
    count = 0

    def visit(inner: Block, outer: tuple[tuple[Stmt, int], ...]) -> Iterator[Site]:
        nonlocal count
        for stmt in inner:
            count += 1
            yield Site(stmt, outer, count)
            for i, nested in enumerate(blocks_of(stmt)):
                yield from visit(nested, (*outer, (stmt, i)))

    yield from visit(block, around)


# ---------------------------------------------------------------- linear forms


def combined(a: Linear, b: Linear, factor: int) -> Linear:
    """a + factor * b"""
    made = dict(a)
    for key, value in b.items():
        made[key] = made.get(key, 0) + factor * value
    return {k: v for k, v in made.items() if v or k == ""}


def marked(form: Linear, mark: str) -> Linear:
    """The form with the counters of one of the two places."""
    return {k + mark if "#" in k else k: v for k, v in form.items()}


def surely(known: list[Linear], form: Linear) -> bool:
    """Whether a form is at least zero wherever the known ones are."""
    return not solvable([*known, combined({"": -1}, form, -1)])


def solvable(system: list[Linear]) -> bool:
    """Whether there are rational values with which every form is at least zero; True where that takes too long."""
    forms = {tuple(sorted(f.items())) for f in system}
    while True:
        rows = [dict(f) for f in forms]
        if any(set(row) <= {""} and row.get("", 0) < 0 for row in rows):
            return False
        names = {k for row in rows for k in row if k}
        if not names:
            return True

        def cost(name: str, rows: list[Linear] = rows) -> int:
            up = sum(row.get(name, 0) > 0 for row in rows)
            return up * sum(row.get(name, 0) < 0 for row in rows)

        chosen = min(sorted(names), key=cost)
        up = [row for row in rows if row.get(chosen, 0) > 0]
        down = [row for row in rows if row.get(chosen, 0) < 0]
        made = [row for row in rows if not row.get(chosen)]
        for p in up:
            for q in down:
                joint = combined({k: -q[chosen] * v for k, v in p.items()}, q, p[chosen])
                joint.pop(chosen, None)
                made.append(joint)
        if len(made) > _MOST:
            return True
        forms = {tuple(sorted(f.items())) for f in made}
