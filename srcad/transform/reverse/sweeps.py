"""Write out the two sweeps of a mirror, with the tapes that the records ask for.

A tape is a list used as a stack: pushed in the forward sweep, popped at the mirrored point. Outside loops a saved value
is a variable of its own. Each group of reversed steps is headed by the source line that it reverses.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from srcad import runtime
from srcad.analysis.regions import is_copying
from srcad.core import prims
from srcad.core.kinds import INT, Array, Dict, Kind, List, Maybe, is_number
from srcad.core.nodes import (
    NONE,
    Assign,
    Block,
    Comment,
    Do,
    Expr,
    For,
    If,
    Lit,
    Op,
    Stmt,
    Store,
    Try,
    Var,
    While,
    With,
    expressions_of,
    names_in,
    read_in,
    substitute,
)
from srcad.core.operators import IN_PLACE
from srcad.errors import Place
from srcad.rules.kinding import index_kind, kind_of_index
from srcad.transform.attempts import refusing
from srcad.transform.reverse.mirror import KEPT, Branch, Loop, Node, Step, Wrap
from srcad.transform.reverse.names import Names
from srcad.transform.reverse.record import Records

CONTENTS = "@"  # the key of what a store overwrites


class Sweeps:
    def __init__(self, records: Records, names: Names, kinds: Mapping[str, Kind]) -> None:
        self.records = records
        self.names = names
        self.kinds = kinds
        self.tapes: list[str] = []  # tapes to be made before the loop now being written
        self._saved: dict[tuple[int, str], tuple[str, bool]] = {}
        self._depth = 0  # the loops around, trips of which are remembered
        self._at_once = False  # in a loop that is reversed trip by trip
        self._said: Place | None = None

    # ------------------------------------------------------------ forward

    def forward(self, nodes: list[Node]) -> Block:
        return (*(Assign(name, NONE) for name in sorted(self.records.unbound)), *self._forward(nodes))

    def forward_on(self, nodes: list[Node]) -> Block:
        """More of the forward sweep."""
        return tuple(self._forward(nodes))

    def _forward(self, nodes: list[Node]) -> list[Stmt]:
        made: list[Stmt] = []
        for node in nodes:
            match node:
                case Step(stmt=stmt):
                    if stmt is None:
                        continue
                    self._save(node, made)
                    self._forward_stmt(node, stmt, made)
                case Branch(stmt=stmt):
                    body = tuple(self._forward_tail(node.body))
                    orelse = tuple(self._forward_tail(node.orelse))
                    made.append(replace(stmt, body=body, orelse=orelse))
                case Loop(stmt=stmt):
                    self._save(node, made)
                    self._depth += 1
                    body = tuple(self._forward_tail(node.body))
                    self._depth -= 1
                    if not self._depth and not self._at_once:
                        self._make_tapes(made)
                    made.append(replace(stmt, body=body))
                case Wrap(stmt=stmt):
                    body = tuple(self._forward(node.body))
                    if isinstance(stmt, Try):
                        if stmt.handlers and self._is_at_risk(node.body):
                            stmt = refusing(stmt)
                        made.append(replace(stmt, body=body, final=tuple(self._forward(node.final))))
                    else:
                        made.append(replace(stmt, body=body))
        return made

    def _make_tapes(self, made: list[Stmt]) -> None:
        made += [Assign(tape, Op(prims.make_list)) for tape in self.tapes]
        self.tapes = []

    def _is_at_risk(self, body: list[Node]) -> bool:
        """Whether the way back takes up what the body of a `try` may not have done, where an error is caught."""
        for at, node in enumerate(body):
            binds = isinstance(node, Step) and not node.reverse and id(node) not in self.records.undo
            if not binds or not isinstance(node.stmt, Assign) or not isinstance(node.stmt.value, (Lit, Var)):
                # the names that a step binds are saved before it can fail
                reversed_ = self._reverse(body[at + 1 if binds else at :])
                self._said = None
                return bool(reversed_)
        return False

    def _forward_tail(self, nodes: list[Node]) -> list[Stmt]:
        made = self._forward(nodes)
        for name in self.records.tail.get(id(nodes), ()):
            made.append(self._push(id(nodes), name))
        return made

    def _push(self, key: int, name: str, value: Expr | None = None) -> Stmt:
        tape = self._tape(key, name)
        return Do(Op(prims.push, (Var(tape), Var(name) if value is None else value)))

    def _tape(self, key: int, name: str) -> str:
        if (key, name) not in self._saved:
            tape = self.names.fresh(f"{name}_tape")
            self.names.kinds[tape] = List(self.kinds.get(name) or self.names.kinds.get(name, INT))
            self.tapes.append(tape)
            self._saved[(key, name)] = (tape, True)
        return self._saved[(key, name)][0]

    def _save(self, node: Node, made: list[Stmt]) -> None:
        """Remember what the node overwrites."""
        for name in self.records.before.get(id(node), ()):
            if self._depth:
                made.append(self._push(id(node), name))
            else:
                kept = self.names.fresh(f"{name}_old")
                self.names.kinds[kept] = self.kinds.get(name, INT)
                self._saved[(id(node), name)] = (kept, False)
                made.append(Assign(kept, Var(name)))

    def _forward_stmt(self, node: Step, stmt: Stmt, made: list[Stmt]) -> None:
        whole = isinstance(stmt, Assign) and isinstance(stmt.value, Op) and stmt.value.fn in IN_PLACE
        removed = isinstance(stmt, Do) and stmt.value.fn in (operator.delitem, np.add.at)
        writes = isinstance(stmt, Store) or whole or removed
        if id(node) in self.records.undo and (node.keep is not None or writes and not node.undo):
            if node.keep is not None:
                old = node.keep
            elif isinstance(stmt, Store):
                old = self._old_item(stmt)
            elif isinstance(stmt, Do):
                old = Op(operator.getitem, stmt.value.args[:2])
            else:
                assert isinstance(stmt, Assign)
                old = Op(np.array, (Var(stmt.target),))
            about = _written_name(stmt)
            if self._depth:
                tape = self.names.fresh(f"{about}_tape")
                self.tapes.append(tape)
                self._saved[(id(node), CONTENTS)] = (tape, True)
                made.append(Do(Op(prims.push, (Var(tape), old))))
            else:
                kept = self.names.fresh(f"{about}_old")
                self._saved[(id(node), CONTENTS)] = (kept, False)
                made.append(Assign(kept, old))
        made.append(stmt)

    def _old_item(self, stmt: Store) -> Expr:
        if stmt.attr:
            return Op(runtime.attribute_before, (stmt.base, stmt.key))
        assert isinstance(stmt.base, Var)
        held = self._present(stmt.base.name)
        if isinstance(held, Dict):
            return Op(runtime.item_before, (stmt.base, stmt.key))
        item = Op(operator.getitem, (stmt.base, stmt.key))
        if not isinstance(held, Array) or is_copying(stmt.key, self.kinds):
            return item
        if is_number(kind_of_index(held, index_kind(stmt.key, self.kinds), stmt.key)):
            return item
        return Op(np.array, (stmt.base if stmt.key == Lit(Ellipsis) else item,))

    def _present(self, name: str) -> Kind | None:
        """The kind of a container that is written to, and so not None."""
        kind = self.kinds.get(name)
        return kind.kind if isinstance(kind, Maybe) else kind

    # ------------------------------------------------------------ both at once

    def at_once(self, nodes: list[Node]) -> Block:
        """Loops each trip of which is reversed when it has run."""
        made: list[Stmt] = []
        for node in nodes:
            if not isinstance(node, Loop):
                made += self._forward([node])
                continue
            made += node.before
            self._at_once = True
            forward = self._forward(node.body)
            self._at_once = False
            self._said = None
            reverse = (*self._reverse(node.body), *node.body_end)
            self._said = None
            self._make_tapes(made)
            made.append(replace(node.stmt, body=(*forward, *reverse)))
        return tuple(made)

    # ------------------------------------------------------------ reverse

    def reverse(self, nodes: list[Node]) -> Block:
        return tuple(self._reverse(nodes))

    def _reverse(self, nodes: list[Node]) -> list[Stmt]:
        made: list[Stmt] = []
        for node in reversed(nodes):
            made += [replace(a, place=None) for a in self.records.again.get(id(node), ())]
            match node:
                case Step():
                    self._reverse_step(node, made)
                case Branch(stmt=stmt):
                    made += node.before
                    said = self._said
                    body = (*self._reverse_head(node.body), *node.body_end)
                    self._said = said
                    orelse = (*self._reverse_head(node.orelse), *node.orelse_end)
                    self._said = None
                    if body or orelse:
                        made.append(If(stmt.test, body, orelse, stmt.place))
                case Loop(stmt=stmt):
                    made += node.before
                    self._said = None
                    inner = (*self._reverse_head(node.body), *node.body_end)
                    self._said = None
                    made.append(self._reverse_loop(node, stmt, inner))
                    self._restore(node, made)
                case Wrap(stmt=stmt):
                    made += self._reverse(node.final)
                    inner = tuple(self._reverse(node.body))
                    if node.again is not None and inner:
                        made.append(With(node.again, inner, None, stmt.place))
                    else:
                        made += inner
        return made

    def _reverse_loop(self, node: Loop, stmt: For | While, inner: Block) -> Stmt:
        if isinstance(stmt, For):
            start, stop = stmt.start, stmt.stop
            if node.trips is not None and stmt.reverse:
                whole = Op(len, (Op(range, (start, stop, stmt.step)),))
                start = _add(start, _times(Op(operator.sub, (whole, Var(node.trips))), stmt.step))
            elif node.trips is not None:
                stop = _add(start, _times(Var(node.trips), stmt.step))
            return For(stmt.target, start, stop, stmt.step, inner, None, stmt.place, reverse=not stmt.reverse)
        assert node.trips is not None
        return For("%_", Lit(0), Var(node.trips), Lit(1), inner, None, stmt.place)

    def _reverse_head(self, nodes: list[Node]) -> list[Stmt]:
        made: list[Stmt] = []
        for name in reversed(self.records.tail.get(id(nodes), ())):
            made.append(Assign(name, Op(prims.pop, (Var(self._saved[(id(nodes), name)][0]),))))
        return made + self._reverse(nodes)

    def _reverse_step(self, node: Step, made: list[Stmt]) -> None:
        if node.stmt is None:
            made += self._headed(node, list(node.reverse))
            return
        stmt = node.stmt
        group: list[Stmt] = []
        operands = {n for e in expressions_of(stmt) for n in names_in(e)}
        saved = self.records.before.get(id(node), ())
        # the result's own rule reads the new value: put the old one back only after it
        late = [n for n in saved if n not in operands and n in _reads(node.reverse)]
        self._undo(node, stmt, group)
        group += [self._restored(node, name) for name in saved if name not in late]
        if id(node) in self.records.here:
            group.append(replace(stmt, place=None))
        group += node.reverse
        group += [self._restored(node, name) for name in late]
        made += self._headed(node, group)

    def _headed(self, node: Step, group: list[Stmt]) -> list[Stmt]:
        if not group or node.place is None or not node.place.text:
            return group
        if self._said is not None and (self._said.file, self._said.line) == (node.place.file, node.place.line):
            return group
        self._said = node.place
        return [Comment(node.place.text.strip(), node.place), *group]

    def _restored(self, node: Node, name: str) -> Stmt:
        kept, on_tape = self._saved[(id(node), name)]
        return Assign(name, Op(prims.pop, (Var(kept),)) if on_tape else Var(kept))

    def _restore(self, node: Node, made: list[Stmt]) -> None:
        for name in self.records.before.get(id(node), ()):
            made.append(self._restored(node, name))

    def _kept(self, node: Step) -> Expr:
        """What was kept of the memory that a step wrote to."""
        kept, on_tape = self._saved[(id(node), CONTENTS)]
        return Op(prims.pop, (Var(kept),)) if on_tape else Var(kept)

    def _undo(self, node: Step, stmt: Stmt, made: list[Stmt]) -> None:
        if id(node) not in self.records.undo:
            return
        if node.undo:
            values = {KEPT.name: self._kept(node)} if node.keep is not None else {}
            made += [_filled(undone, values) for undone in node.undo]
            return
        match stmt:
            case Store(base=base, key=key, attr=attr):
                old = self._kept(node)
                assert isinstance(base, Var)
                if attr:
                    made.append(Do(Op(runtime.restore_attribute, (base, key, old))))
                elif isinstance(self._present(base.name), Dict):
                    made.append(Do(Op(runtime.restore_item, (base, key, old))))
                else:
                    made.append(Store(base, key, old))
            case Assign(target=target, value=Op(fn=fn)) if fn in IN_PLACE:
                made.append(Store(Var(target), Lit(Ellipsis), self._kept(node)))
            case Do(value=Op(fn=operator.delitem | np.add.at, args=(base, key, *_))):
                made.append(Store(base, key, self._kept(node)))
            case _:
                raise AssertionError(f"cannot be undone: {stmt}")


def _written_name(stmt: Stmt) -> str:
    """The name to show for what a statement writes to: `x` for `x[i]`, `obj_u` for `obj.u`."""
    match stmt:
        case Store(base=Var(name=name), key=Lit(value=str(key))) if key.isidentifier():
            return f"{name}_{key}"
        case Store(base=Var(name=name)) | Assign(target=name) | Do(value=Op(args=(Var(name=name), *_))):
            return name
        case _:
            return "%item"


def _filled(stmt: Stmt, values: dict[str, Expr]) -> Stmt:
    """What undoes a write, with the value that was kept."""
    match stmt:
        case Do(value=value):
            made = substitute(value, values)
            assert isinstance(made, Op)
            return replace(stmt, value=made)
        case Store(value=value):
            return replace(stmt, value=substitute(value, values))
        case _:
            raise AssertionError(f"does not undo a write: {stmt}")


def _reads(stmts: list[Stmt]) -> set[str]:
    return read_in(tuple(stmts))


def _add(a: Expr, b: Expr) -> Expr:
    return b if isinstance(a, Lit) and a.value == 0 else Op(operator.add, (a, b))


def _times(a: Expr, b: Expr) -> Expr:
    return a if isinstance(b, Lit) and b.value == 1 else Op(operator.mul, (a, b))
