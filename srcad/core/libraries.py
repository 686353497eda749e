"""The public names of a library's functions, which say less of themselves than NumPy's do.

A ufunc of `scipy.special` has no `__module__`, a function of `scipy.linalg` one that is private, and
`scipy.stats.norm.logpdf` is a method of an object. So the namespaces that the program has imported are searched.

Contract: no library is imported here, and a path leads back to an object equal to the one that it was found for.
"""

from __future__ import annotations

import sys
import types
from typing import Any

NAMESPACES = (
    "scipy.special",
    "scipy.linalg",
    "scipy.stats",
    "scipy.signal",
    "scipy.integrate",
    "scipy.optimize",
    "scipy.interpolate",
)

Path = tuple[types.ModuleType, tuple[str, ...]]


def public_path(value: Any) -> Path | None:
    """The module and the names in it that lead to a function, ufunc or method of a library; None if none do."""
    owner = getattr(value, "__self__", None)
    name = getattr(value, "__name__", None)
    if isinstance(value, types.MethodType) and is_library_object(owner):
        path = _of_object(owner)
        return None if path is None else (path[0], (*path[1], value.__name__))
    if is_library_object(value):
        return _of_object(value)
    if not isinstance(name, str):
        return None
    for space in NAMESPACES:
        module = sys.modules.get(space)
        if module is not None and getattr(module, name, None) is value:
            return module, (name,)
    return None


_METHODS: dict[Any, Any] = {}


def the_one(value: Any) -> Any:
    """A distribution or a method of one as the one object that stands for it, whatever copy it was found as.

    SciPy copies a distribution when its parameters are held, and Python makes a bound method at each look.
    """
    if isinstance(value, types.MethodType):
        method = getattr(the_one(value.__self__), value.__name__)
        return _METHODS.setdefault(method, method)
    public = getattr(sys.modules.get("scipy.stats"), getattr(value, "name", None) or "", None)
    same = type(public) is type(value) and all(getattr(public, k, 0) == getattr(value, k, 0) for k in ("a", "b"))
    return public if same else value


def is_library_object(value: Any) -> bool:
    """Whether a value is one of SciPy's distributions: an object that stands for its methods, and never changes."""
    cls = type(value)
    return cls.__module__.startswith("scipy.stats._") and cls.__name__.endswith("_gen")


def is_frozen(cls: type) -> bool:
    """Whether a class is that of SciPy's distributions with parameters held."""
    return cls.__module__.startswith("scipy.stats._") and cls.__name__.endswith("_frozen")


def _of_object(value: Any) -> Path | None:
    module = sys.modules.get("scipy.stats")
    if module is None:
        return None
    found = [name for name, held in vars(module).items() if held is value]
    return (module, (found[0],)) if found else None
