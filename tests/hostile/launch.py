"""Run a command with no more time and memory than it may take, and print what it took.

A process of its own: the system counts the memory of whoever starts a process as that process's own peak.
"""

import json
import os
import resource
import subprocess
import sys


def main(seconds: int, space: int, out: str, err: str, *command: str) -> None:
    """Print exit code, CPU seconds and peak bytes."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (space, space))

    with open(out, "wb") as stdout, open(err, "wb") as stderr:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, preexec_fn=limit)
        _, status, usage = os.wait4(child.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    print(json.dumps([code, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024]))
    child.returncode = code


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
