"""Generated source that is kept in a file: what a change of the generator does to real output shows as a difference.

UPDATE_GOLDEN=1 pytest ...      keeps the source as it is generated now; read the difference before a commit
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import srcad

LINE = 88


def assert_as_kept(
    directory: Path, program: Callable[..., Any], argnums: int | tuple[int, ...], args: Sequence[Any]
) -> None:
    """Fail unless the gradient of `program` for `args` reads as it does in `directory`, in lines of 88 columns."""
    source = srcad.grad(program, argnums).source_for(*args)
    path = directory / f"{program.__name__}.py.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(source, encoding="utf-8")
    assert path.exists(), f"no source is kept for {program.__name__}: run the test with UPDATE_GOLDEN=1"
    assert source == path.read_text(encoding="utf-8"), "read the difference; UPDATE_GOLDEN=1 keeps it"
    assert max(map(len, source.splitlines())) <= LINE


def assert_each_has_a_program(directory: Path, programs: Iterable[Callable[..., Any]]) -> None:
    """Fail unless `directory` holds the source of these programs and nothing else."""
    kept = sorted(path.name.removesuffix(".py.txt") for path in directory.glob("*.py.txt"))
    assert kept == sorted(program.__name__ for program in programs)
