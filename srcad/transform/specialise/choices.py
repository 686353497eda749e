"""One of several things, chosen when the program runs: a chain of tests with a plain step for each.

    f = square if c else (lambda t: t * x)        f = (square, None) if c else (None, (x,))
    y = f(2.0)                               ->   if f[0] is not None:
                                                      y = square(2.0)
                                                  else:
                                                      y = lambda_(f[1][0], 2.0)

Contract: whatever is done with such a value is done with each option in a branch of its own, so that what comes out
holds no operation on a value of which it is not known what it is. `fitted` makes a value of one kind into one of a
wider kind where both are represented differently (`core/sums.py`).
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING

from srcad.core import prims
from srcad.core.kinds import (
    BOOL,
    BOTTOM,
    NONE_KIND,
    Const,
    Dict,
    Function,
    Kind,
    List,
    Maybe,
    Object,
    OneOf,
    Record,
    Tuple,
    TupleOf,
    children,
    is_sum,
    show,
)
from srcad.core.nodes import Assign, Expr, If, Lit, Op, Raise, Ref, Var
from srcad.core.sums import holds_sum, place_of, represented_alike
from srcad.errors import KindError
from srcad.transform.specialise.session import Resolved

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser

Arm = Callable[[Expr, Kind], Resolved]


def dispatched(sp: Specialiser, atom: Expr, kind: Kind, arm: Arm) -> Resolved:
    """What `arm` makes of each option of the value of `atom`, in a branch of its own."""
    assert isinstance(kind, OneOf)
    options = kind.options
    result = sp.temp("chosen")

    def one(i: int) -> None:
        made, made_kind = arm(_narrowed(sp, atom, kind, i), options[i])
        if made_kind is BOTTOM and isinstance(made, Var) and made.name not in sp.kinds:
            return
        sp.bind(result, made, made_kind)

    def chain(i: int) -> None:
        if i == len(options) - 1:
            one(i)
            return
        test = _is_option(sp, atom, kind, i)
        then = sp.nested(lambda: one(i))
        otherwise = sp.nested(lambda: chain(i + 1))
        sp.emit(If(test, then, otherwise, sp.place))

    chain(0)
    return Var(result), sp.kinds.get(result, BOTTOM)


def _is_option(sp: Specialiser, atom: Expr, kind: OneOf, i: int) -> Expr:
    """Whether the value is the option at place `i`."""
    option = kind.options[i]
    if is_sum(kind):
        held = sp.assign("t", Op(operator.getitem, (atom, Lit(i))), Maybe(option))
        return sp.assign("t", Op(operator.is_not, (held, Lit(None))), BOOL)
    return sp.assign("t", Op(operator.is_, (atom, _constant(option))), BOOL)


def _narrowed(sp: Specialiser, atom: Expr, kind: OneOf, i: int) -> Expr:
    """The value of `atom` where it is known to be the option at place `i`."""
    option = kind.options[i]
    if isinstance(option, Const):
        return _constant(option)
    hint = option.cls.__name__.lower() if isinstance(option, Object) else "held"
    read = Op(operator.getitem, (atom, Lit(i)))
    name = sp.temp(hint, read)
    sp.bind(name, read, option)
    return Var(name)


def _constant(option: Kind) -> Expr:
    assert isinstance(option, Const)
    return Ref(getattr(option.value, "__name__", "value"), option.value)


def is_instance(sp: Specialiser, atom: Expr, kind: OneOf, answers: list[bool | None]) -> Resolved | None:
    """`isinstance(atom, cls)` where each option's kind gives the answer. None where one does not."""
    if None in answers:
        return None
    if len(set(answers)) == 1:
        return Lit(answers[0]), Const(answers[0])
    if is_sum(kind) and answers.count(True) == 1:
        return _is_option(sp, atom, kind, answers.index(True)), BOOL
    return dispatched(sp, atom, kind, lambda held, option: (Lit(answers[kind.options.index(option)]), BOOL))


