"""Duplicates: a document is dropped if an earlier one has the same text, or nearly the same."""

import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, cast

from corpuskit.core.disk.spool import Spool, open_temporary
from corpuskit.core.document import Document, Reject, decode_trusted, encode
from corpuskit.core.errors import UsageError
from corpuskit.core.sizes import bytes_of
from corpuskit.core.step import RUNTIME, CorpusStage, Item, Rejected
from corpuskit.text.dedup.entries import Entries, Signer, compared, opened
from corpuskit.text.dedup.matching import Judge, Verdicts, judged
from corpuskit.text.dedup.streaming import Seen
from corpuskit.text.dedup.survivors import rejected
from corpuskit.text.dedup.units import VERSION, Units

if TYPE_CHECKING:
    from corpuskit.core.step import Spread
    from corpuskit.text.dedup.index import Index, Read
    from corpuskit.text.dedup.minhash import Places, Similarities
    from corpuskit.text.dedup.shingles import Hashes


@dataclass(frozen=True)
class Dedup(CorpusStage):
    """Drop documents whose text is that of an earlier document, or nearly so.

    `exact` compares the texts byte by byte. `minhash` drops a document if a document before it has the same text, or if
    it is alike to a leader of one of its band keys (see `corpuskit.text.dedup.minhash`): if they share `threshold` of
    their shingles, measured on the full signature or, with `--verify jaccard`, exactly. A drop names the earliest
    leader that it matched and the similarity; following those names leads to the survivor.

    A survivor's `metadata.duplicates` gains the `count` of documents dropped for it, their `sources` (its own among
    them) and their `licenses` where these differ; of stated `rights` the strictest in its cluster hold. Survivors
    and drops come out in input order. With `--keep longest` (characters) or `newest` (`metadata.date`; undated last)
    documents are considered in that order, input order among equals.

    With `--index DIR --snapshot NAME` documents are judged against earlier snapshots too, and drops name the `snapshot`
    of the document they are held against. What was dropped and what stayed goes into the index under that name, in
    place of what it held there, once the run has succeeded; `dedup-index` lists and removes. One run at a time has an
    index. The rights and sources of earlier snapshots' documents are not taken over.

    With `--unit paragraph` (parted by blank lines) or `line`, repeats within and between texts are taken out of them:
    a unit of `min-length` characters or more that came before, whatever its case and spacing. A document left without
    text is dropped as `duplicate-paragraphs` or `duplicate-lines`, with the number `removed`. This streams; memory
    holds about 80 bytes a unit, and options that compare documents have no effect.

    Example: corpuskit dedup web.jsonl.zst --drops dropped.jsonl -o unique.jsonl.zst
    """

    streams: ClassVar[str] = (
        "Reads its whole input before it writes: the documents lie in TMPDIR, with 700 bytes more for each; memory "
        "holds about 110 bytes a document, with --memory 50 and what it allows. With --stream it writes at once, and "
        "memory holds about 220."
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
    index: Annotated[Path | None, "Folder that keeps entries of snapshots: judge against it, add to it.", RUNTIME] = (
        None
    )
    snapshot: Annotated[str | None, "Name that this run's entries have in the index.", RUNTIME] = None
    memory: Annotated[
        str | None, "Most memory that tables of keys take, such as 2GB; the rest is sorted on disk.", RUNTIME
    ] = None

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
        self._demand_whole_documents()

    def versions(self) -> dict[str, str]:
        """The shingles' and signatures' algorithms, or how units are cut; an exact comparison needs none."""
        if self.unit != "document":
            return {"units": f"{VERSION}, Unicode {unicodedata.unidata_version}"}
        if self.method == "exact":
            return {}
        from corpuskit.text.dedup import minhash, shingles

        return {"minhash": minhash.version(), "shingles": shingles.VERSION}

    def options(self) -> dict[str, Any]:
        """Of an index, what stood in it, and what this run adds; never where it lies. Raises as `Index` does."""
        if self.index is None:
            return super().options()
        return {**super().options(), "index": self.read.digest, "snapshot": self.snapshot}

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
                corpus.stage()

    def commit(self) -> None:
        """Make the entries of this run part of the index. Raises PublishError."""
        held = self.__dict__.get("_session")
        if self.index is not None and held is not None and not held.closed:
            held.commit()

    def memory_for(self, documents: int, jobs: int) -> int:
        """In parallel the join holds most, or the judges together; else the one that sees everything."""
        from corpuskit.text.dedup.sharded import can_spread

        return documents * (max(100, 60 * jobs) if can_spread(self) else 130)

    def disk_for(self, documents: int) -> int:
        """The entries of all documents: signature, digests, id."""
        return documents * 600

    def spread(self) -> "Spread | None":
        """The form that works shard by shard; None where a stream or the texts are needed."""
        from corpuskit.text.dedup.sharded import Shards, can_spread

        return Shards(self) if can_spread(self) else None

    @property
    def read(self) -> "Read":
        """What stands in the index, without this run's snapshot."""
        given = self.__dict__.get("_read")
        return self.session.read() if given is None else cast("Read", given)

    @property
    def session(self) -> "Index":
        """The index as this run found it, locked until `commit`; equal steps of a process share it."""
        from corpuskit.text.dedup.index import session

        assert self.index is not None
        assert self.snapshot is not None
        held: Index = session(self.index, self.snapshot, self._settings())
        self.__dict__["_session"] = held
        return held

    def __getstate__(self) -> dict[str, Any]:
        """The options, and what stands in the index: other processes read it, and only one has its lock."""
        state = {option.name: getattr(self, option.name) for option in self.option_list()}
        return state if self.index is None else {**state, "_read": self.read}

    def rows_in_memory(self, row_bytes: int, least: int) -> int | None:
        """How many rows of so many bytes `--memory` lets a table have, or None for any number."""
        return None if self.memory is None else max(bytes_of(self.memory) // row_bytes, least)

    def shingles(self, text: str) -> "Hashes":
        """The text's shingles."""
        from corpuskit.text.dedup.shingle_batches import shingles_of

        return shingles_of([text], self.ngram)[0]

    def _settings(self) -> dict[str, Any]:
        """What entries have to agree in to be compared, and runs to give the verdicts of one."""
        if self.method == "exact":
            return {"method": "exact"}
        names = ("method", "threshold", "ngram", "permutations", "bands", "seed")
        return {name: getattr(self, name) for name in names} | self.versions()

    def _demand_whole_documents(self) -> None:
        """Raises UsageError for an index or a limit of memory where they have no meaning."""
        for key in ("index", "memory"):
            if getattr(self, key) is not None and self.unit != "document":
                raise UsageError(f"{key} is for whole documents; leave it out with --unit {self.unit}")
            if getattr(self, key) is not None and self.stream:
                raise UsageError(f"{key} needs the whole input; leave out --stream, or leave out --{key}")
        if self.memory is not None:
            try:
                bytes_of(self.memory)
            except ValueError:
                raise UsageError(f"memory is {self.memory!r}; give a size such as 500MB or 2GB") from None
        if (self.index is None) != (self.snapshot is None):
            raise UsageError("index and snapshot go together: `--index DIR --snapshot NAME`")
        if self.index is None or self.snapshot is None:
            return
        if self.keep != "first":
            raise UsageError(f"keep {self.keep} would judge earlier snapshots anew; leave it out with --index")
        if self.verify == "jaccard" and self.method == "minhash":
            raise UsageError("verify jaccard needs the texts, which an index does not hold; leave it out with --index")
        if not 0 < len(self.snapshot) <= 200 or not self.snapshot.isprintable():
            raise UsageError("a snapshot's name has 1 to 200 printable characters")


class _Corpus:
    """The whole input, spooled; read once, judged by sorting, and written."""

    def __init__(self, step: Dedup) -> None:
        self.step = step
        with ExitStack() as files:
            self.index = step.session if step.index is not None else None
            files.callback(self._let_go)
            self.earlier = [opened(files, path) for path in (self.index.read().paths if self.index else ())]
            self.lines = files.enter_context(closing(Spool()))
            self.signer = Signer(step, files.enter_context(open_temporary()))
            self.files = files.pop_all()
        self.rejected: dict[int, list[Rejected]] = {}

    def close(self) -> None:
        self.files.close()

    def read(self, documents: Iterable[Document]) -> None:
        """Spool the documents, with what they are compared by."""
        for document in documents:
            try:
                self.lines.append(encode(document))
            except Reject as reject:
                number = len(self.lines)
                self.rejected.setdefault(number, []).append(rejected(document, reject, number))
            else:
                self.signer.add(document)
        self.entries = Entries([*self.earlier, self.signer.finish()], len(self.earlier))

    def verdicts(self) -> Verdicts:
        """Judge all documents."""
        by_text = self.step.verify == "jaccard"
        self.judged = Judge(self.step, self.entries, self._exact_similarities if by_text else None).verdicts()
        return self.judged

    def write(self, verdicts: Verdicts) -> Iterator[Item]:
        """The documents and drops in input order, read back from the spool."""
        documents = (decode_trusted(self.lines[number]) for number in range(len(self.lines)))
        for number, item in enumerate(judged(documents, self.entries, verdicts)):
            yield from self.rejected.get(number, ())
            yield item
        yield from self.rejected.get(len(self.lines), ())

    def stage(self) -> None:
        """Hand the entries over to the index, which stays locked until they are committed."""
        if self.index is not None and self.step.snapshot is not None:
            self.index.stage(self.step.snapshot, compared(self.step), self.entries, self.judged)
            self.index = None

    def _let_go(self) -> None:
        if self.index is not None:
            self.index.close()

    def _exact_similarities(self, left: "Places", right: "Places") -> "Similarities":
        """Pairs come sorted by their left document, so its shingles are made once."""
        import numpy

        from corpuskit.text.dedup.shingles import jaccard

        shares, held = numpy.empty(len(left)), -1
        for pair, (leader, other) in enumerate(zip(left, right, strict=True)):
            if leader != held:
                held, hashes = leader, numpy.unique(self._shingles(leader))
            shares[pair] = jaccard(hashes, self._shingles(other))
        return shares

    def _shingles(self, number: int) -> "Hashes":
        return self.step.shingles(decode_trusted(self.lines[number]).text)
