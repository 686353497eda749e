"""Which variables a closure may see change, so that they must be boxed.

A Python closure sees the variable, a core closure the value that it had when the closure was made. The two are the same
where the variable is not assigned again while the closure may still be called:

- every use of the closure is a call (or an argument that its callee only calls, or part of a `return`) that runs after
  the closure was made in the same trip of every loop around it, and no assignment lies between; or
- the closure goes elsewhere, and no assignment follows, in the text or in another trip of a loop around it.

In any other case the variable is boxed: it lives in a list of one element, which is what is captured.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Iterator
from typing import Any

import gast

from srcad.errors import SrcadError
from srcad.frontend.frame import Frame, LocalFunction
from srcad.frontend.lifting import variables_of
from srcad.frontend.names import is_builtin, outside_value
from srcad.frontend.scopes import Event, Scope, parameters, scope_of, scope_of_expressions
from srcad.frontend.source import find


def boxed_variables(frame: Frame) -> set[str]:
    """The names of the frame's variables that must be boxed."""
    own = {variable: name for name, variable in frame.names[0].items()}
    boxed: set[str] = set()
    for event, node in _made(frame):
        for variable in variables_of(frame, node):
            name = own.get(variable)
            if name is not None and name not in boxed and not _safe(frame, name, event):
                boxed.add(name)
    return boxed


def _made(frame: Frame) -> Iterator[tuple[Event, Any]]:
    """Where closures are made: nested functions, and mentions of lifted ones as values."""
    for event in frame.scope.events:
        lifted = frame.functions.get(event.name)
        if event.what == "make" and (lifted is None or lifted.node is not event.function):
            yield event, event.function
        elif event.what == "read" and event.use != "capture" and lifted is not None:
            yield event, lifted.node


def _safe(frame: Frame, name: str, made: Event) -> bool:
    scope = frame.scope
    binds = scope.of(name, "bind", "delete")
    if name in scope.walrus or (name not in scope.params and not any(bind.at < made.at for bind in binds)):
        return False
    uses = _uses(frame, made)
    if uses is None:
        return not any(bind.at > made.at or set(bind.loops) & set(made.loops) for bind in binds)
    for use in uses:
        if use.at < made.at or not _inside(use, made):
            return False
        later_loops = set(use.loops) - set(made.loops)
        if any(made.at < bind.at < use.at or later_loops & set(bind.loops) for bind in binds):
            return False
    return True


def _inside(use: Event, made: Event) -> bool:
    """Whether a use runs only after the closure was made in the same trips of the loops around it."""
    return use.loops[: len(made.loops)] == made.loops and use.blocks[: len(made.blocks)] == made.blocks


def _uses(frame: Frame, made: Event) -> list[Event] | None:
    """Where a closure is used, or None where it goes elsewhere."""
    if not made.name or made.what == "read":
        return [made] if _used_at_once(frame, made) else None
    scope = frame.scope
    if len(scope.of(made.name, "bind")) != 1 or scope.of(made.name, "delete"):
        return None
    uses = scope.of(made.name, "read", "call")
    return uses if all(_used_at_once(frame, use) for use in uses) else None


def _used_at_once(frame: Frame, event: Event) -> bool:
    """Whether what the event makes or reads is not kept after it."""
    if event.use in ("call", "return"):
        return True
    return event.use == "argument" and event.call is not None and _only_called(frame, event.call, event.slot)


_CALLERS = ("sorted", "min", "max")


def _only_called(frame: Frame, call: Any, slot: int | str) -> bool:
    """Whether a callee does nothing with an argument but call it."""
    if is_builtin(frame, call.func, *_CALLERS):
        return True
    if is_builtin(frame, call.func, "map", "filter"):
        return id(call) in frame.scope.consumed
    if isinstance(call.func, gast.Name):
        meaning = frame.lookup(call.func.id)
        if isinstance(meaning, LocalFunction):
            return _parameter_only_called(meaning.node, slot)
        made = [e for e in frame.scope.events if e.what == "make" and e.name == call.func.id]
        if len(made) == 1 and len(frame.scope.of(call.func.id, "bind")) == 1:
            return _parameter_only_called(made[0].function, slot)
    known = outside_value(frame, call.func)
    if known is None:
        return False
    if known.value is functools.reduce:
        return True
    if isinstance(known.value, types.FunctionType):
        try:
            return _parameter_only_called(find(known.value).node, slot)
        except SrcadError:  # no source to look into: it may keep the argument
            return False
    return False


def _parameter_only_called(node: Any, slot: int | str) -> bool:
    positional = [*node.args.posonlyargs, *node.args.args]
    if isinstance(slot, int):
        name = positional[slot].id if slot < len(positional) else ""
    else:
        name = slot if slot in {p.id for p in parameters(node.args)} else ""
    scope = scope_of(node)
    events = scope.of(name, "read", "call", "bind", "delete")
    return bool(name) and all(event.what == "call" for event in events)


def comprehension_keeps(frame: Frame, name: str, inside: list[Any]) -> bool:
    """Whether a closure made in a comprehension, and kept, captures the comprehension's variable `name`."""
    scope: Scope = scope_of_expressions(inside)
    return any(
        event.what == "make" and name in scope_of(event.function).free and not _used_at_once(frame, event)
        for event in scope.events
    )
