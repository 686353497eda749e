"""Assemble generated functions: a gradient, or the pair of forward and reverse halves of a function.

A gradient runs both sweeps in one function. A pair is the same two sweeps cut apart: the forward half returns the
result and what it saved, the reverse half takes that and the cotangents of the result. Recursion works because a pair
is named before it is written.
"""

from __future__ import annotations

import copy
import operator
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import Any

import numpy as np

from srcad import runtime
from srcad.analysis.activity import Activity, find_activity
from srcad.analysis.dependence import Lasting
from srcad.analysis.leaves import Leaf, leaves, reach
from srcad.analysis.liveness import live_before
from srcad.analysis.mixtures import check_mixtures, mixtures
from srcad.analysis.regions import Regions, Summary, find_regions, summarised
from srcad.analysis.sharing import check_sharing, where_written
from srcad.analysis.sizes import find_sizes
from srcad.analysis.summing import Parts, summing_parts
from srcad.analysis.texts import reads_numbers_of_strings
from srcad.core import prims
from srcad.core.kinds import (
    BOOL,
    COMPLEX,
    FLOAT,
    NUMBER,
    UNKNOWN,
    Array,
    Kind,
    List,
    Maybe,
    Tuple,
    TupleOf,
    holds_complex,
    is_complex,
    is_integral,
    is_smooth,
    present,
    show,
    widen,
)
from srcad.core.nodes import (
    NONE,
    Assign,
    Block,
    Do,
    Expr,
    FunctionHandle,
    If,
    Lit,
    Op,
    Param,
    Program,
    Raise,
    Ref,
    Return,
    Stmt,
    Unpack,
    Var,
    With,
    assigned_in,
    expressions_of,
    map_operands,
    names_in,
    operands,
    read_in,
    targets_of,
    walk,
)
from srcad.core.rewriting import change_expressions
from srcad.errors import NonScalarOutput, Place, UnsupportedSyntax
from srcad.transform.apart import Apart, apart, written_inside
from srcad.transform.inline import Found, Inliner
from srcad.transform.marks import halfway, is_halfway
from srcad.transform.reverse.accumulate import Accumulator, Held
from srcad.transform.reverse.bound import Bound
from srcad.transform.reverse.build import Builder
from srcad.transform.reverse.forms import Form, entering, is_narrow, may_grow, settled
from srcad.transform.reverse.mirror import Loop
from srcad.transform.reverse.names import Names, names_of
from srcad.transform.reverse.record import Recorder
from srcad.transform.reverse.remember import remembered
from srcad.transform.reverse.shapes import ask_representatives, changed, representatives
from srcad.transform.reverse.sweeps import Sweeps
from srcad.transform.reverse.unsummed import unsummed
from srcad.transform.specialise.session import Session, Special


@dataclass
class Pair:
    """The two halves of a function at given kinds and active arguments."""

    forward: FunctionHandle
    reverse: FunctionHandle
    result_leaves: tuple[Leaf, ...]
    argument_leaves: tuple[tuple[int, Leaf], ...]
    saves: bool = True
    idle: bool = False  # neither half does anything that the function itself does not do


@dataclass
class Both:
    """Both sweeps of a function, before they are put into functions."""

    params: tuple[Param, ...]
    forward: Block
    reverse: Block
    result: Expr
    kinds: dict[str, Kind]
    adjoints: frozenset[str]
    names: Names
    cotangents: tuple[str, ...]
    regions: Regions
    given: dict[str, str] = field(default_factory=dict)  # the argument as it was given, where it is copied


@dataclass(frozen=True)
class Unit:
    """A generated function: what the simplifier and the printer are given."""

    handle: FunctionHandle
    program: Program
    kinds: dict[str, Kind]
    adjoints: frozenset[str]
    half_of: FunctionHandle | None = None  # the forward half, of a reverse half


Groups = tuple[tuple[int, ...], ...]
Simplify = Callable[[Program, dict[str, Kind], frozenset[str]], Program]


