"""`collections.defaultdict`: what an item that is missing holds is part of the kind of the dict.

    d = defaultdict(lambda: np.zeros(3))          d = defaultdict()
                                                  if k not in d:
                                          ->          d[k] = np.zeros(3)
    d[k] += x                                     d[k] += x

The factories `float`, `int`, `list`, `dict` and `set`, and functions that return a number, are left to Python. What
another function makes has a derivative of its own: a statement puts it into the dict, where the item is read.
"""

from __future__ import annotations

import collections
import operator
import types
from typing import TYPE_CHECKING, Any

from srcad import runtime
from srcad.core.kind_of import kind_of
from srcad.core.kinds import BOOL, BOTTOM, FLOAT, INT, NONE_KIND, Const, Dict, Function, Kind, List, Set, widen
from srcad.core.nodes import Expr, If, Lit, Op, Program
from srcad.transform.specialise.binding import Args, Kwargs
from srcad.transform.specialise.functions import call_program
from srcad.transform.specialise.session import Resolved

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser

_FACTORIES: dict[Any, Kind] = {float: FLOAT, int: INT, list: List(BOTTOM), dict: Dict(BOTTOM, BOTTOM), set: Set(BOTTOM)}


def default_dict(sp: Specialiser, args: Args, kwargs: Kwargs) -> Resolved:
    """`collections.defaultdict(factory)`"""
    if not args and not kwargs:
        return Op(collections.defaultdict, (), name="defaultdict"), Dict(BOTTOM, BOTTOM, sp.session.made_by(None))
    factory = sp.kind(args[0]) if len(args) == 1 and not kwargs else NONE_KIND
    value = _FACTORIES.get(factory.value) if isinstance(factory, Const) else None
    if value is not None:
        return Op(collections.defaultdict, args, name="defaultdict"), Dict(BOTTOM, value, collections.defaultdict)
    program = _program_of(sp, factory)
    if program is None:
        raise sp.refuse(
            "a defaultdict made otherwise than by defaultdict(float), (int), (list), (dict), (set) or a function "
            "without parameters that reads no variables from around it",
            "use a dict with .get(key, default) or .setdefault(key, default)",
        )
    if len(program.body) == 1 and isinstance(program.result, Lit) and isinstance(program.result.value, (int, float)):
        number = program.result.value
        made = Op(collections.defaultdict, (Op(runtime.constantly, (Lit(number),)),), name="defaultdict")
        return made, Dict(BOTTOM, widen(kind_of(number)), collections.defaultdict)
    return Op(collections.defaultdict, (), name="defaultdict"), Dict(BOTTOM, BOTTOM, sp.session.made_by(program))


def _program_of(sp: Specialiser, factory: Kind) -> Program | None:
    """The program of a function without parameters and captures."""
    program = None
    if isinstance(factory, Function) and isinstance(factory.of, Program) and not factory.fields:
        program = factory.of
    elif isinstance(factory, Const) and isinstance(factory.value, types.FunctionType):
        program = sp.session.lower(factory.value)
    return program if program is not None and not program.params else None


def fill(sp: Specialiser, base: Expr, key: Expr, cls: Any) -> None:
    """Put into a dict what its function makes, where the item that is read next is missing."""
    program = sp.session.makers.get(cls)
    if program is None:
        return
    found = sp.assign("found", Op(operator.contains, (base, key)), BOOL)
    missing = sp.assign("missing", Op(operator.not_, (found,)), BOOL)

    def make() -> None:
        made, kind = call_program(sp, program, (), (), {})
        sp.write(base, key, sp.assign("made", made, kind))

    sp.emit(If(missing, sp.nested(make), (), sp.place))
