"""Generated text becomes functions: compiled under a file name of its own that `linecache` knows.

Contract: tracebacks, `pdb`, profilers and `inspect.getsource` show the generated text. The functions run with the
emitted namespace as their globals, so they see the very objects that the user's function saw.
"""

from __future__ import annotations

import itertools
import linecache
from collections.abc import Callable
from typing import Any

from srcad.backend.emit import Emitted
from srcad.backend.places import places_of
from srcad.errors import made_from

_counter = itertools.count(1)


def load(emitted: Emitted, filename: str | None = None) -> dict[str, Callable[..., Any]]:
    """The functions of generated text, by their printed names.

    `filename` is what tracebacks show; `<srcad f_grad 12>` by default.
    """
    if filename is None:
        filename = f"<srcad {emitted.entry} {next(_counter)}>"
    source = emitted.source
    made_from(filename, lambda line: places_of(source, emitted.definitions).get(line))
    # An entry without a modification time is one that linecache.checkcache leaves alone.
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    module: dict[str, Any] = dict(emitted.namespace)
    module["__name__"] = "srcad_generated"
    module["__file__"] = filename
    exec(compile(source, filename, "exec"), module)
    return {name: module[name] for name in emitted.names.values()}
