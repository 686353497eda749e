"""Kinds: what is known of a value before the program runs.

A derivative is generated for the kinds of the actual arguments. Kinds form a lattice: `BOTTOM` (nothing reaches
here) below everything, `UNKNOWN` on top, `join` for where two paths meet. Every kind is immutable and hashable.

The dimensions of an array are one letter each: "1" (exactly one), "n" (known not to be one), "?" (either).
`Array("float64", "n1")` is a column. With them broadcasting is known before the program runs, as in Theano's
broadcast patterns, and an `unbroadcast` is generated only where it may do something.
"""

from __future__ import annotations

import enum
import types
from dataclasses import dataclass
from typing import Any, TypeGuard


@dataclass(frozen=True, slots=True)
class Kind:
    """The base of all kinds."""


@dataclass(frozen=True, slots=True)
class _Named(Kind):
    name: str

    def __repr__(self) -> str:
        return self.name


BOTTOM = _Named("Bottom")  # no value yet: an unreached definition, the element of an empty list
UNKNOWN = _Named("Unknown")  # anything
BOOL = _Named("Bool")  # bool, np.bool_
INT = _Named("Int")  # int and NumPy integers
FLOAT = _Named("Float")  # float and NumPy floating scalars
COMPLEX = _Named("Complex")
NUMBER = _Named("Number")  # a float or a float array: which one is not known before the program runs
STRING = _Named("String")
RANGE = _Named("Range")  # a range object
SLICE = _Named("Slice")


@dataclass(frozen=True, slots=True, eq=False)
class Const(Kind):
    """A value that is known: None, a string, a small int, a type, a module, a function without captured values."""

    value: Any

    def _key(self) -> tuple[Any, ...]:
        value = self.value
        if value is None or isinstance(value, (bool, int, str, bytes)):
            return (type(value), value)
        return (id(value),)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Const) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())


NONE_KIND = Const(None)


@dataclass(frozen=True, slots=True)
class Array(Kind):
    """A NumPy array: dtype name, and a letter a dimension; `dims` None where the number of them is not known."""

    dtype: str
    dims: str | None

    @property
    def ndim(self) -> int | None:
        return None if self.dims is None else len(self.dims)


@dataclass(frozen=True, slots=True)
class List(Kind):
    """A list (or deque, `bounded` where it has a `maxlen`) whose elements join to `item`."""

    item: Kind
    cls: Any = list
    bounded: bool = False


@dataclass(frozen=True, slots=True)
class Tuple(Kind):
    """A tuple of known length; `cls` and `names` where it is a namedtuple."""

    items: tuple[Kind, ...]
    cls: Any = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TupleOf(Kind):
    """A tuple of unknown length, read only: `tuple(x for x in xs)`."""

    item: Kind


@dataclass(frozen=True, slots=True)
class Record(Kind):
    """A dict that nobody writes to, with constant keys."""

    items: tuple[tuple[Any, Kind], ...]


@dataclass(frozen=True, slots=True)
class Dict(Kind):
    """A dict whose keys join to `key` and whose values join to `value`."""

    key: Kind
    value: Kind
    cls: Any = dict
    makes_up: bool = False  # given from outside, and an item that is missing is made when it is read


@dataclass(frozen=True, slots=True)
class Set(Kind):
    """A set; never differentiated."""

    item: Kind


@dataclass(frozen=True, slots=True)
class Object(Kind):
    """An instance of a class of the user's, by its attributes."""

    cls: Any
    attrs: tuple[tuple[str, Kind], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Function(Kind):
    """A callable with values of its own: `of` is a nested function's program, a bound method's function, a partial.

    `fields` are the kinds of what it holds, by name.
    """

    of: Any
    fields: tuple[tuple[str, Kind], ...] = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Function) and self.of is other.of and self.fields == other.fields

    def __hash__(self) -> int:
        return hash((id(self.of), self.fields))


