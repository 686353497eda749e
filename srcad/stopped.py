"""What generated code refuses while it runs, as an error with the place in the user's source.

A refusal that knows its place names it. For another, the place is that of the generated statement that ran into it.
"""

from __future__ import annotations

import contextlib
import linecache
import traceback
import types
from collections.abc import Iterator, Mapping

from srcad import runtime
from srcad.errors import AliasError, Place, SrcadError, UnsupportedSyntax, in_source, is_generated


@contextlib.contextmanager
def stops_refused(function: types.FunctionType, writes: Mapping[str, Place]) -> Iterator[None]:
    """While generated code of a function runs: what it stops with on purpose is raised as an error of ours."""
    try:
        yield
    except (runtime.Refusal, runtime.Overlap) as wrong:
        raise refused(function, wrong, writes) from None


def refused(
    function: types.FunctionType, wrong: runtime.Refusal | runtime.Overlap, writes: Mapping[str, Place]
) -> SrcadError:
    """The error for what generated code of a function stopped with; `writes` says where it writes into arguments."""
    if isinstance(wrong, runtime.Overlap):
        return _overlapping(function, wrong, writes)
    message, remedy, *place = wrong.args
    return UnsupportedSyntax(message, in_source(Place(*place) if place else _ran_into(wrong)), remedy)


def _ran_into(wrong: runtime.Refusal) -> Place | None:
    lines = [Place(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(wrong.__traceback__)]
    return next((place for place in reversed(lines) if is_generated(place)), None)


def _overlapping(function: types.FunctionType, wrong: Exception, writes: Mapping[str, Place]) -> AliasError:
    """The refusal of two arguments that share memory, one of which the function writes into."""
    if len(wrong.args) == 1:
        return AliasError(f"{function.__name__}: {wrong}", _defined(function), "pass a copy")
    written, other = sorted(wrong.args, key=lambda name: name not in writes)
    if written == other:
        return AliasError(
            f"{function.__name__}: two arrays in {written} share memory, and the function writes into {written}",
            writes.get(written) or _defined(function),
            "pass copies: np.array(x)",
        )
    place = writes.get(written)
    line = "the function" if place is None else f"line {place.line}"
    defined = function.__code__.co_firstlineno
    return AliasError(
        f"{function.__name__}: the arguments {written} and {other} share memory, and {line} writes into {written} "
        f"(both are parameters at line {defined})",
        place or _defined(function),
        f"pass a copy: np.array({other})",
    )


def _defined(function: types.FunctionType) -> Place:
    """Where a function is defined."""
    code = function.__code__
    return Place(code.co_filename, code.co_firstlineno, 0, linecache.getline(code.co_filename, code.co_firstlineno))
