"""Items and slices: `base[key]` by the kinds of both.

Index displays (`i, 1:n`) are put back inside the subscript they belong to, so that an index is one expression and not a
variable to remember.
"""

from __future__ import annotations

import operator
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from srcad.core import prims
from srcad.core.kinds import (
    BOOL,
    BOTTOM,
    FLOAT,
    INT,
    NUMBER,
    RANGE,
    SLICE,
    STRING,
    UNKNOWN,
    Array,
    Const,
    Dict,
    Function,
    Kind,
    List,
    Maybe,
    Object,
    OneOf,
    Opaque,
    Record,
    Tuple,
    TupleOf,
    holds_smooth,
    is_sum,
    join_all,
    present,
    show,
    widen,
)
from srcad.core.nodes import Assign, Do, Expr, If, Lit, Op, Program, Raise, Stmt, Var
from srcad.core.sums import holds_sum
from srcad.errors import KindError, is_generated
from srcad.rules.kinding import kind_of_index
from srcad.transform.attempts import refusal
from srcad.transform.specialise.choices import chosen_item, dispatched
from srcad.transform.specialise.defaults import fill
from srcad.transform.specialise.iteration import write_out_counted
from srcad.transform.specialise.numpy_calls import subscript
from srcad.transform.specialise.sequences import element, present_array
from srcad.transform.specialise.session import Resolved

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser


def inlined_index(sp: Specialiser, key: Expr) -> Expr:
    """An index display put back into the subscript: slices and tuples of them are no values of their own."""
    if isinstance(key, Var) and key.name.startswith("%"):
        for stmt in reversed(sp.out):
            if isinstance(stmt, Assign) and stmt.target == key.name:
                value = stmt.value
                if isinstance(value, Op) and value.fn in (prims.make_slice, prims.make_tuple):
                    return Op(value.fn, tuple(inlined_index(sp, a) for a in value.args))
                return key
    return key


def index_kind(sp: Specialiser, key: Expr) -> Kind:
    if isinstance(key, Op):
        if key.fn is prims.make_slice:
            return SLICE
        return Tuple(tuple(index_kind(sp, a) for a in key.args))
    return sp.kind(key)


def _present(kind: Kind) -> Kind:
    """The kind of an index that may be None where it is not used."""
    if isinstance(kind, Maybe):
        return kind.kind
    if isinstance(kind, Tuple):
        return Tuple(tuple(k if k == Const(None) else _present(k) for k in kind.items))
    return kind


