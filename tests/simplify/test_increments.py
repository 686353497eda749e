"""An adjoint stays in its place only where nobody could see it there."""

import pytest

from srcad.core.kinds import Array
from srcad.transform.simplify.increments import increments
from tests.simplify.reader import facts_of, read, show

KINDS = {"d_row": Array("float64", "n"), "d_other": Array("float64", "n"), "d_part": Array("float64", "n")}


def result(body):
    program = read("def f(d_row, d_other, d_s, y, i, j, k):\n" + body + "    return d_row\n", {"note": print})
    return show(program), show(increments(program, facts_of(program, KINDS)))


@pytest.mark.parametrize(
    "between",
    [
        "d_s = d_row[j]",  # it may be the element
        "d_row[j] = 0.0",
        "d_row[j] = d_item",
        "i = j",
        "d_item = y",
        "d_other[j] = d_row[j]",
        "note(y)",
        "d_row[j] += d_row[k]",
        "if y:\n        d_row[j] += y",
    ],
)
def test_what_is_seen_in_between_stays(between):
    before, after = result(f"    d_item = d_row[i]\n    d_row[i] = 0.0\n    {between}\n    d_row[i] += d_item\n")
    assert after == before


def test_a_view_that_is_cleared_with_its_array_is_not_what_was_there():
    before, after = result("    d_part = d_row[i:j]\n    d_row[i:j] = 0.0\n    d_row[i:j] += d_part\n")
    assert after == before


def test_additions_to_other_arrays_and_elements_do_no_harm():
    _, after = result(
        "    d_item = d_row[i]\n    d_row[i] = 0.0\n    d_other[j] += d_item\n    d_row[k] += y * d_item\n"
        "    d_s = d_item * y\n    d_row[i] += d_item\n"
    )
    assert "= 0.0" not in after
    assert "d_row[i] +=" not in after


def test_the_first_addition_to_what_is_zero_is_a_store():
    _, after = result("    d_s = d_row[i]\n    d_row[i] = 0.0\n    d_row[i] += d_s * y\n    d_row[i] += y\n")
    assert after.count("d_row[i] = d_s * y") == 1
    assert after.count("d_row[i] += y") == 1
    assert "= 0.0" not in after
