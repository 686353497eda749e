"""A module of its own from generated source: it needs NumPy and the standard library, and srcad not at all.

Contract: every name that the generated functions read is imported, written as a literal, or copied by source together
with what it reads in turn. What cannot be carried over so that it means the same (an open file, an object of a class
without a literal, a name that would have to stand for two things) is a `BackendError` that names it.
"""

from __future__ import annotations
import __future__

import ast
import builtins
import dis
import enum
import functools
import inspect
import sys
import textwrap
import types
from collections.abc import Iterator
from typing import Any

import gast
import numpy as np

from srcad.backend.emit import Emitted
from srcad.backend.layout import Docstring, laid_out
from srcad.backend.literals import is_literal, literal
from srcad.backend.names import name_node
from srcad.backend.printer import WIDTH, text_of
from srcad.errors import BackendError

_THIRD_PARTY = ("numpy", "scipy")
_ABSENT = object()


def standalone(emitted: Emitted, doc: str) -> str:
    """The text of a module with the generated functions, `doc` as its docstring."""
    module = _Standalone(emitted)
    for name, value in emitted.namespace.items():
        module.provide(name, value)
    return module.text(doc)


class _Standalone:
    """The parts of a module while they are collected; `bound` is what each of its global names stands for."""

    def __init__(self, emitted: Emitted) -> None:
        self.source = emitted.source
        self.bound: dict[str, object] = {name: handle for handle, name in emitted.names.items()}
        self.imports: list[str] = []
        self.constants: list[tuple[str, object]] = []
        self.copies: list[str] = []
        self.aliases: list[str] = []
        self.postponed = False  # whether a copied source relies on annotations not being evaluated

    # ------------------------------------------------------------ names

    def provide(self, name: str, value: object, user: str = "the derivative") -> None:
        """Make a global name stand for a value."""
        held = self.bound.get(name, _ABSENT)
        if held is value:
            return
        if held is not _ABSENT:
            raise BackendError(
                f"cannot save: {name} stands for two different things in what {user} uses",
                None,
                f"rename one of the two objects called {name}",
            )
        self.bound[name] = value
        if isinstance(value, enum.Enum) and value.name in type(value).__members__:
            self.provide(type(value).__name__, type(value), user)
            self.aliases.append(f"{name} = {type(value).__name__}.{value.name}\n")
        elif isinstance(value, types.ModuleType):
            self.imports.append(_module_import(name, value, user))
        elif is_literal(value):
            self.constants.append((name, value))
        elif type(value) is object:
            self.copies.append(f"{name} = object()\n")
        elif _is_import(value):
            self._import_object(name, value)
        elif isinstance(value, (types.FunctionType, type)):
            self._copy(name, value)
        elif isinstance(value, functools._lru_cache_wrapper) and isinstance(value.__wrapped__, types.FunctionType):
            self._copy(name, value.__wrapped__)  # the source has the decorator
        else:
            raise BackendError(
                f"cannot save: {name} is an object of {type(value).__qualname__}, which has no text",
                None,
                f"pass {name} to the function as an argument",
            )

    def _import_object(self, name: str, value: Any) -> None:
        own: str = value.__name__
        if getattr(builtins, own, _ABSENT) is value:
            self.aliases.append(f"{name} = {own}\n")
        else:
            renamed = "" if own == name else f" as {name}"
            self.imports.append(f"from {value.__module__} import {own}{renamed}")

    # ------------------------------------------------------------ copies

    def _copy(self, name: str, value: types.FunctionType | type) -> None:
        """The source of a function or class, after what it reads."""
        if _is_plain_namedtuple(value):
            assert isinstance(value, type)
            fields = list(value._fields)  # type: ignore[attr-defined]
            made = f"{name} = collections.namedtuple({value.__name__!r}, {fields!r})\n".replace("'", '"')
            self.provide("collections", sys.modules["collections"])
            self.copies.append(made)
            return
        source = _source_of(name, value)
        if isinstance(value, types.FunctionType):
            space = value.__globals__
            self.postponed |= bool(value.__code__.co_flags & __future__.annotations.compiler_flag)
        else:
            space = vars(sys.modules[value.__module__])
            self.postponed |= space.get("annotations") is __future__.annotations
        own = value.__name__
        if own != name:
            self.provide(own, value, own)  # copies it under its own name, which its source needs
            self.aliases.append(f"{name} = {own}\n")
            return
        for read in sorted(_globals_read(source)):
            found = space.get(read, _ABSENT)
            dunder = read.startswith("__") and read.endswith("__")  # `__name__` is the new module's own
            if found is not _ABSENT and not dunder and found is not getattr(builtins, read, _ABSENT):
                self.provide(read, found, own)
        self.copies.append(source)

    # ------------------------------------------------------------ text

    def text(self, doc: str) -> str:
        blocks: list[str] = []
        constants = self._constants()
        if doc:
            blocks.append("\n".join(laid_out([Docstring(doc)], 0, WIDTH)) + "\n")
        if self.postponed:
            blocks.append("from __future__ import annotations\n")
        blocks.extend(_grouped(self.imports))
        if constants:
            blocks.append(constants)
        head = "\n".join(blocks)
        return "\n\n".join(part for part in (head, *self.copies, "".join(self.aliases), self.source) if part)

    def _constants(self) -> str:
        if not self.constants:
            return ""
        numpy_name = next((name for name, value in self.bound.items() if value is np), None)
        used: list[bool] = []

        def numpy() -> Any:
            used.append(True)
            return name_node(numpy_name or "np")

        nodes = [
            gast.Assign(targets=[name_node(name)], value=literal(value, numpy, name), type_comment=None)
            for name, value in self.constants
        ]
        if used and numpy_name is None:
            self.provide("np", np, "a constant")
        return text_of(nodes)


