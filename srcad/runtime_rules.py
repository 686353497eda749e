"""What generated code asks of the functions that a user gave rules to, and of the rules.

A rule is believed in what it says of derivatives, not in shapes: a result, a cotangent or a tangent that does not have
the form that the generated code was made for stops it. Like `runtime.py` this needs NumPy and the standard library
alone, so that a saved derivative can carry it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from srcad.runtime import Refusal
from srcad.runtime_arrays import unit_like


def form_of(value: Any) -> str:
    """The form of a number or an array: "float", or the dtype and a colon for each dimension."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype}[{', '.join(':' * value.ndim)}]"
    if isinstance(value, (float, int, np.floating, np.integer)) and not isinstance(value, bool):
        return "float"
    return type(value).__name__


def fits(form: str, expected: str) -> bool:
    """Whether a value of a form may stand where another is expected: any float type will do for a float type."""
    is_float_array = form.startswith("float") and "[" in form
    if expected == "float or float array":
        return form == "float" or is_float_array
    dtype, _, dims = expected.partition("[")
    if not dims or not dtype.startswith("float"):
        return form == expected
    return is_float_array and (dims == "...]" or form.partition("[")[2] == dims)


def expect(value: Any, name: str, *forms: str) -> None:
    """Stop where what `name` returns does not have the form that the derivative was generated for.

    Several forms are those of the items of a tuple.
    """
    several = len(forms) > 1
    if several != isinstance(value, tuple):
        found, fit = [type(value).__name__], False
    else:
        found = [form_of(item) for item in value] if several else [form_of(value)]
        fit = len(found) == len(forms) and all(map(fits, found, forms))
    if not fit:
        raise Refusal(
            f"{name} returned {', '.join(found)}, and its derivative was generated for {', '.join(forms)}",
            f"give @srcad.rule({name}, like=...) an example of what it returns, or let it return that",
        )


def expect_shape(value: Any, name: str, *operands: Any) -> None:
    """Stop where what a function of each element returns does not have the shape that its operands broadcast to."""
    shape = np.broadcast_shapes(*map(np.shape, operands))
    if np.shape(value) != shape or not fits(form_of(value), "float or float array"):
        raise Refusal(
            f"{name} returned {form_of(value)} of shape {np.shape(value)}; a rule of partial derivatives is for a "
            f"function of each element, which returns shape {shape} here",
            "state a pullback instead: @srcad.rule with d_out among the keyword parameters",
        )


def shaped_as(d: Any, x: Any, name: str) -> Any:
    """The cotangent or tangent `d` of `x` as a rule gives it; zeros where it is None. Stops where its shape is not x's.

    `name` says what it is of, for the message.
    """
    if isinstance(x, (list, tuple)):
        given = [None] * len(x) if d is None else d
        if len(given) != len(x):
            raise Refusal(
                f"the rule gives {len(given)} derivatives for {name}, which holds {len(x)}", "give one for each"
            )
        return [shaped_as(part, held, name) for part, held in zip(given, x, strict=True)]
    if d is None:
        return np.zeros_like(x) if isinstance(x, np.ndarray) else 0.0
    if np.shape(d) != np.shape(x):
        raise Refusal(
            f"the rule gives a derivative of shape {np.shape(d)} for {name}, which has shape {np.shape(x)}",
            "a cotangent or tangent has the shape of what it is of",
        )
    return float(d) if isinstance(d, np.ndarray) and not isinstance(x, np.ndarray) else d


def partial_of(d: Any, y: Any, name: str) -> Any:
    """A partial derivative as a rule gives it: of the shape of the result `y`, or one number."""
    if np.ndim(d) and np.shape(d) != np.shape(y):
        raise Refusal(
            f"the rule gives a partial derivative of shape {np.shape(d)} for {name}, whose result has shape "
            f"{np.shape(y)}",
            "a partial derivative has the shape of the result",
        )
    return d.item() if isinstance(d, np.ndarray) and np.ndim(d) == 0 else d


