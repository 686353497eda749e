"""The commands of `srcad`, with typer.

What cannot be done is a message on standard error and exit status 2; a traceback here is a bug of srcad's.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

import srcad
from srcad.errors import SrcadError
from srcad.tools.highlight import print_code
from srcad.tools.syntax_page import syntax_page
from srcad.tools.target import load_function, parse_arguments

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Differentiate ordinary Python: show what srcad generates.",
)


@contextmanager
def _refusals_are_messages() -> Iterator[None]:
    try:
        yield
    except SrcadError as refusal:
        print(f"srcad: {refusal}", file=sys.stderr)
        raise typer.Exit(2) from None


@app.command()
def show(
    target: Annotated[str, typer.Argument(metavar="FILE.py:FUNCTION", help="The function to differentiate.")],
    wrt: Annotated[
        str, typer.Option(help="Parameters to differentiate, with commas between. Default: the first.")
    ] = "",
    at: Annotated[str | None, typer.Option(help='Arguments to specialise for, as in --at "2.0, np.ones(3)".')] = None,
) -> None:
    """Print the generated gradient of a function."""
    with _refusals_are_messages():
        print_code(generated_source(target, wrt, at))


@app.command()
def syntax() -> None:
    """Print which Python syntax srcad differentiates, and why it refuses the rest."""
    print(syntax_page(), end="")


def generated_source(target: str, wrt: str = "", at: str | None = None) -> str:
    """The source of the gradient of `FILE.py:FUNCTION`, for the kinds of the arguments in `at` where given."""
    function: Any = load_function(target)
    derivative = function if hasattr(function, "source_for") else None  # the file may say @srcad.grad itself
    if derivative is not None and wrt:
        function, derivative = derivative.primal, None
    if derivative is None:
        names = tuple(name.strip() for name in wrt.split(",") if name.strip())
        derivative = srcad.grad(function, argnames=_one_or_all(names)) if names else srcad.grad(function)
    if at is None:
        return str(derivative.source)
    args, kwargs = parse_arguments(at, derivative)
    return str(derivative.source_for(*args, **kwargs))


def _one_or_all(names: tuple[str, ...]) -> str | tuple[str, ...]:
    """One name gives one gradient, not a tuple of one."""
    return names[0] if len(names) == 1 else names
