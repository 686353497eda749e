"""`break`, `continue` and `return` in structured form.

A block is lowered together with what follows it. Where a statement may leave the block, the rest is nested under the
branch that stays:

    for i in range(n):                      for i in range(n):  until %done
        if c:                                   %done = False
            break                               if c: %done = True
        s                                       else: s

and only where both branches may stay, or a loop, `try` or `with` may leave, is a flag set where it leaves and tested
before the rest. The result of a function with several returns is collected in `%result`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import gast

from srcad.core.contexts import keeps_exceptions
from srcad.core.nodes import FALSE, NONE, TRUE, Expr, If, Return, Var
from srcad.frontend.frame import Frame, statement
from srcad.frontend.names import ITERATORS, is_builtin, outside_value, refuse_kept_iterator

STAYS, BREAKS, CONTINUES, RETURNS, RAISES = "stays", "breaks", "continues", "returns", "raises"
JUMPS = frozenset((BREAKS, CONTINUES, RETURNS))
Ways = frozenset[str]


@dataclass(eq=False)
class Branch:
    """An `if` made by the front end: `test` emits the test and returns it."""

    test: Callable[[], Expr]
    body: list[Any]
    orelse: list[Any]
    node: Any


@dataclass(eq=False)
class Step:
    """A step made by the front end among a user's statements."""

    make: Callable[[], None]


@dataclass(eq=False)
class Bare:
    """A loop without its `else`; `done` is the flag that its `break` sets, where that is tested after it."""

    node: Any
    done: str | None = None


@dataclass(eq=False)
class Left:
    """Not reached by falling into it: the block before has left in one of these ways, setting its flags."""

    ways: Ways


# ---------------------------------------------------------------- ways to leave


def ways_of_block(frame: Frame, items: list[Any]) -> Ways:
    """How control may leave a block."""
    found: set[str] = set()
    for item in items:
        ways = ways_of(frame, item)
        found |= ways - {STAYS}
        if STAYS not in ways:
            return frozenset(found)
    return frozenset(found | {STAYS})


def ways_of(frame: Frame, item: Any) -> Ways:
    """How control may leave a statement."""
    match item:
        case gast.Return():
            return frozenset((RETURNS,))
        case gast.Break():
            return frozenset((BREAKS,))
        case gast.Continue():
            return frozenset((CONTINUES,))
        case gast.Raise():
            return frozenset((RAISES,))
        case gast.If(body=body, orelse=orelse) | Branch(body=body, orelse=orelse):
            return ways_of_block(frame, body) | ways_of_block(frame, orelse)
        case gast.For() | gast.While():
            bare = ways_of(frame, Bare(item))
            if not item.orelse or endless(item):
                return bare
            after = ways_of_block(frame, item.orelse)
            stays = {STAYS} if breaks(frame, item) else set()
            return (bare - {STAYS}) | after | stays
        case Bare(node=gast.For() | gast.While() as loop):
            ways = ways_of_block(frame, loop.body)
            stays = {STAYS} if not endless(loop) or BREAKS in ways else set()
            return (ways - {STAYS, BREAKS, CONTINUES}) | stays
        case gast.Match(cases=cases):
            found: Ways = frozenset()
            for case in cases:
                found |= ways_of_block(frame, case.body)
            return found if irrefutable(cases[-1]) else found | {STAYS}
        case gast.Try():
            found = ways_of_block(frame, item.body)
            if STAYS in found:
                found = (found - {STAYS}) | ways_of_block(frame, item.orelse)
            for handler in item.handlers:
                found |= ways_of_block(frame, handler.body)
            return found
        case gast.With(items=items, body=body):
            ways = ways_of_block(frame, body)
            return ways | {STAYS} if any(may_swallow(frame, i.context_expr) for i in items) else ways
        case Left(ways=ways):
            return ways
        case _:
            return frozenset((STAYS,))


def endless(loop: Any) -> bool:
    """`while True`."""
    return isinstance(loop, gast.While) and isinstance(loop.test, gast.Constant) and bool(loop.test.value)


def breaks(frame: Frame, loop: Any) -> bool:
    """Whether a loop has a `break` of its own."""
    return BREAKS in ways_of_block(frame, loop.body)


def irrefutable(case: Any) -> bool:
    """`case _:` or `case name:`, without a guard."""
    pattern = case.pattern
    while isinstance(pattern, gast.MatchAs) and pattern.pattern is not None:
        pattern = pattern.pattern
    return case.guard is None and isinstance(pattern, gast.MatchAs)


def may_swallow(frame: Frame, context: Any) -> bool:
    """Whether a context manager may catch an exception, after which the program goes on behind the `with`."""
    if not isinstance(context, gast.Call):
        return True
    known = outside_value(frame, context.func)
    return known is None or not keeps_exceptions(known.value)


