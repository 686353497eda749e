"""`vjp`: run the forward half of a function now, and its reverse half whenever a cotangent is given.

The reverse half consumes the tapes that the forward half filled, so a second cotangent runs the forward half again.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from srcad import runtime
from srcad.analysis.leaves import Leaf, Path
from srcad.core.kind_of import kind_of
from srcad.core.kinds import (
    Array,
    Dict,
    Kind,
    List,
    Maybe,
    Object,
    Record,
    Tuple,
    TupleOf,
    children,
    holds_smooth,
    is_smooth,
    show,
)
from srcad.derivative import Target, promoted
from srcad.errors import ArgumentError


def make_vjp(target: Target, primals: tuple[Any, ...]) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """The value of the function and its pullback."""
    from srcad.driver import make_pair

    signature = inspect.signature(target.function)
    bound = signature.bind(*target.before, *map(promoted, primals), **dict(target.named))
    bound.apply_defaults()
    values = list(bound.arguments.values())
    loaded = make_pair(target.function, tuple(map(kind_of, values)))
    pair = loaded.pair
    kinds = loaded.special.out_kinds

    def forward() -> tuple[Any, list[Any], Any, dict[tuple[int, Path], Any]]:
        given = [runtime.copied(v) if loaded.session.by_address(k) else v for v, k in zip(values, kinds, strict=True)]
        shadows = {
            (i, leaf.path): runtime.shadow_of(_part(given[i], leaf.path)) for i, leaf in pair.argument_leaves
            if leaf.shadow
        }  # fmt: skip
        out = loaded.forward(*given, *shadows.values())
        count = sum(leaf.shadow for leaf in pair.result_leaves)
        if not count and not pair.saves:
            return out, [], None, shadows
        return out[0], list(out[1 : 1 + count]), out[-1] if pair.saves else None, shadows

    run = forward()
    value = run[0]
    fresh = [run]

    def pullback(cotangent: Any) -> tuple[Any, ...]:
        _, result_shadows, saved, shadows = fresh.pop() if fresh else forward()
        parts = list(_cotangents(cotangent, value, loaded.special.result_kind, pair.result_leaves))
        waiting = list(result_shadows)
        by_value = []
        for leaf, part in parts:
            if leaf.shadow:
                runtime.add_into(waiting.pop(0), part)
            else:
                by_value.append(part)
        out = loaded.reverse(*((saved,) if pair.saves else ()), *by_value)
        leaves = [(i, leaf) for i, leaf in pair.argument_leaves if not leaf.shadow]
        answers = list(out) if len(leaves) > 1 else [out] if leaves else []
        found: dict[tuple[int, Path], Any] = dict(shadows)
        for (i, leaf), answer in zip(leaves, answers, strict=True):
            found[(i, leaf.path)] = _own(answer, leaf.kind)
        gradients = [
            _assemble(kinds[i], found, i, (), values[i], loaded.session.by_address) for i in range(len(values))
        ]
        return _per_primal(signature, target, gradients, len(primals))

    return value, pullback


def _per_primal(signature: inspect.Signature, target: Target, gradients: list[Any], count: int) -> tuple[Any, ...]:
    """One cotangent per primal: those inside `*args` are spread out."""
    made: list[Any] = []
    for parameter, gradient in zip(signature.parameters.values(), gradients, strict=True):
        if parameter.kind is parameter.VAR_POSITIONAL:
            made += list(gradient or ())
        else:
            made.append(gradient)
    return tuple(made[len(target.before) :][:count])


def _own(answer: Any, kind: Kind) -> Any:
    """A cotangent in memory of its own, of the argument's dtype."""
    if isinstance(kind, Array):
        return np.array(answer, dtype=kind.dtype)
    return float(answer) if np.ndim(answer) == 0 and not isinstance(kind, Maybe) else answer


def _part(value: Any, path: Path) -> Any:
    for how, key in path:
        value = getattr(value, key) if how == "attr" else value[key]
    return value


def _cotangents(cotangent: Any, value: Any, kind: Kind, leaves: tuple[Leaf, ...]) -> Iterator[tuple[Leaf, Any]]:
    """The part of a cotangent for each leaf of the result, checked against the value."""
    for leaf in leaves:
        try:
            part = _part(cotangent, leaf.path)
            primal = _part(value, leaf.path)
        except (TypeError, IndexError, KeyError, AttributeError):
            raise ArgumentError(
                f"the cotangent does not have the form of the value, which is {show(kind)}",
                None,
                "give one cotangent for each part of the value",
            ) from None
        if not leaf.shadow:
            if part is None or isinstance(part, str) or np.shape(part) != np.shape(primal):
                raise ArgumentError(
                    f"the cotangent has shape {np.shape(part) if part is not None else None}, the value "
                    f"{np.shape(primal)}",
                    None,
                    "a cotangent has the shape of the value",
                )
            if isinstance(leaf.kind, Array):
                part = np.array(part, dtype=leaf.kind.dtype)
            else:
                part = float(part) if np.ndim(part) == 0 else np.array(part, dtype=float)
        elif isinstance(value, (list, tuple)) and not leaf.path and len(part) != len(primal):
            raise ArgumentError(
                f"the cotangent has {len(part)} items, the value {len(primal)}", None, "give one for each item"
            )
        yield leaf, part


def _assemble(
    kind: Kind, found: dict[tuple[int, Path], Any], position: int, path: Path, value: Any, by_address: Any
) -> Any:
    """The cotangent of an argument, in the argument's form."""
    if not holds_smooth(kind):
        return None
    if is_smooth(kind):
        return found[(position, path)]
    if by_address(kind):
        return runtime.mirrored(found[(position, path)], _part(value, ()))
    parts = [
        (step, _assemble(inner, found, position, (*path, step), _part(value, (step,)), by_address))
        for step, inner in children(kind) or ()
    ]
    match kind:
        case Tuple(cls=cls):
            items = [p for _, p in parts]
            return cls(*items) if cls is not None else tuple(items)
        case Record():
            return {key: p for (_, key), p in parts}
        case Object(cls=cls):
            import dataclasses
            from types import SimpleNamespace

            made = {str(key): p for (_, key), p in parts}
            return cls(**made) if dataclasses.is_dataclass(cls) else SimpleNamespace(**made)
        case _:
            return None


__all__ = ["Dict", "List", "TupleOf", "make_vjp"]
