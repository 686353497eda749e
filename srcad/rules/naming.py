"""How messages name a callable, and what they say where it has no derivative in a parameter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from srcad.core.libraries import public_path
from srcad.rules.registry import Rule


def function_name(fn: Callable[..., Any]) -> str:
    """How a message names a callable: `np.sum`, `math.sin`, `operator.add`."""
    name = getattr(fn, "__name__", repr(fn))
    if vars(np).get(name) is fn:
        return f"np.{name}"
    path = public_path(fn)
    if path is not None:
        return f"{path[0].__name__}.{'.'.join(path[1])}"
    module = str(getattr(fn, "__module__", "") or "")
    if module in ("builtins", ""):
        return str(name)
    short = {"numpy": "np", "_operator": "operator"}.get(module, module)
    return f"{short}.{name}"


def no_derivative_in(rule: Rule, shown: str, name: str) -> tuple[str, str]:
    """What to say where an active value reaches a parameter that has no derivative, and the remedy."""
    others = [param for param in rule.params if param not in rule.refused]
    return (
        f"{shown} has no derivative in {name}, and an active value reaches it",
        f"hold {name} constant (the rule differentiates in {', '.join(others)}), or srcad.stop_gradient it",
    )
