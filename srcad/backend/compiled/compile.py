"""Generated text becomes functions that Numba compiles at their first call, for the types of its arguments.

Contract: no object mode and no fallback. What Numba refuses is a `BackendError` with the line of the user's source
that it came from. With `cache=True` the text is written to a file of its own, named by all that it was made from, and
Numba keeps the machine code beside it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import os
import re
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numba.core.errors import NumbaError, UnsupportedBytecodeError

from srcad.backend import numba_runtime
from srcad.backend.emit import Emitted
from srcad.backend.load import load
from srcad.backend.places import places_of
from srcad.errors import USE_PYTHON, BackendError, Place

# What Numba's compiler is known to raise for what it does not compile: its own errors, and slips in its typing rules.
_SLIPS = (NotImplementedError, AssertionError, AttributeError, TypeError, ValueError)
REFUSALS = (NumbaError, UnsupportedBytecodeError, *_SLIPS)


def load_compiled(
    emitted: Emitted, in_range: frozenset[str] = frozenset(), cache: bool = False
) -> dict[str, Callable[..., Any]]:
    """The functions of generated text by their printed names, as dispatchers; those `in_range` look at no index."""
    functions = _kept_functions(emitted, in_range) if cache else load(emitted)
    jitted = {n: numba.njit(f, cache=cache, boundscheck=n not in in_range) for n, f in functions.items()}
    module = next(iter(functions.values())).__globals__
    module.update(jitted)
    return jitted


def compile_for(function: Any, values: tuple[Any, ...]) -> None:
    """Compile a dispatcher for arguments like these."""
    function.compile(tuple(map(numba.typeof, values)))


def refused(wrong: Exception, emitted: Emitted, name: str) -> BackendError:
    """What Numba said about generated text, as an error about the user's function `name`."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", str(wrong))
    places = places_of(emitted.source, emitted.definitions)
    lines = [int(n) for n in re.findall(r'File "[^"]*<srcad [^"]*>", line (\d+)', text)]
    lines += [int(n) for n in re.findall(r'File "[^"]*srcad_[^"]*\.py", line (\d+)', text)]
    place: Place | None = next((places[n] for n in lines if n in places), None)
    reason = _reason(text) or f"its compiler failed with {type(wrong).__name__}"
    if place is None:
        place = next(iter(places.values()), None)
    return BackendError(f"{name}: Numba cannot compile this: {reason}", place, USE_PYTHON)


_NOISE = re.compile(r"^(Failed in nopython mode pipeline|During:|- Resolution failure|Overload|There (is|are) \d+)")


def _reason(text: str) -> str:
    """The part of what Numba says that names the construct, on one line."""
    lines = [line.strip() for line in text.splitlines()]
    said = [line for line in lines if line and not _NOISE.match(line)]
    if not said:
        return text.strip()
    reason = said[0]
    if reason.endswith("found for signature:"):
        shown = next((line.removeprefix(">>> ") for line in said if line.startswith(">>>")), "")
        return f"no implementation of {shown}"
    return reason.rstrip(".")


# ---------------------------------------------------------------- on disk


def _kept_functions(emitted: Emitted, in_range: frozenset[str]) -> dict[str, Callable[..., Any]]:
    """The functions of generated text from a module of its own, which Numba finds again by its name."""
    path = _kept_file(emitted, in_range)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    vars(module).update(emitted.namespace)
    spec.loader.exec_module(module)
    return {name: getattr(module, name) for name in emitted.names.values()}


def _kept_file(emitted: Emitted, in_range: frozenset[str]) -> Path:
    """The file that holds generated text, named by the text and the constants that it is compiled with."""
    mark = hashlib.sha256(f"{emitted.source}\n{sorted(in_range)}".encode())
    for name, value in sorted(emitted.namespace.items()):
        mark.update(f"\n{name} = {_fingerprint(name, value)}".encode())
    folder = Path(os.environ.get("SRCAD_CACHE_DIR") or Path.home() / ".cache" / "srcad")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"srcad_{emitted.entry}_{mark.hexdigest()[:20]}.py"
    if not path.exists():
        written = path.with_suffix(f".{os.getpid()}")
        written.write_text(emitted.source, encoding="utf-8")
        written.replace(path)
    return path


def _fingerprint(name: str, value: Any) -> str:
    """What tells two values of a global apart that would be compiled differently."""
    if value is None or isinstance(value, (bool, int, float, complex, str, np.generic)):
        return f"{type(value).__name__} {value!r}"
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {value.shape} {hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()}"
    if isinstance(value, tuple):
        return ", ".join(_fingerprint(name, item) for item in value)
    if isinstance(value, (types.ModuleType, type, types.BuiltinFunctionType, np.ufunc)):
        return str(getattr(value, "__name__", value))
    if getattr(value, "__module__", "").startswith(("numpy", "srcad.")):
        return f"{value.__module__}.{value.__name__}"
    inner = getattr(value, "py_func", None)
    if inner is not None:
        return _fingerprint_of(inner, frozenset())
    raise BackendError(
        f"cache=True: {name} is a {type(value).__name__}, of which nobody can tell whether it is the same next time",
        None,
        "leave cache=True away, or pass it to the function as an argument",
    )


def _fingerprint_of(function: types.FunctionType, above: frozenset[types.FunctionType]) -> str:
    """What tells two functions apart: their code, and all that they read from outside."""
    if function in above:
        return function.__qualname__
    held = inspect.getclosurevars(function)
    parts = [f"{function.__module__}.{function.__qualname__}", _code(function.__code__)]
    parts += [_fingerprint("default", value) for value in function.__defaults__ or ()]
    for name, value in sorted({**held.globals, **held.nonlocals}.items()):
        inner = getattr(value, "py_func", value)
        plain = isinstance(inner, types.FunctionType) and not inner.__module__.startswith(("numpy", "srcad."))
        shown = _fingerprint_of(inner, above | {function}) if plain else _fingerprint(name, value)
        parts.append(f"{name} = {shown}")
    return "; ".join(parts)


def _code(code: types.CodeType) -> str:
    """The instructions of a function and the constants in them."""
    constants = [_code(c) if isinstance(c, types.CodeType) else f"{type(c).__name__} {c!r}" for c in code.co_consts]
    return f"{code.co_code.hex()} {constants} {code.co_names}"


__all__ = ["REFUSALS", "NumbaError", "compile_for", "load_compiled", "numba_runtime", "refused"]
