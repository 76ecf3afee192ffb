"""What is read of an archive at an address: the records that an index names, by their stored bytes."""

import hashlib
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

_ROW = struct.Struct("<QIQ20s")
NO_DIGEST = bytes(20)


class RecordSpan(NamedTuple):
    """Where an index says that a record is, and what it should be."""

    offset: int
    length: int
    url_hash: int
    """64-bit hash of the address whose page it is; 0 if the index names none."""
    digest: bytes = NO_DIGEST
    """SHA-1 of the page; zeros if the index gives none."""

    @property
    def end(self) -> int:
        """The offset after its last stored byte."""
        return self.offset + self.length


@dataclass(frozen=True)
class Selection:
    """Records of one archive, in order; packed, as there may be millions."""

    rows: bytes
    path: str = ""
    """Where the archive is below the address of its collection."""

    @classmethod
    def of_spans(cls, spans: Iterable[RecordSpan], path: str) -> "Selection":
        """Pack spans: sorted by offset, each offset once.

        >>> len(Selection.of_spans([RecordSpan(9, 5, 0), RecordSpan(0, 9, 0), RecordSpan(9, 5, 0)], "a.warc.gz").rows)
        80
        """
        by_offset: dict[int, RecordSpan] = {}
        for span in sorted(spans):
            by_offset.setdefault(span.offset, span)
        return cls(b"".join(_ROW.pack(*span) for span in by_offset.values()), path)

    def spans(self) -> Iterator[RecordSpan]:
        """Yield the spans in order."""
        return (RecordSpan(*row) for row in _ROW.iter_unpack(self.rows))

    @property
    def records(self) -> int:
        """How many records are selected."""
        return len(self.rows) // _ROW.size

    @property
    def size(self) -> int:
        """How many stored bytes they take."""
        return sum(span.length for span in self.spans())

    def fingerprint(self) -> str:
        """Return a hash of what is selected."""
        return hashlib.sha256(self.rows).hexdigest()
