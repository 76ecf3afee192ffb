"""What is read of an archive at an address: the records that an index names, by their stored bytes."""

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

_ROW = struct.Struct("<QIQ20s")
NO_DIGEST = bytes(20)


def url_hash(url: str) -> int:
    """Return a 64-bit hash of an address; those who make indexes write its spaces as `%20`."""
    import xxhash

    value: int = xxhash.xxh3_64_intdigest(url.replace(" ", "%20").encode("utf-8", "surrogatepass"))
    return value


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

    def packed(self) -> bytes:
        """Return it as 40 bytes: there may be millions of them."""
        return _ROW.pack(*self)


@dataclass(frozen=True)
class Selection:
    """Records of one archive, in order; packed, as there may be millions."""

    rows: bytes
    path: str = ""
    """Where the archive is below the address of its collection."""

    @classmethod
    def of_packed(cls, spans: bytes | bytearray, path: str) -> "Selection":
        """Return a selection of packed spans: sorted by offset, each offset once.

        >>> spans = [RecordSpan(9, 5, 0), RecordSpan(0, 9, 0), RecordSpan(9, 5, 0)]
        >>> Selection.of_packed(b"".join(span.packed() for span in spans), "a.warc.gz").records
        2
        """
        by_offset: dict[int, RecordSpan] = {}
        for row in sorted(_ROW.iter_unpack(spans)):
            by_offset.setdefault(row[0], RecordSpan(*row))
        return cls(b"".join(span.packed() for span in by_offset.values()), path)

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
