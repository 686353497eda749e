"""Core expressions become gast expressions: each primitive has its syntax, everything else is a call by name.

Contract: the text of the result, evaluated with the names that `names.py` settles, is the value of the core
expression. Nothing from data reaches the text except the `repr` of a literal.
"""

from __future__ import annotations

import builtins
import math
import operator
from collections.abc import Callable
from typing import Any

import gast
import numpy as np

from srcad.backend import known, names
from srcad.backend.strings import interpolated
from srcad.core import prims
from srcad.core.nodes import Closure, Expr, FunctionHandle, Lit, Op, Ref, Star, Var
from srcad.errors import BackendError

BINARY: dict[Callable[..., Any], type] = {
    operator.add: gast.Add,
    operator.concat: gast.Add,
    operator.sub: gast.Sub,
    operator.mul: gast.Mult,
    operator.truediv: gast.Div,
    operator.floordiv: gast.FloorDiv,
    operator.mod: gast.Mod,
    operator.pow: gast.Pow,
    operator.matmul: gast.MatMult,
    operator.and_: gast.BitAnd,
    operator.or_: gast.BitOr,
    operator.xor: gast.BitXor,
    operator.lshift: gast.LShift,
    operator.rshift: gast.RShift,
}
IN_PLACE: dict[Callable[..., Any], type] = {
    operator.iadd: gast.Add,
    operator.iconcat: gast.Add,
    operator.isub: gast.Sub,
    operator.imul: gast.Mult,
    operator.itruediv: gast.Div,
    operator.ifloordiv: gast.FloorDiv,
    operator.imod: gast.Mod,
    operator.ipow: gast.Pow,
    operator.imatmul: gast.MatMult,
    operator.iand: gast.BitAnd,
    operator.ior: gast.BitOr,
    operator.ixor: gast.BitXor,
    operator.ilshift: gast.LShift,
    operator.irshift: gast.RShift,
}
UNARY: dict[Callable[..., Any], type] = {
    operator.neg: gast.USub,
    operator.pos: gast.UAdd,
    operator.invert: gast.Invert,
    operator.inv: gast.Invert,
    operator.not_: gast.Not,
}
COMPARE: dict[Callable[..., Any], type] = {
    operator.eq: gast.Eq,
    operator.ne: gast.NotEq,
    operator.lt: gast.Lt,
    operator.le: gast.LtE,
    operator.gt: gast.Gt,
    operator.ge: gast.GtE,
    operator.is_: gast.Is,
    operator.is_not: gast.IsNot,
}
_NOT: dict[type, type] = {gast.In: gast.NotIn, gast.Is: gast.IsNot}  # `x not in y`, not `not x in y`
_CHAINS = ({gast.Lt, gast.LtE}, {gast.Gt, gast.GtE})


def load() -> Any:
    return gast.Load()


def constant(value: Any) -> Any:
    return gast.Constant(value=value, kind=None)


def call_of(function: Any, args: list[Any], keywords: list[Any] | None = None) -> Any:
    return gast.Call(func=function, args=args, keywords=keywords or [])


