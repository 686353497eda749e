"""Core programs as text, for the tests of the simplifier: Python in, a core program out, and Python again.

A name `t_1` in the text is the temporary `%t1`, `d_t_1` is `%d_t1`; names that begin with `d_` are adjoints. A list
display that is empty, `x.append(y)` and `x.pop()` of a name that ends in `tape` are the tape's primitives.
"""

from __future__ import annotations

import ast
import builtins
import math
import operator
import re
import textwrap
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from srcad.core import prims
from srcad.core.kinds import FLOAT, INT, Kind, List
from srcad.core.nodes import (
    Assign,
    Block,
    Comment,
    Do,
    Expr,
    For,
    Handler,
    If,
    Lit,
    Op,
    Param,
    Program,
    Raise,
    Ref,
    Return,
    Stmt,
    Store,
    Try,
    Unpack,
    Var,
    While,
    With,
    targets_of,
    walk,
)
from srcad.rules.parse import BINARY, COMPARE, UNARY
from srcad.transform.simplify.facts import Facts

_BY_NAME = {cls.__name__: fn for table in (BINARY, COMPARE, UNARY) for cls, fn in table.items()}
_SYMBOLS = {
    **{"add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**", "matmul": "@"},
    **{"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "is_": "is", "is_not": "is not"},
}
_LEVELS = {"**": 7, "-x": 6, "*": 5, "/": 5, "//": 5, "%": 5, "@": 5, "+": 4, "-": 4}


def core_name(name: str) -> str:
    return re.sub(r"^(d_)?t_(\d+)$", lambda m: f"%{m[1] or ''}t{m[2]}", name)


def text_name(name: str) -> str:
    return re.sub(r"^%(d_)?t(\d+)$", lambda m: f"{m[1] or ''}t_{m[2]}", name)


class _Reader:
    def __init__(self, names: Mapping[str, Any]) -> None:
        self.names = {**vars(builtins), "np": np, "math": math, "both": prims.both, **names}
        self.lines: list[str] = []

    def block(self, nodes: list[ast.stmt]) -> Block:
        return tuple(s for node in nodes for s in self.statement(node))

    def statement(self, node: ast.stmt) -> list[Stmt]:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                return [Assign(core_name(name), self.expr(value))]
            case ast.Assign(targets=[ast.Tuple(elts=elts)], value=value):
                return [Unpack(tuple(core_name(e.id) for e in elts if isinstance(e, ast.Name)), self.expr(value))]
            case ast.Assign(targets=[ast.Subscript(value=base, slice=key)], value=value):
                return [Store(self.expr(base), self.expr(key), self.expr(value))]
            case ast.Assign(targets=[ast.Attribute(value=base, attr=attr)], value=value):
                return [Store(self.expr(base), Lit(attr), self.expr(value), attr=True)]
            case ast.AugAssign(target=ast.Name(id=name), value=value):
                return [Assign(core_name(name), self.expr(value), accumulate=True)]
            case ast.AugAssign(target=ast.Subscript(value=base, slice=key), value=value):
                return [Store(self.expr(base), self.expr(key), self.expr(value), accumulate=True)]
            case ast.Expr(value=ast.Constant(value=str(text))):
                return [Comment(text)]
            case ast.Expr(value=value):
                op = self.expr(value)
                assert isinstance(op, Op)
                return [Do(op)]
            case ast.If(test=test, body=body, orelse=orelse):
                return [If(self.expr(test), self.block(body), self.block(orelse))]
            case ast.For(target=ast.Name(id=name), iter=iterable, body=body):
                body, until = self._until(body)
                reverse = isinstance(iterable, ast.Call) and ast.unparse(iterable.func) == "reversed"
                if reverse:
                    iterable = iterable.args[0]  # type: ignore[union-attr]
                assert isinstance(iterable, ast.Call)
                bounds = [self.expr(a) for a in iterable.args]
                if len(bounds) == 1:
                    bounds.insert(0, Lit(0))
                if len(bounds) == 2:
                    bounds.append(Lit(1))
                return [For(core_name(name), *bounds, self.block(body), until, reverse=reverse)]
            case ast.While(test=ast.Constant(value=True), body=body):
                # while True: <test steps>; if not cond: break; <body>; [if until: break]
                at = next(i for i, s in enumerate(body) if isinstance(s, ast.If) and isinstance(s.body[0], ast.Break))
                cond = body[at].test.operand  # type: ignore[attr-defined]
                rest, until = self._until(body[at + 1 :])
                return [While(self.block(body[:at]), self.expr(cond), self.block(rest), until)]
            case ast.While(test=test, body=body):
                body, until = self._until(body)
                return [While((), self.expr(test), self.block(body), until)]
            case ast.With(items=[item], body=body):
                return [With(self.expr(item.context_expr), self.block(body))]
            case ast.Try(body=body, handlers=handlers, finalbody=final):
                made = tuple(Handler(self.expr(h.type) if h.type else None, None, self.block(h.body)) for h in handlers)
                return [Try(self.block(body), made, self.block(final))]
            case ast.Raise(exc=exc):
                return [Raise(self.expr(exc) if exc else None)]
            case ast.Return(value=value):
                return [Return(self.expr(value) if value else Lit(None))]
            case ast.Pass():
                return []
        raise AssertionError(ast.unparse(node))

    def _until(self, body: list[ast.stmt]) -> tuple[list[ast.stmt], str | None]:
        match body[-1]:
            case ast.If(test=ast.Name(id=name), body=[ast.Break()]):
                return body[:-1], core_name(name)
        return body, None

    def expr(self, node: ast.expr) -> Expr:
        match node:
            case ast.Constant(value=value):
                return Lit(value)
            case ast.Name(id=name):
                return Ref(name, self.names[name]) if name in self.names else Var(core_name(name))
            case ast.BinOp(left=left, op=op, right=right):
                return Op(_BY_NAME[type(op).__name__], (self.expr(left), self.expr(right)))
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=value)):
                return Lit(-value)
            case ast.UnaryOp(op=op, operand=operand):
                return Op(_BY_NAME[type(op).__name__], (self.expr(operand),))
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return Op(_BY_NAME[type(op).__name__], (self.expr(left), self.expr(right)))
            case ast.BoolOp(op=op, values=[a, b]):
                return Op(prims.both if isinstance(op, ast.And) else prims.either, (self.expr(a), self.expr(b)))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return Op(prims.choose, (self.expr(test), self.expr(body), self.expr(orelse)))
            case ast.Tuple(elts=elts):
                return Op(prims.make_tuple, tuple(map(self.expr, elts)))
            case ast.List(elts=elts):
                return Op(prims.make_list, tuple(map(self.expr, elts)))
            case ast.Subscript(value=value, slice=key):
                return Op(operator.getitem, (self.expr(value), self.expr(key)))
            case ast.Slice(lower=lower, upper=upper, step=step):
                parts = (Lit(None) if p is None else self.expr(p) for p in (lower, upper, step))
                return Op(prims.make_slice, tuple(parts))
            case ast.Attribute(value=value, attr="T"):
                return Op(np.transpose, (self.expr(value),), form="attr:T")
            case ast.Attribute(value=value, attr=attr):
                base = self.expr(value)
                if isinstance(base, Ref):
                    return Ref(f"{base.name}.{attr}", getattr(base.value, attr))
                return Op(prims.get_attr, (base, Lit(attr)))
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append"), args=[value]):
                return Op(prims.push, (Var(core_name(name)), self.expr(value)))
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="pop"), args=[]):
                return Op(prims.pop, (Var(core_name(name)),))
            case ast.Call(func=func, args=args, keywords=keywords):
                callee = self.expr(func)
                assert isinstance(callee, Ref), ast.unparse(node)
                kwargs = tuple((k.arg or "**", self.expr(k.value)) for k in keywords)
                return Op(callee.value, tuple(map(self.expr, args)), kwargs, name=callee.name)
        raise AssertionError(ast.unparse(node))


