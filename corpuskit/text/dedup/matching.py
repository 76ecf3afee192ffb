"""Verdicts on a corpus, from its entries and those of earlier snapshots: by sorting keys, in bounded memory if asked.

A document's *number* is its position among all entries; its *rank* is its position in the order in which documents are
considered. They differ only if `keep` is not `first`.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any, NamedTuple

from corpuskit.core.disk.group_by_key import Run, by_key
from corpuskit.core.disk.window_spool import WindowRows
from corpuskit.core.document import Document
from corpuskit.core.outcome import Drop, Item
from corpuskit.text.dedup.entries import Entries
from corpuskit.text.dedup.parameters import DedupParameters
from corpuskit.text.dedup.survivors import drop, survivor_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from corpuskit.text.dedup.minhash import BandMatches, Matches, Ranks, Similarities

    Flags = NDArray[np.bool_]
    Keys = NDArray[np.uint64]

PAIRS_AT_ONCE = 4096
ROW_BYTES = 96
"""Bytes that a row takes while it is judged, for the limit of memory."""

LEAST_ROOM = 1 << 12


class Verdicts(NamedTuple):
    """For each document of the corpus: the entry it is dropped for or -1, their similarity, whether they are equal."""

    matches: "Ranks"
    similarities: "Similarities"
    equal: "Flags"


class Matcher:
    """Matches the documents of a corpus by their entries."""

    def __init__(
        self,
        parameters: DedupParameters,
        entries: Entries,
        alike: "Callable[[Ranks, Ranks], Similarities] | None" = None,
        max_rows: int | None = None,
    ) -> None:
        """`alike` returns the similarities of entries given by number; without it, signatures decide.

        `max_rows` rows are held at a time where the parameters set no limit of memory.
        """
        import numpy

        self.parameters, self.entries = parameters, entries
        self.max_rows = parameters.rows_in_memory(ROW_BYTES, LEAST_ROOM) or max_rows
        self._similarities_of = alike
        self._order: Ranks | None = None
        self._ranks: Ranks | None = None
        if parameters.keep != "first":
            self._order = numpy.argsort(entries.load("preference")[:, 0], kind="stable")
            self._ranks = numpy.empty_like(self._order)
            self._ranks[self._order] = numpy.arange(len(self._order))

    def verdicts(self) -> Verdicts:
        """Return all verdicts, found one band after the other."""
        from corpuskit.text.dedup.minhash import NOBODY, Matches

        near = Matches(self.entries.count, self.entries.start)
        equal = self.equal_texts()
        if self.parameters.method == "minhash":
            skipped = self.wordless()
            skipped[self.entries.start :][self._by_number(equal != NOBODY)] = True
            for band in range(self.parameters.bands):
                self.match(band, near, skipped)
        return self.combined(equal, near)

    def wordless(self) -> "Flags":
        """Return which entries have no signature, by number."""
        import numpy

        return numpy.concatenate([numpy.empty(0, bool), *(r[:, 0] > 0 for _, r in self.entries.chunks("wordless"))])

    def equal_texts(self) -> "Ranks":
        """Return for each rank in the corpus the rank of the first equal text, or -1."""
        import numpy

        from corpuskit.text.dedup.minhash import NOBODY

        firsts_of = numpy.full(self.entries.count, NOBODY, numpy.int64)
        for ranks, firsts in self.equal_pairs():
            firsts_of[ranks - self.entries.start] = firsts
        return firsts_of

    def equal_pairs(self) -> "Iterator[tuple[Ranks, Ranks]]":
        """Yield ranks in the corpus that have an earlier equal text, each once, and the rank of the first such text."""
        import numpy

        from corpuskit.text.dedup.minhash import NOBODY, first_with_same

        for runs in by_key(self._rows("digest", None), self.max_rows, self.entries.total):
            firsts = numpy.empty((0, 3), numpy.uint64)
            for rows, part in self._in_order(runs):
                if part:
                    rows = numpy.concatenate((firsts, rows))
                same = first_with_same(rows[:, 0], rows[:, 1])
                ranks = rows[:, 2].astype(numpy.int64)
                asked = numpy.flatnonzero((same != NOBODY) & (ranks >= self.entries.start))
                yield ranks[asked], ranks[same[asked]]
                if part:
                    firsts = rows[same == NOBODY]

    def match(self, band: int, matches: "Matches | BandMatches", skipped: "Flags | None" = None) -> None:
        """Enter the matches of one band, but for entries that are `skipped`: without flags, those without words."""
        import numpy

        from corpuskit.text.dedup.minhash import match_in_band

        rows_of_band = self._rows(f"key-{band}", skipped) if skipped is not None else self._rows_with_words(band)
        for runs in by_key(rows_of_band, self.max_rows, self.entries.total):
            leaders = numpy.empty(0, numpy.int64)
            for rows, part in self._in_order(runs):
                keys, ranks = rows[:, 0], rows[:, 1].astype(numpy.int64)
                if part:
                    # All rows of the runs have the same key.
                    keys = numpy.concatenate((numpy.full(len(leaders), keys[0]), keys))
                    ranks = numpy.concatenate((leaders, ranks))
                leaders = match_in_band(keys, ranks, matches, self._alike_at, self.parameters.threshold, part=part)

    def combined(self, equal: "Ranks", near: "Matches") -> Verdicts:
        """Return the verdicts by number; an equal text takes precedence over a similar one."""
        import numpy

        from corpuskit.text.dedup.minhash import NOBODY

        is_equal = equal != NOBODY
        matches = numpy.where(is_equal, equal, near.leaders)
        similarities = numpy.where(is_equal, 1.0, near.similarities)
        matches = numpy.where(matches == NOBODY, NOBODY, self.numbers(matches))
        return Verdicts(*map(self._by_number, (matches, similarities, is_equal)))

    def numbers(self, ranks: "Ranks") -> "Ranks":
        """Return the numbers of the documents with these ranks."""
        return ranks if self._order is None else self._order[ranks]

    def _by_number(self, values: "NDArray[Any]") -> "NDArray[Any]":
        return values if self._ranks is None else values[self._ranks]

    def _in_order(self, runs: Iterable[Run]) -> Iterator[Run]:
        """Yield the runs with rows by rank; if they come in another order, the parts of a key are joined first."""
        import numpy

        if self._ranks is None:
            yield from runs
            return
        rows = numpy.concatenate([run.rows for run in runs])
        yield Run(rows[numpy.argsort(rows[:, -1], kind="stable")], part=False)

    def _rows(self, name: str, skipped: "Flags | None") -> Iterator["Keys"]:
        """Yield a field of the entries that matter, with their ranks as the last column."""
        import numpy

        corpus_keys = None
        if self.entries.start and self.max_rows is None:
            corpus_keys = numpy.unique(self.entries.load(name, self.entries.start)[:, 0])
        for first, rows in self.entries.chunks(name):
            numbers = numpy.arange(first, first + len(rows))
            if skipped is not None:
                numbers = numbers[~skipped[numbers]]
            if corpus_keys is not None and first < self.entries.start:
                # An entry of an earlier snapshot matters only if it shares a key with the corpus.
                numbers = numbers[_is_in(corpus_keys, rows[numbers - first, 0])]
            ranks = numbers if self._ranks is None else self._ranks[numbers]
            yield numpy.column_stack((rows[numbers - first], ranks.astype(numpy.uint64)))

    def _rows_with_words(self, band: int) -> Iterator["Keys"]:
        """Yield the keys of one band with their ranks, without those of entries that have no signature."""
        import numpy

        flags = (rows[:, 0] > 0 for _, rows in self.entries.chunks("wordless"))
        for (first, rows), wordless in zip(self.entries.chunks(f"key-{band}"), flags, strict=True):
            numbers = numpy.flatnonzero(~wordless) + first
            ranks = numbers if self._ranks is None else self._ranks[numbers]
            yield numpy.column_stack((rows[numbers - first], ranks.astype(numpy.uint64)))

    def _alike_at(self, left: "Ranks", right: "Ranks") -> "Similarities":
        return (self._similarities_of or self._agreement)(self.numbers(left), self.numbers(right))

    def _agreement(self, left: "Ranks", right: "Ranks") -> "Similarities":
        from corpuskit.text.dedup.minhash import agreement

        if len(left) > PAIRS_AT_ONCE:
            return self._agreement_of_many(left, right)
        return agreement(*(self.entries.take("signature", numbers) for numbers in (left, right)))

    def _agreement_of_many(self, left: "Ranks", right: "Ranks") -> "Similarities":
        """Return the agreement of more pairs than memory should hold.

        Signatures are read in the order in which they lie on disk, so that each file is opened once, and dealt to the
        pairs that need them.
        """
        import numpy

        from corpuskit.text.dedup.minhash import agreement

        pairs, shares = len(left), numpy.empty(len(left))
        numbers = numpy.concatenate((left, right))
        order = numpy.argsort(numbers, kind="stable")
        signature = ("signature", "<u4", (self.parameters.permutations,))
        with closing(WindowRows([("at", "<i8"), signature], -(-pairs // PAIRS_AT_ONCE))) as dealt:
            for start in range(0, len(order), PAIRS_AT_ONCE):
                at = order[start : start + PAIRS_AT_ONCE]
                rows = numpy.empty(len(at), dealt.kind)
                rows["at"], rows["signature"] = at, self.entries.take("signature", numbers[at])
                dealt.append(at % pairs // PAIRS_AT_ONCE, rows)
            for window, start in enumerate(range(0, pairs, PAIRS_AT_ONCE)):
                rows = dealt.load(window)
                sides = numpy.empty((2, len(rows) // 2, self.parameters.permutations), "<u4")
                sides[rows["at"] // pairs, rows["at"] % pairs - start] = rows["signature"]
                shares[start : start + PAIRS_AT_ONCE] = agreement(*sides)
        return shares


class Dropped(NamedTuple):
    """What a drop says: the id it is dropped for, their similarity, whether they are equal, an earlier snapshot."""

    leader: str
    similarity: float
    equal: bool
    snapshot: str | None


Outcome = Dropped | list[bytes]
"""What becomes of a document: it is dropped, or it survives those whose metadata, as JSON, this is."""


class Survivors:
    """The documents dropped for each document of the corpus, directly or by way of others."""

    def __init__(self, verdicts: Verdicts, start: int) -> None:
        """`start` is the number of the corpus's first document."""
        import numpy

        from corpuskit.text.dedup.minhash import NOBODY, final_survivors

        # A chain that leads to an earlier snapshot has no survivor here.
        ends = final_survivors(numpy.where(verdicts.matches < start, NOBODY, verdicts.matches - start))
        members = numpy.flatnonzero(verdicts.matches != NOBODY)
        members = members[numpy.argsort(ends[members], kind="stable")]
        self._members, self._ends = members + start, ends[members]

    def members(self, first: int, count: int) -> Iterator[list[int]]:
        """Yield the entries dropped for each of `count` documents from `first` on, which counts within the corpus."""
        import numpy

        starts = numpy.searchsorted(self._ends, numpy.arange(first, first + count + 1))
        for start, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
            yield self._members[start:end].tolist()


