"""Checks that nothing which is written to is found in two places of the arguments.

What a program writes into is copied first, each argument by itself: an array, list or object that is found in two
arguments would become two, and so would its shadow.

    def f(xs, ys):                    def f_grad(xs, ys):
        xs.append(ys[0])        ->        refuse_twice("xs | ys", (), xs, ys)
        return sum(ys)                    xs = copied(xs)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from srcad import runtime
from srcad.analysis.regions import Regions
from srcad.core import prims
from srcad.core.kinds import Array, Dict, Kind, List, OneOf, Record, Set, TupleOf, children, present
from srcad.core.nodes import Do, Expr, Lit, Op, Ref, Stmt, Var, expressions_of, operations_in, walk
from srcad.errors import Place
from srcad.transform.specialise.session import Session, Special


@dataclass(frozen=True)
class Apart:
    """The parameters whose memory must be apart: those that are written into, and those that may be the same memory."""

    arrays: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    containers: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    classes: tuple[type, ...] = ()
    inside: bool = True  # whether one array or container may not be in two places of one argument either

    def statements(self, place: Place | None) -> list[Stmt]:
        """The checks as statements of a generated function."""
        made: list[Stmt] = []
        how = () if self.inside else (("inside", Lit(False)),)
        if self.arrays[0]:
            made.append(Do(Op(runtime.refuse_overlap, _shown(self.arrays), how), place))
        if self.containers[0]:
            shown, *values = _shown(self.containers)
            classes = Op(prims.make_tuple, tuple(Ref(cls.__name__, cls) for cls in self.classes))
            made.append(Do(Op(runtime.refuse_twice, (shown, classes, *values), how), place))
        return made

    def check(self, values: Mapping[str, Any]) -> None:
        """Make the checks on arguments that are given by name."""
        if self.arrays[0]:
            runtime.refuse_overlap(_listed(self.arrays), *(values[p] for group in self.arrays for p in group))
        if self.containers[0]:
            given = (values[p] for group in self.containers for p in group)
            runtime.refuse_twice(_listed(self.containers), self.classes, *given)


def apart(kinds: Mapping[str, Kind], regions: Regions, session: Session, inside: bool = True) -> Apart:
    """What must be apart among parameters of these kinds.

    The tangent of what is in two places of one argument is one, its shadow in reverse mode is not: `inside`.
    """
    arrays = [p for p, kind in kinds.items() if any(isinstance(k, Array) for k in _within(kind))]
    written = [p for p in arrays if regions.is_array_written(p)]
    if len(arrays) == 1 and isinstance(kinds[arrays[0]], Array):
        written = []
    others = [p for p in arrays if p not in written]

    places = {p: set(_containers(kind, session)) for p, kind in kinds.items()}
    changed = [p for p, found in places.items() if found and regions.is_written(p)]
    classes = {cls for p in changed for cls in places[p]}
    alike = [p for p, kind in kinds.items() if p not in changed and classes & set(map(_class_of, _within(kind)))]
    if len(changed) + len(alike) == 1 and not (inside and _repeats(kinds[changed[0]], session)):
        changed = []
    inside = inside or not changed and all(isinstance(kinds[p], Array) for p in arrays)
    own = sorted(session.mutated - {dict}, key=lambda cls: (cls.__qualname__, cls.__module__))
    return Apart((tuple(written), tuple(others)), (tuple(changed), tuple(alike)), tuple(own), inside)


def written_inside(special: Special, regions: Regions) -> dict[str, Place]:
    """The parameters that reach a derivative which checks that they are apart: what it stands for writes into them."""
    found: dict[str, Place] = {}
    params = [p.name for p in special.program.params]
    for name, place in _checked(special, set()):
        region = regions.of(name)
        for param in params:
            if place is not None and (param == name or region is not None and regions.of(param) == region):
                found.setdefault(param, place)
    return found


def _checked(special: Special, seen: set[int]) -> Iterator[tuple[str, Place | None]]:
    """The variables of a program that are checked, there or in what it calls."""
    seen.add(id(special))
    for stmt in walk(special.body):
        for op in (op for expr in expressions_of(stmt) for op in operations_in(expr)):
            names: list[Expr] = []
            callee = op.args[0].value if op.fn is prims.call and isinstance(op.args[0], Ref) else None
            if op.fn is runtime.refuse_overlap:
                names = list(op.args[1:])
            elif isinstance(callee, Special) and id(callee) not in seen:
                inner = {name for name, _ in _checked(callee, seen)}
                given = zip(callee.program.params, op.args[1:], strict=False)
                names = [argument for param, argument in given if param.name in inner]
            yield from ((n.name, getattr(stmt, "place", None)) for n in names if isinstance(n, Var))


def _shown(groups: tuple[tuple[str, ...], ...]) -> tuple[Lit | Var, ...]:
    return (Lit(_listed(groups)), *(Var(p) for group in groups for p in group))


def _listed(groups: tuple[tuple[str, ...], ...]) -> str:
    """The names as the run-time checks take them: `a, b | c`."""
    return " | ".join(", ".join(group) for group in groups if group)


def _within(kind: Kind) -> Iterator[Kind]:
    """The kind, and those of all parts."""
    kind = present(kind)
    yield kind
    match kind:
        case List(item=item) | TupleOf(item=item) | Set(item=item) | Dict(value=item):
            yield from _within(item)
        case OneOf(options=options):
            for option in options:
                yield from _within(option)
        case _:
            for _, part in children(kind) or ():
                yield from _within(part)


def _containers(kind: Kind, session: Session) -> Iterator[Any]:
    """The classes of the containers and objects that may change in a value of this kind."""
    for part in _within(kind):
        if isinstance(part, Set) or session.by_address(part) and not isinstance(part, TupleOf):
            yield _class_of(part)


def _class_of(kind: Kind) -> Any:
    if isinstance(kind, (Dict, Record)):
        return dict
    return set if isinstance(kind, Set) else getattr(kind, "cls", None)


def _repeats(kind: Kind, session: Session) -> bool:
    """Whether a value of this kind may hold two containers, or one that holds others."""
    kind = present(kind)
    inner = [kind.item] if isinstance(kind, (List, TupleOf)) else [kind.value] if isinstance(kind, Dict) else []
    return any(any(True for _ in _containers(k, session)) for k in (*inner, *(k for _, k in children(kind) or ())))
