"""Tests of what happens to memory that is freed."""

import ctypes
import subprocess
import sys

import pytest

from corpuskit.core.stream import freed_memory
from corpuskit.core.stream.freed_memory import FreedMemory

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


RELEASE = """
from corpuskit.core.stream import freed_memory

def freed_fragments(size):
    # What lies behind all others keeps the heap as long as it is.
    return [bytes(3000) for _ in range(size // 3000)][-1:]

memory = freed_memory.FreedMemory()
memory.release()
before = freed_memory._resident_bytes()
last = [freed_fragments(freed_memory.LEAST_GROWN // 4)]
answers = [memory.release()]
last.append(freed_fragments(freed_memory.LEAST_GROWN * 4))
most = freed_memory._resident_bytes()
answers.append(memory.release())
print(*answers, (most - before) >> 20, (freed_memory._resident_bytes() - before) >> 20)
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="the allocator cannot release")
def test_what_tasks_have_freed_is_released_once_it_is_much() -> None:
    run = subprocess.run([sys.executable, "-c", RELEASE], capture_output=True, text=True, check=True)
    after_little, after_much, most, left = run.stdout.split()
    assert [after_little, after_much] == ["False", "True"]
    assert int(most) > 100
    assert int(left) < 40


def test_where_the_size_is_unknown_memory_is_released_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freed_memory, "_resident_bytes", lambda: None)
    memory = FreedMemory()
    assert memory.release()
    assert memory.release()
