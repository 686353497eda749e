"""The simplifier: a program as the transform wrote it becomes the program that a person would have written.

`simplify(program, facts)` takes a flat specialised program and gives one that computes the same: bit for bit where
the user's own values are concerned, and up to rounding in the arithmetic of adjoints. One pass a file, each a
function from program to program whose docstring shows what it does.
"""

from __future__ import annotations

from collections.abc import Callable

from srcad.core.nodes import Program
from srcad.transform.simplify.algebra import algebra
from srcad.transform.simplify.common import common
from srcad.transform.simplify.copies import copies
from srcad.transform.simplify.dead import remove_dead
from srcad.transform.simplify.direct import direct
from srcad.transform.simplify.facts import Facts
from srcad.transform.simplify.fold import fold
from srcad.transform.simplify.gathered import gathered
from srcad.transform.simplify.increments import increments
from srcad.transform.simplify.memory import Memory
from srcad.transform.simplify.places import places
from srcad.transform.simplify.propagate import propagate
from srcad.transform.simplify.split import split
from srcad.transform.simplify.sugar import sugar

Pass = Callable[[Program, Facts, Memory], Program]

# First while expressions are flat and every value has a name, then while they grow into trees.
FLAT: tuple[Pass, ...] = (propagate, common, algebra, remove_dead)
TREES: tuple[Pass, ...] = (copies, fold, direct, sugar, propagate, places, increments, algebra, remove_dead)
_ROUNDS = 4


def simplify(program: Program, facts: Facts) -> Program:
    """The same program as a person would have written it."""
    return simplified(program, facts)[0]


def simplified(program: Program, facts: Facts) -> tuple[Program, Facts]:
    """The same program as a person would have written it, and the facts about its variables, new ones among them."""
    program, facts = _to_fixpoint(FLAT, program, facts)
    program, facts = _to_fixpoint(TREES, program, facts)
    before = program
    program, facts = gathered(program, facts)
    return (program, facts) if program is before else _to_fixpoint(TREES, program, facts)


def _to_fixpoint(passes: tuple[Pass, ...], program: Program, facts: Facts) -> tuple[Program, Facts]:
    for _ in range(_ROUNDS):
        program, facts = split(program, facts)
        # Who shares memory with whom is settled once a round: a pass makes no new sharing that matters.
        memory = Memory(program, facts)
        before = program
        for one in passes:
            program = one(program, facts, memory)
        if program.body == before.body:
            break
    return program, facts


__all__ = ["Facts", "simplified", "simplify"]
