"""What is taken from a tape has the name of what was put on it.

    t2_tape.append(t2)                  t2_tape.append(t2)
    ...                     becomes     ...
    t4 = t2_tape.pop()                  t2 = t2_tape.pop()

Contract: only where the one name is read no more when the other is first written, and neither is a parameter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from srcad.core import prims
from srcad.core.nodes import (
    Assign,
    Block,
    Do,
    Expr,
    Op,
    Program,
    Var,
    assigned_in,
    read_in,
    substitute,
    targets_of,
    walk,
)
from srcad.core.rewriting import change_expressions, map_blocks


def named_as_recorded(program: Program, forward: Program | None) -> Program:
    """A program with these names; `forward` is the other half of a reverse half, which put things on the tapes."""
    pushed = _pushed(program.body if forward is None else forward.body)
    popped = list(_popped(program.body))
    counts = Counter(tape for tape, _ in popped)
    writes = Counter(name for stmt in walk(program.body) for name in targets_of(stmt))
    first, last = _spans(program.body)
    taken = {param.name for param in program.params}
    names: dict[str, str] = {}
    for tape, name in popped:
        recorded = pushed.get(tape)
        if recorded is None or recorded == name or counts[tape] > 1 or writes[name] > 1 or {recorded, name} & taken:
            continue
        if last.get(recorded, -1) < first[name] and name not in names:
            names[name] = recorded
            taken.add(recorded)
    return replace(program, body=_renamed(program.body, names)) if names else program


def _renamed(block: Block, names: dict[str, str]) -> Block:
    values: dict[str, Expr] = {name: Var(recorded) for name, recorded in names.items()}

    def targets(block: Block) -> Block:
        return tuple(
            replace(stmt, target=names[stmt.target])
            if isinstance(stmt, Assign) and stmt.target in names
            else map_blocks(stmt, targets)
            for stmt in block
        )

    return targets(change_expressions(block, lambda expr: substitute(expr, values)))


def _pushed(block: Block) -> dict[str, str]:
    """The variable that is put on each tape, where it is always the same."""
    found: dict[str, set[str]] = {}
    for stmt in walk(block):
        match stmt:
            case Do(value=Op(fn=prims.push, args=(Var(name=tape), value))):
                found.setdefault(tape, set()).add(value.name if isinstance(value, Var) else "")
            case _:
                pass
    return {tape: next(iter(names)) for tape, names in found.items() if len(names) == 1 and "" not in names}


def _popped(block: Block) -> Iterator[tuple[str, str]]:
    for stmt in walk(block):
        match stmt:
            case Assign(target=target, value=Op(fn=prims.pop, args=(Var(name=tape),))):
                yield tape, target
            case _:
                pass


def _spans(block: Block) -> tuple[dict[str, int], dict[str, int]]:
    """The first and the last of the statements of a block in which each variable occurs."""
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for i, stmt in enumerate(block):
        for name in assigned_in((stmt,)) | read_in((stmt,)):
            first.setdefault(name, i)
            last[name] = i
    return first, last
