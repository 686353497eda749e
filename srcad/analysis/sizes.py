"""Which arrays surely have one shape: the sizes of their dimensions as symbols.

    u is given              u: (N,)               N is the size that u had when it was given
    v = np.zeros_like(u)    v: (N,)
    t = u[2:] - u[:-2]      u[2:], u[:-2], t: (N - 2,), never less than 0

Contract: two dimensions with one symbol have one size whenever both are defined. A symbol names what never changes: the
sizes of parameters as they were given and of arrays that are made once, outside of loops, and ints of that sort. A
variable has a symbol where all its definitions agree on it. What an int that changes says is good within the statement
that reads it, so that only temporaries, which do not outlive one, have symbols that name such an int.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from srcad.core import prims
from srcad.core.kinds import INT, UNKNOWN, Array, Kind, is_number, widen
from srcad.core.nodes import Assign, Block, Expr, For, If, Lit, Op, Ref, Stmt, Try, Var, While, With, targets_of, walk
from srcad.core.operators import IN_PLACE
from srcad.rules.registry import rule_for

Size = tuple[Any, ...] | None  # ("less", symbol, k): the symbol less k, at least 0; None where nothing is known
Shape = tuple[Size, ...] | None
_ONE: Size = ("is", 1)
_UNSET: Shape = (("unset",),)  # of no definition yet
_ALIKE = {np.zeros_like, np.ones_like, np.empty_like, np.full_like, np.copy, np.array, np.asarray}


class Sizes:
    """The shapes of the array variables of one program."""

    def __init__(self, body: Block, params: Iterable[str], kinds: Mapping[str, Kind]) -> None:
        self._kinds = kinds
        self._params = dict.fromkeys(params)
        self._shapes: dict[str, Shape] = {}
        self._ints: dict[str, Op] = {}
        self._fixed: set[str] = set()
        self._definitions: dict[str, list[Expr | None]] = {}
        self._steady: set[str] = set()
        self._collect(body)
        self._solve()

    def shape(self, expr: Expr) -> Shape:
        """The shape of an array expression, None where nothing is known of it."""
        return self._of(expr)

    def same(self, a: Expr, b: Expr) -> bool:
        """Whether two expressions surely have one shape."""
        one, other = self._of(a), self._of(b)
        return one is not None and one == other and None not in one

    # ------------------------------------------------------------ definitions

    def _collect(self, block: Block) -> None:
        counts: dict[str, int] = {}
        inside: set[str] = set()

        def visit(inner: Iterable[Stmt], looped: bool) -> None:
            for stmt in inner:
                for name in targets_of(stmt):
                    value = stmt.value if isinstance(stmt, Assign) else None
                    if isinstance(value, Op) and value.fn in IN_PLACE and self._is_array(name):
                        continue  # it keeps its shape
                    self._definitions.setdefault(name, []).append(value)
                    counts[name] = counts.get(name, 0) + 1
                    if looped or isinstance(stmt, For):
                        inside.add(name)
                match stmt:
                    case If(body=body, orelse=orelse):
                        visit(body, looped)
                        visit(orelse, looped)
                    case For(body=body):
                        visit(body, True)
                    case While(test=test, body=body):
                        visit(test, True)
                        visit(body, True)
                    case With(body=body):
                        visit(body, looped)
                    case Try(body=body, handlers=handlers, final=final):
                        visit(body, looped)
                        for handler in handlers:
                            visit(handler.body, looped)
                        visit(final, looped)
                    case _:
                        pass

        visit(block, False)
        once = {n for n, count in counts.items() if count == 1 and n not in self._params}
        self._fixed = (once - inside) | (set(self._params) - set(counts))
        loops = [s.target for s in walk(block) if isinstance(s, For)]
        self._steady = self._fixed | {n for n in loops if counts[n] == loops.count(n) and n not in self._params}

    def _is_array(self, name: str) -> bool:
        return isinstance(self._kinds.get(name), Array)

    def _solve(self) -> None:
        """Assume that all definitions agree, and take back what that does not bear out."""
        arrays = [n for n in {**self._params, **self._definitions} if self._is_array(n)]
        for name in arrays:
            self._shapes[name] = _UNSET
        while True:
            changed = False
            for name in arrays:
                shape = self._joined(name)
                if shape != self._shapes[name]:
                    self._shapes[name] = shape
                    changed = True
            if not changed:
                break
        for name in arrays:
            if self._shapes[name] is _UNSET:
                self._shapes[name] = None

    def _joined(self, name: str) -> Shape:
        shapes = [self._own(name)] if name in self._params else []
        for value in self._definitions.get(name, ()):
            shape = None if value is None else self._of(value)
            if shape is _UNSET:
                continue
            if shape is not None and not name.startswith("%t"):
                shape = tuple(s if s is None or _names(s) <= self._fixed.union(self._params) else None for s in shape)
            shapes.append(shape)
        if not shapes:
            return _UNSET
        own = self._own(name) if name in self._fixed else None
        shapes += [] if self._shapes[name] is _UNSET else [self._shapes[name]]
        first = shapes[0]
        for other in shapes[1:]:  # what was taken back before does not come again
            first = None if first is None or other is None or len(first) != len(other) else _agreed(first, other)
        if own is None or first is None:
            return own if first is None else first
        return tuple(o if s is None else s for s, o in zip(first, own, strict=True))

    def _own(self, name: str) -> Shape:
        kind = self._kinds.get(name)
        if not isinstance(kind, Array) or kind.dims is None:
            return None
        return tuple(_ONE if d == "1" else ("less", ("size", name, i), 0) for i, d in enumerate(kind.dims))

    # ------------------------------------------------------------ expressions

    def _of(self, expr: Expr) -> Shape:
        match expr:
            case Var(name=name):
                return () if is_number(self._kinds.get(name, UNKNOWN)) else self._shapes.get(name)
            case Lit(value=value) | Ref(value=value):
                return () if isinstance(value, (int, float)) else None
            case Op(fn=operator.getitem, args=(base, index)):
                return self._item(base, index)
            case Op(fn=fn, args=(Var(name=name) as base, *_), kwargs=kwargs) if fn in _ALIKE and self._is_array(name):
                return self._of(base) if {k for k, _ in kwargs} <= {"dtype"} else None
            case Op(fn=fn, args=(base,), kwargs=()) if fn is np.transpose:
                shape = self._of(base)
                return shape if shape is None or shape is _UNSET else shape[::-1]
            case Op(fn=fn, args=(size,)) if fn in (np.zeros, np.ones, np.empty):
                made = self._int(size)
                return None if made is None else (made,)
            case Op(fn=fn, args=args, kwargs=()):
                rule = rule_for(fn)
                if rule is not None and rule.style == "elementwise" and args:
                    return self._broadcast([self._of(a) for a in args])
                return None
            case _:
                return None

    def _broadcast(self, shapes: list[Shape]) -> Shape:
        known: list[tuple[Size, ...]] = []
        for shape in shapes:
            if shape is _UNSET:
                return shape
            if shape is None:
                return None
            known.append(shape)
        made: list[Size] = []
        for i in range(1, max(map(len, known)) + 1):
            sizes = {s[-i] for s in known if len(s) >= i} - {_ONE}
            made.append(_ONE if not sizes else sizes.pop() if len(sizes) == 1 else None)
        return tuple(reversed(made))

    def _item(self, base: Expr, index: Expr) -> Shape:
        shape = self._of(base)
        if shape is None or shape is _UNSET:
            return shape
        parts = list(index.args) if isinstance(index, Op) and index.fn is prims.make_tuple else [index]
        taking = [p for p in parts if p not in (Lit(None), Lit(Ellipsis))]
        if any(not self._is_plain(p) for p in taking) or len(taking) > len(shape):
            return None
        if Lit(Ellipsis) not in parts:
            parts.append(Lit(Ellipsis))
        made: list[Size] = []
        left = list(shape)
        for part in parts:
            if part == Lit(None):
                made.append(_ONE)
            elif part == Lit(Ellipsis):
                count = len(shape) - len(taking)
                made += left[:count]
                left = left[count:]
            elif isinstance(part, Op):
                made.append(self._slice(left.pop(0), part.args))
            else:
                left.pop(0)
        return tuple(made)

    def _is_plain(self, part: Expr) -> bool:
        """A slice or an int."""
        match part:
            case Op(fn=fn):
                return fn is prims.make_slice
            case Lit(value=value):
                return type(value) is int
            case Var(name=name):
                return widen(self._kinds.get(name, UNKNOWN)) is INT
            case _:
                return False

    def _slice(self, size: Size, bounds: tuple[Expr, ...]) -> Size:
        """The size of `size[start:stop:step]`."""
        if size is None or not all(isinstance(b, Lit) or isinstance(b, Var) and b.name in self._steady for b in bounds):
            return None
        values: list[Any] = [b.value if isinstance(b, Lit) else b for b in bounds]
        start, stop, step = values
        if start is None and stop is None and step in (None, 1, -1):
            return size
        ints = isinstance(start, (int, type(None))) and isinstance(stop, (int, type(None)))
        if size[0] == "less" and step in (None, 1) and ints and (start or 0) >= 0 and (stop is None or stop < 0):
            return ("less", size[1], size[2] + (start or 0) - (stop or 0))
        return ("slice", size, *bounds)

    def _int(self, size: Expr) -> Size:
        """An int as a size."""
        match size:
            case Lit(value=int() as value):
                return ("is", value)
            case Var(name=name) if name in self._fixed and widen(self._kinds.get(name, UNKNOWN)) is INT:
                found = self._definitions.get(name, [])
                if len(found) == 1 and isinstance(found[0], Op):
                    made = self._computed(found[0])
                    if made is not None:
                        return made
                return ("less", ("int", name), 0)
            case _:
                return None

    def _computed(self, value: Op) -> Size:
        match value:
            case Op(fn=fn, args=(Var(name=name) as base,)) if fn is len and self._is_array(name):
                shape = self._of(base)
                return shape[0] if shape and shape is not _UNSET else None
            case Op(fn=operator.getitem, args=(Var(name=name), Lit(value=int() as axis))):
                found = self._definitions.get(name, [])
                if len(found) == 1 and isinstance(found[0], Op) and found[0].fn is prims.get_attr:
                    held, key = found[0].args
                    shape = self._of(held) if key == Lit("shape") else None
                    return shape[axis] if shape and shape is not _UNSET and -len(shape) <= axis < len(shape) else None
                return None
            case _:
                return None


def _agreed(a: tuple[Size, ...], b: tuple[Size, ...]) -> tuple[Size, ...]:
    return tuple(s if s == t else None for s, t in zip(a, b, strict=True))


def _names(size: Any) -> set[str]:
    """The variables that a symbol names."""
    if isinstance(size, Var):
        return {size.name}
    if isinstance(size, tuple):
        if size[:1] in (("size",), ("int",)):
            return {size[1]}
        return {n for part in size for n in _names(part)}
    return set()