def read(text: str, names: Mapping[str, Any] | None = None) -> Program:
    """The core program that a Python function is the text of."""
    function = ast.parse(textwrap.dedent(text)).body[0]
    assert isinstance(function, ast.FunctionDef)
    params = tuple(Param(core_name(a.arg)) for a in function.args.args)
    return Program(function.name, params, _Reader(names or {}).block(function.body), source=text)


def facts_of(program: Program, kinds: Mapping[str, Kind] | None = None, default: Kind = FLOAT) -> Facts:
    """Every variable a float, but those given; what is called `d_...` an adjoint; indices ints and tapes lists."""
    names = {p.name for p in program.params} | {n for s in walk(program.body) for n in targets_of(s)}
    made: dict[str, Kind] = {n: List(default) if n.endswith("tape") else default for n in names}
    made.update({n: INT for n in names if n in ("i", "j", "k", "n", "m")})
    made.update({core_name(k): v for k, v in (kinds or {}).items()})
    return Facts(made, frozenset(n for n in names if n.lstrip("%").startswith("d_")))


# ---------------------------------------------------------------- printing


def show(program: Program) -> str:
    """The program as Python text that runs."""
    params = ", ".join(text_name(p.name) for p in program.params)
    return f"def {program.name}({params}):\n" + _block(program.body, 1)


