"""Ask a shape of the first array that has it.

    t = (x - 1) ** 2                                   t = (x - 1) ** 2
    d_t = np.full_like(t, d / t.size)          ->      d_t = np.full_like(x, d / x.size)

An elementwise function of one array has the shape of that array. A reverse sweep that wants only the shape or size of a
value asks the earliest variable that surely shares it, so that the value itself need not be kept or computed for that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from srcad.core import prims
from srcad.core.kinds import Array, Kind, is_number
from srcad.core.nodes import Assign, Block, Do, Expr, Lit, Op, Stmt, Store, Unpack, Var, assigned_in, map_operands, walk
from srcad.rules.registry import rule_for
from srcad.transform.reverse.mirror import Branch, Loop, Node, Step, Wrap

_LIKE = {np.zeros_like, np.ones_like, np.full_like, np.shape, np.size, np.ndim}
_ATTRIBUTES = {"shape", "size", "ndim"}


def representatives(body: Block, params: list[str], kinds: Mapping[str, Kind]) -> dict[str, str]:
    """For an array variable, the earliest one that surely has its shape and dtype and is bound once."""
    counts: dict[str, int] = {}
    for stmt in walk(body):
        for name in assigned_in((stmt,)):
            counts[name] = counts.get(name, 0) + 1
    made: dict[str, str] = {}
    for stmt in walk(body):
        if not isinstance(stmt, Assign) or not isinstance(stmt.value, Op) or counts.get(stmt.target) != 1:
            continue
        kind = kinds.get(stmt.target)
        rule = rule_for(stmt.value.fn)
        if not isinstance(kind, Array) or rule is None or rule.style != "elementwise":
            continue
        arrays = [a.name for a in stmt.value.args if isinstance(a, Var) and isinstance(kinds.get(a.name), Array)]
        others = [
            a
            for a in stmt.value.args
            if not isinstance(a, Lit) and not (isinstance(a, Var) and (a.name in arrays or _scalar(a.name, kinds)))
        ]
        if others or not arrays:
            continue
        for name in arrays:
            own = kinds[name]
            assert isinstance(own, Array)
            once = counts.get(name, 0) == (0 if name in params else 1)
            sure = len(set(arrays)) == 1 or (own.dims == kind.dims and own.dims is not None and "?" not in own.dims)
            if once and sure and own.dtype == kind.dtype and own.dims == kind.dims:
                made[stmt.target] = made.get(name, name)
                break
    return made


def _scalar(name: str, kinds: Mapping[str, Kind]) -> bool:
    kind = kinds.get(name)
    return kind is not None and is_number(kind)


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
