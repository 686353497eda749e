"""Which of two ways to remember costs less: what was read from an array, or what is written over in it.

    for t in range(n):                            for t in range(n):
        for i in range(m):                            for i in range(m):
            y = x[i]; z += y * y                          y = x[i]; z += y * y
            y_tape.append(y)                          x_tape.append(np.array(x))
        x += v                                        x += v

The records of both are made, and each value that they save is weighed by how often it is: once for each trip of the
loops around it, and for each element of an array. All loops and dimensions are taken to be of one length, longer than
any number of statements. Where it makes no difference, what was read is saved.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Iterator, Mapping

from srcad.analysis.purity import is_pure
from srcad.analysis.regions import Regions
from srcad.core.kinds import Array, Kind, is_number
from srcad.core.nodes import Assign, Do, Op, Stmt, Store, Unpack, Var, names_in
from srcad.core.operators import IN_PLACE
from srcad.rules.kinding import index_kind, kind_of_index
from srcad.transform.reverse.mirror import Branch, Loop, Node, Step, Wrap, nodes_of
from srcad.transform.reverse.record import Recorder, Records

Cost = tuple[int, ...]  # how many values are saved, by the number of loops and dimensions, the largest first
_DEEPEST = 12


def remembered(recorder: Recorder, needed: set[str]) -> Records:
    """The records that cost least."""
    records = recorder.run(needed)
    kinds, regions, nodes = recorder.kinds, recorder.regions, recorder.nodes
    chosen: frozenset[str] = frozenset()
    best = cost(records, nodes, kinds)
    for region in sorted(_choices(records, nodes, kinds, regions)):
        other = recorder.run(needed, chosen | {region})
        found = cost(other, nodes, kinds)
        if found < best:
            records, best, chosen = other, found, chosen | {region}
    return records


def cost(records: Records, nodes: list[Node], kinds: Mapping[str, Kind]) -> Cost:
    """What a function saves, by the power of the common length of its loops and arrays."""
    counts: Counter[int] = Counter()
    for node, depth in _with_depth(nodes, 0):
        for name in records.before.get(id(node), ()):
            counts[depth + _width(kinds.get(name))] += 1
        if id(node) in records.undo:
            assert isinstance(node, Step) and node.stmt is not None
            counts[depth + _written_width(node.stmt, kinds)] += 1
    for block, depth in _blocks(nodes, 0):
        for name in records.tail.get(id(block), ()):
            counts[depth + _width(kinds.get(name))] += 1
    return tuple(counts[power] for power in range(_DEEPEST, -1, -1))


def _choices(records: Records, nodes: list[Node], kinds: Mapping[str, Kind], regions: Regions) -> set[str]:
    """The regions from whose arrays elements are read and saved, and whose every write can be undone."""
    saved = {name for names in (*records.before.values(), *records.tail.values()) for name in names}
    found: set[str | None] = set()
    given: set[str | None] = set()  # may be written in other ways than by a statement of its own
    for node, _ in _with_depth(nodes, 0):
        if not isinstance(node, Step) or node.stmt is None:
            continue
        match node.stmt:
            case Assign(target=target, value=Op(fn=operator.getitem, args=(Var(name=name), _))) if target in saved:
                if is_number(kinds[target]) and isinstance(kinds.get(name), Array) and regions.is_written(name):
                    found.add(regions.of(name))
            case Assign(value=Op() as op) | Do(value=op) if op.fn not in IN_PLACE and not is_pure(op):
                given.update(map(regions.of, names_in(op)))
            case Unpack(value=value):
                given.update(map(regions.of, names_in(value)))
            case _:
                pass
    arrays = {regions.of(name) for name, kind in kinds.items() if isinstance(kind, Array)}
    others = {regions.of(name) for name, kind in kinds.items() if not isinstance(kind, Array)}
    return {r for r in found - given - others if r is not None and r in arrays}


def _width(kind: Kind | None) -> int:
    """The number of dimensions of what is saved."""
    if kind is None or is_number(kind):
        return 0
    return len(kind.dims) if isinstance(kind, Array) and kind.dims is not None else 1


def _written_width(stmt: Stmt, kinds: Mapping[str, Kind]) -> int:
    """The number of dimensions of what a statement writes over."""
    match stmt:
        case Store(base=Var(name=name), key=key, attr=False):
            held = kinds.get(name)
            return _width(kind_of_index(held, index_kind(key, kinds), key)) if isinstance(held, Array) else 1
        case Assign(target=target):
            return _width(kinds.get(target))
        case _:
            return 1


def _with_depth(nodes: list[Node], depth: int) -> Iterator[tuple[Node, int]]:
    """Every node, with the number of loops around it."""
    for node in nodes:
        yield node, depth
        yield from _with_depth(nodes_of(node), depth + (isinstance(node, Loop) and not node.at_once))


def _blocks(nodes: list[Node], depth: int) -> Iterator[tuple[list[Node], int]]:
    """Every list of nodes, with the number of loops around it."""
    yield nodes, depth
    for node in nodes:
        match node:
            case Branch(body=body, orelse=orelse):
                yield from (*_blocks(body, depth), *_blocks(orelse, depth))
            case Loop(body=body):
                yield from _blocks(body, depth + (not node.at_once))
            case Wrap(body=body, final=final):
                yield from (*_blocks(body, depth), *_blocks(final, depth))
            case Step():
                pass
