"""The scientific programs have the right gradients, and their generated source is as it was last read."""

import importlib
from pathlib import Path

import pytest

from tests.check import check_at, smooth_positions
from tests.kept import assert_as_kept, assert_each_has_a_program

FIELDS = ("diffusion", "waves", "linear_algebra", "dynamics", "sequences", "geometry")
ENTRIES = [entry for field in FIELDS for entry in importlib.import_module(f"tests.programs.{field}").programs.entries]
GOLDEN = Path(__file__).parent / "golden"
EACH = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.function.__name__)


def wanted(entry):
    """The arguments that a program is differentiated in: those of its table, or every one that holds a float."""
    positions = entry.options.get("argnums", smooth_positions(entry.points[0]))
    return positions[0] if isinstance(positions, tuple) and len(positions) == 1 else positions


@EACH
def test_the_gradient_is_right(entry):
    check_at(entry.function, entry.points, **entry.options)


@EACH
def test_the_source_is_as_kept(entry):
    assert_as_kept(GOLDEN, entry.function, wanted(entry), entry.points[0])


def test_every_kept_source_belongs_to_a_program():
    assert_each_has_a_program(GOLDEN, [entry.function for entry in ENTRIES])
