"""Errors that the program catches.

    try:                              try:
        y[0] = 1.0                        y[0] = 1.0
        y[1] = items[k]        ->         y[1] = items[k]
    except IndexError:                except IndexError:
        k = 0                             raise Refusal("an error was caught half way ...", ...) from None

A derivative says nothing of steps of which some were not made.
"""

from __future__ import annotations

from dataclasses import replace

from srcad import runtime
from srcad.core import prims
from srcad.core.nodes import Lit, Op, Raise, Ref, Try
from srcad.errors import Place


def refusing(stmt: Try) -> Try:
    """The statement, where whoever catches an error refuses instead of going on."""
    said = "an error was caught half way through differentiated steps, whose derivative is not defined"
    remedy = "test for the error before, with if, or move the steps out of the try"
    error = refusal(said, remedy, stmt.place)
    return replace(stmt, handlers=tuple(replace(h, body=(Raise(error, Lit(None), stmt.place),)) for h in stmt.handlers))


def refusal(said: str, remedy: str, place: Place | None) -> Op:
    """What generated code raises to refuse when it runs."""
    place = place or Place("", 0)
    where = (Lit(place.file), Lit(place.line), Lit(place.column), Lit(place.text))
    return Op(prims.call, (Ref("Refusal", runtime.Refusal), Lit(said), Lit(remedy), *where))
