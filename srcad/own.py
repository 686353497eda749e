"""`srcad.rule`: a derivative for a function that srcad cannot look into, or should not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srcad.derivative import forget_all
from srcad.rules.stated import state


def rule(
    function: Callable[..., Any], *, mode: str | None = None, like: Any = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a function a derivative: decorate the function that says what it is.

    Its parameters are those of `function`; after `*` it takes what else it reads.

    - With `out` (the result) or nothing: it returns the partial derivatives, one for each parameter (None for none), of
      a function that acts on each element. They serve both modes.
    - With `d_out` (the cotangent of the result): it is a pullback, and returns one cotangent for each parameter, in the
      parameter's shape. A result that is a tuple has a tuple of cotangents.
    - With `x_dot` (the tangent of parameter `x`): it is a pushforward, and returns the tangent of the result. It may be
      stated beside a pullback; where only one of the two is, the other is made from it, number by number.

    The body becomes generated source where it is straight code whose source can be read; else it is called. Neither it
    nor `function` may write into what it is given. What is stated again takes the place of what was stated before.

    Args:
        function: any callable: a Python function (its source is then not looked into), a function built in C, a bound
            method, a `functools.partial`, an object with `__call__`. Of a method of a class, state the rule of the
            function in the class, whose first parameter is `self`.
        mode: "reverse" or "forward", to say which is meant; the parameters say it otherwise.
        like: what the result looks like: a float, a float array (its number of dimensions counts), the name of the
            parameter whose shape it has, or a tuple of these. Without it, that is found in the function's source, or
            the result is one number or array. A result that is something else stops the derivative with an error.

    Raises:
        RuleError: if the parameters are not those of the function, or srcad has a rule for it.

    >>> import srcad
    >>> erfcx = lambda x: math.exp(x * x) * math.erfc(x)
    >>> @srcad.rule(erfcx)
    ... def _(x, *, out):
    ...     return 2 * x * out - 2 / math.sqrt(math.pi)
    >>> srcad.grad(lambda x: erfcx(x))(0.0) == -2 / math.sqrt(math.pi)
    True
    """

    def register(body: Callable[..., Any]) -> Callable[..., Any]:
        state(function, body, mode, like)
        forget_all()
        return body

    return register
