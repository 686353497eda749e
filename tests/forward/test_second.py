"""Programs of the language tests to second order: the tangent of the gradient is right, or refused with a remedy.

A sample by default; SECOND=all goes over all of them, and SECOND=7 over another sample.
"""

import os
import random
from pathlib import Path

import pytest

import srcad
from tests.cases import every_entry
from tests.forward.second import check_second

TESTS = Path(__file__).parents[1]
SAMPLE = 60


def chosen():
    entries = list(every_entry())
    which = os.environ.get("SECOND", "0")
    if which == "all":
        return entries
    return random.Random(int(which)).sample(entries, SAMPLE)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("entry", chosen(), ids=lambda entry: entry.function.__name__)
def test_the_tangent_of_the_gradient_is_right_or_refused_with_a_remedy(entry):
    try:
        check_second(entry)
    except srcad.ArgumentError as refusal:
        assert "in *args or **kwargs" in refusal.message and refusal.remedy  # of the call, which has no place
    except srcad.SrcadError as refusal:
        assert refusal.place is not None
        assert TESTS in Path(refusal.place.file).parents, "the place is that in the program"
        assert "forward mode" in refusal.remedy


def linked(x, depth):
    if depth == 0:
        return x
    half = linked(x * x, depth - 1)
    return half * x


def test_the_remedy_for_a_refusal_at_second_order_works():
    with pytest.raises(srcad.SrcadError, match="calls itself") as caught:
        srcad.grad(srcad.grad(linked))(1.1, 3)
    assert caught.value.place is not None
    assert caught.value.place.file == __file__

    def slope(x):
        return srcad.jvp(linked, (x, 3), (1.0, None))[1]

    found = srcad.jvp(slope, (1.1,), (1.0,))[1]
    power = 1 + 2 + 4 + 8
    assert found == pytest.approx(power * (power - 1) * 1.1 ** (power - 2), rel=1e-12)
