"""The context managers that are known to let every exception through: what follows their `with` follows all of it."""

from __future__ import annotations

import contextlib
import decimal
import warnings
from typing import Any

import numpy as np

_KEEP_EXCEPTIONS = (
    np.errstate, np.printoptions, contextlib.nullcontext, contextlib.closing, warnings.catch_warnings,
    decimal.localcontext, open,
)  # fmt: skip


def keeps_exceptions(manager: Any) -> bool:
    """Whether `with manager(...)` never ends an exception."""
    return any(manager is known for known in _KEEP_EXCEPTIONS)
