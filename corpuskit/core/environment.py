"""Environment variables that libraries read while they work, such as how many threads they start."""

import contextlib
import os
from collections.abc import Iterator


@contextlib.contextmanager
def variable_set(name: str, value: str) -> Iterator[None]:
    """Let a variable have a value in this context, and the one that it had, or none, behind it.

    >>> with variable_set("PERHAPS_UNSET", "1"):
    ...     os.environ["PERHAPS_UNSET"]
    '1'
    >>> "PERHAPS_UNSET" in os.environ
    False
    """
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before
