"""Runs of words that occurred before, in the same or an earlier text, are removed, wherever they begin.

The first document with a fingerprint (`winnowing`) is its leader. From each later occurrence the run is followed to
both sides, word by word, in the leader's words, which wait on disk; if it is long enough, it goes. A word that goes has
been said before by its leader or, if the leader lost it too, by the leader's own: the first to say it keeps it.

The leader may share but a part of a run, and a document in between all of it. So each fingerprint comes with a hash of
its surroundings, as far as a run of the least length may reach. Occurrences with the leader's surroundings have nothing
to say that it has not; the others are compared once more, by all runs of the least length around their fingerprints.

Memory holds a bounded number of fingerprints, 16 bytes for each document, and the pairs of 4,096 documents.
"""

import itertools
import re
from array import array
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from corpuskit.core.disk.group_by_key import Run, by_key
from corpuskit.core.disk.spool import ByteSpool, Spool
from corpuskit.core.disk.window_spool import WindowRows
from corpuskit.core.document import TURNS, Document, Reject, decode_trusted, encode
from corpuskit.core.outcome import Drop, Item, Rejected
from corpuskit.text.dedup.parameters import DedupParameters
from corpuskit.text.dedup.shingles import CHARACTER_WEIGHT, WORD_WEIGHT, Hashes
from corpuskit.text.dedup.survivors import rejected, tenant_salt
from corpuskit.text.dedup.winnowing import fingerprints, range_hashes
from corpuskit.text.dedup.word_units import bounds_in_blocks, units_in_blocks

if TYPE_CHECKING:
    from numpy.typing import NDArray

REASON = "duplicate-spans"
MAX_ROWS = 900_000
"""Fingerprints that are held in memory."""
ROWS_AT_ONCE = 1 << 15
DOCUMENTS_A_WINDOW = 4096
LEADERS_HELD = 64
FOLLOWED_AT_ONCE = 4096
"""Words that are compared at a time."""
PAIR = np.dtype([("document", "<i8"), ("at", "<i8"), ("leader", "<i8"), ("leader_at", "<i8")])
"""A later occurrence of a fingerprint, and the first one: documents and words are counted from 0."""
ODD_ONE = np.dtype([("document", "<i8"), ("at", "<i8")])
"""An occurrence of a fingerprint whose surroundings are not the leader's."""
_BREAK = re.compile(r"\n[^\S\n]*\n")


class WordSpan(NamedTuple):
    """Words of a document, from `start` to before `end`, that its leader has too."""

    start: int
    end: int
    leader: int


