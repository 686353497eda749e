"""Give every function, object and variable of one generated module its printed name.

Lowering hands out `gast.Name` nodes whose `id` is still open; `settle` fills them in once everything that is used is
known. Contract:

- A user's local variables and parameters keep their names, and nothing else gets such a name where it would be
  captured: an outer object used in that function is given a fresh name instead.
- One object has one name in the whole module. The entry comes first, then the other functions, then the user's own
  objects, then modules and builtins: so a user's `np` that is not NumPy keeps its name and NumPy becomes `np_2`.
- `%hint` is `hint`, or the first free of `hint_2`, `hint_3`, ...; numbers that a pass added (`%hint_2`, `%hint@7`)
  are dropped first. `%t7` is the next free of `t1`, `t2`, ... and `%d_t7` goes with it; where `%t7` is gone and was
  the only one, its adjoint is `d`.
- What the reverse half of a pair shares with its forward half has the name that it has there.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import gast

_BUILTINS = frozenset(dir(builtins)) - {"_"}  # which an interactive Python binds to the last result
_ANONYMOUS = re.compile(r"t\d*")
_NUMBERED = re.compile(r"(?:(?<=_)|^)t\d+(?=_|$)")  # the temporary that `d_t7` or `t7_tape` belongs to
_MADE = re.compile(r"@\d+")
_AGAIN = re.compile(r"(.*[^_\d].*?)_(?:[2-9]|[1-9]\d+)")

FUNCTION, OBJECT, MODULE, BUILTIN = range(4)  # who is named first

Key = tuple[int, str]


def key_of(value: Any, hint: str) -> Key:
    """The identity of an object; two constants that happen to be one number keep their own names."""
    return id(value), hint if isinstance(value, (int, float, complex, str, bytes, tuple)) else ""


def name_node(name: str) -> Any:
    return gast.Name(id=name, ctx=gast.Load(), annotation=None, type_comment=None)


def as_identifier(text: str, otherwise: str) -> str:
    """The nearest thing to a text that can be a Python name."""
    made = re.sub(r"\W+", "_", text)
    if made != text:
        made = re.sub("_+", "_", made).strip("_")
    if made[:1].isdigit():
        made = "_" + made
    return made or otherwise


def fresh(hint: str, taken: Iterable[str]) -> str:
    """The hint, or the first of `hint_2`, `hint_3`, ... that is free."""
    name, count = hint, 1
    while name in taken or keyword.iskeyword(name):
        count += 1
        name = f"{hint}_{count}"
    return name


@dataclass(eq=False)
class Scope:
    """The variables of one function, and the outer objects that it uses."""

    nodes: dict[str, list[Any]] = field(default_factory=dict)
    outer: dict[Key, None] = field(default_factory=dict)  # in order of first use
    other: Scope | None = None  # the other half of the pair, settled before this one
    numbered: dict[str, str] = field(default_factory=dict)  # `t7` -> `t1`, once settled

    def printed(self, name: str) -> str | None:
        """The name that a variable was given."""
        return self.nodes[name][0].id if name in self.nodes else None

    def variable(self, name: str) -> Any:
        node = name_node(name)
        self.nodes.setdefault(name, []).append(node)
        return node

    def user_names(self) -> set[str]:
        return {name for name in self.nodes if not name.startswith("%")}


@dataclass(eq=False)
class _Outer:
    value: Any
    hint: str
    rank: int
    nodes: list[Any] = field(default_factory=list)


class Names:
    """The names of one module."""

    def __init__(self) -> None:
        self._outer: dict[Key, _Outer] = {}
        self._scopes: list[Scope] = []

    def scope(self) -> Scope:
        made = Scope()
        self._scopes.append(made)
        return made

    def declare(self, value: Any, hint: str, rank: int) -> _Outer:
        """Make room for an outer object; the best rank that anyone asks for it counts."""
        key = key_of(value, hint)
        entry = self._outer.get(key)
        if entry is None:
            entry = self._outer[key] = _Outer(value, hint, rank)
        elif rank < entry.rank:
            entry.hint, entry.rank = hint, rank
        return entry

    def outer(self, scope: Scope, value: Any, hint: str, rank: int) -> Any:
        """A node that will name an outer object, used in `scope`."""
        entry = self.declare(value, hint, rank)
        scope.outer[key_of(value, hint)] = None
        node = name_node(hint)
        entry.nodes.append(node)
        return node

    def settle(self) -> dict[Key, str]:
        """Write every name into its nodes. Returns the names of the outer objects, by identity."""
        given: dict[Key, str] = {}
        taken: set[str] = set()
        for key, entry in sorted(self._outer.items(), key=lambda item: item[1].rank):
            blocked = set(taken)
            for scope in self._scopes:
                if key in scope.outer:
                    blocked |= scope.user_names()
            name = fresh(as_identifier(entry.hint, "value"), blocked)
            given[key] = name
            taken.add(name)
            for node in entry.nodes:
                node.id = name
        for scope in sorted(self._scopes, key=lambda scope: scope.other is not None):
            _settle_variables(scope, taken | _BUILTINS)
        return given

    def objects(self, given: dict[Key, str]) -> dict[str, Any]:
        """Printed name -> object, for everything but the generated functions and builtins under their own name."""
        return {
            given[key]: entry.value
            for key, entry in self._outer.items()
            if entry.rank != FUNCTION and not (entry.rank == BUILTIN and given[key] == entry.hint)
        }


def _settle_variables(scope: Scope, outer: set[str]) -> None:
    user = scope.user_names()
    taken = outer | user
    hints = _hints([name for name in scope.nodes if name.startswith("%")])
    shared = _shared(scope, hints, taken)
    taken |= set(shared.values())
    numbered = _numbers_of_the_other(scope, hints)
    orphans: list[str] = []  # temporaries that are gone, and live on in the names of their adjoints
    anonymous: dict[str, str] = {}  # by variable: two of them may have one hint
    for name, hint in hints.items():
        if _ANONYMOUS.fullmatch(hint) and name not in shared:
            anonymous[name] = _next_number(numbered, taken)
            taken.add(anonymous[name])
            numbered.setdefault(hint, anonymous[name])
    for hint in hints.values():
        orphans += [part for part in _NUMBERED.findall(hint) if part not in {*numbered, *user, *orphans}]
    for part in orphans:
        numbered[part] = _next_number(numbered, taken)

    def renumbered(part: re.Match[str]) -> str:
        return part[0] if part[0] in user else numbered.get(part[0], part[0])

    for name, hint in hints.items():
        if name in shared:
            printed = shared[name]
        elif len(orphans) == 1 and hint == f"d_{orphans[0]}":
            printed = fresh("d", taken)
        elif name in anonymous:
            printed = anonymous[name]
        else:
            printed = fresh(_NUMBERED.sub(renumbered, hint), taken)
        taken.add(printed)
        for node in scope.nodes[name]:
            node.id = printed
    scope.numbered = numbered


def _shared(scope: Scope, hints: dict[str, str], taken: set[str]) -> dict[str, str]:
    """What the other half of the pair has named already, by variable."""
    if scope.other is None:
        return {}
    names = {name: scope.other.printed(name) for name in hints}
    return {name: printed for name, printed in names.items() if printed is not None and printed not in taken}


def _numbers_of_the_other(scope: Scope, hints: dict[str, str]) -> dict[str, str]:
    """The numbers that the other half of the pair has given, of the temporaries that this half speaks of as well."""
    if scope.other is None:
        return {}
    spoken = {part for hint in hints.values() for part in _NUMBERED.findall(hint)}
    return {part: printed for part, printed in scope.other.numbered.items() if part in spoken}


def _next_number(numbered: dict[str, str], taken: set[str]) -> str:
    count = len(numbered) + 1
    while f"t{count}" in taken or f"t{count}" in numbered.values():
        count += 1
    return f"t{count}"


def _hints(names: list[str]) -> dict[str, str]:
    """What temporaries would like to be called: without the numbers that told them apart while they were made."""
    plain = {name: as_identifier(_MADE.sub("", name[1:]), "t") for name in names}
    for name, hint in plain.items():
        if hint == "t" and name != "%t":
            plain[name] = as_identifier(name[1:], "t")
    known = set(plain.values())
    hints: dict[str, str] = {}
    for name, hint in plain.items():
        # `d_x_2` may be the adjoint of an element of `x`: it is a second `d_x` only where there is a first.
        while (m := _AGAIN.fullmatch(hint)) and (not hint.startswith("d_") or m[1] in known):
            hint = m[1]
        hints[name] = hint
    return hints
