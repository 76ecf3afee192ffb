"""A whole input that waits in TMPDIR, with what is rejected of it in its place."""

from collections.abc import Callable, Iterable, Iterator

from corpuskit.core.disk.spool import Spool
from corpuskit.core.document import Document, Reject, decode_trusted, encode
from corpuskit.core.outcome import Item, Rejected
from corpuskit.text.dedup.survivors import rejected


class SpooledInput:
    """The documents of an input, by their number, and the rejects among them."""

    def __init__(self) -> None:
        """Raises PublishError if TMPDIR has no room."""
        self._lines = Spool()
        self._rejected: dict[int, list[Rejected]] = {}

    def close(self) -> None:
        """Remove the temporary file."""
        self._lines.close()

    def read(self, documents: Iterable[Document], take: Callable[[Document], None]) -> None:
        """Spool the documents, and have each that can be written taken."""
        for document in documents:
            number = len(self._lines)
            try:
                self._lines.append(encode(document))
            except Reject as reject:
                self._rejected.setdefault(number, []).append(rejected(document, reject, number))
            else:
                take(document)

    def document(self, number: int) -> Document:
        """Return a document."""
        return decode_trusted(self._lines[number])

    def documents(self) -> Iterator[Document]:
        """Yield all documents, in order."""
        return map(decode_trusted, self._lines)

    def with_rejects(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield what became of each document, in order, and the rejects where they stood."""
        for number, item in enumerate(items):
            yield from self._rejected.get(number, ())
            yield item
        yield from self._rejected.get(len(self._lines), ())
