"""How to see that a file is unchanged without reading it."""

import os
import time
from pathlib import Path

FileStatus = list[int]
"""Size, time of modification, time of change, device and inode of a file; no program can reset the time of change."""

UNSETTLED: FileStatus = []
"""The status of a file that was changed just now: it may change again within one tick of its file system's clock."""
SETTLED_AFTER = 2 * 10**9
"""Nanoseconds; the coarsest clock of a file system in use ticks every two seconds."""


def file_status(file: Path | int) -> FileStatus:
    """Return the status of a file, given as its path or descriptor; it changes when it is written to or replaced."""
    return status_entry(os.stat(file))


def status_entry(status: os.stat_result) -> FileStatus:
    """Return of what the system says of a file what tells whether it is unchanged."""
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_dev, status.st_ino]


def settled(status: FileStatus) -> FileStatus:
    """Return the status if it can be compared later, or else `UNSETTLED`, which equals that of no file."""
    _, modified, changed, *_ = status
    try:
        now = time.time_ns()
    except OverflowError:  # the clock is past the year 2262
        return UNSETTLED
    return status if now - max(modified, changed) > SETTLED_AFTER else UNSETTLED