class Differentiator:
    """Makes the functions of one derivative."""

    def __init__(
        self,
        session: Session,
        simplify: Simplify,
        tidy: Callable[[Program, dict[str, Kind]], Program],
        *,
        holomorphic: bool = False,
        whole: bool = False,
    ) -> None:
        """With `holomorphic`, the result is complex, and so is its derivative.

        With `whole`, all that is called is generated too, and small functions are written out in place of calls.
        """
        self.holomorphic = holomorphic
        self.session = session
        self.whole = whole
        self.simplify = simplify
        self.tidy = tidy
        self.units: list[Unit] = []
        self._forgotten: set[FunctionHandle] = set()  # forward halves whose result the reverse half does not read again
        self._pairs: dict[tuple[int, tuple[bool, ...], tuple[bool, ...], Groups, bool], Pair] = {}
        self._summaries: dict[int, Summary] = {}
        self._open_summaries: set[int] = set()
        self._primals: dict[int, FunctionHandle] = {}

    # ------------------------------------------------------------ pairs

    def summary(self, handle: FunctionHandle) -> Summary | None:
        """What a function does with the memory it is given; over recursion, to a fixed point."""
        if not isinstance(handle, Special):
            return None
        key = id(handle)
        if key in self._open_summaries:
            return self._summaries[key]
        if key not in self._summaries:
            self._summaries[key] = Summary()
            self._open_summaries.add(key)
            params = [p.name for p in handle.program.params]
            while True:
                regions = find_regions(handle.body, handle.kinds, self.session.holds_address, self.summary)
                reads_texts = reads_numbers_of_strings(
                    handle.body, handle.kinds, lambda one: (known := self.summary(one)) is None or known.reads_texts
                )
                made = replace(summarised(handle.body, params, regions), reads_texts=reads_texts)
                if made == self._summaries[key]:
                    break
                self._summaries[key] = made
            self._open_summaries.discard(key)
        return self._summaries[key]

    def addresses(self, regions: Regions, name: str) -> Callable[[Kind], bool]:
        """What lives at an address in the memory that a variable leads to."""
        if not regions.is_array_written(name):
            return self.session.by_address
        return lambda kind: self.session.by_address(kind) or isinstance(present(kind), Array) and is_smooth(kind)

    def apart(self, special: Special, regions: Regions | None = None) -> Apart:
        """What must be apart in memory among the arguments of a function."""
        found = regions or find_regions(special.body, special.kinds, self.session.holds_address, self.summary)
        params = (p.name for p in special.program.params)
        return apart(dict(zip(params, special.out_kinds, strict=True)), found, self.session)

    def where_written(self, special: Special) -> dict[str, Place]:
        """For each parameter with arrays that a function writes into, the first place where it does."""
        regions = find_regions(special.body, special.kinds, self.session.holds_address, self.summary)
        params = [p.name for p in special.program.params]
        inside = written_inside(special, regions)
        return {**inside, **where_written(special.body, params, regions, self.summary)}

    def pair(
        self,
        special: Special,
        mask: tuple[bool, ...],
        forced: tuple[bool, ...] = (),
        groups: Groups = (),
        is_written: bool = False,
    ) -> Pair:
        """The pair of a callee whose arguments in `mask` are active.

        Arrays in `forced` have the caller's shadows; arguments in one of the `groups` may share memory. Where the
        result `is_written` by the caller, its arrays come with their shadows.
        """
        forced = forced or tuple(False for _ in mask)
        key = (id(special), mask, forced, groups, is_written)
        made = self._pairs.get(key)
        if made is not None:
            return made
        params = [p.name for p in special.program.params]
        shared = named_groups(params, groups)
        regions = find_regions(special.body, special.kinds, self.session.holds_address, self.summary, shared)
        regions.write([p for p, f in zip(params, forced, strict=True) if f])
        arguments: list[tuple[int, Leaf]] = []
        for i, (kind, active) in enumerate(zip(special.out_kinds, mask, strict=True)):
            if active:
                arguments += [(i, leaf) for leaf in leaves(kind, self.addresses(regions, params[i]))]
        result = _returned(special.body)
        if is_written:
            regions.write(list(names_in(result)))
        held = {r for r in map(regions.of, names_in(result)) if r is not None}
        shares = is_written or any(regions.of(p) in held for p in params)
        whole = self.addresses(regions, result.name) if shares and isinstance(result, Var) else self.session.by_address
        pair = Pair(
            FunctionHandle(f"{special.name}_fwd"),
            FunctionHandle(f"{special.name}_rev"),
            leaves(special.result_kind, whole),
            tuple(arguments),
        )
        self._pairs[key] = pair
        names = frozenset(p for p, f in zip(params, forced, strict=True) if f)
        self._write_pair(special, mask, names, shared, is_written, pair)
        return pair

    def _write_pair(
        self,
        special: Special,
        mask: tuple[bool, ...],
        forced: frozenset[str],
        shared: tuple[tuple[str, ...], ...],
        is_written: bool,
        pair: Pair,
    ) -> None:
        both = self.sweeps(special, mask, None, forced, pair.result_leaves, shared, is_written)
        names = both.names
        given = [Param(c) for c in both.cotangents]
        shadow_params = []
        outgoing: list[Expr] = []
        params = special.program.params
        for i, leaf in pair.argument_leaves:
            name = names.adjoint(params[i].name, leaf)
            if leaf.shadow:
                shadow_params.append(Param(name))
            else:
                turned = is_complex(both.kinds.get(name, UNKNOWN)) and not is_complex(leaf.kind)
                part = Op(np.real, (Var(name),), form="attr:real") if turned else Var(name)
                outgoing.append(part)
        result_shadows: list[Expr] = []
        for leaf in pair.result_leaves:
            if leaf.shadow:
                result_shadows.append(self._result_shadow(both, special, leaf, {p.name for p in shadow_params}))
        # what is returned is what it is here, whatever the way back does to the variables
        ending: list[Stmt] = [Assign(kept := names.fresh("%result"), both.result)]
        both.kinds[kept] = special.result_kind
        for i, shadow in enumerate(result_shadows):
            mine = names.fresh("%d_result")
            ending.append(Assign(mine, shadow))
            both.kinds[mine] = both.kinds.get(shadow.name, UNKNOWN) if isinstance(shadow, Var) else UNKNOWN
            result_shadows[i] = Var(mine)
        whole = Program(
            special.name,
            (*both.params, *shadow_params, *given),
            (
                *both.forward,
                *ending,
                Do(Op(halfway)),
                *both.reverse,
                Return(Op(prims.make_tuple, (Var(kept), *result_shadows, *outgoing))),
            ),
            place=special.program.place,
        )
        whole = self.simplify(whole, both.kinds, both.adjoints)
        cut = next(i for i, s in enumerate(whole.body) if is_halfway(s))
        forward, reverse = whole.body[:cut], whole.body[cut + 1 : -1]
        returned = whole.result
        assert isinstance(returned, Op)
        first = returned.args[: 1 + len(result_shadows)]
        last = returned.args[1 + len(result_shadows) :]
        crossing = self._crossing(reverse, last, forward, (*both.params, *shadow_params), {p.name for p in given})
        recursive = any(pair.forward is h for h in handles_in(forward)) or any(
            pair.reverse is h for h in handles_in(reverse)
        )
        pair.saves = bool(crossing) or recursive
        if not recursive and isinstance(both.result, Var) and kept not in crossing:
            region = both.regions.of(both.result.name)
            if not any(both.regions.of(n) == region for n in crossing if n not in both.adjoints):
                self._forgotten.add(pair.forward)
        shadowed = {p.name for p in shadow_params}
        touched = any(n in shadowed for s in walk(forward) for e in expressions_of(s) for n in names_in(e))
        pair.idle = not (reverse or last or recursive or pair.result_leaves or touched)
        text = special.program.name
        out: tuple[Expr, ...] = first
        if pair.saves:
            saved: Expr = Var(crossing[0]) if len(crossing) == 1 else Op(prims.make_tuple, tuple(map(Var, crossing)))
            out = (*first, saved)
        unbound = [Assign(n, NONE) for n in crossing if n not in _surely(forward, (*both.params, *shadow_params))]
        result = out[0] if len(out) == 1 else Op(prims.make_tuple, out)
        fwd_body = (*unbound, *forward, Return(result))
        shown = f"The forward sweep of {text}: its result" + (
            ", and what the reverse sweep needs." if pair.saves else "."
        )
        self._add(pair.forward, Program(pair.forward.name, (*both.params, *shadow_params), fwd_body, shown,
                                        special.program.place), both)  # fmt: skip
        rev_params: list[Param] = []
        head: list[Stmt] = []
        if pair.saves:
            if len(crossing) == 1:
                rev_params.append(Param(crossing[0]))
            else:
                saved_name = names.fresh("saved")
                rev_params.append(Param(saved_name))
                if crossing:
                    head.append(Unpack(tuple(crossing), Var(saved_name)))
        answer: Expr = last[0] if len(last) == 1 else Op(prims.make_tuple, last)
        shown = f"The reverse sweep of {text}: from the cotangent of its result to those of its arguments."
        body = (*head, *reverse, Return(answer if last else NONE))
        self._add(pair.reverse, Program(pair.reverse.name, (*rev_params, *given), body, shown,
                                        special.program.place), both, pair.forward)  # fmt: skip

    def _result_shadow(self, both: Both, special: Special, leaf: Leaf, given: set[str]) -> Expr:
        """The shadow of a part of the result; a new one where no derivative enters what is returned."""
        if not isinstance(both.result, Var):
            return Op(runtime.shadow_of, (both.result,))
        name = both.names.adjoint(both.result.name, leaf)
        if name in given or name in assigned_in(both.forward):
            return Var(name)
        return Op(runtime.shadow_of, (reach(both.result, leaf.path, special.kinds[both.result.name]),))

    def _crossing(
        self, reverse: Block, last: tuple[Expr, ...], forward: Block, params: tuple[Param, ...], given: set[str]
    ) -> list[str]:
        """The variables of the forward sweep that the reverse sweep reads."""
        live = live_before((*reverse, Return(Op(prims.make_tuple, last)))) - given
        made = assigned_in(forward) | {p.name for p in params}
        live |= {s.target for s in walk(reverse) if isinstance(s, Assign) and s.accumulate} - _first_bound(reverse)
        order = [p.name for p in params] + [t for s in walk(forward) for t in targets_of(s)]
        return [n for n in dict.fromkeys(order) if n in live and n in made]

    # ------------------------------------------------------------ gradients

    def gradient(
        self, special: Special, wrt: tuple[int, ...], *, name: str, single: bool, value: bool, aux: bool, doc: str
    ) -> FunctionHandle:
        """`name(*args)`: the gradient with respect to the parameters at positions `wrt`."""
        handle = FunctionHandle(name)
        mask = tuple(i in wrt for i in range(len(special.program.params)))
        both = self.sweeps(special, mask, aux)
        params = special.program.params
        kinds = tuple(map(entering, special.arg_kinds, special.out_kinds))
        gradients = tuple(self.gradient_of(both, params[i].name, kinds[i]) for i in wrt)
        answer: Expr = gradients[0] if single else Op(prims.make_tuple, gradients)
        forward: Block = both.forward
        if value or aux:
            result = both.result
            if isinstance(result, Var) and result.name in assigned_in(both.reverse):
                kept = both.names.fresh("%value")
                both.kinds[kept] = special.result_kind
                forward = (*forward, Assign(kept, result))
                result = Var(kept)
            if aux and not value:
                answer = Op(prims.make_tuple, (answer, Op(operator.getitem, (result, Lit(1)))))
            else:
                answer = Op(prims.make_tuple, (result, answer))
        body = (*forward, *both.reverse, Return(answer))
        program = Program(name, params, body, doc, special.program.place, source=special.program.source)
        program = self.simplify(program, both.kinds, both.adjoints)
        slot = 1 if value else 0 if aux else None
        self._add(handle, settled(program, both.kinds, slot), both)
        return handle

    def gradient_of(self, both: Both, name: str, kind: Kind) -> Expr:
        """The gradient with respect to a parameter, in the form of the parameter."""

        def adjoint(leaf: Leaf) -> str:
            return both.names.adjoint(name, leaf)

        def turns(made: Expr) -> bool:
            return isinstance(made, Var) and is_complex(both.kinds.get(made.name, UNKNOWN))

        narrow = any(map(is_narrow, both.kinds.values()))
        return Form(name, kind, adjoint, self.session.by_address, both.given.get(name, name), narrow, turns).whole()

    def written_out(self, special: Special) -> Special:
        """A function with the small ones that it calls written out."""

        def body_of(handle: FunctionHandle) -> Found | None:
            if not isinstance(handle, Special) or handle is special:
                return None
            body = self.tidy(replace(handle.program, body=handle.body), handle.kinds).body
            return handle.program, body, handle.kinds

        inliner = Inliner(body_of)
        body = inliner.block(special.body, (special,))
        if not inliner.kinds:
            return special
        made = copy.copy(special)
        made.body, made.kinds = body, {**special.kinds, **inliner.kinds}
        return made

    # ------------------------------------------------------------ the two sweeps

    def sweeps(
        self,
        special: Special,
        mask: tuple[bool, ...],
        aux: bool | None,
        forced: frozenset[str] = frozenset(),
        result_leaves: tuple[Leaf, ...] = (),
        shared: tuple[tuple[str, ...], ...] = (),
        is_written: bool = False,
    ) -> Both:
        """Both sweeps. With `aux` None the cotangents of the result are parameters; else the seed is one."""
        if self.whole:
            special = self.written_out(special)
        program = special.program
        body = self.tidy(replace(program, body=special.body), special.kinds).body
        by_address = self.session.by_address
        params = [p.name for p in program.params]
        varied = [p for p, m in zip(params, mask, strict=True) if m]
        kinds = dict(special.kinds)
        activity = find_activity(body, special.kinds, varied, self.session.holds_address, self.summary,
                                 params if aux is None else (), shared)  # fmt: skip
        check_sharing(body, activity.regions, self.summary)
        parts = None
        if aux is not None:
            parts = summing_parts(body, params, special.kinds, activity.active, activity.regions, _body_of)
        if parts is not None:
            body = (*parts.first, *parts.loops, *parts.last, body[-1])
            activity = find_activity(body, special.kinds, varied, self.session.holds_address, self.summary)
        result = _returned(body)
        if forced or is_written:
            activity.regions.write([*sorted(forced), *(names_in(result) if is_written else ())])
        # a variable that is gone by now still has its kind and its region
        names = Names(program, names_of(replace(program, body=body)) | set(special.kinds))
        sizes = find_sizes(body, params, special.kinds)
        wide = unsummed(body, params, kinds, sizes, activity.regions.is_array_written)
        builder = Builder(kinds, activity, names, by_address, self.pair, sizes, forced, wide)
        whole = Parts(body, (), ()) if parts is None else parts
        first, loops, last = map(builder.block, (whole.first, whole.loops, whole.last))
        for node in loops:
            if isinstance(node, Loop):
                node.at_once = True
        nodes = [*first, *reversed(loops), *last]  # the loops are reversed in the order in which they run
        kinds.update(names.kinds)
        as_given = list(zip(params, special.arg_kinds, strict=True))
        mixed = mixtures(body, special.kinds, as_given)
        check_mixtures(mixed, body, special.kinds, as_given, activity.active, activity.regions, program.place)
        bound = Bound(nodes, set(params))
        accumulator = Accumulator(names, kinds, bound.surely, bound.maybe, mixed)
        state, seeds, cotangents = self._seeds(special, result, activity, names, aux, result_leaves)
        state = accumulator.block(nodes, state, True)
        closing: list[Stmt] = []
        opening: dict[str, Assign] = {}
        given: set[int] = set()  # memory that a gradient has already been given
        for param, kind, active in zip(params, special.out_kinds, mask, strict=True):
            found = leaves(kind, self.addresses(activity.regions, param)) if param in activity.active or active else ()
            for leaf in found:
                if not active and not leaf.shadow:
                    continue  # only a value of that name later on carries a derivative
                name = names.adjoint(param, leaf)
                if leaf.shadow:
                    if aux is None and not active:
                        raise UnsupportedSyntax(
                            f"{program.name}() writes values that carry derivatives into {param}, which outlives the "
                            "call",
                            program.place,
                            "pass a new list, dict or object at each call",
                        )
                    zero = _shadow_of(reach(Var(param), leaf.path, kind), leaf.kind)
                    if not leaf.path and activity.regions.is_reshaped(param) and isinstance(leaf.kind, Array):
                        zero = Op(runtime.laid_out, (Var(param), Lit(0.0)))
                    opening[name] = Assign(name, zero)
                elif name not in state:
                    closing.append(Assign(name, accumulator.zero(name)))
                elif state[name].uniform:
                    closing.append(accumulator.filled(name))
                elif aux is not None and isinstance(leaf.kind, Array) and leaf.kind.dims != "":
                    held = state[name]
                    if not held.made or held.group in given:
                        closing.append(Assign(name, Op(np.array, (Var(name),))))
                    given.add(held.group)
        chosen = representatives(body, params, special.kinds, sizes, mixed)
        ask_representatives(nodes, chosen)
        seeds = tuple(changed(s, chosen) for s in seeds)
        lasting = Lasting(body, params, special.kinds, activity.regions)
        shadows = {name: about.var for name, about in names.adjoints.items() if about.shadow}
        recorder = Recorder(nodes, [*params, *opening], kinds, activity.regions, lasting, shadows, self._forgotten)
        needed = set(opening)
        if aux is None:
            needed |= _needed_regions(params, kinds, activity.regions)
        records = remembered(recorder, needed)
        sweeps = Sweeps(records, names, kinds)
        forward = sweeps.forward(first)
        if parts is None:
            reverse = (*_seeded(sweeps.reverse(first), seeds), *closing)
        else:
            turned = (*sweeps.reverse(last), *sweeps.at_once(loops))
            forward = (*forward, *_seeded(turned, seeds), *sweeps.forward_on(last))
            reverse = (*sweeps.reverse(first), *closing)
        for name in names.kinds:
            kinds.setdefault(name, names.kinds[name])
        given_as: dict[str, str] = {}
        if aux is not None:
            copies: list[Stmt] = []
            kinds_after = special.out_kinds
            for param, kind, after, active in zip(params, special.arg_kinds, kinds_after, mask, strict=True):
                if activity.regions.is_written(param):
                    if active and (may_grow(kind) or holds_complex(after) and may_grow(after)):
                        given_as[param] = names.fresh(f"%given_{param}")
                        kinds[given_as[param]] = kind
                        copies.append(Assign(given_as[param], Var(param)))
                    copy = Op(np.array if isinstance(kind, Array) else runtime.copied, (Var(param),))
                    if isinstance(kind, Array) and activity.regions.is_reshaped(param):
                        copy = Op(runtime.laid_out, (Var(param), Var(param)))
                    copies.append(Assign(param, copy))
            copies = [
                *self.apart(special, activity.regions).statements(program.place),
                *copies,
            ]
            read = read_in(forward)
            arrays = {n for n in opening if isinstance(names.adjoints[n].kind, Array)}
            early = tuple(a for n, a in opening.items() if n in read or (copies and n not in arrays))
            late = tuple(a for n, a in opening.items() if not (n in read or (copies and n not in arrays)))
            forward = (*copies, *early, *forward)
            reverse = (*late, *reverse)
        own = names_of(replace(program, body=body))  # a user's d_x is no adjoint
        made = {n for n in assigned_in(reverse) if n.lstrip("%").startswith("d_") and n not in own}
        adjoints = frozenset(names.adjoints) | made
        shown = tuple(replace(p, default=None if aux is None else p.default) for p in program.params)
        if aux is None:
            shown = tuple(Param(p.name) for p in program.params)
        return Both(shown, forward, reverse, result, kinds, adjoints, names, cotangents, activity.regions, given_as)

    def _seeds(
        self,
        special: Special,
        result: Expr,
        activity: Activity,
        names: Names,
        aux: bool | None,
        result_leaves: tuple[Leaf, ...],
    ) -> tuple[dict[str, Held], tuple[Stmt, ...], tuple[str, ...]]:
        state: dict[str, Held] = {}
        if aux is None:
            cotangents = []
            seeds: list[Stmt] = []
            for i, leaf in enumerate(leaf for leaf in result_leaves if not leaf.shadow):
                if isinstance(result, Var) and result.name in activity.active:
                    inside = leaves(special.kinds[result.name], self.addresses(activity.regions, result.name))
                    own = next((x for x in inside if x.path == leaf.path), leaf)
                    name = names.adjoint(result.name, own)
                    if own.shadow:
                        given = names.fresh(f"%d_out_{i}")
                        names.kinds[given] = leaf.kind
                        seeds.append(Assign(name, Var(given), accumulate=True))
                        name = given
                    else:
                        state[name] = Held(-1, False)
                else:
                    name = names.fresh(f"%d_out_{i}")
                cotangents.append(name)
            return state, tuple(seeds), tuple(cotangents)
        kind = special.result_kind
        path: tuple[Any, ...] = ()
        if aux:
            if not isinstance(kind, Tuple) or len(kind.items) != 2:
                raise NonScalarOutput(
                    f"has_aux=True, but {special.name} returns {show(kind)}", special.program.place,
                    "return a pair: (value, auxiliary data)",
                )  # fmt: skip
            kind = kind.items[0]
            path = (("item", 0),)
        check_scalar(kind, special, self.holomorphic)
        if not isinstance(result, Var) or result.name not in activity.active:
            return state, (), ()
        inside = leaves(special.kinds[result.name], self.addresses(activity.regions, result.name))
        found = [leaf for leaf in inside if leaf.path == path]
        if not found:
            return state, (), ()
        name = names.adjoint(result.name, found[0])
        primal = reach(result, path, special.kinds[result.name])
        checks: tuple[Stmt, ...] = ()
        if isinstance(kind, Array) or kind is NUMBER:
            seed: Expr = Op(np.ones_like, (primal,))
            if not isinstance(kind, Array) or "?" in (kind.dims or "?"):
                checks = (Do(Op(runtime.require_one, (primal,))),)
        else:
            seed = Lit(1.0)
            if isinstance(kind, Maybe):
                checks = (Do(Op(runtime.require_one, (primal,))),)
        if found[0].shadow:
            return state, (*checks, Assign(name, seed, accumulate=True)), ()
        state[name] = Held(0, True)
        return state, (*checks, Assign(name, seed)), ()

    # ------------------------------------------------------------ calls that carry no derivative

    def finish(self, program: Program) -> Program:
        """Calls of functions that carry no derivative go to the user's own function, or to a unit of their own."""

        def change(expr: Expr) -> Expr:
            if isinstance(expr, Op):
                return map_operands(expr, change)
            if isinstance(expr, Ref) and isinstance(expr.value, Special):
                return self._primal(expr.value)
            return expr

        return replace(program, body=change_expressions(program.body, change))

    def _primal(self, special: Special) -> Ref:
        source = special.program.source
        plain = all(p.kind in ("any", "pos") for p in special.program.params) and not special.program.captures
        if source is not None and plain and special.as_written and not self.whole:
            return Ref(special.name, source)
        handle = self._primals.get(id(special))
        if handle is None:
            handle = FunctionHandle(special.name)
            self._primals[id(special)] = handle
            program = Program(
                special.name,
                tuple(Param(p.name) for p in special.program.params),
                special.body,
                special.program.doc,
                special.program.place,
            )
            kinds = dict(special.kinds)
            program = self.simplify(program, kinds, frozenset())
            self.units.append(Unit(handle, self.finish(program), kinds, frozenset()))
        return Ref(handle.name, handle)

    def _add(self, handle: FunctionHandle, program: Program, both: Both, half_of: FunctionHandle | None = None) -> None:
        self.units.append(Unit(handle, self.finish(program), both.kinds, both.adjoints, half_of))


