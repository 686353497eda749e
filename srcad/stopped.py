"""What generated code refuses while it runs, as an error with the place in the user's source.

A refusal that knows its place names it. For another, the place is that of the generated statement that ran into it.
"""

from __future__ import annotations

import traceback

from srcad.backend.load import place_of_line
from srcad.errors import Place, UnsupportedSyntax
from srcad.runtime import Refusal


def refused(wrong: Refusal) -> UnsupportedSyntax:
    """The error for a refusal that generated code raised."""
    message, remedy, *place = wrong.args
    return UnsupportedSyntax(message, Place(*place) if place else _ran_into(wrong), remedy)


def _ran_into(wrong: Refusal) -> Place | None:
    lines = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(wrong.__traceback__)]
    found = [place for place in (place_of_line(*line) for line in lines) if place is not None]
    return found[-1] if found else None
