"""Which programs the Numba backend is judged on, and how: it agrees with the Python backend, or is a `BackendError`.

python -m tests.numba.agree            judge every program of the golden, program and language tests
python -m tests.numba.agree 100 7      judge 100 of them, drawn by the seed 7
"""

from __future__ import annotations

import copy
import random
import re
import sys
import traceback
from collections.abc import Iterator
from typing import Any

import numpy as np

import srcad
from tests.cases import Entry, every_entry
from tests.check import smooth_positions
from tests.golden.programs import PROGRAMS
from tests.programs.test_programs import ENTRIES


def tables() -> list[Entry]:
    """The golden and the scientific programs, each with its points and the arguments it is differentiated in."""
    golden = [Entry(f, tuple(points), {"argnums": argnums}) for f, argnums, points in PROGRAMS]
    return [*golden, *ENTRIES]


def entries() -> list[Entry]:
    """Every program."""
    return [*tables(), *every_entry()]


def leaves(value: Any) -> Iterator[Any]:
    """The numbers, arrays and texts in a structure, in order."""
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from leaves(item)
    elif isinstance(value, dict):
        yield from leaves(list(value.values()))
    elif hasattr(value, "__dict__") and not isinstance(value, (np.ndarray, np.generic)):
        yield from leaves(list(vars(value).values()))
    elif value is not None:
        yield value


def judge(entry: Entry) -> str:
    """ "" where the backends agree at every point, what Numba refused where it did. Fails on anything else."""
    kwargs = entry.options.get("kwargs") or {}
    for point in entry.points:
        args = point if isinstance(point, tuple) else (point,)
        positions = entry.options.get("argnums")
        positions = smooth_positions(args) if positions is None else positions
        try:
            expected = srcad.value_and_grad(entry.function, positions)(*copy.deepcopy(args), **kwargs)
        except srcad.errors.NonScalarOutput:
            continue
        given = copy.deepcopy(args)
        try:
            found = srcad.value_and_grad(entry.function, positions, backend="numba")(*given, **kwargs)
        except srcad.errors.BackendError as refusal:
            assert refusal.place is not None or re.search("argument|parameter|64 bits", refusal.message), refusal
            assert 'backend="python"' in refusal.remedy
            return str(refusal)
        assert_agree(expected, found)
        for before, after in zip(leaves(args), leaves(given), strict=True):
            np.testing.assert_array_equal(before, after, err_msg="the caller's arguments changed")
    return ""


def assert_agree(expected: Any, found: Any) -> None:
    """The same numbers to 1e-12, in the same order and of the same shapes."""
    for one, other in zip(leaves(expected), leaves(found), strict=True):
        if isinstance(one, str):
            assert one == other
            continue
        assert np.shape(one) == np.shape(other)
        np.testing.assert_allclose(other, one, rtol=1e-12, atol=1e-12)


def main() -> None:
    agreed = refused = 0
    wrong: list[str] = []
    chosen = entries()
    if len(sys.argv) > 1:
        count, seed = map(int, (*sys.argv[1:], "0")[:2])
        chosen = random.Random(seed).sample(chosen, count)
    for entry in chosen:
        name = entry.function.__name__
        print(f"\r{name:60.60}", end="", file=sys.stderr, flush=True)
        try:
            refusal = judge(entry)
        except Exception:
            wrong.append(name)
            print(f"{name} DISAGREES OR FAILS\n{traceback.format_exc()}", flush=True)
            continue
        agreed += not refusal
        refused += bool(refusal)
        if refusal:
            print(f"{name:48} {refusal.splitlines()[0]}", flush=True)
    print(file=sys.stderr)
    print(f"{agreed} programs agree, {refused} are refused, {len(wrong)} disagree or fail")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
