"""What reverses `y = hook(x, fn)`: the cotangent of `x` is `fn` of that of `y`.

d_x += fn(d_y)        or, where fn is short:        d = np.clip(d_y, -1, 1)
                                                    d_x += d
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from srcad import runtime_rules
from srcad.analysis.regions import find_regions
from srcad.core import prims
from srcad.core.kinds import NONE_KIND, Array, is_number, present
from srcad.core.nodes import (
    NONE,
    Assign,
    Block,
    Comment,
    Do,
    Expr,
    If,
    Op,
    Raise,
    Ref,
    Return,
    Stmt,
    Unpack,
    Var,
    assigned_in,
    substitute,
    walk,
)
from srcad.core.rewriting import change_expressions
from srcad.errors import AliasError
from srcad.transform.reverse import primitives, shadows
from srcad.transform.reverse.mirror import Action, Add, Run

if TYPE_CHECKING:
    from srcad.transform.reverse.build import Builder

LONGEST = 10  # statements that are written out; a longer function, or one with loops, is called


def hook(builder: Builder, target: str, value: Op, out: list[Action]) -> None:
    """The contribution of a hooked value to what it is."""
    operand, callee, *captured = value.args
    leaf = primitives.smooth_leaf(builder, target)
    mine = builder.adjoint(target, leaf)
    if leaf.shadow:
        raise builder.refuse(
            "a hook on an array that is written to, so that its cotangent is in memory that others share",
            "hook a copy: srcad.hook(np.array(x), fn)",
            AliasError,
        )
    if not builder.active(operand):
        shadows.fresh_shadows(builder, target)
        return
    assert isinstance(operand, Var) and isinstance(callee, Ref)
    theirs = builder.adjoint(operand.name, primitives.smooth_leaf(builder, operand.name))
    special = callee.value
    d = Var(mine)
    if not hasattr(special, "arg_kinds"):  # it runs as it is
        made: Expr = Op(runtime_rules.hooked, (Op(prims.call, (callee, d)), d))
        out.append(Add(theirs, made, (mine,)))
        return
    _refuse_writes(builder, special)
    given = dict(zip((p.name for p in special.program.params), (*captured, d), strict=True))
    simple = (Assign, Unpack, If, Do, Raise, Return, Comment)
    if len(list(walk(special.body))) <= LONGEST and all(isinstance(s, simple) for s in walk(special.body)):
        steps, result = _written_out(builder, special, given)
    else:
        held = builder.names.temp("hooked", special.result_kind)
        call = Op(prims.call, (callee, *given.values()))
        steps, result = (Assign(held, call, builder.place),), Var(held)
    out += [Run(step, (mine,)) for step in steps]
    if special.result_kind == NONE_KIND:
        result = d
    elif not _same_shape(builder, special, target):
        result = Op(runtime_rules.hooked, (result, d))
    out.append(Add(theirs, result, (mine,)))


def _same_shape(builder: Builder, special: Any, target: str) -> bool:
    """Whether what the hook returns surely has the shape of the cotangent."""
    result, own = special.result_kind, present(builder.kinds[target])
    if isinstance(result, Array) and isinstance(own, Array):
        return primitives.same_shape(result, own)
    return is_number(result) and is_number(own)


def _refuse_writes(builder: Builder, special: Any) -> None:
    regions = find_regions(special.body, special.kinds, builder.by_address)
    if any(regions.is_written(p.name) for p in special.program.params):
        raise builder.refuse(
            f"the hook {special.name} writes into what it is given",
            "return a new cotangent: d * 2 in place of d *= 2",
            AliasError,
        )


def _written_out(builder: Builder, special: Any, given: dict[str, Expr]) -> tuple[Block, Expr]:
    """The statements of the function with its variables renamed, and what it returns."""
    names: dict[str, str] = {}
    for name in sorted(assigned_in(special.body)):
        names[name] = builder.names.temp(name.lstrip("%"), special.kinds.get(name))
    values: dict[str, Expr] = {**given, **{name: Var(new) for name, new in names.items()}}
    steps: list[Stmt] = [
        Assign(names[name], operand, builder.place) for name, operand in given.items() if name in names
    ]
    body = _retargeted(change_expressions(special.body, lambda expr: substitute(expr, values)), names)
    result: Expr = NONE
    for stmt in body:
        if isinstance(stmt, Return):
            result = stmt.value
        elif not isinstance(stmt, Comment):
            steps.append(stmt)
    return tuple(steps), result


def _retargeted(block: Block, names: dict[str, str]) -> Block:
    made: list[Stmt] = []
    for stmt in block:
        if isinstance(stmt, Assign):
            stmt = replace(stmt, target=names.get(stmt.target, stmt.target))
        elif isinstance(stmt, Unpack):
            stmt = replace(stmt, targets=tuple(names.get(t, t) for t in stmt.targets))
        elif isinstance(stmt, If):
            stmt = replace(stmt, body=_retargeted(stmt.body, names), orelse=_retargeted(stmt.orelse, names))
        made.append(stmt)
    return tuple(made)
