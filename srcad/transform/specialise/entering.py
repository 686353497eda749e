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

from srcad.core.kinds import BOTTOM, NONE_KIND, Const
from srcad.core.nodes import Lit, Try, With

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

    def leave() -> None:
        answer, said = sp.method(stmt.context, "__exit__", (Lit(None), Lit(None), Lit(None)))
        if said not in (NONE_KIND, BOTTOM, Const(False)):
            raise sp.refuse("a context manager whose __exit__ may swallow an exception", "let __exit__ return None")
        sp.effect(answer, said)

    final = sp.nested(leave)
    if final:
        sp.emit(Try(body, (), final, stmt.place))
    else:
        for inner in body:
            sp.emit(inner)
