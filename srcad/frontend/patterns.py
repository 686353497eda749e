"""`match`: each case becomes a test, and the cases a chain of `if` and `elif`.

A pattern that is one comparison or one `isinstance` is tested directly; any other works its way down in nested `if`s,
binds its names where it has matched as a whole, and notes that in `%matched`.
"""

from __future__ import annotations

import collections.abc
import operator
from collections.abc import Callable
from typing import Any

import gast

from srcad.core import prims
from srcad.core.nodes import FALSE, TRUE, Expr, If, Lit, Op, Ref, Var
from srcad.frontend.exits import Branch, Step, irrefutable, rewrites, run_block
from srcad.frontend.frame import Atom, Frame
from srcad.frontend.scopes import bound_by

Binds = list[tuple[str, Expr]]
Then = Callable[[], None]

_SELF_MATCHED = (bool, bytearray, bytes, dict, float, frozenset, int, list, set, str, tuple)


@rewrites(gast.Match)
def match_statement(frame: Frame, node: Any, rest: list[Any]) -> bool:
    """The cases, from the last to the first, each the `else` of the one before it."""
    with frame.at(node):
        subject = frame.atom(node.subject)
        bound = bound_by([case.pattern for case in node.cases])
        if isinstance(subject, Var) and isinstance(node.subject, gast.Name) and node.subject.id in bound:
            held = frame.fresh("subject")
            frame.assign(held, subject)
            subject = Var(held)
    last: list[Any] = []
    for case in reversed(node.cases):
        last = _case(frame, case, subject, last)
    run_block(frame, [*last, *rest])
    return True


def _case(frame: Frame, case: Any, subject: Atom, otherwise: list[Any]) -> list[Any]:
    pattern, guard = case.pattern, case.guard

    def bind_all() -> None:
        binds: Binds = []
        _match(frame, pattern, subject, binds, lambda: _bind(frame, binds))

    if irrefutable(case):
        return [Step(lambda: _at(frame, pattern, bind_all)), *case.body]

    def test() -> Expr:
        if guard is None:
            direct = _direct(frame, pattern, subject)
            if direct is not None:
                return direct
        matched = frame.fresh("matched")
        frame.assign(matched, FALSE)
        binds: Binds = []

        def then() -> None:
            _bind(frame, binds)
            frame.assign(matched, TRUE if guard is None else frame.expr(guard, matched))

        _match(frame, pattern, subject, binds, then)
        return Var(matched)

    return [Branch(test, case.body, otherwise, pattern)]


def _at(frame: Frame, node: Any, make: Then) -> None:
    with frame.at(node):
        make()


def _bind(frame: Frame, binds: Binds) -> None:
    for name, value in binds:
        frame.write(name, value)


def _direct(frame: Frame, pattern: Any, subject: Atom) -> Atom | None:
    """The test of a pattern that is one test and binds nothing."""
    match pattern:
        case gast.MatchValue(value=value):
            return frame.step(operator.eq, subject, frame.atom(value))
        case gast.MatchSingleton(value=value):
            return frame.step(operator.is_, subject, Lit(value))
        case gast.MatchClass(cls=cls, patterns=[], kwd_attrs=[]):
            return _is_instance(frame, subject, frame.atom(cls))
        case gast.MatchOr(patterns=patterns) if all(isinstance(p, gast.MatchValue) for p in patterns):
            target = frame.fresh("matched")
            _any(frame, target, subject, patterns)
            return Var(target)
        case _:
            return None


def _any(frame: Frame, target: str, subject: Atom, patterns: list[Any]) -> None:
    frame.assign(target, Op(operator.eq, (subject, frame.atom(patterns[0].value))))
    if len(patterns) > 1:
        more = frame.block(lambda: _any(frame, target, subject, patterns[1:]))
        frame.emit(If(Var(target), (), more, frame.place))


def _is_instance(frame: Frame, subject: Atom, cls: Expr) -> Atom:
    return frame.call("isinstance", isinstance, subject, cls)


def _if(frame: Frame, test: Expr, then: Then) -> None:
    body = frame.block(then)
    if body:
        frame.emit(If(test, body, (), frame.place))


# ---------------------------------------------------------------- patterns in general


def _match(frame: Frame, pattern: Any, subject: Atom, binds: Binds, then: Then) -> None:
    """Emit `then` where the pattern matches; before it runs, `binds` has the names that the pattern binds."""
    match pattern:
        case gast.MatchValue(value=value):
            _if(frame, frame.step(operator.eq, subject, frame.atom(value)), then)
        case gast.MatchSingleton(value=value):
            _if(frame, frame.step(operator.is_, subject, Lit(value)), then)
        case gast.MatchAs(pattern=None, name=name):
            if name is not None:
                binds.append((name, subject))
            then()
        case gast.MatchAs(pattern=inner, name=name):

            def named() -> None:
                binds.append((name, subject))
                then()

            _match(frame, inner, subject, binds, named)
        case gast.MatchOr(patterns=patterns):
            _alternatives(frame, patterns, subject, binds, then)
        case gast.MatchSequence(patterns=patterns):
            _sequence(frame, patterns, subject, binds, then)
        case gast.MatchMapping():
            _mapping(frame, pattern, subject, binds, then)
        case gast.MatchClass():
            _class(frame, pattern, subject, binds, then)
        case _:
            raise frame.refuse(pattern)


