"""Activity: which variables carry a derivative.

A variable is *varied* if its value depends on a differentiated argument, *useful* if the result depends on it, and
*active* if both (Griewank & Walther 2008, section 6.2). Memory counts by region. A call that an active value reaches
and whose derivative is not known is refused here, with its place.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from srcad.analysis.hashed import keyed, reads_keys, refuse_hashed
from srcad.analysis.regions import WRITES_FIRST, Regions, Summarise, find_regions
from srcad.analysis.texts import refuse_numbers_of_texts
from srcad.core import prims
from srcad.core.attributes import reads_layout
from srcad.core.kinds import UNKNOWN, Dict, Kind, List, Maybe, TupleOf, children, holds_complex, holds_smooth, present
from srcad.core.libraries import remedy_for
from srcad.core.nodes import (
    Assign,
    Block,
    Do,
    Expr,
    FunctionHandle,
    If,
    Lit,
    Op,
    Ref,
    Return,
    Stmt,
    Store,
    Unpack,
    Var,
    While,
    expressions_of,
    names_in,
    walk,
)
from srcad.core.spoken import spoken
from srcad.errors import KindError, MissingRule, Place
from srcad.rules.changes import METHODS
from srcad.rules.known import is_sparse_kind
from srcad.rules.registry import rule_for, takes_complex

_OBSERVERS = {print, repr, str, format, hash, id, ascii, callable, hasattr, type, isinstance, input, open}
_WRITE_A_RULE = "use a function of math or numpy that has a rule, write it in Python, or give it a rule: @srcad.rule"
_REMEDIES = {
    **dict.fromkeys(("iter", "next"), "loop over the items with for, or read them by index: xs[0], xs[1]"),
    "vars": "read the attributes by name, or use dataclasses.asdict",
}


@dataclass(frozen=True)
class Activity:
    varied: frozenset[str]
    active: frozenset[str]
    regions: Regions
    result_varied: bool
    body: Block


def differentiable_reads(expr: Expr) -> Iterable[str]:
    """The variables of an expression through which a derivative passes."""
    match expr:
        case Var(name=name):
            yield name
        case Op(fn=fn, args=args):
            rule = rule_for(fn)
            if rule is not None and rule.style == "zero":
                return
            if fn in (len, isinstance, prims.make_string, prims.format_value) or expr.fn is prims.make_slice:
                return
            if reads_layout(expr) or fn is prims.get_attr and args[1] in (Lit("__class__"), Lit("__name__")):
                return
            if fn is prims.call and isinstance(args[0], Ref) and _observes(args[0].value):
                return
            yield from names_in(expr)
        case _:
            yield from names_in(expr)


def _observes(value: object) -> bool:
    try:
        return value in _OBSERVERS or (isinstance(value, type) and issubclass(value, BaseException))
    except TypeError:
        return False


def find_activity(
    body: Block,
    kinds: Mapping[str, Kind],
    varied_params: Iterable[str],
    holds_address: Callable[[Kind], bool],
    summarise: Summarise = lambda handle: None,
    seen: Iterable[str] = (),
    shared: Iterable[tuple[str, ...]] = (),
) -> Activity:
    """The activity of a specialised body whose varied parameters are given.

    `seen` are parameters whose memory the caller reads after the call: what is written there is of use.
    """
    regions = find_regions(body, kinds, holds_address, summarise, shared)
    varied = _varied(body, kinds, set(varied_params), regions)
    refuse_numbers_of_texts(body, kinds, varied, lambda handle: (made := summarise(handle)) is None or made.reads_texts)
    useful = _useful(body, kinds, regions, varied, [name for name in seen if regions.is_written(name)])
    active = frozenset(n for n in varied & useful if holds_smooth(kinds.get(n, UNKNOWN)))
    result = next((stmt.value for stmt in reversed(body) if isinstance(stmt, Return)), None)
    result_varied = isinstance(result, Var) and result.name in active
    return Activity(frozenset(varied), active, regions, result_varied, body)


def _used_as_value(body: Block) -> set[str]:
    """The variables that are read otherwise than as a test: of `xs and n > 0` alone a truth is of interest."""
    used: set[str] = set()
    for stmt in walk(body):
        for expr in expressions_of(stmt):
            tested = isinstance(stmt, (If, While)) and isinstance(expr, Var)
            negated = isinstance(expr, Op) and expr.fn is operator.not_
            if not tested and not negated:
                used.update(names_in(expr))
    return used


def _varied(body: Block, kinds: Mapping[str, Kind], varied: set[str], regions: Regions) -> set[str]:
    spread: set[str] = set()
    used = _used_as_value(body)

    def add(name: str, place: Place | None) -> bool:
        kind = kinds.get(name, UNKNOWN)
        if not holds_smooth(kind):
            if holds_unknown(kind) and name in used:
                raise KindError(
                    f"what {spoken(name, body)} holds is not known before the program runs, and a derivative passes "
                    "through it",
                    place,
                    "keep what is of one type in a container of its own, numbers apart from lists and arrays"
                    if isinstance(present(kind), (List, Dict))
                    else "give it values of one type on every path",
                )
            return False
        changed = name not in varied
        varied.add(name)
        region = regions.of(name)
        if region is not None and region not in spread:
            spread.add(region)
            for mate in regions.mates(name, kinds):
                if holds_smooth(kinds.get(mate, UNKNOWN)) and mate not in varied:
                    varied.add(mate)
                    changed = True
        return changed

    first = next((s.place for s in body if getattr(s, "place", None) is not None), None)
    for name in list(varied):
        add(name, first)
    while True:
        changed = False
        for stmt in walk(body):
            for name in keyed(stmt, kinds, varied, body):
                changed |= add(name, getattr(stmt, "place", None))
            match stmt:
                case Assign(target=target, value=value):
                    _check_constant(value, kinds.get(target, UNKNOWN), varied, kinds, stmt)
                    reads = [n for n in differentiable_reads(value) if n in varied]
                    if reads and is_sparse_kind(kinds.get(target, UNKNOWN)) and not _takes_part(value):
                        raise MissingRule(
                            f"{spoken(target, body)} is a sparse matrix, and its numbers carry a derivative",
                            stmt.place,
                            "keep the matrix constant and scale the product: a * (A @ x)",
                        )
                    if reads and not reads_keys(value, kinds):
                        refuse_hashed(stmt, kinds, reads, body)
                        _check_call(value, varied, body, stmt)
                        changed |= add(target, stmt.place)
                        for name in (*_given_memory(value, kinds, regions), *_appended_to(value)):
                            changed |= add(name, stmt.place)
                case Unpack(targets=targets, value=value):
                    if any(n in varied for n in differentiable_reads(value)):
                        for target in targets:
                            changed |= add(target, stmt.place)
                case Store(base=base, value=value):
                    if any(n in varied for n in names_in(value)):
                        for name in names_in(base):
                            changed |= add(name, stmt.place)
                case Do(value=value) if value.fn is prims.call_method or value.fn in WRITES_FIRST:
                    if any(n in varied for part in value.args[2:] for n in names_in(part)):
                        for name in names_in(value.args[0]):
                            changed |= add(name, stmt.place)
                case Do(value=value):
                    _check_call(value, varied, body, stmt)
                case _:
                    pass
        if not changed:
            return varied


def _check_constant(value: Expr, made: Kind, varied: set[str], kinds: Mapping[str, Kind], stmt: Assign) -> None:
    """Refuse a function that is constant in real numbers, and may not be in the complex ones that reach it."""
    if not isinstance(value, Op) or not holds_smooth(made):
        return
    rule = rule_for(value.fn)
    if rule is None or rule.style != "zero" or takes_complex(value.fn):
        return
    if any(n in varied and holds_complex(kinds.get(n, UNKNOWN)) for n in names_in(value)):
        name = value.name or getattr(value.fn, "__name__", "this function")
        raise MissingRule(
            f"{name} of complex values has no rule", stmt.place, "compute with their real and imaginary parts"
        )


def holds_unknown(kind: Kind) -> bool:
    """Whether a value or a part of it is of no known kind: a derivative that enters it would be lost."""
    match kind:
        case Maybe(kind=inner):
            return holds_unknown(inner)
        case List(item=item) | TupleOf(item=item):
            return holds_unknown(item)
        case Dict(value=value):
            return holds_unknown(value)
        case _:
            return kind is UNKNOWN or any(holds_unknown(k) for _, k in children(kind) or ())


def _appended_to(value: Expr) -> list[str]:
    """The container that a method call within an expression may put a value into."""
    if isinstance(value, Op) and value.fn is prims.call_method and len(value.args) > 2:
        return list(names_in(value.args[0]))
    return []


def _given_memory(value: Expr, kinds: Mapping[str, Kind], regions: Regions) -> list[str]:
    """The containers of numbers that a generated function is given, and may write to."""
    if not (isinstance(value, Op) and value.fn is prims.call and isinstance(value.args[0], Ref)):
        return []
    if not isinstance(value.args[0].value, FunctionHandle):
        return []
    return [
        a.name
        for a in value.args[1:]
        if isinstance(a, Var) and regions.is_written(a.name) and holds_smooth(kinds.get(a.name, UNKNOWN))
    ]


def _takes_part(value: Expr) -> bool:
    """Whether an expression is another name for something, or a part of it."""
    return not isinstance(value, Op) or value.fn in (operator.getitem, prims.get_attr)


def _check_call(value: Expr, varied: set[str], body: Block, stmt: Stmt) -> None:
    """Refuse an opaque call that a varied value reaches."""
    if not isinstance(value, Op) or value.fn not in (prims.call, prims.call_method):
        return
    reads = [n for n in differentiable_reads(value) if n in varied]
    if not reads:
        return
    place = getattr(stmt, "place", None)
    if value.fn is prims.call_method:
        method = value.args[1]
        name = f".{method.value}()" if isinstance(method, Lit) else "this method"
        if isinstance(method, Lit) and (method.value in METHODS or method.value == "extend"):
            return
        raise MissingRule(
            f"{name} of an object that srcad does not know is called with {spoken(reads[0], body)}, which carries a "
            "derivative",
            place,
            "write it in Python, or keep derivatives away from it",
        )
    callee = value.args[0]
    if isinstance(callee, Ref):
        if isinstance(callee.value, (FunctionHandle, type)):
            return
        raise MissingRule(
            f"{_shown(callee)} has no derivative, and {spoken(reads[0], body)} reaches it",
            place,
            remedy_for(callee.value) or _REMEDIES.get(callee.name, _WRITE_A_RULE),
        )
    raise MissingRule("a function that is not known before the program runs is called", place, "call it by its name")


def _shown(callee: Ref) -> str:
    """The name of a function; of a class, where it is its `__init__` that is called."""
    return str(callee.value.__qualname__).rpartition(".")[0] if callee.name == "__init__" else callee.name


def _useful(
    body: Block, kinds: Mapping[str, Kind], regions: Regions, varied: set[str], seen: Iterable[str]
) -> set[str]:
    useful: set[str] = set()
    regional: set[str] = set()

    def add(name: str) -> bool:
        if name in useful:
            return False
        useful.add(name)
        region = regions.of(name)
        if region is not None and region not in regional:
            regional.add(region)
            useful.update(regions.mates(name, kinds))
        return True

    for name in seen:
        add(name)
    statements = list(walk(body))[::-1]
    while True:
        changed = False
        for stmt in statements:
            match stmt:
                case Return(value=value):
                    for name in names_in(value):
                        changed |= add(name)
                case Assign(value=value) | Do(value=value) if _writes(stmt, varied, regions):
                    for name in names_in(value):
                        changed |= add(name)
                case Assign(value=value) if any(n in useful for n in _appended_to(value)):
                    for name in names_in(value):
                        changed |= add(name)
                case Assign(target=target, value=value) if target in useful:
                    for name in differentiable_reads(value):
                        changed |= add(name)
                case Unpack(targets=targets, value=value) if any(t in useful for t in targets):
                    for name in differentiable_reads(value):
                        changed |= add(name)
                case Store(base=base, value=value) if any(n in useful for n in names_in(base)):
                    for name in names_in(value):
                        changed |= add(name)
                case Do(value=value) if value.fn is prims.call_method or value.fn in WRITES_FIRST:
                    if any(n in useful for n in names_in(value.args[0])):
                        for name in names_in(value):
                            changed |= add(name)
                case If():
                    pass
                case _:
                    pass
        if not changed:
            return useful


def _writes(stmt: Assign | Do, varied: set[str], regions: Regions) -> bool:
    """A call of a generated function that may write into what it is given."""
    value = stmt.value
    if not (isinstance(value, Op) and value.fn is prims.call and isinstance(value.args[0], Ref)):
        return False
    if not isinstance(value.args[0].value, FunctionHandle):
        return False
    return any(isinstance(a, Var) and a.name in varied and regions.is_written(a.name) for a in value.args[1:])
