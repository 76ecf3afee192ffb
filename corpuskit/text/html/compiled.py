"""Which of the twins works: the compiled core, or the Python modules beside it, which give the same bytes.

The core is used wherever it was built, unless the environment says `CORPUSKIT_NO_CORE=1`.
"""

import os
import sys
from typing import Any

from corpuskit.core.errors import UsageError

__all__ = ["ALGORITHM", "compiled_core", "demand_sound_reader", "description"]

ALGORITHM = 6
"""The version of the rules that both twins follow; the core states the same in `c/core.h`.

A core that was built from other rules is not used: in a checkout, it may be older than the Python modules beside it.
"""

INTERFACE = 7
"""The version of what the core and the Python modules call of each other, likewise; the texts do not depend on it."""

SOUND_SINCE = (3, 11, 5)
"""The version of Python since which `re` matches groups that are repeated possessively, as the twin's are, without
keeping what a failed try has read (https://github.com/python/cpython/issues/106052)."""


def _load() -> Any:
    if os.environ.get("CORPUSKIT_NO_CORE", "0") not in ("", "0"):
        return None
    try:
        from corpuskit.text.html import _core  # type: ignore[attr-defined]
    except ImportError:
        return None
    is_of_this_version = _core.ALGORITHM == ALGORITHM and getattr(_core, "INTERFACE", 1) == INTERFACE
    return _core if is_of_this_version else None


_core = _load()


def compiled_core() -> Any:
    """Return the compiled core; None if Python does its work."""
    return _core


def demand_sound_reader() -> None:
    """Raise UsageError where there is no core, and this Python's `re` makes its twin take tags for text."""
    if _core is None and sys.version_info < SOUND_SINCE:
        needed, present = (".".join(map(str, version[:3])) for version in (SOUND_SINCE, sys.version_info))
        raise UsageError(
            f"without its compiled core, `extract` needs Python {needed}: by a fault in regular expressions of "
            f"{present}, tags are taken for text; install a C compiler and then corpuskit again, or use a newer Python"
        )


def description() -> str:
    """Return which twin works, for people."""
    return f"{'Python' if _core is None else 'compiled core'}, rules of version {ALGORITHM}"
