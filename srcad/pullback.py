"""`vjp`: run the forward half of a function now, and its reverse half whenever a cotangent is given.

The reverse half consumes the tapes that the forward half filled, so each pullback is given a copy of them, and the
function itself runs once. What the caller does to the arguments and
to the value afterwards does not matter, since both are copied. The two halves are generated once for each function and
kinds.
"""

from __future__ import annotations

import collections
import weakref
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import TYPE_CHECKING, Any

import numpy as np

from srcad import runtime
from srcad.analysis.leaves import Leaf, Path
from srcad.analysis.powers import refuse_complex
from srcad.arguments import check_followed
from srcad.callables import Target
from srcad.copies import copied_arrays
from srcad.core.kind_of import kind_of
from srcad.core.kinds import (
    Array,
    Kind,
    Maybe,
    children,
    holds_smooth,
    is_complex,
    is_smooth,
    show,
)
from srcad.derivative import FORGET, GENERATING
from srcad.errors import ArgumentError
from srcad.forms import formed, structure
from srcad.promotion import promoted
from srcad.stopped import stops_refused

if TYPE_CHECKING:
    from srcad.driver import LoadedPair

_PAIRS: weakref.WeakKeyDictionary[FunctionType, dict[Any, LoadedPair]] = weakref.WeakKeyDictionary()
FORGET.append(_PAIRS.clear)


def loaded_pair(function: FunctionType, key: tuple[Kind, ...], fixed: frozenset[int] = frozenset()) -> LoadedPair:
    """The two halves of a function for arguments of these kinds; kept while what it reads from outside is the same.

    The parameters at the positions `fixed` have their defaults, and no cotangents.
    """
    from srcad.driver import make_pair

    with GENERATING:
        known = _PAIRS.setdefault(function, {})
        made = known.get((key, fixed))
        if made is None or made.outside.changed():
            made = make_pair(function, key, fixed)
            known[key, fixed] = made
        return made


def make_vjp(
    target: Target, primals: tuple[Any, ...], given: tuple[Any, ...] | None = None
) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """The value of the function and its pullback. `given` are the primals as the caller has them, where some are
    promoted already."""
    names = list(target.shown.parameters)[len(target.before) :]
    for i, primal in enumerate(primals):
        check_followed(target.function.__name__, names[min(i, len(names) - 1)] if names else "", kind_of(primal))
    try:
        run = _run(target, tuple(map(promoted, primals)), primals if given is None else given)
    except TypeError:  # a `KindError`, or what Python and NumPy raise
        if all(one is other for one, other in zip(primals, map(promoted, primals), strict=True)):
            raise
        run = _run(target, primals, primals)  # an int is a count or an index here: it stays one, and has no cotangent
    spread = [p.kind is p.VAR_POSITIONAL for p in target.signature.parameters.values()]

    def pullback(cotangent: Any) -> tuple[Any, ...]:
        made: list[Any] = []
        for gradient, many in zip(run.pull(cotangent), spread, strict=True):
            made += list(gradient or ()) if many else [gradient]
        return tuple(made[len(target.before) :][: len(primals)])

    return copied_arrays(run.value), pullback


def _run(target: Target, primals: tuple[Any, ...], originals: tuple[Any, ...]) -> _Run:
    bound = target.bind(primals, {})
    given = target.given(primals)
    fixed = frozenset(i for i, name in enumerate(bound.arguments) if name not in given)
    values = [copied_arrays(v) for v in bound.arguments.values()]
    target.promote(values)
    key = tuple(map(kind_of, values))
    function, _ = target.function_for(key)
    loaded = loaded_pair(function, key, fixed)
    with stops_refused(target.function, loaded.writes):
        loaded.apart.check(bound.arguments)
    target.refuse_shared(originals, primals, loaded.writes)
    run = _Run(target.function, loaded, values)
    if loaded.powers:
        refuse_complex(run.value, loaded.powers)
    return run


