"""Nothing of a removed document is left in the bytes of an index.

Deleting is not enough: FTS5 notes what was deleted beside what was written, and the database keeps pages that it does
not use. So the words are merged into one segment, which leaves out what was deleted; the database is then written anew,
page by page, from what is in use; and the new file is searched for the removed lines.

The search looks for windows of 16 bytes. A removed line is known by some of its windows, and content says which: those
whose first 4 bytes have a hash that begins with 0 bits. The file is looked at from every fourth byte on, so that of a
piece that is left, wherever it stands, a fourth of these windows is found. What a document that stays says as well is
no trace of the removed one, and neither is a word of it as the index writes it: in small letters, without accents, cut
to its stem.
"""

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from corpuskit.core.disk import filesystem
from corpuskit.core.document import decode_trusted
from corpuskit.core.errors import PublishError
from corpuskit.formats.search_index.entries import title_of
from corpuskit.formats.search_index.layout import PAGE_BYTES, WORDS_SCHEMA

if TYPE_CHECKING:
    from sqlite3 import Connection

__all__ = ["Traces", "traces_left", "write_anew"]

WINDOW = 16
WORD = 4
CHOSEN_BITS = 4
"""One window in 16 is looked at."""
MOST_WINDOWS = 32
"""Of one removed line that are kept, of those at offsets with one remainder by 4."""
MOST_SHORT_LINES = 16
"""Removed lines without such a window that are looked for one by one."""
BLOCK_BYTES = 1024 * 1024
"""Read at a time: what a processor keeps near, as every byte is looked at."""
LINES_AT_A_TIME = 1024
MOST_WAITING_BYTES = 4 * 1024 * 1024
"""Of removed lines, before windows of them are chosen."""
_MULTIPLIER = 0x9E3779B1
_MIX = 0x9E3779B97F4A7C15
_SECOND_MIX = 0xC2B2AE3D27D4EB4F
_SEPARATOR = b"\0" * WINDOW
_LEAST = 1 << (32 - CHOSEN_BITS)
_TABLE_BITS = 22


class Windows(NamedTuple):
    """Windows, each by two numbers of 64 bits; arrays of one length."""

    hashes: Any
    """Of all 16 bytes."""
    firsts: Any
    """Hashes of the first 8."""

    def at(self, rows: Any) -> "Windows":
        """Return some of them."""
        return Windows(self.hashes[rows], self.firsts[rows])


