"""The kept sources are clean under ruff."""

from pathlib import Path

import pytest

from tests.lint import complaints

TESTS = Path(__file__).parent.parent


@pytest.mark.parametrize("folder", ["golden", "programs/golden", "forward/golden"])
def test_kept_sources_are_clean_under_ruff(folder, tmp_path):
    kept = {path.name.removesuffix(".py.txt"): path.read_text() for path in (TESTS / folder).glob("*.py.txt")}
    assert kept and complaints(tmp_path, kept) == ""


def test_what_is_not_clean_is_found(tmp_path):
    sources = {"long": f"x = {'1 + ' * 30}1\n", "unused": "def f():\n    y = 1\n", "clean": "x = 1\n"}
    said = complaints(tmp_path, sources)
    assert "E501" in said and "F841" in said and "clean.py" not in said
