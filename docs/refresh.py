"""Run the code in the documents and put what it prints below it, so that no document goes stale.

In a page, a block of `python` runs; the block of `text` after it is what it printed. The blocks of a page share their
names, as in one session. `syntax.md` is written whole from the table in the front end, `numpy.md` and
`scipy.md` from the registry of rules.

    python docs/refresh.py           write the pages again
    python docs/refresh.py --check   exit with status 1 where a page is not current (the tests do this)
"""

import contextlib
import io
import linecache
import re
import sys
from pathlib import Path

from srcad.tools.numpy_page import numpy_page
from srcad.tools.scipy_page import scipy_page
from srcad.tools.syntax_page import syntax_page

ROOT = Path(__file__).parents[1]
PAGES = ("README.md", "docs/conventions.md", "docs/errors.md", "docs/how-it-works.md", "docs/own-derivatives.md")
SYNTAX = "docs/syntax.md"
NUMPY = "docs/numpy.md"
SCIPY = "docs/scipy.md"

BLOCK = re.compile(r"^```python\n(?P<code>.*?)^```\n(?:\n```text\n(?P<output>.*?)^```\n)?", re.MULTILINE | re.DOTALL)


def refreshed(name, text):
    """The page with the output of its code; twice, because a changed output moves the lines that messages name."""
    for _ in range(3):
        again = refreshed_once(name, text)
        if again == text:
            break
        text = again
    return text


def refreshed_once(name, text):
    scope = {"__name__": "document"}
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)  # where srcad finds the source

    def run(block):
        line = text.count("\n", 0, block.start("code"))
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile("\n" * line + block["code"], name, "exec"), scope)
        output = "\n".join(row.rstrip() for row in printed.getvalue().splitlines()).strip("\n")
        code = f"```python\n{block['code']}```\n"
        return f"{code}\n```text\n{output}\n```\n" if output else code

    return BLOCK.sub(run, text)


def pages():
    """Every generated page: its name, what it is, what it should be."""
    for name in PAGES:
        text = (ROOT / name).read_text()
        yield name, text, refreshed(name, text)
    current = (ROOT / SYNTAX).read_text() if (ROOT / SYNTAX).exists() else ""
    yield SYNTAX, current, syntax_page()
    current = (ROOT / NUMPY).read_text() if (ROOT / NUMPY).exists() else ""
    yield NUMPY, current, numpy_page()
    current = (ROOT / SCIPY).read_text() if (ROOT / SCIPY).exists() else ""
    yield SCIPY, current, scipy_page()


def main():
    stale = [(name, wanted) for name, text, wanted in pages() if text != wanted]
    for name, wanted in stale:
        if "--check" in sys.argv[1:]:
            print(f"{name} is not current: run make docs")
        else:
            (ROOT / name).write_text(wanted)
            print(f"{name} written")
    if stale and "--check" in sys.argv[1:]:
        sys.exit(1)


if __name__ == "__main__":
    main()
