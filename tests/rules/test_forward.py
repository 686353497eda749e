"""Every rule, at every one of its test cases, in forward mode: the tangent of a call along a random direction.

The call is put into a function of its own, whose tangent program the engine makes; what it says is compared with the
numerical Jacobian times the direction.
"""

from __future__ import annotations

import itertools
import linecache
from typing import Any

import numpy as np
import pytest

import srcad
from srcad.rules.registry import Case, Rule
from tests.rules.test_rules import CASES, at_random, jacobian, leaves, rebuilt

_COUNT = itertools.count()


def written_out(value: Any) -> bool:
    """Settings are written in the program: they are no parameters of it."""
    return (
        value is None
        or isinstance(value, (bool, int, str))
        or isinstance(value, tuple)
        and all(map(written_out, value))
    )


def program_of(fn: Any, case: Case) -> tuple[Any, list[Any]]:
    """A function that makes the call, and its arguments."""
    given = [*((None, v) for v in case.args), *case.kwargs]
    space: dict[str, Any] = {"fn": fn, "__name__": "made"}
    params, args, shown = [], [], []
    for i, (name, value) in enumerate(given):
        text = f"a{i}"
        if written_out(value):
            text = repr(value)
        elif leaves(value).size:
            params.append(text)
            args.append(value)
        else:
            space[text] = value
        shown.append(text if name is None else f"{name}={text}")
    text = f"def f({', '.join(params)}):\n    return fn({', '.join(shown)})\n"
    filename = f"<rule {next(_COUNT)}>"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    exec(compile(text, filename, "exec"), space)
    return space["f"], args


@pytest.mark.filterwarnings("ignore:invalid value")  # powers of negative bases
@pytest.mark.parametrize(("rule", "fn", "case"), CASES)
def test_the_tangent_agrees_with_differences(rule: Rule, fn: Any, case: Case) -> None:
    f, args = program_of(fn, case)
    if not args:
        return
    direction = at_random(args)
    numerical = jacobian(lambda at: leaves(f(*rebuilt(args, [float(v) for v in at]))), leaves(args).astype(float))
    value, tangent = srcad.jvp(f, args, direction)
    assert np.array_equal(leaves(value), leaves(f(*args)), equal_nan=True)
    if leaves(value).size == 0:
        return
    np.testing.assert_allclose(leaves(tangent), leaves(direction) @ numerical, rtol=2e-7, atol=2e-8)
