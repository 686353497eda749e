"""Lists and tuples of numbers where a function takes an array: they are made arrays first, as the function does itself.

np.exp([x, y])    ->  np.exp(np.array([x, y]))

Rules speak of arrays. Those that speak of lists too have cases of lists: what such a parameter is given is left as it
is.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from srcad.core import prims
from srcad.core.kinds import Array, Kind, List, Tuple, TupleOf
from srcad.core.nodes import Expr, Op, Ref, Star
from srcad.rules.naming import function_name
from srcad.rules.registry import Rule, rule_for
from srcad.rules.shapes import as_array
from srcad.rules.static import positions
from srcad.transform.specialise.binding import Args, Kwargs

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser


def as_arrays(sp: Specialiser, value: Any, args: Args, kwargs: Kwargs) -> tuple[Args, Kwargs]:
    """The arguments of a function of NumPy or SciPy that has a rule, lists of floats being arrays."""
    rule = rule_for(value)
    if rule is None or not function_name(value).startswith(("np.", "numpy.", "scipy.")):
        return args, kwargs
    names = [name for name, _ in positions(rule, value)]
    own = takes_lists(rule)

    def made(name: str | None, arg: Expr) -> Expr:
        if isinstance(arg, Star) or name in own or not is_listed(sp.kind(arg)):
            return arg
        return sp.op(Op(prims.call, (Ref("np.array", np.array), arg)))

    by_position = (*names, *[rule.variadic] * len(args))
    args = tuple(made(name, arg) for name, arg in zip(by_position, args, strict=False))
    return args, tuple((name, made(name, arg)) for name, arg in kwargs)


def is_listed(kind: Kind) -> bool:
    """A list or tuple of floats, or of lists or arrays of them that are alike."""
    if not isinstance(kind, (List, Tuple, TupleOf)):
        return False
    whole = as_array(kind)
    return isinstance(whole, Array) and np.dtype(whole.dtype).kind == "f" and _depth(kind) is not None


def _depth(kind: Kind) -> int | None:
    """The number of dimensions that a value has as an array; None where its items differ in it or it is not known."""
    match kind:
        case Tuple(items=items):
            depths = {_depth(item) for item in items}
            inner = depths.pop() if len(depths) == 1 else None
        case List(item=item) | TupleOf(item=item):
            inner = _depth(item)
        case _:
            whole = as_array(kind)
            return whole.ndim if isinstance(whole, Array) else None
    return None if inner is None else inner + 1


@cache
def takes_lists(rule: Rule) -> frozenset[str | None]:
    """The parameters for which a case of the rule has a list or tuple that holds floats."""
    found: set[str | None] = set()
    for fn in rule.functions:
        names = (*(name for name, _ in positions(rule, fn)), *[rule.variadic] * 9)
        for case in rule.cases:
            given = [*zip(names, case.args, strict=False), *case.kwargs]
            found.update(name for name, value in given if isinstance(value, (list, tuple)) and _holds_float(value))
    return frozenset(found)


def _holds_float(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(map(_holds_float, value))
    return isinstance(value, float) or isinstance(value, np.ndarray) and value.dtype.kind in "fc"