class Traces:
    """What to look for of removed lines: windows, and short lines that have too few as they are."""

    def __init__(self) -> None:
        """Nothing was removed yet."""
        self._parts: list[Windows] = []
        self._lines: list[bytes] = []
        self._bytes = 0
        self._short_lines: list[bytes] = []

    def add(self, line: bytes) -> None:
        """Take a removed line."""
        self._lines.append(line)
        self._bytes += len(line)
        if self._bytes > MOST_WAITING_BYTES:
            self._take_lines()

    def short_lines(self) -> list[bytes]:
        """Return lines that have too few windows to be found by them."""
        self._take_lines()
        return self._short_lines

    def windows(self) -> Windows:
        """Return all windows, sorted by their hashes."""
        import numpy as np

        self._take_lines()
        if not self._parts:
            return Windows(np.empty(0, np.uint64), np.empty(0, np.uint64))
        hashes, rows = np.unique(np.concatenate([part.hashes for part in self._parts]), return_index=True)
        return Windows(hashes, np.concatenate([part.firsts for part in self._parts])[rows])

    def _take_lines(self) -> None:
        """Choose windows of the lines that were added last, evenly from each."""
        import numpy as np

        lines, self._lines, self._bytes = self._lines, [], 0
        if not lines:
            return
        data = b"".join(lines)
        ends = np.cumsum(np.fromiter(map(len, lines), np.int64, len(lines)))
        is_short = np.zeros(len(lines), bool)
        for shift in range(WORD):
            windows, offsets = _windows_from(data, shift)
            owners = np.searchsorted(ends, offsets, "right")
            is_inside = offsets + WINDOW <= ends[owners]
            windows, owners = windows.at(is_inside), owners[is_inside]
            numbers = np.bincount(owners, minlength=len(lines))
            ranks = np.arange(len(owners)) - (np.cumsum(numbers) - numbers)[owners]
            steps = np.maximum(1, -(-numbers // MOST_WINDOWS))
            self._parts.append(windows.at(ranks % steps[owners] == 0))
            is_short |= numbers == 0
        most_lines = MOST_SHORT_LINES - len(self._short_lines)
        self._short_lines += [lines[row] for row in np.flatnonzero(is_short)[:most_lines].tolist()]


def write_anew(connection: "Connection", target: Path) -> None:
    """Write what is in use of a database, and no byte else, to a new file."""
    connection.execute("INSERT INTO words (words) VALUES ('optimize')")
    filesystem.remove(target, missing_ok=True)
    connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")  # of the new file
    connection.execute("VACUUM INTO ?", (str(target),))


def demand_erased(connection: "Connection", target: Path, traces: Traces) -> None:
    """Raise PublishError if a new file holds what a removed line said, and no document of the index does."""
    left_hashes, left_lines = traces_left(connection, target, traces)
    if len(left_hashes) or left_lines:
        raise PublishError(f"{target.name!r} still holds text that was removed; nothing was published. Report this")


def traces_left(connection: "Connection", target: Path, traces: Traces) -> tuple[Any, list[bytes]]:
    """Return the hashes and the short lines that a file holds, although no document of the index does."""
    import numpy as np

    windows = traces.windows()
    with open(target, "rb") as stream:
        blocks = iter(lambda: stream.read(BLOCK_BYTES), b"")
        is_present, short_lines = _present(windows, traces.short_lines(), blocks, shifts=1)
    windows = windows.at(np.flatnonzero(is_present))
    if not len(windows.hashes) and not short_lines:
        return windows.hashes, short_lines
    is_kept, kept_lines = _present(windows, short_lines, _lines(connection), shifts=WORD)
    windows = windows.at(np.flatnonzero(~is_kept))
    if len(windows.hashes):
        windows = windows.at(np.flatnonzero(~_present(windows, [], _written_words(connection), shifts=WORD)[0]))
    return windows.hashes, [line for line in short_lines if line not in kept_lines]


def _windows_from(data: bytes, shift: int, table: Any = None) -> tuple[Windows, Any]:
    """Return the windows of these bytes that content chooses, at every fourth offset from `shift` on, and the offsets.

    Of the numbers that are 4 bytes each, those whose product with a constant is small (modulo 2**32) are chosen, and
    the 16 bytes from there on are hashed. Those whose first half is not in a table of hashes are left out early.
    """
    import numpy as np

    count = max(0, len(data) - shift) // WORD
    numbers = np.frombuffer(data, np.uint32, count, shift) if count else np.empty(0, np.uint32)
    rows = np.flatnonzero(numbers[: max(0, count - 3)] * np.uint32(_MULTIPLIER) < _LEAST)
    firsts = _pairs(numbers, rows) * np.uint64(_MIX)
    if table is not None:
        is_likely = table[firsts >> np.uint64(64 - _TABLE_BITS)]
        rows, firsts = rows[is_likely], firsts[is_likely]
    seconds = _pairs(numbers, rows + 2) * np.uint64(_SECOND_MIX)
    # Turned by half, as the last bytes of both halves change the same upper bits, and could make up for one another.
    seconds = (seconds << np.uint64(32)) | (seconds >> np.uint64(32))
    return Windows((firsts ^ seconds) * np.uint64(_MIX), firsts), rows * WORD + shift


def _pairs(numbers: Any, rows: Any) -> Any:
    """Return the numbers in these rows, each with the next as its upper half."""
    import numpy as np

    return numbers[rows].astype(np.uint64) | (numbers[rows + 1].astype(np.uint64) << np.uint64(32))


def _present(windows: Windows, lines: list[bytes], blocks: Iterable[bytes], shifts: int) -> tuple[Any, list[bytes]]:
    """Return which of the sorted windows occur in a sequence of blocks, or across two of them, and which lines do.

    Windows are looked for at offsets whose remainders by 4 are below `shifts`.
    """
    sought = _SoughtWindows(windows)
    lines_left, present_lines = set(lines), []
    overlap = -(-max([WINDOW, *map(len, lines)]) // WORD) * WORD
    tail = b""
    for block in blocks:
        data = tail + block
        for shift in range(shifts if sought.left else 0):
            sought.look_at(data, shift)
        present_lines += [line for line in lines_left if line in data]
        lines_left.difference_update(present_lines)
        if not sought.left and not lines_left:
            break
        # Whole numbers of 4 bytes, so that offsets in the next block have the same remainders.
        tail = data[len(data) // WORD * WORD - overlap :] if len(data) > overlap else data
    return sought.is_present, sorted(present_lines)


class _SoughtWindows:
    """Windows of which some are looked for yet."""

    def __init__(self, windows: Windows) -> None:
        """`windows` are sorted; none was seen yet."""
        import numpy as np

        self._windows = windows
        self.is_present = np.zeros(len(windows.hashes), bool)
        self.left = len(windows.hashes)
        """How many were not seen yet."""
        self._fill_table()

    def look_at(self, data: bytes, shift: int) -> None:
        """Note which windows stand in these bytes, at every fourth offset from `shift` on."""
        import numpy as np

        hashes = _windows_from(data, shift, self._table)[0].hashes
        rows = np.minimum(np.searchsorted(self._windows.hashes, hashes), len(self._windows.hashes) - 1)
        self.is_present[rows[self._windows.hashes[rows] == hashes]] = True
        self.left = len(self.is_present) - int(np.count_nonzero(self.is_present))
        if self.left <= self._in_table // 2:
            self._fill_table()

    def _fill_table(self) -> None:
        """Let the table have those that are left: windows that were seen need not be hashed again."""
        import numpy as np

        self._in_table = self.left
        self._table = np.zeros(1 << _TABLE_BITS, bool)
        self._table[self._windows.firsts[~self.is_present] >> np.uint64(64 - _TABLE_BITS)] = True


def _lines(connection: "Connection") -> Iterator[bytes]:
    """Yield what the documents say, many lines at a time, with bytes in between that no line has.

    The newest come first: what was edited says most of what it said before.
    """
    cursor = connection.execute("SELECT line FROM documents ORDER BY number DESC")
    while rows := cursor.fetchmany(LINES_AT_A_TIME):
        yield _SEPARATOR + _SEPARATOR.join([line for (line,) in rows])


def _written_words(connection: "Connection") -> Iterator[bytes]:
    """Yield the words of the documents as an index writes them, those of many at a time, derived anew."""
    import sqlite3

    cursor = connection.execute("SELECT line FROM documents ORDER BY number DESC")
    while rows := cursor.fetchmany(LINES_AT_A_TIME):
        with contextlib.closing(sqlite3.connect(":memory:")) as fresh:
            fresh.execute(WORDS_SCHEMA)
            fresh.execute("CREATE VIRTUAL TABLE terms USING fts5vocab (words, 'row')")
            documents = (decode_trusted(line) for (line,) in rows)
            texts = ((document.text, title_of(document)) for document in documents)
            fresh.executemany("INSERT INTO words (text, title) VALUES (?, ?)", texts)
            terms = fresh.execute("SELECT term FROM terms")
            yield _SEPARATOR + _SEPARATOR.join([term.encode() for (term,) in terms])
