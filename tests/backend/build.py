"""Short ways to build core programs by hand."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from srcad.backend.emit import Emitted, Unit, emit
from srcad.backend.load import load
from srcad.core import prims
from srcad.core.nodes import Block, Closure, Expr, FunctionHandle, Lit, Op, Param, Program, Ref, Return, Star, Stmt, Var


def expr(value: Any) -> Expr:
    """A core expression as it is, anything else as a literal."""
    return value if isinstance(value, (Var, Lit, Ref, Op, Star, Closure)) else Lit(value)


def op(fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Op:
    return Op(fn, tuple(map(expr, args)), tuple((key, expr(value)) for key, value in kwargs.items()))


def attr(base: Any, name: str) -> Op:
    return op(prims.get_attr, base, name)


def variables(names: str) -> list[Var]:
    return [Var(name) for name in names.split()]


def function(name: str, params: str, *body: Stmt, doc: str = "") -> Program:
    return Program(name, tuple(Param(p) for p in params.split()), tuple(body), doc=doc)


def printed(*programs: Program, handles: tuple[FunctionHandle, ...] = (), header: str = "") -> Emitted:
    """The programs emitted, the last one being the entry."""
    given = handles or tuple(FunctionHandle(program.name) for program in programs)
    units = [Unit(handle, program) for handle, program in zip(given, programs, strict=True)]
    return emit(units, given[-1], header)


def body_of(*body: Stmt, params: str = "x y") -> str:
    """The printed body of a function, without its head and indentation."""
    source = printed(function("f", params, *body)).source
    return inspect.cleandoc(source.split(":\n", 1)[1]) + "\n"


def value_text(value: Any, params: str = "x y") -> str:
    """The text of one returned value."""
    text = body_of(Return(expr(value)), params=params)
    return text.removeprefix("return ").removesuffix("\n")


def run(program: Program, *args: Any, **kwargs: Any) -> Any:
    emitted = printed(program)
    return load(emitted)[emitted.entry](*args, **kwargs)


__all__ = ["Block", "attr", "body_of", "expr", "function", "op", "printed", "run", "value_text", "variables"]
