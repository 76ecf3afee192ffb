"""Compiled modules: each does what Python does without it, only sooner, and may not have been built."""

import importlib
import os
from typing import Any

__all__ = ["compiled_module"]


def compiled_module(name: str) -> Any:
    """Return a compiled module; None if it was not built, or if the environment says `CORPUSKIT_NO_CORE=1`."""
    if os.environ.get("CORPUSKIT_NO_CORE", "0") not in ("", "0"):
        return None
    try:
        return importlib.import_module(name)
    except ImportError:
        return None
