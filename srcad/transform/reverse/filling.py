"""Arrays that are the whole of their region, and the statements that fill them.

    x = np.array(x)         # the only memory of its region: everything else in it is a view of x
    x += dt * v             # every element is written: what x held before, once put back, is all that there is to undo

A statement that fills such an array ends the need for what is in it, whichever writes came in between. A view of the
array fills nothing, nor does a write to a region that two arrays may share.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Iterator, Mapping

import numpy as np

from srcad.analysis.regions import Regions, is_basic
from srcad.core import prims
from srcad.core.kinds import Array, Kind
from srcad.core.nodes import Assign, Expr, Lit, Op, Stmt, Store, Var, targets_of
from srcad.core.operators import is_update
from srcad.transform.reverse.mirror import Node, Step, nodes_of


def whole_arrays(nodes: list[Node], params: set[str], kinds: Mapping[str, Kind], regions: Regions) -> frozenset[str]:
    """The variables bound once, to an array of which all that shares its region is a view."""
    roots: dict[str, list[str]] = {}  # by region
    unclear: set[str] = set()
    bound = Counter(params)

    def found(name: str, is_once: bool) -> None:
        region = regions.of(name)
        if region is None:
            return
        if is_once and isinstance(kinds.get(name), Array):
            roots.setdefault(region, []).append(name)
        else:
            unclear.add(region)

    for name in params:
        found(name, True)
    for stmt, is_nested in _statements(nodes, False):
        if is_in_place(stmt, kinds):
            continue
        alias = isinstance(stmt, Assign) and (isinstance(stmt.value, Var) or is_view(stmt.value, kinds))
        for name in targets_of(stmt):
            bound[name] += 1
            if not (alias and isinstance(kinds.get(name), Array)):
                found(name, isinstance(stmt, Assign) and not is_nested)
    alone = {region: names[0] for region, names in roots.items() if len(names) == 1 and region not in unclear}
    return frozenset(name for name in alone.values() if bound[name] == 1)  # else it may be a view of itself by now


def filled_arrays(nodes: list[Node]) -> set[str | None]:
    """The arrays that some statement fills."""
    return {filled_array(stmt) for stmt, _ in _statements(nodes, False)}


def filled_array(stmt: Stmt) -> str | None:
    """The array to every element of which a statement writes, if it is one."""
    match stmt:
        case Assign(target=target) if is_update(stmt):
            return target
        case Store(base=Var(name=name), key=key, attr=False) if _is_all(key):
            return name
        case _:
            return None


def is_in_place(stmt: Stmt, kinds: Mapping[str, Kind]) -> bool:
    """`x += v` on an array: the name is not bound anew."""
    return isinstance(stmt, Assign) and is_update(stmt) and isinstance(kinds.get(stmt.target), Array)


def rebound(nodes: list[Node], kinds: Mapping[str, Kind]) -> frozenset[str]:
    """Every variable bound in a list of nodes to other than the array that it is bound to already."""
    return frozenset(
        name for stmt, _ in _statements(nodes, False) if not is_in_place(stmt, kinds) for name in targets_of(stmt)
    )


def is_view(value: Expr, kinds: Mapping[str, Kind]) -> bool:
    """A view of an array costs nothing to take again, and shows what the memory holds by then."""
    base = value.args[0] if isinstance(value, Op) and value.args else None
    if not isinstance(value, Op) or not isinstance(base, Var) or not isinstance(kinds.get(base.name), Array):
        return False
    if value.fn is operator.getitem:
        return is_basic(value.args[1], kinds)
    return value.fn in (np.transpose, np.swapaxes, np.moveaxis, np.expand_dims, np.squeeze)


def _is_all(key: Expr) -> bool:
    if isinstance(key, Op) and key.fn is prims.make_tuple:
        return all(map(_is_all, key.args))
    return key == Lit(Ellipsis) or _is_bare_slice(key)


def _is_bare_slice(key: Expr) -> bool:
    return isinstance(key, Op) and key.fn is prims.make_slice and all(arg == Lit(None) for arg in key.args)


def _statements(nodes: list[Node], is_nested: bool) -> Iterator[tuple[Stmt, bool]]:
    """The forward statements, each with whether it is in a loop, a branch or a context."""
    for node in nodes:
        if isinstance(node, Step):
            if node.stmt is not None:
                yield node.stmt, is_nested
        else:
            yield node.stmt, True
            yield from _statements(nodes_of(node), True)
