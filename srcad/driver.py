"""The way through the house: from a Python function and the kinds of its arguments to a loaded derivative.

Lower, specialise, differentiate, simplify, print, load. What is above it holds callables, what is below it programs.
"""

from __future__ import annotations

import math
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

import numpy as np

from srcad.analysis.effects import Body, check_effects
from srcad.analysis.leaves import Leaf
from srcad.analysis.powers import complex_powers
from srcad.analysis.regions import find_regions
from srcad.callables import find_target
from srcad.core.kind_of import kind_of
from srcad.core.kinds import (
    BOOL,
    FLOAT,
    INT,
    Array,
    Dict,
    Function,
    Kind,
    List,
    Object,
    Record,
    Tuple,
    holds_complex,
    holds_smooth,
    show,
)
from srcad.core.nodes import (
    FunctionHandle,
    Program,
    Ref,
    expressions_of,
    operands,
    walk,
)
from srcad.derivative import Specialised
from srcad.errors import Place, SrcadError, UnsupportedSyntax
from srcad.transform.alike import once, renamed
from srcad.transform.apart import Apart
from srcad.transform.forward.tangents import ForwardDifferentiator
from srcad.transform.restored import named_as_recorded
from srcad.transform.reverse.gradient import Differentiator, Pair, handles_in
from srcad.transform.specialise.functions import PRELUDE
from srcad.transform.specialise.session import Restart, Session, Special
from srcad.transform.walks import settle_walks
from srcad.validity import Frozen, Outside, outside_of

_LOWERED: dict[Any, Program] = {}


def lowered(function: types.FunctionType) -> Program:
    """The core program of a function. Kept for functions of the prelude, which do not change."""
    from srcad.frontend.lower import lower

    if function.__module__ in PRELUDE:
        made = _LOWERED.get(function)
        if made is None:
            made = lower(function)
            _LOWERED[function] = made
        return made
    return lower(function)


def prelude_function(name: str) -> Any:
    return next(getattr(module, name) for module in map(import_module, PRELUDE) if hasattr(module, name))


def specialise(
    function: types.FunctionType | Program, key: tuple[Kind, ...], session: Session | None = None
) -> tuple[Session, Special]:
    """The program of a function at these argument kinds."""
    import srcad.rules  # noqa: F401 - registers the rules

    session = session or Session(lowered, prelude_function, _differentiated)
    while True:
        try:
            program = function if isinstance(function, Program) else session.lower(function)
            session.entry = key
            special = session.special(program, key)
            session.solve(special)
            session.represent()
            check_effects([Body(s, [p.name for p in s.program.params], s.body, s.kinds) for s in session.specials()])
            settle_walks(session.specials(), session.holds_address, Differentiator(session, _simplify, _tidy).summary)
            return session, special
        except Restart:
            continue


def _simplify(program: Program, kinds: dict[str, Kind], adjoints: frozenset[str]) -> Program:
    from srcad.transform.marks import without_marks
    from srcad.transform.simplify import Facts, simplified
    from srcad.transform.simplify.counters import share_counters

    program, facts = simplified(without_marks(program, kinds), Facts(kinds, adjoints))
    kinds.update({name: kind for name, kind in facts.kinds.items() if name not in kinds})
    return share_counters(program)


def _tidy(program: Program, kinds: dict[str, Kind]) -> Program:
    """What is worth doing before the reverse sweep is made: a value computed twice has one adjoint, not two."""
    from srcad.transform.inplace import settle_in_place
    from srcad.transform.rebind import rebind
    from srcad.transform.simplify import Facts
    from srcad.transform.simplify.common import common
    from srcad.transform.simplify.dead import remove_dead
    from srcad.transform.simplify.direct import direct
    from srcad.transform.simplify.propagate import propagate

    program = rebind(settle_in_place(program, kinds), kinds)
    facts = Facts(kinds, frozenset())
    program = propagate(program, facts)
    program = common(program, facts, elements=True)
    for one in (propagate, remove_dead, direct):
        program = one(program, facts)
    return settle_in_place(program, kinds)


def _differentiated(what: str, function: Any, key: tuple[Kind, ...], wrt: tuple[int, ...] = (), *options: Any) -> Any:
    """The derivative of a function or program that is used inside of one that is differentiated."""
    if what == "gradient":
        single, value, aux, holomorphic = options
        program = replace(function, captures=0)
        return make_gradient(program, key, wrt, single=single, value=value, aux=aux, holomorphic=holomorphic)
    if what == "kind":
        return _kind_by_source(function, key)
    if isinstance(function, Program):
        return make_tangent(replace(function, captures=0), key, wrt)
    return make_tangent(find_target(function).function_for(key)[0], key, wrt)


_FINDING: set[tuple[Any, tuple[Kind, ...]]] = set()  # what is being read for its kind: it may call itself


def _kind_by_source(function: types.FunctionType, key: tuple[Kind, ...]) -> Kind | None:
    if (function, key) in _FINDING:
        return None
    _FINDING.add((function, key))
    try:
        return specialise(function, key)[1].result_kind
    except SrcadError:
        return None
    finally:
        _FINDING.discard((function, key))


