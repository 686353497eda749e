"""`srcad.numerical`: derivatives by finite differences of a function that nothing better is known of."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from srcad import runtime_rules
from srcad.core.texts import written
from srcad.errors import ArgumentError
from srcad.rules.bodies import name_of
from srcad.rules.stated import state
from srcad.transform.specialise.derivatives import makes


@makes("numerical")
def numerical(fun: Callable[..., Any], *, step: float = 4e-3, levels: int = 3, like: Any = None) -> Callable[..., Any]:
    """The function with derivatives by central differences, for a black box; never done unless asked for.

    Along each direction the difference quotient is taken at `levels` steps, each half of the one before, and
    extrapolated (Richardson): the error is of order `step ** (2 * levels)` times a derivative of order
    `2 * levels + 1`, and of order `1e-16 * 2 ** levels / step` times the size of the value. By default some eleven
    digits are right where the function is smooth over the width of a step and itself exact to the last digit. Forward
    mode calls the function `2 * levels` times, reverse mode that often for each number of the arguments. A second
    derivative would have half the digits, and is refused.

    Args:
        fun: a function of floats, float arrays and settings (which are passed as they are), that returns a float, a
            float array, or a tuple of these, and writes into nothing. It must not be a wrapper that has no signature.
        step: the first step, relative to the size of each number that moves, or absolute where that is below one. Take
            a larger one for a function with noise, a smaller one for a function that changes quickly.
        levels: how many steps; 1 is the plain central difference.
        like: what the result looks like, as in `srcad.rule`.

    Raises:
        ArgumentError: if `fun` has no signature, or takes `*args` or `**kwargs`.

    >>> import math, srcad
    >>> box = srcad.numerical(math.exp)
    >>> abs(srcad.grad(lambda x: box(x))(1.0) - math.e) < 1e-10
    True
    """
    if not (step > 0 and levels >= 1):
        raise ArgumentError(f"step={step!r} and levels={levels!r}", None, "give a positive step and at least one level")
    name = name_of(fun)
    try:
        parameters = list(inspect.signature(fun).parameters.values())
    except (ValueError, TypeError):
        parameters = []
    if not parameters or any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in parameters):
        raise ArgumentError(
            f"the parameters of {name} are not known one by one", None, f"wrap it: lambda x: {name}(x), say"
        )

    @functools.wraps(fun)
    def box(*args: Any, **kwargs: Any) -> Any:
        return fun(*args, **kwargs)

    by_name = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY]
    params = [p.name for p in parameters]
    named = "".join(f", {p}={p}" for p in by_name)
    placed = [p for p in params if p not in by_name]
    along = "".join(f"{p}_dot, " for p in placed)
    each = ", ".join(placed)
    text = f"""\
def {name}_pushforward({", ".join(params)}, *, {", ".join(f"{p}_dot" for p in params)}):
    return differences(lambda {each}: fun({each}{named}), ({each},), ({along}), {step}, {levels})
"""
    space = {"differences": runtime_rules.differences, "fun": fun}
    state(box, written(text, f"{name}_pushforward", space), "forward", like)
    return box
