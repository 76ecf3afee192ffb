"""Which twin measures texts: the compiled core, or the Python modules of the same names, which give the same numbers.

The core is used wherever it was built, unless the environment says `CORPUSKIT_NO_CORE=1`.
"""

from typing import Any

from corpuskit.core.compiled_module import compiled_module

__all__ = ["INTERFACE", "compiled_core", "description"]

INTERFACE = 1
"""The version of the functions of the core and of what they give; the core states the same in `c/kernels.c`.

A core of another version is not used: in a checkout, it may be older than the Python modules beside it.
"""


def _load() -> Any:
    core = compiled_module("corpuskit.text.quality._kernels")
    return core if core is not None and core.INTERFACE == INTERFACE else None


_core = _load()


def compiled_core() -> Any:
    """Return the compiled core; None if Python does its work."""
    return _core


def description() -> str:
    """Return which twin works, for people."""
    return "Python" if _core is None else "compiled core"
