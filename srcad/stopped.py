"""What generated code refuses while it runs, as an error with the place in the user's source.

A refusal that knows its place names it. For another, the place is that of the generated statement that ran into it.
"""

from __future__ import annotations

import traceback

from srcad.errors import Place, UnsupportedSyntax, in_source, is_generated
from srcad.runtime import Refusal


def refused(wrong: Refusal) -> UnsupportedSyntax:
    """The error for a refusal that generated code raised."""
    message, remedy, *place = wrong.args
    return UnsupportedSyntax(message, in_source(Place(*place) if place else _ran_into(wrong)), remedy)


def _ran_into(wrong: Refusal) -> Place | None:
    lines = [Place(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(wrong.__traceback__)]
    return next((place for place in reversed(lines) if is_generated(place)), None)
