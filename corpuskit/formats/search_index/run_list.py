"""Runs of lines that came one after the other, each known by a hash of all its bytes.

A stream that changed little mostly has the same runs again: one look at some thousand bytes tells that, and their lines
are not even taken apart.
"""

from array import array
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from corpuskit.formats.search_index.packed import DIGEST_BYTES, digest_at, from_bytes, to_bytes

if TYPE_CHECKING:
    from sqlite3 import Connection

__all__ = ["RunList", "run_hash"]

RUN_LINES = 8
"""Of which a run is made. If one of them changes, all are taken apart."""
MOST_BYTES = 64 * 1024
"""Of a run: what comes after a part of it is waited for."""
MOST_UNHASHED = 255
"""Lines in a run that is known line by line."""
PART_RUNS = 1 << 16
"""Of which lines, sizes and hashes are one row."""


class RunList:
    """All lines of an index in runs, in the order of the stream: 21 bytes for each run."""

    def __init__(self) -> None:
        """Begin without any."""
        self.lines = array("B")
        """How many each has."""
        self.sizes = array("I")
        """Bytes of each, line feeds included; 0 if its lines are known one by one."""
        self.hashes = bytearray()
        """Of these bytes, one after the other."""
        self._begun: list[bytes] = []
        self._begun_bytes = 0

    def add(self, line: bytes | None) -> None:
        """Add a line; None for one that is known by itself alone, as it came in another spelling."""
        size = 0 if line is None else len(line) + 1
        if line is None or size > MOST_BYTES:
            self.add_unhashed(1)
            return
        if self._begun_bytes + size > MOST_BYTES:
            self.close()
        self._begun.append(line)
        self._begun_bytes += size
        if len(self._begun) == RUN_LINES:
            self.close()

    def add_lines(self, lines: Sequence[bytes]) -> None:
        """Add lines, together if the run that was begun goes on behind them."""
        size = sum(map(len, lines)) + len(lines)
        if len(self._begun) + len(lines) < RUN_LINES and self._begun_bytes + size <= MOST_BYTES:
            self._begun += lines
            self._begun_bytes += size
            return
        for line in lines:
            self.add(line)

    def add_unhashed(self, lines: int) -> None:
        """Add lines that are known one by one."""
        self.close()
        if self.sizes and not self.sizes[-1] and self.lines[-1] + lines <= MOST_UNHASHED:
            self.lines[-1] += lines
        else:
            self._append(lines, 0, bytes(DIGEST_BYTES))

    def add_runs(self, runs: "RunList", start: int, end: int) -> None:
        """Add some of the runs of another list."""
        self.close()
        self.lines += runs.lines[start:end]
        self.sizes += runs.sizes[start:end]
        self.hashes += runs.hashes[start * DIGEST_BYTES : end * DIGEST_BYTES]

    def close(self) -> None:
        """End the run that was begun."""
        if self._begun:
            self._append(len(self._begun), self._begun_bytes, run_hash(self._begun))
            self._begun, self._begun_bytes = [], 0

    def starts(self) -> "array[int]":
        """Return the row of the first line of each run, and the number of all lines."""
        return array("I", accumulate(self.lines, initial=0))

    def without(self, rows: Sequence[int]) -> "RunList":
        """Return the list without the lines of these rows, which are sorted."""
        from bisect import bisect_left

        rest = RunList()
        for run, (start, end) in enumerate(pairwise(self.starts())):
            lines_left = end - start - (bisect_left(rows, end) - bisect_left(rows, start))
            if lines_left == end - start:
                rest.add_runs(self, run, run + 1)
            elif lines_left:
                rest.add_unhashed(lines_left)
        return rest

    def read(self, connection: "Connection") -> bool:
        """Add those of an index; return whether they are whole."""
        for lines, sizes, hashes in connection.execute("SELECT lines, sizes, hashes FROM runs ORDER BY part"):
            if not all(isinstance(value, bytes) for value in (lines, sizes, hashes)):
                return False
            if not len(lines) == len(sizes) / 4 == len(hashes) / DIGEST_BYTES or 0 in lines:
                return False
            self.lines.frombytes(lines)
            self.sizes.extend(from_bytes(sizes))
            self.hashes += hashes
        return True

    def write(self, connection: "Connection") -> None:
        """Let an index have these runs, and no others."""
        self.close()
        connection.execute("DELETE FROM runs")
        for start in range(0, len(self.lines), PART_RUNS):
            end = start + PART_RUNS
            lines, sizes = self.lines[start:end].tobytes(), to_bytes(self.sizes[start:end])
            hashes = self.hashes[start * DIGEST_BYTES : end * DIGEST_BYTES]
            connection.execute("INSERT INTO runs (lines, sizes, hashes) VALUES (?, ?, ?)", (lines, sizes, hashes))

    def hashed(self) -> Iterator[tuple[int, int, int, bytes]]:
        """Yield first row, end, bytes and hash of each run that is known by its hash."""
        for run, (start, end) in enumerate(pairwise(self.starts())):
            if self.sizes[run]:
                yield start, end, self.sizes[run], digest_at(self.hashes, run)

    def _append(self, lines: int, size: int, hash_: bytes) -> None:
        self.lines.append(lines)
        self.sizes.append(size)
        self.hashes += hash_


def run_hash(lines: Sequence[bytes]) -> bytes:
    """Return the hash of lines with their line feeds."""
    import xxhash

    return xxhash.xxh3_128_digest(b"\n".join([*lines, b""]))
