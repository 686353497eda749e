"""The generated source of some programs is what it was when a person last read it (see tests/kept.py)."""

from pathlib import Path

import pytest

from tests.check import check_at
from tests.golden.programs import PROGRAMS
from tests.kept import assert_as_kept, assert_each_has_a_program

HERE = Path(__file__).parent
EACH = pytest.mark.parametrize(("program", "argnums", "points"), PROGRAMS, ids=[p.__name__ for p, _, _ in PROGRAMS])


@EACH
def test_the_source_is_as_kept(program, argnums, points):
    assert_as_kept(HERE, program, argnums, points[0])


@EACH
def test_the_kept_program_is_right(program, argnums, points):
    check_at(program, points, argnums=argnums)


def test_every_kept_source_belongs_to_a_program():
    assert_each_has_a_program(HERE, [program for program, _, _ in PROGRAMS])
