"""The loops of comprehensions and generators, and what a `for` statement goes through item by item as it is made.

    for y in (g(x) for x in xs if x > 0):       for x in xs:
        s += y                                      if x > 0:
                                                        y = g(x)
                                                        s += y

`map(f, xs)` and `filter(f, xs)` are such generators too. The variables of a comprehension are its own: one that has a
name of the function's gets a fresh name.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Set
from typing import Any

import gast

from srcad.core import prims
from srcad.core.nodes import If, Lit, Op
from srcad.frontend.capture import comprehension_keeps
from srcad.frontend.driving import drive
from srcad.frontend.frame import Frame, Variable
from srcad.frontend.names import is_builtin, outside_value
from srcad.frontend.scopes import bound_by
from srcad.frontend.walking import plan


def generate(
    frame: Frame,
    node: Any,
    start: Callable[[], None],
    each: Callable[[], None],
    until: str | None = None,
    also: Set[str] = frozenset(),
) -> None:
    """The loops of a comprehension: `start` before them, `each` for each item that passes the conditions.

    `also` are names that `each` assigns.
    """
    generators = node.generators
    if any(generator.is_async for generator in generators):
        raise frame.refuse(node, "an asynchronous comprehension")
    results = [node.key, node.value] if isinstance(node, gast.DictComp) else [node.elt]
    inside = [*results, *(test for generator in generators for test in generator.ifs)]
    inside += [generator.iter for generator in generators[1:]]
    assigned = bound_by(inside) | also
    first = plan(frame, generators[0].iter)
    start()
    names = {}
    for name in sorted(bound_by([generator.target for generator in generators])):
        names[name] = _own(frame, name, comprehension_keeps(frame, name, inside))
    frame.names.append(names)

    def loop(depth: int) -> None:
        generator = generators[depth]
        planned = first if depth == 0 else plan(frame, generator.iter)

        def body() -> None:
            _where(frame, generator.ifs, each if depth == len(generators) - 1 else lambda: loop(depth + 1))

        drive(frame, planned, generator.target, body, until, assigned)

    try:
        loop(0)
    finally:
        frame.names.pop()


def _own(frame: Frame, name: str, boxed: bool) -> Variable:
    """A variable of a comprehension: of its own name, where the function does not have that name."""
    used = name in frame.scope.locals or name in frame.scope.free or name in frame.comprehended
    used = used or any(variable.name == name for variable in frame.captured)
    frame.comprehended.add(name)
    if boxed:
        cell = frame.fresh(f"{name}_cell")
        frame.assign(cell, Op(prims.make_list, (Lit(None),)))
        return Variable(name, cell, True)
    return Variable(name, frame.fresh(name) if used else name)


def _where(frame: Frame, tests: list[Any], each: Callable[[], None]) -> None:
    if not tests:
        each()
        return
    test = frame.atom(tests[0])
    inner = frame.block(lambda: _where(frame, tests[1:], each))
    frame.emit(If(test, inner, (), frame.place))


@contextlib.contextmanager
def outside_names(frame: Frame) -> Iterator[None]:
    """Inside, names mean what they mean around the comprehension that is being lowered."""
    names = frame.names.pop()
    try:
        yield
    finally:
        frame.names.append(names)


def numbered(frame: Frame, node: Any) -> tuple[Any, Any]:
    """`enumerate(items, first)` as the node of `first` and that of `items`; anything else as None and itself."""
    if not (isinstance(node, gast.Call) and is_builtin(frame, node.func, "enumerate")):
        return None, node
    first = node.args[1:] + [keyword.value for keyword in node.keywords if keyword.arg == "start"]
    if not node.args or isinstance(node.args[0], gast.Starred) or len(node.args) + len(node.keywords) > 2:
        return None, node
    if len(first) == len(node.args) + len(node.keywords) - 1:
        return first[0] if first else gast.copy_location(gast.Constant(0, None), node), node.args[0]
    return None, node


def generator_of(frame: Frame, node: Any, assigned: set[str]) -> Any:
    """What a loop goes through as a generator expression, where it is one or a call of `map` or `filter`."""
    if isinstance(node, gast.GeneratorExp):
        return node
    if not (isinstance(node, gast.Call) and is_builtin(frame, node.func, "map", "filter")) or node.keywords:
        return None
    if len(node.args) < 2 or any(isinstance(argument, gast.Starred) for argument in node.args):
        return None
    function, *items = node.args
    if not _lasts(frame, function, assigned):
        return None
    used = {part.id for part in gast.walk(node) if isinstance(part, gast.Name)}
    names = [_unused("item", i, used) for i in range(len(items))]

    def made(cls: Any, *fields: Any) -> Any:
        return gast.copy_location(cls(*fields), node)

    def named(name: str, context: Any) -> Any:
        return made(gast.Name, name, context, None, None)

    read = [named(name, gast.Load()) for name in names]
    target, through = named(names[0], gast.Store()), items[0]
    if len(items) > 1:
        together = named("zip", gast.Load())
        if node.func.id == "filter" or not is_builtin(frame, together, "zip"):
            return None
        target = made(gast.Tuple, [named(name, gast.Store()) for name in names], gast.Store())
        through = made(gast.Call, together, items, [])
    if node.func.id == "map":
        return made(gast.GeneratorExp, made(gast.Call, function, read, []), [_for(target, through, [])])
    keeps_all = isinstance(function, gast.Constant) and function.value is None
    test = read[0] if keeps_all else made(gast.Call, function, read, [])
    return made(gast.GeneratorExp, read[0], [_for(target, through, [test])])


def _for(target: Any, through: Any, tests: list[Any]) -> Any:
    return gast.comprehension(target, through, tests, 0)


def _unused(hint: str, number: int, used: set[str]) -> str:
    name = hint if number == 0 else f"{hint}_{number + 1}"
    while name in used:
        name += "_"
    return name


def _lasts(frame: Frame, function: Any, assigned: set[str]) -> bool:
    """Whether an expression means the same function at every trip."""
    if isinstance(function, gast.Name):
        return function.id not in assigned
    if isinstance(function, gast.Constant):
        return function.value is None
    if isinstance(function, gast.Lambda):
        return not (function.args.defaults or function.args.kw_defaults)
    return outside_value(frame, function) is not None
