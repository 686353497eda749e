"""The callable that people hold: a function's derivative, generated for the kinds of its arguments at the first call.

Contract: a call costs a look-up of the argument kinds and the generated function. What was generated holds as long as
what the program reads from outside is the same; when that changes, the derivative is made anew. Several threads may
call one derivative: it is generated under a lock, and generated code has no state.
"""

from __future__ import annotations

import functools
import inspect
import sys
import threading
import types
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from srcad import runtime
from srcad.analysis.powers import refuse_complex
from srcad.arguments import check_complex, check_constant, check_differentiable
from srcad.assumed import assumed_kinds
from srcad.backends import Backend
from srcad.callables import find_target
from srcad.choice import FIRST, choose
from srcad.core.kind_of import kind_of
from srcad.core.kinds import FLOAT, INT, Kind
from srcad.errors import USE_PYTHON, ArgumentError, BackendError, NonScalarOutput, Place, SrcadError
from srcad.forms import floats, formed
from srcad.promotion import refuse_shared
from srcad.stopped import refused
from srcad.validity import Outside

Key = tuple[Kind, ...]

MOST_SHAPES = 1000  # shapes of arrays that calls are remembered by
GENERATING = threading.RLock()  # held while source is read, differentiated and compiled
FORGET: list[Callable[[], None]] = []  # what else forgets what was generated


def forget_all() -> None:
    """Forget everything that was generated: a rule has changed."""
    with GENERATING:
        for derivative in list(_ALL):
            derivative._target = find_target(derivative._fun)  # it may be the function that has a rule now
            derivative._forget()
        for forget in FORGET:
            forget()


