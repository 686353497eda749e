"""The leaves of a value: the parts of it that carry an adjoint of their own.

A float or array is one leaf. A tuple, a dict that nobody writes to, or an object that nobody writes to has the leaves
of its parts, each with the path that leads to it: the adjoint of `state = (x, v)` is two variables, `d_state_0` and
`d_state_1`. What lives at an address (lists, open dicts, objects that are written to) is a leaf as a whole: its adjoint
is a *shadow*, a container of the same form which aliases as the primal does.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from srcad import runtime
from srcad.core import prims
from srcad.core.attributes import own_attribute
from srcad.core.kinds import (
    COMPLEX,
    FLOAT,
    Function,
    Kind,
    Maybe,
    Tuple,
    children,
    holds_smooth,
    is_smooth,
    present,
)
from srcad.core.nodes import Expr, Lit, Op

Step = tuple[str, Any]
Path = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A part of a value: the path to it, its kind, and whether its adjoint is a shadow."""

    path: Path
    kind: Kind
    shadow: bool

    def below(self, path: Path) -> Leaf:
        """The leaf as one of a value that has this one at `path`."""
        return Leaf((*path, *self.path), self.kind, self.shadow)


def leaves(kind: Kind, by_address: Callable[[Kind], bool]) -> tuple[Leaf, ...]:
    """The leaves of a value of this kind that can carry a derivative."""
    if not holds_smooth(kind):
        return ()
    if by_address(kind):
        return (Leaf((), present(kind), True),)
    if is_smooth(kind):
        return (Leaf((), kind, False),)
    absent = isinstance(kind, Maybe)
    kind = present(kind)
    found: list[Leaf] = []
    for step, inner in children(kind) or ():
        for leaf in leaves(inner, by_address):
            wide = absent and not leaf.shadow and leaf.kind not in (FLOAT, COMPLEX) and not isinstance(leaf.kind, Maybe)
            found.append(Leaf((step, *leaf.path), Maybe(leaf.kind) if wide else leaf.kind, leaf.shadow))
    return tuple(found)


def may_be_absent(kind: Kind, path: Path) -> bool:
    """Whether a value on the way to the part at `path` may be None."""
    for step in path:
        if isinstance(kind, Maybe):
            return True
        kind = dict(children(kind) or ()).get(step, kind)
    return False


def reach(base: Expr, path: Path, kind: Kind) -> Expr:
    """The expression of a part of `base`."""
    made = base
    if may_be_absent(kind, path):
        return Op(runtime.part_of, (base, *(Lit(step) for step in _keys(kind, path))))
    for how, key in path:
        if how == "attr":
            made = own_attribute(made, key)
        elif how == "field":
            assert isinstance(kind, Function)
            made = Op(operator.getitem, (made, Lit([name for name, _ in kind.fields].index(key))))
        else:
            made = Op(operator.getitem, (made, Lit(key)))
        kind = dict(children(kind) or ())[(how, key)]
    return made


def _keys(kind: Kind, path: Path) -> Iterator[Any]:
    """The steps of a path as `runtime.part_of` takes them."""
    for how, key in path:
        held = kind.kind if isinstance(kind, Maybe) else kind
        if how == "field":
            assert isinstance(held, Function)
            yield [name for name, _ in held.fields].index(key)
        else:
            yield f".{key}" if how == "attr" else key
        kind = dict(children(held) or ())[(how, key)]


def step_of(kind: Kind, op: Op) -> Step | None:
    """The step of a structure that a subscript or attribute with a constant key takes."""
    key = op.args[1]
    if isinstance(kind, Maybe):
        kind = kind.kind
    if not isinstance(key, Lit):
        return None
    if op.fn is prims.get_attr:
        if isinstance(kind, Tuple):
            return ("item", kind.names.index(key.value)) if key.value in kind.names else None
        return ("attr", key.value)
    if isinstance(kind, Tuple):
        return ("item", key.value % len(kind.items)) if isinstance(key.value, int) else None
    if isinstance(kind, Function):
        return ("field", kind.fields[key.value][0])
    return ("key", key.value)


def spelled(path: Path) -> str:
    """The path as part of a name: `_w1`, `_0_x`."""
    made = ""
    for _, key in path:
        text = "".join(c if c.isalnum() or c == "_" else "_" for c in str(key)).strip("_")
        made += f"_{text}"
    return made
