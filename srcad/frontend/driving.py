"""A loop is emitted: over a range or by index as a `For`, over anything else as a `ForEach`.

    for i, (x, y) in enumerate(zip(xs, ys)):    for i in range(min(len(xs), len(ys))):
        ...                                         x = xs[i]; y = ys[i]; ...

`walking.py` reads the header. The body is given as a function, so that comprehensions use the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from srcad.core import prims
from srcad.core.nodes import For, ForEach, Lit, Ref, Var
from srcad.frontend.frame import Atom, Frame
from srcad.frontend.scopes import bound_by
from srcad.frontend.targets import assign
from srcad.frontend.walking import Backwards, Items, Numbered, Plan, Range, bind, gone_through, kept_items


def drive(
    frame: Frame, planned: Plan, target: Any, body: Callable[[], None], until: str | None, assigned: set[str]
) -> None:
    """Emit the loop. `assigned` are the names that its body assigns."""
    written = _cores(frame, assigned | bound_by([target]))
    place = frame.place

    def kept(value: Atom) -> Atom:
        """A bound that the body does not change."""
        if isinstance(value, Var) and value.name in written:
            name = frame.fresh(value.name)
            frame.assign(name, value)
            return Var(name)
        return value

    reverse = False
    if isinstance(planned, Range):
        start, stop, step = kept(planned.start), kept(planned.stop), kept(planned.step)
        reverse = planned.reverse
        counter = _counter(frame, target, assigned)

        def inside() -> None:
            frame.place = place
            if isinstance(target, gast.Name) and counter == frame.plain(target.id):
                body()
                return
            assign(frame, target, Var(counter))
            body()

    elif isinstance(planned, (Var, Lit, Ref)):
        iterable = kept(planned)
        plain = frame.plain(target.id) if isinstance(target, gast.Name) else None
        each = plain if plain is not None else frame.fresh("item")

        def inside() -> None:
            frame.place = place
            if plain is None:
                assign(frame, target, Var(each))
            body()

        frame.emit(ForEach(each, iterable, frame.block(inside), until, place))
        return
    else:
        items: Items = planned
        if isinstance(items, Backwards):
            reverse, items = True, items.items
        start, stop, step = Lit(0), kept(items.length), Lit(1)
        items = kept_items(items, kept)
        stop = frame.step(prims.trips, stop, *gone_through(items))
        counter = _index_name(frame, items, target, assigned)

        def inside() -> None:
            frame.place = place
            bind(frame, items, target, Var(counter))
            body()

    frame.emit(For(counter, start, stop, step, frame.block(inside), until, place, reverse))


def _counter(frame: Frame, target: Any, assigned: set[str]) -> str:
    """The counter of a loop: the target itself, where it is a name that the body does not assign."""
    if isinstance(target, gast.Name):
        plain = frame.plain(target.id)
        if plain is not None and target.id not in assigned:
            return plain
        return frame.fresh(target.id)
    return frame.fresh("i")


def _index_name(frame: Frame, items: Items, target: Any, assigned: set[str]) -> str:
    parts = target.elts if isinstance(target, (gast.Tuple, gast.List)) else []
    if isinstance(items, Numbered) and items.start == Lit(0) and len(parts) == 2 and isinstance(parts[0], gast.Name):
        others = bound_by([parts[1]])
        return _counter(frame, parts[0], assigned | others)
    return frame.fresh("i")


def _cores(frame: Frame, names: set[str]) -> set[str]:
    found = set()
    for name in names:
        for scope in reversed(frame.names):
            if name in scope:
                found.add(scope[name].core)
                break
    return found
