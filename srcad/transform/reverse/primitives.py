"""A callable with a rule: the rule's cotangents are the contributions to its operands.

Contract: the cotangent of an operand has the operand's shape (`unbroadcast` sums what broadcasting repeated, where the
kinds do not say that nothing was), or that of what reads it (`unsummed.py`). A view of memory at an address is a view
of its shadow.
"""

from __future__ import annotations

import operator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from srcad import runtime, runtime_rules
from srcad.analysis.activity import Activity
from srcad.analysis.leaves import Leaf
from srcad.analysis.regions import VIEWS
from srcad.core import prims
from srcad.core.kinds import (
    NUMBER,
    UNKNOWN,
    Array,
    Kind,
    List,
    Maybe,
    Tuple,
    TupleOf,
    holds_smooth,
    is_array,
    is_number,
    is_plural,
    present,
    same_size,
    show,
)
from srcad.core.nodes import (
    NONE,
    Assign,
    Do,
    Expr,
    Lit,
    Op,
    Var,
    names_in,
)
from srcad.core.spoken import spoken
from srcad.errors import AliasError, KindError, MissingRule
from srcad.rules.kinding import kind_of_call
from srcad.rules.naming import no_derivative_in
from srcad.rules.registry import Call, Rule, rule_for
from srcad.rules.static import bind, padded, settle
from srcad.transform.reverse import shadows
from srcad.transform.reverse.mirror import Action, Add, Run

if TYPE_CHECKING:
    from srcad.transform.reverse.build import Builder


_SHADOW_VIEWS = {
    np.transpose, np.reshape, np.ravel, np.squeeze, np.expand_dims, np.swapaxes, np.moveaxis, np.flip, np.fliplr,
    np.flipud, np.rot90, np.asarray, np.atleast_1d, np.atleast_2d,
}  # fmt: skip


def primitive(builder: Builder, target: str, value: Op, out: list[Action]) -> None:
    """A callable with a rule."""
    rule = rule_for(value.fn)
    shown = value.name or getattr(value.fn, "__name__", "this function")
    if rule is None:
        raise builder.refuse(
            f"{shown} has no derivative, and an active value reaches it",
            "use a function of math or numpy that has a rule, or give it one: @srcad.rule",
            MissingRule,
        )
    if rule.style == "zero":
        shadows.fresh_shadows(builder, target)
        return
    bound = bind(rule, value.args, value.kwargs, value.fn, builder.place)
    for name in rule.refused:
        if any(map(builder.active, map(Var, names_in(bound[name])))):
            raise builder.refuse(*no_derivative_in(rule, shown, name), MissingRule)
    kind = builder.made(target)
    found = builder.leaves(target)
    if isinstance(kind, Tuple) and all(map(_may_be_item, kind.items)) and not any(leaf.shadow for leaf in found):
        several(builder, target, value, out)
        return
    if len(found) != 1 or found[0].path or not is_plain(kind):
        raise builder.refuse(f"{shown} returns {show(kind)}", "use functions that return one array", MissingRule)
    if rule.own is not None:
        refuse_outside_of_rule(builder, builder.activity, target, value, bound)
    mine = builder.adjoint(target, found[0])
    if found[0].shadow:
        if value.fn in VIEWS and builder.activity.regions.of(target) in {
            builder.activity.regions.of(n) for n in names_in(value.args[0])
        }:
            view(builder, target, mine, value, out)
            return
        shadows.fresh_shadows(builder, target)
    env: dict[str, Expr] = {**bound, "out": Var(target), "d_out": Var(mine)}
    kinds = {name: _kind_of(builder, e) for name, e in bound.items()}
    kinds["out"] = kinds["d_out"] = kind
    assigns, returned = settle(rule.template, env, kinds, builder.names.temp, builder.place)
    if rule.style == "linear" and len(returned) == 1 and len(rule.params) > 1:
        returned = (*returned, *(NONE for _ in rule.params[1:]))
    parts = padded(rule, returned)
    needed = {n for e in parts.values() if e is not None for n in names_in(e)}
    used: list[Action] = []
    for name, partial in parts.items():
        operand = bound[name]
        if partial is None:
            if rule.own is not None:
                refuse_unstated(builder, target, rule, name, operand)
            continue
        if rule.own is not None:
            partial = own_part(builder, rule, name, operand, partial, Var(target))
        if rule.style == "elementwise":
            for action in elementwise(builder, operand, partial, mine, builder.unsummed.get(target, kind)):
                used.append(action)
        else:
            used += cotangent(builder, operand, partial, (mine,))
    _with_steps(out, _doubled(used), assigns, needed, (mine,))


