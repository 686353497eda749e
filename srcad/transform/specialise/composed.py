"""Jacobians and their like inside a differentiated function: what they mean, written with `grad` and `jvp`.

    srcad.jacfwd(g)(x)      ->      def jacfwd(fun, x0):
                                        columns = []
                                        for k in range(x0.size):
                                            columns.append(jvp(fun, (x0,), (unit_like(x0, k),))[1])
                                        return np.reshape(np.stack(columns, -1), np.shape(columns[0]) + np.shape(x0))

Contract: the text is a program like any other, so that it is differentiated as such, to any order. It is written for
the number of arguments and the kinds that a call has. The value is the one that the public function has outside.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from srcad import runtime, runtime_arrays, runtime_rules
from srcad.core import prims
from srcad.core.kinds import BOOL, Array, Kind, holds_smooth, is_integral, is_number, widen
from srcad.core.nodes import Expr, Op
from srcad.core.texts import written
from srcad.errors import KindError
from srcad.transform.specialise.binding import Args, Kwargs
from srcad.transform.specialise.session import Resolved

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser

OF_A_FUNCTION = ("jacfwd", "jacrev", "jacobian", "hessian", "hvp", "elementwise_grad")  # they return a function
AT_PRIMALS = ("vjp", "linearize")  # they are given the arguments at once


@dataclass(frozen=True)
class Composed:
    """One of `OF_A_FUNCTION`, with the positions of the arguments that it is with respect to."""

    what: str
    argnums: int | tuple[int, ...]


def call_composed(sp: Specialiser, what: str, argnums: Any, function: Expr, args: Args, kwargs: Kwargs) -> Resolved:
    """A call of a Jacobian or its like at these arguments."""
    if kwargs:
        raise sp.refuse(f"{what} called with keywords, inside a differentiated function", "pass them by position")
    count = len(args) - (what == "hvp")
    chosen = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    if not all(-count <= i < count for i in chosen):
        raise sp.refuse(f"{what} with argnums={argnums}, of {count} arguments", "argnums counts the arguments from 0")
    if what in ("hessian", "hvp", "elementwise_grad") and not isinstance(argnums, int):
        raise sp.refuse(f"{what} by several arguments, inside a differentiated function", "take them one by one")
    kinds = [sp.kind(a) for a in args]
    for i in chosen:
        _check(sp, what, kinds[i])
    copies = tuple(map(_copy_of, kinds[:count]))
    made = [_written(what, copies, i % count, isinstance(kinds[i], Array)) for i in chosen]
    if isinstance(argnums, int):
        return sp.function(made[0], (function, *args))
    parts = tuple(sp.hold(*sp.function(one, (function, *args))) for one in made)
    return sp.resolve(Op(prims.make_tuple, parts))


def call_at_primals(sp: Specialiser, what: str, function: Expr, primals: Args) -> Resolved:
    """`vjp(fun, *primals)` and `linearize(fun, *primals)`."""
    kinds = [sp.kind(a) for a in primals]
    moving = tuple(i for i, k in enumerate(kinds) if holds_smooth(k) or is_integral(k) and widen(k) is not BOOL)
    return sp.function(_at_primals(what, tuple(map(_copy_of, kinds)), moving), (function, *primals))


def _copy_of(kind: Kind) -> str:
    """How a primal is copied: a function may write into what it is given, and its caller into it later."""
    if isinstance(kind, Array):
        return "np.array({})"
    return "copied({})" if holds_smooth(kind) and not is_number(kind) else "{}"


def _check(sp: Specialiser, what: str, kind: Kind) -> None:
    if not (is_number(kind) or isinstance(kind, Array)):
        raise sp.refuse(
            f"{what} by a structure, inside a differentiated function",
            "pass its floats and arrays as arguments of their own",
            KindError,
        )


_SPACE: dict[str, Any] = {
    "np": np,
    "unit_like": runtime_arrays.unit_like,
    "inner_product": runtime_rules.inner_product,
    "copied": runtime.copied,
}


def provide(**functions: Any) -> None:
    """Name the public functions that the texts are written with."""
    _SPACE.update(functions)


@functools.cache
def _written(what: str, copies: tuple[str, ...], i: int, is_array: bool) -> Any:
    """The program of `what` by argument `i`; what the function itself is called with is copied so."""
    count = len(copies)
    names = [f"x{k}" for k in range(count)]
    given, x = ", ".join(names), names[i]
    value = ", ".join(copy.format(name) for copy, name in zip(copies, names, strict=True))
    tuple_of = f"({given},)"

    def along(tangent: str, fun: str = "fun") -> str:
        tangents = ", ".join(tangent if k == i else "None" for k in range(count))
        return f"jvp({fun}, {tuple_of}, ({tangents},))[1]"

    gradient = [f"def gradient({given}):", f"    return grad(fun, {i})({given})"]

    def columns(fun: str) -> list[str]:
        if not is_array:
            return [f"return {along('1.0', fun)}"]
        return [
            "columns = []",
            f"for k in range({x}.size):",
            f"    columns.append({along(f'unit_like({x}, k)', fun)})",
            f"return np.reshape(np.stack(columns, -1), np.shape(columns[0]) + np.shape({x}))",
        ]

    match what:
        case "jacfwd":
            body = columns("fun")
        case "hessian":
            body = [*gradient, *columns("gradient")]
        case "hvp":
            return _text(what, [*names, "v"], [*gradient, f"return {along('v', 'gradient')}"])
        case "elementwise_grad":
            body = [f"return {along(f'np.ones_like({x})' if is_array else '1.0')}"]
        case _:  # jacrev and jacobian: by rows where there is one, by columns or rows otherwise
            many = columns("fun") if what == "jacobian" else _rows(given, i, x)
            body = [
                f"y = fun({value})",
                "if isinstance(y, np.ndarray):",
                *(f"    {line}" for line in many),
                f"return grad(fun, {i})({given})",
            ]
    return _text(what, names, body)


def _rows(given: str, i: int, x: str) -> list[str]:
    return [
        f"def row({given}, d):",
        f"    return np.sum(fun({given}) * d)",
        "rows = []",
        "for k in range(y.size):",
        f"    rows.append(grad(row, {i})({given}, unit_like(y, k)))",
        f"return np.reshape(np.stack(rows), np.shape(y) + np.shape({x}))",
    ]


@functools.cache
def _at_primals(what: str, copies: tuple[str, ...], moving: tuple[int, ...]) -> Any:
    """The program of `vjp` or `linearize` for primals that are copied so; those at `moving` have derivatives."""
    count = len(copies)
    names = [f"x{k}" for k in range(count)]
    given = ", ".join(names)
    value = ", ".join(copy.format(name) for copy, name in zip(copies, names, strict=True))
    kept = [f"{name} = {copy.format(name)}" for copy, name in zip(copies, names, strict=True) if copy != "{}"]
    if what == "linearize":
        tangents = [f"t{k}" for k in range(count)]
        body = [
            *kept,
            f"def along({', '.join(tangents)}):",
            f"    return jvp(fun, ({given},), ({', '.join(tangents)},))[1]",
            f"return fun({value}), along",
        ]
        return _text(what, names, body)
    parts = ", ".join(f"made[{moving.index(k)}]" if k in moving else "None" for k in range(count))
    body = [
        *kept,
        "def pullback(d):",
        f"    def along({given}):",
        f"        return inner_product(d, fun({given}))",
        f"    made = grad(along, {moving!r})({given})",
        f"    return ({parts},)",
        f"return fun({value}), pullback",
    ]
    return _text(what, names, body)


def _text(what: str, names: list[str], body: list[str]) -> Any:
    lines = "".join(f"    {line}\n" for line in body)
    return written(f"def {what}(fun, {', '.join(names)}):\n{lines}", what, _SPACE)
