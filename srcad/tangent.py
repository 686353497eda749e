"""`jvp`: run the tangent function of a function: its value, and the derivative along a direction.

The tangent function is generated once for each function, kinds of arguments and choice of those that move. It makes
the value and the tangent in one run, records nothing, and leaves the arguments and the tangents as they are.
"""

from __future__ import annotations

import collections
import weakref
from collections.abc import Sequence
from types import FunctionType
from typing import TYPE_CHECKING, Any

import numpy as np

from srcad import runtime
from srcad.arguments import check_constant, check_followed
from srcad.callables import Target
from srcad.core.kind_of import kind_of
from srcad.core.kinds import Kind, holds_smooth
from srcad.derivative import FORGET, GENERATING
from srcad.errors import ArgumentError
from srcad.promotion import promoted
from srcad.pullback import check_form, part_at
from srcad.stopped import stops_refused

if TYPE_CHECKING:
    from srcad.driver import LoadedTangent

Key = tuple[tuple[Kind, ...], tuple[int, ...]]
_TANGENTS: weakref.WeakKeyDictionary[FunctionType, dict[Key, LoadedTangent]] = weakref.WeakKeyDictionary()
FORGET.append(_TANGENTS.clear)


def loaded_tangent(function: FunctionType, key: tuple[Kind, ...], wrt: tuple[int, ...]) -> LoadedTangent:
    """The tangent function for arguments of these kinds; kept while what it reads from outside is the same."""
    from srcad.driver import make_tangent

    with GENERATING:
        known = _TANGENTS.setdefault(function, {})
        made = known.get((key, wrt))
        if made is None or made.outside.changed():
            made = make_tangent(function, key, wrt)
            known[(key, wrt)] = made
        return made


def run_jvp(
    target: Target, primals: Sequence[Any], tangents: Sequence[Any], given: Sequence[Any] | None = None
) -> tuple[Any, Any]:
    """The value of the function and its tangent along the tangents of the primals (None for one that is fixed).

    `given` are the primals as the caller has them, where some are promoted already.
    """
    if len(primals) != len(tangents):
        raise ArgumentError(
            f"{len(primals)} primals and {len(tangents)} tangents",
            None,
            "give one tangent for each primal, None for none",
        )
    moved = [p if t is None else promoted(p) for p, t in zip(primals, tangents, strict=True)]
    try:
        return _run(target, moved, tangents, primals if given is None else given)
    except TypeError:  # a `KindError`, or what Python and NumPy raise
        if all(one is other for one, other in zip(primals, moved, strict=True)):
            raise
        # an int is a count or an index here: it stays one, and does not move
        return _run(target, primals, tangents, primals)


def source_of(target: Target, primals: Sequence[Any], tangents: Sequence[Any]) -> str:
    """The generated source of the tangent function for such arguments."""
    moved = [p if t is None else promoted(p) for p, t in zip(primals, tangents, strict=True)]
    return _prepared(target, moved, tangents)[0].source


def _prepared(
    target: Target, primals: Sequence[Any], tangents: Sequence[Any]
) -> tuple[LoadedTangent, list[Any], list[Any]]:
    """The tangent function for these arguments, and the arguments and tangents by parameter."""
    bound = target.bind(tuple(primals), {})
    values = list(bound.arguments.values())
    target.promote(values)
    fixed = Target(target.function, tuple(None for _ in target.before), tuple((k, None) for k, _ in target.named))
    directions = fixed.bind(tuple(tangents), {}).arguments
    given = target.signature.bind_partial(*fixed.before, *tangents, **dict(fixed.named)).arguments
    along = [directions[name] if name in given else None for name in bound.arguments]
    key = tuple(map(kind_of, values))
    for name, kind, tangent in zip(bound.arguments, key, along, strict=True):
        check = check_followed if _moves(tangent) else check_constant
        check(target.function.__name__, name, kind)
    wrt = tuple(i for i, (kind, t) in enumerate(zip(key, along, strict=True)) if holds_smooth(kind) and _moves(t))
    function, _ = target.function_for(key)
    return loaded_tangent(function, key, wrt), values, along


