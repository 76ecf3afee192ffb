"""Nothing of a removed document is left in the bytes of an index.

Deleting is not enough: FTS5 notes what was deleted beside what was written, and the database keeps pages that it does
not use. So the words are merged into one segment, which leaves out what was deleted; the database is then written anew,
page by page, from what is in use; and the new file is searched for the removed lines.

The search looks for windows of 16 bytes. A removed line is known by some of its windows, and content says which: those
whose first 4 bytes have a hash that begins with 0 bits. The same windows are found in the file wherever it has them, at
any offset and on any page. What a document that stays says as well is no trace of the removed one.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpuskit.core.disk import filesystem
from corpuskit.core.errors import PublishError

if TYPE_CHECKING:
    from sqlite3 import Connection

__all__ = ["Traces", "traces_left", "write_anew"]

WINDOW = 16
CHOSEN_BITS = 5
"""One window in 32 is looked at."""
MOST_WINDOWS = 64
"""Of one removed line that are kept."""
MOST_SHORT_LINES = 64
"""Removed lines without such a window that are looked for one by one."""
BLOCK_BYTES = 8 * 1024 * 1024
_MULTIPLIER = 0x9E3779B1
_MIX = 0x9E3779B97F4A7C15
_LEAST = 1 << (32 - CHOSEN_BITS)


class Traces:
    """What to look for of removed lines: hashes of windows, and short lines that have none as they are."""

    def __init__(self) -> None:
        """Nothing was removed yet."""
        self._parts: list[Any] = []
        self.short_lines: list[bytes] = []

    def add(self, line: bytes) -> None:
        """Take a removed line."""
        import numpy as np

        hashes = np.unique(window_hashes(line))
        step = -(-len(hashes) // MOST_WINDOWS) or 1
        self._parts.append(hashes[::step])
        if not len(hashes) and len(self.short_lines) < MOST_SHORT_LINES:
            self.short_lines.append(line)

    def hashes(self) -> Any:
        """Return the hashes of all windows, sorted: an array of 64-bit numbers."""
        import numpy as np

        return np.unique(np.concatenate(self._parts)) if self._parts else np.empty(0, np.uint64)


def write_anew(connection: "Connection", target: Path) -> None:
    """Write what is in use of a database, and no byte else, to a new file."""
    connection.execute("INSERT INTO words (words) VALUES ('optimize')")
    filesystem.remove(target, missing_ok=True)
    connection.execute("VACUUM INTO ?", (str(target),))


def demand_erased(connection: "Connection", target: Path, traces: Traces) -> None:
    """Raise PublishError if a new file holds what a removed line said, and no document of the index does."""
    left_hashes, left_lines = traces_left(connection, target, traces)
    if len(left_hashes) or left_lines:
        raise PublishError(f"{target.name!r} still holds text that was removed; nothing was published. Report this")


def traces_left(connection: "Connection", target: Path, traces: Traces) -> tuple[Any, list[bytes]]:
    """Return the hashes and the short lines that a file holds, although no document of the index does."""
    import numpy as np

    with open(target, "rb") as stream:
        hashes, short_lines = _present(traces.hashes(), traces.short_lines, iter(lambda: stream.read(BLOCK_BYTES), b""))
    if not len(hashes) and not short_lines:
        return hashes, short_lines
    kept_hashes, kept_lines = _present(hashes, short_lines, _lines(connection))
    return hashes[~np.isin(hashes, kept_hashes)], [line for line in short_lines if line not in kept_lines]


def window_hashes(data: bytes) -> Any:
    """Return the hashes of the windows of these bytes that content chooses, in any order.

    With windows of 4 bytes at every offset, as numbers: b"abcdef" has abcd, bcde and cdef. Those whose product with a
    number is small (modulo 2**32) are chosen, and the 16 bytes from there on are hashed.
    """
    import numpy as np

    length = len(data) - WINDOW + 1
    if length <= 0:
        return np.empty(0, np.uint64)
    chosen = []
    for shift in range(4):
        # Views of the bytes as numbers, from each of four offsets on.
        count = (length - shift + 3) // 4
        if count <= 0:
            continue
        numbers = np.frombuffer(data, np.uint32, count, shift)
        chosen.append(np.flatnonzero(numbers * np.uint32(_MULTIPLIER) < _LEAST) * 4 + shift)
    offsets = np.concatenate(chosen)
    windows = np.ndarray((length,), "V16", data, 0, (1,))[offsets]
    halves = windows.view(np.uint64).reshape(-1, 2)
    mixed = (halves[:, 0] * np.uint64(_MIX)) ^ (halves[:, 1] + np.uint64(_MIX))
    return mixed * np.uint64(_MIX)


def _present(hashes: Any, lines: list[bytes], blocks: Iterable[bytes]) -> tuple[Any, list[bytes]]:
    """Return those of the sorted hashes and of the lines that occur in a sequence of blocks, or across two of them."""
    import numpy as np

    is_present = np.zeros(len(hashes), bool)
    # Most windows are told to be of no removed line by a table of 20 bits of their hashes.
    table = np.zeros(1 << 20, bool)
    table[hashes >> np.uint64(44)] = True
    present_lines: set[bytes] = set()
    longest = max([WINDOW, *map(len, lines)])
    tail = b""
    for block in blocks:
        data = tail + block
        candidates = window_hashes(data)
        candidates = candidates[table[candidates >> np.uint64(44)]]
        occurring = np.intersect1d(candidates, hashes)
        is_present[np.searchsorted(hashes, occurring)] = True
        present_lines.update(line for line in lines if line in data)
        tail = data[1 - longest :]
    return hashes[is_present], sorted(present_lines)


def _lines(connection: "Connection") -> Iterator[bytes]:
    """Yield what the documents say, many lines at a time, with bytes in between that no line has."""
    cursor = connection.execute("SELECT line FROM documents")
    while rows := cursor.fetchmany(4096):
        yield b"\0" * WINDOW + (b"\0" * WINDOW).join(line for (line,) in rows)
