"""Second derivatives of the programs of the language tests: the tangent of a gradient, against its differences."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

import srcad
from tests.cases import Entry
from tests.check import along, is_smooth, moved, numbers, parts, promoted, slope, smooth_positions


def check_second(entry: Entry) -> bool:
    """Fail unless `jvp` of `grad` is right at the last point of a program.

    False where it proves nothing: differences of the gradient that are not to be trusted (a kink, or a point at which
    the gradient is not what it is on both sides, as where items are counted that are equal there alone).
    """
    point = entry.points[-1]
    args = point if type(point) is tuple else (point,)
    kwargs = entry.options.get("kwargs")
    if kwargs:
        return False
    positions = entry.options.get("argnums", smooth_positions(args))
    positions = positions if isinstance(positions, tuple) else (positions,)
    args = tuple(promoted(a) if i in positions else a for i, a in enumerate(args))
    gradient = srcad.grad(entry.function, positions)
    direction = along(args, positions)
    given = copy.deepcopy((args, direction))
    _, tangent = srcad.jvp(gradient, *given)
    found = list(of_floats(tangent, gradient(*copy.deepcopy(args))))

    def one(t: float, i: int) -> float:
        return list(numbers(gradient(*moved(args, direction, t))))[i]

    judged = False
    for i, got in enumerate(found):
        with np.errstate(all="ignore"):
            want, doubt = slope(lambda t, i=i: one(t, i))
            here, around = one(0.0, i), (one(1e-6, i) + one(-1e-6, i)) / 2
        if math.isfinite(want) and doubt <= 1e-6 * max(1.0, abs(want)) and abs(here - around) <= 1e-6 * (1 + abs(here)):
            judged = True
            assert abs(got - want) <= 1e-5 * max(1.0, abs(want)), f"number {i}: {got!r}, but differences say {want!r}"
    return judged


def of_floats(tangent: Any, gradient: Any) -> Iterator[float]:
    """The numbers of a tangent for those of a gradient. An int among floats has the gradient None and the tangent 0."""
    if gradient is None:
        assert all(number == 0.0 for number in numbers(tangent)), tangent
    elif is_smooth(gradient):
        assert np.shape(tangent) == np.shape(gradient), f"the tangent {tangent!r} of {gradient!r}"
        yield from numbers(np.asarray(tangent, float))
    else:
        pairs = zip(parts(tangent) or (), parts(gradient) or (), strict=True)
        for (_, part), (_, own) in pairs:
            yield from of_floats(part, own)


def shown(wrong: Any) -> str:
    """An error in one line."""
    return f"{type(wrong).__name__}: {str(wrong).splitlines()[0][:150]}"
