"""Find the source of a Python function and parse it.

`find(function)` gives the function's definition as a gast node (a `FunctionDef` or a `Lambda`) with what is needed to
point at it: the file and its lines. Line numbers of the node are those of the file, columns those of the line.
A function whose source cannot be read is a `SourceNotFound` that says why.
"""

from __future__ import annotations
import __future__

import ast
import functools
import inspect
import linecache
import operator
import os
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gast

from srcad.errors import Place, SourceNotFound, UnsupportedSyntax


@dataclass(frozen=True, slots=True)
class Source:
    """The definition of a function: its node, its file, and the lines of the file."""

    node: Any
    file: str
    lines: tuple[str, ...]

    def place(self, node: Any) -> Place:
        """Where a node of the definition is."""
        line = getattr(node, "lineno", None) or self.node.lineno
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        return Place(self.file, line, _characters(text, getattr(node, "col_offset", 0) or 0), text)


def _characters(text: str, column: int) -> int:
    """A column in characters: the parser counts bytes."""
    return column if text.isascii() else len(text.encode()[:column].decode(errors="ignore"))


def find(function: Any) -> Source:
    """The source of a function written in Python."""
    if not isinstance(function, types.FunctionType):
        name = getattr(function, "__name__", None) or repr(function)
        raise SourceNotFound(
            f"{name} has no Python source: it is a {type(function).__name__}, not a function written in Python",
            None,
            "give a Python function, or register a rule for it",
        )
    code = function.__code__
    if code is _DISPATCHES:
        raise _single_dispatch(function)
    lines = _file_lines(function)
    try:
        node = _find_lambda(function, lines) if code.co_name == "<lambda>" else _find_def(function, lines)
        if not _still_says(code, "\n".join(lines) + "\n"):
            raise _changed(function, "is not what runs")
    except SourceNotFound:
        if code.co_filename == "<string>":  # the text of `python -c`, which does not hold what exec built
            raise _unreadable(function) from None
        raise
    return Source(node, code.co_filename, tuple(lines))


_DISPATCHES: Any = getattr(functools.singledispatch(len), "__code__", None)


def _single_dispatch(function: types.FunctionType) -> UnsupportedSyntax:
    """The refusal of a `functools.singledispatch` function, at the definition of its general case."""
    code = inspect.unwrap(function).__code__
    line = linecache.getline(code.co_filename, code.co_firstlineno)
    return UnsupportedSyntax(
        f"{function.__name__} is a functools.singledispatch: which function runs is looked up when it is called",
        Place(code.co_filename, code.co_firstlineno, len(line) - len(line.lstrip()), line.rstrip("\n")),
        f"differentiate the one that is meant, {function.__name__}.dispatch(float), or choose with isinstance",
    )


def _file_lines(function: types.FunctionType) -> list[str]:
    code = function.__code__
    file = code.co_filename
    linecache.checkcache(file)
    lines = linecache.getlines(file, function.__globals__)
    if not lines:
        raise _unreadable(function)
    return [line.rstrip("\n") for line in lines]


def _unreadable(function: types.FunctionType) -> SourceNotFound:
    """Why there is no text of a function."""
    name, file = function.__name__, function.__code__.co_filename
    remedy = "put the function in a file, or in a notebook cell"
    if file == "<stdin>" or file.startswith("<python-input"):
        why = "it was typed at a prompt, which keeps no source"
    elif file == "<string>":
        why = "it was built by exec or eval, or given with python -c"
        remedy += "; for text, compile it with a file name that linecache knows"
    elif file.startswith("<"):
        why = f"it was compiled from {file}, which is not a file"
    elif not os.path.exists(file):
        why = f"its file {file} does not exist any more"
    else:
        why = f"its file {file} cannot be read as text"
    return SourceNotFound(f"the source of {name} cannot be found: {why}", None, remedy)


def _changed(function: types.FunctionType, how: str = "does not define it") -> SourceNotFound:
    code = function.__code__
    return SourceNotFound(
        f"the source of {function.__name__} cannot be found: line {code.co_firstlineno} of {code.co_filename} {how}",
        Place(code.co_filename, code.co_firstlineno),
        "the file changed after it was imported: start Python anew",
    )


def _still_says(code: types.CodeType, text: str) -> bool:
    """Whether the text of a file, compiled, holds this code.

    True as well where that cannot be told: for code that somebody rewrote on import (pytest does with assertions),
    and for text that is more than Python (a notebook cell with `await`).
    """
    every = list(_codes(code))
    if any(name.startswith("@") for one in every for name in (*one.co_names, *one.co_varnames)):
        return True
    try:
        whole = _compiled_file(text, code.co_flags & _FUTURE)
    except (SyntaxError, ValueError):
        return True
    found = whole.get((code.co_name, code.co_firstlineno), [])
    return not found or any(_same(code, one) for one in found)