# ---------------------------------------------------------------- blocks

Rewrite = Callable[[Frame, Any, "list[Any]"], bool]
REWRITES: dict[type, Rewrite] = {}


def rewrites(each: type) -> Callable[[Rewrite], Rewrite]:
    """Register what lowers a statement together with the rest of its block (or gives False, and does nothing)."""

    def register(rule: Rewrite) -> Rewrite:
        REWRITES[each] = rule
        return rule

    return register


def run_block(frame: Frame, items: list[Any]) -> None:
    """Lower statements, each with the rest of the block."""
    for position, item in enumerate(items):
        rest = items[position + 1 :]
        if isinstance(item, (gast.For, gast.While)) and item.orelse:
            _loop_with_else(frame, item, rest)
            return
        rewrite = REWRITES.get(type(item))
        if rewrite is not None and rewrite(frame, item, rest):
            return
        ways = ways_of(frame, item)
        if ways & JUMPS and not isinstance(item, (gast.Return, gast.Break, gast.Continue, Left)):
            if isinstance(item, gast.If):
                item = Branch(_test_of(frame, item), item.body, item.orelse, item)
            if isinstance(item, Branch):
                _branch(frame, item, rest)
            else:
                _compound(frame, item, ways, rest)
            return
        frame.run(item)
        if STAYS not in ways:
            return


def _test_of(frame: Frame, node: Any) -> Callable[[], Expr]:
    return lambda: frame.atom(node.test)


@statement(gast.If)
def if_statement(frame: Frame, node: Any) -> None:
    _branch(frame, Branch(_test_of(frame, node), node.body, node.orelse, node), [])


@statement(Branch)
def branch_statement(frame: Frame, branch: Any) -> None:
    _branch(frame, branch, [])


@statement(Step)
def made_step(frame: Frame, step: Any) -> None:
    step.make()


def _branch(frame: Frame, branch: Branch, rest: list[Any]) -> None:
    body, orelse = branch.body, branch.orelse
    body_ways, else_ways = ways_of_block(frame, body), ways_of_block(frame, orelse)
    jumps = (body_ways | else_ways) & JUMPS
    if rest and STAYS in body_ways and STAYS in else_ways:
        with flags(frame, jumps) as guards:
            _branch(frame, branch, [])
        guarded(frame, guards, rest)
        return
    if STAYS in body_ways:
        body = [*body, *rest]
    elif STAYS in else_ways:
        orelse = [*orelse, *rest]
    with frame.at(branch.node):
        test = branch.test()
        place = frame.place
    then = frame.block(lambda: run_block(frame, body))
    otherwise = frame.block(lambda: run_block(frame, orelse))
    if then or otherwise:
        frame.emit(If(test, then, otherwise, place))


def _compound(frame: Frame, item: Any, ways: Ways, rest: list[Any]) -> None:
    """A loop, `try` or `with` that may leave the block, and the rest."""
    loop = isinstance(item, (gast.For, gast.While, Bare))
    stays = STAYS in ways
    with flags(frame, ways & JUMPS if (rest and stays) or loop else frozenset()) as guards:
        frame.run(item)
    if stays:
        guarded(frame, guards, rest)


def _loop_with_else(frame: Frame, loop: Any, rest: list[Any]) -> None:
    """A loop, then its `else` where it was not left by `break`."""
    bare = Bare(loop)
    if endless(loop) or not breaks(frame, loop):
        run_block(frame, [bare, *([] if endless(loop) else loop.orelse), *rest])
        return
    done = frame.fresh("done")
    with frame.at(loop):
        frame.assign(done, FALSE)
    bare.done = done
    run_block(frame, [bare, Branch(lambda: Var(done), [], loop.orelse, loop), *rest])


@contextmanager
def flags(frame: Frame, jumps: Ways) -> Iterator[list[str]]:
    """While the statement inside is lowered, its jumps set flags; gives the flags to test after it."""
    loop = frame.loops[-1] if frame.loops else None
    before = (loop.skip if loop else None, frame.returned)
    tested: list[str] = []
    if BREAKS in jumps:
        assert loop is not None and loop.done is not None
        tested.append(loop.done)
    if RETURNS in jumps:
        if frame.returned is None:
            frame.returned = frame.fresh("returned")
            frame.assign(frame.returned, FALSE)
        if loop is None or loop.done is None:
            tested.append(frame.returned)
        elif loop.done not in tested:
            tested.append(loop.done)
    if CONTINUES in jumps:
        assert loop is not None
        if loop.skip is None:
            loop.skip = frame.fresh("skip")
            frame.assign(loop.skip, FALSE)
        tested.append(loop.skip)
    yield tested
    if loop is not None:
        loop.skip = before[0]
    frame.returned = before[1]


