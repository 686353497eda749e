"""`custom_vjp` and `custom_jvp`: derivatives of one's own in the forms that JAX has."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from srcad.core.texts import written
from srcad.derivative import forget_all
from srcad.rules.bodies import name_of
from srcad.rules.custom import Custom
from srcad.rules.stated import state


class custom_vjp(Custom):  # noqa: N801 - JAX's name
    """A function whose reverse mode is stated by two functions, as in JAX: `f.defvjp(fwd, bwd)`.

    `fwd` takes the arguments and returns `(result, residuals)`; it runs in the forward sweep, at copies of arrays.
    `bwd(residuals, d_result)` returns a tuple of cotangents. The arguments at `nondiff_argnums` have none, and come
    first in the arguments of `bwd`. Forward mode is made from `bwd`, number by number.

    >>> import srcad
    >>> @srcad.custom_vjp
    ... def clipped(x):
    ...     return x
    >>> clipped.defvjp(lambda x: (x, None), lambda _, d: (max(-1.0, min(1.0, d)),))
    >>> srcad.grad(lambda x: 5.0 * clipped(x))(2.0)
    1.0
    """

    def defvjp(self, fwd: Callable[..., Any], bwd: Callable[..., Any]) -> None:
        """State the two halves; what is stated again takes the place of what was stated before."""
        super().defvjp(fwd, bwd)
        forget_all()


class custom_jvp:  # noqa: N801 - JAX's name
    """A function whose derivative is stated by a function of primals and tangents, as in JAX: `f.defjvp(jvp)`.

    `jvp(primals, tangents)` returns `(result, tangent)`; the arguments at `nondiff_argnums` come before these two, and
    do not move. Reverse mode is made from it, number by number.

    >>> import srcad
    >>> @srcad.custom_jvp
    ... def square(x):
    ...     return x * x
    >>> square.defjvp(lambda primals, tangents: (square(*primals), 2 * primals[0] * tangents[0]))
    >>> srcad.jvp(lambda x: square(x), (3.0,), (1.0,))
    (9.0, 6.0)
    """

    def __init__(self, fun: Callable[..., Any], nondiff_argnums: tuple[int, ...] = ()) -> None:
        functools.update_wrapper(self, fun)
        self.fun = fun
        self._params = list(inspect.signature(fun).parameters)
        self._nondiff = tuple(i % len(self._params) for i in nondiff_argnums)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.fun(*args, **kwargs)

    def defjvp(self, jvp: Callable[..., Any]) -> Callable[..., Any]:
        """State the function of primals and tangents."""
        name = name_of(self.fun)
        moving = [p for i, p in enumerate(self._params) if i not in self._nondiff]
        still = "".join(f"{self._params[i]}, " for i in self._nondiff)
        primals = "".join(f"{p}, " for p in moving)
        tangents = "".join(f"{p}_dot, " for p in moving)
        text = f"""\
def {name}_pushforward({", ".join(self._params)}, *, {tangents.rstrip(", ")}):
    return {name}_jvp({still}({primals}), ({tangents}))[1]
"""
        state(self, written(text, f"{name}_pushforward", {f"{name}_jvp": jvp}), "forward")
        forget_all()
        return jvp


__all__ = ["custom_jvp", "custom_vjp"]
