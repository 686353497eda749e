"""The page of NumPy's callables, made from the registry: differentiable, derivative zero, or refused and why.

`docs/numpy.md` holds this text and a test compares them, so that what is documented is what the registry has.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import numpy as np

import srcad.rules  # noqa: F401 - registers the rules
from srcad.rules.registry import rule_for

_OPENING = """\
# NumPy's functions

Every public callable of `numpy`, `numpy.linalg` and `numpy.fft`: whether a derivative passes through it, is zero
wherever it exists, or is refused. What is refused is a `MissingRule` error that names the place, as soon as a value
that depends on a differentiated argument reaches it; anything may be called with other values. An argument that a rule
does not know is refused too. This page is generated from the registry of rules.
"""

_WRITTEN_OUT = frozenset(
    "apply_along_axis apply_over_axes array_split broadcast_arrays copyto dsplit fill_diagonal fromfunction fromiter "
    "hsplit meshgrid piecewise poly polydiv put putmask split unstack vectorize vsplit".split()
)
_REASONS: dict[str, str] = {
    "real_if_close": "whether it is real depends on its values: take x.real",
    "roots": "find them with np.linalg.eigvals of the companion matrix",
    "sort_complex": "sort by a real key: z[np.argsort(np.abs(z))]",
    "frompyfunc": "gives an array of Python objects: use np.vectorize",
    **dict.fromkeys("place put_along_axis".split(), "writes in place: assign to items instead"),
    **dict.fromkeys("intersect1d setdiff1d setxor1d".split(), "picks by equality: index with np.isin"),
    **dict.fromkeys("busday_count busday_offset datetime_data is_busday isnat".split(), "about dates"),
    **dict.fromkeys("asmatrix bmat".split(), "makes the old matrix class: use arrays"),
    "einsum_path": "gives a plan, which holds no numbers that move",
    "histogram_bin_edges": "the edges may depend on counts: use np.linspace",
    "nextafter": "steps to another number: add np.spacing(x)",
    "row_stack": "deprecated: use np.vstack",
    **dict.fromkeys(
        "save savetxt savez savez_compressed load loadtxt genfromtxt fromfile fromregex fromstring frombuffer "
        "from_dlpack info test show_config show_runtime set_printoptions get_printoptions printoptions setbufsize "
        "getbufsize seterr geterr seterrcall geterrcall get_include".split(),
        "reads, writes or sets up: no function of numbers",
    ),
    **dict.fromkeys(
        "array2string array_repr array_str base_repr binary_repr format_float_positional format_float_scientific "
        "typename datetime_as_string mintypecode".split(),
        "gives text",
    ),
    **dict.fromkeys(
        "histogram histogramdd histogram2d nested_iters unique_all unique_counts unique_inverse unique_values".split(),
        "gives several arrays: index the array instead",
    ),
}


def public_callables() -> Iterator[tuple[str, str, Any]]:
    """Each namespace, name and callable."""
    for space, module in (("numpy", np), ("numpy.linalg", np.linalg), ("numpy.fft", np.fft)):
        for name in sorted(dir(module)):
            value = getattr(module, name)
            if not name.startswith("_") and callable(value) and not inspect.ismodule(value):
                yield space, name, value


def state_of(space: str, name: str, value: Any) -> tuple[str, str]:
    """What becomes of a derivative at a callable, and a note."""
    rule = rule_for(value)
    if rule is not None and rule.style == "zero":
        return "zero", ""
    if rule is not None:
        params = [p for p in (*rule.params, rule.variadic or "") if p]
        if params and set(params) <= set(rule.refused):
            return "refused", f"has no derivative in {', '.join(params)}"
        return "differentiable", ", ".join(params)
    if space == "numpy" and name in _WRITTEN_OUT:
        return "differentiable", "written out as indexing, stores and loops"
    if isinstance(value, type):
        return "refused", "a class"
    if space == "numpy.fft":
        return "refused", "runs tests: no function of numbers"
    return "refused", _REASONS.get(name, "no rule yet")


def numpy_page() -> str:
    """The whole page, in Markdown."""
    rows: dict[str, list[str]] = {}
    for space, name, value in public_callables():
        state, note = state_of(space, name, value)
        rows.setdefault(space, []).append(f"| `{name}` | {state} | {note} |")
    head = "| callable | derivative | arguments of the rule, or why |\n| --- | --- | --- |"
    parts = [f"## `{space}`\n\n{head}\n" + "\n".join(lines) + "\n" for space, lines in rows.items()]
    return "\n".join([_OPENING, *parts])
