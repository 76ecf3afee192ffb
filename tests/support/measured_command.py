"""A command that runs in a process of its own, and what it took."""

import os
import re
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, NamedTuple

SECONDS_BETWEEN_LOOKS = 0.01


class Cost(NamedTuple):
    """How a command ended, and what it took."""

    code: int
    seconds: float
    """Of processor time."""
    megabytes: float
    """The most that its memory held, less at most what came in its last hundredth of a second."""


def cost_of(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], messages: int | IO[bytes] = subprocess.DEVNULL
) -> Cost:
    """Run a command to its end, and return what it took; what it says goes to `messages`.

    On Linux `ru_maxrss` begins with what the process held that started this one, so the kernel is asked by /proc.
    """
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=messages)
    peak = 0
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        peak = max(peak, _peak_kilobytes(process.pid))
        time.sleep(SECONDS_BETWEEN_LOOKS)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Cost(process.returncode, usage.ru_utime + usage.ru_stime, (peak or usage.ru_maxrss) / 1024)


def _peak_kilobytes(pid: int) -> int:
    """Return the most that a process has held; 0 if the system does not say."""
    try:
        match = re.search(r"VmHWM:\s*(\d+)", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0
    return int(match[1]) if match else 0
