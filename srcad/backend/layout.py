"""Break one logical line of source so that it fits the width, the way black does.

A line comes as the pieces that the printer wrote: brackets, `", "`, operators (`Operator`) and everything else. In
order of preference: the line as it is; the value between added parentheses, where it has operators to break at; the
contents of the last bracket that leaves a head that fits, on lines of their own. Inside brackets, commas come before
operators, loose operators before tight ones, operators start a line, and a broken list of items ends in a comma.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence

_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_INDENT = 4


class Marker(str):
    """A piece that equals no other, whatever its text: empty, it says where parentheses may be put around a value."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)


OPEN, CLOSE = Marker(""), Marker("")
TARGETS, TARGETS_END = Marker(""), Marker("")  # around the targets `a, b` of an assignment


class Operator(str):
    """A binary operator with the spaces around it; loose ones have a small `binding`."""

    binding: int

    def __new__(cls, text: str, binding: int) -> Operator:
        made = super().__new__(cls, text)
        made.binding = binding
        return made


class Remark(str):
    """A comment line."""

    __slots__ = ()


class Text(str):
    """A string literal; `value` is what it evaluates to."""

    value: str | bytes

    def __new__(cls, value: str | bytes) -> Text:
        made = super().__new__(cls, _quoted(value))
        made.value = value
        return made

    def in_single_quotes(self) -> str:
        return repr(self.value)

    def parts(self, width: int) -> list[str]:
        """Literals of at most that width, which side by side mean the same."""
        prefix = "b" if isinstance(self.value, bytes) else ""
        parts: list[str] = []
        rest = self.value
        while rest:
            take = min(len(rest), max(1, width - 2 - len(prefix)))
            while take > 1 and len(_quoted(rest[:take])) > width:
                take -= 1
            if take < len(rest):
                space = rest.rfind(b" " if isinstance(rest, bytes) else " ", 0, take)  # type: ignore[arg-type]
                take = space + 1 if space > 0 else take
            parts.append(_quoted(rest[:take]))
            rest = rest[take:]
        return parts or [str(self)]


class Docstring(str):
    """The text of a docstring."""

    __slots__ = ()


def _quoted(value: str | bytes) -> str:
    """`repr`, with double quotes unless that takes more escapes."""
    text = repr(value)
    prefix, body = ("b", text[2:-1]) if isinstance(value, bytes) else ("", text[1:-1])
    if text[-1] == "'" and '"' not in body:
        return f'{prefix}"{body}"'
    return text


def laid_out(pieces: Sequence[str], indent: int, width: int) -> list[str]:
    """The lines of one logical line."""
    first = pieces[0]
    if isinstance(first, Remark):
        return [_remark(first, indent, width)]
    if len(pieces) > 0 and isinstance(_first_real(pieces), Docstring):
        return _docstring(str(_first_real(pieces)), indent, width)
    return _Layout(width).statement(list(pieces), indent)


def _first_real(pieces: Sequence[str]) -> str:
    return next((piece for piece in pieces if isinstance(piece, Docstring) or piece), "")


def _remark(text: str, indent: int, width: int) -> str:
    room = width - indent
    return " " * indent + (text if len(text) <= room else text[: max(2, room - 4)].rstrip() + " ...")


def _docstring(text: str, indent: int, width: int) -> list[str]:
    margin = " " * indent
    safe = text.strip().replace("\\", "\\\\")
    safe = re.sub(r'"{3,}|"+$', lambda run: '\\"' * len(run[0]), safe)
    safe = "".join(c if c == "\n" or c.isprintable() else repr(c)[1:-1] for c in safe)
    if "\n" not in safe and indent + len(safe) + 6 <= width:
        return [f'{margin}"""{safe}"""']
    lines: list[str] = []
    for number, line in enumerate(safe.split("\n")):
        lead = len(line) - len(line.lstrip())
        opening = 3 if number == 0 else 0
        wrapped = textwrap.wrap(
            line,
            width - indent,
            initial_indent="" if number else " " * opening,
            subsequent_indent=" " * lead,
            break_long_words=False,
            break_on_hyphens=False,
        )
        if number == 0 and wrapped:
            wrapped[0] = '"""' + wrapped[0][opening:]
        lines.extend(wrapped or ([""] if number else ['"""']))
    lines.append('"""')
    return [margin + line if line else "" for line in lines]