@dataclass(frozen=True)
class Specialised:
    """What was generated for one tuple of kinds."""

    function: Callable[..., Any]
    source: str
    emitted: Any
    outside: Outside
    powers: tuple[Place, ...] = ()  # where a number may turn complex
    writes: Mapping[str, Place] = field(default_factory=dict)  # the array parameters that are written into, and where
    plain: bool = False  # given Python's numbers, it computes with Python's numbers alone


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
        argnums: int | Sequence[int] = FIRST,
        *,
        argnames: str | Sequence[str] | None = None,
        has_aux: bool = False,
        holomorphic: bool = False,
        value: bool = False,
        backend: str = "python",
        cache: bool = False,
    ) -> None:
        self._backend = Backend(backend, cache, Derivative)
        self._target = find_target(fun)
        self._options: dict[str, Any] = {
            "argnums": argnums, "argnames": argnames, "has_aux": has_aux, "holomorphic": holomorphic, "value": value,
            "backend": backend, "cache": cache,
        }  # fmt: skip
        self._holomorphic = holomorphic
        self._fun = fun
        self._has_aux = has_aux
        self._value = value
        self._look_like(fun)
        self._params = list(self._target.signature.parameters.values())
        self._choice = choose(self.__name__, self._target, argnums, argnames)
        self._wrt = self._choice.wrt
        plain = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        self._positional = (
            all(p.kind in plain for p in self._params)
            and not (self._target.before or self._target.named)
            and self._choice.is_plain
        )
        self._cache: dict[Key, Specialised] = {}
        self._by_type: dict[tuple[type, ...], Specialised] = {}
        self._by_shape: dict[Any, Specialised] = {}
        self._outside = Outside()
        self._watches = False
        self._last: Specialised | None = None
        self._assumed: Specialised | None = None
        self._with_value: Derivative | None = None
        _ALL.add(self)

    def _look_like(self, fun: Any) -> None:
        inner = getattr(fun, "func", fun) if isinstance(fun, functools.partial) else fun
        self.__name__ = str(getattr(inner, "__name__", type(inner).__name__))
        self.__qualname__ = str(getattr(inner, "__qualname__", self.__name__))
        self.__module__ = getattr(inner, "__module__", None) or type(inner).__module__
        self.__doc__ = inner.__doc__
        self.__annotations__ = getattr(inner, "__annotations__", {})
        self.__wrapped__ = fun

    # ------------------------------------------------------------ calling

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        made = None
        if not kwargs:
            if self._by_type:
                count = len(args)  # a display is quicker than a call, and most functions take few numbers
                if count == 1:
                    made = self._by_type.get((type(args[0]),))
                elif count == 2:
                    made = self._by_type.get((type(args[0]), type(args[1])))
                else:
                    made = self._by_type.get(tuple(map(type, args)))
            if made is None and self._by_shape:
                made = self._by_shape.get(_fingerprint(args))
        if made is not None and not (self._watches and self._outside.changed()):
            self._last = made
            try:
                result = made.function(*args)
            except self._backend.stops as wrong:
                raise self._refused(wrong, made) from None
            if made.powers:
                self._refuse_complex(result, made)
            return result if made.plain or type(result) is float else self._with_gradient(result, floats)
        bound = self._bound(args, kwargs)
        values = list(bound)
        self.promote(values)
        made, key = self._specialised(values)
        if made.writes:
            refuse_shared(self._target.function, [p.name for p in self._params], bound, values, made.writes)
        if self._positional and not kwargs and len(args) == len(self._params):
            self._remember(args, values, made)
        given, named = self._passed(values)
        try:
            result = made.function(*given, **named)
        except self._backend.stops as wrong:
            raise self._refused(wrong, made) from None
        if made.powers:
            self._refuse_complex(result, made)
        return self._finished(result, values, key)

    def _remember(self, args: tuple[Any, ...], values: list[Any], made: Specialised) -> None:
        """Note that calls like this one, of numbers and arrays that are passed on as they are, need no kinds."""
        if any(given is not passed for given, passed in zip(args, values, strict=True)):
            return
        if all(type(a) is float or (type(a) in (int, bool) and i not in self._wrt) for i, a in enumerate(args)):
            self._by_type[tuple(map(type, args))] = made
            return
        shapes = _fingerprint(args)
        if _OTHER not in shapes:
            if len(self._by_shape) >= MOST_SHAPES:
                self._by_shape.clear()
            self._by_shape[shapes] = made

    def _refused(self, wrong: Exception, made: Specialised) -> SrcadError:
        """What generated code refuses when it runs, as an error of ours."""
        if isinstance(wrong, runtime.Beyond):
            return BackendError(f"{self.__name__}: {wrong}", None, USE_PYTHON)
        if not isinstance(wrong, runtime.STOPS):
            return self._backend.refused(wrong, made.emitted, self.__name__)
        if isinstance(wrong, (runtime.Refusal, runtime.Overlap)):
            return refused(self._target.function, wrong, made.writes)
        return NonScalarOutput(f"{self.__name__}: {wrong}", None, "return a scalar, or use srcad.vjp or srcad.jacobian")

    def _refuse_complex(self, result: Any, made: Specialised) -> None:
        """Raise if the value or the gradient is complex; what is auxiliary may be."""
        if self._has_aux:
            result = (result[0][0], result[1]) if self._value else result[0]
        refuse_complex(result, made.powers)

    def _values(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
        """The arguments by parameter, those that are differentiated as floats."""
        values = list(self._bound(args, kwargs))
        self.promote(values)
        return values

    def _bound(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Sequence[Any]:
        """The arguments by parameter."""
        if self._positional and not kwargs and len(args) == len(self._params):
            return args
        bound = self._target.bind(args, kwargs)
        return [bound.arguments[p.name] for p in self._params]

    def _passed(self, values: list[Any]) -> tuple[list[Any], dict[str, Any]]:
        """The arguments as the generated function is called with them: it has the parameters of the program."""
        if self._positional:
            return values, {}
        given: list[Any] = []
        named: dict[str, Any] = {}
        for param, value in zip(self._params, values, strict=True):
            if param.kind is param.VAR_POSITIONAL:
                given += value
            elif param.kind is param.VAR_KEYWORD:
                named |= value
            elif param.kind is param.KEYWORD_ONLY:
                named[param.name] = value
            else:
                given.append(value)
        return given, named

    def _finished(self, result: Any, values: list[Any], key: Key) -> Any:
        """The result with the gradients in their last form: those picked out of `*args`, floats for NumPy scalars."""

        def finish(found: Any) -> Any:
            alone = self._choice.single and self._choice.is_plain
            gradients = (found,) if alone else found
            made = [formed(key[i], g, values[i]) for g, i in zip(gradients, self._wrt, strict=True)]
            picked = self._choice.picked(tuple(made))
            return picked[0] if self._choice.single else picked

        return self._with_gradient(result, finish)

    def _with_gradient(self, result: Any, change: Callable[[Any], Any]) -> Any:
        """The result of a call, its gradient changed."""
        if self._value:
            return result[0], change(result[1])
        return (change(result[0]), result[1]) if self._has_aux else change(result)

    # ------------------------------------------------------------ specialising

    def _specialised(self, values: list[Any]) -> tuple[Specialised, Key]:
        if self._watches and self._outside.changed():
            self._forget()
        key = tuple(map(kind_of, values))
        made = self._cache.get(key)
        if made is None:
            with GENERATING:
                made = self._kept(key, values)
        self._last = made
        return made, key

    def _kept(self, key: Key, values: list[Any] | None = None) -> Specialised:
        """What was generated for these kinds, or is now."""
        made = self._cache.get(key)
        if made is None:
            for position, (param, kind) in enumerate(zip(self._params, key, strict=True)):
                check = check_differentiable if position in self._wrt else check_constant
                check(self.__name__, param.name, kind)
                if self._holomorphic and position in self._wrt:
                    check_complex(self.__name__, param.name, kind)
            made = self._make(key, values)
            self._outside = self._outside.and_also(made.outside)
            self._watches = bool(self._outside)
            self._cache[key] = made
        return made

    def generated(self, key: Key) -> Specialised:
        """What is generated for arguments of these kinds: a function that can be differentiated in its turn."""
        if not self._choice.is_plain:
            raise ArgumentError(
                f"{self.__name__}: a derivative with respect to arguments in *args or **kwargs is differentiated again",
                None,
                "give the arguments names of their own",
            )
        with GENERATING:
            if self._watches and self._outside.changed():
                self._forget()
            return self._kept(key)

    @property
    def signature(self) -> inspect.Signature:
        """The parameters of the function."""
        return self._target.signature

    @property
    def wrt(self) -> tuple[int, ...]:
        """The positions of the parameters that it is differentiated with respect to."""
        return self._wrt

    @property
    def is_plain(self) -> bool:
        """Whether its arguments are the parameters of the function, one by one."""
        return self._positional

    def promote(self, values: list[Any]) -> None:
        """Make floats of the ints among the arguments that are differentiated."""
        self._target.promote(values)
        self._choice.promote(self.__name__, values)

    def _make(self, key: Key, values: list[Any] | None, *, assumed: bool = False) -> Specialised:
        """Generate for these kinds; compiled code is compiled for the values where there are any."""
        from srcad.driver import make_gradient

        function, outside = self._target.function_for(key)

        def make(chosen: str) -> Specialised:
            return make_gradient(
                function,
                key,
                self._wrt,
                single=self._choice.single and self._choice.is_plain,
                value=self._value,
                aux=self._has_aux,
                holomorphic=self._holomorphic,
                assumed=assumed,
                backend=chosen,
                cache=self._backend.cache,
            )

        given = None if values is None else tuple(self._passed(values)[0])
        made: Specialised = self._backend.make(self.__name__, self._params, key, given, make)
        return made if outside is None else replace(made, outside=made.outside.and_also(outside))

    def _forget(self) -> None:
        with GENERATING:
            self._cache.clear()
            self._by_type.clear()
            self._by_shape.clear()
            self._outside = Outside()
            self._watches = False
            self._last = None
            self._assumed = None

    def _current(self) -> Specialised:
        """What was generated latest; before any call, what is generated for assumed kinds."""
        if self._last is not None and not self._outside.changed():
            return self._last
        if self._assumed is None or self._assumed.outside.changed():
            with GENERATING:
                kinds = assumed_kinds(self._target.function, self._params, self._wrt, self._target.bound())
                self._assumed = self._make(kinds, None, assumed=True)
        return self._assumed

    # ------------------------------------------------------------ what people look at

    @property
    def primal(self) -> Any:
        """The function that this is the derivative of."""
        return self._fun

    @property
    def source(self) -> str:
        """The generated source: of the latest kinds, or before any call for assumed ones (the text says so)."""
        return self._current().source

    def source_for(self, *args: Any, **kwargs: Any) -> str:
        """The generated source for the kinds of these arguments.

        `backend="numba"` or `"python"` shows what that backend runs, where the function has no parameter of that name.
        """
        if "backend" in kwargs and "backend" not in self._target.signature.parameters:
            options = {**self._options, "backend": kwargs.pop("backend"), "cache": False}
            return Derivative(self._fun, **options)._shown_source(args, kwargs)
        return self._specialised(self._values(args, kwargs))[0].source

    def _shown_source(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
        """The source for these arguments, generated and not compiled."""
        with GENERATING:
            return self._make(tuple(map(kind_of, self._values(args, kwargs))), None).source

    def specialize(self, *args: Any, **kwargs: Any) -> Callable[..., Any]:
        """The bare generated function for the kinds of these arguments, without dispatch.

        It takes the differentiated arguments as floats or float arrays, and does not notice changed globals.
        """
        return self._specialised(self._values(args, kwargs))[0].function

    def _dispatcher_for(self, key: Key) -> Any:
        """The compiled function for arguments of these kinds."""
        key = tuple(FLOAT if i in self._wrt and kind is INT else kind for i, kind in enumerate(key))
        made = self._cache.get(key)
        if made is None:
            with GENERATING:
                made = self._cache[key] = self._make(key, None)
        return made.function

    def value_and_grad(self, *args: Any, **kwargs: Any) -> Any:
        """The value of the function and its gradient, at these arguments."""
        if self._value:
            return self(*args, **kwargs)
        if self._with_value is None:
            self._with_value = Derivative(self._fun, **{**self._options, "value": True})
        return self._with_value(*args, **kwargs)

    def save(self, path: Any) -> None:
        """Write the generated source as a module that needs NumPy alone."""
        from srcad.driver import standalone_text

        text = standalone_text(self._current().emitted, f"The derivative of {self.__name__}, generated by srcad.")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def __repr__(self) -> str:
        what = "value and gradient" if self._value else "gradient"
        picks = [
            self._params[pick.position].name + ("" if pick.at is None else f"[{pick.at!r}]")
            for pick in self._choice.picks
        ]
        shown = ", ".join(p.name for p in self._params)
        return f"<srcad.Derivative: {what} of {self.__name__}({shown}) with respect to {', '.join(picks)}>"

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        if isinstance(self._fun, staticmethod):
            return self
        if isinstance(self._fun, classmethod):
            return types.MethodType(self, owner)
        return self if instance is None else types.MethodType(self, instance)

    def __reduce__(self) -> Any:
        found: Any = sys.modules.get(self.__module__)
        for part in self.__qualname__.split("."):
            found = getattr(found, part, None)
        if found is self:
            return self.__qualname__
        return _rebuild, (self._fun, self._options)


_ALL: weakref.WeakSet[Derivative] = weakref.WeakSet()


def _rebuild(fun: Any, options: dict[str, Any]) -> Derivative:
    return Derivative(fun, **options)


_FLOAT64 = np.dtype(np.float64)
_NUMBERS = frozenset({float, int, bool, complex})
_OTHER = object()  # in a fingerprint, an argument that only its kind tells apart


def _fingerprint(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """What tells the kinds of numbers, arrays and strings apart, quicker than the kinds."""
    return tuple(
        [
            a.shape if type(a) is np.ndarray and a.dtype is _FLOAT64 else type(a) if type(a) in _NUMBERS else _mark(a)
            for a in args
        ]
    )


def _mark(arg: Any) -> Any:
    """What tells other arrays and strings apart."""
    if type(arg) is np.ndarray:
        return arg.dtype, arg.shape
    return arg if type(arg) is str or arg is None else _OTHER
