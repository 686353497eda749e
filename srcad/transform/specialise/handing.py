"""A nested function, a bound method or a partial that is handed to a function which runs as it is.

    optimize.brentq(lambda t: t**2 - n, 0.0, 5.0)   ->   optimize.brentq(partial(anonymous, n), 0.0, 5.0)

Inside the program such a value is the tuple of what it holds; a function that is not read needs one that it can call.
Nothing is known of when it does, so that what the function holds must not change.
"""

from __future__ import annotations

import functools
import operator
import types
from typing import TYPE_CHECKING

from srcad.core.kinds import (
    UNKNOWN,
    Array,
    Dict,
    Function,
    Kind,
    List,
    Opaque,
    Record,
    Set,
    Tuple,
    TupleOf,
    children,
    is_sum,
    present,
    show,
)
from srcad.core.nodes import Do, Expr, Lit, Op, Program, Ref, Star, Store, walk
from srcad.core.sums import holds_function
from srcad.transform.specialise.binding import Args, Kwargs

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser


def handed(sp: Specialiser, name: str, args: Args, kwargs: Kwargs) -> tuple[Args, Kwargs]:
    """The operands of a call that runs as it is, with real functions for those that are held as tuples."""

    def real(atom: Expr) -> Expr:
        if isinstance(atom, Star):
            return atom
        return callable_of(sp, name, atom, sp.kind(atom))

    return tuple(map(real, args)), tuple((key, real(value)) for key, value in kwargs)


def callable_of(sp: Specialiser, name: str, atom: Expr, kind: Kind) -> Expr:
    """What can be called in place of a value of this kind; any other value as it is."""
    if is_sum(kind):
        raise sp.refuse(
            f"one of several functions or objects, passed to {name}, which is not read",
            f"call {name} in each branch",
        )
    if not isinstance(kind, Function):
        if isinstance(kind, (List, Tuple, TupleOf, Dict, Record)) and holds_function(kind):
            raise sp.refuse(
                f"functions in {show(kind)}, passed to {name}, which is not read",
                "define them at the top of the module",
            )
        return atom
    fields: list[tuple[str, Expr]] = [
        (key, sp.assign("held", Op(operator.getitem, (atom, Lit(i))), part))
        for i, (key, part) in enumerate(kind.fields)
    ]
    if kind.of is functools.partial:
        inner = callable_of(sp, name, fields[0][1], kind.fields[0][1])
        by_place = [value for key, value in fields[1:] if key.startswith("%")]
        return _partial(inner, by_place, [(key, value) for key, value in fields[1:] if not key.startswith("%")])
    if kind.of in (operator.itemgetter, operator.attrgetter):
        return Op(kind.of, tuple(value for _, value in fields), name=kind.of.__name__)
    if not isinstance(kind.of, (Program, types.FunctionType)):
        raise sp.refuse(f"such a function, passed to {name}, which is not read", "pass a function of the module")
    program = kind.of if isinstance(kind.of, Program) else sp.session.lower(kind.of)
    count = program.captures if isinstance(kind.of, Program) else 1
    held = dict(kind.fields) if isinstance(kind.of, Program) else {program.params[0].name: kind.fields[0][1]}
    if any(param.kind not in ("any", "pos") for param in program.params):
        raise sp.refuse(
            f"a nested function with * or keyword-only parameters, passed to {name}, which is not read",
            "give it parameters by position",
        )
    kinds = tuple(held.get(param.name, UNKNOWN) for param in program.params)
    special = sp.session.special(program, kinds, sp.special)
    _stays_as_it_is(sp, name, program, tuple(held.values()))
    values = [value for _, value in fields]
    return _partial(Ref(special.name, special), values[:count], [(key, v) for key, v in fields[count:]])


def _partial(function: Expr, args: list[Expr], kwargs: list[tuple[str, Expr]]) -> Expr:
    if not args and not kwargs:
        return function
    return Op(functools.partial, (function, *args), tuple(kwargs), name="partial")


def _stays_as_it_is(sp: Specialiser, name: str, program: Program, held: tuple[Kind, ...]) -> None:
    writes = any(isinstance(stmt, (Store, Do)) for stmt in walk(program.body))
    for kind in held:
        if sp.session.holds_address(kind) or (writes and _may_change(kind)):
            raise sp.refuse(
                f"a function that holds a list, a dict or an object that changes, passed to {name}, which is not read",
                "let it read numbers and arrays, and write nothing",
            )


def _may_change(kind: Kind) -> bool:
    kind = present(kind)
    if isinstance(kind, (Array, Set, Opaque)) or kind is UNKNOWN:
        return True
    return any(_may_change(part) for _, part in children(kind) or ())