def outcomes(entries: Entries, verdicts: Verdicts, survivors: Survivors, first: int, count: int) -> Iterator[Outcome]:
    """Yield what becomes of `count` documents from `first` on, by the `verdicts` on the whole corpus."""
    from corpuskit.text.dedup.minhash import NOBODY

    part = (values[first : first + count].tolist() for values in verdicts)
    for members, match, similarity, equal in zip(survivors.members(first, count), *part, strict=True):
        if match == NOBODY:
            yield [entries.string("facts", member) for member in members]
        else:
            snapshot = entries.file_of(match).attributes["snapshot"] if match < entries.start else None
            leader = entries.string("id", match).decode(errors="replace")
            yield Dropped(leader, similarity, equal, snapshot)


def apply_outcomes(documents: Iterable[Document], results: Iterable[Outcome]) -> Iterator[Item]:
    """Yield documents, kept or dropped, in their order. Raises ValueError if there are more or fewer than outcomes."""
    return itertools.starmap(apply_outcome, zip(documents, results, strict=True))


def apply_outcome(document: Document, outcome: Outcome) -> Document | Drop:
    """Return the document, if it is kept, or its drop."""
    import orjson

    if isinstance(outcome, Dropped):
        return drop(document, *outcome)
    return survivor_of(document, map(orjson.loads, outcome)) if outcome else document


def apply_verdicts(documents: Iterable[Document], entries: Entries, verdicts: Verdicts) -> Iterator[Item]:
    """Yield the corpus's documents, kept or dropped."""
    survivors = Survivors(verdicts, entries.start)
    return apply_outcomes(documents, outcomes(entries, verdicts, survivors, 0, entries.count))


def _is_in(sorted_keys: "Keys", keys: "Keys") -> "Flags":
    """Return which keys are among `sorted_keys`."""
    import numpy

    if not len(sorted_keys):
        return numpy.zeros(len(keys), bool)
    at = numpy.searchsorted(sorted_keys, keys)
    at[at == len(sorted_keys)] = 0
    is_in: Flags = sorted_keys[at] == keys
    return is_in