def named_groups(params: list[str], groups: Groups) -> tuple[tuple[str, ...], ...]:
    """The parameters that may share memory, by name."""
    return tuple(tuple(params[i] for i in group) for group in groups)


def check_scalar(kind: Kind, special: Special, holomorphic: bool) -> None:
    """Refuse the gradient of what is not one real number, or one complex number where that is expected."""
    if isinstance(kind, Maybe):
        kind = kind.kind
    if isinstance(kind, Array):
        one = "n" not in (kind.dims or "")
    else:
        one = kind in (FLOAT, COMPLEX, NUMBER) or (is_integral(kind) and widen(kind) is not BOOL)
    if one and is_complex(kind) is holomorphic:
        return
    remedy = "return a scalar (sum it, say), or use srcad.vjp or srcad.jacobian for the derivative of the whole result"
    if one and not holomorphic:
        remedy = (
            "return its real part, its imaginary part or its absolute value; for a holomorphic function of complex "
            "arguments pass holomorphic=True"
        )
    elif one:
        remedy = "leave holomorphic out: the gradient of a real function of complex arguments needs no option"
    number = "complex number, as holomorphic=True requires" if holomorphic else "real number, so it has no gradient"
    raise NonScalarOutput(f"{special.name} returns {show(kind)}, not one {number}", special.program.place, remedy)


