"""Tangents of what is built of parts: displays, reads of items and attributes, stores, and methods of lists.

Contract: `tangents(target, value)` emits nothing; it returns the statements that bind the tangents of `target` beside
`target = value`. Where they read the new value itself, they read the variable `new`.
"""

from __future__ import annotations

import operator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from srcad.analysis.leaves import Leaf, Path, leaves, reach, step_of
from srcad.core import prims
from srcad.core.kinds import (
    NONE_KIND,
    UNKNOWN,
    Array,
    Dict,
    Kind,
    List,
    Maybe,
    Object,
    Record,
    Tuple,
    TupleOf,
    children,
    holds_smooth,
    is_array,
    is_number,
    present,
    show,
)
from srcad.core.nodes import NONE, Assign, Do, Expr, Lit, Op, Ref, Stmt, Store, Var
from srcad.errors import KindError
from srcad.rules.changes import READERS, change_of, on
from srcad.transform.forward.atoms import Atoms, at, inside, shadow_display
from srcad.transform.reverse.shadows import absent_shadow


class Containers(Atoms):
    """Tangents of structures and of memory."""

    new: Var = Var("")  # stands for the value that the statement at hand computes

    # ------------------------------------------------------------ zeros and copies

    def bind(self, target: str, leaf: Leaf, value: Expr) -> Stmt:
        return Assign(self.tangent(target, leaf), value, self.place)

    def zeros(self, target: str, value: Expr, path: Path = ()) -> list[Stmt]:
        """The tangents of a target that gets a value no derivative reaches."""
        made: list[Stmt] = []
        kind = at(self.kinds[target], path)
        for leaf in leaves(kind, self.addresses(target)):
            number = isinstance(value, Lit) and isinstance(value.value, (int, float)) or is_number(self.kind(value))
            primal = reach(self.new, (*path, *leaf.path), self.kinds[target])
            zero = Lit(0.0) if number else self.zero(primal, leaf.kind)
            made.append(self.bind(target, Leaf((*path, *leaf.path), leaf.kind, leaf.shadow), zero))
        return made

    def copy(self, target: str, path: Path, source: Expr, source_path: Path) -> list[Stmt]:
        """`target[path]` was set to `source[source_path]`: leaf by leaf."""
        if not self.active(source):
            return self.zeros(target, source, path)
        assert isinstance(source, Var)
        kind, theirs = at(self.kinds[target], path), at(self.kinds[source.name], source_path)
        held = {leaf.path: leaf for leaf in leaves(theirs, self.addresses(source.name))}
        made: list[Stmt] = []
        for leaf in leaves(kind, self.addresses(target)):
            mine = Leaf((*path, *leaf.path), leaf.kind, leaf.shadow)
            other = held.get(leaf.path)
            if other is not None and (other.shadow == leaf.shadow or is_array(present(leaf.kind))):
                value: Expr = self.tangent_of(source, (*source_path, *leaf.path))
            elif other is None and not any(p[: len(leaf.path)] == leaf.path for p in held):
                value = self.zero(reach(self.new, mine.path, self.kinds[target]), at(theirs, leaf.path))
            else:
                raise self.refuse(
                    f"{self.shown(target)} is {show(kind)} here and {show(theirs)} elsewhere",
                    "give it values of one form on every path",
                    KindError,
                )
            if value != Var(self.tangent(target, mine)):
                made.append(self.bind(target, mine, value))
        return made

    # ------------------------------------------------------------ displays

    def builds(self, value: Op) -> bool:
        if value.fn in (prims.make_tuple, prims.make_list, prims.make_dict):
            return True
        return value.fn is prims.call and isinstance(value.args[0], Ref) and isinstance(value.args[0].value, type)

    def display(self, target: str, value: Op) -> list[Stmt]:
        """A tuple, list, dict or record written out."""
        kind = self.kinds[target]
        keys, parts = _entries(kind, value)
        if self.by_address(kind):
            held = [self.in_slot(part, (), _slot(kind, key)) for key, part in zip(keys, parts, strict=True)]
            whole = Leaf((), kind, True)
            if isinstance(kind, (Dict, Record)):
                pairs = tuple(e for key, part in zip(keys, held, strict=True) for e in (_as_expr(key), part))
                return [self.bind(target, whole, Op(prims.make_dict, pairs))]
            steps = [("attr", key) for key in keys]
            return [self.bind(target, whole, shadow_display(kind, list(zip(steps, held, strict=True))))]
        made: list[Stmt] = []
        if value.fn is prims.make_dict:
            last = dict(zip(keys, parts, strict=True))
            for key, part in last.items():
                made += self.copy(target, (("key", key),), part, ())
            return made
        steps = [step for step, _ in children(kind) or ()]
        for step, part in zip(steps, parts, strict=False):
            made += self.copy(target, (step,), part, ())
        return made

    def in_slot(self, part: Expr, path: Path, slot: Kind) -> Expr:
        """The tangent of what is put where values are of a kind: parts that it lacks and others have are there too."""
        own = at(self.kind(part), path)
        parts = children(slot)
        if not holds_smooth(slot):
            return NONE
        if self.by_address(slot) or parts is None or not _may_lack(slot):
            return self.tangent_of(part, path)
        if own == NONE_KIND or own is UNKNOWN:
            return absent_shadow(slot, self.by_address)
        return shadow_display(slot, [(step, self.in_slot(part, (*path, step), kind)) for step, kind in parts])

    # ------------------------------------------------------------ reads

    def item(self, target: str, value: Op) -> list[Stmt]:
        base, index = value.args
        held = self.kind(base)
        held = held.kind if isinstance(held, Maybe) else held
        if not self.active(base):
            return self.zeros(target, value)
        assert isinstance(base, Var)
        if isinstance(held, Array) or self.by_address(held) or self.whole_leaf(base.name) is not None:
            return self.load(target, Op(operator.getitem, (self.tangent_of(base), index)))
        step = step_of(held, value)
        if step is None:
            raise self.refuse(f"a subscript of {show(held)} that is not constant", "use a list or an array", KindError)
        return self.copy(target, (), base, (step,))

    def attribute(self, target: str, value: Op) -> list[Stmt]:
        base, key = value.args
        held = self.kind(base)
        if not self.active(base):
            return self.zeros(target, value)
        assert isinstance(base, Var)
        if self.by_address(held.kind if isinstance(held, Maybe) else held):
            return self.load(target, Op(prims.get_attr, (self.tangent_of(base), key)))
        step = step_of(held, value)
        if step is None or step not in dict(children(held) or ()):
            raise self.refuse(f"the attribute .{getattr(key, 'value', key)} of {show(held)}", "use a function of numpy")
        return self.copy(target, (), base, (step,))

    def load(self, target: str, part: Expr) -> list[Stmt]:
        """The tangents of a target that was read where its shadow is `part`."""
        return [self.bind(target, leaf, inside(part, leaf.path, self.kinds[target])) for leaf in self.leaves(target)]

    # ------------------------------------------------------------ stores

    def store(self, stmt: Store) -> None:
        """`x[i] = v`, `x.a = v`: the same store into the shadow."""
        base, value = stmt.base, stmt.value
        self.emit(stmt)
        if not self.active(base):
            return
        assert isinstance(base, Var)
        held = self.kind(base)
        if isinstance(held, Array):
            slot: Kind = held
            tangent = self.tangent_of(value) if self.active(value) else Lit(0.0)
        else:
            key = stmt.key.value if isinstance(stmt.key, Lit) else None
            slot = _slot(held, key)
            if not holds_smooth(slot):
                return
            spliced = isinstance(held, List) and isinstance(stmt.key, Op) and stmt.key.fn is prims.make_slice
            tangent = self.tangent_of(value) if spliced else self.in_slot(value, (), slot)
        self.emit(
            Store(self.tangent_of(base), stmt.key, tangent, self.place, attr=stmt.attr, accumulate=stmt.accumulate)
        )

    # ------------------------------------------------------------ methods

    def method(self, target: str | None, value: Op) -> list[Stmt]:
        """A method of a container that carries derivatives: the same on its shadow."""
        base, name = value.args[:2]
        assert isinstance(name, Lit)
        if isinstance(base, Var) and isinstance(present(self.kinds[base.name]), List):
            change = change_of(value)
            if change is not None or name.value == "extend":
                put_in = 2 if change is None else change.new
                args = list(value.args)
                args[0] = self.tangent_of(base)
                if put_in is not None:
                    held = _slot(self.kinds[base.name], None)
                    args[put_in] = self.in_slot(args[put_in], (), held) if change else self.tangent_of(args[put_in])
                beside = on(replace(value, args=tuple(args)), {})
                return self._taken(target, beside) if change is not None and change.gives else [Do(beside, self.place)]
        if name.value in READERS:
            return []
        raise self.refuse(
            f".{name.value}() of a container that carries derivatives", "use append, pop() or item assignment"
        )

    def _taken(self, target: str | None, taken: Op) -> list[Stmt]:
        """`v = xs.pop()`: what is taken out of the shadow is the tangent of `v`."""
        if target is None or target not in self.activity.active:
            return [Do(taken, self.place)]
        whole = self.whole_leaf(target)
        if whole is not None:
            return [self.bind(target, whole, taken)]
        item = self.names.temp("item_dot")
        return [Assign(item, taken, self.place), *self.load(target, Var(item))]

    def sequence(self, target: str, value: Op) -> list[Stmt] | None:
        """`xs + ys`, `xs * n`, `list(xs)`, `tuple(xs)` of lists and tuples; None for anything else."""
        kind = self.kinds[target]
        if not isinstance(kind, (List, TupleOf, Tuple)):
            return None
        if value.fn in (operator.add, operator.mul):
            parts = [self._listed(a) if isinstance(self.kind(a), (List, TupleOf, Tuple)) else a for a in value.args]
            made: Expr = Op(value.fn, tuple(parts))
        elif value.fn in (list, tuple):
            made = Op(list, (self._listed(value.args[0]),))
        else:
            return None
        whole = self.whole_leaf(target)
        if whole is not None:
            return [self.bind(target, whole, made)]
        item = self.names.temp("items_dot")
        return [Assign(item, made, self.place), *self.load(target, Var(item))]

    def _listed(self, atom: Expr) -> Expr:
        return self.tangent_of(atom)


