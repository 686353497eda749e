"""Generated source is valid for `ruff check`, with the settings of this project and lines of 88 columns.

Two rules are left out: what the source reads from outside is not in its text (F821; a saved module imports it, and is
checked with this rule too), and a loop of the user's that does not use its variable keeps it (B007).
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

SETTINGS = Path(__file__).parent.parent / "pyproject.toml"


def complaints(directory: Path, sources: Mapping[str, str]) -> str:
    """What one run of ruff says about these sources, by name; nothing where they are clean."""
    for name, source in sources.items():
        (directory / f"{name}.py").write_text(source, encoding="utf-8")
    settings = ["--config", str(SETTINGS), "--line-length", "88", "--extend-ignore", "F821,B007", "--no-cache"]
    command = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        *settings,
        "--quiet",
        "--output-format",
        "concise",
        str(directory),
    ]
    return subprocess.run(command, capture_output=True, text=True).stdout
