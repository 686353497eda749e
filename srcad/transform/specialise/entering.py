"""`with` over an object of the user's: its `__enter__` and `__exit__` are calls like any other.

    with Scaled(x) as s:               s = enter(made)
        y = s.k * x             ->     try:
                                           y = s.k * x
                                       finally:
                                           exit(made, None, None, None)

An `__exit__` that may swallow an exception is refused: what runs then is not known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from srcad.core.kinds import BOTTOM, NONE_KIND, UNKNOWN, Const, Kind
from srcad.core.nodes import Lit, Try, Var, With

if TYPE_CHECKING:
    from srcad.transform.specialise.statements import Specialiser


def entered(sp: Specialiser, stmt: With) -> None:
    """`with context as target: body`"""
    made, kind = sp.method(stmt.context, "__enter__")
    if stmt.target is None:
        sp.effect(made, kind)
    else:
        sp.bind(stmt.target, made, kind)
    body = sp.block(stmt.body)

    answers: list[Kind] = []

    def leave() -> None:
        answer, said = sp.method(stmt.context, "__exit__", (Lit(None), Lit(None), Lit(None)))
        answers.append(said)
        sp.effect(answer, said)

    def leave_by_exception() -> None:
        error = Var(sp.temp("error"))
        sp.set(error.name, UNKNOWN)
        answers.append(sp.method(stmt.context, "__exit__", (error, error, error))[1])

    final = sp.nested(leave)
    sp.nested(leave_by_exception)  # looked at, and not run
    if any(said not in (NONE_KIND, BOTTOM, Const(False)) for said in answers):
        raise sp.refuse("a context manager whose __exit__ may swallow an exception", "let __exit__ return None")
    if final:
        sp.emit(Try(body, (), final, stmt.place))
    else:
        for inner in body:
            sp.emit(inner)
