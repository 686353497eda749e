"""Jacobians and what is made of them: a derivative along each number of an argument, or of each number of a result.

Contract: the Jacobian of a structure is a structure of arrays, as in JAX: for each number or array of the result, in
the result's form, for each number or array of the argument, in the argument's form, an array of shape
`np.shape(result part) + np.shape(argument part)`. `jacfwd` runs the tangent program once for each number of the
arguments; `jacrev` runs the forward sweep once, and the reverse sweep once for each number of the result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from srcad.callables import Target, find_target
from srcad.checking import parts_of, rebuilt
from srcad.errors import ArgumentError
from srcad.promotion import promoted
from srcad.pullback import make_vjp
from srcad.tangent import run_jvp


def positions(target: Target, argnums: int | Sequence[int], count: int) -> tuple[int, ...]:
    """The positions of the chosen arguments."""
    chosen = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    for one in chosen:
        if not -count <= one < count:
            raise ArgumentError(
                f"argnums={argnums!r}, but {target.function.__name__} is called with {count} arguments",
                None,
                "argnums counts the arguments of the call from 0",
            )
    return tuple(one % count for one in chosen)


def forward_jacobian(fun: Callable[..., Any], args: Sequence[Any], argnums: int | Sequence[int]) -> Any:
    """The Jacobian by columns: one run of the tangent program for each number of the arguments."""
    target, wrt, primals = _prepared(fun, args, argnums)
    columns: dict[int, dict[str, list[Any]]] = {}
    value: Any = None
    for i in wrt:
        held = columns[i] = {}
        for path, part in parts_of(primals[i]):
            held[path] = []
            for basis in _basis(part):
                tangents: list[Any] = [None] * len(primals)
                tangents[i] = rebuilt(
                    primals[i], {p: basis if p == path else _zero(q) for p, q in parts_of(primals[i])}
                )
                value, tangent = run_jvp(target, primals, tangents, args)
                held[path].append(dict(parts_of(tangent)))
    if not any(c for held in columns.values() for c in held.values()):
        value = fun(*primals)
    made = {}
    for path, part in parts_of(value):
        blocks = {
            i: {
                at: _block([c[path] for c in found], part, dict(parts_of(primals[i]))[at], -1)
                for at, found in columns[i].items()
            }
            for i in wrt
        }
        made[path] = _chosen(blocks, primals, wrt, argnums)
    return rebuilt(value, made)


def reverse_jacobian(fun: Callable[..., Any], args: Sequence[Any], argnums: int | Sequence[int]) -> Any:
    """The Jacobian by rows: one forward sweep, and one reverse sweep for each number of the result."""
    target, wrt, primals = _prepared(fun, args, argnums)
    return _by_rows(*make_vjp(target, primals, tuple(args)), primals, wrt, argnums)


def _by_rows(
    value: Any,
    pullback: Callable[[Any], tuple[Any, ...]],
    primals: Sequence[Any],
    wrt: tuple[int, ...],
    argnums: int | Sequence[int],
) -> Any:
    made = {}
    for path, part in parts_of(value):
        rows = []
        for basis in _basis(part):
            cotangent = rebuilt(value, {p: basis if p == path else _zero(q) for p, q in parts_of(value)})
            rows.append([dict(parts_of(g)) for g in pullback(cotangent)])
        blocks = {
            i: {at: _block([row[i][at] for row in rows], part, own, 0) for at, own in parts_of(primals[i])} for i in wrt
        }
        made[path] = _chosen(blocks, primals, wrt, argnums)
    return rebuilt(value, made)


def either_jacobian(
    fun: Callable[..., Any], args: Sequence[Any], argnums: int | Sequence[int], seen: dict[tuple[int, ...], int]
) -> Any:
    """The Jacobian, by columns where the arguments hold no more numbers than the result, else by rows.

    How many the result holds is known when the function has run. The first run is the forward sweep of the rows;
    `seen` keeps what it told, so that a further call at arguments of the same sizes runs nothing for that.
    """
    target, wrt, primals = _prepared(fun, args, argnums)
    numbers = [part for i in wrt for _, part in parts_of(primals[i])]
    if any(map(np.iscomplexobj, numbers)):
        return reverse_jacobian(fun, args, argnums)  # whose rows are gradients
    sizes = tuple(map(np.size, numbers))
    if sum(sizes) <= seen.get(sizes, 1):
        return forward_jacobian(fun, args, argnums)
    value, pullback = make_vjp(target, primals, tuple(args))
    results = [part for _, part in parts_of(value)]
    seen[sizes] = sum(sizes if any(map(np.iscomplexobj, results)) else map(np.size, results))
    if sum(sizes) <= seen[sizes]:
        return forward_jacobian(fun, args, argnums)
    return _by_rows(value, pullback, primals, wrt, argnums)


def _prepared(
    fun: Callable[..., Any], args: Sequence[Any], argnums: int | Sequence[int]
) -> tuple[Target, tuple[int, ...], tuple[Any, ...]]:
    target = find_target(fun)
    wrt = positions(target, argnums, len(args))
    return target, wrt, tuple(promoted(a) if i in wrt else a for i, a in enumerate(args))


def _zero(part: Any) -> Any:
    return np.zeros_like(part) if isinstance(part, np.ndarray) else 0.0


def _basis(part: Any) -> list[Any]:
    """The unit vectors of a number or an array."""
    if np.iscomplexobj(part):
        raise ArgumentError(
            "a Jacobian by complex arguments, or of a complex result, is asked for",
            None,
            "take the Jacobian of real and imaginary parts, or use srcad.jvp and srcad.vjp; for the complex derivative "
            "of one number srcad.grad(fun, holomorphic=True)",
        )
    if not isinstance(part, np.ndarray):
        return [1.0]
    made = []
    for index in np.ndindex(part.shape):
        unit = np.zeros_like(part)
        unit[index] = 1.0
        made.append(unit)
    return made


def _block(found: list[Any], result: Any, argument: Any, axis: int) -> Any:
    """The derivatives along (or of) each number, as one array; a float for the derivative of a float by a float."""
    shape = np.shape(result) + np.shape(argument)
    if not isinstance(result, np.ndarray) and not isinstance(argument, np.ndarray):
        return complex(found[0]) if np.iscomplexobj(result) else float(found[0])
    one = np.shape(result) if axis == -1 else np.shape(argument)
    if not found:
        return np.zeros(shape)
    return np.stack([np.reshape(f, one) for f in found], axis).reshape(shape)


def _chosen(
    blocks: dict[int, dict[str, Any]], primals: Sequence[Any], wrt: tuple[int, ...], argnums: int | Sequence[int]
) -> Any:
    made = tuple(rebuilt(primals[i], blocks[i]) for i in wrt)
    return made[0] if isinstance(argnums, int) else made
