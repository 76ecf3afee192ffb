"""Runs of words in a whole input: the documents wait in TMPDIR while what may repeat is compared."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

from corpuskit.core.disk.spool import open_temporary
from corpuskit.core.document import Document
from corpuskit.core.outcome import Item
from corpuskit.text.dedup.parameters import DedupParameters
from corpuskit.text.dedup.span_matching import span_pairs
from corpuskit.text.dedup.span_texts import BUCKETS, RunLength, SpanSigner, SpanTexts
from corpuskit.text.dedup.spooled_input import SpooledInput
from corpuskit.text.dedup.word_spans import resolve_spans, without_repeats

if TYPE_CHECKING:
    from corpuskit.text.dedup.span_matching import Pairs

MAX_ROWS = 1 << 17
"""Fingerprints that are held in memory."""
ROW_BYTES = 128
"""Bytes that a fingerprint takes while it is compared."""


class SpanDedup:
    """A whole input, spooled: read once, compared by sorting, and written."""

    def __init__(self, parameters: DedupParameters) -> None:
        """Raises PublishError if TMPDIR has no room."""
        self._length = RunLength(parameters.min_words)
        self._max_rows = most_rows(parameters)
        with ExitStack() as files:
            self._spooled = files.enter_context(closing(SpooledInput()))
            self._signer = SpanSigner(self._length, files.enter_context(open_temporary()))
            self._files = files.pop_all()

    def close(self) -> None:
        """Remove the temporary files."""
        self._files.close()

    def run(self, documents: Iterable[Document]) -> Iterator[Item]:
        """Yield every document without what was said before, or its drop, in input order."""
        texts = self._read(documents)
        resolved = zip(resolve_spans(texts, self._pairs(texts), self._length), self._spooled.documents(), strict=True)
        yield from self._spooled.with_rejects(
            document if repeats is None else without_repeats(document, repeats) for repeats, document in resolved
        )

    def _read(self, documents: Iterable[Document]) -> SpanTexts:
        """Spool the documents and return their words."""
        self._spooled.read(documents, self._signer.add)
        return SpanTexts([self._signer.finish()])

    def _pairs(self, texts: SpanTexts) -> "Iterator[Pairs]":
        for bucket in range(BUCKETS):
            yield from span_pairs(texts, bucket, self._length, self._max_rows)


def most_rows(parameters: DedupParameters) -> int:
    """Return how many fingerprints are held at a time."""
    return parameters.rows_in_memory(ROW_BYTES, 1000) or MAX_ROWS
