"""The callable that people hold: a function's derivative, generated for the kinds of its arguments at the first call.

Contract: a call costs a look-up of the argument kinds and the generated function. What was generated holds as long as
the globals and cells that the program reads are the same objects; when one changes, the derivative is made anew.
"""

from __future__ import annotations

import functools
import inspect
import sys
import types
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from srcad import runtime
from srcad.core.kind_of import kind_of
from srcad.core.kinds import (
    BOOL,
    FLOAT,
    INT,
    STRING,
    Array,
    Const,
    Kind,
    List,
    Maybe,
    Tuple,
    holds_smooth,
    show,
    widen,
)
from srcad.core.nodes import Guard, Program
from srcad.errors import ArgumentError, NonScalarOutput, SourceNotFound

Key = tuple[Kind, ...]


@dataclass(frozen=True)
class Target:
    """The Python function behind a callable, and what the callable has bound already."""

    function: types.FunctionType
    before: tuple[Any, ...] = ()
    named: tuple[tuple[str, Any], ...] = ()


def find_target(fun: Any) -> Target:
    """The plain function behind a method, partial, callable object or `njit` function."""
    if isinstance(fun, types.FunctionType):
        return Target(fun)
    if isinstance(fun, types.MethodType):
        inner = find_target(fun.__func__)
        return Target(inner.function, (fun.__self__, *inner.before), inner.named)
    if isinstance(fun, functools.partial):
        inner = find_target(fun.func)
        return Target(inner.function, (*inner.before, *fun.args), (*inner.named, *fun.keywords.items()))
    if isinstance(fun, Derivative):
        raise ArgumentError(
            f"{fun.__name__} is a derivative already; higher derivatives are not supported yet",
            None,
            "differentiate the formula of the first derivative",
        )
    compiled = getattr(fun, "py_func", None)
    if isinstance(compiled, types.FunctionType):
        return Target(compiled)
    call = getattr(type(fun), "__call__", None)
    if isinstance(call, types.FunctionType) and not isinstance(fun, type):
        return Target(call, (fun,))
    if callable(fun):
        name = getattr(fun, "__name__", repr(type(fun).__name__))
        raise SourceNotFound(
            f"{name} has no Python source: it is a {'class' if isinstance(fun, type) else 'function built in C'}",
            None,
            f"wrap it in a function: def f(x): return {name}(x)",
        )
    raise ArgumentError(f"a function is needed, not {type(fun).__name__}", None, "pass a function")


@dataclass(frozen=True)
class Specialised:
    """What was generated for one tuple of kinds."""

    function: Callable[..., Any]
    source: str
    emitted: Any
    guards: tuple[Guard, ...]
    watched: tuple[tuple[Any, Kind], ...]