@dataclass(frozen=True, slots=True)
class OneOf(Kind):
    """One of several functions, constants or objects of different classes: which, is known when the program runs.

    Where every option is a `Const`, the value is itself and its identity says which it is. Where one holds values of
    its own (`is_sum`), the specialised program has a tuple with a place for each option, None in all but one.
    """

    options: tuple[Kind, ...]


@dataclass(frozen=True, slots=True)
class Maybe(Kind):
    """None on one path, `kind` on the other."""

    kind: Kind


@dataclass(frozen=True, slots=True)
class Opaque(Kind):
    """An object that srcad looks at no further: a file, a random generator. Never differentiated."""

    cls: Any


# ---------------------------------------------------------------- questions

_FLOATS = {"float16", "float32", "float64", "longdouble", "float128"}
_COMPLEXES = {"complex64", "complex128", "clongdouble", "complex256"}


def is_number(kind: Kind) -> bool:
    """A scalar that is a number, or a constant one."""
    return kind in (BOOL, INT, FLOAT, COMPLEX) or (
        isinstance(kind, Const) and isinstance(kind.value, (bool, int, float, complex))
    )


def is_integral(kind: Kind) -> bool:
    """An int or bool scalar."""
    return kind in (BOOL, INT) or (isinstance(kind, Const) and isinstance(kind.value, (bool, int)))


def is_array(kind: Kind) -> TypeGuard[Array]:
    return isinstance(kind, Array)


def is_smooth(kind: Kind) -> bool:
    """The value itself is a point of a vector space: it can carry a derivative (a leaf of a structure)."""
    match kind:
        case Array(dtype=dtype):
            return dtype in _FLOATS or dtype in _COMPLEXES
        case Maybe(kind=inner):
            return is_smooth(inner)
        case _:
            return kind in (FLOAT, COMPLEX, NUMBER)


def holds_smooth(kind: Kind) -> bool:
    """The value is smooth or has smooth values in it."""
    match kind:
        case List(item=item) | TupleOf(item=item):
            return holds_smooth(item)
        case Dict(value=value):
            return holds_smooth(value)
        case Tuple(items=items):
            return any(map(holds_smooth, items))
        case Record(items=pairs) | Object(attrs=pairs) | Function(fields=pairs):
            return any(holds_smooth(k) for _, k in pairs)
        case Maybe(kind=inner):
            return holds_smooth(inner)
        case OneOf(options=options):
            return any(map(holds_smooth, options))
        case _:
            return is_smooth(kind)


def present(kind: Kind) -> Kind:
    """The kind of a value where it is not None: what is done to None raises an error when the program runs."""
    return kind.kind if isinstance(kind, Maybe) else kind


def holds_arrays(kind: Kind) -> bool:
    """The value is a smooth array or has such arrays in it."""
    match kind:
        case List(item=item) | TupleOf(item=item) | Maybe(kind=item) | Dict(value=item):
            return holds_arrays(item)
        case Array():
            return is_smooth(kind)
        case _:
            return any(holds_arrays(k) for _, k in children(kind) or ())


def is_complex(kind: Kind) -> bool:
    """A complex number, or an array of them."""
    kind = present(kind)
    return kind is COMPLEX or (isinstance(kind, Array) and kind.dtype in _COMPLEXES)


def holds_complex(kind: Kind) -> bool:
    """The value is complex or has complex values in it."""
    match kind:
        case List(item=item) | TupleOf(item=item) | Maybe(kind=item) | Dict(value=item):
            return holds_complex(item)
        case OneOf(options=options):
            return any(map(holds_complex, options))
        case _:
            return is_complex(kind) or any(holds_complex(k) for _, k in children(kind) or ())


def widen(kind: Kind) -> Kind:
    """The kind without its constant, for numbers and strings."""
    if isinstance(kind, Const):
        if isinstance(kind.value, bool):
            return BOOL
        if isinstance(kind.value, int):
            return INT
        if isinstance(kind.value, float):
            return FLOAT
        if isinstance(kind.value, complex):
            return COMPLEX
        if isinstance(kind.value, str):
            return STRING
    return kind


