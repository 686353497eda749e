"""Loops over things: `for x in xs` becomes a loop over an index, or is written out where its trips differ in kind."""

from __future__ import annotations

import operator
import types
from typing import TYPE_CHECKING

from srcad.core import prims
from srcad.core.kinds import (
    BOTTOM,
    INT,
    Const,
    Dict,
    Kind,
    List,
    Object,
    OneOf,
    Record,
    Set,
    Tuple,
    join_all,
)
from srcad.core.nodes import (
    Assign,
    Block,
    Do,
    Expr,
    For,
    ForEach,
    Lit,
    Op,
    Ref,
    Var,
    assigned_in,
    expressions_of,
    names_in,
    targets_of,
    walk,
)
from srcad.core.prims import Through
from srcad.rules.registry import rule_for
from srcad.transform.specialise.dict_views import through_dict
from srcad.transform.specialise.presence import class_attribute
from srcad.transform.specialise.sequences import as_sequence, element, item_kind, vague
from srcad.transform.specialise.session import Resolved, Unroll

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser

_VIEWS: dict[Expr, Through] = {Lit(how.value): how for how in (Through.KEYS, Through.VALUES, Through.ITEMS)}
GATHERED = Lit(Through.MADE)
MOST_DIFFERING = 32  # trips of a loop that are written out because they differ in kind
MOST_OF_COMPREHENSION = 8  # items of a comprehension that are written out to make a tuple of known length


def for_each(sp: Specialiser, stmt: ForEach) -> None:
    """`for target in iterable` as a loop over an index."""
    if isinstance(stmt.iterable, Var) and (how := sp.dict_views.get(stmt.iterable.name)) is not None:
        through_dict(sp, stmt, stmt.iterable, how)
        return
    iterable = as_sequence(sp, stmt.iterable)
    kind = sp.kind(iterable)
    if kind is BOTTOM:
        return
    if isinstance(kind, Tuple) and iterable == stmt.iterable and _differ(stmt.body, kind.items):
        raise Unroll(stmt, tuple(range(len(kind.items))))
    if item_kind(kind) is BOTTOM:
        return  # nothing was ever put into it: no trip is made
    if isinstance(iterable, Var) and iterable.name in assigned_in(stmt.body):
        kept = sp.assign("items", iterable, kind)
        sp.share(iterable, kept.name)
        iterable = kept
    length = Lit(len(kind.items)) if isinstance(kind, Tuple) else sp.op(Op(prims.call, (Ref("len", len), iterable)))
    copied = isinstance(sp.kind(stmt.iterable), (Dict, Record, Set, OneOf))
    through = (*_gathered(sp, stmt.iterable), stmt.iterable if copied else iterable)
    length = sp.op(Op(prims.trips, (length, *through)))
    index = sp.temp("i")
    sp.set(index, INT)

    def inside() -> None:
        sp.bind(stmt.target, *sp.resolve(Op(operator.getitem, (iterable, Var(index)))))
        sp.inline(stmt.body)

    sp.emit(For(index, Lit(0), length, Lit(1), sp.nested(inside), stmt.until, stmt.place))


def write_out_counted(sp: Specialiser, key: Expr, items: tuple[Kind, ...]) -> None:
    """`t[i]` on a tuple of known length, in a loop that counts `i` up to a number that is known: write the loop out."""
    loop = sp.counting.get(key.name) if isinstance(key, Var) else None
    if loop is None or not _differ(loop.body, items):
        return
    bounds = [sp.kind(bound) for bound in (loop.start, loop.stop, loop.step)]
    values = [kind.value for kind in bounds if isinstance(kind, Const) and isinstance(kind.value, int)]
    if len(values) == 3 and values[2] != 0:
        trips = tuple(range(*values))
        raise Unroll(loop, trips[::-1] if loop.reverse else trips)


def _differ(body: Block, items: tuple[Kind, ...]) -> bool:
    """Whether a loop over the items is better written out."""
    if 0 < len(items) <= MOST_OF_COMPREHENSION and _fills_comprehension(body):
        return True
    if not 1 < len(items) <= MOST_DIFFERING:
        return False
    return vague(join_all(tuple(map(element, items)))) and not all(map(vague, items))


def _fills_comprehension(body: Block) -> bool:
    return any(
        isinstance(stmt, Do)
        and stmt.value.fn is prims.call_method
        and stmt.value.args[1] == Lit("append")
        and isinstance(stmt.value.args[0], Var)
        and stmt.value.args[0].name.startswith("%comp")
        for stmt in body
    )


def trips(sp: Specialiser, op: Op) -> Resolved:
    """The trips of a loop, with what they depend on if that is a container whose length may change on the way."""
    count, *through = op.args
    made: list[Expr] = []
    for atom in through:
        made += sp.walked.get(atom.name, (atom,)) if isinstance(atom, Var) else (atom,)
    if GATHERED in made or any(isinstance(sp.kind(atom), (List, Dict, Record, Set, OneOf)) for atom in made):
        return Op(prims.trips, (count, *made)), INT
    return count, sp.kind(count)