class SpanDedup:
    """A whole input, spooled: read once, compared by sorting, and written."""

    def __init__(self, parameters: DedupParameters) -> None:
        """Raises PublishError if TMPDIR has no room."""
        self._least = parameters.min_words
        # The longest grams that still leave a choice of some thirty: few fingerprints, and few of common words.
        self._gram = max(1, self._least // 2)
        self._window = self._least - self._gram + 1
        self._max_rows = parameters.rows_in_memory(4 * 8, 1000) or MAX_ROWS
        with ExitStack() as files:
            self._lines = files.enter_context(closing(Spool()))
            self._words = files.enter_context(closing(ByteSpool()))
            self._files = files.pop_all()
        self._word_ends = array("Q", [0])
        self._rejected: dict[int, list[Rejected]] = {}
        self._leader_words = lru_cache(LEADERS_HELD)(self._words_of)

    def close(self) -> None:
        """Remove the temporary files."""
        self._files.close()

    def run(self, documents: Iterable[Document]) -> Iterator[Item]:
        """Yield every document without what was said before, or its drop, in input order."""
        all_runs = by_key(self._fingerprints(documents), self._max_rows)
        # The first of them comes when the last document has been read: their number is known from then on.
        first_runs = list(itertools.islice(all_runs, 1))
        windows = 1 + len(self._lines) // DOCUMENTS_A_WINDOW
        with closing(WindowRows(PAIR, windows)) as pairs, closing(WindowRows(ODD_ONE, windows)) as odd_ones:
            for runs in itertools.chain(first_runs, all_runs):
                for part in _comparisons(runs):
                    pairs.append(part.pairs["document"] // DOCUMENTS_A_WINDOW, part.pairs)
                    odd_ones.append(part.odd_ones["document"] // DOCUMENTS_A_WINDOW, part.odd_ones)
            for runs in by_key(self._runs_around(odd_ones, windows), self._max_rows):
                for part in _comparisons(runs):
                    pairs.append(part.pairs["document"] // DOCUMENTS_A_WINDOW, part.pairs)
            for window in range(windows):
                yield from self._window_of_documents(window, pairs.load(window))
        yield from self._rejected.get(len(self._lines), ())

    def _fingerprints(self, documents: Iterable[Document]) -> "Iterator[NDArray[np.uint64]]":
        """Spool the documents, and yield rows of fingerprint, document, word, and hash of the surroundings."""
        waiting: list[NDArray[np.uint64]] = []
        count = 0
        for document in documents:
            number = len(self._lines)
            try:
                self._lines.append(encode(document))
            except Reject as reject:
                self._rejected.setdefault(number, []).append(rejected(document, reject, number))
                continue
            words = _words_to_compare(document)
            self._words.append(words.tobytes())
            self._word_ends.append(self._words.size // words.itemsize)
            chosen, hashes = fingerprints(words, self._gram, self._window)
            if len(chosen):
                starts, ends = self._surroundings(chosen, len(words))
                around = range_hashes(words, starts, ends)
                rows = np.column_stack(
                    (hashes, np.full(len(chosen), number, np.uint64), chosen.astype(np.uint64), around)
                )
                waiting.append(rows)
                count += len(chosen)
            if count >= ROWS_AT_ONCE:
                yield np.concatenate(waiting)
                waiting, count = [], 0
        if waiting:
            yield np.concatenate(waiting)

    def _surroundings(self, chosen: "NDArray[np.intp]", words: int) -> "tuple[NDArray[np.intp], NDArray[np.intp]]":
        """Return from and to where runs of the least length with each fingerprint may reach in a text."""
        return np.maximum(chosen - (self._least - self._gram), 0), np.minimum(chosen + self._least, words)

    def _runs_around(self, odd_ones: WindowRows, windows: int) -> "Iterator[NDArray[np.uint64]]":
        """Yield rows of hash, document, first word, and 0 for all runs of the least length around fingerprints."""
        for window in range(windows):
            rows = np.sort(odd_ones.load(window), order=("document", "at"))
            borders = np.flatnonzero(np.diff(rows["document"], prepend=-1))
            for number, of_document in zip(
                rows["document"][borders].tolist(), np.split(rows["at"], borders)[1:], strict=True
            ):
                words = self._words_of(number)
                first, last = self._surroundings(of_document, len(words))
                is_start = np.zeros(len(words) + 1, np.int64)
                np.add.at(is_start, first, 1)
                np.add.at(is_start, np.maximum(last - self._least + 1, first), -1)
                starts = np.flatnonzero(np.cumsum(is_start))
                hashes = range_hashes(words, starts, starts + self._least)
                numbered = np.full(len(starts), number, np.uint64)
                yield np.column_stack((hashes, numbered, starts.astype(np.uint64), np.zeros_like(numbered)))

    def _window_of_documents(self, window: int, pairs: "NDArray[np.void]") -> Iterator[Item]:
        """Yield some documents in order, with the pairs of all of them."""
        pairs = np.sort(pairs, order=("document", "at", "leader", "leader_at"))
        first = window * DOCUMENTS_A_WINDOW
        numbers = range(first, min(first + DOCUMENTS_A_WINDOW, len(self._lines)))
        borders = np.searchsorted(pairs["document"], np.arange(first, first + len(numbers) + 1))
        for number, start, end in zip(numbers, borders[:-1], borders[1:], strict=True):
            yield from self._rejected.get(number, ())
            document = decode_trusted(self._lines[number])
            yield self._without_repeats(number, document, pairs[start:end]) if end > start else document

    def _without_repeats(self, number: int, document: Document, pairs: "NDArray[np.void]") -> Document | Drop:
        """Return a document without what its leaders said before, or a drop if no words are left."""
        words, weights = _weighed_words(document.text)
        spans = list(self._spans(number, words ^ _salt(document), weights, pairs))
        if not spans:
            return document
        bounds = list(bounds_in_blocks(document.text))
        starts, ends = np.concatenate([part.starts for part in bounds]), np.concatenate([part.ends for part in bounds])
        if len(starts) != len(words):  # a text that is cut otherwise in parts, such as a long run of marks
            return document
        repeats = _merged_ranges(spans)
        text = _without(document.text, [(int(starts[first]), int(ends[last - 1])) for first, last in repeats])
        if any(map(str.isalnum, text)):
            shorter = document.with_text(text)
            shorter.hits = {REASON: len(repeats)}
            return shorter
        longest = max(spans, key=lambda span: (span.end - span.start, -span.start))
        leader = decode_trusted(self._lines[longest.leader]).id
        at = [int(starts[longest.start]), int(ends[longest.end - 1])]
        return Drop(document, REASON, {"of": leader, "span": at, "removed": len(repeats)})

    def _spans(
        self, number: int, words: Hashes, weights: "NDArray[np.int64]", pairs: "NDArray[np.void]"
    ) -> Iterator[WordSpan]:
        """Yield the runs around pairs that are long enough."""
        followed: dict[tuple[int, int], int] = {}
        gone_from = gone_to = 0
        firsts, lasts = self._surroundings(pairs["at"].astype(np.intp), len(words))
        for (_, at, leader, leader_at), first, last in zip(
            pairs.tolist(), firsts.tolist(), lasts.tolist(), strict=True
        ):
            # On one line of (word here, word there) a run that was followed is not followed again; and where all that
            # a run could take goes already, none is looked for.
            line = (leader, leader_at - at)
            if at < followed.get(line, 0) or (gone_from <= first and last <= gone_to):
                continue
            before = at if leader != number else min(at, leader_at)
            others = self._leader_words(leader)
            back = _equal(words[at - before : at][::-1], others[max(leader_at - before, 0) : leader_at][::-1])
            start, start_there = at - back, leader_at - back
            most = len(words) - start if leader != number else start - start_there
            end = start + _equal(words[start : start + most], others[start_there : start_there + most])
            followed[line] = end
            if int(weights[start:end].sum()) < self._least * WORD_WEIGHT:
                continue
            yield WordSpan(start, end, leader)
            gone_from, gone_to = (min(start, gone_from), max(end, gone_to)) if start <= gone_to else (start, end)

    def _words_of(self, number: int) -> Hashes:
        start, end = self._word_ends[number], self._word_ends[number + 1]
        return np.frombuffer(self._words.read(8 * start, 8 * (end - start)), np.uint64)


def _words_to_compare(document: Document) -> Hashes:
    """Return the words of a text, those of each tenant apart; none of a conversation, whose turns need all of them."""
    if document.metadata.get("content_type") == TURNS:
        return np.empty(0, np.uint64)
    words, _ = _weighed_words(document.text)
    return words ^ _salt(document)


def _weighed_words(text: str) -> "tuple[Hashes, NDArray[np.int64]]":
    words, weights = [np.empty(0, np.uint64)], [np.empty(0, np.int64)]
    for hashes, single in units_in_blocks(text):
        words.append(hashes)
        weights.append(np.full(len(hashes), WORD_WEIGHT))
        if single is not None:
            weights[-1][single] = CHARACTER_WEIGHT
    return np.concatenate(words), np.concatenate(weights)


def _salt(document: Document) -> np.uint64:
    return np.uint64(tenant_salt(document))


class Comparison(NamedTuple):
    """What sorting says of some occurrences of fingerprints."""

    pairs: "NDArray[np.void]"
    odd_ones: "NDArray[np.void]"


def _comparisons(runs: Iterable[Run]) -> Iterator[Comparison]:
    """Yield every later occurrence of a fingerprint with the first one, of rows that came in order; and the odd ones.

    Of a fingerprint with several odd ones, the leader is given with them: it may have said first what they share.

    rows        f a 0 x    f b 7 x    f c 9 y    f d 3 z    g ...
    pairs       b 7 a 0    c 9 a 0    d 3 a 0
    odd ones    a 0        c 9        d 3
    """
    leader: NDArray[np.uint64] | None = None
    for run in runs:
        order = np.argsort(run.rows[:, 0], kind="stable")
        rows = run.rows[order]
        firsts = np.flatnonzero(np.concatenate(([True], rows[1:, 0] != rows[:-1, 0])))
        leaders = np.repeat(rows[firsts], np.diff(np.append(firsts, len(rows))), axis=0)
        is_later = np.ones(len(rows), bool)
        if run.part and leader is not None:
            leaders = np.broadcast_to(leader, rows.shape)
        else:
            is_later[firsts] = False
            leader = rows[0]
        pairs = np.empty(int(is_later.sum()), PAIR)
        pairs["document"], pairs["at"] = rows[is_later, 1], rows[is_later, 2]
        pairs["leader"], pairs["leader_at"] = leaders[is_later, 1], leaders[is_later, 2]
        is_odd = rows[:, 3] != leaders[:, 3]
        if run.part:
            is_odd |= ~is_later
        else:
            # One by itself has no other than the leader to be compared with.
            sizes = np.diff(np.append(firsts, len(rows)))
            has_several = np.add.reduceat(is_odd, firsts, dtype=np.int64) > 1
            is_odd = (is_odd | ~is_later) & np.repeat(has_several, sizes)
        odd_ones = np.empty(int(is_odd.sum()), ODD_ONE)
        odd_ones["document"], odd_ones["at"] = rows[is_odd, 1], rows[is_odd, 2]
        yield Comparison(pairs, odd_ones)


def _equal(left: Hashes, right: Hashes) -> int:
    """Return how many words two texts have in common from their beginnings on."""
    size = min(len(left), len(right))
    for start in range(0, size, FOLLOWED_AT_ONCE):
        end = min(start + FOLLOWED_AT_ONCE, size)
        differs = left[start:end] != right[start:end]
        if differs.any():
            return start + int(differs.argmax())
    return size


def _merged_ranges(spans: Iterable[WordSpan]) -> list[tuple[int, int]]:
    """Return spans as ranges of words in order; those that touch are one."""
    ranges: list[tuple[int, int]] = []
    for start, end, _ in sorted(spans):
        if ranges and start <= ranges[-1][1]:
            ranges[-1] = (ranges[-1][0], max(ranges[-1][1], end))
        else:
            ranges.append((start, end))
    return ranges


def _without(text: str, ranges: Iterable[tuple[int, int]]) -> str:
    """Return a text without some ranges of characters, and without the signs that cling to them.

    Where white space stood on both sides, the wider break of the two stays: a blank line, a line end or a space.

    >>> _without("One. (Two three.) Four", [(6, 15)])
    'One. Four'
    """
    kept_parts, position = list[str](), 0
    for start, end in ranges:
        while start > position and not text[start - 1].isspace() and not text[start - 1].isalnum():
            start -= 1
        while end < len(text) and not text[end].isspace() and not text[end].isalnum():
            end += 1
        kept_parts.append(text[position:start])
        position = end
    kept_parts.append(text[position:])
    new_parts, white = [kept_parts[0].rstrip()], kept_parts[0][len(kept_parts[0].rstrip()) :]
    for part in kept_parts[1:]:
        right = part.lstrip()
        white += part[: len(part) - len(right)]
        if right:
            body = right.rstrip()
            new_parts += [_break(white) if len(new_parts) > 1 or new_parts[0] else "", body]
            white = right[len(body) :]
    ends_in_white = len(kept_parts) == 1 or kept_parts[-1].strip()
    return "".join([*new_parts, white if ends_in_white else ""])


def _break(white: str) -> str:
    return "\n\n" if _BREAK.search(white) else "\n" if "\n" in white else " " if white else ""
