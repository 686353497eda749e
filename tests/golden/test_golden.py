"""The generated source of some programs is what it was when a person last read it.

UPDATE_GOLDEN=1 pytest tests/golden      keep the source as it is generated now; read the difference before a commit
"""

import os
from pathlib import Path

import pytest

import srcad
from tests.check import check_at
from tests.golden.programs import PROGRAMS

HERE = Path(__file__).parent
IDS = [program.__name__ for program, _, _ in PROGRAMS]


@pytest.mark.parametrize(("program", "argnums", "points"), PROGRAMS, ids=IDS)
def test_the_source_is_as_kept(program, argnums, points):
    source = srcad.grad(program, argnums).source_for(*points[0])
    path = HERE / f"{program.__name__}.py.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(source, encoding="utf-8")
    assert path.exists(), f"no source is kept for {program.__name__}: UPDATE_GOLDEN=1 pytest tests/golden"
    assert source == path.read_text(encoding="utf-8"), "read the difference; UPDATE_GOLDEN=1 keeps it"


@pytest.mark.parametrize(("program", "argnums", "points"), PROGRAMS, ids=IDS)
def test_the_kept_program_is_right(program, argnums, points):
    check_at(program, points, argnums=argnums)


def test_every_kept_source_belongs_to_a_program():
    assert sorted(path.name.removesuffix(".py.txt") for path in HERE.glob("*.py.txt")) == sorted(IDS)


@pytest.mark.parametrize("path", sorted(HERE.glob("*.py.txt")), ids=lambda path: path.name)
def test_no_line_is_longer_than_88(path):
    assert max(map(len, path.read_text(encoding="utf-8").splitlines())) <= 88
