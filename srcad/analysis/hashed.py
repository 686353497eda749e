"""What no derivative passes through: the keys of a dict and the elements of a set.

Their adjoints would have no place. A key that carries a derivative may be looked up (`memo[x] = y`), since the values
alone are read then; keys of floats are not read back from a dict that a derivative passes through, and no float that
carries a derivative is put into a set.

    return max({x, 2.0})                refused: use a list
    d = {x: 1.0}; return sum(d)         refused: use a list of pairs
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from srcad.core import prims
from srcad.core.kinds import UNKNOWN, Dict, Kind, Record, Set, holds_smooth
from srcad.core.nodes import Assign, Block, Expr, Op, Stmt, Store, Var, names_in
from srcad.core.spoken import spoken
from srcad.errors import KindError, Place, UnsupportedSyntax


def keyed(stmt: Stmt, kinds: Mapping[str, Kind], varied: set[str], body: Block) -> list[str]:
    """The dicts that a statement gives a key which carries a derivative. Refuses those that can hold no derivative."""
    match stmt:
        case Assign(target=target, value=Op(fn=prims.make_dict, args=args)):
            named, keys = [target], args[::2]
        case Store(base=Var(name=base), key=key, attr=False) if isinstance(kinds.get(base), (Dict, Record)):
            named, keys = [base], (key,)
        case _:
            return []
    moving = [n for key in keys for n in names_in(key) if n in varied]
    for name in named if moving else ():
        if not holds_smooth(kinds.get(name, UNKNOWN)):
            raise _refused(f"{spoken(moving[0], body)}, which carries a derivative, is a key of a dict", stmt.place)
    return named if moving else []


def refuse_hashed(stmt: Assign, kinds: Mapping[str, Kind], reads: Iterable[str], body: Block) -> None:
    """Refuse a set of values that carry a derivative, and the keys of a dict where they may carry one."""
    if isinstance(kinds.get(stmt.target), Set):
        first = next(iter(reads))
        raise UnsupportedSyntax(
            f"{spoken(first, body)}, which carries a derivative, is put into a set",
            stmt.place,
            "use a list: the elements of a set have no order that a derivative could keep to",
        )
    read = _keys_of(stmt.value, kinds)
    if read is not None:
        raise _refused(
            f"the keys of {spoken(read, body)} are read, which may be floats that carry a derivative", stmt.place
        )


def reads_keys(value: Expr, kinds: Mapping[str, Kind]) -> bool:
    """Whether a value is the list of the keys of a dict, none of which is a float."""
    return _dict_listed(value, kinds) is not None and _keys_of(value, kinds) is None


def _dict_listed(value: Expr, kinds: Mapping[str, Kind]) -> str | None:
    match value:
        case Op(fn=fn, args=(Var(name=name),)) if fn in (list, tuple) and isinstance(kinds.get(name), (Dict, Record)):
            return name
        case _:
            return None


def _keys_of(value: Expr, kinds: Mapping[str, Kind]) -> str | None:
    """The dict whose keys are listed, where they may be floats."""
    name = _dict_listed(value, kinds)
    kind = kinds.get(name) if name is not None else None
    return name if isinstance(kind, Dict) and (holds_smooth(kind.key) or kind.key is UNKNOWN) else None


def _refused(message: str, place: Place | None) -> KindError:
    return KindError(message, place, "use keys of one type, strings or ints, or a list of pairs")
