"""Values of which it is not known before the program runs which of several things they are.

`f = square if c else (lambda t: t * x)`, `shapes = [Circle(r), Square(a)]`. In a specialised program such a value is a
tuple with a place for each option, None in all but one, so that every later pass sees tuples and plain branches:

    OneOf(Circle, Square)        (circle, None)    or    (None, square)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from srcad.core.kinds import (
    BOTTOM,
    NONE_KIND,
    Dict,
    Function,
    Kind,
    List,
    Maybe,
    Object,
    OneOf,
    Record,
    Set,
    Tuple,
    TupleOf,
    children,
    is_sum,
    option_key,
)


def holds_sum(kind: Kind) -> bool:
    """The value is or has parts that are one of several things."""
    if isinstance(kind, OneOf):
        return is_sum(kind)
    return any(map(holds_sum, _parts(kind)))


def holds_function(kind: Kind) -> bool:
    """The value is or has parts that are a function, which a specialised program has as the tuple of its captures."""
    return isinstance(kind, Function) or any(map(holds_function, _parts(kind)))


def makes_up_items(kind: Kind) -> bool:
    """The value is or has parts that are a dict which was given and makes up what is missing in it."""
    return isinstance(kind, Dict) and kind.makes_up or any(map(makes_up_items, _parts(kind)))


def _parts(kind: Kind) -> Iterable[Kind]:
    """The kinds of what a value holds, and those of which its own kind may be one."""
    match kind:
        case List(item=item) | TupleOf(item=item) | Set(item=item) | Maybe(kind=item) | Dict(value=item):
            return (item,)
        case OneOf(options=options):
            return options
        case _:
            return [k for _, k in children(kind) or ()]


def represented(kind: Kind) -> Kind:
    """The kind as the specialised program has it: one of several things as the tuple with a place for each."""
    if not holds_sum(kind):
        return kind
    match kind:
        case OneOf(options=options):
            return Tuple(tuple(Maybe(represented(option)) for option in options))
        case List(item=item) | TupleOf(item=item) | Set(item=item):
            return replace(kind, item=represented(item))
        case Maybe(kind=inner):
            return Maybe(represented(inner))
        case Dict(value=value):
            return replace(kind, value=represented(value))
        case Tuple(items=items, cls=cls, names=names):
            return Tuple(tuple(map(represented, items)), cls, names)
        case Record(items=pairs):
            return Record(tuple((k, represented(v)) for k, v in pairs))
        case Object(cls=cls, attrs=attrs):
            return Object(cls, tuple((k, represented(v)) for k, v in attrs))
        case Function(of=of, fields=fields):
            return Function(of, tuple((k, represented(v)) for k, v in fields))
        case _:
            return kind


def place_of(option: Kind, sum_: OneOf) -> int | None:
    """The place of an option in the tuple of a sum."""
    key = option_key(option)
    return next((i for i, o in enumerate(sum_.options) if option_key(o) == key), None)


def represented_alike(have: Kind, want: Kind) -> bool:
    """Whether a value of kind `have` is, as it is, one of kind `want`."""
    if have == want or have is BOTTOM or not holds_sum(want):
        return True
    if isinstance(want, Maybe):
        if have == NONE_KIND:
            return True
        return represented_alike(have.kind if isinstance(have, Maybe) else have, want.kind)
    if isinstance(want, OneOf):
        if not isinstance(have, OneOf) or not is_sum(have) or len(have.options) != len(want.options):
            return False
        return all(
            option_key(a) == option_key(b) and represented_alike(a, b)
            for a, b in zip(have.options, want.options, strict=True)
        )
    match have, want:
        case (List(item=a), List(item=b)) | (TupleOf(item=a), TupleOf(item=b)) | (Dict(value=a), Dict(value=b)):
            return represented_alike(a, b)
        case (Tuple(items=items), TupleOf(item=item) | List(item=item)):
            return all(represented_alike(k, item) for k in items)
        case (Record(items=pairs), Dict(value=value)):
            return all(represented_alike(k, value) for _, k in pairs)
    wanted = dict(children(want) or ())
    return all(represented_alike(k, wanted.get(step, k)) for step, k in children(have) or ())
