"""Which files of a dataset, or halves of files, processes read side by side, and in which order."""

import heapq
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from corpuskit.core.errors import DamagedError
from corpuskit.core.provenance.entries import Manifest, ShardEntry
from corpuskit.core.registry import format_of_shard, is_divisible
from corpuskit.trust.verifying.lossy_shards import number_of

DECISIONS: Literal["decisions"] = "decisions"
SHARDS: Literal["shards"] = "shards"
DECISION_WORK = 3
"""How many times as long a byte of decisions takes as one of a shard: as they are much alike, they are packed well."""
LEAST_CUT = 1024 * 1024
"""Bytes of a shard from which on it is cut: to read one of this size takes some 40 ms."""
LARGEST_WAIT = 1.03
"""How many times as long as an equal share for each the longest share may take before a file is cut."""
FIRST_PART = 0.53
"""What part of a file that is cut is read first: the other part has to pass over it."""


@dataclass(frozen=True)
class Work:
    """A file to read, or a range of a shard's documents."""

    kind: Literal["decisions", "shards"]
    """The key of the manifest below which the file is."""
    number: int
    """Which of the manifest's files of this kind it is."""
    work: float
    """How long it takes, as bytes of a shard."""
    documents: int = 0
    """How many the manifest says that it holds."""
    is_compared: bool = False
    """Whether the ids of its documents are compared with those of another shard, so that it is read in one go."""
    can_be_cut: bool = False
    begin: int = 0
    end: int | None = None

    @property
    def file(self) -> tuple[str, int]:
        """What tells the file from others."""
        return self.kind, self.number

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole file."""
        return self.begin == 0 and self.end is None

    def parts(self) -> "list[Work]":
        """Return the two parts that it is cut in."""
        middle = int(self.documents * FIRST_PART)
        part = replace(self, work=self.work / 2, can_be_cut=False)
        return [replace(part, end=middle), replace(part, begin=middle)]


def works_of(manifest: Manifest) -> list[Work]:
    """Return the work of reading each file of a dataset whole."""
    shards = manifest["shards"]
    numbers = Counter(number_of(shard["path"]) for shard in shards)
    decisions = [Work(DECISIONS, n, DECISION_WORK * file["bytes"]) for n, file in enumerate(manifest["decisions"])]
    return [*decisions, *(_work_of(shard, n, numbers[number_of(shard["path"])] > 1) for n, shard in enumerate(shards))]


def _work_of(shard: ShardEntry, number: int, is_compared: bool) -> Work:
    is_large = shard["bytes"] >= LEAST_CUT and shard["documents"] > 1
    can_be_cut = is_large and not is_compared and _is_divisible(shard["path"])
    return Work(SHARDS, number, shard["bytes"], shard["documents"], is_compared, can_be_cut)


def _is_divisible(path: str) -> bool:
    try:
        return is_divisible(format_of_shard(path))
    except DamagedError:
        return False


def longest_first(works: Iterable[Work]) -> list[Work]:
    """Return works in the order of reading: else the last would keep one process busy while all others are done."""
    return sorted(works, key=lambda work: -work.work)


def dealt(works: Iterable[Work], jobs: int) -> list[Work]:
    """Return works in the order of reading, with files cut in two without which some processes would wait for others.

    As few are cut as will do, since the lines before the second part are decompressed twice.

    >>> files = [Work(SHARDS, number, 10, documents=100, can_be_cut=True) for number in range(3)]
    >>> [(work.number, work.begin, work.end) for work in dealt(files, 2)]
    [(0, 0, None), (1, 0, None), (2, 0, 53), (2, 53, None)]
    """
    works = longest_first(works)
    fair = sum(work.work for work in works) / jobs
    while works:
        longest = max(_shares(works, jobs), key=lambda share: sum(work.work for work in share))
        if sum(work.work for work in longest) <= LARGEST_WAIT * fair:
            break
        uncut = next((work for work in reversed(longest) if work.can_be_cut), None)
        if uncut is None:
            break
        works = longest_first([*(work for work in works if work is not uncut), *uncut.parts()])
    return works


def _shares(works: Sequence[Work], jobs: int) -> list[list[Work]]:
    """Return what each process reads if every one takes the next work as soon as it is free."""
    shares: list[list[Work]] = [[] for _ in range(jobs)]
    free = [(0.0, process) for process in range(jobs)]
    for work in works:
        busy_for, process = free[0]
        shares[process].append(work)
        heapq.heapreplace(free, (busy_for + work.work, process))
    return shares
