"""How many processes of one user talk to one host at a time: few, whatever the number of workers and runs.

A process that connects to a host holds one of its slots, a locked file in the state folder, until it is done. The
lock dies with the process. Where no file can be written, nothing is limited.
"""

import contextlib
import fcntl
import hashlib
import os
import time
from urllib.parse import urlsplit

from corpuskit.core import console
from corpuskit.core.disk import filesystem
from corpuskit.core.provenance.ledger import state_folder
from corpuskit.core.wording import quantity

__all__ = ["PROCESSES", "Slot"]

PROCESSES = 4
"""Processes that may talk to one host at a time."""
PAUSE = 0.1
"""Seconds between two looks for a free slot."""
SILENCE = 2
"""Seconds after which a person is told what is waited for."""
FOLDER = "connections"

_held_slots: dict[str, tuple[int, int, int]] = {}
"""By key: the process that holds it, its descriptor, and how many users in that process share it."""


class Slot:
    """The right to connect to the host of an address; shared by all that a process reads from there."""

    def __init__(self, url: str, purpose: str = "", processes: int = PROCESSES) -> None:
        """`purpose` tells requests apart that have a limit of their own, such as queries of an index."""
        self._host = urlsplit(url).netloc.rpartition("@")[2]
        self._key = hashlib.sha256(f"{urlsplit(url).netloc}\0{purpose}".encode()).hexdigest()[:24]
        self._processes = processes
        self._is_taken = False

    def take(self) -> None:
        """Wait until a slot is free, and hold it."""
        if self._is_taken:
            return
        process, descriptor, users = _held_slots.get(self._key, (0, -1, 0))
        if users and process != os.getpid():
            # A fork has inherited the descriptor of its parent, which goes on holding the lock.
            os.close(descriptor)
            users = 0
        if not users:
            descriptor = self._lock_one()
        _held_slots[self._key] = (os.getpid(), descriptor, users + 1)
        self._is_taken = True

    def release(self) -> None:
        """Let others have the slot, unless this process still uses it."""
        process, descriptor, users = _held_slots.get(self._key, (0, -1, 0))
        if not self._is_taken or process != os.getpid():
            return
        self._is_taken = False
        if users > 1:
            _held_slots[self._key] = (process, descriptor, users - 1)
            return
        del _held_slots[self._key]
        if descriptor >= 0:
            os.close(descriptor)

    def __enter__(self) -> "Slot":
        self.take()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _lock_one(self) -> int:
        """Return the descriptor of a locked slot, once there is one; -1 where none can be made."""
        folder = state_folder() / FOLDER
        try:
            filesystem.make_folder(folder, parents=True, exist_ok=True)
            begin, is_told = time.monotonic(), False
            while True:
                for number in range(self._processes):
                    descriptor = filesystem.open_lock(folder / f"{self._key}-{number}")
                    with contextlib.suppress(BlockingIOError):
                        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                        return descriptor
                    os.close(descriptor)
                if not is_told and time.monotonic() - begin > SILENCE:
                    is_told = True
                    others = quantity(self._processes, "process")
                    console.remark("", f"waiting for {self._host}: {others} of yours may talk to it at a time")
                time.sleep(PAUSE)
        except OSError:
            return -1
