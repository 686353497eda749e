"""Each pass does what its docstring shows."""

from __future__ import annotations

import doctest
import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from srcad.core.kinds import INT, Array
from srcad.core.nodes import Program
from srcad.transform.simplify.facts import Facts
from tests.simplify.reader import facts_of, read, show

PASSES = [
    "algebra",
    "common",
    "copies",
    "dead",
    "direct",
    "fold",
    "gathered",
    "increments",
    "places",
    "propagate",
    "split",
    "sugar",
]
ROW = Array("float64", "n")
KINDS = {"d_row": ROW, "d_table": Array("float64", "nn"), "d_part": ROW, "d_other": ROW, "row": INT, "column": INT}


@pytest.mark.parametrize("name", PASSES)
def test_a_pass_does_what_its_docstring_shows(name: str) -> None:
    module = importlib.import_module(f"srcad.transform.simplify.{name}")

    def shown(text: str, change: Callable[[Program, Facts], Program]) -> None:
        program = read(text, {"note": print, "array": np.array})
        print(show(change(program, facts_of(program, KINDS))).rstrip())

    space: dict[str, Any] = {**vars(module), "show": shown}
    space["propagate"] = importlib.import_module("srcad.transform.simplify.propagate").propagate
    example = doctest.DocTestParser().get_doctest(module.__doc__ or "", space, name, name, 0)
    assert example.examples, "the pass shows no example"
    report: list[str] = []
    assert doctest.DocTestRunner(verbose=False).run(example, out=report.append).failed == 0, "".join(report)
