"""What a function does with names, in the order in which it does it.

`scope_of(node)` reads one function (not those nested in it) and lists its `Event`s: a name is bound, read, called or
deleted, a nested function is made. Each event knows the loops and blocks that it is in, which is what decides whether
a closure may see a later value of a variable (`capture.py`). The names that a function binds are its locals; the names
that it reads and does not bind are free.

Comprehensions run in the function's own scope here, and their variables are theirs alone: no event mentions them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import gast

FUNCTIONS = (gast.FunctionDef, gast.Lambda)
COMPREHENSIONS = (gast.ListComp, gast.SetComp, gast.DictComp, gast.GeneratorExp)

CONSUMERS = ("list", "tuple", "sum", "sorted", "max", "min", "set", "any", "all")


@dataclass(frozen=True, slots=True)
class Event:
    """One thing done with a name.

    `what` is "bind", "read", "call" (read in order to call it at once), "delete" or "make" (of a nested function,
    with the name that it is bound to or ""). `use` says what becomes of the value read or made: "call", "return",
    "argument" (then `call` and `slot` say of what) or "keep". `function` is the nested function made.
    """

    what: str
    name: str
    at: int
    loops: tuple[int, ...]
    blocks: tuple[int, ...]
    node: Any
    use: str = "keep"
    call: Any = None
    slot: int | str = 0
    function: Any = None


@dataclass(slots=True)
class Scope:
    """The names of one function. `consumed` are the expressions whose items a builtin works through at once."""

    params: tuple[str, ...]
    events: list[Event] = field(default_factory=list)
    globals: set[str] = field(default_factory=set)
    nonlocals: set[str] = field(default_factory=set)
    walrus: set[str] = field(default_factory=set)
    nested: list[Any] = field(default_factory=list)
    declared: set[str] = field(default_factory=set)
    imports: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    consumed: set[int] = field(default_factory=set)
    locals: set[str] = field(default_factory=set)
    free: tuple[str, ...] = ()

    def of(self, name: str, *whats: str) -> list[Event]:
        """The events of a name."""
        return [event for event in self.events if event.name == name and event.what in whats]


def parameters(arguments: Any) -> list[Any]:
    """The parameters of a function, in the order of its signature."""
    made = [*arguments.posonlyargs, *arguments.args]
    if arguments.vararg is not None:
        made.append(arguments.vararg)
    made += arguments.kwonlyargs
    if arguments.kwarg is not None:
        made.append(arguments.kwarg)
    return made


def scope_of(node: Any) -> Scope:
    """The names of a function."""
    scope = Scope(tuple(p.id for p in parameters(node.args)))
    reader = _Reader(scope)
    if isinstance(node, gast.Lambda):
        reader.returning = True
        reader.visit(node.body)
    else:
        reader.block(node.body)
    return _settled(scope)


def scope_of_expressions(nodes: list[Any]) -> Scope:
    """The names of expressions or statements on their own: what they bind and what they read."""
    scope = Scope(())
    reader = _Reader(scope)
    for node in nodes:
        reader.visit(node)
    return _settled(scope)


def _settled(scope: Scope) -> Scope:
    bound = {event.name for event in scope.events if event.what in ("bind", "delete")}
    scope.locals = (set(scope.params) | bound | scope.declared) - scope.globals - scope.nonlocals
    free: dict[str, None] = {}
    for event in scope.events:
        if event.what in ("read", "call") and event.name not in scope.locals and event.name not in scope.globals:
            free[event.name] = None
    scope.free = tuple(free)
    return scope


def bound_by(nodes: list[Any]) -> set[str]:
    """The names that statements or expressions bind."""
    return {event.name for event in scope_of_expressions(nodes).events if event.what in ("bind", "delete")}


def read_by(nodes: list[Any]) -> set[str]:
    """The names that statements or expressions read, in nested functions too."""
    return {event.name for event in scope_of_expressions(nodes).events if event.what in ("read", "call")}


class _Reader:
    """Walks a function in the order of evaluation."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.loops: tuple[int, ...] = ()
        self.blocks: tuple[int, ...] = ()
        self.hidden: tuple[str, ...] = ()
        self.returning = False
        self.count = 0

    def event(self, what: str, name: str, node: Any, use: str = "keep", **more: Any) -> None:
        if what in ("read", "call", "bind", "delete") and name in self.hidden:
            return
        if self.returning and use == "keep":
            use = "return"
        self.count += 1
        self.scope.events.append(Event(what, name, self.count, self.loops, self.blocks, node, use, **more))

    # ---------------------------------------------------------------- blocks

    def block(self, nodes: list[Any]) -> None:
        """Statements that run together or not at all."""
        self.count += 1
        around = self.blocks
        self.blocks = (*around, self.count)
        for node in nodes:
            self.visit(node)
        self.blocks = around

    def branch(self, *nodes: Any, use: str = "keep") -> None:
        """Expressions that may not be evaluated."""
        self.count += 1
        around = self.blocks
        self.blocks = (*around, self.count)
        for node in nodes:
            self.visit(node, use)
        self.blocks = around

    def looped(self, head: Any, body: list[Any]) -> None:
        """The parts of a loop that run in each trip."""
        self.count += 1
        around = self.loops
        self.loops = (*around, self.count)
        self.visit(head)
        self.block(body)
        self.loops = around

    # ---------------------------------------------------------------- nodes

    def visit(self, node: Any, use: str = "keep", **more: Any) -> None:
        match node:
            case None:
                return
            case gast.Name(id=name, ctx=gast.Load()):
                self.event("call" if use == "call" else "read", name, node, use, **more)
            case gast.Name(id=name, ctx=gast.Del()):
                self.event("delete", name, node)
            case gast.Name(id=name):
                self.event("bind", name, node)
            case gast.FunctionDef():
                for decorator in node.decorator_list:
                    self.visit(decorator)
                self.function(node, node.name if not node.decorator_list else "", "keep")
                self.event("bind", node.name, node)
            case gast.Lambda():
                self.function(node, "", use, **more)
            case gast.ClassDef() | gast.AsyncFunctionDef():
                self.event("bind", node.name, node)
            case gast.Assign(targets=targets, value=value):
                only = targets[0] if len(targets) == 1 else None
                if isinstance(value, gast.Lambda) and isinstance(only, gast.Name):
                    self.function(value, only.id, "keep")
                else:
                    self.visit(value)
                for target in targets:
                    self.visit(target)
            case gast.AugAssign(target=target, value=value):
                if isinstance(target, gast.Name):
                    self.event("read", target.id, node)
                self.visit(value)
                self.visit(target)
            case gast.AnnAssign(target=target, value=value):
                if value is not None:
                    self.visit(value)
                    self.visit(target)
                elif isinstance(target, gast.Name):
                    self.scope.declared.add(target.id)
            case gast.NamedExpr(target=target, value=value):
                self.visit(value)
                self.scope.walrus.add(target.id)
                around, self.hidden = self.hidden, ()
                self.visit(target)
                self.hidden = around
            case gast.For():
                self.visit(node.iter)
                self.looped(node.target, node.body)
                self.block(node.orelse)
            case gast.While():
                self.looped(node.test, node.body)
                self.block(node.orelse)
            case gast.If():
                self.visit(node.test)
                self.block(node.body)
                self.block(node.orelse)
            case gast.Try():
                self.block(node.body)
                for handler in node.handlers:
                    self.visit(handler.type)
                    self.block([*([handler.name] if handler.name is not None else []), *handler.body])
                self.block(node.orelse)
                for inner in node.finalbody:
                    self.visit(inner)
            case gast.Match():
                self.visit(node.subject)
                for case in node.cases:
                    self.block([case.pattern, *([case.guard] if case.guard is not None else []), *case.body])
            case gast.MatchAs(pattern=pattern, name=name):
                self.visit(pattern)
                if name is not None:
                    self.event("bind", name, node)
            case gast.MatchStar(name=name):
                if name is not None:
                    self.event("bind", name, node)
            case gast.MatchMapping():
                for part in (*node.keys, *node.patterns):
                    self.visit(part)
                if node.rest is not None:
                    self.event("bind", node.rest, node)
            case gast.Import() | gast.ImportFrom():
                for alias in node.names:
                    name = alias.asname or alias.name.split(".")[0]
                    self.scope.imports[name] = (node, alias)
                    self.event("bind", name, node)
            case gast.Global(names=names):
                self.scope.globals.update(names)
            case gast.Nonlocal(names=names):
                self.scope.nonlocals.update(names)
            case gast.Return(value=value):
                around_returning, self.returning = self.returning, True
                self.visit(value)
                self.returning = around_returning
            case gast.IfExp():
                self.visit(node.test)
                self.branch(node.body, use=use)
                self.branch(node.orelse, use=use)
            case gast.BoolOp(values=values):
                self.visit(values[0])
                self.branch(*values[1:])
            case gast.Call(func=func, args=args, keywords=keywords):
                self.visit(func, "call")
                if isinstance(func, gast.Name) and func.id in CONSUMERS and args:
                    self.scope.consumed.add(id(args[0]))
                for slot, argument in enumerate(args):
                    self.visit(argument, "argument", call=node, slot=slot)
                for keyword in keywords:
                    self.visit(keyword.value, "argument", call=node, slot=keyword.arg or "**")
            case gast.ListComp(elt=elt) | gast.SetComp(elt=elt) | gast.GeneratorExp(elt=elt):
                self.comprehension(node.generators, [elt])
            case gast.DictComp(key=key, value=value):
                self.comprehension(node.generators, [key, value])
            case gast.Attribute(value=value):
                self.visit(value)
            case _:
                for child in gast.iter_child_nodes(node):
                    self.visit(child)

    def comprehension(self, generators: list[Any], results: list[Any]) -> None:
        around = self.hidden
        self.visit(generators[0].iter)

        self.count += 1
        loops = self.loops
        self.loops = (*loops, self.count)
        for position, generator in enumerate(generators):
            if position:
                self.visit(generator.iter)
            self.hidden = (*self.hidden, *bound_by([generator.target]))
            self.visit(generator.target)
            self.branch(*generator.ifs)
        self.branch(*results)
        self.loops = loops
        self.hidden = around

    def function(self, node: Any, name: str, use: str, **more: Any) -> None:
        """A nested function is made here: its defaults are evaluated, and its free names are read, whenever it runs."""
        for default in (*node.args.defaults, *node.args.kw_defaults):
            self.visit(default)
        self.scope.nested.append(node)
        inner = scope_of(node)
        for free in inner.free:
            self.event("read", free, node, "capture")
        for written in inner.nonlocals:
            self.event("read", written, node, "capture")
        self.event("make", name, node, use, function=node, **more)
