"""Every argument of every function with a rule: none is taken to be constant where the function depends on it.

The other tests of the rules move the floats of their cases. Here every other number moves that a function takes: the
integers of the cases, moved off the integers, and each parameter that no case gives, be it one of the rule or not. It
alone is differentiated. The derivative agrees with differences in both modes, or is refused with a place and a remedy.
"""

from __future__ import annotations

import inspect
import linecache
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import srcad
from srcad.rules.naming import function_name
from srcad.rules.registry import Case, Rule, all_rules
from tests.rules.test_forward import written_out
from tests.rules.test_rules import at_random, jacobian, leaves, rebuilt

# What has no derivative although its numbers depend on what it is given.
BY_MEANING = {
    "srcad.runtime.stop_gradient": "is there for that",
    "srcad.runtime_rules.still": "a counter",
    "srcad.runtime.part_start": "a position",
    "np.ix_": "its arguments are indices",
    "srcad.runtime_filters.simpson_weights": "written by rules that refuse dx",
}
GIVEN: list[Any] = [0.65, np.array([0.3, 0.6, 0.7]), np.array([[0.7, 0.2, 0.4], [0.5, 0.3, 0.8]])]
PER_ARGUMENT = 2  # cases, of those in which the function takes a float there


def off_the_integers(value: Any) -> Any:
    """A value that holds integers and nothing else, as floats that are none; None for any other value."""
    if isinstance(value, (int, np.integer)) and not isinstance(value, bool):
        return value + 0.25
    if isinstance(value, np.ndarray):
        return value + 0.25 if value.dtype.kind in "iu" else None
    if type(value) in (list, tuple) and value:
        items = [off_the_integers(item) for item in value]
        return None if any(item is None for item in items) else type(value)(items)
    return None


def moved(rule: Rule, fn: Any, case: Case) -> Iterator[tuple[Any, Case, Any]]:
    """An argument by position or name, the case with a float in its place, and that float."""
    for i, value in enumerate(case.args):
        other = off_the_integers(value)
        if other is not None:
            yield i, Case((*case.args[:i], other, *case.args[i + 1 :]), case.kwargs), other
    for name, value in case.kwargs:
        other = off_the_integers(value)
        if other is not None:
            yield name, Case(case.args, tuple((k, other if k == name else v) for k, v in case.kwargs)), other
    defaults = parameters(rule, fn)
    given = {*list(defaults)[: len(case.args)], *(name for name, _ in case.kwargs)}
    for name, default in defaults.items():
        if name in given or name == "out" or isinstance(default, (bool, str)):
            continue
        for other in [default + 0.25] if isinstance(default, (int, float)) else GIVEN:
            yield name, Case(case.args, (*case.kwargs, (name, other))), other


def parameters(rule: Rule, fn: Any) -> dict[str, Any]:
    """The parameters that may be given by name: those of the function, where it shows them, and those of the rule."""
    stated = dict.fromkeys(rule.params) | dict(rule.defaults)
    try:
        shown = inspect.signature(fn).parameters.values()
    except (ValueError, TypeError):
        return stated
    named = {p.name: p.default for p in shown if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
    return named | {k: v for k, v in stated.items() if k not in named}


def program(fn: Any, case: Case, key: Any) -> Callable[[Any], Any]:
    """The call as a function of one of its arguments."""
    space: dict[str, Any] = {"fn": fn, "__name__": "made"}
    shown = []
    for name, value in [*enumerate(case.args), *case.kwargs]:
        text = "x" if name == key else repr(value) if written_out(value) else f"a_{name}"
        space[text] = value
        shown.append(text if isinstance(name, int) else f"{name}={text}")
    text = f"def f(x):\n    return fn({', '.join(shown)})\n"
    filename = f"<argument {len(linecache.cache)}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    exec(compile(text, filename, "exec"), space)
    made: Callable[[Any], Any] = space["f"]
    return made


def differences(f: Callable[[Any], Any], x: Any) -> np.ndarray | None:
    """The numerical Jacobian; None where the function takes no float there, or gives nothing finite."""
    try:
        if leaves(f(x)).size == 0:
            return None
        found = jacobian(lambda at: leaves(f(rebuilt(x, [float(v) for v in at]))), leaves(x).astype(float))
    except Exception:  # noqa: BLE001 - whatever the function raises, where it is given what it does not take
        return None
    return found if np.all(np.isfinite(found)) else None


FUNCTIONS = [pytest.param(rule, fn, id=function_name(fn)) for rule in all_rules() for fn in rule.functions]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("rule", "fn"), FUNCTIONS)
def test_no_argument_is_silently_taken_to_be_constant(rule: Rule, fn: Any) -> None:
    if function_name(fn) in BY_MEANING:
        return
    seen: dict[Any, int] = {}
    for case in rule.cases:
        for key, other, x in moved(rule, fn, case):
            if seen.get(key, 0) >= PER_ARGUMENT:
                continue
            f = program(fn, other, key)
            expected = differences(f, x)
            if expected is not None:
                seen[key] = seen.get(key, 0) + 1
                agrees_or_is_refused(f, x, expected)


def agrees_or_is_refused(f: Callable[[Any], Any], x: Any, numerical: np.ndarray) -> None:
    along = at_random(x)
    try:
        tangent = srcad.jvp(f, (x,), (along,))[1]
        np.testing.assert_allclose(leaves(tangent), leaves(along) @ numerical, rtol=1e-5, atol=1e-6)
        value, pullback = srcad.vjp(f, x)
        cotangent = at_random(value)
        np.testing.assert_allclose(leaves(pullback(cotangent)), numerical @ leaves(cotangent), rtol=1e-5, atol=1e-6)
    except srcad.SrcadError as error:
        assert error.place is not None
        assert error.remedy


def test_what_is_constant_by_meaning_has_a_rule() -> None:
    assert set(BY_MEANING) <= {function_name(p.values[1]) for p in FUNCTIONS}