def several(builder: Builder, target: str, value: Op, out: list[Action]) -> None:
    """A rule of a function that returns a tuple: its `d_out` is the tuple of the cotangents of the items.

    An item without a derivative has None there; one that nothing reads has zeros.
    """
    rule = rule_for(value.fn)
    assert rule is not None
    kind = builder.made(target)
    assert isinstance(kind, Tuple)
    names = {leaf.path[0][1]: builder.adjoint(target, leaf) for leaf in builder.leaves(target)}
    of = tuple(names.values())
    d_out = Op(prims.make_tuple, tuple(Var(names[i]) if i in names else NONE for i in range(len(kind.items))))
    bound = bind(rule, value.args, value.kwargs, value.fn, builder.place)
    if rule.own is not None:
        refuse_outside_of_rule(builder, builder.activity, target, value, bound)
    kinds = {name: _kind_of(builder, e) for name, e in bound.items()} | {"out": kind, "d_out": kind}
    env: dict[str, Expr] = {**bound, "out": Var(target), "d_out": d_out}
    assigns, returned = settle(rule.template, env, kinds, builder.names.temp, builder.place)
    parts = {name: partial for name, partial in padded(rule, returned).items() if partial is not None}
    if rule.own is not None:
        parts = {n: own_part(builder, rule, n, bound[n], partial, Var(target)) for n, partial in parts.items()}
    used = [action for name, partial in parts.items() for action in cotangent(builder, bound[name], partial, of)]
    _with_steps(out, _doubled(used), assigns, {n for e in parts.values() for n in names_in(e)}, of)


def own_part(builder: Builder, rule: Rule, name: str, operand: Expr, part: Expr, out: Expr) -> Expr:
    """What a user's rule gives for a parameter: checked to have the shape that it must, where the kinds do not say so.

    A partial derivative has the shape of the result, or is one number.
    """
    if isinstance(operand, Var) and not builder.active(operand):
        return part
    like = out if rule.style == "elementwise" else operand
    kind, own = kind_of_tree(builder, part), builder.sized(like) if isinstance(like, Var) else UNKNOWN
    if is_number(kind) and (is_number(own) or rule.style == "elementwise"):
        return part
    if isinstance(kind, Array) and isinstance(own, Array) and same_shape(kind, own):
        return part
    if rule.style == "elementwise":
        return Op(runtime_rules.partial_of, (part, out, Lit(f"{name} of {rule.own.name}")))
    return Op(runtime_rules.shaped_as, (part, operand, Lit(f"{name} of {rule.own.name}")))


def refuse_outside_of_rule(builder: Any, activity: Activity, target: str, value: Op, bound: dict[str, Expr]) -> None:
    """Refuse what the rule of a user does not cover: an active value in a parameter that it leaves out, and memory
    that the function may hand on and that is written to."""
    assert (rule := rule_for(value.fn)) is not None
    given = [*value.args, *(operand for _, operand in value.kwargs)]
    for name, operand in bound.items():
        for part in operand.args if name == rule.variadic and isinstance(operand, Op) else (operand,):
            if name not in rule.own.settings and part in given:
                given.remove(part)  # once: another parameter may be given the same
    left_out = [n for operand in given for n in names_in(operand) if n in activity.active]
    if left_out:
        raise builder.refuse(
            f"{spoken(left_out[0], activity.body)} carries a derivative, and reaches a parameter of "
            f"{value.name or value.fn.__name__} that its rule leaves out",
            "name that parameter in the rule too (of a custom_vjp: take it out of nondiff_argnums)",
            MissingRule,
        )
    regions = activity.regions
    shared = {regions.of(n) for n in names_in(value)} - {None}
    if (regions.of(target) in shared or rule.own.keeps_result) and regions.is_array_written(target):
        shown = value.name or getattr(value.fn, "__name__", "this function")
        raise builder.refuse(
            f"{shown} may return memory that it is given or keeps, and that is written to",
            f"take a copy: np.array({shown}(...))",
            AliasError,
        )


def refuse_unstated(builder: Any, target: str, rule: Rule, name: str, operand: Expr) -> None:
    """Refuse a derivative in what an object or a container holds, for which the rule of a user has None.

    An object that may hold the memory of the result counts as active because of that alone.
    """
    if not isinstance(operand, Var) or not builder.active(operand):
        return
    regions = builder.activity.regions
    may_hold_result = regions.of(target) is not None and regions.of(target) == regions.of(operand.name)
    if not is_plain(present(builder.kinds[operand.name])) and not may_hold_result:
        raise builder.refuse(
            f"{name} of {rule.own.name} holds what carries a derivative, and its rule has None for it",
            "pass the numbers that it holds as arguments of their own, or srcad.stop_gradient them",
            MissingRule,
        )


