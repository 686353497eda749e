"""Ask a shape of the first array that has it.

    t = (x - 1) ** 2                                   t = (x - 1) ** 2
    d_t = np.full_like(t, d / t.size)          ->      d_t = np.full_like(x, d / x.size)

A reverse sweep that wants only the shape or size of a value asks the earliest variable that surely shares it, so that
the value itself need not be kept or computed for that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from srcad import runtime
from srcad.analysis.sizes import Sizes
from srcad.core import prims
from srcad.core.kinds import Array, Kind, same_size
from srcad.core.nodes import (
    Assign,
    Block,
    Do,
    Expr,
    Lit,
    Op,
    Stmt,
    Store,
    Unpack,
    Var,
    blocks_of,
    map_operands,
    targets_of,
    walk,
)
from srcad.core.operators import is_update
from srcad.transform.reverse.mirror import Branch, Loop, Node, Step, Wrap

_LIKE = {np.zeros_like, np.ones_like, np.full_like, np.shape, np.size, np.ndim}
_ATTRIBUTES = {"shape", "size", "ndim"}


def representatives(
    body: Block, params: list[str], kinds: Mapping[str, Kind], sizes: Sizes, mixed: frozenset[str]
) -> dict[str, str]:
    """For an array variable that is bound once, the earliest other one that surely has its shape and dtype.

    Variables that are `mixed` may be of another dtype than their kind says.
    """
    counts: dict[str, int] = {}
    for name in [*params, *(n for stmt in walk(body) if not is_update(stmt) for n in targets_of(stmt))]:
        counts[name] = counts.get(name, 0) + 1
    # what is bound outside of loops and branches is there wherever the variable is
    order = [p for p in params if counts[p] == 1]
    order += [n for s in body if not blocks_of(s) for n in targets_of(s) if counts[n] == 1 and n not in params]
    order = [n for n in order if n not in mixed]
    made: dict[str, str] = {}
    for stmt in walk(body):
        if not isinstance(stmt, Assign) or counts[stmt.target] != 1 or stmt.target in params:
            continue
        kind, dims = kinds.get(stmt.target), sizes.result(stmt)
        if not isinstance(kind, Array) or dims is None or not all(same_size(d, d) for d in dims):
            continue
        for name in order:
            other = kinds.get(name)
            if name == stmt.target:
                break
            if isinstance(other, Array) and other.dtype == kind.dtype and sizes.operand(stmt, name) == dims:
                made[stmt.target] = name
                break
    return made


def ask_representatives(nodes: list[Node], chosen: Mapping[str, str]) -> None:
    """Replace, in the reverse statements of a mirror, whose shape is asked for."""
    if not chosen:
        return
    for node in nodes:
        match node:
            case Step():
                node.reverse = [changed(s, chosen) for s in node.reverse]
            case Branch():
                for extra in (node.before, node.body_end, node.orelse_end):
                    extra[:] = [changed(s, chosen) for s in extra]
                ask_representatives(node.body, chosen)
                ask_representatives(node.orelse, chosen)
            case Loop():
                for extra in (node.before, node.body_end):
                    extra[:] = [changed(s, chosen) for s in extra]
                ask_representatives(node.body, chosen)
            case Wrap():
                ask_representatives(node.body, chosen)
                ask_representatives(node.final, chosen)


def changed(stmt: Stmt, chosen: Mapping[str, str]) -> Stmt:
    """The statement with its questions of shape put to the representatives."""

    def ask(expr: Expr) -> Expr:
        if isinstance(expr, Op) and expr.args and isinstance(expr.args[0], Var) and expr.args[0].name in chosen:
            attribute = (
                expr.fn is prims.get_attr and isinstance(expr.args[1], Lit) and expr.args[1].value in _ATTRIBUTES
            )
            if expr.fn in _LIKE or attribute:
                expr = replace(expr, args=(Var(chosen[expr.args[0].name]), *expr.args[1:]))
        if isinstance(expr, Op) and expr.fn is runtime.unbroadcast and isinstance(expr.args[1], Var):
            expr = replace(expr, args=(expr.args[0], Var(chosen.get(expr.args[1].name, expr.args[1].name))))
        return map_operands(expr, ask)

    match stmt:
        case Assign(value=value) | Unpack(value=value):
            return replace(stmt, value=ask(value))
        case Do(value=value):
            asked = ask(value)
            assert isinstance(asked, Op)
            return replace(stmt, value=asked)
        case Store(key=key, value=value):
            return replace(stmt, key=ask(key), value=ask(value))
        case _:
            return stmt
