"""The kind of a call's result, and of an indexing.

`kind_of_call` asks the rule's own kind function; an elementwise rule without one broadcasts. Anything else that is
known to be free of effects is tried *by example*: the function is called on tiny arrays of the operands' types, and
the type and number of dimensions of what comes back are believed, but not its sizes. What cannot be tried is
`UNKNOWN`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from srcad.core import prims
from srcad.core.kind_of import kind_of
from srcad.core.kinds import (
    BOOL,
    BOTTOM,
    COMPLEX,
    FLOAT,
    INT,
    NONE_KIND,
    NUMBER,
    RANGE,
    SLICE,
    UNKNOWN,
    Array,
    Const,
    Kind,
    List,
    Maybe,
    Tuple,
    TupleOf,
    broadcast_dims,
    is_integral,
    is_number,
    join,
    widen,
)
from srcad.core.nodes import Expr, Lit, Op, Ref, Var
from srcad.core.operators import IN_PLACE
from srcad.rules.known import OPEN, constant, is_sparse_kind, literal
from srcad.rules.registry import Call, Rule, rule_for
from srcad.rules.shapes import array_or_scalar, as_array, broadcast, scalar_of


def kind_of_call(call: Call) -> Kind:
    """The kind of the result of a call."""
    if call.fn in IN_PLACE:
        call = replace(call, fn=IN_PLACE[call.fn])
    if BOTTOM in call.args:
        return BOTTOM
    if call.fn is prims.choose:
        return join(call.args[1], call.args[2])
    if call.fn is np.transpose and len(call.args) == 1 and is_sparse_kind(call.args[0]):
        return call.args[0]
    rule = rule_for(call.fn)
    if rule is not None and rule.kind is not None:
        return rule.kind(call)
    if rule is not None and rule.style == "elementwise":
        return broadcast(_by_position(call, rule))
    if rule is None and not _is_pure(call.fn):
        return UNKNOWN
    return by_example(call)


def _by_position(call: Call, rule: Rule) -> Call:
    """The call of a function of each element with its named operands at their places, defaults between them."""
    named, defaults = dict(call.kwargs), dict(rule.defaults)
    kinds = list(call.args)
    for name in rule.params[len(kinds) :]:
        if not named.keys() & set(rule.params) or name not in named and name not in defaults:
            break
        kinds.append(named.pop(name) if name in named else kind_of(defaults[name]))
    return replace(call, args=tuple(kinds))


# ---------------------------------------------------------------- by example

_WITH_EFFECTS = frozenset(
    "save savez savez_compressed savetxt load loadtxt genfromtxt fromfile fromregex memmap seterr seterrcall "
    "setbufsize set_printoptions errstate printoptions show_config show_runtime info test get_include".split()
)


def _is_pure(fn: Callable[..., Any]) -> bool:
    """Whether calling `fn` to see what it gives can do no harm."""
    if isinstance(fn, np.ufunc):
        return True
    module = getattr(fn, "__module__", None)
    if module in ("math", "numpy.linalg", "numpy.fft"):
        return True
    return module == "numpy" and getattr(fn, "__name__", "") not in _WITH_EFFECTS


def by_example(call: Call) -> Kind:
    """The kind of what the function gives for tiny operands."""
    # lists and tuples that are known may point beyond the tiny examples, or go with a length: then others are tried
    lengths = (2,) if all(map(_fits_any_length, (*call.args, *dict(call.kwargs).values()))) else (2, 3, 4, 8)
    for length in lengths:
        found = _tried(call, True, length)
        if found is not UNKNOWN:
            return found
    return _tried(call, False, 2)


def _fits_any_length(kind: Kind) -> bool:
    return not isinstance(kind, (List, Tuple, TupleOf, Const)) or constant(kind) is None


def _tried(call: Call, as_known: bool, length: int) -> Kind:
    exprs: tuple[Expr | None, ...] = call.exprs or (None,) * len(call.args)
    kwexprs = dict(call.kwexprs)
    operands = [*zip(call.args, exprs, strict=False), *((kind, kwexprs.get(key)) for key, kind in call.kwargs)]
    examples = [
        example(kind, expr if as_known or not isinstance(kind, (List, Tuple, TupleOf)) else None, length)
        for kind, expr in operands
    ]
    if any(e is OPEN for e in examples):
        return UNKNOWN
    positional = examples[: len(call.args)]
    named = dict(zip((key for key, _ in call.kwargs), examples[len(call.args) :], strict=True))
    try:
        with np.errstate(all="ignore"):
            value = call.fn(*positional, **named)
    except (ValueError, TypeError, ArithmeticError, LookupError, AttributeError, RuntimeError, np.linalg.LinAlgError):
        return UNKNOWN
    return without_sizes(kind_of(value))


def example(kind: Kind, expr: Expr | None = None, length: int = 2) -> Any:
    """A small, well-conditioned value of a kind (the value itself where it is known), or `OPEN`."""
    known = OPEN if expr is None else literal(expr)
    if known is not OPEN and not isinstance(known, np.ndarray):
        return known  # but an array of indices may point beyond the tiny examples
    match kind:
        case Const(value=value):
            return value
        case Array(dtype=dtype, dims=str(dims)):
            shape = tuple(1 if letter == "1" else length for letter in dims)
            count = int(np.prod(shape))
            values = np.ones(count) if np.dtype(dtype).kind in "biu" else 0.3 + np.arange(count) * 0.37 % 0.5
            made = values.reshape(shape)
            if len(shape) >= 2 and np.dtype(dtype).kind in "fc":
                made = made + np.eye(shape[-2], shape[-1])
            return (made * (1 + 0.5j)).astype(dtype) if np.dtype(dtype).kind == "c" else made.astype(dtype)
        case List(item=item) | TupleOf(item=item):
            inner = example(item, None, length)
            made_items = [inner, inner]
            return OPEN if inner is OPEN else made_items if isinstance(kind, List) else tuple(made_items)
        case Tuple(items=items, cls=None):
            inners = tuple(example(item, None, length) for item in items)
            return OPEN if any(i is OPEN for i in inners) else inners
        case _ if kind is INT:
            return 1
        case _ if kind is BOOL:
            return True
        case _ if is_number(kind):
            return 0.5 + (0.25j if widen(kind) is COMPLEX else 0.0)
        case _ if kind is RANGE:
            return range(2)
        case _ if kind is SLICE:
            return slice(1)
        case _:
            return OPEN


def without_sizes(kind: Kind) -> Kind:
    """The kind without what is known of lengths."""
    match kind:
        case Array(dtype=dtype, dims=str(dims)):
            return Array(dtype, "?" * len(dims))
        case List(item=item):
            return List(without_sizes(item))
        case Tuple(items=items, cls=cls, names=names):
            return Tuple(tuple(map(without_sizes, items)), cls, names)
        case _:
            return widen(kind)


# ---------------------------------------------------------------- indexing


def kind_of_index(
    base: Kind,
    index: Kind,
    index_expr: Expr | None = None,
    sliced: Callable[[str, Expr | None], str] = lambda size, part: "?",
) -> Kind:
    """The kind of `base[index]` where `base` is an array (or may be one); `sliced` gives the size of a slice."""
    if isinstance(base, Maybe):
        base = base.kind
    if base is BOTTOM:
        return BOTTOM
    if not isinstance(base, Array):
        return NUMBER if base is NUMBER else UNKNOWN
    parts = _parts(index, index_expr)
    if parts is None:
        return UNKNOWN
    if base.dims is None:
        element = scalar_of(base.dtype)
        return NUMBER if element is FLOAT else UNKNOWN
    taken = sum(_takes(part) for part, _ in parts)
    left = base.dims
    if not any(_is_ellipsis(part) for part, _ in parts):
        parts = [*parts, (Const(Ellipsis), None)]
    made: list[str] = []
    fancy: str | None = None  # the dimensions of the index arrays broadcast together
    fancy_at = 0
    apart = False
    position = 0
    previous_fancy = -2
    has_arrays = any(_is_fancy(part) for part, _ in parts)
    for number, (part, expr) in enumerate(parts):
        if _is_ellipsis(part):
            count = len(left) - taken
            if count < 0:
                return UNKNOWN
            made.extend(left[position : position + count])
            position += count
        elif part == NONE_KIND:
            made.append("1")
        elif part is SLICE:
            made.append(left[position] if _is_whole(expr) else sliced(left[position], expr))
            position += 1
        else:
            dims = _index_dims(part)
            if dims is None:
                return UNKNOWN
            if has_arrays:
                if fancy is None:
                    fancy, fancy_at = dims, len(made)
                else:
                    apart = apart or previous_fancy != number - 1
                    fancy = broadcast_dims(fancy, dims)
                previous_fancy = number
            position += _takes(part)
        if position > len(left):
            return UNKNOWN
    if fancy is not None:
        at = 0 if apart else fancy_at
        made[at:at] = fancy
    dims = "".join(made)
    ellipsis_given = any(_is_ellipsis(part) for part, _ in _parts(index, index_expr) or ())
    return Array(base.dtype, dims) if dims or ellipsis_given else array_or_scalar(base.dtype, dims)


def _parts(index: Kind, expr: Expr | None) -> list[tuple[Kind, Expr | None]] | None:
    """The indices along the dimensions; None where their number is not known."""
    if isinstance(index, Tuple):
        exprs: tuple[Expr | None, ...] = (None,) * len(index.items)
        if isinstance(expr, Op) and expr.fn is prims.make_tuple and len(expr.args) == len(index.items):
            exprs = expr.args
        kinds = list(zip(index.items, exprs, strict=True))
    elif isinstance(index, Const) and isinstance(index.value, tuple):
        kinds = [(kind_of(v), Lit(v)) for v in index.value]
    elif isinstance(index, TupleOf):
        return None
    else:
        kinds = [(index, expr)]
    made: list[tuple[Kind, Expr | None]] = []
    for given, part in kinds:
        kind: Kind = Array("int64", "?") if given is RANGE else given
        if kind in (List(BOTTOM), Tuple(())):
            kind = Array("int64", "?")
        elif isinstance(kind, (List, Tuple)):
            kind = as_array(kind)
        known = constant(kind)
        if isinstance(known, slice):
            kind, part = SLICE, Lit(known)
        if not (_is_ellipsis(kind) or kind == NONE_KIND or kind is SLICE or is_integral(kind) or _is_fancy(kind)):
            return None
        if isinstance(kind, Array) and (kind.dims is None or np.dtype(kind.dtype).kind not in "biu"):
            return None
        made.append((kind, part))
    return made


def _is_ellipsis(kind: Kind) -> bool:
    return isinstance(kind, Const) and kind.value is Ellipsis


def _is_fancy(kind: Kind) -> bool:
    return isinstance(kind, Array) or widen(kind) is BOOL


def _takes(kind: Kind) -> int:
    """How many dimensions of the base an index uses up."""
    if _is_ellipsis(kind) or kind == NONE_KIND or widen(kind) is BOOL:
        return 0
    if isinstance(kind, Array) and kind.dtype == "bool":
        return len(kind.dims or "")
    return 1


def _index_dims(kind: Kind) -> str | None:
    """The dimensions that an integer or an index array puts in place of those it uses up."""
    if isinstance(kind, Array):
        return "?" if kind.dtype == "bool" else kind.dims
    return "?" if widen(kind) is BOOL else ""


def _is_whole(expr: Expr | None) -> bool:
    """Whether a slice is `:`."""
    if expr is None:
        return False
    if isinstance(expr, Op) and expr.fn is prims.make_slice:
        return all(literal(part) is None for part in expr.args)
    value = literal(expr)
    return isinstance(value, slice) and value == slice(None)


def kind_of_getitem(call: Call) -> Kind:
    """`kind_of_index` for a call of `operator.getitem`."""
    assert call.fn is operator.getitem
    return kind_of_index(call.args[0], call.args[1], call.exprs[1] if len(call.exprs) > 1 else None)


def index_kind(index: Expr, kinds: Mapping[str, Kind]) -> Kind:
    """The kind of an index expression: displays and slices, whose parts may be arithmetic."""
    match index:
        case Op(fn=fn) if fn is prims.make_slice:
            return SLICE
        case Op(fn=fn, args=args) if fn is prims.make_tuple:
            return Tuple(tuple(index_kind(a, kinds) for a in args))
        case Op(fn=fn, args=args) if fn is prims.make_list:
            return as_array(Tuple(tuple(index_kind(a, kinds) for a in args)))
        case Op(fn=fn, args=args) if fn is operator.getitem:
            return kind_of_index(index_kind(args[0], kinds), index_kind(args[1], kinds), args[1])
        case Op(fn=fn, args=args, kwargs=kwargs):
            named = tuple((k, index_kind(v, kinds)) for k, v in kwargs)
            return kind_of_call(Call(fn, tuple(index_kind(a, kinds) for a in args), named, args, kwargs))
        case Var(name=name):
            return kinds.get(name, UNKNOWN)
        case Lit(value=value):
            return Const(value)
        case Ref(value=value):
            return kind_of(value)
        case _:
            return UNKNOWN
