"""Duplicates: a document is dropped if an earlier one has the same text, or nearly the same."""

import unicodedata
from array import array
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, NamedTuple

from corpuskit.core.document import Document, Reject, encode
from corpuskit.core.errors import UsageError
from corpuskit.core.step import CorpusStage, Item, Rejected
from corpuskit.stages._cluster import digest, drop, preference, rejected, standing_for
from corpuskit.stages._dedup_stream import Seen
from corpuskit.stages._spool import Spool, Table, id_of, reread
from corpuskit.stages._units import VERSION, Units

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from corpuskit.text.minhash import Places, Similarities
    from corpuskit.text.shingles import Hashes

BATCH_DOCUMENTS = 256
BATCH_CHARACTERS = 1 << 22
PAIRS_AT_ONCE = 4096


@dataclass(frozen=True)
class Dedup(CorpusStage):
    """Drop documents whose text is that of an earlier document, or nearly so.

    `exact` compares the texts byte by byte. `minhash` drops a document if a document before it has the same text,
    or if it is alike to a leader of one of its band keys (see `corpuskit.text.minhash`): if they share `threshold`
    of their shingles, measured on the full signature or, with `--verify jaccard`, exactly. A drop names the earliest
    leader that it matched and the similarity; following those names leads to the survivor.

    A survivor's `metadata.duplicates` gains the `count` of documents dropped for it, their `sources` (its own among
    them) and their `licenses` where these differ; of stated `rights` the strictest in its cluster hold. Survivors
    and drops come out in input order. With `--keep longest` (characters) or `newest` (`metadata.date`; undated last)
    documents are considered in that order, input order among equals.

    With `--unit paragraph` (parted by blank lines) or `line`, repeats within and between texts are taken out of them:
    a unit of `min-length` characters or more that came before, whatever its case and spacing. A document left without
    text is dropped as `duplicate-paragraphs` or `duplicate-lines`, with the number `removed`. This streams; memory
    holds about 80 bytes a unit, and options that compare documents have no effect.

    Example: corpuskit dedup web.jsonl.zst --drops dropped.jsonl -o unique.jsonl.zst
    """

    streams: ClassVar[str] = (
        "Reads its whole input before it writes: the documents lie in TMPDIR, with 600 bytes more for each; memory "
        "holds about 130 bytes a document. With --stream it writes at once, and memory holds about 220."
    )

    method: Annotated[Literal["exact", "minhash"], "Equal texts only, or near-duplicates too."] = "minhash"
    threshold: Annotated[float, "Least similarity, above 0 up to 1, at which a document is dropped."] = 0.8
    keep: Annotated[Literal["first", "longest", "newest"], "Which document of several stays."] = "first"
    stream: Annotated[bool, "Write each verdict at once; only with keep first, and without `duplicates`."] = False
    ngram: Annotated[int, "Words in a shingle."] = 5
    permutations: Annotated[int, "Numbers in a signature."] = 112
    bands: Annotated[int, "Bands that a signature is cut into; they divide `permutations`."] = 14
    seed: Annotated[int, "Seed of the signatures."] = 1
    verify: Annotated[Literal["signature", "jaccard"], "How candidates are compared."] = "signature"
    unit: Annotated[Literal["document", "paragraph", "line"], "What is compared and, if it repeats, left out."] = (
        "document"
    )
    min_length: Annotated[int, "Characters that a compared paragraph or line has at least."] = 40

    def __post_init__(self) -> None:
        """Raises UsageError for options that do not go together."""
        if not 0 < self.threshold <= 1:
            raise UsageError(f"threshold is {self.threshold}; give a number above 0 and up to 1")
        if self.unit != "document" and self.keep != "first":
            raise UsageError(f"keep {self.keep} compares documents; leave it out with --unit {self.unit}")
        if self.min_length < 1:
            raise UsageError(f"min-length is {self.min_length}; give a number of characters from 1 on")
        if self.stream and self.keep != "first":
            raise UsageError(f"keep {self.keep} needs the whole input; leave out --stream, or keep the first")
        if min(self.ngram, self.bands) < 1 or self.permutations < 1 or self.permutations % self.bands:
            raise UsageError("ngram, bands and permutations are at least 1, and permutations a multiple of bands")
        if not 0 <= self.seed < 1 << 64:
            raise UsageError(f"seed is {self.seed}; give a number of at most 64 bits")

    def versions(self) -> dict[str, str]:
        """The shingles' and signatures' algorithms, or how units are cut; an exact comparison needs none."""
        if self.unit != "document":
            return {"units": f"{VERSION}, Unicode {unicodedata.unidata_version}"}
        if self.method == "exact":
            return {}
        from corpuskit.text import minhash, shingles

        return {"minhash": minhash.version(), "shingles": shingles.VERSION}

    def run(self, documents: Iterable[Document]) -> Iterator[Item]:
        """Yield every document, or its drop, in input order. Raises PublishError if TMPDIR has no room."""
        if self.unit != "document":
            yield from map(Units(self).judge, documents)
        elif self.stream:
            with closing(Seen(self)) as seen:
                yield from map(seen.judge, documents)
        else:
            with closing(_Corpus(self)) as corpus:
                corpus.read(documents)
                yield from corpus.write(corpus.verdicts())

    def shingles(self, text: str) -> "Hashes":
        """The text's shingles."""
        from corpuskit.text.shingle_batches import shingles_of

        return shingles_of([text], self.ngram)[0]


