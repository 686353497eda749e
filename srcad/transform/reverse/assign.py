"""What reverses `target = value`: which reader below reads the value.

Contract: the contributions to the adjoints of what the value reads come first, then the new adjoint of the target,
which is zero unless the value reads the own old value of the target.
"""

from __future__ import annotations

import collections
import operator
from typing import TYPE_CHECKING

import numpy as np

from srcad import runtime, runtime_rules
from srcad.core import prims
from srcad.core.kinds import (
    Array,
    Kind,
    List,
    Tuple,
    TupleOf,
    holds_complex,
    is_array,
    is_smooth,
    present,
)
from srcad.core.nodes import (
    Assign,
    Block,
    Expr,
    Lit,
    Op,
    Ref,
    Var,
    expressions_of,
    names_in,
    walk,
)
from srcad.errors import AliasError
from srcad.rules.registry import rule_for
from srcad.transform.complexes import kind_of_tree
from srcad.transform.reverse import calls, containers, displays, hooks, primitives, reads, shadows, stores
from srcad.transform.reverse.mirror import Action

if TYPE_CHECKING:
    from srcad.transform.reverse.build import Builder


def assign(builder: Builder, stmt: Assign) -> None:
    target, value = stmt.target, stmt.value
    builder.target = target
    if isinstance(value, Op) and value.fn is prims.call and isinstance(value.args[0], Ref):
        handle = value.args[0].value
        if hasattr(handle, "arg_kinds"):
            calls.call(builder, stmt, target, handle, value)
            return
    if isinstance(value, Op) and value.fn in stores.IN_PLACE and isinstance(builder.kind(value.args[0]), Array):
        stores.in_place(builder, stmt, value)
        return
    if isinstance(value, Op) and value.fn is prims.call and value.args[0] == Ref("np.errstate", np.errstate):
        builder.contexts[target] = value
    if target not in builder.activity.active:
        if isinstance(value, Op) and value.fn is prims.call_method:
            containers.method(builder, stmt, value)
            return
        builder.step(stmt)
        return
    if isinstance(value, Op) and value.fn is prims.call_method:
        containers.method(builder, stmt, value)
        return
    if isinstance(value, Op) and value.fn in stores.IN_PLACE:
        raise builder.refuse(
            f"it is not known whether {builder.user(next(names_in(value.args[0])))} is a number or an array, which "
            "this would write into",
            "write x = x + v for a new array, or x[...] = x + v to write into x",
            AliasError,
        )
    own = {name for _, name in builder.adjoint_leaves(target)}
    again = isinstance(value, Op) and target in names_in(value)
    if isinstance(value, Op) and again and (_reads_result(builder, value) or _made_anew(builder, target)):
        fresh = builder.names.temp("new", builder.kinds[target])
        _assign_fresh(builder, stmt, target, fresh, value, builder.kinds[target])
        return
    if builder.has_complex and isinstance(value, Op) and holds_complex(builder.kinds[target]):
        made = kind_of_tree(value, lambda name: builder.kind(Var(name)))
        if is_smooth(made) and not holds_complex(made):  # a real value for a variable that is complex elsewhere
            _assign_fresh(builder, stmt, target, builder.names.temp("real", made), value, made)
            return
    contributions: list[Action] = []
    step_for(builder, stmt, target, value, contributions)
    builder.finish(stmt, contributions, own)


def _made_anew(builder: Builder, target: str) -> bool:
    """The variable is bound to new memory at an address, while its old memory is read."""
    return is_array(present(builder.kinds[target])) and any(leaf.shadow for leaf in builder.leaves(target))


def _assign_fresh(builder: Builder, stmt: Assign, target: str, fresh: str, value: Op, kind: Kind) -> None:
    """`y = f(y)` whose rule reads the result: through a temporary, so that both values are at hand."""
    kinds = dict(builder.kinds)
    kinds[fresh] = kind
    builder.kinds = kinds
    builder.activity.regions.adopt(fresh, target)
    object.__setattr__(builder.activity, "active", builder.activity.active | {fresh})
    assign(builder, Assign(fresh, value, stmt.place))
    assign(builder, Assign(target, Var(fresh), stmt.place))


def _reads_result(builder: Builder, value: Op) -> bool:
    rule = rule_for(value.fn)
    if rule is None or rule.style == "zero":
        return False
    if not any("out" in set(names_in(e)) for e in _template_expressions(rule.template)):
        return False
    return primitives.reads_result(builder, rule, value)


def step_for(builder: Builder, stmt: Assign, target: str, value: Expr, out: list[Action]) -> None:
    """The contributions of `target = value`; shadow statements become steps of their own."""
    if isinstance(value, Var):
        shadows.copy(builder, target, (), value, (), out)
        return
    if value == Lit(None):
        shadows.shadows_of_none(builder, target)
        return
    if isinstance(value, (Lit, Ref)):
        shadows.fresh_shadows(builder, target)
        return
    assert isinstance(value, Op)
    fn = value.fn
    kind = builder.kinds[target]
    if fn in (prims.make_tuple, prims.make_list, prims.make_dict) or (fn is prims.call and _builds(builder, value)):
        displays.display(builder, target, kind, value, out)
    elif fn is runtime_rules.hook:
        hooks.hook(builder, target, value, out)
    elif fn is operator.getitem:
        reads.item(builder, target, value, out)
    elif fn is prims.get_attr:
        reads.attribute(builder, target, value, out)
    elif fn is object.__new__:
        shadows.shadow(builder, target, Op(runtime.empty_shadow, ()))
    elif fn in (collections.defaultdict, collections.deque):  # an empty one
        shadows.shadow(builder, target, shadows.empty_like(value))
    elif fn is tuple:
        shadows.copy(builder, target, (), value.args[0], (), out)
    elif (
        fn is operator.mul
        and isinstance(builder.kind(value.args[0]), (List, Tuple, TupleOf))
        and isinstance(kind, (List, TupleOf))
    ):
        displays.repeated(builder, target, kind, value, out)
    elif fn in (list, operator.add, prims.pop) and isinstance(kind, (List, TupleOf)):
        raise builder.refuse("this operation on a list", "build the list with a loop or comprehension")
    else:
        primitives.primitive(builder, target, value, out)


def _builds(builder: Builder, value: Op) -> bool:
    callee = value.args[0]
    return isinstance(callee, Ref) and isinstance(callee.value, type)


def _template_expressions(block: Block) -> list[Expr]:
    return [e for stmt in walk(block) for e in expressions_of(stmt)]