def missing(sp: Specialiser, option: Kind, name: str) -> Resolved:
    """An option that has no such attribute: Python raises where the program comes here with it."""
    message = f"{show(option)!r} object has no attribute {name!r}"
    sp.emit(Raise(Op(prims.call, (Ref("AttributeError", AttributeError), Lit(message))), None, sp.place))
    return Lit(None), BOTTOM


def chosen_item(sp: Specialiser, base: Expr, key: Expr, items: tuple[tuple[object, Kind], ...]) -> Resolved:
    """`base[key]` where the items are different things: a branch for each key, and Python's error for any other."""
    result = sp.temp("chosen")
    counted = isinstance(sp.kind(base), Tuple)
    if counted:
        key = sp.op(Op(operator.getitem, (Ref("range", range(len(items))), key)))

    def chain(i: int) -> None:
        if i == len(items):
            error = Op(prims.call, (Ref("KeyError", KeyError), key))
            sp.emit(Raise(error, None, sp.place))
            return
        name, kind = items[i]

        def one() -> None:
            sp.bind(result, Op(operator.getitem, (base, Lit(name))), kind)

        if counted and i == len(items) - 1:
            one()
            return
        test = sp.assign("t", Op(operator.is_ if name is None else operator.eq, (key, Lit(name))), BOOL)
        then = sp.nested(one)
        sp.emit(If(test, then, sp.nested(lambda: chain(i + 1)), sp.place))

    chain(0)
    return Var(result), sp.kinds.get(result, BOTTOM)


# ---------------------------------------------------------------- values made to fit


def fitted(sp: Specialiser, value: Expr, have: Kind, want: Kind) -> Expr:
    """A value of kind `have` as one of kind `want`."""
    if not holds_sum(want) or have is BOTTOM:
        return value
    if isinstance(value, Op) and value.fn in (prims.make_list, prims.make_tuple, prims.make_dict):
        return _display(sp, value, have, want)
    if isinstance(value, Op) and value.fn is prims.call and isinstance(want, Object):
        return _construction(sp, value, want)
    return value if represented_alike(have, want) else _changed(sp, value, have, want)


def fitted_atom(sp: Specialiser, atom: Expr, want: Kind) -> Expr:
    """The value of an atom as one of kind `want`, as an atom."""
    have = sp.kind(atom)
    made = fitted(sp, atom, have, want)
    if isinstance(made, Op):
        name = sp.temp("t", made)
        sp.set(name, want)
        sp.bind(name, made, want)
        return Var(name)
    return made


def _display(sp: Specialiser, value: Op, have: Kind, want: Kind) -> Expr:
    """A display whose items are made to fit the items of `want`."""
    if isinstance(want, Maybe):
        want = want.kind
    if isinstance(want, OneOf):
        if isinstance(have, OneOf):
            return value  # already made to fit
        option = place_of(have, want)
        if option is None:
            return value
        inner = _display(sp, value, have, want.options[option])
        name = sp.temp("held", inner)
        sp.bind(name, inner, want.options[option])
        return _at_place(want, option, Var(name))
    parts = dict(children(want) or ())
    args = list(value.args)
    if value.fn is prims.make_dict:
        for i in range(1, len(args), 2):
            key = args[i - 1]
            kind = want.value if isinstance(want, Dict) else parts.get(("key", getattr(key, "value", None)))
            if kind is not None:
                args[i] = fitted_atom(sp, args[i], kind)
        return Op(value.fn, tuple(args))
    for i, arg in enumerate(args):
        if isinstance(want, (List, TupleOf)):
            args[i] = fitted_atom(sp, arg, want.item)
        elif isinstance(want, Function):
            args[i] = fitted_atom(sp, arg, want.fields[i][1])
        elif isinstance(want, Tuple):
            args[i] = fitted_atom(sp, arg, want.items[i])
    return Op(value.fn, tuple(args))


