"""Names that are None at first, in one statement:

    a = None
    b = None            becomes         a = b = c = None
    c = None

Contract: only statements that follow each other are joined, and no line becomes longer than the text may be.
"""

from __future__ import annotations

from typing import Any

import gast

from srcad.backend.printer import WIDTH

_INDENT = 4


def chain_nones(node: Any, depth: int = 0) -> None:
    """Join the statements in a definition, whose names are settled, in place."""
    for field in ("body", "orelse", "finalbody"):
        block = getattr(node, field, None)
        if isinstance(block, list):
            setattr(node, field, _chained(block, (depth + 1) * _INDENT))
            for inner in block:
                chain_nones(inner, depth + 1)
    for handler in getattr(node, "handlers", ()):
        chain_nones(handler, depth)


def _chained(block: list[Any], indent: int) -> list[Any]:
    made: list[Any] = []
    width = 0
    for node in block:
        if not _is_none(node):
            made.append(node)
            continue
        own = len(f"{node.targets[0].id} = ")
        if made and _is_none(made[-1]) and width + own <= WIDTH:
            made[-1].targets.append(node.targets[0])
            width += own
        else:
            made.append(node)
            width = indent + own + len("None")
    return made


def _is_none(node: Any) -> bool:
    return (
        isinstance(node, gast.Assign)
        and isinstance(node.value, gast.Constant)
        and node.value.value is None
        and all(isinstance(target, gast.Name) for target in node.targets)
    )
