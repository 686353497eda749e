"""The state of one function while it is lowered, and the registry of what lowers each node.

A `Frame` collects the statements of the core program, makes fresh names, knows what each name means, and dispatches on
the class of a node: the other files of this package register with `@expression(gast.BinOp)` or `@statement(gast.If)`
how they lower it, and whatever nobody registered is refused in the words of the syntax table.

    expr(node)   a flat expression, after emitting the steps that it needs
    atom(node)   the same, as a variable, literal or reference
    run(node)    a statement

`into` names a variable that the result may be assigned to while it is worked out (`y = a if c else b` assigns `y` in
both branches); then the expression returned is that variable.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import gast

from srcad.core import prims
from srcad.core.nodes import Assign, Block, Do, Expr, FunctionHandle, Lit, Op, Ref, Star, Stmt, Store, Var
from srcad.errors import Place, UnsupportedSyntax
from srcad.frontend import syntax
from srcad.frontend.outside import Outside
from srcad.frontend.scopes import Scope, bound_by
from srcad.frontend.source import Source

ExpressionRule = Callable[["Frame", Any, "str | None"], Expr]
StatementRule = Callable[["Frame", Any], None]
Atom = Var | Lit | Ref

EXPRESSIONS: dict[type, ExpressionRule] = {}
STATEMENTS: dict[type, StatementRule] = {}


def expression(*classes: type) -> Callable[[ExpressionRule], ExpressionRule]:
    """Register how nodes of these classes are lowered to an expression."""

    def register(rule: ExpressionRule) -> ExpressionRule:
        for each in classes:
            EXPRESSIONS[each] = rule
        return rule

    return register


def statement(*classes: type) -> Callable[[StatementRule], StatementRule]:
    """Register how nodes of these classes are lowered to statements."""

    def register(rule: StatementRule) -> StatementRule:
        for each in classes:
            STATEMENTS[each] = rule
        return rule

    return register


@dataclass(eq=False, slots=True)
class Variable:
    """A variable of one function: `core` is its name in the core program there.

    A boxed variable lives in element 0 of a list named `core`, because a closure may see it change.
    """

    name: str
    core: str
    boxed: bool = False


class LocalFunction(FunctionHandle):
    """A nested function that is called by name from nested functions, so that its captures are passed at each call.

    `program` is set when its definition has been lowered; `captures` are the names of its first parameters.
    """

    __slots__ = ("program", "captures", "variables", "node")

    def __init__(self, name: str, node: Any) -> None:
        super().__init__(name)
        self.node = node
        self.program: Any = None
        self.captures: tuple[str, ...] = ()
        self.variables: tuple[Variable, ...] = ()


@dataclass(eq=False, slots=True)
class Loop:
    """A loop around the statement being lowered: the flag that leaves it, and the flag that ends the trip."""

    done: str | None = None
    skip: str | None = None


Meaning = Variable | LocalFunction | Ref


class Frame:
    """One function while it is lowered."""

    def __init__(self, source: Source, outside: Outside, scope: Scope, parent: Frame | None = None) -> None:
        self.source = source
        self.outside = outside
        self.scope = scope
        self.parent = parent
        self.out: list[Stmt] = []
        self.place: Place | None = None
        self.names: list[dict[str, Variable]] = [{}]
        self.functions: dict[str, LocalFunction] = {}
        self.imports: dict[str, Ref] = {}
        self.captured: dict[Variable, str] = {}
        self.comprehended: set[str] = set()
        self.taken: set[str] = set()
        self.loops: list[Loop] = []
        self.returned: str | None = None
        self.result: str | None = None
        self.in_try = 0
        self.reraised: dict[int, Expr] = {}
        self._count = 0

    # ---------------------------------------------------------------- names of the core program

    def fresh(self, hint: str = "") -> str:
        """A name that nothing else has: `%t7`, or `%hint`."""
        if not hint:
            self._count += 1
            return f"%t{self._count}"
        hint = hint.lstrip("%")
        name, count = f"%{hint}", 1
        while name in self.taken:
            count += 1
            name = f"%{hint}_{count}"
        self.taken.add(name)
        return name

    # ---------------------------------------------------------------- emitting

    def emit(self, stmt: Stmt) -> None:
        self.out.append(stmt)

    def assign(self, target: str, value: Expr) -> None:
        """`target = value` on a name of the core program; nothing where the value is there already."""
        if value != Var(target):
            self.emit(Assign(target, value, self.place))

    def hold(self, value: Expr, hint: str = "") -> Atom:
        """The value as an atom."""
        if isinstance(value, (Var, Lit, Ref)):
            return value
        name = self.fresh(hint)
        self.emit(Assign(name, value, self.place))
        return Var(name)

    def step(self, function: Callable[..., Any], *args: Expr, **kwargs: Expr) -> Atom:
        """One primitive, held in a temporary."""
        return self.hold(Op(function, args, tuple(kwargs.items())))

    def call(self, name: str, function: Callable[..., Any], *args: Expr) -> Atom:
        """A call of a function that is known, held in a temporary."""
        return self.step(prims.call, Ref(name, function), *args)

    def do(self, value: Op) -> None:
        self.emit(Do(value, self.place))

    def block(self, make: Callable[[], None]) -> Block:
        """The statements that `make` emits."""
        around, self.out = self.out, []
        place = self.place
        try:
            make()
            return tuple(self.out)
        finally:
            self.out = around
            self.place = place

    @contextmanager
    def at(self, node: Any) -> Iterator[None]:
        """Statements emitted inside come from the user's statement `node`."""
        around = self.place
        self.place = self.source.place(node)
        try:
            yield
        finally:
            self.place = around

    # ---------------------------------------------------------------- dispatch

    def expr(self, node: Any, into: str | None = None) -> Expr:
        """The node as a flat expression."""
        rule = EXPRESSIONS.get(type(node))
        if rule is None:
            raise self.refuse(node)
        return rule(self, node, into)

    def atom(self, node: Any, into: str | None = None) -> Atom:
        """The node as a variable, literal or reference. A call on the statement's own line is pointed at itself."""
        value = self.expr(node, into)
        around = self.place
        if isinstance(node, gast.Call) and around is not None:
            place = self.source.place(node)
            self.place = place if place.line == around.line else around
        made = self.hold(value)
        self.place = around
        return made

    def atoms(self, nodes: Sequence[Any]) -> list[Expr]:
        """Operands from left to right; a starred one is a `Star`."""
        made: list[Expr] = []
        for position, node in enumerate(nodes):
            later = nodes[position + 1 :]
            if isinstance(node, gast.Starred):
                made.append(Star(self.steady(self.atom(_gone_through(node.value)), later)))
            else:
                made.append(self.steady(self.atom(node), later))
        return made

    def steady(self, value: Atom, later: Sequence[Any]) -> Atom:
        """The value, kept from an assignment expression in a later operand."""
        if self.scope.walrus and isinstance(value, Var) and not value.name.startswith("%"):
            if value.name in bound_by([node for node in later if node is not None]):
                name = self.fresh()
                self.emit(Assign(name, value, self.place))
                return Var(name)
        return value

    def run(self, node: Any) -> None:
        """Lower a statement."""
        rule = STATEMENTS.get(type(node))
        if rule is None:
            raise self.refuse(node)
        if hasattr(node, "lineno"):
            with self.at(node):
                rule(self, node)
        else:
            rule(self, node)

    # ---------------------------------------------------------------- refusing

    def refuse(self, node: Any, situation: str = "", detail: str = "") -> UnsupportedSyntax:
        """The refusal of a node, in the words of the syntax table."""
        if situation:
            entry = syntax.SITUATIONS[situation]
            what = situation
        else:
            kind = type(node).__name__
            entry = syntax.TABLE.get(kind) or syntax.Entry(False, "srcad does not know it", "write it another way")
            what = kind
        if detail:
            what = f"{what} ({detail})"
        place = self.source.place(node) if hasattr(node, "lineno") else self.place
        return UnsupportedSyntax(f"{what} is not supported: {entry.reason}", place, entry.remedy)

    # ---------------------------------------------------------------- names of the user

    def lookup(self, name: str) -> Meaning | None:
        """What a name means here; None where it means nothing."""
        for names in reversed(self.names):
            if name in names:
                return names[name]
        if name in self.imports:
            return self.imports[name]
        if name in self.functions:
            return self.functions[name]
        if self.parent is not None and name not in self.scope.globals:
            return self.parent.lookup(name)
        try:
            return self.outside.find(name, skip_cells=name in self.scope.globals)
        except ValueError:
            place = self.place
            entry = syntax.SITUATIONS["a cell that is empty"]
            raise UnsupportedSyntax(f"the name {name} has no value: {entry.reason}", place, entry.remedy) from None

    def core_of(self, variable: Variable) -> str:
        """The name of a variable in this core program: its own, or that of the parameter which brings it in."""
        return self.captured.get(variable, variable.core)

    def value_of(self, variable: Variable) -> Atom:
        core = Var(self.core_of(variable))
        return self.step(operator.getitem, core, Lit(0)) if variable.boxed else core

    def target_of(self, name: str) -> Variable:
        """The variable that an assignment to a name writes."""
        for names in reversed(self.names):
            if name in names:
                return names[name]
        raise AssertionError(f"{name} is not a variable of this function")

    def plain(self, name: str) -> str | None:
        """The core name that `name = ...` assigns, or None where the variable is boxed."""
        variable = self.target_of(name)
        return None if variable.boxed else variable.core

    def write(self, name: str, value: Expr) -> None:
        """`name = value`."""
        variable = self.target_of(name)
        if variable.boxed:
            self.emit(Store(Var(variable.core), Lit(0), self.hold(value), self.place))
        else:
            self.assign(variable.core, value)


def _gone_through(node: Any) -> Any:
    """What stands after a `*`: a generator expression is gone through at once, as a list comprehension is."""
    if not isinstance(node, gast.GeneratorExp):
        return node
    return gast.copy_location(gast.ListComp(node.elt, node.generators), node)
