"""How generated source is run: `backend="python"`, `"numba"` (compiled or refused), `"auto"` (compiled if it can be).

Contract: "numba" never falls back. "auto" says once, in a warning, that it did.
"""

from __future__ import annotations

import importlib.util
import inspect
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from srcad import runtime
from srcad.core.kinds import STRING, Array, Const, Kind, Tuple, is_number, show
from srcad.errors import ArgumentError, BackendError, SrcadError

BACKENDS = ("python", "numba", "auto")


class Backend:
    """The chosen backend of one derivative. `stops` are the errors that generated code stops with on purpose."""

    def __init__(self, name: str, cache: bool, of: type) -> None:
        if name not in BACKENDS:
            raise ArgumentError(
                f"there is no backend {name!r}", None, 'the backends are "python", "numba" and "auto" (try Numba first)'
            )
        if cache and name == "python":
            raise ArgumentError("cache=True is for compiled code", None, 'choose backend="numba" or "auto" with it')
        if name == "numba" and importlib.util.find_spec("numba") is not None:
            from srcad.backend.compiled.typed import register

            register(of)
        self.name = name
        self.cache = cache
        self.stops: tuple[type[Exception], ...] = runtime.STOPS
        self._warned = False

    def make(
        self,
        shown: str,
        params: Sequence[inspect.Parameter],
        key: tuple[Kind, ...],
        values: tuple[Any, ...] | None,
        make: Callable[[str], Any],
    ) -> Any:
        """What `make(backend)` generates, compiled for these values where there are any."""
        if self.name == "python":
            return make("python")
        try:
            return self._compiled(shown, params, key, values, make)
        except BackendError as wrong:
            if self.name == "numba":
                raise
            if not self._warned:
                self._warned = True
                warnings.warn(f"{shown} runs in Python and not under Numba: {wrong}", RuntimeWarning, stacklevel=6)
        return make("python")

    def _compiled(
        self,
        shown: str,
        params: Sequence[inspect.Parameter],
        key: tuple[Kind, ...],
        values: tuple[Any, ...] | None,
        make: Callable[[str], Any],
    ) -> Any:
        if importlib.util.find_spec("numba") is None:
            raise BackendError("Numba is not installed", None, "pip install 'srcad[numba]', or use backend=\"python\"")
        for param, kind in zip(params, key, strict=True):
            _refuse(shown, param, kind)
        made = make("numba")

        from srcad.backend.compiled.compile import REFUSALS, NumbaError, compile_for, refused

        self.stops = (*runtime.STOPS, NumbaError)
        if values is not None:
            try:
                compile_for(made.function, values)
            except REFUSALS as wrong:
                raise refused(wrong, made.emitted, shown) from None
        return replace(made, plain=True)  # Numba returns Python's floats

    def refused(self, wrong: Exception, emitted: Any, shown: str) -> SrcadError:
        """What Numba says when it meets new types of arguments, as an error of ours."""
        from srcad.backend.compiled.compile import refused

        return refused(wrong, emitted, shown)


def _refuse(shown: str, param: inspect.Parameter, kind: Kind) -> None:
    if param.kind not in (param.POSITIONAL_ONLY, param.POSITIONAL_OR_KEYWORD):
        raise BackendError(
            f"{shown}: Numba does not compile the parameter {param}",
            None,
            'give it as a plain parameter, or use backend="python"',
        )
    if not _compiles(kind):
        raise BackendError(
            f"{shown}: the argument {param.name} is {show(kind)}, which Numba does not take",
            None,
            'pass numbers, arrays or tuples of them, or use backend="python"',
        )


def _compiles(kind: Kind) -> bool:
    """Whether an argument is one that Numba gives a type: a number, a string, None, an array, or a tuple of these."""
    match kind:
        case Tuple(items=items, cls=cls):
            return (cls is None or hasattr(cls, "_fields")) and all(map(_compiles, items))
        case Array(dims=dims):
            return dims is not None
        case Const(value=value):
            return value is None or isinstance(value, (str, bool, int, float, complex)) or hasattr(value, "py_func")
        case _:
            return is_number(kind) or kind is STRING