def _construction(sp: Specialiser, value: Op, want: Object) -> Expr:
    """`Cls(a, b)`: a record whose fields are made to fit."""
    callee, *args = value.args
    if not (isinstance(callee, Ref) and callee.value is want.cls) or value.kwargs:
        return value
    made = tuple(fitted_atom(sp, a, kind) for a, (_, kind) in zip(args, want.attrs, strict=False))
    return Op(value.fn, (callee, *made, *args[len(made) :]))


def _at_place(want: OneOf, place: int, held: Expr) -> Op:
    return Op(prims.make_tuple, tuple(held if i == place else Lit(None) for i in range(len(want.options))))


def _changed(sp: Specialiser, value: Expr, have: Kind, want: Kind) -> Expr:
    """A value made anew, because `want` is represented in another way."""
    atom = value if isinstance(value, (Var, Lit, Ref)) else sp.assign("t", value, have)
    if isinstance(want, Maybe) and not isinstance(have, Maybe):
        return _changed(sp, atom, have, want.kind)
    if isinstance(have, Maybe):
        return _if_present(sp, atom, have, want)
    if isinstance(want, OneOf):
        return _as_sum(sp, atom, have, want)
    steps = children(have)
    wanted = dict(children(want) or ())
    if steps is None or isinstance(have, Object):
        sp.unsettled = sp.refuse(
            f"{show(have)} and {show(want)} meet in one variable",
            "build both in the same way, from the same classes and functions",
            KindError,
        )
        return atom
    parts: list[Expr] = []
    for (how, key), kind in steps:
        at = [n for n, _ in have.fields].index(key) if isinstance(have, Function) else key
        part = sp.assign("t", Op(operator.getitem, (atom, Lit(at))), kind)
        slot = want.item if isinstance(want, (TupleOf, List)) else wanted.get((how, key), kind)
        if isinstance(want, Dict):
            slot = want.value
        part_made = fitted_atom(sp, part, slot)
        parts += [Lit(key), part_made] if isinstance(have, Record) else [part_made]
    if isinstance(have, Tuple) and have.cls not in (None, list):
        return Op(prims.call, (Ref(have.cls.__name__, have.cls), *parts))
    fn = prims.make_dict if isinstance(have, Record) else prims.make_list if _is_list(have) else prims.make_tuple
    return Op(fn, tuple(parts))


def _is_list(kind: Kind) -> bool:
    return isinstance(kind, Tuple) and kind.cls is list


def _if_present(sp: Specialiser, atom: Expr, have: Maybe, want: Kind) -> Expr:
    """None stays None."""
    result = sp.temp("chosen")
    sp.set(result, want)
    test = sp.assign("t", Op(operator.is_not, (atom, Lit(None))), BOOL)
    present = sp.nested(
        lambda: sp.emit(Assign(result, _changed(sp, atom, have.kind, _present(want)), sp.place)),
    )
    absent = sp.nested(lambda: sp.bind(result, Lit(None), NONE_KIND))
    sp.emit(If(test, present, absent, sp.place))
    return Var(result)


def _present(kind: Kind) -> Kind:
    return kind.kind if isinstance(kind, Maybe) else kind


def _as_sum(sp: Specialiser, atom: Expr, have: Kind, want: OneOf) -> Expr:
    if isinstance(have, OneOf) and is_sum(have):
        parts: list[Expr] = []
        for option in want.options:
            place = place_of(option, have)
            if place is None:
                parts.append(Lit(None))
                continue
            held = Maybe(have.options[place])
            part = sp.assign("t", Op(operator.getitem, (atom, Lit(place))), held)
            parts.append(fitted_atom(sp, part, Maybe(option)))
        return Op(prims.make_tuple, tuple(parts))
    if isinstance(have, OneOf):
        made, _ = dispatched(sp, atom, have, lambda held, option: (_as_sum(sp, held, option, want), want))
        return made
    place = place_of(have, want)
    if place is None:
        raise sp.refuse(f"{show(have)} where {show(want)} is held", "let it be one of a few functions or classes")
    return _at_place(want, place, fitted_atom(sp, atom, want.options[place]))
