"""What a loop walks through: a range, items read by index, or anything that can be iterated over.

`plan` evaluates the header of a loop. What `enumerate`, `zip` and `reversed` walk through is read by index,

    enumerate(zip(xs, ys))      item i is (i, (xs[i], ys[i])), for i in range(min(len(xs), len(ys)))

so that nothing is left of the calls; `bind` assigns the item at an index to the loop's target, part by part.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gast

from srcad.core import prims
from srcad.core.nodes import Expr, If, Lit, Op, Raise, Ref, Var
from srcad.frontend.frame import Atom, Frame
from srcad.frontend.names import is_builtin
from srcad.frontend.targets import assign


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
    if _is_call(frame, node, "iter") and len(node.args) == 1:
        return plan(frame, node.args[0])
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


def _items(frame: Frame, node: Any, form: str = "") -> Items:
    """What a node walks through, as items by index; `form` says whether backwards."""
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
        inner = _items(frame, node.args[0], "reversed")
        return Backwards(inner, inner.length)
    if isinstance(node, gast.GeneratorExp):
        node = gast.copy_location(gast.ListComp(node.elt, node.generators), node)
    values = frame.hold(Op(prims.as_sequence, (frame.atom(node),), form=form))
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


def bind(frame: Frame, items: Items, target: Any, index: Expr) -> None:
    """Assign the item at an index to the target, part by part where both have the same parts."""
    parts = target.elts if isinstance(target, (gast.Tuple, gast.List)) else []
    if any(isinstance(part, gast.Starred) for part in parts):
        parts = []
    match items:
        case Numbered(items=inner) if len(parts) == 2:
            number = _number(frame, items, index)
            if not (isinstance(parts[0], gast.Name) and number == Var(frame.plain(parts[0].id) or "")):
                assign(frame, parts[0], number)
            bind(frame, inner, parts[1], index)
        case Together(parts=together) if len(parts) == len(together):
            for part, of in zip(parts, together, strict=True):
                bind(frame, of, part, index)
        case Backwards(items=inner, length=length):
            last = frame.step(operator.sub, length, Lit(1))
            bind(frame, inner, target, frame.step(operator.sub, last, index))
        case _:
            assign(frame, target, _item(frame, items, index))


def gone_through(items: Items) -> tuple[Atom, ...]:
    """What decides when there are no more items: sequences, whose lengths may change on the way, and fixed lengths."""
    match items:
        case Sequence(values=values):
            return (values,)
        case Count(length=length) | Backwards(items=Count(length=length)):
            return (length,)
        case Numbered(items=inner):
            return gone_through(inner)
        case Together(parts=parts):
            return tuple(atom for part in parts for atom in gone_through(part))
        case Backwards(items=inner):
            return (Lit(prims.Through.REVERSED), *gone_through(inner))


def kept_items(items: Items, kept: Callable[[Atom], Atom]) -> Items:
    match items:
        case Sequence(values=values, length=length):
            return Sequence(kept(values), length)
        case Count(start=start, step=step, length=length):
            return Count(kept(start), kept(step), length)
        case Numbered(start=start, items=inner, length=length):
            return Numbered(kept(start), kept_items(inner, kept), length)
        case Together(parts=parts, length=length):
            return Together(tuple(kept_items(part, kept) for part in parts), length)
        case Backwards(items=inner, length=length):
            return Backwards(kept_items(inner, kept), kept(length))
