"""Bind the arguments of a call to parameters, as Python does: `*`, `**`, keywords, defaults.

What `*xs` and `**kw` stand for is spelled out where the kinds give their lengths and names; a list of unknown length
can only fill the places that the callee's signature counts.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

from srcad.core import prims
from srcad.core.kinds import BOTTOM, Kind, Record, Tuple, holds_smooth, is_number, show, widen
from srcad.core.nodes import Expr, Lit, Op, Program, Ref, Star
from srcad.errors import KindError

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser

Args = tuple[Expr, ...]
Kwargs = tuple[tuple[str, Expr], ...]


def spread_arguments(sp: Specialiser, args: Args, kwargs: Kwargs) -> tuple[Args, Kwargs] | None:
    """Spell out `*xs` and `**kw` where the kinds give lengths and names. None while a kind is not known yet."""
    made: list[Expr] = []
    for arg in args:
        if not isinstance(arg, Star):
            made.append(arg)
            continue
        kind = sp.kind(arg.value)
        if kind is BOTTOM:
            return None
        if isinstance(kind, Tuple):
            made.extend(sp.op(Op(operator.getitem, (arg.value, Lit(i)))) for i in range(len(kind.items)))
        else:
            made.append(arg)
    named: list[tuple[str, Expr]] = []
    for name, value in kwargs:
        if name != "**":
            named.append((name, value))
            continue
        kind = sp.kind(value)
        if kind is BOTTOM:
            return None
        if isinstance(kind, Record):
            named.extend((str(key), sp.op(Op(operator.getitem, (value, Lit(key))))) for key, _ in kind.items)
        elif holds_smooth(kind):
            raise sp.refuse(f"`**` of {show(kind)}, whose keys are not known", "write the arguments out")
        else:
            named.append((name, value))
    return tuple(made), tuple(named)


def starred(args: Args, kwargs: Kwargs) -> bool:
    """Whether arguments are left whose number or names the kinds do not give."""
    return any(isinstance(a, Star) for a in args) or any(k == "**" for k, _ in kwargs)


def argument_kind(kind: Kind) -> Kind:
    """Ints and floats are passed by kind, not by value: a function is not made anew for every number."""
    return widen(kind) if is_number(kind) and not isinstance(getattr(kind, "value", None), bool) else kind


def bind_arguments(
    sp: Specialiser, program: Program, args: Args, kwargs: Kwargs, held: dict[str, Expr]
) -> tuple[Expr, ...]:
    """One atom per parameter, as Python binds a call."""
    if any(k == "**" for k, _ in kwargs):
        raise sp.refuse("`**` of a dict whose keys are not known before the program runs", "write the arguments out")
    named = dict(kwargs)
    rest = _counted(sp, program, list(args), named)
    made: list[Expr] = []
    for i, param in enumerate(program.params):
        if i < program.captures:
            made.append(held[param.name])
        elif param.kind == "star":
            made.append(sp.op(Op(prims.make_tuple, tuple(rest)), "args"))
            rest = []
        elif param.kind == "starstar":
            parts = tuple(p for k, v in named.items() for p in (Lit(k), v))
            made.append(sp.op(Op(prims.make_dict, parts), "kwargs"))
            named = {}
        elif rest and param.kind in ("pos", "any"):
            made.append(rest.pop(0))
            if param.name in named:
                raise sp.refuse(f"{program.name}() got two values for {param.name}", "pass it once", KindError)
        elif param.kind != "pos" and param.name in named:
            made.append(named.pop(param.name))
        elif param.name in held:
            made.append(held[param.name])
        elif param.default is not None:
            made.append(param.default)
        else:
            raise sp.refuse(f"{program.name}() misses the argument {param.name}", "pass it", KindError)
    if rest or named:
        extra = f"{len(rest)} more positional arguments" if rest else ", ".join(named)
        raise sp.refuse(f"{program.name}() does not take {extra}", "look at its signature", KindError)
    return tuple(made)


def _counted(sp: Specialiser, program: Program, args: list[Expr], named: dict[str, Expr]) -> list[Expr]:
    """The positional arguments, with `*xs` taken apart into as many as the callee's own parameters ask for."""
    places = [p for p in program.params[program.captures :] if p.kind in ("pos", "any")]
    variadic = any(p.kind == "star" for p in program.params)
    at = next((i for i, a in enumerate(args) if isinstance(a, Star)), None)
    if at is None:
        return args
    last = args[at]
    assert isinstance(last, Star)
    open_places = [p for p in places[at:] if p.name not in named]
    if not open_places and variadic:
        return args
    if len(args) > at + 1 or any(p.default is not None for p in open_places):
        raise sp.refuse(
            f"`*` of {show(sp.kind(last.value))} in a call of {program.name}(): which parameters it fills is not known "
            "before the program runs",
            "pass the list itself, or a tuple",
        )
    if not variadic:
        taken = sp.op(Op(prims.unpack, (last.value, Lit(len(open_places)), Lit(-1))))
        return args[:at] + [sp.op(Op(operator.getitem, (taken, Lit(i)))) for i in range(len(open_places))]
    count = len(open_places)
    first: list[Expr] = [sp.op(Op(operator.getitem, (last.value, Lit(i)))) for i in range(count)]
    part = sp.op(Op(prims.make_slice, (Lit(count), Lit(None), Lit(None))))
    others = sp.op(Op(operator.getitem, (last.value, part)))
    return [*args[:at], *first, Star(sp.op(Op(prims.call, (Ref("tuple", tuple), others))))]
