"""Refusals of a derivative that is differentiated again, as errors with the place in the user's source.

What stands in generated code has the place of the line that it was made for, and a remedy that the user can follow:
nobody is asked to change code that nobody wrote.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from srcad.backend.load import place_of_line
from srcad.errors import SrcadError

_FORWARD_FIRST = (
    "take the first derivative forward: srcad.grad(lambda x: srcad.jvp(f, (x,), (1.0,))[1]), or take differences of it"
)
_DIFFERENCES = "take differences of the first derivative: (df(x + h) - df(x - h)) / (2 * h)"


@contextlib.contextmanager
def placed_in_source() -> Iterator[None]:
    """While a derivative is generated: a refusal of generated code is raised at the user's line."""
    try:
        yield
    except SrcadError as refusal:
        place, generated = refusal.place, ""
        while place is not None and (user := place_of_line(place.file, place.line)) is not None:
            place, generated = user, place.file
        if not generated:
            raise
        remedy = _DIFFERENCES if "_jvp " in generated else _FORWARD_FIRST
        message = f"{refusal.message}, in the derivative of this line, which is differentiated again"
        raise type(refusal)(message, place, remedy) from refusal
