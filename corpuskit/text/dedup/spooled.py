"""Dedup of a whole input: the documents wait in TMPDIR while their entries are compared."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

from corpuskit.core.disk.spool import Spool, open_temporary
from corpuskit.core.document import Document, Reject, decode_trusted, encode
from corpuskit.core.outcome import Item, Rejected
from corpuskit.text.dedup.entries import Entries, Signer, open_block_file
from corpuskit.text.dedup.matching import Matcher, Verdicts, apply_verdicts
from corpuskit.text.dedup.parameters import DedupParameters
from corpuskit.text.dedup.survivors import rejected

if TYPE_CHECKING:
    from corpuskit.text.dedup.index_session import IndexSession
    from corpuskit.text.dedup.minhash import Ranks, Similarities
    from corpuskit.text.dedup.shingles import Hashes


class SpooledDedup:
    """The whole input, spooled: read once, compared by sorting, and written."""

    def __init__(self, parameters: DedupParameters, session: "IndexSession | None" = None) -> None:
        """Compare with the snapshots of `session` too. Raises PublishError if TMPDIR has no room."""
        self._parameters = parameters
        self._session = session
        with ExitStack() as files:
            paths = session.reading().paths if session else ()
            self._earlier = [open_block_file(files, path) for path in paths]
            self._lines = files.enter_context(closing(Spool()))
            self._signer = Signer(parameters, files.enter_context(open_temporary()))
            self._files = files.pop_all()
        self._rejected: dict[int, list[Rejected]] = {}

    def close(self) -> None:
        """Remove the temporary files."""
        self._files.close()

    def run(self, documents: Iterable[Document]) -> Iterator[Item]:
        """Yield every document, or its drop, in input order; then stage the entries in the session."""
        entries = self._read(documents)
        similarities = self._exact_similarities if self._parameters.verify == "jaccard" else None
        verdicts = Matcher(self._parameters, entries, similarities).verdicts()
        yield from self._write(entries, verdicts)
        if self._session is not None:
            self._session.stage(self._parameters.comparison_fields(), entries, verdicts)

    def _read(self, documents: Iterable[Document]) -> Entries:
        """Spool the documents and return their entries."""
        for document in documents:
            try:
                self._lines.append(encode(document))
            except Reject as reject:
                number = len(self._lines)
                self._rejected.setdefault(number, []).append(rejected(document, reject, number))
            else:
                self._signer.add(document)
        return Entries([*self._earlier, self._signer.finish()], len(self._earlier))

    def _write(self, entries: Entries, verdicts: Verdicts) -> Iterator[Item]:
        """Yield the documents and drops in input order, read back from the spool."""
        documents = (decode_trusted(self._lines[number]) for number in range(len(self._lines)))
        for number, item in enumerate(apply_verdicts(documents, entries, verdicts)):
            yield from self._rejected.get(number, ())
            yield item
        yield from self._rejected.get(len(self._lines), ())

    def _exact_similarities(self, left: "Ranks", right: "Ranks") -> "Similarities":
        """Return the similarities of pairs; they come sorted by their left document, whose shingles are made once."""
        import numpy

        from corpuskit.text.dedup.shingles import jaccard

        shares, current = numpy.empty(len(left)), -1
        for pair, (leader, other) in enumerate(zip(left, right, strict=True)):
            if leader != current:
                current, hashes = leader, numpy.unique(self._shingles(leader))
            shares[pair] = jaccard(hashes, self._shingles(other))
        return shares

    def _shingles(self, number: int) -> "Hashes":
        return self._parameters.shingles(decode_trusted(self._lines[number]).text)
