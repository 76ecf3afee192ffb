"""Memory that one document or task gave back and the next one needs."""

import contextlib
import ctypes
import os
import sys
from dataclasses import dataclass

__all__ = ["FreedMemory", "keep_freed_memory"]

LARGEST_ON_HEAP = 32 * 1024 * 1024
MOST_KEPT = 2 * LARGEST_ON_HEAP
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
LEAST_GROWN = 32 * 1024 * 1024
"""Bytes that a process grows by before it looks for freed ones."""


def keep_freed_memory() -> None:
    """Have the allocator keep what is freed, up to 64 MB, rather than give it back to the system at once.

    Pages, lines and batches take up to some megabytes each. The GNU C library maps a block of that size anew each time,
    and the system clears every page of it, which is a tenth of the time of `extract`. The library itself comes to these
    two thresholds, which are its highest, once it has freed a block of 32 MB. Other libraries have no such call.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        set_option(M_MMAP_THRESHOLD, LARGEST_ON_HEAP)
        set_option(M_TRIM_THRESHOLD, MOST_KEPT)


@dataclass
class FreedMemory:
    """What a process has freed between its tasks: over many of them, fragments would add up."""

    _resident_before: int = 0
    """Bytes of memory that were left when some was last released."""

    def release(self) -> bool:
        """Return freed memory to the system, once the process has grown by `LEAST_GROWN`; say whether it was time.

        The system clears every page that the next task asks for again, so releasing after each task costs short ones
        a tenth of their time.
        """
        resident = _resident_bytes()
        if resident is not None and resident - self._resident_before < LEAST_GROWN:
            return False
        if "pyarrow" in sys.modules:
            sys.modules["pyarrow"].default_memory_pool().release_unused()
        with contextlib.suppress(AttributeError, OSError):  # only the GNU C library can do this
            ctypes.CDLL(None).malloc_trim(0)
        self._resident_before = _resident_bytes() or 0
        return True


def _resident_bytes() -> int | None:
    """Return how much memory the process has; None where the system does not say so."""
    try:
        with open("/proc/self/statm", "rb") as stream:
            return int(stream.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return None
