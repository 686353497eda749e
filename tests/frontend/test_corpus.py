"""Every program of the language tests, lowered, computes what it computes."""

from __future__ import annotations

import inspect
import warnings

import pytest

from tests.cases import Entry, every_entry
from tests.frontend.agree import agree


@pytest.mark.parametrize("entry", list(every_entry()), ids=lambda entry: entry.function.__name__)
def test_lowered_programs_compute_what_the_function_computes(entry: Entry) -> None:
    if not inspect.isfunction(entry.function) or "kwargs" in entry.options:
        pytest.skip("the driver resolves the function, or binds its arguments")
    points = [point if type(point) is tuple else (point,) for point in entry.points]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        agree(entry.function, *points)
