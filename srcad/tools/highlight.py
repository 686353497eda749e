"""Python source on a terminal: highlighted where there is one, exactly the text where there is none.

What goes into a pipe or a file is the source unchanged. Lines are never wrapped.
"""

from __future__ import annotations

from rich.console import Console
from rich.syntax import Syntax


def print_code(source: str, console: Console | None = None) -> None:
    """Print Python source to `console` (standard output by default)."""
    console = console or Console()
    if console.is_terminal:
        code = Syntax("", "python", theme="ansi_dark", background_color="default").highlight(source.rstrip())
        console.print(code, soft_wrap=True)
    else:
        console.file.write(source.rstrip() + "\n")
