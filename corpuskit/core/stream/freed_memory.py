"""Memory that one document gave back and the next one needs."""

import ctypes

__all__ = ["keep_freed_memory"]

LARGEST_ON_HEAP = 32 * 1024 * 1024
MOST_KEPT = 2 * LARGEST_ON_HEAP
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3


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
