"""`dedup`: a document is dropped if an earlier one has the same text, or nearly the same."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from corpuskit.core.document import Document
from corpuskit.core.errors import UsageError
from corpuskit.core.option_values import misfit, spelled
from corpuskit.core.options import NOT_AN_OPTION
from corpuskit.core.sizes import bytes_of
from corpuskit.core.step import RUNTIME, CorpusStage, Item
from corpuskit.core.wording import or_list
from corpuskit.text.dedup.parameters import MOST_PERMUTATIONS, DedupParameters, IndexReading

if TYPE_CHECKING:
    from corpuskit.core.provenance.takedowns_on_record import Clearance
    from corpuskit.core.step import ShardedRun
    from corpuskit.text.dedup.index_session import IndexSession

LEAST_WORDS = 8
"""Words below which any text repeats others."""
MOST_WORDS = 1_000_000
"""So many are held at a time."""
WORDS_DISK = 8000
"""Bytes that the words and fingerprints of a document of some 700 words take."""
LEAST_MEMORY = 10**6
"""Bytes below which a limit for tables must be a slip."""


_ONLY_FOR = {
    **dict.fromkeys(("method", "threshold", "ngram", "permutations", "bands", "seed", "verify"), ("document",)),
    "min_length": ("paragraph", "line"),
    "min_words": ("span",),
}
"""Options that say something about some units alone."""


@dataclass(frozen=True)
class Dedup(CorpusStage):
    """Drop documents whose text equals, or nearly equals, that of an earlier document.

    `exact` compares the texts byte by byte. `minhash` drops a document if an earlier one has the same text, or if it is
    similar to a leader of one of its band keys (see `corpuskit.text.dedup.minhash`). It is similar if the two share
    `threshold` of their shingles, measured on the full signature or, with `--verify jaccard`, exactly. A drop names the
    earliest leader that it matched and the similarity; follow those names to find the survivor.

    A survivor's `metadata.duplicates` gains the `count` of documents dropped for it, their `sources` (its own included)
    and their `licenses` if these differ. Of the `rights` stated in its cluster it gets the strictest. Survivors and
    drops come out in input order. With `--keep longest` (characters) or `newest` (`metadata.date`, or else
    `crawl_date`; undated last), documents are considered in that order, and in input order among equals.

    With `--index DIR --snapshot NAME`, documents are also compared with earlier snapshots, and drops name the
    `snapshot` of the document that they match. Once the run has succeeded, kept and dropped documents go into the index
    under that name, in place of what it held there; `dedup-index` lists and removes entries. Only one run at a time can
    use an index. A survivor takes over no rights or sources from earlier snapshots. What `takedown` took out of an
    index would pass as new: documents that are not known to have passed the same entries are refused with exit code 6.

    With `--unit paragraph` (separated by blank lines) or `line`, repeats within and between texts are removed from
    them: every unit of `min-length` characters or more that came before, whatever its case and spacing. A document left
    without text is dropped as `duplicate-paragraphs` or `duplicate-lines`, with the number `removed`. This streams, and
    holds about 80 bytes per unit in memory. Options that compare documents are refused with any such unit.

    With `--unit span`, runs of `min-words` words or more that occurred before, in this or an earlier text, are taken
    out of texts wherever they begin; the first to say them keeps them. Five words count as much as eight characters of
    Chinese, Japanese, Thai, Lao, Khmer or Burmese. A document without words left is dropped as `duplicate-spans`, with
    the leader (`of`) of its longest run and where that stood (`span`, in characters). Texts wait in TMPDIR; memory
    stays the same.

    Documents of one tenant (`metadata.tenant`) are compared only with one another, and so are those without a tenant:
    what a customer's data holds decides nothing about other data. With `--unit`, conversations (`text/x-turns`) are
    left as they are.

        corpuskit dedup web.jsonl.zst --drops dropped.jsonl -o unique.jsonl.zst
    """

    keeps_documents: ClassVar[bool] = True

    method: Annotated[Literal["exact", "minhash"], "Equal texts only, or near-duplicates too."] = "minhash"
    threshold: Annotated[float, "Least similarity, above 0 and up to 1, at which a document is dropped."] = 0.8
    keep: Annotated[Literal["first", "longest", "newest"], "Which of several documents to keep."] = "first"
    stream: Annotated[bool, "Write each verdict at once; only with keep first, and without `duplicates`."] = False
    ngram: Annotated[int, "Words in a shingle."] = 5
    permutations: Annotated[int, "Numbers in a signature."] = 112
    bands: Annotated[int, "Bands that a signature is cut into; must divide `permutations`."] = 14
    seed: Annotated[int, "Seed of the signatures."] = 1
    verify: Annotated[Literal["signature", "jaccard"], "How candidates are compared."] = "signature"
    unit: Annotated[
        Literal["document", "paragraph", "line", "span"], "What is compared and, if repeated, left out."
    ] = "document"
    min_length: Annotated[int, "Least length of a compared paragraph or line, in characters."] = 40
    min_words: Annotated[int, "Least length of a compared span, in words."] = 50
    index: Annotated[Path | None, "Folder with entries of snapshots: compare with it, add to it.", RUNTIME] = None
    snapshot: Annotated[str | None, "Name of this run's entries in the index.", RUNTIME] = None
    memory: Annotated[
        str | None, "Most memory for tables of keys, such as 2GB; the rest is sorted on disk.", RUNTIME
    ] = None

    index_reading: Annotated[IndexReading | None, NOT_AN_OPTION] = None
    """What another process read from the index; only one process can hold its lock."""

    def __post_init__(self) -> None:
        """Raise UsageError for options that do not go together."""
        if not 0 < self.threshold <= 1:
            raise misfit("threshold", "a number above 0 and up to 1", self.threshold)
        if self.unit != "document" and self.keep != "first":
            raise UsageError(
                f"{spelled('keep', self.keep)} compares documents; leave it out with {spelled('unit', self.unit)}"
            )
        if self.min_length < 1:
            raise misfit("min-length", "a number of characters, at least 1", self.min_length)
        if not LEAST_WORDS <= self.min_words <= MOST_WORDS:
            raise misfit("min-words", f"a number of words from {LEAST_WORDS} to {MOST_WORDS:,}", self.min_words)
        for name, units in _ONLY_FOR.items():
            if getattr(self, name) != getattr(type(self), name) and self.unit not in units:
                option = spelled(name.replace("_", "-"))
                raise UsageError(f"{option} is for {or_list([spelled('unit', unit) for unit in units])}")
        if self.stream and self.unit == "span":
            raise UsageError(f"{spelled('unit', 'span')} needs the whole input; leave out {spelled('stream')}")
        if self.stream and self.keep != "first":
            raise UsageError(
                f"{spelled('keep', self.keep)} needs the whole input; leave it out, or leave out {spelled('stream')}"
            )
        for name in ("ngram", "bands", "permutations"):
            if getattr(self, name) < 1:
                raise misfit(name, "a number from 1 on", getattr(self, name))
        if self.permutations > MOST_PERMUTATIONS:
            raise misfit("permutations", f"a number from 1 to {MOST_PERMUTATIONS}", self.permutations)
        if self.permutations % self.bands:
            raise misfit("permutations", f"a multiple of {spelled('bands', self.bands)}", self.permutations)
        if not 0 <= self.seed < 1 << 64:
            raise misfit("seed", "a number from 0 on of at most 64 bits", self.seed)
        if self.index_reading is not None and not isinstance(self.index_reading, IndexReading):
            raise UsageError("`index_reading` is what `bound()` sets; leave it out")
        self._demand_whole_documents()

    @classmethod
    def keeps_documents_with(cls, options: Mapping[str, Any]) -> bool:
        """Return whether whole documents are compared: units that came before are taken out of texts."""
        return options.get("unit") == "document"

    def versions(self) -> dict[str, str]:
        """Return the versions of what shapes shingles and signatures, or units; an exact comparison needs none."""
        return self.parameters().versions()

    def options(self) -> dict[str, Any]:
        """Return the options, with what the index held and this run adds, not where it is. Raises as `Index` does."""
        options = {key: value for key, value in super().options().items() if key != "min-words" or self.unit == "span"}
        if self.index is None:
            return options
        return {**options, "index": self.reading().digest, "snapshot": self.snapshot}

    def run(self, documents: Iterable[Document]) -> Iterator[Item]:
        """Yield every document, or its drop, in input order. Raises PublishError if TMPDIR has no room."""
        parameters = self.parameters()
        if self.unit == "span":
            from corpuskit.text.dedup.spooled_spans import SpanDedup

            with closing(SpanDedup(parameters)) as spans:
                yield from spans.run(documents)
        elif self.unit != "document":
            from corpuskit.text.dedup.units import UnitFilter

            yield from map(UnitFilter(parameters).apply, documents)
        elif self.stream:
            from corpuskit.text.dedup.streaming import StreamingDedup

            with closing(StreamingDedup(parameters)) as streaming:
                yield from map(streaming.apply, documents)
        else:
            from corpuskit.text.dedup.spooled import SpooledDedup

            session = self.session() if self.index is not None else None
            try:
                with closing(SpooledDedup(parameters, session)) as spooled:
                    yield from spooled.run(documents)
            except BaseException:
                self.close()
                raise

    def commit(self) -> None:
        """Make the entries of this run part of the index. Raises PublishError."""
        if session := self._open_session():
            session.commit()

    def close(self) -> None:
        """Release the index; what was not committed is removed."""
        if session := self._open_session():
            session.close()

    def has_effects(self) -> bool:
        """Whether there is an index, which the run adds its entries to."""
        return self.index is not None

    def clearance(self) -> "Clearance | None":
        """Return what the index was cleared of, if anything. Raises as `Index` does."""
        if self.index is None:
            return None
        from corpuskit.text.dedup.index import clearance_of

        return clearance_of(self.index)

    def memory_for(self, documents: int, jobs: int) -> int:
        """Return the memory of resolving, or of matching in all jobs; if not in parallel, of the single process."""
        if self.unit == "span":
            return documents * 16 * jobs
        return documents * (max(100, 60 * jobs) if self._is_shardable() else 130)

    def disk_for(self, documents: int) -> int:
        """Return the bytes that the entries of all documents take: signature, digests, id; or, for spans, words."""
        return documents * (WORDS_DISK if self.unit == "span" else 600)

    def bound(self) -> "Dedup":
        """Return the step for other processes, with what this one read from the index."""
        return self if self.index is None else replace(self, index_reading=self.reading())

    def sharded(self) -> "ShardedRun | None":
        """Return the form that works shard by shard; None if a stream or the texts are needed."""
        from corpuskit.text.dedup.sharded import ShardedDedup

        if not self._is_shardable():
            return None
        if self.unit == "span":
            from corpuskit.text.dedup.sharded_spans import ShardedSpans

            return ShardedSpans(self.parameters())
        if self.index is None:
            return ShardedDedup(self.parameters())
        return ShardedDedup(self.parameters(), self.reading(), self.session)

    def parameters(self) -> DedupParameters:
        """Return the options that the kernels need."""
        return DedupParameters(
            method=self.method,
            threshold=self.threshold,
            keep=self.keep,
            ngram=self.ngram,
            permutations=self.permutations,
            bands=self.bands,
            seed=self.seed,
            verify=self.verify,
            unit=self.unit,
            min_length=self.min_length,
            min_words=self.min_words,
            memory=self.memory,
        )

    def reading(self) -> IndexReading:
        """Return what the index holds, without this run's snapshot. Raises as `Index` does."""
        return self.index_reading or self.session().reading()

    def session(self) -> "IndexSession":
        """Return the index as this run found it, locked until `commit` or `close`; equal steps share one session."""
        from corpuskit.text.dedup.index_session import open_session

        assert self.index is not None
        assert self.snapshot is not None
        return open_session(self.index, self.snapshot, self.parameters().index_settings())

    def _open_session(self) -> "IndexSession | None":
        if self.index is None or self.snapshot is None:
            return None
        from corpuskit.text.dedup.index_session import find_session

        return find_session(self.index, self.snapshot)

    def _is_shardable(self) -> bool:
        """Whether shards are enough: exact similarities need the texts of others, and lines and paragraphs a stream."""
        if self.unit == "document":
            return not self.stream and not self.parameters().needs_texts
        return self.unit == "span"

    def _demand_whole_documents(self) -> None:
        """Raise UsageError for an index or a memory limit where they make no sense."""
        units_with = {"index": ("document",), "memory": ("document", "span")}
        for key in units_with:
            if getattr(self, key) is not None and self.unit not in units_with[key]:
                raise UsageError(
                    f"{spelled(key)} is for whole documents; leave it out with {spelled('unit', self.unit)}"
                )
            if getattr(self, key) is not None and self.stream:
                raise UsageError(
                    f"{spelled(key)} needs the whole input; leave it out, or leave out {spelled('stream')}"
                )
        if self.memory is not None:
            try:
                size = bytes_of(self.memory)
            except ValueError:
                raise misfit("memory", "a size such as 500MB or 2GB", self.memory) from None
            if size < LEAST_MEMORY:
                raise misfit("memory", "a size from 1MB on, such as 500MB or 2GB", self.memory)
        if (self.index is None) != (self.snapshot is None):
            raise UsageError(
                f"the index and the snapshot go together: {spelled('index', Path('DIR'))} {spelled('snapshot', 'NAME')}"
            )
        if self.index is None or self.snapshot is None:
            return
        if self.keep != "first":
            raise UsageError(
                f"{spelled('keep', self.keep)} would judge earlier snapshots anew; leave it out with {spelled('index')}"
            )
        if self.parameters().needs_texts:
            raise UsageError(
                f"{spelled('verify', self.verify)} needs the texts, which an index does not hold; "
                f"leave it out with {spelled('index')}"
            )
        if not 0 < len(self.snapshot) <= 200 or not self.snapshot.isprintable():
            raise misfit("snapshot", "a name of 1 to 200 printable characters", self.snapshot)