def _is_plain_namedtuple(value: object) -> bool:
    """Whether a class was made by `collections.namedtuple`, with nothing that its fields do not say."""
    if not (isinstance(value, type) and issubclass(value, tuple) and "_make" in vars(value)):
        return False
    written = {"__annotations__", "__annotate__", "__annotate_func__"} & set(vars(value))
    return not written and not value._field_defaults  # type: ignore[attr-defined]


def _module_import(name: str, module: types.ModuleType, user: str) -> str:
    full = module.__name__
    if not _available(full):
        raise BackendError(
            f"cannot save: {user} uses the module {full}, which is neither NumPy nor part of Python",
            None,
            "pass what is needed from it as an argument",
        )
    parent, _, last = full.rpartition(".")
    if not parent:
        return f"import {full}" if name == full else f"import {full} as {name}"
    return f"from {parent} import {last}" if name == last else f"from {parent} import {last} as {name}"


def _available(module: str) -> bool:
    root = module.partition(".")[0]
    return root in sys.stdlib_module_names or root in _THIRD_PARTY


def _is_import(value: Any) -> bool:
    """Whether `from module import name` gives this very object, in any Python with NumPy."""
    module, name = getattr(value, "__module__", None), getattr(value, "__name__", None)
    if not isinstance(module, str) or not isinstance(name, str) or not _available(module) or module == "__main__":
        return False
    return getattr(sys.modules.get(module), name, _ABSENT) is value


def _source_of(name: str, value: types.FunctionType | type) -> str:
    if value.__name__ == "<lambda>" or "<locals>" in value.__qualname__ or "." in value.__qualname__:
        raise BackendError(
            f"cannot save: {name} is {value.__qualname__}, which is not defined at the top of a module",
            None,
            "define it there with def or class",
        )
    if isinstance(value, types.FunctionType) and hasattr(value, "__wrapped__"):
        raise BackendError(f"cannot save: {name} is wrapped by a decorator", None, "call the undecorated function")
    try:
        return textwrap.dedent(inspect.getsource(value))
    except (OSError, TypeError) as error:
        raise BackendError(f"cannot save: the source of {name} cannot be found", None, "define it in a file") from error


def _globals_read(source: str) -> set[str]:
    """The global names that a definition reads, when it is made or when it runs."""
    tree = ast.parse(source)
    found = set(_loaded(compile(tree, "<copied>", "exec", dont_inherit=True)))
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign):
            found.update(part.id for part in ast.walk(node.annotation) if isinstance(part, ast.Name))
    return found


def _loaded(code: types.CodeType) -> Iterator[str]:
    for instruction in dis.get_instructions(code):
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield instruction.argval
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _loaded(constant)


def _grouped(imports: list[str]) -> list[str]:
    """The import lines as isort orders them: the standard library, then the rest."""
    lines = sorted(set(imports), key=lambda line: (line.startswith("from "), line))
    third = [line for line in lines if line.split()[1].partition(".")[0] in _THIRD_PARTY]
    standard = [line for line in lines if line not in third]
    return ["".join(line + "\n" for line in group) for group in (standard, third) if group]
