"""What is gone through item by item: as something with a length and items, as a list, joined, repeated, unpacked."""

from __future__ import annotations

import enum
import operator
import types
from typing import TYPE_CHECKING

from srcad.core import prims
from srcad.core.kinds import (
    BOOL,
    BOTTOM,
    FLOAT,
    INT,
    NONE_KIND,
    NUMBER,
    RANGE,
    SLICE,
    STRING,
    UNKNOWN,
    Array,
    Const,
    Dict,
    Kind,
    List,
    Maybe,
    Object,
    OneOf,
    Opaque,
    Record,
    Set,
    Tuple,
    TupleOf,
    children,
    holds_smooth,
    is_number,
    join_all,
    show,
    widen,
)
from srcad.core.nodes import Assign, Expr, If, Lit, Op, Raise, Ref, Star, Var
from srcad.errors import KindError
from srcad.transform.specialise.choices import dispatched
from srcad.transform.specialise.presence import class_attribute
from srcad.transform.specialise.session import Resolved

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser


# ---------------------------------------------------------------- kinds of items


def element(kind: Kind) -> Kind:
    """The kind of a value as an item of a list: a number without its constant."""
    return widen(kind) if is_number(kind) else kind


def item_kind(kind: Kind) -> Kind:
    """What the items of a value of this kind join to."""
    match kind:
        case List(item=item) | TupleOf(item=item) | Set(item=item):
            return item
        case Tuple(items=items):
            return join_all(tuple(map(element, items)))
        case Array(dtype=dtype, dims=dims) if dims is not None and len(dims) == 1:
            return INT if "int" in dtype else BOOL if dtype == "bool" else FLOAT
        case Dict(key=key):
            return key
        case Record(items=pairs):
            return join_all(tuple(widen(Const(k)) for k, _ in pairs))
        case Const(value=str()):
            return STRING
        case _ if kind is RANGE:
            return INT
        case _ if kind is STRING:
            return STRING
        case _:
            return UNKNOWN


def is_sequence(kind: Kind) -> bool:
    return isinstance(kind, (List, TupleOf, Tuple))


# ---------------------------------------------------------------- as a sequence, as a list


def as_sequence(sp: Specialiser, atom: Expr) -> Expr:
    """The value as something with a length and an index."""
    kind = sp.kind(atom)
    match kind:
        case OneOf():
            return sp.hold(*dispatched(sp, atom, kind, lambda one, _: to_list(sp, one)))
        case Tuple(items=items, cls=cls) if cls not in (None, list):
            if isinstance(class_attribute(cls, "__iter__"), types.FunctionType):
                return as_sequence(sp, sp.op(Op(prims.call_method, (atom, Lit("__iter__")))))
            return sp.op(
                Op(prims.make_tuple, tuple(sp.op(Op(operator.getitem, (atom, Lit(i)))) for i in range(len(items))))
            )
        case List() | Tuple() | TupleOf() | Array() | Const(value=str() | bytes()):
            return atom
        case Dict() | Record():
            return sp.assign("keys", Op(list, (atom,)), List(item_kind(kind)))
        case Set(item=item):
            return sp.assign("items", Op(list, (atom,)), List(item))
        case Object(cls=cls):
            if hasattr(cls, "__next__"):
                raise sp.refuse(
                    f"a loop over an instance of {cls.__name__}, whose __next__ makes the items one by one",
                    "let __iter__ return iter([...]) over a list of all items",
                )
            if hasattr(cls, "__iter__"):
                return as_sequence(sp, sp.op(Op(prims.call_method, (atom, Lit("__iter__")))))
            raise sp.refuse(f"a loop over an instance of {cls.__name__}, which is not iterable", "loop over a list")
        case Maybe(kind=inner):
            return as_sequence(sp, _present(sp, atom, inner))
        case Const(value=enum.EnumType() as cls):
            members: list[enum.Enum] = list(cls)
            read = tuple(sp.op(Op(prims.get_attr, (atom, Lit(one.name)))) for one in members)
            return sp.op(Op(prims.make_tuple, read))
        case _ if kind in (STRING, RANGE, BOTTOM):
            return atom
        case _ if kind in (UNKNOWN, NUMBER) or isinstance(kind, Opaque):
            return sp.assign("items", Op(list, (atom,)), List(UNKNOWN))
        case _ if kind == NONE_KIND:
            raise sp.refuse("a loop over None", "return or build a list first", KindError)
        case _:
            raise sp.refuse(f"a loop over {show(kind)}", "loop over a list, tuple, array, range or dict", KindError)


def refuse_reversed(sp: Specialiser, atom: Expr) -> None:
    """Raise if `reversed(atom)` is not its items from last to first."""
    held = sp.kind(atom)
    cls = held.cls if isinstance(held, (Object, Tuple)) else None
    if cls is not None and isinstance(class_attribute(cls, "__reversed__"), types.FunctionType):
        raise sp.refuse(f"reversed of {show(held)}, which has a __reversed__ of its own", "call a method of its class")


def _present(sp: Specialiser, atom: Expr, kind: Kind) -> Expr:
    """A value that may be None, where it cannot be: Python raises if it is."""
    if not isinstance(atom, Var):
        return atom
    name = sp.temp("present")
    sp.bind(name, atom, kind)
    return Var(name)


def present_array(sp: Specialiser, atom: Expr) -> Expr:
    """An operand; where it is an array or None, under a name that is the array: Python raises if it is None here."""
    kind = sp.kind(atom)
    return _present(sp, atom, kind.kind) if isinstance(kind, Maybe) and isinstance(kind.kind, Array) else atom


def as_list(sp: Specialiser, atom: Expr) -> Expr:
    """`list(atom)`, held in a variable."""
    made, kind = to_list(sp, atom)
    return sp.hold(made, kind)


def to_list(sp: Specialiser, atom: Expr) -> Resolved:
    """`list(atom)`"""
    kind = sp.kind(atom)
    if kind is BOTTOM:
        return Op(list, (atom,)), BOTTOM
    if isinstance(kind, Tuple):
        items = tuple(sp.op(Op(operator.getitem, (atom, Lit(i)))) for i in range(len(kind.items)))
        return sp.resolve(Op(prims.make_list, items))
    if isinstance(kind, Object):
        return to_list(sp, as_sequence(sp, atom))
    if isinstance(kind, (Dict, Record)):
        keys = as_sequence(sp, atom)
        return keys, sp.kind(keys)
    if holds_smooth(kind) or sp.session.holds_address(item_kind(kind)):
        return sp.prelude("list_copy", atom)
    return Op(list, (atom,)), List(item_kind(kind))


# ---------------------------------------------------------------- joined and repeated


def joined(sp: Specialiser, op: Op) -> Resolved:
    """`a + b` on lists and tuples."""
    a, b = op.args
    first, second = sp.kind(a), sp.kind(b)
    if isinstance(first, Tuple) and isinstance(second, Tuple):
        items = [sp.op(Op(operator.getitem, (a, Lit(i)))) for i in range(len(first.items))]
        items += [sp.op(Op(operator.getitem, (b, Lit(i)))) for i in range(len(second.items))]
        return sp.resolve(Op(prims.make_list if first.cls is list else prims.make_tuple, tuple(items)))
    if not is_sequence(second):
        raise sp.refuse(f"{show(first)} + {show(second)}", "join lists with lists and tuples with tuples", KindError)
    item = join_all((item_kind(first), item_kind(second)))
    if holds_smooth(item) or sp.session.holds_address(item):
        name = "list_add" if _is_list(first) else "tuple_add"
        return sp.prelude(name, a, b)
    return op, List(item) if _is_list(first) else TupleOf(item)


def _is_list(kind: Kind) -> bool:
    """Whether a sequence is a list; one of different things, whose length is known, has the kind of a tuple."""
    return isinstance(kind, List) or isinstance(kind, Tuple) and kind.cls is list


