"""Resolve one operation with the kinds of its operands: which callable it is, and the kind of its result.

`resolve` returns a flat expression and its kind; what it needs computed before is emitted. Index displays (`i, 1:n`)
are put back inside the subscript they belong to, so that an index is one expression and not a variable to remember.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from srcad.core import prims
from srcad.core.kinds import (
    BOOL,
    BOTTOM,
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
    Function,
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
    holds_smooth,
    is_integral,
    is_number,
    join_all,
    show,
    widen,
)
from srcad.core.nodes import Assign, Closure, Do, Expr, If, Lit, Op, Ref, Star, Var
from srcad.errors import KindError
from srcad.rules.registry import Call, rule_for

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser

Resolved = tuple[Expr, Kind]

IN_PLACE: dict[Callable[..., Any], Callable[..., Any]] = {
    operator.iadd: operator.add,
    operator.isub: operator.sub,
    operator.imul: operator.mul,
    operator.itruediv: operator.truediv,
    operator.ifloordiv: operator.floordiv,
    operator.imod: operator.mod,
    operator.ipow: operator.pow,
    operator.imatmul: operator.matmul,
    operator.iand: operator.and_,
    operator.ior: operator.or_,
    operator.ixor: operator.xor,
    operator.ilshift: operator.lshift,
    operator.irshift: operator.rshift,
}
DUNDERS: dict[Callable[..., Any], tuple[str, str]] = {
    operator.add: ("__add__", "__radd__"),
    operator.sub: ("__sub__", "__rsub__"),
    operator.mul: ("__mul__", "__rmul__"),
    operator.truediv: ("__truediv__", "__rtruediv__"),
    operator.floordiv: ("__floordiv__", "__rfloordiv__"),
    operator.mod: ("__mod__", "__rmod__"),
    operator.pow: ("__pow__", "__rpow__"),
    operator.matmul: ("__matmul__", "__rmatmul__"),
    operator.neg: ("__neg__", ""),
    operator.pos: ("__pos__", ""),
    operator.abs: ("__abs__", ""),
    operator.eq: ("__eq__", "__eq__"),
    operator.ne: ("__ne__", "__ne__"),
    operator.lt: ("__lt__", "__gt__"),
    operator.le: ("__le__", "__ge__"),
    operator.gt: ("__gt__", "__lt__"),
    operator.ge: ("__ge__", "__le__"),
    operator.getitem: ("__getitem__", ""),
    operator.contains: ("__contains__", ""),
}
_FOLDED = {
    operator.add, operator.sub, operator.mul, operator.floordiv, operator.mod, operator.neg, operator.pos,
    operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge,
}  # fmt: skip


def bind_value(sp: Specialiser, value: Expr, target: str) -> Resolved:
    """Resolve the right side of `target = value`."""
    if isinstance(value, Closure):
        return make_closure(sp, value)
    if isinstance(value, Op) and value.fn is prims.make_list and target in sp.static_lists:
        args = tuple(value.args)
        if not any(isinstance(a, Star) for a in args):
            return value, Tuple(tuple(sp.kind(a) for a in args))
    return resolve(sp, value)


def resolve(sp: Specialiser, value: Expr) -> Resolved:
    """The expression with its callable resolved, and its kind."""
    from srcad.transform.specialise import calls

    if isinstance(value, Closure):
        return make_closure(sp, value)
    if not isinstance(value, Op):
        return value, sp.kind(value)
    fn = value.fn
    if fn is prims.call:
        return calls.resolve_call(sp, value)
    if fn is prims.call_method:
        return calls.resolve_method(sp, value)
    if fn is prims.call_super:
        return calls.resolve_super(sp, value)
    if fn in _STRUCTURAL:
        return _STRUCTURAL[fn](sp, value)
    if any(sp.kind(a) is BOTTOM for a in value.args):
        return value, BOTTOM
    return operate(sp, value)


def resolve_effect(sp: Specialiser, value: Op) -> None:
    """Resolve a call that stands alone."""
    made, kind = resolve(sp, value)
    if isinstance(made, Op):
        if made.fn is prims.call and isinstance(made.args[0], Ref):
            from srcad.transform.specialise.session import Special

            if isinstance(made.args[0].value, Special):
                name = sp.temp("ignored")
                sp.set(name, kind)
                sp.emit(Assign(name, made, sp.place))
                return
        if _has_no_effect(made):
            return
        sp.emit(Do(made, sp.place))


def _has_no_effect(op: Op) -> bool:
    rule = rule_for(op.fn)
    return rule is not None or op.fn in _STRUCTURAL


# ---------------------------------------------------------------- closures


def make_closure(sp: Specialiser, closure: Closure) -> Resolved:
    """A nested function's value is the tuple of what it captures and of its defaults."""
    parts = closure.captures + closure.defaults
    fields = tuple((name, sp.kind(atom)) for name, atom in parts)
    return Op(prims.make_tuple, tuple(atom for _, atom in parts)), Function(closure.program, fields)


