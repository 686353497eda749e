"""Loops through the items or values of a dict, which see what is written into it on the way.

for k, v in d.items():        keys = list(d)
    d["a"] += v          ->   for i in range(len(keys)):
                                  k = keys[i]
                                  d["a"] += d[k]
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

from srcad.core import prims
from srcad.core.kinds import BOTTOM, INT, Dict, Record, join_all, present
from srcad.core.nodes import Block, Expr, For, ForEach, Lit, Op, Ref, Var, expressions_of, names_in, walk
from srcad.transform.specialise.sequences import as_sequence, element, item_kind, vague
from srcad.transform.specialise.session import Resolved

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser


def only_looped_over(body: Block) -> set[str]:
    """Variables that one loop goes through, and that nothing else reads."""
    uses: dict[str, int] = {}
    looped: dict[str, int] = {}
    for stmt in walk(body):
        for name in (n for expr in expressions_of(stmt) for n in names_in(expr)):
            uses[name] = uses.get(name, 0) + 1
        if isinstance(stmt, ForEach) and isinstance(stmt.iterable, Var):
            looped[stmt.iterable.name] = looped.get(stmt.iterable.name, 0) + 1
    return {name for name, count in looped.items() if count == uses[name] == 1}


def dict_view(sp: Specialiser, value: Expr, target: str) -> Resolved | None:
    """`d.items()` or `d.values()` that only a loop goes through: the dict, whose values are read trip by trip."""
    sp.dict_views.pop(target, None)
    if not (isinstance(value, Op) and value.fn is prims.call_method and len(value.args) == 2 and target in sp.looped):
        return None
    base, how = value.args
    held = present(sp.kind(base))
    if how not in (Lit("items"), Lit("values"), Lit("keys")) or not isinstance(base, Var):
        return None
    if (
        not isinstance(held, (Dict, Record))
        or isinstance(held, Record)
        and vague(join_all(tuple(element(k) for _, k in held.items)))
    ):
        return None
    assert isinstance(how, Lit)
    sp.dict_views[target] = str(how.value)
    return base, held


def through_dict(sp: Specialiser, stmt: ForEach, held: Var, how: str) -> None:
    """A loop through the items or values of a dict: over its keys, each value read in its trip."""
    key = sp.temp("key")

    def inside(keys: Expr, index: Var) -> None:
        item: Expr = Op(operator.getitem, (keys, index))
        if how == "keys":
            sp.bind(stmt.target, *sp.resolve(item))
            sp.inline(stmt.body)
            return
        sp.bind(key, *sp.resolve(item))
        value = sp.hold(*sp.resolve(Op(operator.getitem, (held, Var(key)))))
        item = Op(prims.make_tuple, (Var(key), value)) if how == "items" else value
        sp.bind(stmt.target, *sp.resolve(item))
        sp.inline(stmt.body)

    keys = as_sequence(sp, held)
    if sp.kind(keys) is BOTTOM or item_kind(sp.kind(keys)) is BOTTOM:
        return
    length = sp.op(Op(prims.call, (Ref("len", len), keys)))
    sp.walked.pop(held.name, None)  # it is the dict itself
    length = sp.op(Op(prims.trips, (length, Lit(prims.Through.KEYS), held)))
    index = sp.temp("i")
    sp.set(index, INT)
    body = sp.nested(lambda: inside(keys, Var(index)))
    sp.emit(For(index, Lit(0), length, Lit(1), body, stmt.until, stmt.place))