# ---------------------------------------------------------------- joining

_RANK: dict[Kind, int] = {BOOL: 0, INT: 1, FLOAT: 2, COMPLEX: 3}


def join_dims(a: str | None, b: str | None) -> str | None:
    """The dimensions of a value that is one of two arrays."""
    if a is None or b is None or len(a) != len(b):
        return None
    return "".join(x if x == y else "?" for x, y in zip(a, b, strict=True))


# An analysis may stand a character of its own for a dimension whose size it knows by name: from the first on those that
# are known not to be 1, from the second on the others (`analysis/sizes.py`).
PLURAL_SYMBOLS = 0xF0000
ANY_SYMBOLS = 0x100000


def is_plural(letter: str) -> bool:
    """Whether a dimension is known not to be 1."""
    return letter == "n" or PLURAL_SYMBOLS <= ord(letter) < ANY_SYMBOLS


def same_size(a: str, b: str) -> bool:
    """Whether two dimensions are surely equal."""
    return a == b and a not in "n?"


def broadcast_dims(a: str | None, b: str | None) -> str | None:
    """The dimensions of two arrays broadcast together."""
    if a is None or b is None:
        return None
    width = max(len(a), len(b))
    made = []
    for x, y in zip(a.rjust(width, "1"), b.rjust(width, "1"), strict=True):
        if x == "1" or x == y:
            made.append(y)
        elif y == "1" or is_plural(x):
            made.append(x)
        else:
            made.append(y if is_plural(y) else "?")
    return "".join(made)


def join_dtype(a: str, b: str) -> str:
    """NumPy's promotion of two dtypes."""
    if a == b:
        return a
    import numpy as np

    return str(np.promote_types(a, b))


def _join_pairs(
    a: tuple[tuple[Any, Kind], ...], b: tuple[tuple[Any, Kind], ...]
) -> tuple[tuple[Any, Kind], ...] | None:
    if [k for k, _ in a] != [k for k, _ in b]:
        return None
    return tuple((k, join(x, y)) for (k, x), (_, y) in zip(a, b, strict=True))


