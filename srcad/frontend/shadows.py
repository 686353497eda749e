"""The helpers of generated code that go through a container, written in Python: more of the prelude.

Generated code that is differentiated again is lowered as a user's function is. What `runtime.shadow_of` and
`runtime.mirrored` do to a list or dict of unknown length is a loop.
"""

from __future__ import annotations

from typing import Any

from srcad.runtime import mirrored, shadow_of


def shadows_of_items(xs: Any) -> Any:
    return [shadow_of(x) for x in xs]


def shadows_of_values(xs: Any) -> Any:
    out = {}
    for key in xs:
        out[key] = shadow_of(xs[key])
    return out


def mirrored_items(shadow: Any, xs: Any) -> Any:
    return [mirrored(shadow[i], xs[i]) for i in range(len(xs))]


def mirrored_values(shadow: Any, xs: Any) -> Any:
    out = {}
    for key in xs:
        out[key] = mirrored(shadow[key], xs[key])
    return out