def guarded(frame: Frame, tested: list[str], rest: list[Any]) -> None:
    """The rest of a block, where no flag is set."""
    if not rest:
        return
    if not tested:
        run_block(frame, rest)
        return
    place = frame.source.place(rest[0]) if hasattr(rest[0], "lineno") else frame.place
    inner = frame.block(lambda: guarded(frame, tested[1:], rest))
    if inner:
        frame.emit(If(Var(tested[0]), (), inner, place))


def active_flags(frame: Frame) -> list[str]:
    """The flags that a jump here may set."""
    found = [frame.returned, *(loop.done for loop in frame.loops)]
    if frame.loops:
        found.append(frame.loops[-1].skip)
    return [flag for flag in found if flag is not None]


def may_be_undone(nodes: list[Any]) -> bool:
    """Whether an exception may follow a jump out of these statements: from a `finally`, or on leaving a `with`."""
    parts = [part for node in nodes for part in gast.walk(node)]
    return any(isinstance(part, gast.With) or (isinstance(part, gast.Try) and part.finalbody) for part in parts)


# ---------------------------------------------------------------- jumps


@statement(gast.Break)
def break_statement(frame: Frame, node: Any) -> None:
    done = frame.loops[-1].done
    assert done is not None
    frame.assign(done, TRUE)


@statement(gast.Continue)
def continue_statement(frame: Frame, node: Any) -> None:
    skip = frame.loops[-1].skip
    if skip is not None:
        frame.assign(skip, TRUE)


@statement(gast.Return)
def return_statement(frame: Frame, node: Any) -> None:
    assert frame.result is not None
    if node.value is None:
        frame.assign(frame.result, NONE)
    else:
        refuse_kept_iterator(frame, None, node.value)
        frame.assign(frame.result, frame.expr(node.value, frame.result))
    set_returned(frame)


def set_returned(frame: Frame) -> None:
    """Set the flags that leave every loop and the function."""
    for loop in frame.loops:
        if loop.done is not None:
            frame.assign(loop.done, TRUE)
    if frame.returned is not None:
        frame.assign(frame.returned, TRUE)


@statement(Left)
def left(frame: Frame, node: Any) -> None:
    if RETURNS in node.ways:
        set_returned(frame)
    elif BREAKS in node.ways:
        frame.assign(frame.loops[-1].done or "", TRUE)
    elif CONTINUES in node.ways:
        continue_statement(frame, node)


def return_items(frame: Frame, nodes: list[Any]) -> bool:
    """In the body of `__iter__`: return the items themselves, which a loop goes through, and no iterator over them.

    Whether it makes a list of what Python makes item by item.
    """
    gathers = False
    for node in [found for top in nodes for found in _own_returns(top)]:
        made = node.value
        if isinstance(made, gast.GeneratorExp):
            node.value = gast.copy_location(gast.ListComp(made.elt, made.generators), made)
            gathers = True
        elif isinstance(made, gast.Call) and len(made.args) == 1 and is_builtin(frame, made.func, "iter"):
            node.value = made.args[0]
        elif isinstance(made, gast.Call) and is_builtin(frame, made.func, *ITERATORS):
            items = gast.List([gast.copy_location(gast.Starred(made, gast.Load()), made)], gast.Load())
            node.value = gast.copy_location(items, made)
            gathers = True
    return gathers


def run_function(frame: Frame, nodes: list[Any]) -> None:
    """The body of a function, with one `Return` at its end."""
    returns = [node for statement in nodes for node in _own_returns(statement)]
    if not returns:
        run_block(frame, nodes)
        frame.emit(Return(NONE))
        return
    if len(returns) == 1 and nodes[-1] is returns[0]:
        run_block(frame, nodes[:-1])
        with frame.at(returns[0]):
            refuse_kept_iterator(frame, None, returns[0].value)
            value = NONE if returns[0].value is None else frame.atom(returns[0].value)
            frame.emit(Return(value, frame.place))
        return
    frame.result = frame.fresh("result")
    if STAYS in ways_of_block(frame, nodes):
        end = gast.Return(None)
        gast.copy_location(end, nodes[-1])
        nodes = [*nodes, end]
    run_block(frame, nodes)
    frame.emit(Return(Var(frame.result), frame.source.place(returns[-1])))


def _own_returns(node: Any) -> Iterator[Any]:
    if isinstance(node, gast.Return):
        yield node
    elif not isinstance(node, (gast.FunctionDef, gast.Lambda, gast.AsyncFunctionDef, gast.ClassDef)):
        for child in gast.iter_child_nodes(node):
            yield from _own_returns(child)
