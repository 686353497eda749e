"""The command `srcad`: the entry point, which needs nothing but the standard library.

The commands themselves are in `commands.py` and need typer and rich. Without these the command says what to install.
"""

from __future__ import annotations

import sys

_NEEDED = ("typer", "rich")


def main() -> None:
    """Run the command line; exits with status 2 where something cannot be done."""
    try:
        from srcad.tools.commands import app
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.split(".")[0] not in _NEEDED:
            raise
        print(
            f"srcad: the command line needs {missing.name}; install it with: pip install 'srcad[tools]'",
            file=sys.stderr,
        )
        sys.exit(2)
    app()


if __name__ == "__main__":
    main()
