"""Changes of how long a list is, or of the order of its items: the shadow is changed beside it.

Contract: forwards, the shadow has as many items as the primal, in the same order, with zeros for what is new; on the
way back an inverse is applied to the shadow always, and to the primal where its contents are read again. What an
inverse takes out of the shadow is the adjoint of what was put in. `rules/changes.py` has the table of methods; a slice
assignment is here.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

from srcad import runtime
from srcad.analysis.leaves import Leaf
from srcad.core import prims
from srcad.core.kinds import FLOAT, INT, Kind, List, children, is_number, present
from srcad.core.nodes import NONE, Assign, Do, Expr, Lit, Op, Stmt, Store, Var
from srcad.rules.changes import READERS, Change, change_of, on
from srcad.transform.reverse import primitives, reads, shadows
from srcad.transform.reverse.mirror import KEPT, Action, Kill, Run, Step
from srcad.transform.reverse.names import shadow_kind

if TYPE_CHECKING:
    from srcad.transform.reverse.build import Builder


def method(builder: Builder, stmt: Do | Assign, value: Op) -> None:
    """A method call, alone or as the right side of an assignment."""
    base = value.args[0]
    active = isinstance(stmt, Assign) and stmt.target in builder.activity.active
    if isinstance(base, Var) and isinstance(present(builder.kinds[base.name]), List):
        change = change_of(value)
        if change is not None:
            _change(builder, stmt, base, change, value)
            return
        if value.args[1] == Lit("extend"):
            _extended(builder, stmt, base, value.args[2])
            return
    name = value.args[1]
    assert isinstance(name, Lit)
    if active or isinstance(base, Var) and builder.active(base) and name.value not in READERS:
        raise builder.refuse(
            f".{name.value}() on a container that carries derivatives", "use append, pop() or item assignment"
        )
    builder.step(stmt)


# ---------------------------------------------------------------- methods of the table


def _change(builder: Builder, stmt: Do | Assign, base: Var, change: Change, value: Op) -> None:
    target = stmt.target if isinstance(stmt, Assign) else None
    old = Var(target) if target is not None else NONE
    builder.nodes.append(Step(stmt, [], builder.place, undo=_as_stmt(builder, change.undone(value, base, old))))
    if not builder.active(base):
        if target is not None and target in builder.activity.active:
            shadows.fresh_shadows(builder, target)
            _emit_after(builder, [Kill(name) for leaf, name in builder.adjoint_leaves(target) if not leaf.shadow])
        return
    kind = present(builder.kinds[base.name])
    assert isinstance(kind, List)
    shadow = Var(builder.adjoint(base.name, Leaf((), kind, True)))
    if change.new is not None:
        new = value.args[change.new]
        taken = builder.names.temp("d_item")
        actions: list[Action] = [Run(Assign(taken, change.undone(value, shadow, NONE), builder.place))]
        actions += shadows.from_shadow(builder, Var(taken), new, kind.item)
        zero = shadows.shadow_value(builder, new, kind.item, builder.addresses(base.name))
        args = tuple(zero if i == change.new else a for i, a in enumerate(value.args))
        builder.step(Do(_beside(shadow, args), builder.place), actions)
    elif change.gives:
        given = target if target is not None and target in builder.activity.active else None
        _taken(builder, shadow, kind.item, change, value, given, builder.addresses(base.name)(kind.item))
    else:
        inverse = Run(Do(change.undone(value, shadow, NONE), builder.place))
        builder.step(Do(_beside(shadow, value.args), builder.place), [inverse])


def _beside(shadow: Var, args: tuple[Expr, ...]) -> Op:
    """The same method on the shadow."""
    return on(Op(prims.call_method, args), {args[0].name: shadow} if isinstance(args[0], Var) else {})


def _as_stmt(builder: Builder, value: Op) -> tuple[Stmt, ...]:
    return (Do(value, builder.place),)


def _emit_after(builder: Builder, actions: list[Action]) -> None:
    for made in builder.after:
        builder.step(made)
    builder.after = []
    builder.step(None, actions)


def _taken(
    builder: Builder, shadow: Var, item: Kind, change: Change, value: Op, target: str | None, addressed: bool
) -> None:
    """`v = xs.pop()`: the shadow's item goes with it, and comes back on the way back with the adjoint of v."""
    beside = _beside(shadow, value.args)
    if addressed or not primitives.is_plain(item) or (target is None and not is_number(item)):
        taken = builder.names.temp("d_item", shadow_kind(item))
        back = Run(Do(change.undone(value, shadow, Var(taken)), builder.place))
        builder.step(Assign(taken, beside, builder.place), [back])
        for leaf in builder.leaves(target) if target is not None else ():
            assert target is not None
            mine = builder.adjoint(target, leaf)
            kind = builder.kinds[target]
            if leaf.shadow:
                builder.step(Assign(mine, shadows.inside(builder, Var(taken), leaf.path, kind), builder.place))
            else:
                base, key, attr = shadows.slot(builder, Var(taken), leaf.path, kind)
                part = reads.taken_back(builder, mine, shadows.part_kind(item, leaf.path))
                add = Store(base, key, part, builder.place, attr=attr, accumulate=True)
                builder.step(None, [Run(add, (mine,)), Kill(mine)])
        return
    if target is None:
        back = Run(Do(change.undone(value, shadow, Lit(0.0)), builder.place))
        builder.step(Do(beside, builder.place), [back])
        return
    mine = builder.adjoint(target, Leaf((), builder.kinds[target], False))
    part = reads.taken_back(builder, mine, item)
    back = Run(Do(change.undone(value, shadow, part), builder.place), (mine,), True)
    builder.step(Do(beside, builder.place), [back, Kill(mine)])


