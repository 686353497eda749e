"""Add to an element once what is added to it in several steps.

    >>> show('''
    ... def f(d_row, y, i, n):
    ...     for j in range(n):
    ...         d_row[i] += y * j
    ...         d_row[j] += y
    ...     d_row[i] += y / n
    ...     d_row[i] += n
    ...     return d_row
    ... ''', lambda program, facts: gathered(program, facts)[0])
    def f(d_row, y, i, n):
        %d_row_item_2 = 0.0
        for j in range(n):
            %d_row_item_2 += y * j
            d_row[j] += y
        %d_row_item = y / n
        d_row[i] += %d_row_item + n + %d_row_item_2
        return d_row

Only on arrays of adjoints, whose additions may come in any order, and where nothing else is done with the array between
the first addition and the last: the sum is a number meanwhile. A loop that adds to an element which it does not choose
leaves that to an addition that surely follows it: one that does not run must not look at the element.
"""

from __future__ import annotations

import operator
from dataclasses import replace

from srcad.core import prims
from srcad.core.kinds import FLOAT, Array, Kind, is_number
from srcad.core.nodes import (
    Assign,
    Block,
    Comment,
    Expr,
    For,
    Lit,
    Op,
    Program,
    Stmt,
    Store,
    Var,
    assigned_in,
    blocks_of,
    expressions_of,
    names_in,
    read_in,
    walk,
)
from srcad.core.rewriting import map_blocks
from srcad.rules.kinding import index_kind, kind_of_index
from srcad.transform.simplify.facts import Facts
from srcad.transform.simplify.memory import Memory, Part

Element = tuple[str, Expr]  # an array and the index of a number in it


def gathered(program: Program, facts: Facts) -> tuple[Program, Facts]:
    """The program with what is added to one element gathered, and the facts about the sums."""
    pass_ = _Gather(program, facts)
    body = pass_.block(program.body)
    if not pass_.made:
        return program, facts
    kinds = {**facts.kinds, **pass_.made}
    return replace(program, body=body), replace(facts, kinds=kinds, adjoints=facts.adjoints | set(pass_.made))


class _Gather:
    def __init__(self, program: Program, facts: Facts) -> None:
        self.facts = facts
        self.memory = Memory(program, facts)
        self.taken = read_in(program.body) | assigned_in(program.body) | {p.name for p in program.params}
        self.made: dict[str, Kind] = {}

    def block(self, block: Block) -> Block:
        made = [map_blocks(stmt, self.block) for stmt in block]
        for at in range(len(made)):
            element = self.element(made[at])
            later = None if element is None else self.next_addition(made, at, element)
            if element is not None and later is not None:
                first, last = made[at], made[later]
                assert isinstance(first, Store) and isinstance(last, Store)
                total = self.fresh(element)
                made[at] = Assign(total, first.value, first.place)
                made[later] = replace(last, value=Op(operator.add, (Var(total), last.value)))
        at = 0
        while at < len(made):
            stmt = made[at]
            if isinstance(stmt, For):
                for element in dict.fromkeys(e for s in walk(stmt.body) if (e := self.element(s)) is not None):
                    later = self.next_addition(made, at, element)
                    if later is not None and self.is_outside(stmt, element):
                        made[at : later + 1] = self.summed(made[at : later + 1], element)
                        at += 1
            at += 1
        return tuple(made)

    def summed(self, stmts: list[Stmt], element: Element) -> list[Stmt]:
        """A loop, and what follows up to an addition to the element, with a sum in the loop that is added there."""
        loop, last = stmts[0], stmts[-1]
        assert isinstance(loop, For) and isinstance(last, Store)
        total = self.fresh(element)

        def change(block: Block) -> Block:
            made: list[Stmt] = []
            for stmt in block:
                if self.element(stmt) == element:
                    assert isinstance(stmt, Store)
                    stmt = Assign(total, stmt.value, stmt.place, accumulate=True)
                made.append(map_blocks(stmt, change))
            return tuple(made)

        start = Assign(total, Lit(0.0), loop.place)
        added = replace(last, value=Op(operator.add, (last.value, Var(total))))
        return [start, replace(loop, body=change(loop.body)), *stmts[1:-1], added]

    # ------------------------------------------------------------ what is an addition, and what may come between

    def element(self, stmt: Stmt) -> Element | None:
        """The element that a statement adds to."""
        match stmt:
            case Store(base=Var(name=name), key=key, value=value, attr=False, accumulate=True):
                held = self.facts.kind(name)
                if name not in self.facts.adjoints or not isinstance(held, Array) or held.dtype != "float64":
                    return None
                if self.leads_to(value, set(self.memory.parts(name))) or not self.memory.parts(name):
                    return None
                one = is_number(kind_of_index(held, index_kind(key, self.facts.kinds), key))
                return (name, key) if one and _is_plain(key) else None
            case _:
                return None

    def next_addition(self, block: list[Stmt], at: int, element: Element) -> int | None:
        """The next addition to the same element in a block; None where something else meets the array before."""
        name, key = element
        own = set(self.memory.parts(name))
        fixed = {name, *names_in(key)}
        for later in range(at + 1, len(block)):
            stmt = block[later]
            if self.element(stmt) == element:
                return later
            change = self.memory.change(stmt)
            if change.visible or change.names & fixed or not self.only_adds(stmt, own):
                return None
        return None

    def is_outside(self, loop: For, element: Element) -> bool:
        """Whether a loop adds to an element that it does not choose, and does nothing else with the array."""
        name, key = element
        change = self.memory.change(loop)
        own = set(self.memory.parts(name))
        return not change.visible and not change.names & {name, *names_in(key)} and self.only_adds(loop, own)

    def only_adds(self, stmt: Stmt, own: set[Part]) -> bool:
        """Whether a statement, with all that is in it, does nothing with some memory but add to it."""
        for inner in (stmt, *(s for block in blocks_of(stmt) for s in walk(block))):
            match inner:
                case Comment():
                    continue
                case Store(base=Var(), key=key, value=value, accumulate=True):
                    read: tuple[Expr, ...] = (key, value)
                case Assign(value=value, accumulate=True):
                    read = (value,)
                case _:
                    read = expressions_of(inner)
                    if self.memory.own_change(inner).memory & own:
                        return False
            if any(self.leads_to(expr, own) for expr in read):
                return False
        return True

    def leads_to(self, expr: Expr, own: set[Part]) -> bool:
        return any(set(self.memory.parts(name)) & own for name in names_in(expr))

    def fresh(self, element: Element) -> str:
        stem = f"%{element[0].lstrip('%')}_item"
        name, count = stem, 1
        while name in self.taken:
            count += 1
            name = f"{stem}_{count}"
        self.taken.add(name)
        self.made[name] = FLOAT
        return name


def _is_plain(key: Expr) -> bool:
    """An index that reads variables alone, and no memory."""
    if isinstance(key, Op):
        return key.fn in (operator.add, operator.sub, operator.mul, prims.make_tuple) and all(map(_is_plain, key.args))
    return isinstance(key, (Var, Lit))
