"""The mirror: a forward sweep, and beside each of its steps what reverses it.

The reverse sweep runs the same tree backwards: the steps of a block from last to first, a loop from its last trip to
its first, a branch by the test that the forward sweep took. A `Step` holds one forward statement and, in the order in
which they run, the adjoint actions that reverse it. Actions speak of adjoints before it is known which of them are zero
where; `accumulate.py` turns them into statements, `record.py` then decides what the forward sweep must remember for
them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from srcad.core.nodes import Expr, For, If, Stmt, Try, Var, While, With
from srcad.errors import Place


@dataclass(frozen=True, slots=True)
class Add:
    """`name += value`: a contribution, linear in the cotangents `of`; nothing where those are all zero.

    `spread` says what comes of a cotangent that is uniform, a scalar standing for a whole array (the cotangent of the
    operand of a sum): "same" makes a uniform contribution of it, "full" an array, "needs" wants the array itself.
    """

    name: str
    value: Expr
    of: tuple[str, ...]
    spread: str = "needs"


@dataclass(frozen=True, slots=True)
class AddAt:
    """`name[index] += value` on the adjoint of an array; with `repeats`, an index may occur more than once."""

    name: str
    index: Expr
    value: Expr
    of: tuple[str, ...]
    repeats: bool


@dataclass(frozen=True, slots=True)
class Set:
    """`name = value`, computed from the old cotangents `of` (`y = f(y)` reversed)."""

    name: str
    value: Expr
    of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kill:
    """The primal was overwritten here: before this point its adjoint is zero."""

    name: str


@dataclass(frozen=True, slots=True)
class Run:
    """A statement of the reverse sweep, linear in the cotangents `of`: left out where those are all zero.

    With `always` (and with no `of`) it runs anyway. Where it runs, the zero ones among `of` are given their zeros.
    """

    stmt: Stmt
    of: tuple[str, ...] = ()
    always: bool = False


Action = Add | AddAt | Set | Kill | Run

KEPT = Var("%kept")  # in what undoes a step: the value that it kept


@dataclass(slots=True)
class Step:
    """One forward statement, and what reverses it.

    Where it writes to memory, `undo` puts that back as it was, if the way back reads it again; `keep` is then evaluated
    before the statement, and `undo` reads its value, once, as `KEPT`.
    """

    stmt: Stmt | None
    actions: list[Action] = field(default_factory=list)
    place: Place | None = None
    reverse: list[Stmt] = field(default_factory=list)  # filled by accumulate
    keep: Expr | None = None
    undo: tuple[Stmt, ...] = ()


@dataclass(slots=True)
class Branch:
    stmt: If
    body: list[Node]
    orelse: list[Node]
    before: list[Stmt] = field(default_factory=list)  # run before the reversed branch
    body_end: list[Stmt] = field(default_factory=list)  # run at the end of its reversed body
    orelse_end: list[Stmt] = field(default_factory=list)


@dataclass(slots=True)
class Loop:
    """`trips` names the variable that counts the trips of a loop that may leave early.

    Each trip of a loop that is reversed `at_once` is reversed as soon as it has run.
    """

    stmt: For | While
    body: list[Node]
    trips: str | None = None
    before: list[Stmt] = field(default_factory=list)
    body_end: list[Stmt] = field(default_factory=list)
    at_once: bool = False


@dataclass(slots=True)
class Wrap:
    """A `with` or `try ... finally`; `again` makes the context anew where the reverse sweep runs under one too."""

    stmt: With | Try
    body: list[Node]
    again: Expr | None
    final: list[Node] = field(default_factory=list)


Node = Step | Branch | Loop | Wrap


def nodes_of(node: Node) -> list[Node]:
    """The nodes nested directly in a node."""
    match node:
        case Step():
            return []
        case Branch(body=body, orelse=orelse):
            return [*body, *orelse]
        case Loop(body=body):
            return body
        case Wrap(body=body, final=final):
            return [*body, *final]