class _Layout:
    def __init__(self, width: int) -> None:
        self.width = width

    def fits(self, pieces: Sequence[str], indent: int) -> bool:
        return indent + sum(map(len, pieces)) <= self.width

    def line(self, pieces: Sequence[str], indent: int) -> str:
        return (" " * indent + "".join(pieces)).rstrip()

    def statement(self, pieces: list[str], indent: int) -> list[str]:
        """A whole statement: outside brackets, so that only a bracket may be broken."""
        if self.fits(pieces, indent):
            return [self.line(pieces, indent)]
        if TARGETS in pieces:
            start, stop = pieces.index(TARGETS), pieces.index(TARGETS_END)
            targets, rest = pieces[start + 1 : stop], pieces[stop + 1 :]
            lines = self.statement([*pieces[:start], *targets, *rest], indent)
            if all(len(line) <= self.width for line in lines):
                return lines
            closing = self.statement([Marker(")"), *rest], indent)
            return [self.line(["("], indent), *self.contents(targets, indent + _INDENT, spread=True), *closing]
        if OPEN not in pieces:
            return self.broken(pieces, indent)
        start, stop = pieces.index(OPEN), pieces.index(CLOSE)
        head, body, tail = pieces[:start], pieces[start + 1 : stop], pieces[stop + 1 :]
        breaks = [piece for piece, depth in _depths(body) if depth == 0 and _is_break(piece)]
        if breaks and not self.has_brackets_to_break(head, body, breaks, indent):
            return self.bracketed([*head, "("], body, [")", *tail], indent)
        if self.best_bracket(head + body + tail, indent, len(head)) is not None:
            return self.broken(head + body + tail, indent, len(head))
        breakable = isinstance(body[0], Text) or self.fits(body, indent + _INDENT)
        whole = body[-1] != ")" or body[-2:-1] == ["("]  # there is no bracket to break at the end
        if breakable and self.fits([*head, "("], indent) and whole:
            return self.bracketed([*head, "("], body, [")", *tail], indent)
        return self.broken(head + body + tail, indent)

    def has_brackets_to_break(self, head: list[str], body: list[str], breaks: list[str], indent: int) -> bool:
        """Whether a value with one loosest operator starts or ends in a bracket that can be broken instead."""
        if ", " in breaks:
            return False
        bindings = [piece.binding for piece in breaks if isinstance(piece, Operator)]
        chosen = self.best_bracket([*head, *body], indent, len(head))
        if bindings.count(min(bindings)) > 1 or chosen is None:
            return False
        start, stop = chosen[0] - len(head), chosen[1] - len(head)
        last = max(i for i, (piece, depth) in enumerate(_depths(body)) if depth == 0 and isinstance(piece, Operator))
        ends = body[-1] in _BRACKETS.values() and start > last
        return ends or (start == 0 and self.fits(body[stop:], indent))

    def best_bracket(self, pieces: list[str], indent: int, after: int = 0) -> tuple[int, int] | None:
        """The last bracket with something in it that can be broken so that what stands before it fits."""
        found = None
        for start, stop in _brackets(pieces):
            if start >= after and stop > start + 1 and self.fits(pieces[: start + 1], indent):
                if found is None or self.fits(pieces[stop:], indent) or not self.fits(pieces[found[1] :], indent):
                    found = (start, stop)
        return found

    def broken(self, pieces: list[str], indent: int, after: int = 0) -> list[str]:
        """Break the contents of one bracket; the line as it is where there is none."""
        bracket = self.best_bracket(pieces, indent, after)
        if bracket is None:
            return self.long_text(pieces, indent)
        start, stop = bracket
        return self.bracketed(pieces[: start + 1], pieces[start + 1 : stop], pieces[stop:], indent)

    def bracketed(self, head: list[str], body: list[str], tail: list[str], indent: int) -> list[str]:
        lines = self.contents(body, indent + _INDENT, spread=_is_display(head))
        opened = [self.line(head, indent)] if self.fits(head, indent) else self.broken(head, indent)
        closed = [self.line(tail, indent)]
        if not self.fits(tail, indent):
            closed = self.broken([Marker(tail[0]), *tail[1:]], indent)  # the bracket it closes is behind us
        return [*opened, *lines, *closed]

    def contents(self, pieces: list[str], indent: int, spread: bool = False) -> list[str]:
        """What stands inside brackets; with `spread`, each item of several on a line of its own."""
        breaks = [piece for piece, depth in _depths(pieces) if depth == 0 and _is_break(piece)]
        if self.fits(pieces, indent) and not (spread and ", " in breaks):
            return [self.line(pieces, indent)]
        if ", " in breaks:
            lines = []
            for item in _split(pieces, lambda piece: piece == ", "):
                lines.extend(self.contents([*item, ","], indent))
            return lines
        if breaks:
            loosest = min(piece.binding for piece in breaks if isinstance(piece, Operator))
            lines = []
            for chunk in _split(pieces, lambda piece: isinstance(piece, Operator) and piece.binding == loosest, True):
                lines.extend(self.chunk(chunk, indent))
            return lines
        return self.broken(pieces, indent)

    def chunk(self, pieces: list[str], indent: int) -> list[str]:
        """An operator and its right operand; tighter operators in it are broken too if need be."""
        return self.contents(pieces, indent) if len(pieces) > 1 else [self.line(pieces, indent)]

    def long_text(self, pieces: list[str], indent: int) -> list[str]:
        """A line that no bracket can break: a long string is written in several parts."""
        at = next((i for i, piece in enumerate(pieces) if isinstance(piece, Text)), None)
        if at is None:
            return [self.line(pieces, indent)]
        text = pieces[at]
        assert isinstance(text, Text)
        if at == 0:
            parts = text.parts(self.width - indent - len("".join(pieces[1:])))
            parts[-1] += "".join(pieces[1:])
            return [" " * indent + part for part in parts]
        parts = text.parts(self.width - indent - _INDENT)
        inner = [" " * (indent + _INDENT) + part for part in parts]
        return [self.line([*pieces[:at], "("], indent), *inner, self.line([")", *pieces[at + 1 :]], indent)]