class Derivative:
    """The derivative of a function, as a function.

    Made by `srcad.grad` and `srcad.value_and_grad`. It is called like the function itself; at the first call with
    arguments of new kinds the source of the derivative is generated, compiled and kept.

    Attributes: `primal` (the function), `source` (the generated text), and the methods `source_for`, `specialize`,
    `value_and_grad` and `save`.
    """

    def __init__(
        self,
        fun: Any,
        argnums: int | Sequence[int] = 0,
        *,
        argnames: str | Sequence[str] | None = None,
        has_aux: bool = False,
        value: bool = False,
        backend: str = "python",
    ) -> None:
        if backend != "python":
            raise ArgumentError(f"there is no backend {backend!r}", None, 'the backend is "python"')
        self._target = find_target(fun)
        self._options: dict[str, Any] = {"argnums": argnums, "argnames": argnames, "has_aux": has_aux, "value": value}
        self._fun = fun
        self._has_aux = has_aux
        self._value = value
        functools.update_wrapper(self, fun) if hasattr(fun, "__name__") else None
        if not hasattr(self, "__name__"):
            self.__name__ = type(fun).__name__
            self.__doc__ = type(fun).__doc__
        self.__wrapped__ = fun
        self._signature = inspect.signature(self._target.function)
        self._params = list(self._signature.parameters.values())
        self._wrt, self._picks, self._single = self._choose(argnums, argnames)
        self._cache: dict[Key, Specialised] = {}
        self._fast: dict[tuple[type, ...], Callable[..., Any]] = {}
        self._guards: tuple[Guard, ...] = ()
        self._watched: tuple[tuple[Any, Kind], ...] = ()
        self._checks = False
        self._last: Specialised | None = None
        plain = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        self._simple = all(p.kind in plain for p in self._params) and not (self._target.before or self._target.named)
        self._with_value: Derivative | None = None

    # ------------------------------------------------------------ calling

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not kwargs:
            function = self._fast.get(tuple(map(type, args)))
            if function is not None and not (self._checks and self._stale()):
                return function(*args)
        return self._call(args, kwargs)

    def _call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if self._stale():
            self._forget()
        bound = self._bind(args, kwargs)
        made = self._specialised(bound)
        self._remember_fast(args, kwargs, made)
        try:
            result = made.function(*bound.args, **bound.kwargs)
        except runtime.NotOneNumber as wrong:
            raise NonScalarOutput(
                f"{self.__name__}: {wrong}", None, "return a scalar, or use srcad.vjp or srcad.jacobian"
            ) from None
        return self._picked(result)

    def _bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> inspect.BoundArguments:
        target = self._target
        bound = self._signature.bind(*target.before, *args, **{**dict(target.named), **kwargs})
        bound.apply_defaults()
        for position in self._wrt:
            name = self._params[position].name
            bound.arguments[name] = promoted(bound.arguments[name])
        return bound

    def _remember_fast(self, args: tuple[Any, ...], kwargs: dict[str, Any], made: Specialised) -> None:
        if (
            self._simple
            and not kwargs
            and self._picks is None
            and len(args) == len(self._params)
            and all(type(a) is float or (type(a) in (int, bool) and i not in self._wrt) for i, a in enumerate(args))
        ):
            self._fast[tuple(map(type, args))] = made.function

    def _picked(self, result: Any) -> Any:
        """Arguments numbered inside `*args`: take their gradients out of the tuple's."""
        if self._picks is None:
            return result
        gradient, rest = result, None
        if self._value:
            rest, gradient = result
        elif self._has_aux:
            gradient, rest = result
        whole = gradient if isinstance(gradient, tuple) else (gradient,)
        chosen = tuple(whole[i] if at is None else whole[i][at] for i, at in self._picks)
        gradient = chosen[0] if self._single else chosen
        if self._value:
            return rest, gradient
        return (gradient, rest) if self._has_aux else gradient

    # ------------------------------------------------------------ specialising

    def _specialised(self, bound: inspect.BoundArguments) -> Specialised:
        values = [bound.arguments[p.name] for p in self._params]
        key = tuple(kind_of(v) for v in values)
        made = self._cache.get(key)
        if made is None:
            for position in self._wrt:
                self._check_smooth(position, key[position])
            made = self._make(key, "")
            self._cache[key] = made
            self._guards += made.guards
            self._watched += made.watched
            self._checks = bool(self._guards or self._watched)
        self._last = made
        return made

    def _check_smooth(self, position: int, kind: Kind) -> None:
        if not holds_smooth(kind) and not _may_be_empty(kind):
            name = self._params[position].name
            raise ArgumentError(
                f"{self.__name__}: the argument {name} is {show(kind)}, which holds no real number to differentiate "
                "with respect to",
                None,
                "choose other arguments with argnums= or argnames=, or pass floats or float arrays",
            )

    def _make(self, key: Key, note: str) -> Specialised:
        from srcad.driver import make_gradient

        return make_gradient(
            self._target.function,
            key,
            self._wrt,
            single=self._single and self._picks is None,
            value=self._value,
            aux=self._has_aux,
            note=note,
        )

    def _stale(self) -> bool:
        """Whether something that the program reads from outside has changed since it was specialised."""
        for guard in self._guards:
            holder = guard.holder
            if type(holder) is dict:
                if holder.get(guard.key) is not guard.value:
                    return True
            elif getattr(holder, guard.key, None) is not guard.value:
                return True
        return any(kind_of(value) != kind for value, kind in self._watched)

    def _forget(self) -> None:
        self._cache.clear()
        self._fast.clear()
        self._guards = ()
        self._watched = ()
        self._checks = False

    # ------------------------------------------------------------ choosing arguments

    def _choose(
        self, argnums: int | Sequence[int], argnames: str | Sequence[str] | None
    ) -> tuple[tuple[int, ...], tuple[tuple[int, int | None], ...] | None, bool]:
        """The positions of the differentiated parameters; what to pick from them; whether there is only one."""
        shift = len(self._target.before)
        names = [p.name for p in self._params]
        if argnames is not None:
            single = isinstance(argnames, str)
            wanted = (argnames,) if isinstance(argnames, str) else tuple(argnames)
            for name in wanted:
                if name not in names:
                    raise ArgumentError(
                        f"{self.__name__} has no parameter {name!r}", None, f"its parameters are {', '.join(names)}"
                    )
            if not wanted:
                raise ArgumentError("argnames is empty", None, "name at least one parameter")
            return tuple(names.index(n) for n in wanted), None, single
        single = not isinstance(argnums, (tuple, list))
        numbers = (argnums,) if single else tuple(argnums)  # type: ignore[arg-type]
        if not numbers:
            raise ArgumentError("argnums is empty", None, "give at least one position")
        star = next((i for i, p in enumerate(self._params) if p.kind is p.VAR_POSITIONAL), None)
        positional = [i for i, p in enumerate(self._params) if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        chosen: list[tuple[int, int | None]] = []
        for number in numbers:
            if isinstance(number, bool) or not isinstance(number, (int, np.integer)):
                raise ArgumentError(
                    f"argnums holds {number!r}, which is no position", None, "give an int or a tuple of ints"
                )
            place = int(number)
            count = len(positional) - shift
            if place < 0 and star is None:
                place += count
            if 0 <= place < count:
                chosen.append((positional[place + shift], None))
            elif star is not None and place >= count:
                chosen.append((star, place - count))
            else:
                raise ArgumentError(
                    f"argnums={number} but {self.__name__} takes {count} positional arguments",
                    None,
                    f"positions run from 0 to {count - 1}; use argnames= for keyword-only parameters",
                )
        wrt = tuple(dict.fromkeys(i for i, _ in chosen))
        if len(wrt) == len(chosen) and all(at is None for _, at in chosen):
            return wrt, None, single
        return wrt, tuple((wrt.index(i), at) for i, at in chosen), single

    # ------------------------------------------------------------ what people look at

    @property
    def primal(self) -> Any:
        """The function that this is the derivative of."""
        return self._fun

    @property
    def source(self) -> str:
        """The generated source: of the latest kinds, or before any call for assumed ones (the text says which)."""
        if self._last is not None and not self._stale():
            return self._last.source
        assumed = tuple(_from_annotation(p, i in self._wrt, self._target.function) for i, p in enumerate(self._params))
        shown = ", ".join(f"{p.name}: {show(k)}" for p, k in zip(self._params, assumed, strict=True))
        return self._make(assumed, f"The kinds are assumed, since it was not called yet: {shown}.").source

    def source_for(self, *args: Any, **kwargs: Any) -> str:
        """The generated source for the kinds of these arguments."""
        if self._stale():
            self._forget()
        return self._specialised(self._bind(args, kwargs)).source

    def specialize(self, *args: Any, **kwargs: Any) -> Callable[..., Any]:
        """The bare generated function for the kinds of these arguments, without dispatch.

        It takes the differentiated arguments as floats or float arrays, and does not notice changed globals.
        """
        if self._stale():
            self._forget()
        return self._specialised(self._bind(args, kwargs)).function

    def value_and_grad(self, *args: Any, **kwargs: Any) -> Any:
        """The value of the function and its gradient, at these arguments."""
        if self._value:
            return self(*args, **kwargs)
        if self._with_value is None:
            options = {**self._options, "value": True}
            self._with_value = Derivative(self._fun, **options)
        return self._with_value(*args, **kwargs)

    def save(self, path: Any) -> None:
        """Write the generated source as a module that needs NumPy alone."""
        from srcad.driver import standalone_text

        if self._last is None or self._stale():
            self.source  # noqa: B018 - specialises for the assumed kinds
            assumed = tuple(
                _from_annotation(p, i in self._wrt, self._target.function) for i, p in enumerate(self._params)
            )
            made = self._make(assumed, "")
        else:
            made = self._last
        with open(path, "w", encoding="utf-8") as file:
            file.write(standalone_text(made.emitted, f"The derivative of {self.__name__}, generated by srcad."))

    def __repr__(self) -> str:
        what = "value and gradient" if self._value else "gradient"
        names = ", ".join(self._params[i].name for i in self._wrt)
        shown = ", ".join(p.name for p in self._params)
        return f"<srcad.Derivative: {what} of {self.__name__}({shown}) with respect to {names}>"

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else types.MethodType(self, instance)

    def __reduce__(self) -> Any:
        module = sys.modules.get(getattr(self, "__module__", None) or "")
        found: Any = module
        for part in getattr(self, "__qualname__", self.__name__).split("."):
            found = getattr(found, part, None)
        if found is self:
            return self.__qualname__
        return _rebuild, (self._fun, self._options)


def _rebuild(fun: Any, options: dict[str, Any]) -> Derivative:
    return Derivative(fun, **options)


def promoted(value: Any) -> Any:
    """A differentiated argument as a float or float array, where it is an int or an array of ints."""
    if isinstance(value, (bool, np.bool_)):
        return float(value)
    if isinstance(value, (int, np.integer)):
        return float(value)
    if isinstance(value, np.ndarray) and value.dtype.kind in "iub":
        return value.astype(np.float64)
    return value


def _may_be_empty(kind: Kind) -> bool:
    return isinstance(kind, (List, Tuple)) and (getattr(kind, "items", None) == () or "Bottom" in repr(kind))


def _from_annotation(param: inspect.Parameter, differentiated: bool, function: Any) -> Kind:
    """The kind that an annotation names; float where there is none."""
    annotation = param.annotation
    if isinstance(annotation, str):
        annotation = {
            "float": float, "int": int, "bool": bool, "str": str, "np.ndarray": np.ndarray, "numpy.ndarray": np.ndarray,
        }.get(annotation, param.empty)  # fmt: skip
    if param.kind is param.VAR_POSITIONAL:
        return Tuple(())
    if param.kind is param.VAR_KEYWORD:
        return kind_of({})
    if annotation is float:
        return FLOAT
    if annotation in (int, bool):
        return FLOAT if differentiated else INT if annotation is int else BOOL
    if annotation is np.ndarray:
        return Array("float64", "n")
    if annotation is str:
        return kind_of(param.default) if isinstance(param.default, str) else STRING
    if annotation == list[float]:
        return List(FLOAT)
    if param.default is not param.empty and param.default is not None:
        kind = kind_of(promoted(param.default) if differentiated else param.default)
        return kind if holds_smooth(kind) or not differentiated else FLOAT
    if not differentiated and _is_count(param.name, function):
        return INT
    return FLOAT


def _is_count(name: str, function: Any) -> bool:
    """Whether a parameter is used as a bound of `range`: an int, then, and not a float."""
    import ast
    import textwrap

    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return False
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range":
            if any(isinstance(inner, ast.Name) and inner.id == name for a in node.args for inner in ast.walk(a)):
                return True
    return False


__all__ = ["Const", "Derivative", "Maybe", "Program", "promoted", "widen"]
