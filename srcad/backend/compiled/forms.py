"""The passes that make Numba's form of generated functions, in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from srcad.backend.compiled.allowed import refuse_unknown
from srcad.backend.compiled.bounds import in_range
from srcad.backend.compiled.fused import fused
from srcad.backend.compiled.integers import with_checked_integers
from srcad.backend.compiled.overlaps import without_overlaps
from srcad.backend.compiled.replaced import with_replaced_calls
from srcad.backend.compiled.steps import Loop
from srcad.backend.compiled.tapes import is_stack, items_of_tapes, tapes_as_arrays
from srcad.backend.compiled.unbound import typed_beginnings
from srcad.core.kinds import Kind
from srcad.core.nodes import FunctionHandle, Program
from srcad.transform.reverse.gradient import Unit
from srcad.transform.reverse.names import names_of
from srcad.transform.simplify.facts import Facts


@dataclass(frozen=True)
class Form:
    """A function in the form that Numba compiles, and whether its indices are known to be in range."""

    handle: FunctionHandle
    program: Program
    in_range: bool


def compiled_forms(units: Sequence[Unit]) -> list[Form]:
    """The functions of a module, each in the form that Numba compiles.

    The two halves of a function share the record of their kinds: what one half keeps on a tape the other takes off.
    """
    units = [made for unit in units for made in fused(unit)]
    items: dict[int, dict[str, Kind]] = {}
    for unit in units:
        items.setdefault(id(unit.kinds), {}).update(items_of_tapes(unit.program, unit.kinds, unit.adjoints))
    for unit in units:
        here = items[id(unit.kinds)]
        for name in [n for n in here if n in names_of(unit.program) and not is_stack(n, unit.program)]:
            del here[name]
    made = []
    for unit in units:
        facts = Facts(unit.kinds, unit.adjoints)
        looked_at = unit.program if isinstance(unit.handle, Loop) else in_range(unit.program, facts)
        program = without_overlaps(looked_at or unit.program, facts)
        program, of_tapes = tapes_as_arrays(program, items[id(unit.kinds)])
        kinds = {**unit.kinds, **of_tapes}
        program = typed_beginnings(program, kinds)
        program = with_checked_integers(program, kinds, unit.adjoints)
        program = with_replaced_calls(program, kinds)
        refuse_unknown(unit.program.name, program, kinds)
        made.append(Form(unit.handle, program, looked_at is not None))
    return made
