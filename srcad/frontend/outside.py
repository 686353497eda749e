"""The names that a function reads from outside: its globals, the cells of the functions around it, the builtins.

Each becomes a `Ref` to the object found now, and a `Guard` that says where it was found: generated code holds while
the name still means the same object.
"""

from __future__ import annotations

import builtins
import sys
import types
from typing import Any

from srcad.core.nodes import Guard, Ref

_MISSING = object()


class Outside:
    """Where a function's names from outside are found, and the guards of those that were."""

    def __init__(self, function: types.FunctionType) -> None:
        self.function = function
        self.globals = function.__globals__
        self.cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
        found = self.globals.get("__builtins__", builtins)
        self.builtins: dict[str, Any] = found if isinstance(found, dict) else vars(found)
        self.guards: dict[tuple[int, str], Guard] = {}

    def find(self, name: str, *, skip_cells: bool = False) -> Ref | None:
        """The object that a name means, or None if there is none. An empty cell raises `ValueError`."""
        if name in self.cells and not skip_cells:
            cell = self.cells[name]
            value = cell.cell_contents
            self.guard(cell, "cell_contents", value)
            return Ref(name, value)
        if name in self.globals:
            value = self.globals[name]
            self.guard(self.globals, name, value)
            return Ref(name, value)
        if name in self.builtins:
            return Ref(name, self.builtins[name])
        return None

    def guard(self, holder: Any, key: str, value: Any) -> None:
        self.guards.setdefault((id(holder), key), Guard(holder, key, value))

    def attribute(self, base: Ref, name: str) -> Ref | None:
        """`module.name`, where the base is a module that has it."""
        module = base.value
        if not isinstance(module, types.ModuleType):
            return None
        value = getattr(module, name, _MISSING)
        if value is _MISSING:
            return None
        top = module.__name__.partition(".")[0]
        outside = top not in sys.stdlib_module_names and top not in ("numpy", "scipy")
        if outside and not isinstance(value, types.ModuleType):
            self.guard(vars(module), name, value)
        return Ref(f"{base.name}.{name}", value)

    def holds(self, name: str) -> bool:
        """Whether a name means something outside."""
        return name in self.cells or name in self.globals or name in self.builtins
