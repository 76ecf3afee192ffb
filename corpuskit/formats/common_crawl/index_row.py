"""A row of an index: what a record is, and where it lies."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from corpuskit.core.reading.selection import NO_DIGEST, RecordSpan, url_hash
from corpuskit.formats.common_crawl.crawl import is_safe_path

MOST_STORED = 1 << 30
"""Stored bytes of one record; an index that says more is wrong."""
FARTHEST = 1 << 44
"""Bytes of an archive; an index that says more is wrong."""
_OTHER_SUBSETS = re.compile(r"/(robotstxt|crawldiagnostics)/")


class IndexRowError(ValueError):
    """A row that does not say where a record is."""


@dataclass(frozen=True)
class IndexRow:
    """What an index says of one record."""

    url: str
    status: str
    mime: str
    languages: tuple[str, ...]
    """Three-letter codes, of most of the text first."""
    path: str
    offset: int
    length: int
    digest: str = ""

    @classmethod
    def of_fields(cls, fields: Mapping[str, Any]) -> "IndexRow":
        """Read a row under the names of the CDX API. Raises IndexRowError."""
        path = fields.get("filename")
        if not isinstance(path, str) or not is_safe_path(path):
            raise IndexRowError("a path of an archive that cannot be one")
        languages = str(fields.get("languages") or "")
        return cls(
            str(fields.get("url") or ""),
            str(fields.get("status") or ""),
            str(fields.get("mime-detected") or fields.get("mime") or "").lower(),
            tuple(filter(None, languages.split(","))),
            path,
            _whole_number(fields.get("offset"), FARTHEST),
            _whole_number(fields.get("length"), MOST_STORED, least=1),
            str(fields.get("digest") or ""),
        )

    @property
    def is_of_pages(self) -> bool:
        """Whether it is a page that was found, and not a robots.txt file or an answer that something is missing."""
        return not _OTHER_SUBSETS.search(self.path)

    def span(self) -> RecordSpan:
        """Return where the record is, and what is compared with it."""
        return RecordSpan(self.offset, self.length, url_hash(self.url) if self.url else 0, digest_bytes(self.digest))

    def as_fields(self) -> dict[str, Any]:
        """Return the row under the names of the CDX API, as `of_fields` reads it."""
        return {
            "url": self.url,
            "status": self.status,
            "mime-detected": self.mime,
            "languages": ",".join(self.languages),
            "filename": self.path,
            "offset": self.offset,
            "length": self.length,
            "digest": self.digest,
        }


def digest_bytes(label: str) -> bytes:
    """Return the SHA-1 that an index states in base 32, with or without `sha1:`; zeros if it states none."""
    value = label.rpartition(":")[2]
    try:
        digest = base64.b32decode(value)
    except (binascii.Error, ValueError):
        return NO_DIGEST
    return digest if len(digest) == len(NO_DIGEST) else NO_DIGEST


def _whole_number(value: Any, most: int, least: int = 0) -> int:
    text = str(value)
    if isinstance(value, bool) or not (text.isascii() and text.isdigit() and len(text) < 20):
        raise IndexRowError("an offset or a length that is no number")
    if not least <= int(text) <= most:
        raise IndexRowError("an offset or a length that no record has")
    return int(text)
