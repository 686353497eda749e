"""Methods that change how long a list or deque is, or the order of its items, each with what takes it back.

In the table `xs` is the container, `new` an item put in, `old` one that is taken out and given to the caller, and `at`
a position from 0 to the length: what the user wrote is brought to that form first. The shadow of a container is changed
by the same method, with a zero for what is new, and changed back by the same inverse; the inverse of what puts an item
in gives it back. Everything else that a list does is a slice assignment (`extend`, `clear`, `del xs[1:]`), whose
inverse is a slice assignment, or a loop of the prelude.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Mapping
from dataclasses import dataclass

from srcad.core import prims
from srcad.core.nodes import Expr, Lit, Op, Var, substitute

_TABLE = """
xs.append(new)          xs.pop()
xs.appendleft(new)      xs.popleft()
xs.insert(at, new)      xs.pop(at)
xs.pop() -> old         xs.append(old)
xs.popleft() -> old     xs.appendleft(old)
xs.pop(at) -> old       xs.insert(at, old)
xs.reverse()            xs.reverse()
xs.rotate(by)           xs.rotate(-by)
"""


@dataclass(frozen=True)
class Change:
    """A method call, and the one that takes it back; `gives` where it returns the item that it takes out."""

    method: Op
    inverse: Op
    gives: bool

    @property
    def new(self) -> int | None:
        """Which operand of the method is the new item."""
        return self.method.args.index(Var("new")) if Var("new") in self.method.args else None

    def undone(self, value: Op, base: Expr, old: Expr) -> Op:
        """What takes back the call `value` of the method, on `base`; `old` is the item that the call gave."""
        names = {a.name: b for a, b in zip(self.method.args, value.args, strict=True) if isinstance(a, Var)}
        return on(self.inverse, {**names, "xs": base, "old": old})


def on(call: Op, values: Mapping[str, Expr]) -> Op:
    """A call with the names of the table replaced; `append` and `pop()` are primitives of their own."""
    made = substitute(call, dict(values))
    assert isinstance(made, Op)
    match made.args:
        case (base, Lit(value="append"), item):
            return Op(prims.push, (base, item))
        case (base, Lit(value="pop")):
            return Op(prims.pop, (base,))
        case _:
            return made


def _parsed(text: str) -> Op:
    call = ast.parse(text, mode="eval").body
    assert isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
    return Op(prims.call_method, (Var("xs"), Lit(call.func.attr), *map(_operand, call.args)))


def _operand(node: ast.expr) -> Expr:
    if isinstance(node, ast.UnaryOp):
        return Op(operator.neg, (_operand(node.operand),))
    assert isinstance(node, ast.Name)
    return Var(node.id)


def _read(table: str) -> dict[tuple[str, int], Change]:
    made: dict[tuple[str, int], Change] = {}
    for line in table.strip().splitlines():
        left, inverse = line[:24].strip(), line[24:].strip()
        method = _parsed(left.removesuffix("-> old").strip())
        name = method.args[1]
        assert isinstance(name, Lit)
        made[name.value, len(method.args) - 2] = Change(method, _parsed(inverse), left.endswith("-> old"))
    return made


_CHANGES = _read(_TABLE)
METHODS = frozenset(name for name, _ in _CHANGES)
READERS = ("index", "count", "keys")  # methods that change nothing and return no item


def change_of(value: Op) -> Change | None:
    """The change that a method call is, None for any other call."""
    if value.fn is not prims.call_method or not isinstance(value.args[1], Lit):
        return None
    return _CHANGES.get((value.args[1].value, len(value.args) - 2))
