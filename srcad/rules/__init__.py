"""The derivatives of primitives: a file for each namespace or idea, registered by importing this package."""

from srcad.rules import (
    arranging,
    builtin_functions,
    contractions,
    creation,
    factorizations,
    linalg,
    math_functions,
    operators,
    own,
    products,
    reductions,
    scans,
    shaping,
    signals,
    ufuncs,
    zeros,
)

__all__ = [
    "arranging",
    "builtin_functions",
    "contractions",
    "creation",
    "factorizations",
    "linalg",
    "math_functions",
    "operators",
    "own",
    "products",
    "reductions",
    "scans",
    "shaping",
    "signals",
    "ufuncs",
    "zeros",
]