def _shadow_of(primal: Expr, kind: Kind) -> Expr:
    if isinstance(kind, Array):
        return Op(np.zeros_like, (primal,))
    if kind in (List(FLOAT), TupleOf(FLOAT)):
        return Op(operator.mul, (Op(prims.make_list, (Lit(0.0),)), Op(len, (primal,))))
    return Op(runtime.shadow_of, (primal,))


def _seeded(steps: Block, seeds: tuple[Stmt, ...]) -> Block:
    """A reverse sweep with the cotangents of the result, after the zeros that it begins with."""
    zeros = tuple(takewhile(lambda s: isinstance(s, Assign) and isinstance(s.value, Lit), steps))
    return (*zeros, *seeds, *steps[len(zeros) :])


def _body_of(handle: FunctionHandle) -> Block | None:
    return handle.body if isinstance(handle, Special) else None


def _needed_regions(params: list[str], kinds: dict[str, Kind], regions: Regions) -> set[str]:
    """What a callee is given must be as it was once it is reversed."""
    found = {regions.of(p) for p in params if regions.is_written(p)}
    return {"@" + r for r in found if r is not None}


def handles_in(block: Block) -> list[Any]:
    """The functions that a block calls or hands on."""
    found: list[Any] = []

    def visit(expr: Expr) -> None:
        if isinstance(expr, Ref) and isinstance(expr.value, FunctionHandle):
            found.append(expr.value)
        for part in operands(expr):
            visit(part)

    for stmt in walk(block):
        for expr in expressions_of(stmt):
            visit(expr)
    return found


def _first_bound(reverse: Block) -> set[str]:
    """The variables that the reverse sweep binds itself."""
    return {t for s in walk(reverse) if not (isinstance(s, Assign) and s.accumulate) for t in targets_of(s)}


def _returned(body: Block) -> Expr:
    """What the one `Return` at the end of a body returns."""
    last = body[-1]
    assert isinstance(last, Return)
    return last.value


def _surely(block: Block, params: tuple[Param, ...]) -> set[str]:
    """The variables that a block binds on every path."""

    def bound(inner: Block, before: set[str]) -> set[str] | None:
        now: set[str] | None = set(before)
        for stmt in inner:
            if now is None:
                return None
            match stmt:
                case Raise():
                    return None
                case If(body=body, orelse=orelse):
                    a, b = bound(body, now), bound(orelse, now)
                    now = b if a is None else a if b is None else a & b
                case With(body=body):
                    now = bound(body, now | set(targets_of(stmt)))
                case Assign() | Unpack():
                    now |= set(targets_of(stmt))
                case _:
                    pass
        return now

    return bound(block, {p.name for p in params}) or set()