_FUTURE = functools.reduce(
    operator.or_, (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
)


@functools.lru_cache(maxsize=32)
def _compiled_file(text: str, flags: int) -> dict[tuple[str, int], list[types.CodeType]]:
    """The code of every function in a file, by its name and first line."""
    found: dict[tuple[str, int], list[types.CodeType]] = {}
    for code in _codes(compile(text, "<text>", "exec", flags, dont_inherit=True)):
        found.setdefault((code.co_name, code.co_firstlineno), []).append(code)
    return found


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)


def _same(a: types.CodeType, b: types.CodeType) -> bool:
    """Whether two code objects do the same, wherever they stand."""
    if a.co_code != b.co_code or a.co_names != b.co_names or a.co_varnames != b.co_varnames:
        return False
    return len(a.co_consts) == len(b.co_consts) and all(map(_same_constant, a.co_consts, b.co_consts))


def _same_constant(a: object, b: object) -> bool:
    if isinstance(a, types.CodeType) and isinstance(b, types.CodeType):
        return _same(a, b)
    return type(a) is type(b) and repr(a) == repr(b)


def _find_def(function: types.FunctionType, lines: list[str]) -> Any:
    """The definition that starts at the function's first line (that of its first decorator)."""
    code = function.__code__
    first = code.co_firstlineno
    if first > len(lines):
        raise _changed(function)
    block = [line + "\n" for line in inspect.getblock([line + "\n" for line in lines[first - 1 :]])]
    block = [line.rstrip("\n") + "\n" for line in block]
    indented = block[0][:1].isspace()
    # An indented definition is parsed below an `if`, so that no line (of a string, say) has to be changed.
    text = ("if 1:\n" if indented else "") + "".join(block)
    try:
        statement = ast.parse(text).body[0]
    except (SyntaxError, IndexError):
        raise _changed(function) from None
    if indented:
        assert isinstance(statement, ast.If)
        statement = statement.body[0]
    if isinstance(statement, ast.AsyncFunctionDef):
        place = Place(code.co_filename, first, 0, lines[first - 1])
        raise UnsupportedSyntax(f"{function.__name__} is a coroutine", place, "write an ordinary function")
    if not isinstance(statement, ast.FunctionDef) or statement.name != code.co_name:
        raise _changed(function)
    starts = min(statement.lineno, *(decorator.lineno for decorator in statement.decorator_list), statement.lineno)
    if starts != 1 + indented or _argument_names(statement) != _names_of_arguments(code):
        raise _changed(function)
    ast.increment_lineno(statement, first - (2 if indented else 1))
    return gast.ast_to_gast(statement)


def _find_lambda(function: types.FunctionType, lines: list[str]) -> Any:
    """The lambda on the function's first line that has its arguments, and its place in the line."""
    code = function.__code__
    try:
        tree = ast.parse("\n".join(lines))
    except SyntaxError:
        raise _changed(function) from None
    names = _names_of_arguments(code)
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Lambda) and node.lineno == code.co_firstlineno and _argument_names(node) == names
    ]
    if not found:
        raise _changed(function)
    if len(found) > 1:
        spans = _spans(code)
        placed = [node for node in found if _spans(_compiled(node)) == spans]
        if not spans:  # Python 3.12 does not say where a constant is: those that return the same one are all the same
            placed = [node for node in placed if _constants(_compiled(node)) == _constants(code)][:1]
        if len(placed) != 1:
            place = Place(code.co_filename, code.co_firstlineno, 0, lines[code.co_firstlineno - 1])
            raise SourceNotFound(
                "several lambdas on this line have the same arguments, and which one is meant cannot be told",
                place,
                "put each lambda on its own line, or use def",
            )
        found = placed
    return gast.ast_to_gast(found[0])


def _compiled(node: ast.Lambda) -> types.CodeType:
    """The code of a lambda, compiled at its place."""
    whole = compile(ast.Expression(node), "<lambda>", "eval")
    return next(c for c in whole.co_consts if isinstance(c, types.CodeType) and c.co_name == "<lambda>")


def _spans(code: types.CodeType) -> set[tuple[int | None, ...]]:
    """Where in the source the expressions are that a code object evaluates, each as lines and columns."""
    return {span for span in code.co_positions() if None not in span and span[2:] != (0, 0)}


def _constants(code: types.CodeType) -> list[tuple[type, str]]:
    return [(type(constant), repr(constant)) for constant in code.co_consts]


def _names_of_arguments(code: types.CodeType) -> set[str]:
    count = code.co_argcount + code.co_kwonlyargcount
    count += bool(code.co_flags & inspect.CO_VARARGS) + bool(code.co_flags & inspect.CO_VARKEYWORDS)
    return set(code.co_varnames[:count])


def _argument_names(node: ast.Lambda | ast.FunctionDef) -> set[str]:
    arguments = node.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    every += [extra for extra in (arguments.vararg, arguments.kwarg) if extra is not None]
    return {argument.arg for argument in every}