def repeated(sp: Specialiser, op: Op) -> Resolved:
    """`a * n` on a list or tuple `a`."""
    a, count = op.args
    first, times = sp.kind(a), sp.kind(count)
    if widen(times) not in (INT, BOOL, UNKNOWN):
        raise sp.refuse(f"a list times {show(times)}", "multiply arrays: np.array(...)", KindError)
    if isinstance(first, Tuple) and isinstance(times, Const) and isinstance(times.value, int):
        items = [sp.op(Op(operator.getitem, (a, Lit(i)))) for i in range(len(first.items))]
        return sp.resolve(Op(prims.make_list if first.cls is list else prims.make_tuple, tuple(items * times.value)))
    item = item_kind(first)
    return op, List(item) if _is_list(first) else TupleOf(item)


# ---------------------------------------------------------------- unpacked


def unpacked(sp: Specialiser, op: Op) -> Resolved:
    """`a, *b, c = value`: a tuple of known length is itself; anything else becomes the tuple of its items."""
    value, count, star = op.args
    assert isinstance(count, Lit) and isinstance(star, Lit)
    kind = sp.kind(value)
    if kind is BOTTOM:
        return op, BOTTOM
    if isinstance(kind, Maybe):
        kind = kind.kind
        value = _present(sp, value, kind)
    if isinstance(kind, Tuple):
        return _taken_apart(sp, value, kind, count.value, star.value)
    if (given := _only_unpacked(sp, value)) is not None:
        display = sp.op(Op(prims.make_tuple, given))
        return unpacked(sp, Op(op.fn, (display, count, star)))
    sequence = as_sequence(sp, value)
    length = sp.op(Op(prims.call, (Ref("len", len), sequence)))
    starred = star.value >= 0
    need = count.value - 1 if starred else count.value
    wrong = Op(operator.lt if starred else operator.ne, (length, Lit(need)))
    test = sp.assign("t", wrong, BOOL)
    message = f"expected {'at least ' if starred else ''}{need} values to unpack"
    error = Raise(Op(prims.call, (Ref("ValueError", ValueError), Lit(message))), None, sp.place)
    sp.emit(If(test, (error,), (), sp.place))
    items: list[Expr] = []
    for i in range(count.value):
        if i == star.value:
            after = count.value - i - 1
            end: Expr = sp.assign("t", Op(operator.sub, (length, Lit(after))), INT) if after else Lit(None)
            piece = sp.assign("t", Op(prims.make_slice, (Lit(i), end, Lit(None))), SLICE)
            items.append(as_list(sp, sp.op(Op(operator.getitem, (sequence, piece)))))
        else:
            at = i if not starred or i < star.value else i - count.value
            items.append(sp.op(Op(operator.getitem, (sequence, Lit(at)))))
    return sp.resolve(Op(prims.make_tuple, tuple(items)))


def _only_unpacked(sp: Specialiser, value: Expr) -> tuple[Expr, ...] | None:
    """The items of a list that has just been made and has no name: it goes, since nobody else will see it."""
    match sp.out[-1:]:
        case [Assign(target=target, value=Op(fn=fn, args=args))] if fn is prims.make_list and value == Var(target):
            if target.startswith("%") and not any(isinstance(a, Star) for a in args):
                sp.out.pop()
                return args
    return None


def _taken_apart(sp: Specialiser, value: Expr, kind: Tuple, count: int, star: int) -> Resolved:
    size = len(kind.items)
    if star < 0:
        if size != count:
            raise sp.refuse(
                f"{size} values to unpack into {count} names", "unpack as many names as there are values", KindError
            )
        return value, kind
    if size < count - 1:
        raise sp.refuse(
            f"{size} values to unpack into at least {count - 1} names", "unpack as many names as there are values",
            KindError,
        )  # fmt: skip
    stop = size - (count - star - 1)
    parts: list[Var] = [sp.op(Op(operator.getitem, (value, Lit(i)))) for i in range(size)]
    middle = sp.op(Op(prims.make_list, tuple(parts[star:stop])))
    return sp.resolve(Op(prims.make_tuple, (*parts[:star], middle, *parts[stop:])))


def vague(kind: Kind) -> bool:
    """Whether what is done with a value of this kind is not settled before the program runs."""
    match kind:
        case OneOf():
            return True
        case Array(dims=dims):
            return dims is None
        case List(item=item) | TupleOf(item=item) | Dict(value=item):
            return vague(item)
        case _:
            return kind is UNKNOWN or kind is NUMBER or any(vague(k) for _, k in children(kind) or ())
