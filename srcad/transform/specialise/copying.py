"""`copy.copy` and `copy.deepcopy`, by what is copied.

copy.copy(x)            ->  np.copy(x)      an array, at any depth
copy.copy(xs)           ->  xs.copy()       a list, deque, dict or set; at any depth where its items are immutable

A deep copy of arrays or containers within a container keeps which of them are one. That is not known before the
program runs, so it is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from srcad.core.kinds import (
    BOTTOM,
    NONE_KIND,
    STRING,
    Array,
    Dict,
    Kind,
    List,
    Record,
    Set,
    Tuple,
    TupleOf,
    is_number,
    show,
    widen,
)
from srcad.core.nodes import Expr
from srcad.transform.specialise.binding import Args
from srcad.transform.specialise.functions import call_primitive
from srcad.transform.specialise.session import Resolved

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser


def make_copy(name: str, is_deep: bool) -> Callable[[Specialiser, Args, dict[str, Expr]], Resolved]:
    """How `copy.copy` or `copy.deepcopy` is resolved."""

    def copied(sp: Specialiser, args: Args, kwargs: dict[str, Expr]) -> Resolved:
        if len(args) != 1 or kwargs:
            raise sp.refuse(f"copy.{name} with other arguments", "pass only what is to be copied")
        kind = sp.kind(args[0])
        if kind is BOTTOM or _is_immutable(kind):
            return args[0], kind
        if isinstance(kind, Array):
            return call_primitive(sp, "copy", np.copy, args, ())
        if not is_deep and isinstance(kind, (Tuple, TupleOf)):
            return args[0], kind
        if isinstance(kind, (List, Dict, Record, Set)) and (not is_deep or all(map(_is_immutable, _items(kind)))):
            return sp.method(args[0], "copy", ())
        raise sp.refuse(
            f"copy.{name} of {show(kind)}",
            "copy each part by itself, x.copy(), list(xs) or dict(d), and make a new object by its class",
        )

    return copied


def _is_immutable(kind: Kind) -> bool:
    if isinstance(kind, (Tuple, TupleOf)):
        return all(map(_is_immutable, _items(kind)))
    return is_number(widen(kind)) or widen(kind) in (STRING, NONE_KIND)


def _items(kind: Kind) -> tuple[Kind, ...]:
    match kind:
        case List(item=item) | TupleOf(item=item) | Dict(value=item):
            return (item,)
        case Tuple(items=items):
            return items
        case Record(items=pairs):
            return tuple(item for _, item in pairs)
        case _:
            return ()  # the items of a set are hashed: nobody changes them