def _alternatives(frame: Frame, patterns: list[Any], subject: Atom, binds: Binds, then: Then) -> None:
    """`a | b`: the first that matches; each binds the same names."""
    matched = frame.fresh("matched")
    frame.assign(matched, FALSE)
    temporaries: dict[str, str] = {}

    def attempt(position: int) -> None:
        own: Binds = []

        def hit() -> None:
            frame.assign(matched, TRUE)
            for name, value in own:
                frame.assign(temporaries.setdefault(name, frame.fresh(name)), value)

        _match(frame, patterns[position], subject, own, hit)
        if position + 1 < len(patterns):
            more = frame.block(lambda: attempt(position + 1))
            frame.emit(If(Var(matched), (), more, frame.place))

    attempt(0)
    binds += [(name, Var(temporary)) for name, temporary in temporaries.items()]
    _if(frame, Var(matched), then)


def _sequence(frame: Frame, patterns: list[Any], subject: Atom, binds: Binds, then: Then) -> None:
    stars = [i for i, p in enumerate(patterns) if isinstance(p, gast.MatchStar)]
    count = len(patterns)

    def items(position: int, length: Atom) -> None:
        if position == count:
            then()
            return
        inner = patterns[position]
        if isinstance(inner, gast.MatchStar):
            if inner.name is not None:
                stop = frame.step(operator.sub, length, Lit(count - position - 1))
                part = frame.step(
                    operator.getitem, subject, frame.step(prims.make_slice, Lit(position), stop, Lit(None))
                )
                binds.append((inner.name, frame.call("list", list, part)))
            items(position + 1, length)
            return
        if isinstance(inner, gast.MatchAs) and inner.pattern is None and inner.name is None:
            items(position + 1, length)
            return
        index: Expr = Lit(position)
        if stars and position > stars[0]:
            index = frame.step(operator.sub, length, Lit(count - position))
        item = frame.step(operator.getitem, subject, index)
        _match(frame, inner, item, binds, lambda: items(position + 1, length))

    def measured() -> None:
        length = frame.call("len", len, subject)
        fits = operator.ge if stars else operator.eq
        needed = Lit(count - len(stars))
        _if(frame, frame.step(fits, length, needed), lambda: items(0, length))

    def not_text() -> None:
        texts = frame.step(prims.make_tuple, Ref("str", str), Ref("bytes", bytes), Ref("bytearray", bytearray))
        text = _is_instance(frame, subject, texts)
        body = frame.block(measured)
        frame.emit(If(text, (), body, frame.place))

    sequence = Ref("collections.abc.Sequence", collections.abc.Sequence)
    _if(frame, _is_instance(frame, subject, sequence), not_text)


def _mapping(frame: Frame, pattern: Any, subject: Atom, binds: Binds, then: Then) -> None:
    pairs = list(zip(pattern.keys, pattern.patterns, strict=True))

    def entries(position: int, keys: list[Atom]) -> None:
        if position == len(pairs):
            if pattern.rest is not None:
                rest = frame.call("dict", dict, subject)
                for key in keys:
                    frame.do(Op(operator.delitem, (rest, key)))
                binds.append((pattern.rest, rest))
            then()
            return
        key_node, inner = pairs[position]
        key = frame.atom(key_node)

        def there() -> None:
            item = frame.step(operator.getitem, subject, key)
            _match(frame, inner, item, binds, lambda: entries(position + 1, [*keys, key]))

        _if(frame, frame.step(operator.contains, subject, key), there)

    mapping = Ref("collections.abc.Mapping", collections.abc.Mapping)
    _if(frame, _is_instance(frame, subject, mapping), lambda: entries(0, []))


def _class(frame: Frame, pattern: Any, subject: Atom, binds: Binds, then: Then) -> None:
    cls = frame.atom(pattern.cls)
    positional = list(pattern.patterns)
    whole: list[Any] = []
    names: list[str] = []
    if positional:
        if not (isinstance(cls, Ref) and isinstance(cls.value, type)):
            raise frame.refuse(pattern, "a class pattern with positions of an unknown class")
        arguments = getattr(cls.value, "__match_args__", ())
        if not arguments and len(positional) == 1 and issubclass(cls.value, _SELF_MATCHED):
            whole, positional = positional, []
        elif len(arguments) < len(positional):
            raise frame.refuse(pattern, "a class pattern with positions of an unknown class", cls.name)
        names = list(arguments[: len(positional)])
    pairs = [*zip(names, positional, strict=True), *zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True)]

    def attributes(position: int) -> None:
        if position == len(pairs):
            then()
            return
        name, inner = pairs[position]

        def there() -> None:
            value = frame.step(prims.get_attr, subject, Lit(name))
            _match(frame, inner, value, binds, lambda: attributes(position + 1))

        if name in names:
            there()
        else:
            _if(frame, frame.call("hasattr", hasattr, subject, Lit(name)), there)

    def matched() -> None:
        if whole:
            _match(frame, whole[0], subject, binds, lambda: attributes(0))
        else:
            attributes(0)

    _if(frame, _is_instance(frame, subject, cls), matched)
