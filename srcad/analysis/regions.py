"""Regions: which variables may be or hold the same memory.

A union-find over the variables whose kind lives at an address, united wherever one may come to hold or be the other
(Steensgaard's analysis with a container and its contents in one region). Conservative: variables in different regions
never share memory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from srcad.core import prims
from srcad.core.kinds import Kind
from srcad.core.nodes import Assign, Block, Do, Expr, Return, Store, Unpack, Var, names_in, walk


class Regions:
    def __init__(self, kinds: Mapping[str, Kind], holds_address: Callable[[Kind], bool]) -> None:
        self._parent: dict[str, str] = {}
        self._kinds = kinds
        self._holds_address = holds_address
        self.written: set[str] = set()

    def member(self, name: str) -> bool:
        kind = self._kinds.get(name)
        return kind is not None and self._holds_address(kind)

    def of(self, name: str) -> str | None:
        """The region of a variable, None for one that holds no address."""
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

    def is_written(self, name: str) -> bool:
        """Whether anything in the region of `name` is written to."""
        region = self.of(name)
        return region is not None and region in {self.of(n) for n in self.written}

    def mates(self, name: str, names: Mapping[str, Kind]) -> list[str]:
        region = self.of(name)
        return [n for n in names if region is not None and self.of(n) == region]


MUTATORS = ("append", "pop", "extend", "insert", "remove", "clear", "reverse", "sort", "update", "setdefault")


def find_regions(body: Block, kinds: Mapping[str, Kind], holds_address: Callable[[Kind], bool]) -> Regions:
    """The regions of a specialised body, and which of them it writes to."""
    regions = Regions(kinds, holds_address)
    for stmt in walk(body):
        match stmt:
            case Assign(target=target, value=value):
                regions.unite([target, *names_in(value)])
            case Unpack(targets=targets, value=value):
                regions.unite([*targets, *names_in(value)])
            case Store(base=base, value=value):
                regions.unite([*names_in(base), *names_in(value)])
                regions.written.update(names_in(base))
            case Do(value=value):
                regions.unite(list(names_in(value)))
                if value.fn in (prims.push, prims.pop):
                    regions.written.update(names_in(value.args[0]))
            case Return():
                pass
            case _:
                continue
        for expr in _calls(stmt):
            if expr is not None:
                regions.written.update(expr)
    return regions


def _calls(stmt: object) -> list[list[str]]:
    """The names that a method call or a call of a generated function may write to."""
    from srcad.core.nodes import FunctionHandle, Lit, Op, Ref

    found: list[list[str]] = []
    value: Expr | None = stmt.value if isinstance(stmt, (Assign, Do, Unpack)) else None
    if isinstance(value, Op):
        if value.fn is prims.call_method:
            method = value.args[1]
            if isinstance(method, Lit) and method.value in MUTATORS and isinstance(value.args[0], Var):
                found.append([value.args[0].name])
        elif value.fn is prims.call and isinstance(value.args[0], Ref):
            handle = value.args[0].value
            if isinstance(handle, FunctionHandle):
                written = getattr(handle, "writes", None)
                for i, arg in enumerate(value.args[1:]):
                    if isinstance(arg, Var) and (written is None or i in written):
                        found.append([arg.name])
    return found