def _entries(kind: Kind, value: Op) -> tuple[list[Any], tuple[Expr, ...]]:
    """The keys and the parts of a display."""
    if value.fn is prims.make_dict:
        return [k.value if isinstance(k, Lit) else k for k in value.args[::2]], value.args[1::2]
    if value.fn is prims.call:
        parts = value.args[1:]
        if not isinstance(kind, Object):
            return list(range(len(parts))), parts
        if not is_dataclass(kind.cls):  # a namespace
            return [key for key, _ in value.kwargs], tuple(part for _, part in value.kwargs)
        return [f.name for f in fields(kind.cls) if f.init], parts
    return list(range(len(value.args))), value.args


def _slot(kind: Kind, key: Any) -> Kind:
    """The kind of what a container holds at a key."""
    match kind:
        case Maybe(kind=inner):
            return _slot(inner, key)
        case List(item=item) | TupleOf(item=item):
            return item
        case Dict(value=value):
            return value
        case Tuple(items=items) if isinstance(key, int):
            return items[key]
        case Record(items=pairs) | Object(attrs=pairs):
            held: Kind = dict(pairs).get(key, UNKNOWN)
            return held
        case _:
            return UNKNOWN


def _may_lack(kind: Kind) -> bool:
    """Whether a value of this kind may be None, or have None for a part, where others have a structure."""
    parts = children(kind)
    return parts is not None and (isinstance(kind, Maybe) or any(_may_lack(part) for _, part in parts))


def _as_expr(key: Any) -> Expr:
    return key if isinstance(key, (Var, Lit, Ref, Op)) else Lit(key)