def _may_be_item(kind: Kind) -> bool:
    """The item of a tuple that a primitive returns: a number, an array, or what has no derivative."""
    return is_plain(kind) or not holds_smooth(kind)


def _with_steps(
    out: list[Action], used: list[Action], assigns: tuple[Assign, ...], needed: set[str], of: tuple[str, ...]
) -> None:
    """The contributions, after the steps of the rule that they read."""
    reads = {n for a in used for n in names_in(getattr(a, "value", NONE))} | needed
    for made in reversed(assigns):
        if made.target in reads:
            reads |= set(names_in(made.value))
    kept = [m for m in assigns if m.target in reads]
    out += [Run(m, of) for m in kept] if used else []
    out += used


def view(builder: Builder, target: str, mine: str, value: Op, out: list[Action]) -> None:
    """A view of an array at an address (or, from `reshape`, perhaps a copy): the shadow is viewed alike."""
    base = value.args[0]
    assert isinstance(base, Var)
    if not builder.active(base):
        shadows.fresh_shadows(builder, target)
        return
    held = builder.kinds[base.name]
    is_matrix = isinstance(held, Array) and len(held.dims or "") == 2
    if value.fn is np.diagonal or value.fn is np.diag and is_matrix:  # NumPy's own cannot be written to
        kwargs = tuple(("offset" if k == "k" else k, v) for k, v in value.kwargs)
        value = replace(value, fn=runtime.diagonal_view, kwargs=kwargs, form="", name="")
    elif value.fn not in _SHADOW_VIEWS:
        raise builder.refuse(
            f"{value.name or value.fn.__name__} may share the memory of {builder.user(base.name)}, which is written to",
            "take a copy first: np.array(...)",
            AliasError,
        )
    shadow = Var(builder.adjoint(base.name, Leaf((), builder.kinds[base.name], True)))
    builder.step(Assign(mine, replace(value, args=(shadow, *value.args[1:])), builder.place))
    if value.fn in (np.reshape, np.ravel):
        order = (*value.args[2 if value.fn is np.reshape else 1 :], *(v for k, v in value.kwargs if k == "order"))
        out.append(Run(Do(Op(runtime.merge_copy, (shadow, Var(mine), *order)), builder.place), (), True))


def _kind_of(builder: Builder, expr: Expr) -> Kind:
    if isinstance(expr, Op) and expr.fn in (prims.make_tuple, prims.make_list):
        return Tuple(tuple(_kind_of(builder, a) for a in expr.args))
    return builder.sized(expr)


def elementwise(builder: Builder, operand: Expr, partial: Expr, mine: str, result: Kind) -> list[Action]:
    """Cotangent times partial derivative, summed over what broadcasting repeated."""
    if not builder.active(operand):
        return []
    assert isinstance(operand, Var)
    cotangent = times(Var(mine), partial)
    own = builder.sized(operand)
    leaf = smooth_leaf(builder, operand.name)
    summed = unbroadcast(builder, cotangent, operand, own, result)
    factor = kind_of_tree(builder, partial)
    spread = "needs"
    if summed is cotangent and is_number(factor) and operand.name not in builder.unsummed:
        spread = "same"
    elif isinstance(factor, Array) and isinstance(result, Array) and same_shape(factor, result):
        spread = "full"
    return [Add(builder.adjoint(operand.name, leaf), summed, (mine,), spread)]


def kind_of_tree(builder: Builder, expr: Expr) -> Kind:
    """The kind of a partial derivative."""
    if not isinstance(expr, Op):
        return builder.sized(expr)
    kinds = tuple(kind_of_tree(builder, a) for a in expr.args)
    named = tuple((k, kind_of_tree(builder, v)) for k, v in expr.kwargs)
    return kind_of_call(Call(expr.fn, kinds, named, expr.args, expr.kwargs))


def smooth_leaf(builder: Builder, name: str) -> Leaf:
    found = builder.leaves(name)
    if len(found) != 1 or found[0].path or (found[0].shadow and not is_array(present(builder.kinds[name]))):
        raise builder.refuse(
            f"arithmetic on {show(builder.kinds[name])}", "convert it to an array first: np.array(...)", KindError
        )
    return found[0]


