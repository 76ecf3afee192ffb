"""Dedup of a whole input: the documents wait in TMPDIR while their entries are compared."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

from corpuskit.core.disk.spool import open_temporary
from corpuskit.core.document import Document
from corpuskit.core.outcome import Item
from corpuskit.text.dedup.entries import Entries, Signer, open_block_file
from corpuskit.text.dedup.matching import Matcher, apply_verdicts
from corpuskit.text.dedup.parameters import DedupParameters
from corpuskit.text.dedup.spooled_input import SpooledInput

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
            self._spooled = files.enter_context(closing(SpooledInput()))
            self._signer = Signer(parameters, files.enter_context(open_temporary()))
            self._files = files.pop_all()

    def close(self) -> None:
        """Remove the temporary files."""
        self._files.close()

    def run(self, documents: Iterable[Document]) -> Iterator[Item]:
        """Yield every document, or its drop, in input order; then stage the entries in the session."""
        entries = self._read(documents)
        similarities = self._exact_similarities if self._parameters.verify == "jaccard" else None
        verdicts = Matcher(self._parameters, entries, similarities).verdicts()
        # In input order, read back from the spool.
        yield from self._spooled.with_rejects(apply_verdicts(self._spooled.documents(), entries, verdicts))
        if self._session is not None:
            self._session.stage(self._parameters.comparison_fields(), entries, verdicts)

    def _read(self, documents: Iterable[Document]) -> Entries:
        """Spool the documents and return their entries."""
        self._spooled.read(documents, self._signer.add)
        return Entries([*self._earlier, self._signer.finish()], len(self._earlier))

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
        return self._parameters.shingles(self._spooled.document(number).text)