def _block(block: Block, depth: int, tail: str = "") -> str:
    pad = "    " * depth
    made = "".join(_statement(s, depth) for s in block) + (pad + tail + "\n" if tail else "")
    real = tail or any(not isinstance(s, Comment) for s in block)
    return made if real else made + pad + "pass\n"


def _statement(stmt: Stmt, depth: int) -> str:
    pad = "    " * depth
    match stmt:
        case Comment(text=text):
            return f"{pad}# {text}\n"
        case Assign(target=target, value=value, accumulate=accumulate):
            return f"{pad}{text_name(target)} {'+' if accumulate else ''}= {_expr(value)}\n"
        case Unpack(targets=targets, value=value):
            return f"{pad}{', '.join(map(text_name, targets))} = {_expr(value)}\n"
        case Store(base=base, key=key, value=value, attr=attr, accumulate=accumulate):
            place = (
                f"{_expr(base, 9)}.{key.value}" if attr and isinstance(key, Lit) else f"{_expr(base, 9)}[{_expr(key)}]"
            )
            return f"{pad}{place} {'+' if accumulate else ''}= {_expr(value)}\n"
        case Do(value=value):
            return f"{pad}{_expr(value)}\n"
        case Return(value=value):
            return f"{pad}return {_expr(value)}\n"
        case Raise(exception=exception):
            return f"{pad}raise {'' if exception is None else _expr(exception)}".rstrip() + "\n"
        case If(test=test, body=body, orelse=orelse):
            made = f"{pad}if {_expr(test)}:\n" + _block(body, depth + 1)
            return made + (f"{pad}else:\n" + _block(orelse, depth + 1) if orelse else "")
        case For(target=target, start=start, stop=stop, step=step, body=body, until=until, reverse=reverse):
            bounds = [start, stop, step]
            if step == Lit(1):
                bounds.pop()
                if start == Lit(0):
                    bounds.pop(0)
            space = f"range({', '.join(map(_expr, bounds))})"
            if reverse:
                space = f"reversed({space})"
            return f"{pad}for {text_name(target)} in {space}:\n" + _block(body, depth + 1, _until(until))
        case While(test=test, cond=cond, body=body, until=until):
            if not test:
                return f"{pad}while {_expr(cond)}:\n" + _block(body, depth + 1, _until(until))
            inner = "    " * (depth + 1)
            made = f"{pad}while True:\n" + "".join(_statement(s, depth + 1) for s in test)
            made += f"{inner}if not {_expr(cond, 9)}: break\n"
            return made + _block(body, depth + 1, _until(until))
        case With(context=context, body=body):
            return f"{pad}with {_expr(context)}:\n" + _block(body, depth + 1)
        case Try(body=body, handlers=handlers, final=final):
            made = f"{pad}try:\n" + _block(body, depth + 1)
            for h in handlers:
                made += f"{pad}except{'' if h.types is None else ' ' + _expr(h.types)}:\n" + _block(h.body, depth + 1)
            return made + (f"{pad}finally:\n" + _block(final, depth + 1) if final else "")
    raise AssertionError(stmt)