class _Verdicts(NamedTuple):
    """For each document by number: the one it is dropped for or -1, how similar they are, whether equal."""

    matches: "Places"
    similarities: "Similarities"
    equal: "NDArray[np.bool_]"


class _Corpus:
    """The whole input, spooled; read once, judged by sorting, and written."""

    def __init__(self, step: Dedup) -> None:
        import numpy

        self.step = step
        self.files = ExitStack()
        self.lines = self.files.enter_context(closing(Spool()))
        self.digests = self._table(numpy.uint64, 2)
        if step.method == "minhash":
            self.signatures = self._table(numpy.uint32, step.permutations)
            self.columns = [self._table(numpy.uint64, 1) for _ in range(step.bands)]
        self.preferences = array("q")
        self.rejected: dict[int, list[Rejected]] = {}
        self.wordless = bytearray()

    def close(self) -> None:
        self.files.close()

    def read(self, documents: Iterable[Document]) -> None:
        """Spool the documents, with what they are compared by."""
        batch: list[str] = []
        size = 0
        for document in documents:
            try:
                self.lines.append(encode(document))
            except Reject as reject:
                number = len(self.lines)
                self.rejected.setdefault(number, []).append(rejected(document, reject, number))
                continue
            if self.step.keep != "first":
                self.preferences.append(preference(document, self.step.keep))
            batch.append(document.text)
            size += len(document.text)
            if len(batch) >= BATCH_DOCUMENTS or size >= BATCH_CHARACTERS:
                self._sign(batch)
                batch, size = [], 0
        self._sign(batch)

    def verdicts(self) -> _Verdicts:
        """Judge all documents."""
        import numpy

        from corpuskit.text.minhash import NOBODY, first_with_same

        order = self._order()
        digests = self.digests.load()[order]
        matches = first_with_same(digests[:, 0], digests[:, 1])
        equal = matches != NOBODY
        similarities = equal.astype(numpy.float64)
        del digests
        if self.step.method == "minhash":
            wordless = numpy.frombuffer(self.wordless, numpy.bool_)[order]
            self._match_near(order, numpy.flatnonzero(~equal & ~wordless), matches, similarities)
        by_number = numpy.empty_like(order)
        by_number[order] = numpy.arange(len(order))
        matches = numpy.where(matches == NOBODY, NOBODY, order[matches])
        return _Verdicts(matches[by_number], similarities[by_number], equal[by_number])

    def write(self, verdicts: _Verdicts) -> Iterator[Item]:
        """The documents and drops in input order, read back from the spool."""
        import numpy

        from corpuskit.text.minhash import NOBODY, follow

        matches, similarities, equal = verdicts
        survivors = follow(matches)
        members = numpy.flatnonzero(matches != NOBODY)
        members = members[numpy.argsort(survivors[members], kind="stable")]
        starts = numpy.searchsorted(survivors[members], numpy.arange(len(matches) + 1))
        for number, match in enumerate(matches):
            yield from self.rejected.get(number, ())
            document = reread(self.lines[number])
            if match != NOBODY:
                yield drop(document, id_of(self.lines[match]), similarities[number], equal[number])
            elif starts[number] == starts[number + 1]:
                yield document
            else:
                dropped = members[starts[number] : starts[number + 1]]
                yield standing_for(document, (reread(self.lines[member]).metadata for member in dropped))
        yield from self.rejected.get(len(matches), ())

    def _table(self, kind: "type[np.unsignedinteger]", width: int) -> Table:
        return self.files.enter_context(closing(Table(kind, width)))

    def _sign(self, texts: list[str]) -> None:
        import numpy

        self.digests.append(numpy.frombuffer(b"".join(map(digest, texts)), numpy.uint64))
        if self.step.method == "minhash" and texts:
            from corpuskit.text.minhash import band_keys, signatures
            from corpuskit.text.shingle_batches import shingles_of

            shingled = shingles_of(texts, self.step.ngram)
            rows = signatures(shingled, self.step.permutations, self.step.seed)
            self.wordless.extend(not len(hashes) for hashes in shingled)
            self.signatures.append(rows)
            for table, keys in zip(self.columns, band_keys(rows, self.step.bands).T, strict=True):
                table.append(keys)

    def _order(self) -> "Places":
        """The documents' numbers in the order in which they are considered."""
        import numpy

        if self.step.keep == "first":
            return numpy.arange(len(self.lines))
        return numpy.argsort(numpy.frombuffer(self.preferences, numpy.int64), kind="stable")

    def _match_near(
        self, order: "Places", considered: "Places", matches: "Places", similarities: "Similarities"
    ) -> None:
        """Find near-duplicates among the places `considered` of the order, and enter them."""
        from corpuskit.text.minhash import NOBODY, earliest_leaders

        if not len(considered):
            return
        numbers = order[considered]
        columns = (table.load()[:, 0][numbers] for table in self.columns)

        def alike(left: "Places", right: "Places") -> "Similarities":
            return self._similarities(numbers[left], numbers[right])

        near, shares = earliest_leaders(columns, len(considered), alike, self.step.threshold)
        found = near != NOBODY
        matches[considered[found]] = considered[near[found]]
        similarities[considered[found]] = shares[found]

    def _similarities(self, left: "Places", right: "Places") -> "Similarities":
        import numpy

        from corpuskit.text.minhash import agreement

        if self.step.verify == "jaccard":
            return self._exact_similarities(left, right)
        shares = numpy.empty(len(left))
        for start in range(0, len(left), PAIRS_AT_ONCE):
            part = slice(start, start + PAIRS_AT_ONCE)
            shares[part] = agreement(self.signatures.rows(left[part]), self.signatures.rows(right[part]))
        return shares

    def _exact_similarities(self, left: "Places", right: "Places") -> "Similarities":
        """Pairs come sorted by their left document, so its shingles are made once."""
        import numpy

        from corpuskit.text.shingles import jaccard

        shares, held = numpy.empty(len(left)), -1
        for pair, (leader, other) in enumerate(zip(left, right, strict=True)):
            if leader != held:
                held, hashes = leader, numpy.unique(self._shingles(leader))
            shares[pair] = jaccard(hashes, self._shingles(other))
        return shares

    def _shingles(self, number: int) -> "Hashes":
        return self.step.shingles(reread(self.lines[number]).text)
