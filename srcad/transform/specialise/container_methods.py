"""Methods of lists, tuples and dicts. Those that go through items are loops of the prelude."""

from __future__ import annotations

import operator
import types
from typing import TYPE_CHECKING

from srcad.core import prims
from srcad.core.kinds import (
    BOTTOM,
    INT,
    NONE_KIND,
    RANGE,
    SLICE,
    Const,
    Dict,
    Kind,
    List,
    Record,
    Tuple,
    TupleOf,
    holds_smooth,
    join,
    join_all,
    open_dict,
    present,
    show,
    widen,
)
from srcad.core.nodes import Expr, If, Lit, Op, Ref, Var
from srcad.errors import KindError
from srcad.transform.specialise import objects
from srcad.transform.specialise.binding import Args, Kwargs, starred
from srcad.transform.specialise.builtin_calls import dict_call
from srcad.transform.specialise.choices import fitted_atom
from srcad.transform.specialise.deques import deque_method
from srcad.transform.specialise.functions import call_function
from srcad.transform.specialise.presence import class_attribute
from srcad.transform.specialise.sequences import as_sequence, element, item_kind, to_list, vague
from srcad.transform.specialise.session import Resolved
from srcad.transform.specialise.stores import adopt, delete_slice, put_items

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser


def list_method(sp: Specialiser, made: Op, base: Expr, held: Kind, name: str, args: Args, kwargs: Kwargs) -> Resolved:
    """A method of a list, or of a tuple of unknown length."""
    assert isinstance(held, (List, TupleOf))
    if starred(args, kwargs):
        raise sp.refuse(f"`*` in a call of the list method .{name}()", "write the arguments out")
    item = held.item
    if isinstance(held, List) and held.cls is not list:
        return deque_method(sp, made, base, held, name, args, kwargs)
    if name in ("index", "count") and (holds_smooth(item) or sp.session.holds_address(item)):
        if len(args) > 1:
            raise sp.refuse(f".{name}() within a part of a list", "slice the list first")
        return sp.prelude(f"list_{name}", base, args[0])
    if name in ("index", "count"):
        return made, INT
    if name == "__getitem__":
        return sp.resolve(Op(operator.getitem, (base, args[0])))
    if isinstance(held, TupleOf):
        raise sp.refuse(f"the tuple method .{name}()", "unpack the tuple")
    match name:
        case "append":
            sp.touch(base, List(element(sp.kind(args[0]))))
            _adopt_item(sp, base, args[0])
            now = present(sp.kind(base))
            if isinstance(now, List):
                made = Op(made.fn, (*made.args[:2], fitted_atom(sp, args[0], now.item)))
            return made, NONE_KIND
        case "pop" if not args or sp.kind(args[0]) == Const(-1):
            return Op(prims.call_method, (base, Lit("pop"))), item
        case "copy":
            return to_list(sp, base)
        case "extend":
            return Op(prims.call_method, (base, Lit("extend"), put_items(sp, base, args[0]))), NONE_KIND
        case "insert":
            at = args[0]
            if at != Lit(0):  # as Python does: beyond either end is at the end
                at = _in_range(sp, base, Op(prims.make_slice, (at, Lit(None), Lit(None))), "start")
            sp.touch(base, List(element(sp.kind(args[1]))))
            _adopt_item(sp, base, args[1])
            return Op(prims.call_method, (base, Lit("insert"), at, args[1])), NONE_KIND
        case "pop":
            at = args[0]
            if not (isinstance(at, Lit) and at.value >= 0):
                at = _in_range(sp, base, at)
            return Op(prims.call_method, (base, Lit("pop"), at)), item
        case "reverse":
            return made, NONE_KIND
        case "clear":
            delete_slice(sp, base, sp.assign("t", Op(prims.make_slice, (Lit(None), Lit(None), Lit(None))), SLICE))
            return Lit(None), NONE_KIND
        case "sort":
            options = dict(kwargs)
            key, descending = options.get("key"), options.get("reverse", Lit(False))
            if key is None or sp.kind(key) == NONE_KIND:
                return sp.prelude("list_sort", base, descending)
            return sp.prelude("list_sort_by", base, key, descending)
        case "remove":
            return sp.prelude(f"list_{name}", base, *args)
        case _:
            raise sp.refuse(f"the list method .{name}()", "build a new list, or use append, pop and item assignment")


