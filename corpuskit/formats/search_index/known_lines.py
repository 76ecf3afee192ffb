"""The lines of an index by their hashes, so that one that comes again need not be read as a document.

A line that says the same in another spelling, with spaces or another order of keys, is known as well if the document
came as it: by a hash of that line, which has to do with the version of corpuskit, as another might read it otherwise.
"""

from collections.abc import Sequence
from functools import cache

from corpuskit import __version__
from corpuskit.core.counts import StreamCount
from corpuskit.formats.search_index.known_runs import KnownRuns
from corpuskit.formats.search_index.line_list import LineList, SpellingList
from corpuskit.formats.search_index.number_lookup import UNKNOWN, NumberLookup
from corpuskit.formats.search_index.packed import DIGEST_BYTES, digest_at, sum_of

__all__ = ["FoundLines", "KnownLines", "hash_of_other_spelling"]


class KnownLines:
    """Which documents have which lines; false if there is none."""

    def __init__(self, lines: LineList | None = None) -> None:
        """`lines` are those of the index in place."""
        lines = LineList() if lines is None else lines
        self._numbers, self._number_spans = lines.numbers, lines.number_spans()
        self._lookup = NumberLookup(bytes(lines.digests), lines.numbers)
        self.runs = KnownRuns(lines, self._lookup)
        """To be asked before `find`."""
        self._others = _KnownSpellings(lines.spellings) if lines.spellings.numbers else None

    def __bool__(self) -> bool:
        """Whether any line is known."""
        return bool(self._numbers)

    def find(self, lines: Sequence[bytes]) -> "FoundLines":
        """Return which documents have these lines."""
        import xxhash

        digests = b"".join(map(xxhash.xxh3_128_digest, lines))
        found_lines = FoundLines(lines, self._lookup.numbers_of(digests), digests)
        if self._others is not None:
            self._others.find(lines, found_lines)
        return found_lines

    def note_moved(self) -> None:
        """Take notice that a document was read which is unchanged: its line stands elsewhere, or is spelled anew."""
        self._lookup.note_moved()
        if self._others is not None:
            self._others.lookup.note_moved()

    def unseen(self, flags: bytearray) -> list[int]:
        """Return the numbers of the documents without a flag, in order."""
        return self._number_spans.without_flag(flags)


class FoundLines:
    """Lines that are next in a stream, and which of them an index has."""

    def __init__(self, lines: Sequence[bytes], numbers: list[int], digests: bytes) -> None:
        """`numbers` are those of their documents, or `UNKNOWN`; `digests` are hashes of the canonical lines."""
        self._lines, self.numbers, self.digests = lines, numbers, bytearray(digests)
        self.sizes = list(map(len, lines))
        """Of the canonical lines."""
        self.other_hashes: dict[int, bytes] = {}
        """Of lines that are spelled otherwise, by their indexes."""
        self.note_unknown()

    def note_unknown(self) -> None:
        """Take notice of which lines are not known by now."""
        indexes = [index for index, number in enumerate(self.numbers) if number == UNKNOWN]
        self._unknown = [*indexes, len(self.numbers)]

    def unknown(self) -> list[int]:
        """Return the indexes of the lines that are not known."""
        return self._unknown[:-1]

    def end_of_run(self, start: int, flags: bytearray) -> int:
        """Return where the known lines from `start` on end, each the first of its document, and flag the documents.

        It is `start` where no known line stands, or one whose document has a flag.
        """
        from bisect import bisect_left

        end = self._unknown[bisect_left(self._unknown, start)]
        numbers = self.numbers[start:end]
        first_seen = bytes(map(flags.__getitem__, numbers)).find(1)
        if first_seen >= 0:
            end, numbers = start + first_seen, numbers[:first_seen]
        if len({*numbers}) < len(numbers):
            end, numbers = start + 1, numbers[:1]  # a line comes twice: one by one, the first of them is taken
        for number in numbers:
            flags[number] = 1
        return end

    def count(self, start: int, end: int) -> StreamCount:
        """Return the documents, bytes and digest of these lines."""
        size = sum(self.sizes[start:end]) + end - start
        return StreamCount(end - start, size, sum_of(self.digests[start * DIGEST_BYTES : end * DIGEST_BYTES]))

    def enter(self, start: int, end: int, lines: LineList) -> None:
        """Add the documents of these lines to a list."""
        lines.extend(self.numbers[start:end], self.digests[start * DIGEST_BYTES : end * DIGEST_BYTES])
        for index in range(start, end):
            hash_ = self.other_hashes.get(index)
            lines.runs.add(self._lines[index] if hash_ is None else None)
            if hash_ is not None:
                digest = digest_at(self.digests, index)
                lines.spellings.add(self.numbers[index], digest, self.sizes[index], hash_)


class _KnownSpellings:
    """Documents by the hashes of lines that say them in another spelling."""

    def __init__(self, spellings: SpellingList) -> None:
        self._spellings = spellings
        self.lookup = NumberLookup(bytes(spellings.hashes), range(len(spellings.numbers)))

    def find(self, lines: Sequence[bytes], found_lines: FoundLines) -> None:
        """Enter numbers, hashes and sizes of the canonical lines for those of the lines that have no number yet."""
        unknown = found_lines.unknown()
        if not unknown:
            return
        hashes = [_other_hash(lines[index]) for index in unknown]
        spellings = self._spellings
        for index, hash_, row in zip(unknown, hashes, self.lookup.numbers_of(b"".join(hashes)), strict=True):
            if row != UNKNOWN:
                found_lines.numbers[index], found_lines.sizes[index] = spellings.numbers[row], spellings.sizes[row]
                start = index * DIGEST_BYTES
                found_lines.digests[start : start + DIGEST_BYTES] = digest_at(spellings.digests, row)
                found_lines.other_hashes[index] = hash_
        found_lines.note_unknown()


def hash_of_other_spelling(line: bytes | None) -> bytes | None:
    """Return the hash of a line that a document came as in another spelling; None without one."""
    return None if line is None else _other_hash(line)


def _other_hash(line: bytes) -> bytes:
    import xxhash

    return xxhash.xxh3_128_digest(line, _seed())


@cache
def _seed() -> int:
    """Return a number for this version of corpuskit."""
    import xxhash

    return xxhash.xxh3_64_intdigest(__version__.encode())
