"""Displays: `[a, *b]`, `(a, b)`, `{k: v, **d}`, `{a, b}`, slices and f-strings."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from srcad.core import prims
from srcad.core.kind_of import list_kind
from srcad.core.kinds import (
    BOTTOM,
    FLOAT,
    SLICE,
    STRING,
    UNKNOWN,
    Const,
    Dict,
    Kind,
    Record,
    Set,
    Tuple,
    join_all,
    show,
    widen,
)
from srcad.core.nodes import Expr, Lit, Op, Ref, Star
from srcad.errors import KindError
from srcad.transform.specialise.sequences import as_list, element
from srcad.transform.specialise.session import Resolved

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser


def _list(sp: Specialiser, op: Op) -> Resolved:
    if any(isinstance(a, Star) for a in op.args):
        return _with_stars(sp, op)
    return op, list_kind(tuple(sp.kind(a) for a in op.args))


def _with_stars(sp: Specialiser, op: Op) -> Resolved:
    """`[*a, x, *b]`: known tuples are spelled out; lists are joined."""
    items: list[Expr] = []
    joined: Expr | None = None

    def flush() -> None:
        nonlocal joined
        if items:
            piece = sp.op(Op(prims.make_list, tuple(items)))
            items.clear()
            joined = piece if joined is None else sp.op(Op(operator.add, (joined, piece)))

    for arg in op.args:
        if not isinstance(arg, Star):
            items.append(arg)
            continue
        kind = sp.kind(arg.value)
        if isinstance(kind, Tuple):
            items.extend(sp.op(Op(operator.getitem, (arg.value, Lit(i)))) for i in range(len(kind.items)))
        else:
            flush()
            piece = as_list(sp, arg.value)
            joined = piece if joined is None else sp.op(Op(operator.add, (joined, piece)))
    if joined is None:
        return sp.resolve(Op(op.fn, tuple(items)))
    flush()
    assert joined is not None
    if op.fn is prims.make_tuple:
        return sp.resolve(Op(prims.call, (Ref("tuple", tuple), joined)))
    return joined, sp.kind(joined)


def _tuple(sp: Specialiser, op: Op) -> Resolved:
    if any(isinstance(a, Star) for a in op.args):
        return _with_stars(sp, op)
    return op, Tuple(tuple(sp.kind(a) for a in op.args))


def _dict(sp: Specialiser, op: Op) -> Resolved:
    """`{k: v, **d}`: a record where the keys are known; what is spread from a dict of unknown keys is merged."""
    whole: Expr | None = None
    parts: list[Expr] = []

    def flush() -> None:
        nonlocal whole
        if parts or whole is None:
            piece: Expr = sp.hold(*_written_out(sp, tuple(parts)))
            parts.clear()
            whole = piece if whole is None else sp.op(Op(operator.or_, (whole, piece)))

    for key, item in zip(op.args[::2], op.args[1::2], strict=True):
        if not (isinstance(key, Ref) and key.value is prims.SPREAD):
            parts += (key, item)
            continue
        kind = sp.kind(item)
        if kind is BOTTOM:
            return op, BOTTOM
        if isinstance(kind, Record):
            for name, _ in kind.items:
                parts += (Lit(name), sp.op(Op(operator.getitem, (item, Lit(name)))))
        elif isinstance(kind, Dict):
            flush()
            assert whole is not None
            whole = sp.op(Op(operator.or_, (whole, item)))
        else:
            raise sp.refuse(f"`**` of {show(kind)} in a dict display", "write the keys out, or use a loop")
    if whole is None:
        return _written_out(sp, tuple(parts))
    flush()
    return whole, sp.kind(whole)


def _written_out(sp: Specialiser, parts: tuple[Expr, ...]) -> Resolved:
    keys = [sp.kind(k) for k in parts[::2]]
    values = [sp.kind(v) for v in parts[1::2]]
    if all(isinstance(k, Const) and isinstance(k.value, (str, int, bytes, type(None))) for k in keys):
        last: dict[Any, tuple[Expr, Expr, Kind]] = {}  # of a key that comes again, the last value at the first place
        for key, kind, item, held in zip(parts[::2], keys, parts[1::2], values, strict=True):
            assert isinstance(kind, Const)
            last[kind.value] = (last[kind.value][0] if kind.value in last else key, item, held)
        spelled = tuple(part for key, item, _ in last.values() for part in (key, item))
        return Op(prims.make_dict, spelled), Record(tuple((key, held) for key, (_, _, held) in last.items()))
    made = Op(prims.make_dict, parts)
    return made, Dict(join_all(tuple(map(widen, keys))), join_all(tuple(map(element, values))))


def _set(sp: Specialiser, op: Op) -> Resolved:
    if any(isinstance(a, Star) for a in op.args):
        return op, Set(UNKNOWN)
    return op, Set(join_all(tuple(widen(sp.kind(a)) for a in op.args)))


def _slice(sp: Specialiser, op: Op) -> Resolved:
    for bound in op.args:
        if widen(sp.kind(bound)) is FLOAT:
            shown = show(sp.kind(bound))
            raise sp.refuse(f"a bound of a slice is {shown}, not an int", "convert it with int(...)", KindError)
    return op, SLICE


def _string(sp: Specialiser, op: Op) -> Resolved:
    return op, STRING


DISPLAYS: dict[Callable[..., Any], Callable[[Specialiser, Op], Resolved]] = {
    prims.make_list: _list,
    prims.make_tuple: _tuple,
    prims.make_dict: _dict,
    prims.make_set: _set,
    prims.make_slice: _slice,
    prims.make_string: _string,
    prims.format_value: _string,
}
