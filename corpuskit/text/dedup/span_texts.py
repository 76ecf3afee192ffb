"""What runs of words are compared by: the words of each document and the fingerprints among them, in block files.

A row is a segment: `SEGMENT` words of a document, the last one of fewer or of none. Its field `total` is the number of
the document's words in the last segment, and -1 in others. Its strings: `words`, hashes of 64 bits; `single`, a bit for
each word that is a character of a script without spaces, empty if none is; `id`, in a document's first segment; and
`bucket-0` and on, fingerprints of this segment or of earlier ones, by a part of their hash. A fingerprint is four
numbers of 64 bits: its hash, its document, counted from 0 in the file, the word that it begins at, and a hash of its
surroundings.

Words and fingerprints of different tenants differ. Conversations have none: their turns need all of their words.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import IO, TYPE_CHECKING, NamedTuple

import numpy as np

from corpuskit.core.disk.spool import temporary
from corpuskit.core.document import TURNS, Document
from corpuskit.text.dedup.parameters import DedupParameters
from corpuskit.text.dedup.shingles import CHARACTER_WEIGHT, WORD_WEIGHT, Hashes
from corpuskit.text.dedup.survivors import tenant_salt
from corpuskit.text.dedup.winnowing import fingerprints, range_hashes
from corpuskit.text.dedup.word_units import Units, units_in_blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from corpuskit.core.disk.block_file import BlockFile

    Numbers = NDArray[np.int64]
    WordNumbers = NDArray[np.signedinteger]
    Keyed = NDArray[np.uint64]

BUCKETS = 16
"""Into how many parts fingerprints are divided, each to be compared by a task of its own."""
SEGMENT = 256
SEGMENTS_AT_ONCE = 256
WORDS_READ = 16 * SEGMENT
"""Words that are read from a document at a time; so many reads are remembered as the next number says."""
READS_HELD = 64
WINDOW_WORDS = 1 << 20
COLUMNS = 4
"""Of a fingerprint."""
_NO_WORDS = Units(np.empty(0, np.uint64), None)


class RunLength(NamedTuple):
    """How long a run of words must be to go, and how fingerprints are chosen so that each such run has one."""

    least: int
    """In words; of characters it takes more."""

    @property
    def gram(self) -> int:
        """The words of a fingerprint: the most that leave a choice of some thirty, so that few are of common words."""
        return max(1, self.least // 2)

    @property
    def window(self) -> int:
        """How many fingerprints in a row one is chosen from."""
        return self.least - self.gram + 1

    @property
    def weight(self) -> int:
        """What a run must weigh."""
        return self.least * WORD_WEIGHT

    @property
    def most(self) -> int:
        """How many units weigh enough whatever they are: in characters, a run of the least length has so many."""
        return -(-self.weight // CHARACTER_WEIGHT)

    def reach(self, at: "WordNumbers", size: "int | WordNumbers") -> "tuple[WordNumbers, WordNumbers]":
        """Return from and to where runs of the least length with each fingerprint may reach, whatever the units are."""
        return np.maximum(at - (self.most - self.gram), 0), np.minimum(at + self.most, size)

    def surroundings(self, at: "WordNumbers", units: Units) -> "tuple[WordNumbers, WordNumbers]":
        """Return from and to where runs of the least length with each fingerprint do reach among some units."""
        if units.single is None:
            return np.maximum(at - (self.least - self.gram), 0), np.minimum(at + self.least, len(units.hashes))
        before = weights_before(units.single)
        starts = np.searchsorted(before, before[at + self.gram - 1] - self.weight, side="right")
        ends = np.searchsorted(before, before[at] + self.weight)
        return np.minimum(starts, at), np.minimum(ends, len(units.hashes))


class SpanSigner:
    """Writes the words and fingerprints of documents, in their order; holds some thousand segments."""

    def __init__(self, length: RunLength, file: IO[bytes]) -> None:
        """Start a block file in `file`. This and later calls raise PublishError if it cannot be written."""
        from corpuskit.core.disk.block_file import BlockWriter, Field

        names = ["words", "single", "id", *map("bucket-{}".format, range(BUCKETS))]
        self._file = file
        with temporary(file):
            self._writer = BlockWriter(file, [Field("total", "<i8", 1)], names)
        self._length, self._documents = length, 0
        self._totals: list[int] = []
        self._strings: dict[str, list[bytes]] = {name: [] for name in names[:3]}
        self._fingerprints: list[Keyed] = []

    def add(self, document: Document) -> None:
        """Add the next document."""
        words_before, identifier = 0, document.id.encode("utf-8", "surrogatepass")
        waiting, stream = _NO_WORDS, FingerprintStream(self._length)
        for units, is_last in _with_last(_salted_units(document)):
            self._fingerprints.append(stream.add(units, self._documents, is_last))
            waiting = join_units(waiting, units)
            end = len(waiting.hashes) if is_last else len(waiting.hashes) // SEGMENT * SEGMENT
            words_before += end
            for start in range(0, end + is_last, SEGMENT):
                is_end = is_last and start + SEGMENT > end
                self._add_segment(waiting, start, words_before if is_end else -1, identifier)
                identifier = b""
            waiting = _from(waiting, end)
        self._documents += 1
        if len(self._totals) >= SEGMENTS_AT_ONCE:
            self._write()

    def finish(self) -> "BlockFile":
        """Write what is pending; return the whole file, ready to be read."""
        self._write()
        with temporary(self._file):
            return self._writer.finish({})

    def _add_segment(self, units: Units, start: int, total: int, identifier: bytes) -> None:
        single = units.single[start : start + SEGMENT] if units.single is not None else np.empty(0, np.bool_)
        self._totals.append(total)
        self._strings["words"].append(units.hashes[start : start + SEGMENT].astype("<u8", copy=False).tobytes())
        self._strings["single"].append(np.packbits(single).tobytes() if single.any() else b"")
        self._strings["id"].append(identifier)
        if total < 0 and len(self._totals) >= SEGMENTS_AT_ONCE:
            self._write()

    def _write(self) -> None:
        """Write the segments that wait, the first of them with all fingerprints since the last ones."""
        if not self._totals:
            return
        buckets = _by_bucket(np.concatenate(self._fingerprints)) if self._fingerprints else [b""] * BUCKETS
        rows = len(self._totals)
        strings = {f"bucket-{number}": [data] + [b""] * (rows - 1) for number, data in enumerate(buckets)}
        with temporary(self._file):
            self._writer.append({"total": np.array(self._totals, np.int64)}, {**self._strings, **strings}, rows)
        for texts in self._strings.values():
            texts.clear()
        self._totals, self._fingerprints = [], []


class FingerprintStream:
    """The fingerprints of a text whose words come in blocks: those of the text as a whole."""

    def __init__(self, length: RunLength) -> None:
        """Begin before the first word."""
        self._length = length
        self._units = _NO_WORDS
        self._start = 0
        """The number of the first of these units."""
        self._settled = 0
        """Before which word all fingerprints have been returned."""

    def add(self, units: Units, document: int, is_last: bool) -> "Keyed":
        """Return rows of the next fingerprints: those whose surroundings have come, or all that are left."""
        units = join_units(self._units, units)
        words, most = units.hashes, self._length.most
        chosen, hashes = fingerprints(words, self._length.gram, self._length.window)
        settled = len(words) if is_last else max(len(words) - most + 1, 0)
        first, last = np.searchsorted(chosen, (self._settled - self._start, settled))
        chosen, hashes = chosen[first:last], hashes[first:last]
        rows = np.empty((len(chosen), COLUMNS), np.uint64)
        if len(chosen):
            starts, ends = self._length.surroundings(chosen, units)
            rows[:, 0], rows[:, 1], rows[:, 2] = hashes, document, chosen + self._start
            rows[:, 3] = range_hashes(words, starts, ends)
        self._settled = self._start + settled
        # What may choose the next fingerprint, and what surrounds it.
        carried = max(len(words) - 3 * most, 0)
        self._start, self._units = self._start + carried, _from(units, carried)
        return rows


class SpanTexts:
    """The words and fingerprints of all documents in several files, numbered consecutively.

    Takes 16 bytes of memory for each document.
    """

    def __init__(self, files: "Sequence[BlockFile]") -> None:
        """Read how many words each document has. Raises DamagedError."""
        self._files = list(files)
        last_segments, totals = zip(*map(_last_segments, files), strict=True) if files else ((), ())
        self.counts = [len(segments) for segments in last_segments]
        """How many documents each file has."""
        none = np.empty(0, np.int64)
        self._starts = np.cumsum([0, *self.counts])
        self._segments = np.concatenate([none, *(np.append(0, part[:-1] + 1)[: len(part)] for part in last_segments)])
        # The words before each document, and all of them.
        self._words_before = np.concatenate(([0], np.cumsum(np.concatenate([none, *totals]))))
        self._read = lru_cache(READS_HELD)(self._read_words)
        self.windows = 1 + int(self._words_before[-1]) // WINDOW_WORDS
        """Into how many windows of a million words the documents are divided."""

    def __len__(self) -> int:
        """Return the number of documents."""
        return len(self._words_before) - 1

    def windows_of(self, numbers: "Numbers", at: "Numbers") -> "Numbers":
        """Return the window of each of these words of documents."""
        return (self._words_before[numbers] + at) // WINDOW_WORDS

    def size(self, number: int) -> int:
        """Return how many words a document has."""
        return int(self._words_before[number + 1] - self._words_before[number])

    def sizes(self, numbers: "Numbers") -> "Numbers":
        """Return how many words each of these documents has."""
        return self._words_before[numbers + 1] - self._words_before[numbers]

    def identifier(self, number: int) -> str:
        """Return a document's id."""
        file, segment = self._segment(number)
        return file.string("id", segment).decode("utf-8", "surrogatepass")

    def words(self, number: int, start: int, end: int) -> Hashes:
        """Return some words of a document."""
        file, segment = self._segment(number)
        first = start // SEGMENT
        data = file.strings_between("words", segment + first, segment + -(-end // SEGMENT))
        return np.frombuffer(data, "<u8")[start - first * SEGMENT : end - first * SEGMENT]

    def words_near(self, number: int, at: int) -> tuple[Hashes, int]:
        """Return the words of a document among which one is, and the number of the first of these."""
        part = at // WORDS_READ
        return self._read(number, part), part * WORDS_READ

    def units(self, number: int, start: int, end: int) -> Units:
        """Return some words of a document, with which of them are single characters."""
        return Units(self.words(number, start, end), self._single(number, start, end))

    def weight(self, number: int, start: int, end: int) -> int:
        """Return what some words of a document weigh: a word has `WORD_WEIGHT`."""
        single = self._single(number, start, end)
        return (end - start) * WORD_WEIGHT if single is None else int(weights_before(single)[-1])

    def fingerprints(self, bucket: int) -> "Iterator[Keyed]":
        """Yield the fingerprints of a bucket, in the order of documents and words: rows of four, as in the files."""
        for start, file in zip(self._starts.tolist(), self._files, strict=False):
            for data in file.joined_strings(f"bucket-{bucket}"):
                rows = np.frombuffer(data, "<u8").reshape(-1, COLUMNS).copy()
                rows[:, 1] += np.uint64(start)
                if len(rows):
                    yield rows

    def _read_words(self, number: int, part: int) -> Hashes:
        return self.words(number, part * WORDS_READ, min((part + 1) * WORDS_READ, self.size(number)))

    def _single(self, number: int, start: int, end: int) -> "NDArray[np.bool_] | None":
        """Return which words of a range are single characters; None if none of the segments has any."""
        file, segment = self._segment(number)
        first, last = start // SEGMENT, -(-end // SEGMENT)
        data = file.strings_between("single", segment + first, segment + last)
        if not data:
            return None
        # Where segments without any such are among them, each has to be read by itself.
        all_words = min(last * SEGMENT, self.size(number)) - first * SEGMENT
        if len(data) == -(-all_words // 8):
            single = np.unpackbits(np.frombuffer(data, np.uint8))
        else:
            single = np.zeros((last - first) * SEGMENT, np.uint8)
            for part in range(last - first):
                bits = np.unpackbits(np.frombuffer(file.string("single", segment + first + part), np.uint8))
                single[part * SEGMENT :][: len(bits)] = bits
        return single[start - first * SEGMENT : end - first * SEGMENT].astype(np.bool_)

    def _segment(self, number: int) -> "tuple[BlockFile, int]":
        """Return the file of a document, and the row of its first segment."""
        file = int(np.searchsorted(self._starts, number, side="right")) - 1
        return self._files[file], int(self._segments[number])


def weights_before(single: "NDArray[np.bool_]") -> "Numbers":
    """Return what the units before each one weigh, and all of them, given which are single characters.

    >>> weights_before(np.array([False, True, True])).tolist()
    [0, 8, 13, 18]
    """
    return np.concatenate(([0], np.cumsum(np.where(single, CHARACTER_WEIGHT, WORD_WEIGHT))))


def write_spans(parameters: DedupParameters, documents: Iterable[Document], file: IO[bytes]) -> "BlockFile":
    """Write the words and fingerprints of documents to an empty file."""
    signer = SpanSigner(RunLength(parameters.min_words), file)
    for document in documents:
        signer.add(document)
    return signer.finish()


def _last_segments(file: "BlockFile") -> "tuple[Numbers, Numbers]":
    """Return the row of each document's last segment, and the number of its words."""
    segments, totals, first = [np.empty(0, np.int64)], [np.empty(0, np.int64)], 0
    for block in file.column("total"):
        segments.append(np.flatnonzero(block[:, 0] >= 0) + first)
        totals.append(block[block[:, 0] >= 0, 0])
        first += len(block)
    return np.concatenate(segments), np.concatenate(totals)


def _salted_units(document: Document) -> Iterator[Units]:
    if document.metadata.get("content_type") == TURNS:
        return
    salt = np.uint64(tenant_salt(document))
    for hashes, single in units_in_blocks(document.text):
        yield Units(hashes ^ salt if salt else hashes, single)


def _with_last(blocks: Iterator[Units]) -> Iterator[tuple[Units, bool]]:
    """Yield the blocks of a text, each with whether it is the last; one without words if there is none."""
    current = next(blocks, _NO_WORDS)
    for following in blocks:
        yield current, False
        current = following
    yield current, True


def join_units(left: Units, right: Units) -> Units:
    if not len(left.hashes):
        return right
    hashes = np.concatenate((left.hashes, right.hashes))
    if left.single is None and right.single is None:
        return Units(hashes, None)
    flags = [np.zeros(len(part.hashes), np.bool_) if part.single is None else part.single for part in (left, right)]
    return Units(hashes, np.concatenate(flags))


def _from(units: Units, start: int) -> Units:
    return Units(units.hashes[start:], None if units.single is None else units.single[start:])


def _by_bucket(rows: "Keyed") -> list[bytes]:
    """Return the rows of each bucket, in order."""
    buckets = (rows[:, 0] % np.uint64(BUCKETS)).astype(np.intp)
    order = np.argsort(buckets, kind="stable")
    ends = np.searchsorted(buckets[order], np.arange(1, BUCKETS))
    return [part.astype("<u8", copy=False).tobytes() for part in np.split(rows[order], ends)]
