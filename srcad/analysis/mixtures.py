"""Variables of a complex kind that may hold real values: the kind is one for all that a variable holds.

    for i in range(n):
        x = x * z                # x is complex, but the argument that it is at first may be real
    t = np.exp(x)                # and so may what is made of it

Contract: a variable that is not named here and whose kind is complex holds complex values only, so that an array made
like it is complex. This leans on what `check_mixtures` refuses: an array that may be real among the complex ones of a
list, dict or object, and one that is given to a function.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from srcad import runtime_arrays
from srcad.analysis.purity import ARITHMETIC
from srcad.analysis.regions import Regions
from srcad.core import prims
from srcad.core.kind_of import kind_of
from srcad.core.kinds import (
    UNKNOWN,
    Array,
    Const,
    Dict,
    Kind,
    List,
    Object,
    Record,
    TupleOf,
    children,
    holds_complex,
    holds_smooth,
    is_complex,
    is_number,
    present,
)
from srcad.core.nodes import (
    Assign,
    Block,
    Do,
    Expr,
    Lit,
    Op,
    Ref,
    Return,
    Store,
    Unpack,
    Var,
    expressions_of,
    names_in,
    targets_of,
    walk,
)
from srcad.core.operators import IN_PLACE, hashable
from srcad.core.spoken import spoken
from srcad.errors import KindError, Place
from srcad.rules.changes import change_of

_BY_VALUES = {np.linalg.eig, np.linalg.eigvals}  # real where it turns out so
_DISPLAYS = {prims.make_list, prims.make_tuple}
_JOINS = {np.array, np.asarray, np.stack, np.vstack, np.hstack, np.column_stack, np.dstack, np.concatenate}
_MAKE_COMPLEX = "make it complex there: x + 0j"


def mixtures(
    body: Block, kinds: Mapping[str, Kind], given: Sequence[tuple[str, Kind]], callers: frozenset[int] = frozenset()
) -> frozenset[str]:
    """The names of a complex kind that may hold real values; `given` are the parameters, as they are given.

    `callers` are the programs whose calls led here: a recursive call adds nothing to what the others say.
    """
    if not any(map(holds_complex, kinds.values())):
        return frozenset()
    mixed = {name for name, kind in given if holds_complex(kinds.get(name, UNKNOWN)) and not holds_complex(kind)}
    bindings: list[tuple[tuple[str, ...], Expr]] = []
    for stmt in walk(body):
        match stmt:
            case Assign(target=target, value=value):
                bindings.append(((target,), value))
            case Unpack(targets=targets, value=value):
                bindings.append((targets, value))
            case _:
                pass
    lists = _unchanged_lists(body)
    while True:
        before = len(mixed)
        certain = _certain([b for b in bindings if lists.issuperset(b[0])], kinds, mixed)
        for targets, value in bindings:
            if _may_be_real(value, kinds, mixed, certain, callers):
                mixed.update(name for name in targets if holds_complex(kinds.get(name, UNKNOWN)))
        if len(mixed) == before:
            return frozenset(mixed)


def check_mixtures(
    mixed: frozenset[str],
    body: Block,
    kinds: Mapping[str, Kind],
    given: Sequence[tuple[str, Kind]],
    active: frozenset[str],
    regions: Regions,
    place: Place | None,
) -> None:
    """Refuse arrays that are real and complex by turns where their adjoints would have to be so, too.

    That is where they are written to, and where a list, dict, object or function holds them, whose kind says that they
    are complex.
    """
    if not any(map(holds_complex, kinds.values())):
        return
    for name in sorted(mixed & active):
        if isinstance(kinds.get(name), Array) and regions.is_array_written(name):
            bound = (
                s for s in walk(body) if isinstance(s, Store) and name in names_in(s.base) or name in targets_of(s)
            )
            where = next((s.place for s in bound if getattr(s, "place", None) is not None), place)
            raise KindError(
                f"{spoken(name, body)} is an array of real numbers at one time and of complex ones at another, and is "
                "written to",
                where,
                "make it complex before it is written to: x = x + 0j",
            )
    for name, kind in given:
        if name in active and _becomes_complex(kind, kinds.get(name, UNKNOWN)):
            raise KindError(
                f"{spoken(name, body)} holds arrays of real numbers as it is given, and gets complex ones later",
                place,
                "give it complex arrays: x + 0j",
            )
    for where, base, value, slot in _puts(body, kinds):
        own = kinds.get(value, UNKNOWN)
        if base in active and _is_complex_array(slot) and isinstance(own, Array):
            if value in mixed or not is_complex(own):
                raise KindError(
                    f"{spoken(value, body)} may be an array of real numbers, and {spoken(base, body)} holds complex "
                    "ones",
                    where or place,
                    _MAKE_COMPLEX,
                )
    for stmt in walk(body):
        call = stmt.value if isinstance(stmt, (Assign, Do)) else None
        if isinstance(call, Op) and call.fn is prims.call:
            for name in sorted(set(names_in(call)) & mixed & active):
                if isinstance(kinds.get(name), Array):
                    raise KindError(
                        f"{spoken(name, body)} is an array of real numbers at one time and of complex ones at another, "
                        "and is given to a function",
                        stmt.place or place,
                        "make it complex first: x = x + 0j",
                    )


def check_dtypes(body: Block, kinds: Mapping[str, Kind], given: Sequence[tuple[str, Kind]]) -> None:
    """Refuse a dtype that was taken for known, of an array that is real and complex by turns."""
    mixed = mixtures(body, kinds, given)
    for stmt in walk(body) if mixed else ():
        match stmt:
            case Assign(target=target, value=Op(args=(Var(name=name), Lit(value="dtype"))), place=place):
                if name in mixed and isinstance(kinds.get(target), Const):
                    raise KindError(
                        f"the dtype of {spoken(name, body)} is read, which is an array of real numbers at one time and "
                        "of complex ones at another",
                        place,
                        "ask np.iscomplexobj, or make it complex first: x = x + 0j",
                    )
            case _:
                pass


def _may_be_real(
    value: Expr, kinds: Mapping[str, Kind], mixed: set[str], certain: set[str], callers: frozenset[int]
) -> bool:
    names = set(names_in(value))
    held = [kinds.get(name, UNKNOWN) for name in names]
    if isinstance(value, Op) and (value.fn in ARITHMETIC or value.fn in _JOINS or isinstance(value.fn, np.ufunc)):
        if any(_holds_complex_number(arg, kinds, mixed, certain) for arg in value.args):
            return False
    if names & mixed:
        return True
    if not isinstance(value, Op):
        return not any(map(holds_complex, held)) and any(map(holds_smooth, held))
    if value.fn in _BY_VALUES:
        return True
    if value.fn is object.__new__:
        return False
    if value.fn is prims.call and isinstance(value.args[0], Ref) and hasattr(value.args[0].value, "arg_kinds"):
        return _gives_real(value.args[0].value, callers)
    if value.fn in (prims.make_tuple, prims.make_list, prims.make_dict, prims.call):
        return any(holds_smooth(kind) and not holds_complex(kind) for kind in held)
    if value.fn is not operator.getitem and any(map(_lists_numbers, held)):
        return True  # `np.array(numbers)`
    return not any(map(holds_complex, held)) and not _names_complex(value)


def _unchanged_lists(body: Block) -> set[str]:
    """The variables that are bound to a list or tuple where it is written out, and that nothing changes or keeps."""
    made = {
        s.target for s in walk(body) if isinstance(s, Assign) and isinstance(s.value, Op) and s.value.fn in _DISPLAYS
    }
    for stmt in walk(body):
        match stmt:
            case Assign(value=Op(fn=fn)) if fn in (prims.call, prims.call_method, prims.push) or fn in IN_PLACE:
                made.difference_update(names_in(stmt.value))
            case Assign(value=Op(fn=fn)) if fn in _DISPLAYS:
                pass
            case Assign(value=Op()):
                made.discard(stmt.target)
            case _:
                made.difference_update(n for expr in expressions_of(stmt) for n in names_in(expr))
                made.difference_update(targets_of(stmt))
    return made


def _certain(bindings: Sequence[tuple[tuple[str, ...], Expr]], kinds: Mapping[str, Kind], mixed: set[str]) -> set[str]:
    """The lists and tuples that surely hold something complex: an array that is made of one is complex."""
    found: set[str] = set()
    for targets, value in bindings:
        if isinstance(value, Op) and value.fn in _DISPLAYS and _holds_complex_number(value, kinds, mixed, found):
            found.update(targets)
    for targets, value in bindings:  # another list of the same name may not
        if not _holds_complex_number(value, kinds, mixed, found):
            found.difference_update(targets)
    return found


def _holds_complex_number(expr: Expr, kinds: Mapping[str, Kind], mixed: set[str], certain: set[str]) -> bool:
    match expr:
        case Lit(value=value) | Ref(value=value):
            return is_complex(kind_of(value))
        case Var(name=name):
            return name in certain or name not in mixed and is_complex(kinds.get(name, UNKNOWN))
        case Op(fn=fn, args=args) if fn in _DISPLAYS:
            return any(_holds_complex_number(arg, kinds, mixed, certain) for arg in args)
        case _:
            return False


def _lists_numbers(kind: Kind) -> bool:
    """A list of complex numbers, some or all of which may be real."""
    return isinstance(kind, (List, TupleOf)) and is_number(kind.item) and is_complex(kind.item)


def _gives_real(special: Any, callers: frozenset[int]) -> bool:
    """Whether a function of the user's may return a real value where its kind is complex."""
    if not holds_complex(special.result_kind):
        return True
    if id(special) in callers:
        return False
    params = [param.name for param in special.program.params]
    given = list(zip(params, special.arg_kinds, strict=True))
    inside = mixtures(special.body, special.kinds, given, callers | {id(special)})
    result = special.body[-1]
    return isinstance(result, Return) and any(name in inside for name in names_in(result.value))


