"""Events of one item, brought together on disk: memory holds the same for a thousand events as for a billion.

Each line goes to a file, and a row of numbers to another: its key, its number, its offset and its size. The rows are
dealt out to files by key until those of one file fit into memory (`core/disk/group_by_key.py`); there they are grouped.
Groups are written in runs in the order of their first events, and the runs are merged.
"""

import heapq
import itertools
from array import array
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from corpuskit.core.disk.group_by_key import READ_ROWS, Run, by_key
from corpuskit.core.disk.spool import ByteSpool, RowSpool
from corpuskit.core.document import Document
from corpuskit.core.outcome import Drop

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Rows = NDArray[np.uint64]
    Group = tuple[int, int, int]

MOST_EVENTS = 100_000
"""Events of one item that are distilled together; a log with more of them for one item is cut into parts."""
ROW = 4
"""Numbers of an event: key, number, offset and size of its line."""
MERGED_ROWS = 1 << 17
"""Groups that are read at a time from all runs together."""


class EventSpool:
    """A stream, to be taken out item by item, in the order in which the items first occurred.

    A document that is no event is an item by itself.
    """

    def __init__(self) -> None:
        """Open temporary files. Raises PublishError if TMPDIR has no room."""
        import numpy

        self._lines = ByteSpool()
        self._rows = RowSpool(numpy.uint64, ROW)
        self._grouped_rows = RowSpool(numpy.uint64, ROW)
        self._groups = RowSpool(numpy.uint64, 3)
        self._waiting = array("Q")
        self._count = 0
        self._withdrawals: dict[tuple[str, str], str] = {}

    def close(self) -> None:
        """Remove the temporary files."""
        for file in (self._lines, self._rows, self._grouped_rows, self._groups):
            file.close()

    def add(self, event: Document, line: bytes) -> None:
        """Add the next document, given with its line."""
        import xxhash

        metadata = event.metadata
        event_data = metadata.get("event")
        tenant = str(metadata.get("tenant"))
        key = f"{tenant}\0{group_of(event)}" if isinstance(event_data, dict) else f"{self._count}\0"
        hashed_key = xxhash.xxh3_64_intdigest(key.encode("utf-8", "surrogatepass"))
        self._waiting.extend((hashed_key, self._count, self._lines.size, len(line)))
        self._lines.append(line)
        self._count += 1
        if len(self._waiting) == ROW * READ_ROWS:
            self._flush()
        if (
            isinstance(event_data, dict)
            and event_data.get("type") == "withdraw"
            and isinstance(metadata.get("actor"), str)
        ):
            self._withdrawals.setdefault((tenant, metadata["actor"]), event.id)

    def groups(self) -> Iterator[list[bytes]]:
        """Yield the lines of each item's events, in input order."""
        self._flush()
        run_ends = [0]
        for runs in by_key(self._rows.chunks(READ_ROWS), MOST_EVENTS):
            for run in _ordered_parts(runs):
                self._write_groups(run)
                run_ends.append(len(self._groups))
        for _, start, size in self._merged_groups(run_ends):
            (rows,) = self._grouped_rows.chunks(size, start, start + size)
            yield [self._lines.read(int(offset), int(length)) for _, _, offset, length in rows.tolist()]

    def without_withdrawn(self, events: list[Document]) -> tuple[list[Document], list[Drop]]:
        """Return the events that stay, and a drop for each withdrawal and for all that a person has withdrawn."""
        if not self._withdrawals:
            return events, []
        kept_events, drops = [], []
        for event in events:
            metadata = event.metadata
            tenant, actor = str(metadata.get("tenant")), metadata.get("actor")
            withdrawal = self._withdrawals.get((tenant, actor)) if isinstance(actor, str) else None
            if withdrawal is None:
                kept_events.append(event)
            elif isinstance(metadata.get("event"), dict) and metadata["event"].get("type") == "withdraw":
                values = {"tenant": metadata.get("tenant"), "actor": actor, "date": metadata.get("date")}
                drops.append(Drop(event, "withdrawal", values))
            else:
                # Not even the file of drops keeps what a person has taken back.
                drops.append(Drop(Document(event.id, ""), "withdrawn", {"by": withdrawal}))
        return kept_events, drops

    def _flush(self) -> None:
        import numpy

        if self._waiting:
            self._rows.append(numpy.frombuffer(self._waiting, numpy.uint64).reshape(-1, ROW))
            self._waiting = array("Q")

    def _write_groups(self, rows: "Rows") -> None:
        """Write the rows of whole groups one group after the other, and where each begins."""
        # keys       [7 9 7 8]      of the rows 0 1 2 3
        # order      [0 2 3 1]      stable: the events of a group stay in input order
        # starts     [0 2 3]        where 7, 8 and 9 begin
        # firsts     [0 3 1]        the number of each group's first event
        # groups     (0, 0, 2) (1, 3, 1) (3, 2, 1)      first event, start and size, by the first event
        import numpy

        order = numpy.argsort(rows[:, 0], kind="stable")
        ordered = rows[order]
        is_start = numpy.ones(len(ordered), numpy.bool_)
        is_start[1:] = ordered[1:, 0] != ordered[:-1, 0]
        starts = numpy.flatnonzero(is_start)
        sizes = numpy.diff(numpy.append(starts, len(ordered)))
        groups = numpy.stack([ordered[starts, 1].astype(numpy.int64), len(self._grouped_rows) + starts, sizes], axis=1)
        self._grouped_rows.append(ordered)
        self._groups.append(groups[numpy.argsort(groups[:, 0], kind="stable")])

    def _merged_groups(self, run_ends: list[int]) -> "Iterator[Group]":
        """Yield the groups of all runs by their first events."""
        at_once = max(16, MERGED_ROWS // max(1, len(run_ends)))

        def groups_of(start: int, end: int) -> "Iterator[Group]":
            for chunk in self._groups.chunks(at_once, start, end):
                yield from map(tuple, chunk.tolist())

        return heapq.merge(*(groups_of(start, end) for start, end in itertools.pairwise(run_ends)))


def _ordered_parts(runs: Iterable[Run]) -> "Iterator[Rows]":
    """Yield the rows of each run; of a key with too many events, its parts, marked as beginning at its first one."""
    first = None
    for run in runs:
        rows = run.rows
        if run.part:
            first = rows[0, 1] if first is None else first
            rows = rows.copy()
            rows[0, 1] = first
        yield rows


def group_of(event: Document) -> str:
    """Return what an event is distilled together with: ratings of answers to one prompt, else all that one item has."""
    event_data = event.metadata["event"]
    if event_data.get("type") == "rate" and event.text.startswith("<|") and "\n<|assistant|>\n" in event.text:
        prompt, _, _ = event.text.rpartition("\n<|assistant|>\n")
        return f"prompt\0{prompt}"
    return f"item\0{event_data.get('item')}"
