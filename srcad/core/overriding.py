"""Classes that are made of a builtin one and do something of their own in place of what the builtin does.

    class Doubled(dict):
        def __getitem__(self, key):          # what is read is not what is held
            return 2 * super().__getitem__(key)

Contract: a value of such a class is not seen as the builtin that it is made of.
"""

from __future__ import annotations

import collections
import types
import weakref
from typing import Any

_BUILTIN = (dict, list, tuple, float, int, str, bytes, set, frozenset, collections.deque)
# what makes, shows, copies or compares a value by its hash says nothing of what it holds; a missing key is asked after
_HARMLESS = {
    "__init__", "__new__", "__repr__", "__str__", "__setattr__", "__delattr__", "__reduce__", "__reduce_ex__",
    "__getstate__", "__init_subclass__", "__subclasshook__", "__class_getitem__", "__dir__", "__sizeof__", "__hash__",
}  # fmt: skip
_STANDARD = ("collections", "enum", "typing")
_OF_NAMEDTUPLES = {"__new__", "__getitem__", "_replace", "_make", "_asdict"}  # the operators are followed


_KNOWN: weakref.WeakKeyDictionary[type, type | None] = weakref.WeakKeyDictionary()


def builtin_overridden(cls: Any) -> type | None:
    """The builtin that a class is made of, where it has a method of its own in place of one of the builtin's."""
    if cls not in _KNOWN:
        _KNOWN[cls] = _overridden(cls)
    return _KNOWN[cls]


def _overridden(cls: type) -> type | None:
    base = next((one for one in _BUILTIN if issubclass(cls, one)), None)
    if base is None or cls is base:
        return None
    named = base is tuple and hasattr(cls, "_fields")
    for owner in cls.__mro__[: cls.__mro__.index(base)]:
        for name, entry in vars(owner).items():
            weighty = name in _OF_NAMEDTUPLES if named else hasattr(base, name) and name not in _HARMLESS
            if weighty and _is_written(entry):
                return base
    return None


def _is_written(entry: object) -> bool:
    """Whether somebody wrote this for a class: `collections.namedtuple` makes its methods of text."""
    function = getattr(entry, "__func__", entry)
    if isinstance(function, types.FunctionType):
        return function.__code__.co_filename != "<string>" and function.__module__ not in _STANDARD
    return isinstance(entry, property)