def _names_complex(value: Expr) -> bool:
    """Whether an expression of no complex variable makes complex values all the same: by a number, a type, an `fft`."""
    match value:
        case Lit(value=number) | Ref(value=number):
            return holds_complex(kind_of(number)) or hashable(number) and number in _TYPES
        case Op(fn=fn, args=args, kwargs=kwargs):
            if fn in _MAKERS or getattr(fn, "__module__", "") == "cmath":
                return True
            return any(map(_names_complex, (*args, *(v for _, v in kwargs))))
        case _:
            return False


_TYPES = {complex, np.complex128, np.complex64, np.dtype(complex), "complex", "complex128", "complex64"}
_MAKERS = {
    complex, np.complex128, np.fft.fft, np.fft.ifft, np.fft.rfft, np.fft.ihfft, np.fft.fft2, np.fft.ifft2, np.fft.rfft2,
    np.fft.fftn, np.fft.ifftn, np.fft.rfftn, runtime_arrays.complex_of,
}  # fmt: skip


# ---------------------------------------------------------------- what containers hold


def _is_complex_array(kind: Kind) -> bool:
    return isinstance(present(kind), Array) and is_complex(kind)


def _becomes_complex(given: Kind, kind: Kind) -> bool:
    """Whether a container has complex arrays in the end where it was given real ones."""
    given, kind = present(given), present(kind)
    if isinstance(given, Array):
        return False  # it is what `mixtures` names
    pairs: list[tuple[Kind, Kind]] = []
    if isinstance(kind, (List, TupleOf)) and isinstance(given, (List, TupleOf)):
        pairs.append((given.item, kind.item))
    elif isinstance(kind, Dict) and isinstance(given, Dict):
        pairs.append((given.value, kind.value))
    else:
        before, after = dict(children(given) or ()), dict(children(kind) or ())
        pairs += [(before[step], after[step]) for step in before if step in after]
    return any(
        isinstance(present(a), Array) and not is_complex(a) and _is_complex_array(b) or _becomes_complex(a, b)
        for a, b in pairs
    )