# ---------------------------------------------------------------- displays


def _list(sp: Specialiser, op: Op) -> Resolved:
    if any(isinstance(a, Star) for a in op.args):
        return _with_stars(sp, op)
    return op, List(join_all(tuple(_element(sp.kind(a)) for a in op.args)))


def _element(kind: Kind) -> Kind:
    return widen(kind) if is_number(kind) else kind


def _with_stars(sp: Specialiser, op: Op) -> Resolved:
    """`[*a, x, *b]`: known tuples are spelled out; lists are joined."""
    from srcad.transform.specialise import calls

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
            piece = calls.as_list(sp, arg.value)
            joined = piece if joined is None else sp.op(Op(operator.add, (joined, piece)))
    if joined is None:
        return resolve(sp, Op(op.fn, tuple(items)))
    flush()
    assert joined is not None
    if op.fn is prims.make_tuple:
        return calls.resolve_call(sp, Op(prims.call, (Ref("tuple", tuple), joined)))
    return joined, sp.kind(joined)


def _tuple(sp: Specialiser, op: Op) -> Resolved:
    if any(isinstance(a, Star) for a in op.args):
        return _with_stars(sp, op)
    return op, Tuple(tuple(sp.kind(a) for a in op.args))


def _dict(sp: Specialiser, op: Op) -> Resolved:
    keys: list[Expr] = []
    values: list[Expr] = []
    for key, item in zip(op.args[::2], op.args[1::2], strict=True):
        if isinstance(key, Ref) and key.value is prims.SPREAD:
            kind = sp.kind(item)
            if not isinstance(kind, Record):
                if kind is BOTTOM:
                    return op, BOTTOM
                raise sp.refuse(f"`**` of {show(kind)} in a dict display", "write the keys out, or use a loop")
            for name, _ in kind.items:
                keys.append(Lit(name))
                values.append(sp.op(Op(operator.getitem, (item, Lit(name)))))
        else:
            keys.append(key)
            values.append(item)
    args = tuple(part for pair in zip(keys, values, strict=True) for part in pair)
    made = Op(prims.make_dict, args)
    key_kinds = [sp.kind(k) for k in keys]
    if all(isinstance(k, Const) and isinstance(k.value, (str, int, bytes, type(None))) for k in key_kinds):
        last = {k.value: sp.kind(v) for k, v in zip(key_kinds, values, strict=True) if isinstance(k, Const)}
        return made, Record(tuple(last.items()))
    return made, Dict(join_all(tuple(map(widen, key_kinds))), join_all(tuple(_element(sp.kind(v)) for v in values)))


def _set(sp: Specialiser, op: Op) -> Resolved:
    if any(isinstance(a, Star) for a in op.args):
        return op, Set(UNKNOWN)
    return op, Set(join_all(tuple(widen(sp.kind(a)) for a in op.args)))


def _slice(sp: Specialiser, op: Op) -> Resolved:
    return op, SLICE


def _string(sp: Specialiser, op: Op) -> Resolved:
    return op, STRING


