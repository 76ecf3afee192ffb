"""Captures in any order become rows by host, in bounded memory: sorted runs go to TMPDIR and are merged."""

import heapq
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from corpuskit.core.disk.spool import ByteSpool
from corpuskit.trust.rights.captures import Capture

RUN_BYTES = 64 * 1024 * 1024
"""Bytes of captures that are sorted at once."""
READ_BYTES = 256 * 1024

Item = list[Any]


class CaptureSorter:
    """Takes captures in any order; gives them by host, kind, address and date."""

    def __init__(self) -> None:
        """Opens a file in TMPDIR. Raises PublishError."""
        self._spool = ByteSpool()
        self._runs: list[tuple[int, int]] = []
        self._items: list[tuple[tuple[str, ...], bytes]] = []
        self._size = 0

    def add(self, capture: Capture) -> None:
        """Add a capture. Raises PublishError if the disk is full."""
        import orjson

        line = orjson.dumps(list(capture))
        self._items.append((tuple(capture[:6]), line))
        self._size += len(line)
        if self._size >= RUN_BYTES:
            self._end_run()

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield a row for each host, in order, with equal captures that follow one another joined."""
        self._end_run()
        merged = heapq.merge(*map(self._run, self._runs), key=lambda item: item[:6])
        for host, items in groupby(merged, key=itemgetter(0)):
            yield {"host": host, "files": list(_files(items))}
        self._spool.close()

    def _end_run(self) -> None:
        start = self._spool.size
        for _, line in sorted(self._items):
            self._spool.append(line + b"\n")
        if self._items:
            self._runs.append((start, self._spool.size))
        self._items.clear()
        self._size = 0

    def _run(self, run: tuple[int, int]) -> Iterator[Item]:
        import orjson

        start, end = run
        rest = b""
        while start < end:
            block = self._spool.read(start, min(READ_BYTES, end - start))
            start += len(block)
            *lines, rest = (rest + block).split(b"\n")
            for line in lines:
                yield orjson.loads(line)


def _files(items: Iterable[Item]) -> Iterator[dict[str, Any]]:
    """Yield the entries of a row; captures of a file with equal content in a row become one with two dates."""
    last: dict[str, Any] | None = None
    for _, kind, url, first_date, last_date, sha256, content in items:
        is_same = last is not None and (kind, url, sha256) == (last["kind"], last["url"], last["sha256"])
        if is_same and last is not None:
            dates = [*last["captured"], *([first_date, last_date] if first_date else [])]
            last["captured"] = [min(dates), max(dates)] if dates else []
            continue
        if last is not None:
            yield last
        captured = [first_date, last_date] if first_date else []
        last = {"kind": kind, "url": url, "captured": captured, "sha256": sha256, **content}
    if last is not None:
        yield last