def given_parts(parts: Any, names: str) -> Any:
    """What a rule that is called returns: a value for each of the parameters that are named."""
    count = len(names.split(", "))
    if count == 1 and not isinstance(parts, tuple):
        return (parts,)
    if not isinstance(parts, tuple) or len(parts) != count:
        found = f"{len(parts)} values" if isinstance(parts, tuple) else f"a {type(parts).__name__}"
        raise Refusal(f"the rule returns {found}, for the parameters {names}", "return one for each, None for none")
    return parts


def expect_pair(made: Any, name: str) -> None:
    """Refuse to go on where the forward half of a `custom_vjp` returns anything but its result and the residuals."""
    if not isinstance(made, tuple) or len(made) != 2:
        raise Refusal(
            f"the forward half of {name} returns a {type(made).__name__}, not a pair",
            "return the result and what the backward half reads: return y, x",
        )


def inner_product(d: Any, tangent: Any) -> Any:
    """The sum of the products of the numbers of a cotangent and a tangent; None stands for zeros."""
    if d is None or tangent is None:
        return 0.0
    if isinstance(tangent, (tuple, list)):
        return sum([inner_product(d[i], tangent[i]) for i in range(len(tangent))])
    return np.sum(d * tangent)


def along_units(push: Callable[[Any], Any], x: Any, d: Any) -> Any:
    """The cotangent of `x` where only the tangent of the result along a tangent of `x` is known: number by number."""
    if not isinstance(x, np.ndarray):
        return inner_product(d, push(1.0))
    made = []
    for i in range(x.size):
        made.append(inner_product(d, push(unit_like(x, i))))
    return np.reshape(np.array(made), x.shape)


def zero_like(x: Any) -> Any:
    """The tangent of what does not move."""
    return np.zeros_like(x) if isinstance(x, np.ndarray) else 0.0


def still(x: Any) -> Any:
    """A value as a step of its own that no derivative passes through; generated code has a copy in its place."""
    return x


def hook(y: Any, *how: Any) -> Any:
    """A value whose cotangent is to be changed; generated code has nothing in its place."""
    return y


def hooked(d: Any, given: Any) -> Any:
    """The cotangent that a hook makes of the one that it is given: that one, where it returns None."""
    if d is None:
        return given
    if np.shape(d) != np.shape(given):
        raise Refusal(
            f"a hook returned a cotangent of shape {np.shape(d)}, and was given one of shape {np.shape(given)}",
            "return a cotangent of the same shape, or None to leave it as it is",
        )
    return d


def differences(fun: Callable[..., Any], args: Any, tangents: Any, step: float, levels: int) -> Any:
    """The derivative of `fun` along a direction by central differences, extrapolated (Richardson) from halved steps."""
    moved = [i for i, t in enumerate(tangents) if t is not None and np.any(t)]
    if not moved:
        return _scaled(0.0, fun(*args))
    width = max(float(np.max(np.abs(tangents[i]) / np.maximum(1.0, np.abs(args[i])))) for i in moved)
    table: list[Any] = []
    for level in range(levels):
        h = step / width / 2**level
        ahead, behind = (
            fun(*(x + s * t if i in moved else x for i, (x, t) in enumerate(zip(args, tangents, strict=True))))
            for s in (h, -h)
        )
        row = [_combined(1 / (2 * h), ahead, -1 / (2 * h), behind)]
        for k in range(level):
            factor = 4.0 ** (k + 1)
            row.append(_combined(factor / (factor - 1), row[k], -1 / (factor - 1), table[k]))
        table = row
    return table[-1]


def _combined(a: float, x: Any, b: float, y: Any) -> Any:
    """`a * x + b * y`, item by item where they are tuples."""
    if isinstance(x, tuple):
        return tuple(_combined(a, p, b, q) for p, q in zip(x, y, strict=True))
    return a * x + b * y


def _scaled(a: float, x: Any) -> Any:
    return tuple(_scaled(a, part) for part in x) if isinstance(x, tuple) else a * x
