"""Derivatives are called from functions that are themselves compiled by Numba.

    df = srcad.grad(f, backend="numba")

    @numba.njit
    def newton(x):
        return x - f(x) / df(x)

Numba asks for the type of `df`; its call is that of the function generated for the kinds of the arguments' types.
"""

from __future__ import annotations

import functools
from typing import Any

import numba
from numba.core import types as numba_types
from numba.core.datamodel import models
from numba.extending import register_model, typeof_impl

from srcad.core.kinds import BOOL, COMPLEX, FLOAT, INT, NONE_KIND, Array, Kind, Tuple
from srcad.errors import BackendError

types: Any = numba_types  # its names are not known to type checkers


class DerivativeType(types.Callable, types.Opaque):  # type: ignore[misc]
    """The type of one derivative."""

    def __init__(self, derivative: Any) -> None:
        self.derivative = derivative
        super().__init__(f"derivative of {derivative.__name__} ({id(derivative)})")

    def _dispatcher(self, args: tuple[Any, ...]) -> Any:
        return types.Dispatcher(self.derivative._dispatcher_for(tuple(map(kind_of_type, args))))

    def get_call_type(self, context: Any, args: Any, kws: Any) -> Any:
        if kws:
            raise numba.TypingError(f"{self.derivative.__name__}: pass the arguments of its derivative by position")
        given = tuple(map(types.unliteral, args))
        return self._dispatcher(given).get_call_type(context, self.promoted(given), {})

    def promoted(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """The types that generated code is compiled for: a differentiated int is a float."""
        wrt = self.derivative._wrt
        return tuple(types.float64 if i in wrt and isinstance(a, types.Integer) else a for i, a in enumerate(args))

    def get_call_signatures(self) -> tuple[list[Any], bool]:
        return [], True

    def get_impl_key(self, sig: Any) -> Any:
        return self._dispatcher(sig.args).get_impl_key(sig)


def kind_of_type(kind: Any) -> Kind:
    """The kind of the values of one of Numba's types."""
    match kind:
        case types.Boolean():
            return BOOL
        case types.Integer():
            return INT
        case types.Float():
            return FLOAT
        case types.Complex():
            return COMPLEX
        case types.Array():
            return Array(str(kind.dtype), "?" * kind.ndim)
        case types.BaseTuple():
            return Tuple(tuple(map(kind_of_type, kind.types)))
        case types.NoneType():
            return NONE_KIND
        case _:
            raise BackendError(
                f"a derivative is called from compiled code with an argument of Numba's type {kind}",
                None,
                "pass numbers, arrays or tuples of them",
            )


@functools.cache
def register(derivative_class: type) -> None:
    """Tell Numba what derivatives are."""
    register_model(DerivativeType)(models.OpaqueModel)

    def typeof_derivative(value: Any, context: Any) -> Any:
        return DerivativeType(value)

    typeof_impl.register(derivative_class)(typeof_derivative)
