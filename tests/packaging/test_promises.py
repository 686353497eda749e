"""The table of promises (tests/README.md) names files and tests that there are."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
ROWS = [
    (file, re.findall(r"`(\w+)`", names))
    for file, names in re.findall(
        r"^\|[^\n]*\| `([\w/]+\.py)` \|([^\n|]*)\|$", (TESTS / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
]


def test_the_table_is_read():
    lines = [line for line in (TESTS / "README.md").read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    headings = sum(line.startswith(("| promise", "| ---")) for line in lines)
    assert len(ROWS) == len(lines) - headings and all(names for _, names in ROWS)


@pytest.mark.parametrize(("file", "names"), ROWS)
def test_what_a_row_names_exists(file, names):
    text = (TESTS / file).read_text(encoding="utf-8")
    for name in names:
        assert re.search(rf"^ *(async )?def {name}\(", text, re.MULTILINE), f"{file} has no {name}"
