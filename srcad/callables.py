"""What stands behind a callable: the plain Python function, what is bound already, and how a call's arguments reach it.

A method, partial, callable object, `njit` function, `functools.wraps` wrapper or decorated static method is called with
the arguments that its own signature says; the program that is differentiated may take them in another form. A `Target`
knows both signatures and turns the one call into the other.
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from srcad.calling import calling, calling_composed
from srcad.errors import ArgumentError, Place, SourceNotFound
from srcad.promotion import refuse_shared
from srcad.rules.custom import Custom
from srcad.rules.registry import own_rule_of


@dataclass(frozen=True)
class Target:
    """The Python function behind a callable, and what the callable has bound already."""

    function: types.FunctionType
    before: tuple[Any, ...] = ()
    named: tuple[tuple[str, Any], ...] = ()
    derivative: Any = None  # a derivative: what is differentiated is the function that it generates

    def function_for(self, key: tuple[Any, ...]) -> tuple[types.FunctionType, Any]:
        """The function for arguments of these kinds, and what its own generation read from outside (or None)."""
        if self.derivative is None:
            return self.function, None
        made = self.derivative.generated(key)
        return made.function, made.outside

    def promote(self, values: list[Any]) -> None:
        """Make floats of the ints among the arguments that a derivative is taken with respect to."""
        if self.derivative is not None:
            self.derivative.promote(values)

    def refuse_shared(self, given: tuple[Any, ...], passed: tuple[Any, ...], writes: Mapping[str, Place]) -> None:
        """Raise where promoting makes a copy of memory that is written into under another name too.

        `given` are the arguments of a call, `passed` the same as far as they are promoted; `writes` says what is
        written into.
        """
        bound = self.bind(passed, {}).arguments
        values = list(bound.values())
        self.promote(values)
        refuse_shared(self.function, list(bound), list(self.bind(given, {}).arguments.values()), values, writes)

    @functools.cached_property
    def signature(self) -> inspect.Signature:
        """The parameters of the function itself."""
        return inspect.signature(self.function, follow_wrapped=False)

    @functools.cached_property
    def shown(self) -> inspect.Signature:
        """The parameters that its caller sees: for a wrapper made by `functools.wraps`, those of what it wraps."""
        return inspect.signature(self.function)

    @property
    def is_wrapper(self) -> bool:
        return hasattr(self.function, "__wrapped__") and self.shown != self.signature

    def given(self, args: tuple[Any, ...]) -> set[str]:
        """The parameters that a call with these positional arguments gives; the others have their defaults."""
        if self.is_wrapper:
            return set(self.signature.parameters)
        return set(self.signature.bind_partial(*self.before, *args, **dict(self.named)).arguments)

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> inspect.BoundArguments:
        """The arguments of a call, by the parameters of the function, with defaults; a `TypeError` as in the call."""
        args, kwargs = (*self.before, *args), {**dict(self.named), **kwargs}
        if self.is_wrapper:
            seen = self.shown.bind(*args, **kwargs)
            args, kwargs = seen.args, seen.kwargs
        bound = self.signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return bound

    def bound(self) -> dict[str, Any]:
        """The arguments that every call has: the object of a method, those of a `functools.partial`."""
        if self.is_wrapper:
            return {}
        given = self.signature.bind_partial(*self.before, **dict(self.named)).arguments
        kinds = {name: param.kind for name, param in self.signature.parameters.items()}
        return {k: v for k, v in given.items() if kinds[k] not in _REST}


_REST = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def _spelled(fun: Any, name: str) -> str:
    """How a program names a callable that is not written in Python: `math.sin`, `np.sin`, `abs`."""
    module = getattr(fun, "__module__", None) or ("numpy" if isinstance(fun, np.ufunc) else "builtins")
    prefix = "np" if module == "numpy" else module
    return name if prefix in ("builtins", "__main__") else f"{prefix}.{name}"


def find_target(fun: Any) -> Target:
    """The plain function behind a method, partial, callable object or `njit` function.

    Raises `SourceNotFound` for what is not written in Python, `ArgumentError` for what cannot be called.
    """
    own = fun if isinstance(fun, Custom) else own_rule_of(fun)
    if own is not None:
        return Target(calling(fun, own))
    if isinstance(fun, types.FunctionType):
        if "composed" in vars(fun):
            return Target(calling_composed(fun))
        return Target(fun)
    if isinstance(fun, types.MethodType):
        inner = find_target(fun.__func__)
        return Target(inner.function, (fun.__self__, *inner.before), inner.named)
    if isinstance(fun, (staticmethod, classmethod)):
        return find_target(fun.__func__)
    if isinstance(fun, functools.partial):
        inner = find_target(fun.func)
        return Target(inner.function, (*inner.before, *fun.args), (*inner.named, *fun.keywords.items()))
    if isinstance(fun, functools._lru_cache_wrapper):
        return find_target(fun.__wrapped__)
    if hasattr(fun, "source_for") and hasattr(fun, "primal"):
        inner = find_target(fun.primal)
        return Target(inner.function, inner.before, inner.named, fun)
    compiled = getattr(fun, "py_func", None)
    if isinstance(compiled, types.FunctionType):
        return Target(compiled)
    call = next((vars(cls)["__call__"] for cls in type(fun).__mro__ if "__call__" in vars(cls)), None)
    if isinstance(call, types.FunctionType) and not isinstance(fun, type):
        return Target(call, (fun,))
    if callable(fun):
        name = getattr(fun, "__name__", repr(type(fun).__name__))
        raise SourceNotFound(
            f"{name} has no Python source: it is a {'class' if isinstance(fun, type) else 'function built in C'}",
            None,
            f"wrap it in a function: lambda x: {_spelled(fun, name)}(x)",
        )
    raise ArgumentError(f"a function is needed, not {type(fun).__name__}", None, "pass a function")
