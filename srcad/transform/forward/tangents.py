"""Assemble tangent functions: one for the program that is differentiated, and one per callee and activity.

`f_jvp(x, y, x_dot, y_dot)` returns the value of `f` and its tangent. A callee's function takes its arguments, then the
tangent of every leaf of those that are active, and returns the result and the tangents of its leaves; it is named
before it is written, so that recursion works.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from srcad import runtime
from srcad.analysis.activity import find_activity
from srcad.analysis.leaves import Leaf, leaves, reach
from srcad.analysis.sharing import check_sharing
from srcad.core import prims
from srcad.core.kinds import Array, Kind, holds_smooth
from srcad.core.nodes import Assign, Block, Expr, FunctionHandle, Lit, Op, Param, Program, Return, Stmt, Var
from srcad.errors import UnsupportedSyntax
from srcad.transform.apart import apart
from srcad.transform.forward.atoms import TangentNames
from srcad.transform.forward.build import Builder
from srcad.transform.reverse.forms import Form, is_narrow, settled
from srcad.transform.reverse.gradient import Differentiator, Unit
from srcad.transform.reverse.names import names_of
from srcad.transform.specialise.session import Session, Special

Simplify = Callable[[Program, dict[str, Kind], frozenset[str]], Program]


@dataclass
class Tangents:
    """The tangent function of a program: its handle, and the leaves that it is given and gives the tangents of."""

    handle: FunctionHandle
    result_leaves: tuple[Leaf, ...]
    argument_leaves: tuple[tuple[int, Leaf], ...]
    written: frozenset[int] = frozenset()  # the arguments whose memory is written to


@dataclass
class Swept:
    """A tangent program, before it is put into a function."""

    body: Block
    result: Expr
    result_active: bool
    builder: Builder
    names: TangentNames
    kinds: dict[str, Kind]


class ForwardDifferentiator:
    """Makes the functions of one derivative in forward mode."""

    def __init__(
        self, session: Session, simplify: Simplify, tidy: Callable[[Program, dict[str, Kind]], Program]
    ) -> None:
        self.session = session
        self.simplify = simplify
        self.tidy = tidy
        self.common = Differentiator(session, simplify, tidy)  # summaries, and calls that carry no derivative
        self._made: dict[tuple[int, tuple[bool, ...]], Tangents] = {}

    @property
    def units(self) -> list[Unit]:
        return self.common.units

    # ------------------------------------------------------------ callees

    def callee(self, special: Special, mask: tuple[bool, ...]) -> Tangents:
        """The tangent function of a callee whose arguments in `mask` are active."""
        key = (id(special), mask)
        made = self._made.get(key)
        if made is None:
            arguments = [
                (i, leaf)
                for i, (kind, active) in enumerate(zip(special.out_kinds, mask, strict=True))
                if active
                for leaf in leaves(kind, self.session.by_address)
            ]
            result = leaves(special.result_kind, self.session.by_address)
            made = Tangents(FunctionHandle(f"{special.name}_jvp"), result, tuple(arguments))
            self._made[key] = made
            self._write_callee(special, mask, made)
        return made

    def _write_callee(self, special: Special, mask: tuple[bool, ...], made: Tangents) -> None:
        swept = self.sweep(special, mask, entry=False)
        names = [p.name for p in special.program.params]
        given = [self._parameter(swept, names[i], leaf) for i, leaf in made.argument_leaves]
        out = [swept.result, *(self._result_tangent(swept, special, leaf) for leaf in made.result_leaves)]
        result = out[0] if len(out) == 1 else Op(prims.make_tuple, tuple(out))
        shown = f"The value and tangent of {special.program.name}."
        params = (*(Param(n) for n in names), *(Param(n) for n in given))
        self._add(made.handle, params, (*swept.body, Return(result)), shown, special, swept)

    def _parameter(self, swept: Swept, name: str, leaf: Leaf) -> str:
        own = leaf
        for mine in leaves(swept.kinds[name], swept.builder.addresses(name)):
            if mine.path == leaf.path:
                own = mine
        return swept.names.adjoint(name, own)

    def _result_tangent(self, swept: Swept, special: Special, leaf: Leaf) -> Expr:
        if swept.result_active:
            return swept.builder.tangent_of(swept.result, leaf.path)
        return swept.builder.zero(reach(swept.result, leaf.path, special.result_kind), leaf.kind)

    # ------------------------------------------------------------ the entry

    def entry(self, special: Special, wrt: tuple[int, ...], *, name: str, doc: str) -> Tangents:
        """`name(*args, *tangents)`: the value and its tangent, each in the form of the value."""
        mask = tuple(i in wrt for i in range(len(special.program.params)))
        swept = self.sweep(special, mask, entry=True)
        params = special.program.params
        arguments = tuple((i, leaf) for i in wrt for leaf in swept.builder.leaves(params[i].name))
        given = [self._parameter(swept, params[i].name, leaf) for i, leaf in arguments]
        handle = FunctionHandle(name)
        value, kind = swept.result, special.result_kind
        body = list(swept.body)
        if swept.result_active and isinstance(value, Var):
            variable = value.name

            def adjoint(leaf: Leaf) -> str:
                inside = swept.builder.leaves(variable)
                return swept.names.adjoint(variable, next((x for x in inside if x.path == leaf.path), leaf))

            narrow = any(map(is_narrow, swept.kinds.values()))
            tangent = Form(variable, kind, adjoint, self.session.by_address, variable, narrow).whole()
        else:
            tangent = (
                Lit(0.0) if not holds_smooth(kind) else Op(runtime.mirrored, (Op(runtime.shadow_of, (value,)), value))
            )
            if isinstance(kind, Array):
                tangent = Op(np.zeros_like, (value,))
        answer = Op(prims.make_tuple, (value, tangent))
        shown = (*(Param(p.name) for p in params), *(Param(n) for n in given))
        self._add(handle, shown, (*body, Return(answer)), doc, special, swept, slot=1)
        regions = swept.builder.activity.regions
        written = frozenset(i for i, p in enumerate(params) if regions.is_written(p.name))
        return Tangents(handle, (), arguments, written)

    def _add(
        self,
        handle: FunctionHandle,
        params: tuple[Param, ...],
        body: Block,
        doc: str,
        special: Special,
        swept: Swept,
        slot: int | None = None,
    ) -> None:
        program = Program(handle.name, params, body, doc, special.program.place)
        tangents = frozenset(swept.names.adjoints)
        kinds = {**swept.kinds, **swept.names.kinds}
        program = self.simplify(program, kinds, tangents)
        if slot is not None:
            program = settled(program, kinds, slot)
        self.units.append(Unit(handle, self.common.finish(program), kinds, tangents))

    # ------------------------------------------------------------ the program

    def sweep(self, special: Special, mask: tuple[bool, ...], *, entry: bool) -> Swept:
        """The tangent program of a body whose parameters in `mask` have tangents."""
        program = special.program
        body = self.tidy(replace(program, body=special.body), special.kinds).body
        params = [p.name for p in program.params]
        varied = [p for p, m in zip(params, mask, strict=True) if m]
        activity = find_activity(body, special.kinds, varied, self.session.holds_address, self.common.summary,
                                 () if entry else params)  # fmt: skip
        check_sharing(body, activity.regions, self.common.summary)
        names = TangentNames(program, names_of(replace(program, body=body)) | set(special.kinds))
        builder = Builder(special.kinds, activity, names, self.session.by_address, self.callee)
        builder.entry = entry
        for name in params:
            if name in activity.active or mask[params.index(name)]:
                for leaf in builder.leaves(name):
                    names.adjoint(name, leaf)  # the tangents of parameters are named first
        head: list[Stmt] = []
        if entry:
            head += self._copies(special, mask, builder)
        for name, kind, active in zip(params, special.out_kinds, mask, strict=True):
            if active or name not in activity.active:
                continue
            for leaf in builder.leaves(name):
                if leaf.shadow and not entry:
                    raise UnsupportedSyntax(
                        f"{program.name}() writes values that carry derivatives into {name}, which outlives the call",
                        program.place,
                        "pass a new list, dict or object at each call",
                    )
                zero = builder.zero(reach(Var(name), leaf.path, kind), leaf.kind)
                head.append(Assign(names.adjoint(name, leaf), zero))
        made = builder.block(body)
        last = body[-1]
        assert isinstance(last, Return)
        return Swept((*head, *made), last.value, activity.result_varied, builder, names, dict(special.kinds))

    def _copies(self, special: Special, mask: tuple[bool, ...], builder: Builder) -> list[Stmt]:
        """What the program writes to is copied first, and its tangent with it: both are the caller's."""
        params = special.program.params
        regions = builder.activity.regions
        kinds = dict(zip((p.name for p in params), special.out_kinds, strict=True))
        made = apart(kinds, regions, self.session, inside=False).statements(special.program.place)
        for param, kind, active in zip(params, special.arg_kinds, mask, strict=True):
            if not regions.is_written(param.name):
                continue
            copy = np.array if isinstance(kind, Array) else runtime.copied
            made.append(Assign(param.name, Op(copy, (Var(param.name),))))
            if active:
                for leaf in builder.leaves(param.name):
                    tangent = builder.tangent(param.name, leaf)
                    if isinstance(leaf.kind, Array):
                        made.append(Assign(tangent, Op(np.array, (Var(tangent),))))
        return made
