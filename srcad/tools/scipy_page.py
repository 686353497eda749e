"""The page of SciPy's callables that have a rule, made from the registry.

`docs/scipy.md` holds this text and a test compares them, so that what is documented is what the registry has.
"""

from __future__ import annotations

import importlib

from srcad.core.libraries import REMEDIES, public_path
from srcad.rules.registry import all_rules, register_imported

SPACES = ("special", "linalg", "stats", "signal", "integrate", "sparse.linalg")

_OPENING = """\
# SciPy's functions

A derivative passes through the functions of SciPy that this page lists; what it does not list is a `MissingRule` error
that names the place, as soon as a value that depends on a differentiated argument reaches it. An argument that a rule
does not know is refused too, unless it has its default; so is a derivative in an argument that must be constant. The
rules are read when a program that imports SciPy is differentiated: srcad itself does not need SciPy. This page is
generated from the registry of rules.

- Distributions are called with their parameters, by position or keyword (`stats.norm.logpdf(x, mu, scale=sigma)`), or
  hold them (`stats.norm(mu, sigma).logpdf(x)`), inside the function or outside. Outside the domain of a parameter, and
  of a logarithm outside the support, the derivative is NaN.
- Products with a sparse matrix of `scipy.sparse` are `A @ x`, `x @ A`, `A.dot(x)`, also with `A.T`. The matrix is
  constant.
- Functions of matrices are for one matrix at a time; those of `numpy.linalg` take several.
"""


def rows(space: str) -> list[str]:
    """A line for each callable of a namespace."""
    module = importlib.import_module(f"scipy.{space}")
    register_imported()
    made = []
    for rule in all_rules():
        for fn in rule.functions:
            path = public_path(fn)
            if path is None or path[0] is not module:
                continue
            state = "zero" if rule.style == "zero" else "differentiable"
            params = [p for p in (*rule.params, rule.variadic or "") if p and p not in rule.refused]
            shown = "" if rule.style == "zero" else ", ".join(params)
            made.append((".".join(path[1]), f"{state} | {shown} | {', '.join(rule.refused)}"))
    return [f"| `{name}` | {said} |" for name, said in sorted(made)]


def scipy_page() -> str:
    """The whole page, in Markdown."""
    head = "| callable | derivative | arguments of the rule | must be constant |\n| --- | --- | --- | --- |"
    parts = [f"## `scipy.{space}`\n\n{head}\n" + "\n".join(rows(space)) + "\n" for space in SPACES]
    solvers = "\n".join(f"| `{space}` | {remedy} |" for space, remedy in REMEDIES.items())
    closing = f"## What else to do\n\n| of the other functions of | instead |\n| --- | --- |\n{solvers}\n"
    return "\n".join([_OPENING, *parts, closing])
