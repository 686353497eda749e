"""`collections.deque`: a list whose ends are cheap, and which may drop items at one end where it is full.

Contract: what a deque of limited length drops is dropped by a `popleft()` or `pop()` of its own, before the item that
displaces it is put in; what works through the middle is done as `collections` does it, by rotating.
"""

from __future__ import annotations

import collections
import operator
from dataclasses import replace
from typing import TYPE_CHECKING

from srcad.core import prims
from srcad.core.kinds import BOOL, BOTTOM, INT, NONE_KIND, List, holds_smooth
from srcad.core.nodes import Expr, If, Lit, Op, Ref
from srcad.transform.specialise.binding import Args, Kwargs
from srcad.transform.specialise.sequences import as_sequence, element
from srcad.transform.specialise.session import Resolved
from srcad.transform.specialise.stores import adopt

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser

_LOOPS = ("extend", "extendleft", "insert", "clear", "remove", "copy")


def make_deque(sp: Specialiser, args: Args, kwargs: Kwargs) -> Resolved:
    """`deque(items, maxlen=n)`"""
    options = dict(kwargs)
    longest = args[1] if len(args) > 1 else options.get("maxlen", Lit(None))
    bounded = sp.kind(longest) != NONE_KIND
    empty = Op(collections.deque, (), (("maxlen", longest),) if bounded else (), name="deque")
    kind = List(BOTTOM, collections.deque, bounded)
    items = args[0] if args else options.get("iterable")
    if items is None:
        return empty, kind
    made = sp.assign("made", empty, kind)
    sp.effect(*sp.method(made, "extend", (items,)))
    return made, sp.kind(made)


def deque_method(sp: Specialiser, made: Op, base: Expr, held: List, name: str, args: Args, kwargs: Kwargs) -> Resolved:
    if name in ("append", "appendleft"):
        if held.bounded:
            _drop_one(sp, base, "popleft" if name == "append" else "pop")
        sp.touch(base, replace(held, item=element(sp.kind(args[0]))))
        now = sp.kind(base)
        if isinstance(now, List):
            adopt(sp, args[0], now.item)
        return made, NONE_KIND
    if name in ("pop", "popleft") and not args:
        return made, held.item
    if name == "reverse":
        return made, NONE_KIND
    if name == "rotate":
        return Op(prims.call_method, (base, Lit(name), *(args or (Lit(1),)))), NONE_KIND
    if name in ("index", "count"):
        if len(args) == 1 and holds_smooth(held.item):
            return sp.prelude(f"list_{name}", base, args[0])
        return made, INT
    if name in _LOOPS:
        if name in ("extend", "extendleft"):
            args = (as_sequence(sp, args[0]),)
        elif name == "copy" and held.bounded:
            raise sp.refuse("a copy of a deque of limited length", "write deque(d, maxlen=n)")
        elif name == "copy":
            empty = sp.assign("made", Op(collections.deque, (), name="deque"), List(BOTTOM, collections.deque))
            sp.effect(*sp.method(empty, "extend", (base,)))
            return empty, sp.kind(empty)
        return sp.prelude(f"deque_{name}", base, *args)
    raise sp.refuse(f"the method .{name}() of a deque", "use append, appendleft, pop, popleft, rotate or a list")


def _drop_one(sp: Specialiser, base: Expr, method: str) -> None:
    """A full deque drops an item at the other end."""
    length = sp.op(Op(prims.call, (Ref("len", len), base)))
    limit = sp.assign("limit", Op(prims.get_attr, (base, Lit("maxlen"))), INT)
    full = sp.assign("full", Op(operator.eq, (length, limit)), BOOL)
    drop = sp.nested(lambda: sp.effect(*sp.method(base, method)))
    sp.emit(If(full, drop, (), sp.place))
