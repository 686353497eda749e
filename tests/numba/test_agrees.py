"""Compiled derivatives are those of the Python backend, or refused with a place and a remedy.

Numba takes seconds a program, so this judges the programs below and a few drawn by chance;
`python -m tests.numba.agree` judges them all.
"""

import random

import pytest

from tests.numba.agree import entries, judge, tables

ALWAYS = {
    "f", "power", "sweep", "branch", "newton_root", "first_crossing", "compose", "standardised",
    "runge_kutta", "heat_1d", "gauss_seidel", "lu_in_place", "burgers",
}  # fmt: skip
COMPILED = [e for e in tables() if e.function.__name__ in ALWAYS]
BY_CHANCE = random.Random(2026).sample([e for e in entries() if e not in COMPILED], 40)


@pytest.mark.parametrize("entry", COMPILED, ids=lambda entry: entry.function.__name__)
def test_numeric_programs_are_compiled_and_agree_with_python(entry):
    assert judge(entry) == ""


@pytest.mark.parametrize("entry", BY_CHANCE, ids=lambda entry: entry.function.__name__)
def test_any_program_agrees_or_is_refused(entry):
    judge(entry)
