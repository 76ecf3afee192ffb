"""Disks that no test waits for: what survives a power failure is nothing that a test can look at."""

import os
import stat
from collections.abc import Callable
from typing import Protocol

Flush = Callable[["int | HasDescriptor"], None]


class HasDescriptor(Protocol):
    """An open file."""

    def fileno(self) -> int:
        """Return its descriptor."""


def leave_flushing_to_the_system() -> None:
    """Let this process, and all forks of it, pass over what makes files survive a power failure.

    What the system refuses is refused, as a closed descriptor or a pipe. That the package flushes its files, and in
    which order, the tests of faults show, by standing in for the function that does it.
    """
    os.fsync = _without_waiting(os.fsync)


def _without_waiting(flush: Flush) -> Flush:
    def flush_what_is_no_file(descriptor: int | HasDescriptor) -> None:
        number = descriptor if isinstance(descriptor, int) else descriptor.fileno()
        mode = os.fstat(number).st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            flush(number)

    return flush_what_is_no_file
