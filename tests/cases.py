"""Tables of programs: the language tests are ordinary functions, each with the points at which it is checked.

programs = Programs()

@programs.at(2.0, -1.0)
def an_if_on_the_sign(x): ...

test_gradient = programs.test()
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.check import check_at


@dataclass(frozen=True)
class Entry:
    """A program, its points (each a tuple of arguments, or the only argument), and the options of `check`."""

    function: Callable[..., Any]
    points: tuple[Any, ...]
    options: dict[str, Any] = field(default_factory=dict)


class Programs:
    """The programs of one file."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def at(self, *points: Any, **options: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Add the decorated function, which stays as it is."""

        def add(function: Callable[..., Any]) -> Callable[..., Any]:
            self.entries.append(Entry(function, points, options))
            return function

        return add

    def test(self) -> Callable[..., None]:
        """One test for each program."""

        @pytest.mark.parametrize("entry", self.entries, ids=lambda entry: entry.function.__name__)
        def test_gradient(entry: Entry) -> None:
            check_at(entry.function, entry.points, **entry.options)

        return test_gradient


def every_entry() -> Iterator[Entry]:
    """Every program of the language tests that must be differentiated: for tests of single layers."""
    import tests.language as language

    for module in pkgutil.iter_modules(language.__path__):
        if module.name != "test_right_or_refused":
            table = getattr(importlib.import_module(f"{language.__name__}.{module.name}"), "programs", None)
            yield from table.entries if table is not None else ()