def _is_break(piece: str) -> bool:
    return isinstance(piece, Operator) or piece == ", "


def _is_display(head: Sequence[str]) -> bool:
    """Whether the bracket that ends a head opens a tuple, list, set or dict, and not a call or an index."""
    before = next((piece for piece in reversed(head[:-1]) if piece), " ")
    return not (before[-1].isalnum() or before[-1] in "_)]}\"'")


def _depths(pieces: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Each piece with the number of brackets around it."""
    depth = 0
    for piece in pieces:
        if piece in _BRACKETS.values() and not isinstance(piece, Text):
            depth -= 1
        yield piece, depth
        if piece in _BRACKETS and not isinstance(piece, Text):
            depth += 1


def _brackets(pieces: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The outermost pairs of brackets, from left to right."""
    start = -1
    for position, (piece, depth) in enumerate(_depths(pieces)):
        if depth != 0 or isinstance(piece, Text):
            continue
        if piece in _BRACKETS:
            start = position
        elif piece in _BRACKETS.values() and start >= 0:
            yield start, position
            start = -1


def _split(pieces: Sequence[str], at: object, keep: bool = False) -> list[list[str]]:
    """The pieces split at the outermost breaks that `at` picks; with `keep`, each break opens its chunk."""
    assert callable(at)
    chunks: list[list[str]] = [[]]
    for piece, depth in _depths(pieces):
        if depth == 0 and at(piece):
            chunks.append([piece.lstrip()] if keep else [])
        else:
            chunks[-1].append(piece)
    return chunks