class _Run:
    """One run of the forward half: its value, the shadows it made, and what it saved for the reverse half."""

    def __init__(self, function: FunctionType, loaded: LoadedPair, values: list[Any]) -> None:
        self.function = function
        self.loaded = loaded
        self.kinds = loaded.special.out_kinds
        self.by_address = loaded.session.by_address
        self.values = values
        self.value, self.state = self._forward()

    def _forward(self) -> tuple[Any, tuple[list[Any], Any, dict[tuple[int, Path], Any]]]:
        pair = self.loaded.pair
        given = [
            _copied(v) if self.loaded.writes_arrays or self.loaded.session.holds_address(k) else v
            for v, k in zip(self.values, self.kinds, strict=True)
        ]
        shadows = {
            (i, leaf.path): _shadow_of(part_at(given[i], leaf.path)) for i, leaf in pair.argument_leaves if leaf.shadow
        }
        with stops_refused(self.function, self.loaded.writes):
            out = self.loaded.forward(*given, *shadows.values())
        count = sum(leaf.shadow for leaf in pair.result_leaves)
        if not count and not pair.saves:
            return out, ([], None, shadows)
        return out[0], (list(out[1 : 1 + count]), out[-1] if pair.saves else None, shadows)

    def pull(self, cotangent: Any) -> list[Any]:
        """The cotangents of the parameters of the function."""
        pair = self.loaded.pair
        parts = list(_cotangents(cotangent, self.value, self.loaded.special.result_kind, pair.result_leaves))
        state = renewed(self.state, self.loaded.writes_arrays)
        result_shadows, saved, shadows = state
        waiting = list(result_shadows)
        by_value = []
        for leaf, part in parts:
            if leaf.shadow:
                runtime.add_into(waiting.pop(0), part)
            else:
                by_value.append(part)
        with stops_refused(self.function, self.loaded.writes):
            out = self.loaded.reverse(*((saved,) if pair.saves else ()), *by_value)
        leaves = [(i, leaf) for i, leaf in pair.argument_leaves if not leaf.shadow]
        answers = list(out) if len(leaves) > 1 else [out] if leaves else []
        found: dict[tuple[int, Path], Any] = dict(shadows)
        for (i, leaf), answer in zip(leaves, answers, strict=True):
            found[(i, leaf.path)] = _own(answer, leaf.kind)
        return [
            None if i in self.loaded.fixed else self._assemble(kind, found, i, (), self.values[i])
            for i, kind in enumerate(self.kinds)
        ]

    def _assemble(self, kind: Kind, found: dict[tuple[int, Path], Any], position: int, path: Path, value: Any) -> Any:
        """The cotangent of a part of an argument, in the part's own form."""
        if is_smooth(kind):
            return formed(kind, found[(position, path)], value)
        if self.by_address(kind):
            return runtime.mirrored(found.get((position, path)) if holds_smooth(kind) else None, value)
        parts = [
            self._assemble(inner, found, position, (*path, step), part_at(value, (step,)))
            for step, inner in children(kind) or ()
        ]
        return structure(kind, parts)


def _copied(value: Any) -> Any:
    return runtime.laid_out(value, value) if isinstance(value, np.ndarray) else runtime.copied(value)


def _shadow_of(value: Any) -> Any:
    return runtime.laid_out(value, 0.0) if isinstance(value, np.ndarray) else runtime.shadow_of(value)


def renewed(state: Any, writes_arrays: bool) -> Any:
    """A copy of the containers in what was saved, and of what they hold: the reverse half empties or adds to them.

    Names of one container stay names of one copy, views of one array views of one copy. Arrays outside of containers
    are shared where no reverse half writes to an array that it did not make.
    """
    known: dict[int, Any] = {}
    blocks: dict[int, Any] = {}

    def copy(value: Any, inside: bool) -> Any:
        if isinstance(value, tuple):
            items = [copy(v, inside) for v in value]
            if all(a is b for a, b in zip(items, value, strict=True)):
                return value
            return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
        if isinstance(value, (int, float, complex, str)):
            return value
        if id(value) in known:
            return known[id(value)]
        if isinstance(value, np.ndarray):
            made: Any = _same_view(value, blocks) if writes_arrays else value.copy() if inside else value
            known[id(value)] = made
        elif isinstance(value, list):
            made = known[id(value)] = []
            made += value if set(map(type, value)) <= {float, int, bool} else [copy(v, True) for v in value]
        elif isinstance(value, collections.deque):
            made = known[id(value)] = collections.deque(maxlen=value.maxlen)
            made += [copy(v, True) for v in value]
        elif isinstance(value, dict):
            made = known[id(value)] = value.copy()
            for key, item in value.items():
                made[key] = copy(item, True)
        elif (held := _held(value)) is not None:
            made = known[id(value)] = object.__new__(type(value))
            for name, item in held.items():
                object.__setattr__(made, name, copy(item, True))
        else:
            return value
        return made

    return copy(state, False)


