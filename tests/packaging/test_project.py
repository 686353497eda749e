"""What the project declares: dependencies, extras, entry point, and that its two commands exist."""

import os
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def names(requirements):
    return {requirement.split(">")[0].split("[")[0].strip() for requirement in requirements}


def test_run_time_dependencies():
    assert names(PROJECT["dependencies"]) == {"numpy", "gast", "astor"}
    assert PROJECT["requires-python"] == ">=3.11"


def test_extras():
    extras = PROJECT["optional-dependencies"]
    assert set(extras) == {"numba", "tools", "test", "bench", "docs"}
    assert {"typer", "rich", "scipy", "matplotlib"} <= names(extras["tools"])
    assert {"pytest", "pytest-xdist", "ruff", "mypy"} <= names(extras["test"])


def test_command_line_entry_point():
    assert PROJECT["scripts"] == {"srcad": "srcad.tools.cli:main"}


@pytest.mark.parametrize("target", ["demo", "test", "lint", "types", "bench", "docs"])
def test_makefile_has_the_target(target):
    assert f"\n{target}:" in (ROOT / "Makefile").read_text()


def test_ci_runs_the_tests_then_lint_then_types():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    lines = [line for line in script.read_text().splitlines() if line.startswith("make")]
    assert lines == ["make test", "make lint", "make types"]
    assert "set -euo pipefail" in script.read_text()


def test_top_level():
    for name in ("README.md", "LICENSE", "CONTRIBUTING.md", "docs", "examples", "benchmarks"):
        assert (ROOT / name).exists()
