"""The public functions of forward mode and of both modes together: thin, with JAX's names and argument order."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from srcad.api import grad
from srcad.callables import Target, find_target
from srcad.copies import copied_together
from srcad.errors import ArgumentError
from srcad.jacobians import either_jacobian, forward_jacobian, positions, reverse_jacobian
from srcad.promotion import promoted
from srcad.tangent import run_jvp, source_of
from srcad.transform.specialise.derivatives import makes

Argnums = int | Sequence[int]


@makes("jvp")
def jvp(fun: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """The value of a function, and its derivative along a direction, in one run and without a tape.

    Args:
        fun: a Python function; it may return a float, an array, or a structure of them.
        primals: its arguments.
        tangents: the direction: for each primal a tangent of its form, or None for one that does not move. Integers
            and booleans inside of a structure do not move.

    Returns:
        `(value, tangent)`, the tangent having the form of the value.

    Raises:
        ArgumentError: if a tangent does not have the form of its primal.

    Forward mode by source transformation: Griewank and Walther, Evaluating Derivatives (2008), chapter 3.

    >>> import srcad
    >>> srcad.jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 0.5))
    (6.0, 4.0)
    """
    return run_jvp(find_target(fun), tuple(primals), tuple(tangents))


@makes("linearize")
def linearize(fun: Callable[..., Any], *primals: Any) -> tuple[Any, Linearized]:
    """The value of a function, and the function that takes tangents of the arguments to the tangent of the value.

    Each call of it runs the tangent program anew, at copies of the primals as they are now; `source_for(*tangents)` is
    the generated text.

    >>> import srcad
    >>> value, along = srcad.linearize(lambda x, y: x * y, 2.0, 3.0)
    >>> value, along(1.0, 0.5)
    (6.0, 4.0)
    """
    kept = copied_together(primals)
    return fun(*copied_together(kept)), Linearized(find_target(fun), kept)


class Linearized:
    """The tangent of a value as a function of the tangents of the arguments."""

    def __init__(self, target: Target, primals: tuple[Any, ...]) -> None:
        self._target = target
        self._primals = primals

    def __call__(self, *tangents: Any) -> Any:
        return run_jvp(self._target, self._primals, tangents)[1]

    def source_for(self, *tangents: Any) -> str:
        """The generated source of the tangent function."""
        return source_of(self._target, self._primals, tangents)


def _of_arguments(
    maker: Any, fun: Callable[..., Any], argnums: Argnums, made: Callable[..., Any]
) -> Callable[..., Any]:
    """A function that looks like `fun`, and knows what it is made of, so that it can be differentiated in its turn."""
    functools.update_wrapper(made, fun, ("__module__", "__name__", "__qualname__", "__doc__"), ())
    vars(made)["composed"] = (maker, fun, argnums)
    return made


@makes("jacfwd")
def jacfwd(fun: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """The Jacobian of a function, as a function of the same arguments, in forward mode: for few inputs.

    Returns, for each number or array of the result in the result's form, the derivative by each number or array of the
    argument in the argument's form: an array of shape `np.shape(result) + np.shape(argument)`, a float for floats.

    >>> import numpy as np, srcad
    >>> srcad.jacfwd(lambda x: x**2)(np.array([1.0, 3.0]))
    array([[2., 0.],
           [0., 6.]])
    """
    return _of_arguments(jacfwd, fun, argnums, lambda *args: forward_jacobian(fun, args, argnums))


@makes("jacrev")
def jacrev(fun: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """The Jacobian of a function, as `jacfwd` gives it, in reverse mode: for few outputs. The forward sweep runs once.

    >>> import numpy as np, srcad
    >>> srcad.jacrev(lambda x: (x[0] * x[1], x[0] + 1))(np.array([2.0, 3.0]))
    (array([3., 2.]), array([1., 0.]))
    """
    return _of_arguments(jacrev, fun, argnums, lambda *args: reverse_jacobian(fun, args, argnums))


@makes("jacobian")
def jacobian(fun: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """The Jacobian of a function, in forward mode if it has no more inputs than outputs, else in reverse mode.

    >>> import numpy as np, srcad
    >>> srcad.jacobian(lambda x: x.sum())(np.array([2.0, 3.0]))
    array([1., 1.])
    """
    seen: dict[tuple[int, ...], int] = {}
    return _of_arguments(jacobian, fun, argnums, lambda *args: either_jacobian(fun, args, argnums, seen))


@makes("hessian")
def hessian(fun: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """The Hessian of a function that returns one real number: forward over reverse mode.

    The Hessian of a structure is a structure of structures of arrays, as the Jacobian of its gradient is.

    >>> import numpy as np, srcad
    >>> srcad.hessian(lambda x: x[0] ** 2 * x[1])(np.array([2.0, 3.0]))
    array([[6., 4.],
           [4., 0.]])
    """
    gradient = grad(fun, argnums)
    return _of_arguments(hessian, fun, argnums, lambda *args: forward_jacobian(gradient, args, argnums))


@makes("hvp")
def hvp(fun: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """The product of the Hessian with a vector, as a function of `(*args, v)`: forward over reverse mode.

    `v` has the form of the chosen argument (a tuple of them for several), and so has the result. It costs a small
    multiple of the function, whatever the number of inputs.

    >>> import numpy as np, srcad
    >>> srcad.hvp(lambda x: x[0] ** 2 * x[1])(np.array([2.0, 3.0]), np.array([1.0, 0.0]))
    array([6., 4.])
    """
    gradient = grad(fun, argnums)
    target = find_target(gradient)

    def product(*args: Any) -> Any:
        if len(args) < 2:
            raise ArgumentError("hvp(f) is called with the arguments of f and a vector", None, "call it as (*args, v)")
        *primals, vector = args
        wrt = positions(target, argnums, len(primals))
        along: list[Any] = [None] * len(primals)
        for i, v in zip(wrt, (vector,) if isinstance(argnums, int) else vector, strict=True):
            along[i] = v
        return run_jvp(target, [promoted(p) if i in wrt else p for i, p in enumerate(primals)], along, primals)[1]

    return _of_arguments(hvp, fun, argnums, product)


@makes("elementwise_grad")
def elementwise_grad(fun: Callable[..., Any], argnums: int = 0) -> Callable[..., Any]:
    """The derivative of a function of arrays that acts on each element alone, element by element.

    It is the sum of each column of the Jacobian, which is its diagonal where that is all there is.

    >>> import numpy as np, srcad
    >>> srcad.elementwise_grad(lambda x: x**2)(np.array([1.0, 2.0]))
    array([2., 4.])
    """

    def derivative(*args: Any) -> Any:
        target = find_target(fun)
        (i,) = positions(target, argnums, len(args))
        primals = [promoted(a) if j == i else a for j, a in enumerate(args)]
        along: list[Any] = [None] * len(primals)
        if np.iscomplexobj(primals[i]):
            raise ArgumentError(
                "elementwise_grad by a complex argument",
                None,
                "sum the result, and use srcad.grad: with holomorphic=True for a holomorphic function",
            )
        along[i] = np.ones_like(primals[i]) if isinstance(primals[i], np.ndarray) else 1.0
        return run_jvp(target, primals, along, args)[1]

    return _of_arguments(elementwise_grad, fun, argnums, derivative)


__all__ = ["elementwise_grad", "hessian", "hvp", "jacfwd", "jacobian", "jacrev", "jvp", "linearize"]