def _same_view(array: np.ndarray[Any, Any], blocks: dict[int, Any]) -> Any:
    """The array in a copy of the block of memory that it is in; `blocks` has the copies that there are."""
    whole, base = array, array.base
    while base is not None:
        whole = base if isinstance(base, np.ndarray) else whole
        base = getattr(base, "base", None)
    flat = whole.ravel(order="K")
    if not np.may_share_memory(flat, whole):  # memory that is not NumPy's own, of which this takes a part
        return array.copy()
    if id(whole) not in blocks:
        blocks[id(whole)] = flat.copy()
    start = _address(array) - _address(whole)
    made: Any = np.ndarray(array.shape, array.dtype, blocks[id(whole)], start, array.strides)
    made.flags.writeable = array.flags.writeable
    return made


def _address(array: np.ndarray[Any, Any]) -> int:
    address: int = array.__array_interface__["data"][0]
    return address


def _held(value: Any) -> dict[str, Any] | None:
    """What a shadow or an object of the user's holds."""
    return dict(vars(value)) if isinstance(value, runtime.object_shadow) else _attributes(value)


def _attributes(value: Any) -> dict[str, Any] | None:
    """What an object holds, of a class that may say how it is called; None for functions and classes."""
    if callable(value) and not isinstance(type(value).__call__, FunctionType):
        return None
    return runtime.attributes_of(value)


def _own(answer: Any, kind: Kind) -> Any:
    """A cotangent in memory of its own, of the argument's dtype."""
    if isinstance(kind, Array):
        return np.array(answer, dtype=kind.dtype)
    if np.ndim(answer) or isinstance(kind, Maybe):
        return answer
    return complex(answer) if is_complex(kind) else float(answer)


def part_at(value: Any, path: Path) -> Any:
    for how, key in path:
        value = getattr(value, key) if how == "attr" else value[key]
    return value


# ---------------------------------------------------------------- cotangents of the result


def _cotangents(cotangent: Any, value: Any, kind: Kind, leaves: tuple[Leaf, ...]) -> Iterator[tuple[Leaf, Any]]:
    """The part of a cotangent for each leaf of the result, checked against the value."""
    check_form(cotangent, value, kind)
    for leaf in leaves:
        part, primal = part_at(cotangent, leaf.path), part_at(value, leaf.path)
        if not leaf.shadow:
            if isinstance(leaf.kind, Array):
                part = np.array(part, dtype=leaf.kind.dtype)
            else:
                dtype = complex if is_complex(leaf.kind) else float
                part = dtype(part) if np.ndim(primal) == 0 else np.array(part, dtype=dtype)
        yield leaf, part


def check_form(cotangent: Any, value: Any, kind: Kind, where: str = "the cotangent") -> None:
    """Refuse a cotangent that does not have the form of the value, of which numbers and None have no form."""
    if isinstance(value, (float, complex, np.inexact)) or isinstance(value, np.ndarray) and value.dtype.kind in "fc":
        number = isinstance(cotangent, (int, float, complex, np.number, np.ndarray))
        if not number or isinstance(cotangent, np.ndarray) and cotangent.dtype.kind not in "iufc":
            raise _misfit(f"{where} is {_named(cotangent)}, the value {_named(value)}")
        if np.iscomplexobj(cotangent) and not np.iscomplexobj(value):
            raise _misfit(f"{where} is complex, the value is real")
        if np.shape(cotangent) != np.shape(value):
            raise _misfit(f"{where} has shape {np.shape(cotangent)}, the value {np.shape(value)}")
        return
    if isinstance(value, (list, tuple)):
        if not isinstance(cotangent, (list, tuple)):
            raise _misfit(f"{where} is {_named(cotangent)}, the value is {_named(value)}")
        if len(cotangent) != len(value):
            raise _misfit(f"{where} has {len(cotangent)} items, the value {len(value)}")
        for i, (part, primal) in enumerate(zip(cotangent, value, strict=True)):
            check_form(part, primal, kind, f"{where}[{i}]")
    elif isinstance(value, dict):
        if not isinstance(cotangent, dict) or set(cotangent) != set(value):
            raise _misfit(f"{where} is {_named(cotangent)}, the value a dict with the keys {list(value)}")
        for key, primal in value.items():
            check_form(cotangent[key], primal, kind, f"{where}[{key!r}]")
    elif (held := _attributes(value)) is not None:
        for name, primal in held.items():
            if not hasattr(cotangent, name):
                raise _misfit(f"{where} has no attribute {name}, the value ({show(kind)}) has one")
            check_form(getattr(cotangent, name), primal, kind, f"{where}.{name}")


def _named(value: Any) -> str:
    if value is None:
        return "None"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    return f"a {type(value).__name__}"


def _misfit(message: str) -> ArgumentError:
    return ArgumentError(message, None, "a cotangent has the form of the value: one number for each of its numbers")
