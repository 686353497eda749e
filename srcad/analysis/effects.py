"""Effects on containers that outlive the call: lists, dicts, deques and sets that a program finds outside of itself.

Contract: such an effect happens once, in the forward sweep, and is never taken back. So it may only be one that nothing
in the derivative depends on: a method such as `LOG.append(i)` on a global that the program does nothing else with. A
change of a global that is also read, or that is made under another name, is refused.
"""

from __future__ import annotations

import operator
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from srcad import runtime
from srcad.core import prims
from srcad.core.kinds import SLICE, UNKNOWN, Dict, Kind, List, Record, Set, present
from srcad.core.libraries import is_sparse
from srcad.core.nodes import (
    Assign,
    Block,
    Do,
    Expr,
    FunctionHandle,
    Lit,
    Op,
    Ref,
    Return,
    Stmt,
    Var,
    expressions_of,
    operands,
    operations_in,
    walk,
)
from srcad.errors import AliasError
from srcad.rules.changes import METHODS

_CONTAINERS = (list, dict, set, deque)
_CHANGING = METHODS | {
    "extend", "extendleft", "remove", "clear", "sort", "update", "setdefault", "popitem", "add", "discard",
    "intersection_update", "difference_update", "symmetric_difference_update",
}  # fmt: skip


@dataclass
class Body:
    """A program at the kinds at which it is called."""

    handle: FunctionHandle
    params: list[str]
    body: Block
    kinds: Mapping[str, Kind]
    held: dict[str, Ref] = field(default_factory=dict)  # the variables that may hold, or hold a part of, a global
    result: Ref | None = None  # the global that it may return, or return a part of


def check_effects(functions: list[Body]) -> None:
    """Refuse the changes of containers outside of the programs that are more than effects."""
    known = {id(f.handle): f for f in functions}
    while any([_follow(f, known) for f in functions]):
        pass
    read = {id(ref.value): ref for f in functions for stmt in walk(f.body) for ref in _read(stmt)}
    for function in functions:
        for stmt in walk(function.body):
            for base in _changed(stmt):
                _check(function, stmt, base, read)


def _check(function: Body, stmt: Stmt, base: Expr, read: Mapping[int, Ref]) -> None:
    place = getattr(stmt, "place", None)
    if isinstance(base, Ref) and isinstance(base.value, _CONTAINERS):
        if not isinstance(stmt, Do) or id(base.value) in read:
            raise AliasError(
                f"a write into the global {base.name}, which the program also reads",
                place,
                "pass it as an argument, or return the new value",
            )
    elif isinstance(base, Var) and base.name in function.held:
        if isinstance(present(function.kinds.get(base.name, UNKNOWN)), (List, Dict, Record, Set)):
            name = function.held[base.name].name
            called = "what is written to here" if base.name.startswith("%") else base.name
            raise AliasError(
                f"{called} may be the global {name}, or a part of it, and is written to",
                place,
                f"pass it as an argument, or take a copy first: copy.deepcopy({name})",
            )


def _follow(function: Body, known: Mapping[int, Body]) -> bool:
    """Take in what a function does with globals; whether that was new."""
    before = (len(function.held), function.result)
    given = 0
    for stmt in walk(function.body):
        if isinstance(stmt, Assign) and (ref := _from(stmt.value, function, known)) is not None:
            function.held.setdefault(stmt.target, ref)
        if isinstance(stmt, Return) and (ref := _from(stmt.value, function, known)) is not None:
            function.result = function.result or ref
        for callee, call in _calls(stmt, known):
            for param, argument in zip(callee.params, call.args[1:], strict=False):
                ref = _from(argument, function, known)
                if ref is not None and param not in callee.held:
                    callee.held[param] = ref
                    given += 1
    return given > 0 or before != (len(function.held), function.result)


def _from(value: Expr, function: Body, known: Mapping[int, Body]) -> Ref | None:
    """The container or object outside of the function that a value may be, or be a part of."""
    match value:
        case Ref(value=held):
            is_object = runtime.attributes_of(held) is not None and not is_sparse(type(held))
            return value if isinstance(held, _CONTAINERS) or is_object else None
        case Var(name=name):
            return function.held.get(name)
        case Op(fn=prims.make_tuple | prims.make_list | prims.make_dict, args=parts):
            return next((ref for part in parts if (ref := _from(part, function, known)) is not None), None)
        case Op(fn=prims.get_attr, args=(base, *_)):
            return _from(base, function, known)
        case Op(fn=operator.getitem, args=(base, key)):
            kind = function.kinds.get(key.name) if isinstance(key, Var) else None
            return None if kind is SLICE else _from(base, function, known)  # a slice of a list is a copy
        case Op(fn=prims.call, args=(Ref(value=FunctionHandle() as handle), *_)):
            return known[id(handle)].result if id(handle) in known else None
        case _:
            return None


def _calls(stmt: Stmt, known: Mapping[int, Body]) -> Iterator[tuple[Body, Op]]:
    for expr in expressions_of(stmt):
        for op in operations_in(expr):
            callee = op.args[0].value if op.fn is prims.call and isinstance(op.args[0], Ref) else None
            if id(callee) in known:
                yield known[id(callee)], op


def _changed(stmt: Stmt) -> Iterator[Expr]:
    """What the methods that a statement calls change."""
    for expr in expressions_of(stmt):
        for op in operations_in(expr):
            if op.fn is prims.call_method and isinstance(op.args[1], Lit) and op.args[1].value in _CHANGING:
                yield op.args[0]


def _read(stmt: Stmt) -> Iterator[Ref]:
    """The containers outside of the function that a statement does more with than to call one method for its effect."""

    def visit(expr: Expr) -> Iterator[Ref]:
        if isinstance(expr, Ref) and isinstance(expr.value, _CONTAINERS):
            yield expr
        for part in operands(expr):
            yield from visit(part)

    exprs = list(expressions_of(stmt))
    if isinstance(stmt, Do) and any(isinstance(base, Ref) for base in _changed(stmt)):
        exprs = list(stmt.value.args[1:])
    for expr in exprs:
        yield from visit(expr)
