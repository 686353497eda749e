"""The page of supported and refused syntax, made from the front end's own table.

`docs/syntax.md` holds this text and a test compares them, so that what is documented is what the front end does.
"""

from __future__ import annotations

from srcad.frontend.syntax import SITUATIONS, TABLE, Entry

_OPENING = """\
# What srcad reads

Every construct of Python, by the name of its class in `gast` (one syntax tree for all versions of Python), and whether
a function that contains it can be differentiated. Anything refused is an `UnsupportedSyntax` error that names the
file, line and column and says what to write instead. This page is generated: `srcad syntax` prints it.
"""


def syntax_page() -> str:
    """The whole page, in Markdown."""
    refused = {name: entry for name, entry in TABLE.items() if not entry.supported}
    noted = {name: entry for name, entry in TABLE.items() if entry.supported and entry.reason}
    plain = [f"`{name}`" for name, entry in TABLE.items() if entry.supported and not entry.reason]
    return "\n".join(
        [
            _OPENING,
            "## Supported\n",
            _lines(plain),
            "\n## Supported, with a note\n",
            "| construct | note |\n| --- | --- |",
            *(f"| `{name}` | {_cell(entry.reason)} |" for name, entry in noted.items()),
            "\n## Refused\n",
            _refusals({f"`{name}`": entry for name, entry in refused.items()}),
            "\n## Refused in some places\n",
            _refusals(SITUATIONS),
            "",
        ]
    )


def _refusals(entries: dict[str, Entry]) -> str:
    head = "| construct | because | instead |\n| --- | --- | --- |"
    rows = (f"| {name} | {_cell(entry.reason)} | {_cell(entry.remedy)} |" for name, entry in entries.items())
    return "\n".join([head, *rows])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _lines(words: list[str], width: int = 118) -> str:
    """Words with commas between, in lines."""
    lines = [""]
    for word in words:
        if len(lines[-1]) + len(word) + 2 > width:
            lines.append("")
        lines[-1] += word + ", "
    return "\n".join(line.rstrip() for line in lines).rstrip(",") + "."