def get_item(sp: Specialiser, op: Op) -> Resolved:
    base, key = present_array(sp, op.args[0]), op.args[1]
    op = replace(op, args=(base, key))
    held = sp.kind(base)
    if isinstance(held, Maybe):
        held = held.kind
    at = sp.kind(key)
    if held is BOTTOM or at is BOTTOM:
        return op, BOTTOM
    joined = subscript(sp, base, inlined_index(sp, key))
    if joined is not None:
        return joined
    sliced = at is SLICE
    if widen(at) is FLOAT and isinstance(held, (List, Tuple, TupleOf, Array)):
        raise sp.refuse(f"an index of {show(held)} is {show(at)}, not an int", "convert it with int(...)", KindError)
    match held:
        case Array():
            index = inlined_index(sp, key)
            chosen = index_kind(sp, index)
            return Op(operator.getitem, (base, index)), kind_of_index(held, _present(chosen), index)
        case List(item=item) | TupleOf(item=item):
            if sliced and isinstance(held, List) and held.cls is not list:
                raise sp.refuse(f"a slice of a {held.cls.__name__}", "make a list of it first: list(d)[a:b]")
            if sliced:
                if holds_smooth(item) or sp.session.holds_address(item):
                    return sp.prelude("list_slice" if isinstance(held, List) else "tuple_slice", base, key)
                return op, held
            return op, item
        case Function(fields=fields) if isinstance(at, Const) and sp.place is not None and is_generated(sp.place):
            return op, fields[at.value][1]  # generated code holds a function as the tuple of what it captures
        case OneOf() if is_sum(held):
            return dispatched(sp, base, held, lambda one, _: get_item(sp, Op(operator.getitem, (one, key))))
        case Tuple(items=items):
            if isinstance(at, Const) and isinstance(at.value, int):
                if not -len(items) <= at.value < len(items):
                    raise sp.refuse(f"index {at.value} of a tuple of {len(items)}", "stay within the tuple", KindError)
                position = at.value % len(items)
                return Op(operator.getitem, (base, Lit(position if at.value >= 0 else at.value))), items[position]
            if sliced:
                display = inlined_index(sp, key)
                bounds = display.args if isinstance(display, Op) else ()
                if bounds and all(isinstance(b, Lit) for b in bounds):
                    taken = range(len(items))[slice(*(b.value for b in bounds if isinstance(b, Lit)))]
                    fn = prims.make_list if held.cls is list else prims.make_tuple
                    return sp.resolve(
                        Op(fn, tuple(sp.op(Op(operator.getitem, (base, Lit(i)))) for i in taken)),
                    )
            if not sliced:
                write_out_counted(sp, key, items)
            item = join_all(tuple(element(k) for k in items))
            if not sliced and holds_sum(item):
                return chosen_item(sp, base, key, tuple(enumerate(items)))
            if isinstance(base, Var):
                sp.touch(base, (List if held.cls is list else TupleOf)(item))
            if sliced:
                return sp.prelude("tuple_slice", base, key) if holds_smooth(item) else (op, TupleOf(item))
            return op, item
        case Record(items=pairs):
            if isinstance(at, Const):
                kinds = dict(pairs)
                if at.value in kinds:
                    return Op(operator.getitem, (base, Lit(at.value))), kinds[at.value]
                if isinstance(base, Var):
                    sp.touch(base, Dict(widen(at), BOTTOM))
                return op, BOTTOM
            opened = Dict(widen(at), join_all(tuple(element(v) for _, v in pairs)))
            if holds_sum(opened):
                return chosen_item(sp, base, key, pairs)
            if isinstance(base, Var):
                sp.touch(base, opened)
            return op, opened.value
        case Dict(cls=cls):
            if issubclass(cls, defaultdict):
                sp.touch(base, Dict(widen(at), BOTTOM, cls))  # the item is there from now on
                fill(sp, base, key, cls)
            now = present(sp.kind(base))
            return op, now.value if isinstance(now, Dict) else BOTTOM
        case Object():
            return sp.method(base, "__getitem__", (key,))
        case Const(value=None):
            return op, BOTTOM  # an error when this runs, or not yet known to be more
        case Const(value=str() | bytes()):
            return op, STRING
        case _ if held is STRING:
            return op, STRING
        case _ if held is RANGE:
            return op, RANGE if sliced else INT
        case _ if held is NUMBER:
            return op, NUMBER
        case _ if held is UNKNOWN or isinstance(held, (Opaque, Const)):
            return op, UNKNOWN
        case _:
            raise sp.refuse(f"a subscript of {show(held)}", "index an array, list, tuple or dict", KindError)


def expect_given(sp: Specialiser, stmt: Stmt) -> None:
    """Before `d[k]` as a user wrote it, where `d` was given and makes up what is missing: refuse to read what is not
    there. Only Python knows what would be made up, and the caller's dict must stay as it is."""
    value = stmt.value if isinstance(stmt, (Assign, Do)) else None
    if not isinstance(value, Op) or value.fn is not operator.getitem or _is_own(sp.special.program):
        return
    base, key = value.args
    held = sp.kind(base)
    if not isinstance(held, Dict) or not held.makes_up or sp.kind(key) is BOTTOM:
        return
    said = f"a {held.cls.__name__} that was given makes up an item that is read"
    remedy = "read it with .get(key, default), or fill a dict that is made here: d = dict(given)"
    is_there = sp.assign("there", Op(operator.contains, (base, key)), BOOL)
    error = refusal(said, remedy, sp.place)
    sp.emit(If(is_there, (), (Raise(error, None, sp.place),), sp.place))


def _is_own(program: Program) -> bool:
    """Whether a program is one of srcad's own, which read only what is there."""
    return str(getattr(program.source, "__module__", "")).startswith("srcad.frontend.")
