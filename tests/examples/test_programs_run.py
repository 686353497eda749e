"""Every example runs as a person runs it: as a script, from any folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
SHARED = {"plotting.py"}
PROGRAMS = sorted(path.name for path in EXAMPLES.glob("*.py") if path.name not in SHARED)


@pytest.mark.parametrize("program", PROGRAMS)
def test_program_runs(program, tmp_path):
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / program)],
        cwd=tmp_path,
        env={**os.environ, "COLUMNS": "120"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout
