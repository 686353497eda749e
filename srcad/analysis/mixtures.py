"""Variables of a complex kind that may hold real values: the kind is one for all that a variable holds.

    for i in range(n):
        x = x * z                # x is complex, but the argument that it is at first may be real
    t = np.exp(x)                # and so may what is made of it

Contract: a variable that is not named here and whose kind is complex holds complex values only, so that an array made
like it is complex.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from srcad.core import prims
from srcad.core.kinds import UNKNOWN, Kind, holds_complex, holds_smooth
from srcad.core.nodes import Assign, Block, Expr, Lit, Op, Ref, Return, Unpack, names_in, walk

_BY_VALUES = {np.linalg.eig, np.linalg.eigvals}  # real where it turns out so


def mixtures(
    body: Block, kinds: Mapping[str, Kind], given: Sequence[tuple[str, Kind]], callers: frozenset[int] = frozenset()
) -> frozenset[str]:
    """The names of a complex kind that may hold real values; `given` are the parameters, as they are given.

    `callers` are the programs whose calls led here: a recursive call adds nothing to what the others say.
    """
    if not any(map(holds_complex, kinds.values())):
        return frozenset()
    mixed = {name for name, kind in given if holds_complex(kinds.get(name, UNKNOWN)) and not holds_complex(kind)}
    bindings: list[tuple[tuple[str, ...], Expr]] = []
    for stmt in walk(body):
        match stmt:
            case Assign(target=target, value=value):
                bindings.append(((target,), value))
            case Unpack(targets=targets, value=value):
                bindings.append((targets, value))
            case _:
                pass
    while True:
        before = len(mixed)
        for targets, value in bindings:
            if _may_be_real(value, kinds, mixed, callers):
                mixed.update(name for name in targets if holds_complex(kinds.get(name, UNKNOWN)))
        if len(mixed) == before:
            return frozenset(mixed)


def _may_be_real(value: Expr, kinds: Mapping[str, Kind], mixed: set[str], callers: frozenset[int]) -> bool:
    names = set(names_in(value))
    if names & mixed:
        return True
    held = [kinds.get(name, UNKNOWN) for name in names]
    if not isinstance(value, Op):
        return not any(map(holds_complex, held)) and any(map(holds_smooth, held))
    if value.fn in _BY_VALUES:
        return True
    if value.fn is prims.call and isinstance(value.args[0], Ref) and hasattr(value.args[0].value, "arg_kinds"):
        return _gives_real(value.args[0].value, callers)
    if value.fn in (prims.make_tuple, prims.make_list, prims.make_dict, prims.call):
        return any(holds_smooth(kind) and not holds_complex(kind) for kind in held)
    return not any(map(holds_complex, held)) and not _names_complex(value)


def _gives_real(special: Any, callers: frozenset[int]) -> bool:
    """Whether a function of the user's may return a real value where its kind is complex."""
    if not holds_complex(special.result_kind):
        return True
    if id(special) in callers:
        return False
    params = [param.name for param in special.program.params]
    given = list(zip(params, special.arg_kinds, strict=True))
    inside = mixtures(special.body, special.kinds, given, callers | {id(special)})
    result = special.body[-1]
    return isinstance(result, Return) and any(name in inside for name in names_in(result.value))


def _names_complex(value: Expr) -> bool:
    """Whether an expression of no complex variable makes complex values all the same: by a number, a type, an `fft`."""
    match value:
        case Lit(value=number) | Ref(value=number):
            return isinstance(number, (complex, np.complexfloating)) or number in _TYPES if _hashable(number) else False
        case Op(fn=fn, args=args, kwargs=kwargs):
            if fn in _MAKERS or getattr(fn, "__module__", "") == "cmath":
                return True
            return any(map(_names_complex, (*args, *(v for _, v in kwargs))))
        case _:
            return False


def _hashable(value: object) -> bool:
    return type(value).__hash__ is not None


_TYPES = {complex, np.complex128, np.complex64, np.dtype(complex), "complex", "complex128", "complex64"}
_MAKERS = {
    complex, np.complex128, np.fft.fft, np.fft.ifft, np.fft.rfft, np.fft.ihfft, np.fft.fft2, np.fft.ifft2, np.fft.rfft2,
    np.fft.fftn, np.fft.ifftn, np.fft.rfftn,
}  # fmt: skip