def _unpack(sp: Specialiser, op: Op) -> Resolved:
    """`a, *b, c = value`: a tuple of known length is itself; anything else becomes the tuple of its items."""
    value, count, star = op.args
    assert isinstance(count, Lit) and isinstance(star, Lit)
    kind = sp.kind(value)
    if kind is BOTTOM:
        return op, BOTTOM
    if isinstance(kind, Tuple):
        size = len(kind.items)
        if star.value < 0:
            if size != count.value:
                raise sp.refuse(
                    f"{size} values to unpack into {count.value} names",
                    "unpack as many names as there are values",
                    KindError,
                )
            return value, kind
        after = count.value - star.value - 1
        stop = size - after
        get = [sp.op(Op(operator.getitem, (value, Lit(i)))) for i in range(size)]
        middle = sp.op(Op(prims.make_list, tuple(get[star.value : stop])))
        return resolve(sp, Op(prims.make_tuple, (*get[: star.value], middle, *get[stop:])))
    sequence = sp.sequence(value)
    kind = sp.kind(sequence)
    length = sp.op(Op(prims.call, (Ref("len", len), sequence)))
    need = count.value if star.value < 0 else count.value - 1
    wrong = Op(operator.ne if star.value < 0 else operator.lt, (length, Lit(need)))
    test = sp.assign("t", wrong, BOOL)
    from srcad.core.nodes import Raise

    message = f"expected {'' if star.value < 0 else 'at least '}{need} values to unpack"
    sp.emit(
        If(test, (Raise(Op(prims.call, (Ref("ValueError", ValueError), Lit(message))), None, sp.place),), (), sp.place)
    )
    items: list[Expr] = []
    for i in range(count.value):
        if i == star.value:
            after = count.value - i - 1
            end = sp.assign("t", Op(operator.sub, (length, Lit(after))), INT) if after else Lit(None)
            piece = sp.assign("t", Op(prims.make_slice, (Lit(i), end, Lit(None))), SLICE)
            taken = sp.op(Op(operator.getitem, (sequence, piece)))
            from srcad.transform.specialise import calls

            items.append(calls.as_list(sp, taken))
        else:
            at = i if star.value < 0 or i < star.value else i - count.value
            items.append(sp.op(Op(operator.getitem, (sequence, Lit(at)))))
    return resolve(sp, Op(prims.make_tuple, tuple(items)))


def _as_sequence(sp: Specialiser, op: Op) -> Resolved:
    made = sp.sequence(op.args[0])
    return made, sp.kind(made)


# ---------------------------------------------------------------- attributes and items


def _get_attr(sp: Specialiser, op: Op) -> Resolved:
    from srcad.transform.specialise import objects

    return objects.get_attr(sp, op)


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


def _get_item(sp: Specialiser, op: Op) -> Resolved:
    from srcad.rules.kinding import kind_of_index
    from srcad.transform.specialise import calls

    base, key = op.args
    held = sp.kind(base)
    if isinstance(held, Maybe):
        held = held.kind
    at = sp.kind(key)
    if held is BOTTOM or at is BOTTOM:
        return op, BOTTOM
    sliced = at is SLICE
    match held:
        case Array():
            index = inlined_index(sp, key)
            return Op(operator.getitem, (base, index)), kind_of_index(held, index_kind(sp, index), index)
        case List(item=item) | TupleOf(item=item):
            if sliced:
                if holds_smooth(item) or sp.session.holds_address(item):
                    return calls.prelude(sp, "list_slice", (base, key))
                return op, held
            return op, item
        case Tuple(items=items, cls=cls):
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
                    return resolve(
                        sp,
                        Op(prims.make_tuple, tuple(sp.op(Op(operator.getitem, (base, Lit(i)))) for i in taken)),
                    )
            item = join_all(tuple(_element(k) for k in items))
            if isinstance(base, Var):
                sp.touch(base, TupleOf(item))
            if sliced:
                return calls.prelude(sp, "list_slice", (base, key)) if holds_smooth(item) else (op, TupleOf(item))
            return op, item
        case Record(items=pairs):
            if isinstance(at, Const):
                kinds = dict(pairs)
                if at.value in kinds:
                    return Op(operator.getitem, (base, Lit(at.value))), kinds[at.value]
                if isinstance(base, Var):
                    sp.touch(base, Dict(widen(at), BOTTOM))
                return op, BOTTOM
            opened = Dict(widen(at), join_all(tuple(_element(v) for _, v in pairs)))
            if isinstance(base, Var):
                sp.touch(base, opened)
            return op, opened.value
        case Dict(value=item):
            return op, item
        case Object(cls=cls):
            return calls.resolve_method(sp, Op(prims.call_method, (base, Lit("__getitem__"), key)))
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


_STRUCTURAL: dict[Callable[..., Any], Callable[[Specialiser, Op], Resolved]] = {
    prims.make_list: _list,
    prims.make_tuple: _tuple,
    prims.make_dict: _dict,
    prims.make_set: _set,
    prims.make_slice: _slice,
    prims.make_string: _string,
    prims.format_value: _string,
    prims.unpack: _unpack,
    prims.get_attr: _get_attr,
    operator.getitem: _get_item,
}
if hasattr(prims, "as_sequence"):
    _STRUCTURAL[prims.as_sequence] = _as_sequence


