"""The generated tangent source of some programs is what it was when a person last read it.

UPDATE_GOLDEN=1 pytest tests/forward/test_golden.py      keep the source as it is generated now, once it is read
"""

import os
from pathlib import Path

import pytest

import srcad
from tests.check import along
from tests.golden.programs import PROGRAMS

HERE = Path(__file__).parent / "golden"
CHOSEN = ("f", "power", "sweep", "newton_root", "chebyshev", "logistic", "network", "swing")
KEPT = [entry for entry in PROGRAMS if entry[0].__name__ in CHOSEN]


@pytest.mark.parametrize(("program", "argnums", "points"), KEPT, ids=lambda value: getattr(value, "__name__", ""))
def test_the_tangent_source_is_as_kept(program, argnums, points):
    chosen = argnums if isinstance(argnums, tuple) else (argnums,)
    source = srcad.linearize(program, *points[0])[1].source_for(*along(points[0], chosen))
    path = HERE / f"{program.__name__}.py.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(source, encoding="utf-8")
    assert path.exists(), f"no source is kept for {program.__name__}"
    assert source == path.read_text(encoding="utf-8"), "read the difference; UPDATE_GOLDEN=1 keeps it"
    assert max(map(len, source.splitlines())) <= 88


def test_every_kept_source_belongs_to_a_program():
    assert sorted(path.name.removesuffix(".py.txt") for path in HERE.glob("*.py.txt")) == sorted(CHOSEN)
