"""Documents of one source with one id: nobody could tell them apart, in `explain`, `diff` or a later epoch."""

from array import array

from corpuskit.core.disk.group_by_key import READ_ROWS, with_repeats
from corpuskit.core.disk.spool import RowSpool
from corpuskit.core.document import Document
from corpuskit.core.wording import excerpt, quantity

MOST_HELD = 1 << 18
"""Documents whose hashes are held at a time; the others lie on the disk."""
MOST_SORTED = 1 << 20
"""Hashes that are sorted at a time."""
FIRST_DOCUMENTS = 1 << 16
"""Documents among which the first that repeats an id is known by its name."""


def id_hash(document: Document) -> int:
    """Return 64 bits that documents of one source, id and epoch have in common."""
    import xxhash

    metadata = document.metadata
    words = (str(metadata.get("source")), document.id, str(metadata.get("epoch") or 1))
    value: int = xxhash.xxh3_64_intdigest("\0".join(words).encode("utf-8", "surrogatepass"))
    return value


def equal_ids_notice(documents: int, of_first: str) -> str:
    """Return what people should know of documents with the id of an earlier one; empty if there are none.

    >>> equal_ids_notice(1, "'a' of source web first")
    "1 document has the source and the id of another, 'a' of source web first; `explain` and `diff` cannot tell them \
apart"
    """
    if not documents:
        return ""
    verb = "has" if documents == 1 else "have"
    example = f", {of_first}" if of_first else ""
    return (
        f"{quantity(documents, 'document')} {verb} the source and the id of another{example}; "
        "`explain` and `diff` cannot tell them apart"
    )


class EqualIds:
    """Counts the documents of an output that have the source and the id of an earlier one: 8 bytes each."""

    def __init__(self) -> None:
        """Start without documents."""
        self._hashes = array("Q")
        self._first_hashes: set[int] = set()
        self._first = ""
        self._spool: RowSpool | None = None

    def add(self, document: Document) -> None:
        """Take the next document."""
        hash_ = id_hash(document)
        if not self._first and hash_ in self._first_hashes:
            self._first = f"{excerpt(document.id)!r} first"
        if len(self._first_hashes) < FIRST_DOCUMENTS:
            self._first_hashes.add(hash_)
        self._hashes.append(hash_)
        if len(self._hashes) >= MOST_HELD:
            self._store()

    def remarks(self) -> list[str]:
        """Return what people should know of equal ids: one line, or none. Raises PublishError if a disk is full."""
        notice = equal_ids_notice(self._repeats(), self._first)
        return [notice] if notice else []

    def close(self) -> None:
        """Let go of what lies on the disk."""
        if self._spool is not None:
            self._spool.close()

    def _repeats(self) -> int:
        if self._spool is None:
            return len(self._hashes) - len(set(self._hashes))
        self._store()
        hashes = self._spool.chunks(READ_ROWS)
        return sum(int(is_repeat.sum()) for _, is_repeat in with_repeats(hashes, MOST_SORTED, len(self._spool)))

    def _store(self) -> None:
        """Move the hashes that are held to the disk. Raises PublishError if it is full."""
        import numpy

        if self._spool is None:
            self._spool = RowSpool(numpy.uint64, 1)
        self._spool.append(numpy.array(self._hashes, numpy.uint64).reshape(-1, 1))
        self._hashes = array("Q")