# ---------------------------------------------------------------- operators


def operate(sp: Specialiser, op: Op) -> Resolved:
    """An operator on values of known kinds."""
    from srcad.rules.kinding import kind_of_call
    from srcad.transform.specialise import calls

    fn = op.fn
    kinds = tuple(sp.kind(a) for a in op.args)
    first = kinds[0] if kinds else BOTTOM
    if fn in IN_PLACE:
        if isinstance(first, Array) or first in (NUMBER, UNKNOWN):
            kind = kind_of_call(Call(IN_PLACE[fn], kinds, (), op.args))
            if isinstance(first, Array):
                kind = first
            return op, kind
        if isinstance(first, List) and fn is operator.iadd:
            raise sp.refuse("`+=` on a list", "use .append in a loop, or `xs = xs + [...]`")
        if isinstance(first, Object):
            name = f"__{fn.__name__}__"
            if hasattr(first.cls, name):
                return calls.resolve_method(sp, Op(prims.call_method, (op.args[0], Lit(name), *op.args[1:])))
        return operate(sp, Op(IN_PLACE[fn], op.args))
    if fn is operator.delitem:
        raise sp.refuse("`del` of an item", "build a new container without it")
    if any(isinstance(k, Object) for k in kinds) and fn in DUNDERS:
        return _dunder(sp, op, kinds)
    if fn in (operator.is_, operator.is_not, operator.eq, operator.ne):
        known = _same(fn, kinds[0], kinds[1])
        if known is not None:
            return op, Const(known if fn in (operator.is_, operator.eq) else not known)
        if fn in (operator.is_, operator.is_not):
            return op, BOOL
    if fn is operator.not_:
        from srcad.transform.specialise.statements import truth

        known = truth(first)
        return op, BOOL if known is None else Const(not known)
    if fn is operator.contains:
        return op, _contains(kinds[0], kinds[1])
    if fn in _FOLDED and all(isinstance(k, Const) and isinstance(k.value, (int, str)) for k in kinds):
        values = [k.value for k in kinds if isinstance(k, Const)]
        if len({type(v) is str for v in values}) == 1 and not (
            fn in (operator.floordiv, operator.mod) and not values[-1]
        ):
            if not (isinstance(values[0], str) and fn not in (operator.add, operator.eq, operator.ne)):
                return op, Const(fn(*values))
    if _is_sequence(first) and fn in (operator.add, operator.mul):
        return _sequence_operator(sp, op, kinds)
    if len(kinds) == 2 and _is_sequence(kinds[1]) and fn is operator.mul and is_integral(first):
        return _sequence_operator(sp, Op(fn, (op.args[1], op.args[0])), (kinds[1], kinds[0]))
    if any(k is STRING or (isinstance(k, Const) and isinstance(k.value, (str, bytes))) for k in kinds):
        compares = fn in (operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge)
        return op, BOOL if compares else STRING
    for kind in kinds:
        if (
            isinstance(kind, (Function, OneOf, Record, Dict, Set))
            or kind == NONE_KIND
            or (isinstance(kind, (Tuple, List, TupleOf)) and not any(isinstance(k, Array) for k in kinds))
        ):
            if fn in (operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge):
                return op, BOOL
            if isinstance(kind, Set) or isinstance(kind, (Dict, Record)) and not holds_smooth(kind):
                return op, kind
            raise sp.refuse(
                f"the operator `{fn.__name__}` on {' and '.join(map(show, kinds))}",
                "compute with numbers or arrays (np.array(...) makes one of a list)",
                KindError,
            )
    args = tuple(k.kind if isinstance(k, Maybe) else k for k in kinds)
    return op, kind_of_call(Call(fn, args, (), op.args))


def _is_sequence(kind: Kind) -> bool:
    return isinstance(kind, (List, TupleOf)) or isinstance(kind, Tuple)