def unbroadcast(builder: Builder, cotangent: Expr, operand: Expr, own: Kind, result: Kind) -> Expr:
    """Sum a cotangent of the result's shape down to the operand's, unless that can wait."""
    if isinstance(operand, Var) and operand.name in builder.unsummed:
        return cotangent
    if isinstance(own, Maybe):
        own = own.kind
    if is_number(own) and is_number(result):
        return cotangent
    if is_number(own) and isinstance(result, Array):
        return Op(np.sum, (cotangent,))
    if isinstance(own, Array) and isinstance(result, Array) and own.dims is not None and result.dims is not None:
        missing = len(result.dims) - len(own.dims)
        pairs = list(zip(own.dims, result.dims[max(missing, 0) :], strict=missing >= 0))
        certain = missing >= 0 and all(is_plural(a) or same_size(a, b) for a, b in pairs)
        if certain and not missing:
            return cotangent
        if certain:
            axes = tuple(range(missing))
            axis: Expr = Lit(0) if missing == 1 else Op(prims.make_tuple, tuple(map(Lit, axes)))
            return Op(np.sum, (cotangent,), (("axis", axis),))
    return Op(runtime.unbroadcast, (cotangent, operand))


def cotangent(builder: Builder, operand: Expr, value: Expr, of: tuple[str, ...]) -> list[Action]:
    """A cotangent given as a whole, for an operand of any form."""
    if isinstance(operand, Op):  # a variadic parameter: one cotangent an item
        made: list[Action] = []
        for i, part in enumerate(operand.args):
            made += cotangent(builder, part, _item_of(value, i), of)
        return made
    if not builder.active(operand):
        return []
    assert isinstance(operand, Var)
    kind = builder.kinds[operand.name]
    if builder.by_address(kind):
        shadow = Var(builder.adjoint(operand.name, Leaf((), kind, True)))
        item = kind.item if isinstance(kind, (List, TupleOf)) else None
        if item is None or not holds_smooth(item):
            raise builder.refuse(f"a numpy function of {show(kind)}", "pass an array", KindError)
        return [Run(Do(Op(runtime.add_into, (shadow, value)), builder.place), of)]
    found = builder.leaves(operand.name)
    if len(found) == 1 and not found[0].path:
        return [Add(builder.adjoint(operand.name, found[0]), value, of)]
    actions: list[Action] = []
    shared = value
    if isinstance(value, Op) and value.fn not in (prims.make_list, prims.make_tuple, prims.each):
        temp = builder.names.temp("parts")
        actions.append(Run(Assign(temp, value, builder.place), of))
        shared = Var(temp)
    for leaf in found:
        share = shared
        for _, key in leaf.path:
            share = _item_of(share, key)
        if leaf.shadow:
            shadow = Var(builder.adjoint(operand.name, leaf))
            actions.append(Run(Do(Op(runtime.add_into, (shadow, share)), builder.place), of))
        else:
            actions.append(Add(builder.adjoint(operand.name, leaf), share, of))
    return actions


def times(cotangent: Expr, partial: Expr) -> Expr:
    """`cotangent * partial`, without the factors 1 and -1."""
    if isinstance(partial, Lit) and not isinstance(partial.value, complex):
        if partial.value == 1:
            return cotangent
        if partial.value == -1:
            return Op(operator.neg, (cotangent,))
    if isinstance(partial, Op) and partial.fn is operator.truediv:
        top, bottom = partial.args
        return Op(operator.truediv, (times(cotangent, top), bottom))
    if isinstance(partial, Op) and partial.fn is operator.neg:
        return Op(operator.neg, (times(cotangent, partial.args[0]),))
    return Op(operator.mul, (cotangent, partial))


def is_plain(kind: Kind) -> bool:
    """One number or array."""
    return is_number(kind) or is_array(kind) or kind is NUMBER or isinstance(kind, Maybe) and is_plain(kind.kind)


def _doubled(actions: list[Action]) -> list[Action]:
    """Two equal contributions to one adjoint (`x * x`) are one, twice as large."""
    made: list[Action] = []
    for action in actions:
        if isinstance(action, Add) and action in made:
            twice = Op(operator.mul, (Lit(2), action.value))
            made[made.index(action)] = replace(action, value=twice)
        else:
            made.append(action)
    return made


def same_shape(a: Array, b: Array) -> bool:
    """Whether two arrays that broadcast together surely have one shape."""
    if a.dims is None or b.dims is None or len(a.dims) != len(b.dims):
        return False
    return all(same_size(x, y) or is_plural(x) and is_plural(y) for x, y in zip(a.dims, b.dims, strict=True))


def _item_of(value: Expr, key: Any) -> Expr:
    if isinstance(value, Op) and value.fn is prims.each:
        return value.args[0]
    if isinstance(value, Op) and value.fn in (prims.make_list, prims.make_tuple) and isinstance(key, int):
        return value.args[key]
    return Op(operator.getitem, (value, Lit(key)))