def _adopt_item(sp: Specialiser, base: Expr, item: Expr) -> None:
    """An item was put into a list: it has the kind of the list's items."""
    held = sp.kind(base)
    if isinstance(held, List):
        adopt(sp, item, held.item)


def _in_range(sp: Specialiser, base: Expr, at: Expr, attribute: str = "") -> Expr:
    """A position in a list, counted from its beginning: `range(len(xs))[at]`."""
    count = sp.op(Op(prims.call, (Ref("len", len), base)))
    places = sp.assign("places", Op(range, (count,)), RANGE)
    if not attribute:
        return sp.assign("at", Op(operator.getitem, (places, at)), INT)
    rest = sp.assign("rest", Op(operator.getitem, (places, at)), RANGE)
    return sp.assign("at", Op(prims.get_attr, (rest, Lit(attribute))), INT)


def tuple_method(sp: Specialiser, made: Op, base: Expr, held: Tuple, name: str, args: Args, kwargs: Kwargs) -> Resolved:
    """A method of a tuple of known length, or of a namedtuple."""
    if name == "_replace" and held.cls is not None:
        changed = dict(kwargs)
        items = [
            changed[field] if field in changed else sp.op(Op(operator.getitem, (base, Lit(i))))
            for i, field in enumerate(held.names)
        ]
        return objects.construct(sp, held.cls, tuple(items), ())
    if name == "_asdict":
        parts: list[Expr] = []
        for i, field in enumerate(held.names):
            parts += [Lit(field), sp.op(Op(operator.getitem, (base, Lit(i))))]
        return sp.resolve(Op(prims.make_dict, tuple(parts)))
    attribute = class_attribute(held.cls, name) if held.cls is not None else None
    if isinstance(attribute, types.FunctionType):
        return call_function(sp, attribute, (base, *args), kwargs)
    if isinstance(attribute, staticmethod):
        return call_function(sp, attribute.__func__, args, kwargs)
    if name in ("index", "count"):
        return made, INT
    if name == "__getitem__":
        return sp.resolve(Op(operator.getitem, (base, args[0])))
    if held.cls is list and isinstance(base, Var) and sp.is_local(base.name) and hasattr(list, name):
        sp.touch(base, List(item_kind(held)))
        return list_method(sp, made, base, sp.kind(base), name, args, kwargs)
    if held.cls is list:
        raise sp.refuse(f".{name}() of a list of different things", "keep numbers in a list of their own")
    raise sp.refuse(f"the tuple method .{name}()", "unpack the tuple")


def _list_of(sp: Specialiser, items: tuple[Expr, ...]) -> Resolved:
    """The values or items of a record: a list, as it is once the dict is seen to be filled by other keys."""
    return Op(prims.make_list, items), Tuple(tuple(map(sp.kind, items)), list)