def _sequence_operator(sp: Specialiser, op: Op, kinds: tuple[Kind, ...]) -> Resolved:
    """`a + b` and `a * n` on lists and tuples."""
    from srcad.transform.specialise import calls

    a, b = op.args
    first, second = kinds
    if op.fn is operator.add:
        if isinstance(first, Tuple) and isinstance(second, Tuple):
            items = [sp.op(Op(operator.getitem, (a, Lit(i)))) for i in range(len(first.items))]
            items += [sp.op(Op(operator.getitem, (b, Lit(i)))) for i in range(len(second.items))]
            return resolve(sp, Op(prims.make_tuple, tuple(items)))
        if isinstance(second, Array):
            from srcad.rules.kinding import kind_of_call

            return op, kind_of_call(Call(op.fn, kinds, (), op.args))
        item = join_all((_items(first), _items(second)))
        if holds_smooth(item) or sp.session.holds_address(item):
            return calls.prelude(sp, "list_add", (a, b))
        return op, List(item) if isinstance(first, List) else TupleOf(item)
    if isinstance(second, Array) or widen(second) not in (INT, BOOL, UNKNOWN):
        if isinstance(second, Array):
            from srcad.rules.kinding import kind_of_call

            return op, kind_of_call(Call(op.fn, kinds, (), op.args))
        raise sp.refuse(f"a list times {show(second)}", "multiply arrays: np.array(...)", KindError)
    if isinstance(first, Tuple) and isinstance(second, Const) and isinstance(second.value, int):
        items = [sp.op(Op(operator.getitem, (a, Lit(i)))) for i in range(len(first.items))]
        return resolve(sp, Op(prims.make_tuple, tuple(items * second.value)))
    item = _items(first)
    return op, List(item) if isinstance(first, (List, Tuple)) else TupleOf(item)


def _items(kind: Kind) -> Kind:
    match kind:
        case List(item=item) | TupleOf(item=item):
            return item
        case Tuple(items=items):
            return join_all(tuple(_element(k) for k in items))
        case _:
            return UNKNOWN


def _dunder(sp: Specialiser, op: Op, kinds: tuple[Kind, ...]) -> Resolved:
    from srcad.transform.specialise import calls

    name, reflected = DUNDERS[op.fn]
    left = kinds[0]
    if isinstance(left, Object) and _defines(left.cls, name):
        return calls.resolve_method(sp, Op(prims.call_method, (op.args[0], Lit(name), *op.args[1:])))
    right = kinds[-1]
    if len(kinds) == 2 and isinstance(right, Object) and reflected and _defines(right.cls, reflected):
        return calls.resolve_method(sp, Op(prims.call_method, (op.args[1], Lit(reflected), op.args[0])))
    if op.fn in (operator.eq, operator.ne):
        return op, BOOL
    owner = next(k for k in kinds if isinstance(k, Object))
    raise sp.refuse(f"{owner.cls.__name__} has no {name}", f"define {name} in the class", KindError)


def _defines(cls: Any, name: str) -> bool:
    found = getattr(cls, name, None)
    return found is not None and found is not getattr(object, name, None)


def _same(fn: Callable[..., Any], a: Kind, b: Kind) -> bool | None:
    """Whether two values are the same, where their kinds alone say so."""
    if isinstance(a, Const) and isinstance(b, Const):
        if a == b:
            return True
        if fn in (operator.is_, operator.is_not):
            return False
        if isinstance(a.value, (str, int, bytes)) and isinstance(b.value, (str, int, bytes)):
            return bool(a.value == b.value)
        return None if callable(getattr(a.value, "__eq__", None)) and not callable(a.value) else a.value is b.value
    if NONE_KIND in (a, b):
        other = b if a == NONE_KIND else a
        if isinstance(other, (Maybe, Object, Opaque, OneOf)) or other is UNKNOWN:
            if isinstance(other, Object) and fn in (operator.is_, operator.is_not):
                return False
            return None
        if isinstance(other, Array) and fn in (operator.eq, operator.ne):
            return None
        return False
    if (isinstance(a, Const) and isinstance(a.value, str) and is_number(b)) or (
        isinstance(b, Const) and isinstance(b.value, str) and is_number(a)
    ):
        return False
    return None


def _contains(container: Kind, item: Kind) -> Kind:
    if isinstance(item, Const):
        if isinstance(container, Tuple) and all(isinstance(k, Const) for k in container.items):
            return Const(item in container.items)
        if isinstance(container, Record) and isinstance(item.value, (str, int, bytes, type(None))):
            return Const(item.value in dict(container.items))
    return BOOL
