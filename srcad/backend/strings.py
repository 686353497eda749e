"""f-strings: `make_string` and `format_value` become an f-string, or joined pieces where none can say it.

Until Python 3.12 an expression inside an f-string can hold neither a backslash nor the quotes around it. Where the
parts have such text, the string is written `"".join([...])` with calls of `format`, which means the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gast

from srcad.core import prims
from srcad.core.nodes import Closure, Expr, Lit, Op, Var, operands
from srcad.errors import BackendError

if TYPE_CHECKING:
    from srcad.backend.expressions import Expressions

_CONVERSIONS = {"": -1, "r": ord("r"), "s": ord("s"), "a": ord("a")}
_CONVERTERS = {"r": "repr", "s": "str", "a": "ascii"}


def interpolated(to: Expressions, expr: Op) -> Any:
    """The gast expression of a `make_string`."""
    parts = expr.args
    if all(isinstance(part, Lit) for part in parts):
        return _constant("".join(_text(part) for part in parts))
    if all(_fits(part) for part in parts):
        return gast.JoinedStr(values=[_value(to, part) for part in parts])
    pieces = gast.List(elts=[_piece(to, part) for part in parts], ctx=gast.Load())
    join = gast.Attribute(value=_constant(""), attr="join", ctx=gast.Load())
    return gast.Call(func=join, args=[pieces], keywords=[])


def _constant(value: str) -> Any:
    return gast.Constant(value=value, kind=None)


def _text(part: Expr) -> str:
    if isinstance(part, Lit) and isinstance(part.value, str):
        return part.value
    raise BackendError("a part of an f-string is neither text nor a formatted value")


def _is_format(part: Expr) -> bool:
    return isinstance(part, Op) and part.fn is prims.format_value


def _fits(part: Expr) -> bool:
    """Whether a part can stand inside an f-string."""
    if not _is_format(part):
        return isinstance(part, (Lit, Var))
    assert isinstance(part, Op)
    value, _, spec = part.args
    return _is_plain(value) and _spec_fits(spec)


def _spec_fits(spec: Expr) -> bool:
    if isinstance(spec, Lit):
        return not set(_text(spec)) & set("{}\"'\\") and _text(spec).isprintable()
    if isinstance(spec, Op) and spec.fn is prims.make_string:
        return all(
            _spec_fits(p) if isinstance(p, Lit) else _is_format(p) and _fits(p) and p.args[2] == Lit("")
            for p in spec.args
            if isinstance(p, (Lit, Op))
        )
    return False


def _is_plain(expr: Expr) -> bool:
    """Whether the text of an expression holds no backslash and no quotes but plain single ones."""
    if isinstance(expr, Lit):
        if isinstance(expr.value, str):
            return expr.value.isprintable() and not set(expr.value) & set("\"'\\{}")
        return not isinstance(expr.value, (bytes, tuple)) and expr.value == expr.value
    if isinstance(expr, Closure) or (isinstance(expr, Op) and expr.fn in (prims.make_string, prims.format_value)):
        return False
    return all(map(_is_plain, operands(expr)))


def _value(to: Expressions, part: Expr) -> Any:
    if isinstance(part, Var):
        return gast.FormattedValue(value=to.lower(part), conversion=-1, format_spec=None)
    if not isinstance(part, Op):
        return _constant(_text(part))
    value, conversion, spec = part.args
    return gast.FormattedValue(
        value=to.lower(value),
        conversion=_CONVERSIONS[_text(conversion)],
        format_spec=None if spec == Lit("") else _spec(to, spec),
    )


def _spec(to: Expressions, spec: Expr) -> Any:
    parts = spec.args if isinstance(spec, Op) else (spec,)
    return gast.JoinedStr(values=[_value(to, part) for part in parts])


def _piece(to: Expressions, part: Expr) -> Any:
    if not (isinstance(part, Op) and part.fn is prims.format_value):
        return to.lower(part)
    value, conversion, spec = part.args
    made = to.lower(value)
    if _text(conversion):
        made = gast.Call(func=to.builtin(_CONVERTERS[_text(conversion)]), args=[made], keywords=[])
    return gast.Call(func=to.builtin("format"), args=[made, to.lower(spec)], keywords=[])