def make_gradient(
    function: types.FunctionType | Program,
    key: tuple[Kind, ...],
    wrt: tuple[int, ...],
    *,
    single: bool,
    value: bool,
    aux: bool,
    holomorphic: bool = False,
    assumed: bool = False,
    backend: str = "python",
    cache: bool = False,
) -> Specialised:
    """Generate and load the gradient of `function` for arguments of these kinds."""
    session, special = specialise(function, key)
    maker = Differentiator(session, _simplify, _tidy, holomorphic=holomorphic, whole=backend == "numba")
    name = f"{_identifier(special.program.name)}_{'value_and_grad' if value else 'grad'}"
    doc = _docstring(special, key, wrt, "value and gradient" if value else "gradient", assumed)
    handle = maker.gradient(special, wrt, name=name, single=single, value=value, aux=aux, doc=doc)
    emitted, functions = _load_compiled(maker, handle, cache) if backend == "numba" else _load(maker, handle)
    entry = functions[emitted.names[handle]]
    writes = maker.where_written(special)
    outside = _outside(session, special)
    if backend == "numba":
        arrays = [value for value in emitted.namespace.values() if isinstance(value, np.ndarray)]
        outside = outside.and_also(Outside(mutable=tuple(map(Frozen, arrays))))
    plain = set(key) <= {FLOAT, INT, BOOL} and all(value is math for value in emitted.namespace.values())
    return Specialised(entry, emitted.source, emitted, outside, _powers(special), writes, plain)


@dataclass(frozen=True)
class LoadedPair:
    """A forward and a reverse function, loaded, with the leaves that say how to call them."""

    forward: Callable[..., Any]
    reverse: Callable[..., Any]
    pair: Pair
    special: Special
    session: Session
    outside: Outside
    powers: tuple[Place, ...]
    writes: Mapping[str, Place]  # for each array parameter that the function writes into, where it does
    apart: Apart  # what must be apart in memory among the arguments
    fixed: frozenset[int]  # the positions of parameters without cotangents
    writes_arrays: bool  # whether the halves write into arrays that they were given or that were saved


def make_pair(function: types.FunctionType, key: tuple[Kind, ...], fixed: frozenset[int] = frozenset()) -> LoadedPair:
    """Generate and load the forward and reverse halves of `function` with respect to all that can be differentiated.

    The parameters at the positions `fixed` are left out.
    """
    session, special = specialise(function, key)
    maker = Differentiator(session, _simplify, _tidy)
    mask = tuple(holds_smooth(k) and i not in fixed for i, k in enumerate(special.out_kinds))
    pair = maker.pair(special, mask)
    emitted, functions = _load(maker, pair.reverse, pair.forward)
    return LoadedPair(
        functions[emitted.names[pair.forward]],
        functions[emitted.names[pair.reverse]],
        pair,
        special,
        session,
        _outside(session, special),
        _powers(special),
        maker.where_written(special),
        maker.apart(special),
        fixed,
        _writes_arrays(maker, special),
    )


def _powers(special: Special) -> tuple[Place, ...]:
    """The powers that may turn out complex, in a program and in what it calls.

    What tells that one has is a complex result; where there are complex values anyhow nothing does.
    """
    reached = _reached(special)
    found = tuple(dict.fromkeys(place for one in reached for place in complex_powers(one.body, one.kinds)))
    if found and any(holds_complex(kind) for one in reached for kind in one.kinds.values()):
        raise UnsupportedSyntax(
            "this power of a negative number is complex, in a program that computes with complex numbers elsewhere",
            found[0],
            "use np.power, which gives nan there, or make the exponent an int, or the base complex",
        )
    return found


@dataclass(frozen=True)
class LoadedTangent:
    """A tangent function, loaded: it takes the arguments, then the tangents of these leaves of them."""

    function: Callable[..., Any]
    source: str
    arguments: tuple[tuple[int, Leaf], ...]
    written: frozenset[int]  # the arguments whose memory the program writes to
    writes: Mapping[str, Place]  # for each array parameter that the program writes into, where it does
    special: Special
    outside: Outside


def make_tangent(function: types.FunctionType | Program, key: tuple[Kind, ...], wrt: tuple[int, ...]) -> LoadedTangent:
    """Generate and load the tangent function of `function` along the parameters at positions `wrt`."""
    session, special = specialise(function, key)
    maker = ForwardDifferentiator(session, _simplify, _tidy)
    doc = _docstring(special, key, wrt, "value and tangent", False)
    made = maker.entry(special, wrt, name=f"{_identifier(special.program.name)}_jvp", doc=doc)
    emitted, functions = _load(maker, made.handle)
    entry = functions[emitted.names[made.handle]]
    writes = Differentiator(session, _simplify, _tidy).where_written(special)
    outside = _outside(session, special)
    return LoadedTangent(entry, emitted.source, made.argument_leaves, made.written, writes, special, outside)


