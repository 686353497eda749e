"""What the body of a rule may ask: predicates that are settled before the program runs (see `static.py`), and `when`.

Called as functions they say the same of actual values, so that a rule's body can be run as it stands.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from srcad.core import libraries
from srcad.errors import RuleError


def is_scalar(x: Any) -> bool:
    """`x` is known to be a scalar before the program runs."""
    return np.ndim(x) == 0 and not isinstance(x, np.ndarray)


def is_literal(x: Any) -> bool:
    """`x` is a number written in the program."""
    return isinstance(x, (bool, int, float))


def is_complex(x: Any) -> bool:
    """`x` is known to be complex before the program runs: a number, or an array of them."""
    return bool(np.iscomplexobj(x))


def has_ndim(x: Any) -> bool:
    """The number of dimensions of `x` is known before the program runs."""
    return True


def is_float_type(dtype: Any) -> bool:
    """`dtype` names a floating type: conversion to it keeps the derivative."""
    return np.dtype(dtype).kind in "fc"


def when(test: Any, then: Any, otherwise: Any) -> Any:
    """`then if test else otherwise`, decided when the program runs; an `if` in a rule is decided before."""
    return then if test else otherwise


def is_sparse(x: Any) -> bool:
    """`x` is a sparse matrix, whose numbers are constant."""
    return libraries.is_sparse(type(x))


def refuse(message: str, remedy: str) -> Any:
    """A call for which there is no rule: `MissingRule` at its place."""
    raise RuleError(message, None, remedy)


def unroll(name: str, items: Any, element: Any) -> Any:
    """`[element for name in items]` over a variadic parameter: written out when the rule is settled."""
    raise RuleError(f"a comprehension over {name} was not unrolled")
