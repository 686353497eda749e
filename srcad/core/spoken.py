"""What a variable is called in a message: the user's name for it, or the expression that a temporary stands for.

spoken("%y_2", body)      y
spoken("%t4", body)       np.sum(v) * len(k)
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

from srcad.core import prims
from srcad.core.nodes import Assign, Block, Expr, Lit, Op, Ref, Star, Var, walk

_INFIX: dict[Callable[..., Any], str] = {
    operator.add: "+", operator.sub: "-", operator.mul: "*", operator.truediv: "/", operator.floordiv: "//",
    operator.mod: "%", operator.pow: "**", operator.matmul: "@", operator.eq: "==", operator.ne: "!=",
    operator.lt: "<", operator.le: "<=", operator.gt: ">", operator.ge: ">=", operator.is_: "is",
    operator.is_not: "is not", operator.and_: "&", operator.or_: "|",
}  # fmt: skip
_LONGEST = 60
_UNNAMED = "the value computed here"


def spoken(name: str, body: Block) -> str:
    """The variable as the user would say it."""
    if not _is_temporary(name):
        return _own_name(name)
    text = _Text(body).variable(name, 0)
    return _UNNAMED if "..." in text or len(text) > _LONGEST else f"`{text}`"


def _is_temporary(name: str) -> bool:
    """Whether a pass made the variable up: other names that start with % are further webs of a user's variable."""
    return name.startswith("%") and (re.fullmatch(r"%t\d+", name) is not None or "@" in name or not _web(name))


def _web(name: str) -> bool:
    return re.fullmatch(r"%\w+_\d+_*", name) is not None


def _own_name(name: str) -> str:
    return re.sub(r"_\d+_*$", "", name[1:]) if name.startswith("%") else name


def _is_of_srcad(callee: Expr) -> bool:
    """Whether a function is one of the prelude, which the user never wrote."""
    program = getattr(getattr(callee, "value", None), "program", None)
    return str(getattr(getattr(program, "source", None), "__module__", "")).startswith("srcad.")


class _Text:
    """Expressions of a body as text, temporaries written out."""

    def __init__(self, body: Block) -> None:
        self.made: dict[str, Expr | None] = {}
        for stmt in walk(body):
            if isinstance(stmt, Assign):
                self.made[stmt.target] = None if stmt.target in self.made else stmt.value

    def variable(self, name: str, depth: int) -> str:
        if not _is_temporary(name):
            return _own_name(name)
        value = self.made.get(name)
        return "..." if value is None or depth > 4 else self.expr(value, depth + 1)

    def expr(self, expr: Expr, depth: int) -> str:
        match expr:
            case Var(name=name):
                return self.variable(name, depth)
            case Lit(value=value):
                return repr(value)
            case Ref(name=name):
                return name
            case Star(value=value):
                return f"*{self.expr(value, depth)}"
            case Op():
                return self.operation(expr, depth)
            case _:
                return "lambda: ..."

    def operation(self, op: Op, depth: int) -> str:
        args = [self.expr(arg, depth) for arg in op.args]
        fn = op.fn
        if fn in _INFIX and len(args) == 2:
            return f"{self._inner(op.args[0], args[0], depth)} {_INFIX[fn]} {self._inner(op.args[1], args[1], depth)}"
        if fn is operator.neg:
            return f"-{self._inner(op.args[0], args[0], depth)}"
        if fn is operator.getitem:
            return f"{args[0]}[{args[1]}]"
        if fn is prims.get_attr:
            return f"{args[0]}.{getattr(op.args[1], 'value', '')}"
        if fn is prims.make_tuple:
            return f"({', '.join(args)}{',' if len(args) == 1 else ''})"
        if fn is prims.make_list:
            return f"[{', '.join(args)}]"
        if fn is prims.make_dict:
            return "{" + ", ".join(f"{k}: {v}" for k, v in zip(args[::2], args[1::2], strict=True)) + "}"
        if fn is prims.make_slice:
            return ":".join("" if a == "None" else a for a in args)
        if fn is prims.call and _is_of_srcad(op.args[0]):
            return "..."
        if fn is prims.call:
            return f"{args[0]}({self._given(args[1:], op, depth)})"
        if fn is prims.call_method:
            return f"{args[0]}.{getattr(op.args[1], 'value', '')}({self._given(args[2:], op, depth)})"
        name = op.name or getattr(fn, "__name__", "...")
        return f"{name}({self._given(args, op, depth)})"

    def _inner(self, part: Expr, text: str, depth: int) -> str:
        return f"({text})" if " " in text and not text.endswith((")", "]")) else text

    def _given(self, args: list[str], op: Op, depth: int) -> str:
        return ", ".join([*args, *(f"{k}={self.expr(v, depth)}" for k, v in op.kwargs)])
