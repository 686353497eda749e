"""Loop statements: `for`, over what `driving.py` goes through or over a generator, and `while`."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import gast

from srcad.core import prims
from srcad.core.nodes import FALSE, TRUE, Expr, If, Lit, Op, Var, While
from srcad.frontend.driving import drive
from srcad.frontend.exits import BREAKS, RETURNS, Bare, run_block, ways_of_block
from srcad.frontend.frame import Atom, Frame, Loop, statement
from srcad.frontend.generators import generate, generator_of, numbered, outside_names
from srcad.frontend.names import outside_value
from srcad.frontend.scopes import COMPREHENSIONS, bound_by
from srcad.frontend.targets import assign
from srcad.frontend.walking import plan


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
    first, through = numbered(frame, node.iter)
    generator = generator_of(frame, through, bound_by(node.body))
    if generator is not None:
        _through_generator(frame, node, generator, first, done)
        return
    planned = plan(frame, node.iter)
    loop, until = _flags(frame, node, done)
    drive(frame, planned, node.target, _body(frame, node, loop), until, bound_by(node.body))


def _through_generator(frame: Frame, node: Any, generator: Any, first: Any, done: str | None) -> None:
    """A loop over a generator: each item is made when the trip for it begins, as Python does.

    `first` is where `enumerate` begins to count, if it does.
    """
    number = frame.fresh("number")
    loop, until = _flags(frame, node, done)
    run = _body(frame, node, loop)

    def start() -> None:
        if loop.done is not None:
            frame.assign(loop.done, FALSE)
        if first is not None:
            frame.assign(number, frame.atom(first))

    def each() -> None:
        item = frame.hold(frame.expr(generator.elt))
        with outside_names(frame):
            _bind(frame, node.target, item, None if first is None else Var(number))
            if first is not None:
                frame.assign(number, Op(operator.add, (Var(number), Lit(1))))
            run()

    generate(frame, generator, start, each, until, bound_by([node.target, *node.body]))


def _bind(frame: Frame, target: Any, item: Expr, number: Expr | None) -> None:
    if number is None:
        assign(frame, target, item)
    elif isinstance(target, gast.Tuple) and len(target.elts) == 2:
        assign(frame, target.elts[0], number)
        assign(frame, target.elts[1], item)
    else:
        assign(frame, target, Op(prims.make_tuple, (number, item)))


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