# ---------------------------------------------------------------- slices


def splice(builder: Builder, stmt: Store) -> None:
    """`xs[a:b] = ys`, of any length; what was there comes back on the way back."""
    base, key, value = stmt.base, stmt.key, stmt.value
    assert isinstance(base, Var) and isinstance(key, Op) and key.fn is prims.make_slice
    first, _, step = key.args
    if step not in (NONE, Lit(1)):
        now: Op = key
    else:
        start: Expr = Lit(0)
        if first not in (NONE, Lit(0)):
            places = Op(operator.getitem, (Op(range, (Op(len, (base,)),)), key))
            start = _noted(builder, "start", Op(prims.get_attr, (places, Lit("start"))))
        count = _noted(builder, "count", Op(len, (value,)))
        end: Expr = count if start == Lit(0) else Op(operator.add, (start, count))
        now = Op(prims.make_slice, (NONE if start == Lit(0) else start, end, NONE))
    before = None
    if builder.active(base):
        before = Var(builder.names.temp("d_old", shadow_kind(builder.kinds[base.name])))
        builder.step(Assign(before.name, Op(operator.getitem, (_shadow(builder, base), key)), builder.place))
    if before is not None:
        shadow = _shadow(builder, base)
        change = Store(shadow, key, _new_items(builder, base, value), builder.place)
        back = Store(shadow, now, before, builder.place)
        _put_in(builder, base, value, change, Op(operator.getitem, (shadow, now)), back)
    kept = Op(operator.getitem, (base, key))
    builder.nodes.append(Step(stmt, [], builder.place, keep=kept, undo=(Store(base, now, KEPT, builder.place),)))


def _extended(builder: Builder, stmt: Do | Assign, base: Var, value: Expr) -> None:
    """`xs.extend(ys)`: the items from the old end on are new."""
    rest = Op(prims.make_slice, (_noted(builder, "end", Op(len, (base,))), NONE, NONE))
    if builder.active(base):
        shadow = _shadow(builder, base)
        change = Do(Op(prims.call_method, (shadow, Lit("extend"), _new_items(builder, base, value))), builder.place)
        back = Do(Op(operator.delitem, (shadow, rest)), builder.place)
        _put_in(builder, base, value, change, Op(operator.getitem, (shadow, rest)), back)
    undo = (Do(Op(operator.delitem, (base, rest)), builder.place),)
    builder.nodes.append(Step(stmt, [], builder.place, undo=undo))


def _put_in(builder: Builder, base: Var, value: Expr, change: Stmt, items: Expr, back: Stmt) -> None:
    """The shadow gets new items by `change`; on the way back `items` are the adjoints of those of `value`.

    That is before the primal changes: `value` may be the list itself.
    """
    kind = present(builder.kinds[base.name])
    assert isinstance(kind, List)
    actions: list[Action] = [Run(back)]
    if builder.active(value) and not builder.addresses(base.name)(kind.item):
        assert isinstance(value, Var)
        part = builder.names.temp("d_part", shadow_kind(kind))
        taken = reads.taken_back(builder, part, builder.kinds[value.name])
        add = Do(Op(runtime.add_into, (_shadow(builder, value), taken)), builder.place)
        actions = [Run(Assign(part, items, builder.place)), Run(back), Run(add)]
    builder.step(change, actions)


def _new_items(builder: Builder, base: Var, value: Expr) -> Expr:
    """The shadow of a list whose items are put into another: zeros for numbers, else the items' own shadows."""
    kind = present(builder.kinds[base.name])
    assert isinstance(kind, List)
    item = present(kind.item)
    if builder.addresses(base.name)(item) and builder.active(value):
        assert isinstance(value, Var)
        return _shadow(builder, value)
    if any(map(builder.addresses(base.name), (k for _, k in children(item) or ()))):
        raise builder.refuse(
            "several tuples or objects that hold lists put into a list at once", "append them one by one"
        )
    if item is FLOAT:
        return Op(operator.mul, (Op(prims.make_list, (Lit(0.0),)), Op(len, (value,))))
    return Op(runtime.shadow_of, (value,))


def _shadow(builder: Builder, name: Expr) -> Var:
    assert isinstance(name, Var)
    return Var(builder.adjoint(name.name, Leaf((), builder.kinds[name.name], True)))


def _noted(builder: Builder, hint: str, value: Op) -> Expr:
    """A number of the forward sweep that the way back reads."""
    name = builder.names.temp(hint, INT)
    builder.step(Assign(name, value, builder.place))
    return Var(name)
