"""Which twin measures texts: the compiled core, or the Python modules of the same names, which give the same numbers.

The core is used wherever it was built, unless the environment says `CORPUSKIT_NO_CORE=1`.
"""

import importlib
import os
from typing import Any

__all__ = ["RULES", "compiled_core"]

RULES = 1
"""The version of what both twins give, and of the functions of the core; the core states the same in `c/core.c`.

A core that was built from other rules is not used: in a checkout, it may be older than the Python modules beside it.
"""


def _load() -> Any:
    if os.environ.get("CORPUSKIT_NO_CORE", "0") not in ("", "0"):
        return None
    try:
        core = importlib.import_module("corpuskit.text.quality._core")
    except ImportError:
        return None
    return core if core.RULES == RULES else None


_core = _load()


def compiled_core() -> Any:
    """Return the compiled core; None if Python does its work."""
    return _core