def _puts(body: Block, kinds: Mapping[str, Kind]) -> Iterator[tuple[Place | None, str, str, Kind]]:
    """Where variables are put into containers: the place, the container, the variable and the kind of the slot."""
    for stmt in walk(body):
        match stmt:
            case Store(base=Var(name=base), key=key, value=Var(name=value), place=place):
                yield place, base, value, _slot(kinds.get(base, UNKNOWN), key)
            case Do(value=Op() as call, place=place) | Assign(value=Op() as call, place=place):
                if call.fn in (prims.make_list, prims.make_dict) and isinstance(stmt, Assign):
                    kind = kinds.get(stmt.target, UNKNOWN)
                    keys = call.args[::2] if call.fn is prims.make_dict else tuple(map(Lit, range(len(call.args))))
                    items = call.args[1::2] if call.fn is prims.make_dict else call.args
                    for key, item in zip(keys, items, strict=True):
                        if isinstance(item, Var):
                            yield place, stmt.target, item.name, _slot(kind, key)
                    continue
                change = change_of(call)
                at = change.new if change is not None else 1 if call.fn is prims.push else None
                put = call.args[at] if at is not None else None
                into = call.args[0] if call.args else None
                if isinstance(into, Var) and isinstance(put, Var):
                    yield place, into.name, put.name, _slot(kinds.get(into.name, UNKNOWN), Lit(0))
            case _:
                pass


def _slot(kind: Kind, key: Expr) -> Kind:
    """What a container holds at a key."""
    kind = present(kind)
    match kind:
        case List(item=item):
            return item
        case Dict(value=item):
            return item
        case Object(attrs=pairs) | Record(items=pairs):
            return dict(pairs).get(key.value, UNKNOWN) if isinstance(key, Lit) else UNKNOWN
        case _:
            return UNKNOWN