def join(a: Kind, b: Kind) -> Kind:
    """The least kind that covers both: int with float is float, float with a float array is `NUMBER`."""
    if a == b or b is BOTTOM:
        return a
    if a is BOTTOM:
        return b
    if a is UNKNOWN or b is UNKNOWN:
        return UNKNOWN
    if a == NONE_KIND or b == NONE_KIND:
        other = b if a == NONE_KIND else a
        return other if isinstance(other, Maybe) else Maybe(other)
    if isinstance(a, Maybe) or isinstance(b, Maybe):
        inner = join(a.kind if isinstance(a, Maybe) else a, b.kind if isinstance(b, Maybe) else b)
        return UNKNOWN if inner is UNKNOWN else Maybe(inner)
    match a, b:
        case (Array(dtype=d, dims=x), Array(dtype=e, dims=y)):
            return Array(join_dtype(d, e), join_dims(x, y))
        case (List(item=x, cls=c, bounded=m), List(item=y, cls=e, bounded=n)) if c is e:
            return List(join(x, y), c, m or n)
        case (Set(item=x), Set(item=y)):
            return Set(join(x, y))
        case (Dict(key=k, value=v, cls=c, makes_up=x), Dict(key=m, value=w, cls=e, makes_up=y)) if c is e:
            return Dict(join(k, m), join(v, w), c, x or y)
        case (Record(), Record()) | (Record(), Dict()) | (Dict(), Record()):
            if isinstance(a, Record) and isinstance(b, Record):
                pairs = _join_pairs(a.items, b.items)
                if pairs is not None:
                    return Record(pairs)
            return join(open_dict(a), open_dict(b))
        case (Tuple(items=x, cls=c, names=n), Tuple(items=y, cls=e)):
            if c is e and len(x) == len(y):
                return Tuple(tuple(map(join, x, y)), c, n)
            if c is list and e is list:
                return List(_join_all(tuple(map(widen, x + y))))
            if c is None and e is None:
                return TupleOf(_join_all(x + y))
            return UNKNOWN
        case (Tuple(items=xs, cls=c), List(item=y)) | (List(item=y), Tuple(items=xs, cls=c)) if c is list:
            return List(_join_all((y, *map(widen, xs))))
        case (TupleOf(item=x), TupleOf(item=y)):
            return TupleOf(join(x, y))
        case (TupleOf(item=x), Tuple(items=ys, cls=None)) | (Tuple(items=ys, cls=None), TupleOf(item=x)):
            return TupleOf(_join_all((x, *ys)))
        case (Object(cls=c, attrs=x), Object(cls=e, attrs=y)) if c is e:
            merged: dict[str, Kind] = dict(x)
            for key, kind in y:
                merged[key] = join(merged.get(key, BOTTOM), kind)
            return Object(c, tuple(merged.items()))
        case (Opaque(cls=c), Opaque(cls=e)) if c is e:
            return a
        case (Function(of=f, fields=x), Function(of=g, fields=y)) if f is g:
            fields = _join_pairs(x, y)
            if fields is not None:
                return Function(f, fields)
    if _is_option(a) and _is_option(b):
        return _one_of(a, b)
    x, y = widen(a), widen(b)
    if x in _RANK and y in _RANK:
        return x if _RANK[x] >= _RANK[y] else y
    if x == y:
        return x
    if _numeric(x) and _numeric(y):
        return NUMBER
    return UNKNOWN


def _join_all(kinds: tuple[Kind, ...]) -> Kind:
    made: Kind = BOTTOM
    for kind in kinds:
        made = join(made, kind)
    return made


join_all = _join_all


def open_dict(kind: Kind) -> Kind:
    """A record as a dict of unknown keys."""
    if isinstance(kind, Record):
        return Dict(
            _join_all(tuple(widen(Const(k)) for k, _ in kind.items)), _join_all(tuple(v for _, v in kind.items))
        )
    return kind


def _numeric(kind: Kind) -> bool:
    if isinstance(kind, Array):
        return kind.dtype in _FLOATS or kind.dtype.startswith(("int", "uint", "bool"))
    return kind in (BOOL, INT, FLOAT, NUMBER)


def _is_option(kind: Kind) -> bool:
    if isinstance(kind, Const):
        return callable(kind.value) or (isinstance(kind.value, enum.Enum) and widen(kind) is kind)
    return isinstance(kind, (Function, Object, OneOf))


def option_key(option: Kind) -> tuple[Any, ...]:
    """What makes an option the one it is: the class of an object, the program of a function, a constant itself."""
    match option:
        case Object(cls=cls):
            return ("object", id(cls))
        case Function(of=of, fields=fields):
            return ("function", id(of), tuple(name for name, _ in fields))
        case Const():
            return ("const", option._key())
        case _:
            return ("kind", option)


def _one_of(a: Kind, b: Kind) -> Kind:
    """The options of both, in an order that does not depend on which came first: values keep their places in it."""
    options: dict[tuple[Any, ...], Kind] = {}
    for kind in (a, b):
        for option in kind.options if isinstance(kind, OneOf) else (kind,):
            key = option_key(option)
            options[key] = join(options.get(key, BOTTOM), option)
    return OneOf(tuple(options[key] for key in sorted(options, key=lambda k: (*_shown_order(options[k]), str(k)))))


