"""A function named on the command line, `FILE.py:FUNCTION`, and the arguments given beside it.

The file is run as `import` would run it: `__name__` is the file's name, so what its main guard holds does not run,
and its folder is on `sys.path` meanwhile. The contract: whatever is wrong with the file, the name or the arguments is
a `TargetError` that says where, and never the traceback of some other exception.
"""

from __future__ import annotations

import importlib.util
import inspect
import linecache
import math
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from srcad.errors import Place, SrcadError


class TargetError(SrcadError):
    """What the command line names cannot be found or does not run."""


def load_function(target: str) -> Callable[..., Any]:
    """The function that `FILE.py:FUNCTION` names; `FUNCTION` may be dotted (`Class.method`)."""
    file, colon, name = target.rpartition(":")
    if not colon or not name or not file.endswith(".py"):
        raise TargetError(f"{target!r} names no function", None, "write FILE.py:FUNCTION, for example model.py:loss")
    path = Path(file)
    if not path.is_file():
        raise TargetError(f"there is no file {file}")
    return _function(_import(path), name, path)


def parse_arguments(text: str, function: Callable[..., Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Evaluate `2.0, Model(3.0), n=4` with the names of the function's file, np and math; they fit its parameters."""
    opening = "_arguments("
    try:
        code = compile(f"{opening}{text})", "--at", "eval")
    except SyntaxError as error:
        column = max(0, min((error.offset or 1) - 1 - len(opening), len(text)))
        raise TargetError(
            f"--at is not a list of arguments: {error.msg}",
            Place("--at", 1, column, text),
            'write Python expressions with commas between, for example --at "2.0, np.ones(3)"',
        ) from None
    own = vars(sys.modules[function.__module__]) if function.__module__ in sys.modules else {}
    known = {"np": np, "numpy": np, "math": math, **own}
    names = {**known, "_arguments": lambda *args, **kwargs: (args, kwargs)}
    try:
        args, kwargs = eval(code, names)
    except Exception as error:  # the expressions are the user's own, and may raise anything
        raise TargetError(
            f"--at cannot be evaluated: {_said(error)}",
            Place("--at", 1, 0, text),
            "the names of its file, np, math and Python's builtins are known there",
        ) from None
    try:
        inspect.signature(function).bind(*args, **kwargs)
    except TypeError as error:
        name = getattr(function, "__name__", "the function")
        raise TargetError(
            f"--at does not fit the parameters of {name}{inspect.signature(function)}: {error}",
            Place("--at", 1, 0, text),
            "give every parameter that has no default",
        ) from None
    return args, kwargs


def _function(module: ModuleType, name: str, path: Path) -> Callable[..., Any]:
    found: Any = module
    for part in name.split("."):
        try:
            found = getattr(found, part)
        except AttributeError:
            defined = ", ".join(sorted(key for key, value in vars(module).items() if _is_own(value, module)))
            remedy = f"one of: {defined}" if defined else "define a function at the top of the file"
            raise TargetError(f"{path} has no function {name!r}", None, remedy) from None
    if not callable(found):
        kind = type(found).__name__
        said = f"{name} in {path} is not a function but {'an' if kind[0] in 'aeiou' else 'a'} {kind}"
        raise TargetError(said, None, "name a function, or a method as Class.method")
    return found  # type: ignore[no-any-return]


def _is_own(value: Any, module: ModuleType) -> bool:
    return callable(value) and getattr(value, "__module__", None) == module.__name__


def _import(path: Path) -> ModuleType:
    # A file called as something that is already imported (`numpy.py`, `test.py`) must not take its place.
    name = path.stem if path.stem not in sys.modules else f"_shown_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path.resolve())
    if spec is None or spec.loader is None:
        raise TargetError(f"{path} cannot be imported as Python")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pickles look their module up there
    try:
        with _on_path(path.resolve().parent):
            spec.loader.exec_module(module)
    except SyntaxError as error:
        del sys.modules[name]
        place = Place(error.filename or str(path), error.lineno or 1, (error.offset or 1) - 1, _line(error.text))
        raise TargetError(f"{path} is not valid Python: {error.msg}", place) from None
    except (Exception, SystemExit) as error:  # the file is the user's own, and may raise anything
        del sys.modules[name]
        raise TargetError(f"{path} does not import: {_said(error)}", _where(error, path)) from None
    return module


@contextmanager
def _on_path(folder: Path) -> Iterator[None]:
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        if str(folder) in sys.path:
            sys.path.remove(str(folder))


def _where(error: BaseException, path: Path) -> Place | None:
    """The last line of the user's file that the error came through."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == str(path.resolve())]
    if not frames:
        return None
    last = frames[-1]
    return Place(
        str(path), last.lineno or 1, last.colno or 0, _line(linecache.getline(last.filename, last.lineno or 1))
    )


def _line(text: str | None) -> str:
    return (text or "").rstrip("\n")


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
