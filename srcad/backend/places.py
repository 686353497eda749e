"""Which line of the user's source a line of generated text came from."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from srcad.errors import Place


def places_of(source: str, definitions: tuple[Any, ...]) -> dict[int, Place]:
    """The place in the user's source of each line of generated text, by line number from 1.

    `definitions` are the gast functions that the text was printed from, in order. A line that came from no place of
    its own has that of the line before it.
    """
    written = [s for node in ast.parse(source).body for s in _statements(node)]
    made = [s for node in definitions for s in _statements(node)]
    found: dict[int, Place] = {}
    for text, node in zip(written, made, strict=True):
        place = getattr(node, "place", None)
        if place is not None:
            body = getattr(text, "body", None)
            stop = body[0].lineno if body else (text.end_lineno or text.lineno) + 1
            found.update(dict.fromkeys(range(text.lineno, stop), place))
    last: Place | None = None
    for line in range(1, source.count("\n") + 1):
        last = found.get(line, last)
        if last is not None:
            found[line] = last
    return found


def _statements(node: Any) -> Iterator[Any]:
    """A statement and those in it, in the order of the text; without comments, which the parser does not see."""
    yield node
    for name in ("body", "handlers", "orelse", "finalbody"):
        for inner in getattr(node, name, None) or ():
            if not _is_comment(inner):
                yield from _statements(inner)


def _is_comment(node: Any) -> bool:
    value = getattr(node, "value", None)
    return type(node).__name__ == "Expr" and getattr(value, "id", "").startswith("#")
