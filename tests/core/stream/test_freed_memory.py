"""Tests of what happens to memory that is freed."""

import ctypes
import subprocess
import sys

import pytest

FREE_AND_TAKE = """
import resource
from corpuskit.core.stream.freed_memory import keep_freed_memory
keep_freed_memory()
blocks = [bytearray(b"x" * 3_000_000) for _ in range(2)]
del blocks
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(50):
    blocks = [bytearray(b"x" * 3_000_000) for _ in range(2)]
    del blocks
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="the allocator has no such thresholds")
def test_memory_that_was_freed_is_taken_again() -> None:
    run = subprocess.run([sys.executable, "-c", FREE_AND_TAKE], capture_output=True, text=True, check=True)
    # The system maps a page of 4 KB at each fault: blocks that were mapped anew would need some 70,000.
    assert int(run.stdout) < 7_000
