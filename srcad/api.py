"""The public functions: thin, with JAX's names and argument order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, overload

from srcad.callables import find_target
from srcad.choice import FIRST
from srcad.derivative import Derivative
from srcad.transform.specialise.derivatives import makes


@overload
def grad(
    fun: Callable[..., Any],
    argnums: int | Sequence[int] = FIRST,
    *,
    argnames: str | Sequence[str] | None = None,
    has_aux: bool = False,
    holomorphic: bool = False,
    backend: str = "python",
    cache: bool = False,
) -> Derivative: ...
@overload
def grad(
    fun: None = None,
    argnums: int | Sequence[int] = FIRST,
    *,
    argnames: str | Sequence[str] | None = None,
    has_aux: bool = False,
    holomorphic: bool = False,
    backend: str = "python",
    cache: bool = False,
) -> Callable[[Callable[..., Any]], Derivative]: ...
def grad(
    fun: Any = None,
    argnums: int | Sequence[int] = FIRST,
    *,
    argnames: str | Sequence[str] | None = None,
    has_aux: bool = False,
    holomorphic: bool = False,
    backend: str = "python",
    cache: bool = False,
) -> Any:
    """The gradient of a function that returns one real number, as a function of the same arguments.

    Args:
        fun: a Python function of floats, arrays and structures of them. Without it, a decorator is returned.
        argnums: position, or positions, of the arguments to differentiate with respect to.
        argnames: their names instead, where that is easier (keyword-only parameters).
        has_aux: `fun` returns a pair `(value, aux)`; the derivative returns `(gradient, aux)`.
        holomorphic: `fun` is a holomorphic function of complex arguments and returns one complex number, whose complex
            derivative is wanted. Without it, the gradient `g` of a real function of a complex `z` says
            `df = Re(g * dz)`, as in JAX.
        backend: how the generated source is run: "python"; "numba", compiled; "auto", compiled where Numba can.
        cache: keep what Numba compiles on disk, for the next process.

    Returns:
        A `Derivative`. Its result has the form of the differentiated argument: a float for a float, an array of the
        same shape and dtype for an array, the same structure for a list, tuple, dict or dataclass. With several
        arguments chosen, a tuple of these.

    Raises:
        SrcadError: with place and remedy, for what cannot be differentiated (at the first call).

    Reverse mode by source transformation: Griewank and Walther, Evaluating Derivatives (2008), chapters 3 and 6.

    >>> import srcad
    >>> @srcad.grad
    ... def f(x, y):
    ...     return x**2 * y + y + 2
    >>> f(3.0, 4.0)
    24.0
    """
    if fun is None:
        return lambda f: grad(
            f, argnums, argnames=argnames, has_aux=has_aux, holomorphic=holomorphic, backend=backend, cache=cache
        )
    return Derivative(
        fun, argnums, argnames=argnames, has_aux=has_aux, holomorphic=holomorphic, backend=backend, cache=cache
    )


@overload
def value_and_grad(
    fun: Callable[..., Any],
    argnums: int | Sequence[int] = FIRST,
    *,
    argnames: str | Sequence[str] | None = None,
    has_aux: bool = False,
    holomorphic: bool = False,
    backend: str = "python",
    cache: bool = False,
) -> Derivative: ...
@overload
def value_and_grad(
    fun: None = None,
    argnums: int | Sequence[int] = FIRST,
    *,
    argnames: str | Sequence[str] | None = None,
    has_aux: bool = False,
    holomorphic: bool = False,
    backend: str = "python",
    cache: bool = False,
) -> Callable[[Callable[..., Any]], Derivative]: ...
def value_and_grad(
    fun: Any = None,
    argnums: int | Sequence[int] = FIRST,
    *,
    argnames: str | Sequence[str] | None = None,
    has_aux: bool = False,
    holomorphic: bool = False,
    backend: str = "python",
    cache: bool = False,
) -> Any:
    """The value of a function and its gradient, in one run of it.

    Arguments as in `grad`. Returns a `Derivative` whose result is `(value, gradient)`; with `has_aux`,
    `((value, aux), gradient)`.

    >>> import srcad
    >>> def f(x, y):
    ...     return x**2 * y + y + 2
    >>> srcad.value_and_grad(f, argnums=(0, 1))(3.0, 4.0)
    (42.0, (24.0, 10.0))
    """
    if fun is None:
        return lambda f: value_and_grad(
            f, argnums, argnames=argnames, has_aux=has_aux, holomorphic=holomorphic, backend=backend, cache=cache
        )
    return Derivative(
        fun,
        argnums,
        argnames=argnames,
        has_aux=has_aux,
        holomorphic=holomorphic,
        value=True,
        backend=backend,
        cache=cache,
    )


def vjp(fun: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """The value of a function, and its pullback: the function that takes a cotangent of the value to the arguments.

    Args:
        fun: a Python function; it may return a float, an array, or a structure of them.
        primals: its arguments.

    Returns:
        `(value, pullback)`. `pullback(cotangent)` takes a cotangent of the form of the value and returns a tuple with
        one cotangent per primal (None for a primal that cannot be differentiated).

    Raises:
        ArgumentError: from `pullback`, if the cotangent does not have the form of the value.

    >>> import srcad
    >>> value, pullback = srcad.vjp(lambda x, y: (x * y, x + y), 2.0, 3.0)
    >>> value
    (6.0, 5.0)
    >>> pullback((1.0, 0.0))
    (3.0, 2.0)
    """
    from srcad.pullback import make_vjp

    return make_vjp(find_target(fun), primals)


makes("grad")(grad)
makes("value_and_grad")(value_and_grad)
makes("vjp")(vjp)
