"""A simplified program computes what the program computed: on random programs, bit for bit without adjoints."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from srcad.core.nodes import Program
from srcad.transform.simplify import simplify
from srcad.transform.simplify.facts import Facts
from tests.simplify.generate import LOG, NAMES, Generator
from tests.simplify.reader import compiled, show

ARGUMENTS = [
    (0.7, -1.25, np.array([0.5, 1.5, -2.0, 3.0, 0.25]), 3),
    (-0.3, 2.0, np.array([0.0, 1.0, 2.0, -1.0, 1.0]), 1),
]


def run(program: Program, arguments: tuple[Any, ...]) -> tuple[Any, Any, Any]:
    """The result, the log of effects, and the arguments afterwards."""
    LOG.clear()
    given = copy.deepcopy(arguments)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = compiled(program, NAMES)(*given)
    return result, list(LOG), given


def same(a: Any, b: Any, exact: bool) -> bool:
    if isinstance(a, (tuple, list)):
        return len(a) == len(b) and all(same(x, y, exact) for x, y in zip(a, b, strict=True))
    if isinstance(a, str) or isinstance(b, str):
        return bool(a == b)
    if exact:
        return bool(np.array_equal(a, b, equal_nan=True))
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    fine = np.isfinite(a) & (np.abs(a) < 1e100)
    return bool(np.allclose(a[fine], b[fine], rtol=1e-6, atol=1e-6))


def check(program: Program, facts: Facts, exact: bool, change: Callable[[Program, Facts], Program] = simplify) -> None:
    made = change(program, facts)
    for arguments in ARGUMENTS:
        before, after = run(program, arguments), run(made, arguments)
        if not same(before, after, exact):
            pytest.fail(f"{before}\n{after}\n\n{show(program)}\n=== became ===\n\n{show(made)}")


@pytest.mark.parametrize("part", range(8))
def test_random_programs_compute_the_same_bit_for_bit(part: int) -> None:
    for seed in range(part * 25, part * 25 + 25):
        check(*Generator(seed, adjoint=False).program(), exact=True)


@pytest.mark.parametrize("part", range(4))
def test_random_programs_of_unknown_kinds_compute_the_same_bit_for_bit(part: int) -> None:
    for seed in range(part * 25, part * 25 + 25):
        program, _ = Generator(20_000 + seed, adjoint=False).program()
        check(program, Facts(), exact=True)


@pytest.mark.parametrize("part", range(8))
def test_random_programs_with_adjoints_compute_the_same(part: int) -> None:
    for seed in range(part * 25, part * 25 + 25):
        check(*Generator(10_000 + seed, adjoint=True).program(), exact=False)
