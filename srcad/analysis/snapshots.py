"""Views that are read before anybody can write to what they view: they are as good as copies.

total += np.sum(z.imag)          # the view is read at once
part = z.imag; z[0] = 2j         # it is not: what is read of `part` afterwards has changed
"""

from __future__ import annotations

import operator
from collections.abc import Mapping

import numpy as np

from srcad.analysis.purity import ARITHMETIC, COMPARISONS
from srcad.core import prims
from srcad.core.kinds import Kind, is_number
from srcad.core.nodes import Assign, Block, Expr, Op, Store, blocks_of, expressions_of, names_in, walk
from srcad.core.operators import IN_PLACE


def read_at_once(body: Block, name: str, kinds: Mapping[str, Kind]) -> bool:
    """Whether a temporary is last read before any statement after the one that binds it may write into memory."""
    if not name.startswith("%"):
        return False
    left = sum(name in names_in(expr) for stmt in walk(body) for expr in expressions_of(stmt))
    block = next((b for b in _blocks(body) if any(isinstance(s, Assign) and s.target == name for s in b)), ())
    bound = False
    for stmt in block:
        if not bound:
            bound = isinstance(stmt, Assign) and stmt.target == name
            continue
        reads = [expr for expr in expressions_of(stmt) if name in names_in(expr)]
        left -= len(reads)
        named_anew = isinstance(stmt, Assign) and any(not _makes_new(e, kinds.get(stmt.target)) for e in reads)
        stored_into = isinstance(stmt, Store) and name in names_in(stmt.base)
        if named_anew or stored_into:
            return False
        if not left:
            return True
        if not isinstance(stmt, Assign) or not isinstance(stmt.value, Op) or _may_write(stmt.value):
            return False
    return False


def _blocks(body: Block) -> list[Block]:
    found = [body]
    for block in found:
        for stmt in block:
            found += blocks_of(stmt)
    return found


def _may_write(value: Op) -> bool:
    return value.fn in (prims.call, prims.call_method, prims.pop, prims.push) or value.fn in IN_PLACE


def _makes_new(value: Expr, kind: Kind | None) -> bool:
    """Whether the value holds none of the memory that it is made of."""
    if not isinstance(value, Op) or _may_write(value):
        return False
    if value.fn is operator.getitem:
        return kind is not None and is_number(kind)
    return value.fn in ARITHMETIC or value.fn in COMPARISONS or isinstance(value.fn, np.ufunc) or value.fn in _FRESH


_FRESH = frozenset({np.sum, np.mean, np.prod, np.dot, np.vdot, np.outer, np.max, np.min, np.array, np.where, abs})
