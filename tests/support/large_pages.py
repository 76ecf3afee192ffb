"""Memory in large pages, which a fork shares with its parent in less time than it does many small ones."""

import ctypes
import mmap
import re
from pathlib import Path

LARGE_PAGE = 2 << 20
COLLAPSE = 25
"""`MADV_COLLAPSE` of Linux 6.1, which Python's `mmap` does not name."""
OWN_MEMORY = re.compile(r"([0-9a-f]+)-([0-9a-f]+) rw-p 00000000 00:00 0 *(?:\[heap\])?")
"""A line of what is mapped that is of no file: its first address and the one after its last."""


def gather_into_large_pages() -> None:
    """Have the system hold this process's memory in large pages, where it knows how."""
    maps = Path("/proc/self/maps")
    advise = getattr(ctypes.CDLL(None), "madvise", None)
    if advise is None or not maps.is_file() or mmap.PAGESIZE >= LARGE_PAGE:
        return
    for line in maps.read_text().splitlines():
        if memory := OWN_MEMORY.fullmatch(line):
            start, end = (int(address, 16) for address in memory.groups())
            start, end = -(-start // LARGE_PAGE) * LARGE_PAGE, end // LARGE_PAGE * LARGE_PAGE
            if start < end:
                # A refusal costs time and nothing else.
                advise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), COLLAPSE)