def _run(target: Target, primals: Sequence[Any], tangents: Sequence[Any], originals: Sequence[Any]) -> tuple[Any, Any]:
    loaded, values, along = _prepared(target, primals, tangents)
    target.refuse_shared(tuple(originals), tuple(primals), loaded.writes)
    names = [p.name for p in loaded.special.program.params]
    for i in sorted({i for i, _ in loaded.arguments}):
        try:
            check_form(along[i], values[i], loaded.special.arg_kinds[i], f"the tangent of {names[i]}")
        except ArgumentError as wrong:
            remedy = "a tangent has the form of its argument: one number for each of its numbers"
            raise ArgumentError(wrong.message.replace("the value", "the argument"), None, remedy) from None
    shared: dict[int, Any] = {}
    given = [
        _leaf(part_at(values[i], leaf.path), part_at(along[i], leaf.path), shared if i in loaded.written else None)
        for i, leaf in loaded.arguments
    ]
    with stops_refused(target.function, loaded.writes):
        value, tangent = loaded.function(*values, *given)
    return value, tangent


def _moves(tangent: Any) -> bool:
    if isinstance(tangent, tuple) and not hasattr(tangent, "_fields"):
        return any(map(_moves, tangent))
    if isinstance(tangent, dict):
        return any(map(_moves, tangent.values()))
    return tangent is not None


def _leaf(value: Any, tangent: Any, shared: dict[int, Any] | None) -> Any:
    """The tangent of a leaf as generated code takes it: a float, an array of the value's dtype and layout, a shadow."""
    if isinstance(value, np.ndarray):
        return _array(value, tangent)
    if isinstance(value, (float, complex, np.inexact)):
        return _number(value, tangent)
    return _shadow(value, tangent, shared)


def _number(value: Any, tangent: Any) -> float | complex:
    """The tangent of a number: complex for a complex one alone."""
    if tangent is None:
        return 0.0
    return complex(tangent) if isinstance(value, (complex, np.complexfloating)) else float(tangent)


def _array(value: np.ndarray[Any, Any], tangent: Any) -> Any:
    made = np.zeros_like(value)
    if tangent is not None:
        made[...] = tangent
    return made


def _shadow(value: Any, tangent: Any, shared: dict[int, Any] | None) -> Any:
    """The shadow of a container that holds a tangent.

    Where the program writes to it, `shared` has the one shadow of each container and array, however often it is held.
    """
    if isinstance(value, (int, float, complex, np.number)):
        return 0.0 if isinstance(value, (int, np.integer)) else _number(value, tangent)
    if isinstance(value, np.ndarray) and value.dtype.kind not in "fc":
        return None
    made = _made_shadow(value, tangent, shared) if shared is None or id(value) not in shared else shared[id(value)]
    if shared is not None and made is not None:
        again = _made_shadow(value, tangent, None)
        if not _same(made, again):
            raise ArgumentError(
                f"a {type(value).__name__} that is held twice and written to has two different tangents",
                None,
                "give it one tangent, or pass a copy",
            )
    return made


def _made_shadow(value: Any, tangent: Any, shared: dict[int, Any] | None) -> Any:
    made: Any
    if isinstance(value, np.ndarray):
        made = _array(value, tangent)
    elif isinstance(value, dict):
        made = {key: _shadow(item, None if tangent is None else tangent[key], shared) for key, item in value.items()}
    elif isinstance(value, (list, tuple, collections.deque)):
        made = [_shadow(item, None if tangent is None else tangent[i], shared) for i, item in enumerate(value)]
        if isinstance(value, collections.deque):
            made = collections.deque(made, value.maxlen)
    else:
        held = runtime.attributes_of(value)
        if held is None:
            return None
        parts = {name: _shadow(item, getattr(tangent, name, None), shared) for name, item in held.items()}
        made = runtime.object_shadow(**parts)
    if shared is not None:
        shared[id(value)] = made
    return made


def _same(one: Any, other: Any) -> bool:
    """Whether two shadows hold the same numbers."""
    if isinstance(one, np.ndarray):
        return bool(np.array_equal(one, other, equal_nan=True))
    if isinstance(one, dict):
        return all(_same(part, other[key]) for key, part in one.items())
    if isinstance(one, (list, collections.deque)):
        return all(map(_same, one, other))
    if isinstance(one, runtime.object_shadow):
        return _same(vars(one), vars(other))
    return bool(one == other)
