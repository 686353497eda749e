"""A call of `srcad.hook`: the function is specialised to the kind of the cotangent, which is that of the value."""

from __future__ import annotations

import operator
import types
from typing import TYPE_CHECKING

from srcad import runtime_rules
from srcad.core.kinds import NONE_KIND, Const, Function, Kind, holds_smooth, is_array, is_number, present, show
from srcad.core.kinds import NUMBER as EITHER
from srcad.core.nodes import Expr, FunctionHandle, Lit, Op, Program, Ref
from srcad.errors import KindError
from srcad.transform.specialise.binding import Args, Kwargs
from srcad.transform.specialise.session import Resolved

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser


def call_hook(sp: Specialiser, args: Args, kwargs: Kwargs) -> Resolved:
    """`srcad.hook(y, fn)`: `y`, with what the reverse sweep does to its cotangent beside it."""
    given = dict(zip(("y", "fn"), args, strict=False)) | dict(kwargs)
    if set(given) != {"y", "fn"}:
        raise sp.refuse("hook without two arguments", "call it as srcad.hook(y, fn)")
    y, fn = given["y"], given["fn"]
    kind = present(sp.kind(y))
    if not holds_smooth(kind):
        return y, sp.kind(y)
    if not (is_number(kind) or is_array(kind) or kind is EITHER):
        raise sp.refuse(f"a hook on {show(kind)}", "hook the floats and arrays in it", KindError)
    return Op(runtime_rules.hook, (y, *_function(sp, fn, kind))), sp.kind(y)


def _function(sp: Specialiser, fn: Expr, kind: Kind) -> tuple[Expr, ...]:
    """The function as what the reverse sweep can call: a program at these kinds and what it captures, or an object."""
    held = sp.kind(fn) if not isinstance(fn, Ref) else Const(fn.value)
    if isinstance(held, Function) and isinstance(held.of, Program):
        fields = [sp.assign("held", Op(operator.getitem, (fn, Lit(i))), k) for i, (_, k) in enumerate(held.fields)]
        return _program(sp, held.of, (*(k for _, k in held.fields), kind)), *fields
    if not isinstance(held, Const):
        raise sp.refuse(f"a hook that is {show(held)}", "pass a function: srcad.hook(y, lambda d: ...)", KindError)
    value = held.value
    program = getattr(value, "program", None)
    if isinstance(value, FunctionHandle) and isinstance(program, Program):
        return (_program(sp, program, (kind,)),)
    if isinstance(value, types.FunctionType) and sp.session.kind_by_source(value, (kind,)) is not None:
        return (_program(sp, sp.session.lower(value), (kind,)),)
    return (Ref(getattr(value, "__name__", "hook"), value),)


def _program(sp: Specialiser, program: Program, kinds: tuple[Kind, ...]) -> Expr:
    special = sp.session.special(program, kinds, sp.special)
    result = special.result_kind
    if result != NONE_KIND and not (is_number(result) or is_array(result) or result is EITHER):
        raise sp.refuse(
            f"a hook that returns {show(result)}", "return the cotangent, or nothing to leave it as it is", KindError
        )
    return Ref(special.name, special)