def _writes_arrays(maker: Differentiator, special: Special) -> bool:
    """Whether a program or what it calls writes into arrays: the reverse half then writes into them too."""
    for one in _reached(special):
        regions = find_regions(one.body, one.kinds, maker.session.holds_address, maker.summary)
        if any(isinstance(kind, Array) and regions.is_written(name) for name, kind in one.kinds.items()):
            return True
    return False


def _reached(special: Special) -> list[Special]:
    """A program and all that it calls."""
    found = [special]
    for one in found:
        found += [callee for callee in one.callees if callee not in found]
    return found


def _load(maker: Differentiator | ForwardDifferentiator, *entries: FunctionHandle) -> tuple[Any, dict[str, Any]]:
    from srcad.backend.emit import Unit, emit
    from srcad.backend.load import load

    called = _called(maker.units, entries)
    forward = {id(u.handle): u.program for u in called}
    named = [(u, named_as_recorded(u.program, forward.get(id(u.half_of)))) for u in called]
    same = once([(u.handle, program) for u, program in named], entries)
    programs = [(u, replace(p, body=renamed(p.body, same))) for u, p in named if id(u.handle) not in same]
    emitted_halves = {id(u.handle) for u, _ in programs}
    units = [Unit(u.handle, p, u.half_of if id(u.half_of) in emitted_halves else None) for u, p in programs]
    emitted = emit(units, entries[0])
    return emitted, load(emitted)


def _load_compiled(maker: Differentiator, entry: FunctionHandle, cache: bool) -> tuple[Any, dict[str, Any]]:
    from srcad.backend.compiled.compile import load_compiled
    from srcad.backend.compiled.forms import compiled_forms
    from srcad.backend.emit import Unit, emit

    forms = compiled_forms(_called(maker.units, (entry,)))
    emitted = emit([Unit(form.handle, form.program) for form in forms], entry)
    in_range = frozenset(emitted.names[form.handle] for form in forms if form.in_range)
    return emitted, load_compiled(emitted, in_range, cache)


def _called(units: Sequence[Any], entries: tuple[FunctionHandle, ...]) -> list[Any]:
    """The units that the entries call, and those which they call in turn."""
    by_handle = {id(unit.handle): unit for unit in units}
    needed: set[int] = set()
    todo: list[Any] = list(entries)
    while todo:
        handle = todo.pop()
        if id(handle) not in needed and id(handle) in by_handle:
            needed.add(id(handle))
            todo += handles_in(by_handle[id(handle)].program.body)
    return [unit for unit in units if id(unit.handle) in needed]


def standalone_text(emitted: Any, doc: str) -> str:
    from srcad.backend.standalone import standalone

    return standalone(emitted, doc)


def _docstring(special: Special, key: tuple[Kind, ...], wrt: tuple[int, ...], what: str, assumed: bool) -> str:
    params = special.program.params
    names = ", ".join(params[i].name for i in wrt)
    kinds = ", ".join(f"{p.name}: {show(k)}" for p, k in zip(params, key, strict=True))
    basis = " (assumed, since it was not called yet)" if assumed else ""
    return f"The {what} of {special.program.name} with respect to {names}, for {kinds}{basis}."


def _identifier(name: str) -> str:
    return name if name.isidentifier() else "f"


def _outside(session: Session, special: Special) -> Outside:
    """What the programs read that is not an argument."""
    made = outside_of(session.guards, _methods(special), _mutable_globals(session))
    for other in session.outsides:
        made = made.and_also(other)
    return made


def _methods(special: Special) -> list[tuple[Mapping[str, Any], str]]:
    """The methods and properties that a program and what it calls use, each as an entry of its class."""
    reached = _reached(special)
    sources = {one.program.source for one in reached}
    found: dict[tuple[int, str], tuple[Mapping[str, Any], str]] = {}
    for cls in {kind.cls for one in reached for kind in one.arg_kinds if isinstance(kind, Object)}:
        for owner in cls.__mro__:
            for name, entry in vars(owner).items():
                function = getattr(entry, "fget", None) or getattr(entry, "__func__", entry)
                if isinstance(function, types.FunctionType) and function in sources:
                    found[id(owner), name] = (vars(owner), name)
    return list(found.values())


def _mutable_globals(session: Session) -> list[Any]:
    """The mutable globals that the programs read: the kinds of what they hold are part of what was generated."""
    found: dict[int, Any] = {}

    def visit(expr: Any) -> None:
        if isinstance(expr, Ref) and _is_mutable(expr.value):
            found[id(expr.value)] = expr.value
        for part in operands(expr):
            visit(part)

    for program in session.programs():
        for stmt in walk(program.body):
            for expr in expressions_of(stmt):
                visit(expr)
    return list(found.values())


def _is_mutable(value: Any) -> bool:
    return not isinstance(value, FunctionHandle) and isinstance(
        kind_of(value), (Dict, Function, List, Object, Record, Tuple)
    )