def _until(name: str | None) -> str:
    return "" if name is None else f"if {text_name(name)}: break"


def _expr(expr: Expr, level: int = 0) -> str:
    match expr:
        case Var(name=name):
            return text_name(name)
        case Lit(value=value):
            made = "..." if value is ... else repr(value)
            return f"({made})" if made.startswith("-") and level > 4 else made
        case Ref(name=name):
            return name
        case Op(fn=prims.make_tuple, args=args):
            return f"({', '.join(map(_expr, args))}{',' if len(args) == 1 else ''})"
        case Op(fn=prims.make_list, args=args):
            return f"[{', '.join(map(_expr, args))}]"
        case Op(fn=prims.make_slice, args=args):
            start, stop, step = ("" if a == Lit(None) else _expr(a) for a in args)
            return f"{start}:{stop}" + (f":{step}" if step else "")
        case Op(fn=prims.push, args=(tape, value)):
            return f"{_expr(tape)}.append({_expr(value)})"
        case Op(fn=prims.pop, args=(tape,)):
            return f"{_expr(tape)}.pop()"
        case Op(fn=prims.get_attr, args=(base, Lit(value=name))):
            return f"{_expr(base, 9)}.{name}"
        case Op(fn=operator.getitem, args=(base, key)):
            return f"{_expr(base, 9)}[{_expr(key)}]"
        case Op(fn=prims.choose, args=(test, then, otherwise)):
            return _wrap(f"{_expr(then, 1)} if {_expr(test, 1)} else {_expr(otherwise)}", level > 0)
        case Op(fn=(prims.both | prims.either) as fn, args=(a, b)):
            word = "and" if fn is prims.both else "or"
            return _wrap(f"{_expr(a, 2)} {word} {_expr(b, 2)}", level > 1)
        case Op(fn=operator.not_, args=(a,)):
            return _wrap(f"not {_expr(a, 3)}", level > 2)
        case Op(fn=operator.contains, args=(a, b)):
            return _wrap(f"{_expr(b, 4)} in {_expr(a, 4)}", level > 3)
        case Op(fn=operator.neg, args=(a,)):
            return _wrap(f"-{_expr(a, 6)}", level > 6)
        case Op(form=form, args=args) if form.startswith("attr:"):
            return f"{_expr(args[0], 9)}.{form[5:]}"
        case Op(fn=fn, args=(a, b), form="") if (
            getattr(fn, "__name__", "") in _SYMBOLS and fn.__module__ == "_operator"
        ):
            symbol = _SYMBOLS[fn.__name__]
            own = _LEVELS.get(symbol, 3)
            left, right = (own + 1, own) if symbol == "**" else (own, own + 1)
            return _wrap(f"{_expr(a, left)} {symbol} {_expr(b, right)}", level > own)
        case Op(fn=fn, args=args, kwargs=kwargs, name=name):
            parts = [*map(_expr, args), *(f"{k}={_expr(v)}" for k, v in kwargs)]
            return f"{name or fn.__name__}({', '.join(parts)})"
    raise AssertionError(expr)


def _wrap(text: str, needed: bool) -> str:
    return f"({text})" if needed else text


def compiled(program: Program, names: Mapping[str, Any] | None = None) -> Callable[..., Any]:
    """The program as a function."""
    space: dict[str, Any] = {"np": np, "math": math, **(names or {})}
    exec(compile(show(program), f"<{program.name}>", "exec"), space)
    made = space[program.name]
    assert callable(made)
    return made
