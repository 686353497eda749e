"""Methods of lists that change their length: the shadow grows and shrinks with the primal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from srcad.analysis.leaves import Leaf
from srcad.core import prims
from srcad.core.kinds import (
    List,
    is_number,
)
from srcad.core.nodes import (
    Assign,
    Do,
    Expr,
    Lit,
    Op,
    Stmt,
    Store,
    Var,
)
from srcad.transform.reverse import primitives, shadows, stores
from srcad.transform.reverse.mirror import Action, Kill, Run

if TYPE_CHECKING:
    from srcad.transform.reverse.build import Builder


def do(builder: Builder, stmt: Stmt, value: Op) -> None:
    """A call that stands alone."""
    if value.fn == np.add.at:  # a bound method is a new object each time
        stores.add_at(builder, stmt, value)
        return
    if value.fn is prims.call_method and isinstance(value.args[0], Var):
        base, method = value.args[0], value.args[1]
        assert isinstance(method, Lit)
        if base.name in builder.activity.active:
            kind = builder.kinds[base.name]
            if method.value == "append" and isinstance(kind, List):
                append(builder, stmt, base.name, kind, value.args[2])
                return
            if method.value == "pop" and isinstance(kind, List) and len(value.args) == 2:
                pop(builder, stmt, base.name, kind, None)
                return
            if method.value in ("index", "count", "keys"):
                builder.step(stmt)
                return
            raise builder.refuse(
                f".{method.value}() on a container that carries derivatives", "use append, pop() or item assignment"
            )
    builder.step(stmt)


def append(builder: Builder, stmt: Stmt, name: str, kind: List, value: Expr) -> None:
    builder.step(stmt)
    shadow = Var(builder.adjoint(name, Leaf((), builder.kinds[name], True)))
    taken = builder.names.temp("d_item")
    actions: list[Action] = [Run(Assign(taken, Op(prims.pop, (shadow,)), builder.place))]
    actions += shadows.from_shadow(builder, Var(taken), value, kind.item)
    builder.step(
        Do(
            Op(prims.push, (shadow, shadows.shadow_value(builder, value, kind.item, builder.addresses(name)))),
            builder.place,
        ),
        actions,
    )


def pop(builder: Builder, stmt: Stmt, name: str, kind: List, target: str | None) -> None:
    """`v = xs.pop()`: the shadow's item goes with it, and comes back on the way back with the adjoint of v."""
    shadow = Var(builder.adjoint(name, Leaf((), builder.kinds[name], True)))
    builder.step(stmt)
    if builder.addresses(name)(kind.item) or not primitives.is_plain(kind.item):
        taken = builder.names.temp("d_item", kind.item)
        builder.step(Assign(taken, Op(prims.pop, (shadow,)), builder.place),
                  [Run(Do(Op(prims.push, (shadow, Var(taken))), builder.place))])  # fmt: skip
        if target is not None:
            for leaf in builder.leaves(target):
                mine = builder.adjoint(target, leaf)
                if leaf.shadow:
                    builder.step(
                        Assign(
                            mine, shadows.inside(builder, Var(taken), leaf.path, builder.kinds[target]), builder.place
                        )
                    )
                else:
                    base, key, attr = shadows.slot(builder, Var(taken), leaf.path, builder.kinds[target])
                    builder.step(
                        None,
                        [
                            Run(Store(base, key, Var(mine), builder.place, attr=attr, accumulate=True), (mine,)),
                            Kill(mine),
                        ],
                    )
        return
    if target is None:
        zero: Expr = Lit(0.0)
        if not is_number(kind.item):
            raise builder.refuse("pop() of an array whose value is not used", "give the popped value a name")
        builder.step(
            Do(Op(prims.pop, (shadow,)), builder.place), [Run(Do(Op(prims.push, (shadow, zero)), builder.place))]
        )
        return
    leaf = Leaf((), builder.kinds[target], False)
    mine = builder.adjoint(target, leaf)
    builder.step(
        Do(Op(prims.pop, (shadow,)), builder.place),
        [Run(Do(Op(prims.push, (shadow, Var(mine))), builder.place), (mine,), True), Kill(mine)],
    )


def method(builder: Builder, stmt: Assign, target: str, value: Op) -> None:
    base, method = value.args[0], value.args[1]
    assert isinstance(method, Lit)
    if isinstance(base, Var) and method.value == "pop" and isinstance(builder.kinds[base.name], List):
        if len(value.args) == 2:
            kind = builder.kinds[base.name]
            assert isinstance(kind, List)
            pop(builder, stmt, base.name, kind, target)
            return
    raise builder.refuse(f".{method.value}() that returns an active value", "use append, pop() and indexing")