def _gathered(sp: Specialiser, iterable: Expr) -> tuple[Expr, ...]:
    """For an object whose `__iter__` becomes a list of its items, which Python makes one by one: how, and of which."""
    held = sp.kind(iterable)
    function = class_attribute(held.cls, "__iter__") if isinstance(held, Object) else None
    if not isinstance(function, types.FunctionType) or not sp.session.lower(function).gathers:
        return ()
    return (GATHERED, sp.assign("held", iterable, held))


def note_walked(sp: Specialiser, target: str, value: Expr) -> None:
    """`target` is a copy of what a dict or set holds, made to go through it: a loop asks after the dict or set."""
    sp.walked.pop(target, None)
    if not isinstance(value, Op) or not value.args or not isinstance(base := value.args[0], Var):
        return
    if value.fn is prims.as_sequence and base.name in sp.walked:
        sp.walked[target] = sp.walked[base.name]
        return
    if value.fn is prims.as_sequence and (gathered := _gathered(sp, base)):
        sp.walked[target] = (*gathered, Var(target))
        return
    how: Through | None = Through.KEYS
    if value.fn is prims.call_method:
        how = _VIEWS.get(value.args[1]) if len(value.args) == 2 else None
    elif value.fn is not prims.as_sequence:
        return
    if how is not None and isinstance(kind := sp.kind(base), (Dict, Record, Set, OneOf)):
        sp.walked[target] = (Lit(how), sp.assign("held", base, kind))


def _gives_back(call: Op, name: str) -> bool:
    """Whether a call of a primitive may return the list `name` itself, or one that begins with it."""
    callee, *args = call.args
    assert isinstance(callee, Ref)
    several = len(args) > 1 or any(key in ("start", "default") for key, _ in call.kwargs)
    return callee.value is sum and args[:1] != [Var(name)] or callee.value in (max, min) and several


def static_lists(body: Block) -> set[str]:
    """Variables that hold a list display which only constant subscripts or a loop read, or, once, a primitive.

    `np.array([a, b])`: nobody else sees the list, so its length is part of its kind, as for a tuple.
    """
    made: dict[str, Op] = {}
    uses: dict[str, int] = {}
    bound: dict[str, int] = {}
    consumers: dict[str, Op] = {}
    read: dict[str, int] = {}  # uses as what is looped over, or with a constant subscript
    for stmt in walk(body):
        for expr in expressions_of(stmt):
            for name in names_in(expr):
                uses[name] = uses.get(name, 0) + 1
            if isinstance(expr, Op):
                for arg in (*expr.args, *(v for _, v in expr.kwargs)):
                    if isinstance(arg, Var):
                        consumers[arg.name] = expr
                if expr.fn is operator.getitem and isinstance(expr.args[0], Var) and isinstance(expr.args[1], Lit):
                    read[expr.args[0].name] = read.get(expr.args[0].name, 0) + 1
        if isinstance(stmt, ForEach) and isinstance(stmt.iterable, Var):
            read[stmt.iterable.name] = read.get(stmt.iterable.name, 0) + 1
        if isinstance(stmt, Assign) and isinstance(stmt.value, Op) and stmt.value.fn is prims.make_list:
            made[stmt.target] = stmt.value
        for target in targets_of(stmt):
            bound[target] = bound.get(target, 0) + 1
    parts: dict[str, list[str]] = {}  # the variables that the items of a list are read into
    for stmt in walk(body):
        if isinstance(stmt, Assign) and isinstance(stmt.value, Op) and stmt.value.fn is operator.getitem:
            parts.setdefault(next(names_in(stmt.value), ""), []).append(stmt.target)
        if isinstance(stmt, ForEach) and isinstance(stmt.iterable, Var):
            parts.setdefault(stmt.iterable.name, []).append(stmt.target)
    static: set[str] = set()
    for name in reversed(list(made)):
        if bound[name] == 1 and uses.get(name) == read.get(name):
            static.add(name)
            continue
        consumer = consumers.get(name)
        if consumer is None or uses.get(name) != 1 or not name.startswith("%"):
            continue
        if consumer.fn is prims.call and isinstance(consumer.args[0], Ref) and rule_for(consumer.args[0].value):
            if not _gives_back(consumer, name):
                static.add(name)
        elif consumer.fn is prims.make_list:
            outer = next((t for t in static if t in made and made[t] is consumer), None)
            # what the outer list's items are read into must only be read in turn
            if outer is not None and all(uses.get(p) == read.get(p) for p in parts.get(outer, ())):
                static.add(name)
    return static
