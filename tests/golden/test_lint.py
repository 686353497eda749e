"""The kept sources are clean under ruff, and so is what is generated for every program of the language tests."""

from pathlib import Path

import pytest

import srcad
from tests.cases import every_entry
from tests.check import smooth_positions
from tests.lint import complaints

TESTS = Path(__file__).parent.parent


@pytest.mark.parametrize("folder", ["golden", "programs/golden", "forward/golden"])
def test_kept_sources_are_clean_under_ruff(folder, tmp_path):
    kept = {path.name.removesuffix(".py.txt"): path.read_text() for path in (TESTS / folder).glob("*.py.txt")}
    assert kept and complaints(tmp_path, kept) == ""


def test_what_is_generated_for_the_language_is_clean_under_ruff(tmp_path):
    sources = {}
    for number, entry in enumerate(every_entry()):
        args = entry.points[0] if type(entry.points[0]) is tuple else (entry.points[0],)
        argnums = entry.options.get("argnums", smooth_positions(args))
        derivative = srcad.grad(entry.function, argnums)
        sources[f"{entry.function.__name__}_{number}"] = derivative.source_for(*args, **entry.options.get("kwargs", {}))
    said = complaints(tmp_path, sources).splitlines()
    # a value that is computed in a try for the error that it may raise, and not read
    assert [line for line in said if "a_handler_in_the_caller" not in line or "F841" not in line] == []


def test_what_is_not_clean_is_found(tmp_path):
    sources = {"long": f"x = {'1 + ' * 30}1\n", "unused": "def f():\n    y = 1\n", "clean": "x = 1\n"}
    said = complaints(tmp_path, sources)
    assert "E501" in said and "F841" in said and "clean.py" not in said
