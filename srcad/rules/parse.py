"""Read the body of a rule: a Python function becomes a block of `Assign`, `If` and a `Return`, with nested expressions.

Names of parameters stay variables; everything else is looked up in the rule's module, so that `np.cos(x)` becomes an
`Op` on `numpy.cos`. Methods and attributes of parameters (`x.T`, `x.shape`, `out.sum()`) keep their form.
"""

from __future__ import annotations

import builtins
import inspect
import operator
import re
import textwrap
from collections.abc import Callable
from typing import Any

import gast
import numpy as np

from srcad import runtime
from srcad.core import prims
from srcad.core.nodes import Assign, Block, Expr, If, Lit, Op, Ref, Return, Stmt, Var
from srcad.core.operators import BINARY, COMPARE, UNARY
from srcad.errors import Place, RuleError

ARRAY_METHODS: dict[str, Callable[..., Any]] = {
    name: getattr(np, name)
    for name in ("sum", "mean", "prod", "max", "min", "dot", "reshape", "ravel", "transpose", "squeeze", "clip")
}
_HELPERS = re.compile(r"^runtime(_\w+)?\.")
ARRAY_METHODS["astype"] = runtime.astype


def parse_body(body: Callable[..., Any]) -> Block:
    """The statements of a rule's body."""
    try:
        source = textwrap.dedent(inspect.getsource(body))
    except (OSError, TypeError) as failed:
        raise RuleError(
            f"the source of the rule {body.__name__} cannot be read ({failed})", None, "define the rule in a file"
        ) from None
    return BodyReader(body, source.splitlines(), body.__code__.co_firstlineno).function(source)


class BodyReader:
    """Reads the body of one rule."""

    def __init__(self, body: Callable[..., Any], lines: list[str], first: int) -> None:
        self.body = body
        self.lines = lines
        self.first = first
        self.locals = set(body.__code__.co_varnames)
        self.globals = {**vars(builtins), **body.__globals__}
        if body.__closure__:
            for name, cell in zip(body.__code__.co_freevars, body.__closure__, strict=True):
                self.globals[name] = cell.cell_contents

    def refuse(self, node: Any, what: str) -> RuleError:
        line = self.lines[node.lineno - 1] if hasattr(node, "lineno") else ""
        place = Place(
            self.body.__code__.co_filename,
            self.first + getattr(node, "lineno", 1) - 1,
            getattr(node, "col_offset", 0),
            line,
        )
        return RuleError(
            f"the rule {self.body.__name__}: {what}", place, "use assignments, if, return, operators and calls only"
        )

    def function(self, source: str) -> Block:
        """The statements of a function whose text is given."""
        return self.block(gast.parse(source).body[0].body)

    def outer(self, node: Any, name: str) -> Expr:
        """A name that is not a parameter or a variable of the body."""
        if name in self.globals:
            return Ref(name, self.globals[name])
        raise self.refuse(node, f"the name {name} is not defined")

    def attribute(self, node: Any, base: Ref, attr: str) -> Expr:
        """An attribute of what a name outside means."""
        return Ref(f"{base.name}.{attr}", getattr(base.value, attr))

    def block(self, nodes: list[Any]) -> Block:
        made: list[Stmt] = []
        for node in nodes:
            if isinstance(node, gast.Expr) and isinstance(node.value, gast.Constant):
                continue  # a docstring
            elif isinstance(node, gast.Return):
                made.append(Return(self.expr(node.value)))
            elif isinstance(node, gast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], gast.Name):
                made.append(Assign(node.targets[0].id, self.expr(node.value)))
            elif isinstance(node, gast.If):
                made.append(If(self.expr(node.test), self.block(node.body), self.block(node.orelse)))
            else:
                raise self.refuse(node, f"a {type(node).__name__} statement is not part of the rule language")
        return tuple(made)

    def expr(self, node: Any) -> Expr:
        match node:
            case gast.Constant(value=value):
                return Lit(value)
            case gast.Name(id=name):
                if name in self.locals:
                    return Var(name)
                return self.outer(node, name)
            case gast.BinOp(left=left, op=op, right=right):
                return Op(BINARY[type(op)], (self.expr(left), self.expr(right)))
            case gast.UnaryOp(op=op, operand=operand):
                inner = self.expr(operand)
                if isinstance(op, gast.USub) and isinstance(inner, Lit):
                    return Lit(-inner.value)
                return Op(UNARY[type(op)], (inner,))
            case gast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in COMPARE:
                return Op(COMPARE[type(op)], (self.expr(left), self.expr(right)))
            case gast.BoolOp(op=op, values=values):
                join = prims.both if isinstance(op, gast.And) else prims.either
                made = self.expr(values[-1])
                for value in reversed(values[:-1]):
                    made = Op(join, (self.expr(value), made))
                return made
            case gast.IfExp(test=test, body=body, orelse=orelse):
                return Op(prims.choose, (self.expr(test), self.expr(body), self.expr(orelse)))
            case gast.Tuple(elts=elts):
                return Op(prims.make_tuple, tuple(map(self.expr, elts)))
            case gast.List(elts=elts):
                return Op(prims.make_list, tuple(map(self.expr, elts)))
            case gast.Subscript(value=value, slice=index):
                return Op(operator.getitem, (self.expr(value), self.expr(index)))
            case gast.Slice(lower=lower, upper=upper, step=step):
                return Op(
                    prims.make_slice, tuple(Lit(None) if p is None else self.expr(p) for p in (lower, upper, step))
                )
            case gast.Attribute(value=value, attr=attr):
                base = self.expr(value)
                if isinstance(base, Ref):
                    return self.attribute(node, base, attr)
                if attr == "T":
                    return Op(np.transpose, (base,), form="attr:T")
                return Op(prims.get_attr, (base, Lit(attr)))
            case gast.Call(func=func, args=args, keywords=keywords):
                kwargs = tuple((k.arg, self.expr(k.value)) for k in keywords)
                if isinstance(func, gast.Attribute):
                    base = self.expr(func.value)
                    if not isinstance(base, Ref):
                        if func.attr not in ARRAY_METHODS:
                            raise self.refuse(node, f"the method .{func.attr} is not part of the rule language")
                        return Op(
                            ARRAY_METHODS[func.attr], (base, *map(self.expr, args)), kwargs, f"method:{func.attr}"
                        )
                callee = self.expr(func)
                if not isinstance(callee, Ref) or not callable(callee.value):
                    raise self.refuse(node, "the function called is not known")
                return Op(callee.value, tuple(map(self.expr, args)), kwargs, name=_HELPERS.sub("", callee.name))
            case gast.ListComp(
                elt=element, generators=[gast.comprehension(target=gast.Name(id=name), iter=items, ifs=[])]
            ):
                from srcad.rules.asks import unroll

                outer = self.locals
                self.locals = outer | {name}
                made = Op(unroll, (Lit(name), self.expr(items), self.expr(element)))
                self.locals = outer
                return made
            case _:
                raise self.refuse(node, f"a {type(node).__name__} is not part of the rule language")
