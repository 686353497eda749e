"""Let loops that do not nest count with one name, as their user wrote them.

    for i in range(n):                  for i in range(n):
        x[i] = 0.0                          x[i] = 0.0
    for %i_2 in range(n):       ->      for i in range(n):
        y[%i_2] = x[%i_2]                   y[i] = x[i]

A counter that the user did not name and that nothing reads is `_`.

Contract: a counter takes the name of another only where both are bound by loops alone and read within them alone, and
no loop of the one is inside of a loop of the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from srcad.core.nodes import (
    Block,
    Expr,
    For,
    Program,
    Var,
    blocks_of,
    expressions_of,
    names_in,
    read_in,
    substitute,
    targets_of,
    walk,
)
from srcad.core.rewriting import change_expressions, map_blocks, rename_counters
from srcad.transform.simplify.facts import is_temporary

_AGAIN = re.compile(r"%(\w+?)_\d+(?:@\d+)?|%(\w+?)@\d+")


def share_counters(program: Program) -> Program:
    """The program with the counters of loops that do not nest named alike."""
    unnamed = {name for name in _private(program) if is_temporary(name)}
    program = replace(program, body=_unnamed(program.body, unnamed))
    private = _private(program)
    inside = {name: set(_around(program.body, name)) for name in private}
    renamed: dict[str, str] = {}
    for name in sorted(private):
        match = _AGAIN.fullmatch(name)
        wanted = match and (match[1] or match[2])
        if wanted in private and name not in inside[wanted] and wanted not in inside[name]:
            mates = [n for n, other in renamed.items() if other == wanted]
            if not any(name in inside[mate] or mate in inside[name] for mate in mates):
                renamed[name] = wanted
    if not renamed:
        return program
    values: dict[str, Expr] = {name: Var(new) for name, new in renamed.items()}
    body = change_expressions(program.body, lambda expr: substitute(expr, values))
    return replace(program, body=rename_counters(body, renamed))


def _unnamed(block: Block, names: set[str]) -> Block:
    """The block with `_` as the counter of each loop that counts with one of these names and does not read it."""
    made = []
    for stmt in block:
        stmt = map_blocks(stmt, lambda inner: _unnamed(inner, names))
        if isinstance(stmt, For) and stmt.target in names and stmt.target not in read_in(stmt.body):
            stmt = replace(stmt, target="%_")
        made.append(stmt)
    return tuple(made)


def _private(program: Program) -> set[str]:
    """The variables that loops alone bind, and that are read within those loops alone."""
    bound: dict[str, bool] = {p.name: False for p in program.params}
    for stmt in walk(program.body):
        for name in targets_of(stmt):
            bound[name] = isinstance(stmt, For) and bound.get(name, True)
    outside = set(_read_outside(program.body, frozenset()))
    return {name for name, counter in bound.items() if counter and name not in outside}


def _read_outside(block: Block, counting: frozenset[str]) -> Iterator[str]:
    for stmt in block:
        for expr in expressions_of(stmt):
            yield from (name for name in names_in(expr) if name not in counting)
        inner = counting | {stmt.target} if isinstance(stmt, For) else counting
        for nested in blocks_of(stmt):
            yield from _read_outside(nested, inner)


def _around(block: Block, name: str, counting: frozenset[str] = frozenset()) -> Iterator[str]:
    """The counters of the loops around and within the loops that count with `name`."""
    for stmt in block:
        inner = counting
        if isinstance(stmt, For):
            inner = counting | {stmt.target}
            if stmt.target == name:
                yield from counting
                yield from (s.target for s in walk(stmt.body) if isinstance(s, For))
        for nested in blocks_of(stmt):
            yield from _around(nested, name, inner)
