"""`import` inside a function: done when the function is read, after which the name means the module or object."""

from __future__ import annotations

import importlib
from typing import Any

import gast

from srcad.core.nodes import Ref
from srcad.frontend.frame import Frame, statement


@statement(gast.Import, gast.ImportFrom)
def import_statement(frame: Frame, node: Any) -> None:
    """Nothing is left to do when the program runs."""


def import_names(frame: Frame) -> None:
    """Import what the function imports."""
    for name, (node, alias) in frame.scope.imports.items():
        if name == "*":
            raise frame.refuse(node, "import of all names")
        if name in frame.scope.params or any(event.node is not node for event in frame.scope.of(name, "bind")):
            raise frame.refuse(node, "an imported name that is assigned", name)
        try:
            frame.imports[name] = Ref(name, _imported(frame, node, alias))
        except (ImportError, AttributeError) as failed:
            raise frame.refuse(node, "an import that fails", str(failed)) from None


def _imported(frame: Frame, node: Any, alias: Any) -> Any:
    if isinstance(node, gast.Import):
        module = importlib.import_module(alias.name)
        return module if alias.asname else importlib.import_module(alias.name.partition(".")[0])
    package = frame.outside.globals.get("__package__") or None
    module = importlib.import_module("." * (node.level or 0) + (node.module or ""), package)
    if hasattr(module, alias.name):
        return getattr(module, alias.name)
    return importlib.import_module(f"{module.__name__}.{alias.name}")
