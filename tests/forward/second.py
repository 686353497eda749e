"""Second derivatives of the programs of the language tests: the tangent of a gradient, against its differences."""

from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np

import srcad
from tests.cases import Entry
from tests.check import along, moved, numbers, promoted, slope, smooth_positions


def check_second(entry: Entry) -> bool:
    """Fail unless `jvp` of `grad` is right at the first point of a program.

    False where it proves nothing: differences of the gradient that are not to be trusted (a kink).
    """
    point = entry.points[0]
    args = point if type(point) is tuple else (point,)
    kwargs = entry.options.get("kwargs")
    if kwargs:
        return False
    positions = smooth_positions(args)
    args = tuple(promoted(a) if i in positions else a for i, a in enumerate(args))
    gradient = srcad.grad(entry.function, positions)
    direction = along(args, positions)
    given = copy.deepcopy((args, direction))
    _, tangent = srcad.jvp(gradient, *given)
    found = list(numbers(tangent))
    size = len(list(numbers(gradient(*copy.deepcopy(args)))))
    assert len(found) == size, f"{len(found)} tangents, for {size} numbers of the gradient: {tangent!r}"

    def one(t: float, i: int) -> float:
        return list(numbers(gradient(*moved(args, direction, t))))[i]

    if not np.allclose([one(0.0, i) for i in range(size)], [one(1e-8, i) for i in range(size)], 1e-4):
        return False  # the gradient jumps here
    judged = False
    for i, got in enumerate(found):
        with np.errstate(all="ignore"):
            want, doubt = slope(lambda t, i=i: one(t, i))
        if math.isfinite(want) and doubt <= 1e-6 * max(1.0, abs(want)):
            judged = True
            assert abs(got - want) <= 1e-5 * max(1.0, abs(want)), f"number {i}: {got!r}, but differences say {want!r}"
    return judged


def shown(wrong: Any) -> str:
    """An error in one line."""
    return f"{type(wrong).__name__}: {str(wrong).splitlines()[0][:150]}"
