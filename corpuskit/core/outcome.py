"""What becomes of a record: a document that travels on, a drop, or a reject; and documents that are new."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from corpuskit.core.document import Document


@dataclass(frozen=True)
class Drop:
    """A verdict: this document is not kept, and why. `values` holds the figures behind it."""

    document: Document
    reason: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Rejected:
    """A record that could not be read or processed.

    `input` and `offset` (bytes, in the uncompressed stream unless the input is a WARC) say where it is,
    `raw` holds the bytes of it that could be read, and `id` its document's id if one is known.
    """

    reason: str
    input: str
    offset: int
    raw: bytes = b""
    detail: str = ""
    id: str | None = None


@dataclass(frozen=True)
class Made:
    """A document that a corpus stage adds to its stream, beside those that came in."""

    document: Document


Item = Document | Drop | Rejected | Made


def with_stated_metadata(item: Item, stated_metadata: Mapping[str, str]) -> Item:
    """Return an item with what its publisher states of all documents, unless its own states a licence itself."""
    document = item.document if isinstance(item, Drop) else item
    if not stated_metadata or not isinstance(document, Document) or document.metadata.get("license"):
        return item
    document = document.with_metadata(**stated_metadata)
    return replace(item, document=document) if isinstance(item, Drop) else document