class Expressions:
    """Lowers the expressions of one function. `functions` holds the handles of the module's functions by identity."""

    def __init__(
        self,
        all_names: names.Names,
        scope: names.Scope,
        functions: dict[int, Any],
        closure: Callable[[Closure], Any],
    ) -> None:
        self.names = all_names
        self.scope = scope
        self.functions = functions
        self.closure = closure

    # ------------------------------------------------------------ names

    def builtin(self, name: str) -> Any:
        """A builtin under its own name, unless a variable of the function took it."""
        return self.names.outer(self.scope, getattr(builtins, name), name, names.BUILTIN)

    def outer(self, value: Any, hint: str) -> Any:
        """An object from outside: a generated function, a well-known object by its path, or a name of its own."""
        if id(value) in self.functions:
            return self.names.outer(self.scope, value, self.functions[id(value)], names.FUNCTION)
        if isinstance(value, FunctionHandle):
            raise BackendError(f"the function {value.name} is called, but was not generated")
        path = known.find(value, hint)
        if path is not None and path.root is builtins:
            return self._steps(self.builtin(path.steps[0]), path.steps[1:])
        if path is not None:
            root_hint, rank = known.short_name(path.root), names.MODULE
            if not path.steps and path.root is not np and hint:
                root_hint, rank = hint.replace(".", "_"), names.OBJECT  # the user's own import
            return self._steps(self.names.outer(self.scope, path.root, root_hint, rank), path.steps)
        own = getattr(value, "__name__", None)
        hint = hint or (own if isinstance(own, str) else type(value).__name__.lower())
        return self.names.outer(self.scope, value, hint.replace(".", "_"), names.OBJECT)

    def _steps(self, node: Any, steps: tuple[str, ...]) -> Any:
        for step in steps:
            node = gast.Attribute(value=node, attr=step, ctx=load())
        return node

    # ------------------------------------------------------------ atoms

    def lower(self, expr: Expr) -> Any:
        match expr:
            case Var(name=name):
                return self.scope.variable(name)
            case Lit(value=value):
                return self.literal(value)
            case Ref(name=name, value=value):
                return self.outer(value, name)
            case Star(value=value):
                return gast.Starred(value=self.lower(value), ctx=load())
            case Closure():
                return self.closure(expr)
            case Op():
                return self.operation(expr)

    def literal(self, value: Any) -> Any:
        if isinstance(value, np.generic) and isinstance(value.item(), (bool, int, float, complex)):
            return call_of(self.outer(type(value), ""), [self.literal(value.item())])
        if value is None or value is Ellipsis or type(value) in (bool, str, bytes):
            return constant(value)
        if type(value) in (int, float):
            return self._real(value)
        if type(value) is complex:
            return self._complex(value)
        if type(value) is tuple:
            return gast.Tuple(elts=[self.literal(item) for item in value], ctx=load())
        if value is prims.SPREAD:
            raise BackendError("`**` is used outside of a dict display")
        raise BackendError(f"a literal of type {type(value).__name__} cannot be written as text", None, "use a Ref")

    def _real(self, value: int | float) -> Any:
        if isinstance(value, float) and not math.isfinite(value):
            return call_of(self.builtin("float"), [constant(repr(value))])
        if value < 0 or (value == 0 and isinstance(value, float) and math.copysign(1.0, value) < 0):
            return gast.UnaryOp(op=gast.USub(), operand=constant(-value))
        return constant(value)

    def _complex(self, value: complex) -> Any:
        real, imag = value.real, value.imag
        plain = math.isfinite(real) and math.isfinite(imag)
        if plain and math.copysign(1.0, real) < 0 == real and math.copysign(1.0, imag) < 0:
            return gast.UnaryOp(op=gast.USub(), operand=constant(complex(0.0, -imag)))
        if not plain or math.copysign(1.0, real) < 0 == real or (imag == 0.0 and math.copysign(1.0, imag) < 0):
            return call_of(self.builtin("complex"), [self._real(real), self._real(imag)])
        if real == 0.0 and imag >= 0:
            return constant(complex(0.0, imag))
        part = int(real) if real.is_integer() and abs(real) < 2**53 else real
        sign = gast.Sub() if imag < 0 else gast.Add()
        return gast.BinOp(left=self._real(part), op=sign, right=constant(complex(0.0, abs(imag))))

    # ------------------------------------------------------------ operations

    def operation(self, expr: Op) -> Any:
        fn, args = expr.fn, expr.args
        if expr.form.startswith("method:"):
            function = gast.Attribute(value=self.lower(args[0]), attr=expr.form[7:], ctx=load())
            return self.applied(function, args[1:], expr.kwargs)
        if expr.form.startswith("attr:"):
            return gast.Attribute(value=self.lower(args[0]), attr=expr.form[5:], ctx=load())
        if not expr.kwargs:
            made = self._operator(fn, args)
            if made is not None:
                return made
        written = _WRITTEN.get(fn) if _hashable(fn) else None
        if written is not None:
            return written(self, expr)
        return self.applied(self.outer(fn, expr.name), args, expr.kwargs)

    def _operator(self, fn: Callable[..., Any], args: tuple[Expr, ...]) -> Any:
        if not _hashable(fn) or any(isinstance(arg, Star) for arg in args):
            return None
        if fn in BINARY and len(args) == 2:
            return gast.BinOp(left=self.lower(args[0]), op=BINARY[fn](), right=self.lower(args[1]))
        if fn in COMPARE and len(args) == 2:
            return self._compare(args[0], COMPARE[fn](), args[1])
        if fn is operator.contains and len(args) == 2:
            right = self.lower(args[0])
            return gast.Compare(left=self.lower(args[1]), ops=[gast.In()], comparators=[right])
        if fn in UNARY and len(args) == 1:
            operand = self.lower(args[0])
            if fn is operator.not_ and isinstance(operand, gast.Compare) and type(operand.ops[0]) in _NOT:
                if len(operand.ops) == 1:
                    operand.ops = [_NOT[type(operand.ops[0])]()]
                    return operand
            return gast.UnaryOp(op=UNARY[fn](), operand=operand)
        if fn is operator.getitem and len(args) == 2:
            return self.subscript(args[0], args[1])
        if fn is operator.abs and len(args) == 1:
            return call_of(self.builtin("abs"), [self.lower(args[0])])
        if fn is operator.truth and len(args) == 1:
            return call_of(self.builtin("bool"), [self.lower(args[0])])
        return None

    def _compare(self, left: Expr, op: Any, right: Expr) -> Any:
        return gast.Compare(left=self.lower(left), ops=[op], comparators=[self.lower(right)])

    def subscript(self, base: Expr, key: Expr, ctx: Any = None) -> Any:
        return gast.Subscript(value=self.lower(base), slice=self.index(key), ctx=ctx or load())

    def index(self, key: Expr) -> Any:
        """What stands between the brackets: slices and tuples lose their calls and parentheses there."""
        if isinstance(key, Op) and key.fn is prims.make_tuple and key.args:
            return gast.Tuple(elts=[self._slice(part) for part in key.args], ctx=load())
        return self._slice(key)

    def _slice(self, key: Expr) -> Any:
        if isinstance(key, Op) and key.fn is prims.make_slice:
            bounds = [None if bound == Lit(None) else self.lower(bound) for bound in key.args]
            return gast.Slice(lower=bounds[0], upper=bounds[1], step=bounds[2])
        return self.lower(key)

    def applied(self, function: Any, args: tuple[Expr, ...], kwargs: tuple[tuple[str, Expr], ...]) -> Any:
        keywords = []
        for key, value in kwargs:
            if key.startswith("%"):
                raise BackendError(f"a temporary parameter {key!r} is passed by keyword")
            keywords.append(gast.keyword(arg=None if key == "**" else key, value=self.lower(value)))
        return call_of(function, [self.lower(arg) for arg in args], keywords)

    # ------------------------------------------------------------ structural primitives

    def _make_tuple(self, expr: Op) -> Any:
        return gast.Tuple(elts=[self.lower(arg) for arg in expr.args], ctx=load())

    def _make_list(self, expr: Op) -> Any:
        return gast.List(elts=[self.lower(arg) for arg in expr.args], ctx=load())

    def _make_set(self, expr: Op) -> Any:
        if not expr.args:
            return call_of(self.builtin("set"), [])
        return gast.Set(elts=[self.lower(arg) for arg in expr.args])

    def _make_dict(self, expr: Op) -> Any:
        keys: list[Any] = []
        for key in expr.args[::2]:
            spread = isinstance(key, (Ref, Lit)) and key.value is prims.SPREAD
            keys.append(None if spread else self.lower(key))
        return gast.Dict(keys=keys, values=[self.lower(value) for value in expr.args[1::2]])

    def _make_slice(self, expr: Op) -> Any:
        return call_of(self.builtin("slice"), [self.lower(arg) for arg in expr.args])

    def _make_string(self, expr: Op) -> Any:
        return interpolated(self, expr)

    def _format_value(self, expr: Op) -> Any:
        return interpolated(self, Op(prims.make_string, (expr,)))

    def _get_attr(self, expr: Op) -> Any:
        return gast.Attribute(value=self.lower(expr.args[0]), attr=literal_name(expr.args[1]), ctx=load())

    def _call(self, expr: Op) -> Any:
        return self.applied(self.lower(expr.args[0]), expr.args[1:], expr.kwargs)

    def _call_method(self, expr: Op) -> Any:
        function = gast.Attribute(value=self.lower(expr.args[0]), attr=literal_name(expr.args[1]), ctx=load())
        return self.applied(function, expr.args[2:], expr.kwargs)

    def _call_super(self, expr: Op) -> Any:
        base = call_of(self.builtin("super"), [self.lower(expr.args[0]), self.lower(expr.args[1])])
        function = gast.Attribute(value=base, attr=literal_name(expr.args[2]), ctx=load())
        return function if expr.form == "attr" else self.applied(function, expr.args[3:], expr.kwargs)

    def _choose(self, expr: Op) -> Any:
        test, then, otherwise = expr.args
        return gast.IfExp(test=self.lower(test), body=self.lower(then), orelse=self.lower(otherwise))

    def _both(self, expr: Op) -> Any:
        first, second = expr.args
        chained = self._chain(first, second)
        return chained if chained is not None else self._joined(gast.And, first, second)

    def _either(self, expr: Op) -> Any:
        return self._joined(gast.Or, *expr.args)

    def _joined(self, op: type, first: Expr, second: Expr) -> Any:
        values: list[Any] = []
        for part in (self.lower(first), self.lower(second)):
            values.extend(part.values if isinstance(part, gast.BoolOp) and type(part.op) is op else [part])
        return gast.BoolOp(op=op(), values=values)

    def _chain(self, first: Expr, second: Expr) -> Any:
        """`a < b < c`, where the middle is read twice without effect."""
        if not (isinstance(first, Op) and isinstance(second, Op) and _hashable(first.fn) and _hashable(second.fn)):
            return None
        ops = (COMPARE.get(first.fn), COMPARE.get(second.fn))
        if not any(ops[0] in chain and ops[1] in chain for chain in _CHAINS):
            return None
        middle = first.args[1]
        if not isinstance(middle, (Var, Lit)) or middle != second.args[0]:
            return None
        assert ops[0] is not None and ops[1] is not None
        left, between, right = self.lower(first.args[0]), self.lower(middle), self.lower(second.args[1])
        return gast.Compare(left=left, ops=[ops[0](), ops[1]()], comparators=[between, right])

    def _push(self, expr: Op) -> Any:
        function = gast.Attribute(value=self.lower(expr.args[0]), attr="append", ctx=load())
        return call_of(function, [self.lower(expr.args[1])])

    def _pop(self, expr: Op) -> Any:
        return call_of(gast.Attribute(value=self.lower(expr.args[0]), attr="pop", ctx=load()), [])

    def _as_sequence(self, expr: Op) -> Any:
        return call_of(self.builtin("list"), [self.lower(expr.args[0])])

    def _trips(self, expr: Op) -> Any:
        return self.lower(expr.args[0])

    def _each(self, expr: Op) -> Any:
        return self.lower(expr.args[0])


def _hashable(fn: Any) -> bool:
    return type(fn).__hash__ is not None


def literal_name(expr: Expr) -> str:
    """The name that an attribute primitive carries as a literal."""
    if isinstance(expr, Lit) and isinstance(expr.value, str) and expr.value.isidentifier():
        return expr.value
    raise BackendError("an attribute is named by something that is not a name")


_WRITTEN: dict[Any, Callable[[Expressions, Op], Any]] = {
    getattr(prims, name): getattr(Expressions, f"_{name}")
    for name in (
        "make_tuple",
        "make_list",
        "make_set",
        "make_dict",
        "make_slice",
        "make_string",
        "format_value",
        "get_attr",
        "call",
        "call_method",
        "call_super",
        "choose",
        "both",
        "either",
        "push",
        "pop",
        "as_sequence",
        "trips",
        "each",
    )
    if hasattr(prims, name)
}
