"""`srcad.hook`: look at, or change, a cotangent on the way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from srcad.transform.specialise.derivatives import makes


@makes("hook")
def hook(y: Any, fn: Callable[[Any], Any]) -> Any:
    """`y` itself; in reverse mode, its cotangent becomes `fn` of it at this point, or stays where that is None.

    Print it, clip it, scale it, stop where it is not a number: the generated source shows the body of a short `fn`
    there, and calls a longer one. `fn` does not run where the cotangent is zero for certain. Forward mode has no
    cotangents: there the tangent passes as it is.

    Args:
        y: a float or a float array.
        fn: a function of the cotangent, which it must not write into.

    >>> import srcad
    >>> srcad.grad(lambda x: 3.0 * srcad.hook(x, lambda d: min(d, 1.0)))(2.0)
    1.0
    """
    return y
