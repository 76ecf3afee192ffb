"""Which of the twins works: the compiled core, or the Python modules beside it, which give the same bytes.

The core is used wherever it was built, unless the environment says `CORPUSKIT_NO_CORE=1`.
"""

from typing import Any

from corpuskit.core.compiled_module import compiled_module

__all__ = ["ALGORITHM", "compiled_core", "description"]

ALGORITHM = 8
"""The version of the rules that both twins follow; the core states the same in `c/core.h`.

A core that was built from other rules is not used: in a checkout, it may be older than the Python modules beside it.
"""

INTERFACE = 7
"""The version of what the core and the Python modules call of each other, likewise; the texts do not depend on it."""


def _load() -> Any:
    core = compiled_module("corpuskit.text.html._core")
    if core is None:
        return None
    is_of_this_version = core.ALGORITHM == ALGORITHM and getattr(core, "INTERFACE", 1) == INTERFACE
    return core if is_of_this_version else None


_core = _load()


def compiled_core() -> Any:
    """Return the compiled core; None if Python does its work."""
    return _core


def description() -> str:
    """Return which twin works, for people."""
    return f"{'Python' if _core is None else 'compiled core'}, rules of version {ALGORITHM}"
