"""Repeats within texts: paragraphs or lines that occurred before, in the same or an earlier text, are removed."""

import re

from corpuskit.core.document import TURNS, Document
from corpuskit.core.outcome import Drop
from corpuskit.text.dedup.parameters import DedupParameters
from corpuskit.text.dedup.survivors import tenant_prefix

BLANK_LINES = re.compile(r"(\n[^\S\n]*\n\s*)")
LINE_FEEDS = re.compile(r"(\n)")


class UnitFilter:
    """The units that a stream has had so far: a 128-bit hash each, in about 80 bytes of memory."""

    def __init__(self, parameters: DedupParameters) -> None:
        self.cut = BLANK_LINES if parameters.unit == "paragraph" else LINE_FEEDS
        self.reason = f"duplicate-{parameters.unit}s"
        self.least = parameters.min_length
        self.seen_units: set[int] = set()

    def apply(self, document: Document) -> Document | Drop:
        """Return the document without units that came before, or a drop if no text is left.

        A conversation is returned as it is: without a turn's first line, its words would be another speaker's.
        """
        if document.metadata.get("content_type") == TURNS:
            return document
        parts, prefix = self.cut.split(document.text), tenant_prefix(document)
        kept_indexes = [index for index in range(0, len(parts), 2) if self._is_new(parts[index], prefix)]
        removed = (len(parts) + 1) // 2 - len(kept_indexes)
        if not removed:
            return document
        # Each unit but the first keeps the separator before it.
        text = "".join(part for index in kept_indexes for part in parts[max(index - 1, 0) : index + 1])
        if kept_indexes and kept_indexes[0]:
            text = text.removeprefix(parts[kept_indexes[0] - 1])
        return document.with_text(text) if text.strip() else Drop(document, self.reason, {"removed": removed})

    def _is_new(self, unit: str, prefix: bytes) -> bool:
        """Whether a unit stays because it is short or the tenant's first of its kind."""
        import xxhash

        if len(unit) < self.least:
            return True
        words = " ".join(unit.lower().split())
        if len(words) < self.least:
            return True
        key = xxhash.xxh3_128_intdigest(prefix + words.encode("utf-8", "surrogatepass"))
        if key in self.seen_units:
            return False
        self.seen_units.add(key)
        return True