def dict_method(sp: Specialiser, made: Op, base: Expr, held: Kind, name: str, args: Args, kwargs: Kwargs) -> Resolved:
    """A method of a dict, of known keys or not."""
    assert isinstance(held, (Dict, Record))
    match name:
        case "items" if isinstance(held, Record) and _one_by_one(base, held):
            pairs = [(Lit(k), sp.op(Op(operator.getitem, (base, Lit(k))))) for k, _ in held.items]
            return _list_of(sp, tuple(sp.op(Op(prims.make_tuple, pair)) for pair in pairs))
        case "items":
            return sp.prelude("dict_items", base)
        case "values" if isinstance(held, Record):
            return _list_of(sp, tuple(sp.op(Op(operator.getitem, (base, Lit(k)))) for k, _ in held.items))
        case "values":
            return sp.prelude("dict_values", base)
        case "keys":
            keys = as_sequence(sp, base)
            return keys, sp.kind(keys)
        case "get":
            return _get(sp, base, held, args[0], args[1] if len(args) > 1 else Lit(None))
        case "setdefault":
            return sp.prelude("dict_setdefault", base, args[0], args[1] if len(args) > 1 else Lit(None))
        case "update":
            return _update(sp, base, args, kwargs)
        case "copy" if isinstance(held, Record) or held.cls is dict:
            return dict_call(sp, (base,), {})
        case "clear" | "popitem":
            if isinstance(held, Record):
                sp.touch(base, open_dict(held))
            return sp.prelude(f"dict_{name}", base)
        case "pop":
            if isinstance(held, Record):
                sp.touch(base, _opened(sp, base, held, args[0]))
            return sp.prelude("dict_pop", base, args[0]) if len(args) == 1 else sp.prelude("dict_pop_or", base, *args)
        case _:
            raise sp.refuse(f"the method .{name}() of {show(held)}", "build a new dict, or assign items")


def _one_by_one(base: Expr, held: Record) -> bool:
    """Whether the items of a dict are better read each by its key: they differ in kind, and a global stays as it is."""
    kinds = tuple(element(kind) for _, kind in held.items)
    return vague(join_all(kinds)) or isinstance(base, Ref) and any(kind != kinds[0] for kind in kinds)


def _opened(sp: Specialiser, base: Expr, held: Record, key: Expr) -> Kind:
    kind = open_dict(held)
    return join(kind, Dict(widen(sp.kind(key)), kind.value)) if isinstance(kind, Dict) else kind


def _get(sp: Specialiser, base: Expr, held: Dict | Record, key: Expr, default: Expr) -> Resolved:
    at = sp.kind(key)
    if isinstance(held, Record) and isinstance(at, Const):
        if at.value in dict(held.items):
            return sp.resolve(Op(operator.getitem, (base, key)))
        return default, sp.kind(default)
    if not isinstance(base, Ref):
        return sp.prelude("dict_get", base, key, default)
    result = sp.temp("found")
    there = sp.op(Op(operator.contains, (base, key)))
    then = sp.nested(lambda: sp.bind(result, *sp.resolve(Op(operator.getitem, (base, key)))))
    otherwise = sp.nested(lambda: sp.bind(result, default, sp.kind(default)))
    sp.emit(If(there, then, otherwise, sp.place))
    return Var(result), sp.kinds.get(result, BOTTOM)


def _update(sp: Specialiser, base: Expr, args: Args, kwargs: Kwargs) -> Resolved:
    if starred(args, kwargs):
        raise sp.refuse("dict.update with keywords that are not known", "assign the items one by one")
    for other in args:
        kind = sp.kind(other)
        if isinstance(kind, Record):
            for key, _ in kind.items:
                sp.write(base, Lit(key), sp.op(Op(operator.getitem, (other, Lit(key)))))
        elif isinstance(kind, Dict):
            sp.effect(*sp.prelude("dict_update", base, other))
        elif isinstance(kind, Tuple):
            for i in range(len(kind.items)):
                pair = sp.op(Op(operator.getitem, (other, Lit(i))))
                sp.write(base, sp.op(Op(operator.getitem, (pair, Lit(0)))), sp.op(Op(operator.getitem, (pair, Lit(1)))))
        elif isinstance(kind, (List, TupleOf)):
            sp.effect(*sp.prelude("dict_update_pairs", base, other))
        else:
            raise sp.refuse(f"dict.update with {show(kind)}", "pass a dict", KindError)
    for name, value in kwargs:
        sp.write(base, Lit(name), value)
    return Lit(None), NONE_KIND
