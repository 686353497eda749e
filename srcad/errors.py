"""Every error that srcad raises on purpose.

Each says where (file, line, column, the source line with a caret), what is wrong, and what to do instead.
Layers raise with a `Place`; nothing else in the package raises anything that is not a `SrcadError`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a user's source: `line` counts from 1, `column` from 0, `text` is the source line."""

    file: str
    line: int
    column: int = 0
    text: str = ""

    def pointed(self) -> str:
        """The place as a traceback shows it: file and line, the source line, a caret under the column."""
        head = f'  File "{self.file}", line {self.line}, column {self.column + 1}'
        if not self.text:
            return head
        shown = self.text.strip()
        indent = len(self.text) - len(self.text.lstrip())
        caret = " " * max(0, self.column - indent) + "^"
        return f"{head}\n    {shown}\n    {caret}"


# For each file of generated text, which place in the source that it was made from a line came from.
_ORIGINS: dict[str, Callable[[int], Place | None]] = {}


def made_from(file: str, origin: Callable[[int], Place | None]) -> None:
    """Note where the lines of a file of generated text came from."""
    _ORIGINS[file] = origin


def is_generated(place: Place) -> bool:
    """Whether a place is in generated text."""
    return place.file in _ORIGINS


def in_source(place: Place | None) -> Place | None:
    """The place in what a person wrote: generated text may have been made from generated text in its turn."""
    while place is not None and is_generated(place):
        place = _ORIGINS[place.file](place.line)
    return place


_FORWARD = (
    "as this is the derivative of a derivative, take both in forward mode: srcad.jvp of a function that calls srcad.jvp"
)


class SrcadError(Exception):
    """The base of every refusal: a message, where it applies, and a remedy."""

    def __init__(self, message: str, place: Place | None = None, remedy: str = "") -> None:
        if place is not None and is_generated(place):
            remedy = "; or, ".join(filter(None, (remedy, _FORWARD)))
        self.message = message
        self.place = in_source(place)
        self.remedy = remedy
        super().__init__(self._text())

    def _text(self) -> str:
        parts = [self.message]
        if self.place is not None:
            parts.append(self.place.pointed())
        if self.remedy:
            parts.append(f"  Instead: {self.remedy}")
        return "\n".join(parts)

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.message, self.place, self.remedy))


class UnsupportedSyntax(SrcadError):
    """The program uses a construct that srcad does not differentiate."""


class SourceNotFound(SrcadError):
    """The function has no source that can be read."""


class MissingRule(SrcadError):
    """An active value reaches a function whose derivative nobody has given."""


class NonScalarOutput(SrcadError, TypeError):
    """`grad` of a function that does not return one real number."""


class KindError(SrcadError, TypeError):
    """A value's kind cannot be settled, or does not allow what is done with it."""


class AliasError(SrcadError):
    """Two names may share memory in a way that cannot be differentiated safely."""


class RuleError(SrcadError):
    """A rule is not well formed."""


class ArgumentError(SrcadError, TypeError):
    """The arguments of an API function do not fit (a bad `argnums`, a cotangent of the wrong shape)."""


USE_PYTHON = 'use backend="python" for this function'  # the remedy of what another backend cannot do


class BackendError(SrcadError):
    """The chosen backend cannot compile the generated source."""
