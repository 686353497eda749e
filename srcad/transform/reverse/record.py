"""To-be-recorded analysis: which primal values the forward sweep must remember, and where.

Walk forward with the set of variables whose present value some earlier step's reversal will read. A statement that
overwrites one of them saves it first, and the mirrored reverse step puts it back (Hascoet, Naumann and Pascual 2005). A
variable local to a trip of a loop is not bound yet where it would be saved: it is saved at the end of the trip instead,
and put back at the start of the reversed trip; or, where that is cheap, it is computed again there. A value that no
reversal reads is not saved.

The contents of containers are one more variable, by region (`@region`): a write to a region whose contents are still
needed is undone on the way back.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from srcad import runtime
from srcad.analysis.dependence import Lasting
from srcad.analysis.purity import is_pure
from srcad.analysis.regions import Regions, may_write
from srcad.core import prims
from srcad.core.attributes import reads_layout
from srcad.core.kinds import BOOL, FLOAT, INT, SLICE, Array, Kind, Set, is_number, widen
from srcad.core.nodes import (
    Assign,
    Do,
    Expr,
    For,
    FunctionHandle,
    Lit,
    Op,
    Raise,
    Ref,
    Stmt,
    Store,
    Try,
    Unpack,
    Var,
    While,
    expressions_of,
    names_in,
    operands,
    operations_in,
    read_in,
    targets_of,
    walk,
)
from srcad.core.operators import IN_PLACE
from srcad.errors import UnsupportedSyntax
from srcad.rules.changes import METHODS as CHANGES
from srcad.rules.kinding import index_kind
from srcad.transform.reverse.bound import assigned
from srcad.transform.reverse.filling import filled_array, filled_arrays, is_in_place, is_view, rebound, whole_arrays
from srcad.transform.reverse.mirror import Branch, Loop, Node, Step, Wrap, nodes_of


@dataclass
class Records:
    """What to save: before a node (by `id`), at the end of a block (by `id` of its list), and what to bind at first."""

    before: dict[int, tuple[str, ...]] = field(default_factory=dict)
    tail: dict[int, tuple[str, ...]] = field(default_factory=dict)
    again: dict[int, tuple[Assign, ...]] = field(default_factory=dict)  # computed again just before a node is reversed
    here: set[int] = field(default_factory=set)  # steps whose result is computed again where it is read
    undo: set[int] = field(default_factory=set)
    unbound: set[str] = field(default_factory=set)


def reads_of_reverse(stmts: Iterable[Stmt]) -> set[str]:
    """The variables that statements of the reverse sweep read from outside of themselves."""
    found: set[str] = set()
    bound: set[str] = set()
    for stmt in stmts:
        reads = set(read_in((stmt,)))
        found |= reads - bound
        if isinstance(stmt, (Assign,)) and not stmt.accumulate:
            bound.add(stmt.target)
        elif not isinstance(stmt, Assign):
            bound.update(targets_of(stmt))
    return found


# What a walk was given (`need`, `bound` and `looped`), and what it gave.
Walked = tuple[tuple[set[str], set[str] | None, bool], tuple[set[str], set[str] | None]]


Computation = tuple[Any, tuple[Expr, ...], tuple[tuple[str, Expr], ...]]  # an operation, however it is written


class Recorder:
    def __init__(
        self,
        nodes: list[Node],
        params: Iterable[str],
        kinds: Mapping[str, Kind],
        regions: Regions,
        lasting: Lasting,
        shadows: Mapping[str, str],
        forgotten: AbstractSet[FunctionHandle] = frozenset(),
    ) -> None:
        self.shadows = shadows  # what each shadow is the shadow of
        self.forgotten = forgotten  # the functions whose result their reversal does not read
        self.lasting = lasting
        self.nodes = nodes
        self.params = set(params)
        self.kinds = kinds
        self.regions = regions
        self.primal = self.params | assigned(nodes)
        self.records = Records()
        self.extra: dict[int, set[str]] = {}  # what computing again reads, after the node with this id
        self.always: set[str] = set()  # the regions that are needed whatever is reversed
        self.restored: frozenset[str] = frozenset()  # the regions that are needed where elements are read again
        self.walked: dict[int, Walked] = {}  # the last walk through the branch or loop with this id
        self.whole = whole_arrays(nodes, self.params, kinds, regions)
        self.filled = {regions.of(name) for name in self.whole & filled_arrays(nodes)}
        self.stored = dict(self.lasting_stores(nodes))  # where a value can be read again to the end
        self.counts = _read_counts(nodes)
        self.counts_in: dict[int, dict[str, int]] = {}  # the same in the block with this id
        self.step_reads: dict[int, set[str]] = {}  # what the reversal of the step with this id reads
        self.reverse_names: dict[int, frozenset[str]] = {}  # what the reversal of the node with this id mentions
        self.reverse_counts = _reverse_read_counts(nodes)
        self.made_by: dict[int, frozenset[Computation]] = {}  # what the reversal of the step with this id computes

    def run(self, needed_at_start: set[str], restored: frozenset[str] = frozenset()) -> Records:
        """The records; elements of arrays in the regions that are `restored` are read again rather than saved."""
        self.always = {n for n in needed_at_start if n.startswith("@")}
        self.restored = restored
        self.records = Records()
        while True:
            unbound = set(self.records.unbound)
            self.records = Records(unbound=unbound)
            self.extra = {}
            self.walked = {}
            self.block(self.nodes, set(needed_at_start), self.params | unbound, False)
            if self.records.unbound == unbound:
                return self.records

    def reads(self, stmts: Iterable[Stmt]) -> set[str]:
        """What reversed statements read of primal variables, and of the contents of regions."""
        stmts = list(stmts)
        names = reads_of_reverse(stmts) & self.primal
        made = set(names)
        for name in names & contents_read(stmts, self.kinds):
            region = self.regions.of(name)
            if region is not None:
                made.add("@" + region)
        return made

    # ------------------------------------------------------------ the walk

    def block(
        self, nodes: list[Node], need: set[str], bound: set[str] | None, looped: bool
    ) -> tuple[set[str], set[str] | None]:
        for node in nodes:
            match node:
                case Step():
                    need, bound = self.step(node, need, bound, looped)
                case Branch() | Loop():
                    need, bound = self.nested(node, need, bound, looped)
                case Wrap():
                    need, after = self.block(node.body, need, bound, looped)
                    if not (isinstance(node.stmt, Try) and node.stmt.handlers):
                        bound = after
                    for name in targets_of(node.stmt):
                        bound = None if bound is None else bound | {name}
                    need, bound = self.block(node.final, need, bound, looped)
            need = need | self.extra.get(id(node), set())
        return need, bound

    def nested(
        self, node: Branch | Loop, need: set[str], bound: set[str] | None, looped: bool
    ) -> tuple[set[str], set[str] | None]:
        """Walk a branch or a loop, unless it was just walked from here: every round of a loop around it comes by, so
        that without this the cost doubles with each level of nesting."""
        given = (need, bound, looped)
        last = self.walked.get(id(node))
        if last is None or last[0] != given:
            if isinstance(node, Branch):
                found = self.branch(node, need, bound, looped)
            else:
                found = self.loop(node, need, bound)
            self.walked[id(node)] = last = (given, found)
        return last[1]

    def step(
        self, node: Step, need: set[str], bound: set[str] | None, looped: bool
    ) -> tuple[set[str], set[str] | None]:
        known = self.step_reads.get(id(node))
        reads = self.step_reads[id(node)] = self.reads(node.reverse) if known is None else known
        stmt = node.stmt
        if stmt is None:
            return need | reads, bound
        if isinstance(stmt, Raise):
            return need, None
        targets = [] if is_in_place(stmt, self.kinds) else list(targets_of(stmt))
        operands = {n for e in expressions_of(stmt) for n in names_in(e)}
        after = {t for t in targets if t in reads and t not in operands}
        need = need | (reads - after)
        saved = []
        for target in targets:
            if target in need:
                saved.append(target)
                need = need - {target}
                if bound is not None and target not in bound:
                    self.records.unbound.add(target)
        if saved:
            self.records.before[id(node)] = tuple(saved)
        overwritten, undoing = self.memory(node, stmt, need)
        need = (need - overwritten) | undoing
        if looped and isinstance(stmt, Assign) and stmt.target in after and self.only_here(node, stmt, need):
            self.records.here.add(id(node))
            after.discard(stmt.target)
            need = need | (operands & self.primal) | self.memory_read(stmt)
        if node.reverse:
            need = need | self.given_memory(stmt)
        need = need | after
        return need, None if bound is None else bound | set(targets)

    def given_memory(self, stmt: Stmt) -> set[str]:
        """Reversing a call undoes what it wrote, and reads what it kept: the memory that it was given, and that it gave
        back unless it has forgotten it, must be as the call left it."""
        value = stmt.value if isinstance(stmt, (Assign, Unpack, Do)) else None
        if not (isinstance(value, Op) and value.fn is prims.call and isinstance(value.args[0], Ref)):
            return set()
        if not isinstance(value.args[0].value, FunctionHandle):
            return set()
        names = {n for a in value.args[1:] for n in names_in(a)}
        if value.args[0].value not in self.forgotten:
            names |= set(targets_of(stmt)) & self.primal
        regions = {self.regions.of(n) for n in names if self.regions.is_written(n)}
        return {"@" + r for r in regions if r is not None}

    def refuse_unknown_writes(self, stmt: Stmt, need: set[str]) -> None:
        """A call that may write into memory which the way back reads again cannot be undone."""
        if not isinstance(stmt, Do):
            return
        for name in may_write(stmt.value, self.kinds):
            region = self.regions.of(name)
            if region is not None and "@" + region in need:
                callee = stmt.value.args[0]
                called = callee.name if isinstance(callee, Ref) else "this call"
                if stmt.value.fn is prims.call_method:
                    called = f".{_name_of(stmt.value)}()"
                raise UnsupportedSyntax(
                    f"{called} may write into {name.lstrip('%')}, which the derivative reads again",
                    stmt.place,
                    "write with an assignment: x[...] = ...",
                )

    def only_here(self, node: Step, stmt: Assign, need: set[str]) -> bool:
        """Whether only the reversal of the step itself reads its result, and computing that again is cheap."""
        if stmt.target in self.stored and not set(names_in(stmt.value)) & self.primal <= need:
            return False
        mine = _reverse_read_counts([node]).get(stmt.target, 0)
        return mine == self.reverse_counts.get(stmt.target, 0) and self.is_cheap(stmt, stmt.target)

    def memory(self, node: Step, stmt: Stmt, need: set[str]) -> tuple[set[str], set[str]]:
        """A write to contents that are still needed is undone in the reverse sweep.

        Given are the region that it fills, which need not be as it is now, and what undoing reads.
        """
        written = _written(stmt)
        if written is None:
            self.refuse_unknown_writes(stmt, need)
            return set(), set()
        region = self.regions.of(written)
        if region is None or "@" + region not in need:
            return set(), set()
        if not node.undo and isinstance(method := getattr(stmt, "value", None), Op) and method.fn is prims.call_method:
            name = written.lstrip("%")
            raise UnsupportedSyntax(
                f".{_name_of(method)}() changes {name}, whose kind is not known, and the derivative reads it again",
                stmt.place,
                f"make a list or dict of it first: {name} = list({name})",
            )
        self.records.undo.add(id(node))
        filled = {"@" + region} if filled_array(stmt) in self.whole else set()
        return filled, (_read_by_undoing(stmt) | reads_of_reverse(node.undo)) & self.primal

    def branch(
        self, node: Branch, need: set[str], bound: set[str] | None, looped: bool
    ) -> tuple[set[str], set[str] | None]:
        ends = []
        for block, end in ((node.body, node.body_end), (node.orelse, node.orelse_end)):
            inner = need | self.reads(end)
            start = set(inner)
            before: object = None
            kept_so_far: set[str] = set()
            while True:
                out, inside = self.block(block, set(inner), bound, looped)
                if not looped or inside is None or bound is None:
                    break
                private = tuple(
                    sorted(
                        n
                        for n in (out - start) | kept_so_far
                        if n not in bound and n in inside and not n.startswith("@") and self.is_private(n, block)
                    )
                )
                if not private:
                    break
                kept_so_far = set(private)
                out = out - kept_so_far
                inner = inner | self.keep_at_end(block, private, out, set())
                now = (frozenset(inner), private, {id(n): self.extra.get(id(n)) for n in block})
                if now == before:
                    break
                before = now
            ends.append((out, inside))
        (a, x), (b, y) = ends
        merged = y if x is None else x if y is None else x & y
        tested = {n for n in names_in(node.stmt.test)} & self.primal
        return a | b | tested | self.reads(node.before), merged

    def is_private(self, name: str, nodes: list[Node]) -> bool:
        inside = self.counts_in.get(id(nodes))
        if inside is None:
            inside = self.counts_in[id(nodes)] = _read_counts(nodes)
        return inside.get(name, 0) == self.counts.get(name, 0)

    def loop(self, node: Loop, need: set[str], bound: set[str] | None) -> tuple[set[str], set[str] | None]:
        stmt = node.stmt
        own = {stmt.target} if isinstance(stmt, For) else set()
        inside_bound = None if bound is None else bound | own
        if node.at_once:
            # a trip binds nothing that is there outside of it, and what it binds is there until it is reversed
            self.block(node.body, need | self.reads(node.body_end), inside_bound, False)
            return need, bound
        if own & need:
            self.records.before[id(node)] = tuple(sorted(own & need))
            if bound is not None and not own <= bound:
                self.records.unbound |= own - bound
            need = need - own
        else:
            self.records.before.pop(id(node), None)
        entry = need | self.reads(node.body_end)
        changed_inside = assigned(node.body)
        if isinstance(stmt, While):
            inside_bound = (
                None if inside_bound is None else inside_bound | {t for s in walk(stmt.test) for t in targets_of(s)}
            )
        before: object = None
        kept_so_far: set[str] = set()  # what one round saves, the next saves too: else rounds may alternate
        while True:
            out, end = self.block(node.body, set(entry), inside_bound, True)
            out = out - own
            local = {
                n for n in out if not n.startswith("@") and n in changed_inside and bound is not None and n not in bound
            }
            missing = {n for n in local if end is not None and n not in end}
            self.records.unbound |= missing
            local = kept_so_far = (local | kept_so_far) - missing
            out = out - local
            # what computing again reads must be there too: it may have to be saved in turn
            entry = entry | out | self.keep_at_end(node.body, tuple(sorted(local)), out, own)
            now = (frozenset(entry), frozenset(local), {id(n): self.extra.get(id(n)) for n in node.body})
            if now == before:
                break
            before = now
        after = need | out
        bounds: set[str] = set()
        if isinstance(stmt, For):
            for expr in (stmt.start, stmt.stop, stmt.step):
                bounds |= set(names_in(expr))
        if node.trips is not None:
            bounds.add(node.trips)
        after |= bounds & self.primal
        return after | self.reads(node.before), bound

    # ------------------------------------------------------------ saving at the end of a block

    def keep_at_end(self, block: list[Node], names: tuple[str, ...], need: set[str], own: set[str]) -> set[str]:
        """Save `names` at the end of a block, or compute them again before their last use is reversed, where cheap."""
        changing = rebound(block, self.kinds)
        order = {name: i for i, name in enumerate(_definition_order(block))}
        names = tuple(sorted(names, key=lambda n: (order.get(n, len(order)), n)))
        for node in block:
            self.records.again.pop(id(node), None)
        cheap: dict[str, Assign] = {}
        made: dict[str, int] = {}
        for name in names:
            definition = _only_definition(block, name, self.kinds)
            store = self.stored.get(name)
            if definition is not None and store is not None and (at := _position(block, store)) < len(block):
                made[name], cheap[name] = at, Assign(name, Op(operator.getitem, (store.base, store.key)))
            elif definition is not None and (self.is_cheap(definition, name) or self.is_made_anyway(definition, block)):
                cheap[name], made[name] = definition, _position(block, definition)
        cheap = {n: cheap[n] for n in sorted(cheap, key=lambda n: made[n])}
        while True:
            last = self.last_uses(block, cheap, made)
            done: dict[str, int] = {}  # what is computed again, and the position from which it is there
            for name, definition in cheap.items():
                last[name] = max(last[name], made[name]) if last[name] >= 0 else -1
                if (
                    last[name] >= 0
                    and self.is_unwritten(definition, block[made[name] + 1 : last[name] + 1])
                    and all(
                        self.is_there(n, made[name], last[name], block, changing, own, names, done)
                        for n in names_in(definition.value)
                    )
                ):
                    done[name] = last[name]
            if len(done) == len(cheap):
                break
            cheap = {n: d for n, d in cheap.items() if n in done}
        again: dict[int, list[Assign]] = {}
        extra: dict[int, set[str]] = {}
        for name, definition in cheap.items():
            again.setdefault(last[name], []).append(definition)
            operands = set(names_in(definition.value))
            extra.setdefault(last[name], set()).update((operands - own - set(names)) & self.primal)
            extra[last[name]] |= self.memory_read(definition)
        self.records.tail[id(block)] = tuple(n for n in names if n not in cheap)
        for position, definitions in again.items():
            self.records.again[id(block[position])] = tuple(definitions)
        for position, reads in extra.items():
            self.extra[id(block[position])] = reads
        return need | {n for reads in extra.values() for n in reads if n not in changing}

    def lasting_stores(self, nodes: list[Node]) -> Iterator[tuple[str, Store]]:
        """The values that are stored into an array which keeps them to the end."""
        for node in nodes:
            stmt = node.stmt
            if isinstance(node, Step) and isinstance(stmt, Store) and isinstance(stmt.value, Var):
                held = self.kinds.get(stmt.base.name) if isinstance(stmt.base, Var) else None
                exact = isinstance(held, Array) and held.dtype == "float64" and self.kinds.get(stmt.value.name) is FLOAT
                if exact and self.lasting.store(stmt):
                    yield stmt.value.name, stmt
            yield from self.lasting_stores(nodes_of(node))

    def last_uses(self, block: list[Node], cheap: Mapping[str, Assign], made: Mapping[str, int]) -> dict[str, int]:
        """The last position whose reversal reads each value, itself or to compute another one again."""
        last = {n: -1 for n in cheap}
        for i, node in enumerate(block):
            for name in (self.read_by_reverse(node) | self.read_again(node)) & last.keys():
                last[name] = i
        for name in sorted(cheap, key=lambda n: -made[n]):
            for operand in names_in(cheap[name].value):
                if operand in last:
                    last[operand] = max(last[operand], last[name])
        return last

    def read_again(self, node: Node) -> set[str]:
        """What a node reads to compute values again while it is reversed."""
        definitions = [*self.records.again.get(id(node), ())]
        if isinstance(node, Step) and id(node) in self.records.here and isinstance(node.stmt, Assign):
            definitions.append(node.stmt)
        found = {n for d in definitions for n in names_in(d.value)}
        for inner in nodes_of(node):
            found |= self.read_again(inner)
        return found

    def read_by_reverse(self, node: Node) -> frozenset[str]:
        """The variables that the reversal of a node reads."""
        names = self.reverse_names.get(id(node))
        if names is None:
            names = self.reverse_names[id(node)] = frozenset(_reverse_read_counts([node]))
        return names | self.read_by_undoing(node)

    def read_by_undoing(self, node: Node) -> set[str]:
        """What is read where the writes within a node are undone."""
        if isinstance(node, Step):
            if node.stmt is None or id(node) not in self.records.undo:
                return set()
            return _read_by_undoing(node.stmt) | reads_of_reverse(node.undo)
        return {name for inner in nodes_of(node) for name in self.read_by_undoing(inner)}

    def is_there(
        self,
        name: str,
        made: int,
        last: int,
        block: list[Node],
        changing: frozenset[str],
        own: set[str],
        local: tuple[str, ...],
        done: Mapping[str, int],
    ) -> bool:
        """Whether an operand has, where a value is computed again, what it had where the value was first computed."""
        if name in own or name not in changing:
            return True
        if name in done:
            return done[name] >= last
        changes = [i for i, node in enumerate(block) if name in rebound([node], self.kinds)]
        if name in local:
            return max(changes) < made
        return not any(made <= i <= last for i in changes)

    def is_cheap(self, definition: Assign, name: str) -> bool:
        """One operation on scalars that costs no more than a push and a pop, a view, or a part of a container."""
        value = definition.value
        if isinstance(value, (Lit, Ref, Var)):
            return True
        if not isinstance(value, Op):
            return False
        base = value.args[0] if value.args else None
        kind = widen(self.kinds.get(name, BOOL))
        if isinstance(kind, Array) and is_view(value, self.kinds):
            return True
        if reads_layout(value) and isinstance(base, Var) and isinstance(self.kinds.get(base.name), Array):
            return True  # writes leave the shape as it is
        if is_number(kind) and (self.lasting.read(definition) or self.is_restored(value)):
            return True
        if value.fn in (operator.getitem, prims.get_attr) and isinstance(base, (Var, Ref)) and not self.changes(base):
            held = self.kinds.get(base.name) if isinstance(base, Var) else None
            if value.fn is operator.getitem and index_kind(value.args[1], self.kinds) is SLICE:
                return False  # a copy, of what may have changed since
            return is_number(kind) or not isinstance(held, Array) or value.fn is prims.get_attr
        if not (is_number(kind) and kind in (BOOL, INT, FLOAT)):
            return False
        if value.fn is len:
            sized = isinstance(base, Var) and isinstance(self.kinds.get(base.name), Array)
            return sized or isinstance(base, (Var, Ref)) and not self.changes(base)
        if value.fn is operator.pow:
            return isinstance(value.args[1], Lit) and isinstance(value.args[1].value, int)
        changing = any(self.changes(part) for part in value.args if isinstance(part, (Var, Ref)))
        return value.fn in _CHEAP and not changing  # `not xs` asks for what a list holds

    def is_made_anyway(self, definition: Assign, block: list[Node]) -> bool:
        """Whether reversing another step of the block computes the same: `sin(x)` where `cos(x)` is reversed."""
        value = definition.value
        if not isinstance(value, Op) or not is_pure(value) or not all(map(self.stays, names_in(value))):
            return False
        made = (value.fn, value.args, value.kwargs)
        return any(
            isinstance(node, Step) and node.stmt is not definition and made in self.computed(node) for node in block
        )

    def stays(self, name: str) -> bool:
        """Whether a variable is a number, or an array that nothing writes into."""
        kind = self.kinds.get(name)
        return kind is not None and (is_number(kind) or isinstance(kind, Array) and not self.regions.is_written(name))

    def computed(self, node: Step) -> frozenset[Computation]:
        """The operations in the reversal of a step."""
        found = self.made_by.get(id(node))
        if found is None:
            simple = (e for stmt in node.reverse if isinstance(stmt, (Assign, Store)) for e in expressions_of(stmt))
            found = frozenset((op.fn, op.args, op.kwargs) for e in simple for op in operations_in(e))
            self.made_by[id(node)] = found
        return found

    def is_unwritten(self, definition: Assign, between: list[Node]) -> bool:
        """Whether nothing overwrites what a definition reads from memory before its value is used for the last time."""
        value = definition.value
        if not (isinstance(value, Op) and self.is_restored(value)) or self.lasting.read(definition):
            return True
        region = self.regions.of(next(names_in(value)))
        return region not in self.regions_written(between)

    def regions_written(self, nodes: list[Node]) -> set[str | None]:
        found: set[str | None] = set()
        for node in nodes:
            if isinstance(node, Step) and node.stmt is not None:
                if (written := _written(node.stmt)) is not None:
                    found.add(self.regions.of(written))
                called = {n[1:] for n in self.given_memory(node.stmt)}
                found |= called
            found |= self.regions_written(nodes_of(node))
        return found

    def is_restored(self, value: Op) -> bool:
        """Whether a value is read from memory whose every write is undone anyway."""
        if value.fn is not operator.getitem or not isinstance(value.args[0], Var):
            return False
        name = value.args[0].name
        region = self.regions.of(name)
        if region in self.restored:
            return True
        if region in self.filled:
            return False  # the writes before it is filled are undone, the others are not
        return isinstance(self.kinds.get(name), Array) and region is not None and "@" + region in self.always

    def memory_read(self, definition: Assign) -> set[str]:
        """The region that must be put back before an element of it is read again."""
        value = definition.value
        if not (isinstance(value, Op) and value.fn is operator.getitem and isinstance(value.args[0], Var)):
            return set()
        region = self.regions.of(value.args[0].name)
        return {f"@{region}"} if region in self.restored and not self.lasting.read(definition) else set()

    def changes(self, base: Var | Ref) -> bool:
        """Whether the contents of a container may be written to."""
        if isinstance(base, Var) and isinstance(self.kinds.get(base.name), Set):
            return True
        return isinstance(base, Var) and self.regions.is_written(self.shadows.get(base.name, base.name))


_CHEAP = {
    operator.add, operator.sub, operator.mul, operator.truediv, operator.neg, operator.pos, operator.lt, operator.le,
    operator.gt, operator.ge, operator.eq, operator.ne, operator.not_, operator.floordiv, operator.mod, abs, math.sqrt,
}  # fmt: skip


def _definition_order(nodes: list[Node]) -> list[str]:
    return [n.stmt.target for n in nodes if isinstance(n, Step) and isinstance(n.stmt, Assign)]


def _only_definition(nodes: list[Node], name: str, kinds: Mapping[str, Kind]) -> Assign | None:
    """The assignment of `name` in a block, if it is the only one and not nested."""
    found: Assign | None = None
    for node in nodes:
        if isinstance(node, Step):
            if node.stmt is not None and name in targets_of(node.stmt) and not is_in_place(node.stmt, kinds):
                if found is not None or not isinstance(node.stmt, Assign):
                    return None
                found = node.stmt
        elif name in rebound([node], kinds):
            return None
    return found


def _position(nodes: list[Node], definition: Stmt) -> int:
    for i, node in enumerate(nodes):
        if isinstance(node, Step) and node.stmt is definition:
            return i
    return len(nodes)


def contents_read(stmts: Iterable[Stmt], kinds: Mapping[str, Kind]) -> set[str]:
    """The variables whose contents statements read, and not only the shape of an array."""
    found: set[str] = set()

    def visit(expr: Expr) -> None:
        if isinstance(expr, Var):
            found.add(expr.name)
            return
        args = operands(expr)
        if isinstance(expr, Op):
            base = expr.args[0] if expr.args else None
            shaped = isinstance(base, Var) and isinstance(kinds.get(base.name), Array)
            if (expr.fn in SHAPE_ONLY or reads_layout(expr)) and shaped:
                args = args[1:]
            if expr.fn is runtime.unbroadcast and isinstance(expr.args[1], Var):
                args = args[:1]
        for part in args:
            visit(part)

    for stmt in walk(tuple(stmts)):
        for expr in expressions_of(stmt):
            visit(expr)
        if isinstance(stmt, Assign) and stmt.accumulate:
            found.add(stmt.target)
    return found


SHAPE_ONLY = {np.zeros_like, np.ones_like, np.full_like, np.shape, np.size, np.ndim, len}


def _written(stmt: Stmt) -> str | None:
    """The container that a statement writes to."""
    match stmt:
        case Assign(value=Op(fn=fn, args=(Var(name=name), *_))) if fn in IN_PLACE:
            return name
        case Store(base=Var(name=name)):
            return name
        case (
            Do(value=Op(fn=prims.call_method, args=(Var(name=name), Lit(value=method), *_)))
            | Assign(value=Op(fn=prims.call_method, args=(Var(name=name), Lit(value=method), *_)))
        ):
            return name if method in CHANGES or method == "extend" else None
        case Do(value=Op(fn=fn, args=(Var(name=name), *_))) if fn in (operator.delitem, np.add.at):
            return name
        case _:
            return None


def _read_by_undoing(stmt: Stmt) -> set[str]:
    """What is read where the write of a statement is undone: what was written to, and at which place."""
    written = _written(stmt)
    names = set() if written is None else {written}
    match stmt:
        case Store(key=key) | Do(value=Op(fn=operator.delitem | np.add.at, args=(_, key, *_))):
            names.update(names_in(key))
        case Assign(target=target, value=Op(fn=prims.call_method)):
            names.add(target)
        case _:
            pass
    return names


def _reverse_read_counts(nodes: list[Node]) -> dict[str, int]:
    """How often the reverse sweep reads each variable."""
    counts: dict[str, int] = {}

    def stmts(block: Iterable[Stmt]) -> None:
        for stmt in walk(tuple(block)):
            added = [stmt.target] if isinstance(stmt, Assign) and stmt.accumulate else []
            for name in (*added, *(n for e in expressions_of(stmt) for n in names_in(e))):
                counts[name] = counts.get(name, 0) + 1

    def visit(inner: list[Node]) -> None:
        for node in inner:
            match node:
                case Step(reverse=reverse):
                    stmts(reverse)
                case Branch(stmt=stmt):
                    for name in names_in(stmt.test):
                        counts[name] = counts.get(name, 0) + 1
                    for extra in (node.before, node.body_end, node.orelse_end):
                        stmts(extra)
                    visit(node.body)
                    visit(node.orelse)
                case Loop():
                    for expr in expressions_of(node.stmt):
                        for name in names_in(expr):
                            counts[name] = counts.get(name, 0) + 1
                    stmts(node.before)
                    stmts(node.body_end)
                    visit(node.body)
                case Wrap(body=body, final=final):
                    visit(body)
                    visit(final)

    visit(nodes)
    return counts


def _read_counts(nodes: list[Node]) -> dict[str, int]:
    """How often each variable is read, forwards or backwards, in a list of nodes."""
    counts: dict[str, int] = {}

    def count(names: Iterable[str]) -> None:
        for name in names:
            counts[name] = counts.get(name, 0) + 1

    def stmts(block: Iterable[Stmt]) -> None:
        for stmt in walk(tuple(block)):
            for expr in expressions_of(stmt):
                count(names_in(expr))

    def visit(inner: list[Node]) -> None:
        for node in inner:
            match node:
                case Step(stmt=stmt, reverse=reverse):
                    if stmt is not None:
                        stmts((stmt,))
                    stmts(reverse)
                case Branch(stmt=stmt):
                    count(names_in(stmt.test))
                    count(names_in(stmt.test))
                    for extra in (node.before, node.body_end, node.orelse_end):
                        stmts(extra)
                    visit(node.body)
                    visit(node.orelse)
                case Loop(stmt=stmt):
                    for expr in expressions_of(stmt):
                        count(names_in(expr))
                        count(names_in(expr))
                    if isinstance(stmt, While):
                        stmts(stmt.test)
                    stmts(node.before)
                    stmts(node.body_end)
                    visit(node.body)
                case Wrap(stmt=stmt):
                    for expr in expressions_of(stmt):
                        count(names_in(expr))
                    visit(node.body)
                    visit(node.final)

    visit(nodes)
    return counts


def _name_of(method: Op) -> str:
    """The name of the method that a call of one calls."""
    name = method.args[1]
    assert isinstance(name, Lit)
    return str(name.value)
