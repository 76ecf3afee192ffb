"""Lines that an index has, taken from a stream many at a time: where they stood before, or a little further on."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from corpuskit.core.counts import StreamCount
from corpuskit.formats.search_index.line_list import LineList
from corpuskit.formats.search_index.number_lookup import NumberLookup
from corpuskit.formats.search_index.packed import DIGEST_BYTES, sum_of
from corpuskit.formats.search_index.run_list import MOST_BYTES

__all__ = ["KnownRuns"]

FEWEST_LEFT = 2
"""Lines that are left where two are not known: by the second, the first is found if it stands much further on."""
MOST_LEFT = 256
"""If none is known behind them, twice as many are left, and so on up to these."""


class KnownRuns:
    """The runs of an index, from where the lookup of its lines stands."""

    def __init__(self, lines: LineList, lookup: NumberLookup) -> None:
        """`lookup` has the same lines; it goes on behind what is taken here."""
        import xxhash

        self._digest_of = xxhash.xxh3_128_digest
        self._runs, self._numbers, self._lookup = lines.runs, lines.numbers, lookup
        self._starts, self._hashes = lines.runs.starts(), bytes(lines.runs.hashes)
        self._number_spans = lines.number_spans()
        self._left = 0

    def take(self, block: bytes, start: int, flags: bytearray, lines: LineList) -> tuple[StreamCount, int | None]:
        """Take known lines that stand in a block from `start` on, flag their documents, and add them to a list.

        Return their count, and how many lines are left to be looked up one by one before more may be known: None for
        all, 0 if it takes more bytes to tell. A line whose document has a flag is not taken.
        """
        rows_before, view, end = len(lines.numbers), memoryview(block), start
        left: int | None = None
        took_runs = False
        while (row := self._lookup.next_row()) is not None and row < len(self._numbers):
            run = self._run_at(row)
            if run is not None and self._runs.sizes[run] > len(block) - end:
                left = 0
                break
            # Where the runs end that were just taken, the next is another one.
            size = 0 if run is None or took_runs else self._take_runs(run, view[end:], flags, lines)
            took_runs = size > 0
            size = size or self._take_lines(row, block, end, flags, lines)
            if not size:
                left = self._lines_left(block, end, is_first=end == start)
                break
            end += size
        digests = lines.digests[rows_before * DIGEST_BYTES :]
        return StreamCount(len(lines.numbers) - rows_before, end - start, sum_of(digests)), left

    def _run_at(self, row: int) -> int | None:
        """Return the run that begins at a row, if it is known by its hash."""
        run = bisect_left(self._starts, row)
        return run if self._starts[run] == row and self._runs.sizes[run] else None

    def _take_runs(self, run: int, block: memoryview, flags: bytearray, lines: LineList) -> int:
        """Take the runs from one on that a block begins with; return their bytes."""
        sizes, start, size = self._runs.sizes, run, 0
        while run < len(sizes) and size < (end := size + sizes[run]) <= len(block):
            if not self._hashes.startswith(self._digest_of(block[size:end]), run * DIGEST_BYTES):
                break
            run, size = run + 1, end
        if run == start:
            return 0
        first_row, end_row = self._starts[start], self._starts[run]
        numbers = self._numbers[first_row:end_row]
        if not self._number_spans.is_within_one(first_row, end_row) or not _flag_together(numbers, flags):
            flagged = bytes(map(flags.__getitem__, numbers)).find(1)
            if flagged >= 0:
                run = bisect_right(self._starts, first_row + flagged) - 1
                numbers = self._numbers[first_row : self._starts[run]]
            for number in numbers:
                flags[number] = 1
        lines.extend(numbers, self._lookup.digests_of(first_row, self._starts[run]))
        lines.runs.add_runs(self._runs, start, run)
        self._lookup.go_on_at(self._starts[run])
        return sum(sizes[start:run])

    def _take_lines(self, row: int, block: bytes, start: int, flags: bytearray, lines: LineList) -> int:
        """Take known lines from `start` on, up to the end of the run that a row is in; return their bytes."""
        end_row, end = self._starts[bisect_right(self._starts, row)], start
        digest_of, row_of_next = self._digest_of, self._lookup.row_of_next
        known_lines: list[bytes] = []
        numbers: list[int] = []
        digests: list[bytes] = []
        while row < end_row and (line_feed := block.find(b"\n", end)) >= 0:
            digest = digest_of(line := block[end:line_feed])
            next_row = row_of_next(digest)
            if next_row is None or flags[number := self._numbers[next_row]]:
                break
            flags[number] = 1
            known_lines.append(line)
            numbers.append(number)
            digests.append(digest)
            row, end = next_row + 1, line_feed + 1
        if known_lines:
            lines.extend(numbers, b"".join(digests))
            lines.runs.add_lines(known_lines)
        return end - start

    def _lines_left(self, block: bytes, start: int, *, is_first: bool) -> int:
        """Return how many lines are left where none is known, which may be for want of its end."""
        line_feed = block.find(b"\n", start)
        if line_feed < 0 and len(block) - start <= MOST_BYTES:
            return 0
        if not is_first and self._goes_on_at(block, line_feed + 1):
            self._left = 1
        else:
            self._left = min(max(2 * self._left, FEWEST_LEFT), MOST_LEFT) if is_first else FEWEST_LEFT
        return self._left

    def _goes_on_at(self, block: bytes, start: int) -> bool:
        """Whether the line from `start` on is one that comes next, or hardly later; then the lookup goes on there."""
        if not start or (line_feed := block.find(b"\n", start)) < 0:
            return False
        row = self._lookup.row_of_next(self._digest_of(block[start:line_feed]))
        if row is not None:
            self._lookup.go_on_at(row)
        return row is not None


def _flag_together(numbers: Sequence[int], flags: bytearray) -> bool:
    """Flag documents whose numbers follow one another if none has a flag; return whether it was so."""
    first, end = numbers[0], numbers[-1] + 1
    if flags.find(1, first, end) >= 0:
        return False
    flags[first:end] = b"\1" * len(numbers)
    return True
