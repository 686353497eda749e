"""Loops: over ranges, over what `enumerate`, `zip` and `reversed` walk through, over anything else, and `while`.

`plan` reads the header: what is counted is a `For`, also where items are read by index,

    for i, (x, y) in enumerate(zip(xs, ys)):    for i in range(min(len(xs), len(ys))):
        ...                                         x = xs[i]; y = ys[i]; ...

and the rest a `ForEach`. `drive` emits the loop. The body is given as a function, so that comprehensions use the same.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gast

from srcad.core import prims
from srcad.core.nodes import FALSE, TRUE, Expr, For, ForEach, If, Lit, Op, Raise, Ref, Var, While
from srcad.frontend.exits import BREAKS, RETURNS, Bare, run_block, ways_of_block
from srcad.frontend.frame import Atom, Frame, Loop, statement
from srcad.frontend.names import is_builtin, outside_value
from srcad.frontend.scopes import COMPREHENSIONS, bound_by
from srcad.frontend.targets import assign

# ---------------------------------------------------------------- what is walked through


@dataclass(frozen=True, slots=True)
class Range:
    """`range(start, stop, step)`, or the same backwards."""

    start: Atom
    stop: Atom
    step: Atom
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    """Items read by index."""

    values: Atom
    length: Atom


@dataclass(frozen=True, slots=True)
class Count:
    """The numbers of a range, by index."""

    start: Atom
    step: Atom
    length: Atom


@dataclass(frozen=True, slots=True)
class Numbered:
    """`enumerate(items, start)`."""

    start: Atom
    items: Items
    length: Atom


@dataclass(frozen=True, slots=True)
class Together:
    """`zip(a, b, ...)`."""

    parts: tuple[Items, ...]
    length: Atom


@dataclass(frozen=True, slots=True)
class Backwards:
    """`reversed(items)`."""

    items: Items
    length: Atom


Items = Sequence | Count | Numbered | Together | Backwards
Plan = Range | Items | Atom


def plan(frame: Frame, node: Any) -> Plan:
    """Evaluate the header of a loop."""
    if _is_call(frame, node, "range") and 1 <= len(node.args) <= 3:
        return _range(frame, node)
    if _is_call(frame, node, "reversed") and len(node.args) == 1:
        inner = node.args[0]
        if _is_call(frame, inner, "range") and 1 <= len(inner.args) <= 3:
            counted = _range(frame, inner)
            return Range(counted.start, counted.stop, counted.step, reverse=True)
        return _items(frame, node)
    if _indexable(frame, node):
        return _items(frame, node)
    if isinstance(node, gast.GeneratorExp):
        node = gast.copy_location(gast.ListComp(node.elt, node.generators), node)
    return frame.atom(node)


def _is_call(frame: Frame, node: Any, name: str, keywords: tuple[str, ...] = ()) -> bool:
    """Whether a node is a call of a builtin, without stars and with none but these keywords."""
    return (
        isinstance(node, gast.Call)
        and is_builtin(frame, node.func, name)
        and not any(isinstance(argument, gast.Starred) for argument in node.args)
        and all(keyword.arg in keywords for keyword in node.keywords)
    )


def _indexable(frame: Frame, node: Any) -> bool:
    if _is_call(frame, node, "enumerate", ("start",)):
        return 1 <= len(node.args) <= 2
    if _is_call(frame, node, "zip", ("strict",)):
        strict = node.keywords[0].value if node.keywords else None
        return bool(node.args) and (strict is None or isinstance(strict, gast.Constant))
    return False


def _range(frame: Frame, node: Any) -> Range:
    bounds = [_bound(value) for value in frame.atoms(node.args)]
    if len(bounds) == 1:
        return Range(Lit(0), bounds[0], Lit(1))
    return Range(bounds[0], bounds[1], bounds[2] if len(bounds) == 3 else Lit(1))


def _bound(value: Expr) -> Atom:
    assert isinstance(value, (Var, Lit, Ref))
    return value


def _items(frame: Frame, node: Any) -> Items:
    """What a node walks through, as items by index."""
    if _is_call(frame, node, "range") and 1 <= len(node.args) <= 3:
        counted = _range(frame, node)
        if counted.step != Lit(1):
            whole = frame.call("range", range, counted.start, counted.stop, counted.step)
            return Count(counted.start, counted.step, frame.call("len", len, whole))
        if counted.start == Lit(0):
            return Count(counted.start, counted.step, counted.stop)
        return Count(counted.start, counted.step, frame.step(operator.sub, counted.stop, counted.start))
    if _indexable(frame, node) and node.func.id == "enumerate":
        inner = _items(frame, node.args[0])
        start = node.args[1] if len(node.args) == 2 else node.keywords[0].value if node.keywords else None
        return Numbered(Lit(0) if start is None else frame.atom(start), inner, inner.length)
    if _indexable(frame, node):
        return _zip(frame, node)
    if _is_call(frame, node, "reversed") and len(node.args) == 1:
        inner = _items(frame, node.args[0])
        return Backwards(inner, inner.length)
    if isinstance(node, gast.GeneratorExp):
        node = gast.copy_location(gast.ListComp(node.elt, node.generators), node)
    values = frame.step(prims.as_sequence, frame.atom(node))
    return Sequence(values, frame.call("len", len, values))


def _zip(frame: Frame, node: Any) -> Together:
    parts = tuple(_items(frame, argument) for argument in node.args)
    lengths = list(dict.fromkeys(part.length for part in parts))
    length = lengths[0] if len(lengths) == 1 else frame.call("min", min, *lengths)
    if node.keywords and node.keywords[0].value.value:
        for other in lengths[1:]:

            def differ() -> None:
                message = Lit("zip() arguments have different lengths")
                frame.emit(Raise(frame.call("ValueError", ValueError, message), None, frame.place))

            test = frame.step(operator.ne, lengths[0], other)
            frame.emit(If(test, frame.block(differ), (), frame.place))
    return Together(parts, length)


def _item(frame: Frame, items: Items, index: Expr) -> Expr:
    """The item at an index."""
    match items:
        case Sequence(values=values):
            return Op(operator.getitem, (values, index))
        case Count(start=start, step=step):
            moved = index if step == Lit(1) else frame.step(operator.mul, index, step)
            return moved if start == Lit(0) else Op(operator.add, (start, moved))
        case Numbered(items=inner):
            return Op(prims.make_tuple, (_number(frame, items, index), frame.hold(_item(frame, inner, index))))
        case Together(parts=parts):
            return Op(prims.make_tuple, tuple(frame.hold(_item(frame, part, index)) for part in parts))
        case Backwards(items=inner, length=length):
            last = frame.step(operator.sub, length, Lit(1))
            return _item(frame, inner, frame.step(operator.sub, last, index))


def _number(frame: Frame, items: Numbered, index: Expr) -> Expr:
    return index if items.start == Lit(0) else frame.step(operator.add, items.start, index)


def _bind(frame: Frame, items: Items, target: Any, index: Expr) -> None:
    """Assign the item at an index to the target, part by part where both have the same parts."""
    parts = target.elts if isinstance(target, (gast.Tuple, gast.List)) else []
    if any(isinstance(part, gast.Starred) for part in parts):
        parts = []
    match items:
        case Numbered(items=inner) if len(parts) == 2:
            number = _number(frame, items, index)
            if not (isinstance(parts[0], gast.Name) and number == Var(frame.plain(parts[0].id) or "")):
                assign(frame, parts[0], number)
            _bind(frame, inner, parts[1], index)
        case Together(parts=together) if len(parts) == len(together):
            for part, of in zip(parts, together, strict=True):
                _bind(frame, of, part, index)
        case Backwards(items=inner, length=length):
            last = frame.step(operator.sub, length, Lit(1))
            _bind(frame, inner, target, frame.step(operator.sub, last, index))
        case _:
            assign(frame, target, _item(frame, items, index))


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
        items = _kept_items(items, kept)
        counter = _index_name(frame, items, target, assigned)

        def inside() -> None:
            frame.place = place
            _bind(frame, items, target, Var(counter))
            body()

    frame.emit(For(counter, start, stop, step, frame.block(inside), until, place, reverse))


def _kept_items(items: Items, kept: Callable[[Atom], Atom]) -> Items:
    match items:
        case Sequence(values=values, length=length):
            return Sequence(kept(values), length)
        case Count(start=start, step=step, length=length):
            return Count(kept(start), kept(step), length)
        case Numbered(start=start, items=inner, length=length):
            return Numbered(kept(start), _kept_items(inner, kept), length)
        case Together(parts=parts, length=length):
            return Together(tuple(_kept_items(part, kept) for part in parts), length)
        case Backwards(items=inner, length=length):
            return Backwards(_kept_items(inner, kept), kept(length))


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
