"""Regions: which variables may be, view or hold the same memory.

A union-find over the variables whose values are memory (arrays, lists, dicts, objects that are written to, and
structures with such parts), united wherever one may come to be, view or hold the other (Steensgaard's analysis, with a
container and its contents in one region). Conservative: variables in different regions never share memory. A call of a
generated function shares and writes what the summary of its body says.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from srcad import runtime, runtime_rules
from srcad.analysis.purity import is_check
from srcad.core import prims
from srcad.core.attributes import reads_layout
from srcad.core.kinds import (
    INT,
    NUMBER,
    SLICE,
    UNKNOWN,
    Array,
    Const,
    Dict,
    Kind,
    List,
    Maybe,
    Opaque,
    Record,
    Set,
    Tuple,
    TupleOf,
    children,
    widen,
)
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
    Store,
    Unpack,
    Var,
    names_in,
    walk,
)
from srcad.core.operators import IN_PLACE
from srcad.rules.changes import METHODS
from srcad.rules.kinding import index_kind
from srcad.rules.known import is_sparse_kind
from srcad.rules.registry import rule_for

RESULT = -1  # in a summary, the result beside the positions of the parameters

MUTATORS = (
    *METHODS, "extend", "extendleft", "remove", "clear", "sort", "update", "setdefault", "popitem",
    "add", "discard", "difference_update", "intersection_update", "symmetric_difference_update",
)  # fmt: skip
# functions whose result may be or view their first operand
VIEWS = {
    np.transpose, np.reshape, np.ravel, np.squeeze, np.expand_dims, np.swapaxes, np.moveaxis, np.broadcast_to,
    np.asarray, np.atleast_1d, np.atleast_2d, np.atleast_3d, np.flip, np.rot90, np.diagonal, np.real, np.imag,
    np.split, np.array_split, np.hsplit, np.vsplit, np.rollaxis, np.asfarray if hasattr(np, "asfarray") else np.asarray,
    np.asanyarray, np.ascontiguousarray, np.asfortranarray, np.require, operator.pos, np.nan_to_num,
    np.broadcast_arrays, np.matrix_transpose, np.permute_dims, np.dsplit, np.linalg.matrix_transpose,
    np.linalg.diagonal, np.asarray_chkfinite, np.trim_zeros, np.fliplr, np.flipud, np.diag,
}  # fmt: skip


@dataclass(frozen=True)
class Summary:
    """What a function does with the memory it is given: the parameters written to, and who comes to share with whom.

    `reshaped` are the parameters whose arrays are reshaped, which is a view or a copy as their layout has it.
    `reads_texts` says that it makes a number of a string.
    """

    writes: frozenset[int] = frozenset()
    array_writes: frozenset[int] = frozenset()
    reshaped: frozenset[int] = frozenset()
    groups: tuple[frozenset[int], ...] = ()
    reads_texts: bool = False


Summarise = Callable[[FunctionHandle], Summary | None]


class Regions:
    def __init__(self, kinds: Mapping[str, Kind], holds_address: Callable[[Kind], bool]) -> None:
        self._parent: dict[str, str] = {}
        self._kinds = kinds
        self._holds_address = holds_address
        self.written: set[str] = set()
        self.array_written: set[str] = set()  # variables whose arrays are written to, not only a container of them
        self.reshaped: set[str] = set()
        self._extra: dict[str, Kind] = {}
        self._roots: dict[str, set[str]] = {}

    def member(self, name: str) -> bool:
        kind = self._kinds.get(name) or self._extra.get(name)
        return kind is not None and self.is_memory(kind)

    def adopt(self, name: str, like: str) -> None:
        """A variable made by a pass shares the memory of `like`."""
        self._extra[name] = self._kinds[like]
        self.unite([like, name])

    def is_memory(self, kind: Kind) -> bool:
        """Whether a value of this kind is memory, or has parts that are; a sparse matrix is never written to."""
        if is_sparse_kind(kind):
            return False
        if isinstance(kind, (Array, Opaque, Set)) or kind in (NUMBER, UNKNOWN):
            return True
        if isinstance(kind, Maybe):
            return self.is_memory(kind.kind)
        if self._holds_address(kind):
            return True
        return any(self.is_memory(k) for _, k in children(kind) or ())

    def of(self, name: str) -> str | None:
        """The region of a variable, None for one that is no memory."""
        if not self.member(name):
            return None
        root = name
        while self._parent.get(root, root) != root:
            root = self._parent[root]
        return root

    def unite(self, names: list[str]) -> None:
        members = [n for n in names if self.member(n)]
        for other in members[1:]:
            a, b = self.of(members[0]), self.of(other)
            if a is not None and b is not None and a != b:
                self._parent[b] = a
                self._roots.clear()

    def write(self, names: list[str], arrays: bool = True) -> None:
        self.written.update(names)
        if arrays:
            self.array_written.update(names)
        self._roots.clear()

    def is_written(self, name: str) -> bool:
        """Whether anything in the region of `name` is written to."""
        return self._in(name, "any", self.written)

    def is_array_written(self, name: str) -> bool:
        """Whether the elements of an array in the region of `name` are written to."""
        return self._in(name, "array", self.array_written)

    def is_reshaped(self, name: str) -> bool:
        """Whether an array in the region of `name` is reshaped, so that its layout decides what shares its memory."""
        return self._in(name, "reshaped", self.reshaped)

    def _in(self, name: str, which: str, names: set[str]) -> bool:
        region = self.of(name)
        if region is None:
            return False
        if which not in self._roots:
            self._roots[which] = {r for r in map(self.of, names) if r is not None}
        return region in self._roots[which]

    def mates(self, name: str, names: Mapping[str, Kind]) -> list[str]:
        region = self.of(name)
        return [n for n in names if region is not None and self.of(n) == region]


def shared_operands(value: Expr, kinds: Mapping[str, Kind]) -> list[str]:
    """The variables whose memory the value of an expression may be, view or hold."""
    match value:
        case Var(name=name):
            return [name]
        case Op(fn=fn, args=args):
            if fn is operator.getitem:
                return _of_item(args[0], args[1], kinds)
            if reads_layout(value):
                return []
            if fn in IN_PLACE:
                return list(names_in(args[0]))
            if _makes_new(fn, args, dict(value.kwargs), kinds):
                return []
            if fn in VIEWS or fn is runtime.flatten or fn is runtime_rules.hook:
                return list(names_in(args[0] if args else value))
            if fn is list and isinstance(args[0], Var) and isinstance(kinds.get(args[0].name), (Dict, Record)):
                return []  # the keys
            if fn in (list, tuple, dict, prims.make_list, prims.make_tuple, prims.make_dict):
                return list(names_in(value))
            if fn in (operator.mul, operator.add):  # of lists: the items are shared
                return [n for n in names_in(value) if isinstance(kinds.get(n), (List, TupleOf, Tuple))]
            rule = rule_for(fn)
            if rule is not None and (rule.own is None or rule.own.keeps_result):
                return []  # but a function of the user's may return what it was given
            return list(names_in(value))
        case _:
            return list(names_in(value))


def _makes_new(fn: object, args: tuple[Expr, ...], named: Mapping[str, Expr], kinds: Mapping[str, Kind]) -> bool:
    """Whether a function that may give a view surely makes a new array of these arguments."""
    if fn is np.diag:
        held = kinds.get(args[0].name) if isinstance(args[0], Var) else None
        return isinstance(held, Array) and held.dims is not None and len(held.dims) == 1
    return fn is np.nan_to_num and len(args) == 1 and "copy" not in named


def _of_item(base: Expr, index: Expr, kinds: Mapping[str, Kind]) -> list[str]:
    """`base[index]`: a view for slices and ints, a copy for masks and arrays of ints."""
    if isinstance(base, Var) and isinstance(kinds.get(base.name), Array) and is_copying(index, kinds):
        return []
    return list(names_in(base))


def is_copying(index: Expr, kinds: Mapping[str, Kind]) -> bool:
    """Whether an index of an array surely takes a copy."""
    if isinstance(index, Op) and index.fn is prims.make_tuple:
        return any(is_copying(part, kinds) for part in index.args)
    kind = index_kind(index, kinds)
    if isinstance(kind, Tuple):
        return any(isinstance(k, (Array, List)) for k in kind.items)
    return isinstance(kind, (Array, List))


def is_basic(index: Expr, kinds: Mapping[str, Kind]) -> bool:
    """Whether an index of an array surely takes a view (or a number)."""
    if isinstance(index, Op) and index.fn is prims.make_tuple:
        return all(is_basic(part, kinds) for part in index.args)
    kind = index_kind(index, kinds)
    return all(map(_basic_kind, kind.items)) if isinstance(kind, Tuple) else _basic_kind(kind)


def _basic_kind(kind: Kind) -> bool:
    return (
        widen(kind) in (INT, SLICE)
        or isinstance(kind, Const)
        and (kind.value is None or kind.value is Ellipsis or isinstance(kind.value, slice))
    )


def find_regions(
    body: Block,
    kinds: Mapping[str, Kind],
    holds_address: Callable[[Kind], bool],
    summarise: Summarise = lambda handle: None,
    shared: Iterable[tuple[str, ...]] = (),
) -> Regions:
    """The regions of a specialised body, and which of them it writes to; `shared` are parameters given one memory."""
    regions = Regions(kinds, holds_address)
    for group in shared:
        regions.unite(list(group))
    for stmt in walk(body):
        match stmt:
            case Assign(target=target, value=value):
                if not _call(regions, value, [target], summarise):
                    regions.unite([target, *shared_operands(value, kinds)])
                if isinstance(value, Op) and value.fn in (np.reshape, np.ravel):
                    regions.reshaped.update(names_in(value.args[0]))
                if isinstance(value, Op) and value.fn in IN_PLACE and isinstance(value.args[0], Var):
                    if isinstance(kinds.get(value.args[0].name), Array) or kinds.get(value.args[0].name) is NUMBER:
                        regions.write([value.args[0].name])
            case Unpack(targets=targets, value=value):
                if not _call(regions, value, list(targets), summarise):
                    regions.unite([*targets, *shared_operands(value, kinds)])
            case Store(base=base, value=value):
                held = kinds.get(base.name) if isinstance(base, Var) else None
                if not isinstance(held, Array):
                    regions.unite([*names_in(base), *names_in(value)])
                regions.write(list(names_in(base)), isinstance(held, Array))
            case Do(value=value):
                if is_check(value):
                    continue
                if value.fn not in WRITES_FIRST and not _call(regions, value, [], summarise):
                    regions.unite(list(names_in(value)))
                    regions.write(list(may_write(value, kinds)))
                if value.fn in (prims.push, prims.pop, operator.delitem) or value.fn in WRITES_FIRST:
                    regions.write(list(names_in(value.args[0])), value.fn in WRITES_FIRST)
            case Return():
                pass
            case _:
                continue
        method = stmt.value if isinstance(stmt, (Assign, Do)) else None
        if isinstance(method, Op) and method.fn is prims.call_method and isinstance(method.args[0], Var):
            name = method.args[1]
            if isinstance(name, Lit) and name.value in MUTATORS:
                held = kinds.get(method.args[0].name)
                regions.write([method.args[0].name], isinstance(held, Array) or held is NUMBER)
    return regions


WRITES_FIRST: set[object] = {np.add.at}  # called for what it writes into its first operand


def may_write(value: Op, kinds: Mapping[str, Kind]) -> tuple[str, ...]:
    """The variables that a call which srcad does not know, made for its effect, may write into: what it is given."""
    given = tuple(n for a in (*value.args[1:], *(v for _, v in value.kwargs)) for n in names_in(a))
    if value.fn is prims.call_method and isinstance(value.args[0], Var):
        held = kinds.get(value.args[0].name, UNKNOWN)
        return given if held is UNKNOWN or isinstance(held, Opaque) else ()
    if value.fn is prims.call_method:
        return given if isinstance(value.args[0], Ref) else ()
    if value.fn is not prims.call or not isinstance(value.args[0], Ref):
        return ()
    callee = value.args[0].value
    known = isinstance(callee, (FunctionHandle, type)) or any(callee is f for f in (print, repr, str, format, input))
    return () if known else given


def _call(regions: Regions, value: Expr, targets: list[str], summarise: Summarise) -> bool:
    """Take in a call of a generated function; False where it is none."""
    if not (isinstance(value, Op) and value.fn is prims.call and isinstance(value.args[0], Ref)):
        return False
    if not isinstance(value.args[0].value, FunctionHandle):
        return False
    args = value.args[1:]
    names = {i: a.name for i, a in enumerate(args) if isinstance(a, Var)}
    summary = summarise(value.args[0].value)
    if summary is None:
        regions.unite([*targets, *names.values()])
        regions.write([n for n in names.values() if regions.member(n)])
        regions.reshaped.update(n for n in names.values() if regions.member(n))
        return True
    for group in summary.groups:
        regions.unite(
            [n for i in sorted(group) for n in ([names[i]] if i in names else targets if i == RESULT else [])]
        )
    regions.write([names[i] for i in summary.writes if i in names], False)
    regions.write([names[i] for i in summary.array_writes if i in names])
    regions.reshaped.update(names[i] for i in summary.reshaped if i in names)
    return True


def summarised(body: Block, params: list[str], regions: Regions) -> Summary:
    """The summary of a function whose body has these regions."""
    result = next((list(names_in(s.value)) for s in reversed(body) if isinstance(s, Return)), [])
    groups: dict[str, set[int]] = {}
    for i, name in [*enumerate(params), *((RESULT, n) for n in result)]:
        region = regions.of(name)
        if region is not None:
            groups.setdefault(region, set()).add(i)
    writes = frozenset(i for i, name in enumerate(params) if regions.is_written(name))
    arrays = frozenset(i for i, name in enumerate(params) if regions.is_array_written(name))
    reshaped = frozenset(i for i, name in enumerate(params) if regions.is_reshaped(name))
    return Summary(writes, arrays, reshaped, tuple(frozenset(g) for g in groups.values() if len(g) > 1))