def _shown_order(option: Kind) -> tuple[str, str, int, int]:
    value = option.of if isinstance(option, Function) else getattr(option, "cls", getattr(option, "value", None))
    name = getattr(value, "__qualname__", None) or getattr(value, "name", "")
    place = getattr(value, "place", None)
    code = getattr(value, "__code__", None)
    at = (place.line, place.column) if place is not None else _start(code)
    return str(getattr(value, "__module__", "")), str(name), *at


def _start(code: Any) -> tuple[int, int]:
    """Where the first expression of a function is: several lambdas may stand on one line."""
    if not isinstance(code, types.CodeType):  # a class that describes functions has something else of this name
        return 0, 0
    first = code.co_firstlineno
    return first, min((column for line, _, column, _ in code.co_positions() if line == first and column), default=0)


def is_sum(kind: Kind) -> bool:
    """One of several things of which at least one holds values of its own."""
    return isinstance(kind, OneOf) and not all(isinstance(option, Const) for option in kind.options)


# ---------------------------------------------------------------- structure


def children(kind: Kind) -> tuple[tuple[tuple[str, Any], Kind], ...] | None:
    """The parts of a structure of fixed form, each with its step: ("item", 0), ("key", "w") or ("attr", "k").

    None for what is not such a structure: numbers, arrays, lists and open dicts.
    """
    match kind:
        case Tuple(items=items):
            return tuple((("item", i), k) for i, k in enumerate(items))
        case Record(items=pairs):
            return tuple((("key", key), k) for key, k in pairs)
        case Object(attrs=pairs):
            return tuple((("attr", name), k) for name, k in pairs)
        case Function(fields=pairs):
            return tuple((("field", name), k) for name, k in pairs)
        case Maybe(kind=inner):
            return children(inner)
        case OneOf(options=options) if is_sum(kind):
            return tuple((("item", i), Maybe(option)) for i, option in enumerate(options))
        case _:
            return None


def is_deeper(kind: Kind, depth: int) -> bool:
    """Whether a value of this kind holds parts within parts, more than so many deep."""
    return depth < 0 or any(is_deeper(part, depth - 1) for _, part in children(kind) or _inner(kind))


def _inner(kind: Kind) -> tuple[tuple[str, Kind], ...]:
    match kind:
        case List(item=item) | TupleOf(item=item) | Set(item=item):
            return (("item", item),)
        case Dict(value=value):
            return (("value", value),)
        case _:
            return ()


def show(kind: Kind) -> str:
    """A kind as a docstring names it: `float`, `float64[n, n]`, `list of float`."""
    match kind:
        case Const(value=value):
            if value is None:
                return "None"
            if isinstance(value, (bool, int, float, complex, str, bytes)):
                return repr(value)
            return str(getattr(value, "__qualname__", None) or getattr(value, "__name__", type(value).__name__))
        case Array(dtype=dtype, dims=dims):
            return f"{dtype}[...]" if dims is None else f"{dtype}[{', '.join(':' if d != '1' else '1' for d in dims)}]"
        case List(item=item):
            name = str(kind.cls.__name__)
            return name if item is BOTTOM else f"{name} of {show(item)}"
        case TupleOf(item=item):
            return f"tuple of {show(item)}"
        case Tuple(items=items, cls=cls):
            return (cls.__name__ if cls is not None else "") + "(" + ", ".join(map(show, items)) + ")"
        case Record(items=pairs):
            return "{" + ", ".join(f"{k!r}: {show(v)}" for k, v in pairs) + "}"
        case Dict(key=key, value=value):
            return f"dict of {show(key)} to {show(value)}"
        case Set(item=item):
            return f"set of {show(item)}"
        case Object(cls=cls):
            return str(cls.__name__)
        case Opaque(cls=cls):
            return str(getattr(cls, "__name__", cls))
        case Function(of=of):
            return f"function {getattr(of, '__name__', None) or getattr(of, 'name', '')}".strip()
        case OneOf(options=options):
            return " or ".join(map(show, options))
        case Maybe(kind=inner):
            return f"{show(inner)} or None"
        case _:
            return repr(kind).lower()
