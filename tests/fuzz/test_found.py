"""What the generator found stays mended."""

import pytest

from tests.check import check
from tests.fuzz.found import FOUND


@pytest.mark.parametrize(("function", "args"), FOUND, ids=[function.__name__ for function, _ in FOUND])
def test_what_was_found_stays_mended(function, args):
    check(function, *args)
