"""Pipes: how the two ends of one are known to be the same, and where else a stream goes to."""

import os
import re
import stat
from functools import cache
from pathlib import Path
from typing import NamedTuple

PIPE = "pipe"
"""What an entry's stream was written to: this, or the identity of a regular file."""


class Pipe(NamedTuple):
    """The identity of a pipe, the same at both of its ends."""

    boot: str
    device: int
    inode: int
    has_name: bool

    def key(self) -> str:
        """Return the identity as file names spell it."""
        return f"{self.boot}-{self.device}-{self.inode}"


def pipe_of(status: os.stat_result | None) -> Pipe | None:
    """Return the pipe that an `fstat` describes; None for anything else, and if pipes cannot be told apart."""
    boot = boot_id()
    if status is None or boot is None or status.st_ino == 0 or not stat.S_ISFIFO(status.st_mode):
        return None
    return Pipe(boot, status.st_dev, status.st_ino, status.st_dev != _anonymous_device())


def kept_in(status: os.stat_result | None) -> str:
    """Return where a stream that goes to this descriptor can be read from: a file's identity, or `PIPE`.

    Empty for a device, such as a terminal or the null device, which keeps nothing.
    """
    if status is None:
        return ""
    if stat.S_ISREG(status.st_mode):
        return f"{status.st_dev}-{status.st_ino}"
    return PIPE if stat.S_ISFIFO(status.st_mode) or stat.S_ISSOCK(status.st_mode) else ""


def pipe_of_key(key: str) -> Pipe:
    """Return the pipe that a key stands for; whether it has a name, a key does not tell."""
    boot, device, inode = key.rsplit("-", 2)
    return Pipe(boot, int(device), int(inode), False)


def is_pipe_key(key: str) -> bool:
    """Whether a word is such a key."""
    return re.fullmatch(r"[\w-]+-[0-9]{1,20}-[0-9]{1,20}", key, re.ASCII) is not None


@cache
def boot_id() -> str | None:
    """Return what tells this start of the machine from others; None on systems that do not say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return None


def _anonymous_device() -> int:
    read, write = os.pipe()
    try:
        return os.fstat(read).st_dev
    finally:
        os.close(read)
        os.close(write)
