"""Every rule at complex points: it agrees with differences in both modes, or refuses complex values with a remedy.

The points are those that the rule is tested at, turned complex: all numbers, and then the numbers of one argument
alone, so that real and complex ones meet. A function of real numbers alone is tested where it gives complex ones.
"""

from __future__ import annotations

import itertools
import linecache
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import srcad
import srcad.rules  # noqa: F401  (registers them)
from srcad.rules.registry import Case, Rule, all_rules, rule_for, takes_complex
from srcad.rules.static import function_name
from tests.check import check_jvp, check_vjp, numbers

_COUNT = itertools.count()
FUNCTIONS = [(rule, fn) for rule in all_rules() for fn in rule.functions]


def turned(value: Any) -> Any:
    """The value with its floats turned complex, and off the branch cuts."""
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        return np.asarray(value * (1 + 0.4j) + 0.07j * np.cos(3 * np.arange(value.size)).reshape(value.shape))
    if isinstance(value, float):
        return value * (1 + 0.4j) + 0.07j
    if isinstance(value, (list, tuple)):
        return type(value)(map(turned, value))
    return value


def program_of(fn: Any, names: list[str | None], values: list[Any]) -> tuple[Any, list[Any]]:
    """A function that makes the call, and its arguments: what holds no float is written in it."""
    space: dict[str, Any] = {"fn": fn, "__name__": "made"}
    params, args, shown = [], [], []
    for i, (name, value) in enumerate(zip(names, values, strict=True)):
        text = f"a{i}"
        if next(numbers(value), None) is not None:
            params.append(text)
            args.append(value)
        elif value is None or isinstance(value, (bool, int, str)) or is_index(value):
            text = repr(value)
        else:
            space[text] = value
        shown.append(text if name is None else f"{name}={text}")
    text = f"def f({', '.join(params)}):\n    return fn({', '.join(shown)})\n"
    filename = f"<complex rule {next(_COUNT)}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    exec(compile(text, filename, "exec"), space)
    return space["f"], args


def is_index(value: Any) -> bool:
    return isinstance(value, tuple) and all(isinstance(part, int) or is_index(part) for part in value)


def given(case: Case) -> tuple[list[str | None], list[Any]]:
    return [None] * len(case.args) + [k for k, _ in case.kwargs], [*case.args, *(v for _, v in case.kwargs)]


def holds_complex(value: Any) -> bool:
    return any(map(holds_complex, value)) if isinstance(value, (list, tuple)) else bool(np.iscomplexobj(value))


def complex_programs(fn: Any, case: Case) -> Iterator[tuple[Any, list[Any]]]:
    """The calls with complex arguments or results that the function itself accepts."""
    names, values = given(case)
    smooth = [i for i, v in enumerate(values) if next(numbers(v), None) is not None]
    choices = [set(smooth), *({i} for i in smooth if len(smooth) > 1), set()]
    for chosen in choices:
        f, args = program_of(fn, names, [turned(v) if i in chosen else v for i, v in enumerate(values)])
        try:
            result = f(*args)
        except (TypeError, ValueError, AttributeError):
            continue
        if not args or next(numbers(result), None) is None:
            continue
        rule = rule_for(fn)
        assert rule is not None
        on_the_way_back = takes_complex(fn) and rule.style != "elementwise"  # `irfft` of real numbers
        if holds_complex(args) or holds_complex(result) or on_the_way_back:
            yield f, args


def agrees_or_is_refused(f: Any, args: list[Any]) -> bool:
    """Whether both modes agree with differences; fail where one does not, and is not refused with a remedy either."""
    agreed = 0
    for check in (check_vjp, check_jvp):
        try:
            check(f, *args)
            agreed += 1
        except srcad.SrcadError as refusal:
            assert refusal.place is not None and refusal.remedy
    return agreed == 2


@pytest.mark.parametrize(("rule", "fn"), [pytest.param(rule, fn, id=function_name(fn)) for rule, fn in FUNCTIONS])
@pytest.mark.filterwarnings("ignore::numpy.exceptions.ComplexWarning", "ignore::RuntimeWarning")
def test_a_rule_holds_at_complex_points_or_refuses_them(rule: Rule, fn: Any) -> None:
    found = [agrees_or_is_refused(f, args) for case in rule.cases for f, args in complex_programs(fn, case)]
    if rule.style != "zero":
        assert any(found) or not takes_complex(fn), "no case shows that it holds"
    if found and not takes_complex(fn) and fn not in WITHOUT_THEIR_RULE:
        assert rule.style == "zero" or not any(found), "it holds: list it with of_complex"


WITHOUT_THEIR_RULE = {max, min, sorted}  # loops of the prelude: their branches are differentiated
