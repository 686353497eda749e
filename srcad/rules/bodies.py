"""The body of a rule that a user states: read into the rule language, or called where it is not written in it.

Contract: a body becomes generated source where its source can be read and it is straight code; what it names outside
is noted, and it is read again when that changes. A lambda, a closure, a body with loops or choices, or one that reads
attributes of objects, is called as it is, with the values that its parameters name.
"""

from __future__ import annotations

import inspect
import linecache
import operator
import textwrap
import types
from dataclasses import dataclass, field
from typing import Any

from srcad import runtime_rules
from srcad.core import prims
from srcad.core.nodes import (
    Assign,
    Block,
    Expr,
    Guard,
    If,
    Lit,
    Op,
    Ref,
    Return,
    Var,
    expressions_of,
    operations_in,
    walk,
)
from srcad.errors import Place, RuleError
from srcad.rules.parse import BodyReader
from srcad.rules.registry import Body


def place_of(function: Any) -> Place | None:
    """Where a Python function is defined."""
    code = getattr(function, "__code__", None)
    if code is None:
        return None
    line = linecache.getline(code.co_filename, code.co_firstlineno)
    return Place(code.co_filename, code.co_firstlineno, 0, line.rstrip("\n"))


def name_of(function: Any) -> str:
    """What a callable is called in messages and in generated code."""
    inner = getattr(function, "func", function)
    name = str(getattr(inner, "__name__", type(inner).__name__))
    return name if name.isidentifier() else "anonymous"


class _Reader(BodyReader):
    """Reads the body of a user's rule: what it names outside may change, and is noted."""

    def __init__(self, body: Any, lines: list[str], first: int) -> None:
        super().__init__(body, lines, first)
        self.guards: dict[tuple[int, str], Guard] = {}

    def outer(self, node: Any, name: str) -> Expr:
        space = self.body.__globals__
        if name in space:
            self.guards[id(space), name] = Guard(space, name, space[name])
        return super().outer(node, name)

    def attribute(self, node: Any, base: Ref, attr: str) -> Expr:
        if not isinstance(base.value, types.ModuleType) or not hasattr(base.value, attr):
            raise self.refuse(node, f"{base.name}.{attr} may change")
        value = getattr(base.value, attr)
        if not base.value.__name__.startswith(("numpy", "scipy")):
            self.guards[id(base.value), attr] = Guard(vars(base.value), attr, value)
        return super().attribute(node, base, attr)


@dataclass
class StatedBody:
    """The body of a rule: what it reads from outside, and its statements."""

    function: Body
    shown: str  # what it is called in generated code where it is called
    params: tuple[str, ...]
    forward: bool = False  # a pushforward: it returns the tangent of the result, not something for each parameter
    variadic: str | None = None  # its `*` parameter
    guards: tuple[Guard, ...] = ()
    called: bool = False
    _template: Block | None = field(default=None, repr=False)

    def template(self) -> Block:
        """The statements, read anew where what they name outside means something else now."""
        stale = any(g.holder.get(g.key, runtime_rules) is not g.value for g in self.guards)
        if self._template is None or stale:
            self._template, self.guards = self._read()
        return self._template

    def _read(self) -> tuple[Block, tuple[Guard, ...]]:
        found = self._parsed()
        self.called = found is None
        if found is None and self.variadic is not None:
            raise RuleError(
                f"the rule of {self.shown.rpartition('_')[0]} takes *{self.variadic}, and is not straight code",
                place_of(self.function),
                f"write it without tests, loops and lambdas: return [... for x in {self.variadic}]",
            )
        if found is None:
            return self._call(), ()
        block, guards = found
        returned = block[-1]
        names = [*self.params, *filter(None, (self.variadic,))]
        count = len(names)
        value = returned.value if isinstance(returned, Return) else None
        given = len(value.args) if isinstance(value, Op) and value.fn is prims.make_tuple else 1
        if given != count and not self.forward:
            raise RuleError(
                f"the rule of {self.shown.rpartition('_')[0]} returns {given} values, and has {count} parameters",
                place_of(self.function),
                f"return one for each of {', '.join(names)}: None for one without a derivative",
            )
        return block, guards

    def _parsed(self) -> tuple[Block, tuple[Guard, ...]] | None:
        """The body in the rule language; None where it is not written in it."""
        function: Any = self.function
        if not isinstance(function, types.FunctionType) or function.__closure__ or function.__name__ == "<lambda>":
            return None
        try:
            source = textwrap.dedent(inspect.getsource(function))
            reader = _Reader(function, source.splitlines(), function.__code__.co_firstlineno)
            block = reader.function(source)
        except (OSError, TypeError, SyntaxError, RuleError, KeyError):
            return None
        if not block or not isinstance(block[-1], Return) or len([s for s in walk(block) if isinstance(s, Return)]) > 1:
            return None
        if any(isinstance(s, If) for s in walk(block)) or any(
            map(_chooses, (e for s in block for e in expressions_of(s)))
        ):
            return None  # a choice that may depend on numbers is made when they are there
        return block, tuple(reader.guards.values())

    def _call(self) -> Block:
        """The statements that call the body."""
        keywords = [p.name for p in inspect.signature(self.function).parameters.values() if p.kind is p.KEYWORD_ONLY]
        named = tuple((name, Var(name)) for name in keywords)
        made: Expr = Op(
            prims.call, (Ref(self.shown, self.function), *(Var(p) for p in self.params if p not in keywords)), named
        )
        if self.forward:
            return (Return(made),)
        given = Op(runtime_rules.given_parts, (made, Lit(", ".join(self.params))))
        parts = tuple(Op(operator.getitem, (Var("parts"), Lit(i))) for i in range(len(self.params)))
        return Assign("parts", given), Return(Op(prims.make_tuple, parts))


def _chooses(expr: Expr) -> bool:
    return any(op.fn in (prims.choose, prims.both, prims.either) for op in operations_in(expr))
