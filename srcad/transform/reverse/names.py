"""Names of adjoints, tapes and other variables of generated code.

The adjoint of `x` is `d_x`, of its part `x["w"]` `d_x_w`; of a temporary `%t3` it is `%d_t3`. A name that the program
already uses is never taken: it becomes a `%` name, which the printer resolves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from srcad.analysis.leaves import Leaf, Path, spelled
from srcad.core.kinds import STRING, Dict, Kind, List, Record, Tuple, TupleOf, join_all
from srcad.core.nodes import Program, assigned_in, read_in


@dataclass(frozen=True, slots=True)
class Adjoint:
    """What an adjoint variable is the adjoint of."""

    var: str
    path: Path
    kind: Kind
    shadow: bool


class Names:
    def __init__(self, program: Program, body_names: set[str]) -> None:
        self.taken = body_names | {p.name for p in program.params}
        self.adjoints: dict[str, Adjoint] = {}
        self._by_leaf: dict[tuple[str, Path], str] = {}
        self.kinds: dict[str, Kind] = {}  # kinds of the variables made here
        self._count = 0

    def adjoint(self, var: str, leaf: Leaf) -> str:
        """The adjoint variable of a leaf of a variable."""
        key = (var, leaf.path)
        name = self._by_leaf.get(key)
        if name is None:
            name = self._adjoint_name(var, leaf.path)
            self._by_leaf[key] = name
            self.adjoints[name] = Adjoint(var, leaf.path, leaf.kind, leaf.shadow)
            self.kinds[name] = shadow_kind(leaf.kind) if leaf.shadow else leaf.kind
        return name

    def _adjoint_name(self, var: str, path: Path) -> str:
        suffix = spelled(path)
        wanted = f"%d_{var[1:]}{suffix}" if var.startswith("%") else f"d_{var}{suffix}"
        return self.fresh(wanted)

    def fresh(self, wanted: str) -> str:
        """A name that nothing has yet; `wanted` itself where it is free."""
        name = wanted
        if name in self.taken and not name.startswith("%"):
            name = f"%{name}"
        base, count = name, 1
        while name in self.taken:
            count += 1
            name = f"{base}@{count}" if base.startswith("%") else f"{base}_{count}"
        self.taken.add(name)
        return name

    def temp(self, hint: str = "t", kind: Kind | None = None) -> str:
        if hint == "t":
            self._count += 1
            name = self.fresh(f"%t{900000 + self._count}")
        else:
            name = self.fresh(f"%{hint}")
        if kind is not None:
            self.kinds[name] = kind
        return name


def shadow_kind(kind: Kind) -> Kind:
    """The kind of a shadow: lists for sequences, since a shadow is written to."""
    match kind:
        case List(item=item):
            return replace(kind, item=shadow_kind(item))
        case TupleOf(item=item):
            return List(shadow_kind(item))
        case Tuple(items=items):
            return List(join_all(tuple(map(shadow_kind, items))))
        case Dict(key=key, value=value, cls=cls):
            return Dict(key, shadow_kind(value), cls)
        case Record(items=pairs):
            return Dict(STRING, join_all(tuple(shadow_kind(k) for _, k in pairs)))
        case _:
            return kind


def names_of(program: Program) -> set[str]:
    """Every name that a program uses."""
    return assigned_in(program.body) | read_in(program.body) | {p.name for p in program.params}
