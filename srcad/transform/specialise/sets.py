"""Sets, which are made, changed and asked on the way forward and never differentiated.

A set is no memory that the analyses follow, so that nobody knows by which other name something is put into it: each set
that is read may hold whatever is put into any.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from srcad.core.kinds import BOOL, BOTTOM, NONE_KIND, UNKNOWN, Kind, Set, holds_smooth, join_all, widen
from srcad.core.nodes import Expr, Op
from srcad.transform.specialise.binding import Args
from srcad.transform.specialise.sequences import item_kind
from srcad.transform.specialise.session import Resolved

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser

_PUTTING = ("update", "symmetric_difference_update")
_MERGING = ("union", "symmetric_difference")
_NARROWING = ("intersection", "difference", "copy")
_REMOVING = ("remove", "discard", "clear", "intersection_update", "difference_update")
_ASKING = ("issubset", "issuperset", "isdisjoint")


def made_of(sp: Specialiser, args: Args) -> Kind:
    """The kind of `set(...)` and `frozenset(...)`."""
    return Set(join_all(tuple(widen(item_kind(sp.kind(a))) for a in args)))


def set_method(sp: Specialiser, made: Op, base: Expr, held: Set, name: str, args: Args) -> Resolved:
    """A method of a set."""
    kinds = tuple(map(sp.kind, args))
    if any(map(holds_smooth, kinds)):
        raise sp.refuse("a float put into a set", "use a list: sets cannot be differentiated")
    items = join_all(tuple(map(item_kind, kinds))) if BOTTOM not in kinds else BOTTOM
    if name == "add" or name in _PUTTING:
        sp.session.put_into_sets(join_all(kinds) if name == "add" else items)
        return made, NONE_KIND
    if name == "pop":
        return made, held.item
    if name in _MERGING:
        return made, Set(join_all((held.item, items)))
    if name in _NARROWING:
        return made, held
    return made, NONE_KIND if name in _REMOVING else BOOL if name in _ASKING else UNKNOWN
