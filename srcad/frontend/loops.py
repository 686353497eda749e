"""Loops: `for` over a range or by index as a `For`, over anything else as a `ForEach`; and `while`.

    for i, (x, y) in enumerate(zip(xs, ys)):    for i in range(min(len(xs), len(ys))):
        ...                                         x = xs[i]; y = ys[i]; ...

`walking.py` reads the header, `drive` emits the loop. The body is given as a function, so that comprehensions use the
same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gast

from srcad.core.nodes import FALSE, TRUE, For, ForEach, If, Lit, Ref, Var, While
from srcad.frontend.exits import BREAKS, RETURNS, Bare, run_block, ways_of_block
from srcad.frontend.frame import Atom, Frame, Loop, statement
from srcad.frontend.names import outside_value
from srcad.frontend.scopes import COMPREHENSIONS, bound_by
from srcad.frontend.targets import assign
from srcad.frontend.walking import Backwards, Items, Numbered, Plan, Range, bind, kept_items, plan

# ---------------------------------------------------------------- the loop itself


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


# ---------------------------------------------------------------- statements


@statement(gast.For)
def for_statement(frame: Frame, node: Any) -> None:
    _for(frame, node, None)


@statement(gast.While)
def while_statement(frame: Frame, node: Any) -> None:
    _while(frame, node, None)


@statement(Bare)
def bare_loop(frame: Frame, bare: Any) -> None:
    with frame.at(bare.node):
        if isinstance(bare.node, gast.For):
            _for(frame, bare.node, bare.done)
        else:
            _while(frame, bare.node, bare.done)


def _flags(frame: Frame, node: Any, done: str | None) -> tuple[Loop, str | None]:
    """The flags of a loop, and the one that leaves it."""
    ways = ways_of_block(frame, node.body)
    if BREAKS in ways:
        done = done or frame.fresh("done")
        return Loop(done), done
    return Loop(), frame.returned if RETURNS in ways else None


def _body(frame: Frame, node: Any, loop: Loop) -> Callable[[], None]:
    def run() -> None:
        frame.loops.append(loop)
        if loop.done is not None:
            frame.assign(loop.done, FALSE)
        run_block(frame, node.body)
        frame.loops.pop()

    return run


def _for(frame: Frame, node: Any, done: str | None) -> None:
    planned = plan(frame, node.iter)
    loop, until = _flags(frame, node, done)
    drive(frame, planned, node.target, _body(frame, node, loop), until, bound_by(node.body))


def _while(frame: Frame, node: Any, done: str | None) -> None:
    loop, until = _flags(frame, node, done)
    place = frame.place
    body = _body(frame, node, loop)
    if isinstance(node.test, gast.Constant):
        frame.emit(While((), TRUE if node.test.value else FALSE, frame.block(body), until, place))
        return
    if _repeatable(frame, node.test):
        conditions: list[Atom] = []
        test = frame.block(lambda: conditions.append(frame.atom(node.test)))
        frame.emit(While(test, conditions[0], frame.block(body), until, place))
        return
    go = frame.fresh("go")

    def check() -> None:
        frame.place = place
        frame.assign(go, frame.expr(node.test, go))

    def trip() -> None:
        body()
        if until is None:
            check()
        else:
            frame.emit(If(Var(until), (), frame.block(check), place))

    check()
    frame.emit(While((), Var(go), frame.block(trip), until, place))


_PURE_METHODS = frozenset("any all sum max min mean prod dot std var item copy keys values items startswith".split())


def _repeatable(frame: Frame, test: Any) -> bool:
    """Whether a test is steps without effects that nobody else reads."""
    for part in gast.walk(test):
        if isinstance(part, (gast.NamedExpr, gast.Lambda, *COMPREHENSIONS)):
            return False
        if isinstance(part, gast.Name) and frame.lookup(part.id) is None:
            return False
        if isinstance(part, gast.Call):
            known = outside_value(frame, part.func)
            if known is None:
                if not (isinstance(part.func, gast.Attribute) and part.func.attr in _PURE_METHODS):
                    return False
            elif not _is_pure(known.value):
                return False
    return True


_IMPURE_BUILTINS = frozenset("print input next open setattr delattr iter".split())


def _is_pure(function: Any) -> bool:
    """A builtin, or a function of `math` or NumPy: none of them changes anything but what it returns."""
    module = getattr(function, "__module__", None) or type(function).__module__
    name = getattr(function, "__name__", "")
    top = module.partition(".")[0]
    if "random" in module or name in ("shuffle", "seed", "put", "place", "copyto", "fill_diagonal", "putmask"):
        return False
    return (top == "builtins" and name not in _IMPURE_BUILTINS) or top in ("math", "cmath", "numpy", "operator")
