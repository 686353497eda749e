"""Core programs become the text of a Python module: `emit` is the way from the core language to source.

Contract: the text computes what the programs compute, when run with `namespace` as its globals. The functions that
others call come first and the entry comes last. `%` temporaries get readable names and nothing of the user's is
captured (`names.py`); the text is at most 88 columns wide and looks as black would leave it (`printer.py`,
`layout.py`).
"""

from __future__ import annotations

import functools
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from srcad.backend import names
from srcad.backend.chained import chain_nones
from srcad.backend.expressions import Expressions, call_of
from srcad.backend.printer import WIDTH, text_of
from srcad.backend.statements import Statements
from srcad.core.nodes import Closure, FunctionHandle, Program
from srcad.errors import BackendError


@dataclass(frozen=True)
class Unit:
    """A function to generate. Programs call it as `Op(prims.call, (Ref(name, handle), ...))`.

    It may be the other half of a pair: what both halves speak of has one name.
    """

    handle: FunctionHandle
    program: Program
    half_of: FunctionHandle | None = None


@dataclass(frozen=True)
class Emitted:
    """Generated source: the functions' text, what its names stand for, and what the functions are called."""

    source: str
    namespace: dict[str, object]
    names: dict[FunctionHandle, str]
    entry: str
    definitions: tuple[Any, ...] = ()  # what the text was printed from, in order; its statements know their places


def emit(units: Sequence[Unit], entry: FunctionHandle, header: str = "") -> Emitted:
    """The text of some functions, `entry` last, under the comment lines of `header`.

    Raises `BackendError` if a program calls a function that is not among the units, or holds something that cannot be
    written as text.
    """
    handles = [unit.handle for unit in units]
    if not any(handle is entry for handle in handles):
        raise BackendError(f"the entry {entry.name} is not among the functions to generate")
    module = _Module(units, entry)
    for unit in units:
        module.add(unit.handle, unit.program)
    for unit in units:
        if unit.half_of is not None:
            module.scopes[id(unit.handle)].other = module.scopes[id(unit.half_of)]
    definitions, given = module.settled()
    ordered = [definitions[id(handle)] for handle in module.order(entry)]
    for definition in ordered:
        chain_nones(definition)
    text = "\n\n".join(text_of([node]) for node in ordered)
    printed = {handle: given[id(handle), ""] for handle in module.handles}
    return Emitted(_comments(header) + text, module.names.objects(given), printed, printed[entry], tuple(ordered))


class _Module:
    """The functions of one module while they are lowered."""

    def __init__(self, units: Sequence[Unit], entry: FunctionHandle) -> None:
        self.names = names.Names()
        self.handles: list[Any] = []
        self.hints: dict[int, str] = {}
        self.definitions: dict[int, Any] = {}
        self.scopes: dict[int, names.Scope] = {}
        self.programs = {id(unit.program): unit.handle for unit in units}
        self.inner: list[tuple[Any, Any]] = []  # nested definitions, and the nodes that carry their names
        for handle in [entry, *(unit.handle for unit in units if unit.handle is not entry)]:
            self._declare(handle)

    def _declare(self, handle: Any) -> None:
        hint = names.as_identifier(str(getattr(handle, "name", "function")), "function")
        self.handles.append(handle)
        self.hints[id(handle)] = hint
        self.names.declare(handle, hint, names.FUNCTION)

    def _statements(self, handle: Any) -> Statements:
        scope = self.names.scope()
        self.scopes[id(handle)] = scope

        def closure(expr: Closure) -> Any:
            return self._closure(expr, to)

        to = Expressions(self.names, scope, self.hints, closure)
        return Statements(to)

    def add(self, handle: Any, program: Program) -> None:
        self.programs[id(program)] = handle
        definition = self.definitions[id(handle)] = self._statements(handle).function(program)
        definition.place = program.place

    def _closure(self, expr: Closure, to: Expressions) -> Any:
        """A closure is a function of this module that is given what it captures.

        With computed defaults it is what a function of this module makes of them: `make_inner(captured, default)`.
        """
        program = expr.program
        captured = [to.lower(value) for _, value in expr.captures]
        if expr.defaults:
            handle = FunctionHandle(f"make_{program.name}")
            self._declare(handle)
            statements = self._statements(handle)
            names_ = tuple(name for name, _ in expr.captures), tuple(name for name, _ in expr.defaults)
            self.definitions[id(handle)], inner = statements.factory(program, *names_)
            self.inner.append(inner)
            return call_of(to.outer(handle, ""), [*captured, *(to.lower(value) for _, value in expr.defaults)])
        known = self.programs.get(id(program))
        if known is None:
            known = FunctionHandle(program.name)
            self._declare(known)
            self.add(known, program)
        function = to.outer(known, "")
        return call_of(to.outer(functools.partial, ""), [function, *captured]) if captured else function

    def settled(self) -> tuple[dict[int, Any], dict[names.Key, str]]:
        given = self.names.settle()
        for key, definition in self.definitions.items():
            definition.name = given[key, ""]
        for definition, name in self.inner:
            definition.name = name.id
        return self.definitions, given

    def order(self, entry: FunctionHandle) -> list[Any]:
        """The functions, each after those it calls where recursion allows that, the entry last."""
        by_key = {id(handle): handle for handle in self.handles}
        ordered: list[Any] = []
        seen: set[int] = set()

        def visit(key: int) -> None:
            if key in seen:
                return
            seen.add(key)
            for callee, _ in self.scopes[key].outer:
                if callee in by_key:
                    visit(callee)
            ordered.append(by_key[key])

        for handle in [h for h in self.handles if h is not entry]:
            visit(id(handle))
        visit(id(entry))
        rest = [handle for handle in ordered if handle is not entry]
        return [*rest, entry]


def _comments(header: str) -> str:
    lines: list[str] = []
    for line in header.splitlines():
        lines.extend(textwrap.wrap(line, WIDTH - 2, break_long_words=False, break_on_hyphens=False) or [""])
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)
