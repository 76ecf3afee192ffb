"""Repeats within texts: paragraphs or lines that occurred before, in the same or an earlier text, are removed."""

import re

from corpuskit.core.document import Document
from corpuskit.core.outcome import Drop
from corpuskit.text.dedup.parameters import DedupParameters

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
        """Return the document without units that came before, or a drop if no text is left."""
        parts = self.cut.split(document.text)
        kept_indexes = [index for index in range(0, len(parts), 2) if self._is_new(parts[index])]
        removed = (len(parts) + 1) // 2 - len(kept_indexes)
        if not removed:
            return document
        # Each unit but the first keeps the separator before it.
        text = "".join(part for index in kept_indexes for part in parts[max(index - 1, 0) : index + 1])
        if kept_indexes and kept_indexes[0]:
            text = text.removeprefix(parts[kept_indexes[0] - 1])
        return document.with_text(text) if text.strip() else Drop(document, self.reason, {"removed": removed})

    def _is_new(self, unit: str) -> bool:
        """Whether a unit stays because it is short or the first of its kind."""
        import xxhash

        if len(unit) < self.least:
            return True
        words = " ".join(unit.lower().split())
        if len(words) < self.least:
            return True
        key = xxhash.xxh3_128_intdigest(words.encode("utf-8", "surrogatepass"))
        if key in self.seen_units:
            return False
        self.seen_units.add(key)
        return True
